"""The brokers' volumes: each claimed by the StatefulSet, and grown when the resource wants more."""

from typing import Any, Final

from winepipeline_operator.children.objects import owner_of_volumes
from winepipeline_operator.identity import Manifest, child_name, labels, selector
from winepipeline_operator.observed import ChildId, Observed
from winepipeline_operator.quantity import bytes_of
from winepipeline_operator.spec import WinePipeline

VOLUME: Final = "data"
"""Its name in the pod; the claims are called `data-albert-redpanda-0` and so on."""


def claim_template(pipeline: WinePipeline, observed: Observed) -> dict[str, Any]:
    """The volume of each broker. A StatefulSet's templates cannot be changed: the one that stands is kept."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": VOLUME, "labels": labels(pipeline, "redpanda")},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": _size_in_template(pipeline, observed) or _wanted(pipeline)}},
        },
    }


def standing_volumes(pipeline: WinePipeline, observed: Observed) -> tuple[Manifest, ...]:
    """The brokers' claims that stand, as large as the resource wants them, and the pipeline's own under `Delete`.

    The StatefulSet makes them, but neither grows nor owns them. A StorageClass with `allowVolumeExpansion` grows them
    in place; any other refuses, and says so.
    """
    return tuple(
        _claim(pipeline, claim)
        for identity, claim in sorted(observed.children.items())
        if identity.kind == "PersistentVolumeClaim"
        and claim["metadata"]["labels"].items() >= selector(pipeline, "redpanda").items()
    )


def _claim(pipeline: WinePipeline, standing: Manifest) -> Manifest:
    wanted, has = _wanted(pipeline), str(standing["spec"]["resources"]["requests"]["storage"])
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": standing["metadata"]["name"],
            "namespace": pipeline.metadata.namespace,
            "labels": labels(pipeline, "redpanda"),
            **owner_of_volumes(pipeline),
        },
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": wanted if bytes_of(wanted) > bytes_of(has) else has}},
        },
    }


def _wanted(pipeline: WinePipeline) -> str:
    wanted = pipeline.spec.broker.redpanda
    return wanted.storage.size if wanted is not None else ""


def _size_in_template(pipeline: WinePipeline, observed: Observed) -> str | None:
    standing = observed.children.get(ChildId("apps/v1", "StatefulSet", child_name(pipeline, "redpanda")))
    if standing is None:
        return None
    return str(standing["spec"]["volumeClaimTemplates"][0]["spec"]["resources"]["requests"]["storage"])

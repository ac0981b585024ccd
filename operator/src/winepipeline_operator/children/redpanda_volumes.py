"""The brokers' volumes: each claimed by the StatefulSet, and grown when the resource wants more."""

from collections.abc import Mapping
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
    standing = _standing_template(pipeline, observed)
    size = _wanted(pipeline) if standing is None else str(standing["resources"]["requests"]["storage"])
    name = _class(pipeline) if standing is None else standing.get("storageClassName")
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": VOLUME, "labels": labels(pipeline, "redpanda")},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": size}},
            **({"storageClassName": name} if name else {}),
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


def _class(pipeline: WinePipeline) -> str | None:
    redpanda = pipeline.spec.broker.redpanda
    return redpanda.storage.storage_class_name if redpanda is not None else None


def _standing_template(pipeline: WinePipeline, observed: Observed) -> Mapping[str, Any] | None:
    standing = observed.children.get(ChildId("apps/v1", "StatefulSet", child_name(pipeline, "redpanda")))
    if standing is None:
        return None
    template: Mapping[str, Any] = standing["spec"]["volumeClaimTemplates"][0]["spec"]
    return template

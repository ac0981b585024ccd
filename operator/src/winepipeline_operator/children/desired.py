"""All the objects that a pipeline should consist of."""

from collections.abc import Callable
from typing import Final

from winepipeline_operator.children.backfill import backfill
from winepipeline_operator.children.console import console
from winepipeline_operator.children.consumer import consumer
from winepipeline_operator.children.emulator import emulator
from winepipeline_operator.children.keda import keda
from winepipeline_operator.children.monitoring import monitoring
from winepipeline_operator.children.producer import producer
from winepipeline_operator.children.redpanda import redpanda
from winepipeline_operator.identity import Manifest
from winepipeline_operator.observed import Observed
from winepipeline_operator.platform import Platform
from winepipeline_operator.spec import WinePipeline

Part = Callable[[WinePipeline, Observed, Platform], tuple[Manifest, ...]]

PARTS: Final[tuple[Part, ...]] = (redpanda, console, emulator, producer, consumer, keda, backfill, monitoring)
"""Each makes the objects of one component, and none where the resource does not want it."""

_ORDER: Final = ("ServiceAccount", "ConfigMap", "PersistentVolumeClaim", "Service", "NetworkPolicy")
"""What pods need comes before them: a NetworkPolicy that came later would leave them open for a moment."""


def desired(pipeline: WinePipeline, observed: Observed, platform: Platform) -> tuple[Manifest, ...]:
    """The manifests to apply, in the order in which to apply them.

    Args:
        pipeline: the resource.
        observed: what is seen of the cluster: the Secrets and the optional APIs. Of the children counts only what
            cannot be changed (the templates of volumes and Jobs), what must outlive its cause (the checksum of a Secret
            that is gone, a volume), and who owns the consumers' number: an apply after an apply changes nothing.
        platform: the operator's own settings.

    Returns:
        Objects for Server-Side Apply, each with labels and, but for volumes that are to stay, the owner reference; no
        fields that others own (the consumers' replicas while something scales them). What is not among them and carries
        our labels is to be pruned.
    """
    manifests = [manifest for part in PARTS for manifest in part(pipeline, observed, platform)]
    return tuple(sorted(manifests, key=_rank))


def _rank(manifest: Manifest) -> int:
    kind = manifest["kind"]
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)

"""All the objects that a pipeline should consist of."""

from winepipeline_operator.identity import Manifest
from winepipeline_operator.observed import Observed
from winepipeline_operator.platform import Platform
from winepipeline_operator.spec import WinePipeline


def desired(pipeline: WinePipeline, observed: Observed, platform: Platform) -> tuple[Manifest, ...]:  # noqa: ARG001
    """The manifests to apply, in the order in which to apply them.

    Args:
        pipeline: the resource.
        observed: what is seen of the cluster; Secrets and optional APIs count here, not what the children look like,
            so that an apply after an apply changes nothing.
        platform: the operator's own settings.

    Returns:
        Objects for Server-Side Apply, each with labels and the owner reference; no fields that others own (the
        consumers' replicas while something scales them). What is not among them and carries our labels is to be
        pruned.
    """
    return ()

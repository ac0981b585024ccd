"""The emulator of Snowflake, for kind and demos. Its databases are on a volume: its rows survive its pod."""

from winepipeline_operator.children.addresses import EMULATOR
from winepipeline_operator.children.network import from_components, from_labelled, policy
from winepipeline_operator.children.objects import service, service_account, volume_claim
from winepipeline_operator.children.own_program import own_program
from winepipeline_operator.children.pod import Program, Share, Volume, pod_template
from winepipeline_operator.children.workload import STOP_THEN_START, deployment
from winepipeline_operator.environment import emulator_environment
from winepipeline_operator.identity import Manifest, child_name
from winepipeline_operator.observed import ChildId, Observed
from winepipeline_operator.platform import Platform
from winepipeline_operator.spec import WinePipeline

DATABASES = "/data"
VOLUME_SIZE = "2Gi"
STOP_SECONDS = 30
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - in a pod, behind a NetworkPolicy
_SHARE = Share(cpu=("100m", "2"), memory=("512Mi", "1Gi"))
"""It keeps up to 512 MB of data in memory and needs 200 MB beside them."""


def emulator(pipeline: WinePipeline, observed: Observed, platform: Platform) -> tuple[Manifest, ...]:
    """All that the emulator consists of; its volume alone, if that stands, where a Snowflake account took its place."""
    name = child_name(pipeline, "emulator")
    claim = _claim(pipeline, observed)
    if pipeline.spec.warehouse.emulator is None:
        # What is not wanted is pruned, and a change of the resource must not take rows with it.
        return (claim,) if ChildId.of(claim) in observed.children else ()
    program = _program(platform, name, pipeline.spec.warehouse.emulator.upload_seconds)
    template = pod_template(pipeline, "emulator", program, platform, {})
    ingress = (
        from_components(pipeline, ("consumer", "backfill"), (EMULATOR,)),
        from_labelled(pipeline, "emulator", (EMULATOR,)),
    )
    return (
        service_account(pipeline, "emulator"),
        claim,
        service(pipeline, "emulator", (EMULATOR,)),
        policy(pipeline, "emulator", ingress, egress=()),
        # Two emulators on one volume would spoil each other's files.
        deployment(pipeline, "emulator", 1, template, STOP_THEN_START),
    )


def _claim(pipeline: WinePipeline, observed: Observed) -> Manifest:
    """Its volume. The class of one that stands cannot change: it is named again if it was named, and only then."""
    emulator = pipeline.spec.warehouse.emulator
    wanted = None if emulator is None else emulator.storage_class_name
    standing = observed.children.get(ChildId("v1", "PersistentVolumeClaim", child_name(pipeline, "emulator")))
    if standing is not None and (wanted is not None or emulator is None):
        wanted = standing["spec"].get("storageClassName")
    return volume_claim(pipeline, "emulator", VOLUME_SIZE, wanted)


def _program(platform: Platform, claim: str, upload_seconds: float) -> Program:
    return own_program(
        image=platform.images.emulator,
        share=_SHARE,
        stop_seconds=STOP_SECONDS,
        environment=emulator_environment(_EVERYWHERE, EMULATOR.number, DATABASES, upload_seconds),
        port=EMULATOR,  # it has no metrics, and answers for its health where it answers everything
        volumes=(Volume("data", DATABASES, {"persistentVolumeClaim": {"claimName": claim}}),),
    )

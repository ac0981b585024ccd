"""WarehouseReady, ConsumersReady and ProducerReady."""

from winepipeline_operator.conditions import secrets, workload
from winepipeline_operator.conditions.origins import with_origins
from winepipeline_operator.conditions.pods import EXIT_WAREHOUSE, exit_of, of_component
from winepipeline_operator.conditions.reason import Reason, reason_of
from winepipeline_operator.conditions.verdict import Trouble, Verdict
from winepipeline_operator.environment import kafka_secrets, warehouse_secrets
from winepipeline_operator.identity import Component
from winepipeline_operator.observed import Observed
from winepipeline_operator.probe import Readiness
from winepipeline_operator.spec import WinePipeline

_UNAVAILABLE = "WarehouseUnavailable"
_WHAT_A_CONSUMER_SAYS = {"NotAssigned": Reason.STARTING, "Claiming": Reason.STARTING, "LoopStuck": Reason.NOT_READY}
_WHAT_A_PRODUCER_SAYS = {
    "Waiting": Reason.WAITS_FOR_BROKER,
    "DeliveriesFail": Reason.DELIVERIES_FAIL,
    "DeliveriesStall": Reason.DELIVERIES_FAIL,
}


def warehouse_ready(pipeline: WinePipeline, observed: Observed) -> Verdict:
    """Whether the warehouse can be worked with: by the emulator's pods, and by what consumers say of it."""
    trouble = secrets.missing(pipeline, warehouse_secrets(pipeline), observed)
    own = workload.trouble(pipeline, "emulator", observed) if pipeline.spec.warehouse.emulator is not None else None
    if trouble is None and own is not None and not own.passing:
        trouble = own
    trouble = trouble or exit_of(of_component(observed.pods, "consumer"), EXIT_WAREHOUSE) or own
    if trouble is not None:
        return Verdict.no("WarehouseReady", trouble.reason, with_origins(pipeline, trouble.message))
    said = _said(observed, "consumer")
    waiting = next((each for each in said.values() if each.reason == _UNAVAILABLE), None)
    if waiting is not None:
        what = (
            f"the warehouse does not take the load: {waiting.detail}; the consumers try again for ever, nothing is lost"
        )
        return Verdict.no("WarehouseReady", Reason.WAREHOUSE_UNAVAILABLE, with_origins(pipeline, what))
    if any(each.ready for each in said.values()):
        return Verdict.yes("WarehouseReady", Reason.WAREHOUSE_ANSWERS, "the consumers are logged in and load")
    if pipeline.spec.warehouse.emulator is not None:
        return Verdict.yes("WarehouseReady", Reason.WAREHOUSE_ANSWERS, "the emulator is ready")
    return Verdict.unknown("WarehouseReady", Reason.NOT_SEEN_YET, "no consumer has told of the warehouse yet")


def consumers_ready(pipeline: WinePipeline, observed: Observed) -> Verdict:
    """Whether as many consumers work as are wanted."""
    if pipeline.spec.paused:
        return Verdict.no("ConsumersReady", Reason.PAUSED, "spec.paused stops the consumers; write paused: false")
    wanted = (*kafka_secrets(pipeline), *warehouse_secrets(pipeline))
    trouble = _trouble(pipeline, "consumer", observed, secrets.missing(pipeline, wanted, observed))
    if trouble is not None:
        return Verdict.no("ConsumersReady", trouble.reason, with_origins(pipeline, trouble.message))
    number, _ = workload.replicas(workload.workload(pipeline, "consumer", observed))
    if number == 0:
        return Verdict.yes("ConsumersReady", Reason.SCALED_TO_ZERO, "no consumer is wanted at the moment")
    return Verdict.yes("ConsumersReady", Reason.ALL_PODS_READY, f"{number} of {number} consumers are ready")


def producer_ready(pipeline: WinePipeline, observed: Observed) -> Verdict:
    """Whether as many producers work as are wanted."""
    if not pipeline.spec.producer.enabled:
        return Verdict.yes("ProducerReady", Reason.DISABLED, "producer.enabled is false")
    if pipeline.spec.paused:
        return Verdict.no("ProducerReady", Reason.PAUSED, "spec.paused stops the producers; write paused: false")
    missing = secrets.missing(pipeline, kafka_secrets(pipeline), observed)
    trouble = _trouble(pipeline, "producer", observed, missing)
    if trouble is not None:
        return Verdict.no("ProducerReady", trouble.reason, with_origins(pipeline, trouble.message))
    number, _ = workload.replicas(workload.workload(pipeline, "producer", observed))
    return Verdict.yes("ProducerReady", Reason.ALL_PODS_READY, f"{number} of {number} producers are ready")


def _trouble(
    pipeline: WinePipeline, component: Component, observed: Observed, missing: Trouble | None
) -> Trouble | None:
    """What keeps our services from working: what pods tell beats what a Secret lacks, if they ever started."""
    trouble = workload.trouble(pipeline, component, observed)
    if missing is not None:
        return (
            missing if trouble is None or trouble.passing or trouble.reason is Reason.CONFIGURATION_MISSING else trouble
        )
    if trouble is None or not trouble.passing or trouble.reason is Reason.ROLLING:
        return None if trouble is not None and trouble.reason is Reason.ROLLING else trouble
    return _in_their_words(component, observed) or trouble


def _in_their_words(component: Component, observed: Observed) -> Trouble | None:
    """What pods that run and are not ready say of themselves."""
    known = _WHAT_A_CONSUMER_SAYS if component == "consumer" else _WHAT_A_PRODUCER_SAYS
    for name, each in sorted(_said(observed, component).items()):
        if not each.ready:
            reason = known.get(each.reason) or reason_of(each.reason, Reason.NOT_READY)
            return Trouble(reason, f"pod {name} is not ready: {each.detail or each.reason}", passing=True)
    return None


def _said(observed: Observed, component: Component) -> dict[str, Readiness]:
    """What the pods of a component that are there say of themselves."""
    plane = observed.sight.data_plane if observed.sight else None
    if plane is None:
        return {}
    names = {pod["metadata"]["name"] for pod in of_component(observed.pods, component)}
    return {name: each for name, each in plane.readiness.items() if name in names}

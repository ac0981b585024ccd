"""BrokerReady and TopicsReady."""

from dataclasses import replace

from winepipeline_operator.broker_errors import AuthenticationFailed, BrokerError
from winepipeline_operator.conditions import secrets, workload
from winepipeline_operator.conditions.reason import Reason, reason_of
from winepipeline_operator.conditions.verdict import Verdict
from winepipeline_operator.environment import kafka_secrets
from winepipeline_operator.observed import Observed
from winepipeline_operator.spec import WinePipeline

OF_TOPICS = frozenset(
    {
        Reason.TOPIC_MISSING,
        Reason.TOO_FEW_BROKERS,
        Reason.TOPIC_REFUSED,
        Reason.NOT_AUTHORIZED,
        Reason.BROKER_REFUSES_FOR_NOW,
    }
)
"""Errors of a broker that answers: they concern the topics."""


def broker_ready(pipeline: WinePipeline, observed: Observed) -> Verdict:
    """Whether the broker answers, and why not; and which of its volumes may not grow, which it can do without."""
    verdict = _answers(pipeline, observed)
    remarks = [f"; {each.message}. What to do: {each.hint}" for each in observed.failures if not each.hinders]
    return replace(verdict, message=f"{verdict.message}{''.join(remarks[:1])}")


def _answers(pipeline: WinePipeline, observed: Observed) -> Verdict:
    missing = secrets.missing(pipeline, kafka_secrets(pipeline), observed)
    if missing is not None:
        return Verdict.no("BrokerReady", missing.reason, missing.message)
    trouble = None
    if pipeline.spec.broker.redpanda is not None:
        trouble = workload.trouble(pipeline, "redpanda", observed)
        if trouble is not None and not trouble.passing:
            return Verdict.no("BrokerReady", trouble.reason, trouble.message)
    error = _error(observed)
    if error is not None and reason_of(error.reason, Reason.BROKER_ERROR) not in OF_TOPICS:
        return Verdict.no("BrokerReady", reason_of(error.reason, Reason.BROKER_ERROR), _of_broker(pipeline, error))
    if trouble is not None and trouble.reason is not Reason.ROLLING:
        return Verdict.no("BrokerReady", trouble.reason, trouble.message)
    if not _answered(observed):
        return Verdict.unknown("BrokerReady", Reason.NOT_SEEN_YET, "the broker has not been asked yet")
    return Verdict.yes("BrokerReady", Reason.BROKER_ANSWERS, f"the broker answers{_of_console(pipeline, observed)}")


def _of_console(pipeline: WinePipeline, observed: Observed) -> str:
    """What is wrong with the console, which keeps no event from anything; empty when nothing is."""
    redpanda = pipeline.spec.broker.redpanda
    if redpanda is None or not redpanda.console.enabled:
        return ""
    trouble = workload.trouble(pipeline, "console", observed)
    return "" if trouble is None or trouble.passing else f"; the console does not run: {trouble.message}"


def topics_ready(pipeline: WinePipeline, observed: Observed, broker: Verdict) -> Verdict:
    """Whether the topics are as wanted, and why not."""
    error = _error(observed)
    sight = observed.sight
    left = sight.topics if sight else None
    gravest = next((each for each in left or () if each.blocks), None)
    if error is not None and (reason := reason_of(error.reason, Reason.BROKER_ERROR)) in OF_TOPICS:
        if gravest is None:
            return Verdict.no("TopicsReady", reason, words(error))
        if reason is not Reason.NOT_AUTHORIZED:
            return Verdict.no("TopicsReady", reason, f"{gravest.message}; {words(error)}")
        if not gravest.mendable:
            what = f"{gravest.message}; {gravest.hint}. {words(error)}"
            return Verdict.no("TopicsReady", reason_of(gravest.reason, reason), what)
        what = f"{gravest.message}; {error.message}. Let the user alter the topics, or {gravest.by_hand}"
        return Verdict.no("TopicsReady", reason_of(gravest.reason, reason), what)
    if left is None:
        what = f"the topics are looked at when the broker answers ({broker.reason})"
        return Verdict.unknown("TopicsReady", Reason.WAITS_FOR_BROKER, what)
    if gravest is not None:
        reason = reason_of(gravest.reason, Reason.TOPIC_REFUSED)
        return Verdict.no("TopicsReady", reason, f"{gravest.message}; {gravest.hint}")
    remarks = "; ".join(f"{each.message}; {each.hint}" for each in left)
    name, letters = pipeline.spec.topic.name, pipeline.spec.dead_letter_topic.name
    return Verdict.yes("TopicsReady", Reason.TOPICS_AS_WANTED, remarks or f"{name} and {letters} are as wanted")


def _of_broker(pipeline: WinePipeline, error: BrokerError) -> str:
    """What happened and what to do, with the name of the Secret where it is the one to look at."""
    external = pipeline.spec.broker.external
    if isinstance(error, AuthenticationFailed) and external is not None and external.credentials_secret is not None:
        secret = f"the Secret {external.credentials_secret.name} in the namespace {pipeline.metadata.namespace}"
        what = (
            f"Compare `username` and `password` of {secret}, and broker.external.saslMechanism, with the broker's user"
        )
        return f"{error.message}. {what}"
    return words(error)


def words(error: BrokerError) -> str:
    """What happened and what to do."""
    return f"{error.message}. {error.hint[:1].upper()}{error.hint[1:]}"


def _error(observed: Observed) -> BrokerError | None:
    return observed.sight.broker_error if observed.sight else None


def _answered(observed: Observed) -> bool:
    return observed.sight is not None and observed.sight.topics is not None

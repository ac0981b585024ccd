"""Stalled, KeepsUp and EventsLoadable: how the events go through."""

from winepipeline_operator.conditions import workload
from winepipeline_operator.conditions.reason import Reason
from winepipeline_operator.conditions.verdict import Verdict
from winepipeline_operator.observed import Observed
from winepipeline_operator.spec import WinePipeline
from winepipeline_operator.trend import Change, Trend

FEWEST_REJECTS = 10
"""Fewer malformed events than this may be chance."""

_NEGLIGIBLE_EVENTS = 100


def stalled(pipeline: WinePipeline, observed: Observed) -> Verdict:
    """Whether events wait and nobody commits."""
    sight = observed.sight
    plane = sight.data_plane if sight else None
    if pipeline.spec.paused:
        return Verdict.no("Stalled", Reason.PAUSED, "spec.paused stops the consumers")
    number, _ = workload.replicas(workload.workload(pipeline, "consumer", observed))
    if sight is None or plane is None or plane.lag is None:
        return Verdict.unknown("Stalled", Reason.NOT_SEEN_YET, "the broker has not told of offsets yet")
    if number == 0:
        return Verdict.no("Stalled", Reason.SCALED_TO_ZERO, "no consumer is wanted at the moment")
    stall = sight.stall
    if stall is None:
        if plane.lag == 0:
            return Verdict.no("Stalled", Reason.NOTHING_WAITS, "no event waits")
        return Verdict.no("Stalled", Reason.MOVING, "the consumers commit")
    where = ", ".join(map(str, stall.partitions))
    what = f"{stall.lag:,} events wait in partition {where}, and nobody has committed there for {stall.seconds:.0f} s"
    if stall.suspects:
        what += f"; {' and '.join(stall.suspects)} will be started again, at most one every 10 minutes"
    elif stall.excuse:
        what += f"; a consumer says {stall.excuse}"
    else:
        what += "; no consumer holds it: look at ConsumersReady"
    return Verdict.yes("Stalled", Reason.NO_COMMITS, what)


def keeps_up(pipeline: WinePipeline, observed: Observed) -> Verdict:
    """Whether the consumers load as fast as events come."""
    if pipeline.spec.paused:
        return Verdict.unknown("KeepsUp", Reason.PAUSED, "spec.paused stops the consumers")
    change = _trend(observed).change
    if change is None or change.taken is None:
        judged_seconds = _trend(observed).judged_seconds
        return Verdict.unknown("KeepsUp", Reason.NOT_SEEN_YET, f"it takes {judged_seconds:.0f} s of looks to say")
    grown = change.lag - change.lag_before
    patience_seconds = pipeline.spec.consumer.scaling.catch_up_seconds
    allowed = max(_NEGLIGIBLE_EVENTS, change.taken_per_second * patience_seconds)
    trend = f"{abs(grown):,} {'more' if grown > 0 else 'fewer'} than {change.seconds:.0f} s ago"
    coming_per_second = (change.taken + grown) / change.seconds
    pace = f"{coming_per_second:,.0f} events come in a second, {change.taken_per_second:,.0f} are loaded"
    figures = f"{change.lag:,} events wait, {trend}; {pace}"
    if grown > 0 and change.lag > allowed:
        return Verdict.no("KeepsUp", Reason.FALLS_BEHIND, f"{figures}. {_advice(pipeline, observed)}")
    if grown < 0 and change.lag > allowed:
        return Verdict.yes("KeepsUp", Reason.CATCHES_UP, figures)
    return Verdict.yes("KeepsUp", Reason.KEEPS_UP, "the consumers load as fast as events come")


def events_loadable(pipeline: WinePipeline, observed: Observed) -> Verdict:
    """Whether any event of the last minutes could be loaded."""
    change = _trend(observed).change
    if change is None or change.rows is None or change.letters is None:
        return Verdict.unknown("EventsLoadable", Reason.NOT_SEEN_YET, "the consumers have not told for long enough yet")
    rejected = sum(change.letters.values())
    if change.rows == 0 and rejected >= FEWEST_REJECTS:
        return Verdict.no("EventsLoadable", Reason.ONLY_MALFORMED_EVENTS, _rejects(pipeline, change, rejected))
    what = f"{change.rows:,} events were loaded and {rejected:,} rejected in the last {change.seconds:.0f} s"
    return Verdict.yes("EventsLoadable", Reason.EVENTS_ARE_LOADED, what if rejected else "no event was rejected lately")


def _rejects(pipeline: WinePipeline, change: Change, rejected: int) -> str:
    letters = change.letters or {}
    most = max(letters, key=lambda reason: letters[reason])
    consumer = f"kubectl -n {pipeline.metadata.namespace} exec deploy/{pipeline.metadata.name}-consumer"
    return (
        f"all {rejected:,} events of the last {change.seconds:.0f} s were malformed, {letters[most]:,} of them {most}; "
        f"they are kept in {pipeline.spec.dead_letter_topic.name} with the reason. "
        f"Look at them with `{consumer} -- winepipeline dlq list`, and at who writes into {pipeline.spec.topic.name}"
    )


def _advice(pipeline: WinePipeline, observed: Observed) -> str:
    consumer, partitions = pipeline.spec.consumer, pipeline.spec.topic.partitions
    number, _ = workload.replicas(workload.workload(pipeline, "consumer", observed))
    what = "1 consumer runs" if number == 1 else f"{number} consumers run"
    if number >= partitions:
        return f"{what}, one a partition: raise topic.partitions and scaling.maxReplicas, or give the warehouse more"
    if consumer.scaling.mode in ("Off", "Recommend"):
        return f"{what} and nobody scales: raise consumer.replicas, or write scaling.mode: Builtin"
    if number >= consumer.scaling.max_replicas:
        return f"{what}, as many as scaling.maxReplicas allows: raise it up to topic.partitions ({partitions})"
    return f"{what}; more are started as long as that helps: see status.scaling"


def _trend(observed: Observed) -> Trend:
    return observed.sight.trend if observed.sight else Trend()

"""A decision in words, for a person who asks why."""

from winepipeline_operator.scaling.decision import Action, Decision, Inputs, Limit, Terms
from winepipeline_operator.scaling.instant import written
from winepipeline_operator.scaling.ledger import Ledger
from winepipeline_operator.scaling.sizing import BUSIEST_UTILISATION

LIMITS = {
    Limit.NOTHING: "",
    Limit.MIN_REPLICAS: "minReplicas: fewer are not allowed",
    Limit.MAX_REPLICAS: "maxReplicas: more are not allowed; raise it to let the backlog drain in time",
    Limit.PARTITIONS: "the topic's partitions: more consumers than partitions would idle",
    Limit.PARTITION_BOUND: "a single partition that asks for more than one consumer can do; spread its keys",
    Limit.SCALING_INEFFECTIVE: "the last scale-up brought next to nothing: look for a bottleneck behind the consumers",
    Limit.SCALE_DOWN_WAIT: "patience before a scale-down",
    Limit.BACKLOG: "a backlog that is still to be drained",
    Limit.OBSERVATION_FAILED: "missing data; nothing is ever changed on it",
    Limit.OBSERVATION_CONTRADICTS: "data that cannot be true; nothing is ever changed on it",
    Limit.GROUP_UNSTABLE: "a rebalance; nothing is measured during one",
    Limit.REPLICAS_NOT_READY: "consumers that are not ready",
    Limit.SETTLING: "the last change, which is still being measured",
    Limit.MEASURING: "rates that take one more look",
    Limit.NOT_CONSUMING: "consumers that take nothing; see their logs and the warehouse",
    Limit.RATE_UNKNOWN: "what one consumer can do, which is not known yet",
}


def explain(decision: Decision) -> str:
    """Several lines, the first one the decision, the others what it was made from."""
    rows = [("because", decision.detail)]
    if decision.inputs is not None:
        rows.append(("seen", _seen(decision.inputs)))
    if decision.terms is not None:
        rows += _formula(decision.terms)
    if decision.limit is not Limit.NOTHING:
        rows.append(("limited by", LIMITS[decision.limit]))
    if decision.next_change_seconds is not None:
        rows.append(("next change", f"not before {_clock(decision.next_change_seconds)}"))
    return "\n".join([_headline(decision), *(f"  {name:<12} {words}" for name, words in rows)])


MODES = {
    "": "nobody has decided yet",
    "Builtin": "the operator decides, from measured rates",
    "Keda": "KEDA decides; the operator leaves the number alone",
    "Recommend": "consumer.replicas; the operator says what it would do",
    "Off": "consumer.replicas",
}


def explain_ledger(ledger: Ledger) -> str:
    """The mode, what holds now, and the decisions that matter, the newest first."""
    parts = [f"  mode         {ledger.mode or 'none'}: {MODES.get(ledger.mode, 'unknown')}"]
    rate = ledger.state.rate
    if rate is not None:
        known = "measured under a backlog" if rate.proven_per_second is not None else "a first estimate"
        parts.append(f"  one consumer {rate.events_per_second:,.0f} events/s ({known})")
    if ledger.latest is not None:
        parts += ["", "now", explain(ledger.latest)]
    if ledger.decisions:
        parts += ["", "before, the newest first"]
        parts += [explain(each) for each in reversed(ledger.decisions)]
    return "\n".join(parts)


def _headline(decision: Decision) -> str:
    before, after = decision.replicas_before, decision.replicas
    what = f"{before} → {_consumers(after)}" if decision.changes else f"stays at {_consumers(after)}"
    name = "" if decision.action is Action.KEEP else f"{decision.action}: "
    return f"{_clock(decision.time_seconds)}  {name}{what}"


def _seen(inputs: Inputs) -> str:
    return (
        f"{inputs.lag:,} events behind the topic's end; group {inputs.group_state}, {inputs.replicas_ready} ready, "
        f"busy-seconds of {inputs.consumers_measured}"
    )


def _formula(terms: Terms) -> list[tuple[str, str]]:
    arrival, taken, rate = terms.arrival_per_second, terms.consumption_per_second, terms.rate_per_second
    if terms.demand_per_second <= 0:
        return [("rates", f"nothing comes and nothing waits; one consumer does {rate:,.0f} events/s")]
    waited = "longer than can be said" if terms.backlog_seconds is None else f"up to {terms.backlog_seconds:.0f} s"
    known = "measured under a backlog" if terms.rate_proven else "a first estimate"
    demand = (
        f"the more of {arrival:,.0f} / {terms.target_utilisation:g} and {arrival:,.0f} + ({terms.backlog:,.0f} + "
        f"{max(0.0, arrival - taken):,.0f} × {terms.restart_seconds:.0f} s) / {terms.catch_up_seconds:.0f} s, "
        f"by partition: {terms.demand_per_second:,.0f} events/s, {terms.replicas_exact:.2f} consumers"
    )
    spread = (
        f"{terms.partitions} spread evenly: {_consumers(terms.replicas_sized)}; at least {terms.replicas_least} "
        f"keep the busiest one below {BUSIEST_UTILISATION:.0%}"
    )
    rows = [
        ("rates", f"{arrival:,.0f} events/s come, {taken:,.0f} are taken; one consumer does {rate:,.0f} ({known})"),
        ("backlog", f"{terms.backlog:,.0f} events, {waited} of arrivals in one partition"),
        ("demand", demand),
        ("partitions", spread),
    ]
    if terms.partitions_bound:
        rows.append(
            ("bound", f"partition {', '.join(map(str, terms.partitions_bound))}: more than one consumer's work")
        )
    return rows


def _consumers(count: int) -> str:
    return "1 consumer" if count == 1 else f"{count} consumers"


def _clock(seconds: float) -> str:
    """`2025-11-24 16:00:00 UTC`."""
    return written(seconds)[:19].replace("T", " ") + " UTC"

"""What a person reads who asks why."""

from dataclasses import replace

import pytest

from winepipeline_operator.scaling.decision import Action, Decision, Inputs, Limit, Terms
from winepipeline_operator.scaling.explanation import explain

TERMS = Terms(
    partitions=12,
    arrival_per_second=3004.3,
    consumption_per_second=537.1,
    backlog=37_057.0,
    backlog_seconds=12.4,
    rate_per_second=898.2,
    rate_proven=True,
    restart_seconds=30.0,
    catch_up_seconds=120.0,
    target_utilisation=0.7,
    demand_per_second=4291.8,
    replicas_exact=4.778,
    replicas_least=4,
    replicas_sized=6,
)
UP = Decision(
    time_seconds=1_764_000_000.0,
    action=Action.UP,
    replicas_before=1,
    replicas=6,
    limit=Limit.NOTHING,
    detail="37,057 events wait, too many for 1 to drain in time",
    next_change_seconds=1_764_000_060.0,
    inputs=Inputs(1_000_000, 962_943, 37_057, "Stable", 1, 1),
    terms=TERMS,
)


def test_a_scale_up_is_explained_from_what_was_seen_to_the_number() -> None:
    """Somebody on call sees the rates, the backlog, the formula with its values, and when the next change may come."""
    assert explain(UP) == (
        "2025-11-24 16:00:00 UTC  Up: 1 → 6 consumers\n"
        "  because      37,057 events wait, too many for 1 to drain in time\n"
        "  seen         37,057 events behind the topic's end; group Stable, 1 ready, busy-seconds of 1\n"
        "  rates        3,004 events/s come, 537 are taken; one consumer does 898 (measured under a backlog)\n"
        "  backlog      37,057 events, up to 12 s of arrivals in one partition\n"
        "  demand       the more of 3,004 / 0.7 and 3,004 + (37,057 + 2,467 × 30 s) / 120 s, by partition: "
        "4,292 events/s, 4.78 consumers\n"
        "  partitions   12 spread evenly: 6 consumers; at least 4 keep the busiest one below 90%\n"
        "  next change  not before 2025-11-24 16:01:00 UTC"
    )


def test_a_held_decision_says_what_is_missing() -> None:
    """When the broker is away, the explanation says so and that nothing is changed on missing data."""
    held = Decision(
        1_764_000_000.0, Action.HOLD, 3, 3, Limit.OBSERVATION_FAILED, "nothing could be observed: timed out"
    )
    assert explain(held).splitlines() == [
        "2025-11-24 16:00:00 UTC  Hold: stays at 3 consumers",
        "  because      nothing could be observed: timed out",
        "  limited by   missing data; nothing is ever changed on it",
    ]


@pytest.mark.parametrize("limit", list(Limit))
def test_every_limit_has_its_words(limit: Limit) -> None:
    """Whatever limits a decision, a person reads what to do about it, not a code name."""
    assert ("limited by" in explain(replace(UP, limit=limit))) is (limit is not Limit.NOTHING)


def test_a_hot_partition_is_named() -> None:
    """The partition to look at is in the explanation."""
    hot = replace(UP, terms=replace(TERMS, partitions_bound=(3,)), limit=Limit.PARTITION_BOUND)
    assert "bound        partition 3: more than one consumer's work" in explain(hot)

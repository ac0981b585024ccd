"""What the status tells of the data plane, from what pods and broker said: over restarts, departures and silences."""

from collections.abc import Mapping
from dataclasses import replace
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winepipeline_operator.dataplane import DataPlane, Watch, targets
from winepipeline_operator.histogram import Histogram
from winepipeline_operator.probe import Probe, Readiness, Target
from winepipeline_operator.reading import Reading
from winepipeline_operator.scaling.observation import Busy, GroupState, Partition
from winepipeline_operator.tally import carried
from winepipeline_operator.topics import GroupFacts

NOW = 1_764_000_000.0


def probe(name: str, loaded: int | None, *, expected: bool = True, **counts: object) -> Probe:
    """A consumer that has loaded so many rows, or does not answer."""
    target = Target(name, "consumer", "10.0.0.1", expected=expected)
    if loaded is None:
        return Probe(target)
    return Probe(target, replace(Reading(loaded=loaded, consumed=loaded, busy_seconds=loaded / 100), **counts))  # type: ignore[arg-type]


def looked(*looks: tuple[Probe, ...], every_seconds: float = 15.0, watch: Watch | None = None) -> DataPlane:
    """The facts after looks one after another."""
    watch, facts = watch or Watch(), DataPlane(NOW)
    for number, probes in enumerate(looks):
        facts = watch.look(NOW + number * every_seconds, probes, None)
    return facts


def test_rows_and_rate_are_those_of_all_consumers() -> None:
    """The status shows how many rows are loaded and how many in a second, over all consumers."""
    facts = looked((probe("a", 100), probe("b", 200)), (probe("a", 250), probe("b", 350)))
    assert facts.rows_loaded == 600
    assert facts.rows_per_second == pytest.approx(20.0)
    assert facts.busy == (Busy("a", 2.5), Busy("b", 3.5))


def test_a_restart_loses_no_row() -> None:
    """A consumer that starts anew counts from zero, and the sum goes on."""
    facts = looked((probe("a", 1000),), (probe("a", 30),), (probe("a", 60),))
    assert facts.rows_loaded == 1060
    assert facts.rows_per_second == pytest.approx(2.0)


def test_a_consumer_that_goes_takes_no_row_with_it() -> None:
    """Scaling in does not make the number of loaded rows fall."""
    facts = looked((probe("a", 100), probe("b", 200)), (probe("a", 130),))
    assert facts.rows_loaded == 330


def test_silence_is_no_zero() -> None:
    """While a consumer does not answer the rate is unknown, and once it answers nothing is missing or counted twice."""
    watch = Watch()
    silent = looked((probe("a", 100),), (probe("a", None),), watch=watch)
    assert silent.rows_loaded == 100
    assert silent.rows_per_second is None
    assert silent.silent == ("a",)
    assert silent.busy == ()
    assert silent.since_commit_seconds is None
    assert watch.look(NOW + 30, (probe("a", 160),), None).rows_loaded == 160


def test_nothing_known_is_nothing_said() -> None:
    """Before any consumer answered the status holds no figure at all."""
    facts = looked((probe("a", None),))
    assert facts == DataPlane(NOW, silent=("a",))


def test_a_consumer_that_starts_makes_nothing_unknown() -> None:
    """The rate stays known while a new pod has not opened its port yet."""
    facts = looked((probe("a", 0),), (probe("a", 150), probe("b", None, expected=False)))
    assert facts.rows_per_second == pytest.approx(10.0)
    assert facts.silent == ()


def test_an_old_rate_is_not_told_as_the_rate_of_now() -> None:
    """After minutes of silence nobody reads the rate of before."""
    watch = Watch()
    looked((probe("a", 0),), (probe("a", 150),), watch=watch)
    assert watch.look(NOW + 200, (probe("a", None),), None).rows_per_second is None


def test_the_operators_restart_makes_no_sum_fall() -> None:
    """A new operator goes on from the status, also when pods have gone meanwhile or nobody answers yet."""
    watch = Watch(carried(5000, 40))
    assert watch.look(NOW, (probe("a", None),), None).rows_loaded == 5000
    first = watch.look(NOW + 15, (probe("a", 100, rejected={"NotJson": 10}),), None)
    assert (first.rows_loaded, first.dead_letters) == (5000, {"NotJson": 10, "": 30})
    second = watch.look(NOW + 30, (probe("a", 160, rejected={"NotJson": 12}),), None)
    assert (second.rows_loaded, second.dead_letters) == (5060, {"NotJson": 12, "": 30})
    assert Watch(carried(50, 1)).look(NOW, (probe("a", 100),), None).rows_loaded == 100


def test_freshness_is_the_median_of_what_landed_lately() -> None:
    """A slow hour this morning does not show in how fresh events are now."""
    morning = Histogram((1.0, 60.0, inf), (0, 1000, 1000), 0.0)
    now = Histogram((1.0, 60.0, inf), (100, 1100, 1100), 0.0)
    facts = looked((probe("a", 0, freshness=morning),), (probe("a", 100, freshness=now),))
    assert facts.freshness_seconds == pytest.approx(0.5)


def test_what_the_consumers_know_of_partitions_is_put_together() -> None:
    """Each partition stands where the furthest of its consumers says; the last commit is that of any."""
    one = probe("a", 1, committed={0: 10, 1: 5}, since_commit_seconds=3.0, retrying=1)
    two = probe("b", 1, committed={1: 9, 2: 7}, since_commit_seconds=0.5)
    facts = looked((one, two))
    assert facts.committed == {0: 10, 1: 9, 2: 7}
    assert (facts.since_commit_seconds, facts.retrying) == (0.5, 1)


def test_lag_and_reasons_are_passed_on() -> None:
    """The status shows the broker's lag and each pod's own words."""
    unready = Readiness(ready=False, reason="WarehouseUnavailable", detail="LockTimeout")
    group = GroupFacts((Partition(0, 10, 4), Partition(1, 5)), GroupState.STABLE, 2)
    facts = Watch().look(NOW, (replace(probe("a", 1), readiness=unready),), group)
    assert facts.lag == 11
    assert facts.readiness == {"a": unready}


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.none() | st.integers(0, 1000)), max_size=20))
def test_the_sum_never_falls(looks: list[Mapping[str, int | None]]) -> None:
    """Whatever pods come, go, restart or fall silent: no dashboard ever sees rows disappear."""
    watch, before = Watch(), 0
    for number, look in enumerate(looks):
        probes = tuple(probe(name, loaded) for name, loaded in look.items())
        facts = watch.look(NOW + number, probes, None)
        assert (facts.rows_loaded or 0) >= before
        assert facts.rows_per_second is None or facts.rows_per_second >= 0
        before = facts.rows_loaded or before


def pod(name: str, component: str, ip: str | None, *, ready: bool = True, running: bool = True) -> dict[str, object]:
    """A pod as the API server tells it."""
    state = {"running": {}} if running else {"waiting": {"reason": "ContainerCreating"}}
    return {
        "metadata": {"name": name, "labels": {"app.kubernetes.io/component": component}},
        "status": {
            **({"podIP": ip} if ip else {}),
            "containerStatuses": [{"state": state}],
            "conditions": [{"type": "Ready", "status": str(ready)}],
        },
    }


def test_only_pods_that_can_answer_are_asked() -> None:
    """Brokers and pods without an address or a process are not asked for our metrics."""
    found = targets(
        [
            pod("w-consumer-2", "consumer", "10.0.0.2"),
            pod("w-producer-1", "producer", "10.0.0.3", ready=False),
            pod("w-redpanda-0", "redpanda", "10.0.0.4"),
            pod("w-consumer-3", "consumer", None),
            pod("w-consumer-4", "consumer", "10.0.0.5", running=False),
            {"metadata": {"name": "odd"}},
        ]
    )
    assert found == (
        Target("w-consumer-2", "consumer", "10.0.0.2", 8000),
        Target("w-producer-1", "producer", "10.0.0.3", 8000, expected=False),
    )

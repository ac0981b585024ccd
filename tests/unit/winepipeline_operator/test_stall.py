"""When a pipeline counts as stalled, and who is suspected."""

from winepipeline_operator.dataplane import DataPlane
from winepipeline_operator.probe import Readiness
from winepipeline_operator.scaling.observation import GroupState, Partition
from winepipeline_operator.stall import Stall, stall
from winepipeline_operator.topics import GroupFacts
from winepipeline_operator.trend import Sample, Trend

A_AND_B = {
    "consumer-a": Readiness(ready=True, reason="Assigned", detail="partitions [0, 10]"),
    "consumer-b": Readiness(ready=True, reason="Assigned", detail="partitions [1]"),
}


def looks(*moments: tuple[float, dict[int, tuple[int, int]]], **told: object) -> Stall | None:
    """What stands after looks of (seconds, from each partition to its position and end)."""
    trend = Trend()
    plane = DataPlane(0.0)
    for seconds, ends in moments:
        group = GroupFacts(tuple(Partition(each, end, at) for each, (at, end) in ends.items()), GroupState.STABLE, 1)
        plane = DataPlane(seconds, group, **{"readiness": A_AND_B, **told})  # type: ignore[arg-type]
        trend = trend.after(Sample.of(plane))
    return stall(trend, plane, 180.0)


def test_a_consumer_that_hangs_is_found_though_others_load() -> None:
    """Partition 0 stands for three minutes while 1 moves: its consumer is the suspect, with the evidence."""
    found = looks((0, {0: (5, 90), 1: (1, 9)}), (100, {0: (5, 95), 1: (9, 20)}), (190, {0: (5, 99), 1: (20, 30)}))
    assert found == Stall(partitions=(0,), lag=94, seconds=190.0, suspects=("consumer-a",))


def test_a_partition_that_moves_or_is_empty_does_not_stand() -> None:
    """Neither a slow consumer nor a quiet topic counts as stalled."""
    assert looks((0, {0: (5, 90)}), (100, {0: (6, 90)}), (190, {0: (6, 90)})) is None
    assert looks((0, {0: (90, 90)}), (190, {0: (90, 90)})) is None


def test_events_that_have_just_come_do_not_stand_yet() -> None:
    """A topic that was quiet for an hour stands only once its events have waited."""
    assert looks((0, {0: (90, 90)}), (150, {0: (90, 95)}), (190, {0: (90, 95)})) is None


def test_a_consumer_that_waits_for_the_warehouse_is_no_suspect() -> None:
    """It says why it does not commit; to start it again would help nobody."""
    waits = {"consumer-a": Readiness(ready=False, reason="WarehouseUnavailable", detail="LockTimeout: locked")}
    found = looks((0, {0: (5, 90)}), (190, {0: (5, 90)}), readiness=waits)
    assert found is not None
    assert found.suspects == ()
    assert found.excuse == "WarehouseUnavailable: LockTimeout: locked"


def test_a_consumer_that_does_not_answer_is_a_suspect() -> None:
    """Silence of a pod that the kubelet finds ready is evidence too."""
    found = looks((0, {0: (5, 90)}), (190, {0: (5, 90)}), readiness={}, silent=("albert-consumer-x",))
    assert found is not None
    assert found.suspects == ("albert-consumer-x",)


def test_without_the_broker_nothing_is_said_to_stand() -> None:
    """Who does not know the offsets suspects nobody."""
    assert stall(Trend(), DataPlane(0.0), 180.0) is None


def test_a_clock_that_is_put_back_begins_anew() -> None:
    """Samples from before a step of the clock prove nothing."""
    assert looks((1000, {0: (5, 90)}), (10, {0: (5, 90)}), (100, {0: (5, 90)})) is None

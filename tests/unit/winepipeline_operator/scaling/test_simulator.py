"""The simulator: the same every time, true to KEDA's and the HPA's own words, and the law's proof on short curves."""

import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from benchmarks.simulator.arrivals import arrivals, shares
from benchmarks.simulator.cluster import Cluster
from benchmarks.simulator.contest import Contest, Race, Variant
from benchmarks.simulator.curves import Curve, always, between, curves
from benchmarks.simulator.drawing import plane_plot, race_plot
from benchmarks.simulator.group import spread
from benchmarks.simulator.laws import Builtin, Keda
from benchmarks.simulator.machine import Machine
from benchmarks.simulator.member import Member
from benchmarks.simulator.report import as_dict, table, totals
from benchmarks.simulator.run import simulate
from winepipeline_operator.scaling.observation import Failure, GroupState, Observation, Partition
from winepipeline_operator.scaling.settings import ScalingSettings

MACHINE = Machine()


def lagging(lag: int, replicas: int, second: float = 15.0) -> Observation:
    """An observation of one partition with a lag."""
    return Observation(second, (Partition(0, lag, 0),), GroupState.STABLE, replicas, replicas)


def test_a_run_is_the_same_every_time() -> None:
    """Whoever repeats the benchmark gets its numbers to the last digit."""
    curve = curves()[4]
    short = replace(curve, minutes=25)
    first, second = (simulate(MACHINE, short, arrivals(short, MACHINE), Keda(2000, 12, 1, 12)) for _ in range(2))
    assert first == second


def test_every_event_is_taken_once() -> None:
    """However often partitions move, the group ends where the topic ends: nothing is lost and nothing taken twice."""
    curve = Curve("rest", "", 20, between(3.0, 0.0, (0, 10)), 1)
    rows = arrivals(curve, MACHINE)
    cluster = Cluster(MACHINE, curve, rows)
    while cluster.second < curve.seconds:
        cluster.step()
        if cluster.second % 45 == 0:
            cluster.scale(1 + cluster.second // 45 % 12)
    seen = cluster.look()
    assert isinstance(seen, Observation)
    assert [each.committed_offset for each in seen.partitions] == [row[-1] for row in rows]


def test_a_group_keeps_up_with_its_capacity_and_no_more() -> None:
    """Two replicas at nine tenths of their rate have no backlog, and one has exactly what it cannot do."""
    curve = Curve("calm", "", 20, always(1.7), 1)
    rows = arrivals(curve, MACHINE)
    for replicas, least, most in ((2, 0, 5_000), (1, 600_000, 1_200_000)):
        cluster = Cluster(MACHINE, curve, rows)
        cluster.scale(replicas)
        while cluster.second < curve.seconds:
            cluster.step()
        assert least <= cluster.lag() <= most


def test_partitions_are_spread_evenly_and_mostly_stay() -> None:
    """A member that joins takes partitions from the others, and no partition moves between those that stay."""
    first, second, third = (Member(name, 0, 1000.0) for name in "abc")
    before = spread([None] * 12, [first, second])
    after = spread(before, [first, second, third])
    assert [sum(owner is member for owner in after) for member in (first, second, third)] == [4, 4, 4]
    assert all(now is then or now is third for then, now in zip(before, after, strict=True))


def test_keys_make_partitions_uneven() -> None:
    """As with real product ids, the fullest partition gets half as much again as the average."""
    assert sum(shares(12, 1)) == pytest.approx(1.0)
    assert 1.2 / 12 < max(shares(12, 1)) < 2 / 12


@pytest.mark.parametrize(("lag", "replicas"), [(50, 5), (51, 6), (59, 6), (60, 5)])
def test_keda_asks_for_one_more_than_its_cap(lag: int, replicas: int) -> None:
    """The opponent has KEDA's known flaw: five partitions and a threshold of 10 make six replicas of a lag of 51."""
    assert Keda(10, 5, 1, 12).wanted(lag, current=1) == replicas


def test_the_hpa_grows_by_four_or_doubles_and_shrinks_after_five_minutes() -> None:
    """The opponent scales as Kubernetes' defaults do."""
    law = Keda(100, 20, 1, 64)
    ups = [law.replicas(lagging(2000, replicas, second)) for replicas, second in ((1, 15.0), (5, 30.0), (10, 45.0))]
    assert ups == [5, 10, 20]
    downs = [law.replicas(lagging(100, 20, second)) for second in (60.0, 200.0, 330.0, 360.0)]
    assert downs == [20, 20, 20, 1]


def test_keda_sleeps_after_its_cool_down_and_wakes_with_one() -> None:
    """The opponent goes to zero after 300 s without lag, and comes back with a single replica."""
    law = Keda(100, 6, 0, 6)
    assert law.replicas(lagging(10, 1, 30.0)) == 1
    assert [law.replicas(lagging(0, 1, second)) for second in (300.0, 330.0, 360.0)] == [1, 1, 0]
    assert law.replicas(lagging(5000, 0, 390.0)) == 1


def test_keda_holds_what_it_cannot_see() -> None:
    """The opponent is not made worse than it is: a failed look changes nothing."""
    assert Keda(100, 6, 1, 6).replicas(Failure(15.0, "down", 3)) == 3


@pytest.mark.parametrize("name", ["step", "on/off"])
def test_no_threshold_beats_the_law(name: str) -> None:
    """On the curves short enough for a test, no KEDA threshold is both in time more often and cheaper."""
    curve = replace(next(each for each in curves() if each.name == name), minutes=60)
    rows = arrivals(curve, MACHINE)
    ours, _ = simulate(MACHINE, curve, rows, Builtin(ScalingSettings(12, 1, 12)))
    for threshold in (50, 2000, 50_000):
        theirs, _ = simulate(MACHINE, curve, rows, Keda(threshold, 12, 1, 12))
        assert not theirs.beats(ours)
        assert ours.scalings < theirs.scalings


def tiny() -> Contest:
    """A contest of two laws on two short curves."""
    variant = Variant("tiny", thresholds=(500,))
    races = []
    for curve in (Curve("calm", "nothing much", 5, always(0.5), 1), Curve("rush", "a lot", 10, always(3.0), 2)):
        rows = arrivals(curve, MACHINE)
        own, moments = simulate(MACHINE, curve, rows, Builtin(ScalingSettings(12, 1, 12)))
        theirs, others = simulate(MACHINE, curve, rows, Keda(500, 12, 1, 12))
        races.append(Race(curve.name, curve.story, own, {500: theirs}, {"built in": moments, "KEDA 500": others}))
    return Contest(variant, races)


def test_the_report_counts_where_we_lose() -> None:
    """The benchmark's last line holds what is promised of it, and a loss cannot hide in it."""
    contest = tiny()
    found = json.loads(json.dumps(as_dict(contest)))
    assert {"curves", "opponents", "pareto_losses", "scalings_ratio"} <= set(found)
    assert (found["pareto_losses"], found["pareto_losses_at"]) == (0, [])
    lost = replace(contest.races[0], ours=replace(contest.races[0].ours, late_seconds=10**6, replica_minutes=10**6))
    worse = as_dict(replace(contest, races=[lost, contest.races[1]]))
    assert (worse["pareto_losses"], worse["pareto_losses_at"]) == (1, [{"curve": "calm", "threshold": 500}])
    assert all(name in table(contest) for name in ("calm", "rush", "**all**"))
    assert len(totals(contest).splitlines()) == 4


def test_the_plots_are_pictures() -> None:
    """What is committed as SVG can be drawn: well-formed, with a line for each law."""
    contest = tiny()
    drawn = race_plot(contest.races[1], Curve("rush", "a lot", 10, always(3.0), 2), MACHINE)
    picture = ET.fromstring(drawn)  # noqa: S314 - our own drawing
    words = [each.text for each in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert {"built in", "KEDA 500", "replicas"} <= set(words)
    ET.fromstring(plane_plot(contest))  # noqa: S314 - our own drawing

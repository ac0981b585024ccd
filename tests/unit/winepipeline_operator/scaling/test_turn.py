"""Who writes the consumers' number in each mode, and what is told of it."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from winepipeline_operator.scaling.decision import Action, Decision, Limit
from winepipeline_operator.scaling.ledger import Ledger
from winepipeline_operator.scaling.observation import Failure, GroupState, Observation
from winepipeline_operator.scaling.state import Rate, State
from winepipeline_operator.scaling.turn import Turn, settings_of, turn
from winepipeline_operator.spec import WinePipeline

Make = Callable[[Any], WinePipeline]
Look = Callable[..., Observation]


def in_mode(pipeline: Make, mode: str, *, paused: bool = False, **scaling: int) -> WinePipeline:
    """A pipeline whose consumers are scaled so."""
    return pipeline({"paused": paused, "consumer": {"scaling": {"mode": mode, **scaling}}})


def turns(wanted: WinePipeline, looks: Sequence[Observation | Failure], *, owned: bool = True) -> list[Turn]:
    """One turn after the other, the ledger handed on."""
    found, ledger = [], Ledger()
    for seen in looks:
        found.append(turn(wanted, ledger, seen, settings_of(wanted, 6), owned=owned))
        ledger = found[-1].ledger
    return found


def backlog(look: Look) -> list[Observation]:
    """A backlog that a single consumer does not drain."""
    return [look(second, 1000 * second + 100_000, 100 * second, replicas=1) for second in range(0, 120, 15)]


def test_builtin_writes_the_number_and_says_so(pipeline: Make, look: Look) -> None:
    """A backlog makes the operator ask for more consumers, and an Event says how many and why."""
    found = turns(in_mode(pipeline, "Builtin"), backlog(look)[:3])
    assert [each.replicas for each in found] == [None, 6, None]
    (news,) = found[1].news
    assert (news.reason, news.warning) == ("ScaledUp", False)
    assert news.message.startswith("from 1 to 6 consumers: ")
    assert not any(each.release for each in found)


def test_builtin_takes_the_number_over_as_it_stands(pipeline: Make, look: Look) -> None:
    """After another mode or a fresh start the scaler takes the field without changing it, also when it sees nothing."""
    wanted = in_mode(pipeline, "Builtin")
    seen = turn(wanted, Ledger(), look(0, 0, 0, replicas=4), settings_of(wanted, 6), owned=False)
    blind = turn(wanted, Ledger(), Failure(0.0, "away", 4), settings_of(wanted, None), owned=False)
    assert (seen.replicas, blind.replicas) == (4, 4)
    assert seen.news == ()


def test_a_failure_to_see_changes_nothing_and_is_told_once(pipeline: Make, look: Look) -> None:
    """A broker that is away is one warning, and the consumers stay."""
    found = turns(in_mode(pipeline, "Builtin"), [Failure(n * 15.0, "away", 3) for n in range(1, 6)])
    assert {each.replicas for each in found} == {None}
    assert [news.reason for each in found for news in each.news] == ["ObservationFailed"]
    assert found[0].news[0].warning


def test_recommend_tells_and_writes_nothing(pipeline: Make, look: Look) -> None:
    """The advice is one Event and stands in the ledger; the number is written by nobody on its account."""
    found = turns(in_mode(pipeline, "Recommend"), backlog(look), owned=False)
    assert {each.replicas for each in found} == {None}
    assert [news.reason for each in found for news in each.news] == ["ScalingRecommended"]
    assert [each.replicas for each in found[-1].ledger.decisions] == [6]


@pytest.mark.parametrize("mode", ["Off", "Keda", "Recommend"])
@pytest.mark.parametrize("owned", [True, False])
def test_other_modes_give_the_number_up(pipeline: Make, look: Look, mode: str, owned: bool) -> None:
    """In a mode where somebody else writes the number the scaler lets go of it once, and writes nothing."""
    wanted = in_mode(pipeline, mode)
    found = turn(wanted, Ledger("Builtin"), look(0, 0, 0), settings_of(wanted, 6), owned=owned)
    assert (found.replicas, found.release) == (None, owned)
    assert found.ledger.mode == mode


def test_a_pause_is_nobodys_decision(pipeline: Make, look: Look) -> None:
    """While paused the scaler neither wakes the consumers nor holds on to their number."""
    waiting = look(0, 10_000, 0, replicas=0, group=GroupState.EMPTY, ready=0)
    wanted = in_mode(pipeline, "Builtin", paused=True)
    found = turn(wanted, Ledger("Builtin"), waiting, settings_of(wanted, 6), owned=True)
    assert (found.replicas, found.release, found.news) == (None, True, ())


def test_what_waits_wakes_those_that_sleep(pipeline: Make, look: Look) -> None:
    """From zero the consumers come back at once, as many as what waits needs."""
    known = Ledger("Builtin", state=State(rate=Rate(1000.0, 1000.0, 1000.0), replicas=0))
    waiting = look(0, 60_000, 0, replicas=0, group=GroupState.EMPTY, ready=0)
    wanted = in_mode(pipeline, "Builtin", minReplicas=0)
    found = turn(wanted, known, waiting, settings_of(wanted, 6), owned=True)
    assert found.replicas is not None
    assert found.replicas > 1
    assert found.news[0].reason == "Woken"


def test_bounds_that_a_person_changes_hold_at_once(pipeline: Make, look: Look) -> None:
    """A new maximum needs no look at the load."""
    wanted = in_mode(pipeline, "Builtin", maxReplicas=2)
    found = turn(wanted, Ledger(), look(0, 0, 0, replicas=5), settings_of(wanted, 6), owned=True)
    assert found.replicas == 2
    assert found.news[0].reason == "ScaledIntoBounds"


def test_a_change_of_mode_forgets_the_last_modes_advice(pipeline: Make, look: Look) -> None:
    """What was measured of a group under another hand is not judged as our own deed."""
    before = Ledger("Off", decisions=(Decision(1.0, Action.UP, 1, 2, Limit.NOTHING, "…"),), state=State(replicas=9))
    wanted = in_mode(pipeline, "Builtin")
    found = turn(wanted, before, look(0, 0, 0, replicas=2), settings_of(wanted, 6), owned=True)
    assert found.replicas is None
    assert found.ledger.state.change is None

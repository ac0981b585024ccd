"""What of the scaler's decisions is kept to be read, and what a new operator goes on from."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winepipeline_operator.scaling.decision import Action, Decision, Limit
from winepipeline_operator.scaling.law import decide
from winepipeline_operator.scaling.ledger import KEPT, Ledger
from winepipeline_operator.scaling.observation import Failure, Observation
from winepipeline_operator.scaling.settings import ScalingSettings
from winepipeline_operator.scaling.state import Rate, State


def decision(second: float, before: int, after: int, limit: Limit = Limit.NOTHING) -> Decision:
    """A decision."""
    action = Action.KEEP if before == after else Action.UP if after > before else Action.DOWN
    return Decision(1_764_000_000.0 + second, action, before, after, limit, "because")


def filled(*decisions: Decision, mode: str = "Builtin") -> Ledger:
    """A ledger after these."""
    ledger = Ledger()
    for each in decisions:
        ledger = ledger.after(mode, each, State())
    return ledger


def test_changes_are_kept_and_quiet_is_not() -> None:
    """A person finds the last changes, not the ten last times that nothing was to be done."""
    quiet = [decision(30.0 + n, 2, 2) for n in range(50)]
    ledger = filled(decision(0, 1, 2), *quiet, decision(100, 2, 1))
    assert [each.replicas for each in ledger.decisions] == [2, 1]
    assert ledger.latest is not None
    assert ledger.latest.replicas == 1


def test_a_limit_is_kept_once_when_it_begins() -> None:
    """A maximum that binds for an hour is one entry, and so is a broker that is away."""
    bound = [decision(n, 6, 6, Limit.MAX_REPLICAS) for n in range(5)]
    away = [decision(10.0 + n, 6, 6, Limit.OBSERVATION_FAILED) for n in range(5)]
    assert [each.limit for each in filled(*bound, *away).decisions] == [Limit.MAX_REPLICAS, Limit.OBSERVATION_FAILED]


def test_the_same_advice_is_kept_once() -> None:
    """What is only recommended would be said again at each look."""
    told = filled(*(decision(n, 1, 3) for n in range(5)), decision(9, 1, 2), mode="Recommend")
    assert [each.replicas for each in told.decisions] == [3, 2]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.sampled_from(Limit)), max_size=40))
def test_the_status_holds_all_that_is_needed(entries: list[tuple[int, int, Limit]]) -> None:
    """What the status says is what the next operator reads, and never more than ten decisions."""
    ledger = filled(*(decision(n, *each) for n, each in enumerate(entries)))
    again = Ledger.from_status(ledger.to_status())
    assert again.to_status() == ledger.to_status()
    assert len(again.decisions) <= KEPT


@pytest.mark.parametrize(
    "status", [None, [], "x", {"decisions": [{"time": "no"}], "latest": 3, "state": {"window": 1}}]
)
def test_what_cannot_be_read_is_no_memory(status: object) -> None:
    """A status that somebody damaged stops no operator."""
    found = Ledger.from_status(status)
    assert (found.decisions, found.latest, found.state) == ((), None, State())


def test_news_is_written_at_once_and_the_rest_now_and_then() -> None:
    """The API server is not written to at each look, and a restart loses a minute of memory at most."""
    ledger = filled(decision(0, 1, 2))
    assert ledger.worth_writing
    ledger = ledger.noted().after("Builtin", decision(15, 2, 2), State())
    assert ledger.worth_writing, "a change is followed by calm"
    ledger = ledger.noted().after("Builtin", decision(30, 2, 2), State())
    assert not ledger.worth_writing
    assert ledger.after("Builtin", decision(80, 2, 2), State()).worth_writing


def test_what_was_learnt_outlives_a_mode_that_does_not_decide() -> None:
    """Back in Builtin the law knows how fast a consumer is, and has forgotten what is no longer true."""
    state = State(rate=Rate(1000.0, 1000.0), replicas=4, quiet_since_seconds=3.0)
    resting = filled(decision(0, 1, 4)).after("Builtin", decision(1, 4, 4), state).resting("Off")
    assert resting.state == State(rate=Rate(1000.0, 1000.0))
    assert resting.latest is None
    assert len(resting.decisions) == 1


def test_a_new_operator_goes_on_from_the_status(look: Callable[..., Observation]) -> None:
    """Killing the operator changes nothing: the next one holds until it has looked twice, and knows the rate."""
    settings, ledger = ScalingSettings(), Ledger()
    for second in range(0, 120, 15):
        seen = look(second, 100 * second, 100 * second)
        ledger = ledger.after("Builtin", *decide(settings, ledger.state, seen))
    again = Ledger.from_status(ledger.to_status())
    assert again.state.rate == ledger.state.rate
    first, state = decide(settings, again.state, look(130, 13000, 13000))
    assert (first.action, first.changes) == (Action.HOLD, False)
    second_decision, _ = decide(settings, state, look(145, 14500, 14500))
    assert not second_decision.changes


@pytest.mark.parametrize("arriving", [0, 1000])
def test_each_decision_can_be_read_again(look: Callable[..., Observation], arriving: int) -> None:
    """Whatever the law decides can be read from the status to the last figure, also when nothing arrives any more."""
    settings, state = ScalingSettings(), State()
    for second in range(0, 200, 15):
        seen = look(second, arriving * second + 100_000, 100 * second, replicas=1)
        told, state = decide(settings, state, seen)
        assert Decision.from_status(told.to_status()) == told
        state = replace(state, replicas=1, change=None)


def test_advice_is_the_same_as_decisions_without_the_deed(look: Callable[..., Observation]) -> None:
    """In Recommend the law asks for what it would do in Builtin, again and again, and nothing is settled for it."""
    settings, state = ScalingSettings(acts=False), State()
    asked = []
    for second in range(0, 200, 15):
        seen = look(second, 1000 * second + 100_000, 100 * second, replicas=1, busy_share=0.95)
        told, state = decide(settings, state, seen)
        asked.append(told.replicas)
        assert told.replicas_before == 1
    assert asked[-1] == 6
    assert set(asked[-8:]) == {6}, "the advice stands as long as the load does"


def test_a_failed_look_asks_for_what_stands() -> None:
    """While nothing can be seen, the number that stands is the number that is asked for."""
    told, _ = decide(ScalingSettings(), State(), Failure(1.0, "away", 3))
    assert (told.replicas, told.changes) == (3, False)
    assert replace(told, detail="") != told

"""Flags over the resource."""

from pathlib import Path

import pytest

from winepipeline_local.order import Flags, order
from winepipeline_local.plan import Counts
from winepipeline_local.resource import pipeline_of, text_of
from winepipeline_operator.environment import Address, Endpoints, producer_environment

DEMO = pipeline_of(text_of(None), "demo")


def test_without_flags_the_resource_stands() -> None:
    """The resource alone says what runs."""
    found = order(DEMO, Flags())
    assert found.pipeline == DEMO
    assert found.how_many == Counts(1, 1)


def test_flags_win_over_the_resource() -> None:
    """More load and more consumers need no edit of the file."""
    found = order(DEMO, Flags(events_per_second=20_000, consumers=3))
    environment = producer_environment(found.pipeline, Endpoints("k:1", Address("http", "h", 1)))
    assert environment["EVENTS_PER_SECOND"] == "20000"
    assert "EVENT_GENERATION_DELAY" not in environment
    assert found.how_many == Counts(1, 3)


def test_a_higher_pace_is_that_of_the_rushes() -> None:
    """20,000 events a second come and go in the demo, whose producer has a calm."""
    endpoints = Endpoints("k:1", Address("http", "h", 1))
    high = producer_environment(order(DEMO, Flags(events_per_second=20_000)).pipeline, endpoints)
    assert (high["EVENTS_PER_SECOND"], high["EVENTS_CALM_PER_SECOND"]) == ("20000", "50")


def test_no_producer_means_none() -> None:
    """`--no-producer` loads what others have made."""
    assert order(DEMO, Flags(producer=False)).how_many == Counts(0, 1)


def test_the_next_command_names_the_same_pipeline() -> None:
    """What is offered to type next works as it is printed."""
    assert Flags().again("audit") == "winepipeline audit"
    flags = Flags(file=Path("a.yaml"), state=Path("/tmp/x"))  # noqa: S108 - a name only
    assert flags.again("up") == "winepipeline up -f a.yaml --state /tmp/x"
    assert Flags(program=".venv/bin/winepipeline").again("audit") == ".venv/bin/winepipeline audit"


@pytest.mark.parametrize(
    ("scaling", "flags", "mode", "scaled"),
    [
        ("{mode: Builtin}", Flags(), "Builtin", True),
        ("{mode: Recommend}", Flags(), "Recommend", True),
        ("{mode: 'Off'}", Flags(), "Off", False),
        ("{mode: Keda}", Flags(), "Builtin", True),
        ("{mode: Builtin}", Flags(consumers=2), "Builtin", False),
    ],
)
def test_the_mode_says_who_scales(scaling: str, flags: Flags, mode: str, scaled: bool) -> None:
    """A laptop honours the resource's mode, has no KEDA, and leaves a number alone that a person has fixed."""
    text = text_of(None).replace("    scaling:\n", f"    scaling: {scaling}\n").split("      minReplicas")
    demo = text[0] + text[1][text[1].index("\n\n") :]
    found = order(pipeline_of(demo, "demo"), flags)
    assert (found.pipeline.spec.consumer.scaling.mode, found.scaled) == (mode, scaled)

"""What `winepipeline up` says once everything is up: which load comes, what to type next."""

from pathlib import Path

from winepipeline_local.order import Flags, order
from winepipeline_local.resource import pipeline_of, text_of
from winepipeline_local.up import history_commands, load_words


def test_a_history_that_the_resource_asks_for_is_offered() -> None:
    """Whoever runs a resource with spec.backfill on a laptop learns how to load that history."""
    demo = text_of(None)
    flags = Flags(file=Path("cellar.yaml"), program="winepipeline")
    assert history_commands(order(pipeline_of(demo, "the demo"), flags)) == ()
    asked = pipeline_of(f"{demo.rstrip()}\n  backfill: {{days: 30, ordersPerDay: 50}}\n", "the demo")
    ((command, purpose),) = history_commands(order(asked, flags))
    assert command == "winepipeline backfill -f cellar.yaml"
    assert "1,500 orders" in purpose


def test_a_load_in_waves_is_announced() -> None:
    """Nobody wonders why the load fell by itself; a load that stays the same needs no word."""
    demo = pipeline_of(text_of(None), "the demo")
    assert load_words(order(demo, Flags())) == ""
    assert load_words(order(demo, Flags(events_per_second=10))) == ""
    assert load_words(order(demo, Flags(events_per_second=20_000, producer=False))) == ""
    words = load_words(order(demo, Flags(events_per_second=20_000)))
    assert words == "20,000 events/s for 30 s, then 50 for 90 s, in turn"

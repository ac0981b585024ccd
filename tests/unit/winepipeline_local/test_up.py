"""What `winepipeline up` offers to type next."""

from pathlib import Path

from winepipeline_local.order import Flags, order
from winepipeline_local.resource import pipeline_of, text_of
from winepipeline_local.up import history_commands


def test_a_history_that_the_resource_asks_for_is_offered() -> None:
    """Whoever runs a resource with spec.backfill on a laptop learns how to load that history."""
    demo = text_of(None)
    flags = Flags(file=Path("cellar.yaml"), program="winepipeline")
    assert history_commands(order(pipeline_of(demo, "the demo"), flags)) == ()
    asked = pipeline_of(f"{demo.rstrip()}\n  backfill: {{days: 30, ordersPerDay: 50}}\n", "the demo")
    ((command, purpose),) = history_commands(order(asked, flags))
    assert command == "winepipeline backfill -f cellar.yaml"
    assert "1,500 orders" in purpose

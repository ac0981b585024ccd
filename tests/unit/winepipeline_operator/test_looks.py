"""What is remembered of a pipeline from look to look, and when it is better forgotten."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from winepipeline_operator.brokers import Answer
from winepipeline_operator.looks import Looks, Means
from winepipeline_operator.scaling.ledger import Ledger
from winepipeline_operator.spec import WinePipeline

KEY = ("cellar", "albert")
BODY = {
    "apiVersion": "caves-albert.io/v1alpha1",
    "kind": "WinePipeline",
    "metadata": {"name": KEY[1], "namespace": KEY[0], "uid": "a-uid"},
    "spec": {"broker": {"redpanda": {}}, "warehouse": {"emulator": {}}},
}


class StubScaler:
    """Remembers what it was given, and fails when it is given what it returned before."""

    def __init__(self) -> None:
        self.given: list[Ledger] = []

    def turn(self, _: WinePipeline, ledger: Ledger, __: object) -> Ledger:
        """A ledger that will not do for the next turn."""
        self.given.append(ledger)
        if ledger.mode == "Off":
            raise ValueError("this ledger cannot be gone on from")
        return Ledger(mode="Off")


def test_a_look_that_failed_is_followed_by_one_with_a_clear_head() -> None:
    """A fault of the operator's costs a pipeline one look, not all of them until somebody restarts the operator."""
    scaler = StubScaler()
    means: Any = SimpleNamespace(
        cache=SimpleNamespace(find=lambda *_: SimpleNamespace(body=lambda: BODY), of_pipeline=lambda _: ()),
        brokers=SimpleNamespace(ask=lambda *_: Answer()),
        scaler=scaler,
        restarts=SimpleNamespace(turn=lambda *_: None),
        news=lambda _: None,
        stall_seconds=60.0,
        look_seconds=15.0,
        judged_seconds=60.0,
    )
    looks = Looks(cast(Means, means))
    looks.look(KEY)
    with pytest.raises(ValueError, match="cannot be gone on from"):
        looks.look(KEY)
    looks.look(KEY)
    looks.stop()
    assert [each.mode for each in scaler.given] == ["", "Off", ""]

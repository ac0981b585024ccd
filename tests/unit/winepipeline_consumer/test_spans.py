"""Which partitions can be claimed while brokers are away."""

import pytest

from winepipeline_consumer.spans import Span, told


def test_partitions_whose_leader_is_away_wait_alone(caplog: pytest.LogCaptureFixture) -> None:
    """The others are told at once; a broker that is silent is waited for once, however many partitions it leads."""
    asked = []

    def ask(partition: int) -> Span | None:
        asked.append(partition)
        return None if partition in {1, 2} else (10, 20)

    leaders = {0: -1, 1: 7, 2: 7, 3: 8, 4: 8}
    assert told([4, 3, 2, 1, 0, 5], leaders, ask) == {3: (10, 20), 4: (10, 20)}
    assert asked == [1, 3, 4]
    assert "no leader tells where partitions [0, 1, 2, 5] begin and end" in caplog.text

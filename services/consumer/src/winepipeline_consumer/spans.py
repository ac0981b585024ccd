"""Where logs begin and end, asked of the brokers that lead them. Pure."""

import logging
from collections.abc import Callable, Iterable, Mapping

Span = tuple[int, int]
"""The first offset that the broker still has, and that of the next message."""

_LOG = logging.getLogger(__name__)


def told(partitions: Iterable[int], leaders: Mapping[int, int], ask: Callable[[int], Span | None]) -> dict[int, Span]:
    """The spans of those partitions that have a leader which tells.

    One without a leader keeps none of the others waiting, and a broker that is silent is waited for once.

    Args:
        partitions: whose spans are wanted.
        leaders: from partition to the broker that leads it; below 0 where none does.
        ask: gives a partition's span, None when its leader is silent.
    """
    spans: dict[int, Span] = {}
    silent: set[int] = set()
    wanted = sorted(set(partitions))
    for partition in wanted:
        leader = leaders.get(partition, -1)
        if leader < 0 or leader in silent:
            continue
        span = ask(partition)
        if span is None:
            silent.add(leader)
        else:
            spans[partition] = span
    if untold := [partition for partition in wanted if partition not in spans]:
        _LOG.warning("no leader tells where partitions %s begin and end; the others are read meanwhile", untold)
    return spans

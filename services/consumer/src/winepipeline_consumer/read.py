"""What comes of reading: messages, and what else the broker told. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from winepipeline_consumer.ownership import Partitions
from winepipeline_consumer.sift import Slice


@dataclass(frozen=True, slots=True)
class Read:
    """What one look into the topic brought.

    Attributes:
        messages: the messages themselves, for their keys and headers.
        slice: their columns.
        lost_place: partitions whose position the broker does not have any more.
        ends: for partitions that were read to their end, the offset of that end.
    """

    messages: Sequence[Any]
    slice: Slice
    lost_place: Partitions
    ends: Mapping[int, int] = field(default_factory=dict)

"""What the simulated cluster is made of. The same for every curve and every law."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Machine:
    """The cluster's constants.

    Attributes:
        partitions: of the topic.
        max_replicas: that any law may ask for.
        events_per_second: that one replica writes once a batch is on its way.
        speed_spread: replicas differ by up to this share, either way.
        overhead_seconds: that a batch costs besides, however small.
        batch_size: a batch starts as soon as so many events wait for the replica ...
        linger_seconds: ... or so long after the last one ended, if there is any.
        max_batch_size: a batch holds no more.
        start_seconds: from asking for a replica until it joins the group ...
        start_spread_seconds: ... give or take this.
        stall_seconds: that a rebalance stops partitions; what was in flight is done again.
        cooperative: only partitions that move stop; otherwise all do.
        busy: what the consumers' metrics say: "work", "gather" (a tenth of it while nothing queues), or "none".
        poll_seconds: how often a law looks.
        late_after_seconds: an event that waits longer is late.
    """

    partitions: int = 12
    max_replicas: int = 12
    events_per_second: float = 1000.0
    speed_spread: float = 0.1
    overhead_seconds: float = 0.2
    batch_size: int = 100
    linger_seconds: float = 1.0
    max_batch_size: int = 5000
    start_seconds: float = 15.0
    start_spread_seconds: float = 5.0
    stall_seconds: float = 8.0
    cooperative: bool = False
    busy: str = "work"
    poll_seconds: int = 15
    late_after_seconds: int = 60

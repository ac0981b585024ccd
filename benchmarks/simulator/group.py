"""The consumer group: who has which partition, and what it costs to change that."""

from dataclasses import dataclass, field

from benchmarks.simulator.member import Member, Topic


@dataclass(slots=True)
class Group:
    """The members that have joined, and their partitions.

    Attributes:
        owners: by partition.
        joined: the members among whom the partitions were last spread.
        unstable_until: when the last rebalance ends.
    """

    owners: list[Member | None]
    joined: list[Member] = field(default_factory=list)
    unstable_until: float = 0.0

    def rebalance(self, topic: Topic, members: list[Member], now: float, stall_seconds: float) -> None:
        """Spread the partitions anew, evenly, moving as few as possible; the stopped ones stall."""
        owners = spread(self.owners, members)
        moved = [partition for partition, owner in enumerate(owners) if owner is not self.owners[partition]]
        stopped = moved if topic.machine.cooperative else range(len(owners))
        touched: set[int] = set()
        for partition in stopped:
            topic.stalled_until[partition] = now + stall_seconds
            touched |= {id(owners[partition]), id(self.owners[partition])}
        self.owners, self.joined = owners, list(members)
        self.unstable_until = topic.stall_ends = now + stall_seconds
        for member in members:
            member.mine = [partition for partition, owner in enumerate(owners) if owner is member]
            if id(member) in touched:
                member.drop(now, topic.machine)


def spread(owners: list[Member | None], members: list[Member]) -> list[Member | None]:
    """Partitions over members: evenly, and each stays where it is if it can."""
    result: list[Member | None] = [None] * len(owners)
    if not members:
        return result
    least, more = divmod(len(owners), len(members))
    room = {
        id(member): least + (place < more)
        for place, member in enumerate(sorted(members, key=lambda member: -len(member.mine)))
    }
    for partition, owner in enumerate(owners):
        if owner is not None and room.get(id(owner), 0) > 0:
            result[partition] = owner
            room[id(owner)] -= 1
    free = (member for member in members for _ in range(room[id(member)]))
    return [owner if owner is not None else next(free) for owner in result]

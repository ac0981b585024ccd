"""How far the watches are: which namespaces are seen whole, and what is still waited for."""

from collections.abc import Iterable

from winepipeline_operator.informer import Informer
from winepipeline_operator.kinds import OPTIONAL_KINDS
from winepipeline_process.http import Health


class Listing:
    """All watches but that of the pipelines; any thread may call."""

    def __init__(self, informers: Iterable[Informer]) -> None:
        self._informers = tuple(informers)

    def start(self) -> None:
        """Begin to watch."""
        for each in self._informers:
            each.start()

    def stop(self) -> None:
        """End, each with the next word of the server."""
        for each in self._informers:
            each.stop()

    def is_whole(self, namespace: str | None) -> bool:
        """Whether all that there is in a namespace has been seen once: before, what is there looks as if it were not.

        None: in all namespaces, where these are not watched one by one.
        """
        return all(each.complete.is_set() for each in self._informers if each.namespace in (None, namespace))

    @property
    def begun(self) -> bool:
        """Whether there is a namespace to work in; one that is gone, or closed to us, holds up no other."""
        return any(self.is_whole(scope) for scope in {each.namespace for each in self._informers})

    @property
    def kinds(self) -> frozenset[str]:
        """The optional kinds that the cluster serves."""
        return frozenset(each.kind.name for each in self._informers if each.kind in OPTIONAL_KINDS and each.served)

    @property
    def ended(self) -> list[str]:
        """What nobody watches any more."""
        return [each.kind.plural for each in self._informers if each.ended]

    def readiness(self) -> Health:
        """Ready: all that there is has been seen."""
        waiting = [each for each in self._informers if not each.complete.is_set()]
        refused = [each for each in waiting if each.refusal]
        if refused:
            places = sorted({each.namespace or "all namespaces" for each in refused})
            detail = f"pipelines are left as they are in {', '.join(places)}: {refused[0].refusal}"
            return Health(ok=False, reason="MayNotList", detail=detail)
        if waiting:
            plurals = ", ".join(sorted({each.kind.plural for each in waiting}))
            return Health(ok=False, reason="Listing", detail=f"{plurals} have not been listed yet")
        return Health(ok=True, reason="Watching")

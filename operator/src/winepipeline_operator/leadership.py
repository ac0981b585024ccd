"""Holds the Lease that lets one operator act and no other: takes it, renews it, stops acting where it cannot."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from winepipeline_operator.identity import Manifest
from winepipeline_operator.kinds import LEASE
from winepipeline_operator.kube import Kube
from winepipeline_operator.kube_errors import Absent, Conflict, KubeError, Unreachable
from winepipeline_operator.lease import (
    RENEW_SECONDS,
    TRUST_SECONDS,
    Sighting,
    holder_of,
    may_take,
    sighted,
    taken,
)

_LOG = logging.getLogger(__name__)

CALL_SECONDS = 5.0
"""How long a call about the Lease may take: one that hangs must leave time for another before the trust runs out."""

_POLL_SECONDS = 1.0
"""From one look at somebody else's Lease to the next."""

_NEVER_SECONDS = float("-inf")


class Leadership:
    """A thread that holds the Lease, or waits for it; any thread may ask."""

    def __init__(self, kube: Kube, namespace: str, name: str, me: str, lost: Callable[[], None]) -> None:
        """Nothing is done before `start`.

        Args:
            kube: a connection of its own, which no fence and no other call holds up.
            namespace: the operator's own.
            name: the Lease's; empty: there is none, and the operator acts without.
            me: who holds it, told from all others that may.
            lost: called once somebody else holds what we held.
        """
        self._kube = kube
        self._place = (namespace, name)
        self._me = me
        self._lost = lost
        self._renewed_seconds = _NEVER_SECONDS
        self._was_ours = False
        self._sighting: Sighting | None = None
        self._waits_for = ""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lease", daemon=True)

    def start(self) -> None:
        """Begin to ask for it."""
        if self._place[1]:
            self._thread.start()
        else:
            _LOG.info("LEASE_NAME is not set: nothing keeps a second operator from acting beside this one")

    def stop(self) -> None:
        """Let go of it, so that the next one may act at once."""
        self._stopping.set()
        if self._thread.ident is None:
            return
        self._thread.join(2 * CALL_SECONDS)
        self._renewed_seconds = _NEVER_SECONDS
        try:
            self._release()
        except KubeError as error:
            _LOG.warning("the Lease runs out by itself: %s", error.message)

    @property
    def held(self) -> bool:
        """Whether we may act right now."""
        return not self._place[1] or time.monotonic() - self._renewed_seconds < TRUST_SECONDS

    @property
    def ended(self) -> bool:
        """Whether it was started and nobody renews any more, though nobody asked for that."""
        return self._thread.ident is not None and not self._thread.is_alive() and not self._stopping.is_set()

    @property
    def words(self) -> str:
        """What is waited for."""
        return f"the Lease {'/'.join(self._place)} {self._waits_for or 'has not been renewed for too long'}"

    def demand(self) -> None:
        """Raise `Unreachable` where we may not act.

        Raises:
            Unreachable: the Lease is not ours any more, or could not be renewed.
        """
        if not self.held:
            raise Unreachable(f"nothing is changed: {self.words}")

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._turn()
            except Conflict:  # somebody was faster
                self._stopping.wait(_POLL_SECONDS)
                continue
            except KubeError as error:
                self._say(f"cannot be had: {error.message}")
            except Exception:  # noqa: BLE001 - a thread that ends would stop all work
                _LOG.exception("a look at the Lease failed by a fault of ours")
            self._stopping.wait(RENEW_SECONDS if self.held else _POLL_SECONDS)

    def _turn(self) -> None:
        """Look at the Lease; take it or renew it where that may be."""
        begun = time.monotonic()
        lease = self._find()
        if lease is None:
            body = {"apiVersion": LEASE.api_version, "kind": LEASE.name, "metadata": {"name": self._place[1]}}
            self._kube.create(LEASE, self._place[0], {**body, "spec": taken(None, self._me, datetime.now(UTC))})
            self._took(begun)
            return
        self._sighting = sighted(self._sighting, lease, time.monotonic())
        if may_take(lease, self._me, self._sighting, begun):
            change = {"spec": taken(lease, self._me, datetime.now(UTC))}
            version = lease["metadata"]["resourceVersion"]
            self._kube.merge(LEASE, *self._place, {**change, "metadata": {"resourceVersion": version}})
            self._took(begun)
        else:
            self._belongs_to(holder_of(lease))

    def _find(self) -> Manifest | None:
        try:
            return self._kube.get(LEASE, *self._place)
        except Absent:
            return None

    def _took(self, begun_seconds: float) -> None:
        """It is ours from when we asked: nobody can have seen it so before."""
        if not self.held or not self._was_ours:
            _LOG.info("holds the Lease %s as %s", "/".join(self._place), self._me)
        self._renewed_seconds, self._was_ours, self._waits_for = begun_seconds, True, ""

    def _belongs_to(self, holder: str) -> None:
        self._renewed_seconds = _NEVER_SECONDS
        self._say(f"is held by {holder}")
        if self._was_ours:
            _LOG.error("%s by now: this operator ends", self.words)
            self._stopping.set()
            self._lost()

    def _say(self, waits_for: str) -> None:
        if waits_for != self._waits_for:
            self._waits_for = waits_for
            _LOG.warning("%s", self.words)

    def _release(self) -> None:
        lease = self._find()
        if lease is None or holder_of(lease) != self._me:
            return
        version = lease["metadata"]["resourceVersion"]
        change = {"metadata": {"resourceVersion": version}, "spec": {"holderIdentity": None}}
        self._kube.merge(LEASE, *self._place, change)
        _LOG.info("let go of the Lease %s", "/".join(self._place))

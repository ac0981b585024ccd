"""Scales the consumers of a run by the operator's own law, from a thread of its own: it decides, the run carries out.

A laptop's patience is shorter than a cluster's: it looks every few seconds, settles for ten, and shrinks after half a
minute. What it decides stands in the state folder, as it stands in a resource's status on Kubernetes.
"""

import logging
import threading
import time
from dataclasses import dataclass, replace

from winepipeline_local.decisions import Decisions
from winepipeline_local.fleet import Fleet
from winepipeline_operator.broker_errors import BrokerError
from winepipeline_operator.kafka import Cluster
from winepipeline_operator.login import Login
from winepipeline_operator.scaling.decision import Action
from winepipeline_operator.scaling.ledger import Ledger
from winepipeline_operator.scaling.observation import Busy, Failure, Observation
from winepipeline_operator.scaling.settings import ScalingSettings
from winepipeline_operator.scaling.turn import settings_of, turn
from winepipeline_operator.spec import WinePipeline

BROKER_SECONDS = 2.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Paces:
    """How patient the law is here.

    Attributes:
        look_seconds: from one look to the next.
        settle_seconds: for how long to measure after a change.
        scale_down_after_seconds: for how long fewer must have sufficed.
        sleep_after_seconds: for how long nothing may have come before the last one goes.
    """

    look_seconds: float = 3.0
    settle_seconds: float = 10.0
    scale_down_after_seconds: float = 30.0
    sleep_after_seconds: float = 60.0

    def applied(self, settings: ScalingSettings) -> ScalingSettings:
        """The resource's settings with this patience."""
        return replace(
            settings,
            settle_seconds=self.settle_seconds,
            scale_down_after_seconds=self.scale_down_after_seconds,
            sleep_after_seconds=self.sleep_after_seconds,
        )


class Autoscaler:
    """Looks and decides; `asked` is what it asks for, to be carried out by the thread that owns the fleet."""

    def __init__(
        self,
        pipeline: WinePipeline,
        login: Login,
        fleet: Fleet,
        decisions: Decisions,
        paces: Paces = Paces(),
    ) -> None:
        """`fleet` is only looked at; `decisions` are where an earlier run's are found, and this one's go."""
        self.asked: int | None = None
        self.headline = ""
        self._pipeline = pipeline
        self._login = login
        self._fleet = fleet
        self._decisions = decisions
        self._paces = paces
        self._ledger = Ledger.from_status(decisions.read()).resting(pipeline.spec.consumer.scaling.mode)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scaling", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Decide no more; returns once no look is under way, or after a few seconds."""
        self._stop.set()
        self._thread.join(2 * BROKER_SECONDS)

    def take(self) -> int | None:
        """What is newly asked for, once."""
        asked, self.asked = self.asked, None
        return asked

    def _run(self) -> None:
        cluster = Cluster(self._login, BROKER_SECONDS)
        while not self._stop.wait(self._paces.look_seconds):
            self._look(cluster)
        cluster.close()

    def _look(self, cluster: Cluster) -> None:
        consumers = [each for each in self._fleet.consumers if each.wanted]
        wanted, spec = len(consumers), self._pipeline.spec
        seen: Observation | Failure
        partitions = None
        try:
            group = cluster.group(spec.topic.name, spec.consumer.group_id)
            partitions = group.count
            readings = {each.plan.name: each.latest for each in consumers}
            seen = Observation(
                time_seconds=time.time(),
                partitions=group.partitions,
                group_state=group.state,
                replicas_wanted=wanted,
                replicas_ready=sum(each.state == "running" for each in self._fleet.consumers),
                busy=tuple(
                    Busy(name, each.busy_seconds)
                    for name, each in readings.items()
                    if each is not None and each.busy_seconds is not None
                ),
            )
        except BrokerError as failure:
            seen = Failure(time.time(), failure.message, wanted)
        settings = self._paces.applied(settings_of(self._pipeline, partitions))
        done = turn(self._pipeline, self._ledger, seen, settings, owned=True)
        self._ledger = done.ledger
        self._say(done.ledger)
        if done.replicas is not None:
            self.asked = done.replicas

    def _say(self, ledger: Ledger) -> None:
        latest = ledger.latest
        if latest is None:
            return
        verb = {Action.HOLD: "waits: ", Action.KEEP: ""}.get(latest.action, f"{latest.action}: ")
        what = f"{latest.replicas_before} → {latest.replicas}" if latest.changes else f"stays at {latest.replicas}"
        self.headline = f"{ledger.mode}: {verb}{what}, {latest.detail}"
        if ledger.worth_writing:
            self._ledger = ledger.noted()
            self._decisions.write(ledger.to_status())

"""One service of the pipeline as a supervised process: started, scraped, started again when it ends unasked."""

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from winepipeline_local import gate
from winepipeline_local.child import Child
from winepipeline_local.errors import ServiceError
from winepipeline_local.plan import ServicePlan
from winepipeline_local.restart import GiveUp, after_exit, exit_code
from winepipeline_operator.reading import Reading
from winepipeline_operator.scrape import readiness, scrape

LAST_LINES = 8
KILL_SECONDS = 5.0


class Service:
    """A supervised process.

    `tick` is to be called several times a second, from the thread that started it; `scrape` from any.
    """

    def __init__(self, plan: ServicePlan, log_file: Path, say: Callable[[str], None]) -> None:
        """`say` is told, in a sentence, when the process ended unasked."""
        self.plan = plan
        self.restarts = 0
        self._log_file = log_file
        self._say = say
        self._child: Child | None = None
        self._exits_seconds: list[float] = []
        self._start_at_seconds: float | None = None
        self._earlier_lives = Reading()
        self._this_life: Reading | None = None
        self._is_ready = False
        self._says = "it does not answer yet"
        self._wanted = False
        self._life = threading.Lock()

    @property
    def state(self) -> str:
        """One or two words: starting, running, restarting, stopped."""
        if self._start_at_seconds is not None:
            return "restarting"
        if self._child is None or not self._child.running:
            return "stopped"
        return "running" if self._is_ready else "starting"

    @property
    def why_not_ready(self) -> str:
        """What keeps it from working, as it says itself; empty when nothing does."""
        if self.state == "running":
            return ""
        return self._says if self.state == "starting" else f"it is {self.state}"

    @property
    def answers(self) -> bool:
        """Whether its metrics could be read in this life: it has loaded itself and has begun to work."""
        return self._this_life is not None

    @property
    def latest(self) -> Reading | None:
        """What it has counted in this life alone, as far as that is known."""
        return self._this_life

    @property
    def reading(self) -> Reading:
        """What it has counted over all its lives in this session."""
        return self._earlier_lives + (self._this_life or Reading())

    @property
    def wanted(self) -> bool:
        """Whether it is kept running: from `start` until it is asked to stop."""
        return self._wanted

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._child is not None and self._child.running

    def prepare(self) -> None:
        """Start the process, but only as far as loading itself; `start` lets it go on."""
        self._begin([sys.executable, "-m", gate.__name__, self.plan.module], gated=True)

    def start(self) -> None:
        """Start the process, or let one that was prepared go on; returns at once. From now on it is kept running."""
        self._wanted = True
        if self._child is not None and self._child.running:
            self._child.open_gate()
        else:
            self._begin([sys.executable, "-m", self.plan.module])

    def _begin(self, command: list[str], *, gated: bool = False) -> None:
        child = Child.start(self.plan.name, command, self._log_file, self.plan.environment, gated=gated)
        with self._life:  # what a life before this one has counted stays, also when it was asked to end
            self._earlier_lives, self._this_life = self.reading, None
            self._child, self._is_ready, self._start_at_seconds = child, False, None

    def tick(self) -> None:
        """Notice that it ended; start it again when that is due.

        Raises:
            ServiceError: it ends again and again, or refuses its settings.
        """
        if not self._wanted:
            return
        if self._start_at_seconds is not None:
            if time.monotonic() >= self._start_at_seconds:
                self.restarts += 1
                self.start()
        elif self._child is not None:
            status = self._child.exit_status
            if status is not None:
                self._ended(self._child, status)

    def scrape(self) -> None:
        """Take its newest counts, those before stay when it does not answer; may be called from another thread."""
        child = self._child
        reading = scrape(self.plan.metrics_port)
        is_ready = reading is not None and (self._is_ready or self._says_ready())
        with self._life:
            if reading is not None and child is self._child:
                self._this_life, self._is_ready = reading, is_ready

    def ask_to_stop(self) -> None:
        """SIGTERM; returns at once. From now on it is not started again."""
        self._wanted, self._start_at_seconds = False, None
        if self._child is not None and self._child.running:
            self.scrape()
            self._child.terminate()

    def wait_until_stopped(self, deadline_seconds: float) -> bool:
        """Wait until a moment of the monotonic clock, then kill; whether it stopped by itself."""
        if self._child is None:
            return True
        if self._child.wait(max(0.0, deadline_seconds - time.monotonic())):
            return True
        self._child.kill()
        return False

    def kill(self) -> None:
        """End it now; it is not started again."""
        self._wanted, self._start_at_seconds = False, None
        if self._child is not None:
            self._child.kill()

    def _says_ready(self) -> bool:
        said = readiness(self.plan.metrics_port)
        if said is None:
            return False
        self._says = f"{said.reason}: {said.detail}" if said.detail else said.reason
        return said.ready

    def _ended(self, child: Child, status: int) -> None:
        now = time.monotonic()
        self._exits_seconds.append(now)
        with self._life:
            self._earlier_lives, self._this_life = self.reading, None
            self._child = None
        verdict = after_exit(status, self._exits_seconds)
        if isinstance(verdict, GiveUp):
            lines = "\n".join(f"    {line}" for line in child.last_lines(LAST_LINES))
            raise ServiceError(
                f"{self.plan.name} {verdict.why} (last {_how(status)}). Its last words:\n{lines}",
                f"The whole log is in {self._log_file}.",
                exit_code(status),
            )
        self._start_at_seconds = now + verdict.delay_seconds
        self._say(f"{self.plan.name} {_how(status)}; starting it again in {verdict.delay_seconds:.1f} s")


def _how(status: int) -> str:
    return f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"

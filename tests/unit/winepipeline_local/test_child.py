"""Child processes: their logs, their ends, and how a service is started again."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from winepipeline_local.child import LONGEST_LOG_BYTES, Child, last_lines
from winepipeline_local.errors import ServiceError
from winepipeline_local.plan import ServicePlan
from winepipeline_local.service import Service


def eventually(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether a condition came true in time."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


def service(tmp_path: Path, body: str, said: list[str]) -> Service:
    """A service whose module is this program."""
    (tmp_path / "tiny_service").mkdir()
    (tmp_path / "tiny_service" / "__init__.py").write_text("")
    (tmp_path / "tiny_service" / "__main__.py").write_text(body)
    environment = dict(os.environ) | {"PYTHONPATH": str(tmp_path)}
    plan = ServicePlan("tiny-1", "tiny_service", environment, metrics_port=1)
    return Service(plan, tmp_path / "logs" / "tiny-1.log", said.append)


def test_a_childs_output_is_kept(tmp_path: Path) -> None:
    """What a process says is found in its log, run after run."""
    log = tmp_path / "logs" / "x.log"
    for word in ("first", "second"):
        child = Child.start("x", [sys.executable, "-c", f"print({word!r})"], log)
        assert child.wait(10)
    assert last_lines(log, 5) == ["first", "second"]
    assert last_lines(tmp_path / "none.log", 5) == []


def test_a_log_does_not_grow_for_ever(tmp_path: Path) -> None:
    """A log of many runs is put aside when it has become long."""
    log = tmp_path / "x.log"
    with log.open("wb") as file:
        file.truncate(LONGEST_LOG_BYTES + 1)
    assert Child.start("x", [sys.executable, "-c", "print('new')"], log).wait(10)
    assert log.read_text() == "new\n"
    assert (tmp_path / "x.log.old").stat().st_size > LONGEST_LOG_BYTES


def test_java_stack_frames_are_no_last_words(tmp_path: Path) -> None:
    """An error shows the exception and not the twenty frames below it."""
    (tmp_path / "x.log").write_text("ERROR broken\n\tat a.B.c(B.java:1)\n\tat d.E.f(E.java:2)\n")
    assert last_lines(tmp_path / "x.log", 2) == ["ERROR broken"]


def test_a_deaf_child_is_killed(tmp_path: Path) -> None:
    """A process that ignores SIGTERM does not hold up the stop."""
    body = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    child = Child.start("deaf", [sys.executable, "-c", body], tmp_path / "deaf.log")
    assert eventually(lambda: last_lines(tmp_path / "deaf.log", 1) == ["up"])
    assert child.stop(0.2) is False
    assert child.exit_status == -signal.SIGKILL


def test_a_child_does_not_hear_the_terminals_interrupt(tmp_path: Path) -> None:
    """Ctrl-C reaches the command alone, which then stops its children in order."""
    child = Child.start("x", [sys.executable, "-c", "import time; time.sleep(60)"], tmp_path / "x.log")
    assert os.getpgid(child.pid) != os.getpgid(0)
    child.kill()


def test_a_service_that_dies_is_started_again_and_said_so(tmp_path: Path) -> None:
    """SIGKILL of a service is told in a sentence, and half a second later it is back."""
    said: list[str] = []
    tiny = service(tmp_path, "import time\ntime.sleep(60)\n", said)
    tiny.start()
    tiny._child.kill()  # type: ignore[union-attr]

    def back() -> bool:
        tiny.tick()
        return tiny.running

    tiny.tick()
    assert tiny.state == "restarting"
    assert eventually(back)
    assert said == ["tiny-1 was ended by signal 9; starting it again in 0.5 s"]
    assert tiny.restarts == 1
    tiny.kill()


def test_a_service_that_refuses_its_settings_ends_the_command(tmp_path: Path) -> None:
    """The command ends with the service's own status and its last words, without a crash loop."""
    tiny = service(tmp_path, "import sys\nprint('KAFKA_TOPIC is wrong')\nsys.exit(2)\n", [])
    tiny.start()

    def watch() -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            tiny.tick()

    with pytest.raises(ServiceError, match="KAFKA_TOPIC is wrong") as failure:
        watch()
    assert failure.value.exit_code == 2


def test_a_gated_service_waits_for_the_word(tmp_path: Path) -> None:
    """A service that was prepared has loaded itself, and begins only when it is let go."""
    body = "def main():\n    print('at work', flush=True)\n    return 0\n\nprint('loaded', flush=True)\n"
    tiny = service(tmp_path, body, [])
    log = tmp_path / "logs" / "tiny-1.log"
    tiny.prepare()
    assert eventually(lambda: last_lines(log, 9) == ["loaded"])
    assert tiny.running
    tiny.start()
    assert eventually(lambda: last_lines(log, 9) == ["loaded", "at work"])
    assert eventually(lambda: not tiny.running)


def test_a_gated_service_ends_with_whoever_prepared_it(tmp_path: Path) -> None:
    """A gate that nobody can open any more is left."""
    tiny = service(tmp_path, "def main():\n    raise SystemExit(9)\n", [])
    tiny.prepare()
    tiny._child._process.stdin.close()  # type: ignore[union-attr]
    assert eventually(lambda: not tiny.running)
    assert tiny._child.exit_status == 0  # type: ignore[union-attr]

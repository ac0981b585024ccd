"""`winepipeline up` for real: broker, emulator, producer and consumer as processes of their own."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from winepipeline_local.resource import text_of

Command = Callable[..., "subprocess.Popen[str]"]

NUMBERS = ("produced", "loaded", "rejected", "in_flight", "duplicates", "missing")


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Command]:
    """Starts `winepipeline …` in a folder of its own; whatever still runs at the end is killed."""
    running: list[subprocess.Popen[str]] = []

    def start(*words: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "winepipeline_local", *words],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def finished(process: "subprocess.Popen[str]", status: int = 0) -> dict[str, Any]:
    """The object on the last line of a command that ended with this status."""
    out, err = process.communicate(timeout=90)
    assert process.returncode == status, err
    return dict(json.loads(out.splitlines()[-1]))


def until(process: "subprocess.Popen[str]", word: str) -> str:
    """Read the command's standard error up to a line that holds this word; returns all of it."""
    assert process.stderr is not None
    seen = ""
    for line in process.stderr:
        seen += line
        if word in line:
            return seen
    raise AssertionError(f"{word!r} was not said before the end with status {process.wait(10)}:\n{seen}")


def children(process: "subprocess.Popen[str]", module: str) -> list[psutil.Process]:
    """The child processes that run a module, behind the gate or not."""
    return [each for each in psutil.Process(process.pid).children() if any(module in word for word in each.cmdline())]


def gone(processes: list[psutil.Process], seconds: float = 10.0) -> bool:
    """Whether they all end in time."""
    return not psutil.wait_procs(processes, timeout=seconds)[1]


def holds(found: dict[str, Any]) -> None:
    """Nothing lost, nothing twice, and the sums add up."""
    assert found["produced"] == found["loaded"] + found["rejected"] + found["in_flight"]
    assert (found["duplicates"], found["missing"]) == (0, 0)


@pytest.mark.long
def test_a_run_ends_with_its_sums_and_the_next_goes_on_from_there(command: Command) -> None:
    """The last line of standard output is the sums; a second run adds to them; an audit afterwards says the same."""
    first = finished(command("up", "--for", "3s", "--output", "json", "--events-per-second", "200"))
    holds(first)
    assert first["loaded"] > 100
    assert first["rejected"] > 0
    assert first["audit_holds"] is True
    assert 0 < first["freshness_p50_seconds"] <= first["freshness_p99_seconds"]
    assert 0 < first["seconds_to_first_row"] < 30
    assert first["session"]["produced"] == first["produced"]

    second = finished(command("up", "--for", "2s", "--output", "json"))
    holds(second)
    assert second["produced"] == first["produced"] + second["session"]["produced"]
    assert second["loaded"] == first["loaded"] + second["session"]["loaded"]

    audit = finished(command("audit", "-o", "json"))
    assert audit["holds"] is True
    assert [audit[name] for name in NUMBERS] == [second[name] for name in NUMBERS]
    assert len(audit["partitions"]) == 6


def test_a_person_sees_ticks_a_ready_block_lines_and_a_summary(command: Command) -> None:
    """Without a terminal everything is plain lines, one after the other."""
    process = command("up", "--for", "3s")
    out, err = process.communicate(timeout=90)
    assert process.returncode == 0, out + err
    assert err == ""
    assert "\x1b" not in out
    ticks = re.findall(r"^√ (\w+) .* \d+\.\d s$", out, re.MULTILINE)
    assert ticks == ["broker", "topics", "warehouse", "services"]
    assert re.search(r"^Ready after \d+\.\d s$", out, re.MULTILINE)
    assert "account emulator, user winepipeline, password emulator" in out
    assert re.search(r"^ +0:0\d  produced [\d,]+ \(", out, re.MULTILINE)
    assert "√ The audit holds" in out
    assert "winepipeline audit" in out


@pytest.mark.long
def test_ctrl_c_stops_in_order_and_meanwhile_the_state_is_held(command: Command) -> None:
    """While one runs, a second `up` is refused and an audit works; Ctrl-C leaves nothing in flight and no process."""
    process = command("up", "--output", "json", "--consumers", "2")
    until(process, "loaded")
    refused = command("up")
    _, err = refused.communicate(timeout=60)
    assert refused.returncode == 2
    assert f"process {process.pid}" in err
    assert "--state DIR" in err
    assert finished(command("audit", "-o", "json"))["holds"] is True
    others = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    found = finished(process)
    holds(found)
    assert found["in_flight"] == 0
    assert gone(others)


@pytest.mark.long
def test_ctrl_c_twice_ends_at_once(command: Command) -> None:
    """The second Ctrl-C waits for nothing, says that the next run goes on, and nothing is lost."""
    process = command("up", "--output", "json", "--events-per-second", "2000")
    until(process, "loaded")
    others = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "the next run goes on" in err
    assert gone(others)
    holds(finished(command("up", "--for", "1s", "--no-producer", "--output", "json")))


@pytest.mark.long
def test_killed_parts_are_started_again(command: Command) -> None:
    """SIGKILL of a consumer, then of the broker: each is said in a sentence, and no event is lost or doubled."""
    process = command("up", "--output", "json", "--events-per-second", "300")
    until(process, "loaded")
    children(process, "winepipeline_consumer")[0].kill()
    until(process, "consumer-1 was ended by signal 9; starting it again")
    until(process, "loaded")
    children(process, "kafka.Kafka")[0].kill()
    until(process, "the broker ended unasked; starting it again")
    until(process, "loaded")
    process.send_signal(signal.SIGINT)
    found = finished(process)
    holds(found)
    assert found["restarts"] == 1


@pytest.mark.long
def test_consumers_come_with_the_load_and_go_with_it(command: Command, tmp_path: Path) -> None:
    """In a rush more consumers come and drain the backlog, in the calm they go: the README's command, a tenth of it."""
    demo = text_of(None)
    small = demo.replace("maxBatchSize: 4000", "maxBatchSize: 400").replace("afterSeconds: 30", "afterSeconds: 15")
    assert small.count("400\n") + small.count("afterSeconds: 15") == 2, "the demo is written otherwise"
    (tmp_path / "small.yaml").write_text(small, encoding="utf-8")
    process = command("up", "-f", "small.yaml", "--output", "json", "--events-per-second", "2000")
    assert "2,000 events/s for 15 s, then 50 for 90 s, in turn" in until(process, "Load")
    assert "Up: 1 → " in until(process, "scaling  ")
    said = until(process, "scaling  Builtin: Down")
    assert re.search(r"Down: [23] → [12]", said)
    process.send_signal(signal.SIGINT)
    holds(finished(process))


@pytest.mark.long
def test_a_killed_command_leaves_nothing_behind(command: Command) -> None:
    """SIGKILL of the command ends its children; the next run takes the state as it is, without a word about locks."""
    process = command("up", "--output", "json", "--events-per-second", "500")
    until(process, "loaded")
    others = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    assert gone(others)
    found = finished(command("up", "--for", "1s", "--output", "json"))
    holds(found)
    assert found["produced"] > found["session"]["produced"] > 0

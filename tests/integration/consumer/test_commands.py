"""The commands as a person types them in a consumer's pod: dlq, rewind, and the audit that repairs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from winepipeline_local.__main__ import main
from winepipeline_process.exits import ExitCode
from winepipeline_producer.stream import Recipe, Stream

from .process import eventually
from .scene import Scene, Sent

pytestmark = pytest.mark.long

GOOD = [each.value or b"" for each in Stream(Recipe(), seed=11).take(20, 1_795_000_000_000)]

Command = Callable[..., tuple[int, str]]


@pytest.fixture
def command(scene: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Carries out `winepipeline …` with the environment of a consumer of the scene: exit status and output."""
    for name, value in scene.environment().items():
        monkeypatch.setenv(name, value)

    def run(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        status = main(list(words))
        return status, capsys.readouterr().out

    return run


def test_letters_are_listed_shown_mended_and_sent_again(scene: Scene, command: Command, tmp_path: Path) -> None:
    """From the first look to the last audit a person needs no other tool, and nothing is sent without --yes."""
    scene.send([Sent(b"1", b"[" + event + b"]", []) for event in GOOD[:3]])
    scene.send([Sent(b"2", b"caf\xe9", []), Sent(b"3", GOOD[3], [])])
    scene.consumer()
    scene.wait_until_landed()
    stats = json.loads(command("dlq", "stats", "-o", "json")[1])
    assert (stats["letters"], stats["open"], stats["reasons"]["NotAnObject"]["mendable"]) == (4, 4, 3)
    status, table = command("dlq", "list", "--reason", "NotUtf8")
    assert (status, table.count("NotUtf8"), table.count("NotAnObject")) == (0, 1, 0)
    letters = [json.loads(line) for line in command("dlq", "list", "-o", "jsonl")[1].splitlines()]
    wrong = next(each for each in letters if each["reason"] == "NotUtf8")
    place = ":".join(wrong["letter"].split("/")[1:3])
    assert "^^ byte 3" in command("dlq", "show", place)[1]
    dry = json.loads(command("dlq", "replay", "--repair", "unwrap", "-o", "json")[1])
    assert (dry["dry_run"], dry["sendable"], dry["sent"], dry["invalid"]) == (True, 3, 0, 1)
    report = tmp_path / "report.json"
    done = command("dlq", "replay", "--repair", "unwrap", "--yes", "--report", str(report), "-o", "json")
    assert json.loads(done[1])["sent"] == json.loads(report.read_text(encoding="utf-8"))["sent"] == 3
    del wrong["base64"]
    edited = tmp_path / "letters.jsonl"
    edited.write_text(json.dumps({**wrong, "event": json.loads(GOOD[4])}) + "\n", encoding="utf-8")
    assert json.loads(command("dlq", "replay", "--from", str(edited), "--yes", "-o", "json")[1])["sent"] == 1
    assert "sent by an earlier replay already" in command("dlq", "replay", "--repair", "all", "--yes")[1]
    eventually(lambda: len(scene.landed()[0]) == 5, "what was sent again has landed")
    eventually(lambda: scene.audit().total("in_flight") == 0, "the transactions' markers are passed over")
    assert command("audit")[0] == 0


def test_a_rewind_and_a_repair_are_shown_before_they_are_made(scene: Scene, command: Command) -> None:
    """Without --yes both only show what they would do, with it they do it, and the audit holds afterwards."""
    scene.send([Sent(b"1", event, []) for event in GOOD])
    consumer = scene.consumer()
    scene.wait_until_landed()
    status, told = command("rewind", "--to", "2020-01-01")
    assert (status, "Nothing was changed" in told, "DELETE FROM" in told) == (0, True, True)
    assert command("rewind", "--to", "0", "--yes")[0] == 2  # it runs
    consumer.stop()
    _let_time_pass(scene)
    assert command("rewind", "--to", "0", "--yes")[0] == 0
    assert scene.landed() == ([], [])
    assert "There is nothing to do" in command("rewind", "--to", "0", "--yes")[1]
    consumer = scene.consumer()
    scene.wait_until_landed()
    consumer.stop()
    scene.prove()
    scene.query(f"INSERT INTO {scene.names.target} SELECT * FROM {scene.names.target}")  # noqa: S608
    scene.query(f"DELETE FROM {scene.names.ledger}")  # noqa: S608
    assert command("audit")[0] == 1
    status, told = command("audit", "--repair")
    assert (status, "rows too many" in told, "has no rows for it" in told) == (0, True, True)
    found: dict[str, Any] = json.loads(command("audit", "--repair", "--yes", "-o", "json")[1])
    assert (found["done"], found["refusals"]) == (True, [])
    scene.prove()
    assert "There is nothing to do" in command("audit", "--repair")[1]


@pytest.mark.parametrize("damage", ["DROP TABLE", "TRUNCATE TABLE"])
def test_a_ledger_that_is_gone_is_made_anew_by_a_repair(scene: Scene, command: Command, damage: str) -> None:
    """A consumer says what is missing rather than load the topic once more; a repair makes it from tables and topic."""
    scene.produce(60)
    scene.consumer()
    scene.wait_until_landed()
    scene.consumers[-1].stop()
    scene.query(f"{damage} {scene.names.ledger}")
    scene.produce(20)
    stopped = scene.consumer()
    assert stopped.ended() == ExitCode.WAREHOUSE
    assert "LedgerMissing" in stopped.log
    assert scene.count() == 60
    status, told = command("audit", "--repair")
    assert (status, told.count("the ledger has no rows for it"), "Nothing was changed" in told) == (0, 2, True)
    assert ("CREATE TABLE IF NOT EXISTS" in told) == (damage == "DROP TABLE")
    assert command("audit", "--repair", "--yes")[0] == 0
    assert scene.audit().holds
    scene.consumer()
    scene.wait_until_landed()
    scene.prove()


def _let_time_pass(scene: Scene) -> None:
    """Make the ledger look as if nobody had touched it for a minute."""
    ago = "DATEADD(second, -60, CURRENT_TIMESTAMP())"
    scene.query(f"UPDATE {scene.names.ledger} SET UPDATED_AT = {ago}")  # noqa: S608

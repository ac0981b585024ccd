"""The command `winepipeline` as the consumer's image holds it: without the embedded broker and warehouse."""

import subprocess
import sys

import pytest

from winepipeline_local.commands import EMBEDDED

pytestmark = pytest.mark.long

_PROGRAM = (
    f"import sys; sys.modules.update(dict.fromkeys({EMBEDDED!r})); from winepipeline_local.__main__ import main; "
)


def run(arguments: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    program = f"{_PROGRAM}sys.exit(main({arguments!r}))"
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_the_audit_needs_nothing_embedded() -> None:
    """In a pod the audit gets as far as the warehouse, which is away, and says so."""
    done = run(
        ["audit"],
        KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:9",
        SNOWFLAKE_ACCOUNT="emulator",
        SNOWFLAKE_USER="albert",
        SNOWFLAKE_PASSWORD="secret",  # noqa: S106 - of nobody
        SNOWFLAKE_PROTOCOL="http",
        SNOWFLAKE_HOST="127.0.0.1",
        SNOWFLAKE_PORT="9",
        SNOWFLAKE_LOGIN_TIMEOUT="1",
    )
    assert done.returncode == 4, done.stderr
    assert "The warehouse says" in done.stderr


def test_what_runs_on_a_laptop_only_says_so() -> None:
    """`winepipeline up` in a pod is refused in words, not with a traceback."""
    done = run(["up"])
    assert done.returncode == 2
    assert "without the embedded broker" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_versions_say_what_is_not_there() -> None:
    """`winepipeline version` works everywhere."""
    done = run(["version"])
    assert done.returncode == 0, done.stderr
    assert "java (embedded)" in done.stdout


def test_dead_letters_and_ledgers_need_nothing_embedded() -> None:
    """`winepipeline dlq` and `rewind` load in a pod; without a place to work on they say so."""
    for words in (["dlq", "stats"], ["dlq", "replay", "--from", "nowhere.jsonl"], ["rewind", "--to", "0"]):
        done = run(words)
        assert done.returncode == 2, done.stderr
        assert "Traceback" not in done.stderr

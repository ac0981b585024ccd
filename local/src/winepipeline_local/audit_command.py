"""`winepipeline audit`: is every event where it belongs, once?"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from winepipeline_local.audit_view import audit_json, audit_view
from winepipeline_local.kafka import Cluster
from winepipeline_local.place import Place, place_of_environment
from winepipeline_local.terminal import Terminal
from winepipeline_local.totals import totals, with_ends
from winepipeline_local.warehouse import Warehouse
from winepipeline_process.exits import ExitCode


def main(chosen: argparse.Namespace) -> int:
    """Count and print; 1 when the audit does not hold.

    Raises:
        LocalError: there is nothing to audit, or broker or warehouse do not answer.
        SettingsError: the environment is a consumer's and will not do.
    """
    terminal = Terminal.of(json=chosen.output == "json")
    with terminal.waiting("Counting"), _place(chosen.file, chosen.state) as place:
        counted = Warehouse(place.warehouse_login).audit(place.topic)
        reach = Cluster(place.client_config).reach(place.topic)
    audit = with_ends(counted, reach)
    sums = totals(audit, reach)
    if chosen.output == "json":
        sys.stdout.write(json.dumps(audit_json(audit, sums)) + "\n")
    else:
        terminal.print(audit_view(audit, sums))
    return ExitCode.OK if audit.holds else ExitCode.CHECK_FAILED


@contextmanager
def _place(file: Path | None, folder: Path | None) -> Iterator[Place]:
    """What a flag names; without one what this environment names (a pod's), else what stands in this folder."""
    named = None if file or folder else place_of_environment(os.environ)
    if named:
        yield named
        return
    from winepipeline_local.standing_place import standing_place  # noqa: PLC0415 - pods are without broker and emulator

    with standing_place(file, folder) as place:
        yield place

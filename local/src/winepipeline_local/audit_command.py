"""`winepipeline audit`: is every event where it belongs, once?"""

import argparse
import json
import sys

from winepipeline_local.audit_view import audit_json, audit_view
from winepipeline_local.errors import UsageError
from winepipeline_local.kafka import Cluster
from winepipeline_local.ledger.carrying_out import show_and_do
from winepipeline_local.ledger.work import Ledger
from winepipeline_local.place import named_place
from winepipeline_local.terminal import Terminal
from winepipeline_local.totals import Ends, totals, with_ends
from winepipeline_local.warehouse import Warehouse
from winepipeline_process.exits import ExitCode
from winepipeline_warehouse.audit import Audit


def main(chosen: argparse.Namespace) -> int:
    """Count and print; 1 when the audit does not hold.

    Raises:
        LocalError: there is nothing to audit, or broker or warehouse do not answer.
        SettingsError: the environment is a consumer's and will not do.
    """
    terminal = Terminal.of(json=chosen.output == "json")
    if chosen.repair:
        return _repair(chosen, terminal)
    if chosen.yes:
        raise UsageError(
            "--yes goes with --repair.", "Without it nothing is changed: `winepipeline audit` only counts."
        )
    with terminal.waiting("Counting"), named_place(chosen.file, chosen.state) as place:
        warehouse = Warehouse(place.warehouse_login)
        counted, histories = warehouse.audit(place.topic), warehouse.audit_histories()
        reach = _reach(Cluster(place.client_config), place.topic, counted)
    audit = with_ends(counted, reach)
    sums = totals(audit, reach)
    if chosen.output == "json":
        sys.stdout.write(json.dumps(audit_json(audit, sums, histories)) + "\n")
    else:
        terminal.print(audit_view(audit, sums, histories))
    return ExitCode.OK if audit.holds and histories.holds else ExitCode.CHECK_FAILED


def _reach(cluster: Cluster, topic: str, counted: Audit) -> Ends:
    """How far the topic reaches; nowhere where nothing but a history was loaded yet, and no topic made."""
    if not counted.partitions and topic not in cluster.partition_counts():
        return Ends("", {}, {})
    return cluster.reach(topic)


def _repair(chosen: argparse.Namespace, terminal: Terminal) -> int:
    """Explain what is wrong, and mend it if that was asked for."""
    with named_place(chosen.file, chosen.state) as place:
        ledger = Ledger(place)
        with terminal.waiting("Looking at topic and tables"):
            verdicts = ledger.repairs()
        return show_and_do(ledger, verdicts, "repair", chosen, terminal)

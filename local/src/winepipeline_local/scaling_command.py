"""`winepipeline scaling explain`: the scaler's decisions, from a run on this machine or from a cluster's resource."""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from winepipeline_local.decisions import Decisions
from winepipeline_local.errors import UsageError
from winepipeline_local.resource import text_of
from winepipeline_local.state import State, newest
from winepipeline_operator.scaling.explanation import explain_ledger
from winepipeline_operator.scaling.ledger import Ledger
from winepipeline_process.exits import ExitCode

RUN_FIRST = "Run `winepipeline up` here first, or give a resource: `kubectl get wp NAME -o json | … explain -f -`."


def main(chosen: argparse.Namespace) -> int:
    """Print the decisions; the exit status.

    Raises:
        UsageError: there is nothing to explain.
    """
    found = _from_text(chosen.file) if chosen.file is not None else _from_state(chosen.state)
    if chosen.output == "json":
        told = [{"pipeline": name, **Ledger.from_status(status).to_status()} for name, status in found.items()]
        sys.stdout.write(json.dumps(told) + "\n")
    else:
        texts = [f"{name}\n{explain_ledger(Ledger.from_status(status))}" for name, status in found.items()]
        sys.stdout.write("\n\n".join(texts) + "\n")
    return ExitCode.OK


def _from_state(folder: Path | None) -> dict[str, Mapping[str, Any]]:
    state = State(folder) if folder is not None else newest()
    if state is None:
        raise UsageError("There is no run here to explain.", RUN_FIRST)
    decisions = Decisions(state)
    status = decisions.read()
    if not status:
        raise UsageError(
            f"Nobody has scaled anything yet: there is no {decisions.file}.",
            "Scaling begins when the first rows land; with `--consumers N`, and with `scaling.mode: 'Off'`, never.",
        )
    return {state.folder.name: status}


def _from_text(file: Path) -> dict[str, Mapping[str, Any]]:
    """The pipelines of a text: one, several in YAML, or a list as kubectl prints it."""
    try:
        documents = list(yaml.safe_load_all(text_of(file)))  # JSON is YAML
    except yaml.YAMLError as failure:
        raise UsageError(
            f"{file} is neither JSON nor YAML: {failure}", "Give what `kubectl get -o json` prints."
        ) from failure
    found = {}
    for document in documents:
        for each in document.get("items", [document]) if isinstance(document, dict) else []:
            if isinstance(each, dict) and each.get("kind") == "WinePipeline":
                found[_name(each)] = (each.get("status") or {}).get("scaling") or {}
    if not found:
        raise UsageError(f"There is no WinePipeline in {file}.", RUN_FIRST)
    return found


def _name(resource: Mapping[str, Any]) -> str:
    metadata = resource.get("metadata") or {}
    return "/".join(str(metadata[each]) for each in ("namespace", "name") if metadata.get(each))

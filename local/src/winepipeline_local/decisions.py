"""The scaler's decisions of a run, as a file in the state folder: what the status holds on Kubernetes."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from winepipeline_local.state import State


class Decisions:
    """`scaling.json` in the state folder."""

    def __init__(self, state: State) -> None:
        self.file: Path = state.folder / "scaling.json"

    def read(self) -> Mapping[str, Any]:
        """What was written last; empty without any."""
        try:
            found = json.loads(self.file.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def write(self, status: Mapping[str, Any]) -> None:
        """Replace what was there; a reader sees the one or the other as a whole."""
        new = self.file.with_suffix(".json.new")
        new.write_text(json.dumps(status, indent=1), encoding="utf-8")
        new.replace(self.file)

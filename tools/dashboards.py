"""Writes the dashboards as Grafana imports them: `python -m tools.dashboards FOLDER [ADDRESS_OF_THE_RUNBOOKS]`."""

import sys
from pathlib import Path

from winepipeline_operator.children.monitoring import dashboard_files
from winepipeline_operator.platform import Platform


def main(arguments: list[str]) -> int:
    """Writes the files; the exit status."""
    if len(arguments) not in (1, 2):
        print("usage: python -m tools.dashboards FOLDER [ADDRESS_OF_THE_RUNBOOKS]", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    runbooks = arguments[1] if len(arguments) > 1 else Platform().runbooks
    for name, text in dashboard_files(runbooks).items():
        (folder / name).write_text(text, encoding="utf-8")
        print(f"written: {folder / name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Writes what is generated from the code: the CRD, the reference pages, the events' schemas.

`python tools/generated.py` writes; tests compare. Paths are those in the repository.
"""

from pathlib import Path

from winepipeline_events import schema
from winepipeline_operator import crd, reference

REPOSITORY = Path(__file__).parents[1]


def documents() -> dict[str, str]:
    """From each file's path in the repository to its text."""
    events = {f"docs/reference/{name}": text for name, text in schema.documents().items()}
    return {**crd.documents(), **reference.documents(), **events}


def main() -> None:
    """Writes the files that have changed."""
    for name, text in documents().items():
        path = REPOSITORY / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"written: {name}")


if __name__ == "__main__":
    main()

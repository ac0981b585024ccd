"""The golden file: what the example replay consists of in a cluster. `make golden` writes it."""

import sys
from pathlib import Path

import yaml

from winepipeline_operator.dead_letter_replay.job import replay_manifests
from winepipeline_operator.dead_letter_replay.resource import DeadLetterReplay
from winepipeline_operator.lint import load
from winepipeline_operator.platform import Platform

REPOSITORY = Path(__file__).parents[4]
EXAMPLE = REPOSITORY / "examples" / "dead-letters" / "replay.yaml"
PIPELINE = REPOSITORY / "examples" / "production.yaml"
FILE = Path(__file__).with_name("golden.yaml")
_HEAD = (
    "# What examples/dead-letters/replay.yaml consists of in a cluster. Written by `make golden`; read what changes.\n"
)


def text() -> str:
    """What the golden file should hold, for the pipeline of examples/production.yaml."""
    body = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    body["metadata"] |= {"namespace": "wine", "uid": "1b7e1a52-0000-4000-8000-000000000001", "generation": 1}
    replay = DeadLetterReplay.model_validate(body)
    manifests = replay_manifests(replay, load(PIPELINE.read_text(encoding="utf-8")), Platform())
    return _HEAD + str(yaml.safe_dump_all(manifests, sort_keys=False, width=110, explicit_start=True))


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"written: {FILE.relative_to(REPOSITORY)}\n")

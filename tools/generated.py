"""Writes what is generated from the code: the CRDs, the reference pages, the events' schemas, parts of the chart.

`python -m tools.generated` writes; with `--check` it only names what is out of step, exit status 1. Paths are those in
the repository.
"""

import sys
from pathlib import Path

from tools import chart, metrics_page
from winepipeline_backfill.settings import BackfillSettings
from winepipeline_consumer.settings import ConsumerSettings
from winepipeline_emulator.settings import EmulatorSettings
from winepipeline_events import schema
from winepipeline_operator import crd, reference, rights
from winepipeline_operator.conditions import reference as conditions
from winepipeline_operator.dead_letter_replay import crd as replay_crd
from winepipeline_operator.settings import OperatorSettings
from winepipeline_process.kafka_settings import KafkaSettings
from winepipeline_process.reference import settings_table
from winepipeline_process.settings import ProcessSettings, Settings
from winepipeline_producer.settings import ProducerSettings
from winepipeline_warehouse.settings import WarehouseSettings

REPOSITORY = Path(__file__).parents[1]

ENVIRONMENT_PAGE = "docs/reference/environment.md"
_ENVIRONMENT_HEAD = """\
<!-- Generated from the services' settings by `make docs`; change the settings instead. -->
# Environment variables

What each service reads from its environment. The operator and `winepipeline up` set most of them from the resource
([resource.md](resource.md)); who starts a service by hand sets them himself.

An empty variable counts as unset. A secret `X` may be given as `X_FILE`, the path of a file that holds it: so it stands
neither in the environment nor in a process list. A service that is given something wrong ends at once with status 2
and names all that is wrong, each with what is allowed.
"""
_SHARED = (ProcessSettings, KafkaSettings, WarehouseSettings)
_SECTIONS: tuple[tuple[str, str, type[Settings]], ...] = (
    ("Every service", "Producer, consumer, backfill, emulator and operator.", ProcessSettings),
    ("Kafka", "Producer and consumer.", KafkaSettings),
    ("Warehouse", "Consumer and backfill, and `winepipeline audit` and `check`.", WarehouseSettings),
    ("Producer", "`python -m winepipeline_producer`", ProducerSettings),
    ("Consumer", "`python -m winepipeline_consumer`", ConsumerSettings),
    ("Backfill", "`python -m winepipeline_backfill`", BackfillSettings),
    ("Emulator", "`python -m winepipeline_emulator`", EmulatorSettings),
    ("Operator", "`python -m winepipeline_operator`; the chart sets them.", OperatorSettings),
)


def documents() -> dict[str, str]:
    """From each file's path in the repository to its text."""
    events = {f"docs/reference/{name}": text for name, text in schema.documents().items()}
    definitions = {**crd.documents(), **replay_crd.documents()}
    return {
        **definitions,
        **reference.documents(),
        **events,
        ENVIRONMENT_PAGE: environment_page(),
        **metrics_page.documents(),
        **conditions.documents(),
        **chart.documents(REPOSITORY, definitions, rights.rules()),
    }


def environment_page() -> str:
    """The page of environment variables."""
    sections = [_ENVIRONMENT_HEAD]
    for title, who, model in _SECTIONS:
        besides = tuple(each for each in _SHARED if each is not model)
        sections.append(f"## {title}\n\n{who}\n\n{settings_table(model, besides=besides)}")
    return "\n".join(sections)


def stale() -> dict[str, str]:
    """Those documents whose file is missing or says something else."""

    def stands(name: str, text: str) -> bool:
        path = REPOSITORY / name
        return path.exists() and path.read_text(encoding="utf-8") == text

    return {name: text for name, text in documents().items() if not stands(name, text)}


def main(arguments: list[str]) -> int:
    """Writes the files that have changed, or only names them; the exit status."""
    found = stale()
    for name, text in found.items():
        if arguments == ["--check"]:
            print(f"out of step, run `make docs`: {name}")
            continue
        path = REPOSITORY / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"written: {name}")
    return 1 if found and arguments == ["--check"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

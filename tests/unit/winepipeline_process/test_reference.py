"""The table of settings in the reference."""

from pathlib import Path
from typing import Literal

import pytest
from pydantic import Field, SecretStr

from winepipeline_process.kafka_settings import KafkaSettings
from winepipeline_process.reference import settings_table
from winepipeline_process.settings import ProcessSettings, Settings


class Cellar(Settings):
    """One of each kind."""

    bottles: int = Field(alias="BOTTLES", description="How many.", examples=[12], ge=1, lt=9)
    open: bool = Field(True, alias="OPEN", description="For visitors.", examples=["false"])
    range: tuple[int, int] = Field(
        (1, 5), alias="RANGE", description="From | to.", examples=["1-5"], json_schema_extra={"allowed": "two ids"}
    )
    degrees: float = Field(12.0, alias="DEGREES", description="How warm.", examples=[11.5], gt=0, le=40)
    name: str = Field("Bercy", alias="NAME", description="Its name.", examples=["Bercy"], min_length=2, max_length=9)
    code: str = Field("a", alias="CODE", description="Its code.", examples=["a"], min_length=1, pattern="^a|b$")
    folder: Path = Field(Path("/data"), alias="FOLDER", description="Its books.", examples=["/data"])
    kind: Literal["deep"] | None = Field(None, alias="KIND", description="Its kind.", examples=["deep"])
    key: SecretStr | None = Field(None, alias="KEY", description="Opens it.", examples=["…"])


def test_each_setting_is_a_row_of_all_that_a_person_needs_to_set_it() -> None:
    """The reference page says of each variable its default, what is allowed, what it means, and an example."""
    assert settings_table(Cellar).splitlines() == [
        "| variable | default | allowed | meaning | example |",
        "| --- | --- | --- | --- | --- |",
        "| `BOTTLES` | *required* | a whole number from 1 below 9 | How many. | `12` |",
        "| `OPEN` | `true` | true or false | For visitors. | `false` |",
        "| `RANGE` | `1-5` | two ids | From \\| to. | `1-5` |",
        "| `DEGREES` | `12` | a number above 0 and up to 40 | How warm. | `11.5` |",
        "| `NAME` | `Bercy` | text of 2 characters and more of at most 9 characters | Its name. | `Bercy` |",
        "| `CODE` | `a` | text that matches `^a\\|b$` | Its code. | `a` |",
        "| `FOLDER` | `/data` | a path | Its books. | `/data` |",
        "| `KIND` | none | deep | Its kind. | `deep` |",
        "| `KEY` or `KEY_FILE` | none | text; or in the file whose path is in `KEY_FILE` | Opens it. | `…` |",
    ]


def test_a_variable_that_several_services_read_is_listed_once() -> None:
    """The table of two services that share their broker has its address in one row."""
    rows = settings_table(KafkaSettings, ProcessSettings, KafkaSettings).splitlines()
    assert len([row for row in rows if "`KAFKA_BOOTSTRAP_SERVERS`" in row]) == 1
    assert len(rows) == len(set(rows))


def test_the_table_is_the_same_on_every_machine() -> None:
    """The name of the machine that generates the page is not in it."""
    assert "| `INSTANCE_NAME` | the host's name | text |" in settings_table(ProcessSettings)


class Nameless(Settings):
    """A default from nowhere."""

    place: str = Field(default_factory=str, alias="PLACE", description="Where.", examples=["here"])


class Wordless(Settings):
    """A type without words."""

    places: frozenset[int] = Field(frozenset(), alias="PLACES", description="Where.", examples=["here"])


@pytest.mark.parametrize(("model", "said"), [(Nameless, "PLACE: the default"), (Wordless, "PLACES: no words")])
def test_a_setting_that_cannot_be_told_is_noticed_when_the_page_is_made(model: type[Settings], said: str) -> None:
    """No setting gets into the product with a hole in its documentation."""
    with pytest.raises(TypeError, match=said):
        settings_table(model)


def test_what_stands_in_another_table_is_left_out() -> None:
    """A service's own variables can be listed without repeating those that every service has."""

    class Press(Cellar, ProcessSettings):
        grapes: int = Field(alias="GRAPES", description="How many.", examples=[3])

    rows = settings_table(Press, besides=(Cellar, ProcessSettings)).splitlines()[2:]
    assert rows == ["| `GRAPES` | *required* | a whole number | How many. | `3` |"]

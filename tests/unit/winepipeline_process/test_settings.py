"""What a person is told who sets the environment of a service."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, SecretStr, model_validator

from winepipeline_process.settings import ProcessSettings, Settings, SettingsError


class Cellar(Settings):
    """A service's settings."""

    bottles: int = Field(alias="BOTTLES", description="How many there are.", examples=[12], ge=1, le=1000)
    degrees: float = Field(12, alias="DEGREES", description="How warm it is.", examples=[11.5], gt=0, le=40)
    shelves: int = Field(4, alias="SHELVES", description="Where they lie.", examples=[4], ge=1)
    key: SecretStr | None = Field(None, alias="KEY", description="Opens the door.", examples=["…"], max_length=9)

    def contradictions(self) -> Iterator[str]:
        """The bottles find a place."""
        if self.bottles < self.shelves:
            yield f"BOTTLES is {self.bottles}, allowed: at least SHELVES ({self.shelves})"


class Guarded(Settings):
    """Another service's settings."""

    guard: str | None = Field(None, alias="GUARD", description="Who watches.", examples=["Albert"])

    def contradictions(self) -> Iterator[str]:
        """Somebody watches."""
        if self.guard is None:
            yield "set GUARD"


class House(Guarded, Cellar):
    """Both."""

    @model_validator(mode="after")
    def _is_no_ruin(self) -> Self:
        if self.guard == "Nobody":
            raise ValueError("GUARD=Nobody watches nothing")
        return self


def problems(environment: Mapping[str, str], model: type[Settings] = Cellar) -> list[str]:
    with pytest.raises(SettingsError) as failure:
        model.from_environment(environment)
    for problem in failure.value.problems:
        assert f"\n  - {problem}" in str(failure.value)
    return failure.value.problems


def test_every_problem_is_told_at_once() -> None:
    """Who sets five variables wrongly is told of all five, each with what it holds, what is allowed and an example."""
    found = problems({"DEGREES": "99", "SHELVES": "many", "KEY": "far too long for it"}, House)
    assert found == [
        "BOTTLES is not set: How many there are. Allowed is a whole number from 1 to 1000; for example BOTTLES=12",
        "DEGREES=99: allowed is a number above 0 and up to 40; for example DEGREES=11.5",
        "SHELVES=many: allowed is a whole number from 1; for example SHELVES=4",
        "KEY=(hidden): allowed is text of at most 9 characters; for example KEY=…",
        "set GUARD",
    ]


def test_what_contradicts_itself_is_told_of_every_part_of_the_settings() -> None:
    """Two contradictions in settings that come from two classes take one restart to mend, not two."""
    assert problems({"BOTTLES": "2"}, House) == ["BOTTLES is 2, allowed: at least SHELVES (4)", "set GUARD"]


def test_a_wrong_variable_is_not_blamed_twice() -> None:
    """A comparison with a value that stands in for a wrong one is not told, since it is nobody's."""
    assert problems({"BOTTLES": "2", "SHELVES": "many"}) == [
        "SHELVES=many: allowed is a whole number from 1; for example SHELVES=4"
    ]


def test_a_validator_of_the_usual_kind_is_heard_too() -> None:
    """What a service checks by pydantic's own means is told in its words."""
    assert problems({"BOTTLES": "5", "GUARD": "Nobody"}, House) == ["GUARD=Nobody watches nothing"]


def test_an_empty_variable_is_no_value() -> None:
    """A manifest may set a variable to nothing and gets the default."""
    settings = Cellar.from_environment({"BOTTLES": "12", "SHELVES": "", "DEGREES": "", "OTHER": "1"})
    assert (settings.bottles, settings.shelves, settings.degrees, settings.key) == (12, 4, 12, None)


def test_a_secret_is_read_from_its_file(tmp_path: Path) -> None:
    """A mounted Secret is used without standing in the environment, and the line feed of an editor does no harm."""
    (tmp_path / "key").write_text("s3cret\n", encoding="utf-8")
    settings = Cellar.from_environment({"BOTTLES": "12", "KEY_FILE": str(tmp_path / "key")})
    assert settings.key is not None
    assert settings.key.get_secret_value() == "s3cret"
    assert "s3cret" not in repr(settings)


def test_only_a_secret_is_read_from_a_file(tmp_path: Path) -> None:
    """A variable that only looks like a secret's file is left alone."""
    (tmp_path / "n").write_text("13", encoding="utf-8")
    assert problems({"BOTTLES_FILE": str(tmp_path / "n")})[0].startswith("BOTTLES is not set")


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "No such file or directory"), (b"\n", "it is empty"), (b"\xff\xfes3cret", "it is no UTF-8 text")],
    ids=["missing", "empty", "binary"],
)
def test_a_secrets_file_that_will_not_do_is_named(tmp_path: Path, content: bytes | None, said: str) -> None:
    """A Secret that is not mounted, empty or mangled is told with its path and never with its content."""
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    (problem,) = problems({"BOTTLES": "12", "KEY_FILE": str(file)})
    assert problem == f"KEY_FILE={file} cannot be read: {said}; allowed is a file that holds the text"


def test_a_vast_or_many_lined_value_is_shown_on_one_short_line() -> None:
    """A value with line feeds or colours in it cannot forge lines in the log."""
    (problem,) = problems({"BOTTLES": "1\n2\x1b[31m" + "x" * 500})
    assert problem.startswith("BOTTLES=1\\n2\\x1b[31mxxx")
    assert len(problem) < 200


@given(st.dictionaries(st.sampled_from(["BOTTLES", "DEGREES", "SHELVES", "KEY"]), st.text(max_size=12)))
def test_any_environment_gives_settings_or_problems(environment: dict[str, str]) -> None:
    """No value whatever ends a service with a traceback instead of a sentence."""
    try:
        settings: Cellar | None = Cellar.from_environment(environment)
    except SettingsError as error:
        settings, told = None, error.problems
    if settings is None:
        assert told
        assert not [problem for problem in told if problem.startswith("KEY=") and "(hidden)" not in problem]
    else:
        assert settings.bottles >= settings.shelves


def test_a_service_has_a_name_and_endpoints_without_being_told() -> None:
    """With nothing set, logs are for people, /metrics is on port 8000 and the instance is the host."""
    settings = ProcessSettings.from_environment({})
    assert (settings.log_format, settings.metrics_port, bool(settings.instance_name)) == ("text", 8000, True)

"""Settings from the environment, all their faults told at once.

Each setting is a field with the variable's name as its alias, a description and an example; those make the reference
page too. An empty variable counts as unset. For a secret `X`, `X_FILE` may stand in its place: the value is then what
that file holds, which is how a Secret reaches a process without standing in its environment.
"""

import socket
from collections.abc import Iterable, Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from winepipeline_process.complaint import CONTRADICTIONS, complaint, complaints_together
from winepipeline_process.source import read


class SettingsError(Exception):
    """The environment will not do.

    Attributes:
        problems: one sentence for each: the variable, what it holds, what is allowed, an example.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("the settings will not do:\n" + "\n".join(f"  - {problem}" for problem in problems))
        self.problems = problems


class Settings(BaseModel):
    """The base of each service's settings."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """The settings that an environment holds.

        Raises:
            SettingsError: with every problem there is.
        """
        values, wrong = read(cls.model_fields.values(), environment)
        settings, faults, together = cls._checked(values)
        wrong = {**faults, **wrong}
        if wrong:
            # pydantic does not compare values as long as one is wrong by itself, so they are compared once more with
            # something right in its place. What is said of a variable that is wrong anyway would only confuse.
            _, _, together = cls._checked(cls._with_stand_ins(values, wrong))
            together = [each for each in together if not any(variable in each for variable in wrong)]
        if settings is None or wrong or together:
            raise SettingsError([*wrong.values(), *together])
        return settings

    def contradictions(self) -> Iterable[str]:
        """What this class finds wrong between values that are right by themselves, in words that name the variables.

        A class that inherits from several needs not call theirs: every class is asked.
        """
        return ()

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        asked = [vars(each)["contradictions"] for each in type(self).__mro__ if "contradictions" in vars(each)]
        found = [problem for ask in reversed(asked) for problem in ask(self)]
        if found:
            raise PydanticCustomError(CONTRADICTIONS, "{text}", {"text": "; ".join(found), "problems": found})
        return self

    @classmethod
    def _checked(cls, values: Mapping[str, str]) -> tuple[Self | None, dict[str, str], list[str]]:
        """The settings; or what is wrong with each variable, and what is wrong between them."""
        try:
            return cls.model_validate(values), {}, []
        except ValidationError as error:
            errors = error.errors(include_url=False)
        fields = {str(info.alias): info for info in cls.model_fields.values()}
        wrong = {
            variable: complaint(fields[variable], each, values.get(variable, ""))
            for each in errors
            if each["loc"] and (variable := str(each["loc"][0]))
        }
        return None, wrong, [text for each in errors if not each["loc"] for text in complaints_together(each)]

    @classmethod
    def _with_stand_ins(cls, values: Mapping[str, str], wrong: Iterable[str]) -> dict[str, str]:
        """The values with something right in place of each that is wrong: its default, and else its example."""
        fields = {str(info.alias): info for info in cls.model_fields.values()}
        found = {variable: value for variable, value in values.items() if variable not in wrong}
        for variable in wrong:
            if fields[variable].is_required():
                found[variable] = str((fields[variable].examples or [""])[0])
        return found


class ProcessSettings(Settings):
    """What every service has: its name, its logs, its endpoints."""

    log_format: Literal["text", "json"] = Field(
        "text", alias="LOG_FORMAT", description="Logs for a person (text) or for a collector (json).", examples=["json"]
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", alias="LOG_LEVEL", description="The least important log lines to write.", examples=["INFO"]
    )
    metrics_host: str = Field(
        "0.0.0.0",  # noqa: S104 - Prometheus and the kubelet come from other addresses
        alias="METRICS_HOST",
        description="The address that /metrics, /healthz and /readyz listen on.",
        examples=["127.0.0.1"],
    )
    metrics_port: int = Field(
        8000, alias="METRICS_PORT", description="Their port; 0 takes any that is free.", examples=[8000], ge=0, le=65535
    )
    instance_name: str = Field(
        default_factory=socket.gethostname,
        alias="INSTANCE_NAME",
        description="This process among its like: the pod's name.",
        examples=["albert-consumer-0"],
        json_schema_extra={"default": "the host's name"},
    )

"""Settings from the environment, all their faults told at once.

Each setting is a field with the variable's name as its alias, a description and an example; those make the reference
page too. An empty variable counts as unset. `X_FILE` may stand for `X`: the value is then what that file holds, which
is how a Secret reaches a process without standing in its environment.
"""

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo


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
        values: dict[str, str] = {}
        problems: list[str] = []
        for info in cls.model_fields.values():
            variable = str(info.alias)
            try:
                value = _value(variable, environment)
            except OSError as error:
                problems.append(f"{variable}_FILE={environment[variable + '_FILE']} cannot be read: {error.strerror}")
                continue
            if value:
                values[variable] = value
        try:
            settings = cls.model_validate(values)
        except ValidationError as error:
            problems.extend(_problem(cls, dict(each), values) for each in error.errors(include_url=False))
            raise SettingsError(problems) from None
        if problems:
            raise SettingsError(problems)
        return settings


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
        description="This process among its like: the pod's name. By default the host's.",
        examples=["albert-consumer-0"],
    )


def _value(variable: str, environment: Mapping[str, str]) -> str:
    """The variable, or what the file named by `<variable>_FILE` holds, without a line feed at its end."""
    if value := environment.get(variable, ""):
        return value
    if file := environment.get(f"{variable}_FILE", ""):
        return Path(file).read_text(encoding="utf-8").rstrip("\r\n")
    return ""


def _problem(model: type[Settings], error: dict[str, Any], values: Mapping[str, str]) -> str:
    """One fault of pydantic's as a sentence for the person who sets the variable."""
    if not error["loc"]:
        return str(error["msg"]).removeprefix("Value error, ")
    variable = str(error["loc"][0])
    info = next(field for field in model.model_fields.values() if field.alias == variable)
    example = f"; for example {variable}={info.examples[0]}" if info.examples else ""
    if error["type"] == "missing":
        return f"{variable} is not set: {info.description}{example}"
    got = "(hidden)" if is_secret(info) else values.get(variable, "")
    return f"{variable}={got}: {error['msg'].removeprefix('Value error, ')}{example}"


def is_secret(info: FieldInfo) -> bool:
    """Whether a setting's value must never be shown."""
    return SecretStr in (info.annotation, *getattr(info.annotation, "__args__", ()))

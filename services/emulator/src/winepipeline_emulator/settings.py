"""The emulator's settings, from environment variables."""

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr

from winepipeline_process.settings import ProcessSettings


class EmulatorSettings(ProcessSettings):
    """What the emulator reads from its environment."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """The settings that an environment holds.

        Raises:
            SettingsError: with every problem there is.
        """
        # Elsewhere X_FILE is where X is read from. EMULATOR_PORT_FILE is where the port is written to, so it must not
        # be asked for the port.
        given = {name: value for name, value in environment.items() if value}
        return super().from_environment({"EMULATOR_PORT": "0", **given})

    host: str = Field(
        "127.0.0.1",
        alias="EMULATOR_HOST",
        description="The address to listen on: whoever reaches it reads and writes everything.",
        examples=["0.0.0.0"],  # noqa: S104 - in a pod
    )
    port: int = Field(
        0,
        alias="EMULATOR_PORT",
        description="The port to listen on; 0 takes any free one.",
        examples=[8080],
        ge=0,
        le=65535,
    )
    port_file: Path | None = Field(
        None,
        alias="EMULATOR_PORT_FILE",
        description="The bound port is written into this file as soon as it answers.",
        examples=["/run/emulator/port"],
    )
    database_dir: Path | None = Field(
        None,
        alias="EMULATOR_DATABASE_DIR",
        description="The folder of the databases and of the staged files; unset keeps them in memory.",
        examples=["/data"],
    )
    password: SecretStr | None = Field(
        None,
        alias="EMULATOR_PASSWORD",
        description="The password to log in with, for every user; unset takes any.",
        examples=["a long one"],
    )
    idle_transaction_seconds: float = Field(
        5.0,
        alias="EMULATOR_IDLE_TRANSACTION_SECONDS",
        description="An open transaction whose client sends nothing for so long is rolled back, its session forgotten.",
        examples=[5],
        gt=0,
    )
    idle_session_seconds: float = Field(
        3600.0,
        alias="EMULATOR_IDLE_SESSION_SECONDS",
        description="A session whose client sends nothing for so long is forgotten.",
        examples=[3600],
        gt=0,
    )
    upload_seconds: float = Field(
        0.0,
        alias="EMULATOR_UPLOAD_SECONDS",
        description="How long an upload takes at least, as it does to an account that is far away.",
        examples=[0.5],
        ge=0,
        le=60,
    )
    threads: int = Field(
        1,
        alias="EMULATOR_THREADS",
        description="Threads for one statement; statements of several sessions run side by side anyway.",
        examples=[2],
        ge=1,
    )
    memory_megabytes: int = Field(
        512,
        alias="EMULATOR_MEMORY_MEGABYTES",
        description="Memory for data, in megabytes; what does not fit goes to disk. The process needs 200 more.",
        examples=[512],
        ge=64,
    )

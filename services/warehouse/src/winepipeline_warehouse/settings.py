"""Where the warehouse is and who we are there, from the environment."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from winepipeline_process.settings import Settings

_IDENTIFIER = r"^[A-Za-z_][A-Za-z0-9_$]{0,254}$"


class WarehouseSettings(Settings):
    """The account, the credentials and the names of a Snowflake account or of the emulator."""

    account: str = Field(
        alias="SNOWFLAKE_ACCOUNT",
        description="The account's identifier.",
        examples=["caves-albert"],
        min_length=1,
    )
    user: str = Field(alias="SNOWFLAKE_USER", description="Who logs in.", examples=["WINE_LOADER"], min_length=1)
    password: SecretStr | None = Field(
        None, alias="SNOWFLAKE_PASSWORD", description="The user's password; or give a private key.", examples=["…"]
    )
    private_key_file: Path | None = Field(
        None,
        alias="SNOWFLAKE_PRIVATE_KEY_FILE",
        description="A PKCS#8 private key in PEM, for key-pair authentication.",
        examples=["/secrets/snowflake/private_key.pem"],
    )
    private_key_passphrase: SecretStr | None = Field(
        None,
        alias="SNOWFLAKE_PRIVATE_KEY_PASSPHRASE",
        description="The private key's passphrase, if it has one.",
        examples=["…"],
    )
    role: str | None = Field(
        None, alias="SNOWFLAKE_ROLE", description="The role to work with.", examples=["WINE_LOADER_ROLE"]
    )
    warehouse: str = Field(
        "COMPUTE_WH",
        alias="SNOWFLAKE_WAREHOUSE",
        description="The virtual warehouse that does the work.",
        examples=["COMPUTE_WH"],
        pattern=_IDENTIFIER,
    )
    database: str = Field(
        "WINE_SALES_DB",
        alias="SNOWFLAKE_DATABASE",
        description="The database of the tables.",
        examples=["WINE_SALES_DB"],
        pattern=_IDENTIFIER,
    )
    schema_name: str = Field(
        "RAW_DATA",
        alias="SNOWFLAKE_SCHEMA",
        description="The schema of the tables.",
        examples=["RAW_DATA"],
        pattern=_IDENTIFIER,
    )
    table: str = Field(
        "RAW_EVENTS_STREAM",
        alias="SNOWFLAKE_TABLE",
        description="The table that events land in; the ledger and the rejects stand beside it.",
        examples=["RAW_EVENTS_STREAM"],
        pattern=_IDENTIFIER,
    )
    protocol: Literal["https", "http"] = Field(
        "https", alias="SNOWFLAKE_PROTOCOL", description="http for the emulator.", examples=["https"]
    )
    host: str | None = Field(
        None,
        alias="SNOWFLAKE_HOST",
        description="The host, where it does not follow from the account.",
        examples=["127.0.0.1"],
    )
    port: int = Field(443, alias="SNOWFLAKE_PORT", description="The port.", examples=[443], ge=1, le=65535)
    login_timeout_seconds: int = Field(
        20,
        alias="SNOWFLAKE_LOGIN_TIMEOUT",
        description="Seconds for a log-in, all its tries together.",
        examples=[20],
        ge=1,
        le=300,
    )
    network_timeout_seconds: int = Field(
        60,
        alias="SNOWFLAKE_NETWORK_TIMEOUT",
        description="Seconds for one request, such as an upload; Snowflake answers a statement that takes longer than "
        "45 s that it goes on, and is asked again.",
        examples=[60],
        ge=1,
        le=240,
    )
    statement_timeout_seconds: int = Field(
        600,
        alias="SNOWFLAKE_STATEMENT_TIMEOUT",
        description="Seconds after which a statement of a load is cancelled, waits in a queue included.",
        examples=[600],
        ge=1,
        le=86_400,
    )
    scan_timeout_seconds: int = Field(
        3600,
        alias="SNOWFLAKE_SCAN_TIMEOUT",
        description="The same for a statement that reads whole tables: audits, repairs, rewinds, a backfill's sums.",
        examples=[3600],
        ge=1,
        le=86_400,
    )
    lock_timeout_seconds: int = Field(
        30,
        alias="SNOWFLAKE_LOCK_TIMEOUT",
        description="Seconds that a statement waits for another's lock; Snowflake's own default is 12 hours.",
        examples=[30],
        ge=1,
        le=240,
    )

    def contradictions(self) -> Iterator[str]:
        """No way to log in, or a key that is not there."""
        if self.password is None and self.private_key_file is None:
            yield "set SNOWFLAKE_PASSWORD, SNOWFLAKE_PASSWORD_FILE or SNOWFLAKE_PRIVATE_KEY_FILE"
        if self.private_key_file is not None and not self.private_key_file.is_file():
            yield f"SNOWFLAKE_PRIVATE_KEY_FILE={self.private_key_file}: there is no such file"

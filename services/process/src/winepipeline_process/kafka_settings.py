"""Where the broker is and who we are there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from winepipeline_process.settings import Settings

SERVERS_ALLOWED = "host:port, several separated by commas, without blanks"
_SERVER = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s,:/\[\]]+):(\d{1,5})")
_LAST_PORT = 65_535


def _servers(value: str) -> str:
    for each in value.split(","):
        match = _SERVER.fullmatch(each)
        if match is None or not 1 <= int(match[2]) <= _LAST_PORT:
            raise ValueError(f"{each!r} will not do, allowed is {SERVERS_ALLOWED}")
    return value


class KafkaSettings(Settings):
    """A broker's address and credentials."""

    bootstrap_servers: Annotated[str, AfterValidator(_servers)] = Field(
        alias="KAFKA_BOOTSTRAP_SERVERS",
        description="The brokers to ask first.",
        examples=["localhost:9092"],
        json_schema_extra={"allowed": SERVERS_ALLOWED},
    )
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT",
        alias="KAFKA_SECURITY_PROTOCOL",
        description="How the broker is spoken to.",
        examples=["SASL_SSL"],
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = Field(
        None, alias="KAFKA_SASL_MECHANISM", description="How we log in, for SASL_….", examples=["SCRAM-SHA-512"]
    )
    sasl_username: str | None = Field(
        None, alias="KAFKA_SASL_USERNAME", description="Who logs in, for SASL_….", examples=["albert"]
    )
    sasl_password: SecretStr | None = Field(
        None, alias="KAFKA_SASL_PASSWORD", description="The user's password, for SASL_….", examples=["…"]
    )
    ssl_ca_file: Path | None = Field(
        None,
        alias="KAFKA_SSL_CA_FILE",
        description="The certificate authority (PEM) that signed the broker's certificate; by default the system's.",
        examples=["/secrets/kafka/ca.crt"],
    )

    def contradictions(self) -> Iterator[str]:
        """Credentials that are not whole, and a certificate that is not there."""
        if self.security_protocol.startswith("SASL"):
            wanted = {
                "KAFKA_SASL_MECHANISM": self.sasl_mechanism,
                "KAFKA_SASL_USERNAME": self.sasl_username,
                "KAFKA_SASL_PASSWORD": self.sasl_password,
            }
            missing = [variable for variable, value in wanted.items() if value is None]
            if missing:
                yield f"KAFKA_SECURITY_PROTOCOL={self.security_protocol} needs {', '.join(missing)} too"
        if self.ssl_ca_file is not None and not self.ssl_ca_file.is_file():
            yield f"KAFKA_SSL_CA_FILE={self.ssl_ca_file}: there is no such file"

    def client_config(self) -> dict[str, str | int | bool]:
        """The settings as librdkafka names them; holds the password, so never log it."""
        config: dict[str, str | int | bool] = {
            "bootstrap.servers": self.bootstrap_servers,
            "security.protocol": self.security_protocol,
        }
        if self.sasl_mechanism and self.sasl_username and self.sasl_password:
            config["sasl.mechanism"] = self.sasl_mechanism
            config["sasl.username"] = self.sasl_username
            config["sasl.password"] = self.sasl_password.get_secret_value()
        if self.ssl_ca_file:
            config["ssl.ca.location"] = str(self.ssl_ca_file)
        return config

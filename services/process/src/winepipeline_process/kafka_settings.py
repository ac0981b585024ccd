"""Where the broker is and who we are there."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from winepipeline_process.settings import Settings


class KafkaSettings(Settings):
    """A broker's address and credentials."""

    bootstrap_servers: str = Field(
        alias="KAFKA_BOOTSTRAP_SERVERS",
        description="The brokers to ask first, host:port, separated by commas.",
        examples=["localhost:9092"],
        pattern=r"^[^\s,:]+:\d{1,5}(,[^\s,:]+:\d{1,5})*$",
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

    @model_validator(mode="after")
    def _credentials_are_whole(self) -> Self:
        if not self.security_protocol.startswith("SASL"):
            return self
        wanted = {
            "KAFKA_SASL_MECHANISM": self.sasl_mechanism,
            "KAFKA_SASL_USERNAME": self.sasl_username,
            "KAFKA_SASL_PASSWORD": self.sasl_password,
        }
        missing = [variable for variable, value in wanted.items() if value is None]
        if missing:
            raise ValueError(f"KAFKA_SECURITY_PROTOCOL={self.security_protocol} needs {', '.join(missing)} too")
        return self

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

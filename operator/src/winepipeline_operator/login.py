"""Where a broker is and who we are there: what librdkafka is told, from values that somebody else read. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from winepipeline_operator.environment import DEFAULT_SASL_MECHANISM
from winepipeline_operator.spec import WinePipeline


@dataclass(frozen=True, slots=True)
class Login:
    """How to reach a broker; equal logins may share a connection. Its text never shows the password.

    Attributes:
        bootstrap_servers: host:port, several separated by commas.
        security_protocol: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL.
        sasl_mechanism, username, password: for SASL_….
        ca_pem: the authority that signed the broker's certificate; None: the system's.
    """

    bootstrap_servers: str
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str | None = None
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    ca_pem: str | None = field(default=None, repr=False)

    def client_config(self) -> dict[str, Any]:
        """The settings as librdkafka names them; holds the password, so never log it."""
        config: dict[str, Any] = {
            "bootstrap.servers": self.bootstrap_servers,
            "security.protocol": self.security_protocol,
        }
        if self.security_protocol.startswith("SASL_"):
            config["sasl.mechanism"] = self.sasl_mechanism or DEFAULT_SASL_MECHANISM
            config["sasl.username"] = self.username or ""
            config["sasl.password"] = self.password or ""
        if self.ca_pem is not None:
            config["ssl.ca.pem"] = self.ca_pem
        return config


def login(pipeline: WinePipeline, bootstrap_servers: str, secrets: Mapping[str, Mapping[str, str]]) -> Login:
    """The login for a pipeline's broker.

    Args:
        pipeline: the resource.
        bootstrap_servers: where its own broker is reached; an external one's address is in the resource.
        secrets: from the name of a Secret to its keys' values, decoded; only those that the resource names are read.

    Raises:
        LookupError: a Secret or a key that the resource names is not there; its text names it.
    """
    external = pipeline.spec.broker.external
    if external is None:
        return Login(bootstrap_servers)
    username = password = ca_pem = None
    if external.credentials_secret is not None:
        username = _value(secrets, external.credentials_secret.name, "username")
        password = _value(secrets, external.credentials_secret.name, "password")
    if external.ca_secret is not None:
        ca_pem = _value(secrets, external.ca_secret.name, external.ca_secret.key)
    return Login(
        external.bootstrap_servers,
        external.security_protocol,
        (external.sasl_mechanism or DEFAULT_SASL_MECHANISM) if external.logs_in else None,
        username,
        password,
        ca_pem,
    )


def _value(secrets: Mapping[str, Mapping[str, str]], name: str, key: str) -> str:
    if name not in secrets:
        raise LookupError(f"there is no Secret {name}")
    if key not in secrets[name]:
        raise LookupError(f"the Secret {name} has no key {key}")
    return secrets[name][key]

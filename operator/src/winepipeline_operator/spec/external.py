"""A Kafka-compatible broker that stands already, and how to log in to it."""

from typing import ClassVar, Literal

from pydantic import Field

from winepipeline_operator.spec.form import BootstrapServers
from winepipeline_operator.spec.part import Part
from winepipeline_operator.spec.rule import Rule
from winepipeline_operator.spec.secret import SecretKeyReference, SecretReference

SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]


class External(Part):
    """A Kafka-compatible broker that stands already."""

    bootstrap_servers: BootstrapServers = Field(
        description="Where the broker listens: host:port, several separated by commas.",
        examples=["kafka-0.example.com:9093,kafka-1.example.com:9093"],
    )
    security_protocol: SecurityProtocol = Field(
        default="PLAINTEXT",
        description="How the connection is made: SSL encrypts it, SASL logs in.",
        examples=["SASL_SSL"],
    )
    sasl_mechanism: SaslMechanism | None = Field(
        default=None,
        description="How to log in, for SASL_PLAINTEXT and SASL_SSL. Without it SCRAM-SHA-512 is used.",
        examples=["SCRAM-SHA-512"],
    )
    credentials_secret: SecretReference | None = Field(
        default=None,
        description="The Secret with the keys `username` and `password`, for SASL_PLAINTEXT and SASL_SSL.",
        examples=[{"name": "kafka-user"}],
    )
    ca_secret: SecretKeyReference | None = Field(
        default=None,
        description="The Secret with the certificate authority (PEM) that signed the broker's certificate, "
        "for SSL and SASL_SSL. Without it the system's authorities are trusted.",
        examples=[{"name": "kafka-ca", "key": "ca.crt"}],
    )

    @property
    def logs_in(self) -> bool:
        """Whether the connection needs a user name and a password."""
        return self.security_protocol.startswith("SASL_")

    @property
    def encrypts(self) -> bool:
        """Whether the connection is encrypted."""
        return self.security_protocol.endswith("SSL")

    cross_field_rules: ClassVar[tuple[Rule["External"], ...]] = (
        Rule(
            name="sasl-needs-credentials",
            field="securityProtocol",
            cel="!self.securityProtocol.startsWith('SASL_') || has(self.credentialsSecret)",
            message="SASL_PLAINTEXT and SASL_SSL log in: give "
            "`credentialsSecret: {name: …}`, a Secret with the keys username and password",
            holds=lambda external: not external.logs_in or external.credentials_secret is not None,
        ),
        Rule(
            name="credentials-need-sasl",
            field="securityProtocol",
            cel="self.securityProtocol.startsWith('SASL_') || "
            "(!has(self.credentialsSecret) && !has(self.saslMechanism))",
            message="credentialsSecret and saslMechanism are used only with SASL: "
            "write `securityProtocol: SASL_SSL`, or remove the two",
            holds=lambda external: (
                external.logs_in or (external.credentials_secret is None and external.sasl_mechanism is None)
            ),
        ),
        Rule(
            name="authority-needs-encryption",
            field="caSecret",
            cel="self.securityProtocol.endsWith('SSL') || !has(self.caSecret)",
            message="caSecret is used only on an encrypted connection: "
            "write `securityProtocol: SASL_SSL` or `SSL`, or remove caSecret",
            holds=lambda external: external.encrypts or external.ca_secret is None,
        ),
    )

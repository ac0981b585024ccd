"""What a broker can answer with, or fail to, in words for a person; which of it passes by itself.

BrokerError
├── BrokerUnreachable      nobody answers in time; passes
├── BrokerRefusesForNow    it answers that it cannot just now (an election, a quota); passes
├── AuthenticationFailed   it does not know the user, or not with this password
├── EncryptionFailed       the certificate is not trusted, or one side encrypts and the other does not
├── LoginUnusable          librdkafka does not take the settings, as a certificate that is none
├── NotAuthorized          the user is known and may not do this
├── TopicMissing           there is no such topic
├── TooFewBrokers          more copies of each event are asked for than there are brokers
└── TopicRefused           the broker's own rules forbid a topic like that

What lasts is mended by a person: in the resource, in a Secret, at the broker.
"""

from typing import ClassVar


class BrokerError(Exception):
    """A failure of the broker, or of the way to it.

    Attributes:
        reason: one CamelCase word, for a condition.
        message: what happened, with the address or the topic; never a credential.
        hint: what to do next.
        passes: whether it makes sense to ask again with nothing changed.
    """

    reason: ClassVar[str] = "BrokerError"
    passes: ClassVar[bool] = False
    advice: ClassVar[str] = ""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint or self.advice

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}"


class BrokerUnreachable(BrokerError):
    """Nobody answered in time."""

    reason = "BrokerUnreachable"
    passes = True
    advice = (
        "check the address, the broker's own state, and whether a NetworkPolicy or firewall lets the operator through"
    )


class BrokerRefusesForNow(BrokerError):
    """It cannot just now."""

    reason = "BrokerRefusesForNow"
    passes = True
    advice = "this passes when the partition has its leader again; look at the broker's log when it lasts"


class AuthenticationFailed(BrokerError):
    """The login is wrong."""

    reason = "AuthenticationFailed"
    advice = "compare the keys username and password of the Secret, and saslMechanism, with the broker's user"


class EncryptionFailed(BrokerError):
    """The connection cannot be encrypted."""

    reason = "EncryptionFailed"
    advice = "check securityProtocol, and that caSecret holds the authority that signed the broker's certificate"


class LoginUnusable(BrokerError):
    """The settings themselves will not do."""

    reason = "LoginUnusable"
    advice = "look at broker.external and at the Secrets it names: the authority must be a PEM certificate"


class NotAuthorized(BrokerError):
    """The user may not."""

    reason = "NotAuthorized"
    advice = (
        "let the user describe, create and alter the two topics and describe the group, or make the topics yourself"
    )


class TopicMissing(BrokerError):
    """There is no such topic."""

    reason = "TopicMissing"
    advice = "the operator makes it when it may; otherwise make it yourself"


class TooFewBrokers(BrokerError):
    """More copies are asked for than there are brokers."""

    reason = "TooFewBrokers"
    advice = "lower topic.replicationFactor, or add brokers"


class TopicRefused(BrokerError):
    """The broker's rules forbid it."""

    reason = "TopicRefused"
    advice = "change topic.partitions, topic.replicationFactor or topic.retentionHours to what the broker allows"


_BY_NAME: dict[str, type[BrokerError]] = {
    "_TRANSPORT": BrokerUnreachable,
    "_ALL_BROKERS_DOWN": BrokerUnreachable,
    "_TIMED_OUT": BrokerUnreachable,
    "_TIMED_OUT_QUEUE": BrokerUnreachable,
    "_RESOLVE": BrokerUnreachable,
    "_AUTHENTICATION": AuthenticationFailed,
    "SASL_AUTHENTICATION_FAILED": AuthenticationFailed,
    "UNSUPPORTED_SASL_MECHANISM": AuthenticationFailed,
    "ILLEGAL_SASL_STATE": AuthenticationFailed,
    "_SSL": EncryptionFailed,
    "_INVALID_ARG": LoginUnusable,
    "TOPIC_AUTHORIZATION_FAILED": NotAuthorized,
    "GROUP_AUTHORIZATION_FAILED": NotAuthorized,
    "CLUSTER_AUTHORIZATION_FAILED": NotAuthorized,
    "UNKNOWN_TOPIC_OR_PART": TopicMissing,
    "_UNKNOWN_TOPIC": TopicMissing,
    "INVALID_REPLICATION_FACTOR": TooFewBrokers,
    "POLICY_VIOLATION": TopicRefused,
    "INVALID_CONFIG": TopicRefused,
    "INVALID_PARTITIONS": TopicRefused,
    "INVALID_REQUEST": TopicRefused,
}

SILENT = frozenset({"_TIMED_OUT", "_TIMED_OUT_QUEUE", "_TRANSPORT", "_ALL_BROKERS_DOWN"})
"""Nobody answered, in several words."""

TELLING = frozenset({"_AUTHENTICATION", "SASL_AUTHENTICATION_FAILED", "_SSL", "_RESOLVE"})
"""What says why nobody answers, when the question itself only says that nobody did."""


def broker_error(name: str, message: str) -> BrokerError:
    """The error for one of librdkafka's codes, by its name (`_TRANSPORT`); one that is not known here may pass."""
    return _BY_NAME.get(name, BrokerRefusesForNow)(message)

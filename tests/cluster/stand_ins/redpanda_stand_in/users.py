"""The users of the broker, as Redpanda's admin API keeps them: SCRAM credentials."""

from concurrent.futures import Future
from typing import Any

from confluent_kafka.admin import (
    AdminClient,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

SECONDS = 10.0
ITERATIONS = 4096
MECHANISMS = {"SCRAM-SHA-256": ScramMechanism.SCRAM_SHA_256, "SCRAM-SHA-512": ScramMechanism.SCRAM_SHA_512}


class Users:
    """Who may log in."""

    def __init__(self, admin: AdminClient) -> None:
        self._admin = admin

    def names(self) -> list[str]:
        """Everybody's name."""
        return sorted(self._admin.describe_user_scram_credentials().result(SECONDS))

    def put(self, name: str, password: str, algorithm: str = "SCRAM-SHA-256") -> None:
        """Create a user or give him another password.

        Raises:
            KeyError: the algorithm is unknown.
        """
        info = ScramCredentialInfo(MECHANISMS[algorithm], ITERATIONS)
        self._alter([UserScramCredentialUpsertion(name, info, password.encode())])

    def delete(self, name: str) -> None:
        """Delete a user."""
        described = self._admin.describe_user_scram_credentials([name])[name].result(SECONDS)
        self._alter([UserScramCredentialDeletion(name, each.mechanism) for each in described.scram_credential_infos])

    def _alter(self, changes: list[Any]) -> None:
        futures: dict[str, Future[None]] = self._admin.alter_user_scram_credentials(changes)
        for future in futures.values():
            future.result(SECONDS)

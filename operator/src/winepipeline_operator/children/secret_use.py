"""Secrets in a pod: as variables or as files, never in a manifest."""

from collections.abc import Iterable
from typing import Any

from winepipeline_operator.environment import SecretVariable

FOLDER = "/secrets"
_FILE = "value"
_READABLE_BY_GROUP = 0o440
"""The pod's fsGroup may read, nobody may write."""


def variables(secrets: Iterable[SecretVariable]) -> list[dict[str, Any]]:
    """The environment variables that hold a Secret's value, or the path of a file with it."""
    return [_variable(secret) for secret in secrets]


def volumes(secrets: Iterable[SecretVariable]) -> list[dict[str, Any]]:
    """A volume for each file, with the one key that is read and no other."""
    return [
        {
            "name": _volume_name(secret),
            "secret": {
                "secretName": secret.secret,
                "items": [{"key": secret.key, "path": _FILE}],
                "defaultMode": _READABLE_BY_GROUP,
                "optional": secret.optional,
            },
        }
        for secret in secrets
        if secret.form == "file"
    ]


def mounts(secrets: Iterable[SecretVariable]) -> list[dict[str, Any]]:
    """Where the container finds the files."""
    return [
        {"name": _volume_name(secret), "mountPath": _folder(secret), "readOnly": True}
        for secret in secrets
        if secret.form == "file"
    ]


def _variable(secret: SecretVariable) -> dict[str, Any]:
    if secret.form == "file":
        return {"name": secret.variable, "value": f"{_folder(secret)}/{_FILE}"}
    reference = {"name": secret.secret, "key": secret.key, "optional": secret.optional}
    return {"name": secret.variable, "valueFrom": {"secretKeyRef": reference}}


def _volume_name(secret: SecretVariable) -> str:
    """After the variable, not the Secret: that one's name may be too long for a volume's, and hold dots."""
    return secret.variable.lower().replace("_", "-")


def _folder(secret: SecretVariable) -> str:
    return f"{FOLDER}/{_volume_name(secret)}"

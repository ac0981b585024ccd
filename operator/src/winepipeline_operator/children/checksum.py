"""The annotation that rolls a component's pods when a Secret or a file that they read has changed.

What stands in the pod template itself (images, variables, arguments) rolls the pods anyway. The annotation covers what
the template only names, one entry each, so that a person sees what has changed: `config:1f0a93bc,snowflake:77d201ee`.

A Secret that is gone, or lacks a key, must not roll what runs: the pods that stand have read it and go on, their
successors could only wait for it. Its entry is then left as it was last applied; a Secret that comes back unchanged
rolls nothing either.

An entry has 32 bits of a SHA-256: enough to see a change by, too few to try passwords against it, since who may read
pods need not be allowed to read Secrets.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

from winepipeline_operator.environment import SecretVariable
from winepipeline_operator.identity import CHECKSUM_ANNOTATION, Component, Manifest, child_name
from winepipeline_operator.observed import ChildId, Observed
from winepipeline_operator.spec import WinePipeline

_HEX_DIGITS = 8
_ABSENT: Final = "absent"
_CONFIGURATION: Final = "config"


def of_secrets(secrets: Iterable[SecretVariable], observed: Observed, before: Mapping[str, str]) -> dict[str, str]:
    """From each Secret that is read to the checksum of the keys that are read, no others.

    Args:
        secrets: what the component reads.
        observed: the Secrets as they are.
        before: the entries of the component as it stands; they answer for a Secret that is not there.
    """
    wanted: dict[str, list[SecretVariable]] = {}
    for secret in secrets:
        wanted.setdefault(secret.secret, []).append(secret)
    return {
        name: _of_secret(name, keys, observed) or before.get(f"secret/{name}", _ABSENT)
        for name, keys in sorted(wanted.items())
    }


def annotation(
    pipeline: WinePipeline,
    component: Component,
    observed: Observed,
    secrets: Iterable[SecretVariable] = (),
    configuration: str | None = None,
) -> dict[str, str]:
    """The annotation of a component's pod template; none where it reads neither Secrets nor files.

    Args:
        pipeline: the resource.
        component: whose pods.
        observed: the Secrets, and the component as it stands.
        secrets: what its containers read from Secrets.
        configuration: what its containers read from a ConfigMap, as far as a change should restart them.
    """
    before = _entries(_applied(pipeline, component, observed))
    entries = {f"secret/{name}": value for name, value in of_secrets(secrets, observed, before).items()}
    if configuration is not None:
        entries[_CONFIGURATION] = _digest(configuration)
    if not entries:
        return {}
    return {CHECKSUM_ANNOTATION: ",".join(f"{name}:{value}" for name, value in sorted(entries.items()))}


def _of_secret(name: str, keys: list[SecretVariable], observed: Observed) -> str | None:
    """The checksum; None where the Secret is not there, or lacks a key that the pods cannot do without."""
    facts = observed.secrets.get(name)
    if facts is None or any(each.key not in facts.checksums and not each.optional for each in keys):
        return None
    return _digest("\n".join(f"{each.key}={facts.checksums.get(each.key, _ABSENT)}" for each in keys))


def _applied(pipeline: WinePipeline, component: Component, observed: Observed) -> Manifest:
    name = child_name(pipeline, component)
    for kind in ("Deployment", "StatefulSet"):
        child = observed.children.get(ChildId("apps/v1", kind, name))
        if child is not None:
            return child
    return {}


def _entries(child: Manifest) -> dict[str, str]:
    template = child.get("spec", {}).get("template", {})
    text = (template.get("metadata", {}).get("annotations") or {}).get(CHECKSUM_ANNOTATION, "")
    return dict(entry.rsplit(":", 1) for entry in text.split(",") if ":" in entry)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_HEX_DIGITS]

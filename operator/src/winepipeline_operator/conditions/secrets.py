"""Secrets that the resource names and that are not there, or lack a key."""

from collections.abc import Iterable

from winepipeline_operator.conditions.reason import Reason
from winepipeline_operator.conditions.verdict import Trouble
from winepipeline_operator.environment import SecretVariable
from winepipeline_operator.observed import Observed
from winepipeline_operator.spec import WinePipeline


def missing(pipeline: WinePipeline, wanted: Iterable[SecretVariable], observed: Observed) -> Trouble | None:
    """The first Secret that is missing or lacks a key that is needed."""
    needed: dict[str, list[str]] = {}
    for each in wanted:
        if not each.optional:
            needed.setdefault(each.secret, []).append(each.key)
    namespace = pipeline.metadata.namespace
    for name, keys in needed.items():
        facts = observed.secrets.get(name)
        literals = " ".join(f"--from-literal={key}=…" for key in keys)
        if facts is None:
            what = f"the Secret {name} does not exist in the namespace {namespace}"
            how = f"kubectl -n {namespace} create secret generic {name} {literals}"
            return Trouble(Reason.SECRET_MISSING, f"{what}; pods that run already go on. Create it: {how}")
        absent = [key for key in keys if key not in facts.checksums]
        if absent:
            there = ", ".join(sorted(facts.checksums)) or "none"
            what = f"the Secret {name} in the namespace {namespace} has no key {' and no key '.join(absent)}"
            return Trouble(Reason.SECRET_KEY_MISSING, f"{what}; its keys are: {there}. Add what is missing")
    return None

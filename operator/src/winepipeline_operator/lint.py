"""Checks WinePipeline resources without a cluster: the same model and rules as the API server's, with lines and advice.

Pure: text in, findings out. `winepipeline lint` prints them; `winepipeline up` refuses what has errors.
"""

from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from winepipeline_operator.advice import ADVICE
from winepipeline_operator.document import Document, documents
from winepipeline_operator.finding import Finding, InvalidResourceError, Severity
from winepipeline_operator.spec import API_VERSION, BROKEN_RULES, GROUP, KIND, WinePipeline
from winepipeline_operator.spec.tree import Path, dotted, refused_changes
from winepipeline_operator.wording import nearest, part_at, shown, word

_OBJECT_META = [
    *("annotations", "creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "finalizers"),
    *("generateName", "generation", "labels", "managedFields", "name", "namespace", "ownerReferences"),
    *("resourceVersion", "selfLink", "uid"),
]
"""https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/"""


@dataclass(slots=True)
class _Examined:
    findings: list[Finding] = field(default_factory=list)
    pipelines: list[WinePipeline] = field(default_factory=list)


def lint(text: str) -> list[Finding]:
    """All that is wrong with the WinePipelines of a YAML text, in the order of its lines.

    The text may hold several documents; those of other kinds (a Secret, a Namespace) are passed over.
    """
    return _examine(text).findings


def load(text: str) -> WinePipeline:
    """The one WinePipeline of a YAML text.

    Raises:
        InvalidResourceError: the text has errors, or not exactly one WinePipeline.
    """
    examined = _examine(text)
    if any(finding.severity == "error" for finding in examined.findings):
        raise InvalidResourceError(examined.findings)
    if len(examined.pipelines) != 1:
        names = ", ".join(pipeline.metadata.name for pipeline in examined.pipelines)
        raise InvalidResourceError([_whole("one-resource", f"one WinePipeline is wanted, here are several: {names}")])
    return examined.pipelines[0]


def lint_change(old: WinePipeline, new: WinePipeline) -> list[Finding]:
    """What the API server would refuse about a change from one resource to another, each allowed by itself."""
    return [
        Finding("error", rule.name, 1, 1, dotted((*path, *rule.field.split("."))), rule.message)
        for path, rule in refused_changes(old, new)
    ]


def _examine(text: str) -> _Examined:
    examined, others = _Examined(), []
    for document in documents(text):
        for problem in document.problems:
            place = (problem.mark.line, problem.mark.column)
            examined.findings.append(Finding("error", "yaml", *place, "", problem.message, "", problem.hint))
        if not document.marks:
            continue
        if _is_of_another_kind(document.value):
            others.append(document.value["kind"])
        else:
            _examine_document(document, examined)
    if not examined.findings and not examined.pipelines:
        held = f"only {', '.join(others)}" if others else "nothing"
        examined.findings.append(
            _whole("no-resource", f"here is {held}, no WinePipeline", "begin with a copy of examples/demo.yaml")
        )
    examined.findings.sort(key=lambda finding: (finding.line, finding.column))
    return examined


def _examine_document(document: Document, examined: _Examined) -> None:
    try:
        pipeline = WinePipeline.model_validate(document.value)
    except ValidationError as refused:
        for error in refused.errors():
            examined.findings.extend(_findings(document, error))
    else:
        examined.pipelines.append(pipeline)
        examined.findings.extend(_advice(document, pipeline))
    examined.findings.extend(_metadata_typos(document))


def _is_of_another_kind(value: Any) -> bool:
    """Whether a document is some other Kubernetes object, and not a WinePipeline with a slip in its head."""
    if not isinstance(value, dict):
        return False
    kind, api_version = value.get("kind"), value.get("apiVersion")
    if not isinstance(kind, str) or not isinstance(api_version, str):
        return False
    group = api_version.partition("/")[0]
    return not nearest(kind, [KIND], alike=0.85) and not nearest(group, [GROUP], alike=0.85)


def _findings(document: Document, error: ErrorDetails) -> list[Finding]:
    path: Path = error["loc"]
    if error["type"] == BROKEN_RULES:
        return [_broken(document, path, name, error["input"]) for name in error["ctx"]["rules"]]
    if not path:
        allowed = f"a mapping with apiVersion: {API_VERSION}, kind: {KIND}, metadata and spec"
        return [_at(document, "error", "wrong-type", path, f"the document is {shown(error['input'])}", allowed)]
    wording = word(error)
    return [_at(document, "error", wording.rule, path, wording.message, wording.allowed, wording.hint)]


def _broken(document: Document, path: Path, name: str, value: Any) -> Finding:
    part = part_at(path)
    rule = next(rule for rule in part.cross_field_rules if rule.name == name) if part is not None else None
    if rule is None:
        raise LookupError(f"no rule {name} at {dotted(path)}")
    there = _looked_up(value, rule.field)
    seen = f" ({rule.field} is {shown(there)})" if isinstance(there, str | int | float | list) else ""
    return _at(document, "error", name, (*path, *rule.field.split(".")), f"{rule.message}{seen}")


def _looked_up(value: Any, field: str) -> Any:
    for name in field.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _advice(document: Document, pipeline: WinePipeline) -> list[Finding]:
    return [
        _at(document, "warning", advice.name, advice.path, advice.message(pipeline.spec), "", advice.hint)
        for advice in ADVICE
        if advice.applies(pipeline.spec)
    ]


def _metadata_typos(document: Document) -> list[Finding]:
    metadata = document.value.get("metadata") if isinstance(document.value, dict) else None
    unknown = [name for name in metadata if name not in _OBJECT_META] if isinstance(metadata, dict) else []
    return [
        _at(
            document,
            "error",
            "unknown-field",
            ("metadata", name),
            "is no field of metadata",
            "",
            f"write `{near}`",
        )
        for name in unknown
        if (near := nearest(name, _OBJECT_META)) is not None
    ]


def _at(
    document: Document, severity: Severity, rule: str, path: Path, message: str, allowed: str = "", hint: str = ""
) -> Finding:
    mark = document.mark(path)
    return Finding(severity, rule, mark.line, mark.column, dotted(path), message, allowed, hint)


def _whole(rule: str, message: str, hint: str = "") -> Finding:
    return Finding("error", rule, 1, 1, "", message, "", hint)

"""What the linter has to say about one place of a resource."""

from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or likely not meant.

    Attributes:
        severity: An error is refused by the API server too; a warning is advice.
        rule: The stable name of what was broken, in kebab-case.
        line: In the text, from 1.
        column: In the line, from 1.
        path: The field, as in `spec.consumer.batchSize`; empty for the text as a whole.
        message: What is wrong, with the value.
        allowed: What is allowed; empty where the message says it.
        hint: What to write instead; empty where nobody can know.
    """

    severity: Severity
    rule: str
    line: int
    column: int
    path: str
    message: str
    allowed: str = ""
    hint: str = ""

    def __str__(self) -> str:
        """The finding on one line, for a person."""
        parts = [self.message, self.allowed and f"allowed: {self.allowed}", self.hint]
        place = f"{self.path}: " if self.path else ""
        return f"{self.line}:{self.column}: {self.severity}: {place}{'; '.join(filter(None, parts))} [{self.rule}]"

    def as_dict(self) -> dict[str, str | int]:
        """The finding for a machine."""
        return asdict(self)


class InvalidResourceError(ValueError):
    """A text that holds no usable WinePipeline, with all that was found wrong.

    Attributes:
        findings: At least one error; warnings too.
    """

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in findings))

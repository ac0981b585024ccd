"""What ends a backfill, beside the warehouse's own errors.

BackfillError
├── SourceUnfit       the database cannot be loaded: it lacks what is needed, or cannot be read (exit 2)
├── HistoryDiffers    under this name another history is in the ledger, or in the file (exit 2)
├── Overtaken         another backfill of the same history has taken over (exit 4)
└── Disagreement      after all is loaded, both sides do not add up to the same (exit 1)
"""

from winepipeline_process.exits import ExitCode


class BackfillError(Exception):
    """Why it ends.

    Attributes:
        reason: one CamelCase word, for the log, the metric and the pod's status.
        message: what happened, with the value.
        hint: what to do next.
        exit_code: the process's exit status.
    """

    reason = "Failed"
    exit_code = ExitCode.INTERNAL

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(f"{message} ({hint})")
        self.message = message
        self.hint = hint


class SourceUnfit(BackfillError):
    """The database will not do."""

    reason = "SourceUnfit"
    exit_code = ExitCode.USAGE


class HistoryDiffers(BackfillError):
    """Another history stands in its place."""

    reason = "HistoryDiffers"
    exit_code = ExitCode.USAGE


class Overtaken(BackfillError):
    """Somebody else loads it now."""

    reason = "Overtaken"
    exit_code = ExitCode.WAREHOUSE


class Disagreement(BackfillError):
    """Both sides were counted, and they differ."""

    reason = "Disagreement"
    exit_code = ExitCode.CHECK_FAILED


class Halted(Exception):
    """The process was asked to stop; what is done stays done."""

"""The condition HistoryLoaded: what has become of the history that `spec.backfill` asks for."""

from winepipeline_operator.backfill_status import backfill_status
from winepipeline_operator.conditions.reason import Reason, reason_of
from winepipeline_operator.conditions.verdict import Verdict
from winepipeline_operator.observed import Observed
from winepipeline_operator.spec import WinePipeline


def history_loaded(pipeline: WinePipeline, observed: Observed) -> tuple[Verdict, ...]:
    """One verdict where a history is asked for, and none where there is none."""
    found = backfill_status(pipeline, observed)
    if found is None:
        return ()
    if found.phase == "Complete":
        return (Verdict.yes("HistoryLoaded", Reason.HISTORY_IS_LOADED, found.message),)
    if found.phase in ("Failing", "Failed"):
        reason = reason_of(found.reason or "", Reason.CONTAINER_FAILS)
        return (Verdict.no("HistoryLoaded", reason, found.message),)
    reason = Reason.PAUSED if found.phase == "Paused" else Reason.HISTORY_IS_BEING_LOADED
    return (Verdict.unknown("HistoryLoaded", reason, found.message),)

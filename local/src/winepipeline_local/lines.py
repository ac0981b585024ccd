"""The live view where there is no terminal: a snapshot as one line. Pure."""

from winepipeline_local.duration import clock, shown_seconds
from winepipeline_local.snapshot import Snapshot
from winepipeline_local.view import reasons_in_words


def line(snapshot: Snapshot) -> str:
    """`0:12  produced 1,200 (100/s)  loaded 1,150 (99/s)  lag 50  freshness p50 640 ms p99 1.24 s …`."""
    session, rates = snapshot.session, snapshot.rates
    p50, p99 = shown_seconds(snapshot.freshness_p50_seconds), shown_seconds(snapshot.freshness_p99_seconds)
    parts = [
        f"{clock(snapshot.running_seconds):>5}",
        f"produced {session.produced:,} ({rates.produced:,.0f}/s)",
        f"loaded {session.loaded:,} ({rates.loaded:,.0f}/s)",
        f"lag {snapshot.lag:,}",
        f"freshness p50 {p50} p99 {p99}",
    ]
    if session.rejects:
        parts.append(f"dead letters {session.rejects:,} ({reasons_in_words(session.rejected)})")
    if session.retrying:
        parts.append("the load is not taken; trying again")
    parts += [f"{name}: {state}" for name, state in snapshot.services if state != "running"]
    return "  ".join(parts)

"""Files that killed consumers left in the stage: they cost a little storage, and nobody will ever load them."""

import datetime as dt
import email.utils

from winepipeline_warehouse.names import Names
from winepipeline_warehouse.session import Session

PREFIX = "batch-"
"""How the names of consumers' files begin; a history's begin otherwise, and are its own affair."""

OLD_HOURS = 24
"""A file is loaded within minutes of its upload or never: each try of a load uploads its own."""

MOST_AT_ONCE = 1000


def sweep(session: Session, names: Names, now: dt.datetime) -> int:
    """Remove files that were uploaded more than a day ago; how many.

    Args:
        session: any, outside of a transaction.
        names: the stage.
        now: with a time zone.

    Raises:
        Unavailable, Misconfigured: the warehouse's.
    """
    left = [name for name, at in _files(session, names) if now - at > dt.timedelta(hours=OLD_HOURS)]
    for name in left[:MOST_AT_ONCE]:
        session.query(f"REMOVE @{names.stage}/{name}")
    return min(len(left), MOST_AT_ONCE)


def _files(session: Session, names: Names) -> list[tuple[str, dt.datetime]]:
    """Name and time of each; LIST gives `stage/name` and the time as HTTP has it (RFC 1123)."""
    rows = session.query(f"LIST @{names.stage}/{PREFIX}")
    found = []
    for row in rows:
        name = str(row[0]).rpartition("/")[2]
        at = email.utils.parsedate_to_datetime(str(row[3]))
        if name.startswith(PREFIX):
            found.append((name, at if at.tzinfo else at.replace(tzinfo=dt.UTC)))
    return found

"""What killed consumers left in the stage goes, what is being loaded stays."""

import datetime as dt

from winepipeline_warehouse.sweep import sweep

from .place import Place


def test_only_old_files_of_consumers_are_removed(place: Place) -> None:
    """A day after its upload nobody loads a file any more; newer ones, and those of a history, are left alone."""
    for name in ("batch-1-aa-0.parquet", "batch-1-aa-0-rejected.parquet", "history-0-bb.parquet"):
        place.session.put(b"x", name, place.names.stage)
    now = dt.datetime.now(dt.UTC)
    assert sweep(place.session, place.names, now) == 0
    assert len(place.staged()) == 3
    assert sweep(place.session, place.names, now + dt.timedelta(hours=25)) == 2
    assert place.staged() == ["history-0-bb.parquet"]

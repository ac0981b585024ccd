"""The archive that lets the broker start in half the time."""

from pathlib import Path

import pytest

from winepipeline_local import broker_archive


def test_the_broker_starts_without_an_archive_and_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first start needs no archive; once there is one for this Java and these jars, it is used."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert broker_archive.flags() == ()
    assert broker_archive.wanted()
    broker_archive.file().parent.mkdir(parents=True)
    broker_archive.file().write_bytes(b"")
    assert broker_archive.flags() == (f"-XX:AOTCache={broker_archive.file()}",)
    assert not broker_archive.wanted()

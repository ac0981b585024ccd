"""Staged files: found by prefix, kept inside their stage, written only at signed addresses."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winepipeline_emulator.errors import StatementError
from winepipeline_emulator.stage_files import StageFiles, files_with_prefix

STAGE = ("WINE", "RAW", "LOADS")


@pytest.fixture
def files(tmp_path: Path) -> StageFiles:
    """Stages in a folder, with four files in one of them."""
    stages = StageFiles(tmp_path)
    for name in ("a.parquet", "day/1.parquet", "day/2.parquet", "daybreak.parquet"):
        upload(stages, name, b"content")
    return stages


def upload(stages: StageFiles, name: str, content: bytes) -> bool:
    """Upload to the address that PUT gives."""
    folder, _, file_name = name.rpartition("/")
    url = urlsplit(stages.upload_path(STAGE, folder, file_name))
    return stages.receive(url.path, parse_qs(url.query)["signature"][0], content)


@pytest.mark.parametrize(
    ("prefix", "found"),
    [
        ("", ["a.parquet", "day/1.parquet", "day/2.parquet", "daybreak.parquet"]),
        ("day", ["day/1.parquet", "day/2.parquet", "daybreak.parquet"]),
        ("day/", ["day/1.parquet", "day/2.parquet"]),
        ("day/2", ["day/2.parquet"]),
        ("day/2.parquet", ["day/2.parquet"]),
        ("night", []),
        ("no/such/folder", []),
    ],
)
def test_a_path_is_a_prefix(files: StageFiles, prefix: str, found: list[str]) -> None:
    """LIST, REMOVE and COPY mean the files whose path begins so, as with Snowflake."""
    listed = [file.name.removeprefix("loads/") for file in files.listing(STAGE, prefix)]
    assert sorted(listed) == found
    assert sorted(name.removeprefix("loads/") for name in files.remove(STAGE, prefix)) == found
    assert files.listing(STAGE, prefix) == []
    assert len(files.listing(STAGE, "")) == 4 - len(found)


@pytest.mark.parametrize("path", ["../OTHER/x", "../LOADS_2/x", "x/../../y", "../../../../etc/passwd", ".."])
def test_no_path_leads_out_of_its_stage(files: StageFiles, path: str) -> None:
    """A path with dots that leaves the stage is refused, for reading and for writing."""
    for use in (files.listing, files.remove):
        with pytest.raises(StatementError, match="leads out"):
            use(STAGE, path)
    with pytest.raises(StatementError, match="leads out"):
        files.upload_path(STAGE, path, "file")


@given(path=st.text(alphabet="./ab", max_size=12))
def test_whatever_the_path_it_stays_inside(tmp_path_factory: pytest.TempPathFactory, path: str) -> None:
    """No spelling of a path reaches a file that is not the stage's."""
    root = tmp_path_factory.getbasetemp() / "stages"
    try:
        inside = StageFiles(root).path(STAGE, path)
    except StatementError:
        return
    assert Path(inside).is_relative_to(root.joinpath(*STAGE))


def test_an_address_is_good_for_its_own_file_only(files: StageFiles) -> None:
    """A signature cannot be used for another file, nor after a restart."""
    url = urlsplit(files.upload_path(STAGE, "day", "3.parquet"))
    signature = parse_qs(url.query)["signature"][0]
    assert not files.receive("WINE/RAW/LOADS/day/4.parquet", signature, b"x")
    assert not files.receive(url.path, "", b"x")
    assert not StageFiles(files.root).receive(url.path, signature, b"x")
    assert files.receive(url.path, signature, b"x")


def test_an_upload_is_there_whole_or_not_at_all(files: StageFiles) -> None:
    """What was left of an upload that a crash cut off is cleared away and never listed."""
    (files.root / ".arriving" / "half").write_bytes(b"ha")
    again = StageFiles(files.root)
    assert list((files.root / ".arriving").iterdir()) == []
    assert len(list(files_with_prefix(f"{again.root.joinpath(*STAGE)}/"))) == 4

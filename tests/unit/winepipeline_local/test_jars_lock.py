"""The lock of Kafka's jars."""

import pytest

from winepipeline_local.jars import KAFKA_VERSION, locked
from winepipeline_local.jars_lock import Jar, fingerprint, parse

SHA = "0" * 64


def test_the_committed_lock_names_kafka_and_a_digest_for_each_jar() -> None:
    """What runs is pinned to the byte."""
    jars = locked()
    assert any(jar.coordinate == f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}" for jar in jars)
    assert len({jar.file_name for jar in jars}) == len(jars) > 40
    assert all(set(jar.sha256) <= set("0123456789abcdef") for jar in jars)


def test_comments_and_empty_lines_are_passed_over() -> None:
    """The lock may explain itself."""
    assert parse(f"# why\n\na:b:1 {SHA} # this one\n") == (Jar("a", "b", "1", SHA),)


@pytest.mark.parametrize("line", ["a:b:1", f"a:b {SHA}", f"a:b:1 {SHA[1:]}", f"a:b:1 {SHA} x"])
def test_a_broken_line_is_named(line: str) -> None:
    """A slip in the lock says where."""
    with pytest.raises(ValueError, match="line 2"):
        parse(f"# head\n{line}\n")


def test_another_digest_is_another_set() -> None:
    """The cache of one set of jars is never taken for another's."""
    assert fingerprint((Jar("a", "b", "1", SHA),)) != fingerprint((Jar("a", "b", "1", "1" * 64),))

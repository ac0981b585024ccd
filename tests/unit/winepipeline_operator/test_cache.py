"""The cache is never set back: by a list, an answer or an event that comes late."""

from typing import Any

from winepipeline_operator.cache import Cache, Seen
from winepipeline_operator.identity import PIPELINE_LABEL
from winepipeline_operator.kinds import CHILD_KINDS

KIND = CHILD_KINDS[1]


def seen(version: int, name: str = "a", namespace: str = "wine", **more: Any) -> Seen:
    """A Service in this version."""
    metadata = {"name": name, "namespace": namespace, "resourceVersion": str(version), "managedFields": [{}]}
    return Seen.of(KIND, {**more, "metadata": {**metadata, "labels": {PIPELINE_LABEL: "albert"}}})


def versions(cache: Cache) -> list[int]:
    """The versions of all that is there."""
    return sorted(each.version for each in cache.of_pipeline(("wine", "albert")))


def test_an_event_that_comes_late_is_no_news() -> None:
    """What the operator wrote itself is not overwritten by what the watch says of an earlier moment."""
    cache = Cache(by_namespace=False)
    cache.wrote(seen(7))
    assert not cache.hear(seen(5))
    assert not cache.hear(seen(7))
    assert cache.hear(seen(8))
    assert versions(cache) == [8]


def test_an_answer_that_comes_late_raises_no_ghost() -> None:
    """An object that was deleted before our own write's answer was noted does not come back to life."""
    cache = Cache(by_namespace=False)
    cache.hear(seen(5))
    cache.hear_gone(seen(9))
    cache.wrote(seen(7))
    assert versions(cache) == []


def test_each_namespace_is_heard_by_itself() -> None:
    """A watch of one namespace says nothing of how far that of another is."""
    cache = Cache(by_namespace=True)
    cache.hear(seen(9, namespace="cellar"))
    cache.wrote(seen(7))
    assert versions(cache) == [7]


def test_a_list_finds_what_went_unheard() -> None:
    """What is missing in a list is gone, what is new in it is news, and what is newer than it stays."""
    cache = Cache(by_namespace=False)
    cache.hear(seen(3, "a"))
    cache.hear(seen(4, "b"))
    cache.wrote(seen(20, "c"))
    changed = cache.replace(KIND, None, [seen(4, "b"), seen(9, "d")], 10)
    assert sorted(each.name for each in changed) == ["a", "d"]
    assert versions(cache) == [4, 9, 20]


def test_what_is_kept_is_what_was_seen() -> None:
    """Objects come out as they went in, without who owns which field."""
    body = seen(3, spec={"ports": [{"port": 1}]}).body()
    assert body["spec"] == {"ports": [{"port": 1}]}
    assert body["metadata"]["managedFields"] == []

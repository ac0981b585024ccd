"""The beginning of EVENT_METADATA, which COPY completes."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winepipeline_warehouse.ledger import Origin
from winepipeline_warehouse.load import _copy_rows, _metadata_prefix
from winepipeline_warehouse.names import Names

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(texts, texts, texts)
def test_metadata_is_exact_whatever_the_topic_is_called(cluster_id: str, topic: str, topic_id: str) -> None:
    """Quotes, backslashes and other letters than ours in a name neither break the JSON nor change the name."""
    text = _metadata_prefix(Origin(cluster_id, topic, topic_id)) + "3" + ',"offset":' + "77" + ',"timestamp":' + "5}"
    assert json.loads(text) == {
        "topic": topic,
        "topic_id": topic_id,
        "cluster_id": cluster_id,
        "partition": 3,
        "offset": 77,
        "timestamp": 5,
    }


@pytest.mark.parametrize("topic", ["sales_events", "caves.d-albert"])
def test_an_ordinary_topic_gives_an_ordinary_text(topic: str) -> None:
    """The column reads as the documentation shows it."""
    assert _metadata_prefix(Origin("", topic, "id")) == (
        f'{{"topic":"{topic}","topic_id":"id","cluster_id":"","partition":'
    )


def test_a_key_that_an_event_has_twice_is_no_error() -> None:
    """Snowflake's PARSE_JSON refuses such events unless told 'd': each would be looked for by halving its batch."""
    statement = _copy_rows(Names("D", "S", "T"), "file.parquet")
    of_events = re.findall(r"PARSE_JSON\(\$1:EVENT_CONTENT::VARCHAR([^)]*)\)", statement)
    assert of_events
    assert set(of_events) == {", 'd'"}

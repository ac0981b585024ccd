"""A topic's id, as Kafka's own tools write it."""

from typing import Any


def id_text(topic_id: Any) -> str:
    """URL-safe base64; empty for a broker that gives topics no ids (all bits zero)."""
    known = topic_id is not None and (topic_id.get_most_significant_bits() or topic_id.get_least_significant_bits())
    return str(topic_id).replace("+", "-").replace("/", "_").rstrip("=") if known else ""

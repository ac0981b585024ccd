"""The page of all metrics, from the registries of the services themselves."""

from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Metric

from tools.exposed import SERVICES

FILE: Final = "docs/reference/metrics.md"

_HEAD = """\
<!-- Generated from the services' metrics by `make docs`; change the metrics instead. -->
# Metrics

What Prometheus reads at `/metrics` of each service (port 8000), by service. Units stand in the names. A histogram `x`
has the series `x_bucket`, `x_sum` and `x_count`; a summary `x_sum` and `x_count`. The monitors add the labels
`namespace`, `pod`, `pipeline` and `component` to all of them. The broker's own metrics are
[Redpanda's](https://docs.redpanda.com/current/reference/public-metrics-reference/).
"""

LABELS: Final = {
    "event_type": "the types of events that the contract knows: two",
    "kind": "of rebalances: assigned, revoked, lost; of the operator's children: the kind of object",
    "namespace": "the pipeline's namespace",
    "partition": "the partitions of the topic",
    "phase": "of a backfill: what it does now",
    "pipeline": "the pipeline's name",
    "reason": "one word of a fixed list: why an event is turned away, or what was wrong with warehouse, broker or API",
    "stage": "the steps of a load: encode, upload, copy, …",
    "topic": "the pipeline's topic",
    "type": "the conditions of the resource's status",
    "validity": "valid, invalid",
}
"""From each label to what it can be: none grows with the number of events."""


def documents() -> dict[str, str]:
    """From the page's path in the repository to its text."""
    sections = [_HEAD]
    for service, registry in SERVICES.items():
        rows = "\n".join(_row(family) for family in families(registry()))
        sections.append(f"## {service}\n\n| metric | kind | labels | what it is |\n| --- | --- | --- | --- |\n{rows}\n")
    used = sorted({label for registry in SERVICES.values() for family in families(registry()) for label in _of(family)})
    rows = "\n".join(f"| `{label}` | {LABELS[label]} |" for label in used)
    head = "## Labels\n\nEach has few values, however many events there are.\n\n| label | values |\n| --- | --- |"
    sections.append(f"{head}\n{rows}\n")
    return {FILE: "\n".join(sections)}


def families(registry: CollectorRegistry) -> Iterator[Metric]:
    """The metrics of a registry, by name; without the times at which they were made."""
    yield from sorted((each for each in registry.collect() if _counts(each)), key=lambda each: each.name)


def name_of(family: Metric) -> str:
    """The name by which a query asks for it."""
    return f"{family.name}_total" if family.type == "counter" else family.name


def _counts(family: Metric) -> bool:
    return not family.name.endswith("_created")


def _row(family: Metric) -> str:
    labels = ", ".join(f"`{label}`" for label in _of(family))
    return f"| `{name_of(family)}` | {family.type} | {labels} | {family.documentation} |"


def _of(family: Metric) -> list[str]:
    return sorted({label for sample in family.samples for label in sample.labels} - {"le"})

"""Which pipeline an expression speaks of, and over which time: a panel's variables, or an alert's fixed values."""

from dataclasses import dataclass
from typing import Final

BY: Final = "namespace, pipeline"
"""The labels that name a pipeline; the ServiceMonitors put them on everything that is scraped."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A choice of series.

    Attributes:
        matchers: of PromQL, without braces.
        topic: a matcher for the topic, where a metric has one; empty for all.
        window: over which rates are taken, as PromQL writes it; empty for five minutes by `pace`.
        pace: how many times faster than usual time passes: windows, and how long an alert must hold, are divided by
            it. Only for tests, which cannot wait for hours.
    """

    matchers: str
    topic: str = ""
    window: str = ""
    pace: float = 1.0

    def series(self, metric: str, *more: str, **labels: str) -> str:
        """A metric's selector; `more` are further matchers, `labels` those for equality."""
        equal = (f'{label}="{value}"' for label, value in labels.items())
        return f"{metric}{{{', '.join(each for each in (self.matchers, *more, *equal) if each)}}}"

    def of_topic(self, metric: str) -> str:
        """The selector of a metric with a label `topic`."""
        return self.series(metric, self.topic)

    def seconds(self, seconds: float) -> str:
        """A duration as PromQL writes it, at this pace; at least a second."""
        return duration(seconds / self.pace)

    @property
    def rate_window(self) -> str:
        """What rates are taken over."""
        return self.window or self.seconds(300)


FOR_PANELS: Final = Scope(
    matchers='namespace=~"$namespace", pipeline=~"$pipeline"', topic='topic=~"$topic"', window="$__rate_interval"
)
"""What the dashboards' variables choose."""


def for_alerts(namespace: str, pipeline: str, pace: float = 1.0) -> Scope:
    """One pipeline's series."""
    return Scope(matchers=f'namespace="{namespace}", pipeline="{pipeline}"', pace=pace)


def duration(seconds: float) -> str:
    """30s, 5m, 6h: whole units, at least a second.

    >>> [duration(each) for each in (0.2, 45, 300, 5400, 21600)]
    ['1s', '45s', '5m', '90m', '6h']
    """
    whole = max(1, round(seconds))
    for unit, length in (("h", 3600), ("m", 60)):
        if whole % length == 0:
            return f"{whole // length}{unit}"
    return f"{whole}s"

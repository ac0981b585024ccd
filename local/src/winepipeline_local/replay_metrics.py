"""What a replay tells Prometheus, and so the operator, while it runs."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Gauge

from winepipeline_local.dead_letters.decision import Outcome, Tally
from winepipeline_local.errors import UsageError
from winepipeline_process.http import Endpoints, Health

ALIVE = Health(ok=True, reason="Alive")

NAME = "winepipeline_replay_letters"


@contextmanager
def replay_metrics(port: int | None, environ: Mapping[str, str]) -> Iterator[Callable[[Tally], None]]:
    """Serve the sums on a port as long as the block lasts; what it gives takes the newest ones. No port, no serving.

    Raises:
        UsageError: the port is taken.
    """
    if port is None:
        yield lambda _: None
        return
    registry = CollectorRegistry()
    gauge = Gauge(NAME, "Letters of this replay, by what became of them.", ["outcome"], registry=registry)
    matched = Gauge("winepipeline_replay_matched_letters", "Letters that this replay has looked at.", registry=registry)
    try:
        host = environ.get("METRICS_HOST", "0.0.0.0")  # noqa: S104 - Prometheus and the operator come from elsewhere
        endpoints = Endpoints(host, port, registry, lambda: ALIVE, lambda: ALIVE)
    except OSError as failure:
        raise UsageError(f"Port {port} cannot be listened on: {failure.strerror}.", "Give another one.") from failure

    def measure(tally: Tally) -> None:
        matched.set(tally.matched)
        for outcome in Outcome:
            gauge.labels(outcome.value).set(tally.outcomes[outcome])

    try:
        yield measure
    finally:
        endpoints.close()

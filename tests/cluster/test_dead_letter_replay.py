"""Dead letters on a cluster: counted, mended and sent again by a DeadLetterReplay, and its pod is killed on the way."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from .cluster import Namespace, Object, wait_until
from .operator_release import Operator

NAME = "albert"
REPLAY = "mend-all"
PODS = f"caves-albert.io/dead-letter-replay={REPLAY}"
START_SECONDS = 240.0
LETTERS = 100

pytestmark = pytest.mark.usefixtures("operator")


@pytest.fixture(scope="module", autouse=True)
def applied(operator: Operator, namespace: Namespace, demo: dict[str, Any]) -> Iterator[None]:
    """The demo resource with one event in two malformed."""
    producer = {"eventsPerSecond": 20, "invalidEventProbability": 0.5}
    namespace.apply({**demo, "spec": {**demo["spec"], "producer": producer}})
    yield
    namespace.kubectl("delete", "wp", NAME, "--wait=false")


def command(namespace: Namespace, *words: str) -> dict[str, Any]:
    """What `winepipeline …` says in a consumer's pod."""
    return dict(json.loads(namespace.execute(f"deploy/{NAME}-consumer", "winepipeline", *words, "--output", "json")))


def status(namespace: Namespace) -> Object:
    return dict(namespace.get("dlr", REPLAY).get("status", {}))


def test_a_dry_run_counts_what_would_be_sent(namespace: Namespace) -> None:
    """The status has the counts of a Job that ran under the restricted standard, and nothing was sent."""
    wait_until(
        lambda: command(namespace, "dlq", "stats")["letters"] >= LETTERS, f"{LETTERS} letters are there", START_SECONDS
    )
    namespace.patch("wp", NAME, {"spec": {"producer": {"enabled": False}}})
    spec = {"pipelineRef": {"name": NAME}, "repairs": ["unwrap", "fold-case", "coerce-numbers"], "eventsPerSecond": 2}
    kind = {"apiVersion": "caves-albert.io/v1alpha1", "kind": "DeadLetterReplay"}
    namespace.apply({**kind, "metadata": {"name": REPLAY}, "spec": spec})
    wait_until(lambda: status(namespace).get("phase") == "DryRunDone", "the letters are counted", START_SECONDS)
    counts = status(namespace)["counts"]
    assert counts["matched"] >= LETTERS
    assert counts["sendable"] > 0
    assert counts["sent"] == 0
    assert command(namespace, "dlq", "stats")["replayed"] == 0


def test_letters_are_sent_once_though_the_pod_is_killed(namespace: Namespace) -> None:
    """Another pod goes on where the first one was killed, the status has the sum of both, and the audit holds."""
    sendable = status(namespace)["counts"]["sendable"]
    namespace.patch("dlr", REPLAY, {"spec": {"dryRun": False}})
    wait_until(lambda: (status(namespace).get("counts") or {}).get("sent"), "some letters are sent", START_SECONDS)
    assert status(namespace)["phase"] == "Replaying"
    namespace.kubectl("delete", "pod", "-l", PODS, "--wait=false", "--grace-period=0", "--force")
    wait_until(lambda: status(namespace).get("phase") == "Succeeded", "all letters are sent", START_SECONDS)
    assert status(namespace)["counts"]["sent"] == sendable
    assert command(namespace, "dlq", "stats")["replayed"] == sendable
    wait_until(lambda: command(namespace, "audit")["in_flight"] == 0, "what was sent has landed")
    assert command(namespace, "audit")["holds"]


def test_a_paused_pipeline_is_rewound_from_a_pod(namespace: Namespace) -> None:
    """A pod made of the consumers' template rewinds all partitions, and everything is loaded again once."""
    before = command(namespace, "audit")
    namespace.patch("wp", NAME, {"spec": {"paused": True}})
    wait_until(lambda: not namespace.find("pods", "app.kubernetes.io/component=consumer"), "the consumers are gone")
    namespace.apply(_pod(namespace, "rewind", "--to", "0", "--yes"))
    wait_until(lambda: namespace.get("pod", "command")["status"]["phase"] in ("Succeeded", "Failed"), "it is done")
    said = namespace.kubectl("logs", "command")
    assert "Done, in one transaction" in said, said
    namespace.patch("wp", NAME, {"spec": {"paused": False}})
    wait_until(lambda: command(namespace, "audit")["in_flight"] == 0, "all is loaded again", START_SECONDS)
    after = command(namespace, "audit")
    assert after["holds"]
    assert (after["loaded"], after["rejected"]) == (before["loaded"], before["rejected"])


def _pod(namespace: Namespace, *words: str) -> dict[str, Any]:
    """As docs/how-to/rewind.md makes it with jq."""
    template = namespace.get("deploy", f"{NAME}-consumer")["spec"]["template"]["spec"]
    container = {
        key: value
        for key, value in template["containers"][0].items()
        if key not in ("livenessProbe", "readinessProbe", "startupProbe")
    }
    container |= {"command": ["winepipeline"], "args": list(words)}
    labels = {f"caves-albert.io/reach-{part}": NAME for part in ("redpanda", "emulator")}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "command", "labels": labels},
        "spec": {**template, "restartPolicy": "Never", "containers": [container]},
    }

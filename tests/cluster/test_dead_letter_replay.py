"""Dead letters on a cluster: counted, mended and sent again by a DeadLetterReplay, and its pod is killed on the way."""

from typing import Any

import pytest

from .cluster import Object, wait_until
from .pipeline import NAME, START_SECONDS, Pipeline

REPLAY = "mend-all"
PODS = f"caves-albert.io/dead-letter-replay={REPLAY}"
LETTERS = 60
CONSUMERS = "app.kubernetes.io/component=consumer"


@pytest.fixture(scope="module", autouse=True)
def poisoned(albert: Pipeline) -> None:
    """One event in two is malformed, until there are letters enough; then nothing comes any more."""
    before = albert.status().get("deadLetters", 0)
    albert.patch(producer={"enabled": True, "invalidEventProbability": 0.5})
    enough = before + LETTERS
    wait_until(lambda: albert.status().get("deadLetters", 0) >= enough, f"{LETTERS} letters are there", START_SECONDS)
    albert.patch(producer={"enabled": False, "invalidEventProbability": 0.02})


def status(albert: Pipeline) -> Object:
    return dict(albert.namespace.get("dlr", REPLAY).get("status", {}))


def test_a_dry_run_counts_what_would_be_sent(albert: Pipeline) -> None:
    """The status has the counts of a Job that ran under the restricted standard, and nothing was sent."""
    spec = {"pipelineRef": {"name": NAME}, "repairs": ["unwrap", "fold-case", "coerce-numbers"], "eventsPerSecond": 2}
    kind = {"apiVersion": "caves-albert.io/v1alpha1", "kind": "DeadLetterReplay"}
    albert.namespace.apply({**kind, "metadata": {"name": REPLAY}, "spec": spec})
    wait_until(lambda: status(albert).get("phase") == "DryRunDone", "the letters are counted", START_SECONDS)
    counts = status(albert)["counts"]
    assert counts["matched"] >= LETTERS
    assert counts["sendable"] > 0
    assert counts["sent"] == 0
    assert albert.command("dlq", "stats")["replayed"] == 0


def test_letters_are_sent_once_though_the_pod_is_killed(albert: Pipeline) -> None:
    """Another pod goes on where the first one was killed, the status has the sum of both, and the audit holds."""
    sendable = status(albert)["counts"]["sendable"]
    albert.namespace.patch("dlr", REPLAY, {"spec": {"dryRun": False}})
    wait_until(lambda: (status(albert).get("counts") or {}).get("sent"), "some letters are sent", START_SECONDS)
    assert status(albert)["phase"] == "Replaying"
    albert.namespace.kubectl("delete", "pod", "-l", PODS, "--wait=false", "--grace-period=0", "--force")
    wait_until(lambda: status(albert).get("phase") == "Succeeded", "all letters are sent", START_SECONDS)
    assert status(albert)["counts"]["sent"] == sendable
    assert albert.command("dlq", "stats")["replayed"] == sendable
    albert.wait_until_all_landed()
    assert albert.audit()["holds"]


def test_a_paused_pipeline_is_rewound_from_a_pod(albert: Pipeline) -> None:
    """A pod made of the consumers' template rewinds all partitions, and everything is loaded again once."""
    before = albert.audit()
    albert.patch(paused=True)
    wait_until(lambda: not albert.namespace.find("pods", CONSUMERS), "the consumers are gone")
    albert.namespace.apply(_pod(albert, "rewind", "--to", "0", "--yes"))
    wait_until(
        lambda: albert.namespace.get("pod", "command")["status"]["phase"] in ("Succeeded", "Failed"), "it is done"
    )
    said = albert.namespace.kubectl("logs", "command")
    assert "Done, in one transaction" in said, said
    albert.patch(paused=False)
    albert.wait_until_all_landed()
    after = albert.audit()
    assert after["holds"]
    assert (after["loaded"], after["rejected"]) == (before["loaded"], before["rejected"])


def _pod(albert: Pipeline, *words: str) -> dict[str, Any]:
    """As docs/how-to/rewind.md makes it with jq."""
    template = albert.namespace.get("deploy", f"{NAME}-consumer")["spec"]["template"]["spec"]
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

"""The demo resource on a cluster: `kubectl apply`, and the whole pipeline runs. test_by_hand.py ends the story."""

from .cluster import wait_until
from .pipeline import NAME, OURS, Pipeline, component

COMPONENTS = ("redpanda", "console", "emulator", "producer", "consumer")


def test_apply_brings_up_the_whole_pipeline(applied: Pipeline) -> None:
    """After `kubectl apply` every pod becomes ready, under an enforced `restricted`, and the resource says so."""
    applied.wait_until_ready()
    found = applied.namespace.find("pods", OURS)
    assert {component(each) for each in found} == set(COMPONENTS)
    for pod in found:
        assert all(each["ready"] for each in pod["status"]["containerStatuses"]), pod["metadata"]["name"]
    failed = applied.namespace.kubectl("get", "events", "--field-selector=reason=FailedCreate", "-o", "name")
    assert failed == ""


def test_rows_land_and_kubectl_shows_them(albert: Pipeline) -> None:
    """Rows land in the emulator, and `kubectl get wp` shows them with lag, rate and freshness."""
    wait_until(lambda: albert.loaded() > 100, "rows are loaded")
    wait_until(lambda: albert.status().get("rowsPerSecond"), "the rate is told")
    wait_until(lambda: albert.status().get("freshnessSeconds"), "the freshness is told")
    head, line = albert.namespace.kubectl("get", "wp", NAME, "-o", "wide").splitlines()
    assert head.split()[:3] == ["NAME", "READY", "REASON"]
    assert line.split()[1] == "True"
    partitions = albert.status()["partitions"]
    assert [each["partition"] for each in partitions] == list(range(6))
    assert sum(each["committedOffset"] for each in partitions) >= 100


def test_the_audit_holds_in_the_cluster(albert: Pipeline) -> None:
    """`kubectl exec deploy/albert-consumer -- winepipeline audit` counts every event once."""
    audit = albert.audit()
    assert audit["holds"], audit
    assert audit["loaded"] > 100
    assert (audit["duplicates"], audit["missing"]) == (0, 0)

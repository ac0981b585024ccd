"""The demo resource on a cluster, from `kubectl apply` to `kubectl delete`: one story, told in order."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from .cluster import Namespace, Object, wait_until
from .operator_release import Operator

NAME = "albert"
COMPONENTS = ("redpanda", "console", "emulator", "producer", "consumer")
OURS = f"caves-albert.io/pipeline={NAME}"
START_SECONDS = 240.0
BACK_SECONDS = 20.0
MENDED_KINDS = (
    "deployments",
    "statefulsets",
    "services",
    "configmaps",
    "serviceaccounts",
    "networkpolicies",
    "poddisruptionbudgets",
)
ALL_KINDS = ",".join((*MENDED_KINDS, "pods", "jobs", "persistentvolumeclaims"))

pytestmark = pytest.mark.usefixtures("operator")


@pytest.fixture(scope="module", autouse=True)
def applied(operator: Operator, namespace: Namespace, demo: dict[str, Any]) -> Iterator[None]:
    """The demo resource, applied once for all tests here."""
    namespace.apply(demo)
    yield
    if namespace.exists("wp", NAME):
        namespace.kubectl("delete", "wp", NAME, "--wait=false")


def status(namespace: Namespace) -> Object:
    return dict(namespace.get("wp", NAME).get("status", {}))


def is_ready(namespace: Namespace) -> bool:
    return namespace.condition("wp", NAME, "Ready").get("status") == "True"


def loaded(namespace: Namespace) -> int:
    return int(status(namespace).get("rowsLoaded") or 0)


def audited(namespace: Namespace) -> dict[str, Any]:
    """The audit, run in a consumer's pod."""
    said = namespace.execute(f"deploy/{NAME}-consumer", "winepipeline", "audit", "--output", "json")
    return dict(json.loads(said))


def component(each: Object) -> str:
    return str(each["metadata"]["labels"].get("app.kubernetes.io/component"))


def pods(namespace: Namespace) -> dict[str, str]:
    """From the unique id of each pod that is not on its way out to its name."""
    found = namespace.find("pods", OURS)
    return {
        each["metadata"]["uid"]: each["metadata"]["name"]
        for each in found
        if "deletionTimestamp" not in each["metadata"]
    }


def test_apply_brings_up_the_whole_pipeline(namespace: Namespace) -> None:
    """After `kubectl apply` every pod becomes ready, under an enforced `restricted`, and the resource says so."""
    wait_until(lambda: is_ready(namespace), "the pipeline is ready", START_SECONDS)
    found = namespace.find("pods", OURS)
    assert {component(each) for each in found} == set(COMPONENTS)
    for pod in found:
        assert all(each["ready"] for each in pod["status"]["containerStatuses"]), pod["metadata"]["name"]
    failed = namespace.kubectl("get", "events", "--field-selector=reason=FailedCreate", "-o", "name")
    assert failed == ""


def test_rows_land_and_kubectl_shows_them(namespace: Namespace) -> None:
    """Rows land in the emulator, and `kubectl get wp` shows them with lag, rate and freshness."""
    wait_until(lambda: loaded(namespace) > 100, "rows are loaded")
    wait_until(lambda: status(namespace).get("rowsPerSecond"), "the rate is told")
    wait_until(lambda: status(namespace).get("freshnessSeconds"), "the freshness is told")
    head, line = namespace.kubectl("get", "wp", NAME, "-o", "wide").splitlines()
    assert head.split()[:3] == ["NAME", "READY", "REASON"]
    assert line.split()[1] == "True"
    partitions = status(namespace)["partitions"]
    assert [each["partition"] for each in partitions] == list(range(6))
    assert sum(each["committedOffset"] for each in partitions) >= 100


def test_the_audit_holds_in_the_cluster(namespace: Namespace) -> None:
    """`kubectl exec deploy/albert-consumer -- winepipeline audit` counts every event once."""
    audit = audited(namespace)
    assert audit["holds"], audit
    assert audit["loaded"] > 100
    assert (audit["duplicates"], audit["missing"]) == (0, 0)


@pytest.mark.parametrize("kind", MENDED_KINDS)
def test_a_deleted_child_comes_back(namespace: Namespace, kind: str) -> None:
    """Whatever is deleted by hand is there again within seconds, and is a new one."""
    for victim in namespace.find(kind, OURS):
        name, before = victim["metadata"]["name"], victim["metadata"]["uid"]
        namespace.kubectl("delete", kind, name, "--wait=false")
        wait_until(
            lambda name=name, before=before: namespace.get(kind, name)["metadata"]["uid"] != before,  # type: ignore[misc]
            f"{kind}/{name} is back",
            BACK_SECONDS,
        )


def test_a_change_by_hand_is_undone(namespace: Namespace) -> None:
    """What somebody changes in a child by hand is as the resource says within seconds."""
    wait_until(lambda: is_ready(namespace), "the pipeline is ready again", START_SECONDS)
    service = namespace.get("service", f"{NAME}-redpanda")
    namespace.patch("service", f"{NAME}-redpanda", {"spec": {"selector": {"app.kubernetes.io/component": "nobody"}}})
    wait_until(
        lambda: namespace.get("service", f"{NAME}-redpanda")["spec"]["selector"] == service["spec"]["selector"],
        "the Service selects the broker again",
        BACK_SECONDS,
    )
    image = [{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "nothing:0"}]
    namespace.kubectl("patch", "deploy", f"{NAME}-producer", "--type=json", "-p", json.dumps(image))
    wait_until(
        lambda: "nothing" not in json.dumps(namespace.get("deploy", f"{NAME}-producer")["spec"]),
        "the producer's image is the right one again",
        BACK_SECONDS,
    )


def test_every_pod_may_be_killed(namespace: Namespace) -> None:
    """All pods are killed, one after the other: the pipeline becomes ready again, loads on, the audit holds."""
    for uid, name in pods(namespace).items():
        namespace.kubectl("delete", "pod", name, "--grace-period=0", "--force", "--wait=false")
        wait_until(lambda uid=uid: uid not in pods(namespace), f"{name} is gone", BACK_SECONDS)  # type: ignore[misc]
    wait_until(lambda: is_ready(namespace), "the pipeline is ready again", START_SECONDS)
    before = audited(namespace)["loaded"]
    wait_until(lambda: audited(namespace)["loaded"] > before, "rows land again")
    assert audited(namespace)["holds"]


def test_a_pause_stops_it_and_keeps_everything(namespace: Namespace) -> None:
    """`spec.paused` ends producers and consumers, not broker and warehouse; then it goes on where it was."""
    namespace.patch("wp", NAME, {"spec": {"paused": True}})
    working = ("producer", "consumer")
    wait_until(
        lambda: not any(component(each) in working for each in namespace.find("pods", OURS)), "nobody works any more"
    )
    assert {component(each) for each in namespace.find("pods", OURS)} == set(COMPONENTS) - set(working)
    assert "Paused" in namespace.condition("wp", NAME, "Ready")["reason"]
    namespace.patch("wp", NAME, {"spec": {"paused": False}})
    wait_until(lambda: is_ready(namespace), "the pipeline is ready again", START_SECONDS)
    before = audited(namespace)["loaded"]
    wait_until(lambda: audited(namespace)["loaded"] > before, "rows land again")


def test_the_annotation_leaves_everything_as_it_is(namespace: Namespace) -> None:
    """With `caves-albert.io/pause-reconciliation` a deleted child stays deleted until the annotation goes."""
    mark = "caves-albert.io/pause-reconciliation"
    namespace.kubectl("annotate", "wp", NAME, f"{mark}=true")
    wait_until(lambda: "Pause" in namespace.condition("wp", NAME, "Ready").get("reason", ""), "it says so")
    namespace.kubectl("delete", "service", f"{NAME}-console")
    until = time.monotonic() + 5
    while time.monotonic() < until:
        assert not namespace.exists("service", f"{NAME}-console")
        time.sleep(1)
    namespace.kubectl("annotate", "wp", NAME, f"{mark}-")
    wait_until(lambda: namespace.exists("service", f"{NAME}-console"), "the Service is back", BACK_SECONDS)


def test_delete_leaves_nothing_but_the_volumes(namespace: Namespace) -> None:
    """After `kubectl delete` nothing is left but the volumes that the resource's policy keeps."""
    namespace.kubectl("delete", "wp", NAME, "--timeout=60s")
    wait_until(
        lambda: {each["kind"] for each in namespace.find(ALL_KINDS, OURS)} <= {"PersistentVolumeClaim"},
        "everything else is gone",
    )
    left = namespace.find("persistentvolumeclaims", OURS)
    assert sorted(each["metadata"]["name"] for each in left) == ["albert-emulator", "data-albert-redpanda-0"]

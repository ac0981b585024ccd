"""What people do to the demo's pipeline by hand, up to `kubectl delete`; the story that test_demo.py begins."""

import json
import time

import pytest

from .cluster import wait_until
from .pipeline import NAME, OURS, Pipeline, component
from .test_demo import COMPONENTS

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

pytestmark = pytest.mark.usefixtures("stays")


@pytest.fixture(scope="module", autouse=True)
def at_work(albert: Pipeline) -> None:
    """It produces and loads, whatever the story was before."""
    albert.patch(producer={"enabled": True}, paused=False)
    albert.wait_until_ready()


@pytest.mark.parametrize("kind", MENDED_KINDS)
def test_a_deleted_child_comes_back(albert: Pipeline, kind: str) -> None:
    """Whatever is deleted by hand is there again within seconds, and is a new one."""
    for victim in albert.namespace.find(kind, OURS):
        name, before = victim["metadata"]["name"], victim["metadata"]["uid"]
        albert.namespace.kubectl("delete", kind, name, "--wait=false")
        wait_until(
            lambda name=name, before=before: albert.namespace.get(kind, name)["metadata"]["uid"] != before,  # type: ignore[misc]
            f"{kind}/{name} is back",
            BACK_SECONDS,
        )


def test_a_change_by_hand_is_undone(albert: Pipeline) -> None:
    """What somebody changes in a child by hand is as the resource says within seconds."""
    albert.wait_until_ready()
    service = albert.namespace.get("service", f"{NAME}-redpanda")
    albert.namespace.patch(
        "service", f"{NAME}-redpanda", {"spec": {"selector": {"app.kubernetes.io/component": "nobody"}}}
    )
    wait_until(
        lambda: albert.namespace.get("service", f"{NAME}-redpanda")["spec"]["selector"] == service["spec"]["selector"],
        "the Service selects the broker again",
        BACK_SECONDS,
    )
    image = [{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "nothing:0"}]
    albert.namespace.kubectl("patch", "deploy", f"{NAME}-producer", "--type=json", "-p", json.dumps(image))
    wait_until(
        lambda: "nothing" not in json.dumps(albert.namespace.get("deploy", f"{NAME}-producer")["spec"]),
        "the producer's image is the right one again",
        BACK_SECONDS,
    )


def test_every_pod_may_be_killed(albert: Pipeline) -> None:
    """All pods are killed, one after the other: the pipeline becomes ready again, loads on, the audit holds."""
    for uid, name in albert.pods().items():
        albert.namespace.kubectl("delete", "pod", name, "--grace-period=0", "--force", "--wait=false")
        wait_until(lambda uid=uid: uid not in albert.pods(), f"{name} is gone", BACK_SECONDS)  # type: ignore[misc]
    albert.wait_until_ready()
    albert.wait_until_rows_land()
    assert albert.audit()["holds"]


def test_a_pause_stops_it_and_keeps_everything(albert: Pipeline) -> None:
    """`spec.paused` ends producers and consumers, not broker and warehouse; then it goes on where it was."""
    albert.patch(paused=True)
    working = ("producer", "consumer")
    wait_until(
        lambda: not any(component(each) in working for each in albert.namespace.find("pods", OURS)),
        "nobody works any more",
    )
    assert {component(each) for each in albert.namespace.find("pods", OURS)} == set(COMPONENTS) - set(working)
    assert "Paused" in albert.condition()["reason"]
    albert.patch(paused=False)
    albert.wait_until_ready()
    albert.wait_until_rows_land()


def test_the_annotation_leaves_everything_as_it_is(albert: Pipeline) -> None:
    """With `caves-albert.io/pause-reconciliation` a deleted child stays deleted until the annotation goes."""
    mark = "caves-albert.io/pause-reconciliation"
    albert.namespace.kubectl("annotate", "wp", NAME, f"{mark}=true")
    wait_until(lambda: "Pause" in albert.condition().get("reason", ""), "it says so")
    albert.namespace.kubectl("delete", "service", f"{NAME}-console")
    until = time.monotonic() + 5
    while time.monotonic() < until:
        assert not albert.namespace.exists("service", f"{NAME}-console")
        time.sleep(1)
    albert.namespace.kubectl("annotate", "wp", NAME, f"{mark}-")
    wait_until(lambda: albert.namespace.exists("service", f"{NAME}-console"), "the Service is back", BACK_SECONDS)


def test_an_image_that_cannot_be_pulled_is_told(albert: Pipeline) -> None:
    """The status names the pod, the image and the place where its name is set; the consumers that run go on."""
    mark, image = "caves-albert.io/pause-reconciliation", "registry.invalid/winepipeline-consumer:0.2.0"
    albert.wait_until_ready()
    albert.namespace.kubectl("annotate", "wp", NAME, f"{mark}=true")  # or the operator puts its own image back
    albert.namespace.kubectl("set", "image", f"deploy/{NAME}-consumer", f"consumer={image}")
    message = albert.wait_until_told("ImageCannotBePulled", 60)
    assert f"cannot pull {image}: " in message
    assert "Compare the image's name and tag in the chart's values (images)" in message
    assert "ImageCannotBePulled" in albert.namespace.kubectl("get", "wp", NAME)
    albert.namespace.kubectl("annotate", "wp", NAME, f"{mark}-")
    albert.wait_until_ready()


def test_delete_leaves_nothing_but_the_volumes(albert: Pipeline) -> None:
    """After `kubectl delete` nothing is left but the volumes that the resource's policy keeps."""
    albert.namespace.kubectl("delete", "wp", NAME, "--timeout=60s")
    wait_until(
        lambda: {each["kind"] for each in albert.namespace.find(ALL_KINDS, OURS)} <= {"PersistentVolumeClaim"},
        "everything else is gone",
    )
    left = albert.namespace.find("persistentvolumeclaims", OURS)
    assert sorted(each["metadata"]["name"] for each in left) == ["albert-emulator", "data-albert-redpanda-0"]

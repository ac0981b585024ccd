"""A pipeline's life: created, changed, gone; the operator's figures go with it."""

import json
import urllib.error
import urllib.request
from functools import partial
from typing import Any

import pytest

from .control_plane import ControlPlane
from .scene import PIPELINES, Operator, Place, demo, make_place, until

pytestmark = pytest.mark.timeout(300)
"""A busy machine takes its time; each wait within has bounds of its own."""

APPS = "apps/v1"


def children(place: Place) -> set[str]:
    """All that belongs to the pipelines of a namespace, as `Kind/name`."""
    kinds = "deploy,sts,svc,cm,sa,pdb,netpol,pvc,job"
    label = "caves-albert.io/pipeline"
    listed = place.plane.kubectl("get", "-n", place.namespace, kinds, "-l", label, "-o", "json")
    assert listed.returncode == 0, listed.stderr
    return {f"{each['kind']}/{each['metadata']['name']}" for each in json.loads(listed.stdout)["items"]}


def test_apply_makes_all_of_a_pipeline(place: Place, operator: Operator) -> None:
    """One resource becomes broker, console, emulator, producer and consumer with all around them, each owned by it."""
    pipeline = place.create(demo())
    until(lambda: place.get("deployments", "albert-consumer", APPS))
    wanted = {
        "StatefulSet/albert-redpanda",
        *(f"Deployment/albert-{each}" for each in ("console", "emulator", "producer")),
    }
    until(lambda: wanted <= children(place))
    consumer = place.get("deployments", "albert-consumer", APPS)
    assert consumer is not None
    assert [each["uid"] for each in consumer["metadata"]["ownerReferences"]] == [pipeline["metadata"]["uid"]]


def test_the_status_speaks_of_the_resource_as_it_is_now(place: Place, operator: Operator) -> None:
    """The status names the generation that it speaks of, after the creation and after each change."""
    place.create(demo())
    until(lambda: place.pipeline("albert").get("status", {}).get("observedGeneration") == 1)
    place.change("albert", {"producer": {"replicas": 2}})
    until(lambda: place.pipeline("albert")["status"]["observedGeneration"] == 2)
    until(lambda: (place.get("deployments", "albert-producer", APPS) or {})["spec"]["replicas"] == 2)


def test_a_change_reaches_what_it_concerns_and_nothing_else(place: Place, operator: Operator) -> None:
    """A new pace rolls the producer and leaves broker and consumers as they are."""
    place.create(demo())
    until(lambda: place.condition("albert", "Ready"))

    def template(component: str) -> Any:
        found = place.get("deployments", f"albert-{component}", APPS)
        return None if found is None else found["spec"]["template"]

    before = {each: until(partial(template, each)) for each in ("producer", "consumer", "emulator")}
    place.change("albert", {"producer": {"eventsPerSecond": 7}})
    until(lambda: template("producer") != before["producer"])
    until(lambda: place.pipeline("albert")["status"]["observedGeneration"] == 2)
    assert template("consumer") == before["consumer"]
    assert template("emulator") == before["emulator"]


def test_what_is_no_longer_wanted_goes(place: Place, operator: Operator) -> None:
    """Console and producer that are turned off are deleted, all that belongs to them too; the others stay."""
    place.create(demo())
    until(lambda: "Deployment/albert-console" in children(place))
    until(lambda: "Deployment/albert-producer" in children(place))
    place.change("albert", {"producer": {"enabled": False}, "broker": {"redpanda": {"console": {"enabled": False}}}})
    until(lambda: not any("console" in each or "producer" in each for each in children(place)))
    assert "StatefulSet/albert-redpanda" in children(place)
    assert "Deployment/albert-consumer" in children(place)


def test_events_tell_what_was_done(place: Place, operator: Operator) -> None:
    """`kubectl describe` shows what the operator created, and later what it deleted."""

    def told(reason: str) -> str:
        listed = place.plane.call("GET", place.path("events"))[1]
        return " ".join(each["message"] for each in listed["items"] if each["reason"] == reason)

    place.create(demo())
    until(lambda: "Deployment albert-consumer" in told("ChildrenApplied"))
    place.change("albert", {"producer": {"enabled": False}})
    until(lambda: "Deployment albert-producer" in told("ChildrenPruned"))


def test_deleting_it_leaves_nothing_but_the_volumes(own_plane: ControlPlane, start_operator: Any) -> None:
    """The resource goes at once, though nobody holds it up; Kubernetes collects all but the volume with the rows."""
    place = make_place(own_plane)
    own_plane.start_controllers("garbage-collector-controller")
    operator = start_operator(own_plane, WATCH_NAMESPACES=place.namespace)
    pipeline = place.create(demo())
    until(lambda: place.condition("albert", "Ready"))
    assert "finalizers" not in place.pipeline("albert")["metadata"]
    assert "PersistentVolumeClaim/albert-emulator" in children(place)
    place.delete("winepipelines", "albert", PIPELINES)
    until(lambda: children(place) == {"PersistentVolumeClaim/albert-emulator"}, 60)
    # A pipeline of the same name takes over what stayed, and is one of its own.
    again = place.create(demo())
    assert again["metadata"]["uid"] != pipeline["metadata"]["uid"]
    until(lambda: "Deployment/albert-consumer" in children(place))
    operator.kill()


def test_the_policy_delete_takes_the_volumes_too(own_plane: ControlPlane, start_operator: Any) -> None:
    """With `deletionPolicy: Delete` nothing is left at all."""
    place = make_place(own_plane)
    own_plane.start_controllers("garbage-collector-controller", "persistentvolumeclaim-protection-controller")
    start_operator(own_plane, WATCH_NAMESPACES=place.namespace)
    place.create(demo(deletionPolicy="Delete"))
    until(lambda: "PersistentVolumeClaim/albert-emulator" in children(place))
    until(lambda: place.condition("albert", "Ready"))
    place.delete("winepipelines", "albert", PIPELINES)
    until(lambda: children(place) == set(), 60)


@pytest.mark.long
def test_the_brokers_volumes_go_with_the_pipeline_alone(own_plane: ControlPlane, start_operator: Any) -> None:
    """Under `Delete` a StatefulSet deleted to mend it leaves its volumes; `Retain` said at the last moment counts."""
    place = make_place(own_plane)
    own_plane.start_controllers(
        "garbage-collector-controller", "persistentvolumeclaim-protection-controller", "statefulset-controller"
    )
    start_operator(own_plane, WATCH_NAMESPACES=place.namespace)
    uid = place.create(demo(deletionPolicy="Delete"))["metadata"]["uid"]

    def claim() -> Any:
        return (place.get("persistentvolumeclaims", "data-albert-redpanda-0") or {"metadata": {}})["metadata"]

    def owners() -> list[str]:
        return [each["uid"] for each in claim().get("ownerReferences", [])]

    until(lambda: owners() == [uid], 60)
    volume = claim()["uid"]
    before = place.get("statefulsets", "albert-redpanda", APPS)
    assert before is not None
    place.delete("statefulsets", "albert-redpanda", APPS)
    until(lambda: (place.get("statefulsets", "albert-redpanda", APPS) or before) != before, 60)
    until(lambda: place.get("pods", "albert-redpanda-0"), 60)
    assert (claim()["uid"], claim().get("deletionTimestamp"), owners()) == (volume, None, [uid])
    place.change("albert", {"deletionPolicy": "Retain"})
    place.delete("winepipelines", "albert", PIPELINES)
    kept = {f"PersistentVolumeClaim/{each}" for each in ("albert-emulator", "data-albert-redpanda-0")}
    until(lambda: children(place) == kept, 60)
    assert (claim()["uid"], claim().get("deletionTimestamp"), owners()) == (volume, None, [])


def test_a_volume_that_may_not_grow_holds_up_nothing_else(place: Place, operator: Operator) -> None:
    """The StorageClass's refusal stands in the condition with what to do; the rest of the round is done, and well."""
    name = "data-albert-redpanda-0"
    tags = {"app.kubernetes.io/name": "winepipeline", "app.kubernetes.io/instance": "albert"}
    tags |= {"app.kubernetes.io/component": "redpanda", "caves-albert.io/pipeline": "albert"}
    spec = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "fixed",
        "resources": {"requests": {"storage": "100Mi"}},
    }
    path = place.path("persistentvolumeclaims")
    assert place.plane.call("POST", path, {"metadata": {"name": name, "labels": tags}, "spec": spec})[0] == 201
    place.patch("persistentvolumeclaims", f"{name}/status", {"status": {"phase": "Bound"}})
    uid = place.create(demo(deletionPolicy="Delete"))["metadata"]["uid"]
    until(lambda: "allowVolumeExpansion" in place.condition("albert", "BrokerReady").get("message", ""))
    assert f"the volume {name} stays at 100Mi" in place.condition("albert", "BrokerReady")["message"]
    place.change("albert", {"broker": {"redpanda": {"console": {"enabled": False}}}})
    until(lambda: "Deployment/albert-console" not in children(place))
    claim = place.get("persistentvolumeclaims", name)
    assert claim is not None
    assert [each["uid"] for each in claim["metadata"]["ownerReferences"]] == [uid]
    failed = [line for line in operator.metrics().splitlines() if "errors_total" in line and place.namespace in line]
    assert not [line for line in failed if "Volume" in line or "Refused" in line or "Forbidden" in line]


def test_figures_go_with_their_pipeline(place: Place, operator: Operator) -> None:
    """Prometheus sees a pipeline's rounds while it is there, and nothing of it afterwards."""
    place.create(demo())
    until(lambda: f'namespace="{place.namespace}"' in operator.metrics())
    place.delete("winepipelines", "albert", PIPELINES)
    until(lambda: f'namespace="{place.namespace}"' not in operator.metrics())


def test_the_probes_answer(place: Place, operator: Operator) -> None:
    """The kubelet finds the operator alive and ready once it watches."""
    until(operator.metrics)

    def says(path: str) -> Any:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{operator.metrics_port}{path}") as answer:
                return json.loads(answer.read())["reason"]
        except urllib.error.HTTPError as error:
            return json.loads(error.read())["reason"]

    assert says("/healthz") == "Alive"
    until(lambda: says("/readyz") == "Watching")

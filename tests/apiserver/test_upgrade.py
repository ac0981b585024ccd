"""Resources and children from before an upgrade, of the CRD or of the operator."""

from copy import deepcopy

import pytest
import yaml

from .control_plane import ControlPlane
from .scene import CRDS, PIPELINES, Place, demo, make_place, until

pytestmark = pytest.mark.timeout(300)
"""A busy machine takes its time; each wait within has bounds of its own."""

APPS = "apps/v1"
CRD = CRDS / "winepipelines.caves-albert.io.yaml"
APPLIED = "caves-albert.io/applied"


def older_definition() -> dict[str, object]:
    """The CRD as an older release had it: without rules, some fields missing, others there that are gone today."""
    crd = yaml.safe_load(CRD.read_text())
    schema = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    properties = schema["properties"]["spec"]["properties"]
    for part in ("backfill", "monitoring", "deletionPolicy"):
        properties.pop(part)
    properties["consumer"]["properties"].pop("scaling")
    properties["consumer"].pop("default", None)
    properties["consumer"]["properties"]["prefetch"] = {"type": "integer"}

    def without_rules(node: object) -> None:
        if isinstance(node, dict):
            node.pop("x-kubernetes-validations", None)
            for each in node.values():
                without_rules(each)
        elif isinstance(node, list):
            for each in node:
                without_rules(each)

    without_rules(schema)
    schema["properties"]["status"] = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return dict(crd)


def apply_definition(plane: ControlPlane, crd: object) -> None:
    """Install a CRD, or replace it."""
    applied = plane.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", text=yaml.safe_dump(crd))
    assert applied.returncode == 0, applied.stderr


def test_a_resource_of_an_older_release_goes_on(own_plane: ControlPlane, start_operator: object) -> None:
    """What was stored under an older CRD is carried out under today's; what would be refused today says so."""
    today = yaml.safe_load(CRD.read_text())
    apply_definition(own_plane, older_definition())
    place = make_place(own_plane)
    until(lambda: "prefetch" in str(_created(place)))
    wrong = demo("wrong")
    wrong["spec"]["topic"] = {"name": "sales_events", "partitions": 3}
    wrong["spec"]["deadLetterTopic"] = {"name": "sales_events"}
    place.create(wrong)
    status = {"conditions": [{"type": "Healthy", "status": "True"}], "phase": "Running"}
    path = place.path("winepipelines", "albert", PIPELINES) + "/status"
    assert own_plane.call("PATCH", path, {"status": status}, "application/merge-patch+json")[0] == 200
    apply_definition(own_plane, today)
    start_operator(own_plane, WATCH_NAMESPACES=place.namespace)  # type: ignore[operator]
    until(lambda: place.get("deployments", "albert-consumer", APPS), 60)
    until(lambda: place.condition("albert", "Ready"))
    until(lambda: place.condition("wrong", "Ready").get("reason") == "InvalidSpec")
    assert "deadLetterTopic.name must differ" in place.condition("wrong", "Ready")["message"]
    assert place.get("deployments", "wrong-consumer", APPS) is None


def _created(place: Place) -> dict[str, object]:
    """The pipeline of an older release; created when it is not there yet and the old definition has arrived."""
    found = place.get("winepipelines", "albert", PIPELINES)
    if found is None:
        resource = deepcopy(demo())
        resource["spec"]["consumer"] = {"prefetch": 7, "batchSize": 50}
        place.create(resource)
        found = place.pipeline("albert")
    if "prefetch" not in found["spec"]["consumer"]:
        place.delete("winepipelines", "albert", PIPELINES)
        return {}
    return found


def test_children_of_an_older_operator_are_brought_up_to_date(place: Place, start_operator: object) -> None:
    """Fields that an older operator wrote and today's does not write any more are taken away."""
    place.create(demo())
    operator = start_operator(place.plane, WATCH_NAMESPACES=place.namespace)  # type: ignore[operator]
    until(lambda: place.condition("albert", "Ready"))
    child = until(lambda: place.get("configmaps", "albert-redpanda"))
    operator.stop()
    older = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": "albert-redpanda",
            "labels": child["metadata"]["labels"],
            "ownerReferences": child["metadata"]["ownerReferences"],
            "annotations": {APPLIED: "0000000000000000", "caves-albert.io/once-was": "here"},
        },
        "data": {**child["data"], "old.yaml": "no longer read"},
    }
    path = place.path("configmaps", "albert-redpanda") + "?fieldManager=winepipeline-operator&force=true"
    status, answer = place.plane.call("PATCH", path, older, "application/apply-patch+yaml")
    assert status == 200, answer
    operator.start()

    def mended() -> bool:
        found = place.get("configmaps", "albert-redpanda")
        return found is not None and "old.yaml" not in found["data"]

    until(mended)
    found = place.get("configmaps", "albert-redpanda")
    assert found is not None
    assert "caves-albert.io/once-was" not in found["metadata"]["annotations"]
    assert found["data"] == child["data"]

"""What a pipeline consists of, before a real API server: its schemas, its admission, its Server-Side Apply."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.winepipeline_operator.children.golden import EXAMPLES
from tests.unit.winepipeline_operator.children.scene import names, pod_specs, secrets_of, seen, wanted
from winepipeline_operator.difference import marked, stands
from winepipeline_operator.identity import FIELD_MANAGER, Manifest
from winepipeline_operator.kinds import CHILD_KINDS, kind_of
from winepipeline_operator.lint import load
from winepipeline_operator.spec import WinePipeline

from .control_plane import ControlPlane
from .scene import Place

_APPLY = f"?fieldManager={FIELD_MANAGER}&force=true&fieldValidation=Strict"
_OURS = {each.api_version for each in CHILD_KINDS}

every_example = pytest.mark.parametrize("example", EXAMPLES, ids=[example.stem for example in EXAMPLES])


def pipeline_in(place: Place, example: Path) -> WinePipeline:
    """An example, as it is once the API server has it; with a backfill, so that every component is there."""
    resource = load(example.read_text(encoding="utf-8")).model_dump(mode="json", by_alias=True, exclude_none=True)
    resource["metadata"] |= {"namespace": place.namespace, "uid": "00000000-0000-0000-0000-000000000001"}
    resource["spec"]["backfill"] = {"days": 3}
    return WinePipeline.model_validate(resource)


def apply(place: Place, manifest: Manifest, more: str = "") -> dict[str, Any]:
    """Apply a manifest as the operator does, but refuse what the API server does not know."""
    path = kind_of(manifest).path(place.namespace, manifest["metadata"]["name"]) + _APPLY + more
    status, answer = place.plane.call("PATCH", path, manifest, "application/apply-patch+yaml")
    assert status in (200, 201), f"{manifest['kind']} {manifest['metadata']['name']}: {answer['message']}"
    return answer


def children(place: Place, example: Path) -> list[Manifest]:
    """Those of Kubernetes' own kinds."""
    return [each for each in wanted(pipeline_in(place, example)) if each["apiVersion"] in _OURS]


@every_example
def test_the_api_server_knows_every_field_and_is_at_rest(place: Place, example: Path) -> None:
    """Every object of every example is taken as it is written, and found to be as wanted: nothing is applied twice."""
    for manifest in map(marked, children(place, example)):
        first = apply(place, manifest)
        assert stands(manifest, first), f"{manifest['kind']} {manifest['metadata']['name']}"
        # The API server writes a claim anew at each apply, whatever it says.
        if manifest["kind"] != "PersistentVolumeClaim":
            assert apply(place, manifest)["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]


@every_example
def test_every_pod_is_admitted_where_restricted_is_enforced(place: Place, example: Path) -> None:
    """A namespace that enforces the `restricted` standard lets every pod of a pipeline in."""
    enforced = {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}
    path = f"/api/v1/namespaces/{place.namespace}"
    assert place.plane.call("PATCH", path, {"metadata": enforced}, "application/merge-patch+json")[0] == 200
    for name, spec in pod_specs(wanted(pipeline_in(place, example))).items():
        body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": _without_claims(spec)}
        status, answer = place.plane.call("POST", place.path("pods") + "?dryRun=All&fieldValidation=Strict", body)
        assert status == 201, answer["message"]


def test_a_pod_that_is_not_restricted_is_refused(place: Place) -> None:
    """The test above would fail if a pod broke the standard."""
    enforced = {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}
    path = f"/api/v1/namespaces/{place.namespace}"
    assert place.plane.call("PATCH", path, {"metadata": enforced}, "application/merge-patch+json")[0] == 200
    body = {"metadata": {"name": "loose"}, "spec": {"containers": [{"name": "a", "image": "a"}]}}
    assert place.plane.call("POST", place.path("pods") + "?dryRun=All", body)[0] == 403


def test_a_job_and_brokers_that_stand_can_be_applied_again_by_a_newer_operator(place: Place) -> None:
    """What cannot be changed is left as it stands: an upgrade with other images is never refused."""
    pipeline = pipeline_in(place, EXAMPLES[0])
    before = [each for each in wanted(pipeline) if each["apiVersion"] in _OURS]
    standing = [apply(place, each) for each in before]
    larger = pipeline.model_dump(mode="json", by_alias=True, exclude_none=True)
    larger["spec"]["broker"]["redpanda"]["storage"]["size"] = "9Gi"
    changed = WinePipeline.model_validate(larger)
    live = seen([{**each, **_type_of(wish)} for each, wish in zip(standing, before, strict=True)], secrets_of(pipeline))
    after = [each for each in wanted(changed, live) if each["apiVersion"] in _OURS]
    assert names(after, "Job") == names(before, "Job")
    for manifest in after:
        apply(place, manifest)


def test_the_golden_files_are_what_is_applied_here() -> None:
    """The files that a reviewer reads hold the kinds that these tests apply, and those that other operators serve."""
    for example in EXAMPLES:
        golden = Path(__file__).parents[1] / "unit" / "winepipeline_operator" / "golden" / example.name
        for manifest in yaml.safe_load_all(golden.read_text(encoding="utf-8")):
            assert kind_of(manifest).name == manifest["kind"]


def _without_claims(spec: dict[str, Any]) -> dict[str, Any]:
    """A pod as it would be made alone: a StatefulSet's controller adds its volumes."""
    mounted = {volume["name"] for volume in spec["volumes"]}
    lone = [
        {**container, "volumeMounts": [mount for mount in container["volumeMounts"] if mount["name"] in mounted]}
        for container in spec["containers"]
    ]
    return {**spec, "containers": lone}


def _type_of(manifest: Manifest) -> dict[str, Any]:
    return {"apiVersion": manifest["apiVersion"], "kind": manifest["kind"]}


def test_the_plane_is_new_enough(plane: ControlPlane) -> None:
    """The API server is one that the chart supports."""
    _, version = plane.call("GET", "/version")
    assert (int(version["major"]), int(version["minor"].rstrip("+"))) >= (1, 29)

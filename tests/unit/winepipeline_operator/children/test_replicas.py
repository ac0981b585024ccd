from typing import Any

import pytest

from tests.unit.winepipeline_operator.children.scene import Make, seen, the, wanted
from winepipeline_operator.identity import FIELD_MANAGER, SCALER_FIELD_MANAGER, Manifest
from winepipeline_operator.ownership import owners_of_replicas

BUILTIN = {"consumer": {"scaling": {"mode": "Builtin", "minReplicas": 2}}}


def consumer_replicas(manifests: list[Manifest]) -> int | None:
    replicas: int | None = the(manifests, "Deployment", "albert-consumer")["spec"].get("replicas")
    return replicas


def standing(replicas: int, *managers: str) -> dict[str, Any]:
    """A consumer Deployment whose number these managers have asked for."""
    owned: dict[str, Any] = {"f:spec": {"f:replicas": {}}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": "albert-consumer",
            "managedFields": [
                {"manager": "kubectl", "fieldsV1": {"f:metadata": {}}},
                *({"manager": manager, "fieldsV1": owned} for manager in managers),
            ],
        },
        "spec": {"replicas": replicas, "template": {}},
    }


@pytest.mark.parametrize("mode", ["Off", "Recommend"])
def test_a_fixed_number_of_consumers_is_asked_for(pipeline: Make, mode: str) -> None:
    """Who scales by hand gets the number that the resource says, also while the scaler only recommends."""
    spec = {"consumer": {"replicas": 4, "scaling": {"mode": mode}}}
    assert consumer_replicas(wanted(pipeline(spec))) == 4


@pytest.mark.parametrize("mode", ["Builtin", "Keda"])
def test_the_number_is_left_to_who_scales(pipeline: Make, mode: str) -> None:
    """The operator never works against the scaler: it does not mention the number of consumers at all."""
    spec = {"consumer": {"replicas": 4, "scaling": {"mode": mode}}}
    assert consumer_replicas(wanted(pipeline(spec))) is None
    scaled = seen([standing(5, FIELD_MANAGER, SCALER_FIELD_MANAGER)])
    assert consumer_replicas(wanted(pipeline(spec), scaled)) is None
    assert consumer_replicas(wanted(pipeline(spec), seen([standing(5, "keda-operator")]))) is None


def test_a_change_to_scaling_lets_nobody_go_before_the_scaler_has_taken_over(pipeline: Make) -> None:
    """Five consumers that ran by a fixed number stay five until the scaler has decided."""
    assert consumer_replicas(wanted(pipeline(BUILTIN), seen([standing(5, FIELD_MANAGER)]))) == 5


def test_after_a_pause_the_fewest_that_are_wanted_come_back(pipeline: Make) -> None:
    """A pipeline that is resumed runs again without anybody's help, scaled or not."""
    assert consumer_replicas(wanted(pipeline(BUILTIN), seen([standing(0, FIELD_MANAGER)]))) == 2


def test_a_pause_stops_producers_and_consumers_and_nothing_else(pipeline: Make) -> None:
    """A paused pipeline makes and loads nothing, while its broker and its warehouse stay reachable."""
    manifests = wanted(pipeline({"paused": True, "backfill": {}}))
    found = {each["metadata"]["name"]: each["spec"].get("replicas") for each in manifests if "template" in _spec(each)}
    assert {name: found[name] for name in found if "backfill" not in name} == {
        "albert-redpanda": 1,
        "albert-console": 1,
        "albert-emulator": 1,
        "albert-producer": 0,
        "albert-consumer": 0,
    }
    assert [each["spec"]["suspend"] for each in manifests if each["kind"] == "Job"] == [True]


def _spec(manifest: Manifest) -> dict[str, Any]:
    spec: dict[str, Any] = manifest.get("spec", {})
    return spec


def test_who_asked_for_the_number_is_all_that_is_remembered_of_the_owners() -> None:
    """The operator's memory holds who owns the consumers' number, and not the rest of each object's history."""
    scaled: dict[str, Any] = {"f:metadata": {"f:labels": {}}, "f:spec": {"f:replicas": {}, "f:template": {}}}
    managed = [{"manager": "us", "operation": "Apply", "fieldsV1": scaled}, {"manager": "kubectl", "fieldsV1": {}}]
    assert owners_of_replicas({"managedFields": managed}) == [
        {"manager": "us", "fieldsV1": {"f:spec": {"f:replicas": {}}}}
    ]
    assert owners_of_replicas({}) == []

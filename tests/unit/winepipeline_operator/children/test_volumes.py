from typing import Any

import pytest

from tests.unit.winepipeline_operator.children.scene import SNOWFLAKE, Make, names, seen, the, wanted
from winepipeline_operator.identity import Manifest, labels

CLAIM = "PersistentVolumeClaim"


def brokers(size: str) -> dict[str, Any]:
    return {"broker": {"redpanda": {"storage": {"size": size}}}}


def claim_of_a_broker(pipeline: Make, size: str) -> Manifest:
    """As the StatefulSet's controller makes it."""
    return {
        "apiVersion": "v1",
        "kind": CLAIM,
        "metadata": {"name": "data-albert-redpanda-0", "labels": labels(pipeline({}), "redpanda")},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}},
    }


def template_size(manifests: list[Manifest]) -> str:
    (claim,) = the(manifests, "StatefulSet", "albert-redpanda")["spec"]["volumeClaimTemplates"]
    return str(claim["spec"]["resources"]["requests"]["storage"])


@pytest.mark.parametrize("policy", ["Retain", "Delete"])
def test_the_policy_decides_what_becomes_of_the_volumes(pipeline: Make, policy: str) -> None:
    """Volumes outlive their pipeline under Retain and go with it under Delete."""
    manifests = wanted(pipeline({"deletionPolicy": policy}), seen([claim_of_a_broker(pipeline, "5Gi")]))
    assert names(manifests, CLAIM) == ["albert-emulator", "data-albert-redpanda-0"]
    for name in names(manifests, CLAIM):
        assert ("ownerReferences" in the(manifests, CLAIM, name)["metadata"]) is (policy == "Delete")


@pytest.mark.parametrize("policy", ["Retain", "Delete"])
def test_no_volume_goes_with_the_stateful_set(pipeline: Make, policy: str) -> None:
    """A StatefulSet that is deleted to be made anew leaves the brokers' volumes, whatever the policy."""
    stateful_set = the(wanted(pipeline({"deletionPolicy": policy})), "StatefulSet", "albert-redpanda")
    kept = {"whenDeleted": "Retain", "whenScaled": "Retain"}
    assert stateful_set["spec"]["persistentVolumeClaimRetentionPolicy"] == kept


def test_a_volume_has_room_for_another_controller(pipeline: Make) -> None:
    """A broker's volume that its StatefulSet still controls, from an earlier version, is not refused by the server."""
    claim = the(wanted(pipeline({"deletionPolicy": "Delete"})), CLAIM, "albert-emulator")
    assert [each["controller"] for each in claim["metadata"]["ownerReferences"]] == [False]


def test_a_volume_that_is_wanted_larger_grows(pipeline: Make) -> None:
    """More storage in the resource is asked of the volumes that stand; the StatefulSet, which cannot change, is not."""
    before = [*wanted(pipeline(brokers("5Gi"))), claim_of_a_broker(pipeline, "5Gi")]
    after = wanted(pipeline(brokers("20Gi")), seen(before))
    assert template_size(after) == "5Gi"
    assert the(after, CLAIM, "data-albert-redpanda-0")["spec"]["resources"]["requests"]["storage"] == "20Gi"


def test_a_volume_that_somebody_made_larger_stays_so(pipeline: Make) -> None:
    """A volume grown by hand is not asked to shrink, which would be refused for ever."""
    after = wanted(pipeline(brokers("5Gi")), seen([claim_of_a_broker(pipeline, "30Gi")]))
    assert the(after, CLAIM, "data-albert-redpanda-0")["spec"]["resources"]["requests"]["storage"] == "30Gi"


def test_volumes_are_of_the_class_that_the_resource_names(pipeline: Make) -> None:
    """Brokers' and emulator's volumes get the StorageClass; without one the cluster's default one, by not naming it."""
    ssd = {"storageClassName": "ssd"}
    named = wanted(pipeline({"broker": {"redpanda": {"storage": ssd}}, "warehouse": {"emulator": ssd}}))
    for manifests, said in ((named, "ssd"), (wanted(pipeline({})), None)):
        (template,) = the(manifests, "StatefulSet", "albert-redpanda")["spec"]["volumeClaimTemplates"]
        for claim in (template, the(manifests, CLAIM, "albert-emulator")):
            assert claim["spec"].get("storageClassName") == said


def test_the_emulators_rows_stay_when_an_account_takes_its_place(pipeline: Make) -> None:
    """Moving to an account takes the emulator away and leaves its volume."""
    before = wanted(pipeline({}))
    after = wanted(pipeline({"warehouse": SNOWFLAKE}), seen(before))
    assert names(after, CLAIM) == ["albert-emulator"]
    assert "albert-emulator" not in names(after, "Deployment")
    assert names(wanted(pipeline({"warehouse": SNOWFLAKE})), CLAIM) == []


def test_the_emulator_never_runs_twice_on_one_volume(pipeline: Make) -> None:
    """An update stops the emulator before it starts the next one."""
    assert the(wanted(pipeline({})), "Deployment", "albert-emulator")["spec"]["strategy"] == {"type": "Recreate"}

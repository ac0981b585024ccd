import subprocess
from typing import Any

import pytest
import yaml

from tests.unit.winepipeline_operator.children.scene import KAFKA, SNOWFLAKE, Make, checksums, names, the, wanted
from winepipeline_operator.identity import Manifest

REDPANDA = "albert-redpanda"


def three(**more: Any) -> dict[str, Any]:
    return {"broker": {"redpanda": {"replicas": 3, **more}}, "topic": {"replicationFactor": 3}}


def node_file(manifests: list[Manifest]) -> dict[str, Any]:
    """What redpanda.yaml says of the broker."""
    found: dict[str, Any] = yaml.safe_load(the(manifests, "ConfigMap", REDPANDA)["data"]["redpanda.yaml"])["redpanda"]
    return found


def arguments(manifests: list[Manifest]) -> list[str]:
    found: list[str] = the(manifests, "StatefulSet", REDPANDA)["spec"]["template"]["spec"]["containers"][0]["args"]
    return found


@pytest.mark.parametrize("spec", [{}, three(), {"warehouse": SNOWFLAKE}], ids=["demo", "three", "snowflake"])
def test_no_broker_acknowledges_what_is_not_on_disk(pipeline: Make, spec: dict[str, Any]) -> None:
    """Not even a demo's broker runs with the flags that would lose events at a crash, or makes topics by itself."""
    manifests = wanted(pipeline(spec))
    assert not any("mode" in each or "fsync" in each for each in arguments(manifests))
    bootstrap = yaml.safe_load(the(manifests, "ConfigMap", REDPANDA)["data"][".bootstrap.yaml"])
    assert bootstrap["auto_create_topics_enabled"] is False
    assert "write_caching_default" not in bootstrap


def test_only_a_demo_is_small(pipeline: Make) -> None:
    """One broker before an emulator fits on a laptop; one before an account, or several, get what production needs."""
    small, account, several = (wanted(pipeline(spec)) for spec in ({}, {"warehouse": SNOWFLAKE}, three()))
    assert ["--memory=1G" in arguments(each) for each in (small, account, several)] == [True, False, False]
    assert [node_file(each)["developer_mode"] for each in (small, account, several)] == [True, False, False]


@pytest.mark.parametrize(
    ("size", "free_bytes"),
    [("100Mi", 10 * 2**20), ("5Gi", 256 * 2**20), ("99Gi", 99 * 2**30 // 20), ("100Gi", None), ("200Gi", None)],
)
def test_a_large_volume_keeps_redpandas_own_reserve(pipeline: Make, size: str, free_bytes: int | None) -> None:
    """A broker stops writes in time before its disk is full, and a demo's small volume takes events all the same."""
    manifests = wanted(pipeline({"broker": {"redpanda": {"storage": {"size": size}}}}))
    bootstrap = yaml.safe_load(the(manifests, "ConfigMap", REDPANDA)["data"][".bootstrap.yaml"])
    assert bootstrap.get("storage_min_free_bytes") == free_bytes


def test_all_brokers_have_the_same_seeds(pipeline: Make) -> None:
    """Brokers find each other, and found one cluster and not several."""
    host = "albert-redpanda-{}.albert-redpanda-headless.default.svc.cluster.local"
    node = node_file(wanted(pipeline(three())))
    assert [seed["host"] for seed in node["seed_servers"]] == [
        {"address": host.format(index), "port": 33145} for index in range(3)
    ]
    assert node["empty_seed_starts_cluster"] is False


def test_brokers_that_are_added_restart_none_that_run(pipeline: Make) -> None:
    """Growing from three brokers to five changes the list of seeds and rolls nobody."""
    five = {"broker": {"redpanda": {"replicas": 5}}, "topic": {"replicationFactor": 3}}
    before, after = wanted(pipeline(three())), wanted(pipeline(five))
    assert node_file(before) != node_file(after)
    assert checksums(before) == checksums(after)


def test_brokers_go_one_at_a_time(pipeline: Make) -> None:
    """A drain of nodes takes one broker after the other, and one that leaves hands over first."""
    manifests = wanted(pipeline(three()))
    assert the(manifests, "PodDisruptionBudget", REDPANDA)["spec"]["maxUnavailable"] == 1
    (broker,) = the(manifests, "StatefulSet", REDPANDA)["spec"]["template"]["spec"]["containers"]
    assert set(broker["lifecycle"]) == {"preStop", "postStart"}
    (lone,) = the(wanted(pipeline({})), "StatefulSet", REDPANDA)["spec"]["template"]["spec"]["containers"]
    assert "lifecycle" not in lone


def test_no_pod_that_is_not_ready_holds_up_a_drain(pipeline: Make) -> None:
    """A node with a consumer that has failed for days can be drained: nothing is disrupted that worked."""
    budgets = [each for each in wanted(pipeline(three())) if each["kind"] == "PodDisruptionBudget"]
    assert budgets
    assert {each["spec"]["unhealthyPodEvictionPolicy"] for each in budgets} == {"AlwaysAllow"}


def test_several_brokers_share_no_node(pipeline: Make) -> None:
    """One node that is lost takes one broker of three with it; a demo's only broker runs wherever there is room."""

    def on_nodes(manifests: list[Manifest], kind: str, name: str) -> str:
        spread = the(manifests, kind, name)["spec"]["template"]["spec"]["topologySpreadConstraints"]
        return str({each["topologyKey"]: each["whenUnsatisfiable"] for each in spread}["kubernetes.io/hostname"])

    assert on_nodes(wanted(pipeline(three())), "StatefulSet", REDPANDA) == "DoNotSchedule"
    assert on_nodes(wanted(pipeline({})), "StatefulSet", REDPANDA) == "ScheduleAnyway"
    assert on_nodes(wanted(pipeline(three())), "Deployment", "albert-consumer") == "ScheduleAnyway"


def test_the_hooks_are_scripts_that_never_fail(pipeline: Make) -> None:
    """A broker whose admin API does not answer stops and starts all the same."""
    (broker,) = the(wanted(pipeline(three())), "StatefulSet", REDPANDA)["spec"]["template"]["spec"]["containers"]
    for hook in ("preStop", "postStart"):
        bash, flag, script = broker["lifecycle"][hook]["exec"]["command"]
        quick = script.replace("timeout 60", "timeout 0.2")
        assert subprocess.run([bash, flag, quick], check=False, capture_output=True, timeout=20).returncode == 0
        assert subprocess.run([bash, "-n", flag, script], check=False, capture_output=True).stderr == b""


def test_an_external_broker_is_not_run(pipeline: Make) -> None:
    """Where a Kafka stands already, neither brokers nor a Console are made."""
    manifests = wanted(pipeline({"broker": KAFKA}))
    assert names(manifests, "StatefulSet") == []
    assert not any("redpanda" in name or "console" in name for name in names(manifests, "Service"))


def test_the_console_can_be_left_out(pipeline: Make) -> None:
    """Who wants no Console has none, nor anything of it."""
    manifests = wanted(pipeline({"broker": {"redpanda": {"console": {"enabled": False}}}}))
    assert not any("console" in each["metadata"]["name"] for each in manifests)

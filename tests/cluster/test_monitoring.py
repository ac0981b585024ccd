"""prometheus-operator picks up what a pipeline brings along, and the alerts fire under faults and end with them.

Windows and waiting times of the alerts are hours and minutes. The tests add the same rules, made by the same code, at a
pace of `PACE`: every time in them is divided by it, and nothing else is changed. The rules that the operator made are
held to being loaded and healthy.
"""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.cluster.cluster import Namespace, wait_until
from tests.cluster.operator_release import Operator
from tests.cluster.prometheus_stack.stack import RELEASE, Stack, install_definitions, remove_definitions, running
from winepipeline_operator.children.monitoring import rule_groups
from winepipeline_operator.platform import Platform
from winepipeline_operator.spec import WinePipeline

PACE = 6
"""The shortest window is then 50 s, three scrapes."""

FAULT_SECONDS = 240.0
PAUSED = "caves-albert.io/pause-reconciliation"
KINDS = "servicemonitors,prometheusrules"


@pytest.fixture(scope="module")
def pipeline(operator: Operator, namespace: Namespace, demo: dict[str, Any]) -> Iterator[Namespace]:
    """The demo with one consumer, applied where nobody knows what a ServiceMonitor is."""
    remove_definitions(operator.cluster)
    resource = copy.deepcopy(demo)
    resource["spec"]["topic"]["partitions"] = 2
    resource["spec"]["producer"] |= {"eventsPerSecond": 20, "invalidEventProbability": 0.0}
    resource["spec"]["consumer"] = {"replicas": 1, "scaling": {"mode": "Off"}}
    namespace.apply(resource)
    wait_until(lambda: namespace.condition("wp", "albert", "MonitoringReady"), "the operator tells of its monitoring")
    yield namespace
    namespace.kubectl("delete", "wp", "albert", "--ignore-not-found", "--wait=false")
    remove_definitions(operator.cluster)


@pytest.fixture(scope="module")
def stack(pipeline: Namespace, operator: Operator) -> Iterator[Stack]:
    """A Prometheus that reads the pipeline and the operator, with the rules at a fast pace besides."""
    missing = pipeline.condition("wp", "albert", "MonitoringReady")
    assert missing["reason"] == "MonitoringNotServed", missing
    assert "ServiceMonitor" in missing["message"]
    install_definitions(pipeline.cluster)
    with running(pipeline.cluster) as found:
        operator.upgrade("serviceMonitor.enabled=true", "serviceMonitor.interval=15s")
        wait_until(lambda: pipeline.find(KINDS), "monitors and rules appear once their kinds do")
        pipeline.apply(at_pace(pipeline))
        wait_until(lambda: found.values("sum(rate(kafka_events_inserted_snowflake_total[1m]))"), "rows land")
        yield found
    operator.upgrade("serviceMonitor.enabled=false")  # before its kind is gone, or Helm could not take it away


def at_pace(namespace: Namespace) -> dict[str, Any]:
    """The pipeline's rules at a fast pace, under a label of their own."""
    groups = rule_groups(WinePipeline.model_validate(namespace.get("wp", "albert")), Platform(), PACE)
    for group in groups:
        group["name"] = f"fast.{group['name']}"
        for rule in group["rules"]:
            rule["labels"]["pace"] = str(PACE)
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "fast", "labels": {"release": RELEASE}},
        "spec": {"groups": groups},
    }


@pytest.fixture
def fires(stack: Stack, pipeline: Namespace) -> Callable[[str], bool]:
    """Whether an alert of this pipeline fires now, at the fast pace."""

    def ask(alert: str) -> bool:
        return alert in stack.firing(namespace=pipeline.name, pipeline="albert", pace=str(PACE))

    return ask


def test_every_target_is_scraped_with_the_pipeline_s_labels(stack: Stack, pipeline: Namespace) -> None:
    """Prometheus reads consumer, producer, broker and operator without being told anything but the labels."""
    expected = {"consumer": "up", "producer": "up", "redpanda": "up"}
    wait_until(lambda: stack.health(pipeline.name) == expected, "all components are up")
    named = f'up{{namespace="{pipeline.name}", pipeline="albert"}}'
    assert sorted(stack.values(named)) == [1.0, 1.0, 1.0]
    of_operator = f'winepipeline_condition{{namespace="{pipeline.name}", pipeline="albert", type="Ready"}}'
    wait_until(lambda: stack.values(of_operator), "the operator tells of the pipeline under the pipeline's namespace")


def test_the_rules_are_loaded_and_healthy(stack: Stack, pipeline: Namespace) -> None:
    """Every alert of the operator's PrometheusRule is evaluated without an error."""

    def healthy() -> bool:
        rules = stack.rules("winepipeline.albert.") + stack.rules("fast.winepipeline.albert.")
        return len(rules) > 30 and all(rule["health"] == "ok" for rule in rules)

    wait_until(healthy, "all rules are healthy")


def test_monitoring_is_ready_once_the_kinds_are_there(stack: Stack, pipeline: Namespace) -> None:
    """The condition that named what was missing is true, without anybody having touched the resource."""
    in_place = "MonitoringInPlace"
    wait_until(lambda: pipeline.condition("wp", "albert", "MonitoringReady")["reason"] == in_place, "all is in place")


def test_an_alert_fires_while_no_consumer_runs(pipeline: Namespace, fires: Callable[[str], bool]) -> None:
    """Somebody who scales the consumers away is told that nothing is loaded, and that all is well again."""
    assert not fires("WinePipelineConsumerDown")
    pipeline.patch("wp", "albert", {"spec": {"consumer": {"replicas": 0}}})
    wait_until(lambda: fires("WinePipelineConsumerDown"), "the alert fires", FAULT_SECONDS)
    pipeline.patch("wp", "albert", {"spec": {"consumer": {"replicas": 1}}})
    wait_until(lambda: not fires("WinePipelineConsumerDown"), "it ends", FAULT_SECONDS)


def test_an_alert_fires_while_events_are_poisoned(pipeline: Namespace, fires: Callable[[str], bool]) -> None:
    """A producer that was changed for the worse is noticed by what is turned away."""
    assert not fires("WinePipelineDeadLetters")
    pipeline.patch("wp", "albert", {"spec": {"producer": {"invalidEventProbability": 0.6}}})
    wait_until(lambda: fires("WinePipelineDeadLetters"), "the alert fires", FAULT_SECONDS)
    pipeline.patch("wp", "albert", {"spec": {"producer": {"invalidEventProbability": 0.0}}})
    wait_until(lambda: not fires("WinePipelineDeadLetters"), "it ends", FAULT_SECONDS)


def test_an_alert_fires_while_the_warehouse_is_down(pipeline: Namespace, fires: Callable[[str], bool]) -> None:
    """A warehouse that does not answer is named as the cause, and the alert ends when it is back."""
    assert not fires("WinePipelineWarehouseErrors")
    pipeline.kubectl("annotate", "wp", "albert", f"{PAUSED}=true")  # or the operator would mend it at once
    pipeline.kubectl("scale", "deployment/albert-emulator", "--replicas=0")
    wait_until(lambda: fires("WinePipelineWarehouseErrors"), "the alert fires", FAULT_SECONDS)
    pipeline.kubectl("annotate", "wp", "albert", f"{PAUSED}-")
    wait_until(lambda: not fires("WinePipelineWarehouseErrors"), "it ends", FAULT_SECONDS)

"""The alerts, tried by promtool on made-up series: each fires when it should, and ends when that ends."""

import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.prometheus_binary import binary
from winepipeline_operator.children.monitoring import rule_groups
from winepipeline_operator.platform import Platform
from winepipeline_operator.spec import WinePipeline

from .series import OF, STEP_SECONDS, climbs, grows, late, stands, up

LONG_MINUTES, LONG_STEP_SECONDS = 120, 60  # what takes hours is evaluated each minute, or the test would take one
Make = Callable[[dict[str, Any]], WinePipeline]


@dataclass(frozen=True)
class Scene:
    """What happens, and at which minutes the alert is on or off.

    Attributes:
        alert: its name and further labels, as matchers.
        series: what Prometheus has scraped.
        off: minutes at which it must not fire.
        on: minutes at which it must.
        spec: of the pipeline.
    """

    alert: str
    series: dict[str, str]
    off: tuple[int, ...]
    on: tuple[int, ...]
    spec: dict[str, Any]


def scene(alert: str, series: dict[str, str], off: Iterable[int], on: Iterable[int], **spec: Any) -> Any:
    return pytest.param(Scene(alert, series, tuple(off), tuple(on), spec), id=alert.replace('"', ""))


OPERATOR = 'namespace="default", pipeline="albert", pod="winepipeline-0"'
SCENES = [
    scene(
        'WinePipelineFreshnessBurn", severity="critical',
        late((60, 100, 100), (30, 100, 50), (90, 100, 100)),
        off=(50, 65, 100, 170),
        on=(90,),
    ),
    scene(
        'WinePipelineFreshnessBurn", severity="warning',
        late((360, 100, 100), (120, 100, 60), (300, 100, 100)),
        off=(350, 400, 520),
        on=(480,),
    ),
    scene(
        'WinePipelineLagGrowing", severity="warning',
        {
            f"winepipeline_lag_seconds{{{OF}}}": climbs((10, 1, 0), (20, 1, 10), (30, 1, 0)),
            f'kafka_consumer_lag{{{OF}, topic="sales", partition="0"}}': climbs(
                (10, 5, 0), (20, 5, 100), (30, 8000, -50)
            ),
        },
        off=(9, 14, 40),
        on=(25,),
    ),
    scene(
        'WinePipelineConsumerStalled", severity="critical',
        {
            f"winepipeline_seconds_since_last_commit{{{OF}}}": climbs((5, 1, 0), (10, 1, 15), (10, 1, 0)),
            f'kafka_consumer_lag{{{OF}, topic="sales", partition="0"}}': stands((25, 50)),
        },
        off=(4, 7, 20),
        on=(12,),
    ),
    scene(
        'WinePipelineConsumerDown", severity="critical',
        up("consumer", (10, 1), (10, 0), (5, None), (10, 1)),
        off=(9, 11, 30),
        on=(15, 24),
    ),
    scene(
        'WinePipelineConsumerDown", severity="critical',
        {
            **up("consumer", (5, 1), (30, None)),
            f"winepipeline_operator_lag_events{{{OPERATOR}}}": stands((15, 0), (10, 500), (10, 0)),
        },
        off=(4, 14, 30),
        on=(20,),
        consumer={"scaling": {"minReplicas": 0}},
    ),
    scene(
        'WinePipelinePartitionsUnread", severity="critical',
        {
            **up("consumer", (60, 1)),
            f'kafka_consumer_lag{{{OF}, topic="sales", partition="0"}}': stands((60, 5)),
            f'kafka_consumer_lag{{{OF}, topic="sales", partition="1"}}': stands((10, 5), (20, None), (30, 5)),
        },
        off=(9, 14, 40),
        on=(25,),
        topic={"partitions": 2},
    ),
    scene(
        'WinePipelinePartitionsUnread", severity="critical',
        {**up("consumer", (10, None), (20, 1), (10, None))},
        off=(9, 14, 39),
        on=(25,),
    ),
    scene(
        'WinePipelineDeadLetters", severity="warning',
        {
            f"kafka_events_inserted_snowflake_total{{{OF}}}": grows((10, 98), (15, 90), (20, 98)),
            f'kafka_events_dlq_total{{{OF}, reason="NotJson"}}': grows((10, 2), (15, 10), (20, 2)),
        },
        off=(9, 40),
        on=(24,),
    ),
    scene(
        'WinePipelineDeadLetters", severity="critical',
        {
            f"kafka_events_inserted_snowflake_total{{{OF}}}": grows((10, 98), (15, 50), (20, 98)),
            f'kafka_events_dlq_total{{{OF}, reason="NotJson"}}': grows((10, 2), (15, 50), (20, 2)),
        },
        off=(9, 40),
        on=(24,),
    ),
    scene(
        'WinePipelineAuditFailed", severity="critical',
        {
            f"winepipeline_audit_missing_events{{{OF}}}": stands((10, 0), (10, 3), (10, 0)),
            f"winepipeline_audit_duplicate_events{{{OF}}}": stands((30, 0)),
        },
        off=(9, 25),
        on=(15,),
    ),
    scene(
        'WinePipelineAuditOverdue", severity="warning',
        {
            f"winepipeline_audit_age_intervals{{{OF}}}": stands((10, 1), (50, 5), (50, 6), (10, 0)),
            f"kafka_events_inserted_snowflake_total{{{OF}}}": grows((70, 0), (50, 10)),
        },
        off=(9, 69, 90, 119),
        on=(108,),
    ),
    scene(
        'WinePipelineWarehouseErrors", severity="warning',
        {f"winepipeline_warehouse_retrying{{{OF}}}": stands((10, 0), (1, 1), (5, 0), (10, 1), (10, 0))},
        off=(9, 11, 15, 30),
        on=(20,),
    ),
    scene(
        'WinePipelineDeliveryFailures", severity="warning',
        {f'winepipeline_delivery_failures_total{{{OF}, reason="_MSG_TIMED_OUT"}}': grows((10, 0), (10, 5), (20, 0))},
        off=(9, 35),
        on=(18,),
    ),
    scene(
        'WinePipelineBrokerDown", what!="partitions',
        up("redpanda", (10, 1), (10, 0), (10, None), (10, 1)),
        off=(9, 11, 35),
        on=(18, 28),
    ),
    scene(
        'WinePipelineBrokerDown", what="partitions',
        {f"redpanda_cluster_unavailable_partitions{{{OF}}}": stands((10, 0), (10, 2), (10, 0))},
        off=(9, 25),
        on=(18,),
    ),
    scene(
        'WinePipelineBrokerDiskFilling", severity="critical", what!="forecast',
        {
            f"redpanda_storage_disk_free_bytes{{{OF}}}": stands((10, 50e9), (20, 5e9), (10, 50e9)),
            f"redpanda_storage_disk_total_bytes{{{OF}}}": stands((40, 100e9)),
        },
        off=(9, 35),
        on=(25,),
    ),
    scene(
        'WinePipelineBrokerDiskFilling", what="forecast',
        {
            f"redpanda_storage_disk_free_bytes{{{OF}}}": climbs((60, 90e9, 0), (180, 90e9, -50e6), (120, 90e9, 0)),
            f"redpanda_storage_disk_total_bytes{{{OF}}}": stands((360, 100e9)),
        },
        off=(59, 90, 350),
        on=(230,),
    ),
    scene(
        'WinePipelineReconcileFailing", severity="warning',
        {
            f'winepipeline_operator_reconcile_errors_total{{{OPERATOR}, reason="Forbidden"}}': grows(
                (10, 0), (20, 1), (40, 0)
            )
        },
        off=(9, 60),
        on=(28,),
    ),
    scene(
        'WinePipelineOperatorSilent", what!="gone',
        {f"winepipeline_operator_seconds_since_success{{{OPERATOR}}}": climbs((10, 20, 0), (10, 20, 15), (10, 20, 0))},
        off=(9, 14, 25),
        on=(18,),
    ),
    scene(
        'WinePipelineOperatorSilent", what="gone',
        {f"winepipeline_operator_seconds_since_success{{{OPERATOR}}}": stands((10, 20), (20, None), (10, 20))},
        off=(9, 12, 35),
        on=(25,),
    ),
    scene(
        'WinePipelineNotReady", severity="warning',
        {f'winepipeline_condition{{{OPERATOR}, type="Ready"}}': stands((10, 1), (30, 0), (10, 1))},
        off=(9, 20, 45),
        on=(38,),
    ),
]


@pytest.mark.long
@pytest.mark.parametrize("scene", SCENES)
def test_an_alert_fires_when_it_should_and_ends_with_its_cause(scene: Scene, pipeline: Make, tmp_path: Path) -> None:
    """Whoever is on call is woken for what happened, not for a hiccup, and sees it end."""
    groups = rule_groups(pipeline(scene.spec), Platform())
    checks = [*((minute, 0) for minute in scene.off), *((minute, 1) for minute in scene.on)]
    firing = f'count(ALERTS{{alertstate="firing", alertname="{scene.alert}"}}) or vector(0)'
    document = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": f"{STEP_SECONDS if max(checks)[0] < LONG_MINUTES else LONG_STEP_SECONDS}s",
        "tests": [
            {
                "interval": f"{STEP_SECONDS}s",
                "input_series": [{"series": name, "values": values} for name, values in scene.series.items()],
                "promql_expr_test": [
                    {"expr": firing, "eval_time": f"{minute}m", "exp_samples": [{"labels": "{}", "value": count}]}
                    for minute, count in checks
                ],
            }
        ],
    }
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": groups}))
    (tmp_path / "tests.yaml").write_text(yaml.safe_dump(document))
    done = promtool("test", "rules", str(tmp_path / "tests.yaml"))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("spec", [{}, {"paused": True}, {"consumer": {"scaling": {"minReplicas": 0}}}])
def test_promtool_takes_the_rules(spec: dict[str, Any], pipeline: Make, tmp_path: Path) -> None:
    """Prometheus loads the rules of every kind of pipeline, templates and all."""
    rules = tmp_path / "rules.yaml"
    rules.write_text(yaml.safe_dump({"groups": rule_groups(pipeline(spec), Platform())}))
    done = promtool("check", "rules", "--lint=all", "--lint-fatal", str(rules))
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_tried(pipeline: Make) -> None:
    """No alert is shipped that nobody has seen fire."""
    names = {rule["alert"] for group in rule_groups(pipeline({}), Platform()) for rule in group["rules"]}
    assert names == {each.values[0].alert.partition('"')[0] for each in SCENES}


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [binary("promtool"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

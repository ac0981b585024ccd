"""What Prometheus and Grafana are told of a pipeline: monitors, rules, dashboards.

The dashboards are the same for every pipeline, under the same file names: Grafana's side-car puts all ConfigMaps into
one folder, and two dashboards of one uid in two files would make Grafana refuse both.
"""

import functools
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

from winepipeline_operator.children.addresses import headless_name
from winepipeline_operator.identity import Component, Manifest, child_name, labels, owner_reference, selector
from winepipeline_operator.monitoring.alert import group
from winepipeline_operator.monitoring.dashboard import Dashboard
from winepipeline_operator.monitoring.fleet_dashboard import fleet_dashboard
from winepipeline_operator.monitoring.operator_alerts import operator_alerts
from winepipeline_operator.monitoring.pipeline_alerts import pipeline_alerts
from winepipeline_operator.monitoring.pipeline_dashboard import pipeline_dashboard
from winepipeline_operator.monitoring.scope import for_alerts
from winepipeline_operator.observed import Observed
from winepipeline_operator.platform import Platform
from winepipeline_operator.spec import WinePipeline

MONITORING_API: Final = "monitoring.coreos.com/v1"
GRAFANA_API: Final = "grafana.integreatly.org/v1beta1"

SCRAPE_SECONDS: Final = 15
_SCRAPE_TIMEOUT_SECONDS: Final = 10

DASHBOARDS: Final = (pipeline_dashboard(), fleet_dashboard())

_PORTS: Final[dict[Component, tuple[str, str]]] = {
    "consumer": ("metrics", "/metrics"),
    "producer": ("metrics", "/metrics"),
    "backfill": ("metrics", "/metrics"),
    "redpanda": ("admin", "/public_metrics"),
}
"""From each component that is scraped to the port's name and the path."""


def monitoring(pipeline: WinePipeline, observed: Observed, platform: Platform) -> tuple[Manifest, ...]:
    """The objects that the resource asks for, as far as this cluster has their kinds."""
    wanted = (
        *_monitors(pipeline),
        *_rules(pipeline, platform),
        *_dashboards(pipeline, platform),
        *_datasource(pipeline),
    )
    return tuple(each for each in wanted if each["kind"] == "ConfigMap" or each["kind"] in observed.kinds)


def missing_kinds(pipeline: WinePipeline, observed: Observed) -> tuple[str, ...]:
    """The kinds that the resource asks for and that this cluster does not have; empty when nothing is missing."""
    asked = pipeline.spec.monitoring
    kinds = {
        "ServiceMonitor": asked.service_monitor.enabled,
        "PrometheusRule": asked.rules.enabled,
        "GrafanaDashboard": asked.grafana.enabled and asked.grafana.instance_selector is not None,
    }
    return tuple(kind for kind, is_asked in kinds.items() if is_asked and kind not in observed.kinds)


def _monitors(pipeline: WinePipeline) -> tuple[Manifest, ...]:
    spec = pipeline.spec
    if not spec.monitoring.service_monitor.enabled:
        return ()
    monitors = [_monitor(pipeline, "consumer", "ServiceMonitor")]
    if spec.producer.enabled:
        monitors.append(_monitor(pipeline, "producer", "ServiceMonitor"))
    if spec.broker.redpanda is not None:
        monitors.append(_monitor(pipeline, "redpanda", "ServiceMonitor"))
    if spec.backfill is not None:  # a Job's pods stand behind no Service
        monitors.append(_monitor(pipeline, "backfill", "PodMonitor"))
    return tuple(monitors)


def _monitor(pipeline: WinePipeline, component: Component, kind: Literal["ServiceMonitor", "PodMonitor"]) -> Manifest:
    port, path = _PORTS[component]
    endpoint = {
        "port": port,
        "path": path,
        "interval": f"{SCRAPE_SECONDS}s",
        "scrapeTimeout": f"{_SCRAPE_TIMEOUT_SECONDS}s",
        "relabelings": [
            *([_of_one_service(pipeline, component)] if kind == "ServiceMonitor" else []),
            {"action": "replace", "targetLabel": "pipeline", "replacement": pipeline.metadata.name},
            {"action": "replace", "targetLabel": "component", "replacement": component},
        ],
    }
    endpoints = "endpoints" if kind == "ServiceMonitor" else "podMetricsEndpoints"
    return {
        "apiVersion": MONITORING_API,
        "kind": kind,
        "metadata": _metadata(
            pipeline, child_name(pipeline, component), pipeline.spec.monitoring.service_monitor.labels
        ),
        "spec": {"selector": {"matchLabels": selector(pipeline, component)}, endpoints: [endpoint]},
    }


def _of_one_service(pipeline: WinePipeline, component: Component) -> dict[str, Any]:
    """A broker stands behind two Services, and would be read, and counted, twice."""
    name = child_name(pipeline, component)
    service = headless_name(pipeline) if component == "redpanda" else name
    return {"action": "keep", "sourceLabels": ["__meta_kubernetes_service_name"], "regex": service}


def _rules(pipeline: WinePipeline, platform: Platform) -> tuple[Manifest, ...]:
    asked = pipeline.spec.monitoring.rules
    if not asked.enabled:
        return ()
    return (
        {
            "apiVersion": MONITORING_API,
            "kind": "PrometheusRule",
            "metadata": _metadata(pipeline, child_name(pipeline, "monitoring"), asked.labels),
            "spec": {"groups": rule_groups(pipeline, platform)},
        },
    )


def rule_groups(pipeline: WinePipeline, platform: Platform, pace: float = 1.0) -> list[dict[str, Any]]:
    """The groups of rules, as Prometheus' own rule files have them too.

    Args:
        pipeline: the resource.
        platform: where the runbooks are.
        pace: how many times faster than usual time passes; only for tests, which cannot wait for hours.
    """
    scope = for_alerts(pipeline.metadata.namespace, pipeline.metadata.name, pace)
    prefix = f"winepipeline.{pipeline.metadata.name}"
    return [
        group(f"{prefix}.pipeline", pipeline_alerts(pipeline, scope), scope, platform.runbooks),
        group(f"{prefix}.operator", operator_alerts(scope), scope, platform.runbooks),
    ]


def _dashboards(pipeline: WinePipeline, platform: Platform) -> tuple[Manifest, ...]:
    asked = pipeline.spec.monitoring.grafana
    if not asked.enabled:
        return ()
    name = f"{child_name(pipeline, 'monitoring')}-dashboards"
    config_map = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": _metadata(pipeline, name, asked.labels),
        "data": dict(dashboard_files(platform.runbooks)),
    }
    if asked.instance_selector is None:
        return (config_map,)
    boards = (_grafana_dashboard(pipeline, board, name, asked.instance_selector) for board in DASHBOARDS)
    return (config_map, *boards)


@functools.cache
def dashboard_files(runbooks: str) -> Mapping[str, str]:
    """The dashboards as Grafana imports them: from each file's name to its JSON."""
    return MappingProxyType({_file(board): json.dumps(board.model(runbooks)) for board in DASHBOARDS})


def _grafana_dashboard(pipeline: WinePipeline, board: Dashboard, name: str, instances: dict[str, str]) -> Manifest:
    return {
        "apiVersion": GRAFANA_API,
        "kind": "GrafanaDashboard",
        "metadata": _metadata(pipeline, f"{child_name(pipeline, 'monitoring')}-{board.uid}", {}),
        "spec": {
            "allowCrossNamespaceImport": True,
            "instanceSelector": {"matchLabels": instances},
            "configMapRef": {"name": name, "key": _file(board)},
        },
    }


def _datasource(pipeline: WinePipeline) -> tuple[Manifest, ...]:
    asked = pipeline.spec.monitoring.grafana
    if not asked.enabled or asked.datasource is None:
        return ()
    name = f"{child_name(pipeline, 'monitoring')}-datasource"
    source = {
        "name": f"WinePipeline {pipeline.metadata.namespace}/{pipeline.metadata.name}",
        "uid": f"winepipeline-{pipeline.metadata.namespace}-{pipeline.metadata.name}"[:40],
        "type": "prometheus",
        "access": "proxy",
        "url": asked.datasource.url,
        "jsonData": {"timeInterval": f"{SCRAPE_SECONDS}s", "httpMethod": "POST"},
    }
    document = {"apiVersion": 1, "datasources": [source]}
    return (
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": _metadata(pipeline, name, asked.datasource.labels),
            "data": {f"{name}.yaml": json.dumps(document, indent=1)},  # JSON is YAML
        },
    )


def _file(board: Dashboard) -> str:
    return f"{board.uid}.json"


def _metadata(pipeline: WinePipeline, name: str, more_labels: dict[str, str]) -> dict[str, Any]:
    return {
        "name": name,
        "namespace": pipeline.metadata.namespace,
        "labels": {**more_labels, **labels(pipeline, "monitoring")},
        "ownerReferences": [owner_reference(pipeline)],
    }

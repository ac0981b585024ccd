"""The values for kube-prometheus-stack, which is installed where a network is: no key is misspelt."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).parents[2]

DOCUMENTED = {
    "alertmanager.enabled",
    "grafana.adminUser",
    "grafana.adminPassword",
    "grafana.service.type",
    "grafana.service.nodePort",
    "grafana.persistence.enabled",
    "grafana.persistence.type",
    "grafana.persistence.size",
    "grafana.sidecar.dashboards.enabled",
    "grafana.sidecar.dashboards.label",
    "grafana.sidecar.dashboards.labelValue",
    "grafana.sidecar.dashboards.searchNamespace",
    "grafana.sidecar.datasources.enabled",
    "grafana.sidecar.datasources.label",
    "grafana.sidecar.datasources.labelValue",
    "prometheus.service.type",
    "prometheus.service.nodePort",
    "prometheus.prometheusSpec.scrapeInterval",
    "prometheus.prometheusSpec.evaluationInterval",
    "prometheus.prometheusSpec.retention",
    "prometheus.prometheusSpec.serviceMonitorSelectorNilUsesHelmValues",
    "prometheus.prometheusSpec.podMonitorSelectorNilUsesHelmValues",
    "prometheus.prometheusSpec.ruleSelectorNilUsesHelmValues",
    "prometheus.prometheusSpec.storageSpec",
    "kubeControllerManager.enabled",
    "kubeScheduler.enabled",
    "kubeEtcd.enabled",
    "kubeProxy.enabled",
}
"""Keys of kube-prometheus-stack 88.5.3 and of the Grafana chart in it, as their values.yaml have them."""


def leaves(value: Any, path: str = "") -> Iterator[str]:
    """The paths of a document's values."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, f"{path}.{key}" if path else key)
    else:
        yield path


def values() -> dict[str, Any]:
    return dict(yaml.safe_load((REPOSITORY / "charts" / "monitoring-values.yaml").read_text(encoding="utf-8")))


def test_every_value_is_one_that_the_chart_reads() -> None:
    """Helm ignores a misspelt value silently: this does not."""
    strange = {path for path in leaves(values()) if path not in DOCUMENTED}
    assert {path for path in strange if not path.startswith("prometheus.prometheusSpec.storageSpec.")} == set()


def test_the_stack_is_as_the_documentation_says() -> None:
    """Log-in, volumes, scrape interval and the side-car are those that `make grafana` and the pages name."""
    grafana, spec = values()["grafana"], values()["prometheus"]["prometheusSpec"]
    assert (grafana["adminUser"], grafana["adminPassword"]) == ("admin", "admin123")
    assert grafana["persistence"]["enabled"] is True
    assert spec["storageSpec"]["volumeClaimTemplate"]["spec"]["resources"]["requests"]["storage"]
    assert spec["scrapeInterval"] == "15s"
    assert grafana["sidecar"]["dashboards"]["label"] == "grafana_dashboard"
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    assert "user admin, password admin123" in makefile
    for forwarded in ("grafana 3000 80", "prometheus 9090 9090", "console 8080 8080"):
        assert forwarded in makefile


def test_kind_maps_the_ports_that_the_stack_listens_on() -> None:
    """On kind, Grafana and Prometheus are at their usual ports without anything being forwarded."""
    config = yaml.safe_load((REPOSITORY / "kind-config.yaml").read_text(encoding="utf-8"))
    (node,) = config["nodes"]
    mapped = {each["hostPort"]: each["containerPort"] for each in node["extraPortMappings"]}
    assert mapped[3000] == values()["grafana"]["service"]["nodePort"]
    assert mapped[9090] == values()["prometheus"]["service"]["nodePort"]

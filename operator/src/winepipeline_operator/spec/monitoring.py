"""Monitoring: what Prometheus and Grafana are told of the pipeline."""

from typing import Annotated

from pydantic import Field

from winepipeline_operator.spec.form import Form
from winepipeline_operator.spec.part import Part

LabelValue = Annotated[
    str,
    Field(max_length=63, pattern=r"^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$"),
    Form("a label's value: letters, digits, '-', '_' and '.', at most 63"),
]
Url = Annotated[
    str, Field(min_length=8, max_length=2000, pattern=r"^https?://[^ ]+$"), Form("an address: http://… or https://…")
]
Labels = Annotated[dict[str, LabelValue], Field(max_length=20)]

_PROMETHEUS = {"release": "kube-prometheus-stack"}
_GRAFANA = {"grafana_dashboard": "1"}
_DATASOURCE = {"grafana_datasource": "1"}


class ServiceMonitor(Part):
    """The ServiceMonitor that tells Prometheus where the metrics are."""

    enabled: bool = Field(
        default=True,
        description="Whether it is created. It is skipped where its CRD is missing.",
        examples=[True],
    )
    labels: Labels = Field(
        default=_PROMETHEUS,
        description="Its labels: your Prometheus selects by them.",
        examples=[_PROMETHEUS],
    )


class Alerts(Part):
    """The PrometheusRule with the alerts."""

    enabled: bool = Field(
        default=True,
        description="Whether it is created. It is skipped where its CRD is missing.",
        examples=[True],
    )
    labels: Labels = Field(
        default=_PROMETHEUS,
        description="Its labels: your Prometheus selects by them.",
        examples=[_PROMETHEUS],
    )


class Datasource(Part):
    """A data source for Grafana: the Prometheus that scrapes this pipeline."""

    url: Url = Field(
        description="Prometheus' address, as Grafana reaches it.",
        examples=["http://prometheus-operated.monitoring:9090"],
    )
    labels: Labels = Field(
        default=_DATASOURCE,
        description="The ConfigMap's labels: your Grafana finds data sources by them.",
        examples=[_DATASOURCE],
    )


class Grafana(Part):
    """The ConfigMaps with the dashboards."""

    enabled: bool = Field(default=True, description="Whether they are created.", examples=[True])
    labels: Labels = Field(
        default=_GRAFANA,
        description="Their labels: your Grafana finds dashboards by them.",
        examples=[_GRAFANA],
    )
    datasource: Datasource | None = Field(
        default=None,
        description="A data source to bring along, where Grafana does not have that Prometheus yet: with "
        "kube-prometheus-stack it has.",
        examples=[{"url": "http://prometheus-operated.monitoring:9090"}],
    )
    instance_selector: Labels | None = Field(
        default=None,
        description="Where Grafana is run by grafana-operator: the labels of the Grafana resources that are to have "
        "the dashboards, as GrafanaDashboard resources.",
        examples=[{"dashboards": "grafana"}],
    )


class Monitoring(Part):
    """What is created for Prometheus and Grafana."""

    service_monitor: ServiceMonitor = Field(
        default=ServiceMonitor(),
        description="The ServiceMonitor that tells Prometheus where the metrics are.",
        examples=[{"enabled": False}],
    )
    rules: Alerts = Field(
        default=Alerts(),
        description="The PrometheusRule with the alerts.",
        examples=[{"enabled": False}],
    )
    grafana: Grafana = Field(
        default=Grafana(), description="The ConfigMaps with the dashboards.", examples=[{"enabled": False}]
    )

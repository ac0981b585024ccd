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
Labels = Annotated[dict[str, LabelValue], Field(max_length=20)]

_PROMETHEUS = {"release": "kube-prometheus-stack"}
_GRAFANA = {"grafana_dashboard": "1"}


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


class Grafana(Part):
    """The ConfigMaps with the dashboards."""

    enabled: bool = Field(default=True, description="Whether they are created.", examples=[True])
    labels: Labels = Field(
        default=_GRAFANA,
        description="Their labels: your Grafana finds dashboards by them.",
        examples=[_GRAFANA],
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

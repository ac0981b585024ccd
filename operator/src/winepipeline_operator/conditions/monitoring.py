"""The condition MonitoringReady: does the cluster serve what spec.monitoring asks for?"""

from winepipeline_operator.children.monitoring import missing_kinds
from winepipeline_operator.conditions.reason import Reason, reason_of
from winepipeline_operator.conditions.verdict import Verdict
from winepipeline_operator.identity import child_name
from winepipeline_operator.observed import Failure, Observed
from winepipeline_operator.spec import WinePipeline

_WITHOUT = {
    "ServiceMonitor": "monitoring.serviceMonitor.enabled: false",
    "PrometheusRule": "monitoring.rules.enabled: false",
    "GrafanaDashboard": "no monitoring.grafana.instanceSelector",
}
_INSTALL = {"GrafanaDashboard": "grafana-operator"}
_OURS = frozenset({*_WITHOUT, "PodMonitor"})


def monitoring_ready(pipeline: WinePipeline, observed: Observed) -> Verdict:
    """Whether what Prometheus and Grafana need is there; a cluster without them is no fault."""
    wanted = pipeline.spec.monitoring
    if not (wanted.service_monitor.enabled or wanted.rules.enabled or wanted.grafana.enabled):
        return Verdict.yes("MonitoringReady", Reason.DISABLED, "spec.monitoring wants nothing")
    failed = next((each for each in observed.failures if concerns_monitoring(pipeline, each)), None)
    if failed is not None:
        what = f"{failed.message}. {failed.hint}"
        return Verdict.no("MonitoringReady", reason_of(failed.reason, Reason.CHILD_REFUSED), what)
    if absent := missing_kinds(pipeline, observed):
        install = " and ".join(sorted({_INSTALL.get(each, "kube-prometheus-stack") for each in absent}))
        fields = " and ".join(_WITHOUT[each] for each in absent)
        what = f"the cluster does not know {' and '.join(absent)}: install {install}, or write {fields}"
        return Verdict.yes("MonitoringReady", Reason.MONITORING_NOT_SERVED, what)
    return Verdict.yes("MonitoringReady", Reason.MONITORING_IN_PLACE, "monitors, alerts and dashboards are in place")


def concerns_monitoring(pipeline: WinePipeline, failure: Failure) -> bool:
    """Whether a child that could not be made is one for Prometheus or Grafana: events go through without it."""
    return failure.child.kind in _OURS or failure.child.name.startswith(child_name(pipeline, "monitoring"))

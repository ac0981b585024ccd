"""MonitoringReady."""

from winepipeline_operator.conditions.reason import Reason, reason_of
from winepipeline_operator.conditions.verdict import Verdict
from winepipeline_operator.observed import Observed
from winepipeline_operator.spec import WinePipeline

_KINDS = {"ServiceMonitor": "serviceMonitor", "PrometheusRule": "rules"}
_OURS = frozenset({*_KINDS, "PodMonitor", "GrafanaDashboard"})


def monitoring_ready(pipeline: WinePipeline, observed: Observed) -> Verdict:
    """Whether what Prometheus and Grafana need is there; a cluster without them is no fault."""
    wanted = pipeline.spec.monitoring
    enabled = {"ServiceMonitor": wanted.service_monitor.enabled, "PrometheusRule": wanted.rules.enabled}
    if not any(enabled.values()) and not wanted.grafana.enabled:
        return Verdict.yes("MonitoringReady", Reason.DISABLED, "spec.monitoring wants nothing")
    failed = next((each for each in observed.failures if each.child.kind in _OURS), None)
    if failed is not None:
        what = f"{failed.message}. {failed.hint}"
        return Verdict.no("MonitoringReady", reason_of(failed.reason, Reason.CHILD_REFUSED), what)
    absent = [kind for kind, on in enabled.items() if on and kind not in observed.kinds]
    if absent:
        fields = " and ".join(f"monitoring.{_KINDS[each]}.enabled: false" for each in absent)
        what = f"the cluster does not know {' and '.join(absent)}: install kube-prometheus-stack, or write {fields}"
        return Verdict.yes("MonitoringReady", Reason.MONITORING_NOT_SERVED, what)
    return Verdict.yes("MonitoringReady", Reason.MONITORING_IN_PLACE, "monitors, alerts and dashboards are in place")

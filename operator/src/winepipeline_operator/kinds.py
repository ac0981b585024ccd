"""The kinds of objects that the operator works with, and what it does to each: the chart's roles follow from it."""

from dataclasses import dataclass
from typing import Final

from winepipeline_operator.identity import PIPELINE_LABEL, Manifest
from winepipeline_operator.spec import API_VERSION, KIND


@dataclass(frozen=True, slots=True, order=True)
class Kind:
    """A namespaced kind of the API.

    Attributes:
        api_version: such as `apps/v1`.
        name: such as `Deployment`.
        plural: as it stands in paths, such as `deployments`.
        selector: the label selector of those that concern us.
        metadata_only: whether the contents are none of our business (and would not fit into memory).
    """

    api_version: str
    name: str
    plural: str
    selector: str = PIPELINE_LABEL
    metadata_only: bool = False

    @property
    def group(self) -> str:
        """`apps`; empty for the core."""
        return self.api_version.rpartition("/")[0]

    def path(self, namespace: str | None, name: str = "", subresource: str = "") -> str:
        """The path of one object, or of all of them: in a namespace, or in all for None."""
        root = "/apis/" if "/" in self.api_version else "/api/"
        parts = [root + self.api_version]
        if namespace is not None:
            parts += ["namespaces", namespace]
        return "/".join([*parts, self.plural, *(each for each in (name, subresource) if each)])


PIPELINE: Final = Kind(API_VERSION, KIND, "winepipelines", selector="")
REPLAY: Final = Kind(API_VERSION, "DeadLetterReplay", "deadletterreplays", selector="")
NAMESPACE: Final = Kind("v1", "Namespace", "namespaces", selector="")
LEASE: Final = Kind("coordination.k8s.io/v1", "Lease", "leases", selector="")
EVENT: Final = Kind("v1", "Event", "events", selector="")
POD: Final = Kind("v1", "Pod", "pods")
SECRET: Final = Kind("v1", "Secret", "secrets", selector="", metadata_only=True)
VOLUME_CLAIM: Final = Kind("v1", "PersistentVolumeClaim", "persistentvolumeclaims")
STATEFUL_SET: Final = Kind("apps/v1", "StatefulSet", "statefulsets")
DEPLOYMENT: Final = Kind("apps/v1", "Deployment", "deployments")
JOB: Final = Kind("batch/v1", "Job", "jobs")

CHILD_KINDS: Final = (
    Kind("v1", "ServiceAccount", "serviceaccounts"),
    Kind("v1", "Service", "services"),
    Kind("v1", "ConfigMap", "configmaps"),
    VOLUME_CLAIM,
    DEPLOYMENT,
    STATEFUL_SET,
    JOB,
    Kind("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets"),
    Kind("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies"),
)
"""What a pipeline may consist of in every cluster."""

OPTIONAL_KINDS: Final = (
    Kind("monitoring.coreos.com/v1", "ServiceMonitor", "servicemonitors"),
    Kind("monitoring.coreos.com/v1", "PodMonitor", "podmonitors"),
    Kind("monitoring.coreos.com/v1", "PrometheusRule", "prometheusrules"),
    Kind("grafana.integreatly.org/v1beta1", "GrafanaDashboard", "grafanadashboards"),
    Kind("keda.sh/v1alpha1", "ScaledObject", "scaledobjects"),
    Kind("keda.sh/v1alpha1", "TriggerAuthentication", "triggerauthentications"),
)
"""What it consists of besides where another operator serves them."""

_BY_NAME: Final = {(each.api_version, each.name): each for each in (*CHILD_KINDS, *OPTIONAL_KINDS, POD, SECRET)}


def kind_of(manifest: Manifest) -> Kind:
    """The kind of a child.

    Raises:
        LookupError: no child is of this kind.
    """
    found = _BY_NAME.get((manifest["apiVersion"], manifest["kind"]))
    if found is None:
        raise LookupError(
            f"{manifest['apiVersion']} {manifest['kind']} is none of the kinds that a pipeline consists of"
        )
    return found

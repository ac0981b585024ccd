"""A pipeline in good health, and what can befall it, as it is seen in a cluster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.unit.winepipeline_operator.children.scene import ALL_KINDS, secrets_of, wanted
from winepipeline_operator.conditions.judgement import verdicts
from winepipeline_operator.conditions.verdict import Verdict
from winepipeline_operator.dataplane import DataPlane
from winepipeline_operator.identity import Component, Manifest, labels
from winepipeline_operator.observed import ChildId, Observed
from winepipeline_operator.probe import Readiness
from winepipeline_operator.scaling.observation import GroupState, Partition
from winepipeline_operator.sight import Sight
from winepipeline_operator.spec import WinePipeline
from winepipeline_operator.topics import GroupFacts
from winepipeline_operator.trend import Sample, Trend

NOW = 1_800_000_000.0
GOOD = Readiness(ready=True, reason="Assigned", detail="partitions [0, 1]")


def pod(pipeline: WinePipeline, component: Component, *containers: Mapping[str, Any], **status: Any) -> Manifest:
    """A pod of a component; without more it is ready."""
    ok: dict[str, Any] = {
        "name": component,
        "ready": True,
        "restartCount": 0,
        "state": {"running": {}},
        "image": f"{component}:1",
    }
    return {
        "metadata": {"name": f"{pipeline.metadata.name}-{component}-x", "labels": labels(pipeline, component)},
        "status": {
            "podIP": "10.0.0.9",
            "conditions": [{"type": "Ready", "status": "False" if containers else "True"}],
            "containerStatuses": [{**ok, "ready": False, **each} for each in containers] or [ok],
            **status,
        },
    }


def grown(child: Manifest, ready: int | None = None, **status: Any) -> Manifest:
    """A child as the API server has it once its controller has done its work; `ready` of its pods are."""
    if child["kind"] not in ("Deployment", "StatefulSet"):
        return child
    replicas = child["spec"].get("replicas", 1)
    told = {"observedGeneration": 1, "replicas": replicas, "updatedReplicas": replicas}
    return {
        **child,
        "metadata": {**child["metadata"], "generation": 1},
        "spec": {**child["spec"], "replicas": replicas},
        "status": {**told, "readyReplicas": replicas if ready is None else ready, **status},
    }


def flow(*samples: tuple[float, int, int, int, Mapping[str, int]]) -> Trend:
    """A trend of one partition from (seconds before now, position, lag, rows, letters by reason)."""
    return Trend(tuple(Sample(NOW - ago, {0: at}, {0: lag}, rows, letters) for ago, at, lag, rows, letters in samples))


@dataclass(frozen=True)
class Patient:
    """A pipeline and what is seen of it."""

    pipeline: WinePipeline
    observed: Observed = field(default_factory=lambda: Observed(NOW))

    @classmethod
    def healthy(cls, pipeline: WinePipeline) -> "Patient":
        """Everything is as it should be."""
        secrets = secrets_of(pipeline)
        before = Observed(NOW, secrets=secrets, kinds=ALL_KINDS)
        children = {ChildId.of(each): grown(each) for each in wanted(pipeline, before)}
        components: Sequence[Component] = ("redpanda", "console", "emulator", "producer", "consumer")
        names = {name for _, _, name in ((each.api_version, each.kind, each.name) for each in children)}
        pods = [pod(pipeline, each) for each in components if f"{pipeline.metadata.name}-{each}" in names]
        plane = DataPlane(
            NOW,
            GroupFacts((Partition(0, 100, 100), Partition(1, 50, 50)), GroupState.STABLE, 1),
            rows_loaded=150,
            dead_letters={},
            readiness={f"{pipeline.metadata.name}-consumer-x": GOOD},
        )
        return cls(pipeline, replace(before, children=children, pods=tuple(pods), sight=Sight(plane, topics=())))

    def where(self, **seen: Any) -> "Patient":
        """The same, seen otherwise."""
        return replace(self, observed=replace(self.observed, **seen))

    def with_pod(self, component: Component, *containers: Mapping[str, Any], **status: Any) -> "Patient":
        """The same, with this pod in place of the component's, whose controller waits for it."""
        others = [each for each in self.observed.pods if f"-{component}-" not in each["metadata"]["name"]]
        children = dict(self.observed.children)
        for identity, child in self.observed.children.items():
            if identity.kind in ("Deployment", "StatefulSet") and identity.name.endswith(component):
                children[identity] = grown(child, 0)
        patient = self.where(pods=(*others, pod(self.pipeline, component, *containers, **status)), children=children)
        return patient.looked(readiness={})

    def looked(self, **told: Any) -> "Patient":
        """The same, with another look at the data plane."""
        assert self.observed.sight is not None
        plane = replace(self.observed.sight.data_plane, **told)
        return self.where(sight=replace(self.observed.sight, data_plane=plane))

    def saw(self, **told: Any) -> "Patient":
        """The same, with something else in the last look."""
        assert self.observed.sight is not None
        return self.where(sight=replace(self.observed.sight, **told))

    def say(self) -> dict[str, Verdict]:
        """What is said of it, by aspect."""
        return {each.aspect: each for each in verdicts(self.pipeline, self.observed)}

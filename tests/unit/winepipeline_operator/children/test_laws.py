import json
import re
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.pod_security import containers, house_violations, violations
from tests.unit.winepipeline_operator.children.resources import pipelines
from tests.unit.winepipeline_operator.children.scene import PLATFORM, pod_specs, secrets_of, seen, wanted
from winepipeline_operator.children.desired import desired
from winepipeline_operator.environment import kafka_secrets, warehouse_secrets
from winepipeline_operator.identity import PIPELINE_LABEL, Manifest
from winepipeline_operator.observed import ChildId
from winepipeline_operator.spec import WinePipeline

_LABEL = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?", re.ASCII)
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", re.ASCII)
_VOLUME = "PersistentVolumeClaim"


def label_sets(value: Any) -> Iterator[dict[str, str]]:
    """Everything in a manifest that holds labels."""
    if isinstance(value, dict):
        for name, inside in value.items():
            if name in ("labels", "matchLabels") or (name == "selector" and "matchLabels" not in inside):
                yield inside
            else:
                yield from label_sets(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from label_sets(inside)


@given(pipelines())
def test_every_object_has_a_name_of_its_own_that_kubernetes_takes(pipeline: WinePipeline) -> None:
    """No resource makes a name that is too long, that is malformed, or that two objects share."""
    manifests = wanted(pipeline)
    assert len({ChildId.of(each) for each in manifests}) == len(manifests)
    for each in manifests:
        name = each["metadata"]["name"]
        assert len(name) <= 63
        assert _NAME.fullmatch(name)
        assert each["metadata"]["namespace"] == pipeline.metadata.namespace
        assert name.startswith(pipeline.metadata.name)


@given(pipelines())
def test_every_object_is_labelled_and_goes_with_its_pipeline(pipeline: WinePipeline) -> None:
    """What a pipeline consists of is found by its label and deleted with it, but for volumes that are to stay."""
    for each in wanted(pipeline):
        assert each["metadata"]["labels"][PIPELINE_LABEL] == pipeline.metadata.name
        owners = each["metadata"].get("ownerReferences", [])
        kept = each["kind"] == _VOLUME and pipeline.spec.deletion_policy == "Retain"
        assert [owner["uid"] for owner in owners] == ([] if kept else ["3f0c2f6e"])


@given(pipelines())
def test_every_label_is_one(pipeline: WinePipeline) -> None:
    """The API server takes all labels and selectors."""
    for each in wanted(pipeline):
        for labels in label_sets(each):
            for key, value in labels.items():
                assert len(key.rpartition("/")[2]) <= 63
                assert len(value) <= 63
                assert _LABEL.fullmatch(value)


@given(pipelines())
def test_every_pod_is_restricted(pipeline: WinePipeline) -> None:
    """Every pipeline starts in a namespace that enforces `restricted`, with a quota or without."""
    for pod in pod_specs(wanted(pipeline)).values():
        assert violations(pod) == []
        assert list(house_violations(pod)) == []
        assert pod["automountServiceAccountToken"] is False


@given(pipelines())
def test_an_apply_after_an_apply_changes_nothing(pipeline: WinePipeline) -> None:
    """The operator comes to rest: what it wants does not depend on having made it."""
    first = wanted(pipeline)
    secrets = secrets_of(pipeline)
    assert desired(pipeline, seen(first, secrets), PLATFORM) == tuple(first)


@given(pipelines(), st.data())
def test_no_secret_that_vanishes_changes_anything(pipeline: WinePipeline, data: st.DataObject) -> None:
    """Whatever Secrets are missing, what runs is left as it is."""
    first = wanted(pipeline)
    secrets = secrets_of(pipeline)
    left = {name: facts for name, facts in secrets.items() if data.draw(st.booleans(), label=name)}
    assert desired(pipeline, seen(first, left), PLATFORM) == tuple(first)


@given(pipelines())
def test_every_secret_is_referred_to_and_none_is_read(pipeline: WinePipeline) -> None:
    """A Secret's content stands in no manifest: not even its whole checksum does."""
    text = json.dumps(wanted(pipeline))
    for secret in (*kafka_secrets(pipeline), *warehouse_secrets(pipeline)):
        assert json.dumps(secret.secret) in text
    for facts in secrets_of(pipeline).values():
        for checksum in facts.checksums.values():
            assert checksum[:16] not in text


@given(pipelines())
def test_every_mount_has_a_volume_and_every_reference_an_object(pipeline: WinePipeline) -> None:
    """No pod waits for a volume, a ConfigMap, a claim or a ServiceAccount that nobody makes."""
    manifests = wanted(pipeline)
    there = {(each["kind"], each["metadata"]["name"]) for each in manifests}
    claimed = {
        claim["metadata"]["name"]
        for each in manifests
        for claim in each.get("spec", {}).get("volumeClaimTemplates", [])
    }
    for pod in pod_specs(manifests).values():
        assert ("ServiceAccount", pod["serviceAccountName"]) in there
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        assert len(volumes) == len(pod["volumes"])
        for container in containers(pod):
            mounts = [mount["name"] for mount in container.get("volumeMounts", [])]
            assert set(mounts) <= set(volumes) | claimed
            assert len({mount["mountPath"] for mount in container.get("volumeMounts", [])}) == len(mounts)
        assert {reference for volume in volumes.values() for reference in _references(volume)} <= there


def _references(volume: Manifest) -> Iterator[tuple[str, str]]:
    if "configMap" in volume:
        yield "ConfigMap", volume["configMap"]["name"]
    if "persistentVolumeClaim" in volume:
        yield _VOLUME, volume["persistentVolumeClaim"]["claimName"]


@given(pipelines())
def test_every_probe_and_every_service_names_a_port_that_is_there(pipeline: WinePipeline) -> None:
    """No probe asks, and no Service leads to, a port that nobody listens on."""
    manifests = wanted(pipeline)
    ports = {}
    for each in manifests:
        template = each.get("spec", {}).get("template")
        if template is None:
            continue
        (container,) = template["spec"]["containers"]
        named = {port["name"]: port["containerPort"] for port in container["ports"]}
        assert len(named) == len(set(named.values()))
        ports[each["metadata"]["labels"]["app.kubernetes.io/component"]] = named
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            asked = container.get(probe, {})
            for kind in ("httpGet", "tcpSocket"):
                assert asked.get(kind, {}).get("port") in {None, *named}
    for each in manifests:
        if each["kind"] == "Service":
            component = each["metadata"]["labels"]["app.kubernetes.io/component"]
            assert {port["targetPort"]: port["port"] for port in each["spec"]["ports"]}.items() <= ports[
                component
            ].items()

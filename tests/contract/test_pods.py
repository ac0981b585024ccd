"""What the operator puts into a pod is what the service in it reads: variables, Secrets' files, ports, time to stop."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.winepipeline_operator.children.golden import EXAMPLES
from tests.unit.winepipeline_operator.children.scene import KAFKA, pod_specs, wanted
from winepipeline_backfill.settings import BackfillSettings
from winepipeline_consumer.settings import ConsumerSettings
from winepipeline_emulator.settings import EmulatorSettings
from winepipeline_operator.lint import load
from winepipeline_operator.spec import WinePipeline
from winepipeline_process.settings import ProcessSettings
from winepipeline_producer.settings import ProducerSettings

SERVICES: dict[str, type[ProcessSettings]] = {
    "producer": ProducerSettings,
    "consumer": ConsumerSettings,
    "emulator": EmulatorSettings,
    "backfill": BackfillSettings,
}


def changed(pipeline: WinePipeline, **spec: Any) -> WinePipeline:
    resource = pipeline.model_dump(mode="json", by_alias=True, exclude_none=True)
    return WinePipeline.model_validate({**resource, "spec": {**resource["spec"], **spec}})


def pipelines() -> dict[str, WinePipeline]:
    """Each example, and one that has everything of which the examples have either the one or the other."""
    found = {each.stem: load(each.read_text(encoding="utf-8")) for each in EXAMPLES}
    broker = {"external": KAFKA["external"]}
    everything = {"backfill": {"days": 3, "seed": 7}, "producer": {"enabled": True}, "broker": broker}
    everything["topic"] = {"replicationFactor": 1}
    return {**found, "everything": changed(found["snowflake"], **everything)}


class Pod:
    """A pod as the kubelet would set it up, with its Secrets' files under a folder of the test's."""

    def __init__(self, spec: dict[str, Any], root: Path) -> None:
        self.spec = spec
        (self.container,) = spec["containers"]
        self._root = root
        sources = {volume["name"]: volume for volume in spec["volumes"]}
        for mount in self.container["volumeMounts"]:
            folder = root / mount["mountPath"].lstrip("/")
            folder.mkdir(parents=True)
            for item in sources[mount["name"]].get("secret", {}).get("items", []):
                (folder / item["path"]).write_text(f"the_{item['key']}", encoding="utf-8")

    def environment(self) -> dict[str, str]:
        """What the process finds."""
        return {each["name"]: self._value(each) for each in self.container["env"]}

    def _value(self, variable: dict[str, Any]) -> str:
        source = variable.get("valueFrom", {})
        if "secretKeyRef" in source:
            return f"the_{source['secretKeyRef']['key']}"
        if "fieldRef" in source:
            return "albert-pod-0"
        value = str(variable["value"]).replace("$(POD_NAME)", "albert-pod-0")
        return str(self._root) + value if value.startswith("/secrets/") else value


def pods(root: Path) -> list[tuple[str, Pod]]:
    """The pods of our own services, in all pipelines."""
    found = []
    for name, pipeline in pipelines().items():
        for workload, spec in pod_specs(wanted(pipeline)).items():
            service = spec["containers"][0]["name"]
            if service in SERVICES:
                found.append((service, Pod(spec, root / name / workload)))
    return found


def test_every_service_starts_from_what_its_pod_holds(tmp_path: Path) -> None:
    """No pod ends at once because a variable or a Secret's file is not where the service looks for it."""
    seen = set()
    for service, pod in pods(tmp_path):
        settings = SERVICES[service].from_environment(pod.environment())
        assert (settings.instance_name, settings.log_format) == ("albert-pod-0", "json")
        seen.add(service)
    assert seen == set(SERVICES)


def test_every_service_listens_where_it_is_looked_for(tmp_path: Path) -> None:
    """Probes, Services and Prometheus ask at the ports that the service has been told, or listens on by itself."""
    for service, pod in pods(tmp_path):
        settings = SERVICES[service].from_environment(pod.environment())
        ports = {each["name"]: each["containerPort"] for each in pod.container["ports"]}
        if isinstance(settings, EmulatorSettings):
            assert (ports, settings.host) == ({"warehouse": settings.port}, "0.0.0.0")  # noqa: S104 - in a pod
        else:
            assert (ports, settings.metrics_host) == ({"metrics": settings.metrics_port}, "0.0.0.0")  # noqa: S104


def test_no_service_is_killed_before_it_has_stopped_in_order(tmp_path: Path) -> None:
    """The kubelet waits longer than a service takes to finish the loads in hand, or to deliver what is queued."""
    for service, pod in pods(tmp_path):
        settings = SERVICES[service].from_environment(pod.environment())
        if isinstance(settings, ConsumerSettings | ProducerSettings):
            assert pod.spec["terminationGracePeriodSeconds"] >= settings.stop_seconds + 10


@pytest.mark.parametrize("secret", ["KAFKA_SASL_PASSWORD", "SNOWFLAKE_PASSWORD", "SNOWFLAKE_PRIVATE_KEY"])
def test_no_pod_has_a_password_in_its_environment(tmp_path: Path, secret: str) -> None:
    """Whoever lists a process's environment finds the path of a Secret's file, and not what is in it."""
    for service, pod in pods(tmp_path):
        environment = pod.environment()
        if environment.get("SNOWFLAKE_ACCOUNT") == "emulator" and secret.startswith("SNOWFLAKE"):
            continue  # the emulator's login is no secret
        assert secret not in environment, service


def test_what_a_service_writes_is_on_a_volume(tmp_path: Path) -> None:
    """On a read-only root file system the emulator and the backfill keep their files where writing is allowed."""
    for service, pod in pods(tmp_path):
        writable = {mount["mountPath"] for mount in pod.container["volumeMounts"] if not mount.get("readOnly")}
        environment = pod.environment()
        assert environment["HOME"] in writable
        if service == "emulator":
            assert environment["EMULATOR_DATABASE_DIR"] in writable
        if service == "backfill":
            assert str(Path(environment["BACKFILL_SQLITE"]).parent) in writable

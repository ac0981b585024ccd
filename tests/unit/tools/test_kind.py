"""What people with Docker use: kind-config.yaml, skaffold.yaml, tools/kind.sh."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from winepipeline_operator.platform import Images

REPOSITORY = Path(__file__).parents[3]
GOLDEN = REPOSITORY / "tests" / "unit" / "winepipeline_operator" / "golden" / "demo.yaml"
OUR_IMAGES = {"operator", *(name for name in Images.__slots__ if getattr(Images(), name).startswith("winepipeline-"))}


def documents(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((REPOSITORY / name).read_text(encoding="utf-8")))


def test_skaffold_builds_every_image_from_a_dockerfile_that_is_there() -> None:
    """`skaffold dev` finds the Dockerfile of each image, and builds each that the chart asks for."""
    artifacts = documents("skaffold.yaml")[0]["build"]["artifacts"]
    assert {each["image"] for each in artifacts} == {f"winepipeline-{name}" for name in OUR_IMAGES}
    assert [each["image"] for each in artifacts if not (REPOSITORY / each["docker"]["dockerfile"]).exists()] == []


def test_skaffold_gives_every_built_image_to_the_chart() -> None:
    """No pod runs an image that is older than the code."""
    (release,) = documents("skaffold.yaml")[0]["deploy"]["helm"]["releases"]
    assert release["setValueTemplates"] == {
        f"images.{name}": f"{{{{.IMAGE_FULLY_QUALIFIED_winepipeline_{name}}}}}" for name in OUR_IMAGES
    }
    assert (REPOSITORY / release["chartPath"] / "Chart.yaml").exists()


def test_skaffold_applies_the_demo_after_the_operator_and_forwards_what_is_there() -> None:
    """The demo finds its CRD, and each forwarded port leads to a Service."""
    operator, demo = documents("skaffold.yaml")
    assert demo["requires"] == [{"configs": [operator["metadata"]["name"]]}]
    assert [path for path in demo["manifests"]["rawYaml"] if not (REPOSITORY / path).exists()] == []
    services = {
        (each["metadata"]["name"], port["port"])
        for each in yaml.safe_load_all(GOLDEN.read_text(encoding="utf-8"))
        if each["kind"] == "Service"
        for port in each["spec"]["ports"]
    }
    forwarded = {(each["resourceName"], each["port"]) for each in demo["portForward"]}
    assert forwarded - {("winepipeline", 8000)} <= services


def test_each_mapped_port_leads_to_a_node_port() -> None:
    """What kind maps to this machine is what the Console's Service and the stack's values open, and nothing else."""
    (node,) = documents("kind-config.yaml")[0]["nodes"]
    mapped = {each["containerPort"] for each in node["extraPortMappings"]}
    files = [*(REPOSITORY / "tools" / "kind").glob("*.yaml"), REPOSITORY / "charts" / "monitoring-values.yaml"]
    texts = [path.read_text(encoding="utf-8") for path in files]
    opened = {int(number) for text in texts for number in re.findall(r"nodePort: ([0-9]+)", text)}
    assert mapped == opened
    assert {each["listenAddress"] for each in node["extraPortMappings"]} == {"127.0.0.1"}


def test_the_way_to_the_console_leads_to_its_pods() -> None:
    """The labels that kind's Service and policy select are those of the demo's Console."""
    service, policy = documents("tools/kind/console.yaml")
    (console,) = (
        each
        for each in yaml.safe_load_all(GOLDEN.read_text(encoding="utf-8"))
        if (each["kind"], each["metadata"]["name"]) == ("Deployment", "albert-console")
    )
    assert service["spec"]["selector"] == console["spec"]["selector"]["matchLabels"]
    assert policy["spec"]["podSelector"]["matchLabels"] == console["spec"]["selector"]["matchLabels"]


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    """A folder with a docker, a kind, a kubectl and a helm that only write down how they are called."""
    for name in ("docker", "kind", "kubectl", "helm"):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\nprintf "%s\\n" "{name} $*" >> {tmp_path}/calls\n', encoding="utf-8")
        program.chmod(0o755)
    return tmp_path


def kind(*arguments: str, path: str) -> subprocess.CompletedProcess[str]:
    command = ["/bin/bash", str(REPOSITORY / "tools" / "kind.sh"), *arguments]
    environment = {"PATH": path, "HOME": os.environ["HOME"]}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=30)


def test_kind_up_builds_loads_and_installs_everything(calls: Path) -> None:
    """`make kind-up` builds each image, loads all of them, installs the chart with them and applies the demo."""
    done = kind("up", path=f"{calls}:/usr/bin:/bin")
    assert done.returncode == 0, done.stderr
    said = (calls / "calls").read_text(encoding="utf-8").splitlines()
    built = [re.search(r"--tag (\S+) --file (\S+)", each) for each in said if each.startswith("docker build")]
    assert all(found and (REPOSITORY / found[2]).exists() for found in built)
    tags = [found[1] for found in built if found]
    assert {tag.partition(":")[0] for tag in tags} == {f"winepipeline-{name}" for name in OUR_IMAGES}
    assert f"kind load docker-image --name winepipeline {' '.join(tags)}" in said
    (installed,) = (each for each in said if each.startswith("helm upgrade --install winepipeline charts/winepipeline"))
    assert f"--set imageTag={tags[0].partition(':')[2]} " in installed
    assert "kubectl --context kind-winepipeline apply --namespace wine -f examples/demo.yaml" in said


def test_kind_says_what_is_not_installed(tmp_path: Path) -> None:
    """Whoever has no Docker is told so, and told of the way without it."""
    done = kind("up", path=_path_without_docker(tmp_path))
    assert done.returncode == 1
    assert "docker" in done.stderr
    assert "make cluster-build cluster-up" in done.stderr


def _path_without_docker(folder: Path) -> str:
    for name in ("bash", "dirname", "date"):
        found = next(path / name for path in map(Path, ("/usr/bin", "/bin")) if (path / name).exists())
        (folder / name).symlink_to(found)
    return str(folder)

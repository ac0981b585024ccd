"""The stand-in for Redpanda's image understands what the operator tells Redpanda, and refuses what Redpanda would."""

from pathlib import Path

import pytest
import yaml

from tests.cluster.stand_ins.redpanda_stand_in.broker import cluster_id
from tests.cluster.stand_ins.redpanda_stand_in.configuration import WrongConfiguration, node
from tests.cluster.stand_ins.redpanda_stand_in.flags import WrongFlag, parse, size_bytes
from winepipeline_operator.children.redpanda_config import arguments, brokers, files
from winepipeline_operator.lint import load
from winepipeline_operator.platform import Platform
from winepipeline_operator.spec import WinePipeline

EXAMPLES = Path(__file__).parents[2] / "examples"
PLATFORM = Platform()


def pipeline(example: str) -> WinePipeline:
    return load((EXAMPLES / f"{example}.yaml").read_text(encoding="utf-8"))


def command(wanted: WinePipeline) -> list[str]:
    """The pod's command line, with the name of its first pod put in as Kubernetes does."""
    name = f"{wanted.metadata.name}-redpanda-0"
    return ["redpanda", "start", *(each.replace("$(POD_NAME)", name) for each in arguments(wanted, PLATFORM))]


@pytest.mark.parametrize("example", ["demo", "production"])
def test_it_takes_what_the_operator_writes(example: str) -> None:
    """The command line and both files of each broker of an example make a Kafka that listens as meant."""
    wanted = pipeline(example)
    written = {name: yaml.safe_load(text) for name, text in files(wanted, PLATFORM).items()}
    for number in range(brokers(wanted)):
        host = f"{wanted.metadata.name}-redpanda-{number}"
        made = node(written["redpanda.yaml"], written[".bootstrap.yaml"], parse(command(wanted)), host)
        assert (made.node_id, made.nodes, made.admin_port) == (number, brokers(wanted), 9644)
        assert "INTERNAL://0.0.0.0:9092" in made.properties["listeners"]
        assert f"INTERNAL://{wanted.metadata.name}-redpanda-0." in made.properties["advertised.listeners"]
        assert made.properties["auto.create.topics.enable"] == "false"
        assert made.properties["controller.quorum.voters"].count("@") == brokers(wanted)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--memroy=1G"], "unknown flag: --memroy=1G"),
        (["--smp=1", "--smp=2"], "more than once"),
        (["--memory"], "is missing"),
        (["--memory=much"], "cannot parse"),
        (["stray"], "unknown flag"),
    ],
)
def test_it_refuses_flags_that_redpanda_would(flags: list[str], words: str) -> None:
    """A misspelt or doubled flag of the operator's shows in the cluster's tests, as it would with Redpanda."""
    with pytest.raises(WrongFlag, match=words):
        parse(["redpanda", "start", *flags])


def test_it_refuses_keys_that_redpanda_would() -> None:
    """So does a misspelt key of the configuration file."""
    wanted = pipeline("demo")
    written = yaml.safe_load(files(wanted, PLATFORM)["redpanda.yaml"])
    written["redpanda"]["kafka_apis"] = []
    with pytest.raises(WrongConfiguration, match="kafka_apis"):
        node(written, {}, parse(command(wanted)), "albert-redpanda-0")


def test_sizes_and_the_id_of_a_cluster() -> None:
    """Memory is read as Seastar reads it; all brokers of a cluster format their logs with one id, which Kafka takes."""
    assert (size_bytes("1G"), size_bytes("1200M"), size_bytes("7")) == (2**30, 1200 * 2**20, 7)
    voters = [f"0@{number}:33145" for number in range(200)]
    assert all(len(cluster_id(each)) == 22 and not cluster_id(each).startswith("-") for each in voters)
    assert cluster_id(voters[0]) == cluster_id(voters[0])

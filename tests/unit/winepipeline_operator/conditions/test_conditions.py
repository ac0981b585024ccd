"""What a person who has only kubectl learns from a resource's conditions: what is wrong, and what to do."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.winepipeline_operator.children.scene import KAFKA, SNOWFLAKE
from tests.unit.winepipeline_operator.conftest import SMALLEST
from winepipeline_operator.broker_errors import AuthenticationFailed, BrokerUnreachable, NotAuthorized
from winepipeline_operator.conditions.reason import MEANINGS, Reason
from winepipeline_operator.observed import ChildId, Failure, SecretFacts
from winepipeline_operator.probe import Readiness
from winepipeline_operator.spec import WinePipeline
from winepipeline_operator.topics import TopicFacts, differences, wanted_topics

from .patient import GOOD, Patient, grown

Make = Callable[[Mapping[str, Any]], WinePipeline]
ASPECTS = ("BrokerReady", "TopicsReady", "WarehouseReady", "ConsumersReady", "ProducerReady", "MonitoringReady")


def ended(code: int, message: str, reason: str = "Error") -> dict[str, Any]:
    """A container that ended like this and waits to be started again."""
    return {
        "restartCount": 4,
        "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 40s"}},
        "lastState": {"terminated": {"exitCode": code, "reason": reason, "message": message}},
    }


def log_line(message: str) -> str:
    """A line of a service's log, as a pod writes it."""
    return json.dumps({"time": "2026-11-24T01:47:42Z", "level": "ERROR", "message": message}, ensure_ascii=False)


def test_a_pipeline_in_good_health_is_ready(pipeline: Make) -> None:
    """Everything is said to be well, and nothing else."""
    said = Patient.healthy(pipeline({})).say()
    assert said["Ready"].holds
    assert said["Ready"].reason is Reason.ALL_PARTS_READY
    assert [said[each].holds for each in ASPECTS] == [True] * len(ASPECTS)
    assert said["Stalled"].holds is False


def test_wrong_warehouse_credentials_are_told_in_the_consumers_last_words(pipeline: Make) -> None:
    """A login that Snowflake refuses is said with Snowflake's words and which Secret's keys to compare."""
    message = "\n".join(
        [
            '…cut off"}',
            log_line("🛑 LoginFailed: Incorrect username or password was specified. What to do: check SNOWFLAKE_USER"),
            log_line("👋 stopped"),
        ]
    )
    patient = Patient.healthy(pipeline({"warehouse": SNOWFLAKE})).with_pod("consumer", ended(4, message))
    said = patient.say()
    for aspect in ("Ready", "WarehouseReady", "ConsumersReady"):
        assert said[aspect].holds is False
        assert said[aspect].reason is Reason.LOGIN_FAILED
        assert "Incorrect username or password" in said[aspect].message
        assert "What to do: check SNOWFLAKE_USER" in said[aspect].message
    assert said["BrokerReady"].holds


def test_wrong_broker_credentials_are_told(pipeline: Make) -> None:
    """A login that the broker refuses is said of the broker, with the Secret's keys to compare."""
    refused = AuthenticationFailed("the broker at kafka:9093 did not tell the offsets: SASL authentication failed")
    patient = Patient.healthy(pipeline({"broker": KAFKA})).saw(topics=None)
    said = patient.looked(broker_error=refused, group=None).say()
    assert said["Ready"].reason is said["BrokerReady"].reason is Reason.AUTHENTICATION_FAILED
    assert "compare" in said["BrokerReady"].message.lower()
    assert said["TopicsReady"].holds is None


def test_an_unreachable_broker_is_told(pipeline: Make) -> None:
    """Nobody at the address: the address stands in the message, and what to look at."""
    gone = BrokerUnreachable("the broker at kafka-0:9093 did not describe the topics in 4 s")
    said = Patient.healthy(pipeline({"broker": KAFKA})).saw(topics=None).looked(broker_error=gone, group=None).say()
    assert said["Ready"].reason is said["BrokerReady"].reason is Reason.BROKER_UNREACHABLE
    assert "kafka-0:9093" in said["BrokerReady"].message
    assert "NetworkPolicy" in said["BrokerReady"].message


def test_a_topic_with_too_few_partitions_is_told(pipeline: Make) -> None:
    """A topic that the user may not grow: both numbers stand in the message, and the right that is missing."""
    made = pipeline({"broker": KAFKA})
    events, _ = wanted_topics(made)
    left = differences(events, TopicFacts("sales_events", "", 3, 1, (), events.retention_ms))
    refused = NotAuthorized("the broker at kafka:9093 did not give the topic sales_events 6 partitions: not authorized")
    said = Patient.healthy(made).saw(topics=left, refused=refused).say()
    assert said["Ready"].holds is said["TopicsReady"].holds is False
    assert said["TopicsReady"].reason is Reason.TOPIC_TOO_FEW_PARTITIONS
    assert "has 3 partitions, wanted are 6" in said["TopicsReady"].message
    assert "Let the user alter" in said["TopicsReady"].message
    assert "--alter --topic sales_events --partitions 6" in said["TopicsReady"].message
    assert said["BrokerReady"].holds


def test_a_topic_with_more_partitions_is_no_fault(pipeline: Make) -> None:
    """More partitions than wanted are told, with what to write, and nobody waits for it."""
    made = pipeline({})
    events, _ = wanted_topics(made)
    left = differences(events, TopicFacts("sales_events", "", 12, 1, (), events.retention_ms))
    said = Patient.healthy(made).saw(topics=left).say()
    assert said["Ready"].holds
    assert "write partitions: 12" in said["TopicsReady"].message


@pytest.mark.parametrize("why", ["ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"])
def test_an_image_that_cannot_be_pulled_is_told(pipeline: Make, why: str) -> None:
    """The image, the registry's words and the chart's value stand in the message."""
    waiting = {
        "state": {"waiting": {"reason": why, "message": "not found"}},
        "image": "registry.example.com/consumer:9",
    }
    said = Patient.healthy(pipeline({})).with_pod("consumer", waiting).say()
    assert said["Ready"].reason is said["ConsumersReady"].reason is Reason.IMAGE_CANNOT_BE_PULLED
    for words in ("registry.example.com/consumer:9", "not found", "images", "pull Secret"):
        assert words in said["ConsumersReady"].message


def test_a_console_that_does_not_run_is_told_and_no_fault(pipeline: Make) -> None:
    """The console keeps no event from anything: the pipeline is ready, and the broker's message says what is wrong."""
    waiting = {"state": {"waiting": {"reason": "ErrImagePull", "message": "manifest unknown"}}}
    said = Patient.healthy(pipeline({})).with_pod("console", waiting).looked(readiness={}).say()
    assert said["BrokerReady"].holds
    assert "the console does not run: pod albert-console-x cannot pull" in said["BrokerReady"].message
    assert said["Ready"].holds


def test_a_table_with_other_columns_is_told(pipeline: Make) -> None:
    """Which table, which columns, and that nothing was changed."""
    text = "🛑 TableMismatch: T stands with other columns: EVENT_ID is NUMBER. What to do: rename that table"
    said = Patient.healthy(pipeline({"warehouse": SNOWFLAKE})).with_pod("consumer", ended(4, log_line(text))).say()
    assert said["Ready"].reason is said["WarehouseReady"].reason is Reason.TABLE_MISMATCH
    assert "EVENT_ID is NUMBER" in said["WarehouseReady"].message
    assert "rename that table" in said["WarehouseReady"].message


def test_a_missing_secret_is_told_with_the_command_that_makes_it(pipeline: Make) -> None:
    """The Secret's name, its namespace and the keys that it needs stand in a command to copy."""
    patient = Patient.healthy(pipeline({"warehouse": SNOWFLAKE})).where(secrets={})
    said = patient.say()
    assert said["Ready"].reason is said["WarehouseReady"].reason is Reason.SECRET_MISSING
    command = "kubectl -n default create secret generic snowflake --from-literal=user=… --from-literal=password=…"
    assert command in said["WarehouseReady"].message


def test_a_missing_key_is_told_with_those_that_are_there(pipeline: Make) -> None:
    """A Secret with a misspelt key: the one that is missing and those that are there."""
    secrets = {"snowflake": SecretFacts({"user": "…", "pasword": "…"})}
    verdict = Patient.healthy(pipeline({"warehouse": SNOWFLAKE})).where(secrets=secrets).say()["WarehouseReady"]
    assert verdict.reason is Reason.SECRET_KEY_MISSING
    assert "has no key password; its keys are: pasword, user" in verdict.message


def test_pods_that_run_outlive_a_secret_that_went(pipeline: Make) -> None:
    """Consumers that still load are said to be ready though their Secret is gone."""
    said = Patient.healthy(pipeline({"warehouse": SNOWFLAKE})).where(secrets={}).say()
    assert said["WarehouseReady"].holds is False
    assert "go on" in said["WarehouseReady"].message


def test_a_warehouse_that_is_away_is_told(pipeline: Make) -> None:
    """Consumers that try again say why; nothing is lost, and nothing has to be done to them."""
    waits = Readiness(ready=False, reason="WarehouseUnavailable", detail="ConnectionClosed: 250002: reset")
    said = Patient.healthy(pipeline({})).looked(readiness={"albert-consumer-x": waits}).say()
    assert said["WarehouseReady"].reason is Reason.WAREHOUSE_UNAVAILABLE
    assert "250002: reset" in said["WarehouseReady"].message
    assert "nothing is lost" in said["WarehouseReady"].message


@pytest.mark.parametrize(
    ("container", "reason", "words"),
    [
        (ended(137, "", "OOMKilled"), Reason.OUT_OF_MEMORY, "maxBatchSize"),
        (ended(2, "the settings will not do:\n  - BATCH_SIZE is x"), Reason.CONTAINER_FAILS, "BATCH_SIZE is x"),
        (
            ended(3, log_line("🛑 BrokerRefuses: not in the group. What to do: x")),
            Reason.BROKER_REFUSES,
            "not in the group",
        ),
        (ended(1, ""), Reason.CONTAINER_FAILS, "kubectl logs albert-consumer-x --previous"),
        (
            {"state": {"waiting": {"reason": "CreateContainerConfigError", "message": 'secret "x" not found'}}},
            Reason.CONFIGURATION_MISSING,
            'secret "x" not found',
        ),
    ],
)
def test_what_ails_a_container_is_told(pipeline: Make, container: Any, reason: Reason, words: str) -> None:
    """Killed, misconfigured, refused or silent: the reason says which, the message what to do."""
    verdict = Patient.healthy(pipeline({})).with_pod("consumer", container).say()["ConsumersReady"]
    assert (verdict.holds, verdict.reason) == (False, reason)
    assert words in verdict.message


def test_a_pod_without_a_node_is_told(pipeline: Make) -> None:
    """The scheduler's words stand in the message."""
    nowhere = [{"type": "PodScheduled", "status": "False", "message": "0/3 nodes: Insufficient memory"}]
    patient = Patient.healthy(pipeline({})).with_pod("redpanda", {"state": {}}, conditions=nowhere)
    verdict = patient.say()["BrokerReady"]
    assert verdict.reason is Reason.POD_UNSCHEDULABLE
    assert "Insufficient memory" in verdict.message


def test_a_child_that_is_refused_is_told(pipeline: Make) -> None:
    """An object that the API server refuses is said of the part that it belongs to, with the server's words."""
    failure = Failure(ChildId("apps/v1", "Deployment", "albert-consumer"), "ChildRefused", "exceeded quota", "raise it")
    said = Patient.healthy(pipeline({})).where(failures=(failure,)).say()
    assert said["Ready"].holds is said["ConsumersReady"].holds is False
    assert "exceeded quota. Raise it" in said["ConsumersReady"].message


def test_a_volume_that_may_not_grow_is_a_remark(pipeline: Make) -> None:
    """The brokers work with what there is: the pipeline is ready, and BrokerReady says what to do about the volume."""
    claim = ChildId("v1", "PersistentVolumeClaim", "data-albert-redpanda-0")
    failure = Failure(claim, "VolumeNotGrown", "the volume stays at 5Gi: no", "let it grow", hinders=False)
    said = Patient.healthy(pipeline({})).where(failures=(failure,)).say()
    assert said["Ready"].holds
    assert said["BrokerReady"].holds
    assert said["BrokerReady"].message.endswith("the volume stays at 5Gi: no. What to do: let it grow")


def test_a_cluster_without_prometheus_is_no_fault(pipeline: Make) -> None:
    """What is not served is told, and the pipeline is ready all the same."""
    said = Patient.healthy(pipeline({})).where(kinds=frozenset()).say()
    assert said["Ready"].holds
    assert said["MonitoringReady"].reason is Reason.MONITORING_NOT_SERVED


def test_a_pause_is_told(pipeline: Make) -> None:
    """Both kinds of pause stand in Ready, and neither hides what is wrong."""
    said = Patient.healthy(pipeline({"paused": True})).say()
    assert (said["Ready"].holds, said["Ready"].reason) == (False, Reason.PAUSED)
    made = pipeline({})
    annotated = {"annotations": {"caves-albert.io/pause-reconciliation": "true"}}
    made = made.model_copy(update={"metadata": made.metadata.model_copy(update=annotated)})
    said = Patient.healthy(made).say()
    assert (said["Ready"].holds, said["Ready"].reason) == (True, Reason.RECONCILIATION_PAUSED)


def test_a_rolling_restart_leaves_it_ready(pipeline: Make) -> None:
    """While new pods take the place of old ones that work, nothing is said to be wrong."""
    patient = Patient.healthy(pipeline({}))
    identity = ChildId("apps/v1", "Deployment", "albert-consumer")
    child = grown(patient.observed.children[identity], updatedReplicas=0)
    assert patient.where(children={**patient.observed.children, identity: child}).say()["Ready"].holds


def test_every_reason_has_a_meaning() -> None:
    """No reason stands in a status that the reference does not explain."""
    assert set(MEANINGS) == set(Reason)


@given(message=st.text(max_size=300), code=st.integers(0, 255))
def test_whatever_a_container_says_the_status_can_quote_it(message: str, code: int) -> None:
    """No last words, however odd, keep the status from being written."""
    said = Patient.healthy(WinePipeline.model_validate(SMALLEST)).with_pod("consumer", ended(code, message)).say()
    assert said["ConsumersReady"].holds is False
    assert len(said["ConsumersReady"].message) < 2000


def test_what_good_health_says_is_not_said_of_a_pod_that_is_gone(pipeline: Make) -> None:
    """A consumer that was ready and is no more does not vouch for the warehouse."""
    patient = Patient.healthy(pipeline({"warehouse": SNOWFLAKE})).looked(readiness={"albert-consumer-gone": GOOD})
    assert patient.say()["WarehouseReady"].holds is None

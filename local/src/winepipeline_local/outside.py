"""What a resource names outside this machine: does the broker answer, does the account, and may we work there?"""

import os
from pathlib import Path

from winepipeline_local.access import client_config, warehouse_login
from winepipeline_local.checks import Check, CheckGroup
from winepipeline_local.errors import LocalError
from winepipeline_local.kafka import Cluster
from winepipeline_local.resource import pipeline_of, text_of
from winepipeline_operator.environment import Address, Endpoints
from winepipeline_operator.spec import WinePipeline
from winepipeline_process.settings import SettingsError

BROKER_SECONDS = 10.0
NOWHERE = Address("http", "127.0.0.1", 1)


def outside(file: Path) -> tuple[CheckGroup, ...]:
    """The resource itself, then its broker and its warehouse."""
    name = str(file)
    try:
        pipeline = pipeline_of(text_of(file), name)
    except LocalError as failure:
        return (
            CheckGroup(f"Resource {name}", (Check("resource", ok=False, found=failure.message, hint=failure.hint),)),
        )
    resource = Check("resource", ok=True, found=f"{name} describes the pipeline {pipeline.metadata.name}")
    return (
        CheckGroup(f"Resource {name}", (resource,)),
        CheckGroup("Broker", _broker(pipeline)),
        CheckGroup("Warehouse", _warehouse(pipeline)),
    )


def _broker(pipeline: WinePipeline) -> tuple[Check, ...]:
    external = pipeline.spec.broker.external
    if external is None:
        return (Check("broker", ok=True, found="the resource wants a broker of its own: here an embedded Kafka"),)
    where = external.bootstrap_servers
    try:
        cluster = Cluster(client_config(pipeline, Endpoints(where, NOWHERE), os.environ))
        if not cluster.answers(BROKER_SECONDS):
            hint = "Check the address, the network, the security protocol and the credentials."
            return (Check("broker", ok=False, found=f"the broker at {where} does not answer", hint=hint),)
        standing = cluster.partition_counts()
    except (LocalError, SettingsError) as failure:
        return (_failed("broker", failure),)
    answers = Check("broker", ok=True, found=f"the broker at {where} answers")
    spec = pipeline.spec
    wanted = {spec.topic.name: spec.topic.partitions, spec.dead_letter_topic.name: spec.dead_letter_topic.partitions}
    return (answers, *(_topic(name, partitions, standing.get(name)) for name, partitions in wanted.items()))


def _topic(name: str, wanted: int, standing: int | None) -> Check:
    if standing is None:
        return Check("topic", ok=True, found=f"the topic {name} is not there; `winepipeline up` creates it")
    return Check(
        "topic",
        standing >= wanted,
        f"the topic {name} has {standing} partitions, wanted are {wanted}",
        "`winepipeline up` gives it more, where the credentials may; or write the number that it has.",
    )


def _warehouse(pipeline: WinePipeline) -> tuple[Check, ...]:
    snowflake = pipeline.spec.warehouse.snowflake
    if snowflake is None:
        return (Check("account", ok=True, found="the resource wants the emulator: nothing outside to look at"),)
    from winepipeline_local.account import account_checks  # noqa: PLC0415 - loads the connector

    try:
        return account_checks(warehouse_login(pipeline, Endpoints("", None), os.environ))
    except (LocalError, SettingsError) as failure:
        return (_failed("account", failure),)


def _failed(name: str, failure: LocalError | SettingsError) -> Check:
    if isinstance(failure, LocalError):
        return Check(name, ok=False, found=failure.message, hint=failure.hint)
    return Check(name, ok=False, found=str(failure), hint="Set the variables that are named.")

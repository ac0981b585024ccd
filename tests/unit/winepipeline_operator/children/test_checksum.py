from typing import Any

from tests.unit.winepipeline_operator.children.scene import KAFKA, SNOWFLAKE, Make, checksums, secrets_of, seen, wanted
from winepipeline_operator.observed import SecretFacts

BOTH = {"broker": KAFKA, "warehouse": SNOWFLAKE, "producer": {"enabled": True}}
PRODUCER, CONSUMER = "albert-producer", "albert-consumer"


def test_a_rotated_secret_rolls_who_reads_it_and_nobody_else(pipeline: Make) -> None:
    """A new password for the warehouse restarts the consumers and leaves the producers alone."""
    both = pipeline(BOTH)
    before = checksums(wanted(both))
    rotated = {**secrets_of(both), "snowflake": secrets_of(both, "second")["snowflake"]}
    after = checksums(wanted(both, seen(secrets=rotated)))
    assert after[PRODUCER] == before[PRODUCER]
    assert after[CONSUMER] != before[CONSUMER]
    rotated = {**secrets_of(both), "kafka-user": secrets_of(both, "second")["kafka-user"]}
    after = checksums(wanted(both, seen(secrets=rotated)))
    assert [after[name] != before[name] for name in (PRODUCER, CONSUMER)] == [True, True]


def test_a_key_that_nobody_reads_rolls_nobody(pipeline: Make) -> None:
    """A Secret that is shared with somebody else may change in their keys."""
    both = pipeline(BOTH)
    more = {name: SecretFacts({**facts.checksums, "theirs": "x"}) for name, facts in secrets_of(both).items()}
    assert checksums(wanted(both, seen(secrets=more))) == checksums(wanted(both))


def test_a_secret_that_vanishes_rolls_nobody_and_tears_nothing_down(pipeline: Make) -> None:
    """Whoever deletes a Secret by mistake still has the consumers that have read it, and can put it back."""
    both = pipeline(BOTH)
    standing = wanted(both)
    without: dict[str, Any] = {name: facts for name, facts in secrets_of(both).items() if name != "snowflake"}
    assert wanted(both, seen(standing, without)) == standing
    assert wanted(both, seen(standing, {})) == standing
    assert wanted(both, seen(standing, secrets_of(both))) == standing


def test_a_secret_that_loses_a_key_rolls_nobody(pipeline: Make) -> None:
    """A Secret that is half written by mistake does not replace consumers that run by ones that cannot start."""
    both = pipeline(BOTH)
    standing = wanted(both)
    half = {**secrets_of(both), "snowflake": SecretFacts({})}
    assert wanted(both, seen(standing, half)) == standing


def test_a_secret_that_is_missing_hides_no_other_change(pipeline: Make) -> None:
    """While one Secret is away, a rotation of another one still restarts who reads it."""
    both = pipeline(BOTH)
    standing = wanted(both)
    rotated = {"kafka-user": secrets_of(both, "second")["kafka-user"]}
    after = checksums(wanted(both, seen(standing, rotated)))
    before = checksums(standing)
    assert after[PRODUCER] != before[PRODUCER]
    kept = [each for each in before[CONSUMER].split(",") if "snowflake" in each]
    assert [each for each in after[CONSUMER].split(",") if "snowflake" in each] == kept


def test_workloads_are_there_before_their_secrets(pipeline: Make) -> None:
    """Resource and Secret may be applied in any order: the pods wait for the Secret."""
    both = pipeline(BOTH)
    assert set(checksums(wanted(both, seen(secrets={})))) == set(checksums(wanted(both)))


def test_a_passphrase_that_is_added_rolls_the_consumers(pipeline: Make) -> None:
    """A key that may be missing counts when it comes."""
    keys = {"account": "a", "authentication": "KeyPair", "user": "W", "credentialsSecret": {"name": "snowflake"}}
    one = pipeline({"warehouse": {"emulator": None, "snowflake": keys}})
    plain = {"snowflake": SecretFacts({"privateKey": "1"})}
    encrypted = {"snowflake": SecretFacts({"privateKey": "1", "privateKeyPassphrase": "2"})}
    standing = wanted(one, seen(secrets=plain))
    assert checksums(wanted(one, seen(standing, encrypted)))[CONSUMER] != checksums(standing)[CONSUMER]


def test_nothing_is_rolled_by_what_nobody_reads(pipeline: Make) -> None:
    """The demo's services read no Secret and no file, and have no checksum to change."""
    found = checksums(wanted(pipeline({})))
    assert {name for name, checksum in found.items() if checksum} == {"albert-redpanda"}

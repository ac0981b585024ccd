"""What `winepipeline check` says, and what a role lacks."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from winepipeline_local.checks import Check, CheckGroup, all_hold, checks_json, checks_view
from winepipeline_local.grants import Grant, Objects, lacking, needed, statement
from winepipeline_local.machine import machine

Drawn = Callable[..., str]

GROUPS = (
    CheckGroup("This machine", (Check("python", ok=True, found="Python 3.11", hint="unused"),)),
    CheckGroup("Broker", (Check("broker", ok=False, found="it does not answer", hint="Check the address."),)),
)
SEEN = """\
This machine
√ Python 3.11

Broker
× it does not answer
    → Check the address.


Not ready: broker"""

TABLES = {
    "DB.S.T": ("SELECT", "INSERT"),
    "DB.S.T_LEDGER": ("SELECT", "INSERT", "UPDATE"),
    "DB.S.T_REJECTED": ("SELECT", "INSERT"),
}
EVERYTHING = frozenset({"DB", "DB.S", *TABLES, "DB.S.T_STAGE"})


def objects(standing: frozenset[str]) -> Objects:
    """A pipeline's objects, of which some stand."""
    return Objects("WH", "DB", "DB.S", TABLES, "DB.S.T_STAGE", standing)


def test_each_failure_comes_with_what_to_do(drawn: Drawn) -> None:
    """A tick for what is well, a cross and a hint for what is not, and the names once more at the end."""
    assert drawn(checks_view(GROUPS)) == SEEN
    assert not all_hold(GROUPS)
    assert all_hold(GROUPS[:1])


def test_a_machine_reads_names_and_hints() -> None:
    """Hints stand only where something is to be done."""
    found = checks_json(GROUPS)
    assert found["ok"] is False
    assert [check["hint"] for group in found["groups"] for check in group["checks"]] == ["", "Check the address."]


def test_this_machine_is_looked_at() -> None:
    """The machine that runs the tests can run a pipeline, and the check says so for each part."""
    found = {check.name: check.ok for check in machine().checks}
    assert found == dict.fromkeys(("python", "memory", "disk", "java", "jars", "ports"), True)


@given(st.sets(st.sampled_from(sorted(EVERYTHING))))
def test_who_holds_what_is_needed_lacks_nothing(standing: set[str]) -> None:
    """Whatever exists already: the privileges that are asked for are enough, and none is asked for twice."""
    wanted = needed(objects(frozenset(standing)))
    assert lacking(wanted, wanted) == ()
    assert len(set(wanted)) == len(wanted)
    assert lacking(wanted, ()) == wanted


def test_an_owner_lacks_nothing() -> None:
    """OWNERSHIP of an object stands for every privilege on it."""
    wanted = needed(objects(EVERYTHING))
    assert lacking(wanted, {Grant("OWNERSHIP", grant.kind, grant.name) for grant in wanted}) == ()


def test_what_is_lacking_comes_as_sql() -> None:
    """The hint can be pasted into a worksheet."""
    wanted = needed(objects(EVERYTHING))
    held = set(wanted) - {Grant("UPDATE", "TABLE", "DB.S.T_LEDGER")}
    assert [statement(grant, "LOADER") for grant in lacking(wanted, held)] == [
        "GRANT UPDATE ON TABLE DB.S.T_LEDGER TO ROLE LOADER;"
    ]
    assert statement(Grant("CREATE DATABASE", "ACCOUNT", ""), "R") == "GRANT CREATE DATABASE ON ACCOUNT TO ROLE R;"

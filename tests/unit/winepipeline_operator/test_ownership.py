"""Giving up the number of consumers without changing it."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from winepipeline_operator.identity import SCALER_FIELD_MANAGER
from winepipeline_operator.ownership import owners_of_replicas, without_replicas


def entry(manager: str, *fields: str) -> dict[str, Any]:
    """Which fields of `spec` a manager owns."""
    return {"manager": manager, "operation": "Apply", "fieldsV1": {"f:spec": {f"f:{each}": {} for each in fields}}}


def owners(entries: list[Any]) -> set[str]:
    """Who owns the number."""
    return {each["manager"] for each in owners_of_replicas({"managedFields": entries})}


@given(
    st.lists(st.tuples(st.sampled_from(["a", "b", SCALER_FIELD_MANAGER]), st.sets(st.sampled_from(["replicas", "x"]))))
)
def test_giving_up_takes_one_field_of_one_owner(held: list[tuple[str, set[str]]]) -> None:
    """Nobody else's ownership is touched, and no other field of ours."""
    entries = [entry(manager, *sorted(fields)) for manager, fields in held]
    left = without_replicas(entries, SCALER_FIELD_MANAGER)
    assert owners(left) == owners(entries) - {SCALER_FIELD_MANAGER}
    others = [each for each in entries if each["manager"] != SCALER_FIELD_MANAGER]
    assert [each for each in left if each["manager"] != SCALER_FIELD_MANAGER] == others
    assert without_replicas(left, SCALER_FIELD_MANAGER) == left

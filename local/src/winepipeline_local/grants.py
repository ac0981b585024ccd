"""Which privileges a loading role needs, and which it lacks. Pure.

Source: Snowflake's documentation of access control privileges (Snowflake calls the owner's right OWNERSHIP; it
includes all others on the object).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grant:
    """One privilege on one object, as SHOW GRANTS lists it; names in upper case, fully qualified."""

    privilege: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Objects:
    """The objects a pipeline uses, by name; `standing` are those that exist already."""

    warehouse: str
    database: str
    schema: str
    tables: Mapping[str, tuple[str, ...]]
    stage: str
    standing: frozenset[str]


TABLE_PRIVILEGES = {
    "target": ("SELECT", "INSERT"),
    "ledger": ("SELECT", "INSERT", "UPDATE"),
    "rejected": ("SELECT", "INSERT"),
}


def needed(objects: Objects) -> tuple[Grant, ...]:
    """The least a role must have: to use what stands and to create what does not."""
    if objects.database not in objects.standing:
        return (Grant("USAGE", "WAREHOUSE", objects.warehouse), Grant("CREATE DATABASE", "ACCOUNT", ""))
    wanted = [Grant("USAGE", "WAREHOUSE", objects.warehouse), Grant("USAGE", "DATABASE", objects.database)]
    if objects.schema not in objects.standing:
        return (*wanted, Grant("CREATE SCHEMA", "DATABASE", objects.database))
    wanted.append(Grant("USAGE", "SCHEMA", objects.schema))
    for table, privileges in objects.tables.items():
        if table in objects.standing:
            wanted += [Grant(privilege, "TABLE", table) for privilege in privileges]
    if not objects.standing.issuperset(objects.tables):
        wanted.append(Grant("CREATE TABLE", "SCHEMA", objects.schema))
    if objects.stage in objects.standing:
        wanted += [Grant("READ", "STAGE", objects.stage), Grant("WRITE", "STAGE", objects.stage)]
    else:
        wanted.append(Grant("CREATE STAGE", "SCHEMA", objects.schema))
    return tuple(wanted)


def lacking(wanted: Iterable[Grant], held: Iterable[Grant]) -> tuple[Grant, ...]:
    """What is wanted and neither held nor covered by ownership of the object."""
    have = set(held)
    return tuple(
        grant
        for grant in wanted
        if grant not in have
        and Grant("OWNERSHIP", grant.kind, grant.name) not in have
        and not (grant.kind == "ACCOUNT" and any(grant.privilege == each.privilege for each in have))
    )


def statement(grant: Grant, role: str) -> str:
    """The SQL by which an administrator gives it."""
    where = "ACCOUNT" if grant.kind == "ACCOUNT" else f"{grant.kind} {grant.name}"
    return f"GRANT {grant.privilege} ON {where} TO ROLE {role};"

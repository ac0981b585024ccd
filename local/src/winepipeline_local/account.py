"""A Snowflake account: can it be reached, and has the role what it needs? Changes nothing there."""

from collections.abc import Mapping

from winepipeline_local.checks import Check
from winepipeline_local.grants import TABLE_PRIVILEGES, Grant, Objects, lacking, needed, statement
from winepipeline_warehouse.errors import WarehouseError
from winepipeline_warehouse.names import Names
from winepipeline_warehouse.session import Row, Session
from winepipeline_warehouse.settings import WarehouseSettings

NAME, KIND, PRIVILEGE = 3, 2, 1  # columns of SHOW GRANTS TO ROLE
MOST_ROLES = 50


def account_checks(environment: Mapping[str, str]) -> tuple[Check, ...]:
    """The log-in, then the grants of the role that it led to.

    Raises:
        SettingsError: the variables will not do.
    """
    settings = WarehouseSettings.from_environment(environment)
    try:
        with Session(settings) as session:
            role = str(session.query("SELECT CURRENT_ROLE()")[0][0])
            reached = Check("account", ok=True, found=f"{settings.account} answers to {settings.user} in role {role}")
            return reached, _grants(session, settings, role)
    except WarehouseError as failure:
        found = f"{settings.account}: {failure.message} [{failure.reason}]"
        return (Check("account", ok=False, found=found, hint=failure.hint or "Check account, user and credentials."),)


def _grants(session: Session, settings: WarehouseSettings, role: str) -> Check:
    names = Names(settings.database.upper(), settings.schema_name.upper(), settings.table.upper())
    tables = {
        names.target: TABLE_PRIVILEGES["target"],
        names.ledger: TABLE_PRIVILEGES["ledger"],
        names.rejected: TABLE_PRIVILEGES["rejected"],
    }
    objects = Objects(
        warehouse=settings.warehouse.upper(),
        database=names.database,
        schema=names.schema,
        tables=tables,
        stage=names.stage,
        standing=_standing(session, names),
    )
    lacks = lacking(needed(objects), _held(session, role))
    if not lacks:
        return Check("grants", ok=True, found=f"the role {role} has every privilege that loading needs")
    found = ", ".join(f"{grant.privilege} on {grant.kind.lower()} {grant.name}".rstrip() for grant in lacks)
    hint = "An administrator runs:\n" + "\n".join(f"      {statement(grant, role)}" for grant in lacks)
    return Check("grants", ok=False, found=f"the role {role} lacks {found}", hint=hint)


def _standing(session: Session, names: Names) -> frozenset[str]:
    """Which of our objects exist, as far as this role sees them."""
    found: set[str] = set()
    shows = (
        (f"SHOW DATABASES LIKE '{names.database}'", ""),
        (f"SHOW SCHEMAS LIKE '{names.schema_name}' IN DATABASE {names.database}", f"{names.database}."),
        (f"SHOW TABLES LIKE '{names.table}%' IN SCHEMA {names.schema}", f"{names.schema}."),
        (f"SHOW STAGES LIKE '{names.table}%' IN SCHEMA {names.schema}", f"{names.schema}."),
    )
    for show, prefix in shows:
        try:
            found |= {f"{prefix}{row[1]}".upper() for row in session.query(show)}
        except WarehouseError:  # the container does not exist, or is not for this role
            break
    return frozenset(found)


def _held(session: Session, role: str) -> set[Grant]:
    """The role's grants and those of every role that it has been given."""
    grants: set[Grant] = set()
    pending, seen = [role], {role}
    while pending and len(seen) <= MOST_ROLES:
        rows: list[Row] = session.query(f'SHOW GRANTS TO ROLE "{pending.pop()}"')
        for row in rows:
            kind, name = str(row[KIND]).upper(), str(row[NAME])
            grants.add(Grant(str(row[PRIVILEGE]).upper(), kind, name.upper()))
            if kind == "ROLE" and name not in seen:
                seen.add(name)
                pending.append(name)
    return grants

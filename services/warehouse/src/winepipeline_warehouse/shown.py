"""Whether an object stands, as SHOW lists it."""

from winepipeline_warehouse.names import Names
from winepipeline_warehouse.session import Session


def stands(session: Session, show: str, name: str) -> bool:
    """Whether SHOW lists the object; LIKE takes `_` for any character, and the second column is the name."""
    return any(str(row[1]).upper() == name.upper() for row in session.query(show))


def table_stands(session: Session, names: Names, table: str) -> bool:
    """Whether one of the pipeline's tables stands, by its full name."""
    plain = table.rpartition(".")[2]
    return stands(session, f"SHOW TABLES LIKE '{plain}' IN SCHEMA {names.schema}", plain)

"""The names of everything that we keep in the warehouse."""

from dataclasses import dataclass

STAGING_TABLE = "STG_RAW_EVENTS_STREAM"
"""A table of an older way of loading; we only look whether something was left in it."""


@dataclass(frozen=True, slots=True)
class Names:
    """Fully qualified names, as they stand in a statement.

    Attributes:
        database: the database.
        schema_name: the schema in it.
        table: the target's own name; the others are made from it.
    """

    database: str
    schema_name: str
    table: str

    @property
    def schema(self) -> str:
        """`DATABASE.SCHEMA`."""
        return f"{self.database}.{self.schema_name}"

    @property
    def target(self) -> str:
        """Where events land."""
        return f"{self.schema}.{self.table}"

    @property
    def ledger(self) -> str:
        """How far each partition is loaded."""
        return f"{self.target}_LEDGER"

    @property
    def rejected(self) -> str:
        """The events that were turned away."""
        return f"{self.target}_REJECTED"

    @property
    def replayed(self) -> str:
        """The rejects that a rewind removed after their events had been sent again; made when there is the first."""
        return f"{self.target}_REPLAYED"

    @property
    def customers(self) -> str:
        """The customers of a loaded history."""
        return f"{self.target}_CUSTOMERS"

    @property
    def products(self) -> str:
        """The products of a loaded history."""
        return f"{self.target}_PRODUCTS"

    @property
    def stage(self) -> str:
        """Where files wait for COPY."""
        return f"{self.target}_STAGE"

    @property
    def staging_table(self) -> str:
        """See `STAGING_TABLE`."""
        return f"{self.schema}.{STAGING_TABLE}"

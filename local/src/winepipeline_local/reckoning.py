"""What a run came to: the sums before it and after it, from the topic and the warehouse."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from winepipeline_local.kafka import Cluster
from winepipeline_local.order import Order
from winepipeline_local.parts import Parts
from winepipeline_local.snapshot import LandedRow
from winepipeline_local.state import State
from winepipeline_local.summary import Summary
from winepipeline_local.totals import Totals, totals, with_ends
from winepipeline_operator.reading import Reading

if TYPE_CHECKING:
    from winepipeline_local.warehouse import Warehouse

ROWS = 5


class Reckoning:
    """`begin` once the topic is there, `finish` when the services have stopped and broker and warehouse still run."""

    def __init__(self, order: Order, state: State, parts: Parts) -> None:
        self._order = order
        self._state = state
        self._parts = parts
        self._before = Totals()
        self._warehouse: Warehouse | None = None

    @property
    def table(self) -> str:
        """The table's full name."""
        snowflake = self._order.pipeline.spec.warehouse.snowflake
        if snowflake is None:
            return "WINE_SALES_DB.RAW_DATA.RAW_EVENTS_STREAM"
        return f"{snowflake.database}.{snowflake.schema_name}.{snowflake.table}"

    @property
    def warehouse(self) -> "Warehouse":
        """For questions to the tables; loads the connector at its first use."""
        if self._warehouse is None:
            from winepipeline_local.warehouse import Warehouse  # noqa: PLC0415 - takes longer than all the rest

            self._warehouse = Warehouse(self._parts.warehouse_environment)
        return self._warehouse

    def last_rows(self, limit: int) -> tuple[LandedRow, ...]:
        """The rows that landed last; for another thread, too."""
        return self.warehouse.last_rows(limit)

    def begin(self, cluster: Cluster) -> None:
        """Note what the state holds before this run adds to it."""
        topic = self._order.pipeline.spec.topic.name
        reach = cluster.reach(topic)
        noted = self._state.noted().get("totals", {})
        if not any(reach.ends.values()):
            self._before = Totals()
        elif noted.get("topic_id") == reach.topic_id and self._parts.broker and self._parts.emulator:
            self._before = Totals(**noted["counts"])
        else:
            self._before = totals(with_ends(self.warehouse.ledger(topic), reach), reach)

    def finish(
        self, cluster: Cluster, reading: Reading, seconds: float, first_row: float | None, restarts: int
    ) -> Summary:
        """The audit and the sums.

        Args:
            cluster: the broker.
            reading: what the services counted.
            seconds: how long everything was up.
            first_row: seconds from the command to the first row; None when none landed.
            restarts: how often a service was started again.

        Raises:
            BrokerError, WarehouseError: they do not answer.
        """
        topic = self._order.pipeline.spec.topic.name
        counted = self.warehouse.audit(topic)
        reach = cluster.reach(topic)
        audit = with_ends(counted, reach)
        sums = totals(audit, reach)
        self._state.note({"totals": {"topic_id": reach.topic_id, "counts": asdict(sums)}})
        return Summary(
            pipeline=self._order.pipeline.metadata.name,
            totals=sums,
            session=sums.since(self._before),
            session_seconds=seconds,
            seconds_to_first_row=first_row,
            freshness_p50_seconds=reading.freshness.quantile(0.5),
            freshness_p99_seconds=reading.freshness.quantile(0.99),
            audit_holds=audit.holds,
            rejected_by_reason=reading.rejected,
            rows=self.warehouse.last_rows(ROWS),
            letters=self.warehouse.last_letters(ROWS),
            restarts=restarts,
            state=str(self._state.folder),
            next_commands=(
                (self._order.flags.again("up"), "goes on from here: same topic, table and ledger"),
                (self._order.flags.again("audit"), "counts again, partition by partition"),
                (f"{self._order.flags.again('up')} --fresh", "forgets this state and starts anew"),
                (f"ls {self._state.folder}/logs", "what each process said"),
            ),
        )

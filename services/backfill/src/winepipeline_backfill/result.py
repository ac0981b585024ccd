"""What a backfill came to: both sides counted, and compared. Pure."""

from dataclasses import dataclass
from typing import Any

from winepipeline_backfill.errors import Disagreement
from winepipeline_backfill.reading import Sums
from winepipeline_warehouse.history import HistorySums


@dataclass(frozen=True, slots=True)
class Result:
    """What a backfill came to.

    Attributes:
        name: the history's.
        identity: which history it is.
        source: what SQLite's side adds up to.
        found: what the warehouse's side adds up to.
        loaded: events in the table.
        rejected: events that were turned away, with their reasons in the table of rejects.
        added: rows that this run loaded, 0 when all were there.
        seconds: how long this run took.
    """

    name: str
    identity: str
    source: Sums
    found: HistorySums
    loaded: int
    rejected: int
    added: int
    seconds: float

    @property
    def words(self) -> str:
        """In a sentence."""
        source = self.source
        turned_away = f", {self.rejected:,} events were turned away" if self.rejected else ""
        return (
            f"{source.orders:,} orders ({source.order_lines:,} lines, {source.total_cents / 100:,.2f} EUR) and "
            f"{source.movements:,} movements are in the table{turned_away}; both sides add up to the same"
        )

    def as_json(self) -> dict[str, Any]:
        """One flat object."""
        return {
            "history": self.name,
            "identity": self.identity,
            **self.source._asdict(),
            "loaded": self.loaded,
            "rejected": self.rejected,
            "added": self.added,
            "seconds": round(self.seconds, 3),
        }


def compare(source: Sums, found: HistorySums, rejected: int) -> None:
    """Do both sides add up to the same, and does nothing stand twice?

    What was turned away is missing in the table's sums, so that with rejects only the counts can be compared.

    Raises:
        Disagreement: with every number that differs.
    """
    counted = found.order_lines + found.movements + rejected
    pairs = [
        ("events", source.order_lines + source.movements, counted),
        ("customers", source.customers, found.customers),
        ("products", source.products, found.products),
        ("order lines that stand twice", 0, found.order_lines - found.order_line_keys),
        ("movements that stand twice", 0, found.movements - found.movement_keys),
        ("customers that stand twice", 0, found.customers - found.customer_keys),
        ("products that stand twice", 0, found.products - found.product_keys),
    ]
    if not rejected:
        pairs += [
            ("bottles sold", source.bottles_sold, found.bottles_sold),
            ("cents", source.total_cents, found.total_cents),
            ("bottles moved", source.bottles_moved, found.bottles_moved),
        ]
    wrong = [
        f"{what}: {ours:,} in SQLite, {theirs:,} in the warehouse" for what, ours, theirs in pairs if ours != theirs
    ]
    if wrong:
        raise Disagreement(
            "both sides were counted and differ: " + "; ".join(wrong),
            "somebody has changed the tables or the database; `winepipeline audit` shows which keys are concerned",
        )

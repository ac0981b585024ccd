"""Which history it is to be: what is asked for, in step with what was begun. Pure."""

import datetime as dt
from collections.abc import Iterable

from winepipeline_backfill.errors import HistoryDiffers
from winepipeline_backfill.recipe import Recipe, recipe_of
from winepipeline_backfill.settings import BackfillSettings

_ANOTHER = (
    "ask for the one that is there, or load another beside it under a name of its own (BACKFILL_NAME, --name); "
    "docs/how-to/backfill.md says how a history is removed"
)


def settled(settings: BackfillSettings, in_ledger: Iterable[str], in_file: str | None, today: dt.date) -> Recipe:
    """The recipe to make, or to go on with.

    Without BACKFILL_UNTIL a history ends yesterday; but one that was begun keeps the end it had, so that it can be
    made once more, the same, after the file is lost.

    Args:
        settings: what is asked for.
        in_ledger: identities that the ledger has under the history's name.
        in_file: the identity of what stands in BACKFILL_SQLITE; None when there is no file.
        today: by the clock.

    Raises:
        HistoryDiffers: the ledger or the file has another history.
    """
    asked = Recipe(
        days=settings.days,
        orders_per_day=settings.orders_per_day,
        seed=settings.seed,
        last_day=settings.until or today - dt.timedelta(days=1),
        product_ids=settings.product_id_range,
        customer_ids=settings.customer_id_range,
    )
    recipe = asked
    for identity in sorted(in_ledger):
        recipe = _begun(identity, asked, settings)
        if recipe.identity != identity:
            raise differs(settings.name, identity, asked.identity)
    if in_file is not None:
        if not in_ledger:
            recipe = _begun(in_file, asked, settings)
        if recipe.identity != in_file:
            raise HistoryDiffers(
                f"{settings.sqlite} holds the history {in_file}, wanted is {recipe.identity}",
                "name another file (BACKFILL_SQLITE, --sqlite) or remove this one",
            )
    return recipe


def differs(name: str, there: str, wanted: str) -> HistoryDiffers:
    """The ledger has another history under this name."""
    return HistoryDiffers(
        f"under the name {name} the history {there} is loaded, or has been begun; wanted is {wanted}", _ANOTHER
    )


def _begun(identity: str, asked: Recipe, settings: BackfillSettings) -> Recipe:
    """What is asked for, with the end of the one that was begun, unless an end is asked for."""
    begun = recipe_of(identity)
    return asked if begun is None or settings.until is not None else asked.ending(begun.last_day)

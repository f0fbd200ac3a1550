"""What a notice is worth in the country of a node. The table is the operator's; this only reads it.

No country is obliged to arrest on a notice. A notice for which the table has no line gets no invented effect: the
answer says that none is configured, and whom to ask.
"""

from __future__ import annotations

from datetime import date

from rednotice.model.effect import Effect, EffectKind, EffectTable
from rednotice.model.notice import Notice
from rednotice.model.request import Colour


def effect_of(table: EffectTable, notice: Notice, on: date) -> Effect:
    """The line of the table that holds for a notice, or one that says that none does."""
    national = notice.person is not None and table.country in notice.person.nationalities
    for line in table.effects:
        if (
            line.colour is notice.colour
            and (not line.requested_by or notice.bureau in line.requested_by)
            and (line.own_nationals is None or line.own_nationals is national)
        ):
            return line
    return not_configured(table, notice.colour, on)


def not_configured(table: EffectTable, colour: Colour, on: date) -> Effect:
    """The answer where a table is silent."""
    return Effect(
        colour=colour,
        effect=EffectKind.NOT_CONFIGURED,
        says=f"Nothing is configured for this in {table.country}. Do not act on it alone; ask {table.ask}.",
        source="no line in the table of this node",
        as_of=on,
    )

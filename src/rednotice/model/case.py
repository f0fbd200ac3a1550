"""What follows a hit, to its end; and the table of moves a case may make."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from rednotice.model.values import BureauCode, Line, Noun, Text


class CaseState(StrEnum):
    """Where a case stands."""

    LOCATED = "located"
    PROVISIONALLY_ARRESTED = "provisionally arrested"
    EXTRADITED = "extradited"
    RELEASED = "released"
    CLOSED = "closed"


class Side(StrEnum):
    """Which bureau of a case may make a move (RPD 87)."""

    LOCATING = "locating bureau"
    REQUESTING = "requesting bureau"


MOVES: dict[tuple[CaseState, CaseState], frozenset[Side]] = {
    (CaseState.LOCATED, CaseState.PROVISIONALLY_ARRESTED): frozenset({Side.LOCATING}),
    (CaseState.LOCATED, CaseState.CLOSED): frozenset({Side.LOCATING, Side.REQUESTING}),
    # It recalls the notice everywhere, so it is the move of the bureau that asked for the notice and has the person.
    (CaseState.PROVISIONALLY_ARRESTED, CaseState.EXTRADITED): frozenset({Side.REQUESTING}),
    (CaseState.PROVISIONALLY_ARRESTED, CaseState.RELEASED): frozenset({Side.LOCATING}),
    (CaseState.RELEASED, CaseState.PROVISIONALLY_ARRESTED): frozenset({Side.LOCATING}),
    (CaseState.RELEASED, CaseState.CLOSED): frozenset({Side.LOCATING, Side.REQUESTING}),
}
"""From and to, and whose move it is. What is not here cannot happen."""


class Move(Noun):
    """One step of a case."""

    to: CaseState
    by: Line
    bureau: BureauCode
    at: datetime
    remark: Text | None = None


class Case(Noun):
    """A case: the hit that opened it, the two bureaus, and every move since."""

    number: Line
    control_number: Line
    requesting: BureauCode | None
    locating: BureauCode
    hit: Line
    moves: tuple[Move, ...]

    @property
    def state(self) -> CaseState:
        """Where the case stands now."""
        return self.moves[-1].to

    def sides(self, bureau: str) -> frozenset[Side]:
        """The sides on which a bureau stands in this case."""
        named = {Side.LOCATING: self.locating, Side.REQUESTING: self.requesting}
        return frozenset(side for side, code in named.items() if code == bureau)

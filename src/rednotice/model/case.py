"""What follows a hit, to its end: the table of moves a case may make, and who owes what until when."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from rednotice.model.values import BureauCode, Line, Noun, Text


class CaseState(StrEnum):
    """Where a case stands."""

    LOCATED = "located"
    PROVISIONALLY_ARRESTED = "provisionally arrested"
    EXTRADITED = "extradited"
    RELEASED = "released"
    CLOSED = "closed"


class Side(StrEnum):
    """Who may make a move in a case, or owes something in it (RPD 87)."""

    LOCATING = "locating bureau"
    REQUESTING = "requesting bureau"
    OFFICE = "office"


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


class DutyKind(StrEnum):
    """What is owed after a location (RPD 87); `rules.duties` says until when."""

    TELL = "tell at once"
    MEASURES = "take measures"
    ANSWER = "answer the hit"
    IDENTITY = "confirm identity"
    WANTED = "say whether still wanted"
    DOCUMENTS = "send the documents"
    CANCEL = "cancel the notice"


class Duty(Noun):
    """One thing that is owed in a case: by whom, until when, and what became of it."""

    kind: DutyKind
    owed_by: Side
    due: datetime
    done: datetime | None = None
    by: Line | None = Field(None, description="Who said that it is done")
    remark: Text | None = None
    reminded: datetime | None = Field(None, description="When whoever owes it was reminded, the limit being past")
    lapsed: datetime | None = Field(None, description="When the second limit passed with nothing done")

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.done is None


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
    urgent: bool = False
    duties: tuple[Duty, ...] = ()

    @property
    def state(self) -> CaseState:
        """Where the case stands now."""
        return self.moves[-1].to

    @property
    def is_ended(self) -> bool:
        """Whether nothing more happens in it."""
        return self.state in (CaseState.EXTRADITED, CaseState.CLOSED)

    @property
    def neglected(self) -> tuple[Duty, ...]:
        """What the requesting bureau owes and did not do, its second limit being past: a ground for recall (81(3))."""
        return tuple(duty for duty in self.duties if duty.is_open and duty.lapsed and duty.owed_by is Side.REQUESTING)

    def duty(self, kind: DutyKind) -> Duty | None:
        """A duty of a kind, if this case has it."""
        return next((duty for duty in self.duties if duty.kind is kind), None)

    def with_duty(self, changed: Duty) -> Case:
        """The case with a duty in place of the one of its kind, or besides the others."""
        kinds = [duty.kind for duty in self.duties]
        if changed.kind not in kinds:
            return self.model_copy(update={"duties": (*self.duties, changed)})
        duties = tuple(changed if duty.kind is changed.kind else duty for duty in self.duties)
        return self.model_copy(update={"duties": duties})

    def sides(self, bureau: str) -> frozenset[Side]:
        """The sides on which a bureau stands in this case."""
        named = {Side.LOCATING: self.locating, Side.REQUESTING: self.requesting}
        return frozenset(side for side, code in named.items() if code == bureau)

"""A request as the office holds it: what was filed and amended, what the rules found, what was asked and decided.

MOVES says how a request may move from one state to another, and who moves it.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from pydantic import Field

from rednotice.model.decision import Decision, Outcome
from rednotice.model.finding import EarlierCase, Examination, Position, Stance
from rednotice.model.request import Request
from rednotice.model.values import BureauCode, Line, Noun, Text


class FilingState(StrEnum):
    """Where a request stands."""

    DRAFT = "draft"
    FILED = "filed"
    INCOMPLETE = "incomplete"
    IN_REVIEW = "in review"
    REFUSED = "refused"
    GRANTED = "granted"
    GRANTED_IN_PART = "granted in part"
    WITHDRAWN = "withdrawn"


class Party(StrEnum):
    """Who moves a request."""

    BUREAU = "requesting bureau"
    REVIEWER = "reviewer"
    CLOCK = "end of a time limit"


MOVES: dict[tuple[FilingState, FilingState], frozenset[Party]] = {
    (FilingState.DRAFT, FilingState.FILED): frozenset({Party.BUREAU}),
    (FilingState.DRAFT, FilingState.WITHDRAWN): frozenset({Party.BUREAU}),
    # Taken up: assigned, or signed for the first time.
    (FilingState.FILED, FilingState.IN_REVIEW): frozenset({Party.REVIEWER}),
    (FilingState.FILED, FilingState.INCOMPLETE): frozenset({Party.REVIEWER}),
    (FilingState.FILED, FilingState.WITHDRAWN): frozenset({Party.BUREAU}),
    (FilingState.IN_REVIEW, FilingState.INCOMPLETE): frozenset({Party.REVIEWER}),
    (FilingState.IN_REVIEW, FilingState.REFUSED): frozenset({Party.REVIEWER}),
    (FilingState.IN_REVIEW, FilingState.GRANTED): frozenset({Party.REVIEWER}),
    (FilingState.IN_REVIEW, FilingState.GRANTED_IN_PART): frozenset({Party.REVIEWER}),
    (FilingState.IN_REVIEW, FilingState.WITHDRAWN): frozenset({Party.BUREAU}),
    # The bureau answers, or the time for it ends.
    (FilingState.INCOMPLETE, FilingState.IN_REVIEW): frozenset({Party.BUREAU, Party.CLOCK}),
    (FilingState.INCOMPLETE, FilingState.WITHDRAWN): frozenset({Party.BUREAU}),
}
"""From and to, and whose move it is. What is not here cannot happen."""

OPEN = frozenset({FilingState.FILED, FilingState.INCOMPLETE, FilingState.IN_REVIEW})
"""Filed, and not decided: it can be amended, asked about, withdrawn."""


class Amendment(Noun):
    """A change that the bureau made to its request while it was not decided (RPD 80)."""

    at: datetime
    by: Line
    changed: tuple[str, ...] = Field(description="The fields that changed, by path")


class Answer(Noun):
    """What the bureau says to a question."""

    text: Text
    by: Line
    at: datetime


class Question(Noun):
    """What the office asks the bureau, and until when an answer is awaited (RPD 78)."""

    number: int
    text: Text
    asked_by: Line
    asked_at: datetime
    due: datetime
    answer: Answer | None = None
    lapsed: bool = Field(False, description="The time ended without an answer")

    @property
    def is_open(self) -> bool:
        """Whether an answer is awaited."""
        return self.answer is None and not self.lapsed


class Opinion(Noun):
    """What another bureau thinks of a request, asked or of its own accord (RPD 34(3)(d))."""

    bureau: BureauCode
    question: Text | None = None
    asked_by: Line | None = Field(None, description="None if the bureau spoke of its own accord")
    asked_at: datetime | None = None
    due: datetime | None = None
    protest: bool = Field(
        False, description="The bureau was told of a prosecution of its nationals, and may protest (AG-2010-RES-10)"
    )
    stance: Stance | None = None
    because: Text | None = None
    given_by: Line | None = None
    given_at: datetime | None = None
    lapsed: bool = Field(False, description="The time ended without a position")

    def is_awaited(self, at: datetime) -> bool:
        """Whether the bureau may still answer in time."""
        return self.stance is None and self.due is not None and self.due > at


class Filing(Noun):
    """A filed request with its number at the office; a draft has a number of its own."""

    number: Line
    request: Request
    filed_by: Line
    filed_at: datetime
    state: FilingState = FilingState.FILED
    examination: Examination
    earlier: tuple[EarlierCase, ...] = ()
    assigned: Line | None = Field(None, description="The reviewer who sees to it")
    amendments: tuple[Amendment, ...] = ()
    questions: tuple[Question, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    decisions: tuple[Decision, ...] = ()
    notices: tuple[Line, ...] = ()
    withdrawn_because: Text | None = None

    @property
    def examined_on(self) -> date:
        """The day whose law it is put to: when it was filed, or last amended."""
        return (self.amendments[-1].at if self.amendments else self.filed_at).date()

    @property
    def positions(self) -> tuple[Position, ...]:
        """The positions that other bureaus took, for the rules; who may protest and does not in time, takes none."""
        said = [
            (one, one.stance or (Stance.NO_POSITION if one.protest and one.lapsed else None)) for one in self.opinions
        ]
        return tuple(Position(bureau=one.bureau, stance=stance, because=one.because) for one, stance in said if stance)

    @property
    def in_effect(self) -> tuple[Decision, ...]:
        """The decisions that two persons signed."""
        return tuple(decision for decision in self.decisions if decision.in_effect)

    @property
    def undecided(self) -> tuple[int, ...]:
        """The places of the persons on whom nothing is decided yet."""
        persons = range(len(self.request.persons))
        return tuple(n for n in persons if not any(decision.covers(n) for decision in self.in_effect))

    def refused_persons(self) -> tuple[int, ...]:
        """The places of the persons who were refused."""
        refusals = [decision for decision in self.in_effect if decision.outcome is Outcome.REFUSE]
        return tuple(n for n in range(len(self.request.persons)) if any(decision.covers(n) for decision in refusals))

    def opinion_of(self, bureau: str) -> Opinion | None:
        """What is asked of, or said by, a bureau."""
        return next((one for one in self.opinions if one.bureau == bureau), None)

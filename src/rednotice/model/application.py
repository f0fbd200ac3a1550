"""An application of a person concerned to the commission, and the table of moves it may make (CCF 29-42)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictBool, model_validator

from rednotice.model.decision import Signature
from rednotice.model.faults import parse
from rednotice.model.person import Person
from rednotice.model.request import Language
from rednotice.model.task import TaskKind
from rednotice.model.values import BureauCode, Line, Noun, Text, fault

SERIES = "AP"
"""What the numbers of applications begin with."""
APPLICANT = "applicant"
"""The side of the person concerned, where the other side is a bureau's code."""
WITHHELD = "[withheld]"
"""What stands in place of a passage that is confidential towards the bureau."""


class ApplicationKind(StrEnum):
    """What a person may ask of the commission (CCF 29)."""

    ACCESS = "access"
    CORRECTION = "correction"
    DELETION = "deletion"


class Representative(Noun):
    """Who acts for the applicant, and on what power of attorney (CCF 30)."""

    name: Line
    power_of_attorney: Line = Field(description="Its date and where it lies, or its reference")


class Application(Noun):
    """What a person concerned asks, in writing and in an official language (CCF 29-30)."""

    kind: ApplicationKind
    person: Person = Field(description="The applicant, as he or she gives it")
    representative: Representative | None = None
    language: Language = Language.ENGLISH
    reply_to: Line = Field(description="Where the commission answers")
    asks: Text = Field(description="What is asked, and why")
    confidential: Annotated[tuple[Text, ...], Field(max_length=100)] = Field(
        (), description="Passages of what is asked that may not be passed on to a bureau, word for word (CCF 35)"
    )

    @model_validator(mode="after")
    def _can_be_examined(self) -> Application:
        if not self.person.is_named:
            raise fault("names no applicant", "Give a name of the person concerned")
        for passage in self.confidential:
            if passage not in self.asks:
                raise fault(
                    "marks a passage as confidential that does not stand in 'asks'",
                    "Copy the passage from 'asks' word for word",
                )
        return self

    @property
    def for_the_bureau(self) -> str:
        """What is asked, as a bureau may read it."""
        text = self.asks
        # The longest first: one passage may be a part of another.
        for passage in sorted(self.confidential, key=len, reverse=True):
            text = text.replace(passage, WITHHELD)
        return text

    def repeats_what_is_confidential(self, text: str) -> bool:
        """Whether a text holds a passage that the applicant marked, in whatever case and spacing."""
        return any(_plain(passage) in _plain(text) for passage in self.confidential)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def read_application(document: object) -> Application:
    """Turns a document into an application.

    Raises:
        InvalidInput: with every fault of its form.
    """
    return parse(Application, document, "application")


# --- Where an application stands ----------------------------------------------------------------------------


class ApplicationState(StrEnum):
    """Where an application stands."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    ADMISSIBLE = "admissible"
    NOT_ADMISSIBLE = "not admissible"
    IN_EXCHANGE = "in exchange"
    DECIDED = "decided"
    EXECUTED = "executed"


_S = ApplicationState
MOVES: dict[tuple[ApplicationState, ApplicationState], str] = {
    (_S.RECEIVED, _S.ACKNOWLEDGED): "CCF 31",
    (_S.ACKNOWLEDGED, _S.ADMISSIBLE): "CCF 32",
    (_S.ACKNOWLEDGED, _S.NOT_ADMISSIBLE): "CCF 32",
    (_S.ADMISSIBLE, _S.IN_EXCHANGE): "CCF 34",
    (_S.ADMISSIBLE, _S.DECIDED): "CCF 38",  # where there is nobody to hear
    (_S.IN_EXCHANGE, _S.DECIDED): "CCF 38",
    (_S.DECIDED, _S.EXECUTED): "CCF 41",
    (_S.EXECUTED, _S.IN_EXCHANGE): "CCF 42",  # a revision
}
"""From and to, and the article. What is not here cannot happen."""

LIMITS: dict[ApplicationState, TaskKind] = {
    _S.RECEIVED: TaskKind.ACKNOWLEDGEMENT_DUE,
    _S.ACKNOWLEDGED: TaskKind.ADMISSIBILITY_DUE,
    _S.ADMISSIBLE: TaskKind.DECISION_DUE,
    _S.IN_EXCHANGE: TaskKind.DECISION_DUE,
    _S.DECIDED: TaskKind.EXECUTION_DUE,
}
"""What an application waits for in a state, and what falls due if it does not come."""


class Outcome(StrEnum):
    """What the commission decides."""

    NO_DATA = "no data"
    ACCESS_GIVEN = "access given"
    ACCESS_REFUSED = "access refused"
    COMPLIANT = "compliant"
    UPDATE = "compliant with update"  # a caveat is added
    NOT_COMPLIANT = "not compliant"  # deleted


_ON_DATA = frozenset({Outcome.NO_DATA, Outcome.COMPLIANT, Outcome.UPDATE, Outcome.NOT_COMPLIANT})
OUTCOMES: dict[ApplicationKind, frozenset[Outcome]] = {
    ApplicationKind.ACCESS: frozenset({Outcome.NO_DATA, Outcome.ACCESS_GIVEN, Outcome.ACCESS_REFUSED}),
    ApplicationKind.CORRECTION: _ON_DATA,
    ApplicationKind.DELETION: _ON_DATA,
}
"""What may come of an application of a kind."""


class Practice(StrEnum):
    """What was in dispute: the tags of published excerpts."""

    POLITICAL = "political character"
    DUE_PROCESS = "due process"
    DESCRIPTION = "description of criminal activities"
    SERIOUSNESS = "seriousness"
    PRIVATE_MATTER = "private matter"
    CHEQUES = "cheques without cover"
    IN_ABSENTIA = "trial in absentia"
    NO_EXTRADITION = "lack of action for extradition"
    TRANSFER = "transfer of proceedings"
    REFUGEE = "refugee status"
    NE_BIS_IN_IDEM = "ne bis in idem"


class Found(Noun):
    """Data that may be about the applicant: a likeness, which the commission examines (CCF 33)."""

    subject: Line = Field(description="A notice or a request")
    bureau: BureauCode | None
    stands: Line = Field(description="In force, recalled, refused, ...")
    name: str
    score: float
    in_words: str


class Concern(Noun):
    """A notice or request that the commission took the application to be about, and whose data it is."""

    subject: Line
    bureau: BureauCode | None


class Step(Noun):
    """One move of an application."""

    to: ApplicationState
    by: Line
    at: datetime
    reasons: Text | None = None


class Statement(Noun):
    """What was asked of one side, or said by it (CCF 34-35)."""

    side: Line = Field(description="The applicant, or the code of a bureau")
    asked: StrictBool = Field(description="Asked by the commission; else said by the side")
    text: Text
    at: datetime
    by: Line
    restricted: Text | None = Field(None, description="Why this may not be disclosed to the other side")


class MeasureKind(StrEnum):
    """A provisional measure (CCF 37)."""

    SUSPEND = "suspend"
    CAVEAT = "caveat"
    LIFT = "lift"  # of a suspension


class Measure(Noun):
    """A provisional measure on a notice, until the decision."""

    kind: MeasureKind
    subject: Line
    text: Line | None
    at: datetime
    by: Line


class Proposal(Noun):
    """What a commissioner would have the commission decide; whoever signs second need not say it all again."""

    outcome: Outcome
    reasons: Text | None = None
    tags: tuple[Practice, ...] = ()
    caveat: Text | None = Field(None, description="What is added to the notices (compliant with update)")
    disclosed: Text | None = Field(None, description="What the applicant is told is held (access given)")
    withheld: Text | None = Field(None, description="What is not disclosed, and why (CCF 35)")


class Ruling(Proposal):
    """A decision of the commission: written, reasoned, signed by two, binding (CCF 38-39)."""

    signatures: tuple[Signature, ...]

    @property
    def in_effect(self) -> bool:
        """Whether two persons have signed."""
        return len({signature.officer for signature in self.signatures}) >= 2


class Executed(Noun):
    """What the office did on a decision: the event that every bureau's node answers for (CCF 41)."""

    subject: Line
    event: int


class Extension(Noun):
    """More time for the decision, in exceptional circumstances (CCF 40)."""

    reasons: Text
    by: Line
    at: datetime


class Revision(Noun):
    """New facts for which a decision is examined again (CCF 42)."""

    facts: Text
    learned_on: date
    at: datetime
    by: Line


class ApplicationFile(Noun):
    """An application as the commission holds it. Nobody else reads it (CCF 35)."""

    number: Line
    application: Application
    received_at: datetime
    found: tuple[Found, ...] = ()
    concerns: tuple[Concern, ...] = ()
    steps: tuple[Step, ...]
    due: datetime | None = Field(None, description="Until when the next step is to be taken")
    extension: Extension | None = None
    reminded: tuple[datetime, ...] = ()
    measures: tuple[Measure, ...] = ()
    exchange: tuple[Statement, ...] = ()
    rulings: tuple[Ruling, ...] = Field((), description="The last one counts, once it bears two signatures")
    executed: tuple[Executed, ...] = ()
    revisions: tuple[Revision, ...] = ()

    @property
    def state(self) -> ApplicationState:
        """Where it stands now."""
        return self.steps[-1].to

    @property
    def bureaus(self) -> tuple[str, ...]:
        """The bureaus whose data it is about."""
        return tuple(dict.fromkeys(concern.bureau for concern in self.concerns if concern.bureau))

    @property
    def ruling(self) -> Ruling | None:
        """The decision in effect, if there is one since the last revision."""
        last = self.rulings[-1] if self.rulings else None
        decided = self.state in (ApplicationState.DECIDED, ApplicationState.EXECUTED)
        return last if decided and last and last.in_effect else None

    @property
    def proposed(self) -> Ruling | None:
        """The decision that waits for its second signature."""
        last = self.rulings[-1] if self.rulings else None
        return last if last and not last.in_effect else None

    @property
    def exchange_now(self) -> tuple[Statement, ...]:
        """What was asked and said since the last revision began."""
        begun = self.revisions[-1].at if self.revisions else self.received_at
        return tuple(statement for statement in self.exchange if statement.at >= begun)

    def asked_of(self, side: str) -> Statement | None:
        """The last thing that a side was asked, since it last spoke; None if nothing is open."""
        spoken = [statement for statement in self.exchange_now if statement.side == side]
        return spoken[-1] if spoken and spoken[-1].asked else None

    def was_heard(self, side: str) -> bool:
        """Whether a side was asked, or spoke."""
        return any(statement.side == side for statement in self.exchange_now)


def is_confidential(subject: str) -> bool:
    """Whether an event is about an application; then its content is for the commission alone (CCF 35)."""
    return subject.startswith(f"{SERIES}-")

"""A question about a person, and its ranked answers with their reasons."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints, computed_field, model_validator

from rednotice.model.effect import Effect
from rednotice.model.notice import Listing, Notice
from rednotice.model.person import Sex
from rednotice.model.values import BirthDate, CountryCode, Line, Noun, fault


class Query(Noun):
    """What an officer asks: a name heard, read or scanned, and what else is known."""

    name: Line | None = None
    born: BirthDate | None = Field(None, description="Date of birth, as far as known; Hijri and Persian years too")
    sex: Sex | None = None
    nationality: CountryCode | None = None
    birthplace: Line | None = Field(None, description="Place or country of birth")
    father: Line | None = Field(None, description="The father's name")
    mother: Line | None = Field(None, description="The mother's name")
    document: Line | None = Field(None, description="Number of an identity document")
    check_digit: Annotated[str, StringConstraints(pattern="^[0-9<]$")] | None = Field(
        None,
        description="The digit printed behind the number, where the number as read does not fit it; < if unreadable",
    )
    mrz: Annotated[str, Field(max_length=200)] | None = Field(None, description="Machine-readable zone, as scanned")

    @model_validator(mode="after")
    def _asks_something(self) -> Query:
        if not (self.name or self.document or self.mrz):
            raise fault("asks about nobody", "Give a name, a document number or a machine-readable zone")
        return self


class Listed(Noun):
    """A person as the index holds one: what can be compared, and an id to find the rest by."""

    id: Line
    names: tuple[str, ...]
    born: tuple[BirthDate, ...] = ()
    sex: Sex | None = None
    nationalities: tuple[CountryCode, ...] = ()
    documents: tuple[str, ...] = ()
    birthplace: str | None = None
    father: str | None = None
    mother: str | None = None


class Meeting(StrEnum):
    """How a part of the name asked met a part of the name listed."""

    SAME = "same"
    SPELLING = "spelling"
    FORM = "another form of the name"
    TRANSLITERATED = "transliterated"
    INITIAL = "initial"
    PARTICLE = "particle"
    JOINED = "joined"
    UNMATCHED = "not found in the listed name"
    EXTRA = "listed, but not asked"


class Part(Noun):
    """One part of an explanation: what was asked, what it met, how, and how near the two are (0 to 1)."""

    asked: str | None
    listed: str | None
    how: Meeting
    nearness: float
    script: str | None = None
    """From which script one of the two is transliterated."""
    moved: bool = False
    """Whether it stands in another order to some other part that met."""


class Agreement(StrEnum):
    """What a datum besides the name says about a match."""

    AGREES = "agrees"
    CONTRADICTS = "contradicts"
    UNKNOWN = "unknown"


class Evidence(Noun):
    """A datum besides the name: which, what was asked and listed, and whether they agree."""

    datum: str
    asked: str | None
    listed: str | None
    verdict: Agreement
    says: str


class Match(Noun):
    """One ranked answer: whom, how surely, and why."""

    # What is told in words beside the evidence follows from it, and is passed over when a match is read back.
    model_config = ConfigDict(extra="ignore")

    id: Line
    score: Annotated[float, Field(ge=0, le=1)]
    name: str
    met_name: str = Field(description="The listed name that met best; the name itself if none was compared")
    means: str = Field(description="What the score means, in a sentence")
    in_words: str
    parts: tuple[Part, ...] = ()
    other_order: bool = False
    evidence: tuple[Evidence, ...] = ()

    def said(self, verdict: Agreement) -> tuple[Evidence, ...]:
        """What, besides the name, gave this verdict."""
        return tuple(one for one in self.evidence if one.verdict is verdict)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def agreements(self) -> tuple[str, ...]:
        """What agrees, in words."""
        return tuple(one.says for one in self.said(Agreement.AGREES))

    @computed_field  # type: ignore[prop-decorator]
    @property
    def contradictions(self) -> tuple[str, ...]:
        """What contradicts, in words."""
        return tuple(one.says for one in self.said(Agreement.CONTRADICTS))

    @computed_field  # type: ignore[prop-decorator]
    @property
    def unknowns(self) -> tuple[str, ...]:
        """What says neither, in words."""
        return tuple(one.says for one in self.said(Agreement.UNKNOWN))


class Answer(Noun):
    """All that an index says to a query: matches, best first; none means nobody near enough."""

    query: Query
    matches: tuple[Match, ...]
    compared_with: int
    cut_by_budget: bool = False


class Result(Noun):
    """One match as an officer sees it: the match, the notice or list entry behind it, and what may be done here."""

    match: Match
    notice: Notice | None
    listing: Listing | None = None
    imported_at: datetime | None = Field(None, description="When the entry of a node's own list was taken over last")
    effect: Effect
    ask: str


class Shown(Noun):
    """What a check showed, by reference: a notice in a version, or an entry of a node's own list."""

    id: Line
    version: int | None
    score: float


class CheckMade(Noun):
    """A check as a node keeps it: what the officer asked, and which notices were shown.

    It holds nothing of what they said, so that a recall leaves no copy behind.
    """

    number: Line
    at: datetime
    officer: Line
    query: Query
    shown: tuple[Shown, ...]


class Check(Noun):
    """A check as the officer sees it: the question, the results in order, and what they do not mean."""

    number: Line
    at: datetime
    officer: Line
    query: Query
    results: tuple[Result, ...]
    compared_with: int
    says: str
    remarks: tuple[str, ...] = Field((), description="What of a machine-readable zone was mended or not used, and why")

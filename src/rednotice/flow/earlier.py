"""Closed cases: requests that were refused, and those whose notices were recalled. Reviewers find them again.

A case that was refused, or recalled because it did not comply with the rules, meets every later request for it, by
this or another bureau, in any spelling.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import Field
from rapidfuzz import fuzz

from rednotice.errors import NotAllowed
from rednotice.match import build
from rednotice.model.bureau import Officer, Role
from rednotice.model.check import Listed, Query
from rednotice.model.decision import Decision, Outcome
from rednotice.model.filing import OPEN, Filing
from rednotice.model.finding import EarlierCase
from rednotice.model.notice import Ground
from rednotice.model.person import Person
from rednotice.model.request import Request
from rednotice.model.values import BureauCode, Line, Noun
from rednotice.rules.book import examine

SAME_PERSON_FROM = 0.5
SAME_FACTS_FROM = 70.0
NOT_COMPLIANT = frozenset({Ground.COMPLIANCE, Ground.COMMISSION})
"""Grounds of recall that weigh like a refusal."""
FOUND_AT_MOST = 100


@dataclass(frozen=True, slots=True)
class Closed:
    """A request of which a person was refused, or a notice recalled."""

    filing: Filing
    recalled: Mapping[str, Ground] = field(default_factory=dict)
    """The recalled notices by control number."""

    def ended(self, person: int) -> Ended | None:
        """How it ended for the person at a place of the request; None if it did not."""
        for decision in self.filing.in_effect:
            if not decision.covers(person):
                continue
            if decision.outcome is Outcome.REFUSE:
                return Ended("refused", decision)
            number = _notice_of(decision, person)
            if number and number in self.recalled:
                return Ended(f"recalled: {self.recalled[number]}", decision, number, self.recalled[number])
        return None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a request ended for one person."""

    how: str
    decision: Decision
    notice: str | None = None
    ground: Ground | None = None

    @property
    def speaks_against(self) -> bool:
        """Whether a later request has to answer for it: refused, or recalled as not compliant."""
        return self.ground is None or self.ground in NOT_COMPLIANT

    @property
    def citations(self) -> tuple[str, ...]:
        """The articles on which it ended."""
        return self.decision.citations if self.ground is None else ("RPD 81",)

    @property
    def reasons(self) -> str:
        """The reasons, in the words of those who signed."""
        return self.decision.reasons if self.ground is None else f"Notice {self.notice} was recalled: {self.ground}"


def _notice_of(decision: Decision, person: int) -> str | None:
    if not decision.persons:
        return decision.notices[person] if person < len(decision.notices) else None
    place = decision.persons.index(person)
    return decision.notices[place] if place < len(decision.notices) else None


def listed(person_id: str, person: Person) -> Listed:
    """A person as the matcher takes one."""
    return Listed(
        id=person_id,
        names=tuple(str(name) for name in person.names),
        born=(*((person.born,) if person.born else ()), *person.also_born),
        sex=person.sex,
        nationalities=person.nationalities,
        documents=tuple(document.number for document in person.documents),
        birthplace=person.birthplace,
        father=person.father,
        mother=person.mother,
    )


# --- A later request meets them ----------------------------------------------------------------------------


def reexamined(filing: Filing, closed: Sequence[Closed]) -> Filing:
    """A request under all that is known now: its document, opinions of bureaus, closed cases like it."""
    return _examined(filing, _earlier(filing, closed))


def with_earlier(filing: Filing, closed: Sequence[Closed]) -> Filing:
    """A request that is not decided, examined anew if cases like it closed since."""
    if filing.state not in OPEN:
        return filing
    earlier = _earlier(filing, closed)
    return filing if earlier == filing.earlier else _examined(filing, earlier)


def _earlier(filing: Filing, closed: Sequence[Closed]) -> tuple[EarlierCase, ...]:
    return refused_before(filing.request, [one for one in closed if one.filing.number != filing.number])


def _examined(filing: Filing, earlier: tuple[EarlierCase, ...]) -> Filing:
    examination = examine(filing.request, filing.examined_on, earlier, filing.positions)
    return filing.model_copy(update={"earlier": earlier, "examination": examination})


def refused_before(request: Request, closed: Sequence[Closed]) -> tuple[EarlierCase, ...]:
    """The closed cases that were the same: same persons in any spelling, same warrants, same facts."""
    against = {one.filing.number: ended for one in closed if (ended := _against(one))}
    same: dict[str, list[str]] = {number: [] for number in against}
    for number, name in _same_persons(request, [one for one in closed if one.filing.number in against]):
        same[number].append(f"the same person ({name})")
    cases = []
    for one in closed:
        filing, ended = one.filing, against.get(one.filing.number)
        if ended is None:
            continue
        words = tuple(dict.fromkeys([*same[filing.number], *_same_case(request, filing.request)]))
        if words:
            cases.append(
                EarlierCase(
                    request=filing.number,
                    bureau=filing.request.bureau,
                    reference=filing.request.reference,
                    decided_at=ended.decision.signatures[-1].at.isoformat(),
                    citations=ended.citations,
                    reasons=ended.reasons,
                    same=words,
                    how=ended.how,
                )
            )
    return tuple(cases)


def _against(closed: Closed) -> Ended | None:
    if not closed.filing.request.persons:
        refused = [one for one in closed.filing.in_effect if one.outcome is Outcome.REFUSE]
        return Ended("refused", refused[0]) if refused else None
    return next((ended for _, ended in _persons_against(closed)), None)


def _persons_against(closed: Closed) -> Iterator[tuple[int, Ended]]:
    for n in range(len(closed.filing.request.persons)):
        ended = closed.ended(n)
        if ended and ended.speaks_against:
            yield n, ended


def _same_persons(request: Request, closed: Sequence[Closed]) -> Iterator[tuple[str, str]]:
    """The closed cases that named one of these persons, in any spelling, each with the name found."""
    index = build(
        listed(f"{one.filing.number} {n}", one.filing.request.persons[n])
        for one in closed
        for n, _ in _persons_against(one)
        if one.filing.request.persons[n].is_named
    )
    for person in request.persons if len(index) else ():
        found: dict[str, str] = {}
        for name in person.names[:10]:
            query = Query(name=str(name)[:200], born=person.born, sex=person.sex)
            for match in index.check(query, limit=FOUND_AT_MOST).matches:
                if match.score >= SAME_PERSON_FROM:
                    found.setdefault(match.id.split()[0], match.name)
        yield from found.items()


def _same_case(request: Request, earlier: Request) -> Iterator[str]:
    if request.bureau == earlier.bureau:
        numbers = {warrant.number for warrant in earlier.warrants if warrant.number}
        for warrant in request.warrants:
            if warrant.number in numbers:
                yield f"the same warrant ({warrant.number})"
    if fuzz.token_sort_ratio(request.facts.summary, earlier.facts.summary) >= SAME_FACTS_FROM:
        yield "the same facts"


# --- A reviewer looks for them -----------------------------------------------------------------------------


class ClosedCase(Noun):
    """A person of a closed case, as a reviewer finds one."""

    request: Line
    bureau: BureauCode
    reference: Line
    person: int = Field(description="The place of the person in the request")
    name: Line
    score: float
    in_words: str
    how: Line
    notice: Line | None
    decided_at: datetime
    citations: tuple[Line, ...]
    reasons: str


def search(closed: Sequence[Closed], query: Query, by: Officer) -> list[ClosedCase]:
    """The refused and recalled persons whom a name may mean, best first.

    Raises:
        NotAllowed: if the officer is not a reviewer of the office.
    """
    if by.role is not Role.REVIEWER or not by.of_office:
        raise NotAllowed(
            f"{by.name} ({by.role}, {by.bureau}) cannot look for closed cases; a reviewer of the office can"
        )
    known = {f"{one.filing.number} {n}": (one, n) for one in closed for n in range(len(one.filing.request.persons))}
    ended = {key: how for key, (one, n) in known.items() if (how := one.ended(n))}
    index = build(listed(key, known[key][0].filing.request.persons[known[key][1]]) for key in ended)
    found = []
    for match in index.check(query, limit=FOUND_AT_MOST).matches:
        (one, n), how = known[match.id], ended[match.id]
        found.append(
            ClosedCase(
                request=one.filing.number,
                bureau=one.filing.request.bureau,
                reference=one.filing.request.reference,
                person=n,
                name=match.name,
                score=match.score,
                in_words=match.in_words,
                how=how.how,
                notice=how.notice,
                decided_at=how.decision.signatures[-1].at,
                citations=how.citations,
                reasons=how.reasons,
            )
        )
    return found

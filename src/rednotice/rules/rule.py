"""A rule: a citation, the dates it is in force, the question it answers, and the answer it gives.

    @rule("RPD 83(2)(a)", since="2012-07-01")
    def identity(file: File) -> Iterator[Says]:
        \"\"\"Is every person identified well enough to be found and not to be confused with another?\"\"\"

The docstring's first line is the question that an officer reads. The name of the function is public and lasting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from rednotice.model.finding import EarlierCase, Evidence, Finding, Lean, Position, Verdict, Weight
from rednotice.model.request import Colour, Request
from rednotice.model.values import INTERNATIONAL_ENTITIES
from rednotice.model.warrant import Warrant

EVERY = frozenset(Colour) - {Colour.SPECIAL}
"""Colours that a bureau may request; special notices follow the list of the Security Council."""
RED = frozenset({Colour.RED})
AGAINST_PERSONS = frozenset({Colour.RED, Colour.BLUE, Colour.GREEN, Colour.SILVER})
"""Colours that single out a person for what he or she is said to have done: they serve criminal proceedings against
somebody, or warn of somebody. Whoever is missing or dead is not sought, and a warning of a thing names nobody."""

EVIDENCE_LIMIT = 50
"""Places that one finding points to at most; a finding travels, and people read it."""


@dataclass(frozen=True, slots=True)
class File:
    """All that a rule may look at: the request, the day, and what the office knows besides."""

    request: Request
    on: date
    earlier: tuple[EarlierCase, ...] = ()
    positions: tuple[Position, ...] = ()


@dataclass(frozen=True, slots=True)
class Says:
    """One answer of a rule, before the rule puts its name and citation to it."""

    verdict: Verdict
    because: str
    evidence: tuple[Evidence, ...] = ()
    mend: str | None = None
    lean: Lean | None = None
    weight: Weight | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Persons of a request whom the same warrants name."""

    persons: tuple[int, ...]
    warrants: tuple[tuple[int, Warrant], ...]
    named: str
    """Words that open a finding on this group alone; nothing where it is the only one."""


def groups(request: Request) -> list[Group]:
    """The persons of a request by the warrants that name them; each warrant with its place in the request."""
    by_warrants: dict[tuple[int, ...], list[int]] = {}
    for n, person in enumerate(request.persons):
        naming = tuple(m for m, warrant in enumerate(request.warrants) if warrant.names_person(person.key))
        by_warrants.setdefault(naming, []).append(n)
    made = []
    for naming, persons in by_warrants.items():
        names = ", ".join(f"persons[{n}]" for n in persons[:5]) + (" and others" if len(persons) > 5 else "")
        warrants = tuple((m, request.warrants[m]) for m in naming)
        made.append(Group(tuple(persons), warrants, f"{names}: " if len(by_warrants) > 1 else ""))
    return made


def whose(request: Request, n: int) -> str:
    """The name of a person of a request, or the place of one who has none."""
    person = request.persons[n]
    return person.principal_name if person.is_named else f"persons[{n}]"


def places(request: Request, keys: tuple[str, ...]) -> list[int]:
    """The persons of a request that keys name; no keys mean all."""
    return [n for n, person in enumerate(request.persons) if not keys or person.key in keys]


Question = Callable[[File], Iterator[Says]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the book."""

    name: str
    citation: str
    since: date
    until: date | None
    colours: frozenset[Colour]
    question: str
    ask: Question
    source_note: str | None = field(default=None)
    entities: str | None = field(default=None)
    """Why it lets a request of an international entity stand, which has a jurisdiction of its own (RPD 82)."""

    def in_force(self, on: date) -> bool:
        """Whether the rule has a say on this day."""
        return self.since <= on and (self.until is None or on < self.until)

    def findings(self, file: File) -> Iterator[Finding]:
        """What the rule says of a file."""
        for says in self._answers(file):
            yield Finding(
                rule=self.name,
                citation=self.citation,
                question=self.question,
                verdict=says.verdict,
                because=says.because,
                evidence=says.evidence[:EVIDENCE_LIMIT],
                mend=says.mend,
                lean=says.lean,
                weight=says.weight,
            )

    def _answers(self, file: File) -> Iterator[Says]:
        bureau = file.request.bureau
        if self.entities is None or bureau not in INTERNATIONAL_ENTITIES:
            return self.ask(file)
        because = f"an international entity with jurisdiction of its own requests: {self.entities}"
        return iter((satisfied(because, Evidence(path="bureau", passage=bureau)),))


def rule(
    citation: str,
    *,
    since: str,
    until: str | None = None,
    colours: frozenset[Colour] = EVERY,
    source_note: str | None = None,
    entities: str | None = None,
) -> Callable[[Question], Rule]:
    """Makes a rule of a function, for some colours or for every one that a bureau may request.

    `source_note` says so where a text was not read beside the rule. `entities` says why it is not for the rule to weigh
    a request of an international entity; without it, such a request is asked like any.
    """

    def make(ask: Question) -> Rule:
        question = (ask.__doc__ or "").strip().splitlines()
        if not question:
            raise TypeError(f"the rule {ask.__name__} has no question: write it as its docstring")
        ends = date.fromisoformat(until) if until else None
        starts = date.fromisoformat(since)
        return Rule(ask.__name__, citation, starts, ends, colours, question[0], ask, source_note, entities)

    return make


def satisfied(because: str, *evidence: Evidence) -> Says:
    """The condition is met."""
    return Says(Verdict.SATISFIED, because, evidence)


def missing(
    because: str, *evidence: Evidence, mend: str, lean: Lean | None = None, weight: Weight | None = None
) -> Says:
    """The file does not say enough; the bureau is asked (RPD 78)."""
    return Says(Verdict.MISSING, because, evidence, mend, lean, weight)


def not_said(words: str, lacking: Mapping[str, str], *, mend: str) -> Says:
    """Data is missing: `words` with a place for what is not said, and what that is, by the path of its field."""
    return missing(words.format(", nor ".join(lacking.values())), *(Evidence(path=path) for path in lacking), mend=mend)


def doubtful(because: str, *evidence: Evidence, mend: str) -> Says:
    """People must weigh this."""
    return Says(Verdict.DOUBTFUL, because, evidence, mend)


def barred(because: str, *evidence: Evidence, mend: str) -> Says:
    """The rule forbids publication as the file stands."""
    return Says(Verdict.BARRED, because, evidence, mend)


def leaning(lean: Lean, weight: Weight, because: str, *evidence: Evidence, mend: str | None = None) -> Says:
    """A factor of the predominance test leans to a side (RPD 34(3)).

    To ordinary crime: satisfied. To another side: barred where that alone decides, else doubtful until it is weighed.
    """
    if lean is Lean.ORDINARY:
        verdict = Verdict.SATISFIED
    else:
        verdict = Verdict.BARRED if weight is Weight.DECISIVE else Verdict.DOUBTFUL
    return Says(verdict, because, evidence, mend, lean, weight)

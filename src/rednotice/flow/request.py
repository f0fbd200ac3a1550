"""Step one: a bureau files a request, and is told at once what bars it and what is missing, with the article."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from rapidfuzz import fuzz

from rednotice.errors import Conflict, Fault, InvalidInput, NotAllowed, NotFound
from rednotice.flow.work import OfficeWork
from rednotice.match import build
from rednotice.model.bureau import Officer, Role
from rednotice.model.check import Listed, Query
from rednotice.model.event import EventKind
from rednotice.model.filing import Filing, FilingState
from rednotice.model.finding import EarlierCase, Examination
from rednotice.model.person import Person
from rednotice.model.request import Colour, Request
from rednotice.model.warrant import Warrant
from rednotice.rules.book import examine

HANDLED = frozenset({Colour.RED})
"""Colours that a bureau can request in this version."""

NOTICE_LIMIT = 500_000
"""Characters that a notice may have; every bureau holds it, and a check shows it."""

SAME_PERSON_FROM = 0.85
SAME_FACTS_FROM = 70.0


def check_request(request: Request, on: date) -> Examination:
    """What the rules say of a request, before it is filed; earlier cases are known only to the office.

    Raises:
        InvalidInput: if requests of this colour are not handled yet, or a notice would be too large to circulate.
    """
    if request.colour not in HANDLED:
        handled = ", ".join(HANDLED)
        raise InvalidInput.at(
            "colour", f"requests for {request.colour} notices are not handled yet", f"Use one of: {handled}", "request"
        )
    _notices_fit(request)
    return examine(request, on)


def _notices_fit(request: Request) -> None:
    shared = len(request.facts.model_dump_json())
    faults = []
    for n, person in enumerate(request.persons):
        warrants = sum(len(circulated(warrant).model_dump_json()) for warrant in request.warrants_for(person))
        size = shared + len(person.model_dump_json()) + warrants
        if size > NOTICE_LIMIT:
            problem = f"the notice of this person would have {size:,} characters, at most {NOTICE_LIMIT:,} circulate"
            faults.append(Fault(f"persons[{n}]", problem, "Shorten texts, or leave out what an officer does not need"))
    if faults:
        raise InvalidInput(faults, "request")


def circulated(warrant: Warrant) -> Warrant:
    """A warrant as it stands on a notice: without its scan, which a bureau asks for when it needs it."""
    return warrant.model_copy(update={"scan": None})


def file(work: OfficeWork, request: Request, by: Officer) -> Filing:
    """Files a request for a bureau. The same request filed twice is one request.

    Raises:
        InvalidInput: if requests of this colour are not handled yet.
        NotAllowed: if the officer does not act for the requesting bureau.
        Conflict: if the bureau used the reference for another request.
    """
    if by.role is not Role.DESK or by.bureau != request.bureau:
        raise NotAllowed(
            f"{by.name} ({by.role}, {by.bureau}) cannot file for bureau {request.bureau}; "
            f"a desk officer of {request.bureau} must"
        )
    check_request(request, work.at.date())
    earlier_filing = work.filing_of(request.bureau, request.reference)
    if earlier_filing:
        if earlier_filing.request == request:
            return earlier_filing
        raise Conflict(
            f"bureau {request.bureau} used the reference {request.reference} for request {earlier_filing.number}; "
            "give the new request a reference of its own"
        )
    earlier = refused_before(request, work.refused_filings())
    number = f"R-{work.at.year}-{work.next_number('request')}"
    filing = Filing(
        number=number,
        request=request,
        filed_by=by.name,
        filed_at=work.at,
        examination=examine(request, work.at.date(), earlier),
        earlier=earlier,
    )
    work.save_filing(filing)
    work.record(
        EventKind.REQUEST_FILED,
        number,
        {"request": number, "bureau": request.bureau, "document": request.model_dump(mode="json")},
    )
    return filing


def as_seen_by(filing: Filing, officer: Officer) -> Filing:
    """A request as an officer may see it: what another bureau was refused stays with the office.

    Raises:
        NotFound: if it is another bureau's request.
    """
    if officer.of_office or officer.of_commission:
        return filing
    if officer.bureau != filing.request.bureau:
        raise NotFound(f"there is no request {filing.number} of bureau {officer.bureau}")
    own = tuple(case for case in filing.earlier if case.bureau == officer.bureau)
    if own == filing.earlier:
        return filing
    examination = examine(filing.request, filing.filed_at.date(), own)
    return filing.model_copy(update={"earlier": own, "examination": examination})


def with_earlier(filing: Filing, refused: Sequence[Filing]) -> Filing:
    """A request in review, examined anew if cases like it were refused since it was filed."""
    earlier = refused_before(filing.request, refused)
    if filing.state is not FilingState.IN_REVIEW or earlier == filing.earlier:
        return filing
    examination = examine(filing.request, filing.filed_at.date(), earlier)
    return filing.model_copy(update={"earlier": earlier, "examination": examination})


def refused_before(request: Request, refused: Sequence[Filing]) -> tuple[EarlierCase, ...]:
    """The refused requests that were for the same case: same persons in any spelling, same warrants, same facts."""
    same: dict[str, list[str]] = {filing.number: [] for filing in refused if filing.decision}
    for number, name in _same_persons(request, refused):
        same[number].append(f"the same person ({name})")
    cases = []
    for filing in refused:
        if filing.decision is None:
            continue
        words = tuple(dict.fromkeys([*same[filing.number], *_same_case(request, filing.request)]))
        if words:
            cases.append(
                EarlierCase(
                    request=filing.number,
                    bureau=filing.request.bureau,
                    reference=filing.request.reference,
                    decided_at=filing.decision.signatures[-1].at.isoformat(),
                    citations=filing.decision.citations,
                    reasons=filing.decision.reasons,
                    same=words,
                )
            )
    return tuple(cases)


def _same_persons(request: Request, refused: Sequence[Filing]) -> Iterator[tuple[str, str]]:
    """The refused requests that named one of these persons, in any spelling, each with the name found."""
    index = build(
        listed(f"{filing.number} {n}", person)
        for filing in refused
        if filing.decision
        for n, person in enumerate(filing.request.persons)
        if person.is_named
    )
    for person in request.persons if len(index) else ():
        found: dict[str, str] = {}
        for name in person.names[:10]:
            query = Query(name=str(name)[:200], born=person.born, sex=person.sex)
            for match in index.check(query, limit=100).matches:
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


def listed(person_id: str, person: Person) -> Listed:
    """A person as the matcher takes one."""
    return Listed(
        id=person_id,
        names=tuple(str(name) for name in person.names),
        born=(*((person.born,) if person.born else ()), *person.also_born),
        sex=person.sex,
        nationalities=person.nationalities,
        documents=tuple(document.number for document in person.documents),
    )

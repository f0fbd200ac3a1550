"""Step one: a bureau files a request, and is told at once what bars it and what is missing, with the article.

A draft is the bureau's own: nobody else sees it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic_core import to_json

from rednotice.errors import Conflict, Fault, InvalidInput, NotAllowed, NotFound
from rednotice.flow.action import action_asked
from rednotice.flow.earlier import refused_before
from rednotice.flow.work import OfficeWork
from rednotice.model.bureau import Officer, Role
from rednotice.model.event import EventKind
from rednotice.model.filing import MOVES, OPEN, Filing, FilingState, Party
from rednotice.model.finding import EarlierCase, Examination
from rednotice.model.person import Person
from rednotice.model.request import Request
from rednotice.model.warrant import Warrant
from rednotice.rules.book import examine
from rednotice.rules.rule import EVERY

HANDLED = EVERY
"""Colours that a bureau can request."""

NOTICE_LIMIT = 500_000
"""Characters that a notice may have; every bureau holds it, and a check shows it."""


def check_request(request: Request, on: date) -> Examination:
    """What the rules say of a request, before it is filed; earlier cases are known only to the office.

    Raises:
        InvalidInput: if no bureau requests this colour, or a notice would be too large to circulate.
    """
    require_takeable(request)
    return examine(request, on)


def require_takeable(request: Request) -> None:
    """Sees to it that notices could be made of a request, whatever the rules say of it.

    Raises:
        InvalidInput: if no bureau requests this colour, or a notice would be too large to circulate.
    """
    if request.colour not in HANDLED:
        handled = ", ".join(sorted(HANDLED))
        raise InvalidInput.at(
            "colour", f"no bureau requests {request.colour} notices", f"Use one of: {handled}", "request"
        )
    _notices_fit(request)


def _notices_fit(request: Request) -> None:
    shared = sum(len(to_json(getattr(request, field))) for field in CARRIED)
    faults = []
    for n, person in enumerate(request.persons or [None]):
        size = shared + len(to_json(person)) + len(to_json(_warrants_on_notice(request, person)))
        if size > NOTICE_LIMIT:
            problem = f"the notice of this person would have {size:,} characters, at most {NOTICE_LIMIT:,} circulate"
            where = f"persons[{n}]" if person else ""
            faults.append(Fault(where, problem, "Shorten texts, or leave out what an officer does not need"))
    if faults:
        raise InvalidInput(faults, "request")


CARRIED = (
    "facts",
    "extradition",
    "contact",
    "public_extract",
    "diffusion",
    "assessment",
    "disappearance",
    "body",
    "modus_operandi",
    "threat",
    "assets",
)
"""What a notice takes from its request as it stands there."""


def notice_content(request: Request, person: Person | None) -> dict[str, Any]:
    """What a notice says of one person of a request, or of none, apart from its numbers and dates."""
    return {
        "person": person,
        "warrants": _warrants_on_notice(request, person),
        "action": action_asked(request),
        "restricted": tuple(dict.fromkeys(restriction.bureau for restriction in request.restrictions)),
        **{field: getattr(request, field) for field in CARRIED},
    }


def _warrants_on_notice(request: Request, person: Person | None) -> tuple[Warrant, ...]:
    warrants = request.warrants_for(person) if person else request.warrants
    return tuple(circulated(warrant) for warrant in warrants)


def circulated(warrant: Warrant) -> Warrant:
    """A warrant as it stands on a notice: without its scan, which a bureau asks for when it needs it."""
    return warrant.model_copy(update={"scan": None})


# --- Draft and filing --------------------------------------------------------------------------------------


def draft(work: OfficeWork, request: Request, by: Officer) -> Filing:
    """Keeps a request for the bureau's desk before it is filed, in place of an older draft of the same reference.

    The rules say what they would say of it; the log keeps that there is a draft, and nothing of its content.

    Raises:
        InvalidInput: if requests of this colour are not handled yet.
        NotAllowed: if the officer does not act for the requesting bureau.
        Conflict: if the bureau filed another request under the reference.
    """
    _may_file(request, by)
    require_takeable(request)
    standing = work.filing_of(request.bureau, request.reference)
    if standing and standing.state is not FilingState.DRAFT:
        raise _reference_used(standing)
    number = standing.number if standing else f"RD-{work.at.year}-{work.next_number('draft')}"
    filing = _examined(work, request, number, by).model_copy(update={"state": FilingState.DRAFT})
    work.save_filing(filing)
    work.record(EventKind.REQUEST_DRAFTED, number, {"draft": number, "bureau": request.bureau})
    return filing


def file(work: OfficeWork, request: Request, by: Officer) -> Filing:
    """Files a request for a bureau, in place of a draft of the same reference. Filed twice, it is one request.

    Raises:
        InvalidInput: if no bureau requests this colour, or a notice would be too large to circulate.
        NotAllowed: if the officer does not act for the requesting bureau.
        Conflict: if the bureau used the reference for another request.
    """
    _may_file(request, by)
    require_takeable(request)
    standing = work.filing_of(request.bureau, request.reference)
    if standing and standing.state is FilingState.DRAFT:
        move(standing, FilingState.FILED, Party.BUREAU)
        work.discard_draft(standing.number)
    elif standing:
        if standing.request == request:
            return standing
        raise _reference_used(standing)
    number = f"R-{work.at.year}-{work.next_number('request')}"
    filing = _examined(work, request, number, by)
    work.save_filing(filing)
    work.record(
        EventKind.REQUEST_FILED,
        number,
        {"request": number, "bureau": request.bureau, "document": request.model_dump(mode="json")},
    )
    return filing


def file_draft(work: OfficeWork, number: str, by: Officer) -> Filing:
    """Files a draft as it stands; it gets the number of a request.

    Raises:
        NotAllowed: if it is not the officer's own bureau's.
        Conflict: if it is filed already.
    """
    filing = own_filing(work, number, by, "file")
    if filing.state is not FilingState.DRAFT:
        move(filing, FilingState.FILED, Party.BUREAU)
    return file(work, filing.request, by)


def _may_file(request: Request, by: Officer) -> None:
    if by.role is not Role.DESK or by.bureau != request.bureau:
        raise NotAllowed(
            f"{by.name} ({by.role}, {by.bureau}) cannot file for bureau {request.bureau}; "
            f"a desk officer of {request.bureau} must"
        )


def _examined(work: OfficeWork, request: Request, number: str, by: Officer) -> Filing:
    earlier = refused_before(request, work.closed_cases())
    examination = examine(request, work.at.date(), earlier)
    return Filing(
        number=number, request=request, filed_by=by.name, filed_at=work.at, examination=examination, earlier=earlier
    )


def _reference_used(standing: Filing) -> Conflict:
    return Conflict(
        f"bureau {standing.request.bureau} used the reference {standing.request.reference} for request "
        f"{standing.number}; give the new request a reference of its own"
    )


# --- Moves -------------------------------------------------------------------------------------------------


def move(filing: Filing, to: FilingState, party: Party) -> Filing:
    """A request in its next state, as the table of moves allows.

    Raises:
        Conflict: if the table has no such move for this party.
    """
    if party not in MOVES.get((filing.state, to), ()):
        targets = [target for (state, target), who in MOVES.items() if state is filing.state and party in who]
        possible = ", ".join(targets) or "nothing"
        raise Conflict(
            f"request {filing.number} is {filing.state}, and the {party} cannot make it {to}; possible: {possible}"
        )
    return filing.model_copy(update={"state": to})


def own_filing(work: OfficeWork, number: str, by: Officer, act: str) -> Filing:
    """A request, for the desk of the bureau that made it.

    Raises:
        NotAllowed: if the officer is of no such desk.
    """
    filing = work.filing(number)
    if by.role is not Role.DESK or by.bureau != filing.request.bureau:
        raise NotAllowed(
            f"{by.name} ({by.role}, {by.bureau}) cannot {act} request {number}; the desk of its bureau can"
        )
    return filing


def require_open(filing: Filing) -> None:
    """Sees to it that a request is filed and not decided.

    Raises:
        Conflict: if it is neither.
    """
    if filing.state is FilingState.DRAFT:
        raise Conflict(f"request {filing.number} is a draft; file it first")
    if filing.state not in OPEN:
        raise Conflict(f"request {filing.number} is {filing.state}; file a new request with what is new")


# --- Who sees what -----------------------------------------------------------------------------------------


def may_see(filing: Filing, officer: Officer) -> bool:
    """Whether an officer may see a request: office, commission, its own bureau; a draft, the bureau's desk alone."""
    if filing.state is FilingState.DRAFT:
        return officer.bureau == filing.request.bureau and officer.role is Role.DESK
    return officer.of_office or officer.of_commission or officer.bureau == filing.request.bureau


def as_seen_by(filing: Filing, officer: Officer) -> Filing:
    """A request as an officer may see it.

    What another bureau was refused or thinks, and what reviewers have only proposed, stays with the office.

    Raises:
        NotFound: if it is another bureau's request, or a draft and the officer not of the bureau's desk.
    """
    if not may_see(filing, officer):
        of_bureau = "" if officer.of_office else f" of bureau {officer.bureau}"
        raise NotFound(f"there is no request {filing.number}{of_bureau}")
    if officer.of_office or officer.of_commission:
        return filing
    shown: dict[str, object] = {
        "earlier": _own_earlier(filing),
        "opinions": (),
        "decisions": filing.in_effect,
        "assigned": None,
        "examination": own_examination(filing),
    }
    return filing.model_copy(update=shown)


def own_examination(filing: Filing) -> Examination:
    """What the rules say of a request by what its bureau knows: without other bureaus' cases and opinions."""
    own = _own_earlier(filing)
    if own == filing.earlier and not filing.opinions:
        return filing.examination
    return examine(filing.request, filing.examined_on, own)


def _own_earlier(filing: Filing) -> tuple[EarlierCase, ...]:
    return tuple(case for case in filing.earlier if case.bureau == filing.request.bureau)

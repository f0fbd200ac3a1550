"""Step one: a bureau files a request, and is told at once what bars it and what is missing, with the article.

Until it is decided the bureau may amend it or withdraw it. A draft is the bureau's own: nobody else sees it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from rednotice.errors import Conflict, Fault, InvalidInput, NotAllowed, NotFound
from rednotice.flow import retention
from rednotice.flow.earlier import reexamined, refused_before
from rednotice.flow.work import OfficeWork
from rednotice.model.bureau import Officer, Role
from rednotice.model.event import EventKind
from rednotice.model.filing import MOVES, OPEN, Amendment, Filing, FilingState, Party
from rednotice.model.finding import EarlierCase, Examination
from rednotice.model.request import Colour, Request
from rednotice.model.task import TaskKind
from rednotice.model.warrant import Warrant
from rednotice.rules.book import examine

HANDLED = frozenset({Colour.RED})
"""Colours that a bureau can request in this version."""

NOTICE_LIMIT = 500_000
"""Characters that a notice may have; every bureau holds it, and a check shows it."""

FIXED = ("bureau", "reference", "colour")
"""What makes a request the one it is: an amendment leaves these alone."""


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
    check_request(request, work.at.date())
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
        InvalidInput: if requests of this colour are not handled yet.
        NotAllowed: if the officer does not act for the requesting bureau.
        Conflict: if the bureau used the reference for another request.
    """
    _may_file(request, by)
    check_request(request, work.at.date())
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


# --- Moves, amendment, withdrawal --------------------------------------------------------------------------


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


def amend(work: OfficeWork, number: str, request: Request, by: Officer) -> Filing:
    """Takes the whole document anew while the request is not decided; it is examined anew.

    What changed is kept by field path. A proposal of a decision is void then: who signed it had read another text.
    A draft is simply replaced.

    Raises:
        NotAllowed: if the officer is not of the bureau's desk.
        InvalidInput: if bureau, reference or colour changed, or a person on whom a decision is in effect.
        Conflict: if it is decided or withdrawn.
    """
    filing = own_filing(work, number, by, "amend")
    _is_the_same_request(filing, request)
    if filing.state is FilingState.DRAFT:
        return draft(work, request, by)
    require_open(filing)
    check_request(request, work.at.date())
    changed = tuple(changed_fields(filing.request.model_dump(mode="json"), request.model_dump(mode="json")))
    if not changed:
        return filing
    void = f"the bureau amended the request on {work.at:%Y-%m-%d %H:%M} UTC"
    decisions = [one.model_copy(update={"void": void}) if one.is_proposed else one for one in filing.decisions]
    amendment = Amendment(at=work.at, by=by.name, changed=changed)
    filing = filing.model_copy(
        update={
            "request": request,
            "amendments": (*filing.amendments, amendment),
            "decisions": tuple(decisions),
        }
    )
    filing = reexamined(filing, work.closed_cases())
    work.save_filing(filing)
    content = {"request": number, "changed": changed, "document": request.model_dump(mode="json"), "by": by.name}
    work.record(EventKind.REQUEST_AMENDED, number, content)
    return filing


def _is_the_same_request(filing: Filing, request: Request) -> None:
    faults = [
        Fault(field, f"is {getattr(filing.request, field)} in request {filing.number}", "File another request instead")
        for field in FIXED
        if getattr(filing.request, field) != getattr(request, field)
    ]
    undecided = set(filing.undecided)
    for n, person in enumerate(filing.request.persons):
        if n not in undecided and request.persons[n : n + 1] != (person,):
            faults.append(
                Fault(f"persons[{n}]", "was decided on, and changed", "Keep the entry as it is, and in its place")
            )
    if faults:
        raise InvalidInput(faults, "amendment")


def changed_fields(before: object, after: object, under: str = "") -> Iterator[str]:
    """The paths of what differs between two documents.

    >>> list(changed_fields({"persons": [{"born": "1971"}]}, {"persons": [{"born": "1972"}, {}]}))
    ['persons[0].born', 'persons[1]']
    """
    if isinstance(before, dict) and isinstance(after, dict):
        for field in dict.fromkeys([*before, *after]):
            yield from changed_fields(before.get(field), after.get(field), f"{under}.{field}" if under else field)
    elif isinstance(before, list) and isinstance(after, list):
        for n in range(max(len(before), len(after))):
            if n < len(before) and n < len(after):
                yield from changed_fields(before[n], after[n], f"{under}[{n}]")
            else:
                yield f"{under}[{n}]"
    elif before != after:
        yield under


def withdraw_request(work: OfficeWork, number: str, because: str | None, by: Officer) -> Filing:
    """Withdraws a request that is not decided. Of a draft nothing is kept; what was decided on persons stays.

    Raises:
        NotAllowed: if the officer is not of the bureau's desk.
        Conflict: if it is decided or withdrawn.
    """
    filing = own_filing(work, number, by, "withdraw")
    is_draft = filing.state is FilingState.DRAFT
    filing = move(filing, FilingState.WITHDRAWN, Party.BUREAU).model_copy(update={"withdrawn_because": because})
    if is_draft:
        work.discard_draft(number)
    else:
        for kind in (TaskKind.ANSWER_DUE, TaskKind.OPINION_DUE, TaskKind.PROTEST_DUE):
            work.unschedule(kind, number)
        work.save_filing(filing)
        retention.begin(work, number, "refused_kept_months")
    content = {"request": number, "by": by.name, "because": because}
    work.record(EventKind.REQUEST_WITHDRAWN, number, content)
    return filing


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
        raise NotFound(f"there is no request {filing.number}" + ("" if officer.of_office else f" of {officer.bureau}"))
    if officer.of_office or officer.of_commission:
        return filing
    own = own_earlier(filing)
    shown: dict[str, object] = {"earlier": own, "opinions": (), "decisions": filing.in_effect, "assigned": None}
    if own != filing.earlier or filing.opinions:
        shown["examination"] = examine(filing.request, filing.examined_on, own)
    return filing.model_copy(update=shown)


def own_earlier(filing: Filing) -> tuple[EarlierCase, ...]:
    """The earlier cases that were the requesting bureau's own."""
    return tuple(case for case in filing.earlier if case.bureau == filing.request.bureau)

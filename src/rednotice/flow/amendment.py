"""Until a request is decided, its bureau may amend it or withdraw it."""

from __future__ import annotations

from collections.abc import Iterator

from rednotice.errors import Fault, InvalidInput
from rednotice.flow import retention
from rednotice.flow.earlier import reexamined
from rednotice.flow.request import draft, move, own_filing, require_open, require_takeable
from rednotice.flow.work import OfficeWork
from rednotice.model.bureau import Officer
from rednotice.model.event import EventKind
from rednotice.model.filing import Amendment, Filing, FilingState, Party
from rednotice.model.request import Request
from rednotice.model.task import TaskKind

FIXED = ("bureau", "reference", "colour")
"""What makes a request the one it is: an amendment leaves these alone."""


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
    require_takeable(request)
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


def withdraw(work: OfficeWork, number: str, because: str | None, by: Officer) -> Filing:
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

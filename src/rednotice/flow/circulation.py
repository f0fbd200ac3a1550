"""Step three: a notice goes to every bureau, is recalled, and every node answers for what it did.

`publish_request`, `publish_listings`, `new_version`, `suspend`, `lift`, `add`, `withdraw`, `take_receipt`; who may do
which by hand, `flow.upkeep` says. What a node does with it stands in `flow.reception`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from rednotice.errors import Conflict, NotAllowed, NotTrusted
from rednotice.flow import retention
from rednotice.flow.request import notice_content
from rednotice.flow.work import Circulated, OfficeWork
from rednotice.log.report import Action, Receipt
from rednotice.model.bureau import COMMISSION, OFFICE, Officer, Role
from rednotice.model.event import EventKind
from rednotice.model.filing import Filing
from rednotice.model.notice import Addition, Ground, Listing, Notice, Recall, Suspension, Withheld, control_number
from rednotice.model.person import Person
from rednotice.model.request import Colour
from rednotice.model.task import Task, TaskKind
from rednotice.model.values import months_later
from rednotice.rules.duties import limit
from rednotice.rules.figures import figure

SPECIAL_ACTION = (
    "Person under measures of the United Nations Security Council ({measures}). Apply them as the law of the country "
    "provides, and inform the office."
)


ANSWERS = {
    EventKind.NOTICE_PUBLISHED: Action.APPLIED,
    EventKind.NOTICE_RECALLED: Action.ERASED,
    EventKind.NOTICE_SUSPENDED: Action.SUSPENDED,
    EventKind.DATA_ERASED: Action.ERASED,
    EventKind.NOTICE_WITHHELD: Action.ERASED,
}
"""What a node does with an event of a kind."""


def publish_request(work: OfficeWork, filing: Filing, persons: Sequence[int] | None = None) -> tuple[str, ...]:
    """Publishes the notices of a granted request (RPD 79).

    Args:
        work: the transaction.
        filing: the request.
        persons: the places in the request of those who get a notice; all of them if not given.

    Returns:
        The control numbers: one a person, or one alone where the request names nobody.
    """
    request = filing.request
    chosen = range(len(request.persons)) if persons is None else persons
    about = [request.persons[n] for n in chosen] if request.persons else [None]
    numbers = []
    for person in about:
        notice = Notice(
            control_number=_new_control_number(work, request.colour),
            version=1,
            colour=request.colour,
            bureau=request.bureau,
            request=filing.number,
            published_at=work.at,
            review_by=review_by(work),
            **notice_content(request, person),
        )
        _publish(work, notice)
        numbers.append(notice.control_number)
    return tuple(numbers)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import of a list did: control numbers by what became of the entry."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    recalled: tuple[str, ...]


def publish_listings(work: OfficeWork, entries: Iterable[tuple[Listing, Person]], by: Officer) -> Imported:
    """Publishes the entries of the Security Council's list as special notices (RPD 95).

    An entry that is there in the same words is left alone, a changed one becomes a new version. An entry whose notice
    was recalled stays recalled: whether it is published again, people decide. An entry that the file lacks stays as
    it is: a list may come in parts, and its absence proves nothing.

    Raises:
        NotAllowed: if the officer is not an operator of the office.
    """
    if by.role is not Role.OPERATOR or not by.of_office:
        raise NotAllowed(f"{by.name} ({by.role}) cannot import lists; an operator of the office must")
    new: list[str] = []
    changed: list[str] = []
    unchanged: list[str] = []
    recalled: list[str] = []
    for listing, person in entries:
        standing = work.notice_of(listing)
        erased = None if standing else work.erased_listing(listing)
        if erased:
            recalled.append(erased.subject)
            continue
        if standing and standing.recalled:
            recalled.append(standing.notice.control_number)
            continue
        if standing and (standing.notice.listing, standing.notice.person) == (listing, person):
            unchanged.append(standing.notice.control_number)
            continue
        action = SPECIAL_ACTION.format(measures=", ".join(listing.measures))
        if standing:
            new_version(work, standing, person=person, listing=listing, action=action, review_by=review_by(work))
            changed.append(standing.notice.control_number)
            continue
        notice = Notice(
            control_number=_new_control_number(work, Colour.SPECIAL),
            version=1,
            colour=Colour.SPECIAL,
            bureau=None,
            person=person,
            listing=listing,
            action=action,
            published_at=work.at,
            review_by=review_by(work),
        )
        _publish(work, notice)
        new.append(notice.control_number)
    return Imported(tuple(new), tuple(changed), tuple(unchanged), tuple(recalled))


def withdraw(work: OfficeWork, standing: Circulated, ground: Ground) -> Recall:
    """Recalls a notice because the rules say so, whoever acted.

    Raises:
        Conflict: if it is recalled already.
    """
    number = standing.notice.control_number
    _require_not_recalled(standing)
    recalled = Recall(control_number=number, version=standing.notice.version + 1, ground=ground, recalled_at=work.at)
    event = circulate(work, EventKind.NOTICE_RECALLED, standing.notice, recalled.model_dump(mode="json"))
    notice = standing.notice.model_copy(update={"version": recalled.version})
    work.save_notice(Circulated(notice, ground, event))
    retention.begin(work, number, "recalled_kept_months")
    work.unschedule(TaskKind.REVIEW_COMING, number)
    work.unschedule(TaskKind.REVIEW_DUE, number)
    for case in work.cases_of(number):
        work.unschedule(TaskKind.DUTY_DUE, case.number)
    return recalled


def suspend(work: OfficeWork, standing: Circulated, because: str, by: str = COMMISSION) -> None:
    """Takes a notice out of force for a time: nodes drop what they hold of it, and say so (RPD 81; CCF 37).

    Args:
        work: the transaction.
        standing: the notice.
        because: why, in a line.
        by: whose measure it is, and who lifts it: a bureau, the office, the commission. One of the commission takes
            the place of one of the office, and this of a bureau's.

    Raises:
        Conflict: if it is recalled, or suspended already by one whose word weighs as much.
    """
    number = standing.notice.control_number
    _require_not_recalled(standing)
    if standing.suspended and _weight(by) <= _weight(standing.suspended_by):
        raise Conflict(f"notice {number} is suspended already ({standing.suspended})")
    version = standing.notice.version + 1
    suspension = Suspension(control_number=number, version=version, because=because, by=by, suspended_at=work.at)
    event = circulate(work, EventKind.NOTICE_SUSPENDED, standing.notice, suspension.model_dump(mode="json"))
    notice = standing.notice.model_copy(update={"version": version})
    work.save_notice(Circulated(notice, None, event, because, by))


def _weight(by: str | None) -> int:
    return {COMMISSION: 2, OFFICE: 1}.get(by or "", 0)


def lift(work: OfficeWork, standing: Circulated) -> None:
    """Puts a suspended notice back into force: it is published anew, as a new version.

    Raises:
        Conflict: if it is recalled, or not suspended.
    """
    _require_not_recalled(standing)
    if not standing.suspended:
        raise Conflict(f"notice {standing.notice.control_number} is not suspended")
    new_version(work, replace(standing, suspended=None, suspended_by=None))


def add(work: OfficeWork, standing: Circulated, addition: Addition) -> None:
    """Adds a caveat or an addendum, which reaches every node as a new version (RPD 34(3)(d), 80).

    Raises:
        Conflict: if the notice is recalled.
    """
    new_version(work, standing, additions=(*standing.notice.additions, addition))


def new_version(work: OfficeWork, standing: Circulated, **changes: Any) -> Notice:
    """Changes a notice, and publishes it as its next version; a suspended one waits with that until it is lifted.

    Args:
        work: the transaction.
        standing: the notice.
        changes: fields of the notice, with what they become.

    Returns:
        The notice as it stands now.

    Raises:
        Conflict: if the notice is recalled.
    """
    _require_not_recalled(standing)
    notice = standing.notice.model_copy(update=changes)
    if standing.suspended:
        work.save_notice(replace(standing, notice=notice))
        set_review(work, notice)
        return notice
    notice = notice.model_copy(update={"version": notice.version + 1, "published_at": work.at})
    _publish(work, notice, standing.notice)
    return notice


def circulate(work: OfficeWork, kind: EventKind, notice: Notice, content: dict[str, Any]) -> int:
    """Records an event that goes to every bureau that may have a notice, as the last word on it (RPD 58, 79).

    What not every bureau may have goes to the streams of those who may, and never into the common one.
    """
    if notice.for_everybody:
        return work.record(kind, notice.control_number, content, circulate=True)
    chosen = [bureau for bureau in work.connected() if notice.may_have(bureau)]
    return work.record(kind, notice.control_number, content, circulate_to=chosen)


def catch_up(work: OfficeWork, bureau: str) -> None:
    """Sends a bureau that is connected now the notices that not everybody may have, but it may."""
    _expect_receipt(work, bureau, work.at)
    for standing in work.notices_for_some():
        if standing.in_force and standing.notice.may_have(bureau):
            work.send_again(standing.event, standing.notice.control_number, bureau)


def _withhold(work: OfficeWork, before: Notice, after: Notice) -> None:
    """Takes the last version out of the streams by which the next one does not come, and so from their nodes.

    A bureau that may have the next version receives it by its new stream, as a later event.
    """
    if before.for_everybody and after.for_everybody:
        return
    withheld = Withheld(control_number=after.control_number, version=after.version, withheld_at=work.at)
    content = withheld.model_dump(mode="json")
    if before.for_everybody:
        work.record(EventKind.NOTICE_WITHHELD, after.control_number, content, circulate=True)
        return
    had = [bureau for bureau in work.connected() if before.may_have(bureau)]
    gone = [bureau for bureau in had if after.for_everybody or not after.may_have(bureau)]
    if gone:
        work.record(EventKind.NOTICE_WITHHELD, after.control_number, content, circulate_to=gone)


def _require_not_recalled(standing: Circulated) -> None:
    if standing.recalled:
        raise Conflict(f"notice {standing.notice.control_number} is recalled already ({standing.recalled})")


def may_read(circulated: Circulated, officer: Officer) -> bool:
    """Whether an officer may read a notice at the office.

    The office, the commission and its own bureau always; another bureau while it is in force, if it may have it.
    """
    if officer.bureau in (OFFICE, COMMISSION, circulated.notice.bureau):
        return True
    return circulated.in_force and circulated.notice.may_have(officer.bureau)


def silent(standing: Circulated, connected: Iterable[str], answers: Mapping[str, tuple[int, Action]]) -> list[str]:
    """The bureaus that owe a receipt: for the last version, or for its removal where they may not have it any more.

    Args:
        standing: the notice.
        connected: the bureaus whose nodes are connected.
        answers: by bureau, the event that its last receipt answers, and what the node did.
    """
    owing = []
    for bureau in connected:
        event, action = answers.get(bureau, (None, None))
        level = event == standing.event if standing.notice.may_have(bureau) else action is not Action.APPLIED
        if not level:
            owing.append(bureau)
    return owing


def take_receipt(work: OfficeWork, bureau: str, receipt: Receipt) -> None:
    """Stores what a bureau's node says it did; the log keeps that it said so.

    Raises:
        NotFound: if there is no such event.
        NotTrusted: if that event is about another notice, or asked for something else than was done.
    """
    kind, subject = work.event(receipt.event)
    if subject != receipt.control_number or ANSWERS.get(kind) is not receipt.action:
        raise NotTrusted(
            f"{receipt.action} for {receipt.control_number} is no answer to event {receipt.event}, {kind} of {subject}"
        )
    work.save_receipt(bureau, receipt)
    content = {"bureau": bureau, **receipt.model_dump(mode="json")}
    work.record(EventKind.RECEIPT_RETURNED, receipt.control_number, content)
    _expect_receipt(work, bureau, work.at)


def receipt_due(work: OfficeWork, task: Task) -> None:
    """Tells the office's desk, once, that a bureau owes a receipt for too long; its next receipt sets the clock anew.

    A bureau that owes nothing, or not for long, is looked at again later.
    """
    bureau = task.subject
    if bureau not in work.connected():
        return
    count, since = work.owed(bureau)
    if since is None or since + _silence(work) > work.at:
        _expect_receipt(work, bureau, since or work.at)
        return
    content = {"bureau": bureau, "notices": count, "silent_since": since.isoformat()}
    work.record(EventKind.BUREAU_SILENT, bureau, content, letters=[OFFICE])


def _expect_receipt(work: OfficeWork, bureau: str, since: datetime) -> None:
    work.schedule(Task(kind=TaskKind.RECEIPT_DUE, subject=bureau, due=since + _silence(work)))


def _silence(work: OfficeWork) -> timedelta:
    return timedelta(hours=figure("silence_hours", work.at.date()))


def _publish(work: OfficeWork, notice: Notice, before: Notice | None = None) -> None:
    if before:
        _withhold(work, before, notice)
    event = circulate(work, EventKind.NOTICE_PUBLISHED, notice, notice.model_dump(mode="json"))
    work.save_notice(Circulated(notice, None, event))
    set_review(work, notice)


def set_review(work: OfficeWork, notice: Notice) -> None:
    """Sets the clock for the examination of a notice: a reminder some months before, and the day itself (RPD 49-51).

    A special notice has none: it stands as long as the Security Council's list has the entry (RPD 95).
    """
    if notice.colour is Colour.SPECIAL:
        return
    due = datetime.combine(notice.review_by, time.min, UTC)
    reminder = due - limit("review reminder", work.at.date()).within
    if reminder > work.at:
        work.schedule(Task(kind=TaskKind.REVIEW_COMING, subject=notice.control_number, due=reminder))
    work.schedule(Task(kind=TaskKind.REVIEW_DUE, subject=notice.control_number, due=due))


def _new_control_number(work: OfficeWork, colour: Colour) -> str:
    return control_number(colour, work.next_number(f"notice {colour}"), work.at.date())


def review_by(work: OfficeWork) -> date:
    """The day by which a notice that is recorded, or found to be still needed, now is examined (RPD 49-51)."""
    today = work.at.date()
    return months_later(today, 12 * figure("notice_years", today))

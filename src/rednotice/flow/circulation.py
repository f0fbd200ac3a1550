"""Step three: a notice goes to every bureau, is recalled, and every node answers for what it did.

At the office: `publish_request`, `publish_listing`, `recall`, `take_receipt`. At a node: `apply`.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import ValidationError

from rednotice.errors import Conflict, NotAllowed, NotTrusted
from rednotice.flow.earlier import listed
from rednotice.flow.request import notice_content
from rednotice.flow.work import Circulated, Held, Letter, NodeWork, OfficeWork
from rednotice.log.feed import Trusted
from rednotice.log.report import Action, Receipt, ReportKind
from rednotice.model.bureau import Officer, Role
from rednotice.model.check import Listed
from rednotice.model.event import EventKind
from rednotice.model.filing import Filing
from rednotice.model.notice import Ground, Listing, Notice, Recall, control_number
from rednotice.model.person import Person
from rednotice.model.request import Colour
from rednotice.rules.figures import figure

SPECIAL_ACTION = (
    "Person under measures of the United Nations Security Council ({measures}). Apply them as the law of the country "
    "provides, and inform the office."
)


ANSWERS = {EventKind.NOTICE_PUBLISHED: Action.APPLIED, EventKind.NOTICE_RECALLED: Action.ERASED}
"""What a node does with an event of a kind."""


# --- At the office -----------------------------------------------------------------------------------------


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
            review_by=_review_by(work),
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
        if standing and standing.recalled:
            recalled.append(standing.notice.control_number)
            continue
        if standing and (standing.notice.listing, standing.notice.person) == (listing, person):
            unchanged.append(standing.notice.control_number)
            continue
        number = standing.notice.control_number if standing else _new_control_number(work, Colour.SPECIAL)
        notice = Notice(
            control_number=number,
            version=standing.notice.version + 1 if standing else 1,
            colour=Colour.SPECIAL,
            bureau=None,
            person=person,
            listing=listing,
            action=SPECIAL_ACTION.format(measures=", ".join(listing.measures)),
            published_at=work.at,
            review_by=_review_by(work),
        )
        _publish(work, notice)
        (changed if standing else new).append(number)
    return Imported(tuple(new), tuple(changed), tuple(unchanged), tuple(recalled))


def recall(work: OfficeWork, number: str, ground: Ground, by: Officer) -> Recall:
    """Recalls a notice: every node erases it and says so (RPD 81).

    Raises:
        NotAllowed: if the officer is neither of the requesting bureau nor a reviewer.
        Conflict: if it is recalled already.
    """
    standing = work.notice(number)
    of_bureau = by.role is Role.DESK and by.bureau == standing.notice.bureau
    if not (of_bureau or (by.role is Role.REVIEWER and by.of_office)):
        raise NotAllowed(
            f"{by.name} ({by.role}, {by.bureau}) cannot recall {number}; its bureau's desk or a reviewer can"
        )
    return withdraw(work, standing, ground)


def withdraw(work: OfficeWork, standing: Circulated, ground: Ground) -> Recall:
    """Recalls a notice because the rules say so, whoever acted.

    Raises:
        Conflict: if it is recalled already.
    """
    number = standing.notice.control_number
    if standing.recalled:
        raise Conflict(f"notice {number} is recalled already ({standing.recalled})")
    recalled = Recall(control_number=number, version=standing.notice.version + 1, ground=ground, recalled_at=work.at)
    event = work.record(EventKind.NOTICE_RECALLED, number, recalled.model_dump(mode="json"), circulate=True)
    notice = standing.notice.model_copy(update={"version": recalled.version})
    work.save_notice(Circulated(notice, ground, event))
    return recalled


def may_read(circulated: Circulated, officer: Officer) -> bool:
    """Whether an officer may read a notice at the office: a recalled one, only the office and its own bureau."""
    return not circulated.recalled or officer.of_office or officer.bureau == circulated.notice.bureau


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


def _publish(work: OfficeWork, notice: Notice) -> None:
    event = work.record(
        EventKind.NOTICE_PUBLISHED, notice.control_number, notice.model_dump(mode="json"), circulate=True
    )
    work.save_notice(Circulated(notice, None, event))


def _new_control_number(work: OfficeWork, colour: Colour) -> str:
    return control_number(colour, work.next_number(f"notice {colour}"), work.at.date())


def _review_by(work: OfficeWork) -> date:
    today = work.at.date()
    year = today.year + figure("notice_years", today)
    # A notice of 29 February is examined on 28 February of a year that has no 29th.
    return today.replace(year=year, day=28) if (today.month, today.day) == (2, 29) else today.replace(year=year)


# --- At a node ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Applied:
    """What changes for the index of a node after an event: who becomes findable, and who no longer."""

    add: Listed | None = None
    remove: str | None = None


def apply(work: NodeWork, trusted: Trusted) -> Applied:
    """Applies an event that the feed trusts to what the node holds, and queues the receipt.

    An event that is not newer than what is held of its subject changes nothing: it came twice, or late.

    Raises:
        NotTrusted: if the content is not what its kind promises.
    """
    event = trusted.event
    work.believe(trusted.checkpoint)
    try:
        if event.kind is EventKind.NOTICE_PUBLISHED:
            return _apply_notice(work, trusted, Notice.model_validate(event.content))
        if event.kind is EventKind.NOTICE_RECALLED:
            return _apply_recall(work, trusted, Recall.model_validate(event.content))
    except ValidationError:
        raise NotTrusted(f"event {event.number} is signed, but is no {event.kind} of this version") from None
    work.save_letter(Letter(event.number, event.at, work.bureau, event.kind, event.subject, event.content))
    return Applied()


def _apply_notice(work: NodeWork, trusted: Trusted, notice: Notice) -> Applied:
    if not _is_news(work, trusted, notice.control_number):
        return Applied()
    work.save_held(Held(notice.control_number, notice.version, trusted.event.number, notice))
    _report(work, trusted, notice.control_number, notice.version, Action.APPLIED, ("stored in the database", "indexed"))
    return Applied(add=listed(notice.control_number, notice.person) if notice.person else None)


def _apply_recall(work: NodeWork, trusted: Trusted, recalled: Recall) -> Applied:
    if not _is_news(work, trusted, recalled.control_number):
        return Applied()
    held = work.held(recalled.control_number)
    was_held = held is not None and held.notice is not None
    work.save_held(Held(recalled.control_number, recalled.version, trusted.event.number, None))
    done = ("erased from the database", "removed from the index") if was_held else ("it was not held here",)
    _report(work, trusted, recalled.control_number, recalled.version, Action.ERASED, done)
    return Applied(remove=recalled.control_number)


def _is_news(work: NodeWork, trusted: Trusted, number: str) -> bool:
    if trusted.event.subject != number:
        raise NotTrusted(f"event {trusted.event.number} is about {trusted.event.subject}, its content about {number}")
    held = work.held(number)
    return held is None or held.event < trusted.event.number


def _report(work: NodeWork, trusted: Trusted, number: str, version: int, action: Action, done: tuple[str, ...]) -> None:
    receipt = Receipt(
        control_number=number,
        version=version,
        event=trusted.event.number,
        action=action,
        done=done,
        checkpoint_size=trusted.checkpoint.size,
        checkpoint_root=base64.b64encode(trusted.checkpoint.root).decode(),
    )
    work.report(ReportKind.RECEIPT, receipt.model_dump(mode="json"))

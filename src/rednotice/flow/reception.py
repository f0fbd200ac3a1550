"""Step three, at a node: an event that the feed trusts changes what the node holds, and the node answers for it."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from pydantic import ValidationError

from rednotice.errors import NotTrusted
from rednotice.flow.earlier import listed
from rednotice.flow.work import Held, Letter, NodeWork
from rednotice.log.feed import Trusted
from rednotice.log.history import Signed
from rednotice.log.report import Action, Receipt, ReportKind
from rednotice.model.check import Listed
from rednotice.model.event import EventKind
from rednotice.model.notice import Notice, Recall, Suspension, Withheld
from rednotice.model.retention import Erasure


@dataclass(frozen=True, slots=True)
class Applied:
    """What changes for the index of a node after an event: who becomes findable, and who no longer."""

    add: Listed | None = None
    remove: str | None = None
    last_word: str | None = None
    """The subject on which the event is the last word now; None if it changed nothing, or is a letter."""


def apply(work: NodeWork, trusted: Trusted) -> Applied:
    """Applies an event that the feed trusts to what the node holds, and queues the receipt.

    An event that is not newer than what is held of its subject changes nothing: it came twice, or late.

    Raises:
        NotTrusted: if the content is not what its kind promises.
    """
    event = trusted.event
    work.believe(Signed(trusted.checkpoint, trusted.note))
    try:
        if event.kind is EventKind.NOTICE_PUBLISHED:
            return _apply_notice(work, trusted, Notice.model_validate(event.content))
        if event.kind is EventKind.NOTICE_RECALLED:
            recalled = Recall.model_validate(event.content)
            return _drop(work, trusted, recalled.control_number, recalled.version, Action.ERASED)
        if event.kind is EventKind.NOTICE_SUSPENDED:
            suspension = Suspension.model_validate(event.content)
            return _drop(work, trusted, suspension.control_number, suspension.version, Action.SUSPENDED)
        if event.kind is EventKind.DATA_ERASED:
            return _erase(work, trusted, Erasure.model_validate(event.content))
        if event.kind is EventKind.NOTICE_WITHHELD:
            withheld = Withheld.model_validate(event.content)
            return _drop(work, trusted, withheld.control_number, withheld.version, Action.ERASED)
    except ValidationError:
        raise NotTrusted(f"event {event.number} is signed, but is no {event.kind} of this version") from None
    work.save_letter(Letter(event.number, event.at, work.bureau, event.kind, event.subject, event.content))
    return Applied()


def _apply_notice(work: NodeWork, trusted: Trusted, notice: Notice) -> Applied:
    if not _is_news(work, trusted, notice.control_number):
        return Applied()
    work.save_held(Held(notice.control_number, notice.version, trusted.event.number, notice))
    _report(work, trusted, notice.control_number, notice.version, Action.APPLIED, ("stored in the database", "indexed"))
    person = listed(notice.control_number, notice.person) if notice.person else None
    return Applied(add=person, last_word=notice.control_number)


def _drop(work: NodeWork, trusted: Trusted, number: str, version: int, action: Action) -> Applied:
    if not _is_news(work, trusted, number):
        return Applied()
    held = work.held(number)
    was_held = held is not None and held.notice is not None
    work.save_held(Held(number, version, trusted.event.number, None))
    work.erase_rejected(number)
    done = ("erased from the database", "removed from the index") if was_held else ("it was not held here",)
    _report(work, trusted, number, version, action, done)
    return Applied(remove=number, last_word=number)


def _erase(work: NodeWork, trusted: Trusted, erasure: Erasure) -> Applied:
    if not _is_news(work, trusted, erasure.subject):
        return Applied()
    done = work.erase((erasure.subject, *erasure.also), trusted.event.number)
    work.save_held(Held(erasure.subject, erasure.version, trusted.event.number, None))
    _report(work, trusted, erasure.subject, erasure.version, Action.ERASED, done)
    return Applied(remove=erasure.subject, last_word=erasure.subject)


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

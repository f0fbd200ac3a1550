"""One fact in the log."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from rednotice.model.values import Line, Noun


class EventKind(StrEnum):
    """Every kind of fact that the log records."""

    REQUEST_DRAFTED = "request.drafted"
    REQUEST_FILED = "request.filed"
    REQUEST_AMENDED = "request.amended"
    REQUEST_WITHDRAWN = "request.withdrawn"
    REQUEST_ASSIGNED = "request.assigned"
    QUESTION_ASKED = "question.asked"
    QUESTION_ANSWERED = "question.answered"
    QUESTION_LAPSED = "question.lapsed"
    OPINION_ASKED = "opinion.asked"
    OPINION_GIVEN = "opinion.given"
    OPINION_LAPSED = "opinion.lapsed"
    DECISION_SIGNED = "decision.signed"
    REQUEST_REFUSED = "request.refused"
    REQUEST_GRANTED = "request.granted"
    NOTICE_PUBLISHED = "notice.published"
    NOTICE_RECALLED = "notice.recalled"
    NOTICE_SUSPENDED = "notice.suspended"
    NOTICE_WITHHELD = "notice.withheld"
    REVIEW_REMINDED = "review.reminded"
    NOTICE_EXTENDED = "notice.extended"
    RECEIPT_RETURNED = "receipt.returned"
    BUREAU_SILENT = "bureau.silent"
    HIT_REPORTED = "hit.reported"
    CASE_MOVED = "case.moved"
    DUTY_DONE = "duty.done"
    DUTY_REMINDED = "duty.reminded"
    APPLICATION_RECEIVED = "application.received"
    APPLICATION_MOVED = "application.moved"
    APPLICATION_REMINDED = "application.reminded"
    APPLICATION_DECIDED = "application.decided"
    HOLD_PLACED = "hold.placed"
    HOLD_LIFTED = "hold.lifted"
    DATA_ERASED = "data.erased"
    ACT_REFUSED = "act.refused"
    BUREAU_CONNECTED = "bureau.connected"
    BUREAU_REVOKED = "bureau.revoked"
    KEYRING_CHANGED = "keyring.changed"


class Event(Noun):
    """A fact: its number (the leaf of the tree), what it is about, and its content, which may be erased."""

    number: Annotated[int, Field(ge=0)]
    at: datetime
    kind: EventKind
    subject: Line
    content: dict[str, Any]

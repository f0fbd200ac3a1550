"""One fact in the log."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from rednotice.model.values import Line, Noun


class EventKind(StrEnum):
    """Every kind of fact that the log records."""

    REQUEST_FILED = "request.filed"
    DECISION_SIGNED = "decision.signed"
    REQUEST_REFUSED = "request.refused"
    REQUEST_GRANTED = "request.granted"
    NOTICE_PUBLISHED = "notice.published"
    NOTICE_RECALLED = "notice.recalled"
    RECEIPT_RETURNED = "receipt.returned"
    HIT_REPORTED = "hit.reported"
    CASE_MOVED = "case.moved"
    BUREAU_CONNECTED = "bureau.connected"


class Event(Noun):
    """A fact: its number (the leaf of the tree), what it is about, and its content, which may be erased."""

    number: Annotated[int, Field(ge=0)]
    at: datetime
    kind: EventKind
    subject: Line
    content: dict[str, Any]

"""A request as the office holds it: what was filed, what the rules found, what was decided."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from rednotice.model.decision import Decision
from rednotice.model.finding import EarlierCase, Examination
from rednotice.model.request import Request
from rednotice.model.values import Line, Noun


class FilingState(StrEnum):
    """Where a request stands."""

    IN_REVIEW = "in review"
    REFUSED = "refused"
    GRANTED = "granted"


class Filing(Noun):
    """A filed request with its number at the office."""

    number: Line
    request: Request
    filed_by: Line
    filed_at: datetime
    state: FilingState = FilingState.IN_REVIEW
    examination: Examination
    earlier: tuple[EarlierCase, ...] = ()
    decision: Decision | None = None
    notices: tuple[Line, ...] = ()

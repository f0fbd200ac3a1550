"""How long data is kept: legal holds, and what remains of what was erased."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from rednotice.model.values import Line, Noun, Text


class Hold(Noun):
    """A legal hold: what it is on is not erased until it is lifted."""

    subject: Line
    reason: Text
    by: Line
    bureau: Line = Field(description="For whom it was placed: the office or the commission")
    at: datetime


class After(StrEnum):
    """Why data is erased."""

    RETENTION = "the end of retention"
    COMMISSION = "a decision of the commission"


class Erasure(Noun):
    """That all is erased that was kept on a subject. It names numbers, and no person."""

    subject: Line
    version: Annotated[int, Field(ge=1)] = Field(description="Of a notice: one more than its last")
    also: tuple[Line, ...] = Field((), description="Other files that are erased with it, such as its cases")
    after: After
    erased_at: datetime


class Erased(Noun):
    """What remains of a subject: that it was, when it was erased, and why."""

    subject: Line
    at: datetime
    after: After
    event: int | None = Field(description="For which nodes answer; none for what was erased with something else")

    def __str__(self) -> str:
        return f"{self.subject} was erased on {self.at.date()} after {self.after}"

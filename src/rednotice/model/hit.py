"""A match that an officer confirmed, on its way to the requesting bureau."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StrictBool

from rednotice.model.values import BureauCode, Line, Noun, Text


class Hit(Noun):
    """Who was found, by whom, where, and on which notice."""

    number: Line
    control_number: Line
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    bureau: BureauCode
    place: Line | None = None
    remark: Text | None = None
    urgent: StrictBool = Field(False, description="The person stands before the officer: an answer is awaited at once")
    officer: Line
    confirmed_at: datetime

"""A match that an officer confirmed, on its way to the requesting bureau."""

from __future__ import annotations

from datetime import datetime

from rednotice.model.values import BureauCode, Line, Noun, Text


class Hit(Noun):
    """Who was found, by whom, where, and on which notice."""

    number: Line
    control_number: Line
    version: int
    bureau: BureauCode
    place: Line | None = None
    remark: Text | None = None
    officer: Line
    confirmed_at: datetime

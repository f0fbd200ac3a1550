"""What a notice is worth in a country: nowhere binding, everywhere different, always with a source."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from rednotice.model.request import Colour
from rednotice.model.values import BureauCode, Line, Noun, Text


class EffectKind(StrEnum):
    """What an officer may do on the strength of a notice alone."""

    ARREST = "arrest"
    WARRANT_FIRST = "warrant first"
    LOCATE_ONLY = "locate only"
    NONE = "none"
    NOT_CONFIGURED = "not configured"


class Effect(Noun):
    """One line of a country's table: for which notices, what may be done, on what authority."""

    colour: Colour
    requested_by: Annotated[tuple[BureauCode, ...], Field(max_length=300)] = Field(
        (), description="Only for notices of these bureaus; empty: of any"
    )
    own_nationals: bool | None = Field(None, description="Only for the country's own nationals, or only for others")
    effect: EffectKind
    says: Text
    source: Line
    as_of: date


class EffectTable(Noun):
    """What notices are worth in one country. The first line that fits a notice holds for it."""

    country: BureauCode
    ask: Line = Field(description="Whom an officer asks before acting")
    effects: Annotated[tuple[Effect, ...], Field(max_length=1_000)]

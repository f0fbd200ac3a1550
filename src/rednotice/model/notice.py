"""What is circulated: one colour, one person, one control number, in versions."""

from __future__ import annotations

import re
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from rednotice.model.person import Person
from rednotice.model.request import Colour, Contact, Extradition, Facts
from rednotice.model.values import BureauCode, Line, Noun, Text
from rednotice.model.warrant import Warrant

SERIES = {Colour.RED: "A", Colour.SPECIAL: "S"}
"""The letter that opens the control numbers of a colour."""


def control_number(colour: Colour, number: int, on: date) -> str:
    """The control number of a notice: letter, number, month and year.

    >>> control_number(Colour.RED, 12, date(2026, 11, 24))
    'A-12/11-2026'
    """
    return f"{SERIES[colour]}-{number}/{on.month}-{on.year}"


def in_path(control_number: str) -> str:
    """A control number as it stands in addresses and subjects, where a slash would part it."""
    return control_number.replace("/", "-")


def from_path(text: str) -> str:
    """A control number from an address, with its slash or with the dash that stands for it.

    >>> from_path("A-12-11-2026")
    'A-12/11-2026'
    """
    fit = re.fullmatch(r"([A-Z]-\d+)-(\d{1,2}-\d{4})", text)
    return f"{fit[1]}/{fit[2]}" if fit else text


class Listing(Noun):
    """The entry of a list behind a special notice (RPD 95)."""

    source: Line
    reference: Line
    listed_on: date | None = None
    measures: tuple[Line, ...] = ()
    remark: Text | None = None


class Notice(Noun):
    """A notice as every bureau receives it. Who to ask stands on it."""

    control_number: Line
    version: Annotated[int, Field(ge=1)]
    colour: Colour
    bureau: BureauCode | None = Field(description="The requesting bureau; none for a special notice")
    request: Line | None = None
    person: Person
    facts: Facts | None = None
    warrants: tuple[Warrant, ...] = ()
    extradition: Extradition | None = None
    listing: Listing | None = None
    action: Text
    contact: Contact | None = None
    published_at: datetime
    review_by: date


class Ground(StrEnum):
    """Why a notice is recalled (RPD 81)."""

    FULFILLED = "purpose fulfilled"
    WITHDRAWN = "withdrawn by the bureau"
    CONDITIONS = "conditions no longer met"
    COMPLIANCE = "not compliant with the rules"


class Recall(Noun):
    """The cancellation of a notice, with erasure at every node."""

    control_number: Line
    version: Annotated[int, Field(ge=2)]
    ground: Ground
    recalled_at: datetime

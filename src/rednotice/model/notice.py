"""What is circulated: one colour, one person, one control number, in versions."""

from __future__ import annotations

import re
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from rednotice.model.person import Person
from rednotice.model.request import Colour, Contact, Diffusion, Extradition, Facts, PublicExtract
from rednotice.model.sections import Assessment, Asset, DeadBody, Disappearance, ModusOperandi, Threat
from rednotice.model.values import BureauCode, Line, Noun, Text
from rednotice.model.warrant import Warrant

SERIES = {
    Colour.RED: "A",
    Colour.BLUE: "B",
    Colour.GREEN: "C",
    Colour.YELLOW: "D",
    Colour.BLACK: "F",
    Colour.PURPLE: "G",
    Colour.ORANGE: "O",
    Colour.SILVER: "V",
    Colour.SPECIAL: "S",
}
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


class Remark(StrEnum):
    """What was added to a notice after its publication."""

    CAVEAT = "caveat"  # a warning: another bureau's position, a refused extradition, an application
    ADDENDUM = "addendum"  # more data


class Addition(Noun):
    """A caveat or addendum (RPD 34(3)(d), 80)."""

    kind: Remark
    text: Text
    by: Line = Field(description="The bureau, the office or the commission")
    at: datetime


class Notice(Noun):
    """A notice as every bureau receives it. Who to ask stands on it."""

    control_number: Line
    version: Annotated[int, Field(ge=1)]
    colour: Colour
    bureau: BureauCode | None = Field(description="The requesting bureau; none for a special notice")
    request: Line | None = None
    person: Person | None = Field(None, description="None on a notice about a body, a method or a thing")
    facts: Facts | None = None
    warrants: tuple[Warrant, ...] = ()
    extradition: Extradition | None = None
    listing: Listing | None = None
    action: Text
    contact: Contact | None = None
    assessment: Assessment | None = None
    disappearance: Disappearance | None = None
    body: DeadBody | None = None
    modus_operandi: ModusOperandi | None = None
    threat: Threat | None = None
    assets: tuple[Asset, ...] = ()
    additions: tuple[Addition, ...] = ()
    restricted: tuple[BureauCode, ...] = Field((), description="Bureaus that may not have access (RPD 58)")
    public_extract: PublicExtract | None = None
    diffusion: Diffusion | None = Field(None, description="On a diffusion: to whom the bureau sent it")
    published_at: datetime
    review_by: date

    @property
    def name(self) -> str:
        """The name of its person, or words that say that it has none."""
        return self.person.principal_name if self.person else f"(a {self.colour} notice about no person)"

    @property
    def for_everybody(self) -> bool:
        """Whether every bureau may have it."""
        return not self.restricted and (self.diffusion is None or self.diffusion.everywhere)

    def may_have(self, bureau: str) -> bool:
        """Whether a bureau may have it: its own always; no other from which it is kept, or to which it was not sent."""
        if bureau == self.bureau or self.for_everybody:
            return True
        sent_there = self.diffusion is None or self.diffusion.everywhere or bureau in self.diffusion.to
        return sent_there and bureau not in self.restricted


class Ground(StrEnum):
    """Why a notice is recalled (RPD 81)."""

    FULFILLED = "purpose fulfilled"
    WITHDRAWN = "withdrawn by the bureau"
    CONDITIONS = "conditions no longer met"
    COMPLIANCE = "not compliant with the rules"
    NO_ACTION = "located, and the bureau did not act"
    NOT_REVIEWED = "nobody said in time that it is still needed"
    COMMISSION = "decision of the commission"


class Suspension(Noun):
    """That a notice is not in force for a time: nodes hold nothing of it until it is published again."""

    control_number: Line
    version: Annotated[int, Field(ge=2)]
    because: Line
    by: Line = Field(description="The bureau, the office or the commission, which alone lifts it")
    suspended_at: datetime


class Withheld(Noun):
    """That a notice in force comes to a node no more, or by another stream: what came by this one goes (RPD 58)."""

    control_number: Line
    version: Annotated[int, Field(ge=2)]
    withheld_at: datetime


class Recall(Noun):
    """The cancellation of a notice, with erasure at every node."""

    control_number: Line
    version: Annotated[int, Field(ge=2)]
    ground: Ground
    recalled_at: datetime

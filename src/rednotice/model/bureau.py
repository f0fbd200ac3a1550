"""Bureaus and the officers who act for them."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from rednotice.model.values import BureauCode, Line, Noun

OFFICE = "OFFICE"
COMMISSION = "COMMISSION"
"""The commission for the control of files: neither the office's nor any bureau's."""


class Role(StrEnum):
    """What an officer may do."""

    OPERATOR = "operator"  # runs the machine: enrols officers, connects bureaus, imports lists
    REVIEWER = "reviewer"  # of the office: examines requests and signs decisions
    DESK = "desk"  # of a bureau: files requests, follows cases, recalls its notices
    OFFICER = "officer"  # of a bureau: checks persons and reports hits
    COMMISSIONER = "commissioner"  # of the commission: decides on applications of persons concerned


class Officer(Noun):
    """A person acting for a bureau, or for the office itself."""

    name: Line
    bureau: BureauCode | Literal["OFFICE", "COMMISSION"]
    role: Role
    seconded_from: BureauCode | None = Field(
        None, description="The bureau that sent a reviewer to the office; such a reviewer signs none of its requests"
    )

    @property
    def of_office(self) -> bool:
        """Whether the officer acts for the office."""
        return self.bureau == OFFICE

    @property
    def of_commission(self) -> bool:
        """Whether the officer acts for the commission."""
        return self.bureau == COMMISSION and self.role is Role.COMMISSIONER

"""Bureaus and the officers who act for them."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from rednotice.model.values import BureauCode, Line, Noun

OFFICE = "OFFICE"


class Role(StrEnum):
    """What an officer may do."""

    OPERATOR = "operator"  # runs the machine: enrols officers, connects bureaus, imports lists
    REVIEWER = "reviewer"  # of the office: examines requests and signs decisions
    DESK = "desk"  # of a bureau: files requests, follows cases, recalls its notices
    OFFICER = "officer"  # of a bureau: checks persons and reports hits


class Officer(Noun):
    """A person acting for a bureau, or for the office itself."""

    name: Line
    bureau: BureauCode | Literal["OFFICE"]
    role: Role

    @property
    def of_office(self) -> bool:
        """Whether the officer acts for the office."""
        return self.bureau == OFFICE

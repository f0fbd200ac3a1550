"""What the form asks besides for each colour other than red (RPD 88-95)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictBool

from rednotice.model.values import CountryCode, Line, Noun, PartialDate, Text


class Assessment(Noun):
    """Green: the assessment of a law-enforcement authority that a person is a threat (RPD 89)."""

    authority: Line | None = None
    date: PartialDate | None = None
    threat: Text | None = Field(None, description="What the person may do, and to whom")
    convictions: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    other_grounds: Text | None = Field(None, description="Reasonable grounds other than convictions")


class Disappearance(Noun):
    """Yellow: how a person went missing, or where one who cannot say who he or she is was found (RPD 90)."""

    reported_on: PartialDate | None = None
    reported_to: Line | None = None
    last_seen: Line | None = None
    circumstances: Text | None = None
    by_parent: StrictBool | None = Field(None, description="Whether a parent is thought to have taken the child")
    may_stay_away: StrictBool | None = Field(
        None, description="Whether an adult may have left of his or her own will; privacy is then weighed"
    )


class DeadBody(Noun):
    """Black: a body that is not identified (RPD 91)."""

    found_on: PartialDate | None = None
    found_at: Line | None = None
    country: CountryCode | None = None
    description: Text | None = None


class ModusOperandi(Noun):
    """Purple: how a crime is committed, with which objects, devices or hiding places (RPD 92)."""

    crime: Line | None = None
    method: Text | None = None
    objects: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    serious: StrictBool | None = Field(None, description="Whether the crime is a serious one")
    complex: StrictBool | None = None
    repeated: StrictBool | None = None


class ThreatKind(StrEnum):
    """What an orange notice warns of."""

    EVENT = "event"
    PERSON = "person"
    OBJECT = "object"
    PROCESS = "process"


class Threat(Noun):
    """Orange: an imminent threat to persons or property (RPD 93)."""

    kind: ThreatKind | None = None
    danger: Text | None = Field(None, description="What may happen, to whom or what")
    imminent: StrictBool | None = None
    serious: StrictBool | None = None
    precautions: Text | None = Field(None, description="What those who meet it should do")


class AssetKind(StrEnum):
    """What a silver notice looks for."""

    REAL_PROPERTY = "real property"
    VEHICLE = "vehicle"
    VESSEL = "vessel"
    ACCOUNT = "account"
    COMPANY = "company"
    VIRTUAL = "virtual asset"
    OTHER = "other"


class Asset(Noun):
    """Silver: an asset that is thought to come from crime (pilot since 2025)."""

    kind: AssetKind
    description: Line | None = None
    identifier: Line | None = None
    country: CountryCode | None = None

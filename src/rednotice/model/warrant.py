"""The national decision behind a request: authority, offences, law, penalty, sentence."""

from __future__ import annotations

import base64
import binascii
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from rednotice.model.values import CountryCode, Line, Noun, PartialDate, fault

SCAN_LIMIT = 8_000_000


class PenaltyKind(StrEnum):
    """How the law punishes."""

    IMPRISONMENT = "imprisonment"
    LIFE = "life"
    DEATH = "death"


class Penalty(Noun):
    """A penalty that a law threatens or a court imposed."""

    kind: PenaltyKind
    months: Annotated[int, Field(ge=1, le=12_000, strict=True)] | None = None

    @model_validator(mode="after")
    def _months_where_they_belong(self) -> Penalty:
        if self.kind is PenaltyKind.IMPRISONMENT and self.months is None:
            raise fault("imprisonment has no length", "Give months, such as 300 for 25 years")
        if self.kind is not PenaltyKind.IMPRISONMENT and self.months is not None:
            raise fault(f"{self.kind} has a length in months", "Remove months")
        return self

    def at_least(self, months: int) -> bool:
        """Whether this penalty is as heavy as so many months of imprisonment, or heavier."""
        return self.months is None or self.months >= months

    def __str__(self) -> str:
        if self.months is None:
            return "death" if self.kind is PenaltyKind.DEATH else "imprisonment for life"
        years, months = divmod(self.months, 12)
        parts = [f"{years} years" if years else "", f"{months} months" if months else ""]
        return " and ".join(part for part in parts if part)


class Offence(Noun):
    """A charge, the law that makes it one, and the most that law threatens."""

    charge: Line
    law: Line | None = None
    maximum_penalty: Penalty | None = None
    prosecution_until: PartialDate | None = Field(None, description="The last day on which it can be prosecuted")


class Sentence(Noun):
    """A sentence that the person has to serve."""

    imposed: Penalty
    remaining_months: Annotated[int, Field(ge=0, le=12_000, strict=True)] | None = None
    judgment: Line | None = Field(None, description="Number of the judgment")
    in_absentia: bool | None = None
    retrial: bool | None = Field(None, description="Whether a person sentenced in absentia may have a new trial")


class AuthorityKind(StrEnum):
    """What kind of body issued a warrant."""

    JUDICIAL = "judicial"
    TRIBUNAL = "tribunal"
    PROSECUTOR = "prosecutor"
    OTHER = "other"


class Authority(Noun):
    """The body that issued a warrant."""

    name: Line
    kind: AuthorityKind
    country: CountryCode | None = None


class Purpose(StrEnum):
    """What a red notice is asked for (RPD 82): to prosecute, or to have a sentence served."""

    PROSECUTION = "prosecution"
    SENTENCE = "sentence"


_SIGNATURES = {"application/pdf": b"%PDF-", "image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}


class Scan(Noun):
    """A copy of a document as a file, in base64."""

    media_type: Literal["application/pdf", "image/jpeg", "image/png"]
    data: Annotated[str, Field(max_length=SCAN_LIMIT, json_schema_extra={"contentEncoding": "base64"})]

    @model_validator(mode="after")
    def _is_what_it_says(self) -> Scan:
        try:
            content = base64.b64decode("".join(self.data.split()), validate=True)
        except (binascii.Error, ValueError):
            raise fault("the data is not base64", "Encode the file as base64") from None
        if not content.startswith(_SIGNATURES[self.media_type]):
            really = next((name for name, mark in _SIGNATURES.items() if content.startswith(mark)), "something else")
            raise fault(f"says {self.media_type} but its content is {really}", "Give the type that the file has")
        return self


class Warrant(Noun):
    """An arrest warrant or a judgment with the same effect."""

    number: Line | None = None
    date: PartialDate | None = None
    authority: Authority | None = None
    signatory: Line | None = None
    purpose: Purpose = Purpose.PROSECUTION
    offences: Annotated[tuple[Offence, ...], Field(max_length=100)] = ()
    sentence: Sentence | None = None
    persons: Annotated[tuple[Line, ...], Field(max_length=1_000)] = Field(
        (), description="Keys of the persons it names; empty: all persons of the request"
    )
    scan: Scan | None = Field(None, description="A copy of the warrant")

    @model_validator(mode="after")
    def _sentence_where_it_is_served(self) -> Warrant:
        if self.purpose is Purpose.SENTENCE and self.sentence is None:
            raise fault("is for serving a sentence but gives none", "Add sentence, or set purpose to prosecution")
        return self

    def names_person(self, key: str | None) -> bool:
        """Whether this warrant is for the person of the request with this key."""
        return not self.persons or key in self.persons

"""The person who is sought: names, birth, nationalities, documents, description, offices held."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictBool, model_validator

from rednotice.model.values import CountryCode, Line, Noun, PartialDate, Text, fault


class NameKind(StrEnum):
    """What a name is to its bearer."""

    PRIMARY = "primary"
    BIRTH = "birth"
    ALIAS = "alias"
    ORIGINAL_SCRIPT = "original script"


class Name(Noun):
    """One name of a person, in parts where they are known, in full where they are not."""

    family: Line | None = None
    given: Line | None = None
    full: Line | None = None
    kind: NameKind = NameKind.PRIMARY

    @model_validator(mode="after")
    def _has_a_part(self) -> Name:
        if not (self.family or self.given or self.full):
            raise fault("names nobody", "Give family, given or full")
        return self

    def __str__(self) -> str:
        return self.full or " ".join(part for part in (self.given, self.family) if part)


class Sex(StrEnum):
    """As the machine-readable passport writes it, with U where it writes `<`."""

    MALE = "M"
    FEMALE = "F"
    UNKNOWN = "U"


class DocumentKind(StrEnum):
    """A document that establishes who a person is."""

    PASSPORT = "passport"
    IDENTITY_CARD = "identity card"
    RESIDENCE_PERMIT = "residence permit"
    DRIVING_LICENCE = "driving licence"
    OTHER = "other"


class Document(Noun):
    """An identity document by number and issuing country."""

    kind: DocumentKind
    number: Line
    country: CountryCode | None = None


class BiometricKind(StrEnum):
    """What a bureau may hold of a person's body."""

    PHOTOGRAPH = "photograph"
    FINGERPRINTS = "fingerprints"
    DNA_PROFILE = "DNA profile"


class Biometric(Noun):
    """A photograph, set of fingerprints or DNA profile that the bureau holds and gives on demand."""

    kind: BiometricKind
    reference: Line
    good: bool = True


class Description(Noun):
    """What an officer would see."""

    height_cm: Annotated[int, Field(ge=30, le=272, strict=True)] | None = None
    build: Line | None = None
    hair: Line | None = None
    eyes: Line | None = None
    marks: Text | None = None

    @property
    def is_blank(self) -> bool:
        """Whether nothing at all is described."""
        return not any((self.height_cm, self.build, self.hair, self.eyes, self.marks))


class OfficeKind(StrEnum):
    """The public offices that the neutrality test asks about (RPD 34(3)(b))."""

    HEAD_OF_STATE = "head of state"
    HEAD_OF_GOVERNMENT = "head of government"
    MINISTER = "minister"
    SENIOR_OFFICIAL = "senior official"
    POLITICIAN = "politician"
    MILITARY = "military"


class PublicOffice(Noun):
    """A public office that a person holds or held."""

    kind: OfficeKind
    title: Line | None = None
    country: CountryCode | None = None
    serving: bool


class PersonRole(StrEnum):
    """What a person is to the case (RPD 83, 88-91)."""

    ACCUSED = "accused"
    CONVICTED = "convicted"
    SUSPECT = "suspect"
    WITNESS = "witness"
    VICTIM = "victim"
    MISSING = "missing"
    UNIDENTIFIED = "unable to say who he or she is"
    DEAD = "dead"


class Refuge(Noun):
    """That a country recognised a person as a refugee from another (GA-2017-RES-09)."""

    from_country: CountryCode
    granted_by: CountryCode | None = None
    confirmed: StrictBool = False


class Person(Noun):
    """A person who is sought. Every field may be unknown: what is missing, the rules say, not the form."""

    key: Line | None = Field(None, description="A name of your own for this entry, so that a warrant can point to it")
    names: Annotated[tuple[Name, ...], Field(max_length=200)] = ()
    sex: Sex | None = None
    born: PartialDate | None = None
    also_born: Annotated[tuple[PartialDate, ...], Field(max_length=50)] = Field(
        (), description="Other dates of birth under which the person is known"
    )
    birthplace: Line | None = None
    nationalities: Annotated[tuple[CountryCode, ...], Field(max_length=20)] = ()
    father: Line | None = None
    mother: Line | None = None
    documents: Annotated[tuple[Document, ...], Field(max_length=100)] = ()
    biometrics: Annotated[tuple[Biometric, ...], Field(max_length=20)] = ()
    description: Description | None = None
    languages: Annotated[tuple[Line, ...], Field(max_length=50)] = ()
    occupation: Line | None = None
    offices: Annotated[tuple[PublicOffice, ...], Field(max_length=20)] = ()
    likely_in: Annotated[tuple[CountryCode, ...], Field(max_length=50)] = ()
    warnings: Annotated[tuple[Line, ...], Field(max_length=20)] = ()
    role: PersonRole | None = Field(None, description="What the person is to the case")
    deceased: StrictBool | None = None
    refuge: Refuge | None = Field(None, description="Recognised as a refugee, if known")
    part_played: Text | None = Field(None, description="What this person did in the act, in a sentence or two")
    remark: Text | None = None

    @property
    def is_named(self) -> bool:
        """Whether the entry bears any name at all."""
        return bool(self.names)

    @property
    def principal_name(self) -> str:
        """The first name given, or words that say there is none."""
        return str(self.names[0]) if self.names else "(a person without a name)"

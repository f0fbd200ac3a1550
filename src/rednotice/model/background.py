"""What the form asks about the background of a case: the neutrality test and human rights need plain answers.

Every answer may be left open; then only the free text speaks.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictBool

from rednotice.model.values import CountryCode, Line, Noun, PartialDate, Text


class ArmedConflict(StrEnum):
    """In what armed conflict an act stands."""

    NONE = "none"
    BETWEEN_STATES = "between states"
    WITHIN_A_STATE = "within a state"


class Organisation(Noun):
    """An organisation that the case is about, and what of the person's part in it is a charge."""

    name: Line
    un_listed: StrictBool | None = Field(None, description="Whether it is on a list of the Security Council")
    membership_only: StrictBool | None = Field(
        None, description="Whether membership or support, without an act of the person's own, is all that is charged"
    )


class Background(Noun):
    """Answers to what the neutrality test asks (Constitution, Article 3; RPD 34(3))."""

    armed_conflict: ArmedConflict | None = None
    act_in_combat: StrictBool | None = Field(None, description="Whether the act was done in fighting")
    coup_or_uprising: StrictBool | None = Field(None, description="Whether the act was part of a coup or an uprising")
    election: StrictBool | None = Field(None, description="Whether the act concerns an election as such")
    expression_or_assembly: StrictBool | None = Field(
        None, description="Whether the act consists of speech, publication, protest or belonging to an association"
    )
    exercise_of_office: StrictBool | None = Field(
        None, description="Whether the act was a decision, policy or use of a budget in a public office"
    )
    religion_or_race: StrictBool | None = Field(
        None, description="Whether the charge is about a belief, or about belonging to a religious or racial group"
    )
    crime_under_international_law: StrictBool | None = Field(
        None, description="Whether genocide, a crime against humanity or a war crime is charged"
    )
    organisation: Organisation | None = None
    personal_gain: StrictBool | None = Field(None, description="Whether the person gained by the act")
    harm_to_civilians: StrictBool | None = Field(None, description="Whether persons outside any fighting were harmed")
    political_context: Text | None = Field(
        None, description="Changes of power, amnesties, or parties to which persons charged belong"
    )
    link_to_country: Text | None = Field(
        None, description="What ties act, place or victims to the requesting country or entity"
    )


class Judged(StrEnum):
    """How proceedings elsewhere ended."""

    CONVICTED = "convicted"
    ACQUITTED = "acquitted"
    NOT_PROSECUTED = "prosecution refused"


class EarlierJudgment(Noun):
    """A decision elsewhere on the same person (ne bis in idem)."""

    country: CountryCode
    date: PartialDate | None = None
    ended: Judged
    same_facts: StrictBool
    final: StrictBool
    proof: Line | None = Field(None, description="The judgment or decision, by number")
    persons: Annotated[tuple[Line, ...], Field(max_length=1_000)] = Field(
        (), description="Keys of the persons it is about; empty: all persons of the request"
    )


class RefusalGround(StrEnum):
    """Why a country refused extradition."""

    HUMAN_RIGHTS = "human rights"
    POLITICAL = "political, military, religious or racial character"
    NATIONALITY = "own national"
    TIME = "time limit of prosecution"
    FORM = "form of the request"
    OTHER = "other"


class ExtraditionRefused(Noun):
    """That a country refused to extradite a person of the request."""

    country: CountryCode
    date: PartialDate | None = None
    ground: RefusalGround
    persons: Annotated[tuple[Line, ...], Field(max_length=1_000)] = ()


class Located(Noun):
    """Where a person has been known to be, and whether anything was done about it (RPD 81)."""

    country: CountryCode
    since: PartialDate
    extradition_requested: StrictBool
    reason: Text | None = Field(None, description="Why extradition was not requested")


class Safeguards(Noun):
    """Answers on fair trial and treatment (Constitution, Article 2)."""

    torture_alleged: StrictBool | None = Field(None, description="Whether torture is alleged with substance")
    confession_disputed: StrictBool | None = Field(
        None, description="Whether the evidence rests on a confession said to be forced"
    )
    defence_guaranteed: StrictBool | None = Field(None, description="Whether a lawyer and a public trial are assured")
    remark: Text | None = None


class Proceedings(Noun):
    """What other authorities decided on the persons of a request."""

    earlier_judgments: Annotated[tuple[EarlierJudgment, ...], Field(max_length=100)] = ()
    extradition_refused: Annotated[tuple[ExtraditionRefused, ...], Field(max_length=100)] = ()
    located: Located | None = None
    transferred_to: CountryCode | None = Field(None, description="The country to which proceedings were transferred")
    safeguards: Safeguards | None = None

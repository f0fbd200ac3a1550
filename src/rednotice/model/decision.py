"""What reviewers decide on persons of a request: the grounds as they weighed them, reasons, and two signatures."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field, model_validator

from rednotice.model.finding import Finding
from rednotice.model.values import Line, Noun, Text, fault


class Outcome(StrEnum):
    """The ends of a review."""

    PUBLISH = "publish"
    REFUSE = "refuse"


class Weighing(StrEnum):
    """What a reviewer makes of a ground."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    ADDED = "added"


class Weighed(Noun):
    """A ground as a reviewer weighed it: what a rule says, accepted or rejected, or a ground of the reviewer's own."""

    weighing: Weighing
    rule: Line | None = Field(None, description="The rule whose findings are accepted or rejected")
    citation: Line | None = Field(None, description="The article; of an added ground, given by the reviewer")
    because: Text | None = Field(None, description="Why it is rejected, or what the added ground is")

    @model_validator(mode="after")
    def _says_what_it_must(self) -> Weighed:
        if self.weighing is Weighing.ADDED:
            if self.rule or not self.citation or not self.because:
                raise fault("an added ground lacks its article or its words", "Give citation and because, and no rule")
        elif not self.rule:
            raise fault(f"nothing is {self.weighing}", "Name the rule whose findings are meant")
        elif self.weighing is Weighing.REJECTED and not self.because:
            raise fault(f"{self.rule} is rejected without a word", "Say in because why it does not hold")
        return self


class Signature(Noun):
    """Who signed a decision, and when; what the second signatory added to the reasons."""

    officer: Line
    at: datetime
    remark: Text | None = None


class Decision(Noun):
    """A decision on persons of a request. It takes effect with the second signature, which is another person's."""

    request: Line
    persons: tuple[int, ...] = Field((), description="Their places in the request; empty: all that it names, or none")
    outcome: Outcome
    reasons: Text
    citations: tuple[Line, ...]
    weighed: tuple[Weighed, ...] = ()
    findings: tuple[Finding, ...] = Field((), description="The findings that were accepted as grounds")
    signatures: tuple[Signature, ...]
    void: Line | None = Field(None, description="Why a proposal no longer stands")
    notices: tuple[Line, ...] = Field((), description="The notices that followed, in the order of the persons")

    @property
    def in_effect(self) -> bool:
        """Whether two persons have signed."""
        return self.void is None and len({signature.officer for signature in self.signatures}) >= 2

    @property
    def is_proposed(self) -> bool:
        """Whether it waits for its second signature."""
        return self.void is None and not self.in_effect

    def covers(self, person: int) -> bool:
        """Whether it is about the person at a place of the request."""
        return not self.persons or person in self.persons

"""What reviewers decide on a request, with reasons and two signatures."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from rednotice.model.values import Line, Noun, Text


class Outcome(StrEnum):
    """The ends of a review."""

    PUBLISH = "publish"
    REFUSE = "refuse"


class Signature(Noun):
    """Who signed a decision, and when; what the second signatory added to the reasons."""

    officer: Line
    at: datetime
    remark: Text | None = None


class Decision(Noun):
    """A decision on a request. It takes effect with the second signature, which is another person's."""

    request: Line
    outcome: Outcome
    reasons: Text
    citations: tuple[Line, ...]
    signatures: tuple[Signature, ...]

    @property
    def in_effect(self) -> bool:
        """Whether two persons have signed."""
        return len({signature.officer for signature in self.signatures}) >= 2

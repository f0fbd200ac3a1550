"""What one rule says of one request, and what all of them together recommend."""

from __future__ import annotations

from enum import StrEnum

from rednotice.model.values import BureauCode, Line, Noun, Text


class Verdict(StrEnum):
    """The four things a rule may say, from best to worst."""

    SATISFIED = "satisfied"
    DOUBTFUL = "doubtful"
    MISSING = "missing"
    BARRED = "barred"


class Lean(StrEnum):
    """To which side of the predominance test a finding leans (AGN/20/RES/11)."""

    POLITICAL = "political"
    MILITARY = "military"
    RELIGIOUS = "religious"
    RACIAL = "racial"
    ORDINARY = "ordinary crime"


class Weight(StrEnum):
    """How much a finding weighs in the predominance test."""

    LIGHT = "light"
    HEAVY = "heavy"
    DECISIVE = "decisive"


class Evidence(Noun):
    """Where in the file a finding points: the path of a field and, for free text, the passage."""

    path: str
    passage: str | None = None


class Finding(Noun):
    """What one rule says: its question, its answer, why, on what evidence, and what would change it."""

    rule: Line
    citation: Line
    question: str
    verdict: Verdict
    because: str
    evidence: tuple[Evidence, ...] = ()
    mend: str | None = None
    lean: Lean | None = None
    weight: Weight | None = None


class Advice(StrEnum):
    """What the findings together recommend. Only people decide."""

    PUBLISH = "publish"
    EXAMINE = "examine"
    ASK = "ask the bureau"
    REFUSE = "refuse"


class Recommendation(Noun):
    """The advice, its reason in a sentence, and the articles it rests on."""

    advice: Advice
    because: str
    citations: tuple[Line, ...]


class EarlierCase(Noun):
    """An earlier request for the same persons that was refused or recalled, as a reviewer is shown it."""

    request: Line
    bureau: Line
    reference: Line
    decided_at: str
    citations: tuple[Line, ...]
    reasons: str
    same: tuple[str, ...]
    """In words, what makes it the same case: person by person, warrant by warrant."""
    how: Line = "refused"
    """How it ended: refused, or published and recalled."""


class Stance(StrEnum):
    """What a bureau says of another bureau's request (RPD 34(3)(d))."""

    SUPPORTS = "supports"
    OBJECTS = "objects"
    PROTESTS = "protests"  # against a prosecution of its nationals for crimes under international law
    NO_POSITION = "no position"


class Position(Noun):
    """The position of a bureau on another bureau's request, as the office recorded it."""

    bureau: BureauCode
    stance: Stance
    because: Text | None = None


class Examination(Noun):
    """A request under all rules in force on a day."""

    findings: tuple[Finding, ...]
    recommendation: Recommendation

    def of(self, *verdicts: Verdict) -> tuple[Finding, ...]:
        """The findings with one of these verdicts."""
        return tuple(finding for finding in self.findings if finding.verdict in verdicts)

"""The rulebook: every rule in order, and what all of them say of one request."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rednotice.model.finding import (
    Advice,
    EarlierCase,
    Examination,
    Finding,
    Position,
    Recommendation,
    Verdict,
)
from rednotice.model.request import Request
from rednotice.rules import constitution, red
from rednotice.rules.neutrality import is_weighed
from rednotice.rules.rule import File, Rule
from rednotice.rules.text import reading

RULES: tuple[Rule, ...] = (*constitution.RULES, *red.RULES)


def examine(
    request: Request, on: date, earlier: Sequence[EarlierCase] = (), positions: Sequence[Position] = ()
) -> Examination:
    """Puts a request to every rule that is in force for its colour on a day."""
    file = File(request, on, tuple(earlier), tuple(positions))
    with reading():
        findings = tuple(
            finding
            for rule in RULES
            if rule.in_force(on) and request.colour in rule.colours
            for finding in rule.findings(file)
        )
    return Examination(findings=findings, recommendation=recommend(findings))


def recommend(findings: Sequence[Finding]) -> Recommendation:
    """Weighs findings: what bars outweighs what is missing, and that outweighs what is doubtful.

    Doubts that lean to a side of the predominance test are answered by that test, and count through it alone.
    """
    counted = [finding for finding in findings if not is_weighed(finding, findings)]
    steps = (
        (Verdict.BARRED, Advice.REFUSE, "barred"),
        (Verdict.MISSING, Advice.ASK, "incomplete"),
        (Verdict.DOUBTFUL, Advice.EXAMINE, "doubtful"),
    )
    for verdict, advice, word in steps:
        weighty = [finding for finding in counted if finding.verdict is verdict]
        if weighty:
            rules = tuple(dict.fromkeys(finding.rule.replace("_", " ") for finding in weighty))
            because = f"{word} by: {', '.join(rules)}"
            return Recommendation(advice=advice, because=because, citations=_citations(weighty))
    return Recommendation(
        advice=Advice.PUBLISH, because="no rule of this version speaks against it", citations=_citations(findings)
    )


def _citations(findings: Sequence[Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(finding.citation for finding in findings))

"""The rulebook: every rule in order, and what all of them say of one request."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from difflib import get_close_matches

from rednotice.errors import NotFound, quote
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
from rednotice.rules import (
    constitution,
    human_rights,
    other_colours,
    processing,
    red,
    red_data,
    special_persons,
    things,
)
from rednotice.rules.neutrality import is_weighed
from rednotice.rules.rule import File, Rule
from rednotice.rules.text import reading

CHAPTERS: tuple[tuple[str, tuple[Rule, ...]], ...] = (
    ("Neutrality (Constitution, Article 3)", constitution.RULES),
    ("Human rights and other grounds (Constitution, Article 2)", human_rights.RULES),
    ("Every request (RPD 7-12, 58, 61, 76, 97-101)", processing.RULES),
    ("Minors, the deceased, victims and witnesses (RPD 38-41)", special_persons.RULES),
    ("Red: for what it may be asked (RPD 83(1))", red.RULES),
    ("Red: what the request must say (RPD 83(2)-85)", red_data.RULES),
    ("Blue, green and yellow (RPD 88-90)", other_colours.RULES),
    ("Black, purple, orange and silver (RPD 91-93, the pilot)", things.RULES),
)
"""The book by chapters, in the order in which its rules are asked."""

RULES: tuple[Rule, ...] = tuple(rule for _, rules in CHAPTERS for rule in rules)


def rule_named(name: str) -> Rule:
    """A rule by its name, with dashes or underscores.

    Raises:
        NotFound: if the book has none of this name; says which are near.
    """
    rules = {rule.name: rule for rule in RULES}
    wanted = name.strip().lower().replace("-", "_")
    if wanted in rules:
        return rules[wanted]
    near = ", ".join(get_close_matches(wanted, rules)) or "none; 'rednotice law' lists all"
    raise NotFound(f"there is no rule {quote(name)}; near it: {near}")


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
    if not findings:
        # Before the constitution, or where every rule has ended: nothing spoke, so nothing is recommended unseen.
        return Recommendation(advice=Advice.EXAMINE, because="no rule was in force on this day", citations=("RPD 77",))
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

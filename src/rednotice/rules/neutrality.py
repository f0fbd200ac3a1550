"""The predominance test (AGN/20/RES/11, Lisbon 1951): which element of a case weighs more.

Each rule below it gives its finding with the side to which it leans and a weight. `predominance` adds them up: a rule
counts once on a side, with its heaviest finding, so that neither order nor the number of persons changes anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rednotice.model.finding import Evidence, Finding, Lean, Verdict, Weight
from rednotice.rules import categories, factors, military
from rednotice.rules.categories import SINCE
from rednotice.rules.rule import AGAINST_PERSONS, File, Says, barred, doubtful, rule, satisfied

WEIGHED = (*military.RULES, *categories.RULES, *factors.RULES)
"""The rules whose findings lean to a side."""

POINTS = {Weight.LIGHT: 1, Weight.HEAVY: 3}
"""What a finding counts. A decisive one is not counted: it decides."""
PREDOMINATES = 3
"""So much more on the other side, and it predominates: one heavy finding with nothing against it."""
OUTWEIGHS = 2
"""So much more on the side of ordinary crime, and it predominates: a heavy finding against a light one."""


@rule(
    "Constitution, Article 3; RPD 34(2)-(3); AGN/20/RES/11",
    since=SINCE,
    colours=AGAINST_PERSONS,
    source_note="Weights and margins are our own measure; the texts name the factors and leave the weighing to people.",
)
def predominance(file: File) -> Iterator[Says]:
    """Does the element of ordinary crime predominate over the political, military, religious or racial one?"""
    leanings = [
        finding
        for one in WEIGHED
        if one.in_force(file.on) and file.request.colour in one.colours
        for finding in one.findings(file)
        if finding.lean is not None
    ]
    decisive = [one for one in leanings if one.weight is Weight.DECISIVE and one.lean is not Lean.ORDINARY]
    ordinary = _heaviest(one for one in leanings if one.lean is Lean.ORDINARY)
    other = _heaviest(one for one in leanings if one.lean is not Lean.ORDINARY)
    sides = f"{_sum(other, 'other elements')}, {_sum(ordinary, 'ordinary crime')}"
    points, against = _points(ordinary), _points(other)
    if decisive:
        named = ", ".join(sorted({one.rule.replace("_", " ") for one in decisive}))
        yield barred(
            f"the {_elements(decisive)} element predominates, whatever else there is: {named}",
            *_evidence(decisive),
            mend="What would change the findings that decide would change this",
        )
    elif against - points >= PREDOMINATES:
        yield barred(
            f"the {_elements(list(other.values()))} element predominates: {sides}; "
            f"{PREDOMINATES} more on that side bar publication",
            *_evidence(list(other.values())),
            mend="Give concrete, individual facts of an ordinary crime: who was harmed, or who gained, and how",
        )
    elif other and points - against < OUTWEIGHS:
        yield doubtful(
            f"neither element clearly predominates: {sides}; {OUTWEIGHS} more for ordinary crime would be enough",
            *_evidence(list(other.values())),
            mend="People weigh it; concrete, individual facts of an ordinary crime would help",
        )
    elif other:
        yield satisfied(
            f"the element of ordinary crime predominates: {sides}", *_evidence([*ordinary.values(), *other.values()])
        )
    else:
        yield satisfied("no finding leans to another element than ordinary crime", Evidence(path="facts"))


def _heaviest(findings: Iterator[Finding]) -> dict[str, Finding]:
    """Of each rule the finding that counts most; a decisive one decides elsewhere."""
    counted: dict[str, Finding] = {}
    for one in findings:
        held = counted.get(one.rule)
        if one.weight in POINTS and (held is None or _count(one) > _count(held)):
            counted[one.rule] = one
    return counted


def _count(finding: Finding) -> int:
    return POINTS.get(finding.weight, 0) if finding.weight else 0


def _points(side: dict[str, Finding]) -> int:
    return sum(_count(one) for one in side.values())


def _sum(side: dict[str, Finding], name: str) -> str:
    """A side and its sum in words: other elements 4 (status of persons heavy 3, political context light 1)."""
    parts = [f"{rule.replace('_', ' ')} {one.weight} {_count(one)}" for rule, one in sorted(side.items())]
    return f"{name} {_points(side)}" + (f" ({', '.join(parts)})" if parts else "")


def _elements(findings: list[Finding]) -> str:
    return " and ".join(sorted({str(one.lean) for one in findings}))


def _evidence(findings: list[Finding]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(evidence for one in findings for evidence in one.evidence))


def is_weighed(finding: Finding, findings: Sequence[Finding]) -> bool:
    """Whether a doubt leans to a side and `predominance`, among the same findings, has weighed it."""
    return (
        finding.verdict is Verdict.DOUBTFUL
        and finding.lean is not None
        and any(one.rule == predominance.name for one in findings)
    )

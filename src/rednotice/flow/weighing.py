"""The grounds of a decision: findings that the reviewer accepts or rejects, and grounds that the reviewer adds.

The machine may have misread a text; a person may publish against what a rule says, but only by saying of each such
finding why it does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rednotice.errors import Conflict, Fault, InvalidInput
from rednotice.flow.request import own_examination
from rednotice.model.decision import Decision, Outcome, Weighed, Weighing
from rednotice.model.filing import Filing
from rednotice.model.finding import Finding, Verdict
from rednotice.rules.rule import EVIDENCE_LIMIT

PROHIBITS = frozenset({Verdict.BARRED, Verdict.MISSING})
"""What stands against publication until a person says that it does not hold."""

_PLACE = re.compile(r"(persons|warrants)\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a decision rests on."""

    weighed: tuple[Weighed, ...]
    findings: tuple[Finding, ...]
    citations: tuple[str, ...]


def weigh(filing: Filing, persons: Sequence[int], outcome: Outcome, given: Sequence[Weighed]) -> Grounds:
    """Builds the grounds of a decision from findings on these persons and what a reviewer made of them.

    A refusal accepts all that speaks against publication and is not rejected, unless some of it is accepted by name.
    A publication needs every finding that bars it, or that something is missing, to be rejected.

    Raises:
        InvalidInput: if a rule is named that says nothing against these persons, or is named twice; or if a refusal
            would rest on no ground at all.
        Conflict: if the decision contradicts the findings, or what was accepted of them.
    """
    found = findings_on(filing, persons)
    speaks = [finding for finding in found if finding.verdict is not Verdict.SATISFIED]
    _names_what_is_there(speaks, given)
    accepted, rejected = _rules(given, Weighing.ACCEPTED), _rules(given, Weighing.REJECTED)
    added = [one for one in given if one.weighing is Weighing.ADDED]
    if outcome is Outcome.PUBLISH:
        _may_be_published(filing, speaks, accepted, rejected)
        rest: Sequence[Finding] = ()
        cited = [finding.citation for finding in found]
    else:
        left = [finding for finding in speaks if finding.rule not in rejected]
        rest = [finding for finding in speaks if finding.rule in accepted] if accepted else _against(left)
        if not rest and not added:
            raise InvalidInput.at(
                "weighed",
                "a refusal must rest on a ground, and nothing speaks against these persons",
                "Accept a finding, or add a ground with its article",
                "decision",
            )
        cited = [finding.citation for finding in rest]
    articles = {finding.rule: finding.citation for finding in found}
    stated = [one.model_copy(update={"citation": articles[one.rule]}) if one.rule else one for one in given]
    for rule in dict.fromkeys(finding.rule for finding in rest):
        if rule not in accepted:
            stated.append(Weighed(weighing=Weighing.ACCEPTED, rule=rule, citation=articles[rule]))
    citations = dict.fromkeys([*cited, *(one.citation for one in added if one.citation)])
    return Grounds(tuple(stated), tuple(_told(filing, rest)), tuple(citations))


def still_publishable(filing: Filing, decision: Decision) -> None:
    """Sees to it that a proposal to publish still holds when it is signed a second time.

    Raises:
        Conflict: if something stands against it that the first signatory did not reject.
    """
    speaks = [one for one in findings_on(filing, decision.persons) if one.verdict is not Verdict.SATISFIED]
    accepted = _rules(decision.weighed, Weighing.ACCEPTED)
    _may_be_published(filing, speaks, accepted, _rules(decision.weighed, Weighing.REJECTED))


def findings_on(filing: Filing, persons: Sequence[int]) -> list[Finding]:
    """The findings that concern one of these persons, or all; all findings if nobody is named."""
    wanted = set(persons)
    found = []
    for finding in filing.examination.findings:
        concerned = _concerned(filing, finding)
        if concerned is None or not wanted or concerned & wanted:
            found.append(finding)
    return found


def _concerned(filing: Filing, finding: Finding) -> set[int] | None:
    """The places of the persons whom a finding is about; None if it is about all."""
    request = filing.request
    if not finding.evidence or len(finding.evidence) >= EVIDENCE_LIMIT:  # the rest of the evidence is not known
        return None
    concerned: set[int] = set()
    for evidence in finding.evidence:
        place = _PLACE.match(evidence.path)
        if place is None:
            return None
        n = int(place[2])
        if place[1] == "persons":
            concerned.add(n)
        elif n < len(request.warrants):
            named = request.warrants[n]
            concerned |= {m for m, person in enumerate(request.persons) if named.names_person(person.key)}
    return concerned


def _rules(given: Sequence[Weighed], weighing: Weighing) -> set[str]:
    return {one.rule for one in given if one.weighing is weighing and one.rule}


def _names_what_is_there(speaks: Sequence[Finding], given: Sequence[Weighed]) -> None:
    there = dict.fromkeys(finding.rule for finding in speaks)
    seen: set[str] = set()
    faults = []
    for n, one in enumerate(given):
        if one.rule is None:
            continue
        if one.rule not in there:
            mend = f"Name one of: {', '.join(there)}" if there else "Add a ground of your own instead"
            faults.append(Fault(f"weighed[{n}].rule", f"{one.rule} says nothing against these persons", mend))
        elif one.rule in seen:
            faults.append(Fault(f"weighed[{n}].rule", f"{one.rule} is weighed twice", "Accept it or reject it"))
        seen.add(one.rule)
    if faults:
        raise InvalidInput(faults, "decision")


def _may_be_published(filing: Filing, speaks: Sequence[Finding], accepted: set[str], rejected: set[str]) -> None:
    prohibits = [finding for finding in speaks if finding.verdict in PROHIBITS]
    granted = [finding for finding in prohibits if finding.rule in accepted]
    if granted:
        raise Conflict(
            f"request {filing.number} cannot be published by who accepts what speaks against it: {_named(granted)}; "
            "refuse, or reject it with a remark"
        )
    standing = [finding for finding in prohibits if finding.rule not in rejected]
    if standing:
        raise Conflict(
            f"request {filing.number} cannot be published while these stand against it: {_named(standing)}; "
            "ask the bureau, or reject each with a remark"
        )


def _named(findings: Sequence[Finding]) -> str:
    return ", ".join(dict.fromkeys(f"{finding.rule} ({finding.citation})" for finding in findings))


def _against(findings: Sequence[Finding]) -> list[Finding]:
    """What a refusal rests on: what bars or is missing; where nothing does, what is doubtful."""
    return [finding for finding in findings if finding.verdict in PROHIBITS] or list(findings)


def _told(filing: Filing, findings: Sequence[Finding]) -> list[Finding]:
    """Findings as the bureau is told them: without what the office knows of other bureaus."""
    own = own_examination(filing).findings if findings else ()
    return [
        finding
        if finding in own
        else finding.model_copy(
            update={"because": "the office knows of this from others, and may not pass it on", "evidence": ()}
        )
        for finding in findings
    ]

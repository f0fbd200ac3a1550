"""Step two: reviewers decide on a request, with reasons, and two persons sign. The machine only recommends."""

from __future__ import annotations

from collections.abc import Sequence

from rednotice.errors import Conflict, InvalidInput, NotAllowed
from rednotice.flow import retention
from rednotice.flow.circulation import publish_request
from rednotice.flow.request import with_earlier
from rednotice.flow.work import OfficeWork
from rednotice.model.bureau import Officer, Role
from rednotice.model.decision import Decision, Outcome, Signature
from rednotice.model.event import EventKind
from rednotice.model.filing import Filing, FilingState
from rednotice.model.finding import Finding, Verdict


def decide(work: OfficeWork, number: str, outcome: Outcome, reasons: str | None, by: Officer) -> Filing:
    """Signs a decision on a request. The first signature proposes it, a second person's puts it into effect.

    Until then whoever proposed may propose the opposite, with reasons.

    Args:
        work: the transaction.
        number: the request.
        outcome: publish or refuse.
        reasons: why; from the first signatory. What the second writes stands beside that signature.
        by: the reviewer.

    Raises:
        NotAllowed: if the officer is not a reviewer, or would sign twice.
        Conflict: if it is decided already, another outcome is proposed, or what is missing forbids publication.
        InvalidInput: if the first signatory gives no reasons.
    """
    if by.role is not Role.REVIEWER or not by.of_office:
        raise NotAllowed(f"{by.name} ({by.role}) cannot sign decisions; a reviewer of the office must")
    filing = with_earlier(work.filing(number), work.refused_filings())
    if filing.state is not FilingState.IN_REVIEW:
        raise Conflict(f"request {number} is {filing.state}; a decision in effect is not changed")
    if outcome is Outcome.PUBLISH:
        _conditions_met(filing)
    signature = Signature(officer=by.name, at=work.at)
    standing = filing.decision
    if standing is None or _takes_back(standing, outcome, by):
        if not reasons:
            raise InvalidInput.at("reasons", "is missing", "Say why; the bureau receives these words", "decision")
        citations = _citations(filing.examination.findings, outcome)
        decision = Decision(
            request=number, outcome=outcome, reasons=reasons, citations=citations, signatures=(signature,)
        )
    else:
        if standing.outcome is not outcome:
            first = standing.signatures[0].officer
            raise Conflict(
                f"{first} proposed to {standing.outcome} request {number}; sign that, or have {first} propose otherwise"
            )
        if any(signed.officer == by.name for signed in standing.signatures):
            raise NotAllowed(f"{by.name} has signed already; the second signature must be another person's")
        second = signature.model_copy(update={"remark": reasons if reasons != standing.reasons else None})
        decision = standing.model_copy(update={"signatures": (*standing.signatures, second)})
    filing = filing.model_copy(update={"decision": decision})
    work.save_filing(filing)
    work.record(EventKind.DECISION_SIGNED, number, decision.model_dump(mode="json"))
    return _put_into_effect(work, filing, decision) if decision.in_effect else filing


def _takes_back(proposed: Decision, outcome: Outcome, by: Officer) -> bool:
    return proposed.outcome is not outcome and [signed.officer for signed in proposed.signatures] == [by.name]


def _conditions_met(filing: Filing) -> None:
    against = filing.examination.of(Verdict.BARRED, Verdict.MISSING)
    if against:
        rules = ", ".join(dict.fromkeys(f"{finding.rule} ({finding.citation})" for finding in against))
        raise Conflict(f"request {filing.number} cannot be published while these stand against it: {rules}")


def _citations(findings: Sequence[Finding], outcome: Outcome) -> tuple[str, ...]:
    """The articles a decision rests on: those that speak against publication, or else all that were asked."""
    rest = _against(findings) if outcome is Outcome.REFUSE else findings
    return tuple(dict.fromkeys(finding.citation for finding in rest or findings))


def _against(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """What a refusal rests on: what bars or is missing; where nothing does, what is doubtful."""
    for verdicts in ({Verdict.BARRED, Verdict.MISSING}, {Verdict.DOUBTFUL}):
        found = tuple(finding for finding in findings if finding.verdict in verdicts)
        if found:
            return found
    return ()


def _put_into_effect(work: OfficeWork, filing: Filing, decision: Decision) -> Filing:
    if decision.outcome is Outcome.REFUSE:
        filing = filing.model_copy(update={"state": FilingState.REFUSED})
        against = _against(filing.examination.findings)
        findings = [finding.model_dump(mode="json") for finding in against]
        letter = {"decision": decision.model_dump(mode="json"), "findings": findings}
        kind = EventKind.REQUEST_REFUSED
        retention.begin(work, filing.number, "refused_kept_months")
    else:
        notices = publish_request(work, filing)
        filing = filing.model_copy(update={"state": FilingState.GRANTED, "notices": notices})
        letter = {"decision": decision.model_dump(mode="json"), "notices": list(notices)}
        kind = EventKind.REQUEST_GRANTED
    work.save_filing(filing)
    reference = filing.request.reference
    work.record(kind, filing.number, {"reference": reference, **letter}, letters=[filing.request.bureau])
    return filing

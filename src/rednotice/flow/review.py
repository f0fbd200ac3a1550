"""Step two: reviewers decide on a request, with reasons, and two persons sign. The machine only recommends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rednotice.errors import Conflict, Fault, InvalidInput, NotAllowed
from rednotice.flow import retention
from rednotice.flow.circulation import publish_request
from rednotice.flow.consultation import for_review, no_protest_stands
from rednotice.flow.earlier import with_earlier
from rednotice.flow.request import move, require_open
from rednotice.flow.weighing import still_publishable, weigh
from rednotice.flow.work import OfficeWork
from rednotice.letters import letter
from rednotice.model.bureau import Officer
from rednotice.model.decision import Decision, Outcome, Signature, Weighed
from rednotice.model.event import EventKind
from rednotice.model.filing import Filing, FilingState, Party
from rednotice.model.request import Urgency

WAITS = frozenset({FilingState.FILED, FilingState.IN_REVIEW})
"""What waits for the office; an incomplete request waits for its bureau."""


def queue(filings: Iterable[Filing]) -> list[Filing]:
    """The requests that wait for the office: urgent ones first, then the oldest first."""
    waiting = [filing for filing in filings if filing.state in WAITS]
    return sorted(waiting, key=lambda filing: (filing.request.urgency is not Urgency.URGENT, filing.filed_at))


def assign(work: OfficeWork, number: str, to: str | None, by: Officer) -> Filing:
    """Assigns a request to a reviewer, or takes it; it is in review from then on.

    Args:
        work: the transaction.
        number: the request.
        to: the reviewer's name; None for whoever acts.
        by: the reviewer who acts.

    Raises:
        NotAllowed: if either of them may not review the request.
        NotFound: if nobody of this name is enrolled.
        Conflict: if it is decided or withdrawn.
    """
    filing = for_review(work, number, by, "assign requests")
    assignee = by if to is None else work.officer(to)
    for_review(work, number, assignee, "review requests")
    require_open(filing)
    if filing.state is FilingState.FILED:
        filing = move(filing, FilingState.IN_REVIEW, Party.REVIEWER)
    filing = filing.model_copy(update={"assigned": assignee.name})
    work.save_filing(filing)
    work.record(EventKind.REQUEST_ASSIGNED, number, {"to": assignee.name, "by": by.name})
    return filing


def decide(
    work: OfficeWork,
    number: str,
    outcome: Outcome,
    reasons: str | None,
    by: Officer,
    persons: Sequence[int] = (),
    weighed: Sequence[Weighed] = (),
) -> Filing:
    """Signs a decision. The first signature proposes it, a second person's puts it into effect.

    Until then whoever proposed may propose the opposite, with reasons. The request is decided when a decision in
    effect covers every person.

    Args:
        work: the transaction.
        number: the request.
        outcome: publish or refuse.
        reasons: why; from the first signatory. What the second writes stands beside that signature.
        by: the reviewer.
        persons: the places of the persons it is about; none named: those of the one proposal that stands, or else
            all who are not decided on.
        weighed: what the first signatory makes of the findings, and adds.

    Raises:
        NotAllowed: if the officer is not a reviewer, or of the requesting bureau, or would sign twice.
        Conflict: if it is decided already, a question awaits its answer, another decision is proposed, a country may
            protest, or the decision contradicts what stands.
        InvalidInput: if the first signatory gives no reasons or no ground, or names persons who are not there.
    """
    filing = with_earlier(for_review(work, number, by, "sign decisions"), work.closed_cases())
    _can_be_decided(filing)
    asked = _persons(filing, persons)
    if outcome is Outcome.PUBLISH:
        no_protest_stands(filing, asked, work.at)
    standing = _proposal(filing, asked, by)
    if standing is None or _takes_back(standing, outcome, by):
        decision = _propose(work, filing, asked, outcome, reasons, weighed, by)
    else:
        decision = _sign_second(work, filing, standing, outcome, reasons, weighed, by)
    kept = tuple(one for one in filing.decisions if not (one.is_proposed and _overlap(one, asked)))
    if filing.state is FilingState.FILED:
        filing = move(filing, FilingState.IN_REVIEW, Party.REVIEWER)
    filing = filing.model_copy(update={"decisions": (*kept, decision)})
    work.save_filing(filing)
    work.record(EventKind.DECISION_SIGNED, number, decision.model_dump(mode="json"))
    return _put_into_effect(work, filing, decision) if decision.in_effect else filing


def _can_be_decided(filing: Filing) -> None:
    if filing.state is FilingState.INCOMPLETE:
        awaited = max(question.due for question in filing.questions if question.is_open)
        raise Conflict(
            f"request {filing.number} is incomplete: a question awaits an answer until {awaited:%Y-%m-%d}; "
            "decide when it is there, or when that time has ended"
        )
    if filing.state not in WAITS:
        raise Conflict(f"request {filing.number} is {filing.state}; a decision in effect is not changed")


def _persons(filing: Filing, named: Sequence[int]) -> tuple[int, ...]:
    """The places of the persons whom a signature is about."""
    proposals = [decision for decision in filing.decisions if decision.is_proposed]
    if not named:
        if len(proposals) > 1:
            about = "; ".join(_said(proposal) for proposal in proposals)
            raise InvalidInput.at("persons", f"several proposals stand: {about}", "Name the persons", "decision")
        return proposals[0].persons if proposals else filing.undecided
    there = len(filing.request.persons)
    faults = [
        Fault("persons", f"there is no persons[{n}] in request {filing.number}", f"Name places from 0 to {there - 1}")
        for n in named
        if not 0 <= n < there
    ]
    if faults:
        raise InvalidInput(faults, "decision")
    decided = [f"persons[{n}]" for n in named if n not in filing.undecided]
    if decided:
        raise Conflict(
            f"{', '.join(decided)} of request {filing.number} are decided on; a decision in effect is not changed"
        )
    return tuple(sorted(set(named)))


def _proposal(filing: Filing, asked: tuple[int, ...], by: Officer) -> Decision | None:
    """The proposal on just these persons. One on some of them stands in the way, unless it is the officer's own."""
    for proposal in filing.decisions:
        if not proposal.is_proposed or not _overlap(proposal, asked):
            continue
        if proposal.persons == asked:
            return proposal
        if _signatories(proposal) != [by.name]:
            raise _other_proposal(filing, proposal)
    return None


def _overlap(proposal: Decision, asked: tuple[int, ...]) -> bool:
    return proposal.persons == asked or bool(set(proposal.persons) & set(asked))


def _signatories(decision: Decision) -> list[str]:
    return [signed.officer for signed in decision.signatures]


def _said(proposal: Decision) -> str:
    places = ", ".join(str(n) for n in proposal.persons)
    return f"{proposal.outcome} persons {places}" if places else proposal.outcome


def _other_proposal(filing: Filing, proposal: Decision) -> Conflict:
    first = proposal.signatures[0].officer
    what = proposal.outcome if proposal.persons == filing.undecided else f"{_said(proposal)} of"
    return Conflict(f"{first} proposed to {what} request {filing.number}; sign that, or have {first} propose otherwise")


def _takes_back(proposed: Decision, outcome: Outcome, by: Officer) -> bool:
    return proposed.outcome is not outcome and _signatories(proposed) == [by.name]


def _propose(
    work: OfficeWork,
    filing: Filing,
    persons: tuple[int, ...],
    outcome: Outcome,
    reasons: str | None,
    weighed: Sequence[Weighed],
    by: Officer,
) -> Decision:
    grounds = weigh(filing, persons, outcome, weighed)
    if not reasons:
        raise InvalidInput.at("reasons", "is missing", "Say why; the bureau receives these words", "decision")
    return Decision(
        request=filing.number,
        persons=persons,
        outcome=outcome,
        reasons=reasons,
        citations=grounds.citations,
        weighed=grounds.weighed,
        findings=grounds.findings,
        signatures=(Signature(officer=by.name, at=work.at),),
    )


def _sign_second(
    work: OfficeWork,
    filing: Filing,
    proposed: Decision,
    outcome: Outcome,
    reasons: str | None,
    weighed: Sequence[Weighed],
    by: Officer,
) -> Decision:
    first = proposed.signatures[0].officer
    if proposed.outcome is not outcome:
        raise _other_proposal(filing, proposed)
    if by.name in _signatories(proposed):
        raise NotAllowed(
            f"{by.name} ({by.role}, {by.bureau}) cannot sign twice: {by.name} has signed already; the second "
            "signature must be another person's"
        )
    if weighed and weigh(filing, proposed.persons, outcome, weighed).weighed != proposed.weighed:
        raise Conflict(
            f"{first} weighed the grounds on request {filing.number} otherwise; sign as they are, or have {first} "
            "propose otherwise"
        )
    if outcome is Outcome.PUBLISH:
        still_publishable(filing, proposed)
    second = Signature(officer=by.name, at=work.at, remark=reasons if reasons != proposed.reasons else None)
    return proposed.model_copy(update={"signatures": (*proposed.signatures, second)})


def _put_into_effect(work: OfficeWork, filing: Filing, decision: Decision) -> Filing:
    kind = EventKind.REQUEST_REFUSED
    if decision.outcome is Outcome.PUBLISH:
        kind = EventKind.REQUEST_GRANTED
        notices = publish_request(work, filing, decision.persons or None)
        decided = decision.model_copy(update={"notices": notices})
        decisions = tuple(decided if one is decision else one for one in filing.decisions)
        filing = filing.model_copy(update={"decisions": decisions, "notices": (*filing.notices, *notices)})
        decision = decided
    if not filing.undecided:
        filing = move(filing, _end(filing), Party.REVIEWER)
        if filing.state is FilingState.REFUSED:
            retention.begin(work, filing.number, "refused_kept_months")
    work.save_filing(filing)
    request = filing.request
    content = {
        "reference": request.reference,
        "decision": decision.model_dump(mode="json"),
        "notices": list(decision.notices),
        "language": request.language,
        "text": letter(filing, decision, request.language),
    }
    work.record(kind, filing.number, content, letters=[request.bureau])
    return filing


def _end(filing: Filing) -> FilingState:
    outcomes = {decision.outcome for decision in filing.in_effect}
    if len(outcomes) > 1:
        return FilingState.GRANTED_IN_PART
    return FilingState.GRANTED if Outcome.PUBLISH in outcomes else FilingState.REFUSED

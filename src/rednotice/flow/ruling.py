"""The end of step six: the commission decides, its word binds, every node executes; new facts reopen it (CCF 38-42)."""

from __future__ import annotations

from datetime import date

from rednotice.errors import Conflict, InvalidInput, NotAllowed
from rednotice.flow import circulation, retention
from rednotice.flow.applications import caveat, data, discreet, may_move, move, opened, save, silent_on
from rednotice.flow.work import OfficeWork
from rednotice.model.application import (
    OUTCOMES,
    ApplicationFile,
    ApplicationState,
    Executed,
    Outcome,
    Proposal,
    Revision,
    Ruling,
)
from rednotice.model.bureau import COMMISSION, Officer
from rednotice.model.decision import Signature
from rednotice.model.event import EventKind
from rednotice.model.notice import Ground
from rednotice.model.retention import After
from rednotice.model.task import TaskKind
from rednotice.rules import redress as limits

# --- The decision (CCF 38-40) -------------------------------------------------------------------------------


def decide(work: OfficeWork, number: str, proposed: Proposal, by: Officer) -> ApplicationFile:
    """Signs a decision. The first commissioner proposes it, a second one's signature makes it binding.

    Whoever proposed may propose otherwise until then. A second signature is to the same outcome; its words, if any,
    stand beside it.

    Raises:
        NotAllowed: if the officer is no commissioner, was sent by a bureau that it is about, or would sign twice.
        Conflict: if it is not examined, a bureau was not heard, or another outcome is proposed.
        InvalidInput: if the outcome does not fit what is asked, or a part of the decision is missing.
    """
    found = opened(work, number, by, "sign decisions on applications")
    if by.seconded_from in found.bureaus:
        raise NotAllowed(
            f"{by.name} ({by.role}, {by.bureau}) cannot decide on {number}, which is about data of "
            f"{by.seconded_from}, the bureau that sent this officer; a commissioner of another bureau can"
        )
    may_move(found, ApplicationState.DECIDED)
    _heard(work, found)
    signature = Signature(officer=by.name, at=work.at)
    waiting = found.proposed
    first = waiting.signatures[0].officer if waiting else None
    if waiting is None or (first == by.name and waiting.outcome is not proposed.outcome):
        _complete(found, proposed)
        ruling = Ruling(**proposed.model_dump(), signatures=(signature,))
        earlier = found.rulings if waiting is None else found.rulings[:-1]
        found = found.model_copy(update={"rulings": (*earlier, ruling)})
        return save(work, found, {"proposed": ruling.model_dump(mode="json")})
    if first == by.name:
        raise NotAllowed(
            f"{by.name} ({by.role}, {by.bureau}) cannot sign twice; a second commissioner, who must be another "
            "person, can"
        )
    if waiting.outcome is not proposed.outcome:
        raise Conflict(
            f"{first} proposed '{waiting.outcome}' on {number}; sign that, or have {first} propose otherwise"
        )
    discreet(found, "reasons", proposed.reasons or "")
    remark = proposed.reasons if proposed.reasons != waiting.reasons else None
    second = signature.model_copy(update={"remark": remark})
    ruling = waiting.model_copy(update={"signatures": (*waiting.signatures, second)})
    found = found.model_copy(update={"rulings": (*found.rulings[:-1], ruling)})
    found = move(work, found, ApplicationState.DECIDED, None, by)
    work.record(EventKind.APPLICATION_DECIDED, number, ruling.model_dump(mode="json"))
    for bureau in found.bureaus:
        letter = {
            "application": number,
            "about": [concern.subject for concern in found.concerns if concern.bureau == bureau],
            "outcome": ruling.outcome,
            "reasons": ruling.reasons,
            "tags": list(ruling.tags),
            "caveat": ruling.caveat,
        }
        work.record(EventKind.APPLICATION_DECIDED, number, letter, letters=[bureau])
    return found


def _heard(work: OfficeWork, found: ApplicationFile) -> None:
    for bureau in found.bureaus:
        asked = found.asked_of(bureau)
        if asked and work.at < limits.answer_due(asked.at):
            until = limits.answer_due(asked.at).date()
            raise Conflict(f"bureau {bureau} was asked and may answer until {until}; {found.number} waits for it")
        if not found.was_heard(bureau):
            raise Conflict(
                f"bureau {bureau} was not heard on {found.number}; ask it first: what it owns is disclosed, and "
                "decided on, only after that"
            )


def _complete(found: ApplicationFile, ruling: Proposal) -> None:
    may = OUTCOMES[found.application.kind]
    if ruling.outcome not in may:
        kind = found.application.kind
        raise InvalidInput.at(
            "outcome", f"'{ruling.outcome}' is no answer to {kind}", f"Use one of: {', '.join(sorted(may))}", "decision"
        )
    if (ruling.outcome is Outcome.NO_DATA) is not (not found.concerns):
        about = ", ".join(concern.subject for concern in found.concerns)
        problem = f"the application is about {about}" if about else "the commission found no data on the person"
        raise InvalidInput.at("outcome", problem, "Decide on what was found", "decision")
    needed = {Outcome.UPDATE: "caveat", Outcome.ACCESS_GIVEN: "disclosed", Outcome.ACCESS_REFUSED: "withheld"}
    field = needed.get(ruling.outcome)
    if field and not getattr(ruling, field):
        raise InvalidInput.at(field, "is missing", f"'{ruling.outcome}' needs it", "decision")
    if not ruling.reasons:
        raise InvalidInput.at("reasons", "is missing", "Say why; both sides receive these words", "decision")
    discreet(found, "reasons", ruling.reasons)
    discreet(found, "caveat", ruling.caveat or "")
    if ruling.disclosed and not ruling.withheld and any(said.restricted for said in found.exchange_now):
        problem = "is missing, and a bureau restricted what may be disclosed"
        raise InvalidInput.at("withheld", problem, "Say what is not disclosed, and why", "decision")


# --- Execution, and what comes after (CCF 41-42) ------------------------------------------------------------


def execute(work: OfficeWork, number: str, by: Officer) -> ApplicationFile:
    """Carries a decision out: recall and erasure, a caveat, or the end of provisional measures.

    It is executed when every connected bureau's node has answered (`take_answer`), at once if nobody has to.

    Raises:
        NotAllowed: if the officer is no commissioner.
        Conflict: if there is no decision, it is being executed, or a legal hold forbids it.
    """
    found = opened(work, number, by, "execute decisions on applications")
    ruling = found.ruling
    if found.state is not ApplicationState.DECIDED or ruling is None:
        raise Conflict(f"application {number} is {found.state}; a decision in effect is executed, once")
    if found.executed:
        raise Conflict(f"the decision on {number} is being executed; silent are: {silent_on(work, found) or 'none'}")
    executed = []
    for concern in found.concerns:
        event = _execute(work, concern.subject, ruling)
        if event is not None:
            executed.append(Executed(subject=concern.subject, event=event))
    found = found.model_copy(update={"executed": tuple(executed)})
    found = save(work, found, {"executed": data(executed), "by": by.name})
    return _when_all_answered(work, found)


def _execute(work: OfficeWork, subject: str, ruling: Ruling) -> int | None:
    """What a decision does to one notice or request; the event that nodes answer for, if there is one."""
    is_notice = "/" in subject
    if ruling.outcome is Outcome.NOT_COMPLIANT and not work.erased(subject):
        if is_notice and work.notice(subject).recalled is None:
            circulation.withdraw(work, work.notice(subject), Ground.COMMISSION)
        retention.erase(work, subject, After.COMMISSION)
    erased = work.erased(subject)
    if erased:
        return erased.event
    if not is_notice or work.notice(subject).recalled:
        return None
    before = work.notice(subject)
    if ruling.outcome is Outcome.UPDATE:
        circulation.add(work, before, caveat(work, ruling.caveat or ""))
    if before.suspended_by == COMMISSION:
        circulation.lift(work, work.notice(subject))
    after = work.notice(subject)
    return after.event if after.event != before.event else None


def take_answer(work: OfficeWork, subject: str) -> None:
    """Looks, when a node has answered for a notice or request, whether a decision is now executed everywhere."""
    for number in work.applications_executed_on(subject):
        _when_all_answered(work, work.application(number))


def _when_all_answered(work: OfficeWork, found: ApplicationFile) -> ApplicationFile:
    if silent_on(work, found):
        return found
    return move(work, found, ApplicationState.EXECUTED, None, None)


def revise(work: OfficeWork, number: str, facts: str, learned_on: date, by: Officer) -> ApplicationFile:
    """Takes up a decided application again, on new facts, within six months of learning them (CCF 42).

    Raises:
        NotAllowed: if the officer is no commissioner.
        InvalidInput: if the facts were learned longer ago, or in the future.
        Conflict: if there is no decision that was executed.
    """
    found = opened(work, number, by, "revise decisions on applications")
    if found.state is not ApplicationState.EXECUTED:
        raise Conflict(f"application {number} is {found.state}; a decision that was executed is revised")
    if not limits.revision_is_in_time(learned_on, work.at.date()):
        problem = f"{learned_on} is not within the six months before {work.at.date()}"
        raise InvalidInput.at("learned_on", problem, "New facts are put forward within that time (CCF 42)", "revision")
    revision = Revision(facts=facts, learned_on=learned_on, at=work.at, by=by.name)
    found = found.model_copy(update={"revisions": (*found.revisions, revision), "executed": (), "extension": None})
    work.unschedule(TaskKind.ERASURE_DUE, number)
    return move(work, found, ApplicationState.IN_EXCHANGE, facts, by)

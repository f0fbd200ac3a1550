"""Step five: the requesting bureau learns of a hit, and both bureaus follow the case to its end (RPD 87)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rednotice.errors import Conflict, NotAllowed
from rednotice.flow.circulation import withdraw
from rednotice.flow.work import OfficeWork
from rednotice.model.bureau import Officer, Role
from rednotice.model.case import MOVES, Case, CaseState, Duty, DutyKind, Move, Side
from rednotice.model.event import EventKind
from rednotice.model.hit import Hit
from rednotice.model.notice import Ground
from rednotice.model.task import Task, TaskKind
from rednotice.rules.duties import limit

AFTER_LOCATION = (DutyKind.MEASURES, DutyKind.ANSWER, DutyKind.IDENTITY, DutyKind.WANTED)
"""What is owed from the moment at which a hit arrives; that the others were told, the hit itself has done."""


def take_hit(work: OfficeWork, hit: Hit) -> Case | None:
    """Opens the case of a hit and tells both bureaus; on a notice out of force tells them that, and opens none.

    The same for a bureau that may not have the notice any more, but did not know yet (RPD 58).
    """
    standing = work.notice(hit.control_number)
    requesting = standing.notice.bureau
    content: dict[str, Any] = {"hit": hit.model_dump(mode="json"), "requesting": requesting}
    withheld = not standing.notice.may_have(hit.bureau)
    if withheld or not standing.in_force:
        content |= {"recalled": standing.recalled, "suspended": standing.suspended is not None, "withheld": withheld}
        work.record(EventKind.HIT_REPORTED, hit.control_number, content, letters=[requesting, hit.bureau])
        return None
    number = f"C-{work.at.year}-{work.next_number('case')}"
    located = Move(to=CaseState.LOCATED, by=hit.officer, bureau=hit.bureau, at=work.at, remark=hit.remark)
    case = Case(
        number=number,
        control_number=hit.control_number,
        requesting=requesting,
        locating=hit.bureau,
        hit=hit.number,
        moves=(located,),
        urgent=hit.urgent,
    )
    told = _duty(DutyKind.TELL, hit.confirmed_at, urgent=hit.urgent)
    case = case.with_duty(told.model_copy(update={"done": work.at, "by": hit.officer}))
    for kind in AFTER_LOCATION:
        case = _owe(work, case, kind)
    work.save_case(case)
    content["case"] = number
    content["duties"] = [duty.model_dump(mode="json") for duty in case.duties]
    work.record(EventKind.HIT_REPORTED, hit.control_number, content, letters=[requesting, hit.bureau])
    return case


def move(work: OfficeWork, number: str, to: CaseState, remark: str | None, by: Officer) -> Case:
    """Moves a case as the table of moves allows. A person extradited fulfils the notice: it is recalled.

    Raises:
        NotAllowed: if the officer's bureau has no part in the case, or it is not its move.
        Conflict: if the table has no such move.
    """
    case = work.case(number)
    sides = _sides(case, by, "move")
    allowed = MOVES.get((case.state, to))
    if allowed is None:
        possible = ", ".join(target for state, target in MOVES if state is case.state) or "nothing more"
        raise Conflict(f"case {number} is {case.state} and cannot become {to}; possible: {possible}")
    if not sides & allowed:
        raise NotAllowed(f"the move to {to} in case {number} is that of the {' or '.join(sorted(allowed))}")
    made = Move(to=to, by=by.name, bureau=by.bureau, at=work.at, remark=remark)
    case = case.model_copy(update={"moves": (*case.moves, made)})
    case = _duties_after(work, case, by.name)
    work.save_case(case)
    content = {"case": number, "notice": case.control_number, "move": made.model_dump(mode="json")}
    work.record(EventKind.CASE_MOVED, number, content, letters=[case.requesting, case.locating])
    if to is CaseState.EXTRADITED:
        standing = work.notice(case.control_number)
        if not standing.recalled:
            withdraw(work, standing, Ground.FULFILLED)
    return case


# --- Duties -----------------------------------------------------------------------------------------------------


def fulfil(work: OfficeWork, number: str, kind: DutyKind, remark: str | None, by: Officer) -> Case:
    """A bureau says that it did what it owes in a case; both bureaus are told.

    Raises:
        NotAllowed: if it is not owed by the officer's bureau.
        Conflict: if the case has no such duty, or it is done.
    """
    case = work.case(number)
    sides = _sides(case, by, "act in")
    duty = case.duty(kind)
    if duty is None:
        owed = ", ".join(duty.kind for duty in case.duties if duty.is_open) or "nothing more"
        raise Conflict(f"case {number} is {case.state}, and nobody owes '{kind}' in it; owed: {owed}")
    if duty.owed_by not in sides:
        raise NotAllowed(
            f"{by.name} ({by.role}, {by.bureau}) cannot say that '{kind}' is done in case {number}; "
            f"the {duty.owed_by} can"
        )
    if not duty.is_open:
        raise Conflict(f"'{kind}' was done in case {number} by {duty.by}")
    case = _done(work, case, kind, by.name, remark)
    work.save_case(case)
    content = {"case": number, "notice": case.control_number, "duty": kind, "by": by.name, "remark": remark}
    work.record(EventKind.DUTY_DONE, number, content, letters=[case.requesting, case.locating])
    return case


def duty_due(work: OfficeWork, task: Task) -> None:
    """Reminds whoever owes a duty whose time is up; after its second limit shows the reviewers that nothing was done.

    What follows then, people decide: a reviewer may recall the notice because its bureau did not act (RPD 81(3)).
    """
    case = work.case(task.subject)
    duty = case.duty(DutyKind(task.key))
    if duty is None or not duty.is_open or case.is_ended or work.notice(case.control_number).recalled:
        return
    then = limit(duty.kind, duty.due.date()).then
    if duty.reminded is None:
        duty = duty.model_copy(update={"reminded": work.at})
        if then:
            work.schedule(task.model_copy(update={"due": duty.due + then}))
    else:
        duty = duty.model_copy(update={"lapsed": work.at})
    work.save_case(case.with_duty(duty))
    content = {"case": case.number, "notice": case.control_number, "duty": duty.model_dump(mode="json")}
    owing = case.requesting if duty.owed_by is Side.REQUESTING else case.locating
    work.record(EventKind.DUTY_REMINDED, case.number, content, letters=[owing])


def _duties_after(work: OfficeWork, case: Case, by: str) -> Case:
    """What a move does to the duties of a case."""
    if case.state is CaseState.PROVISIONALLY_ARRESTED:
        case = _done(work, case, DutyKind.MEASURES, by)
        return _owe(work, case, DutyKind.DOCUMENTS)
    if case.state is CaseState.EXTRADITED:
        case = _done(work, case, DutyKind.DOCUMENTS, by)
        cancelled = _duty(DutyKind.CANCEL, work.at)
        case = case.with_duty(cancelled.model_copy(update={"done": work.at, "by": Side.OFFICE.value}))
    if case.is_ended:
        work.unschedule(TaskKind.DUTY_DUE, case.number)
    return case


def _owe(work: OfficeWork, case: Case, kind: DutyKind) -> Case:
    """Has a duty begin now; what nobody can owe, a special notice having no bureau, is left out."""
    duty = _duty(kind, work.at, urgent=case.urgent)
    if duty.owed_by is Side.REQUESTING and case.requesting is None:
        return case
    work.schedule(Task(kind=TaskKind.DUTY_DUE, subject=case.number, key=kind, due=duty.due))
    return case.with_duty(duty)


def _done(work: OfficeWork, case: Case, kind: DutyKind, by: str, remark: str | None = None) -> Case:
    duty = case.duty(kind)
    if duty is None or not duty.is_open:
        return case
    work.unschedule(TaskKind.DUTY_DUE, case.number, kind)
    return case.with_duty(duty.model_copy(update={"done": work.at, "by": by, "remark": remark}))


def _duty(kind: DutyKind, since: datetime, *, urgent: bool = False) -> Duty:
    owed = limit(kind, since.date())
    return Duty(kind=kind, owed_by=owed.owed_by, due=since + owed.first(urgent=urgent))


def _sides(case: Case, by: Officer, act: str) -> frozenset[Side]:
    """The sides for which a desk acts in a case."""
    sides = case.sides(by.bureau)
    if by.role is not Role.DESK or not sides:
        parties = " and ".join(bureau for bureau in (case.locating, case.requesting) if bureau)
        raise NotAllowed(
            f"{by.name} ({by.role}, {by.bureau}) cannot {act} case {case.number}; the desks of {parties} can"
        )
    return sides

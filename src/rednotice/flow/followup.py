"""Step five: the requesting bureau learns of a hit, and both bureaus follow the case to its end (RPD 87)."""

from __future__ import annotations

from rednotice.errors import Conflict, NotAllowed
from rednotice.flow.circulation import withdraw
from rednotice.flow.work import OfficeWork
from rednotice.model.bureau import Officer, Role
from rednotice.model.case import MOVES, Case, CaseState, Move
from rednotice.model.event import EventKind
from rednotice.model.hit import Hit
from rednotice.model.notice import Ground


def take_hit(work: OfficeWork, hit: Hit) -> Case | None:
    """Opens the case of a hit and tells both bureaus; on one out of force tells them that, and opens none."""
    standing = work.notice(hit.control_number)
    requesting = standing.notice.bureau
    content = {"hit": hit.model_dump(mode="json"), "requesting": requesting}
    if not standing.in_force:
        content |= {"recalled": standing.recalled, "suspended": standing.suspended}
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
    )
    work.save_case(case)
    content["case"] = number
    work.record(EventKind.HIT_REPORTED, hit.control_number, content, letters=[requesting, hit.bureau])
    return case


def move(work: OfficeWork, number: str, to: CaseState, remark: str | None, by: Officer) -> Case:
    """Moves a case as the table of moves allows. A person extradited fulfils the notice: it is recalled.

    Raises:
        NotAllowed: if the officer's bureau has no part in the case, or it is not its move.
        Conflict: if the table has no such move.
    """
    case = work.case(number)
    sides = case.sides(by.bureau)
    if by.role is not Role.DESK or not sides:
        parties = " and ".join(bureau for bureau in (case.locating, case.requesting) if bureau)
        raise NotAllowed(f"{by.name} ({by.role}, {by.bureau}) cannot move case {number}; the desks of {parties} can")
    allowed = MOVES.get((case.state, to))
    if allowed is None:
        possible = ", ".join(target for state, target in MOVES if state is case.state) or "nothing more"
        raise Conflict(f"case {number} is {case.state} and cannot become {to}; possible: {possible}")
    if not sides & allowed:
        raise NotAllowed(f"the move to {to} in case {number} is that of the {' or '.join(sorted(allowed))}")
    made = Move(to=to, by=by.name, bureau=by.bureau, at=work.at, remark=remark)
    case = case.model_copy(update={"moves": (*case.moves, made)})
    work.save_case(case)
    content = {"case": number, "notice": case.control_number, "move": made.model_dump(mode="json")}
    work.record(EventKind.CASE_MOVED, number, content, letters=[case.requesting, case.locating])
    if to is CaseState.EXTRADITED:
        standing = work.notice(case.control_number)
        if not standing.recalled:
            withdraw(work, standing, Ground.FULFILLED)
    return case

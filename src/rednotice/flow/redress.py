"""Step six: a person concerned applies to the commission, which hears both sides (CCF 29-37).

What it decides, and how that is executed, `flow.ruling` says.

What an application says is for the commission alone: its events bear the number, and only commissioners read their
contents. What the applicant marked confidential goes into no letter to a bureau (CCF 35). The clock reminds; nothing
is decided by the machine.
"""

from __future__ import annotations

from collections.abc import Sequence

from rednotice.errors import Conflict, InvalidInput, NotAllowed, NotFound
from rednotice.flow import circulation
from rednotice.flow.applications import (
    caveat,
    data,
    discreet,
    may_move,
    move,
    opened,
    require_commissioner,
    save,
    schedule,
    silent_on,
    with_limit,
)
from rednotice.flow.work import OfficeWork
from rednotice.model.application import (
    APPLICANT,
    LIMITS,
    SERIES,
    Application,
    ApplicationFile,
    ApplicationState,
    Concern,
    Extension,
    Found,
    Measure,
    MeasureKind,
    Statement,
    Step,
)
from rednotice.model.bureau import COMMISSION, Officer, Role
from rednotice.model.event import EventKind
from rednotice.model.task import Task
from rednotice.rules import redress as limits

EXAMINED = (ApplicationState.ADMISSIBLE, ApplicationState.IN_EXCHANGE)


# --- From its receipt to admissibility ----------------------------------------------------------------------


def file(work: OfficeWork, application: Application, found: Sequence[Found], by: Officer) -> ApplicationFile:
    """Takes an application, with what a search on the person found (CCF 30, 33).

    Raises:
        NotAllowed: if the officer is no commissioner.
    """
    require_commissioner(by, "take applications")
    received = Step(to=ApplicationState.RECEIVED, by=by.name, at=work.at)
    made = ApplicationFile(
        number=f"{SERIES}-{work.at.year}-{work.next_number('application')}",
        application=application,
        received_at=work.at,
        found=tuple(found),
        steps=(received,),
    )
    made = with_limit(work, made)
    work.save_application(made)
    content = {"application": application.model_dump(mode="json"), "found": data(found), "by": by.name}
    work.record(EventKind.APPLICATION_RECEIVED, made.number, content)
    return made


def acknowledge(work: OfficeWork, number: str, by: Officer) -> ApplicationFile:
    """Records that the applicant was told that the application arrived (CCF 31).

    Raises:
        NotAllowed: if the officer is no commissioner.
        Conflict: if that was done before.
    """
    found = opened(work, number, by, "acknowledge applications")
    return move(work, found, ApplicationState.ACKNOWLEDGED, None, by)


def admit(
    work: OfficeWork, number: str, admissible: bool, reasons: str, about: Sequence[str], by: Officer
) -> ApplicationFile:
    """Decides whether an application is admissible, and which notices and requests it is about (CCF 32-33).

    Args:
        work: the transaction.
        number: the application.
        admissible: whether it is.
        reasons: why.
        about: the notices and requests that the commission takes to be about the applicant; it may find none.
        by: the commissioner.

    Raises:
        NotAllowed: if the officer is no commissioner.
        NotFound: if there is no such notice or request.
        Conflict: if it is not acknowledged yet, or that was decided before.
    """
    found = opened(work, number, by, "admit applications")
    concerns = tuple(_concern(work, subject) for subject in dict.fromkeys(about))
    to = ApplicationState.ADMISSIBLE if admissible else ApplicationState.NOT_ADMISSIBLE
    may_move(found, to)
    return move(work, found.model_copy(update={"concerns": concerns}), to, reasons, by)


def _concern(work: OfficeWork, subject: str) -> Concern:
    bureau = work.notice(subject).notice.bureau if "/" in subject else work.filing(subject).request.bureau
    return Concern(subject=subject, bureau=bureau)


def extend(work: OfficeWork, number: str, reasons: str, by: Officer) -> ApplicationFile:
    """Gives the decision more time, once, in exceptional circumstances (CCF 40).

    Raises:
        NotAllowed: if the officer is no commissioner.
        Conflict: if it was extended before, or no decision is due.
    """
    found = opened(work, number, by, "extend time limits")
    if found.state not in EXAMINED or found.due is None:
        raise Conflict(f"application {number} is {found.state}; only the time for its decision is extended")
    if found.extension:
        raise Conflict(f"the time for the decision on {number} was extended already; it is extended once")
    extension = Extension(reasons=reasons, by=by.name, at=work.at)
    found = found.model_copy(update={"extension": extension, "due": limits.extended(found.due)})
    schedule(work, found)
    return save(work, found, {"extension": extension.model_dump(mode="json")})


# --- Provisional measures (CCF 37) --------------------------------------------------------------------------


def measure(
    work: OfficeWork, number: str, kind: MeasureKind, subject: str, text: str | None, by: Officer
) -> ApplicationFile:
    """Suspends a notice until the decision, adds a caveat that every bureau sees, or lifts a suspension.

    Args:
        work: the transaction.
        number: the application.
        kind: which measure.
        subject: a notice that the application is about.
        text: what every bureau reads: the reason of a suspension, or the caveat.
        by: the commissioner.

    Raises:
        NotAllowed: if the officer is no commissioner.
        InvalidInput: if the text is missing, or holds what the applicant marked confidential.
        Conflict: if the application is not about this notice, or the notice is in no state for it.
    """
    found = opened(work, number, by, "order provisional measures")
    if found.state not in EXAMINED:
        raise Conflict(f"application {number} is {found.state}; measures are for one that is admissible")
    if subject not in [concern.subject for concern in found.concerns]:
        about = ", ".join(concern.subject for concern in found.concerns) or "nothing on file"
        raise Conflict(f"application {number} is about {about}, not about {subject}")
    standing = work.notice(subject)
    if kind is not MeasureKind.LIFT:
        if not text:
            raise InvalidInput.at("text", "is missing", "Say what every bureau is to read", "measure")
        discreet(found, "text", text)
    match kind:
        case MeasureKind.SUSPEND:
            circulation.suspend(work, standing, str(text), COMMISSION)
        case MeasureKind.CAVEAT:
            circulation.add(work, standing, caveat(work, str(text)))
        case MeasureKind.LIFT:
            circulation.lift(work, standing)
    ordered = Measure(kind=kind, subject=subject, text=text, at=work.at, by=by.name)
    found = found.model_copy(update={"measures": (*found.measures, ordered)})
    return save(work, found, {"measure": ordered.model_dump(mode="json")})


# --- Both sides are heard (CCF 34-35) -----------------------------------------------------------------------


def hear(work: OfficeWork, number: str, side: str, question: str, by: Officer) -> ApplicationFile:
    """Asks one side. A bureau is asked by a letter, in which nothing stands that the applicant marked confidential.

    Raises:
        NotAllowed: if the officer is no commissioner.
        InvalidInput: if the question to a bureau holds what the applicant marked confidential.
        Conflict: if the application is not examined, or is not about data of this bureau.
    """
    found = opened(work, number, by, "hear the sides of an application")
    _require_examined(found)
    if side not in (APPLICANT, *found.bureaus):
        sides = ", ".join((APPLICANT, *found.bureaus))
        raise Conflict(f"{side} has no part in application {number}; its sides are {sides}")
    letters = []
    if side != APPLICANT:
        discreet(found, "question", question)
        letters = [side]
    if found.state is ApplicationState.ADMISSIBLE:
        found = move(work, found, ApplicationState.IN_EXCHANGE, None, by)
    asked = Statement(side=side, asked=True, text=question, at=work.at, by=by.name)
    found = found.model_copy(update={"exchange": (*found.exchange, asked)})
    work.save_application(found)
    content = {
        "application": number,
        "about": [concern.subject for concern in found.concerns if concern.bureau == side],
        "asks": found.application.for_the_bureau,
        "question": question,
        "answer_by": limits.answer_due(work.at).isoformat(),
    }
    work.record(EventKind.APPLICATION_MOVED, number, content, letters=letters)
    return found


def answer(
    work: OfficeWork, number: str, side: str, text: str, restricted: str | None, by: Officer
) -> ApplicationFile | None:
    """Records what a side says: a bureau's desk for its bureau, a commissioner for the applicant.

    Args:
        work: the transaction.
        number: the application.
        side: the applicant, or the bureau's code.
        text: what it says.
        restricted: why this may not be disclosed to the other side; None if it may.
        by: the officer.

    Returns:
        The application, for a commissioner; None for a desk, which does not see it.

    Raises:
        NotAllowed: if the officer does not speak for this side, or the bureau was asked nothing.
        Conflict: if the application is not examined.
    """
    of_desk = by.role is Role.DESK and by.bureau == side
    if not (of_desk or (by.of_commission and side == APPLICANT)):
        raise NotAllowed(
            f"{by.name} ({by.role}, {by.bureau}) cannot answer for {side}; "
            f"{'a commissioner' if side == APPLICANT else f'the desk of {side}'} can"
        )
    try:
        found = work.application(number)
    except NotFound:
        found = None
    # A desk learns no more of applications than what it was asked: none that there are, nor where they stand.
    if found is None or (of_desk and not found.asked_of(side)):
        if of_desk:
            raise NotAllowed(
                f"{by.name} ({by.role}, {by.bureau}) cannot answer {number}: nothing is asked of {side}; "
                "a bureau that the commission asked can"
            )
        raise NotFound(f"there is no application {number}")
    _require_examined(found)
    said = Statement(side=side, asked=False, text=text, at=work.at, by=by.name, restricted=restricted)
    found = found.model_copy(update={"exchange": (*found.exchange, said)})
    save(work, found, {"said": said.model_dump(mode="json")})
    return None if of_desk else found


def _require_examined(found: ApplicationFile) -> None:
    if found.state not in EXAMINED:
        raise Conflict(f"application {found.number} is {found.state}; both sides are heard while it is examined")


# --- Reminders ----------------------------------------------------------------------------------------------


def remind(work: OfficeWork, task: Task) -> None:
    """Reminds the commission of a time limit that has passed, once; what it waits for may have come since."""
    try:
        found = work.application(task.subject)
    except NotFound:
        return
    if LIMITS.get(found.state) is not task.kind or found.due is None or work.at < found.due:
        return
    work.save_application(found.model_copy(update={"reminded": (*found.reminded, work.at)}))
    content = {"due": task.kind, "state": found.state, "silent": silent_on(work, found)}
    work.record(EventKind.APPLICATION_REMINDED, found.number, content)

"""What every act on an application rests on: the search for data, who may act, the table of moves, the limits (CCF)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rednotice.errors import Conflict, InvalidInput, NotAllowed
from rednotice.flow import retention
from rednotice.flow.earlier import listed
from rednotice.flow.work import OfficeWork
from rednotice.match import build
from rednotice.model.application import (
    LIMITS,
    MOVES,
    ApplicationFile,
    ApplicationState,
    Executed,
    Found,
    Step,
)
from rednotice.model.bureau import COMMISSION, Officer
from rednotice.model.check import Query
from rednotice.model.event import EventKind
from rednotice.model.notice import Addition, Remark
from rednotice.model.person import Person
from rednotice.model.task import Task
from rednotice.rules import redress as limits

CLOSED = (ApplicationState.EXECUTED, ApplicationState.NOT_ADMISSIBLE)

# --- Is there data on the person at all? (CCF 33) -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OnFile:
    """A person in a notice or a request that the office keeps, recalled and refused ones too."""

    subject: str
    bureau: str | None
    stands: str
    person: Person


def search(applicant: Person, on_file: Iterable[OnFile]) -> tuple[Found, ...]:
    """Who on file may be the applicant, in any spelling, best first. What it is worth, the commission says."""
    kept = {f"{n} {one.subject}": one for n, one in enumerate(on_file)}
    index = build(listed(key, one.person) for key, one in kept.items())
    found: dict[str, Found] = {}
    for query in _questions(applicant):
        for match in index.check(query, limit=100).matches:
            one = kept[match.id]
            better = one.subject not in found or found[one.subject].score < match.score
            if better:
                found[one.subject] = Found(
                    subject=one.subject,
                    bureau=one.bureau,
                    stands=one.stands,
                    name=match.name,
                    score=round(match.score, 3),
                    in_words=match.in_words,
                )
    return tuple(sorted(found.values(), key=lambda one: (-one.score, one.subject)))


def _questions(person: Person) -> Iterable[Query]:
    for name in person.names:
        yield Query(name=str(name)[:200], born=person.born, sex=person.sex)
    for document in person.documents:
        yield Query(document=document.number)


# --- Common to all acts --------------------------------------------------------------------------------------


def require_commissioner(by: Officer, what: str) -> None:
    """Sees to it that an officer is of the commission: nobody else reads or moves applications.

    Raises:
        NotAllowed: if not.
    """
    if not by.of_commission:
        raise NotAllowed(f"{by.name} ({by.role}, {by.bureau}) cannot {what}; a commissioner can")


def opened(work: OfficeWork, number: str, by: Officer, what: str) -> ApplicationFile:
    """The application that a commissioner acts on.

    Raises:
        NotAllowed: if the officer is no commissioner.
        NotFound: if there is none.
    """
    require_commissioner(by, what)
    return work.application(number)


def discreet(found: ApplicationFile, field: str, text: str) -> None:
    """Sees to it that a text for a bureau holds nothing that the applicant marked confidential (CCF 35).

    Raises:
        InvalidInput: if it does.
    """
    if found.application.repeats_what_is_confidential(text):
        problem = "holds a passage that the applicant marked confidential towards the bureau"
        raise InvalidInput.at(field, problem, "Say it in other words, or leave it out (CCF 35)", "text")


def may_move(found: ApplicationFile, to: ApplicationState) -> None:
    """Sees to it that the table of moves has this one.

    Raises:
        Conflict: if not.
    """
    if (found.state, to) not in MOVES:
        possible = ", ".join(target for state, target in MOVES if state is found.state) or "nothing more"
        raise Conflict(f"application {found.number} is {found.state} and cannot become {to}; possible: {possible}")


def move(
    work: OfficeWork, found: ApplicationFile, to: ApplicationState, reasons: str | None, by: Officer | None
) -> ApplicationFile:
    """Makes a move of the table, sets the limit of the next step, and records it."""
    may_move(found, to)
    step = Step(to=to, by=by.name if by else "the office", at=work.at, reasons=reasons)
    found = found.model_copy(update={"steps": (*found.steps, step)})
    found = with_limit(work, found)
    if found.state in CLOSED:
        retention.begin(work, found.number, "application_kept_months")
    return save(work, found, {"step": step.model_dump(mode="json")})


def with_limit(work: OfficeWork, found: ApplicationFile) -> ApplicationFile:
    """The application with the limit of its next step, of which the clock will remind."""
    going_on = found.state is ApplicationState.IN_EXCHANGE and found.steps[-2].to is ApplicationState.ADMISSIBLE
    if not going_on:  # an exchange does not begin the time anew
        due = limits.next_step_due(found.state, found.application.kind, work.at)
        found = found.model_copy(update={"due": due})
    schedule(work, found)
    return found


def schedule(work: OfficeWork, found: ApplicationFile) -> None:
    """Has the clock remind of the limit that an application has now, and of no other."""
    for kind in dict.fromkeys(LIMITS.values()):
        work.unschedule(kind, found.number)
    kind_due = LIMITS.get(found.state)
    if kind_due and found.due:
        work.schedule(Task(kind=kind_due, subject=found.number, due=found.due))


def save(work: OfficeWork, found: ApplicationFile, content: dict[str, Any]) -> ApplicationFile:
    """Stores an application, and records what changed."""
    work.save_application(found)
    work.record(EventKind.APPLICATION_MOVED, found.number, content)
    return found


def data(nouns: Iterable[Found | Executed]) -> list[dict[str, Any]]:
    """Nouns as they stand in an event."""
    return [noun.model_dump(mode="json") for noun in nouns]


def silent_on(work: OfficeWork, found: ApplicationFile) -> str:
    """In words, which bureaus' nodes have not answered yet for what was executed, on what; empty if all have."""
    silent = {one.subject: work.silent_about(one.subject, one.event) for one in found.executed}
    return "; ".join(f"{', '.join(sorted(bureaus))} on {subject}" for subject, bureaus in silent.items() if bureaus)


def caveat(work: OfficeWork, text: str) -> Addition:
    """A caveat of the commission."""
    return Addition(kind=Remark.CAVEAT, text=text, by=COMMISSION, at=work.at)

"""How long data is kept: legal holds, and erasure everywhere at the end (RPD 49-51; CCF 41).

The log stays whole: an event keeps its number, time, kind and subject, and loses what was said.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rednotice.errors import Conflict, NotAllowed, NotFound
from rednotice.flow.work import Circulated, OfficeWork
from rednotice.model.application import is_confidential
from rednotice.model.bureau import Officer, Role
from rednotice.model.decision import Decision, Outcome
from rednotice.model.event import EventKind
from rednotice.model.filing import OPEN, Filing, FilingState
from rednotice.model.finding import Examination, Finding
from rednotice.model.hit import Hit
from rednotice.model.person import Person
from rednotice.model.retention import After, Erased, Erasure, Hold
from rednotice.model.task import Task, TaskKind
from rednotice.rules.redress import kept_until, look_again

# --- Legal holds --------------------------------------------------------------------------------------------


def place_hold(work: OfficeWork, subject: str, reason: str, by: Officer) -> Hold:
    """Places a legal hold on a request, notice or case: it is not erased until the hold is lifted.

    Raises:
        NotAllowed: if the officer is neither a reviewer nor a commissioner.
        NotFound: if there is no such file.
        Conflict: if there is a hold on it already.
    """
    require_holder(by, f"place a legal hold on {subject}")
    _exists(work, subject)
    for standing in work.holds_on([subject]):
        raise Conflict(f"{standing.by} placed a legal hold on {subject} on {standing.at.date()} already")
    hold = Hold(subject=subject, reason=reason, by=by.name, bureau=by.bureau, at=work.at)
    work.save_hold(hold)
    work.record(EventKind.HOLD_PLACED, subject, hold.model_dump(mode="json"))
    return hold


def lift_hold(work: OfficeWork, subject: str, reason: str, by: Officer) -> Hold:
    """Lifts a legal hold; what is due for erasure is erased when the clock looks again.

    Raises:
        NotAllowed: if the officer may not, or the hold is the commission's and the officer is not.
        NotFound: if there is no hold on it.
    """
    require_holder(by, f"lift the legal hold on {subject}")
    for hold in work.holds_on([subject]):
        if hold.bureau != by.bureau and not by.of_commission:
            raise NotAllowed(
                f"{by.name} ({by.role}, {by.bureau}) cannot lift the legal hold on {subject}; a commissioner can"
            )
        work.remove_hold(subject)
        work.record(EventKind.HOLD_LIFTED, subject, {"reason": reason, "by": by.name, "bureau": by.bureau})
        return hold
    raise NotFound(f"there is no legal hold on {subject}")


def require_holder(by: Officer, what: str) -> None:
    """Sees to it that an officer may place, lift and see legal holds.

    Raises:
        NotAllowed: if the officer is neither a reviewer nor a commissioner.
    """
    if not ((by.role is Role.REVIEWER and by.of_office) or by.of_commission):
        raise NotAllowed(f"{by.name} ({by.role}, {by.bureau}) cannot {what}; a reviewer or a commissioner can")


def _exists(work: OfficeWork, subject: str) -> None:
    if _is_notice(subject):
        work.notice(subject)
    elif subject.startswith("C-"):
        work.case(subject)
    else:
        work.filing(subject)


# --- The end of retention -----------------------------------------------------------------------------------


def begin(work: OfficeWork, subject: str, figure: str) -> None:
    """Sets the day on which a subject is erased, as a figure says (`rules/redress.yaml`)."""
    work.schedule(Task(kind=TaskKind.ERASURE_DUE, subject=subject, due=kept_until(figure, work.at)))


def end(work: OfficeWork, task: Task) -> None:
    """Erases what has been kept long enough. While a legal hold forbids it, it is tried again and again."""
    if work.erased(task.subject):
        return
    files = _files(work, task.subject)
    if files.stands:
        return
    if work.holds_on(files.concerned):
        work.schedule(task.model_copy(update={"due": look_again(work.at)}))
    else:
        _erase(work, files, After.RETENTION)


def erase(work: OfficeWork, subject: str, after: After) -> None:
    """Erases a request, a notice or an application at once, here and at every node.

    A request takes its notices, their cases and letters with it. The last notice of a request takes the request with
    it; one of several takes what the request says of its person.

    Raises:
        NotFound: if there is nothing of this number, or it was erased before.
        Conflict: if it is in force or in review, or a legal hold is on any of it; says whose.
    """
    files = _files(work, subject)
    if files.stands:
        raise Conflict(f"{subject} cannot be erased: {files.stands}")
    for hold in work.holds_on(files.concerned):
        raise Conflict(
            f"{subject} cannot be erased: {hold.by} placed a legal hold on {hold.subject} on {hold.at.date()} "
            f"({hold.reason}); lift it first"
        )
    _erase(work, files, after)


@dataclass(frozen=True, slots=True)
class _Files:
    """What is erased together: files by what they are, and what stands against it."""

    request: str | None = None
    notices: tuple[Circulated, ...] = ()
    application: str | None = None
    shared: tuple[Filing, Person] | None = None
    """The request that stays because of its other persons, and the person who is taken out of it."""
    stands: str | None = None
    cases: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def numbers(self) -> tuple[str, ...]:
        first = tuple(one for one in (self.request, self.application) if one)
        notices = tuple(standing.notice.control_number for standing in self.notices)
        return (*first, *notices, *(case for _, cases in self.cases for case in cases))

    @property
    def concerned(self) -> tuple[str, ...]:
        return (*self.numbers, *((self.shared[0].number,) if self.shared else ()))


def _is_notice(subject: str) -> bool:
    return "/" in subject


def _files(work: OfficeWork, subject: str) -> _Files:
    if is_confidential(subject):
        return _Files(application=work.application(subject).number)
    if not _is_notice(subject):
        return _whole(work, work.filing(subject))
    standing = work.notice(subject)
    number = standing.notice.request
    if standing.recalled is None:
        return _Files(stands=f"notice {subject} is in force")
    if number is None or work.erased(number):
        return _of_notices(work, (standing,))
    filing = work.filing(number)
    others = [one for one in filing.notices if one != subject and not work.erased(one)]
    refused_until = _refusals_kept_until(filing)
    if not others and (refused_until is None or refused_until <= work.at):
        return _whole(work, filing)
    files = _of_notices(work, (standing,))
    person = standing.notice.person
    return _Files(notices=files.notices, cases=files.cases, shared=(filing, person) if person else None)


def _refusals_kept_until(filing: Filing) -> datetime | None:
    """Until when a request is kept in which persons were refused; None if none was."""
    refusals = [one.signatures[-1].at for one in filing.in_effect if one.outcome is Outcome.REFUSE]
    return kept_until("refused_kept_months", max(refusals)) if refusals else None


def _whole(work: OfficeWork, filing: Filing) -> _Files:
    notices = tuple(work.notice(number) for number in filing.notices if not work.erased(number))
    in_force = ", ".join(standing.notice.control_number for standing in notices if not standing.recalled)
    if in_force:
        return _Files(stands=f"its notice {in_force} is in force")
    if filing.state in OPEN or filing.state is FilingState.DRAFT:
        return _Files(stands=f"request {filing.number} is {filing.state}")
    files = _of_notices(work, notices)
    return _Files(request=filing.number, notices=files.notices, cases=files.cases)


def _of_notices(work: OfficeWork, notices: tuple[Circulated, ...]) -> _Files:
    numbers = [standing.notice.control_number for standing in notices]
    cases = tuple((number, tuple(case.number for case in work.cases_of(number))) for number in numbers)
    return _Files(notices=notices, cases=cases)


def _erase(work: OfficeWork, files: _Files, after: After) -> None:
    cases = dict(files.cases)
    shared = (files.shared[0].number,) if files.shared else ()
    for number in filter(None, (files.request, files.application)):
        _tell(work, Erasure(subject=number, version=1, after=after, erased_at=work.at))
    for standing in files.notices:
        number = standing.notice.control_number
        also = (*cases[number], *shared)
        version = standing.notice.version + 1
        _tell(work, Erasure(subject=number, version=version, also=also, after=after, erased_at=work.at))
    work.erase(files.numbers, after)
    if files.shared:
        filing, person = files.shared
        work.erase_contents(filing.number)
        work.save_filing(_without(filing, person))
        refused_until = _refusals_kept_until(filing)
        if refused_until:
            work.schedule(Task(kind=TaskKind.ERASURE_DUE, subject=filing.number, due=refused_until))
    if files.request:
        for other in work.filings_that_met(files.request):
            work.save_filing(_not_having_met(other, files.request))


def _tell(work: OfficeWork, erasure: Erasure) -> None:
    # Whoever was told anything of it, and nobody else: that there was such a file is not for everybody to know.
    told = work.told_of((erasure.subject, *erasure.also))
    content = erasure.model_dump(mode="json")
    if told is None:
        work.record(EventKind.DATA_ERASED, erasure.subject, content, circulate=True)
    else:
        work.record(EventKind.DATA_ERASED, erasure.subject, content, circulate_to=sorted(told))


def _without(filing: Filing, person: Person) -> Filing:
    """A request in which nothing stands of one of its persons any more but that there was one."""
    persons = filing.request.persons
    gone = [n for n, one in enumerate(persons) if _same(one, person)]
    paths = tuple(f"persons[{n}]" for n in gone)
    kept = _with_findings(filing, lambda one: not any(said.path.startswith(paths) for said in one.evidence))
    document = _blotted(kept.model_dump(mode="json"), _words_for(person))
    blotted = Filing.model_validate(document)
    rest = tuple(Person(key=one.key) if n in gone else one for n, one in enumerate(persons))
    return blotted.model_copy(update={"request": blotted.request.model_copy(update={"persons": rest})})


def _words_for(person: Person) -> re.Pattern[str]:
    """What in a text says who a person is: names, and numbers of documents."""
    names = [word for name in person.names for word in (str(name), name.family or name.full) if word]
    words = sorted({*names, *(document.number for document in person.documents)}, key=len, reverse=True)
    return re.compile("|".join(rf"\b{re.escape(word)}\b" for word in words) or r"(?!)", re.IGNORECASE)


def _blotted(value: Any, words: re.Pattern[str]) -> Any:
    """A document without these words, wherever they stand in its texts."""
    if isinstance(value, dict):
        return {key: _blotted(one, words) for key, one in value.items()}
    if isinstance(value, list):
        return [_blotted(one, words) for one in value]
    return words.sub("[erased]", value) if isinstance(value, str) else value


def _same(one: Person, other: Person) -> bool:
    return one.names == other.names and (one.key, one.born) == (other.key, other.born)


def _not_having_met(filing: Filing, number: str) -> Filing:
    """A request that knows nothing any more of an earlier one for the same case."""
    names_it = re.compile(rf"\b{re.escape(number)}\b")
    kept = _with_findings(filing, lambda one: not names_it.search(one.because))
    return kept.model_copy(update={"earlier": tuple(case for case in filing.earlier if case.request != number)})


def _with_findings(filing: Filing, stays: Callable[[Finding], bool]) -> Filing:
    """A request with only some of its findings, in what the rules said of it and in what was decided."""

    def of(noun: Examination | Decision) -> dict[str, Any]:
        return {"findings": tuple(finding for finding in noun.findings if stays(finding))}

    decisions = tuple(one.model_copy(update=of(one)) for one in filing.decisions)
    examination = filing.examination.model_copy(update=of(filing.examination))
    return filing.model_copy(update={"examination": examination, "decisions": decisions})


def late_hit(work: OfficeWork, hit: Hit, erased: Erased) -> None:
    """Answers a hit that was confirmed at a node before it learned that the notice is erased; keeps nothing of it."""
    content = {"hit": hit.number, "notice": hit.control_number, "erased": str(erased)}
    work.record(EventKind.HIT_REPORTED, hit.control_number, content, letters=[hit.bureau])

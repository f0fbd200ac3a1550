"""The life of a notice in the hands of its bureau and of the office: data, remarks, suspension, review, recall.

What each act does to a notice and its copies, `flow.circulation` says; here stands who may do it, and when.
"""

from __future__ import annotations

from collections.abc import Iterator

from rednotice.errors import Conflict, Fault, InvalidInput, NotAllowed
from rednotice.flow import circulation
from rednotice.flow.earlier import SAME_PERSON_FROM, listed
from rednotice.flow.request import notice_content, require_takeable
from rednotice.flow.work import Circulated, OfficeWork
from rednotice.match import build
from rednotice.model.bureau import COMMISSION, OFFICE, Officer, Role
from rednotice.model.check import Query
from rednotice.model.event import EventKind
from rednotice.model.filing import Filing
from rednotice.model.finding import Finding, Verdict
from rednotice.model.notice import Addition, Ground, Notice, Recall, Remark
from rednotice.model.person import Person
from rednotice.model.request import Colour, Request
from rednotice.model.task import Task
from rednotice.rules.book import examine

KEEPERS = "its bureau's desk or a reviewer can"
MAY_RECALL: dict[Ground, tuple[frozenset[Role], str]] = {
    Ground.FULFILLED: (frozenset({Role.DESK, Role.REVIEWER}), KEEPERS),
    Ground.WITHDRAWN: (frozenset({Role.DESK}), "its bureau's desk can"),
    Ground.CONDITIONS: (frozenset({Role.DESK, Role.REVIEWER}), KEEPERS),
    Ground.COMPLIANCE: (frozenset({Role.REVIEWER}), "a reviewer can"),
    Ground.NO_ACTION: (frozenset({Role.REVIEWER}), "a reviewer can"),
    Ground.NOT_REVIEWED: (frozenset(), "the office's clock alone can"),
    Ground.COMMISSION: (frozenset(), "a decision of the commission alone can"),
}
"""Who may use which ground by hand (its own bureau's desk, a reviewer of the office), and how that is said (RPD 81)."""


def recall(work: OfficeWork, number: str, ground: Ground, by: Officer) -> Recall:
    """Recalls a notice: every node erases it and says so (RPD 81).

    Raises:
        NotAllowed: if the officer may not use this ground for this notice.
        Conflict: if it is recalled already, or nothing shows that its bureau did not act.
    """
    standing = work.notice(number)
    roles, who = MAY_RECALL[ground]
    if by.role not in roles or not _keeps(standing, by):
        raise NotAllowed(f"{by.name} ({by.role}, {by.bureau}) cannot recall {number} as '{ground}'; {who}")
    if ground is Ground.NO_ACTION and not any(case.neglected for case in work.cases_of(number)):
        raise Conflict(
            f"no case on {number} has a duty of its bureau whose second limit is past; see 'rednotice case list'"
        )
    return circulation.withdraw(work, standing, ground)


def update(work: OfficeWork, number: str, changed: Request, by: Officer) -> Notice:
    """Puts new data into a notice, which reaches every node as a new version (RPD 80).

    The rules examine what the bureau sends as if it were filed. Two reviewers signed for this person and this case:
    what they did not see, another person, another warrant or a doubt that is new, needs a request of its own.

    Args:
        work: the transaction.
        number: the notice.
        changed: the whole request as it should read now, with the person of this notice alone.
        by: a desk officer of its bureau.

    Raises:
        NotAllowed: if the officer is not of the notice's bureau.
        InvalidInput: if it is for another case, or the rules find something against it; with every finding.
        Conflict: if the notice is recalled.
    """
    standing = work.notice(number)
    notice = standing.notice
    if by.role is not Role.DESK or by.bureau != notice.bureau or notice.request is None:
        whose = f"the desk of {notice.bureau}" if notice.bureau else "an import of its list"
        raise NotAllowed(f"{by.name} ({by.role}, {by.bureau}) cannot update {number}; {whose} can")
    filing = work.filing(notice.request)
    faults = list(_of_another_case(notice, filing, changed))
    if faults:
        raise InvalidInput(faults, "update")
    require_takeable(changed)
    examination = examine(changed, work.at.date(), filing.earlier, filing.positions)
    known = {finding.rule for finding in filing.examination.of(Verdict.DOUBTFUL)}
    against = examination.of(Verdict.BARRED, Verdict.MISSING)
    doubts = tuple(finding for finding in examination.of(Verdict.DOUBTFUL) if finding.rule not in known)
    if against or doubts:
        raise InvalidInput([_fault(finding) for finding in (*against, *doubts)], "update")
    person = changed.persons[0] if changed.persons else None
    return circulation.new_version(work, standing, **notice_content(changed, person))


def remark(work: OfficeWork, number: str, kind: Remark, text: str, by: Officer) -> Notice:
    """Adds a caveat or an addendum (RPD 34(3)(d), 80).

    Raises:
        NotAllowed: if the officer is neither of the notice's bureau nor a reviewer.
        Conflict: if the notice is recalled.
    """
    standing = work.notice(number)
    _require_keeper(standing, by, f"add to {number}")
    circulation.add(work, standing, Addition(kind=kind, text=text, by=by.bureau, at=work.at))
    return work.notice(number).notice


def suspend(work: OfficeWork, number: str, because: str, by: Officer) -> Circulated:
    """Takes a notice out of force for a time (RPD 81).

    Raises:
        NotAllowed: if the officer is neither of the notice's bureau nor a reviewer.
        Conflict: if it is recalled or suspended.
    """
    standing = work.notice(number)
    _require_keeper(standing, by, f"suspend {number}")
    circulation.suspend(work, standing, because, by.bureau)
    return work.notice(number)


def lift(work: OfficeWork, number: str, by: Officer) -> Circulated:
    """Puts a suspended notice back into force; whose measure it was lifts it.

    Raises:
        NotAllowed: if the officer may not suspend it, or another's measure would be lifted.
        Conflict: if it is recalled, or not suspended.
    """
    standing = work.notice(number)
    _require_keeper(standing, by, f"lift the suspension of {number}")
    if standing.suspended_by and standing.suspended_by != by.bureau:
        known = {OFFICE: "a reviewer", COMMISSION: "the commission"}
        whose = known.get(standing.suspended_by, f"the desk of {standing.suspended_by}")
        raise NotAllowed(f"{by.name} ({by.role}, {by.bureau}) cannot lift the suspension of {number}; {whose} can")
    circulation.lift(work, standing)
    return work.notice(number)


# --- The review after five years ------------------------------------------------------------------------------


def extend(work: OfficeWork, number: str, reasons: str, by: Officer) -> Notice:
    """Says that a notice is still needed: it is kept for as long again, from today (RPD 50).

    Raises:
        NotAllowed: if the officer is neither of the notice's bureau nor a reviewer.
        Conflict: if it is recalled, or a special notice, which stands as long as its list says.
        InvalidInput: if no reasons are given.
    """
    standing = work.notice(number)
    _require_keeper(standing, by, f"extend {number}")
    if standing.notice.colour is Colour.SPECIAL:
        raise Conflict(f"special notice {number} stands as long as its list has the entry; it is not extended")
    if not reasons.strip():
        raise InvalidInput.at("reasons", "is missing", "Say why the notice is still needed", "extension")
    until = circulation.review_by(work)
    notice = circulation.new_version(work, standing, review_by=until)
    content = {"by": by.name, "bureau": by.bureau, "reasons": reasons, "review_by": until.isoformat()}
    work.record(EventKind.NOTICE_EXTENDED, number, content, letters=[notice.bureau])
    return notice


def review_coming(work: OfficeWork, task: Task) -> None:
    """Asks the bureau whether a notice is still needed, in time before the day of its examination (RPD 50)."""
    standing = work.notice(task.subject)
    if standing.recalled:
        return
    content = {"review_by": standing.notice.review_by.isoformat(), "recalled": False}
    work.record(EventKind.REVIEW_REMINDED, task.subject, content, letters=[standing.notice.bureau])


def review_due(work: OfficeWork, task: Task) -> None:
    """Recalls a notice of which nobody said in time that it is still needed, and tells its bureau (RPD 51)."""
    standing = work.notice(task.subject)
    if standing.recalled or standing.notice.review_by > work.at.date():
        return
    circulation.withdraw(work, standing, Ground.NOT_REVIEWED)
    content = {"review_by": standing.notice.review_by.isoformat(), "recalled": True}
    work.record(EventKind.REVIEW_REMINDED, task.subject, content, letters=[standing.notice.bureau])


# --- Who may, and what is the same case -----------------------------------------------------------------------


def _keeps(standing: Circulated, by: Officer) -> bool:
    of_bureau = by.role is Role.DESK and by.bureau == standing.notice.bureau
    return of_bureau or (by.role is Role.REVIEWER and by.of_office)


def _require_keeper(standing: Circulated, by: Officer, act: str) -> None:
    if not _keeps(standing, by):
        raise NotAllowed(f"{by.name} ({by.role}, {by.bureau}) cannot {act}; {KEEPERS}")


def _of_another_case(notice: Notice, filing: Filing, changed: Request) -> Iterator[Fault]:
    expected = {"colour": notice.colour, "bureau": notice.bureau, "reference": filing.request.reference}
    for field, value in expected.items():
        if getattr(changed, field) != value:
            yield Fault(field, f"is {getattr(changed, field)}, on the notice it is {value}", f"Write {value}")
    wanted = 1 if notice.person else 0
    if len(changed.persons) != wanted:
        problem = f"names {len(changed.persons)} persons, the notice is about {wanted}"
        yield Fault("persons", problem, "Keep the person of this notice alone" if wanted else "Name nobody")
    elif notice.person and not _same_person(notice.person, changed.persons[0]):
        problem = f"is not recognisably {notice.name}, whom the notice is about"
        yield Fault("persons[0]", problem, "Keep a name or a document number; for another person file a request")
    numbers = {warrant.number for warrant in notice.warrants if warrant.number}
    if numbers and not numbers & {warrant.number for warrant in changed.warrants}:
        problem = f"has none of the notice's warrants ({', '.join(sorted(numbers))})"
        yield Fault("warrants", problem, "Keep one of them; for another warrant file a request")


def _same_person(was: Person, now: Person) -> bool:
    if not was.is_named or {one.number for one in was.documents} & {one.number for one in now.documents}:
        return True
    index = build([listed("was", was)])
    queries = [Query(name=str(name)[:200]) for name in now.names]
    return any(match.score >= SAME_PERSON_FROM for query in queries for match in index.check(query).matches)


def _fault(finding: Finding) -> Fault:
    path = finding.evidence[0].path if finding.evidence else ""
    mend = finding.mend or "File a request of its own, which reviewers examine"
    return Fault(path, f"{finding.verdict} ({finding.citation}): {finding.because}", mend)

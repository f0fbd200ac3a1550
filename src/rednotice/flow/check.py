"""Step four: an officer at a node asks who a person is, and confirms a hit. All of it works while cut off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rednotice.errors import Conflict, NotAllowed
from rednotice.flow.earlier import listed
from rednotice.flow.work import LocalEntry, NodeWork
from rednotice.log.report import ReportKind
from rednotice.match.dates import may_be_born
from rednotice.match.documents import read_mrz
from rednotice.model.bureau import Officer, Role
from rednotice.model.check import Check, CheckMade, Listed, Match, Query, Result, Shown
from rednotice.model.effect import EffectTable
from rednotice.model.hit import Hit
from rednotice.model.notice import Notice
from rednotice.model.request import Colour
from rednotice.model.values import bureau_name
from rednotice.rules.effects import effect_of, not_configured

if TYPE_CHECKING:
    from rednotice.match.index import Index

MAY_CHECK = frozenset({Role.OFFICER, Role.DESK})
LOCAL = "local:"
"""What the ids of a node's own list entries begin with in its index."""

FOUND = "A match is a likeness, not proof. Confirm who the person is, then ask: {ask}."
CUT = " Very many listed names have the words of this one, and not all of them were compared: give more of the name."
NOBODY = "Nobody among {count:,} persons is near enough to this. That is no proof of good standing; in doubt ask {ask}."


def check(work: NodeWork, index: Index, effects: EffectTable, query: Query, by: Officer, limit: int = 10) -> Check:
    """Answers a question about a person: ranked matches, each with its reason, its notice and its effect here.

    Raises:
        NotAllowed: if the officer may not check persons.
        InvalidInput: if nothing in the machine-readable zone can be used, or nobody alive can be born so.
    """
    if by.role not in MAY_CHECK or by.bureau != work.bureau:
        raise NotAllowed(
            f"{by.name} ({by.role}, {by.bureau}) cannot check persons; an officer of bureau {work.bureau} can"
        )
    today = work.at.date()
    if query.born:
        may_be_born(query.born, today)
    asked, remarks = read_mrz(query, today)
    answer = index.check(asked, limit)
    results = tuple(_results(work, effects, answer.matches))
    says = FOUND if results else NOBODY
    made = Check(
        number=f"{work.bureau}-K-{work.at.year}-{work.next_number('check')}",
        at=work.at,
        officer=by.name,
        query=asked,
        results=results,
        compared_with=answer.compared_with,
        says=says.format(count=answer.compared_with, ask=effects.ask) + (CUT if answer.cut_by_budget else ""),
        remarks=remarks,
    )
    work.save_check(_kept(made))
    return made


def _kept(made: Check) -> CheckMade:
    shown = tuple(
        Shown(id=one.match.id, version=one.notice.version if one.notice else None, score=one.match.score)
        for one in made.results
    )
    return CheckMade(number=made.number, at=made.at, officer=made.officer, query=made.query, shown=shown)


def _results(work: NodeWork, effects: EffectTable, matches: Iterable[Match]) -> Iterator[Result]:
    today = work.at.date()
    for match in matches:
        if match.id.startswith(LOCAL):
            entry = work.local_entry(match.id)
            yield Result(
                match=match,
                notice=None,
                listing=entry.listing,
                imported_at=entry.imported_at,
                effect=not_configured(effects, Colour.SPECIAL, today),
                ask=effects.ask,
            )
            continue
        held = work.held(match.id)
        # The index is a moment ahead of the database: what is not, or no longer, held is not shown.
        if held and held.notice:
            effect = effect_of(effects, held.notice, today)
            yield Result(match=match, notice=held.notice, effect=effect, ask=_whom_to_ask(effects, held.notice))


def _whom_to_ask(effects: EffectTable, notice: Notice) -> str:
    if notice.bureau is None:
        return f"{effects.ask}; the office"
    contact = f", {notice.contact.name}" if notice.contact else ""
    reach = (notice.contact and (notice.contact.telephone or notice.contact.email)) or ""
    return (
        f"{effects.ask}; bureau {notice.bureau} ({bureau_name(notice.bureau)}{contact}{' ' + reach if reach else ''})"
    )


def local_id(entry: LocalEntry) -> str:
    """The id under which an entry of a node's own list stands in the index."""
    return f"{LOCAL}{entry.listing.source}:{entry.listing.reference}"


def local_person(entry: LocalEntry) -> Listed:
    """An entry of a node's own list, as the matcher takes one."""
    return listed(local_id(entry), entry.person)


def confirm(
    work: NodeWork,
    check_number: str,
    control_number: str,
    place: str | None,
    remark: str | None,
    by: Officer,
    *,
    urgent: bool = False,
) -> Hit:
    """Confirms that a match is the person, and queues the report to the office. Confirmed twice, it is one hit.

    An urgent hit is answered sooner than a routine one (`rules.duties`).

    Raises:
        NotAllowed: if the officer may not confirm hits.
        Conflict: if the check did not show this notice, or it was recalled or suspended since.
    """
    if by.role not in MAY_CHECK or by.bureau != work.bureau:
        raise NotAllowed(
            f"{by.name} ({by.role}, {by.bureau}) cannot confirm hits; an officer of bureau {work.bureau} can"
        )
    made = work.check(check_number)  # held until the end: confirmed twice at one moment, it is one hit
    earlier = work.hit_of(check_number, control_number)
    if earlier:
        return earlier
    shown = [one.id for one in made.shown if one.version is not None]
    if control_number not in shown:
        found = ", ".join(shown) or "no notice"
        raise Conflict(f"check {check_number} showed {found}; {control_number} is not among them")
    held = work.held(control_number)
    if held is None or held.notice is None:
        raise Conflict(f"notice {control_number} is out of force since check {check_number}; do not act on it")
    hit = Hit(
        number=f"{work.bureau}-H-{work.at.year}-{work.next_number('hit')}",
        control_number=control_number,
        version=held.version,
        bureau=work.bureau,
        place=place,
        remark=remark,
        urgent=urgent,
        officer=by.name,
        confirmed_at=work.at,
    )
    work.save_hit(hit, check_number)
    work.report(ReportKind.HIT, hit.model_dump(mode="json"))
    return hit

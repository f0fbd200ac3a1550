"""Erasure in the two databases, and what the office's streams are to overwrite after it.

A message of a stream cannot be erased within a transaction. What is to be erased stands in the table `overwrite` until
the stream has done it, as what is to be published stands in the outbox.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from rednotice.adapters.jetstream import Position
from rednotice.adapters.postgres import shared, tables
from rednotice.adapters.subjects import NOTICE_SUBJECT, bureau_stream, reports_stream
from rednotice.errors import NotFound
from rednotice.model.event import EventKind
from rednotice.model.filing import Filing
from rednotice.model.notice import Listing, in_path
from rednotice.model.retention import After, Erased, Hold

STAYS = (
    EventKind.NOTICE_RECALLED,
    EventKind.NOTICE_WITHHELD,
    EventKind.RECEIPT_RETURNED,
    EventKind.DATA_ERASED,
)
"""Events whose contents are numbers, dates and grounds; a recall is still on its way to nodes that were cut off."""


@dataclass(frozen=True, slots=True)
class Overwrite:
    """One message that a stream is to overwrite: the last of a subject, or the one at a place."""

    stream: str
    subject: str | None
    position: Position | None


def overwrite_waiting(connection: Connection, erase: Callable[[Overwrite], None], count: int) -> int:
    """Hands what streams are to overwrite to somebody who does it; what was done is taken off the list.

    Returns:
        How many messages were overwritten.
    """
    table = tables.overwrite
    waiting = connection.execute(select(table).order_by(table.c.id).limit(count)).all()
    for row in waiting:
        erase(Overwrite(row.stream, row.subject, Position(row.made, row.sequence) if row.made else None))
    if waiting:
        connection.execute(delete(table).where(table.c.id.in_([row.id for row in waiting])))
    return len(waiting)


def erased(connection: Connection, condition: ColumnElement[bool]) -> Erased | None:
    """What remains of a subject."""
    row = connection.execute(select(tables.erased).where(condition)).one_or_none()
    if row is None:
        return None
    query = select(func.max(tables.event.c.number)).where(
        tables.event.c.subject == row.subject, tables.event.c.kind == EventKind.DATA_ERASED
    )
    return Erased(subject=row.subject, at=row.at, after=After(row.after), event=connection.execute(query).scalar())


def not_there(connection: Connection, what: str, number: str) -> NotFound:
    """The error that says that there is no such thing, or that there was."""
    gone = erased(connection, tables.erased.c.subject == number)
    return NotFound(f"{what} {gone}" if gone else f"there is no {what} {number}")


def told_of(connection: Connection, subjects: Sequence[str]) -> Set[str] | None:
    """The bureaus whose nodes were told anything of these; None if every bureau was."""
    event, outbox = tables.event, tables.outbox
    query = select(outbox.c.subject).distinct().join(event, event.c.number == outbox.c.event)
    posted = set(connection.execute(query.where(event.c.subject.in_(list(subjects)))).scalars())
    if any(subject.startswith(NOTICE_SUBJECT) for subject in posted):
        return None
    return {subject.split(".", 2)[1] for subject in posted}


class ErasureWork:
    """The part of a transaction at the office that is about retention (`flow.work.OfficeWork`)."""

    _connection: Connection
    _at: datetime

    def filings_that_met(self, number: str) -> Sequence[Filing]:
        """The requests that were found to be for the same case as an earlier one."""
        table = tables.filing
        met = table.c.document.contains({"earlier": [{"request": number}]})
        return [
            Filing.model_validate(one)
            for one in self._connection.execute(select(table.c.document).where(met)).scalars()
        ]

    def holds_on(self, subjects: Iterable[str]) -> Sequence[Hold]:
        """The legal holds on any of these."""
        table = tables.hold
        query = select(table.c.document).where(table.c.subject.in_(list(subjects))).order_by(table.c.at)
        return [Hold.model_validate(document) for document in self._connection.execute(query).scalars()]

    def save_hold(self, hold: Hold) -> None:
        """Stores a legal hold."""
        row = {"subject": hold.subject, "at": hold.at, "document": hold.model_dump(mode="json")}
        shared.put(self._connection, tables.hold, row)

    def remove_hold(self, subject: str) -> None:
        """Takes a legal hold away."""
        self._connection.execute(delete(tables.hold).where(tables.hold.c.subject == subject))

    def erased(self, subject: str) -> Erased | None:
        """What remains of a subject that was erased."""
        return erased(self._connection, tables.erased.c.subject == subject)

    def erased_listing(self, listing: Listing) -> Erased | None:
        """What remains of the notice that was made for an entry of a list."""
        table = tables.erased
        return erased(
            self._connection,
            and_(table.c.list_source == listing.source, table.c.list_reference == listing.reference),
        )

    def told_of(self, subjects: Sequence[str]) -> Set[str] | None:
        """The bureaus whose nodes were told anything of these; None if every bureau was."""
        return told_of(self._connection, subjects)

    def erase(self, subjects: Sequence[str], after: After) -> None:
        """Erases requests, notices, cases and applications with all that was said of them."""
        for subject in subjects:
            self._keep_that(subject, after)
            self.erase_contents(subject)
            self._erase_reports(subject)
            for table, column in (
                (tables.filing, tables.filing.c.number),
                (tables.notice, tables.notice.c.control_number),
                (tables.case_file, tables.case_file.c.number),
                (tables.application, tables.application.c.number),
                (tables.hold, tables.hold.c.subject),
                (tables.task, tables.task.c.subject),
            ):
                self._connection.execute(delete(table).where(column == subject))

    def erase_report(self, digest: bytes) -> None:
        """Has the stream of a bureau's reports overwrite one that was taken, by its bytes' hash."""
        taken = tables.report_taken
        for row in self._connection.execute(select(taken).where(taken.c.digest == digest, taken.c.made.is_not(None))):
            self._overwrite(reports_stream(row.bureau), position=Position(row.made, row.sequence))

    def erase_contents(self, subject: str) -> None:
        """Erases what was recorded and written of a subject."""
        event, content, outbox = tables.event, tables.event_content, tables.outbox
        spoke = select(event.c.number).where(event.c.subject == subject, event.c.kind.not_in(STAYS))
        numbers = list(self._connection.execute(spoke).scalars())
        self._connection.execute(delete(content).where(content.c.event.in_(numbers)))
        self._connection.execute(delete(tables.letter).where(tables.letter.c.event.in_(numbers)))
        for posted in self._connection.execute(select(outbox.c.subject).where(outbox.c.event.in_(numbers))).scalars():
            kind, bureau, what = (*posted.split(".", 2), "")[:3]
            # A letter. Under the subject of a notice the recall stands by now, and must go on standing there.
            if kind == "bureau" and not what.startswith("notice."):
                self._overwrite(bureau_stream(bureau), subject=posted)
        self._connection.execute(delete(outbox).where(outbox.c.event.in_(numbers), outbox.c.published_at.is_(None)))

    def _keep_that(self, subject: str, after: After) -> None:
        table = tables.notice
        query = select(table.c.list_source, table.c.list_reference).where(table.c.control_number == subject)
        listed = self._connection.execute(query).one_or_none()
        source, reference = (listed.list_source, listed.list_reference) if listed else (None, None)
        row = {"subject": subject, "at": self._at, "after": after, "list_source": source, "list_reference": reference}
        self._connection.execute(upsert(tables.erased).values(**row).on_conflict_do_nothing())

    def _erase_reports(self, subject: str) -> None:
        """What nodes reported of it: in the stream; and, if it was not believed, in its table."""
        taken, rejected = tables.report_taken, tables.report_rejected
        for row in self._connection.execute(select(taken).where(taken.c.subject == subject, taken.c.made.is_not(None))):
            self._overwrite(reports_stream(row.bureau), position=Position(row.made, row.sequence))
        self._connection.execute(
            update(taken).where(taken.c.subject == subject).values(made=None, sequence=None, subject=None)
        )
        speaks_of_it = names(rejected.c.raw, subject)
        for row in self._connection.execute(
            select(rejected.c.bureau, rejected.c.made, rejected.c.sequence).where(speaks_of_it)
        ):
            if row.made is not None:
                self._overwrite(reports_stream(row.bureau), position=Position(row.made, row.sequence))
        self._connection.execute(delete(rejected).where(speaks_of_it))

    def _overwrite(self, stream: str, *, subject: str | None = None, position: Position | None = None) -> None:
        made, sequence = (position.made, position.sequence) if position else (None, None)
        row = {"stream": stream, "subject": subject, "made": made, "sequence": sequence}
        self._connection.execute(insert(tables.overwrite).values(**row))


class ErasureNodeWork:
    """The part of a transaction at a node that erases (`flow.work.NodeWork`)."""

    _connection: Connection

    def erase(self, subjects: Sequence[str], event: int) -> tuple[str, ...]:
        """Erases what is kept on notices and other files."""
        done = {"content": 0, "letters": 0, "hits": 0, "checks": 0, "rejected envelopes": 0}
        for subject in subjects:
            letter, hit, report = tables.node_letter, tables.hit, tables.report
            shared.put(self._connection, tables.node_erased, {"subject": subject, "event": event})
            done["content"] += self._count(
                update(tables.held)
                .where(tables.held.c.control_number == subject, tables.held.c.document.is_not(None))
                .values(document=None)
            )
            done["letters"] += self._count(delete(letter).where(letter.c.subject == subject, letter.c.event < event))
            done["hits"] += self._count(delete(hit).where(hit.c.control_number == subject))
            self._count(delete(report).where(report.c.kind == "hit", report.c.body["control_number"].astext == subject))
            done["checks"] += self._erase_checks(subject)
            done["rejected envelopes"] += self.erase_rejected(subject)
        return tuple(f"{count} {what} erased" for what, count in done.items() if count) or ("nothing of it was held",)

    def erase_rejected(self, subject: str) -> int:
        """Erases envelopes about a file that were not believed; returns how many there were."""
        rejected = tables.envelope_rejected
        of_stream = rejected.c.subject.endswith(f"notice.{in_path(subject)}")
        return self._count(delete(rejected).where(or_(of_stream, names(rejected.c.raw, subject))))

    def _erase_checks(self, subject: str) -> int:
        """Erases a check that showed this notice alone; one that showed others too keeps what it has of them."""
        table = tables.check_made
        showed = table.c.document.contains({"shown": [{"id": subject}]})
        rows = self._connection.execute(select(table.c.number, table.c.document).where(showed)).all()
        for row in rows:
            rest = [one for one in row.document["shown"] if one["id"] != subject]
            if rest:
                document = {**row.document, "shown": rest}
                self._connection.execute(update(table).where(table.c.number == row.number).values(document=document))
            else:
                self._connection.execute(delete(table).where(table.c.number == row.number))
        return len(rows)

    def _count(self, statement: Any) -> int:
        return int(self._connection.execute(statement).rowcount)


def names(raw: ColumnElement[Any], subject: str) -> ColumnElement[bool]:
    """Whether bytes name a subject, as a whole number."""
    return func.encode(raw, "escape").regexp_match(rf"(^|[^0-9A-Za-z-]){re.escape(subject)}([^0-9]|$)")

"""A bureau node's database: what it holds, checks, hits, and the reports that wait for the line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from rednotice.adapters.jetstream import Position
from rednotice.adapters.postgres import shared, tables
from rednotice.adapters.postgres.connection import guarded
from rednotice.adapters.postgres.erasure import ErasureNodeWork
from rednotice.adapters.postgres.integrity import require_whole
from rednotice.errors import NotFound, Unavailable
from rednotice.flow.check import local_id
from rednotice.flow.work import Held, Letter, LocalEntry
from rednotice.log.checkpoint import Checkpoint
from rednotice.log.history import Dispute, Signed, Wrong
from rednotice.log.report import Report, ReportKind
from rednotice.model.bureau import Officer
from rednotice.model.check import CheckMade
from rednotice.model.event import EventKind
from rednotice.model.hit import Hit
from rednotice.model.notice import Listing, Notice
from rednotice.model.person import Person

BATCH = 64
TO_BE_TAKEN = timedelta(seconds=10)
"""So long after a stream acknowledged a report the office should have taken it."""


@dataclass(frozen=True, slots=True)
class Disputed:
    """Two signed checkpoints that contradict each other, as they are kept."""

    at: datetime
    wrong: Wrong
    says: str
    before: str
    shown: str


class NodeDatabase:
    """Everything that a node keeps."""

    def __init__(self, engine: Engine, bureau: str, origin: str) -> None:
        self._engine = engine
        self._bureau = bureau
        self._origin = origin

    @contextmanager
    def batch(self, at: datetime) -> Iterator[NodeBatch]:
        """One transaction that takes many events, and writes what they change together at its end."""
        with guarded(), self._engine.begin() as connection:
            batch = NodeBatch(connection, self._bureau, at)
            yield batch
            batch.flush()

    @contextmanager
    def work(self, at: datetime) -> Iterator[PostgresNodeWork]:
        """One transaction: committed at the end, or rolled back on any error."""
        with guarded(), self._engine.begin() as connection:
            yield PostgresNodeWork(connection, self._bureau, at)

    @contextmanager
    def read(self) -> Iterator[NodeReader]:
        """A look at the database."""
        with guarded(), self._engine.connect() as connection:
            yield NodeReader(connection, self._bureau, self._origin)

    def relay(
        self,
        send: Callable[[Sequence[Report]], Sequence[Unavailable | None]],
        ready: Callable[[], bool] = lambda: True,
    ) -> int:
        """Hands reports that wait to a sender, in order, and marks what the office's stream acknowledged.

        Args:
            send: returns, for each, None when the stream has acknowledged it, or what went wrong.
            ready: whether what receipts say is true by now; asked when they were read. Hits do not wait for it.

        Raises:
            Unavailable: if one was not acknowledged; those that were are marked.
        """
        table = tables.report
        with guarded(), self._engine.begin() as connection:
            waiting = connection.execute(
                # Somebody waits for a hit.
                select(table)
                .where(table.c.sent_at.is_(None))
                .order_by(table.c.kind != ReportKind.HIT, table.c.number)
                .limit(BATCH)
                .with_for_update()
            ).all()
            true_by_now = ready()
            reports = [
                Report(bureau=self._bureau, number=row.number, kind=ReportKind(row.kind), at=row.at, body=row.body)
                for row in waiting
                if true_by_now or row.kind == ReportKind.HIT
            ]
            answers = send(reports) if reports else ()
            sent = [report.number for report, failure in zip(reports, answers, strict=True) if failure is None]
            failure = next(filter(None, answers), None)
            if sent:
                connection.execute(update(table).where(table.c.number.in_(sent)).values(sent_at=func.now()))
        if failure:
            raise failure
        return len(sent)

    def enrol(self, officer: Officer) -> str:
        """Enrols an officer; returns the token."""
        with guarded(), self._engine.begin() as connection:
            return shared.enrol(connection, tables.node_officer, officer)

    def officer_of(self, token: str) -> Officer:
        """The officer who bears a token."""
        with guarded(), self._engine.connect() as connection:
            return shared.officer_of(connection, tables.node_officer, token)

    def report_again(self, since: datetime) -> int:
        """Has reports since a moment wait for the line again; returns how many. The office knows each by its bytes."""
        return self._unsend(tables.report.c.at >= since)

    def unsend(self, numbers: Sequence[int]) -> None:
        """Has some reports wait for the line again."""
        self._unsend(tables.report.c.number.in_(numbers))

    def _unsend(self, which: ColumnElement[bool]) -> int:
        table = tables.report
        with guarded(), self._engine.begin() as connection:
            sent = update(table).where(which, table.c.sent_at.is_not(None)).values(sent_at=None)
            return connection.execute(sent).rowcount

    def reject_envelope(self, at: datetime, subject: str, reason: str, raw: bytes) -> None:
        """Keeps an envelope that was not believed, for a person to look at."""
        with guarded(), self._engine.begin() as connection:
            row = {"at": at, "subject": subject, "reason": reason, "raw": raw}
            connection.execute(insert(tables.envelope_rejected).values(**row))

    def keep_keyring(self, begins: str, note: str) -> None:
        """Remembers the last keyring of the office, and the key from which its chain of signatures begins."""
        with guarded(), self._engine.begin() as connection:
            shared.put(connection, tables.node_keyring, {"only": True, "begins": begins, "note": note})

    def forget_positions(self) -> None:
        """Has every stream read from its beginning; what is there already is passed over."""
        with guarded(), self._engine.begin() as connection:
            connection.execute(delete(tables.node_followed))

    def keep_proved(self, signed: Signed) -> None:
        """Remembers the checkpoint up to which the log was proved to be one history, and believes it."""
        with guarded(), self._engine.begin() as connection:
            row = {"only": True, "size": signed.checkpoint.size, "root": signed.checkpoint.root, "note": signed.note}
            shared.put(connection, tables.proved, row)
            _believe(connection, signed)

    def keep_dispute(self, at: datetime, dispute: Dispute) -> None:
        """Keeps two checkpoints that cannot both be, once."""
        row = {"at": at, "wrong": dispute.wrong, "whose": dispute.whose, "says": str(dispute)}
        row |= {"before": dispute.before.note, "shown": dispute.shown.note}
        with guarded(), self._engine.begin() as connection:
            query = upsert(tables.dispute).values(**row)
            connection.execute(
                query.on_conflict_do_update(index_elements=["before", "shown"], set_={"settled_at": None})
            )

    def settle(self, at: datetime) -> int:
        """Marks every dispute as settled by people; returns how many there were."""
        table = tables.dispute
        with guarded(), self._engine.begin() as connection:
            return int(
                connection.execute(update(table).where(table.c.settled_at.is_(None)).values(settled_at=at)).rowcount
            )


class PostgresNodeWork(ErasureNodeWork):
    """One transaction at a node (`flow.work.NodeWork`)."""

    def __init__(self, connection: Connection, bureau: str, at: datetime) -> None:
        self._connection = connection
        self._bureau = bureau
        self._at = at

    @property
    def at(self) -> datetime:
        """When it happens."""
        return self._at

    @property
    def bureau(self) -> str:
        """The bureau whose node this is."""
        return self._bureau

    def next_number(self, series: str) -> int:
        """The next number of a series."""
        return shared.next_number(self._connection, tables.node_series, f"{series} {self._at.year}")

    def held(self, control_number: str) -> Held | None:
        """What is held of a notice."""
        query = select(tables.held).where(tables.held.c.control_number == control_number)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _held(row)

    def save_held(self, held: Held) -> None:
        """Stores, replaces or erases a notice."""
        row = {
            "control_number": held.control_number,
            "version": held.version,
            "event": held.event,
            "document": held.notice.model_dump(mode="json") if held.notice else None,
            "applied_at": self._at,
        }
        shared.put(self._connection, tables.held, row)

    def save_letter(self, letter: Letter) -> None:
        """Stores a letter, once, unless what it is about was erased since."""
        table = tables.node_erased
        erased = select(table.c.event).where(table.c.subject == letter.subject, table.c.event > letter.event)
        if self._connection.execute(erased).scalar() is not None:
            return
        row = {
            "event": letter.event,
            "at": letter.at,
            "kind": letter.kind,
            "subject": letter.subject,
            "content": letter.content,
        }
        self._connection.execute(upsert(tables.node_letter).values(**row).on_conflict_do_nothing())

    def believe(self, signed: Signed) -> None:
        """Remembers a checkpoint, if it is longer than the last."""
        _believe(self._connection, signed)

    def save_position(self, stream: str, position: Position) -> None:
        """Remembers how far this node is in a stream."""
        shared.save_position(self._connection, tables.node_followed, stream, position)

    def report(self, kind: ReportKind, body: dict[str, Any]) -> int:
        """Queues a report."""
        number = shared.next_number(self._connection, tables.node_series, "report")
        row = {"number": number, "at": self._at, "kind": kind, "body": body}
        self._connection.execute(insert(tables.report).values(**row))
        return number

    def local_entry(self, entry_id: str) -> LocalEntry:
        """An entry of a list of this node's own."""
        query = select(tables.local_entry).where(tables.local_entry.c.id == entry_id)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            raise NotFound(f"there is no list entry {entry_id}")
        return _local_entry(row)

    def save_local_entries(self, entries: Iterable[LocalEntry]) -> None:
        """Stores entries of a list."""
        for entry in entries:
            row = {
                "id": local_id(entry),
                "source": entry.listing.source,
                "listing": entry.listing.model_dump(mode="json"),
                "person": entry.person.model_dump(mode="json"),
                "imported_at": self._at,
            }
            shared.put(self._connection, tables.local_entry, row)

    def check(self, number: str) -> CheckMade:
        """A check that was made."""
        query = select(tables.check_made.c.document).where(tables.check_made.c.number == number)
        found = self._connection.execute(query.with_for_update()).scalar()
        if found is None:
            raise NotFound(f"there is no check {number}")
        return CheckMade.model_validate(found)

    def save_check(self, check: CheckMade) -> None:
        """Stores a check."""
        row = {"number": check.number, "at": check.at, "officer": check.officer}
        self._connection.execute(insert(tables.check_made).values(document=check.model_dump(mode="json"), **row))

    def hit_of(self, check: str, control_number: str) -> Hit | None:
        """The hit that was confirmed on a check for a notice."""
        table = tables.hit
        query = select(table.c.document).where(table.c.check_number == check, table.c.control_number == control_number)
        found = self._connection.execute(query).scalar()
        return None if found is None else Hit.model_validate(found)

    def save_hit(self, hit: Hit, check: str) -> None:
        """Stores a confirmed hit."""
        row = {"number": hit.number, "check_number": check, "control_number": hit.control_number}
        self._connection.execute(insert(tables.hit).values(document=hit.model_dump(mode="json"), **row))


class NodeBatch(PostgresNodeWork):
    """One transaction over many events, which reads and writes the table of what is held in few statements."""

    def __init__(self, connection: Connection, bureau: str, at: datetime) -> None:
        super().__init__(connection, bureau, at)
        self._held: dict[str, Held | None] = {}
        self._changed: dict[str, Held] = {}
        self._reports: list[dict[str, Any]] = []
        self._longest: Signed | None = None

    def expect(self, subjects: Iterable[str]) -> None:
        """Writes what was put off, and reads at once what is held on some subjects, which come next."""
        self.flush()
        wanted = list(subjects)
        self._held = dict.fromkeys(wanted)
        query = select(tables.held).where(tables.held.c.control_number.in_(wanted))
        self._held.update({row.control_number: _held(row) for row in self._connection.execute(query)})

    def held(self, control_number: str) -> Held | None:
        """What is held of a notice."""
        if control_number not in self._held:
            self._held[control_number] = super().held(control_number)
        return self._held[control_number]

    def save_held(self, held: Held) -> None:
        """Stores, replaces or erases a notice, at the end."""
        self._held[held.control_number] = self._changed[held.control_number] = held

    def erase(self, subjects: Sequence[str], event: int) -> tuple[str, ...]:
        """Erases what is kept on notices and other files, in memory too."""
        self.flush()
        for subject in subjects:
            self._held.pop(subject, None)
        return super().erase(subjects, event)

    def believe(self, signed: Signed) -> None:
        """Remembers the longest checkpoint, at the end."""
        if self._longest is None or signed.checkpoint.size > self._longest.checkpoint.size:
            self._longest = signed

    def report(self, kind: ReportKind, body: dict[str, Any]) -> int:
        """Queues a report, at the end."""
        if self._reports:
            number = int(self._reports[-1]["number"]) + 1
        else:
            number = shared.next_number(self._connection, tables.node_series, "report")
        self._reports.append({"number": number, "at": self._at.isoformat(), "kind": kind, "body": body})
        return number

    def flush(self) -> None:
        """Writes what was put off."""
        shared.put_json(self._connection, tables.held, [self._held_json(held) for held in self._changed.values()])
        if self._reports:
            shared.put_json(self._connection, tables.report, list(map(json.dumps, self._reports)))
            last = {"name": "report", "last": self._reports[-1]["number"]}
            shared.put(self._connection, tables.node_series, last)
        if self._longest:
            _believe(self._connection, self._longest)
        self._changed, self._reports, self._longest = {}, [], None

    def _held_json(self, held: Held) -> str:
        document = held.notice.model_dump_json() if held.notice else "null"
        row = {"control_number": held.control_number, "version": held.version, "event": held.event}
        return f'{json.dumps({**row, "applied_at": self._at.isoformat()})[:-1]}, "document": {document}}}'


class NodeReader:
    """What a node's program and its pages read."""

    def __init__(self, connection: Connection, bureau: str, origin: str) -> None:
        self._connection = connection
        self._bureau = bureau
        self._origin = origin

    def require_whole(self) -> None:
        """Looks whether every row is there that was (`integrity`).

        Raises:
            Unavailable: if not.
        """
        self._connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        require_whole(self._connection, tables.node)

    def all_held(self) -> Iterator[Held]:
        """Every notice that is held with its content."""
        query = select(tables.held).where(tables.held.c.document.is_not(None))
        for row in self._connection.execution_options(yield_per=1000).execute(query):
            yield _held(row)

    def held(self, control_number: str) -> Held:
        """What is held of a notice; NotFound if it never came."""
        query = select(tables.held).where(tables.held.c.control_number == control_number)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            raise NotFound(f"no notice {control_number} came to this node")
        return _held(row)

    def local_entries(self) -> Iterator[LocalEntry]:
        """Every entry of this node's own lists."""
        for row in self._connection.execution_options(yield_per=1000).execute(select(tables.local_entry)):
            yield _local_entry(row)

    def believed(self) -> Checkpoint | None:
        """The longest checkpoint that was believed."""
        signed = self.believed_note()
        return signed.checkpoint if signed else None

    def believed_note(self) -> Signed | None:
        """The longest checkpoint that was believed, as the office signed it."""
        return self._signed(self._connection.execute(select(tables.believed)).one_or_none())

    def keyring(self) -> tuple[str, str] | None:
        """The key that was handed over, and the last keyring to which a chain led from it; empty if to none."""
        table = tables.node_keyring
        row = self._connection.execute(select(table.c.begins, table.c.note)).one_or_none()
        return None if row is None else (row.begins, row.note)

    def proved(self) -> Signed | None:
        """The checkpoint up to which the log was proved to be one history."""
        return self._signed(self._connection.execute(select(tables.proved)).one_or_none())

    def _signed(self, row: Any) -> Signed | None:
        return None if row is None else Signed(Checkpoint(self._origin, row.size, bytes(row.root)), row.note)

    def disputes(self) -> list[Disputed]:
        """The checkpoints that contradict each other, which nobody has settled; latest first."""
        table = tables.dispute
        rows = self._connection.execute(select(table).where(table.c.settled_at.is_(None)).order_by(table.c.id.desc()))
        return [Disputed(row.at, Wrong(row.wrong), row.says, row.before, row.shown) for row in rows]

    def last_words(self) -> list[tuple[str, int]]:
        """By subject, the event that is the last word on it here."""
        table = tables.held
        rows = self._connection.execute(select(table.c.control_number, table.c.event))
        return [(row.control_number, row.event) for row in rows]

    def has_letters(self, events: Sequence[int]) -> set[int]:
        """Those of some letters that are here."""
        table = tables.node_letter
        return set(self._connection.execute(select(table.c.event).where(table.c.event.in_(list(events)))).scalars())

    def position(self, stream: str) -> Position | None:
        """How far this node is in a stream; None if it never read it."""
        return shared.position(self._connection, tables.node_followed, stream)

    def letters(self, after: int = -1, count: int = 100) -> list[Letter]:
        """What the office told this bureau, oldest first."""
        table = tables.node_letter
        query = select(table).where(table.c.event > after).order_by(table.c.event).limit(count)
        return [
            Letter(row.event, row.at, self._bureau, EventKind(row.kind), row.subject, row.content)
            for row in self._connection.execute(query)
        ]

    def reports_sent(self, after: int, count: int) -> list[Report]:
        """Reports after a number that the office's stream acknowledged a while ago, in their order."""
        table = tables.report
        query = select(table).where(table.c.number > after, table.c.sent_at < func.now() - TO_BE_TAKEN)
        return [
            Report(bureau=self._bureau, number=row.number, kind=ReportKind(row.kind), at=row.at, body=row.body)
            for row in self._connection.execute(query.order_by(table.c.number).limit(count))
        ]

    def waiting(self) -> int:
        """How many reports wait for the line."""
        query = select(func.count()).where(tables.report.c.sent_at.is_(None))
        count: int = self._connection.execute(query).scalar_one()
        return count

    def rejected(self) -> int:
        """How many envelopes were not believed."""
        query = select(func.count()).select_from(tables.envelope_rejected)
        count: int = self._connection.execute(query).scalar_one()
        return count

    def officers(self) -> list[Officer]:
        """Everybody who is enrolled."""
        return shared.all_officers(self._connection, tables.node_officer)


def _believe(connection: Connection, signed: Signed) -> None:
    table = tables.believed
    row = {"size": signed.checkpoint.size, "root": signed.checkpoint.root, "note": signed.note}
    query = upsert(table).values(only=True, **row)
    longer = table.c.size < signed.checkpoint.size
    connection.execute(query.on_conflict_do_update(index_elements=["only"], set_=row, where=longer))


def _held(row: Any) -> Held:
    notice = None if row.document is None else Notice.model_validate(row.document)
    return Held(row.control_number, row.version, row.event, notice)


def _local_entry(row: Any) -> LocalEntry:
    return LocalEntry(Listing.model_validate(row.listing), Person.model_validate(row.person), row.imported_at)

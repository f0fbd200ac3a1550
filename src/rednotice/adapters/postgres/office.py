"""The office's database: the unit of work of its acts, what its pages read, and the outbox of its relay."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from rednotice.adapters import tracing
from rednotice.adapters.jetstream import Position
from rednotice.adapters.office_keys import OfficeKeys
from rednotice.adapters.postgres import shared, tables
from rednotice.adapters.postgres.circulation import bureaus
from rednotice.adapters.postgres.connection import guarded
from rednotice.adapters.postgres.erasure import ErasureWork, Overwrite, overwrite_waiting
from rednotice.adapters.postgres.ledger import Ledgers
from rednotice.adapters.postgres.log import LogWriter
from rednotice.adapters.postgres.office_reader import OfficeReader
from rednotice.adapters.postgres.outbox import BATCH, Publish, carry
from rednotice.adapters.postgres.redress import RedressWork
from rednotice.adapters.postgres.rows import ClosedCases, case_in, circulated_of, filing_in, notice_in
from rednotice.adapters.postgres.streams import post_again
from rednotice.adapters.subjects import BUREAU_SUBJECT, NOTICE_SUBJECT, NOTICES, bureau_stream
from rednotice.errors import Conflict, InvalidInput, NotFound
from rednotice.flow.earlier import Closed
from rednotice.flow.work import Circulated
from rednotice.log.envelope import content_bytes
from rednotice.log.keyring import Keyring
from rednotice.log.report import Receipt
from rednotice.model.bureau import Officer
from rednotice.model.case import Case
from rednotice.model.event import EventKind
from rednotice.model.filing import Filing, FilingState
from rednotice.model.notice import Listing, in_path
from rednotice.model.retention import After
from rednotice.model.task import Task, TaskKind

CONTENT_LIMIT = 3_000_000
"""Bytes of an event's content that is to travel; its envelope then fits into one message of NATS."""
_ONE_RELAY = text("SELECT pg_advisory_xact_lock(hashtext('rednotice relay'))")
REJECTED = 200
"""How many reports of one bureau are kept that were not believed; whoever sends more pushes out its own."""


@dataclass(frozen=True, slots=True)
class BureauNode:
    """A bureau that is connected: the keys by which its reports and its leaf are known, until they are revoked.

    Without a line key it was connected by an earlier version, and its leaf finds the door closed.
    """

    bureau: str
    key: str
    line_key: str | None
    connected_at: datetime
    revoked_at: datetime | None = None

    @property
    def may_connect(self) -> bool:
        """Whether its leaf is let in."""
        return self.line_key is not None and self.revoked_at is None


class OfficeDatabase:
    """Everything that the office keeps."""

    def __init__(self, engine: Engine, keys: OfficeKeys) -> None:
        self._engine = engine
        self._keys = keys
        self._closed = ClosedCases()
        self._ledgers = Ledgers()

    @contextmanager
    def work(self, at: datetime, *, agreed: bool = True) -> Iterator[PostgresOfficeWork]:
        """One transaction: committed with a signed checkpoint at the end, or rolled back on any error.

        Args:
            at: when it happens.
            agreed: whether this office must be able to sign as the last keyring says.
        """
        with guarded(), self._engine.begin() as connection:
            work = PostgresOfficeWork(connection, self._keys, at, self._closed)
            # First of all: acts that took rows before the log, and others after it, would wait for each other.
            work.log.lock()
            if agreed:
                work.log.agree()
            yield work
            work.log.seal(at)

    @contextmanager
    def read(self) -> Iterator[OfficeReader]:
        """A look at one moment of the database."""
        with guarded(), self._engine.connect() as connection:
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            yield OfficeReader(connection, self._closed, self._ledgers)

    def relay(self, publish: Publish) -> int:
        """Hands what waits in the outbox to a publisher, in order, and marks what streams acknowledged.

        One relay works at a time, whichever office it belongs to.

        Returns:
            How many rows were published.

        Raises:
            Unavailable: if one was not acknowledged; those that were are marked.
        """
        with guarded(), self._engine.begin() as connection:
            connection.execute(_ONE_RELAY)
            done, failure = carry(connection, self._keys.name, publish)
        if failure:
            raise failure
        return done

    def post_again(self, streams: Iterable[str], there: Callable[[str], Container[str]]) -> int:
        """Has what should stand in streams and does not be sent again.

        Args:
            streams: their names.
            there: the subjects of which a stream has a message.

        Returns:
            How many messages are to be sent.
        """
        with guarded(), self._engine.begin() as connection:
            # No act and no relay meanwhile: what is just on its way would look as if it were missing.
            connection.execute(_ONE_RELAY)
            LogWriter(connection, self._keys).lock()
            return post_again(connection, {stream: there(stream) for stream in streams})

    def overwrite(self, erase: Callable[[Overwrite], None]) -> int:
        """Has streams overwrite what was erased; after what the relay was publishing at that moment.

        Raises:
            Unavailable: if a stream does not answer; it is tried again.
        """
        with guarded(), self._engine.begin() as connection:
            connection.execute(_ONE_RELAY)
            return overwrite_waiting(connection, erase, BATCH)

    # --- Officers and bureaus -----------------------------------------------------------------------------

    def enrol(self, officer: Officer) -> str:
        """Enrols an officer; returns the token."""
        with guarded(), self._engine.begin() as connection:
            return shared.enrol(connection, tables.office_officer, officer)

    def officer_of(self, token: str) -> Officer:
        """The officer who bears a token."""
        with guarded(), self._engine.connect() as connection:
            return shared.officer_of(connection, tables.office_officer, token)

    def bureau_nodes(self) -> list[BureauNode]:
        """The bureaus that were connected, revoked ones too."""
        with guarded(), self._engine.connect() as connection:
            rows = connection.execute(select(tables.bureau_node).order_by(tables.bureau_node.c.bureau))
            return [BureauNode(**row._mapping) for row in rows]

    def bureau_node(self, bureau: str) -> BureauNode | None:
        """A bureau's keys; None if it was never connected."""
        with guarded(), self._engine.connect() as connection:
            return _bureau_node(connection, bureau)


class PostgresOfficeWork(ErasureWork, RedressWork):
    """One transaction at the office (`flow.work.OfficeWork`)."""

    def __init__(self, connection: Connection, keys: OfficeKeys, at: datetime, closed: ClosedCases) -> None:
        self._connection = connection
        self._at = at
        self._closed = closed
        self.log = LogWriter(connection, keys)

    @property
    def at(self) -> datetime:
        """When it happens."""
        return self._at

    def record(
        self,
        kind: EventKind,
        subject: str,
        content: dict[str, Any],
        *,
        circulate: bool = False,
        circulate_to: Iterable[str] = (),
        letters: Iterable[str | None] = (),
    ) -> int:
        """Writes an event, its letters and its rows in the outbox."""
        chosen = tuple(circulate_to)
        addressees = tuple(dict.fromkeys(bureau for bureau in letters if bureau is not None))
        size = len(content_bytes(content))
        if (circulate or chosen or addressees) and size > CONTENT_LIMIT:
            problem = f"the event {kind} would have {size:,} bytes, at most {CONTENT_LIMIT:,} travel"
            raise InvalidInput.at("", problem, "Shorten texts, or split the request", "act")
        number = self.log.append(self._at, kind, subject, content)
        with tracing.event(f"record {kind}", self.log.origin, number):
            if circulate:
                self._post(number, NOTICE_SUBJECT + in_path(subject))
            for bureau in chosen:
                self.send_again(number, subject, bureau)
            for bureau in addressees:
                row = {"event": number, "bureau": bureau, "at": self._at, "kind": kind, "subject": subject}
                self._connection.execute(insert(tables.letter).values(content=content, **row))
                if bureau in self.connected():
                    self._post(number, f"{BUREAU_SUBJECT}{bureau}.{number}")
        return number

    def connected(self) -> Sequence[str]:
        """The bureaus whose nodes are connected."""
        table = tables.bureau_node
        return self._connection.execute(select(table.c.bureau).order_by(table.c.bureau)).scalars().all()

    def owed(self, bureau: str) -> tuple[int, datetime | None]:
        """Of how many notices a bureau owes a receipt, and since when."""
        found = bureaus(self._connection, bureau)
        return (found[0].owing, found[0].silent_since) if found else (0, None)

    def send_again(self, event: int, subject: str, bureau: str) -> None:
        """Has an event go to one bureau's own stream."""
        self._post(event, f"{BUREAU_SUBJECT}{bureau}.{NOTICE_SUBJECT}{in_path(subject)}")

    def event(self, number: int) -> tuple[EventKind, str]:
        """The kind and the subject of an event."""
        table = tables.event
        row = self._connection.execute(select(table).where(table.c.number == number)).one_or_none()
        if row is None:
            raise NotFound(f"there is no event {number}")
        return EventKind(row.kind), row.subject

    def _post(self, event: int, subject: str) -> None:
        self._connection.execute(insert(tables.outbox).values(event=event, subject=subject))

    def next_number(self, series: str) -> int:
        """The next number of a series."""
        return shared.next_number(self._connection, tables.office_series, f"{series} {self._at.year}")

    def filing(self, number: str) -> Filing:
        """A filed request, held until the transaction ends."""
        return filing_in(self._connection, number, for_update=True)

    def filing_of(self, bureau: str, reference: str) -> Filing | None:
        """The request that a bureau filed under a reference of its own."""
        table = tables.filing
        query = select(table.c.document).where(table.c.bureau == bureau, table.c.reference == reference)
        found = self._connection.execute(query).scalar()
        return None if found is None else Filing.model_validate(found)

    def closed_cases(self) -> Sequence[Closed]:
        """Every request of which a person was refused or a notice recalled."""
        return self._closed.read(self._connection)

    def erase(self, subjects: Sequence[str], after: After) -> None:
        """Erases requests, notices, cases and applications with all that was said of them, from memory too."""
        super().erase(subjects, after)
        self._closed.forget()

    def discard_draft(self, number: str) -> None:
        """Deletes a draft."""
        table = tables.filing
        self._connection.execute(delete(table).where(table.c.number == number, table.c.state == FilingState.DRAFT))

    def officer(self, name: str) -> Officer:
        """An officer who is enrolled."""
        return shared.officer_named(self._connection, tables.office_officer, name)

    def save_filing(self, filing: Filing) -> None:
        """Stores a request."""
        row = {
            "number": filing.number,
            "bureau": filing.request.bureau,
            "reference": filing.request.reference,
            "state": filing.state,
            "filed_at": filing.filed_at,
            "document": filing.model_dump(mode="json"),
        }
        shared.put(self._connection, tables.filing, row)

    def notice(self, control_number: str) -> Circulated:
        """A notice in its last version, held until the transaction ends."""
        return notice_in(self._connection, control_number, for_update=True)

    def notice_of(self, listing: Listing) -> Circulated | None:
        """The notice made for an entry of a list."""
        table = tables.notice
        query = select(table).where(table.c.list_source == listing.source, table.c.list_reference == listing.reference)
        row = self._connection.execute(query.with_for_update()).one_or_none()
        return None if row is None else circulated_of(row)

    def notices_for_some(self) -> Sequence[Circulated]:
        """Every notice that not every bureau may have, and that is not recalled."""
        table = tables.notice
        query = select(table).where(table.c.for_everybody.is_(False), table.c.recalled.is_(None))
        return [circulated_of(row) for row in self._connection.execute(query.order_by(table.c.event))]

    def save_notice(self, circulated: Circulated) -> None:
        """Stores a notice."""
        notice = circulated.notice
        row = {
            "control_number": notice.control_number,
            "version": notice.version,
            "colour": notice.colour,
            "bureau": notice.bureau,
            "recalled": circulated.recalled,
            "suspended": circulated.suspended,
            "suspended_by": circulated.suspended_by,
            "for_everybody": notice.for_everybody,
            "event": circulated.event,
            "published_at": notice.published_at,
            "list_source": notice.listing.source if notice.listing else None,
            "list_reference": notice.listing.reference if notice.listing else None,
            "document": notice.model_dump(mode="json"),
        }
        shared.put(self._connection, tables.notice, row)

    def save_receipt(self, bureau: str, receipt: Receipt) -> None:
        """Stores a receipt."""
        row = {
            "bureau": bureau,
            "event": receipt.event,
            "control_number": receipt.control_number,
            "version": receipt.version,
            "action": receipt.action,
            "received_at": self._at,
            "document": receipt.model_dump(mode="json"),
        }
        shared.put(self._connection, tables.receipt, row)

    def case(self, number: str) -> Case:
        """A case, held until the transaction ends."""
        return case_in(self._connection, number, for_update=True)

    def cases_of(self, control_number: str) -> Sequence[Case]:
        """The cases on a notice."""
        table = tables.case_file
        query = select(table.c.document).where(table.c.control_number == control_number).order_by(table.c.number)
        return [Case.model_validate(document) for document in self._connection.execute(query).scalars()]

    def save_case(self, case: Case) -> None:
        """Stores a case."""
        row = {
            "number": case.number,
            "control_number": case.control_number,
            "requesting": case.requesting,
            "locating": case.locating,
            "state": case.state,
            "document": case.model_dump(mode="json"),
        }
        shared.put(self._connection, tables.case_file, row)

    def schedule(self, task: Task) -> None:
        """Has a task carried out when it falls due."""
        shared.put(self._connection, tables.task, task.model_dump())

    def unschedule(self, kind: TaskKind, subject: str, key: str | None = None) -> None:
        """Takes back tasks of a kind on a subject."""
        table = tables.task
        query = delete(table).where(table.c.kind == kind, table.c.subject == subject)
        self._connection.execute(query if key is None else query.where(table.c.key == key))

    def take_due(self, count: int) -> list[Task]:
        """Takes the tasks that are due off the list, longest due first; they come back if the transaction fails."""
        table = tables.task
        query = select(table).where(table.c.due <= self._at).order_by(table.c.due).limit(count).with_for_update()
        due = [
            Task(kind=row.kind, subject=row.subject, key=row.key, due=row.due)
            for row in self._connection.execute(query)
        ]
        for task in due:
            self.unschedule(task.kind, task.subject, task.key)
        return due

    # --- What the program does besides the acts of the road -------------------------------------------------

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A part of the transaction that may fail alone: an error undoes it, and leaves the rest as it is."""
        try:
            with guarded(), self._connection.begin_nested():
                yield
        except BaseException:
            self.log.forget()
            raise

    def reject_report(self, bureau: str, reason: str, raw: bytes, position: Position) -> None:
        """Keeps a report that was not believed, for a person to look at."""
        row = {"at": self._at, "bureau": bureau, "reason": reason, "raw": raw}
        row |= {"made": position.made, "sequence": position.sequence}
        self._connection.execute(insert(tables.report_rejected).values(**row))

    def forget_rejected(self, bureau: str) -> None:
        """Of the reports of one bureau that were not believed, keeps the last ones only."""
        table = tables.report_rejected
        last = select(table.c.id).where(table.c.bureau == bureau).order_by(table.c.id.desc()).offset(REJECTED).limit(1)
        self._connection.execute(delete(table).where(table.c.bureau == bureau, table.c.id <= last.scalar_subquery()))

    def position(self, stream: str) -> Position | None:
        """How far the office is in a stream, as it is in this transaction."""
        return shared.position(self._connection, tables.office_followed, stream)

    def save_position(self, stream: str, position: Position) -> None:
        """Remembers how far the office is in a stream."""
        shared.save_position(self._connection, tables.office_followed, stream, position)

    def take_report_once(
        self, bureau: str, number: int, digest: bytes, subject: str | None = None, position: Position | None = None
    ) -> bool:
        """Whether a report is taken for the first time; JetStream may deliver it again.

        A report is known by its bytes, not by its number: a node that was set back uses numbers again. Where it
        stands in the stream is remembered with what it is about, so that it can be erased there.
        """
        table = tables.report_taken
        row = {"bureau": bureau, "number": number, "digest": digest, "at": self._at, "subject": subject}
        row |= {"made": position.made, "sequence": position.sequence} if position else {}
        first = upsert(table).values(**row).on_conflict_do_nothing().returning(table.c.number)
        return self._connection.execute(first).scalar() is not None

    def bureau_node(self, bureau: str) -> BureauNode | None:
        """A bureau's keys, as they are in this transaction."""
        return _bureau_node(self._connection, bureau)

    def save_keyring(self, ring: Keyring, note: str) -> None:
        """Has the office sign as a keyring says, from the checkpoint of this transaction on."""
        recovered, changed = ring.rank
        row = {"recovered": recovered, "changed": changed, "note": note}
        self._connection.execute(insert(tables.office_keyring).values(**row))
        self.log.agree()
        self.record(EventKind.KEYRING_CHANGED, ring.name, {"keyring": note})

    def post_all_again(self) -> int:
        """Has the last word on everything sent to every stream again; returns how many messages."""
        table = tables.bureau_node
        bureaus = self._connection.execute(select(table.c.bureau)).scalars()
        return post_again(self._connection, dict.fromkeys((NOTICES, *map(bureau_stream, bureaus)), ()))

    def connect_bureau(self, bureau: str, key: str, line_key: str) -> None:
        """Connects a bureau's node; one that is connected with these keys stays so.

        Raises:
            Conflict: if the bureau is connected with other keys, or one of these was revoked.
        """
        held = self.bureau_node(bureau)
        if held and held.revoked_at and (held.key == key or held.line_key == line_key):
            raise Conflict(f"this key of bureau {bureau} was revoked; its node must make a new node key and line key")
        if held and held.revoked_at is None and (held.key != key or held.line_key not in (None, line_key)):
            raise Conflict(
                f"bureau {bureau} is connected already, with the key {held.key} and the line key {held.line_key}; "
                f"to change them, revoke it first ('rednotice bureau revoke {bureau}')"
            )
        if held and held.may_connect:
            return
        row = {"bureau": bureau, "key": key, "line_key": line_key, "connected_at": self._at, "revoked_at": None}
        shared.put(self._connection, tables.bureau_node, row)
        self.record(EventKind.BUREAU_CONNECTED, bureau, {"bureau": bureau, "key": key, "line_key": line_key})

    def revoke_bureau(self, bureau: str, because: str, by: Officer) -> None:
        """Takes a bureau's keys from it.

        Raises:
            NotFound: if it was never connected.
            Conflict: if it is revoked already.
        """
        held = self.bureau_node(bureau)
        if held is None:
            raise NotFound(f"bureau {bureau} is not connected")
        if held.revoked_at:
            raise Conflict(f"bureau {bureau} was revoked already, on {held.revoked_at:%Y-%m-%d %H:%M}")
        table = tables.bureau_node
        self._connection.execute(update(table).where(table.c.bureau == bureau).values(revoked_at=self._at))
        content = {"bureau": bureau, "key": held.key, "because": because, "by": by.model_dump(mode="json")}
        self.record(EventKind.BUREAU_REVOKED, bureau, content)


def _bureau_node(connection: Connection, bureau: str) -> BureauNode | None:
    table = tables.bureau_node
    row = connection.execute(select(table).where(table.c.bureau == bureau)).one_or_none()
    return None if row is None else BureauNode(**row._mapping)

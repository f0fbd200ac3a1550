"""What the office's pages and commands read, at one moment of its database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from rednotice.adapters.jetstream import Position
from rednotice.adapters.postgres import shared, tables
from rednotice.adapters.postgres.circulation import BureauCirculation, bureaus
from rednotice.adapters.postgres.integrity import require_whole
from rednotice.adapters.postgres.ledger import Ledgers, Told
from rednotice.adapters.postgres.log import LogReader
from rednotice.adapters.postgres.redress import RedressReader
from rednotice.adapters.postgres.rows import ClosedCases, case_in, circulated_of, filing_in, notice_in, version_of
from rednotice.flow.earlier import Closed
from rednotice.flow.work import Circulated, Letter
from rednotice.log.envelope import Envelope
from rednotice.model.bureau import Officer
from rednotice.model.case import Case
from rednotice.model.event import EventKind
from rednotice.model.filing import Filing, FilingState
from rednotice.model.finding import Verdict


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a notice fares at one bureau."""

    bureau: str
    action: str
    version: int
    event: int
    received_at: datetime


AT_ONCE = 250
"""Envelopes that are read from the database together."""
OF_A_NOTICE = tuple(kind for kind in EventKind if kind.startswith("notice.") or kind is EventKind.REVIEW_REMINDED)


@dataclass(frozen=True, slots=True)
class Happened:
    """One event in the life of a notice; its version, where the event made one and its content is not erased."""

    event: int
    at: datetime
    kind: EventKind
    version: int | None


class OfficeReader(RedressReader):
    """What the office's pages and commands read."""

    def __init__(self, connection: Connection, closed: ClosedCases, ledgers: Ledgers) -> None:
        self._connection = connection
        self._closed = closed
        self._ledgers = ledgers
        self.log = LogReader(connection)

    def require_whole(self) -> None:
        """Looks whether every row is there that was (`integrity`), and the log as long as it was signed.

        Raises:
            Unavailable: if not.
        """
        rows = require_whole(self._connection, tables.office)
        self.log.require_length(rows[tables.event.name], rows[tables.log_node.name])

    def told(self, bureau: str) -> Told:
        """What a bureau was told, as its node should hold it."""
        return self._ledgers.told(self._connection, bureau)

    def hashes(self, told: Told) -> Sequence[bytes]:
        """The hashes of the buckets of what a bureau was told."""
        return self._ledgers.hashes(told)

    def buckets(self, bureau: str, places: Iterable[int]) -> dict[str, int]:
        """Some buckets of what a bureau was told: by subject the last word on it."""
        return self._ledgers.buckets(self.told(bureau), places)

    def sent_to(self, stream: str) -> int:
        """How many subjects a stream was ever sent messages of."""
        return self._ledgers.sent_to(self._connection, stream)

    def letters_sent(self, bureau: str, after: int, count: int) -> list[int]:
        """The events of the letters that were sent to a bureau's node after one, and are not erased."""
        return self._ledgers.letters(self._connection, bureau, after, count)

    def envelopes_for(self, bureau: str, events: Sequence[int]) -> Iterator[Envelope]:
        """Of some events those that are a bureau's to have, as they travel; a few at a time."""
        mine = self._ledgers.may_have(self._connection, bureau, events)
        for start in range(0, len(mine), AT_ONCE):
            yield from self.log.envelopes(mine[start : start + AT_ONCE]).values()

    def reports_not_taken(self, bureau: str, digests: Sequence[bytes]) -> list[bytes]:
        """Of a bureau's reports, by the hashes of their bytes, those that were never taken."""
        table = tables.report_taken
        query = select(table.c.digest).where(table.c.bureau == bureau, table.c.digest.in_(digests))
        taken = {bytes(one) for one in self._connection.execute(query).scalars()}
        return [one for one in digests if one not in taken]

    def filing(self, number: str) -> Filing:
        """A filed request."""
        return filing_in(self._connection, number)

    def filings(self, state: FilingState | None = None, bureau: str | None = None) -> list[Filing]:
        """Filed requests, oldest first."""
        table = tables.filing
        query = select(table.c.document).order_by(table.c.filed_at)
        if state:
            query = query.where(table.c.state == state)
        if bureau:
            query = query.where(table.c.bureau == bureau)
        return [Filing.model_validate(document) for document in self._connection.execute(query).scalars()]

    def closed_cases(self) -> Sequence[Closed]:
        """Every request of which a person was refused or a notice recalled."""
        return self._closed.read(self._connection)

    def objected_to(self, rule: str, count: int) -> list[Filing]:
        """The requests to which a rule objected when they were last examined, newest first."""
        table = tables.filing
        objections = [
            table.c.document.contains({"examination": {"findings": [{"rule": rule, "verdict": verdict}]}})
            for verdict in Verdict
            if verdict is not Verdict.SATISFIED
        ]
        query = select(table.c.document).where(or_(*objections)).order_by(table.c.filed_at.desc()).limit(count)
        return [Filing.model_validate(document) for document in self._connection.execute(query).scalars()]

    def notice(self, control_number: str) -> Circulated:
        """A notice in its last version."""
        return notice_in(self._connection, control_number)

    def notices(self, *, in_force: bool | None, start: int, count: int) -> tuple[int, list[Circulated]]:
        """How many notices there are, and some of them, in the order in which they were first published."""
        table = tables.notice
        query = select(table)
        if in_force is not None:
            stands = table.c.recalled.is_(None) & table.c.suspended.is_(None)
            query = query.where(stands if in_force else ~stands)
        total = self._connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
        rows = self._connection.execute(query.order_by(table.c.event).offset(start).limit(count))
        return total, [circulated_of(row) for row in rows]

    def history(self, control_number: str) -> list[Happened]:
        """What the log keeps of a notice besides receipts and hits, oldest first."""
        event, content = tables.event, tables.event_content
        query = (
            select(event.c.number, event.c.at, event.c.kind, content.c.content)
            .outerjoin(content, content.c.event == event.c.number)
            .where(event.c.subject == control_number, event.c.kind.in_(OF_A_NOTICE))
            .order_by(event.c.number)
        )
        return [
            Happened(row.number, row.at, EventKind(row.kind), version_of(row.content))
            for row in self._connection.execute(query)
        ]

    def deliveries(self, control_number: str) -> list[Delivery]:
        """What each bureau's node last said of a notice."""
        table = tables.receipt
        query = (
            select(table)
            .ext(distinct_on(table.c.bureau))
            .where(table.c.control_number == control_number)
            .order_by(table.c.bureau, table.c.event.desc())
        )
        rows = self._connection.execute(query)
        return [Delivery(row.bureau, row.action, row.version, row.event, row.received_at) for row in rows]

    def circulation(self) -> list[BureauCirculation]:
        """How each connected bureau's node answers."""
        return bureaus(self._connection)

    def letters(self, bureau: str, after: int = -1, count: int = 100) -> list[Letter]:
        """What the office told a bureau, oldest first, after an event."""
        table = tables.letter
        query = select(table).where(table.c.bureau == bureau, table.c.event > after).order_by(table.c.event)
        return [
            Letter(row.event, row.at, row.bureau, EventKind(row.kind), row.subject, row.content)
            for row in self._connection.execute(query.limit(count))
        ]

    def case(self, number: str) -> Case:
        """A case."""
        return case_in(self._connection, number)

    def cases(self, bureau: str | None = None) -> list[Case]:
        """Cases, oldest first; of one bureau, or all."""
        table = tables.case_file
        query = select(table.c.document).order_by(table.c.number)
        if bureau:
            query = query.where((table.c.requesting == bureau) | (table.c.locating == bureau))
        return [Case.model_validate(document) for document in self._connection.execute(query).scalars()]

    def is_due(self, at: datetime) -> bool:
        """Whether a task is due."""
        query = select(tables.task.c.kind).where(tables.task.c.due <= at).limit(1)
        return self._connection.execute(query).scalar() is not None

    def position(self, stream: str) -> Position | None:
        """How far the office is in a stream; None if it never read it."""
        return shared.position(self._connection, tables.office_followed, stream)

    def is_standby(self) -> bool:
        """Whether this is a copy of a database that is written elsewhere."""
        standby: bool = self._connection.execute(select(func.pg_is_in_recovery())).scalar_one()
        return standby

    def officers(self) -> list[Officer]:
        """Everybody who is enrolled."""
        return shared.all_officers(self._connection, tables.office_officer)

    def waiting(self) -> int:
        """How many rows of the outbox no stream has acknowledged yet."""
        query = select(func.count()).where(tables.outbox.c.published_at.is_(None))
        count: int = self._connection.execute(query).scalar_one()
        return count

    def rejected_reports(self) -> int:
        """How many reports were not believed."""
        query = select(func.count()).select_from(tables.report_rejected)
        count: int = self._connection.execute(query).scalar_one()
        return count

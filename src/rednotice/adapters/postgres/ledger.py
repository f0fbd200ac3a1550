"""What every bureau should hold, as the office's database says: kept in memory, and read on from the outbox.

The outbox keeps a row for everything that was ever to go to everybody or to one bureau; its rows are made under the
log's lock, so that whoever has read up to one number has read all before it. The last event under a subject is the last
word that a bureau was to have, and the only one that it is given.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, select

from rednotice.adapters.postgres import tables
from rednotice.adapters.subjects import NOTICE_SUBJECT, stream_of
from rednotice.log.state import Ledger


@dataclass(frozen=True, slots=True)
class Told:
    """What one bureau was told: the last word on every file, and how many letters, up to which."""

    ledger: Ledger
    letters: int
    last_letter: int


class Ledgers:
    """The ledgers of all bureaus, over one of what goes to everybody."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read = 0
        self._everybody = Ledger()
        self._own: dict[str, Ledger] = {}
        self._letters: dict[str, list[int]] = {}
        self._subjects: dict[str, set[str]] = {}

    def told(self, connection: Connection, bureau: str) -> Told:
        """What a bureau was told until now."""
        with self._lock:
            self._read_on(connection)
            letters = self._letters.get(bureau, [])
            return Told(self._ledger(bureau), len(letters), letters[-1] if letters else -1)

    def may_have(self, connection: Connection, bureau: str, events: Iterable[int]) -> list[int]:
        """Those of some events that are a bureau's to have: a last word that it was told, or a letter to it."""
        event, letter = tables.event, tables.letter
        asked = sorted(set(events))
        addressed = and_(letter.c.event == event.c.number, letter.c.bureau == bureau)
        query = select(event.c.number, event.c.subject, letter.c.bureau).outerjoin(letter, addressed)
        rows = connection.execute(query.where(event.c.number.in_(asked)).order_by(event.c.number)).all()
        ledger = self.told(connection, bureau).ledger
        with self._lock:
            return [row.number for row in rows if row.bureau or ledger.last(row.subject) == row.number]

    def sent_to(self, connection: Connection, stream: str) -> int:
        """How many subjects a stream was ever sent messages of."""
        with self._lock:
            self._read_on(connection)
            return len(self._subjects.get(stream, ()))

    def letters(self, connection: Connection, bureau: str, after: int, count: int) -> list[int]:
        """The events of the letters that were sent to a bureau's node after one, and are not erased."""
        with self._lock:
            self._read_on(connection)
            sent = [event for event in self._letters.get(bureau, []) if event > after]
        table = tables.letter
        query = select(table.c.event).where(table.c.bureau == bureau, table.c.event.in_(sent))
        return list(connection.execute(query.order_by(table.c.event).limit(count)).scalars())

    def hashes(self, told: Told) -> Sequence[bytes]:
        """The hashes of a ledger's buckets, at one moment."""
        with self._lock:
            return told.ledger.hashes()

    def buckets(self, told: Told, places: Iterable[int]) -> dict[str, int]:
        """The pairs of some of a ledger's buckets, at one moment."""
        with self._lock:
            return {one: event for place in places for one, event in told.ledger.bucket(place).items()}

    def _ledger(self, bureau: str) -> Ledger:
        if bureau not in self._own:
            self._own[bureau] = Ledger((), self._everybody)
        return self._own[bureau]

    def _read_on(self, connection: Connection) -> None:
        outbox, event = tables.outbox, tables.event
        query = select(outbox.c.id, outbox.c.event, outbox.c.subject.label("posted"), event.c.subject)
        query = query.join(event, event.c.number == outbox.c.event).where(outbox.c.id > self._read)
        for row in connection.execute(query.order_by(outbox.c.id)):
            self._subjects.setdefault(stream_of(row.posted), set()).add(row.posted)
            if row.posted.startswith(NOTICE_SUBJECT):
                self._everybody.put(row.subject, row.event)
            else:
                _, bureau, what = row.posted.split(".", 2)
                if what.startswith(NOTICE_SUBJECT):
                    self._ledger(bureau).put(row.subject, row.event)
                else:
                    self._add_letter(bureau, row.event)
            self._read = row.id

    def _add_letter(self, bureau: str, event: int) -> None:
        letters = self._letters.setdefault(bureau, [])
        if not letters or letters[-1] < event:  # one that is sent again is not another
            letters.append(event)

"""The log as it stands in the office's database: appended to within the transaction of an act, and read for proofs."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, text

from rednotice.adapters.office_keys import OfficeKeys
from rednotice.adapters.postgres import tables
from rednotice.adapters.postgres.connection import DAMAGED
from rednotice.errors import CannotStart, Unavailable
from rednotice.log.checkpoint import Checkpoint
from rednotice.log.envelope import SALT_BYTES, Envelope, content_bytes, leaf_bytes
from rednotice.log.merkle import (
    EMPTY_ROOT,
    Hash,
    completed_by,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
)
from rednotice.model.event import Event, EventKind

_ONE_WRITER = text("SELECT pg_advisory_xact_lock(hashtext('rednotice log'))")
_NODES = text(
    """
    SELECT level, index, hash
    FROM unnest(CAST(:levels AS smallint[]), CAST(:indices AS bigint[])) AS wanted (level, index)
    JOIN log_node USING (level, index)
    """
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One leaf with its content, or without if that was erased."""

    number: int
    leaf: bytes
    salt: bytes | None
    content: str | None


class LogReader:
    """Reads leaves, checkpoints and proofs through one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[tuple[int, int], Hash] = {}

    def node(self, level: int, index: int) -> Hash:
        """The hash of a complete subtree."""
        known = self._known.get((level, index))
        if known is None:
            table = tables.log_node
            query = select(table.c.hash).where(table.c.level == level, table.c.index == index)
            found = self._connection.execute(query).scalar_one_or_none()
            if found is None:
                raise Unavailable(f"{DAMAGED}: the log's hash {index} of level {level} is missing")
            known = self._known[level, index] = bytes(found)
        return known

    def checkpoint(self) -> tuple[int, str]:
        """The size of the log and its last signed checkpoint; 0 and nothing if nothing happened yet."""
        table = tables.checkpoint
        row = self._connection.execute(
            select(table.c.size, table.c.note).order_by(table.c.size.desc()).limit(1)
        ).one_or_none()
        return (row.size, row.note) if row else (0, "")

    def last_signed_at(self) -> datetime | None:
        """When the last checkpoint was signed."""
        table = tables.checkpoint
        last = select(table.c.at).order_by(table.c.size.desc()).limit(1)
        return self._connection.execute(last).scalar_one_or_none()

    def require_length(self, leaves: int, hashes: int) -> None:
        """Looks whether as many leaves and hashes are there as were signed.

        Raises:
            Unavailable: if not.
        """
        size, _ = self.checkpoint()
        # The complete subtrees of 2^k leaves are as many as whole runs of 2^k.
        wanted = sum(size >> level for level in range(size.bit_length()))
        if (leaves, hashes) != (size, wanted):
            raise Unavailable(f"{DAMAGED}: of the log's {size} leaves {leaves} are there, of {wanted} hashes {hashes}")

    def keyrings(self) -> list[str]:
        """The office's keyrings as they were signed, oldest first; none if its first key was never changed."""
        table = tables.office_keyring
        query = select(table.c.note).order_by(table.c.recovered, table.c.changed)
        return list(self._connection.execute(query).scalars())

    def keyring(self) -> str | None:
        """The last of them."""
        table = tables.office_keyring
        last = select(table.c.note).order_by(table.c.recovered.desc(), table.c.changed.desc()).limit(1)
        return self._connection.execute(last).scalar_one_or_none()

    def entries(self, start: int, count: int) -> list[Entry]:
        """Leaves from a number on, in order."""
        event, content = tables.event, tables.event_content
        query = (
            select(event.c.number, event.c.leaf, content.c.salt, content.c.content)
            .outerjoin(content, content.c.event == event.c.number)
            .where(event.c.number >= start)
            .order_by(event.c.number)
            .limit(count)
        )
        return [Entry(row.number, row.leaf, row.salt, row.content) for row in self._connection.execute(query)]

    def leaves(self, start: int, count: int) -> list[bytes]:
        """Leaves from a number on, in order, without their contents."""
        event = tables.event
        query = select(event.c.leaf).where(event.c.number >= start, event.c.number < start + count)
        return list(self._connection.execute(query.order_by(event.c.number)).scalars())

    def hashes(self, level: int, start: int, count: int) -> list[Hash]:
        """The hashes of complete subtrees of one level, side by side."""
        node = tables.log_node
        query = select(node.c.hash).where(node.c.level == level, node.c.index >= start, node.c.index < start + count)
        return [bytes(hash_) for hash_ in self._connection.execute(query.order_by(node.c.index)).scalars()]

    def consistency(self, old: int, new: int) -> list[Hash]:
        """The proof that the log of `old` events is the beginning of that of `new`."""
        return consistency_proof(self.node, old, new)

    def envelope(self, number: int) -> Envelope | None:
        """An event as it travels, proved against the last checkpoint; None if its content was erased."""
        return self.envelopes([number]).get(number)

    def envelopes(self, numbers: Sequence[int]) -> dict[int, Envelope]:
        """Events as they travel, proved against the last checkpoint, by their numbers in order, in few questions.

        Those whose content was erased are left out.
        """
        size, note = self.checkpoint()
        event, content = tables.event, tables.event_content
        query = select(event.c.number, event.c.leaf, content.c.salt, content.c.content).join(content)
        rows = self._connection.execute(query.where(event.c.number.in_(list(numbers))).order_by(event.c.number)).all()
        self._learn([row.number for row in rows], size)
        return {
            row.number: Envelope(
                bytes(row.leaf),
                bytes(row.salt),
                row.content.encode(),
                note,
                tuple(inclusion_proof(self.node, row.number, size)),
            )
            for row in rows
        }

    def _learn(self, numbers: Sequence[int], size: int) -> None:
        """Reads at once the hashes that the proofs of some leaves need."""
        needed: set[tuple[int, int]] = set()

        def note_down(level: int, index: int) -> Hash:
            needed.add((level, index))
            return EMPTY_ROOT

        for number in numbers:
            inclusion_proof(note_down, number, size)
        unknown = sorted(needed - self._known.keys())
        if unknown:
            levels, indices = zip(*unknown, strict=True)
            found = self._connection.execute(_NODES, {"levels": list(levels), "indices": list(indices)})
            # By place: a row has a method called index.
            self._known.update({(row[0], row[1]): bytes(row[2]) for row in found})


class LogWriter(LogReader):
    """Appends to the log, one transaction at a time: `lock` waits for its turn until the others end."""

    def __init__(self, connection: Connection, keys: OfficeKeys) -> None:
        super().__init__(connection)
        self._keys = keys
        self._size: int | None = None
        self._appended = False

    @property
    def origin(self) -> str:
        """The name of the log."""
        return self._keys.name

    def lock(self) -> None:
        """Waits until no other transaction writes to the log; to be called before the first append."""
        self._connection.execute(_ONE_WRITER)

    def agree(self) -> None:
        """Signs as the last keyring says: another office on this database may have changed the keys.

        Raises:
            Unavailable: if none of its keys is here.
        """
        try:
            self._keys.agree(self.keyring())
        except CannotStart as error:
            raise Unavailable(str(error)) from None

    def append(self, at: datetime, kind: EventKind, subject: str, content: dict[str, Any]) -> int:
        """Writes one event; returns its number."""
        number = self._end()
        self._appended = True
        event = Event(number=number, at=at, kind=kind, subject=subject, content=json.loads(content_bytes(content)))
        salt = secrets.token_bytes(SALT_BYTES)
        leaf = leaf_bytes(event, salt)
        completed = completed_by(self.node, number, leaf_hash(leaf))
        self._known.update({(level, index): hash_ for level, index, hash_ in completed})
        self._connection.execute(
            insert(tables.event).values(number=number, at=at, kind=kind, subject=subject, leaf=leaf)
        )
        self._connection.execute(
            insert(tables.event_content).values(event=number, salt=salt, content=content_bytes(content).decode())
        )
        self._connection.execute(
            insert(tables.log_node),
            [{"level": level, "index": index, "hash": hash_} for level, index, hash_ in completed],
        )
        self._size = number + 1
        return number

    def forget(self) -> None:
        """Looks anew at the end of the log before the next append: the last ones were undone."""
        self._size = None
        self._known.clear()

    def seal(self, at: datetime) -> None:
        """Signs a checkpoint over all that was appended; called once, last in the transaction."""
        if self._appended and self._end() > self.checkpoint()[0]:
            size = self._end()
            signed = Checkpoint(self._keys.name, size, root(self.node, size)).sign(*self._keys.signers)
            self._connection.execute(insert(tables.checkpoint).values(size=size, at=at, note=signed))

    def _end(self) -> int:
        if self._size is None:
            largest = self._connection.execute(select(func.max(tables.event.c.number))).scalar()
            self._size = 0 if largest is None else largest + 1
        return self._size

"""The office's outbox: what waits goes out in windows, and each is made ready while the one before is under way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, update

from rednotice.adapters import tracing
from rednotice.adapters.jetstream import Outgoing
from rednotice.adapters.postgres import tables
from rednotice.adapters.postgres.log import LogReader
from rednotice.adapters.relay import windows
from rednotice.errors import Unavailable
from rednotice.log.merkle import leaf_hash

BATCH = 256
WINDOW = 64
"""Messages that are under way to streams at once."""

Publish = Callable[[Sequence[Outgoing]], Sequence[Unavailable | None]]
"""Takes messages of different subjects; gives, for each, None when it is acknowledged, or what went wrong."""


@dataclass(frozen=True, slots=True)
class _Window:
    """Rows that go together; of those whose events were erased nothing is sent, and they are done."""

    erased: list[int]
    rows: list[int]
    events: list[int]
    messages: list[Outgoing]


def carry(connection: Connection, origin: str, publish: Publish) -> tuple[int, Unavailable | None]:
    """Publishes rows that wait, in order, and marks those that were acknowledged.

    Args:
        connection: within a transaction, in which no other relay works.
        origin: the name of the log.
        publish: to streams.

    Returns:
        How many rows are done, and why it ended before the last of them: what went wrong with a window keeps back those
        after it, since of two on one subject the later must not come first.
    """
    table = tables.outbox
    done: list[int] = []
    failure: Unavailable | None = None
    with ThreadPoolExecutor(1) as carrier:
        under_way = None
        for window in _ready(connection):
            if under_way:
                acknowledged, failure = under_way.result()
                done += acknowledged
                if failure:
                    under_way = None
                    break
            under_way = carrier.submit(_send, window, origin, publish)
        if under_way:
            acknowledged, failure = under_way.result()
            done += acknowledged
    if done:
        connection.execute(update(table).where(table.c.id.in_(done)).values(published_at=func.now()))
    return len(done), failure


def _ready(connection: Connection) -> Iterator[_Window]:
    """The windows of what waits, as envelopes under the last checkpoint."""
    table, log = tables.outbox, LogReader(connection)
    waiting = select(table.c.id, table.c.event, table.c.subject).where(table.c.published_at.is_(None))
    rows = connection.execute(waiting.order_by(table.c.id).limit(BATCH)).all()
    for window in windows(rows, lambda row: row.subject, WINDOW):
        envelopes = log.envelopes([row.event for row in window])
        packed = {event: (envelope.pack(), leaf_hash(envelope.leaf).hex()) for event, envelope in envelopes.items()}
        going = [row for row in window if row.event in packed]
        yield _Window(
            erased=[row.id for row in window if row.event not in packed],
            rows=[row.id for row in going],
            events=[row.event for row in going],
            # With the row's number: what is sent anew on purpose is no repetition.
            messages=[
                Outgoing(row.subject, raw, f"{leaf}#{row.id}")
                for row, (raw, leaf) in ((row, packed[row.event]) for row in going)
            ],
        )


def _send(window: _Window, origin: str, publish: Publish) -> tuple[list[int], Unavailable | None]:
    """The rows that are done, and the first thing that went wrong."""
    if not window.messages:
        return window.erased, None
    try:
        with tracing.events("publish", origin, window.events):
            answers = publish(window.messages)
    except Unavailable as error:
        return window.erased, error
    acknowledged = [row for row, wrong in zip(window.rows, answers, strict=True) if wrong is None]
    return window.erased + acknowledged, next(filter(None, answers), None)

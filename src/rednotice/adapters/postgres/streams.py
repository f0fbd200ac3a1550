"""What should stand in the office's streams, as its database says, and what is to be sent there again."""

from __future__ import annotations

from collections.abc import Container, Mapping

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects.postgresql import distinct_on

from rednotice.adapters.postgres import tables
from rednotice.adapters.subjects import stream_of


def post_again(connection: Connection, there: Mapping[str, Container[str]]) -> int:
    """Puts into the outbox what some streams should have and have not: the last event of each subject, in order.

    What waits in the outbox is not missing, and what was erased is not to be there any more.

    Args:
        connection: within a transaction.
        there: by stream, the subjects of which it has a message.

    Returns:
        How many rows were put there.
    """
    outbox, content = tables.outbox, tables.event_content
    last = (
        select(outbox.c.subject, outbox.c.event, outbox.c.published_at)
        .ext(distinct_on(outbox.c.subject))
        .order_by(outbox.c.subject, outbox.c.event.desc(), outbox.c.published_at.desc())  # NULL comes first
        .subquery()
    )
    query = select(last.c.subject, last.c.event).join(content, content.c.event == last.c.event)
    rows = connection.execute(query.where(last.c.published_at.is_not(None)).order_by(last.c.event))
    missing = [
        {"event": row.event, "subject": row.subject}
        for row in rows
        if (stream := stream_of(row.subject)) in there and row.subject not in there[stream]
    ]
    if missing:
        connection.execute(insert(outbox), missing)
    return len(missing)

"""A made log: as many published notices as are asked for, written into an office's database as its acts would have.

Every leaf, hash, signature and row is what the office's own functions give; only one transaction holds them all, and
rows go in by COPY, so that a measurement of 100,000 notices does not begin with ten minutes of publishing them.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, select
from tests.builders import a_request, a_strange_case, a_stranger

from rednotice.adapters.postgres import tables
from rednotice.adapters.subjects import NOTICE_SUBJECT
from rednotice.flow.request import notice_content
from rednotice.log.checkpoint import Checkpoint
from rednotice.log.envelope import SALT_BYTES, content_bytes, leaf_bytes
from rednotice.log.merkle import Hash, completed_by, leaf_hash, root
from rednotice.log.note import Signer
from rednotice.model.event import Event, EventKind
from rednotice.model.notice import Notice, control_number, in_path
from rednotice.model.request import Colour

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


def notices(numbers: Iterable[int]) -> Iterator[Notice]:
    """Red notices with all that a request has, each about another person."""
    asked = a_request(persons=[a_stranger(0)], **a_strange_case(0))
    for number in numbers:
        request = asked if number % 100 else a_request(persons=[a_stranger(number)], **a_strange_case(number))
        (person,) = request.persons
        birth = f"{1950 + number % 45}-{1 + number % 12:02}-{1 + number % 28:02}"
        # Parts of names recur among people: 32,000 words in 100,000 names, as in the lists of `benchmarks.matching`.
        given, family = (a_stranger(one)["names"][0] for one in (number % 12_000, number * 7919 % 20_000))
        name = person.names[0].model_copy(update={"given": given["given"], "family": family["family"]})
        document = person.documents[0].model_copy(update={"number": f"SYN{number:06}"})
        yield Notice(
            control_number=control_number(Colour.RED, 1_000_000 + number, NOON.date()),
            version=1,
            colour=Colour.RED,
            bureau=request.bureau,
            request=f"R-{number}-2026",
            published_at=NOON,
            review_by=date(2031, 11, 30),
            **notice_content(
                request, person.model_copy(update={"names": (name,), "born": birth, "documents": (document,)})
            ),
        )


def fill(engine: Engine, signer: Signer, made: Iterable[Notice], *, published: bool = True) -> int:
    """Appends an event, an outbox row and a notice for each; returns the size of the log.

    Args:
        engine: the office's database.
        signer: the office's key.
        made: the notices.
        published: whether the outbox says that a stream has them.
    """
    with engine.begin() as connection:
        known: dict[tuple[int, int], Hash] = {
            (row[0], row[1]): bytes(row[2]) for row in connection.execute(select(tables.log_node))
        }
        largest = connection.execute(select(func.max(tables.event.c.number))).scalar()
        number = first = 0 if largest is None else largest + 1
        rows: dict[Table, list[dict[str, Any]]] = {
            table: [] for table in (tables.event, tables.event_content, tables.log_node, tables.outbox, tables.notice)
        }

        def read(level: int, index: int) -> Hash:
            return known[level, index]

        for notice in made:
            content = notice.model_dump(mode="json")
            subject = notice.control_number
            kind, salt = EventKind.NOTICE_PUBLISHED, secrets.token_bytes(SALT_BYTES)
            leaf = leaf_bytes(Event(number=number, at=NOON, kind=kind, subject=subject, content=content), salt)
            completed = completed_by(read, number, leaf_hash(leaf))
            known.update({(level, index): hash_ for level, index, hash_ in completed})
            rows[tables.event].append({"number": number, "at": NOON, "kind": kind, "subject": subject, "leaf": leaf})
            rows[tables.event_content].append(
                {"event": number, "salt": salt, "content": content_bytes(content).decode()}
            )
            rows[tables.log_node] += [
                {"level": level, "index": index, "hash": hash_} for level, index, hash_ in completed
            ]
            rows[tables.outbox].append(
                {
                    "event": number,
                    "subject": NOTICE_SUBJECT + in_path(subject),
                    "published_at": NOON if published else None,
                }
            )
            rows[tables.notice].append(
                {
                    "control_number": subject,
                    "version": 1,
                    "colour": notice.colour,
                    "bureau": notice.bureau,
                    "for_everybody": True,
                    "event": number,
                    "published_at": NOON,
                    "document": json.dumps(content),
                }
            )
            number += 1
        for table, filled in rows.items():
            copy(connection, table, filled)
        if number > first:
            note = Checkpoint(signer.name, number, root(read, number)).sign(signer)
            copy(connection, tables.checkpoint, [{"size": number, "at": NOON, "note": note}])
        return number


def copy(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Writes rows of the same columns by COPY."""
    columns = ", ".join(f'"{name}"' for name in rows[0])
    raw = connection.connection.driver_connection
    assert raw is not None
    with raw.cursor().copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as into:
        for row in rows:
            into.write_row(list(row.values()))

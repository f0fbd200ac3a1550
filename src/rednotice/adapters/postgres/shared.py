"""What the office's and a node's database have in common: series, positions in streams, officers' accounts."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, Text, cast, column, func, literal, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from rednotice.adapters.jetstream import Position
from rednotice.errors import Conflict, NotFound, NotKnown
from rednotice.model.bureau import Officer


def next_number(connection: Connection, series: Table, name: str) -> int:
    """The next number of a series, without gaps: the row is held until the transaction ends."""
    query = upsert(series).values(name=name, last=1)
    query = query.on_conflict_do_update(index_elements=["name"], set_={"last": series.c.last + 1})
    number: int = connection.execute(query.returning(series.c.last)).scalar_one()
    return number


def put(connection: Connection, table: Table, *rows: dict[str, Any]) -> None:
    """Writes rows of the same columns, each in place of the one with the same primary key."""
    if not rows:
        return
    key = [column.name for column in table.primary_key]
    query = upsert(table)
    rest = {name: query.excluded[name] for name in rows[0] if name not in key}
    connection.execute(query.on_conflict_do_update(index_elements=key, set_=rest), list(rows))


def put_json(connection: Connection, table: Table, rows: Sequence[str]) -> None:
    """Writes rows in one statement, each in place of the one with the same primary key.

    Args:
        connection: within a transaction.
        table: where to.
        rows: JSON objects, all of the same columns; what a JSON `null` stands for is NULL.
    """
    if not rows:
        return
    columns = [table.c[name] for name in json.loads(rows[0])]
    document = cast(literal(f"[{','.join(rows)}]", Text), JSONB)
    given = func.jsonb_populate_recordset(text(f"NULL::{table.name}"), document)
    of = given.table_valued(*(column(one.name, one.type) for one in columns))
    query = upsert(table).from_select([one.name for one in columns], select(*(of.c[one.name] for one in columns)))
    key = [one.name for one in table.primary_key]
    rest = {one.name: query.excluded[one.name] for one in columns if one.name not in key}
    connection.execute(query.on_conflict_do_update(index_elements=key, set_=rest))


def save_position(connection: Connection, followed: Table, stream: str, position: Position) -> None:
    """Remembers how far a program is in a stream."""
    put(connection, followed, {"stream": stream, "made": position.made, "sequence": position.sequence})


def position(connection: Connection, followed: Table, stream: str) -> Position | None:
    """How far a program is in a stream; None if it never read it."""
    row = connection.execute(select(followed).where(followed.c.stream == stream)).one_or_none()
    return None if row is None else Position(row.made, row.sequence)


def enrol(connection: Connection, officers: Table, officer: Officer) -> str:
    """Enrols an officer; returns the token that is shown this once and kept only as a hash.

    An officer who is enrolled already gets a new token, and the old one ends.

    Raises:
        Conflict: if the name is that of an officer of another bureau or role.
    """
    token = secrets.token_urlsafe(32)
    row: dict[str, Any] = {
        "name": officer.name,
        "bureau": officer.bureau,
        "role": officer.role.value,
        "token_hash": _hash(token),
    }
    row["seconded_from"] = officer.seconded_from
    query = upsert(officers).values(**row)
    query = query.on_conflict_do_update(
        index_elements=["name"],
        set_={"token_hash": row["token_hash"], "seconded_from": row["seconded_from"]},
        where=(officers.c.bureau == row["bureau"]) & (officers.c.role == row["role"]),
    )
    if connection.execute(query.returning(officers.c.name)).scalar() is None:
        raise Conflict(f"the name {officer.name} is that of an officer of another bureau or role")
    return token


def officer_of(connection: Connection, officers: Table, token: str) -> Officer:
    """The officer who bears a token.

    Raises:
        NotKnown: if nobody does.
    """
    row = connection.execute(select(officers).where(officers.c.token_hash == _hash(token))).one_or_none()
    if row is None:
        raise NotKnown("the token fits no officer; enrol one with 'rednotice officer add'")
    return _officer(row)


def officer_named(connection: Connection, officers: Table, name: str) -> Officer:
    """The officer of a name.

    Raises:
        NotFound: if nobody of this name is enrolled.
    """
    row = connection.execute(select(officers).where(officers.c.name == name)).one_or_none()
    if row is None:
        raise NotFound(f"no officer called {name} is enrolled")
    return _officer(row)


def all_officers(connection: Connection, officers: Table) -> list[Officer]:
    """Everybody who is enrolled, by name."""
    rows = connection.execute(select(officers).order_by(officers.c.name))
    return [_officer(row) for row in rows]


def _officer(row: Any) -> Officer:
    return Officer(name=row.name, bureau=row.bureau, role=row.role, seconded_from=row.seconded_from)


def _hash(token: str) -> bytes:
    # The token has 256 random bits; a slow hash would protect nothing more.
    return hashlib.sha256(token.encode()).digest()

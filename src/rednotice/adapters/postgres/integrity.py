"""Whether a database still has every row that it had: looked at once, when a program starts.

PostgreSQL notices a page whose checksum is wrong. A file that was cut short leaves no trace at first: rows that stood
in it are rows that never were. But the primary key of each of them stands in another file.
"""

from __future__ import annotations

from sqlalchemy import Connection, MetaData, Table, func, select, text

from rednotice.adapters.postgres.connection import DAMAGED
from rednotice.errors import Unavailable

_WAYS = ("seqscan", "indexscan", "indexonlyscan", "bitmapscan")
_BY_ROWS, _BY_KEYS = _WAYS[:1], _WAYS[1:3]


def require_whole(connection: Connection, tables: MetaData) -> None:
    """Compares every table's rows with the keys in its index.

    Args:
        connection: within a transaction, at one moment of the database.
        tables: of the program.

    Raises:
        Unavailable: if rows or keys are missing.
    """
    for table in tables.sorted_tables:
        rows, keys = (_counted(connection, table, ways) for ways in (_BY_ROWS, _BY_KEYS))
        if rows != keys:
            raise Unavailable(f"{DAMAGED}: the table {table.name} has {rows} rows and {keys} keys")


def _counted(connection: Connection, table: Table, ways: tuple[str, ...]) -> int:
    for way in _WAYS:
        connection.execute(text(f"SET LOCAL enable_{way} = {'on' if way in ways else 'off'}"))
    rows: int = connection.execute(select(func.count()).select_from(table)).scalar_one()
    for way in _WAYS:
        connection.execute(text(f"SET LOCAL enable_{way} = on"))
    return rows

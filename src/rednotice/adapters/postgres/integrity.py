"""Whether a database still has every row that it had: looked at once, when a program starts.

PostgreSQL notices a page whose checksum is wrong. A file that was cut short leaves no trace at first: rows that stood
in it are rows that never were. But the primary key of each of them stands in another file.
"""

from __future__ import annotations

from sqlalchemy import Connection, MetaData, func, select

from rednotice.adapters.postgres.connection import DAMAGED
from rednotice.errors import Unavailable

_WAYS = ("seqscan", "indexscan", "indexonlyscan", "bitmapscan")
_BY_ROWS, _BY_KEYS = _WAYS[:1], _WAYS[1:3]


def require_whole(connection: Connection, tables: MetaData) -> dict[str, int]:
    """Compares every table's rows with the keys in its index.

    Args:
        connection: within a transaction, at one moment of the database.
        tables: of the program.

    Returns:
        How many rows each table has.

    Raises:
        Unavailable: if rows or keys are missing.
    """
    rows, keys = (_counted(connection, tables, ways) for ways in (_BY_ROWS, _BY_KEYS))
    _allow(connection, _WAYS)
    for name, count in rows.items():
        if count != keys[name]:
            raise Unavailable(f"{DAMAGED}: the table {name} has {count} rows and {keys[name]} keys")
    return rows


def _counted(connection: Connection, tables: MetaData, ways: tuple[str, ...]) -> dict[str, int]:
    _allow(connection, ways)
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in tables.sorted_tables
    }


def _allow(connection: Connection, ways: tuple[str, ...]) -> None:
    """The ways in which the rest of the transaction reads tables."""
    connection.execute(
        select(*(func.set_config(f"enable_{way}", "on" if way in ways else "off", True) for way in _WAYS))
    )

"""Connections to PostgreSQL, and what becomes of its errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.errors import DataCorrupted, DiskFull, IndexCorrupted
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError

from rednotice.errors import CannotStart, Conflict, InvalidInput, Unavailable

POOL = 10
DAMAGED = "the database is damaged, restore it from its back-up"
LOST = "the connection to the database was lost; look whether it was done before you do it again"


def connect(url: str) -> Engine:
    """An engine for an address such as postgresql://role:secret@host/database.

    Raises:
        CannotStart: if that is no address of a PostgreSQL database.
    """
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise CannotStart("the database address is not of the form postgresql://role:secret@host/database") from None
    if address.get_backend_name() != "postgresql":
        raise CannotStart(f"the database must be PostgreSQL, not {address.get_backend_name()}")
    return create_engine(
        address.set(drivername="postgresql+psycopg"),
        pool_size=POOL,
        max_overflow=POOL,
        pool_pre_ping=True,
        hide_parameters=True,  # the text of an error goes to log files, which hold no personal data
        connect_args={"connect_timeout": 5, "options": "-c timezone=UTC"},
    )


def dispose(engine: Engine) -> None:
    """Closes every connection of an engine; one that is in use, when it is given back."""
    event.listen(engine.pool, "checkin", lambda used, _: used and used.close())
    engine.dispose()


@contextmanager
def guarded() -> Iterator[None]:
    """Turns what a caller may meet into our own errors; other errors of the database pass as they are.

    Raises:
        Unavailable: if the connection is refused, lost or timed out, its disk is full, or a file of it is damaged.
        InvalidInput: if a value is of a kind that PostgreSQL cannot keep (a NUL, a number out of range).
        Conflict: if somebody else did the same at the same moment.
    """
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        if error.connection_invalidated:
            raise Unavailable(f"{LOST} ({_first_line(error)})") from error
        says = "has no room left" if isinstance(error.orig, DiskFull) else "does not answer"
        raise Unavailable(f"the database {says}: {_first_line(error)}") from error
    except DataError as error:
        raise InvalidInput.at("", "a value cannot be kept", "Remove what is no text or too large a number") from error
    except IntegrityError as error:
        raise Conflict("somebody else did the same at this moment; nothing was done, look again") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable(LOST) from error
        if isinstance(error.orig, DataCorrupted | IndexCorrupted):
            raise Unavailable(f"{DAMAGED}: {_first_line(error)}") from error
        raise


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).splitlines()[0] if error.orig and str(error.orig) else "no reason given"

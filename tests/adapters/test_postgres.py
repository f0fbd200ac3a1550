"""What the database allows, what shape it has, and that an act happens whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData, text
from sqlalchemy.exc import ProgrammingError

from rednotice.adapters.embedded.postgres import APP, OWNER
from rednotice.adapters.folders import secret
from rednotice.adapters.postgres import tables
from rednotice.adapters.postgres.connection import connect, dispose, guarded
from rednotice.adapters.postgres.office import OfficeDatabase, PostgresOfficeWork
from rednotice.adapters.postgres.schema import Program, _config, migrate, require_current
from rednotice.errors import CannotStart, Conflict, NotKnown, Unavailable
from rednotice.model.bureau import Role
from rednotice.model.event import EventKind
from tests.builders import NOON, officer
from tests.conftest import Road


def office(road: Road) -> Engine:
    """The connections that the office's program uses, under its own role."""
    return road.office.database._engine


def count(engine: Engine) -> dict[str, object]:
    """How many rows stand in the tables that an act writes to, and the last numbers that were given."""
    names = ("event", "event_content", "log_node", "checkpoint", "outbox", "letter", "filing")
    with engine.connect() as connection:
        counted: dict[str, object] = {
            name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar() for name in names
        }
        counted["series"] = connection.execute(text("SELECT name, last FROM series ORDER BY name")).all()
    return counted


# --- Rights -------------------------------------------------------------------------------------------------

APPEND_ONLY = {"event": "subject = 'x'", "log_node": "hash = ''", "checkpoint": "note = 'x'"}
FORBIDDEN = [
    *(f"UPDATE {table} SET {change}" for table, change in APPEND_ONLY.items()),
    *(f"DELETE FROM {table}" for table in APPEND_ONLY),
    *(f"TRUNCATE {table} CASCADE" for table in APPEND_ONLY),
    *(f"DROP TABLE {table}" for table in APPEND_ONLY),
    *(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in APPEND_ONLY),
    "INSERT INTO event (number, at, kind, subject, leaf) VALUES (0, now(), 'x', 'x', '') "
    "ON CONFLICT (number) DO UPDATE SET subject = 'x'",
    "UPDATE alembic_version SET version_num = 'x'",
    "DELETE FROM alembic_version",
    "CREATE TABLE mine (x int)",
    f"SET ROLE {OWNER}",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_programs_role_cannot_alter_the_log(road: Road, statement: str) -> None:
    road.publish()
    before = count(office(road))
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), office(road).begin() as connection:
        connection.execute(text(statement))
    after = count(office(road))
    assert all(after[table] >= before[table] for table in APPEND_ONLY)  # type: ignore[operator]


def test_a_grant_that_the_program_makes_itself_gives_it_nothing(road: Road) -> None:
    held = text("SELECT has_table_privilege('event', 'UPDATE') OR has_table_privilege('event', 'DELETE')")
    with office(road).begin() as connection:
        connection.execute(text(f"GRANT ALL ON event TO {APP}"))  # PostgreSQL only warns that nothing was granted
        assert connection.execute(held).scalar() is False


def test_the_programs_role_may_append_and_may_erase_a_content(road: Road) -> None:
    with office(road).connect() as connection:
        rights = connection.execute(
            text("SELECT has_table_privilege('event', 'INSERT'), has_table_privilege('event_content', 'DELETE')")
        ).one()
    assert tuple(rights) == (True, True)


# --- Shape --------------------------------------------------------------------------------------------------

PROGRAMS: dict[Program, MetaData] = {"office": tables.office, "node": tables.node}


@pytest.fixture
def fresh(road: Road) -> Iterator[Engine]:
    """The owner's connections to an empty database, beside that of the office."""
    url = office(road).url.set(
        username=OWNER, password=secret(road.office.settings.folder / f"postgres.{OWNER}.secret"), database="postgres"
    )
    server = connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
    owner = connect(url.set(drivername="postgresql", database="fresh").render_as_string(hide_password=False))
    with server.connect() as connection:
        outside = connection.execution_options(isolation_level="AUTOCOMMIT")
        outside.execute(text("CREATE DATABASE fresh"))
        try:
            yield owner
        finally:
            owner.dispose()
            outside.execute(text("DROP DATABASE fresh"))
    server.dispose()


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_migrations_make_the_tables_that_the_program_knows(fresh: Engine, program: Program) -> None:
    migrate(fresh, program, APP)
    migrate(fresh, program, APP)  # a second time changes nothing
    require_current(fresh, program)
    with fresh.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, PROGRAMS[program]) == []


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_database_of_another_version_is_not_worked_on(fresh: Engine, program: Program) -> None:
    with pytest.raises(CannotStart, match=f"the {program}'s database is at version none, this program needs {program}"):
        require_current(fresh, program)
    migrate(fresh, program, APP)
    with fresh.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'of_tomorrow'"))
    with pytest.raises(CannotStart, match=f"is at version of_tomorrow.*run 'rednotice migrate {program}'"):
        require_current(fresh, program)


def test_a_bureau_that_was_connected_before_there_were_line_keys_is_still_known_by_its_own(
    fresh: Engine, road: Road
) -> None:
    migrate(fresh, "office", APP)
    with fresh.begin() as connection:
        config = _config("office")
        config.attributes["connection"] = connection
        command.downgrade(config, "office_0002")
        row = "INSERT INTO bureau_node (bureau, key, line_secret, connected_at) VALUES ('PT', 'a key', 'secret', now())"
        connection.execute(text(row))
    migrate(fresh, "office", APP)
    database = OfficeDatabase(fresh, road.office.database._keys)
    (node,) = database.bureau_nodes()
    assert (node.bureau, node.key, node.line_key, node.may_connect) == ("PT", "a key", None, False)
    with pytest.raises(Conflict, match="is connected already"), database.work(NOON) as work:
        work.connect_bureau("PT", "another key", "a line key")
    with database.work(NOON) as work:
        work.connect_bureau("PT", "a key", "a line key")
    (node,) = database.bureau_nodes()
    assert (node.line_key, node.may_connect) == ("a line key", True)


def test_a_migration_for_a_role_that_is_not_there_changes_nothing(fresh: Engine) -> None:
    with pytest.raises(CannotStart, match="the database has no role 'nobody_here'"):
        migrate(fresh, "office", "nobody_here")
    with fresh.connect() as connection:
        assert connection.execute(text("SELECT to_regclass('event')")).scalar() is None


# --- Whole or not at all --------------------------------------------------------------------------------------


def test_an_act_that_fails_leaves_nothing(road: Road) -> None:
    filing, number = road.publish()
    for bureau in road.nodes:
        road.wait_receipt(bureau, number)  # so that no receipt is counted between
    before = count(office(road))

    def fail(work: PostgresOfficeWork) -> None:
        work.next_number("request")
        work.next_number("a series of its own")
        work.record(EventKind.NOTICE_PUBLISHED, "A-0/1-1999", {"x": 1}, circulate=True, letters=["ES", "PT"])
        work.save_filing(filing.model_copy(update={"number": "R-1999-1", "request": road.a_request()}))
        raise RuntimeError("the machine caught fire")

    with pytest.raises(RuntimeError, match="the machine caught fire"), road.office.database.work(NOON) as work:
        fail(work)
    assert count(office(road)) == before


def test_an_act_that_does_nothing_signs_no_checkpoint(road: Road) -> None:
    _, number = road.publish()
    for bureau in road.nodes:
        road.wait_receipt(bureau, number)
    before = count(office(road))
    with road.office.database.work(datetime.now(UTC)) as work:
        work.notice(number)
    assert count(office(road)) == before


def test_numbers_have_no_gaps_even_where_an_act_failed(road: Road) -> None:
    now = datetime.now(UTC)
    given = []
    for fails in (False, True, False):
        with suppress(RuntimeError), road.office.database.work(now) as work:
            number = work.next_number("without gaps")
            if fails:
                raise RuntimeError
            given.append(number)
    assert given == [1, 2]


def test_a_report_is_known_by_its_bytes_and_taken_once(road: Road) -> None:
    now = datetime.now(UTC)
    for taken in (True, False):
        with road.office.database.work(now) as work:
            assert work.take_report_once("ES", 2**53 - 1, b"one") is taken
    with road.office.database.work(now) as work:
        assert work.take_report_once("ES", 2**53 - 1, b"another")  # of a node that was set back
        assert work.take_report_once("NZ", 2**53 - 1, b"one")


# --- Accounts -----------------------------------------------------------------------------------------------


def test_a_token_is_kept_only_as_its_hash(road: Road) -> None:
    someone = officer("ES").model_copy(update={"name": "token-holder"})
    token = road.office.database.enrol(someone)
    assert road.office.database.officer_of(token) == someone
    with office(road).connect() as connection:
        (kept,) = connection.execute(text("SELECT token_hash FROM officer WHERE name = 'token-holder'")).one()
    assert token.encode() not in bytes(kept)
    with pytest.raises(NotKnown, match="the token fits no officer"):
        road.office.database.officer_of(token + "x")


def test_a_new_token_ends_the_old_one_and_a_name_stays_with_its_bearer(road: Road) -> None:
    someone = officer("ES").model_copy(update={"name": "token-renewer"})
    old, new = (road.office.database.enrol(someone) for _ in range(2))
    assert road.office.database.officer_of(new) == someone
    with pytest.raises(NotKnown, match="the token fits no officer"):
        road.office.database.officer_of(old)
    for change in ({"bureau": "NZ"}, {"role": Role.DESK}):
        with pytest.raises(Conflict, match="the name token-renewer is that of an officer of another bureau or role"):
            road.office.database.enrol(someone.model_copy(update=change))
    assert road.office.database.officer_of(new) == someone


# --- Connections --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("not an address", "the database address is not of the form postgresql://"),
        ("", "the database address is not of the form postgresql://"),
        ("postgresql://host:port/x", "the database address is not of the form postgresql://"),
        ("sqlite:///rednotice.db", "the database must be PostgreSQL, not sqlite"),
    ],
)
def test_an_address_of_no_postgresql_is_refused(url: str, says: str) -> None:
    with pytest.raises(CannotStart, match=says):
        connect(url)


def test_a_database_that_does_not_answer_is_called_that(road: Road) -> None:
    nowhere = connect("postgresql://rednotice:secret-word@127.0.0.1:1/rednotice")
    with pytest.raises(Unavailable, match="the database does not answer") as refused, guarded(), nowhere.connect():
        pass
    assert "secret-word" not in str(refused.value)


def test_a_wrong_secret_opens_nothing(road: Road) -> None:
    url = office(road).url.set(drivername="postgresql", password="wrong")
    wrong = connect(url.render_as_string(hide_password=False))
    with pytest.raises(Unavailable, match="password authentication failed"), guarded(), wrong.connect():
        pass


def test_a_connection_in_use_when_its_program_stops_is_closed_when_it_is_given_back(road: Road) -> None:
    engine = connect(road.office._postgres.url if road.office._postgres else "")
    with engine.connect() as used:
        raw = used.connection.dbapi_connection
        dispose(engine)
        assert used.execute(text("SELECT 1")).scalar() == 1
    assert raw
    assert raw.closed

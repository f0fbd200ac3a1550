"""The databases' shape: migrations, and the rights of the role that the programs run under."""

from __future__ import annotations

from importlib.resources import files
from typing import Literal

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from rednotice.adapters.postgres.connection import guarded
from rednotice.adapters.postgres.tables import APPEND_ONLY
from rednotice.errors import CannotStart

Program = Literal["office", "node"]


def migrate(owner: Engine, program: Program, app_role: str) -> None:
    """Brings a database to the current shape and gives the programs' role what it may do, and no more.

    Args:
        owner: a connection of the role that owns the tables.
        program: whose database it is.
        app_role: the role that the program runs under; it may append to the log, and never alter it.
    """
    with guarded(), owner.begin() as connection:
        # Two programs that start at once migrate one after the other.
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('rednotice migrate'))"))
        config = _config(program)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        _grant(connection, program, app_role)


def require_current(engine: Engine, program: Program) -> None:
    """Sees to it that a database has the shape this version needs.

    Raises:
        CannotStart: if it has another; says how to migrate.
    """
    head = ScriptDirectory.from_config(_config(program)).get_current_head()
    with guarded(), engine.connect() as connection:
        exists = connection.execute(text("SELECT to_regclass('alembic_version')")).scalar_one()
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if exists else None
    if found != head:
        raise CannotStart(
            f"the {program}'s database is at version {found or 'none'}, this program needs {head}: "
            f"run 'rednotice migrate {program}' with the owner's database address"
        )


def _config(program: Program) -> Config:
    folder = files(__package__).joinpath("migrations")
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("version_locations", str(folder.joinpath(f"versions_{program}")).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config


def _grant(connection: Connection, program: Program, role: str) -> None:
    if not connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).scalar():
        raise CannotStart(f"the database has no role '{role}' for the program to run under; create it first")
    quoted = '"' + role.replace('"', '""') + '"'
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {quoted}"))
    connection.execute(text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}"))
    connection.execute(text(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}"))
    connection.execute(text(f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {quoted}"))
    if program == "office":
        for table in APPEND_ONLY:
            connection.execute(text(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table.name} FROM {quoted}"))

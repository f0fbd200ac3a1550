"""The same programs on PostgreSQL and NATS that somebody else runs, as docs/operating.md describes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from rednotice.adapters.embedded.nats import EmbeddedNats
from rednotice.adapters.embedded.postgres import EmbeddedPostgres
from rednotice.adapters.embedded.process import LOOPBACK
from rednotice.adapters.postgres.connection import connect
from rednotice.adapters.postgres.schema import migrate
from rednotice.errors import CannotStart
from rednotice.model.decision import Outcome
from rednotice.node import Node, line_key, line_seed
from rednotice.office import Office, OfficeSettings
from tests.builders import REVIEWER_1, REVIEWER_2, a_request, desk
from tests.conftest import eventually, linked_node


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A server of somebody else, with a database for each program."""
    folder = tmp_path_factory.mktemp("their-postgres")
    server = EmbeddedPostgres(folder / "postgres", folder / "postgres.log")
    server.start()
    try:
        with psycopg.connect(server.owner_url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE rednotice_node")
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedNats]:
    """A server of somebody else, with the domain `office`."""
    folder = tmp_path_factory.mktemp("their-nats")
    server = EmbeddedNats(folder / "nats", folder / "nats.log", "office")
    server.start_office({})
    try:
        yield server
    finally:
        server.stop()


def test_a_database_that_was_not_migrated_is_refused_with_the_command_that_does_it(
    postgres: EmbeddedPostgres, nats: EmbeddedNats, tmp_path: Path
) -> None:
    office = Office(OfficeSettings(folder=tmp_path, database_url=postgres.url, nats_url=nats.url))
    with pytest.raises(CannotStart, match="run 'rednotice migrate office'"):
        office.start()


def test_the_road_on_engines_of_others(postgres: EmbeddedPostgres, nats: EmbeddedNats, tmp_path: Path) -> None:
    owner = connect(postgres.owner_url)
    migrate(owner, "office", "rednotice")
    owner.dispose()
    owner = connect(_database(postgres.owner_url))
    migrate(owner, "node", "rednotice")
    owner.dispose()

    office = Office(OfficeSettings(folder=tmp_path / "office", database_url=postgres.url, nats_url=nats.url))
    office.start()
    leaf = EmbeddedNats(tmp_path / "leaf", tmp_path / "leaf.log", "node")
    node: Node | None = None
    try:
        assert office.operator_token(known=False)
        assert office.operator_token(known=False) is None, "a token is not given anew where the database is another's"
        home = tmp_path / "ES"
        nats.admit({"ES": line_key(home)})
        leaf.start_leaf("ES", f"{LOOPBACK}:{nats.leaf_port}", line_seed(home))
        node = linked_node(office, home, "ES", line="", database_url=_database(postgres.url), nats_url=leaf.url)
        node.start()
        filing = office.file_request(a_request(), desk("PT"))
        office.decide(filing.number, Outcome.PUBLISH, "Every condition is met.", REVIEWER_1)
        (number,) = office.decide(filing.number, Outcome.PUBLISH, None, REVIEWER_2).notices

        def answered() -> bool | None:
            with office.read() as reader:
                return bool(reader.deliveries(number)) or None

        eventually(answered, "the node's receipt")
        assert not list((tmp_path / "office").glob("postgres*"))
    finally:
        if node:
            node.stop()
        leaf.stop()
        office.stop()


def _database(url: str) -> str:
    """The address of the node's database on the same server."""
    return url.rpartition("/")[0] + "/rednotice_node"

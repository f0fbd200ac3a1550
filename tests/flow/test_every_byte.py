"""After a recall, and after PostgreSQL gave back what it freed, no byte of a node's data folder names the person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from rednotice.adapters.embedded.postgres import EmbeddedPostgres
from rednotice.model.check import Query
from rednotice.model.notice import Ground
from tests.builders import a_stranger, desk, officer
from tests.conftest import Road, eventually
from tests.towns import Town, a_town

FAMILY = "Quendelstrohmann"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with a_town(tmp_path) as town:
        yield town


def named_in(folder: Path, word: str) -> list[str]:
    """The files below a folder in whose bytes a word stands, in any of the encodings that text is kept in."""
    forms = [word.encode(code) for code in ("utf-8", "utf-16-le", "utf-32-le")]
    forms += [form.upper() for form in forms[:1]] + [form.lower() for form in forms[:1]]
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            found += [str(path.relative_to(folder))] if any(form in content for form in forms) else []
    return found


def compact(postgres: EmbeddedPostgres) -> None:
    """What docs/operating.md says: rows are packed anew, and the log of what was written begins a new file."""
    with closing(psycopg.connect(postgres.owner_url, autocommit=True)) as connection:
        for command in ("VACUUM (FULL, ANALYZE)", "SELECT pg_switch_wal()", "CHECKPOINT", "CHECKPOINT"):
            connection.execute(command)


def kept_plain(postgres: EmbeddedPostgres) -> None:
    """Has long values written as they are: compressed ones could not be searched, neither before nor after."""
    with closing(psycopg.connect(postgres.owner_url, autocommit=True)) as connection:
        long = "SELECT attrelid::regclass::text, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid "
        long += "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND attnum > 0 AND attstorage = 'x'"
        for table, column in connection.execute(long).fetchall():
            connection.execute(f'ALTER TABLE {table} ALTER COLUMN "{column}" SET STORAGE EXTERNAL')


def published(road: Road) -> tuple[str, str]:
    """The number of a notice, and of the person's passport."""
    person = a_stranger(4711) | {"names": [{"family": FAMILY, "given": "Ottokar"}]}
    filing, number = road.publish(road.a_request(persons=[person]))
    for bureau in road.nodes:
        assert road.wait_receipt(bureau, number) == "applied"
    return number, filing.request.persons[0].documents[0].number


def test_no_byte_of_a_node_s_folder_names_the_person_after_a_recall(town: Town) -> None:
    node = town.nodes["ES"]
    assert node._postgres
    kept_plain(node._postgres)
    number, passport = published(town)
    folder = town.folder / "ES"
    found = node.check(Query(document=passport), officer("ES"))
    assert [one.notice.control_number for one in found.results if one.notice] == [number]
    assert eventually(lambda: named_in(folder, FAMILY) or None, "it is there to be erased")
    town.office.recall(number, Ground.WITHDRAWN, desk("PT"))
    assert town.wait_receipt("ES", number) == "erased"
    town.level()
    compact(node._postgres)
    assert named_in(folder, FAMILY) == []
    node.stop()
    assert named_in(folder, FAMILY) == []

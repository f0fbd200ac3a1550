"""Files of databases that are damaged, and disks that are full: right afterwards, or a clear refusal."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from rednotice.errors import RedNoticeError, Unavailable
from rednotice.model.notice import Ground
from rednotice.node import Node
from rednotice.office import Office
from tests.builders import desk
from tests.conftest import eventually
from tests.towns import Town, a_town, restart

PAGE = 8192


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with a_town(tmp_path_factory.mktemp("town")) as town:
        for _ in range(3):
            _, number = town.publish()
        town.office.recall(number, Ground.WITHDRAWN, desk("PT"))
        town.level()
        yield town


def flip_bits(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    for place in range(PAGE // 2, len(raw), 997):
        raw[place] ^= 0x10
    file.write_bytes(bytes(raw))


def cut_off(file: Path) -> None:
    os.truncate(file, file.stat().st_size // PAGE // 2 * PAGE)


def file_of(program: Office | Node, table: str) -> Path:
    """The file in which PostgreSQL keeps a table or an index, with all that was written in it."""
    assert program._postgres
    with closing(psycopg.connect(program._postgres.owner_url, autocommit=True)) as connection:
        connection.execute("CHECKPOINT")
        row = connection.execute("SELECT pg_relation_filepath(%s)", [table]).fetchone()
    assert row
    return program._postgres.folder / str(row[0])


OF_THE_OFFICE = ["event", "event_content", "log_node", "checkpoint", "notice", "pk_event"]


@pytest.mark.parametrize("harm", [flip_bits, cut_off])
@pytest.mark.parametrize("table", OF_THE_OFFICE)
def test_an_office_with_a_damaged_file_does_not_go_on(town: Town, table: str, harm: Callable[[Path], None]) -> None:
    file = file_of(town.office, table)
    before = town.proved()
    town.office.stop()
    whole = file.read_bytes()
    harm(file)
    try:
        refused = refusal(town)
    finally:
        town.office.stop()
        file.write_bytes(whole)
        town.start_office()
    assert refused, "it went on as if nothing were missing"
    assert "damaged" in refused
    assert town.proved().size >= before.size


def refusal(town: Town) -> str | None:
    """What the office says that it cannot do; None if it did all of it, and its log was proved from outside."""
    try:
        town.start_office()
        _, number = town.publish()
        town.office.recall(number, Ground.WITHDRAWN, desk("PT"))
        town.proved()
    except RedNoticeError as error:
        return str(error)
    return None


@pytest.mark.parametrize("harm", [flip_bits, cut_off])
@pytest.mark.parametrize("table", ["held", "pk_held", "believed"])
def test_a_node_with_a_damaged_file_does_not_go_on_or_is_level_again(
    town: Town, table: str, harm: Callable[[Path], None]
) -> None:
    node = town.nodes["NZ"]
    town.level("NZ")
    file = file_of(node, table)
    node.stop()
    whole = file.read_bytes()
    harm(file)
    node = Node(node.settings)
    said = None
    try:
        node.start()
        town.nodes["NZ"] = node
        said = eventually(lambda: trouble(node) or level(town, node), "it says what is wrong, or is level")
    except Unavailable as error:
        said = str(error)
    finally:
        node.stop()
        file.write_bytes(whole)
        node = town.nodes["NZ"] = Node(node.settings)
        node.start()
    assert said == "level" or "damaged" in said, said
    town.level("NZ")


def trouble(node: Node) -> str | None:
    troubles = (node.comparing and node.comparing.trouble, node.line_trouble())
    return next((one for one in troubles if one and "damaged" in one), None)


def level(town: Town, node: Node) -> str | None:
    compared = node.keeper and node.keeper.comparison
    with node.read() as reader:
        held = dict(reader.last_words())
    with town.office.read() as reader:
        told = reader.told("NZ").ledger
    return "level" if compared and compared.level and held == {one: told.last(one) for one in held} else None


# --- Full disks -----------------------------------------------------------------------------------------------


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A folder that is a disk of its own."""
    folder.mkdir(parents=True)
    mount: list[str | Path] = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(disk: Path) -> Path:
    """Leaves no byte free."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1_000_000, 1):
            with suppress(OSError):
                while file.write(bytes(size)) == size:
                    pass
    return filler


def level_with(town: Town, *numbers: str) -> None:
    _, after = town.publish()
    for bureau in town.nodes:
        for number in (*numbers, after):
            assert town.wait_receipt(bureau, number) == "applied"
    town.level()
    town.proved()


def test_an_office_whose_disk_is_full_refuses_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "office", 220) as disk, a_town(tmp_path) as town:
        _, before = town.publish()
        filler = fill(disk)
        done: list[str] = []
        refused = None
        while refused is None and len(done) < 300:
            try:
                done.append(town.publish()[1])
            except Unavailable as error:
                refused = str(error)
        assert refused
        filler.unlink()
        if town.office.broken():
            town.restart_office()
        level_with(town, before, *done)


def test_an_office_whose_streams_have_no_room_keeps_acts_and_sends_them_when_there_is(tmp_path: Path) -> None:
    with small_disk(tmp_path / "office" / "nats", 700) as disk, a_town(tmp_path) as town:
        _, before = town.publish()
        town.level()
        filler = fill(disk)
        done = [town.publish()[1]]
        while not town.office.circulation_trouble() and len(done) < 300:
            done.append(town.publish()[1])
        assert town.office.circulation_trouble()
        town.level()  # over HTTP
        filler.unlink()
        level_with(town, before, *done)


def test_a_node_whose_disk_is_full_says_so_and_is_level_when_there_is_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "NZ", 220) as disk, a_town(tmp_path) as town:
        _, before = town.publish()
        town.level()
        filler = fill(disk)
        done: list[str] = []
        node = town.nodes["NZ"]
        while not (said := trouble_of(node)) and len(done) < 300:
            done.append(town.publish()[1])
        assert said
        for number in done:
            assert town.wait_receipt("ES", number) == "applied"
        filler.unlink()
        if node.broken():
            restart(town, "NZ")
        level_with(town, before, *done)


def trouble_of(node: Node) -> str | None:
    return node.broken() or node.line_trouble() or (node.comparing.trouble if node.comparing else None)

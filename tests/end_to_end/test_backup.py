"""The drill: office and node are backed up while they run, destroyed, restored into empty folders, and go on."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from rednotice.adapters import keys
from rednotice.adapters.backup import back_up, restore
from rednotice.adapters.clock import now
from rednotice.adapters.tiles import tiles_at
from rednotice.cli.laptop import Laptop
from rednotice.cli.log import audit_log
from rednotice.errors import CannotStart, NotTrusted
from rednotice.log.audit import Audited
from rednotice.log.checkpoint import Checkpoint, open_checkpoint
from rednotice.model.event import EventKind
from rednotice.model.notice import Ground
from rednotice.node import Node
from rednotice.office import Office, OfficeSettings
from rednotice.web.office import office_app
from tests.builders import desk
from tests.conftest import Road, start_node
from tests.end_to_end.test_by_hand import Desk
from tests.web.test_http import served


@pytest.fixture
def small_road(tmp_path: Path) -> Iterator[Road]:
    """An office with two nodes of its own, which a test may destroy."""
    with ExitStack() as stack:
        office = Office(OfficeSettings(folder=tmp_path / "office"))
        office.start()
        road = Road(office, {}, {})
        stack.callback(stop, road)
        for bureau in ("ES", "NZ"):
            road.nodes[bureau], road.lines[bureau] = start_node(office, tmp_path / bureau, bureau)
            stack.callback(road.lines[bureau].close)
        yield road


def stop(road: Road) -> None:
    for node in road.nodes.values():
        node.stop()
    road.office.stop()


def audited(office: Office, since: Checkpoint) -> Audited:
    with served(office_app(office)) as url, tiles_at(f"{url}/log") as tiles:
        return audit_log(tiles, office.key, since)[0]


def checkpoint(office: Office) -> Checkpoint:
    with office.read() as reader:
        return open_checkpoint(reader.log.checkpoint()[1], office.key)


def receipts(office: Office) -> list[tuple[int, str]]:
    """Every receipt that the log keeps: the event of the log, and the notice."""
    with office.read() as reader:
        size, _ = reader.log.checkpoint()
        entries = reader.log.entries(0, size)
    return [(one.number, one.content or "") for one in entries if EventKind.RECEIPT_RETURNED in one.leaf.decode()]


def held(node: Node) -> list[str]:
    with node.read() as reader:
        return sorted(one.control_number for one in reader.all_held())


def test_a_destroyed_office_and_node_come_back_and_nothing_happens_twice(small_road: Road, tmp_path: Path) -> None:
    road = small_road
    kept = [road.publish()[1] for _ in range(3)]
    _, recalled = road.publish()
    road.office.recall(recalled, Ground.WITHDRAWN, desk("PT"))

    # Backed up while notices are published.
    publishing = threading.Thread(target=lambda: kept.extend(road.publish()[1] for _ in range(5)))
    publishing.start()
    back_up(tmp_path / "NZ", tmp_path / "NZ.tar", now())
    publishing.join()
    road.lines["NZ"].cut()
    _, missed = road.publish()
    road.wait_receipt("ES", missed)
    road.nodes["NZ"].stop()
    made = back_up(tmp_path / "office", tmp_path / "office.tar", now())
    before, given = checkpoint(road.office), receipts(road.office)
    assert made.log_size == before.size
    assert (tmp_path / "office.tar").stat().st_mode & 0o077 == 0

    # Destroyed. NZ never saw the last notice, and the stream that held it is gone.
    road.office.stop()
    for folder in ("office", "NZ"):
        shutil.rmtree(tmp_path / folder)

    # Restored into empty folders. ES ran all the time.
    assert restore(tmp_path / "office.tar", tmp_path / "office", seen=before).program == "office"
    assert restore(tmp_path / "NZ.tar", tmp_path / "NZ").program == "node"
    road.office = Office(OfficeSettings(folder=tmp_path / "office"))
    road.office.start()
    assert road.office.leaf_port
    for line in road.lines.values():
        line.lead_to(road.office.leaf_port)
        line.cut()
        line.mend()
    road.nodes["NZ"] = Node(replace(road.nodes["NZ"].settings))
    road.nodes["NZ"].start()

    # They go on: what was missed comes, and what is new.
    _, fresh = road.publish()
    for bureau, number in (("NZ", missed), ("ES", fresh), ("NZ", fresh)):
        assert road.wait_receipt(bureau, number) == "applied"
    assert road.wait_receipt("NZ", recalled) == "erased"
    assert held(road.nodes["ES"]) == held(road.nodes["NZ"]) == sorted([*kept, missed, fresh])
    assert audited(road.office, since=before).checkpoint.size > before.size

    # And nothing twice: ES answered the new notice alone.
    after = [content for number, content in receipts(road.office) if number >= before.size and '"ES"' in content]
    assert len(after) == 1
    assert fresh in after[0]
    assert [one for one in receipts(road.office) if one[0] < before.size] == given
    for node in road.nodes.values():
        with node.read() as reader:
            assert reader.rejected() == 0


def test_what_nodes_have_seen_is_not_put_back_to_less(
    small_road: Road, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    road, at = small_road, Desk(tmp_path, capsys, monkeypatch)
    road.publish()
    assert "encrypt it" in at.types("backup", tmp_path / "old.tar", "--data", tmp_path / "office")
    (tmp_path / "kept").mkdir()
    at.types("backup", tmp_path / "kept", "--data", tmp_path / "ES")
    (of_es,) = (tmp_path / "kept").glob("ES-*.tar")
    assert "The node of" in at.types("restore", of_es, "--data", tmp_path / "ES-again")
    road.publish()
    later = checkpoint(road.office)
    (tmp_path / "seen").write_text(later.sign(keys.load_or_create(tmp_path / "office/office.key", later.origin)))
    known = ("--seen", tmp_path / "seen", "--key", road.office.key)
    said = at.types("restore", tmp_path / "old.tar", "--data", tmp_path / "again", *known, code=1)
    assert f"a log of {later.size} was signed" in said
    assert "shown another history" in at.types("restore", tmp_path / "old.tar", "--data", tmp_path / "older")
    with pytest.raises(NotTrusted, match="is not the beginning of the one backed up"):
        restore(tmp_path / "old.tar", tmp_path / "again", seen=Checkpoint(later.origin, 2, b"\x01" * 32))
    assert not (tmp_path / "again").exists()
    with pytest.raises(CannotStart, match="is not empty"):
        restore(tmp_path / "old.tar", tmp_path / "office")
    with pytest.raises(CannotStart, match="name its own folder"):
        back_up(tmp_path, tmp_path / "x.tar", now())
    (tmp_path / "no.tar").write_bytes(b"nothing")
    with pytest.raises(CannotStart, match="is no back-up"):
        restore(tmp_path / "no.tar", tmp_path / "again")


def test_the_key_of_an_office_is_changed_and_replaced_by_hand(
    laptop: Laptop, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(laptop.data, capsys, monkeypatch)
    first = desk.asks("key", "show")["signs"]
    assert "none; name one with 'rednotice key recovery'" in desk.types("key", "show")
    assert desk.asks("key", "rotate")["signs"][1:] == first
    assert "end it first ('rednotice key retire')" in desk.types("key", "rotate", code=1)
    assert "signs, until it is retired" in desk.types("key", "show")
    second = desk.asks("key", "retire")["signs"]
    assert f"From now on: --key '{second[0]}'" in desk.types("log", "verify", "--key", first[0]).replace("\n", "")

    vault = tmp_path / "vault" / "recovery.key"
    assert desk.asks("key", "recovery", "--key-file", vault)["recovers"].startswith("rednotice.local/office/recovery+")
    office = laptop.data / "office"
    assert "runs on" in desk.types("key", "replace", "--data", office, "--by-hand", code=1)
    laptop.stop()
    assert "Give the recovery key, or --by-hand" in desk.types("key", "replace", "--data", office, code=1)
    assert "is not there" in desk.types("key", "replace", "--data", office, "--recovery-key", tmp_path / "no", code=1)
    said = desk.types("key", "replace", "--data", office, "--recovery-key", vault)
    assert "Nodes, auditors and witnesses follow by themselves." in said
    again = Laptop(laptop.data)
    again.start()
    try:
        third = desk.asks("key", "show")
        assert third["signs"] not in (first, second)
        assert third["rank"] == [1, 0]
        desk.types("log", "verify", "--key", first[0])
    finally:
        again.stop()

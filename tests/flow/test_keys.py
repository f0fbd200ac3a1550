"""The office's key changes, or is lost, and the log goes on: what nodes, auditors and thieves see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rednotice.adapters import keys
from rednotice.adapters.tiles import mirror, tiles_at
from rednotice.cli.log import audit_log
from rednotice.errors import CannotStart, Conflict, NotAllowed, NotTrusted, Unavailable
from rednotice.log.checkpoint import Checkpoint, open_checkpoint
from rednotice.log.keyring import now_and_ever
from rednotice.log.merkle import EMPTY_ROOT
from rednotice.log.note import Verifier
from rednotice.model.event import EventKind
from rednotice.model.notice import Ground
from rednotice.node import Node
from rednotice.office import Office
from tests.builders import OPERATOR, REVIEWER_1, desk
from tests.conftest import eventually, start_node
from tests.towns import OFTEN, Town, a_town, restart


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with a_town(tmp_path) as town:
        yield town


def knows(town: Town, bureau: str) -> None:
    """Waits until a node believes the office's keyring of today."""
    eventually(lambda: town.nodes[bureau].keyring == town.office.keyring or None, f"{bureau} knows the keys")


def not_believed(town: Town, bureau: str) -> int:
    with town.nodes[bureau].read() as reader:
        return reader.rejected()


def audit(town: Town, key: Verifier) -> int:
    """How many events an auditor proves who was given a key."""
    with tiles_at(f"{town.url}/log") as tiles:
        office, _ = now_and_ever(key, tiles.keyrings())
        return audit_log(tiles, office)[0].checkpoint.size


def delivered(town: Town, *bureaus: str) -> str:
    _, number = town.publish()
    for bureau in bureaus:
        assert town.wait_receipt(bureau, number) == "applied"
    return number


def test_a_key_follows_another_and_nobody_is_left_behind(town: Town, tmp_path: Path) -> None:
    first = town.office.key
    delivered(town, "ES", "NZ")
    with tiles_at(f"{town.url}/log") as tiles:
        mirror(tiles, tmp_path / "copy", first)
    town.nodes["NZ"].stop()  # and is away until all is over

    # The overlap: both sign, and whoever knows one of them believes.
    both = town.office.rotate_key(OPERATOR)
    assert both.verifiers[1:] == (first,)
    with town.office.read() as reader:
        for key in both.verifiers:
            assert open_checkpoint(reader.log.checkpoint()[1], key)
    delivered(town, "ES")
    knows(town, "ES")
    town.restart_office()
    assert town.office.keyring == both
    with pytest.raises(Conflict, match="key retire"):
        town.office.rotate_key(OPERATOR)

    # Its end: one signs, and the old private key is gone from the disk.
    alone = town.office.retire_key(OPERATOR)
    folder = town.office.settings.folder
    assert [path.name for path in folder.glob("office*.key")] == ["office.key"]
    assert keys.load_or_create(folder / "office.key", first.name).verifier == alone.newest
    knows(town, "ES")
    number = delivered(town, "ES")
    assert not_believed(town, "ES") == 0
    with town.office.read() as reader, pytest.raises(NotTrusted):
        open_checkpoint(reader.log.checkpoint()[1], first)

    # A node that was away for all of it, and one that never knew the old key.
    restart(town, "NZ")
    town.level("NZ")
    assert town.held_by("NZ", number)
    town.settled()
    town.nodes["PT"], town.lines["PT"] = start_node(
        town.office, town.folder / "PT", "PT", office_url=town.url, compare_every=OFTEN
    )
    town.level("PT")
    assert not_believed(town, "PT") == 0, "streams hold nothing under the old key any more"
    delivered(town, "ES", "NZ", "PT")
    restart(town, "NZ")
    assert town.nodes["NZ"].keyring == alone, "it remembers"

    # Auditors and mirrors go on from the key they were given, and from what they saved.
    with town.office.read() as reader:
        size = reader.log.checkpoint()[0]
    for key in (first, alone.newest):
        assert audit(town, key) == size
    with tiles_at(f"{town.url}/log") as tiles:
        assert mirror(tiles, tmp_path / "copy", first)[0].size == size
    with tiles_at(str(tmp_path / "copy")) as tiles:
        assert audit_log(tiles, now_and_ever(first, tiles.keyrings())[0])[0].checkpoint.size == size
    with town.office.read() as reader:
        kinds = [EventKind.KEYRING_CHANGED.value.encode() in one.leaf for one in reader.log.entries(0, size)]
    assert sum(kinds) == 2, "the log says that the keys were changed"


def test_a_lost_key_is_replaced_by_the_recovery_key_and_the_thief_is_not_believed(town: Town, tmp_path: Path) -> None:
    first = town.office.key
    recovery = keys.load_or_create(tmp_path / "vault" / "recovery.key", f"{first.name}/recovery")
    town.office.set_recovery_key(str(recovery.verifier), OPERATOR)
    for bureau in town.nodes:
        knows(town, bureau)
    delivered(town, "ES", "NZ")
    settings = town.office.settings
    town.office.stop()
    stolen = keys.load_or_create(settings.folder / "office.key", first.name)
    (settings.folder / "office.key").unlink()
    with pytest.raises(NotTrusted, match="is not the recovery key of this office"):
        Office(settings).replace_key(keys.make(f"{first.name}/recovery"))
    ring = Office(settings).replace_key(recovery)
    town.start_office()
    assert town.office.key == ring.newest != first

    for bureau in town.nodes:
        knows(town, bureau)
        town.level(bureau)
    delivered(town, "ES", "NZ")
    forged = Checkpoint(first.name, 0, EMPTY_ROOT).sign(stolen)
    for node in town.nodes.values():
        assert node.dispute is None
        with pytest.raises(NotTrusted):
            open_checkpoint(forged, node.keyring)
    with town.office.read() as reader:
        assert audit(town, first) == reader.log.checkpoint()[0]


def test_without_a_recovery_key_nodes_wait_for_a_new_link(town: Town) -> None:
    delivered(town, "ES", "NZ")
    settings = town.office.settings
    town.office.stop()
    (settings.folder / "office.key").unlink()
    with pytest.raises(CannotStart, match=r"restore .*office\.key"):
        Office(settings).start()
    with pytest.raises(CannotStart, match=r"give --origin rednotice\.local/office"):
        Office(replace(settings, origin="elsewhere/office")).replace_key(None)
    Office(settings).replace_key(None)
    town.start_office()
    _, number = town.publish()
    for node in town.nodes.values():
        eventually(lambda node=node: refuses(node) or None, "it refuses")  # type: ignore[misc]
    assert not any(town.held_by(bureau, number) for bureau in town.nodes)
    for bureau in town.nodes:
        known = town.nodes[bureau].settings
        link = town.office.connect_bureau(bureau, known.node_key, line_key_of(town, bureau), OPERATOR)
        restart(town, bureau, office_key=link.office_key)
        town.level(bureau)
        assert town.held_by(bureau, number)
        assert town.nodes[bureau].dispute is None, "it is the same log"


def test_a_node_without_the_office_s_address_reads_again_under_a_new_link(town: Town) -> None:
    number = delivered(town, "ES", "NZ")
    node = restart(town, "NZ", office_url=None)
    settings = town.office.settings
    town.office.stop()
    Office(settings).replace_key(None)
    town.start_office()
    town.office.recall(number, Ground.WITHDRAWN, desk("PT"))
    eventually(lambda: not_believed(town, "NZ") or None, "it refuses what the new key signed")
    assert town.held_by("NZ", number)
    link = town.office.connect_bureau("NZ", node.settings.node_key, line_key_of(town, "NZ"), OPERATOR)
    restart(town, "NZ", office_key=link.office_key)
    assert town.wait_receipt("NZ", number) == "erased"
    assert not_believed(town, "NZ") == 0, "what was refused of it is erased as well"


def refuses(node: Node) -> bool:
    trouble = (node.comparing and node.comparing.trouble) or ""
    return "shows no checkpoint that can be believed: no valid signature of the key" in trouble


def line_key_of(town: Town, bureau: str) -> str:
    node = town.office.database.bureau_node(bureau)
    assert node
    assert node.line_key
    return node.line_key


def test_an_office_without_the_new_key_signs_with_the_old_one_while_that_counts(town: Town, tmp_path: Path) -> None:
    """As a second office on the same database would be, to which nobody copied it."""
    folder = town.office.settings.folder
    rotated = town.office.rotate_key(OPERATOR)
    fresh = folder / f"office-{rotated.newest.key_id.hex()}.key"
    fresh.replace(tmp_path / "away")
    town.restart_office()
    delivered(town, "ES")  # under the old key
    with pytest.raises(Unavailable, match="whose private half is not in"):
        town.office.retire_key(OPERATOR)
    (tmp_path / "away").replace(fresh)
    town.restart_office()
    town.office.retire_key(OPERATOR)
    town.office.stop()
    key = folder / "office.key"
    key.replace(tmp_path / "away")
    with pytest.raises(CannotStart, match="whose private half is not in"):
        Office(town.office.settings).start()
    (tmp_path / "away").replace(key)
    town.start_office()
    delivered(town, "ES")


def test_only_an_operator_changes_keys(town: Town) -> None:
    for act in (
        town.office.rotate_key,
        town.office.retire_key,
        lambda by: town.office.set_recovery_key(str(town.office.key), by),
    ):
        with pytest.raises(NotAllowed):
            act(REVIEWER_1)
    assert town.office.keyring == replace(town.office.keyring, rank=(0, 0))

"""What earlier versions wrote opens under this one: databases as they were, filled, and migrated forward."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from rednotice.adapters.backup import restore
from rednotice.adapters.clock import Clock, now
from rednotice.adapters.folders import read_json
from rednotice.adapters.tiles import tiles_at
from rednotice.cli.log import audit_log
from rednotice.log.checkpoint import Checkpoint
from rednotice.model.check import Query
from rednotice.node import Node
from rednotice.office import Office, OfficeSettings
from rednotice.web.office import office_app
from tests.conftest import Road, eventually, linked_node
from tests.flow.test_circulation import found_by
from tests.web.test_http import served

VERSIONS = sorted((Path(__file__).parent.parent / "fixtures" / "versions").glob("schema-*"))


def test_every_shape_before_this_one_is_kept() -> None:
    migrations = Path("src/rednotice/adapters/postgres/migrations/versions_office").glob("office_0*.py")
    assert len(VERSIONS) == len(list(migrations)) - 1


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
def test_an_office_and_a_node_go_on_from_what_an_earlier_version_wrote(version: Path, tmp_path: Path) -> None:
    before = {name: restore(version / f"{name}.tar", tmp_path / name) for name in ("office", "node-ES")}
    clock = since(datetime.fromisoformat(before["office"].made_at))
    office = Office(OfficeSettings(folder=tmp_path / "office", clock=clock))
    office.start()
    road = Road(office, {}, {})
    try:
        with served(office_app(office)) as url:
            assert audited(office, url).size == before["office"].log_size
            node = linked(office, tmp_path / "node-ES", url, clock)
            road.nodes["ES"] = node
            try:
                node.start()
                assert node._believed
                assert node._believed.size >= before["node-ES"].log_size
                goes_on(road, node)
            finally:
                node.stop()
            assert audited(office, url).size > before["office"].log_size
    finally:
        office.stop()


def goes_on(road: Road, node: Node) -> None:
    """What was held is found, what is new arrives, and the office's history is the one that the node knew."""
    with road.office.read() as reader:
        _, standing = reader.notices(in_force=True, start=0, count=100)
    eventually(lambda: (node.keeper and node.keeper.comparison.level) or None, "it is level with the office")
    assert node.dispute is None
    looked_for = 0
    for notice in (one.notice for one in standing):
        if notice.may_have("ES") and notice.person and notice.person.is_named:
            assert notice.control_number in found_by(node, Query(name=notice.person.principal_name))
            looked_for += 1
    assert looked_for
    _, number = road.publish()
    assert road.wait_receipt("ES", number) == "applied"


def since(made: datetime) -> Clock:
    """A clock that goes on from the day of the data: of what fell due since, nothing is looked at here."""
    gone = now() - made
    return lambda: now() - gone


def linked(office: Office, folder: Path, url: str, clock: Clock) -> Node:
    """The node, linked anew: line keys are younger than the first versions. Its own key is still the one it had."""
    old = read_json(folder / "link.json")
    line = f"127.0.0.1:{office.leaf_port}"
    node = linked_node(office, folder, "ES", line=line, office_url=url, compare_every=0.5, clock=clock)
    assert node.settings.node_key == old["node_key"]
    assert node.settings.office_key == old["office_key"]
    return node


def audited(office: Office, url: str) -> Checkpoint:
    with tiles_at(f"{url}/log") as tiles:
        return audit_log(tiles, office.keyring)[0].checkpoint

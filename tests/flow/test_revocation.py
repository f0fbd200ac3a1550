"""A bureau whose keys are taken from it: it hears nothing more and is not believed, until it comes with new ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rednotice.errors import Conflict, NotFound
from rednotice.flow.circulation import silent
from rednotice.log.report import Report, ReportKind, sign_report
from rednotice.model.event import EventKind
from rednotice.model.hit import Hit
from rednotice.node import Node, line_key, node_signer
from tests.builders import NOON, OPERATOR
from tests.conftest import Road, eventually, start_node


@pytest.fixture
def bureau(road: Road, tmp_path: Path) -> Iterator[Node]:
    """Bureau DK, connected for this test alone."""
    node, line = start_node(road.office, tmp_path / "DK", "DK")
    try:
        yield node
    finally:
        node.stop()
        line.close()


def rejected(road: Road) -> int:
    with road.office.read() as reader:
        return reader.rejected_reports()


def test_a_revoked_bureau_is_out_until_it_comes_with_new_keys(road: Road, bureau: Node) -> None:
    _, held = road.publish()
    assert road.wait_receipt("DK", held) == "applied"
    old_key, old_line, signer = str(bureau._signer.verifier), line_key(bureau.settings.folder), bureau._signer

    road.office.revoke_bureau("DK", "Its machine was stolen.", OPERATOR)
    _, missed = road.publish()
    for other in road.nodes:
        assert road.wait_receipt(other, missed) == "applied"
    with bureau.read() as reader:
        assert missed not in [one.control_number for one in reader.all_held()]
    with road.office.read() as reader:
        standing, connected = reader.notice(missed), [one.bureau for one in road.office.database.bureau_nodes()]
    assert "DK" in silent(standing, connected, {})

    # Whoever has its key may get a report to the office by another way: it is kept, and not believed.
    hit = Hit(number="DK-H-1", control_number=held, version=1, bureau="DK", officer="nobody", confirmed_at=NOON)
    report = Report(bureau="DK", number=2**40, kind=ReportKind.HIT, at=NOON, body=hit.model_dump(mode="json"))
    before = rejected(road)
    road.office._stream.publish("report.DK.hit", sign_report(report, signer), "stolen")
    eventually(lambda: rejected(road) > before or None, "the report that is not believed")
    with road.office.read() as reader:
        assert not reader.cases("DK")

    # The old keys stay out, one by one too; new ones let it in again, and it has what it missed.
    folder = bureau.settings.folder
    bureau.stop()
    for name in ("node.key", "line.key"):
        (folder / name).unlink()
    new_key, new_line = str(node_signer(folder, "DK").verifier), line_key(folder)
    for key, line in ((old_key, old_line), (old_key, new_line), (new_key, old_line)):
        with pytest.raises(Conflict, match="was revoked"):
            road.office.connect_bureau("DK", key, line, OPERATOR)
    link = road.office.connect_bureau("DK", new_key, new_line, OPERATOR)
    again = Node(replace(bureau.settings, node_key=link.node_key))
    again.start()
    try:
        assert road.wait_receipt("DK", missed) == "applied"
    finally:
        again.stop()
    with road.office.database._engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT kind FROM event WHERE subject = 'DK' ORDER BY number").scalars().all()
    assert rows == [EventKind.BUREAU_CONNECTED, EventKind.BUREAU_REVOKED, EventKind.BUREAU_CONNECTED]


def test_what_was_never_connected_or_is_revoked_cannot_be_revoked(road: Road) -> None:
    with pytest.raises(NotFound, match="bureau FI is not connected"):
        road.office.revoke_bureau("FI", "Synthetic.", OPERATOR)

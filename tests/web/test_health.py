"""Health that tells the truth, tried by stopping the real part; figures that name nobody."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from rednotice.adapters.clock import now
from rednotice.flow.circulation import silent
from rednotice.log.keyring import Keyring
from rednotice.log.report import Action
from rednotice.model.bureau import Role
from rednotice.model.event import EventKind
from rednotice.model.notice import in_path
from rednotice.model.request import Diffusion
from rednotice.office import Office, OfficeSettings
from rednotice.web.node_api import node_app
from rednotice.web.office import office_app
from tests.conftest import Road, eventually
from tests.flow.test_restricted import publish_for_some
from tests.log.test_note import WITNESS
from tests.web.test_http import Desks, desks, served
from tests.web.test_life import Typist, address, typist

__all__ = ["address", "desks", "typist"]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(OfficeSettings(folder=tmp_path / "office"))
    office.start()
    try:
        yield office
    finally:
        office.stop()


def ask(url: str, path: str = "/readyz") -> tuple[int, Any]:
    answer = httpx.get(url + path, trust_env=False, timeout=60)
    return answer.status_code, answer.json()


def wrong(url: str) -> set[str]:
    """The parts that keep a program from being ready."""
    status, body = ask(url)
    assert (status == 503) == ("errors" in body)
    return {one["path"] for one in body.get("errors", [])}


def figures(url: str) -> dict[tuple[str, str], float]:
    """Every figure by its name and its bureau, where it has one."""
    answer = httpx.get(f"{url}/metrics", trust_env=False, timeout=60)
    assert answer.status_code == 200
    found = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            assert set(sample.labels) <= {"bureau", "le"}
            found[sample.name, sample.labels.get("bureau", "")] = sample.value
    return found


def test_an_office_names_every_part_that_was_stopped_and_goes_on_living(office: Office) -> None:
    with office.database.work(now()) as work:
        work.record(EventKind.ACT_REFUSED, "(unknown)", {"act": "synthetic"})
    with served(office_app(office)) as url:
        eventually(lambda: ask(url) == (200, {"ready": True, "degraded": []}) or None, "the office is ready")
        keyring, office._keys.keyring = office.keyring, Keyring((WITNESS.verifier,))
        assert wrong(url) == {"log"}
        office._keys.keyring = keyring
        assert office._nats
        assert office._nats._child
        office._nats._child.kill()
        eventually(lambda: wrong(url) == {"engine", "circulation"} or None, "NATS is missed")
        assert office._postgres
        office._postgres.stop()
        eventually(lambda: wrong(url) >= {"database", "log"} or None, "PostgreSQL is missed")
        assert ask(url, "/healthz") == (200, {"lives": True})
        assert httpx.get(f"{url}/metrics", trust_env=False, timeout=60).status_code == 503


def test_a_node_that_is_cut_off_is_ready_for_checks_and_says_that_it_is(road: Road) -> None:
    with served(node_app(road.nodes["NZ"])) as url:
        eventually(lambda: ask(url) == (200, {"ready": True, "degraded": []}) or None, "the node is ready")
        assert figures(url)["rednotice_line_works", ""] == 1
        road.lines["NZ"].cut()
        try:

            def cut() -> Any:
                status, body = ask(url)
                assert status == 200
                return body["degraded"] or None

            (line,) = eventually(cut, "the line is missed")
            assert line["part"] == "line"
            assert figures(url)["rednotice_line_works", ""] == 0
        finally:
            road.lines["NZ"].mend()
        eventually(lambda: ask(url)[1]["degraded"] == [] or None, "the line is back")


def test_a_node_whose_index_is_stale_is_sent_no_checks(road: Road) -> None:
    node = road.nodes["NZ"]
    with served(node_app(node)) as url:
        node._index_is_stale = True
        try:
            assert wrong(url) == {"index"}
        finally:
            node._index_is_stale = False


def test_figures_follow_what_happens_and_name_nobody(road: Road) -> None:
    with served(office_app(road.office)) as office, served(node_app(road.nodes["ES"])) as node:
        before, persons = figures(office), figures(node)["rednotice_index_persons", ""]
        _, number = road.publish()
        for bureau in ("ES", "NZ"):
            road.wait_receipt(bureau, number)
        after = figures(office)
        assert after["rednotice_log_events", ""] > before["rednotice_log_events", ""]
        assert after["rednotice_receipts_total", "ES"] == before.get(("rednotice_receipts_total", "ES"), 0) + 1
        assert after["rednotice_receipts_owed", "ES"] == after["rednotice_receipt_lag_seconds", "ES"] == 0
        assert figures(node)["rednotice_index_persons", ""] == persons + 1
        text = httpx.get(f"{office}/metrics", trust_env=False).text + httpx.get(f"{node}/metrics", trust_env=False).text
        assert number not in text


def test_a_bureau_that_does_not_answer_is_seen_in_the_figures_and_in_the_list(road: Road, desks: Any) -> None:
    with served(office_app(road.office)) as office:
        road.lines["ES"].cut()
        try:
            _, number = road.publish()
            road.wait_receipt("NZ", number)
            owed = figures(office)
            assert owed["rednotice_receipts_owed", "ES"] == 1
            assert owed["rednotice_receipt_lag_seconds", "ES"] > 0
            assert owed["rednotice_receipts_owed", "NZ"] == 0
            listed = desks.office("OFFICE", Role.REVIEWER).call("GET", "/api/circulation").json()
            es = {one["bureau"]: one for one in listed}["ES"]
            shown = desks.office("OFFICE", Role.REVIEWER).call("GET", f"/api/notices/{in_path(number)}").json()
            # Bureaus of other tests may be silent too.
            assert "ES" in shown["silent"]
            assert shown["silent_since"] == es["silent_since"]
            assert (es["owing"], es["silent_since"] is not None) == (1, True)
        finally:
            road.lines["ES"].mend()
        road.wait_receipt("ES", number)
        shown = desks.office("OFFICE", Role.REVIEWER).call("GET", f"/api/notices/{in_path(number)}").json()
        assert "ES" not in shown["silent"]
        assert figures(office)["rednotice_receipts_owed", "ES"] == 0
        assert desks.office("ES").call("GET", "/api/circulation").status_code == 403


def test_what_is_owed_is_what_each_notice_says_is_silent(road: Road) -> None:
    road.lines["NZ"].cut()
    try:
        publish_for_some(road, restricted=("NZ",))
        publish_for_some(road, Diffusion(to=("NZ",)))
        publish_for_some(road, Diffusion(to=("ES",)))
        with road.office.read() as reader:
            _, notices = reader.notices(in_force=None, start=0, count=1000)
            counted = Counter[str]()
            for one in notices:
                deliveries = reader.deliveries(one.notice.control_number)
                answers = {each.bureau: (each.event, Action(each.action)) for each in deliveries}
                counted.update(silent(one, ("ES", "NZ"), answers))
            owed = {one.bureau: one.owing for one in reader.circulation() if one.bureau in ("ES", "NZ")}
        assert owed == {bureau: counted[bureau] for bureau in ("ES", "NZ")}
        assert counted["NZ"] >= 4
    finally:
        road.lines["NZ"].mend()


def test_reports_that_are_sent_again_are_taken_once(desks: Desks, road: Road) -> None:
    node = road.nodes["ES"]
    _, number = road.publish()
    road.wait_receipt("ES", number)

    def kept() -> tuple[int, int]:
        with road.office.read() as reader:
            es = {one.bureau: one for one in reader.circulation()}["ES"]
            return es.receipts, reader.rejected_reports()

    def waiting() -> int:
        with node.read() as reader:
            return reader.waiting()

    before = kept()
    asked = {"since": "2020-01-01T00:00:00Z"}
    assert desks.node(Role.OFFICER).call("POST", "/api/reports/again", json=asked).status_code == 403
    count = desks.node(Role.OPERATOR).call("POST", "/api/reports/again", json=asked).json()["reports"]
    assert count >= before[0]
    eventually(lambda: waiting() == 0 or None, "the reports are sent")
    road.publish()
    eventually(lambda: kept()[0] == before[0] + 1 or None, "the next receipt, and no other")
    assert kept() == (before[0] + 1, before[1])


def test_checks_are_counted_with_their_seconds(desks: Any) -> None:
    caller = desks.node(Role.OFFICER)
    before = figures(caller.url)["rednotice_check_seconds_count", ""]
    assert caller.call("POST", "/api/checks", json={"query": {"name": "Nobody Known"}}).status_code == 200
    assert figures(caller.url)["rednotice_check_seconds_count", ""] == before + 1


def test_circulation_is_watched_in_the_terminal(typist: Typist, monkeypatch: pytest.MonkeyPatch) -> None:
    found = json.loads(typist.types("circulation", "watch", "--json").splitlines()[-1])
    assert {one["bureau"] for one in found} >= {"ES", "NZ"}
    once = typist.types("circulation", "watch", "--once")
    assert "silent since" in once
    assert "NZ" in once

    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("rednotice.cli.circulation.time.sleep", interrupted)
    assert "silent since" in typist.types("circulation", "watch")
    assert "cannot see how circulation fares" in typist.types("circulation", "watch", by=("PT", Role.DESK), code=1)

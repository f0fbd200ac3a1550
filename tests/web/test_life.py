"""The life of a notice and the duties of a case over HTTP, and by the commands that call it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rednotice.cli import client
from rednotice.model.bureau import Role
from rednotice.model.notice import in_path
from rednotice.web.office import office_app
from tests.conftest import Road
from tests.end_to_end.test_by_hand import Desk
from tests.flow.test_followup import opened
from tests.flow.test_restricted import publish_for_some
from tests.flow.test_upkeep import neglect, with_person
from tests.web.test_http import Caller, Desks, desks, served

__all__ = ["desks"]


@pytest.fixture(scope="module")
def address(road: Road) -> Iterator[str]:
    with served(office_app(road.office)) as url:
        yield url


class Typist:
    """Types commands for an office that answers at an address, each as one officer."""

    def __init__(self, desks: Desks, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self._desks, self._desk, self._monkeypatch = desks, desk, monkeypatch

    def types(self, *words: object, by: tuple[str, Role] = ("OFFICE", Role.REVIEWER), code: int = 0) -> str:
        self._monkeypatch.setenv("REDNOTICE_TOKEN", self._desks._token("office", *by))
        return self._desk.types(*words, code=code)

    def asks(self, *words: object, by: tuple[str, Role] = ("OFFICE", Role.REVIEWER), code: int = 0) -> Any:
        return json.loads(self.types(*words, "--json", by=by, code=code))


PT = ("PT", Role.DESK)
ES = ("ES", Role.DESK)


@pytest.fixture
def typist(
    desks: Desks,
    address: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Typist]:
    monkeypatch.setenv("REDNOTICE_OFFICE_URL", address)
    yield Typist(desks, Desk(tmp_path, capsys, monkeypatch), monkeypatch)
    client._http().close()
    client._http.cache_clear()


# --- HTTP ---------------------------------------------------------------------------------------------------


def test_a_notice_is_changed_suspended_lifted_and_extended_over_http(desks: Desks, road: Road) -> None:
    filing, number = road.publish()
    pt, path = desks.office("PT"), f"/api/notices/{in_path(number)}"
    document = with_person(filing.request, likely_in=["FR"]).model_dump(mode="json")
    assert pt.call("POST", f"{path}/versions", json=document).json()["version"] == 2
    added = pt.call("POST", f"{path}/additions", json={"kind": "addendum", "text": "Seen in Vigo."}).json()
    assert [one["text"] for one in added["additions"]] == ["Seen in Vigo."]
    suspended = pt.call("POST", f"{path}/suspend", json={"because": "Synthetic."}).json()
    assert (suspended["suspended"], suspended["suspended_by"]) == ("Synthetic.", "PT")
    assert desks.office("ES").call("GET", path).status_code == 404
    assert pt.call("POST", f"{path}/lift").json()["suspended"] is None
    extended = pt.call("POST", f"{path}/extend", json={"reasons": "Still sought."}).json()
    shown = desks.office("ES").call("GET", path).json()
    assert shown["notice"] == extended
    assert [one["kind"] for one in shown["history"]] == [
        "notice.published", "notice.published", "notice.published", "notice.suspended", "notice.published",
        "notice.published", "notice.extended",
    ]  # fmt: skip


def test_new_data_that_the_rules_refuse_comes_back_with_every_finding(desks: Desks, road: Road) -> None:
    filing, number = road.publish()
    document = with_person(filing.request, sex=None).model_dump(mode="json")
    answer = desks.office("PT").call("POST", f"/api/notices/{in_path(number)}/versions", json=document)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["path"].startswith("persons[0]")
    assert error["problem"].startswith("missing (RPD 83(2)(a)")


@pytest.mark.parametrize(("bureau", "status"), [("PT", 200), ("ES", 200), ("NZ", 403)])
def test_a_restricted_notice_is_read_by_those_who_may_have_it(
    desks: Desks, road: Road, bureau: str, status: int
) -> None:
    notice = publish_for_some(road, restricted=("NZ",))
    caller: Caller = desks.office(bureau)
    assert caller.call("GET", f"/api/notices/{in_path(notice.control_number)}").status_code == status
    listed = caller.call("GET", "/api/notices", params={"count": 1000}).json()["notices"]
    (name,) = (one["name"] for one in listed if one["control_number"] == notice.control_number)
    assert name == (notice.name if status == 200 else None)


def test_a_list_of_what_is_in_force_leaves_out_what_is_suspended(desks: Desks, road: Road) -> None:
    _, number = road.publish()
    caller, path = desks.office("PT"), f"/api/notices/{in_path(number)}/suspend"
    caller.call("POST", path, json={"because": "Synthetic."})
    for in_force in (True, False):
        listed = caller.call("GET", "/api/notices", params={"count": 1000, "in_force": in_force}).json()["notices"]
        found = [one["suspended"] for one in listed if one["control_number"] == number]
        assert found == ([] if in_force else [True])


# --- Commands -----------------------------------------------------------------------------------------------


def test_the_life_of_a_notice_by_command(typist: Typist, road: Road, tmp_path: Path) -> None:
    filing, number = road.publish()
    file = tmp_path / "changed.json"
    file.write_text(with_person(filing.request, likely_in=["FR"]).model_dump_json())
    assert f"{number} is version 2 now." in typist.types("notice", "update", number, file, by=PT)
    assert "with the caveat" in typist.types("notice", "add", number, "caveat", "A [synthetic] position.")
    assert "is suspended" in typist.types("notice", "suspend", number, "--because", "A synthetic doubt")
    assert "suspended by OFFICE: A synthetic doubt" in typist.types("notice", "show", number)
    assert "a reviewer can" in typist.types("notice", "lift", number, by=PT, code=1)
    assert "is in force again, as version 5" in typist.types("notice", "lift", number)
    extended = typist.asks("notice", "extend", number, "--reasons", "Still sought.", by=PT)
    assert f"Examined again by {extended['review_by']}" in typist.types("notice", "show", number)
    shown = typist.types("notice", "show", number)
    assert "A [synthetic] position." in shown
    assert "notice.suspended" in shown
    assert "its bureau's desk can" in typist.types(
        "notice", "recall", number, "--ground", "withdrawn by the bureau", by=("OFFICE", Role.REVIEWER), code=1
    )
    typist.types("notice", "recall", number, "--ground", "withdrawn by the bureau", by=PT)
    assert "recalled: withdrawn by the bureau" in typist.types("notice", "show", number)
    assert number not in typist.types("notice", "list", "--count", 1000)
    assert number in typist.types("notice", "list", "--all", "--count", 1000)


def test_what_is_kept_from_a_bureau_is_shown(typist: Typist, road: Road) -> None:
    notice = publish_for_some(road, restricted=("NZ",))
    assert "Kept from: NZ" in typist.types("notice", "show", notice.control_number)


def test_the_duties_of_a_case_by_command(typist: Typist, road: Road) -> None:
    _, number = road.publish()
    case = opened(road, number).number
    assert "not yet" in typist.types("case", "show", case)
    assert "the requesting bureau can" in typist.types("case", "done", case, "confirm identity", by=ES, code=1)
    done = typist.types("case", "done", case, "confirm identity", "--remark", "It is she.", by=PT)
    assert "It is she." in done
    assert case not in typist.types("case", "list", "--neglected")
    neglect(road, number)
    (other,) = [one for one in typist.asks("case", "list", "--neglected") if one["control_number"] == number]
    assert "not done; the second limit passed" in typist.types("case", "show", other["number"])

"""Redress and retention over HTTP: what the commission reads and nobody else, and what was erased."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rednotice.cli.laptop import EXAMPLES
from rednotice.flow import retention
from rednotice.model.application import Outcome, Proposal
from rednotice.model.bureau import COMMISSION, OFFICE, Role
from rednotice.model.notice import Ground, in_path
from rednotice.model.retention import After
from tests.builders import COMMISSIONER_2, NOON, desk
from tests.conftest import Road, eventually
from tests.flow.test_redress import answer_for_those_without_a_node
from tests.web.test_http import Caller, Desks, desks
from tests.web.test_life import Typist, address, typist

__all__ = ["address", "desks", "typist"]  # fixtures: the programs served, and commands typed

SECRET = "Eusebius hides in Lugo"


def an_application(**changes: Any) -> dict[str, Any]:
    person = {"names": [{"full": "Orsolino Venderschaff"}], "born": "1984"}
    asks = f"What is held on me? {SECRET}."
    document = {"kind": "access", "person": person, "reply_to": "Rue Inventée 1", "asks": asks}
    return {**document, "confidential": [SECRET], **changes}


def commissioner(desks: Desks) -> Caller:
    return desks.office(COMMISSION, Role.COMMISSIONER)


def filed(desks: Desks, **changes: Any) -> str:
    answer = commissioner(desks).call("POST", "/api/applications", json=an_application(**changes))
    assert answer.status_code == 201
    return str(answer.json()["number"])


def test_an_application_over_http_to_its_end(desks: Desks, road: Road) -> None:
    _, notice = road.publish(road.a_request(bureau="ES"))
    of_commission = commissioner(desks)
    number = filed(desks, kind="deletion")
    path = f"/api/applications/{number}"
    of_commission.call("POST", f"{path}/acknowledgement")
    admitted = {"admissible": True, "reasons": "In form.", "about": [notice]}
    of_commission.call("POST", f"{path}/admissibility", json=admitted)
    ordered = {"kind": "suspend", "subject": notice, "text": "Under examination"}
    of_commission.call("POST", f"{path}/measures", json=ordered)
    of_commission.call("POST", f"{path}/extension", json={"reasons": "Four languages."})
    of_commission.call("POST", f"{path}/hearings", json={"side": "ES", "question": "Which act?"})
    said = desks.office("ES").call("POST", f"{path}/answers", json={"text": "The robbery."})
    assert said.json() == {"application": number, "side": "ES"}
    proposed = {"outcome": "not compliant", "reasons": "No act is shown.", "tags": ["due process"]}
    of_commission.call("POST", f"{path}/decisions", json=proposed)
    assert of_commission.call("POST", f"{path}/decisions", json=proposed).status_code == 403
    road.office.decide_application(number, Proposal.model_validate(proposed), COMMISSIONER_2)
    of_commission.call("POST", f"{path}/execution")
    answer_for_those_without_a_node(road, number)

    def executed() -> dict[str, Any] | None:
        found: dict[str, Any] = of_commission.call("GET", path).json()
        return found if found["state"] == "executed" else None

    shown = eventually(executed, "the decision is executed")
    (execution,) = shown["execution"]
    assert (execution["subject"], execution["silent"]) == (notice, [])
    did = {one["bureau"]: one["action"] for one in execution["answers"]}
    assert (did["ES"], did["NZ"]) == ("erased", "erased")
    listed = of_commission.call("GET", "/api/applications", params={"state": "executed"}).json()
    assert number in [one["file"]["number"] for one in listed]
    gone = desks.office(OFFICE, Role.REVIEWER).call("GET", f"/api/notices/{in_path(notice)}")
    assert gone.status_code == 404
    assert f"notice {notice} was erased on" in gone.json()["detail"]
    new = {"facts": "A court acquitted me.", "learned_on": "1999-01-01"}
    assert of_commission.call("POST", f"{path}/revisions", json=new).status_code == 422


NOT_OF_THE_COMMISSION = [(OFFICE, Role.REVIEWER), (OFFICE, Role.OPERATOR), ("ES", Role.DESK), ("PT", Role.OFFICER)]


@pytest.mark.parametrize(("bureau", "role"), NOT_OF_THE_COMMISSION)
def test_nobody_else_sees_that_there_is_an_application(desks: Desks, bureau: str, role: Role) -> None:
    number = filed(desks)
    caller = desks.office(bureau, role)
    for path in ("/api/applications", f"/api/applications/{number}", "/api/applications/AP-1999-1"):
        answer = caller.call("GET", path)
        assert answer.status_code == 403
        assert answer.json()["detail"].endswith("cannot see applications; a commissioner can")
    assert caller.call("POST", "/api/applications", json={"no": "application"}).status_code == 403
    assert desks.office().call("GET", f"/api/applications/{number}").status_code == 401


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.OPERATOR])
def test_what_an_application_says_is_read_by_the_commission_alone(desks: Desks, role: Role) -> None:
    number = filed(desks)
    refused = desks.office(OFFICE, role).call("POST", f"/api/applications/{number}/acknowledgement")
    assert refused.status_code == 403

    def about(caller: Caller) -> list[dict[str, Any]]:
        start, found = 0, []
        while page := caller.call("GET", "/api/log/contents", params={"start": start, "count": 1000}).json():
            found += [one for one in page if json.loads(one["leaf"])["subject"] == number]
            start += len(page)
        return found

    of_commission = about(commissioner(desks))
    assert SECRET in of_commission[0]["content"]
    assert [json.loads(one["leaf"])["kind"] for one in of_commission] == ["application.received", "act.refused"]
    of_office = about(desks.office(OFFICE, role))
    assert [(one["content"], one["salt"]) for one in of_office] == [(None, None), (None, None)]
    assert [one["leaf"] for one in of_office] == [one["leaf"] for one in of_commission]


def test_a_malformed_application_is_refused_with_every_fault(desks: Desks) -> None:
    document = an_application(kind="revenge", language="de")
    answer = commissioner(desks).call("POST", "/api/applications", json=document)
    assert answer.status_code == 422
    assert [fault["path"] for fault in answer.json()["errors"]] == ["kind", "language"]


def test_the_commission_reads_the_requests_it_decides_on(desks: Desks, road: Road) -> None:
    filing, notice = road.publish()
    road.office.recall(notice, Ground.WITHDRAWN, desk("PT"))
    for path in (f"/api/requests/{filing.number}", f"/api/notices/{in_path(notice)}"):
        assert commissioner(desks).call("GET", path).status_code == 200
    assert desks.office("ES").call("GET", f"/api/requests/{filing.number}").status_code == 404


def test_holds_over_http(desks: Desks, road: Road) -> None:
    _, notice = road.publish()
    reviewer = desks.office(OFFICE, Role.REVIEWER)
    body = {"subject": in_path(notice), "reason": "Evidence in a synthetic trial"}
    assert reviewer.call("POST", "/api/holds", json=body).status_code == 201
    assert notice in [one["subject"] for one in commissioner(desks).call("GET", "/api/holds").json()]
    assert desks.office("PT").call("GET", "/api/holds").status_code == 403
    assert desks.office("PT").call("POST", "/api/holds/lift", json=body).status_code == 403
    assert reviewer.call("POST", "/api/holds/lift", json=body).json()["subject"] == notice
    assert notice not in [one["subject"] for one in reviewer.call("GET", "/api/holds").json()]


def test_an_erased_request_is_not_found_and_says_when_and_why(desks: Desks, road: Road) -> None:
    number = road.refuse().number
    with road.office.database.work(NOON) as work:
        retention.erase(work, number, After.RETENTION)
    answer = desks.office("PT").call("GET", f"/api/requests/{number}")
    assert answer.status_code == 404
    assert answer.json()["detail"] == f"request {number} was erased on 2026-11-24 after the end of retention"


# --- Commands -----------------------------------------------------------------------------------------------

OF_COMMISSION = (COMMISSION, Role.COMMISSIONER)


def test_an_application_by_command(typist: Typist, road: Road) -> None:
    _, notice = road.publish(road.a_request(bureau="ES"))

    def types(act: str, *words: object, by: tuple[str, Role] = OF_COMMISSION, code: int = 0) -> str:
        return typist.types("application", act, *words, by=by, code=code)

    file = EXAMPLES / "applications" / "deletion.yaml"
    assert "a commissioner can" in types("file", file, by=("OFFICE", Role.REVIEWER), code=1)
    number = typist.asks("application", "file", file, by=OF_COMMISSION)["number"]
    assert "acknowledged, due" in types("acknowledge", number)
    assert f"about {notice} (ES)" in types("admit", number, "--reasons", "In form.", "--about", notice)
    assert "admissible, due" in types("extend", number, "--reasons", "Four [synthetic] languages.")
    assert f"caveat {notice}: Disputed" in types("measure", number, "caveat", notice, "--text", "Disputed")
    assert "ES was asked: Which act?" in types("hear", number, "ES", "--question", "Which act?")
    assert "The answer of ES is with" in types("hear", number, "ES", "--answer", "The robbery.", by=("ES", Role.DESK))
    decided = types("decide", number, "compliant", "--reasons", "The act is shown.", "--tag", "due process")
    assert "Decision: compliant" in decided
    assert "a decision in effect is executed" in types("execute", number, code=1)
    road.office.decide_application(number, Proposal(outcome=Outcome.COMPLIANT), COMMISSIONER_2)
    assert "executed" in types("execute", number)
    assert number in types("list", "--state", "executed")
    assert "ES says: The robbery." in types("show", number)
    assert "1 fault" in types("revise", number, "--facts", "Old news.", "--learned-on", "1999-01-01", code=1)


def test_holds_by_command(typist: Typist, road: Road) -> None:
    _, notice = road.publish()
    assert "is not erased until" in typist.types("hold", "place", notice, "--reason", "A [synthetic] trial")
    assert "A [synthetic] trial" in typist.types("hold", "list")
    assert "a reviewer or a commissioner can" in typist.types(
        "hold", "lift", notice, "--reason", "Over", by=("PT", Role.DESK), code=1
    )
    assert "is lifted" in typist.types("hold", "lift", notice, "--reason", "Over")
    assert notice not in typist.types("hold", "list")

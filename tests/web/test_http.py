"""The two programs over HTTP: who may call, how errors look, and that the documentation needs no other host."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import httpx
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI

from rednotice.adapters import nkeys
from rednotice.adapters.embedded import process
from rednotice.adapters.request_file import FILE_LIMIT
from rednotice.log.note import Verifier
from rednotice.model.bureau import Officer, Role
from rednotice.model.notice import Ground
from rednotice.rules.book import RULES
from rednotice.web.app import PROBLEM
from rednotice.web.node_api import node_app
from rednotice.web.office import office_app
from tests.builders import OPERATOR, a_document, a_person, a_request, a_stranger, desk
from tests.conftest import Road, eventually


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serves an application on loopback; gives its address."""
    listener = process.listen(0, "")
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        eventually(lambda: server.started or None, "the server answers")
        yield f"http://{process.LOOPBACK}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


class Caller:
    """Calls a program as one officer."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        """The answer; one that refuses is a problem (RFC 9457)."""
        headers = self._headers | more.pop("headers", {})
        answer = httpx.request(method, self.url + path, headers=headers, trust_env=False, timeout=60, **more)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == PROBLEM
            assert set(answer.json()) >= {"type", "title", "status", "detail", "errors"}
            assert answer.json()["status"] == answer.status_code
            assert "Traceback" not in answer.text
        return answer


class Desks:
    """Callers by role, at the office and at node ES."""

    def __init__(self, road: Road, office: str, node: str) -> None:
        self._road = road
        self._office = office
        self._node = node
        self._tokens: dict[tuple[str, str, str], str] = {}

    def office(self, bureau: str | None = None, role: Role = Role.DESK) -> Caller:
        return Caller(self._office, self._token("office", bureau, role) if bureau else None)

    def node(self, role: Role | None = None) -> Caller:
        return Caller(self._node, self._token("node", "ES", role) if role else None)

    def token_of(self, role: Role) -> str:
        """The token of an officer of node ES."""
        return self._token("node", "ES", role)

    def _token(self, at: str, bureau: str, role: Role) -> str:
        known = self._tokens.get((at, bureau, role))
        if known is None:
            officer = Officer(name=f"http {role} {bureau}", bureau=bureau, role=role)
            es = self._road.nodes["ES"]
            known = (
                self._road.office.enrol(officer, OPERATOR)
                if at == "office"
                else es.enrol(officer, Officer(name="operator", bureau="ES", role=Role.OPERATOR))
            )
            self._tokens[at, bureau, role] = known
        return known


@pytest.fixture(scope="module")
def desks(road: Road) -> Iterator[Desks]:
    with served(office_app(road.office)) as office, served(node_app(road.nodes["ES"])) as node:
        yield Desks(road, office, node)


def test_the_road_over_http(desks: Desks) -> None:
    document = a_document(persons=[a_stranger(70_001)], reference="HTTP-1")
    checked = desks.office("PT").call("POST", "/api/requests/check", json=document).json()
    assert checked["recommendation"]["advice"] == "publish"
    filed = desks.office("PT").call("POST", "/api/requests", json=document)
    assert filed.status_code == 201
    number = filed.json()["number"]
    assert number in [one["number"] for one in desks.office("PT").call("GET", "/api/requests").json()]
    shown = desks.office("OFFICE", Role.REVIEWER).call("GET", f"/api/requests/{number}").json()
    assert shown["state"] == "filed"
    ground = {"weighing": "added", "citation": "RPD 86", "because": "A synthetic ground."}
    decision = {"outcome": "refuse", "reasons": "A synthetic refusal.", "weighed": [ground]}
    signed = desks.office("OFFICE", Role.REVIEWER).call("POST", f"/api/requests/{number}/decisions", json=decision)
    assert signed.json()["state"] == "in review"
    assert len(signed.json()["decisions"][0]["signatures"]) == 1


def test_another_bureau_sees_nothing_of_a_request(desks: Desks) -> None:
    filed = desks.office("PT").call("POST", "/api/requests", json=a_document(persons=[a_stranger(70_002)]))
    number = filed.json()["number"]
    assert desks.office("ES").call("GET", f"/api/requests/{number}").status_code == 404
    assert number not in [one["number"] for one in desks.office("ES").call("GET", "/api/requests").json()]


def test_what_another_bureau_was_refused_stays_with_the_office(desks: Desks, road: Road) -> None:
    person = a_stranger(70_010)
    refused = road.refuse(a_request(persons=[person]), "A synthetic reason.")
    document = a_document(bureau="FR", persons=[person])
    filed = desks.office("FR").call("POST", "/api/requests", json=document).json()
    path = f"/api/requests/{filed['number']}"
    for seen in (filed, desks.office("FR").call("GET", path).json()):
        assert seen["earlier"] == []
        assert refused.number not in json.dumps(seen)
        assert "A synthetic reason." not in json.dumps(seen)
    shown = desks.office("OFFICE", Role.REVIEWER).call("GET", path).json()["earlier"]
    assert refused.number in [one["request"] for one in shown]


def test_a_refusal_that_came_after_the_filing_is_shown_beside_it(desks: Desks, road: Road) -> None:
    person = a_stranger(70_011)
    second = road.office.file_request(a_request(persons=[person]), desk("PT"))
    first = road.refuse(a_request(persons=[person]), "A synthetic reason.")
    shown = desks.office("OFFICE", Role.REVIEWER).call("GET", f"/api/requests/{second.number}").json()
    assert first.number in [one["request"] for one in shown["earlier"]]


def test_a_recalled_notice_is_read_by_the_office_and_its_own_bureau_alone(desks: Desks, road: Road) -> None:
    _, number = road.publish(road.a_request(persons=[a_stranger(70_012)]))
    road.office.recall(number, Ground.WITHDRAWN, desk("PT"))
    path = f"/api/notices/{number}"
    refused = desks.office("ES").call("GET", path)
    assert (refused.status_code, "was recalled" in refused.json()["detail"]) == (404, True)
    listed = desks.office("ES").call("GET", "/api/notices", params={"in_force": False, "count": 1000}).json()["notices"]
    assert [one["name"] for one in listed if one["control_number"] == number] == [None]
    for reader in (desks.office("PT"), desks.office("OFFICE", Role.REVIEWER)):
        assert reader.call("GET", path).json()["recalled"] == "withdrawn by the bureau"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/requests"),
        ("POST", "/api/requests"),
        ("GET", "/api/notices"),
        ("GET", "/api/cases"),
        ("GET", "/api/letters"),
        ("GET", "/api/log/contents"),
        ("POST", "/api/lists/un"),
        ("GET", "/api/officers"),
    ],
)
def test_nobody_acts_without_a_token(desks: Desks, method: str, path: str) -> None:
    answer = desks.office().call(method, path)
    assert answer.status_code == 401
    assert "send 'Authorization: Bearer <token>'" in answer.json()["detail"]
    assert desks.office().call(method, path, headers={"Authorization": "Bearer made-up"}).status_code == 401


def test_the_log_is_open_to_everybody_and_carries_no_personal_data(desks: Desks) -> None:
    person = a_person(names=[{"family": "Personaldata", "given": "Synthetic"}], documents=[])
    person["description"] = {"build": "tall"}
    desks.office("PT").call("POST", "/api/requests", json=a_document(persons=[person]))
    anybody = desks.office()
    note = anybody.call("GET", "/api/log/checkpoint").text
    size = int(note.splitlines()[1])
    leaves = anybody.call("GET", "/api/log/entries", params={"start": 0, "count": 10_000}).json()
    assert len(leaves) >= size
    assert "Personaldata" not in json.dumps(leaves)
    assert all(set(json.loads(one["leaf"])) == {"at", "commitment", "kind", "number", "subject"} for one in leaves)
    assert anybody.call("GET", "/api/log/consistency", params={"old": 1, "new": size}).json()["proof"]
    assert anybody.call("GET", "/api/log/consistency", params={"old": size, "new": size + 10**6}).status_code == 422


def test_contents_of_the_log_are_for_the_office_alone(desks: Desks) -> None:
    assert desks.office("PT").call("GET", "/api/log/contents").status_code == 403
    assert desks.office("OFFICE", Role.REVIEWER).call("GET", "/api/log/contents").status_code == 200


def test_the_law_is_open_to_everybody(desks: Desks) -> None:
    rules = desks.office().call("GET", "/api/law").json()
    assert [rule["name"] for rule in rules] == [rule.name for rule in RULES]
    assert all(rule["citation"] and rule["question"] and rule["colours"] for rule in rules)


def test_the_office_sees_which_requests_a_rule_objected_to_last_and_a_bureau_does_not(desks: Desks, road: Road) -> None:
    bare = road.office.file_request(road.a_request(contact=None), desk("PT"))
    met = road.office.file_request(road.a_request(), desk("PT"))
    path = "/api/law/rules/data-useful-for-action/requests"
    touched = desks.office("OFFICE", Role.REVIEWER).call("GET", path).json()
    assert (touched[0]["request"], touched[0]["verdict"], touched[0]["bureau"]) == (bare.number, "missing", "PT")
    assert met.number not in {one["request"] for one in touched}
    assert desks.office("PT").call("GET", path).status_code == HTTPStatus.FORBIDDEN
    unknown = desks.office("OFFICE", Role.REVIEWER).call("GET", "/api/law/rules/identitty/requests")
    assert unknown.status_code == HTTPStatus.NOT_FOUND
    assert "near it: identity" in unknown.json()["detail"]


def test_every_fault_is_named_over_http_with_the_line_where_the_body_is_yaml(desks: Desks) -> None:
    body = "colour: crimson\nbureau: PT\nreference: HTTP-2\nfacts:\n  summary: ''\npersons:\n  - born: 1971-02-30\n"
    answer = desks.office("PT").call(
        "POST", "/api/requests", content=body, headers={"Content-Type": "application/yaml"}
    )
    assert answer.status_code == 422
    assert {(one["path"], one["line"]) for one in answer.json()["errors"]} == {
        ("colour", 1),
        ("facts.summary", 5),
        ("persons[0].born", 7),
    }


@pytest.mark.parametrize(
    ("kind", "body", "says"),
    [
        ("application/json", b"", "is empty"),
        ("application/json", b"{", "is not JSON"),
        ("application/json", b'{"a": ' + b"9" * 5000 + b"}", "holds a number that is too long"),
        ("application/json", b'{"colour": NaN}', "NaN is not a number of JSON"),
        ("application/json", b'{"colour": "red", "colour": "blue"}', "stands twice"),
        ("application/json", b"[" * 100_000, "nested too deeply"),
        ("application/json", b'{"bureau": "\xff"}', "is not UTF-8"),
        ("application/json", b'{"bureau": "\\ud800"}', "is not the code of a bureau"),
        ("application/yaml", b"a: &x 1\nb: *x", "uses a reference"),
        ("application/pdf", b"%PDF-1.7", "Send application/json"),
        ("application/json", b"%PDF-1.7", "is a PDF"),
    ],
)
def test_a_body_that_is_no_document_is_refused(desks: Desks, kind: str, body: bytes, says: str) -> None:
    answer = desks.office("PT").call("POST", "/api/requests", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 422, answer.text
    assert says in " ".join(one["problem"] + one["mend"] for one in answer.json()["errors"])


def test_a_body_larger_than_any_document_is_refused(desks: Desks) -> None:
    for path in ("/api/requests", "/api/lists/un"):
        answer = desks.office("PT").call("POST", path, content=b" " * (FILE_LIMIT + 1))
        assert (answer.status_code, answer.json()["title"]) == (413, HTTPStatus(413).phrase), path


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/api/nothing", None, 404),
        ("DELETE", "/api/requests", None, 405),
        ("GET", "/api/notices/A-9-9-1999", None, 404),
        ("GET", "/api/notices?count=0", None, 422),
        ("GET", "/api/notices?start=" + "9" * 40, None, 422),
        ("GET", "/api/letters?after=" + "9" * 40, None, 422),
        ("GET", "/api/requests/R-%00", None, 422),
        ("POST", "/api/requests/R-1-1/decisions", {"outcome": "perhaps"}, 422),
        ("POST", "/api/cases/C-1-1/moves", {"to": "extradited"}, 404),
        ("POST", "/api/lists/un", None, 422),
    ],
)
def test_calls_that_cannot_be_done_are_problems(desks: Desks, method: str, path: str, body: Any, status: int) -> None:
    assert desks.office("OFFICE", Role.REVIEWER).call(method, path, json=body).status_code == status


def test_a_check_at_the_node_answers_with_reason_effect_and_whom_to_ask(desks: Desks, road: Road) -> None:
    person = a_person(names=[{"family": "Httpsen", "given": "Orla"}], documents=[], description={"build": "tall"})
    _, number = road.publish(road.a_request(persons=[person]))
    road.wait_receipt("ES", number)
    officer = desks.node(Role.OFFICER)
    made = officer.call("POST", "/api/checks", json={"query": {"name": "Orla Htptsen", "born": "1984"}}).json()
    first = made["results"][0]
    assert first["notice"]["control_number"] == number
    assert first["match"]["in_words"]
    assert first["match"]["means"].endswith("it is a likeness, not proof.")
    assert first["match"]["agreements"] == ["the same year of birth, as far as it is known"]
    assert first["effect"]["source"]
    assert first["ask"]
    assert "not proof" in made["says"]
    hit = officer.call("POST", "/api/hits", json={"check": made["number"], "control_number": number})
    assert hit.status_code == 201
    assert officer.call("GET", f"/api/notices/{number}").json()["control_number"] == number


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({}, "query"),
        ({"name": ""}, "query.name"),
        ({"name": "   "}, "query.name"),
        ({"name": "V" * 10_000}, "query.name"),
        ({"name": "a\u0000b"}, "query.name"),
        ({"name": "Vald", "born": "2026-13"}, "query.born"),
        ({"name": "Vald", "born": "1971-02-30"}, "query.born"),
        ({"name": "Vald", "born": "1400-13-01"}, "query.born"),
        ({"name": "Vald", "born": "1400-08-31"}, "born"),
        ({"name": "Vald", "born": "2999-01-01"}, "born"),
        ({"name": "Vald", "born": "2999"}, "born"),
        ({"name": "Vald", "father": "a\u0007b"}, "query.father"),
        ({"name": "Vald", "birthplace": "V" * 201}, "query.birthplace"),
        ({"name": "Vald", "sex": "male"}, "query.sex"),
        ({"name": "Vald", "nationality": "ZZ"}, "query.nationality"),
        ({"mrz": ""}, "query"),
        ({"mrz": "   "}, "mrz"),
        ({"mrz": "<<<"}, "mrz"),
        ({"mrz": "P" * 10_000}, "query.mrz"),
        ({"mrz": "\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008"}, "mrz"),
        ({"nmae": "Vald"}, "query.nmae"),
    ],
)
def test_a_question_that_is_not_valid_names_the_field(desks: Desks, query: dict[str, Any], path: str) -> None:
    answer = desks.node(Role.OFFICER).call("POST", "/api/checks", json={"query": query})
    assert answer.status_code == 422
    assert path in [one["path"] for one in answer.json()["errors"]]


def test_an_unexpected_error_is_a_problem_without_its_cause(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks() -> None:
        raise ZeroDivisionError("a secret detail")

    monkeypatch.setattr(road.office, "read", breaks)
    with served(office_app(road.office)) as url:
        answer = Caller(url).call("GET", "/api/status")
    assert answer.status_code == 500
    assert "secret" not in answer.text


def test_the_same_request_filed_by_many_at_the_same_moment_is_one_request(desks: Desks) -> None:
    document = a_document(persons=[a_stranger(70_003)], reference="HTTP-3")
    caller = desks.office("PT")
    with ThreadPoolExecutor(8) as many:
        answers = list(many.map(lambda _: caller.call("POST", "/api/requests", json=document), range(8)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["number"] for answer in answers if answer.status_code == 201}) == 1
    filed = [one for one in caller.call("GET", "/api/requests").json() if one["request"]["reference"] == "HTTP-3"]
    assert len(filed) == 1


@pytest.mark.parametrize("program", ["office", "node"])
def test_the_documentation_needs_no_other_host(desks: Desks, program: str) -> None:
    caller = desks.office() if program == "office" else desks.node()
    page = caller.call("GET", "/docs").text
    for address in re.findall(r"""(?:src|href)=["']([^"']+)""", page):
        assert not address.startswith(("http:", "https:", "//")), address
        assert caller.call("GET", address).status_code == 200
    schema = caller.call("GET", "/openapi.json").json()
    assert all(
        operation.get("summary") and operation.get("description")
        for path in schema["paths"].values()
        for operation in path.values()
    )


# --- Bureaus --------------------------------------------------------------------------------------------------


def test_an_operator_sees_the_bureaus_and_takes_keys_from_one(desks: Desks) -> None:
    operator, desk_of_pt = desks.office("OFFICE", Role.OPERATOR), desks.office("PT")
    found = operator.call("GET", "/api/bureaus").json()
    assert {"ES", "NZ"} <= {one["bureau"] for one in found if one["line_key"].startswith("U") and not one["revoked_at"]}
    assert desk_of_pt.call("GET", "/api/bureaus").status_code == 403
    key, to = str(Verifier("rednotice.local/SE", bytes(32))), "/api/bureaus/SE/revocation"
    body = {"bureau": "SE", "key": key, "line_key": nkeys.public_key(nkeys.seed(Ed25519PrivateKey.generate()))}
    assert operator.call("POST", "/api/bureaus", json=body | {"line_key": "U" * 56}).status_code == 422
    assert operator.call("POST", "/api/bureaus", json=body).json()["line_key"] == body["line_key"]
    assert desk_of_pt.call("POST", to, json={"because": "Synthetic."}).status_code == 403
    assert operator.call("POST", to, json={}).status_code == 422
    assert operator.call("POST", to, json={"because": "Synthetic."}).status_code == 204
    assert operator.call("POST", to, json={"because": "Synthetic."}).status_code == 409
    assert operator.call("POST", "/api/bureaus", json=body).status_code == 409
    (one,) = (one for one in operator.call("GET", "/api/bureaus").json() if one["bureau"] == "SE")
    assert one["revoked_at"]

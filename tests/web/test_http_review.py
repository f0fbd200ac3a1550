"""The life of a request and its review over HTTP: every act has its route, and each says what it did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rednotice.model.bureau import OFFICE, Officer, Role
from rednotice.web.office import office_app
from tests.builders import OPERATOR, a_document, a_stranger
from tests.conftest import Road
from tests.web.test_http import Caller, Desks, served

GROUND = {"weighing": "added", "citation": "RPD 86", "because": "A synthetic ground."}


@pytest.fixture(scope="module")
def address(road: Road) -> Iterator[str]:
    """Where the office is served."""
    with served(office_app(road.office)) as url:
        yield url


@pytest.fixture(scope="module")
def desks(road: Road, address: str) -> Desks:
    return Desks(road, address, "")


@pytest.fixture
def second(road: Road, address: str) -> Caller:
    """Another reviewer."""
    officer = Officer(name="http reviewer 2", bureau=OFFICE, role=Role.REVIEWER)
    return Caller(address, road.office.enrol(officer, OPERATOR))


@pytest.fixture
def pt(desks: Desks) -> Caller:
    return desks.office("PT")


@pytest.fixture
def reviewer(desks: Desks) -> Caller:
    return desks.office("OFFICE", Role.REVIEWER)


def does(caller: Caller, path: str, body: Any = None, method: str = "POST") -> Any:
    """What an act answers; it must be done."""
    answer = caller.call(method, path, json=body)
    assert answer.is_success, answer.text
    return answer.json()


def looks(caller: Caller, path: str, **query: Any) -> Any:
    answer = caller.call("GET", path, params=query)
    assert answer.is_success, answer.text
    return answer.json()


def filed(pt: Caller, number: int, **changes: Any) -> str:
    made = does(pt, "/api/requests", a_document(persons=[a_stranger(number)], **changes))
    return str(made["number"])


def test_a_draft_is_kept_seen_by_its_desk_alone_and_filed(desks: Desks, pt: Caller, reviewer: Caller) -> None:
    answer = pt.call("POST", "/api/requests/drafts", json=a_document(persons=[a_stranger(71_001)]))
    assert answer.status_code == 201
    draft = answer.json()["number"]
    assert [one["number"] for one in looks(pt, "/api/requests", state="draft") if one["number"] == draft] == [draft]
    for other in (desks.office("ES"), desks.office("PT", Role.OFFICER), reviewer):
        assert other.call("GET", f"/api/requests/{draft}").status_code == 404
        assert draft not in [one["number"] for one in looks(other, "/api/requests")]
    made = does(pt, f"/api/requests/{draft}/filing")
    assert (made["state"], made["number"][:2]) == ("filed", "R-")
    assert pt.call("GET", f"/api/requests/{draft}").status_code == 404


def test_a_request_is_amended_and_withdrawn(pt: Caller) -> None:
    document = a_document(persons=[a_stranger(71_002)])
    number = does(pt, "/api/requests", document)["number"]
    amended = does(pt, f"/api/requests/{number}/amendments", {**document, "title": "Another title"})
    assert [one["changed"] for one in amended["amendments"]] == [["title"]]
    broken = pt.call("POST", f"/api/requests/{number}/amendments", json={**document, "colour": "crimson"})
    assert (broken.status_code, broken.json()["errors"][0]["path"]) == (422, "colour")
    assert does(pt, f"/api/requests/{number}/withdrawal", {"because": "Not needed."})["state"] == "withdrawn"
    assert pt.call("POST", f"/api/requests/{number}/withdrawal", json={}).status_code == 409


def test_a_question_is_asked_and_answered_with_an_amendment(pt: Caller, reviewer: Caller) -> None:
    document = a_document(persons=[a_stranger(71_003)])
    number = does(pt, "/api/requests", document)["number"]
    assert does(reviewer, f"/api/requests/{number}/assignment", {})["assigned"] == "http reviewer OFFICE"
    asked = does(reviewer, f"/api/requests/{number}/questions", {"text": "Which camera?", "days": 5})
    assert (asked["state"], asked["questions"][0]["text"]) == ("incomplete", "Which camera?")
    said = {"text": "See the title.", "request": {**document, "title": "The camera at the door"}}
    answered = does(pt, f"/api/requests/{number}/answers", said)
    assert (answered["state"], answered["request"]["title"]) == ("in review", "The camera at the door")
    assert answered["assigned"] is None  # which reviewer sees to it is the office's affair


def test_another_bureau_gives_its_position(desks: Desks, pt: Caller, reviewer: Caller) -> None:
    number = filed(pt, 71_004)
    does(reviewer, f"/api/requests/{number}/opinions", {"bureau": "ES", "text": "Do you know him?"})
    position = {"stance": "objects", "because": "He was acquitted here."}
    given = does(desks.office("ES"), f"/api/requests/{number}/positions", position)
    assert (given["bureau"], given["stance"]) == ("ES", "objects")
    assert [one["stance"] for one in looks(reviewer, f"/api/requests/{number}")["opinions"]] == ["objects"]
    assert looks(pt, f"/api/requests/{number}")["opinions"] == []


def test_the_queue_is_the_offices_alone(desks: Desks, pt: Caller, reviewer: Caller) -> None:
    routine, urgent = filed(pt, 71_005), filed(pt, 71_006, urgency="urgent")
    numbers = [one["number"] for one in looks(reviewer, "/api/review/queue")]
    assert numbers.index(urgent) < numbers.index(routine)
    assert desks.office("PT").call("GET", "/api/review/queue").status_code == 403


def test_persons_are_decided_on_weighed_grounds_and_the_letter_is_read_in_four_languages(
    desks: Desks, pt: Caller, reviewer: Caller, second: Caller
) -> None:
    persons = [{**a_stranger(71_010 + n), "key": key} for n, key in enumerate("ab")]
    number = does(pt, "/api/requests", a_document(persons=persons, language="fr"))["number"]
    path = f"/api/requests/{number}/decisions"
    body = {"outcome": "refuse", "reasons": "Raison synthétique.", "persons": [1], "weighed": [GROUND]}
    signed = does(reviewer, path, body)
    assert signed["decisions"][0]["persons"] == [1]
    assert pt.call("GET", f"/api/requests/{number}/letter").status_code == 404
    again = reviewer.call("POST", path, json=body)
    assert (again.status_code, "has signed already" in again.json()["detail"]) == (403, True)
    half = does(second, path, {"outcome": "refuse", "persons": [1]})
    assert (half["state"], half["decisions"][0]["void"]) == ("in review", None)
    for language, says in (("ar", "رفض"), ("en", "Refusal"), ("fr", "Refus"), ("es", "Denegación")):
        found = looks(pt, f"/api/requests/{number}/letter", language=language)
        assert says in found["text"]
        assert "Raison synthétique." in found["text"]
    assert looks(pt, f"/api/requests/{number}/letter")["language"] == "fr"
    assert pt.call("GET", f"/api/requests/{number}/letter", params={"person": 0}).status_code == 404
    assert desks.office("ES").call("GET", f"/api/requests/{number}/letter").status_code == 404


def test_closed_cases_are_searched_by_reviewers_alone(road: Road, desks: Desks, reviewer: Caller) -> None:
    refused = road.refuse(road.a_request(persons=[a_stranger(71_020)]))
    name = refused.request.persons[0].principal_name
    found = looks(reviewer, "/api/review/search", name=name, born="1984")
    assert (found[0]["request"], found[0]["how"]) == (refused.number, "refused")
    for other in (desks.office("PT"), desks.office("OFFICE", Role.OPERATOR)):
        assert other.call("GET", "/api/review/search", params={"name": name}).status_code == 403
    wrong = reviewer.call("GET", "/api/review/search", params={"name": name, "born": "1971-02-30"})
    assert (wrong.status_code, wrong.json()["errors"][0]["path"]) == (422, "born")


BAD: list[tuple[str, Any, str]] = [
    ("decisions", {"outcome": "refuse", "weighed": [{"weighing": "rejected", "rule": "identity"}]}, "weighed[0]"),
    ("decisions", {"outcome": "refuse", "weighed": [{"weighing": "added", "citation": "RPD 86"}]}, "weighed[0]"),
    ("decisions", {"outcome": "refuse", "weighed": [{"weighing": "accepted"}]}, "weighed[0]"),
    ("decisions", {"outcome": "refuse", "persons": ["first"]}, "persons[0]"),
    ("questions", {"text": "", "days": 5}, "text"),
    ("questions", {"text": "Which?", "days": 0}, "days"),
    ("opinions", {"bureau": "XX", "text": "Which?"}, "bureau"),
    ("positions", {"stance": "angry"}, "stance"),
    ("assignment", {"to": ""}, "to"),
]


@pytest.mark.parametrize(("act", "body", "path"), BAD)
def test_what_is_not_valid_names_the_field(reviewer: Caller, act: str, body: Any, path: str) -> None:
    answer = reviewer.call("POST", f"/api/requests/R-2026-1/{act}", json=body)
    assert answer.status_code == 422, answer.text
    assert path in [one["path"] for one in answer.json()["errors"]]

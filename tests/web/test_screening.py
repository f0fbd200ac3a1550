"""Screening against a node: notices and lists of every kind at once, each hit with its source and its date."""

from __future__ import annotations

import csv
import sys
from datetime import date
from pathlib import Path

import pytest

from rednotice.adapters.lists import FtmFile
from rednotice.cli import client, main
from rednotice.cli.laptop import EXAMPLES
from rednotice.flow.work import LocalEntry
from rednotice.model.bureau import Officer, Role
from rednotice.model.check import Query
from rednotice.model.notice import Listing
from rednotice.model.person import Name, Person
from tests.builders import officer
from tests.conftest import Road
from tests.web.test_http import Desks, desks

__all__ = ["desks"]


def a_stranger_of_a_list(name: str) -> list[dict[str, object]]:
    listing = Listing(source="A synthetic list", reference="L-1", listed_on=date(2024, 5, 7))
    person = Person(names=(Name(full=name),), born="1970")
    return [{"listing": listing.model_dump(mode="json"), "person": person.model_dump(mode="json")}]


def test_notices_and_lists_are_screened_at_once_and_each_hit_names_source_and_date(road: Road, desks: Desks) -> None:
    filing, number = road.publish()
    road.wait_receipt("ES", number)
    wanted = filing.request.persons[0]
    body = {"entries": a_stranger_of_a_list("Quillon Zedwarth")}
    assert desks.node(Role.OPERATOR).call("POST", "/api/lists/entries", json=body).json()["entries"] == 1
    queries = [
        {"name": wanted.principal_name, "born": wanted.born},
        {"name": "Nobody Whosoever Xyzzy"},
        {"name": "Quillon Zedwarth"},
    ]
    asked = desks.node(Role.OFFICER).call("POST", "/api/screen", json={"queries": queries, "limit": 3}).json()
    assert [answer["check"][:5] for answer in asked] == ["ES-K-"] * 3
    of_notice, nobody, of_list = (answer["hits"] for answer in asked)
    assert of_notice[0]["id"] == number
    assert of_notice[0]["source"] == f"red notice {number} ({filing.request.bureau})"
    assert of_notice[0]["dated"] is not None
    assert nobody == []
    assert (of_list[0]["source"], of_list[0]["dated"]) == ("A synthetic list L-1", "2024-05-07")
    with road.nodes["ES"].database.work(filing.filed_at) as work:
        kept = work.check(asked[2]["check"])
    assert [one.id for one in kept.shown] == ["local:A synthetic list:L-1"]


def test_who_may_not_check_may_not_screen(desks: Desks) -> None:
    body = {"queries": [{"name": "A B"}]}
    assert desks.node(Role.OPERATOR).call("POST", "/api/screen", json=body).status_code == 403
    assert desks.node().call("POST", "/api/screen", json=body).status_code == 401
    entries = {"entries": a_stranger_of_a_list("A B")}
    assert desks.node(Role.OFFICER).call("POST", "/api/lists/entries", json=entries).status_code == 403


@pytest.mark.parametrize(
    ("queries", "where"),
    [([], "queries"), ([{"name": "A"}] * 1001, "queries"), ([{"name": "A"}, {"born": "1970"}], "queries[1]")],
)
def test_questions_that_cannot_be_asked_are_refused_together(
    queries: list[dict[str, str]], where: str, desks: Desks
) -> None:
    answer = desks.node(Role.OFFICER).call("POST", "/api/screen", json={"queries": queries})
    assert answer.status_code == 422
    assert [one["path"] for one in answer.json()["errors"]] == [where]


def test_an_entry_with_too_long_an_id_is_refused(desks: Desks) -> None:
    (entry,) = a_stranger_of_a_list("A B")
    entry["listing"] = {"source": "s" * 150, "reference": "r" * 150}
    answer = desks.node(Role.OPERATOR).call("POST", "/api/lists/entries", json={"entries": [entry]})
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "entries[0]")


def test_the_command_screens_against_the_node(
    road: Road, desks: Desks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    node = desks.node(Role.OFFICER)
    monkeypatch.setenv("REDNOTICE_NODE_URL", node.url)
    monkeypatch.setenv("REDNOTICE_TOKEN", desks.token_of(Role.OPERATOR))

    def types(*words: str | Path, code: int = 0) -> str:
        monkeypatch.setattr(sys, "argv", ["rednotice", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert (ended.value.code or 0) == code, said.err
        return said.out + said.err

    assert "2 persons for this node's checks." in types("import", "ftm", EXAMPLES / "screening" / "entities.ftm.json")
    monkeypatch.setenv("REDNOTICE_TOKEN", desks.token_of(Role.OFFICER))
    queries = EXAMPLES / "screening" / "queries.csv"
    said = types("screen", queries, "--against", "node", "-o", tmp_path / "hits.csv")
    assert "7 queries, " in said
    assert "1 row left out" in said
    with (tmp_path / "hits.csv").open(encoding="utf-8", newline="") as file:
        hits = [row for row in csv.DictReader(file) if row["id"].startswith("local:synthetic_sanctions:")]
    assert ("2", "local:synthetic_sanctions:syn-person-1") in {(hit["query_id"], hit["id"]) for hit in hits}
    assert ("5", "local:synthetic_sanctions:syn-person-1") in {(hit["query_id"], hit["id"]) for hit in hits}
    dated = {"syn-person-1": "2024-05-07", "syn-person-2": "2025-01-02"}
    for hit in hits:
        reference = hit["id"].rpartition(":")[2]
        assert f"; synthetic_sanctions {reference} of {dated[reference]}" in hit["explanation"]
    refused = types("screen", queries, "--against", "node", "-o", tmp_path / "h.csv", "--threshold", "0.1", code=1)
    assert "a node shows matches from 0.2 on" in refused
    client._http().close()
    client._http.cache_clear()


def test_lists_are_checked_together_with_notices(road: Road) -> None:
    read = FtmFile(EXAMPLES / "screening" / "entities.ftm.json", "Another list")
    operator = Officer(name="operator", bureau="ES", role=Role.OPERATOR)
    road.nodes["ES"].import_local((LocalEntry(*entry) for entry in read.entries()), operator)
    found = road.nodes["ES"].check(Query(document="SYN0000311"), officer("ES"))
    assert ("Another list", "2024-05-07") in {
        (one.listing.source, str(one.listing.listed_on)) for one in found.results if one.listing
    }

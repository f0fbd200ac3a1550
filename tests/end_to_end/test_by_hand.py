"""The road by hand, with commands alone, on two real nodes: what an officer at each desk would type."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rednotice.cli import main, options
from rednotice.cli.laptop import EXAMPLES, Laptop
from tests.conftest import eventually


class Desk:
    """Types commands on one data folder, and reads what they print."""

    def __init__(self, data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch
        monkeypatch.setenv("REDNOTICE_DATA", str(data))
        monkeypatch.setattr(options.out, "_width", 200)

    def types(self, *words: object, code: int = 0) -> str:
        """What a command prints; its exit code must be the one expected."""
        self._monkeypatch.setattr("sys.argv", ["rednotice", *map(str, words)])
        exit_code = 0
        try:
            main()
        except SystemExit as ended:
            exit_code = int(ended.code or 0)
        said = self._capsys.readouterr()
        assert exit_code == code, f"{words}: exit code {exit_code}\n{said.out}{said.err}"
        assert "Traceback" not in said.err
        return said.out + said.err

    def asks(self, *words: object, code: int = 0) -> Any:
        """What a command prints with --json, as data."""
        return json.loads(self.types(*words, "--json", code=code))


@pytest.fixture(scope="module")
def two_nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    laptop = Laptop(tmp_path_factory.mktemp("by-hand"), node_ports={"ES": 0, "NZ": 0})
    laptop.start()
    try:
        yield laptop
    finally:
        laptop.stop()


@pytest.fixture
def at(two_nodes: Laptop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(two_nodes.data, capsys, monkeypatch)


def test_a_request_travels_the_whole_road(at: Desk) -> None:
    # Request: what the rules say before it is filed, then filed.
    assert "Recommendation: publish" in at.types("request", "check", EXAMPLES / "murder.yaml")
    number = at.asks("request", "file", EXAMPLES / "murder.yaml")["number"]
    assert number in at.types("request", "list", "--bureau", "PT")
    assert number in at.types("review", "list")

    # Review: two persons sign; one alone changes nothing.
    assert "no rule of this version speaks against it" in at.types("review", "show", number)
    at.types("review", "decide", number, "--publish", "--because", "Every condition is met.", "--as", "reviewer-1")
    again = at.types("review", "decide", number, "--publish", "--as", "reviewer-1", code=1)
    assert "the second signature must be another person's" in again
    granted = at.asks("review", "decide", number, "--publish", "--as", "reviewer-2")
    (notice,) = granted["notices"]

    # Circulation: both nodes have it, each with its receipt.
    def everywhere() -> Any:
        shown = at.asks("notice", "show", notice)
        return shown if not shown["silent"] else None

    shown = eventually(everywhere, "receipts of both nodes")
    assert {(one["bureau"], one["action"]) for one in shown["deliveries"]} == {("ES", "applied"), ("NZ", "applied")}
    assert "Valdesco" in at.types("notice", "list")

    # Check: the same notice is worth something else in each country.
    found = at.asks("check", "Aurelio Vladesco", "--born", "1984", "--bureau", "ES")
    assert found["results"][0]["notice"]["control_number"] == notice
    assert found["results"][0]["effect"]["effect"] == "arrest"
    there = at.types("check", "Vladesco Aurelio", "--bureau", "NZ", "--explain")
    assert "here: warrant first" in there
    assert "source:" in there
    assert "ask:" in there
    by_document = at.asks("check", "--document", "zz 0041765", "--bureau", "NZ")["results"]
    assert by_document[0]["notice"]["control_number"] == notice

    # Hit: the requesting bureau is told, and both follow the case to its end.
    at.types("hit", "confirm", found["number"], notice, "--place", "Synthetic airport", "--bureau", "ES")

    def opened() -> Any:
        cases = [one for one in at.asks("case", "list", "--as", "desk-PT") if one["control_number"] == notice]
        return cases[0]["number"] if cases else None

    case = eventually(opened, "a case on the hit")
    assert "cannot become released" in at.types("case", "move", case, "released", code=1)
    at.types("case", "move", case, "provisionally arrested")
    assert "recalled as fulfilled" in at.types("case", "move", case, "extradited")
    assert "extradited" in at.types("case", "show", case)

    # Recall: erased at both nodes, and a check finds nobody.
    recalled = eventually(everywhere, "receipts of the recall")
    assert {one["action"] for one in recalled["deliveries"]} == {"erased"}
    assert at.asks("check", "Aurelio Martim Valdesco", "--bureau", "NZ")["results"] == []
    assert "is recalled already" in at.types("notice", "recall", notice, "--ground", "withdrawn by the bureau", code=1)

    # Log: whole, seen from outside.
    assert "is whole" in at.types("log", "verify", "--contents")


def test_what_is_barred_ends_with_exit_code_1_and_the_article(at: Desk) -> None:
    said = at.types("request", "check", EXAMPLES / "2020-case.yaml", code=1)
    assert "Constitution, Article 3" in said
    assert "Recommendation: refuse" in said


def test_a_notice_is_recalled_by_hand(at: Desk, tmp_path: Path) -> None:
    other = (EXAMPLES / "robbery.yaml").read_text().replace("SYNTHETIC", "BY-HAND")
    (tmp_path / "other.yaml").write_text(other)
    number = at.asks("request", "file", tmp_path / "other.yaml")["number"]
    at.types("review", "decide", number, "--publish", "--because", "Every condition is met.")
    (notice,) = at.asks("review", "decide", number, "--publish", "--as", "reviewer-2")["notices"]
    assert "is recalled" in at.types("notice", "recall", notice, "--ground", "withdrawn by the bureau")
    assert notice in at.types("notice", "list", "--all")


def test_a_request_is_drafted_asked_about_amended_and_refused_in_part_by_hand(at: Desk, tmp_path: Path) -> None:
    words = (EXAMPLES / "robbery.yaml").read_text().replace("SYNTHETIC", "IN-PARTS")
    draft, better = tmp_path / "draft.yaml", tmp_path / "better.yaml"
    draft.write_text(words.replace("colour: red", "colour: red\nurgency: routine"))
    better.write_text(words.replace("colour: red", "colour: red\nurgency: urgent"))

    # A draft, filed by its number.
    kept = at.asks("request", "draft", draft)["number"]
    assert kept not in at.types("review", "list", "--all")
    number = at.asks("request", "file", kept, "--bureau", "PT")["number"]
    assert "filed" in at.types("request", "show", number, "--bureau", "PT")

    # Review: taken, asked about, answered with an amendment; another bureau objects.
    assert "assigned to reviewer-1" in at.types("review", "take", number, "--as", "reviewer-1")
    assert "Bureau PT has until" in at.types("review", "ask", number, "How urgent is it?", "--days", "5")
    assert number not in [one["number"] for one in at.asks("review", "list")]
    answered = at.asks("request", "answer", number, "Urgent.", "--file", better)
    assert (answered["state"], answered["amendments"][0]["changed"]) == ("in review", ["urgency"])
    assert at.asks("review", "list")[0]["number"] == number
    assert "Bureau ES has until" in at.types("review", "opinion", number, "ES", "Do you know of proceedings?")
    given = at.types("request", "opinion", number, "objects", "--because", "Acquitted here.", "--bureau", "ES")
    assert "the position of bureau ES" in given
    assert "Opinion of ES: objects: Acquitted here." in at.types("review", "show", number)

    # Decided on a ground of the reviewer's own, and told in Arabic.
    refuse = ("review", "decide", number, "--refuse", "--person", "0")
    ground = ("--because", "Acquitted abroad.", "--add", "Constitution, Article 2: the person was acquitted")
    assert "Not in effect yet" in at.types(*refuse, *ground, "--as", "reviewer-1")
    assert "In effect: refused" in at.types(*refuse, "--as", "reviewer-2")
    assert "Acquitted abroad." in at.types("review", "letter", number, "--language", "ar")
    name = answered["request"]["persons"][0]["names"][0]
    found = at.types("review", "search", f"{name['family']} {name['given']}")
    assert number in found
    assert "is refused; file a new request" in at.types("request", "amend", number, better, code=1)
    assert "cannot make it withdrawn" in at.types("request", "withdraw", number, "--bureau", "PT", code=1)


def test_a_draft_is_thrown_away_by_hand(at: Desk, tmp_path: Path) -> None:
    (tmp_path / "draft.yaml").write_text((EXAMPLES / "robbery.yaml").read_text().replace("SYNTHETIC", "THROWN-AWAY"))
    number = at.asks("request", "draft", tmp_path / "draft.yaml")["number"]
    assert "is withdrawn" in at.types("request", "withdraw", number, "--bureau", "PT")
    assert f"there is no request {number}" in at.types("request", "show", number, "--bureau", "PT", code=1)


def test_lists_are_imported_by_hand(at: Desk, tmp_path: Path) -> None:
    assert "3 new" in at.types("import", "un", EXAMPLES / "un-list.xml")
    assert "3 unchanged" in at.types("import", "un", EXAMPLES / "un-list.xml")
    row = '9001,"VOLGARD, Petra Ines",individual,"SDGT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"DOB 04 May 1971."\n'
    (tmp_path / "sdn.csv").write_text(row)
    assert "1 persons for this node's checks" in at.types("import", "ofac", tmp_path / "sdn.csv")
    found = at.types("check", "Petra Volgart", "--born", "1971-05-04", "--bureau", "ES")
    assert f"list of this node, taken over on {datetime.now(UTC):%Y-%m-%d}; no notice" in found


def test_a_checkpoint_saved_today_must_be_the_beginning_of_tomorrows_log(at: Desk, tmp_path: Path) -> None:
    saved = tmp_path / "checkpoint"
    at.types("log", "verify", "--save", saved)
    at.types("request", "file", EXAMPLES / "2020-case.yaml")
    assert "is its beginning" in at.types("log", "verify", "--since", saved)
    saved.write_text(saved.read_text().replace("rednotice.local/office\n", "rednotice.local/another\n", 1))
    assert "Not trusted" in at.types("log", "verify", "--since", saved, code=1)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["check"], "asks about nobody"),
        (["check", "Valdesco", "--born", "1971-02-30"], "query.born: '1971-02-30' is not a date"),
        (["check", "Valdesco", "--nationality", "Portugal"], "Did you mean PT?"),
        (["check", "V" * 10_000], "has 10,000 characters, at most 200 are taken"),
        (["check", "--mrz", "P<UTO"], "no line looks like one of a machine-readable zone"),
        (["check", "Valdesco", "--bureau", "FR"], "no node runs on"),
        (["review", "show", "R-1999-1"], "there is no request R-1999-1"),
        (["review", "decide", "R-1999-1"], "Say --publish or --refuse"),
        (["review", "decide", "R-1999-1", "--refuse", "--reject", "identity"], "identity is rejected without a word"),
        (["review", "decide", "R-1999-1", "--refuse", "--add", "RPD 84"], "Write it as 'RPD 83(1): why'"),
        (["review", "letter", "R-1999-1"], "there is no request R-1999-1"),
        (["notice", "show", "A-99/1-1999"], "there is no notice A-99/1-1999"),
        (["case", "show", "C-1999-1"], "there is no case C-1999-1"),
        (["hit", "confirm", "ES-K-1999-1", "A-1/1-1999"], "there is no check ES-K-1999-1"),
        (["request", "file", "nowhere.yaml"], "nowhere.yaml cannot be read (No such file or directory)"),
        (["import", "un", str(EXAMPLES / "murder.yaml")], "is not the Security Council's consolidated list"),
        (["import", "ofac", str(EXAMPLES / "murder.yaml")], "is not OFAC's sdn.csv"),
        (["log", "verify", "--save", "/nowhere/checkpoint"], "/nowhere/checkpoint cannot be written"),
        (["case", "list", "--as", "nobody"], "no account called nobody lies in"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(at: Desk, words: list[str], says: str) -> None:
    assert says in at.types(*words, code=1)
    problem = at.asks(*words, code=1)
    assert set(problem) >= {"type", "title", "status", "detail", "errors"}

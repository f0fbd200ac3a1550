"""The law on the command line, without a running office."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rednotice.cli import app
from rednotice.cli.law import cases_of
from rednotice.errors import NotFound
from rednotice.model.finding import Verdict
from rednotice.rules.book import RULES


def said(*command: str) -> Result:
    return CliRunner().invoke(app, ["law", *command])


def test_it_lists_every_rule_with_article_date_colours_and_question() -> None:
    listed = " ".join(said().stdout.split())
    for rule in RULES:
        assert rule.name in listed
    assert "Is the offence, or the sentence to be served, heavy enough?" in listed
    assert "RPD 83(1)(a)(ii); since 2012-07-01; red" in listed


def test_as_json_it_gives_the_same_as_data() -> None:
    rules = json.loads(said("--json").stdout)
    assert [rule["name"] for rule in rules] == [rule.name for rule in RULES]
    (minors,) = (rule for rule in rules if rule["name"] == "minors")
    assert (minors["citation"], minors["since"], minors["until"]) == ("RPD 38-41", "2012-07-01", None)


def test_it_explains_a_rule_by_its_cases_and_says_that_no_office_runs(tmp_path: Path) -> None:
    shown = said("explain", "Minors", "--data", str(tmp_path))
    assert shown.exit_code == 0
    for words in (
        "Was everybody of age at the time of the facts?",
        "Written from memory of RPD 38-41",
        "the 18th birthday is the day after",
        "Which requests it last objected to is not known: no office runs",
    ):
        assert words in shown.stdout
    told = json.loads(said("explain", "minors", "--json", "--data", str(tmp_path)).stdout)
    assert told["requests"] is None
    assert {case["verdict"] for case in told["cases"]} == {"satisfied", "doubtful"}


def test_a_rule_that_the_book_does_not_have_is_not_found_and_the_nearest_is_named() -> None:
    error = said("explain", "identitty").exception
    assert isinstance(error, NotFound)
    assert str(error) == "there is no rule 'identitty'; near it: identity"


def test_without_the_source_tree_there_are_no_cases_to_show(tmp_path: Path) -> None:
    assert list(cases_of("minors", tmp_path / "none")) == []


NEVER_OBJECTS = {"ordinary_element"}
"""It only weighs on the side of ordinary crime; its table has both sides of that (neutrality_rules.yaml)."""


@pytest.mark.parametrize("name", [rule.name for rule in RULES])
def test_the_tables_of_cases_show_every_rule_met_and_not_met(name: str) -> None:
    verdicts = {case["verdict"] for case in cases_of(name)}
    objections = verdicts & {Verdict.DOUBTFUL, Verdict.MISSING, Verdict.BARRED}
    assert Verdict.SATISFIED in verdicts, "write a plain yes into a table of tests/cases"
    assert bool(objections) is (name not in NEVER_OBJECTS), "write a plain no into a table of tests/cases"

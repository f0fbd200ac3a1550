"""Rules and their dates, the figures of the law by date, the terms, and what a notice is worth where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import pytest
import yaml

from rednotice.model.effect import EffectTable
from rednotice.model.finding import Advice
from rednotice.model.notice import Notice
from rednotice.model.request import Colour
from rednotice.rules import book
from rednotice.rules.effects import effect_of
from rednotice.rules.figures import figure
from rednotice.rules.rule import File, Rule, Says, rule, satisfied
from rednotice.rules.text import categories, terms
from tests.builders import NOON, TODAY, a_person, a_request

# --- Rules -----------------------------------------------------------------------------------------------------


@rule("RPD 0", since="2012-07-01", until="2020-01-01")
def repealed(file: File) -> Iterator[Says]:
    """Is this the law?"""
    yield satisfied("it was")


@rule("RPD 0", since="2012-07-01")
def lasting(file: File) -> Iterator[Says]:
    """Is this the law?"""
    yield satisfied("it is")


@pytest.mark.parametrize(
    ("on", "repealed_holds", "lasting_holds"),
    [
        (date(2012, 6, 30), False, False),
        (date(2012, 7, 1), True, True),
        (date(2019, 12, 31), True, True),
        (date(2020, 1, 1), False, True),
        (date(2050, 1, 1), False, True),
    ],
)
def test_a_rule_has_a_say_from_its_first_day_until_the_day_before_its_end(
    on: date, repealed_holds: bool, lasting_holds: bool
) -> None:
    assert (repealed.in_force(on), lasting.in_force(on)) == (repealed_holds, lasting_holds)


@pytest.mark.parametrize("on", [date(1956, 6, 12), date(1956, 6, 13), date(2012, 6, 30), date(2012, 7, 1), TODAY])
def test_a_request_is_examined_under_the_rules_of_its_day(on: date) -> None:
    asked = {rule.name for rule in book.RULES if rule.in_force(on) and Colour.RED in rule.colours}
    assert {finding.rule for finding in book.examine(a_request(), on).findings} == asked


def test_before_any_rule_was_in_force_nothing_is_recommended_unseen() -> None:
    recommendation = book.examine(a_request(), date(1956, 6, 12)).recommendation
    assert (recommendation.advice, recommendation.citations) == (Advice.EXAMINE, ("RPD 77",))


def test_a_rule_without_a_question_cannot_be_made() -> None:
    def unasked(file: File) -> Iterator[Says]:
        yield satisfied("nobody knows what")

    with pytest.raises(TypeError, match="the rule unasked has no question"):
        rule("RPD 0", since="2012-07-01")(unasked)


@pytest.mark.parametrize("one", book.RULES, ids=lambda one: one.name)
def test_a_rule_names_its_article_and_asks_a_question_that_an_officer_can_read(one: Rule) -> None:
    assert re.match(r"(Constitution, Articles? \d+|RPD \d+)", one.citation)
    assert re.fullmatch(r"[A-Z][^?]+\?", one.question)
    assert date(1956, 6, 13) <= one.since <= TODAY
    assert one.source_note is None or one.source_note.endswith(".")


def test_every_rule_has_a_name_of_its_own() -> None:
    names = [one.name for one in book.RULES]
    assert len(names) == len(set(names))


# --- Figures and terms -----------------------------------------------------------------------------------------

RULES_FOLDER = files(book.__package__)
FIGURES: dict[str, Any] = yaml.safe_load(RULES_FOLDER.joinpath("figures.yaml").read_text(encoding="utf-8"))
TERMS = categories()


@pytest.mark.parametrize(
    ("name", "value"),
    [("prosecution_minimum_months", 24), ("sentence_minimum_months", 6), ("notice_years", 5)],
)
def test_a_figure_holds_from_its_day_and_had_no_value_before(name: str, value: int) -> None:
    assert figure(name, date(2012, 7, 1)) == figure(name, TODAY) == value
    with pytest.raises(LookupError, match=f"the figure {name} has no value on 2012-06-30"):
        figure(name, date(2012, 6, 30))


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_dated_and_sourced_line_by_line_and_each_line_holds_until_the_next(name: str) -> None:
    rows = sorted(FIGURES[name], key=lambda row: row["since"])
    for row, later in zip(rows, [*rows[1:], None], strict=True):
        assert row["source"]
        assert figure(name, row["since"]) == row["value"]
        if later:
            assert figure(name, later["since"] - timedelta(days=1)) == row["value"]


@pytest.mark.parametrize("category", TERMS)
def test_terms_have_a_source_and_none_fires_on_an_empty_text(category: str) -> None:
    assert TERMS[category]["source"]
    assert not terms(category).search("")
    assert not terms(category).search("a an the of in, it was")


# --- What a notice is worth ------------------------------------------------------------------------------------


def line(says: str, effect: str, **more: Any) -> dict[str, Any]:
    return {"colour": "red", "effect": effect, "says": says, "source": "synthetic", "as_of": "2026-11-01", **more}


TABLE = EffectTable.model_validate(
    {
        "country": "ES",
        "ask": "the duty officer",
        "effects": [
            line("nationals are not arrested", "locate only", own_nationals=True),
            line("not for these bureaus", "none", requested_by=["NZ", "AU"]),
            line("foreigners, for PT", "arrest", own_nationals=False, requested_by=["PT"]),
            line("a line below another that always fits first", "warrant first", requested_by=["PT"]),
            line("sanctions", "none", colour="special"),
        ],
    }
)


def a_notice(colour: str, bureau: str | None, nationalities: list[str]) -> Notice:
    return Notice.model_validate(
        {
            "control_number": "A-1/11-2026",
            "version": 1,
            "colour": colour,
            "bureau": bureau,
            "person": a_person(nationalities=nationalities),
            "action": "Locate.",
            "published_at": NOON,
            "review_by": date(2031, 11, 24),
        }
    )


@pytest.mark.parametrize(
    ("colour", "bureau", "nationalities", "says"),
    [
        ("red", "PT", ["ES"], "nationals are not arrested"),
        ("red", "NZ", ["ES"], "nationals are not arrested"),  # the first line that fits, though the second does too
        ("red", "FR", ["MX", "ES"], "nationals are not arrested"),
        ("red", "NZ", ["PT"], "not for these bureaus"),
        ("red", "AU", ["AU"], "not for these bureaus"),
        ("red", "PT", ["PT"], "foreigners, for PT"),
        ("special", None, ["PT"], "sanctions"),
        ("red", "FR", ["FR"], "Nothing is configured for this in ES. Do not act on it alone; ask the duty officer."),
        ("special", None, ["ES"], "sanctions"),
        ("blue", "PT", ["ES"], "Nothing is configured for this in ES. Do not act on it alone; ask the duty officer."),
    ],
)
def test_the_first_line_that_fits_a_notice_holds_for_it(
    colour: str, bureau: str | None, nationalities: list[str], says: str
) -> None:
    assert effect_of(TABLE, a_notice(colour, bureau, nationalities), TODAY).says == says


def test_a_silent_table_invents_no_effect_and_says_whom_to_ask() -> None:
    silent = EffectTable(country="NZ", ask="the duty officer of bureau NZ", effects=())
    effect = effect_of(silent, a_notice("red", "PT", ["PT"]), TODAY)
    assert effect.effect == "not configured"
    assert "ask the duty officer of bureau NZ" in effect.says
    assert (effect.source, effect.as_of) == ("no line in the table of this node", TODAY)

"""How the answer to a check looks in a terminal."""

from __future__ import annotations

from datetime import date

import pytest

from rednotice.cli import show
from rednotice.match import build
from rednotice.model.check import Check, Query, Result
from rednotice.model.effect import EffectTable
from rednotice.model.request import Colour
from rednotice.rules.effects import not_configured
from tests.builders import NOON, listed

HIM = listed("A-1/1-2026", "O Relojoeiro", "Aurélio Valdesco", born=("1984-07-19",), nationalities=("ES",))
QUERY = Query(name="Aurelio Valdesco", born="1984-07-18", sex="M", nationality="PT")


def shown(capsys: pytest.CaptureFixture[str], *, explain: bool) -> str:
    table = EffectTable(country="ES", ask="the duty officer", effects=())
    (found,) = build([HIM]).check(QUERY).matches
    match = found.model_copy(update={"met_name": "Aurélio Valdesco"})
    effect = not_configured(table, Colour.RED, date(2026, 11, 24))
    made = Check(
        number="ES-K-2026-1",
        at=NOON,
        officer="officer-ES",
        query=QUERY,
        results=(Result(match=match, notice=None, effect=effect, ask="bureau PT"),),
        compared_with=1,
        says="A match is a likeness, not proof.",
        remarks=("the sex was not used: P is neither M nor F",),
    )
    show.check(made.model_dump(mode="json"), explain=explain)
    return " ".join(capsys.readouterr().out.split())


def test_the_answer_says_why_whom_to_ask_and_what_of_a_zone_was_not_used(capsys: pytest.CaptureFixture[str]) -> None:
    said = shown(capsys, explain=False)
    assert "1. O Relojoeiro" in said
    assert "but not a listed nationality" in said
    assert "ask: bureau PT" in said
    assert "machine-readable zone: the sex was not used: P is neither M nor F" in said
    assert "A match is a likeness, not proof. (check ES-K-2026-1)" in said
    assert "score:" not in said


def test_explained_it_shows_every_part_and_datum_and_what_the_score_means(capsys: pytest.CaptureFixture[str]) -> None:
    said = shown(capsys, explain=True)
    for words in (
        "listed as Aurélio Valdesco",
        "Aurelio Aurélio same 1.00",
        "born: 1984-07-18 1984-07-19 the same date of birth",
        "mistyped",
        "nationality: PT ES not a listed nationality contradicts",
        "sex: M - no sex is listed unknown",
        "score: 0.9",
        "a likeness, not proof.",
    ):
        assert words in said

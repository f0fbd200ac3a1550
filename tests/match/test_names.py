"""Two spellings of one name meet, two names do not; each part says how it met."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rednotice.match import REPORTED_FROM
from rednotice.match.names import Asked, Borne, Comparison, compare
from rednotice.match.text import words
from rednotice.model.check import Meeting
from tests.conftest import cases

PAIRS = cases("names")
NOTHING = Borne.nothing()
NAMES = sorted({case.values[0][side] for case in PAIRS for side in ("asked", "listed")})


def compared(asked: str, listed: str) -> Comparison:
    """As the index compares, but for how rare a word is in a list: here is none."""
    return compare(Asked.of(words(asked), NOTHING), words(listed), NOTHING)


@pytest.mark.parametrize("case", PAIRS)
def test_a_name_meets_another_spelling_of_itself_and_no_other_name(case: dict[str, Any]) -> None:
    comparison = compared(case["asked"], case["listed"])
    assert (comparison.score >= REPORTED_FROM) is case["same"], comparison
    assert case.get("how") in (None, *(part.how for part in comparison.parts)), comparison
    if case["same"]:
        assert comparison.other_order is case.get("other_order", False)


@pytest.mark.parametrize("case", PAIRS)
def test_it_does_not_matter_which_of_two_spellings_is_listed(case: dict[str, Any]) -> None:
    assert (compared(case["listed"], case["asked"]).score >= REPORTED_FROM) is case["same"]


@pytest.mark.parametrize(
    ("asked", "listed", "met"),
    [
        ("Dr Pieter Valdesco", "Pieter der Valdesco", False),  # by letters they are near
        ("Sheikh Rashid Valdesco", "Shaykh Rashid Valdesco", True),
        ("Abu Hafsa Valdesco", "Umm Hafsa Valdesco", False),  # the father of Hafsa, the mother of Hafsa
        ("Oum Hafsa Valdesco", "Umm Hafsa Valdesco", True),
    ],
)
def test_a_title_or_particle_meets_its_like_alone(asked: str, listed: str, met: bool) -> None:
    minor = [word.written for word in words(asked) if word.is_minor]
    assert minor
    assert all((part.listed is not None) is met for part in compared(asked, listed).parts if part.asked in minor)


names = st.sampled_from(NAMES)


@given(names, names)
def test_every_word_of_both_names_stands_in_the_explanation_once(asked: str, listed: str) -> None:
    parts = compared(asked, listed).parts
    for side, name in (("asked", asked), ("listed", listed)):
        said = [getattr(part, side) for part in parts if getattr(part, side)]
        assert sorted(" ".join(said).split()) == sorted(word.written for word in words(name))


@given(names, names)
def test_a_part_that_met_nothing_says_so_and_scores_nothing(asked: str, listed: str) -> None:
    comparison = compared(asked, listed)
    assert 0 <= comparison.score <= 1
    for part in comparison.parts:
        assert (part.listed is None) is (part.how is Meeting.UNMATCHED)
        assert (part.asked is None) is (part.how is Meeting.EXTRA)
        assert (part.nearness > 0) is (part.how not in (Meeting.UNMATCHED, Meeting.EXTRA))


@given(names, names)
def test_no_other_name_is_nearer_to_a_name_than_itself(asked: str, listed: str) -> None:
    assert compared(asked, asked).score >= compared(asked, listed).score


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_two_texts_can_be_compared(asked: str, listed: str) -> None:
    assert 0 <= compared(asked, listed).score <= 1


def test_what_stands_in_another_order_and_which_script_was_read_is_said_of_each_part() -> None:
    parts = compared("Вольгард Anna bin Petra", "Anna ibn Petra Volgard").parts
    said = [(part.asked, part.how.value, part.script, part.moved) for part in parts]
    assert said == [
        ("Вольгард", "transliterated", "Cyrillic", True),
        ("Anna", "same", None, True),
        ("bin", "particle", None, True),
        ("Petra", "same", None, True),
    ]


@pytest.mark.parametrize("name", ["Petra Volgard", "Petra", "Петра Вольгард"])
def test_words_that_meet_none_never_make_a_name_likelier(name: str) -> None:
    asked = [
        compared(f"{name} {' '.join(['Qwxk', 'Tzzvy', 'Ghjfu'] * count)}".strip(), "Petra Volgard").score
        for count in range(9)
    ]
    listed = [
        compared("Petra Volgard", f"{name} {' '.join(['Qwxk', 'Tzzvy', 'Ghjfu'] * count)}".strip()).score
        for count in range(9)
    ]
    for scores in (asked, listed):
        assert scores == sorted(scores, reverse=True)

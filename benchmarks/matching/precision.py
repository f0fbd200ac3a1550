"""Who is found wrongly, and from which score: by the name alone, and with year of birth and nationality given.

A false alert on a common name is told apart: every word of the asked name (their keys, `match.text.words`) is a word of
one and the same name of a person listed. No matcher of names can do better there; more has to be known of the person.
"""

from __future__ import annotations

import random
from collections import defaultdict

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.matching.data import SAMPLE, Kinds, Row, asked, rows
from rednotice.match import REPORTED_FROM
from rednotice.match.index import Index
from rednotice.match.text import words
from rednotice.model.check import Listed, Query
from rednotice.model.values import find_country

KEPT = 0.95
TYPING, ALIAS = "typing-error", "alias"
LOOKED_AT = 20
"""Matches among which the person expected, or one listed with year and nationality, is looked for."""

Scores = NDArray[np.float64]


def run(console: Console, index: Index, people: list[Listed], kinds: Kinds) -> None:
    """Prints both tables."""
    chance = random.Random(8)
    unlisted = chance.sample(rows("not_listed_us.jsonl"), SAMPLE.unlisted)
    common = Common(people)
    is_common = np.array([common.is_one(row["name"]) for row in unlisted])
    typing = chance.sample(kinds[TYPING], min(600, len(kinds[TYPING])))
    _by_name(console, index, unlisted, is_common, typing)
    _by_all(console, index, unlisted, is_common, kinds, people)


class Common:
    """Names of persons listed, by their words."""

    def __init__(self, people: list[Listed]) -> None:
        self._places: dict[str, set[int]] = defaultdict(set)
        for place, name in enumerate(name for person in people for name in person.names):
            for key in _keys(name):
                self._places[key].add(place)

    def is_one(self, name: str) -> bool:
        """Whether every word of a name is a word of one and the same name listed."""
        keys = _keys(name)
        return bool(keys) and bool(set.intersection(*(self._places.get(key, set()) for key in keys)))


def _by_name(
    console: Console, index: Index, unlisted: list[Row], is_common: NDArray[np.bool_], typing: list[Row]
) -> None:
    found = np.array([_expected(index, asked(row["name"]), row) for row in typing])
    alerts = np.array([_best(index, asked(row["name"])) for row in unlisted])
    table = _table(
        f"By name alone: false alerts in 1,000 checks of {len(unlisted):,} persons who are not listed",
        "typing errors kept", "false alerts", "of these common names", "false alerts without",
    )  # fmt: skip
    for least, why in _thresholds({"typing errors": found}):
        table.add_row(f"{least:.3f}", why, f"{np.mean(found >= least):.3f}", *_told(alerts, is_common, least))
    console.print(table)
    console.print(f"{_what_is_common(is_common)}\n")


def _by_all(
    console: Console,
    index: Index,
    unlisted: list[Row],
    is_common: NDArray[np.bool_],
    kinds: Kinds,
    people: list[Listed],
) -> None:
    both = {person.id: person for person in people if person.born and person.nationalities}
    typing, near, far = _answers(index, both, kinds)
    aliases = np.append(near, far)
    answers = [index.check(_with_all(row), LOOKED_AT, 0.0).matches for row in unlisted]
    alerts = np.array([max((match.score for match in matches), default=0.0) for matches in answers])
    of_both = np.array([max((m.score for m in matches if m.id in both), default=0.0) for matches in answers])
    table = _table(
        f"Year of birth and nationality given: false alerts in 1,000 checks of {len(unlisted):,} persons not listed",
        "typing errors kept", "near aliases kept", "all aliases kept", "false alerts", "of these common names",
        "false alerts without", "by those listed with both", "of these common names", "false alerts without",
    )  # fmt: skip
    keeping = {
        "typing errors": typing,
        "these, near aliases": np.append(typing, near),
        "these, all aliases": np.append(typing, aliases),
    }
    for least, why in _thresholds(keeping):
        if not least:
            table.add_row("none", why)
            continue
        kept = (f"{np.mean(scores >= least):.3f}" for scores in (typing, near, aliases))
        told = _told(alerts, is_common, least) + _told(of_both, is_common, least)
        table.add_row(f"{least:.3f}", why, *kept, *told)
    console.print(table)
    console.print(
        f"Kept are queries for the {len(both):,} persons listed with year and nationality, asked with theirs "
        f"({len(typing):,} typing errors, {len(aliases):,} aliases); of {len(people):,} persons the others lack one or "
        f"both, and so do all for whom there are queries in other scripts. An alias is near ({len(near):,} are) if it "
        "has a word (its key) of the name that is listed. Where no score keeps so many, more than one in twenty is not "
        f"among the first {LOOKED_AT} at all. {_what_is_common(is_common)}\n"
    )


def _answers(index: Index, both: dict[str, Listed], kinds: Kinds) -> tuple[Scores, Scores, Scores]:
    """What persons scored who are listed with year and nationality, asked with theirs.

    Typing errors, aliases with a word of the name listed, aliases without.
    """
    chance = random.Random(12)
    typing: list[float] = []
    near: list[float] = []
    far: list[float] = []
    for kind in (TYPING, ALIAS):
        fit = [row for row in kinds[kind] if row["expected_id"] in both]
        for row in chance.sample(fit, min(SAMPLE.everyone, len(fit))):
            person = both[row["expected_id"]]
            query = asked(row["name"], born=person.born[0][:4], nationality=person.nationalities[0])
            fits = typing if kind == TYPING else near if _keys(row["name"]) & _keys(person.names[0]) else far
            fits.append(_expected(index, query, row))
    return np.array(typing), np.array(near), np.array(far)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("from a score of", justify="right")
    table.add_column("which", no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _with_all(row: Row) -> Query:
    return asked(row["name"], born=row["birth_date"][:4], nationality=find_country(row["nationality"]))


def _thresholds(kept: dict[str, Scores]) -> list[tuple[float, str]]:
    keeps = [(float(np.quantile(scores, 1 - KEPT)), f"keeps {KEPT} of {name}") for name, scores in kept.items()]
    return [*keeps, (0.1, ""), (REPORTED_FROM, "is shown to an officer"), (0.5, ""), (0.8, "")]


def _told(scores: Scores, is_common: NDArray[np.bool_], least: float) -> list[str]:
    alerts = scores >= least
    counts = (alerts, alerts & is_common, alerts & ~is_common)
    return [f"{1000 * np.mean(count):.1f}" for count in counts]


def _keys(name: str) -> set[str]:
    return {word.key for word in words(name)}


def _what_is_common(is_common: NDArray[np.bool_]) -> str:
    return (
        "A name is common if every word of it (by its key) is a word of one and the same listed name: "
        f"{1000 * np.mean(is_common):.1f} of 1,000 of those not listed."
    )


def _best(index: Index, query: Query) -> float:
    matches = index.check(query, 1, 0.0).matches
    return matches[0].score if matches else 0.0


def _expected(index: Index, query: Query, row: Row) -> float:
    matches = index.check(query, LOOKED_AT, 0.0).matches
    return next((match.score for match in matches if match.id == row["expected_id"]), 0.0)

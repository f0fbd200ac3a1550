"""Fits what each feature of a comparison counts (`match/model.json`): python -m benchmarks.fit [--write]

Logistic regression over the names that a search compares, for every query of the data and for persons who are not
listed: is this the person? First on one half of the queries, to say what holds on the half that it did not see; then
on all. The weights of initials are set, since the data have too few; so is that of the size of the list, which follows
from the odds: one person among so many. Words of one sound, or of one name in one script, weigh
like the same word, but for a constant.
"""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.matching.data import listed as _listed
from benchmarks.matching.data import rows as _rows
from rednotice.match import build, model
from rednotice.match.kernels import search
from rednotice.match.kernels.pairing import (
    ALWAYS,
    AS_THE_SAME,
    ASKED_MINOR_MISSED,
    ASKED_MISSED,
    ASKED_MISSED_KNOWN,
    ASKED_MISSED_WORTH,
    FEATURES,
    INITIAL_MISSED,
    INITIALS,
    KNOWN_NAME,
    LISTED_LEFT,
    LISTED_LEFT_WORTH,
    LISTED_MINOR_LEFT,
    OTHER_ORDER,
    SIZE,
    SPELT_APART,
    SPELT_APART_WORTH,
    UNKNOWN,
    WORTH,
)
from rednotice.match.model import MODEL
from rednotice.match.names import Asked, Borne, room_of_thread
from rednotice.match.text import words

UNLISTED = 6_000
SET = {
    SIZE: -1.0,
    INITIAL_MISSED: -2.0,
    UNKNOWN + INITIALS: 0.5,
    KNOWN_NAME + INITIALS: 0.5,
    WORTH + INITIALS: 0.0,
}
AGAINST = (
    ASKED_MISSED, ASKED_MISSED_WORTH, ASKED_MISSED_KNOWN, ASKED_MINOR_MISSED, LISTED_LEFT, LISTED_LEFT_WORTH,
    LISTED_MINOR_LEFT, OTHER_ORDER, SPELT_APART, SPELT_APART_WORTH,
)  # fmt: skip
"""What can only count against a name: otherwise thirty words that met none would make a name likely."""
BELOW = 0.05
RIDGE = 3.0
KEPT = 0.95

Features = NDArray[np.float64]


def main() -> None:
    """Prints what holds on the other half; writes the model if so told."""
    features, right, group, kinds, twins = _compared()
    half = np.random.default_rng(0).random(len(kinds)) < 0.5
    learnt = ~twins & half[group]
    fitted = _fit(features[learnt], right[learnt])
    print("Fitted on one half, recall on the other, at 10 (at 1, the same person on another list aside):")
    for kind, (ten, one, count) in sorted(_recall(fitted, features, right, group, kinds, twins, ~half).items()):
        print(f"  {kind:20} {ten / count:.3f} ({one / count:.3f}) of {count}")
    print(f"By name alone {_alerts(features @ fitted, right, group, np.array(kinds), ~half)}")
    if "--write" in sys.argv:
        whole = _fit(features[~twins], right[~twins]).astype(np.float32)
        place = Path(model.__file__).with_name("model.json")
        place.write_text(model.dump(whole, f"all of queries.jsonl and {UNLISTED:,} of not_listed_us.jsonl") + "\n")


def _compared() -> tuple[Features, NDArray[np.bool_], NDArray[np.int64], list[str], NDArray[np.bool_]]:
    people = [_listed(row) for row in _rows("people.jsonl")]
    index = build(people)
    (segment,) = index._segments
    shelf = segment.shelf
    borne = Borne(index._borne, segment.names)
    room = room_of_thread()
    spelt = [" ".join(sorted(word.key for word in words(person.names[0]))) for person in people]
    number = {person.id: place for place, person in enumerate(people)}
    asked = [(row["name"], row["kind"], number[row["expected_id"]]) for row in _rows("queries.jsonl")]
    unlisted = random.Random(1).sample(_rows("not_listed_us.jsonl"), UNLISTED)
    asked += [(row["name"], "not listed", -1) for row in unlisted]
    features, right, group, twins = [], [], [], []
    for place, (name, _, expected) in enumerate(asked):
        query = Asked.of(words(name[:200]), borne)
        if not query.name:
            continue
        count, _ = segment.find(query, borne, room)
        for found in room.names[:count].tolist():
            listed = shelf.name_words[shelf.name_starts[found] : shelf.name_starts[found + 1]]
            search.compare_one(
                query.lexicon, query.words, query.worth, shelf.lexicon, listed, borne.counts, borne.total, MODEL,
                query.itself, room.comparing,
            )  # fmt: skip
            features.append(room.comparing.features.copy())
            person = int(segment.people.name_person[found])
            right.append(person == expected)
            twins.append(expected >= 0 and person != expected and spelt[person] == spelt[expected])
            group.append(place)
    return (
        np.array(features, np.float64),
        np.array(right),
        np.array(group),
        [kind for _, kind, _ in asked],
        np.array(twins),
    )


def _fit(features: Features, right: NDArray[np.bool_]) -> Features:
    features = features.copy()
    for level in AS_THE_SAME:
        _join(features, WORTH, WORTH + level)
    levels = [(of, of + level) for level in AS_THE_SAME for of in (UNKNOWN, KNOWN_NAME)]
    joined: list[tuple[int, int]] = []
    while True:
        fitted = _fitted(features, right)
        # What seems to count for a name where it can only count against it is left out, and the rest fitted anew; a
        # word of one sound that seems to count for more than the same word counts as that does.
        wrong = [one for one in AGAINST if fitted[one] > 0]
        more = [pair for pair in levels if pair not in joined and fitted[pair[1]] > fitted[pair[0]] - BELOW]
        if not wrong and not more:
            break
        features[:, wrong] = 0
        for same, level in more:
            _join(features, same, level)
        joined += more
    for same, level in joined:
        fitted[level] = fitted[same] - BELOW
    for level in AS_THE_SAME:
        fitted[WORTH + level] = fitted[WORTH]
    return fitted


def _join(features: Features, one: int, other: int) -> None:
    features[:, one] += features[:, other]
    features[:, other] = 0


def _fitted(features: Features, right: NDArray[np.bool_]) -> Features:
    free = [one for one in range(FEATURES) if one not in SET and (features[:, one].std() > 0 or one == ALWAYS)]
    offset = sum(features[:, one] * weight for one, weight in SET.items())
    spread = features[:, free].std(axis=0)
    spread[spread == 0] = 1
    scaled = features[:, free] / spread
    ridge = RIDGE * np.eye(len(free))
    ridge[free.index(ALWAYS), free.index(ALWAYS)] = 1e-9
    weights = np.zeros(len(free))

    def loss(weights: Features) -> float:
        odds = scaled @ weights + offset
        return float((np.logaddexp(0, odds) - right * odds).sum() + weights @ ridge @ weights / 2)

    held = loss(weights)
    for _ in range(60):
        likely = 1 / (1 + np.exp(-np.clip(scaled @ weights + offset, -30, 30)))
        slope = scaled.T @ (likely - right) + ridge @ weights
        curve = (scaled * (likely * (1 - likely) + 1e-9)[:, None]).T @ scaled + ridge
        step = np.linalg.solve(curve, slope)
        while loss(weights - step) > held and np.abs(step).max() > 1e-9:
            step /= 2
        weights = weights - step
        before, held = held, loss(weights)
        if before - held < 1e-3:
            break
    fitted = np.zeros(FEATURES)
    fitted[free] = weights / spread
    for one, weight in SET.items():
        fitted[one] = weight
    return fitted


def _recall(
    fitted: Features,
    features: Features,
    right: NDArray[np.bool_],
    group: NDArray[np.int64],
    kinds: list[str],
    twins: NDArray[np.bool_],
    of: NDArray[np.bool_],
) -> dict[str, list[int]]:
    odds = features @ fitted
    order = np.lexsort((-odds, group))
    ranked: dict[int, list[int]] = defaultdict(list)
    for place in order:
        ranked[int(group[place])].append(int(place))
    said: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for query, kind in enumerate(kinds):
        if not of[query] or kind == "not listed":
            continue
        said[kind][2] += 1
        places = ranked.get(query, [])
        rank = next((rank for rank, place in enumerate(places) if right[place]), None)
        if rank is not None:
            said[kind][0] += rank < 10
            said[kind][1] += all(twins[place] for place in places[:rank])
    return said


def _alerts(
    odds: Features, right: NDArray[np.bool_], group: NDArray[np.int64], kinds: NDArray[np.str_], of: NDArray[np.bool_]
) -> str:
    """What false alerts there are where so many typing errors are kept."""
    best, expected = np.full((2, len(kinds)), -np.inf)
    np.maximum.at(best, group, odds)
    np.maximum.at(expected, group[right], odds[right])
    typing, unlisted = expected[of & (kinds == "typing-error")], best[of & (kinds == "not listed")]
    least = np.quantile(typing, 1 - KEPT, method="lower")
    alerts = 1000 * np.mean(unlisted >= least)
    return f"{alerts:.1f} of 1,000 not listed are alerts where {KEPT} of typing errors are kept"


if __name__ == "__main__":
    main()

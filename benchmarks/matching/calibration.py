"""What a score is worth: of matches scored so, how many were right."""

from __future__ import annotations

import random
import statistics
from collections import defaultdict
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks.matching import plots
from benchmarks.matching.data import SAMPLE, Kinds, asked, rows
from rednotice.match.index import Index


class Band(NamedTuple):
    """Matches with scores within a tenth."""

    matches: int
    score: float
    """Their mean."""
    right: float
    """The share of those with the expected id."""


def run(console: Console, index: Index, kinds: Kinds) -> None:
    """Prints the table, draws the picture."""
    bands = _bands(index, kinds)
    what = f"{2 * SAMPLE.calibration:,} names, half of them listed"
    table = Table(title=f"Of matches scored so, how many were right ({what})", title_justify="left")
    for column in ("score", "matches", "mean score", "right", ""):
        table.add_column(column, justify="right" if column else "left")
    for tenth, (count, score, right) in bands.items():
        table.add_row(f"{tenth / 10:.1f}", f"{count:,}", f"{score:.3f}", f"{right:.3f}", "█" * round(40 * right))
    console.print(table)
    console.print(
        "The model was fitted on these queries (`benchmarks.fit` says what holds on a half that it did not see)."
    )
    console.print(plots.calibration(list(bands.values()), what) + "\n")


def _bands(index: Index, kinds: Kinds) -> dict[int, Band]:
    chance = random.Random(9)
    listed = chance.sample([row for rows in kinds.values() for row in rows], SAMPLE.calibration)
    names = [(row["name"], row["expected_id"]) for row in listed]
    names += [(row["name"], None) for row in chance.sample(rows("not_listed_us.jsonl"), SAMPLE.calibration)]
    found: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for name, expected in names:
        for match in index.check(asked(name), 10, 0.0).matches:
            found[min(9, int(match.score * 10))].append((match.score, match.id == expected))
    return {
        tenth: Band(len(matches), statistics.fmean(s for s, _ in matches), statistics.fmean(r for _, r in matches))
        for tenth, matches in sorted(found.items())
    }

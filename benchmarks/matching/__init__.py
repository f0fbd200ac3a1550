"""The check beside its peers: who is found, who is found wrongly, what a score is worth, how fast, how large.

The data lies beside the project (`../shared/data/matching`); without it nothing is measured. One file a question:

    data        persons and queries, and larger lists made of the parts of their names
    peers       others that find names, each with a clock of its own
    recall      who is found, beside the peers
    precision   who is found wrongly, and from which score
    calibration what a score is worth
    cost        time and memory by size, beside what memory would allow
    fuzz        odd queries
    plots       pictures of calibration and cost
"""

from __future__ import annotations

from rich.console import Console

from benchmarks.matching import calibration, cost, fuzz, precision, recall
from benchmarks.matching.data import DATA, listed, queries_by_kind, rows
from rednotice.match import build, warm


def run(console: Console) -> None:
    """Prints the tables, writes the pictures."""
    if not DATA.exists():
        console.print(f"Matching: not measured, {DATA} is not there.\n")
        return
    warm()
    people = [listed(row) for row in rows("people.jsonl")]
    kinds = queries_by_kind()
    index = build(people)
    recall.run(console, index, people, kinds)
    precision.run(console, index, people, kinds)
    calibration.run(console, index, kinds)
    cost.run(console, kinds)
    fuzz.run(console, index)

"""Does the right person come up, and how fast: our index beside rapidfuzz over every pair, on the same sample.

The data lies beside the project (`../shared/data/matching`); without it nothing is measured. The sample is small on
purpose: this index is made for a few thousand persons.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from anyascii import anyascii
from rapidfuzz import fuzz, process
from rich.console import Console
from rich.table import Table

from rednotice.match import build
from rednotice.model.check import Listed, Query

DATA = Path(__file__).parents[2] / "shared" / "data" / "matching"
PERSONS = 4000
QUERIES = 100

Find = Callable[[str], list[str]]


def run(console: Console) -> None:
    """Prints the table."""
    if not DATA.exists():
        console.print(f"Matching: not measured, {DATA} is not there.\n")
        return
    random.seed(7)
    queries = _sample(_rows("queries.jsonl"))
    people = _with_the_asked(_rows("people.jsonl"), queries)
    systems = {"rednotice": _ours(people), "rapidfuzz, every pair": _peer(people)}
    table = Table(title=f"Recall at 10 among {len(people):,} persons, {QUERIES} queries a kind", title_justify="left")
    table.add_column("kind")
    for name in systems:
        table.add_column(name, justify="right")
    seconds = dict.fromkeys(systems, 0.0)
    asked = 0
    for kind, rows in sorted(queries.items()):
        recalls = []
        for name, find in systems.items():
            started = time.perf_counter()
            hits = sum(row["expected_id"] in find(row["name"]) for row in rows)
            seconds[name] += time.perf_counter() - started
            recalls.append(f"{hits / len(rows):.3f}")
        asked += len(rows)
        table.add_row(kind, *recalls)
    table.add_section()
    table.add_row("checks a second", *(f"{asked / seconds[name]:.0f}" for name in systems))
    console.print(table)
    console.print("Both were given names in every script; rapidfuzz (WRatio) through the same transliteration.\n")


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def _sample(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    kinds: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        kinds.setdefault(row["kind"], []).append(row)
    return {kind: random.sample(of_kind, min(QUERIES, len(of_kind))) for kind, of_kind in kinds.items()}


def _with_the_asked(people: list[dict[str, Any]], queries: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    asked = {row["expected_id"] for rows in queries.values() for row in rows}
    chosen = [row for row in people if row["id"] in asked]
    others = [row for row in people if row["id"] not in asked]
    return chosen + random.sample(others, max(0, min(len(others), PERSONS - len(chosen))))


def _ours(people: list[dict[str, Any]]) -> Find:
    index = build(Listed(id=row["id"], names=tuple(row["names"])) for row in people)
    return lambda name: [match.id for match in index.check(Query(name=name[:200]), limit=10).matches]


def _peer(people: list[dict[str, Any]]) -> Find:
    names = {row["id"]: anyascii(row["names"][0]).lower() for row in people}
    return lambda name: [
        found[2] for found in process.extract(anyascii(name).lower(), names, scorer=fuzz.WRatio, limit=10)
    ]

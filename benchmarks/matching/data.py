"""The check beside its peers: who is found, who is found wrongly, what a score is worth, how fast, how large.

Peers are given the same transliteration to Latin letters, which they do not have by themselves: rapidfuzz (WRatio over
every pair) and Tantivy (words within one edit, rescored by rapidfuzz). The data lies beside the project
(`../shared/data/matching`); without it nothing is measured. Larger lists are made of the parts of its names, one part
in ten with a letter changed, so that their words are as many and as odd as those of real lists.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from anyascii import anyascii
from rapidfuzz import fuzz, process
from rich.console import Console
from rich.table import Table

from rednotice.match import REPORTED_FROM, build, warm
from rednotice.match.index import Index
from rednotice.model.check import Listed, Query
from rednotice.model.values import find_country

DATA = Path(__file__).parents[2] / "shared" / "data" / "matching"
QUERIES = 200
"""Of each kind, as many as the issue's own measurement asked."""
UNLISTED = 5_000
SIZES = (10_388, 100_000, 1_000_000)
ODD = 20_000
"""Queries of the fuzz run."""
MORE = "REDNOTICE_BENCH_MORE"
"""Set to anything, ten million persons are measured as well, and the fuzz run asks a million."""

Find = Callable[[list[str]], list[list[str]]]


def run(console: Console) -> None:
    """Prints the tables."""
    if not DATA.exists():
        console.print(f"Matching: not measured, {DATA} is not there.\n")
        return
    warm()
    people = [_listed(row) for row in _rows("people.jsonl")]
    kinds: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in _rows("queries.jsonl"):
        kinds[row["kind"]].append(row)
    index = build(people)
    _recall(console, index, people, kinds)
    _precision(console, index, kinds)
    _calibration(console, index, kinds)
    _speed(console, kinds)
    _fuzz(console, index)


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def _listed(row: dict[str, Any]) -> Listed:
    country = find_country(row["nationality"]) if row["nationality"] else None
    return Listed(
        id=row["id"],
        names=tuple(row["names"]),
        born=(str(row["birth_year"]),) if row["birth_year"] else (),
        nationalities=(country,) if country else (),
    )


def _asked(name: str, **known: Any) -> Query:
    return Query(name=name[:200], **{datum: value for datum, value in known.items() if value})


# --- Who is found --------------------------------------------------------------------------------------------------


def _recall(console: Console, index: Index, people: list[Listed], kinds: dict[str, list[dict[str, Any]]]) -> None:
    chance = random.Random(7)
    sample = {kind: chance.sample(rows, min(QUERIES, len(rows))) for kind, rows in sorted(kinds.items())}
    systems: dict[str, Find] = {"rednotice": _ours(index), "rapidfuzz, every pair": _rapidfuzz(people)}
    if tantivy := _tantivy(people):
        systems["Tantivy, rescored"] = tantivy
    table = Table(title=f"Recall at 10 (at 1) among {len(people):,} persons, {QUERIES} queries a kind at most")
    table.add_column("kind")
    for name in systems:
        table.add_column(name, justify="right")
    table.add_column("rednotice, all queries", justify="right")
    seconds = dict.fromkeys(systems, 0.0)
    for kind, rows in sample.items():
        cells = []
        for name, find in systems.items():
            started = time.perf_counter()
            found = find([row["name"] for row in rows])
            seconds[name] += time.perf_counter() - started
            cells.append(_said(rows, found))
        everyone = kinds[kind]
        cells.append(f"{_said(everyone, systems['rednotice']([row['name'] for row in everyone]))} of {len(everyone)}")
        table.add_row(kind, *cells)
    total = sum(map(len, sample.values()))
    table.add_section()
    table.add_row("checks a second", *(f"{total / seconds[name]:.0f}" for name in systems), "")
    console.print(table)
    console.print(
        "Many persons of the UN's list stand on OFAC's as well: the second of two such is counted as not first.\n"
    )


def _said(rows: list[dict[str, Any]], found: list[list[str]]) -> str:
    ten = sum(row["expected_id"] in ids for row, ids in zip(rows, found, strict=True)) / len(rows)
    one = sum(ids[:1] == [row["expected_id"]] for row, ids in zip(rows, found, strict=True)) / len(rows)
    return f"{ten:.3f} ({one:.3f})"


def _ours(index: Index) -> Find:
    def find(names: list[str]) -> list[list[str]]:
        return [[match.id for match in index.check(_asked(name), 10, 0.0).matches] for name in names]

    return find


def _rapidfuzz(people: list[Listed]) -> Find:
    latin = [anyascii(person.names[0]).lower() for person in people]

    def find(names: list[str]) -> list[list[str]]:
        asked = [anyascii(name).lower() for name in names]
        scores = process.cdist(asked, latin, scorer=fuzz.WRatio, dtype=np.uint8)
        best = np.argsort(-scores.astype(np.int16), axis=1, kind="stable")[:, :10]
        return [[people[place].id for place in row] for row in best]

    return find


def _tantivy(people: list[Listed]) -> Find | None:
    try:
        import tantivy
    except ImportError:
        return None
    schema = tantivy.SchemaBuilder().add_text_field("name", stored=False).add_integer_field("n", stored=True).build()
    index = tantivy.Index(schema)
    writer = index.writer(50_000_000, 1)
    latin = [anyascii(person.names[0]).lower() for person in people]
    for number, name in enumerate(latin):
        writer.add_document(tantivy.Document(name=name, n=number))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def find(names: list[str]) -> list[list[str]]:
        found = []
        for name in (anyascii(name).lower() for name in names):
            parts = "".join(c if c.isalnum() else " " for c in name).split()[:12]
            terms = [tantivy.Query.fuzzy_term_query(schema, "name", part, 1, True) for part in parts]
            hits = (
                searcher.search(tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms]), 200).hits
                if terms
                else []
            )
            numbers = [searcher.doc(place)["n"][0] for _, place in hits]
            numbers.sort(key=lambda number: -fuzz.WRatio(name, latin[number]))
            found.append([people[number].id for number in numbers[:10]])
        return found

    return find


# --- Who is found wrongly, and what a score is worth ---------------------------------------------------------------


def _best(index: Index, query: Query) -> float:
    matches = index.check(query, 1, 0.0).matches
    return matches[0].score if matches else 0.0


def _precision(console: Console, index: Index, kinds: dict[str, list[dict[str, Any]]]) -> None:
    chance = random.Random(8)
    unlisted = chance.sample(_rows("not_listed_us.jsonl"), UNLISTED)
    by_name = np.array([_best(index, _asked(row["name"])) for row in unlisted])
    known = [
        _asked(row["name"], born=row["birth_date"][:4], nationality=find_country(row["nationality"]))
        for row in unlisted
    ]
    by_all = np.array([_best(index, query) for query in known])
    rows = chance.sample(kinds["typing-error"], min(600, len(kinds["typing-error"])))
    found = np.array([_score(index, row) for row in rows])
    table = Table(
        title=f"False alerts in 1,000 checks of {UNLISTED:,} persons who are not listed", title_justify="left"
    )
    for column in ("from a score of", "typing errors kept", "by name alone", "with year and nationality"):
        table.add_column(column, justify="right")
    keeps = float(np.quantile(found, 0.05))
    for label, least in (
        (f"{keeps:.3f} (keeps .95)", keeps),
        *((f"{one}", one) for one in (0.1, REPORTED_FROM, 0.5, 0.8)),
    ):
        kept = f"{np.mean(found >= least):.3f}"
        table.add_row(label, kept, f"{1000 * np.mean(by_name >= least):.1f}", f"{1000 * np.mean(by_all >= least):.1f}")
    console.print(table)
    console.print(f"Shown to an officer are matches from {REPORTED_FROM} on. Common names are not taken out.\n")


def _score(index: Index, row: dict[str, Any]) -> float:
    matches = index.check(_asked(row["name"]), 20, 0.0).matches
    return next((match.score for match in matches if match.id == row["expected_id"]), 0.0)


def _calibration(console: Console, index: Index, kinds: dict[str, list[dict[str, Any]]]) -> None:
    chance = random.Random(9)
    listed = chance.sample([row for rows in kinds.values() for row in rows], 2_000)
    asked = [(row["name"], row["expected_id"]) for row in listed]
    asked += [(row["name"], None) for row in chance.sample(_rows("not_listed_us.jsonl"), 2_000)]
    right: dict[int, list[bool]] = defaultdict(list)
    scores: dict[int, list[float]] = defaultdict(list)
    for name, expected in asked:
        for match in index.check(_asked(name), 10, 0.0).matches:
            band = min(9, int(match.score * 10))
            right[band].append(match.id == expected)
            scores[band].append(match.score)
    table = Table(
        title="Of matches scored so, how many were right (4,000 names, half of them listed)", title_justify="left"
    )
    for column in ("score", "matches", "mean score", "right", ""):
        table.add_column(column, justify="right" if column else "left")
    for band in range(10):
        if right[band]:
            share = statistics.fmean(right[band])
            bar = "█" * round(40 * share)
            table.add_row(
                f"{band / 10:.1f}",
                f"{len(right[band]):,}",
                f"{statistics.fmean(scores[band]):.3f}",
                f"{share:.3f}",
                bar,
            )
    console.print(table)
    console.print(
        "The model was fitted on these queries (`benchmarks.fit` says what holds on a half that it did not see).\n"
    )


# --- How fast, how large -------------------------------------------------------------------------------------------


def made(size: int) -> Iterator[Listed]:
    """A list of so many persons: those of the data, and others made of the parts of their names."""
    chance = random.Random(1)
    rows = _rows("people.jsonl")
    pools: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for row in rows:
        yield _listed(row)
        given, family = pools["-".join(row["id"].split("-")[: 2 if row["id"].startswith("wd") else 1])]
        *first, last = row["names"][0].split() or [""]
        given += first
        family.append(last)
    for row in _rows("not_listed_us.jsonl"):
        *first, last = row["name"].split()
        pools["us"][0].extend(first)
        pools["us"][1].append(last)
    sources = [pool for pool in pools.values() if all(pool)]
    for number in range(size - len(rows)):
        given, family = chance.choice(sources)
        parts = [_changed(chance.choice(given), chance) for _ in range(chance.choice((1, 1, 1, 2)))]
        name = " ".join([*parts, _changed(chance.choice(family), chance)])
        yield Listed.model_construct(id=f"made-{number}", names=(name,), born=(str(chance.randrange(1930, 2006)),))


def _changed(part: str, chance: random.Random) -> str:
    if len(part) < 4 or chance.random() >= 0.1:
        return part
    place = chance.randrange(1, len(part))
    letter = chance.choice(["", chance.choice("abcdefghijklmnopqrstuvwxyz")])
    return part[:place] + letter + part[place + chance.choice((0, 1)) :]


def _speed(console: Console, kinds: dict[str, list[dict[str, Any]]]) -> None:
    chance = random.Random(10)
    asked = [_asked(row["name"]) for row in chance.sample([row for rows in kinds.values() for row in rows], 2_000)]
    table = Table(title="Cost by size (one process, one thread)", title_justify="left")
    columns = (
        "persons",
        "words",
        "build s",
        "files MB",
        "open ms",
        "median ms",
        "p99 ms",
        "worst ms",
        "checks/s",
        "cut",
        "resident MB",
    )
    for column in columns:
        table.add_column(column, justify="right")
    for size in (*SIZES, *((10_000_000,) if os.environ.get(MORE) else ())):
        with tempfile.TemporaryDirectory() as folder:
            files = Path(folder) / "index"
            words, seconds = _apart(_built, size, files)
            stored = sum(file.stat().st_size for file in files.rglob("*.npy")) / 1e6
            opened, times, cut, resident = _apart(_timed, files, asked)
        table.add_row(
            f"{size:,}", f"{words:,}", f"{seconds:.1f}", f"{stored:,.0f}", f"{opened:.0f}",
            f"{np.median(times):.2f}", f"{np.quantile(times, 0.99):.2f}", f"{max(times):.2f}",
            f"{1000 / np.mean(times):.0f}", f"{cut / len(asked):.3f}", f"{resident:,.0f}",
        )  # fmt: skip
    console.print(table)
    console.print("2,000 names of all kinds, each asked once. Resident memory includes names' dictionary (rigour).\n")


def _apart(work: Callable[..., Any], *given: Any) -> Any:
    """Does work in a process of its own, whose memory is its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


def _built(size: int, files: Path) -> tuple[int, float]:
    warm()
    people = list(made(size))
    started = time.perf_counter()
    index = build(people)
    seconds = time.perf_counter() - started
    index.save(files)
    return sum(len(segment.shelf.lexicon.words) for segment in index._segments), seconds


def _timed(files: Path, asked: list[Query]) -> tuple[float, list[float], int, float]:
    started = time.perf_counter()
    index = Index.open(files)
    opened = 1000 * (time.perf_counter() - started)
    index.check(Query(name="Anna Eriksson"))
    times, cut = [], 0
    for query in asked:
        started = time.perf_counter()
        answer = index.check(query)
        times.append(1000 * (time.perf_counter() - started))
        cut += answer.cut_by_budget
    return opened, times, cut, psutil.Process().memory_info().rss / 1e6


def _fuzz(console: Console, index: Index) -> None:
    """Odd queries: every answer is in bounds, none fails, and the slowest is told."""
    count = 1_000_000 if os.environ.get(MORE) else ODD
    chance = random.Random(11)
    alphabets = [
        "abcdefghijklmnop -'",
        "أبتثجحخدذرزسشصضطظعغفقكلمنهوي ",
        "一丁七万丈三上下不与王李张·",
        "김이박최정강조 ",
        "а́бвгдеёжзи \u200b\u202e",
    ]
    slowest, worst = 0.0, ""
    for _ in range(count):
        letters = chance.choice(alphabets)
        length = chance.choice((0, 1, 2, 5, 12, 25, 60, 200))
        name = "".join(chance.choices(letters, k=length)).strip()
        if not name or not name.isprintable():
            continue
        started = time.perf_counter()
        answer = index.check(Query(name=name))
        seconds = time.perf_counter() - started
        assert all(0 <= match.score <= 1 for match in answer.matches)
        if seconds > slowest:
            slowest, worst = seconds, name
    console.print(f"Fuzz: {count:,} odd names asked of {len(index):,} persons, none failed.")
    console.print(f"The slowest took {1000 * slowest:.0f} ms ({len(worst)} characters).\n")

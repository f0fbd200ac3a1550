"""Persons and queries of the data, and larger lists made of them.

Made lists consist of the parts of its names, one part in ten with a letter changed, so that their words are as many and
as odd as those of real lists.
"""

from __future__ import annotations

import json
import os
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rednotice.model.check import Listed, Query
from rednotice.model.values import find_country

BESIDE = Path(__file__).parents[1]
"""Where the pictures go."""
DATA = Path(__file__).parents[3] / "shared" / "data" / "matching"
LESS = "REDNOTICE_BENCH_LESS"
"""Set to anything, samples are smaller, and lists of a million are left out."""
MORE = "REDNOTICE_BENCH_MORE"
"""Set to anything, ten million persons are measured as well, and the fuzz run asks a million."""

Row = dict[str, Any]
Kinds = dict[str, list[Row]]


@dataclass(frozen=True, slots=True)
class Sample:
    """How much is asked."""

    recall: int = 200
    """Queries of each kind, as many as the issue's own measurement asked."""
    everyone: int = 1_000_000
    """Queries of each kind that are asked of ours alone, in recall and precision."""
    unlisted: int = 5_000
    calibration: int = 2_000
    """Names of persons listed, and as many of persons not listed."""
    timed: int = 2_000
    odd: int = 20_000
    """Queries of the fuzz run."""
    sizes: tuple[int, ...] = (10_388, 100_000, 1_000_000)


def _sample() -> Sample:
    if os.environ.get(LESS):
        return Sample(40, 300, 1_500, 1_000, 1_000, 2_000, (10_388, 100_000))
    if os.environ.get(MORE):
        return Sample(odd=1_000_000, sizes=(*Sample().sizes, 10_000_000))
    return Sample()


SAMPLE = _sample()


def rows(name: str) -> list[Row]:
    """The rows of a file of the data."""
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def queries_by_kind() -> Kinds:
    """The queries of the data, by kind."""
    kinds: Kinds = defaultdict(list)
    for row in rows("queries.jsonl"):
        kinds[row["kind"]].append(row)
    return dict(sorted(kinds.items()))


def listed(row: Row) -> Listed:
    """A row of `people.jsonl` as the person that it lists."""
    country = find_country(row["nationality"]) if row["nationality"] else None
    return Listed(
        id=row["id"],
        names=tuple(row["names"]),
        born=(str(row["birth_year"]),) if row["birth_year"] else (),
        nationalities=(country,) if country else (),
    )


def asked(name: str, **known: Any) -> Query:
    """A query for a name, with what is known besides."""
    return Query(name=name[:200], **{datum: value for datum, value in known.items() if value})


def made(size: int) -> Iterator[Listed]:
    """A list of so many persons: those of the data, and others made of the parts of their names."""
    chance = random.Random(1)
    real = rows("people.jsonl")
    pools: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for row in real:
        yield listed(row)
        given, family = pools["-".join(row["id"].split("-")[: 2 if row["id"].startswith("wd") else 1])]
        *first, last = row["names"][0].split() or [""]
        given += first
        family.append(last)
    for row in rows("not_listed_us.jsonl"):
        *first, last = row["name"].split()
        pools["us"][0].extend(first)
        pools["us"][1].append(last)
    sources = [pool for pool in pools.values() if all(pool)]
    for number in range(size - len(real)):
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

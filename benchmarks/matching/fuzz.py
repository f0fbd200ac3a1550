"""Odd queries: every answer is in bounds, none fails, and the slowest is told."""

from __future__ import annotations

import random
import time

from rich.console import Console

from benchmarks.matching.data import SAMPLE
from rednotice.match.index import Index
from rednotice.model.check import Query

ALPHABETS = (
    "abcdefghijklmnop -'",
    "أبتثجحخدذرزسشصضطظعغفقكلمنهوي ",
    "一丁七万丈三上下不与王李张·",
    "김이박최정강조 ",
    "а́бвгдеёжзи \u200b\u202e",
)


def run(console: Console, index: Index) -> None:
    """Asks, and prints what came of it."""
    chance = random.Random(11)
    slowest, worst, asked = 0.0, "", 0
    for _ in range(SAMPLE.odd):
        letters = chance.choice(ALPHABETS)
        length = chance.choice((0, 1, 2, 5, 12, 25, 60, 200))
        name = "".join(chance.choices(letters, k=length)).strip()
        if not name or not name.isprintable():
            continue
        started = time.thread_time()
        answer = index.check(Query(name=name))
        seconds = time.thread_time() - started
        asked += 1
        assert all(0 <= match.score <= 1 for match in answer.matches)
        if seconds > slowest:
            slowest, worst = seconds, name
    console.print(f"Fuzz: {asked:,} odd names asked of {len(index):,} persons, none failed.")
    console.print(f"The slowest took {1000 * slowest:.0f} ms of CPU time ({len(worst)} characters).\n")

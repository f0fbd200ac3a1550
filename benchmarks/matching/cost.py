"""How fast, how large, by size; and what memory alone would allow.

The limit of a check is the memory that it has to touch, over how fast this machine's memory is. Touched pages of the
mapped files are counted by the kernel (Linux: `clear_refs`, then `Referenced` of `smaps`), each check having been asked
once before. They are counted in a copy of the files in memory: what is read from a disc stands in larger pieces, which
the kernel counts as wholes. A page counts as a whole, and as one cache line: the truth lies between. Working memory is
not counted.
"""

from __future__ import annotations

import multiprocessing
import random
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from mmap import PAGESIZE
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.matching import plots
from benchmarks.matching.data import SAMPLE, Kinds, asked, made
from rednotice.match import build, warm
from rednotice.match.index import Index
from rednotice.model.check import Query

TOUCHED = 200
"""Checks of which touched memory is counted."""
LINE = 64
"""Bytes that memory gives at once."""
COPIED = 256_000_000


class Cost(NamedTuple):
    """What a list of one size costs."""

    size: int
    words: int
    build: float
    """Seconds of CPU time."""
    building: float
    """MB of the process that builds, at most."""
    files: float
    """MB."""
    resident: float
    """MB."""
    open: float
    """Milliseconds."""
    times: list[float]
    """Milliseconds of CPU time of each check."""
    both: float
    """Checks a second by the clock, of two threads."""
    cut: float
    """The share of checks that the budget cut."""
    pages: float
    """Pages that a check touches, in the median; not a number where the kernel does not tell."""


def run(console: Console, kinds: Kinds) -> None:
    """Prints the table, draws the picture."""
    chance = random.Random(10)
    names = [row["name"] for rows in kinds.values() for row in rows]
    queries = [asked(name) for name in chance.sample(names, SAMPLE.timed)]
    others = [
        asked(name) for name in chance.sample(sorted(set(names) - {query.name for query in queries}), SAMPLE.timed)
    ]
    costs = [_cost(size, queries, others) for size in SAMPLE.sizes]
    speed = bandwidth()
    _print_costs(console, costs)
    console.print(
        f"{len(queries):,} names of all kinds, each asked once; two threads are asked others, by the clock. "
        "Resident memory includes names' dictionary (rigour).\n"
    )
    _print_limits(console, costs, speed)
    console.print(
        f"Touched: pages of the mapped files that a check needs (median of {TOUCHED}), as one cache line each and as "
        f"a whole. Limit: that, over {speed / 1e9:.1f} GB/s (a numpy copy of {COPIED / 1e6:.0f} MB, read and written)."
    )
    console.print(plots.cost(costs, speed) + "\n")


def _print_costs(console: Console, costs: list[Cost]) -> None:
    table = Table(title="Cost by size (one process, one thread, CPU time)", title_justify="left")
    columns = (
        "persons", "words", "build s", "build MB", "files MB", "resident MB", "open ms", "median ms", "p99 ms",
        "worst ms", "checks/s", "two threads/s", "cut",
    )  # fmt: skip
    for column in columns:
        table.add_column(column, justify="right")
    for cost in costs:
        table.add_row(
            f"{cost.size:,}", f"{cost.words:,}", f"{cost.build:.1f}", f"{cost.building:,.0f}", f"{cost.files:,.0f}",
            f"{cost.resident:,.0f}", f"{cost.open:.0f}", f"{np.median(cost.times):.2f}",
            f"{np.quantile(cost.times, 0.99):.2f}", f"{max(cost.times):.2f}", f"{1000 / np.mean(cost.times):.0f}",
            f"{cost.both:.0f}", f"{cost.cut:.3f}",
        )  # fmt: skip
    console.print(table)


def _print_limits(console: Console, costs: list[Cost], speed: float) -> None:
    table = Table(title="A check beside what memory would allow", title_justify="left")
    for column in ("persons", "median ms", "touched kB, least", "most", "limit ms, least", "most", "median / limit"):
        table.add_column(column, justify="right")
    for cost in costs:
        median = float(np.median(cost.times))
        least, most = (1000 * limit for limit in limits(cost, speed))
        table.add_row(
            f"{cost.size:,}", f"{median:.2f}", f"{cost.pages * LINE / 1e3:,.0f}", f"{cost.pages * PAGESIZE / 1e3:,.0f}",
            f"{least:.4f}", f"{most:.4f}", f"{median / most:,.0f} to {median / least:,.0f}",
        )  # fmt: skip
    console.print(table)


def limits(cost: Cost, speed: float) -> tuple[float, float]:
    """Seconds that memory of such a speed takes at least to give what a check touches."""
    return cost.pages * LINE / speed, cost.pages * PAGESIZE / speed


def bandwidth() -> float:
    """Bytes that memory gives and takes in a second: the best of five copies."""
    source, target = np.ones(COPIED // 8), np.zeros(COPIED // 8)
    best = float("inf")
    for _ in range(5):
        started = time.thread_time()
        np.copyto(target, source)
        best = min(best, time.thread_time() - started)
    return 2 * COPIED / best


def _cost(size: int, queries: list[Query], others: list[Query]) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder) / "index"
        words, seconds, building = _apart(_built, size, files)
        stored = sum(file.stat().st_size for file in files.rglob("*.npy")) / 1e6
        opened, times, both, cut, resident, pages = _apart(_timed, files, queries, others)
    return Cost(size, words, seconds, building, stored, resident, opened, times, both, cut / len(queries), pages)


def _apart(work: Callable[..., Any], *given: Any) -> Any:
    """Does work in a process of its own, whose memory is its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


def _built(size: int, files: Path) -> tuple[int, float, float]:
    warm()
    started = time.process_time()
    for _ in made(size):
        pass
    making = time.process_time() - started
    started = time.process_time()
    index = build(made(size))
    seconds = time.process_time() - started - making
    building = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    index.save(files)
    return sum(len(segment.shelf.lexicon.words) for segment in index._segments), seconds, building


def _timed(
    files: Path, queries: list[Query], others: list[Query]
) -> tuple[float, list[float], float, int, float, float]:
    warm()
    started = time.perf_counter()
    index = Index.open(files)
    opened = 1000 * (time.perf_counter() - started)
    times, cut = [], 0
    for query in queries:
        started = time.thread_time()
        answer = index.check(query)
        times.append(1000 * (time.thread_time() - started))
        cut += answer.cut_by_budget
    resident = psutil.Process().memory_info().rss / 1e6
    with ThreadPoolExecutor(2) as threads:
        started = time.perf_counter()
        for _ in threads.map(index.check, others):
            pass
        both = len(others) / (time.perf_counter() - started)
    return opened, times, both, cut, resident, _pages(queries[:TOUCHED], files)


def _pages(queries: list[Query], files: Path) -> float:
    forget, maps, memory = Path("/proc/self/clear_refs"), Path("/proc/self/smaps"), Path("/dev/shm")
    if not forget.exists() or not memory.exists():
        return float("nan")
    counts = []
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        index = Index.open(shutil.copytree(files, Path(folder) / "index"))
        for query in queries:
            index.check(query)
            forget.write_text("1")
            index.check(query)
            counts.append(_referenced(maps.read_text(), folder) / PAGESIZE)
    return float(np.median(counts))


def _referenced(maps: str, below: str) -> int:
    """Bytes of mappings of files below a folder that were used since it was last forgotten."""
    total, counts = 0, False
    for line in maps.splitlines():
        first = line.split(maxsplit=1)[0]
        if not first.endswith(":"):
            counts = below in line
        elif counts and first == "Referenced:":
            total += 1024 * int(line.split()[1])
    return total

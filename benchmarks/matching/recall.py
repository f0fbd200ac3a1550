"""Who is found, beside the peers."""

from __future__ import annotations

import random
from contextlib import ExitStack

from rich.console import Console
from rich.table import Table

from benchmarks.matching import peers
from benchmarks.matching.data import SAMPLE, Kinds, Row
from benchmarks.matching.logic_v2 import nomenklatura
from benchmarks.matching.peers import NotMeasured, Opens, Peer
from rednotice.match.index import Index
from rednotice.model.check import Listed

PEERS: dict[str, Opens] = {
    "rapidfuzz, every pair": peers.rapidfuzz,
    "Tantivy, rescored": peers.tantivy,
    "pg_trgm": peers.pg_trgm,
    "nomenklatura, logic-v2": nomenklatura,
}


def run(console: Console, index: Index, people: list[Listed], kinds: Kinds) -> None:
    """Prints the table."""
    chance = random.Random(7)
    sample = {kind: chance.sample(rows, min(SAMPLE.recall, len(rows))) for kind, rows in kinds.items()}
    systems: dict[str, Peer | str] = {"rednotice": peers.ours(index)}
    with ExitStack() as stack:
        for name, opens in PEERS.items():
            try:
                systems[name] = stack.enter_context(opens(people))
            except NotMeasured as why:
                systems[name] = str(why)
        cells, speeds = _measured(sample, systems)
    table = Table(title=f"Recall at 10 (at 1) among {len(people):,} persons, {SAMPLE.recall} queries a kind at most")
    table.add_column("kind", no_wrap=True)
    for name in (*systems, "rednotice, more queries"):
        table.add_column(name, justify="right")
    for kind, rows in kinds.items():
        more = chance.sample(rows, min(SAMPLE.everyone, len(rows)))
        found = peers.ours(index).find([row["name"] for row in more])
        table.add_row(kind, *cells[kind], f"{_said(more, found)} of {len(more)}")
    table.add_section()
    table.add_row("checks/s of CPU", *speeds, "")
    console.print(table)
    for name, system in systems.items():
        if isinstance(system, str):
            console.print(f"{name} was not measured: {system}.")
    console.print(
        "Many persons of the UN's list stand on OFAC's as well: the second of two such is counted as not first.\n"
    )


def _measured(sample: Kinds, systems: dict[str, Peer | str]) -> tuple[dict[str, list[str]], list[str]]:
    cells: dict[str, list[str]] = {kind: [] for kind in sample}
    speeds: list[str] = []
    for system in systems.values():
        if isinstance(system, str):
            for row in (*cells.values(), speeds):
                row.append("not measured")
            continue
        before = system.seconds()
        for kind, rows in sample.items():
            cells[kind].append(_said(rows, system.find([row["name"] for row in rows])))
        speeds.append(f"{sum(map(len, sample.values())) / (system.seconds() - before):,.0f}")
    return cells, speeds


def _said(rows: list[Row], found: list[list[str]]) -> str:
    ten = sum(row["expected_id"] in ids for row, ids in zip(rows, found, strict=True)) / len(rows)
    one = sum(ids[:1] == [row["expected_id"]] for row, ids in zip(rows, found, strict=True)) / len(rows)
    return f"{ten:.3f} ({one:.3f})"

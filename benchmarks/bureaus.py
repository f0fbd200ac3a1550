"""How soon 196 bureaus have a notice: some by whole nodes, the others by readers, on the same two cores as the office.

    node      a program of its own: leaf server, PostgreSQL, index; it has a notice when a check finds the person
    leaf      a leaf server of its own with its bureau's account and rights, and behind it our reader
    reader    our reader, connected to the office's server
Readers verify what they take (signature, proof, commitment), and keep nothing. They share one process. All bureaus but
the nodes have leaves, unless LEAVES asks for fewer of them.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import Queue

from rich.console import Console
from rich.table import Table
from tests.builders import REVIEWER_1, REVIEWER_2, a_request, a_strange_case, a_stranger, desk

from benchmarks.programs import an_office, link
from benchmarks.readers import STARTED
from benchmarks.watched import watched
from rednotice.adapters.embedded.nats import EmbeddedNats
from rednotice.adapters.embedded.process import LOOPBACK
from rednotice.adapters.nats_config import BUREAU_API, OFFICE_API
from rednotice.flow import circulation
from rednotice.model.decision import Outcome
from rednotice.model.values import country_names
from rednotice.node import line_key, line_seed, node_signer
from rednotice.office import Office

BUREAUS = 196
NODES = int(os.environ.get("NODES", "6"))
LEAVES = int(os.environ.get("LEAVES", "190"))
NOTICES = 101
LIMIT = 1.0
"""Seconds in which all are to have a notice, at p99."""
PAUSE = 0.3

Told = Queue[tuple[float, str, str]]
"""A moment, a control number, and who had it then."""


def run(console: Console) -> None:
    """Prints the table."""
    codes = sorted(country_names())[:BUREAUS]
    nodes, leaves, readers = codes[:NODES], codes[NODES : NODES + LEAVES], codes[NODES + LEAVES :]
    with an_office() as (office, folder), ExitStack() as stack:
        assert office._nats
        line = f"{LOOPBACK}:{office.leaf_port}"
        for bureau in nodes:
            link(office, folder / bureau, bureau)
        _connect(office, folder, [*leaves, *readers])
        told: Told = Queue()
        for bureau in nodes:
            stack.enter_context(_node(folder / bureau, line, bureau, told))
        urls = [(bureau, _leaf(stack, folder / bureau, bureau, line), BUREAU_API) for bureau in leaves]
        urls += [(bureau, office._nats.url, OFFICE_API) for bureau in readers]
        stack.enter_context(_readers(office, urls, told))
        found = _measure(office, told, len(codes))
    kinds = {"node": nodes, "leaf": leaves, "reader": readers}
    _print(console, found, {bureau: kind for kind, of in kinds.items() for bureau in of})


def _connect(office: Office, folder: Path, bureaus: list[str]) -> None:
    """Connects many bureaus as `Office.connect_bureau` does, but has the server read its configuration once."""
    with office.database.work(office.settings.clock()) as work:
        for bureau in bureaus:
            work.connect_bureau(bureau, str(node_signer(folder / bureau, bureau).verifier), line_key(folder / bureau))
            circulation.catch_up(work, bureau)
    office._open_all_streams()
    office._admit()


def _leaf(stack: ExitStack, folder: Path, bureau: str, line: str) -> str:
    leaf = EmbeddedNats(folder / "nats", folder / "nats.log", "node")
    stack.callback(leaf.stop)
    leaf.start_leaf(bureau, line, line_seed(folder))
    return leaf.url


@contextmanager
def _node(folder: Path, line: str, bureau: str, told: Told) -> Iterator[None]:
    with watched(folder, line) as heard:

        def listen() -> None:
            while True:
                moment, number = heard.get()
                told.put((moment, number, bureau))

        threading.Thread(target=listen, daemon=True).start()
        yield


@contextmanager
def _readers(office: Office, urls: list[tuple[str, str, str]], told: Told) -> Iterator[None]:
    command = [sys.executable, "-m", "benchmarks.readers"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin
        assert child.stdout
        child.stdin.write(json.dumps({"office_key": str(office.key), "readers": urls}) + "\n")
        child.stdin.flush()
        while child.stdout.readline().strip() != STARTED:
            pass

        def listen() -> None:
            assert child.stdout
            for said in child.stdout:
                if len(parts := said.split()) == 3:
                    told.put((float(parts[0]), parts[1], parts[2]))

        threading.Thread(target=listen, daemon=True).start()
        try:
            yield
        finally:
            child.stdin.close()
            child.wait(60)


def _measure(office: Office, told: Told, bureaus: int) -> list[dict[str, float]]:
    """By notice: after how many seconds each bureau had it."""
    found = []
    for number in range(NOTICES):
        request = a_request(persons=[a_stranger(number)], **a_strange_case(number))
        filing = office.file_request(request, desk("PT"))
        office.decide(filing.number, Outcome.PUBLISH, "A measurement.", REVIEWER_1)
        time.sleep(PAUSE)
        (control_number,) = office.decide(filing.number, Outcome.PUBLISH, None, REVIEWER_2).notices
        published = time.perf_counter()
        had: dict[str, float] = {}
        while len(had) < bureaus:
            moment, what, bureau = told.get(timeout=60)
            if what == control_number:
                had[bureau] = moment - published
        found.append(had)
    return found[1:]  # the first one pays for connections


def _print(console: Console, found: list[dict[str, float]], kinds: dict[str, str]) -> None:
    counts = {kind: sum(one == kind for one in kinds.values()) for kind in ("node", "leaf", "reader")}
    title = f"{len(found)} notices to {BUREAUS} bureaus, from the decision's commit; limit {LIMIT:.0f} s at p99"
    table = Table(title=title, title_justify="left")
    for column in ("who", "bureaus", "median", "p99", "worst", "of the limit (p99)"):
        table.add_column(column)
    for kind, count in counts.items():
        times = [took for had in found for bureau, took in had.items() if kinds[bureau] == kind]
        _row(table, kind, count, times)
    _row(table, "the last of all", BUREAUS, [max(had.values()) for had in found])
    console.print(table)
    console.print()


def _row(table: Table, what: str, bureaus: int, times: list[float]) -> None:
    if times:
        p99 = statistics.quantiles(times, n=100, method="inclusive")[98]
        median, worst = statistics.median(times) * 1000, max(times) * 1000
        shown = (f"{median:.0f} ms", f"{p99 * 1000:.0f} ms", f"{worst:.0f} ms", f"{p99 / LIMIT:.3f}")
        table.add_row(what, str(bureaus), *shown)

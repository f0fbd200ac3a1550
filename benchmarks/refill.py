"""How fast a node is level that missed notices which no stream has any more: over HTTP, every one of them proved.

And what it holds of memory afterwards, when it was started again and does nothing.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from rich.console import Console
from tests.web.test_http import served

from benchmarks import made
from benchmarks.programs import an_office, link, node_program
from rednotice.adapters.embedded.process import LOOPBACK
from rednotice.office import Office
from rednotice.web.office import office_app

MISSED = int(os.environ.get("MISSED", "100000"))
LIMIT = 60.0
"""Seconds in which a node that missed 100,000 notices is to be level."""
MEMORY_LIMIT = 600.0
"""Megabytes of an idle node with 100,000 notices."""
IDLE = 20.0


def run(console: Console) -> None:
    """Prints what it took. The notices are made (`benchmarks.made`), the node is a program of its own."""
    with an_office() as (office, folder):
        # Nothing comes by a stream: its streams stay empty, and the node's line leads nowhere.
        office.mender.stop()
        made.fill(office.database._engine, office.database._keys.newest, made.notices(range(MISSED)))
        link(office, folder / "ES", "ES")
        with served(office_app(office)) as url:
            _measure(console, office, folder / "ES", url)


def _measure(console: Console, office: Office, folder: Path, url: str) -> None:
    with office.read() as reader:
        reader.told("ES")  # the office knows by heart what it told everybody, and reads it once after its start
    with node_program(folder, f"{LOOPBACK}:1", url, "--compare-every", "0.5") as node:
        started, office_cpu = time.perf_counter(), time.process_time()
        while node.figure("rednotice_index_persons") < MISSED:
            time.sleep(1)  # to ask costs the node as well
        took, office_cpu = time.perf_counter() - started, time.process_time() - office_cpu
        cpu, engines = node.cpu(), node.cpu(engines=True)
        resident, unique = node.memory()
        refused = node.figure("rednotice_envelopes_rejected_total")
    assert not refused
    with node_program(folder, f"{LOOPBACK}:1", url) as node:
        time.sleep(IDLE)
        idle = node.memory()
    console.print(
        f"A node that missed {MISSED:,} (made) notices is level by refill {took:.1f} s after its start "
        f"({MISSED / took:,.0f} a second): {100_000 * took / MISSED / LIMIT:.2f} of the limit of {LIMIT:.0f} s for "
        f"100,000. Processor: node {cpu:.1f} s (its start included), its engines {engines:.1f} s, office "
        f"{office_cpu:.1f} s. "
        f"The node then holds {resident:.0f} MB ({unique:.0f} of them its own).\n"
        f"Started again, and idle for {IDLE:.0f} s, it holds {idle[0]:.0f} MB ({idle[1]:.0f} of them its own) without "
        f"its engines: {idle[0] / MEMORY_LIMIT:.2f} of the limit of {MEMORY_LIMIT:.0f} MB with 100,000 notices.\n"
    )

"""How many notices a second go out, beside a bare JetStream publisher on the same server, which keeps them as safely.

What waits in the office's outbox is carried to the stream: read from PostgreSQL, proved against the checkpoint, looked
whether it takes another one's place, published, acknowledged on disk (`sync_interval: always`), marked. The peer is
nats-py alone, with bytes of the same length that lie in memory, one at a time and as many at once as the office has.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import Any

import nats
from rich.console import Console
from rich.table import Table

from benchmarks import made
from benchmarks.programs import an_office
from rednotice.adapters.postgres.outbox import WINDOW
from rednotice.office import Office

ROUNDS = 24
EACH = 256
OURS = "the office's outbox"
LIMIT = 0.5
"""Of what a bare publisher reaches."""


def run(console: Console) -> None:
    """Prints the table."""
    with an_office() as (office, _):
        for relay in (office.mender, office.relay):
            relay.stop()
        engine, signer = office.database._engine, office.database._keys.newest
        made.fill(engine, signer, made.notices(range(ROUNDS * EACH)), published=False)
        assert office._nats
        _print(console, asyncio.run(_measure(office, office._nats.url)))


async def _measure(office: Office, url: str) -> dict[str, list[tuple[float, float]]]:
    """By what published, each round: messages a second, and seconds of this process's processor."""
    client = await nats.connect(url)
    context = client.jetstream()
    await context.add_stream(name="BARE", subjects=["bare.>"])
    with office.read() as reader:
        data = bytes(len(reader.log.envelopes([0])[0].pack()))
    found: dict[str, list[tuple[float, float]]] = {}
    for turn in range(ROUNDS):
        for what, window in (("bare, one at a time", 1), (f"bare, {WINDOW} at once", WINDOW)):
            started = time.perf_counter(), time.process_time()
            for start in range(0, EACH, window):
                names = [f"{turn}.{window}.{number}" for number in range(start, start + window)]
                await asyncio.gather(*(_publish(context, name, data) for name in names))
            _note(found, what, started)
        started = time.perf_counter(), time.process_time()
        await asyncio.get_running_loop().run_in_executor(None, _relay, office)
        _note(found, OURS, started)
    await client.close()
    return found


async def _publish(context: Any, name: str, data: bytes) -> None:
    await context.publish(f"bare.{name}", data, headers={"Nats-Msg-Id": name})


def _relay(office: Office) -> None:
    sent = 0
    while sent < EACH and (more := office.database.relay(office._publish)):
        sent += more


def _note(found: dict[str, list[tuple[float, float]]], what: str, started: tuple[float, float]) -> None:
    rate = EACH / (time.perf_counter() - started[0])
    found.setdefault(what, []).append((rate, time.process_time() - started[1]))


def _print(console: Console, found: dict[str, list[tuple[float, float]]]) -> None:
    title = f"Publication, {ROUNDS} rounds of {EACH:,} in turn, medians; limit {LIMIT} of a bare publisher"
    table = Table(title=title, title_justify="left")
    for column in ("what", "a second", "ms of Python's processor each", "the office beside it", "of the limit"):
        table.add_column(column)
    ours = [rate for rate, _ in found[OURS]]
    for what, rounds in found.items():
        # Round by round: what else the disk does changes from one second to the next.
        beside = statistics.median(own / rate for own, (rate, _) in zip(ours, rounds, strict=True))
        rate, cpu = (statistics.median(column) for column in zip(*rounds, strict=True))
        ratios = ("", "") if what == OURS else (f"{beside:.2f}", f"{beside / LIMIT:.2f}")
        table.add_row(what, f"{rate:,.0f}", f"{cpu / EACH * 1000:.2f}", *ratios)
    console.print(table)
    console.print()

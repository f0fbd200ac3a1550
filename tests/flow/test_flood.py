"""One bureau sends thousands of reports that nobody believes; the others notice nothing of it."""

from __future__ import annotations

import asyncio
import time

import nats

from rednotice.adapters.postgres.office import REJECTED
from tests.conftest import Road, eventually

FLOOD = 2_000


async def flood(url: str) -> None:
    client = await nats.connect(url)
    try:
        for number in range(FLOOD):
            await client.publish("report.ES.receipt", b"forged %d" % number)
        await client.flush()
    finally:
        await client.close()


def kept(road: Road, bureau: str) -> int:
    with road.office.database._engine.connect() as connection:
        query = f"SELECT count(*) FROM report_rejected WHERE bureau = '{bureau}'"
        return int(connection.exec_driver_sql(query).scalar_one())


def left(road: Road) -> int:
    stream = road.office._stream

    async def look() -> int:
        return int((await stream._context().stream_info("REPORTS_ES")).state.messages)

    return stream._call(look(), "look")


def test_a_flood_of_reports_delays_no_receipt_of_another_and_leaves_a_bounded_trace(road: Road) -> None:
    asyncio.run(flood(road.nodes["ES"]._stream._url))
    started = time.monotonic()
    _, number = road.publish()
    road.wait_receipt("NZ", number)
    waited = time.monotonic() - started
    assert left(road), "the flood was over before the receipt came: nothing was tried"
    assert waited < 15
    eventually(lambda: left(road) == 0 or None, "the end of the flood", patience=100)
    assert road.wait_receipt("ES", number) == "applied", "its own receipt comes behind its flood"
    assert kept(road, "ES") <= REJECTED
    print(f"receipt of NZ after {waited:.2f} s")

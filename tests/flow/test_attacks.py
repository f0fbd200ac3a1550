"""A connected bureau that means harm to all: what it sends by the million, and by the gigabyte, is its own trouble."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx
import nats
import psutil
import pytest

from rednotice.adapters.callers import SHARE
from rednotice.adapters.embedded.process import LOOPBACK
from rednotice.adapters.nats_config import BUREAU_API
from rednotice.errors import Unavailable
from rednotice.log.call import Call, digest, sign_call
from tests.towns import Town, a_town

HUGE = 1_000_000_000
REQUESTS = 20_000


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with a_town(tmp_path_factory.mktemp("town")) as town:
        yield town


def served_in_time(town: Town) -> float:
    """Seconds until another bureau has a notice that is published now, and its receipt is taken."""
    started = time.monotonic()
    _, number = town.publish()
    assert town.wait_receipt("NZ", number) == "applied"
    return time.monotonic() - started


def memory(town: Town) -> int:
    """Bytes that this process and the office's nats-server hold."""
    assert town.office._nats
    assert town.office._nats._child
    return sum(psutil.Process(pid).memory_info().rss for pid in (psutil.Process().pid, town.office._nats._child.pid))


def pour(port: int, head: bytes) -> int:
    """How many of a thousand million bytes are taken after a beginning that promises them."""
    sent = 0
    with socket.create_connection((LOOPBACK, port)) as line, suppress(OSError):
        line.sendall(head)
        while sent < HUGE:
            sent += line.send(bytes(1_000_000))
    return sent


def test_a_thousand_million_bytes_are_refused_before_they_are_read(town: Town) -> None:
    before = memory(town)
    assert town.office._nats
    promise = f"POST /api/circulation/events HTTP/1.1\r\nHost: x\r\nContent-Length: {HUGE}\r\n\r\n"
    doors = {int(town.url.rsplit(":", 1)[1]): promise.encode()}
    message = b"CONNECT {}\r\nPUB report.ES.hit 1000000000\r\n"
    doors |= dict.fromkeys((town.office._nats.leaf_port, town.office._nats.port), message)
    taken = {port: pour(port, head) for port, head in doors.items()}
    assert max(taken.values()) < HUGE / 2, taken
    assert memory(town) - before < 200_000_000
    served_in_time(town)


def test_who_calls_too_often_over_http_is_told_so_and_others_are_served(town: Town) -> None:
    """With the bureau's own key, each call new."""
    calls = town.calls("ES")
    signer = calls._signer
    challenge = httpx.get(f"{town.url}/api/circulation/challenge", trust_env=False).text

    def call(number: int) -> int:
        target = "/api/circulation/letters?after=0"
        header = sign_call(Call("ES", "GET", target, digest(b""), challenge, str(number)), signer)
        return client.get(town.url + target, headers={"Authorization": header}).status_code

    with httpx.Client(trust_env=False) as client, ThreadPoolExecutor(4) as many:
        answers = list(many.map(call, range(SHARE.amount + 200)))
    assert set(answers) == {200, 429}
    assert answers.count(200) <= SHARE.amount
    assert answers.count(429) >= 200
    with pytest.raises(Unavailable, match=r"answered 429: bureau ES calls more than .* times a minute"):
        calls.state()
    assert town.calls("NZ").state().note
    assert served_in_time(town) < 15


async def ask_without_end(url: str) -> int:
    """Asks for everything that a bureau may ask for, and reads no answer."""
    client = await nats.connect(url, pending_size=10**9)
    try:
        for number in range(REQUESTS):
            asked = json.dumps({"seq": 1, "batch": 256}).encode()
            await client.publish(f"{BUREAU_API}.DIRECT.GET.NOTICES", asked, reply=f"_INBOX.{number}")
            await client.publish("report.ES.receipt", b"%d" % number)
        await client.flush(60)
    finally:
        await client.close()
    return REQUESTS


def test_who_asks_and_reports_without_end_over_nats_delays_no_other(town: Town) -> None:
    for _ in range(5):
        town.publish()
    with ThreadPoolExecutor(1) as attacker:
        flood = attacker.submit(asyncio.run, ask_without_end(town.nodes["ES"]._stream._url))
        waited: list[float] = []
        while not flood.done() or not waited:
            waited.append(served_in_time(town))
        assert flood.result() == REQUESTS
    assert max(waited) < 15, waited

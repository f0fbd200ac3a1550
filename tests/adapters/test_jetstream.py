"""What a bureau hears of others, what of it is believed, and how streams are read."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import nats
import nats.errors
import nats.js.errors
import psutil
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nats.aio.msg import Msg

from rednotice.adapters.embedded.nats import EmbeddedNats
from rednotice.adapters.embedded.process import LOOPBACK
from rednotice.adapters.jetstream import JetStream, Message, Position
from rednotice.adapters.nats_config import OFFICE_API, OFFICE_DOMAIN
from rednotice.errors import Unavailable
from rednotice.log.note import Signer
from rednotice.log.report import Report, ReportKind, sign_report
from rednotice.model.decision import Outcome
from rednotice.model.hit import Hit
from rednotice.node import Node
from tests.builders import NOON, REVIEWER_1, REVIEWER_2, desk
from tests.conftest import Road, eventually


def leaf_of(road: Road, bureau: str) -> str:
    """The address of a bureau's own NATS, whose leaf shows the bureau's secret at the office."""
    return road.nodes[bureau]._stream._url


# --- What a bureau says, and what it hears ------------------------------------------------------------------


def test_a_hit_that_a_bureau_did_not_sign_is_kept_and_not_believed(road: Road) -> None:
    _, number = road.publish()
    forger = Signer("rednotice.local/ES", Ed25519PrivateKey.generate())
    hit = Hit(number="ES-H-forged", control_number=number, version=1, bureau="ES", officer="nobody", confirmed_at=NOON)
    report = Report(bureau="ES", number=2**50, kind=ReportKind.HIT, at=NOON, body=hit.model_dump(mode="json"))
    with road.office.read() as reader:
        rejected = reader.rejected_reports()
    road.nodes["ES"]._stream.publish("report.ES.hit", sign_report(report, forger), "forged")

    def kept() -> bool | None:
        with road.office.read() as reader:
            return reader.rejected_reports() > rejected or None

    eventually(kept, "the report that was not believed")
    with road.office.read() as reader:
        assert not [case for case in reader.cases("ES") if case.hit == hit.number]


def test_a_bureau_that_listens_to_everything_hears_nothing_of_another(road: Road) -> None:
    async def listen() -> set[str]:
        heard: set[str] = set()

        async def hear(message: Msg) -> None:
            heard.add(message.subject)

        client = await nats.connect(leaf_of(road, "ES"))
        try:
            await client.subscribe(">", cb=hear)
            await client.flush()
            await asyncio.get_running_loop().run_in_executor(None, traffic)
        finally:
            await client.close()
        return heard

    def traffic() -> None:
        filing = road.office.file_request(road.a_request(bureau="NZ"), desk("NZ"))
        for reviewer in (REVIEWER_1, REVIEWER_2):
            granted = road.office.decide(filing.number, Outcome.PUBLISH, "Synthetic.", reviewer)
        for bureau in ("ES", "NZ"):
            road.wait_receipt(bureau, granted.notices[0])
        eventually(lambda: letter_came(road.nodes["NZ"], filing.number), "the letter to NZ")

    heard = asyncio.run(listen())
    assert "report.ES.receipt" in heard
    assert not [subject for subject in heard if "NZ" in subject or "REPORTS" in subject]


def letter_came(node: Node, about: str) -> bool | None:
    with node.read() as reader:
        return any(letter.subject == about for letter in reader.letters(count=100_000)) or None


# --- Streams and their readers ------------------------------------------------------------------------------


@dataclass
class Reader:
    """Takes messages, remembers its position, and fails as often as it is told to."""

    taken: list[bytes]
    position: Position | None = None
    fails: int = 0

    def take(self, messages: list[Message]) -> None:
        if self.fails:
            self.fails -= 1
            raise RuntimeError("a synthetic failure")
        self.taken += [message.data for message in messages]
        self.position = messages[-1].position

    def has(self, *data: bytes) -> Callable[[], bool | None]:
        return lambda: self.taken == list(data) or None


@pytest.fixture
def streams(road: Road) -> Iterator[Callable[[], JetStream]]:
    """Opens connections of the office's own, and a stream TRY that is empty."""
    assert road.office._nats
    opened: list[JetStream] = []

    def connect() -> JetStream:
        assert road.office._nats
        stream = JetStream(road.office._nats.url, "test", api=OFFICE_API)
        opened.append(stream)
        stream.open()
        return stream

    connect().ensure_stream("TRY", "try.>")
    try:
        yield connect
    finally:
        for stream in opened:
            stream.close()
        asyncio.run(delete(road.office._nats.url, "TRY"))


async def delete(url: str, stream: str) -> None:
    client = await nats.connect(url)
    await client.jetstream(domain=OFFICE_DOMAIN).delete_stream(stream)
    await client.close()


def follow(stream: JetStream, reader: Reader) -> None:
    stream.follow("TRY", lambda: reader.position, lambda messages: reader.take(list(messages)))


def test_what_is_published_twice_under_one_id_is_one_message(streams: Callable[[], JetStream]) -> None:
    stream, reader = streams(), Reader([])
    for data, message_id in ((b"1", "a"), (b"1", "a"), (b"2", "b")):
        stream.publish("try.x", data, message_id)
    follow(stream, reader)
    eventually(reader.has(b"1", b"2"), "two messages")


def test_a_stream_that_is_there_already_keeps_the_last_of_a_subject_from_now_on(
    streams: Callable[[], JetStream],
) -> None:
    stream, reader = streams(), Reader([])
    for data in (b"1", b"2"):
        stream.publish("try.x", data, data.decode())
    stream.ensure_stream("TRY", "try.>", last_per_subject=True)
    stream.publish("try.y", b"3", "3")
    stream.publish("try.y", b"4", "4")
    follow(stream, reader)
    eventually(reader.has(b"2", b"4"), "the last message of each subject")


def test_what_a_reader_could_not_take_comes_again_in_order(streams: Callable[[], JetStream]) -> None:
    stream, reader = streams(), Reader([], fails=2)
    follow(stream, reader)
    for data in (b"1", b"2", b"3"):
        stream.publish("try.x", data, data.decode())
    eventually(reader.has(b"1", b"2", b"3"), "three messages after two failures")


def test_a_reader_goes_on_where_it_remembers_to_be(streams: Callable[[], JetStream]) -> None:
    stream, reader = streams(), Reader([])
    with closing(streams()) as first:
        follow(first, reader)
        stream.publish("try.x", b"1", "1")
        eventually(reader.has(b"1"), "the first message")
    stream.publish("try.x", b"2", "2")
    follow(stream, reader)
    eventually(reader.has(b"1", b"2"), "the second message, and not the first again")


def test_a_stream_that_was_made_anew_is_read_from_its_beginning(road: Road, streams: Callable[[], JetStream]) -> None:
    assert road.office._nats
    stream, reader = streams(), Reader([])
    reader.position = Position("another making", 100)
    stream.publish("try.x", b"1", "1")
    follow(stream, reader)
    eventually(reader.has(b"1"), "the first message of a stream that the reader does not know")


def test_a_stream_of_an_earlier_version_is_emptied_and_deleted(road: Road, streams: Callable[[], JetStream]) -> None:
    stream = streams()
    taken: list[int] = []

    async def as_it_was() -> None:
        assert road.office._nats
        client = await nats.connect(road.office._nats.url)
        await client.jetstream(domain=OFFICE_DOMAIN).add_stream(name="OLD", subjects=["old.>"])
        for number in range(600):
            await client.jetstream(domain=OFFICE_DOMAIN).publish("old.x", str(number).encode())
        await client.close()

    asyncio.run(as_it_was())
    stream.empty("OLD", "old.>", lambda _, messages: taken.extend(int(one.data) for one in messages))
    assert taken == list(range(600))
    with pytest.raises(Unavailable):
        stream.publish("old.x", b"x", "x")
    stream.empty("OLD", "old.>", lambda *_: taken.clear())  # where there is none, nothing happens
    assert len(taken) == 600


def test_what_no_stream_takes_is_not_published(streams: Callable[[], JetStream]) -> None:
    with pytest.raises(Unavailable, match=r"NATS did not publish to nobody\.takes\.this"):
        streams().publish("nobody.takes.this", b"x", "x")


def test_a_server_that_hangs_up_again_and_again_leaves_one_socket_at_most(tmp_path: Path) -> None:
    server = EmbeddedNats(tmp_path / "nats", tmp_path / "nats.log", "office")
    server.start_office({})
    with closing(JetStream(server.url, "tried", api=OFFICE_API)) as stream:
        stream.open()
        server.stop()
        with socket.create_server((LOOPBACK, server.port)) as deaf:
            deaf.settimeout(10)
            for _ in range(4):
                deaf.accept()[0].close()
        ours = [one for one in psutil.Process().net_connections("tcp") if one.raddr and one.raddr.port == server.port]
        assert len(ours) <= 1

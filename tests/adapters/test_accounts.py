"""What a bureau can do with its own valid key and any NATS client, going round our program: read, report, no more.

A server as the office starts it, with the streams that the office makes, and a bureau's leaf; no database.
"""

from __future__ import annotations

import asyncio
import base64
import json
import socket
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import nats
import nats.errors
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nats.aio.client import Client
from nats.aio.msg import Msg

from rednotice.adapters import nkeys
from rednotice.adapters.embedded.nats import EmbeddedNats
from rednotice.adapters.embedded.process import LOOPBACK
from rednotice.adapters.jetstream import JetStream, Message, Position, Quota
from rednotice.adapters.nats_config import BUREAU_API, OFFICE_API, REPORT_LIMIT
from rednotice.errors import Unavailable
from tests.conftest import eventually

T = TypeVar("T")
QUOTA = Quota(messages=100, bytes=1_000_000, bytes_of_one=REPORT_LIMIT)
REFUSED = b'"error":{'
"""In every answer that a server gives in the place of what was asked."""
SECRET = b"what ES may not have"


@dataclass
class Bureau:
    """A bureau with its key and its leaf."""

    code: str
    key: Ed25519PrivateKey
    leaf: EmbeddedNats

    @property
    def seed(self) -> str:
        return nkeys.seed(self.key)

    @property
    def public(self) -> str:
        return nkeys.public_key(self.seed)


@dataclass
class Scene:
    """The office's server, its own client, and two bureaus."""

    server: EmbeddedNats
    office: JetStream
    bureaus: dict[str, Bureau]

    def keys(self, *codes: str) -> dict[str, str]:
        return {code: self.bureaus[code].public for code in codes}

    def as_bureau(self, act: Callable[[Client], Coroutine[Any, Any, T]], code: str = "ES") -> T:
        return as_client(self.bureaus[code].leaf.url, act)

    def holds(self, stream: str) -> list[tuple[str, bytes]]:
        """The messages of a stream, read as the office."""

        async def read(client: Client) -> list[tuple[str, bytes]]:
            found, context = [], client.jetstream(prefix=OFFICE_API)
            for place in range(1, (await context.stream_info(stream)).state.last_seq + 1):
                try:
                    message = await context.get_msg(stream, place)
                except nats.js.errors.NotFoundError:
                    continue
                found.append((message.subject or "", message.data or b""))
            return found

        return as_client(self.server.url, read)

    def line_stands(self, code: str) -> bool:
        async def ask(client: Client) -> bool:
            try:
                await client.request(f"{BUREAU_API}.STREAM.INFO.NOTICES", timeout=0.5)
            except nats.errors.Error:
                return False
            return True

        return self.as_bureau(ask, code)


def as_client(url: str, act: Callable[[Client], Coroutine[Any, Any, T]]) -> T:
    async def whole() -> T:
        client = await nats.connect(url)
        try:
            return await act(client)
        finally:
            await client.close()

    return asyncio.run(whole())


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("accounts")
    server = EmbeddedNats(folder / "office", folder / "office.log", "office")
    server.start_office({})
    office = JetStream(server.url, "office", api=OFFICE_API)
    found = Scene(server, office, {})
    try:
        office.open()
        office.ensure_stream("NOTICES", "notice.>", last_per_subject=True)
        for code in ("ES", "NZ"):
            leaf = EmbeddedNats(folder / code, folder / f"{code}.log", "node")
            found.bureaus[code] = Bureau(code, Ed25519PrivateKey.generate(), leaf)
            office.ensure_stream(f"BUREAU_{code}", f"bureau.{code}.>", last_per_subject=True)
            office.ensure_stream(f"REPORTS_{code}", f"report.{code}.>", quota=QUOTA)
            server.admit(found.keys(*found.bureaus))
            leaf.start_leaf(code, f"{LOOPBACK}:{server.leaf_port}", found.bureaus[code].seed)
        office.publish("notice.A-1", b"a recall", "1")
        office.publish("bureau.ES.notice.A-2", b"for ES", "2")
        office.publish("bureau.NZ.notice.A-3", SECRET, "3")
        for code in ("ES", "NZ"):
            eventually(lambda code=code: found.line_stands(code) or None, f"the line of {code}")  # type: ignore[misc]
        yield found
    finally:
        for bureau in found.bureaus.values():
            bureau.leaf.stop()
        office.close()
        server.stop()


async def asked(client: Client, subject: str, body: bytes, answer_to: str | None = None) -> list[Msg]:
    """Asks, and waits for what comes until nothing does; or has the answer sent elsewhere."""
    heard: list[Msg] = []

    async def hear(message: Msg) -> None:
        if (message.headers or {}).get("Status") != "503":  # 503: there is nobody whom the question could reach
            heard.append(message)

    inbox = client.new_inbox()
    await client.subscribe(inbox, cb=hear)
    await client.publish(subject, body, reply=answer_to or inbox)
    # Behind it a question that is answered: by then the other one was, or never is.
    await client.request(f"{BUREAU_API}.STREAM.INFO.NOTICES", timeout=10)
    await asyncio.sleep(0.05)
    return heard


# --- What it may --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("stream", "data"), [("NOTICES", b"a recall"), ("BUREAU_ES", b"for ES")])
def test_a_bureau_reads_the_two_streams_that_are_for_it(scene: Scene, stream: str, data: bytes) -> None:
    reader = JetStream(scene.bureaus["ES"].leaf.url, "node ES", api=BUREAU_API)
    reader.open()
    taken: list[Message] = []
    try:
        reader.follow(stream, lambda: None, lambda messages: taken.extend(messages))
        eventually(lambda: data in [one.data for one in taken] or None, f"a message of {stream}")
    finally:
        reader.close()


def test_a_bureau_reports_as_itself(scene: Scene) -> None:
    node = JetStream(scene.bureaus["ES"].leaf.url, "node ES", api=BUREAU_API)
    node.open()
    try:
        node.publish("report.ES.receipt", b"of ES", "r1")
        with pytest.raises(Unavailable):
            node.publish("report.NZ.receipt", b"in the name of NZ", "r2")
    finally:
        node.close()
    assert ("report.ES.receipt", b"of ES") in scene.holds("REPORTS_ES")
    assert scene.holds("REPORTS_NZ") == []


# --- What it may not ----------------------------------------------------------------------------------------

EVERY_STREAM = ("NOTICES", "BUREAU_ES", "BUREAU_NZ", "REPORTS_ES", "REPORTS_NZ")
ACTS = [
    "INFO",
    "STREAM.NAMES",
    "STREAM.LIST",
    "STREAM.CREATE.MINE",
    *(f"STREAM.{act}.{one}" for one in EVERY_STREAM for act in ("DELETE", "PURGE", "UPDATE", "MSG.DELETE", "SNAPSHOT")),
    *(f"STREAM.MSG.GET.{one}" for one in EVERY_STREAM),
    *(f"CONSUMER.{act}.{one}.mine" for one in EVERY_STREAM for act in ("CREATE", "DURABLE.CREATE", "MSG.NEXT")),
    *(f"CONSUMER.CREATE.{one}" for one in EVERY_STREAM),
    *(f"{act}.{one}" for one in EVERY_STREAM[2:] for act in ("STREAM.INFO", "DIRECT.GET")),
    *(f"DIRECT.GET.{one}.>" for one in EVERY_STREAM),
]


@pytest.mark.parametrize("door", [BUREAU_API, OFFICE_API, "$JS.API"])
def test_no_other_question_is_answered_but_by_a_refusal_and_none_does_anything(scene: Scene, door: str) -> None:
    body = json.dumps({"name": "MINE", "subjects": ["mine"], "seq": 1, "batch": 100, "stream_name": "NOTICES"}).encode()

    async def ask(client: Client) -> list[str]:
        heard = {act: await asked(client, f"{door}.{act}", body) for act in ACTS}
        return [act for act, messages in heard.items() if [one for one in messages if REFUSED not in one.data]]

    before = {stream: scene.holds(stream) for stream in EVERY_STREAM}
    assert scene.as_bureau(ask) == []
    assert {stream: scene.holds(stream) for stream in EVERY_STREAM} == before


@pytest.mark.parametrize("target", ["notice.A-1", "bureau.NZ.notice.A-3", "report.NZ.receipt"])
@pytest.mark.parametrize("question", ["STREAM.INFO.NOTICES", "DIRECT.GET.NOTICES", "DIRECT.GET.BUREAU_ES", "report"])
def test_an_answer_is_not_written_where_a_bureau_points_it(scene: Scene, target: str, question: str) -> None:
    """The reply-subject attack: a server's answer as the last word on a notice, in the place of its recall."""
    subject = "report.ES.receipt" if question == "report" else f"{BUREAU_API}.{question}"
    before = [scene.holds(stream) for stream in ("NOTICES", "BUREAU_NZ", "REPORTS_NZ")]
    scene.as_bureau(lambda client: asked(client, subject, b'{"seq":1,"batch":9}', answer_to=target))
    assert [scene.holds(stream) for stream in ("NOTICES", "BUREAU_NZ", "REPORTS_NZ")] == before


@pytest.mark.parametrize("name", ["node-ES", "mine"])
def test_no_consumer_delivers_a_notice_in_the_place_of_another(scene: Scene, name: str) -> None:
    """The deliver-subject attack: what a push consumer delivers is published in the office's own account."""
    config = {"name": name, "deliver_subject": "notice.A-1", "ack_policy": "none", "deliver_policy": "all"}
    body = json.dumps({"stream_name": "BUREAU_ES", "config": config}).encode()
    for door in (BUREAU_API, OFFICE_API, "$JS.API"):
        for act in (f"CONSUMER.CREATE.BUREAU_ES.{name}", f"CONSUMER.DURABLE.CREATE.BUREAU_ES.{name}"):
            scene.as_bureau(lambda client, on=f"{door}.{act}": asked(client, on, body))  # type: ignore[misc]
    assert scene.holds("NOTICES") == [("notice.A-1", b"a recall")]


@pytest.mark.parametrize("subject", ["notice.A-1", "bureau.ES.notice.A-2", "bureau.NZ.x", "stored.NOTICES.x", "$JS.x"])
def test_a_bureau_does_not_speak_as_the_office(scene: Scene, subject: str) -> None:
    before = [scene.holds(stream) for stream in EVERY_STREAM]
    scene.as_bureau(lambda client: asked(client, subject, b"forged"))
    assert [scene.holds(stream) for stream in EVERY_STREAM] == before


def test_headers_of_a_report_change_nothing_of_anybody_else(scene: Scene) -> None:
    """A report may carry any header: those by which streams are rolled up, and those that readers are told."""
    spoofed = {"Nats-Rollup": "all", "Nats-Sequence": "999", "Nats-Subject": "report.NZ.receipt", "Status": "204"}

    async def send(client: Client) -> None:
        for name, value in spoofed.items():
            await client.publish("report.ES.receipt", b"spoofed", headers={name: value})
        await client.request("report.ES.receipt", b"after them", timeout=10)

    taken: list[Message] = []
    before = scene.holds("REPORTS_ES")
    scene.as_bureau(send)
    scene.office.follow("REPORTS_ES", lambda: None, lambda messages: taken.extend(messages))
    eventually(lambda: b"after them" in [one.data for one in taken] or None, "the report behind the spoofed ones")
    assert {one.subject for one in taken} == {"report.ES.receipt"}
    assert [one.position.sequence for one in taken] == sorted({one.position.sequence for one in taken})
    assert scene.holds("REPORTS_ES")[: len(before)] == before
    assert scene.holds("REPORTS_NZ") == []


def test_who_floods_the_office_fills_a_quota_of_its_own(scene: Scene) -> None:
    async def flood(client: Client) -> str:
        for _ in range(1_000):
            await client.publish("report.ES.flood", bytes(900))
        answer = await client.request("report.ES.flood", b"one more", timeout=10)
        return answer.data.decode()

    assert "maximum messages exceeded" in scene.as_bureau(flood)
    assert len(scene.holds("REPORTS_ES")) == QUOTA.messages
    node = JetStream(scene.bureaus["NZ"].leaf.url, "node NZ", api=BUREAU_API)
    node.open()
    try:
        started = time.monotonic()
        node.publish("report.NZ.receipt", b"of NZ", "nz")
        assert time.monotonic() - started < 2
    finally:
        node.close()
    # What the office has taken makes room again.
    position = scene.office._call(scene.office._state("REPORTS_ES"), "look")
    scene.office.remove("REPORTS_ES", Position(*position))
    scene.office.remove("REPORTS_NZ", Position(*scene.office._call(scene.office._state("REPORTS_NZ"), "look")))
    assert scene.holds("REPORTS_ES") == []


def test_a_line_key_opens_the_door_of_lines_alone(scene: Scene) -> None:
    """As an ordinary client it is refused, though it signs what the server asks it to."""
    with socket.create_connection((LOOPBACK, scene.server.port)) as line, line.makefile("rwb") as file:
        nonce = json.loads(file.readline().removeprefix(b"INFO "))["nonce"]
        signed = base64.urlsafe_b64encode(scene.bureaus["ES"].key.sign(nonce.encode())).decode().rstrip("=")
        hello = {"nkey": scene.bureaus["ES"].public, "sig": signed, "verbose": False, "pedantic": False}
        file.write(b"CONNECT " + json.dumps(hello).encode() + b"\r\nPING\r\n")
        file.flush()
        assert b"Authorization Violation" in file.readline()


def test_a_key_that_the_office_does_not_know_opens_nothing(scene: Scene, tmp_path: Path) -> None:
    stranger = Bureau("FR", Ed25519PrivateKey.generate(), EmbeddedNats(tmp_path / "FR", tmp_path / "FR.log", "node"))
    stranger.leaf.start_leaf("FR", f"{LOOPBACK}:{scene.server.leaf_port}", stranger.seed)
    try:
        eventually(lambda: "Authorization Violation" in stranger.leaf.log.read_text() or None, "the refusal")
    finally:
        stranger.leaf.stop()


def test_a_revoked_bureau_is_out_at_once_and_stays_out_until_it_has_another_key(scene: Scene) -> None:
    try:
        scene.server.admit(scene.keys("NZ"))
        assert not scene.line_stands("ES")
        eventually(lambda: scene.line_stands("NZ") or None, "the line of NZ, which was cut for a moment")
        time.sleep(2.5)  # its leaf tries again each second
        assert not scene.line_stands("ES")
        bureau = scene.bureaus["ES"]
        bureau.leaf.stop()
        bureau.key = Ed25519PrivateKey.generate()
        scene.server.admit(scene.keys("ES", "NZ"))
        bureau.leaf.start_leaf("ES", f"{LOOPBACK}:{scene.server.leaf_port}", bureau.seed)
        eventually(lambda: scene.line_stands("ES") or None, "the line of ES with its new key")
        assert scene.line_stands("NZ")
    finally:
        scene.server.admit(scene.keys("ES", "NZ"))

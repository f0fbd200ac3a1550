"""NATS JetStream behind plain calls: streams, publication that waits for its acknowledgement, and their readers.

nats-py is asynchronous; one event loop in one thread carries it, so that everything else may stay synchronous.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

import nats
import nats.errors
import nats.js.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RePublish, StreamConfig

from rednotice.errors import CannotStart, NotFound, Unavailable

log = structlog.get_logger(__name__)
T = TypeVar("T")

BATCH = 256
MAX_PAYLOAD = 8_000_000
"""Bytes of a message that a server must take."""
PATIENCE = 5.0
LONG = 3600.0
RETRY = 0.25
GONE = (10037, 10043)
"""What a stream answers that was asked to delete a message that is not there."""
PURGED = "no message found"
"""And if the message was before the first that is there: the number of that error stands for others as well."""
POLL = 2.0
"""Seconds without news after which a stream is looked at, whether it is still the one that was read."""
BATCH_BYTES = 16_000_000
"""Bytes after which an answer ends, though more messages wait."""
BEHIND, BEHIND_TIMES = 0.02, 25
"""How long, and how often, a server of a cluster is waited for that has not yet what another one told of."""
SEQUENCE = "Nats-Sequence"
END, NOTHING = "204", "404"
"""What a stream says at the end of its messages, and if there is none."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a reader is in a stream: which making of the stream it was, and the last message that was taken."""

    made: str
    sequence: int


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a stream, and how far a reader is who took it."""

    subject: str
    data: bytes
    position: Position


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that is to be published; by its id a stream knows a repetition."""

    subject: str
    data: bytes
    message_id: str


@dataclass(frozen=True, slots=True)
class Quota:
    """What a stream takes at most; more is refused until something was removed."""

    messages: int
    bytes: int
    bytes_of_one: int


Handler = Callable[[Sequence[Message]], None]
"""Takes messages in order. If it raises, they come again."""
Remembered = Callable[[], Position | None]
"""How far a reader remembers to be; None if it never read."""


def stored(stream: str) -> str:
    """The subjects on which the server tells, without content, that a stream stored a message."""
    return f"stored.{stream}.>"


class JetStream:
    """A connection to a NATS server, kept up until it is closed."""

    def __init__(self, url: str, name: str, *, api: str, replicas: int = 1) -> None:
        """Names the server.

        Args:
            url: its address; of a cluster several, with commas between them.
            name: by which the server's log calls this connection.
            api: the subject below which JetStream takes questions here.
            replicas: of every stream that is made, on as many servers of a cluster.
        """
        self._url, self._name, self._api, self._replicas = url, name, api, replicas
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"nats {name}", daemon=True)
        self._client: Client | None = None
        self._readers: list[asyncio.Task[None]] = []
        self._troubles: dict[str, str | None] = {}
        self._closing = False

    def open(self) -> None:
        """Connects.

        Raises:
            Unavailable: if no server answers.
            CannotStart: if the server takes smaller messages than an envelope may be.
        """
        self._thread.start()
        client: Any = Client()  # its own types know neither waits below a second nor transports
        self._call(
            client.connect(
                self._url.split(","),
                name=self._name,
                max_reconnect_attempts=-1,
                reconnect_time_wait=RETRY,
                error_cb=partial(self._on_error, client),
            ),
            "connect",
        )
        self._client = client
        if client.max_payload < MAX_PAYLOAD:
            raise CannotStart(
                f"NATS takes messages of {client.max_payload:,} bytes; set its max_payload to {MAX_PAYLOAD:,}"
            )

    def close(self) -> None:
        """Stops readers, waits for what they are doing, and disconnects."""
        self._closing = True
        if self._thread.is_alive():
            with contextlib.suppress(TimeoutError):
                asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(PATIENCE * 6)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(PATIENCE)
        if not self._thread.is_alive():
            self._loop.close()

    async def _end(self) -> None:
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)
        await self._loop.shutdown_default_executor()
        if self._client:
            client, self._client = self._client, None
            await _quietly(client.close())

    @property
    def connected(self) -> bool:
        """Whether the server answers at the moment."""
        return self._client is not None and bool(self._client.is_connected)

    @property
    def trouble(self) -> str | None:
        """What is in the way of the connection or of a reader, in a sentence; None if all is well."""
        if not self.connected:
            return "NATS does not answer"
        return next((trouble for trouble in self._troubles.values() if trouble), None)

    def ensure_stream(
        self, name: str, subject: str, *, last_per_subject: bool = False, quota: Quota | None = None
    ) -> None:
        """Creates a stream on disk, or changes one that is there."""
        config = StreamConfig(
            name=name,
            subjects=[subject],
            max_msgs_per_subject=1 if last_per_subject else -1,
            num_replicas=self._replicas,
            allow_direct=True,
            republish=RePublish(src=subject, dest=stored(name), headers_only=True),
        )
        if quota:
            config = replace(
                config,
                discard=DiscardPolicy.NEW,
                max_bytes=quota.bytes,
                max_msgs=quota.messages,
                max_msg_size=quota.bytes_of_one,
            )

        async def ensure() -> None:
            try:
                await self._context().add_stream(config)
            except nats.js.errors.BadRequestError:
                await self._context().update_stream(config)

        self._call(ensure(), f"create the stream {name}")

    def delete_stream(self, name: str) -> None:
        """Deletes a stream with all that is in it; one that is not there is deleted already."""

        async def delete() -> None:
            with contextlib.suppress(nats.js.errors.NotFoundError):
                await self._context().delete_stream(name)

        self._call(delete(), f"delete the stream {name}")

    def count(self, stream: str) -> int | None:
        """How many messages stand in a stream; None if there is no such stream.

        Raises:
            Unavailable: if the server does not answer.
        """

        async def count() -> int | None:
            with contextlib.suppress(nats.js.errors.NotFoundError):
                return int((await self._context().stream_info(stream)).state.messages)
            return None

        return self._call(count(), f"count the messages of {stream}")

    def subjects(self, stream: str) -> frozenset[str]:
        """The subjects of which messages stand in a stream.

        Raises:
            Unavailable: if the server does not answer, or there is no such stream.
        """
        found: set[str] = set()
        while True:  # the server gives some at a time
            asked = json.dumps({"subjects_filter": ">", "offset": len(found)}).encode()
            try:
                told = self._call(self._info(stream, asked), f"list {stream}")
            except NotFound as error:
                raise Unavailable(str(error)) from None
            page = (told["state"].get("subjects") or {}).keys() - found
            found |= page
            if not page or len(found) >= told.get("total", 0):
                return frozenset(found)

    def publish(self, subject: str, data: bytes, message_id: str) -> None:
        """Publishes, and returns when a stream has acknowledged it on disk.

        Args:
            subject: where to.
            data: what.
            message_id: by which the stream knows a repetition.

        Raises:
            Unavailable: if no acknowledgement comes; the message may or may not have arrived.
        """
        (failure,) = self.publish_all([Outgoing(subject, data, message_id)])
        if failure:
            raise failure

    def publish_all(self, messages: Sequence[Outgoing]) -> list[Unavailable | None]:
        """Publishes messages in their order, and returns when each was acknowledged by its stream on disk, or was not.

        They are under way together: one that fails does not keep back those after it.

        Returns:
            For each, None, or why it is not acknowledged; it may or may not have arrived.

        Raises:
            Unavailable: if nothing was answered at all.
        """
        context = self._context()

        async def publish_all() -> list[Any]:
            return await asyncio.gather(
                *(
                    context.publish(one.subject, one.data, timeout=PATIENCE, headers={"Nats-Msg-Id": one.message_id})
                    for one in messages
                ),
                return_exceptions=True,
            )

        answers = self._call(publish_all(), f"publish {len(messages)} messages")
        return [_refusal(answer, one.subject) for answer, one in zip(answers, messages, strict=True)]

    def erase(self, stream: str, *, subject: str | None = None, position: Position | None = None) -> None:
        """Has a stream overwrite one message on its disk: the last of a subject, or the one at a place.

        A message that is not there, or was in an earlier making of the stream, is erased already.

        Raises:
            Unavailable: if the stream does not answer; it may or may not have done it.
        """

        async def erase() -> None:
            if position and await self._made(stream) != position.made:
                return
            if subject:
                await self._erase_last(stream, subject)
            elif position and position.sequence:
                with contextlib.suppress(nats.js.errors.NotFoundError):
                    await _unless_gone(self._context().delete_msg(stream, position.sequence))

        self._call(erase(), f"erase a message of {stream}")

    def erase_last(self, subjects: Sequence[tuple[str, str]]) -> None:
        """Has streams overwrite on their disks the last message of some subjects, all at once.

        Args:
            subjects: each after the name of its stream; of one that has no message nothing is erased.

        Raises:
            Unavailable: if a stream does not answer; it may or may not have done it.
        """

        async def erase_all() -> None:
            await asyncio.gather(*(self._erase_last(stream, subject) for stream, subject in subjects))

        self._call(erase_all(), f"erase {len(subjects)} messages")

    async def _erase_last(self, stream: str, subject: str) -> None:
        with contextlib.suppress(nats.js.errors.NotFoundError):
            last = await self._context().get_last_msg(stream, subject)
            if last.seq:
                await _unless_gone(self._context().delete_msg(stream, last.seq))

    def remove(self, stream: str, up_to: Position) -> None:
        """Removes the messages of a stream up to a place, if it is still that making of the stream.

        Raises:
            Unavailable: if the stream does not answer.
        """

        async def remove() -> None:
            if await self._made(stream) == up_to.made:
                await self._context().purge_stream(stream, seq=up_to.sequence + 1)

        self._call(remove(), f"remove messages of {stream}")

    def empty(self, stream: str, subject: str, handler: Callable[[str, Sequence[Message]], None]) -> None:
        """Hands over what a stream holds, and deletes it; if there is none, nothing happens."""

        async def empty() -> None:
            made = await self._made(stream)
            if made is None:
                return
            # One of an earlier version is not yet readable by place.
            await self._context().update_stream(StreamConfig(name=stream, subjects=[subject], allow_direct=True))
            place = Position(made, 0)
            async with _Questions(self._connection()) as questions:
                while messages := await self._get(stream, place, questions):
                    await self._loop.run_in_executor(None, handler, stream, messages)
                    place = messages[-1].position
            await self._context().delete_stream(stream)

        self._call(empty(), f"empty the stream {stream}", patience=LONG)

    def follow(self, stream: str, remembered: Remembered, handler: Handler) -> None:
        """Hands a stream's messages to a handler from now on, in order, after the last that the reader remembers.

        The reader keeps the position of what it took where it keeps what it made of it. So both are as old as
        each other, whatever becomes of the line, the stream or the reader's disk. A stream that was made anew or
        set back is read from its beginning; the reader knows what it had.
        """

        async def begin() -> None:
            self._readers.append(asyncio.create_task(self._keep_reading(stream, remembered, handler)))

        self._call(begin(), f"read {stream}")

    async def _keep_reading(self, stream: str, remembered: Remembered, handler: Handler) -> None:
        trouble = None
        self._troubles[stream] = f"the stream {stream} was not read yet"
        while not self._closing:
            try:
                await self._read(stream, remembered, handler)
                trouble = None
            except asyncio.CancelledError:
                raise
            except Exception as error:  # a reader never ends by itself: whatever failed, it tries again
                if not self._closing and type(error) is not trouble:
                    log.warning("reader.retry", stream=stream, error=type(error).__name__)
                trouble = type(error)
                reason = str(error) if isinstance(error, Unavailable) else type(error).__name__
                self._troubles[stream] = f"the stream {stream} cannot be read ({reason})"
                await asyncio.sleep(RETRY)

    async def _read(self, stream: str, remembered: Remembered, handler: Handler) -> None:
        """Reads as long as the stream is the one that it was at the beginning."""
        async with _News(self._connection(), stream) as news, _Questions(self._connection()) as questions:
            made, last = await self._state(stream)
            self._troubles[stream] = None
            position = await self._loop.run_in_executor(None, remembered)
            stands = position is not None and position.made == made and position.sequence <= last
            place = position.sequence if position and stands else 0
            while not self._closing:
                news.heard.clear()
                messages = await self._get(stream, Position(made, place), questions)
                if messages:
                    # If this raises, the stream is read again from what is remembered.
                    await self._loop.run_in_executor(None, handler, messages)
                    place = messages[-1].position.sequence
                elif place < news.last and news.patience:
                    # Another server of a cluster told of it than the one that was asked, and has it a moment later.
                    news.patience -= 1
                    await asyncio.sleep(BEHIND)
                elif not await news.come():
                    made_now, last = await self._state(stream)
                    if made_now != made or last < place:
                        return

    async def _made(self, stream: str) -> str | None:
        """Which making of a stream it is; None if there is none."""
        try:
            return (await self._state(stream))[0]
        except NotFound:
            return None

    async def _state(self, stream: str) -> tuple[str, int]:
        """Which making of a stream it is, and the place of its last message."""
        info = await self._info(stream)
        return info["created"], info["state"]["last_seq"]

    async def _info(self, stream: str, asked: bytes = b"") -> dict[str, Any]:
        answer = await self._connection().request(f"{self._api}.STREAM.INFO.{stream}", asked, timeout=PATIENCE)
        info: dict[str, Any] = json.loads(answer.data)
        if "error" in info:
            raise NotFound(f"the stream {stream} does not answer: {info['error'].get('description')}")
        return info

    async def _get(self, stream: str, after: Position, questions: _Questions) -> list[Message]:
        """The next messages, at most a batch, without a gap between them."""
        wanted = {"seq": after.sequence + 1, "batch": BATCH, "max_bytes": BATCH_BYTES}
        found: list[Message] = []
        async for answer in questions.ask(f"{self._api}.DIRECT.GET.{stream}", json.dumps(wanted).encode()):
            headers = answer.headers or {}
            before = int(headers.get("Nats-Last-Sequence", "0"))
            # Each says which came before it, the end says which was the last: one that was lost on the way shows.
            if before != (found[-1].position.sequence if found else 0):
                raise Unavailable(f"an answer about {stream} was lost on its way")
            if SEQUENCE in headers:
                place = Position(after.made, int(headers[SEQUENCE]))
                found.append(Message(headers["Nats-Subject"], answer.data, place))
        return found

    def _context(self) -> JetStreamContext:
        return self._connection().jetstream(prefix=self._api)

    def _connection(self) -> Client:
        if self._client is None:
            raise Unavailable("the connection to NATS is closed")
        return self._client

    def _call(self, awaitable: Coroutine[Any, Any, T], what: str, patience: float = PATIENCE * 2) -> T:
        future = asyncio.run_coroutine_threadsafe(awaitable, self._loop)
        try:
            return future.result(patience)
        except (nats.errors.Error, OSError, TimeoutError) as error:
            future.cancel()
            raise Unavailable(f"NATS did not {what}: {str(error) or type(error).__name__}") from error

    async def _on_error(self, client: Any, error: Exception) -> None:
        if not client.is_connected and client._transport:
            # nats-py leaves the socket of a connection that a server refused open when it tries the next.
            client._transport.close()
        if not self._closing:
            log.debug("nats.error", error=str(error))


def _refusal(answer: Any, subject: str) -> Unavailable | None:
    if not isinstance(answer, BaseException):
        return None
    if not isinstance(answer, (nats.errors.Error, OSError, TimeoutError)):
        raise answer
    return Unavailable(f"NATS did not publish to {subject}: {str(answer) or type(answer).__name__}")


async def _unless_gone(awaitable: Awaitable[Any]) -> None:
    try:
        await awaitable
    except nats.js.errors.APIError as error:
        if error.err_code not in GONE and error.description != PURGED:
            raise


async def _quietly(awaitable: Awaitable[Any]) -> None:
    try:
        await awaitable
    except Exception as error:  # nothing is left to do when the connection is closed
        log.debug("nats.close", error=str(error))


@dataclass
class _News:
    """What the server tells of messages that a stream stored, while the block lasts."""

    client: Client
    stream: str
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    last: int = 0
    patience: int = BEHIND_TIMES

    async def __aenter__(self) -> _News:
        self._subscription = await self.client.subscribe(stored(self.stream), cb=self._hear)
        return self

    async def __aexit__(self, *_: object) -> None:
        await _quietly(self._subscription.unsubscribe())

    async def _hear(self, message: Msg) -> None:
        self.last, self.patience = int((message.headers or {}).get(SEQUENCE, "0")), BEHIND_TIMES
        self.heard.set()

    async def come(self) -> bool:
        """Whether anything is heard before it is time to look."""
        try:
            await asyncio.wait_for(self.heard.wait(), POLL)
        except TimeoutError:
            return False
        return True


class _Questions:
    """Questions to a stream, one at a time, each with a subject of its own for its answers, while the block lasts."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._inbox = client.new_inbox()
        self._asked = 0
        self._answers: asyncio.Queue[Msg] = asyncio.Queue()

    async def __aenter__(self) -> _Questions:
        self._subscription = await self._client.subscribe(f"{self._inbox}.*", cb=self._answers.put)
        return self

    async def __aexit__(self, *_: object) -> None:
        await _quietly(self._subscription.unsubscribe())

    async def ask(self, subject: str, question: bytes) -> AsyncIterator[Msg]:
        """Asks, and gives the answers, up to the one that says that it is the end."""
        self._asked += 1
        inbox = f"{self._inbox}.{self._asked}"
        await self._client.publish(subject, question, reply=inbox)
        while True:
            answer = await asyncio.wait_for(self._answers.get(), PATIENCE)
            if answer.subject != inbox:
                continue  # to a question that was given up
            headers = answer.headers or {}
            status = None if SEQUENCE in headers else headers.get("Status")
            if status == NOTHING:
                return
            if status not in (None, END):
                raise Unavailable(f"{subject}: {status} {headers.get('Description', '')}")
            yield answer
            if status == END:
                return

"""NATS JetStream behind plain calls: streams, publication that waits for its acknowledgement, and their readers.

nats-py is asynchronous; one event loop in one thread carries it, so that everything else may stay synchronous.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import nats
import nats.errors
import nats.js.errors
import structlog
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, DeliverPolicy, StreamConfig

from rednotice.errors import CannotStart, Unavailable

log = structlog.get_logger(__name__)
T = TypeVar("T")

BATCH = 256
MAX_PAYLOAD = 8_000_000
"""Bytes of a message that a server must take."""
PATIENCE = 5.0
RETRY = 0.25
GONE = (10037, 10043)
"""What a stream answers that was asked to delete a message that is not there."""
FETCH = 2.0
"""Seconds that a question for messages stays open; one that a broken line swallowed is asked again after them."""


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


@dataclass(slots=True)
class Reading:
    """How reading a stream goes: messages that were not taken when it was last asked, and what is in the way."""

    behind: int = 0
    trouble: str | None = None


Handler = Callable[[Sequence[Message]], None]
"""Takes messages in order. If it raises, they come again."""
Remembered = Callable[[], Position | None]
"""How far a reader remembers to be; None if it never read."""


class JetStream:
    """A connection to a NATS server, kept up until it is closed."""

    def __init__(self, url: str, reader: str, *, domain: str, inbox: str = "_INBOX") -> None:
        # One name, one reader of a stream at a time: whoever comes later under it takes the earlier one's place.
        self._url, self._reader, self._inbox, self._domain = url, reader, inbox, domain
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"nats {reader}", daemon=True)
        self._client: Client | None = None
        self._readers: list[asyncio.Task[None]] = []
        self.reading: dict[str, Reading] = {}
        self._closing = False

    def open(self) -> None:
        """Connects.

        Raises:
            Unavailable: if no server answers.
            CannotStart: if the server takes smaller messages than an envelope may be.
        """
        self._thread.start()
        self._client = self._call(
            nats.connect(
                self._url,
                name=self._reader,
                inbox_prefix=self._inbox.encode(),
                max_reconnect_attempts=-1,
                reconnect_time_wait=RETRY,
                error_cb=self._on_error,
            ),
            "connect",
        )
        if self._client.max_payload < MAX_PAYLOAD:
            raise CannotStart(
                f"NATS takes messages of {self._client.max_payload:,} bytes; set its max_payload to {MAX_PAYLOAD:,}"
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
        return next((reading.trouble for reading in self.reading.values() if reading.trouble), None)

    def ensure_stream(self, name: str, subjects: Sequence[str], *, last_per_subject: bool = False) -> None:
        """Creates a stream on disk, or leaves one that is there."""
        config = StreamConfig(name=name, subjects=list(subjects), max_msgs_per_subject=1 if last_per_subject else -1)

        async def ensure() -> None:
            try:
                await self._context().add_stream(config)
            except nats.js.errors.BadRequestError:
                await self._context().update_stream(config)

        self._call(ensure(), f"create the stream {name}")

    def publish(self, subject: str, data: bytes, message_id: str) -> None:
        """Publishes, and returns when a stream has acknowledged it on disk.

        Args:
            subject: where to.
            data: what.
            message_id: by which the stream knows a repetition.

        Raises:
            Unavailable: if no acknowledgement comes; the message may or may not have arrived.
        """
        self._call(
            self._context().publish(subject, data, timeout=PATIENCE, headers={"Nats-Msg-Id": message_id}),
            f"publish to {subject}",
        )

    def erase(self, stream: str, *, subject: str | None = None, position: Position | None = None) -> None:
        """Has a stream overwrite one message on its disk: the last of a subject, or the one at a place.

        A message that is not there, or was in an earlier making of the stream, is erased already.

        Raises:
            Unavailable: if the stream does not answer; it may or may not have done it.
        """

        async def erase() -> None:
            with contextlib.suppress(nats.js.errors.NotFoundError):
                sequence = position.sequence if position else None
                if position and str((await self._context().stream_info(stream)).created) != position.made:
                    return
                if subject:
                    sequence = (await self._context().get_last_msg(stream, subject)).seq
                if sequence:
                    await _unless_gone(self._context().delete_msg(stream, sequence))

        self._call(erase(), f"erase a message of {stream}")

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
        reading = self.reading[stream] = Reading(trouble="the stream was not read yet")
        while not self._closing:
            try:
                position = await self._loop.run_in_executor(None, remembered)
                subscription, made = await self._subscribe(stream, position)
                trouble = reading.trouble = None
                try:
                    await self._hand_over(made, subscription, handler, reading)
                finally:
                    await _quietly(subscription.unsubscribe())
            except asyncio.CancelledError:
                raise
            except Exception as error:  # a reader never ends by itself: whatever failed, it tries again
                if not self._closing and type(error) is not trouble:
                    log.warning("reader.retry", stream=stream, error=type(error).__name__)
                trouble = type(error)
                reading.trouble = f"the stream {stream} cannot be read ({type(error).__name__})"
                await asyncio.sleep(RETRY)

    async def _subscribe(self, stream: str, after: Position | None) -> tuple[JetStreamContext.PullSubscription, str]:
        info = await self._context().stream_info(stream)
        made = str(info.created)
        stands = after is not None and after.made == made and after.sequence <= info.state.last_seq
        config = ConsumerConfig(
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=after.sequence + 1 if after and stands else 1,
            name=self._reader,
            ack_wait=PATIENCE * 2,
            max_ack_pending=BATCH * 2,
            inactive_threshold=60,
            mem_storage=True,
        )
        with contextlib.suppress(nats.js.errors.NotFoundError):
            await self._context().delete_consumer(stream, self._reader)
        await self._context().add_consumer(stream, config)
        return await self._context().pull_subscribe_bind(consumer=self._reader, stream=stream), made

    async def _hand_over(
        self, made: str, subscription: JetStreamContext.PullSubscription, handler: Handler, reading: Reading
    ) -> None:
        last = 0
        while not self._closing:
            try:
                messages = await subscription.fetch(1, timeout=FETCH)
            except (TimeoutError, nats.errors.TimeoutError):
                continue
            waiting = messages[0].metadata.num_pending
            if waiting:
                messages += await subscription.fetch(min(waiting, BATCH), timeout=1)
            places = [one.metadata.sequence.stream for one in messages]
            # What a slow handler let the server send again was handled already.
            batch = [
                Message(one.subject, one.data, Position(made, place))
                for one, place in zip(messages, places, strict=True)
                if place > last
            ]
            if batch:
                # If this raises, the stream is read again from what is remembered.
                await self._loop.run_in_executor(None, handler, batch)
                last = batch[-1].position.sequence
            for message in messages:
                await message.ack()
            reading.behind = max(0, waiting + 1 - len(messages))

    def _context(self) -> JetStreamContext:
        return self._connection().jetstream(domain=self._domain)

    def _connection(self) -> Client:
        if self._client is None:
            raise Unavailable("the connection to NATS is closed")
        return self._client

    def _call(self, awaitable: Coroutine[Any, Any, T], what: str) -> T:
        future = asyncio.run_coroutine_threadsafe(awaitable, self._loop)
        try:
            return future.result(PATIENCE * 2)
        except (nats.errors.Error, OSError, TimeoutError) as error:
            future.cancel()
            raise Unavailable(f"NATS did not {what}: {str(error) or type(error).__name__}") from error

    async def _on_error(self, error: Exception) -> None:
        if not self._closing:
            log.debug("nats.error", error=str(error))


async def _unless_gone(awaitable: Awaitable[Any]) -> None:
    try:
        await awaitable
    except nats.js.errors.APIError as error:
        if error.err_code not in GONE:
            raise


async def _quietly(awaitable: Awaitable[Any]) -> None:
    try:
        await awaitable
    except Exception as error:  # nothing is left to do when the connection is closed
        log.debug("nats.close", error=str(error))

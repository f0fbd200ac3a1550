"""NATS JetStream behind plain calls: streams, publication that waits for its acknowledgement, durable consumers.

nats-py is asynchronous; one event loop in one thread carries it, so that everything else may stay synchronous.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

import nats
import nats.errors
import nats.js.errors
import structlog
from nats.aio.client import Client
from nats.js.api import ConsumerConfig, ExternalStream, StreamConfig, StreamSource

from rednotice.errors import Unavailable

log = structlog.get_logger(__name__)
T = TypeVar("T")

BATCH = 256
PATIENCE = 5.0
RETRY = 0.25
FETCH = 20.0


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a stream."""

    subject: str
    data: bytes


Handler = Callable[[Sequence[Message]], None]
"""Takes messages in order. If it raises, they come again."""


class JetStream:
    """A connection to a NATS server, kept up until it is closed."""

    def __init__(self, url: str, name: str, *, inbox: str = "_INBOX", domain: str | None = None) -> None:
        self._url, self._name, self._inbox, self._domain = url, name, inbox, domain
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"nats {name}", daemon=True)
        self._client: Client | None = None
        self._consumers: list[Future[None]] = []
        self._closing = False

    def open(self) -> None:
        """Connects.

        Raises:
            Unavailable: if no server answers.
        """
        self._thread.start()
        self._client = self._call(
            nats.connect(
                self._url,
                name=self._name,
                inbox_prefix=self._inbox.encode(),
                max_reconnect_attempts=-1,
                reconnect_time_wait=RETRY,
                error_cb=self._on_error,
            ),
            "connect",
        )

    def close(self) -> None:
        """Stops consumers, waits for what they are doing, and disconnects."""
        self._closing = True
        for consumer in self._consumers:
            consumer.cancel()
        if self._client:
            client, self._client = self._client, None
            asyncio.run_coroutine_threadsafe(_quietly(client.close()), self._loop).result(PATIENCE)
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(PATIENCE)
        if not self._thread.is_alive():
            self._loop.close()

    @property
    def connected(self) -> bool:
        """Whether the server answers at the moment."""
        return self._client is not None and bool(self._client.is_connected)

    def ensure_stream(self, name: str, subjects: Sequence[str], *, last_per_subject: bool = False) -> None:
        """Creates a stream on disk, or leaves one that is there."""
        config = StreamConfig(name=name, subjects=list(subjects), max_msgs_per_subject=1 if last_per_subject else -1)
        self._ensure(config)

    def ensure_copy(self, name: str, sources: Sequence[str], *, of_domain: str, deliver: str) -> None:
        """Creates a stream that follows streams of another domain, keeping the last message of every subject."""
        external = ExternalStream(api=f"$JS.{of_domain}.API", deliver=deliver)
        config = StreamConfig(
            name=name,
            max_msgs_per_subject=1,
            sources=[StreamSource(name=source, external=external) for source in sources],
        )
        self._ensure(config)

    def publish(self, subject: str, data: bytes, message_id: str, *, domain: str | None = None) -> None:
        """Publishes, and returns when a stream has acknowledged it on disk.

        Args:
            subject: where to.
            data: what.
            message_id: by which the stream knows a repetition.
            domain: the domain of the stream, if not this connection's own.

        Raises:
            Unavailable: if no acknowledgement comes; the message may or may not have arrived.
        """
        context = self._connection().jetstream(domain=domain or self._domain)
        self._call(
            context.publish(subject, data, timeout=PATIENCE, headers={"Nats-Msg-Id": message_id}),
            f"publish to {subject}",
        )

    def consume(self, stream: str, durable: str, handler: Handler) -> None:
        """Hands a stream's messages to a handler from now on, in order, each until it was handled once."""
        self._consumers.append(asyncio.run_coroutine_threadsafe(self._consume(stream, durable, handler), self._loop))

    async def _consume(self, stream: str, durable: str, handler: Handler) -> None:
        while not self._closing:
            try:
                await self._follow(stream, durable, handler)
            except asyncio.CancelledError:
                raise
            except Exception as error:  # a consumer never ends by itself: whatever failed, it tries again
                if not self._closing:
                    log.warning("consumer.retry", stream=stream, error=type(error).__name__)
                await asyncio.sleep(RETRY)

    async def _follow(self, stream: str, durable: str, handler: Handler) -> None:
        context = self._connection().jetstream(domain=self._domain)
        config = ConsumerConfig(ack_wait=60, max_ack_pending=BATCH * 2)
        subscription = await context.pull_subscribe("", durable=durable, stream=stream, config=config)
        while not self._closing:
            try:
                messages = await subscription.fetch(1, timeout=FETCH)
            except (TimeoutError, nats.errors.TimeoutError):
                continue
            waiting = messages[0].metadata.num_pending
            if waiting:
                messages += await subscription.fetch(min(waiting, BATCH), timeout=1)
            batch = [Message(message.subject, message.data) for message in messages]
            try:
                await self._loop.run_in_executor(None, handler, batch)
            except Exception:
                for message in messages:
                    await message.nak(delay=RETRY)
                raise
            for message in messages:
                await message.ack()

    def _ensure(self, config: StreamConfig) -> None:
        async def ensure() -> None:
            context = self._connection().jetstream(domain=self._domain)
            try:
                await context.add_stream(config)
            except nats.js.errors.BadRequestError:
                await context.update_stream(config)

        self._call(ensure(), f"create the stream {config.name}")

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


async def _quietly(awaitable: Awaitable[Any]) -> None:
    try:
        await awaitable
    except Exception as error:  # nothing is left to do when the connection is closed
        log.debug("nats.close", error=str(error))

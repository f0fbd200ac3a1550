"""The line between a node and the office on one laptop: a TCP relay on loopback that can be cut and mended.

In production the line is a network, and nothing of this is used. Here it lets a demonstration or a test pull the
cable for real: while it is cut, no byte passes and no connection is taken.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Coroutine

from rednotice.adapters.embedded.process import LOOPBACK


class Line:
    """Takes connections on a port of its own and passes bytes to another port, while it is not cut."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="line", daemon=True)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0

    def open(self) -> None:
        """Begins to pass bytes."""
        self._thread.start()
        self.mend()

    def lead_to(self, port: int) -> None:
        """Leads new connections to another port: the office came back on one."""
        self._to_port = port

    def cut(self) -> None:
        """Ends every connection and takes no more."""
        self._do(self._cut())

    def mend(self) -> None:
        """Takes connections again, on the same port as before."""
        self._do(self._mend())

    def close(self) -> None:
        """Cuts the line for good."""
        if self._thread.is_alive():
            self.cut()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(5)
            self._loop.close()

    def _do(self, what: Coroutine[None, None, None]) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(5)

    async def _mend(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._pass, LOOPBACK, self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _cut(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        for writer in list(self._writers):
            writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(LOOPBACK, self._to_port)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, far_writer}
        self._writers |= both
        try:
            await asyncio.gather(
                self._pump(reader, far_writer, there=True), self._pump(far_reader, writer, there=False)
            )
        finally:
            self._writers -= both

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, there: bool) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                await self._carry(data, writer, there=there)
        writer.transport.abort()

    async def _carry(self, data: bytes, writer: asyncio.StreamWriter, *, there: bool) -> None:  # noqa: ARG002
        """Passes bytes on, there or back; a faulty line does something else."""
        writer.write(data)
        await writer.drain()

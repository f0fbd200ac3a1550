"""The connection to PostgreSQL is lost in the middle of a commit: what was answered is there, and nothing is there twice."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from rednotice.adapters.embedded.postgres import APP, EmbeddedPostgres
from rednotice.adapters.embedded.process import LOOPBACK
from rednotice.adapters.line import Line
from rednotice.adapters.postgres.connection import connect
from rednotice.adapters.postgres.schema import migrate
from rednotice.adapters.tiles import tiles_at
from rednotice.cli.log import audit_log
from rednotice.errors import Unavailable
from rednotice.model.request import Request
from rednotice.office import Office, OfficeSettings
from rednotice.web.office import office_app
from tests.builders import desk
from tests.conftest import Road, eventually
from tests.web.test_http import served


class CuttingLine(Line):
    """Passes bytes to PostgreSQL, and ends the connection at a COMMIT: before it arrives, or before its answer does."""

    def __init__(self, to_port: int) -> None:
        super().__init__(to_port)
        self.cuts_before = self.cuts_after = 0
        self.done = 0

    async def _carry(self, data: bytes, writer: asyncio.StreamWriter, *, there: bool) -> None:
        if not there or b"COMMIT" not in data:
            await super()._carry(data, writer, there=there)
        elif self.cuts_before:
            self.cuts_before -= 1
            self.done += 1
            await self._cut_connections()
        elif self.cuts_after:
            self.cuts_after -= 1
            self.done += 1
            await super()._carry(data, writer, there=there)
            await asyncio.sleep(0.2)  # PostgreSQL commits, and its answer is passed on to nobody
            await self._cut_connections()
        else:
            await super()._carry(data, writer, there=there)

    async def _cut_connections(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()


@pytest.fixture
def line(tmp_path: Path) -> Iterator[tuple[Road, CuttingLine]]:
    postgres = EmbeddedPostgres(tmp_path / "postgres", tmp_path / "postgres.log")
    postgres.start()
    owner = connect(postgres.owner_url)
    migrate(owner, "office", APP)
    owner.dispose()
    line = CuttingLine(postgres.port)
    line.open()
    url = postgres.url.replace(f"{LOOPBACK}:{postgres.port}", f"{LOOPBACK}:{line.port}")
    office = Office(OfficeSettings(folder=tmp_path / "office", database_url=url))
    office.start()
    try:
        yield Road(office, {}, {}), line
    finally:
        office.stop()
        line.close()
        postgres.stop()

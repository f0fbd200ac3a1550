"""The connection to PostgreSQL is lost in the middle of a commit: what was answered is there, and nothing twice."""

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
    """Passes bytes to PostgreSQL, and ends a connection at the next COMMIT: before it arrives, or before its answer."""

    cut_next: str | None = None

    async def _carry(self, data: bytes, writer: asyncio.StreamWriter, *, there: bool) -> None:
        if self.cut_next == ("before" if there else "after") and b"COMMIT" in data:
            self.cut_next = None
            writer.transport.abort()
        else:
            await super()._carry(data, writer, there=there)


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


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_commit_that_was_not_answered_is_whole_or_not_there(line: tuple[Road, CuttingLine], moment: str) -> None:
    road, wire = line
    answered: list[str] = []
    unanswered: list[Request] = []
    for office_s_own in (road.office.relay, road.office.timekeeper, road.office.mender):
        office_s_own.stop()  # they commit as well, and try again by themselves
    for _ in range(4):
        answered.append(road.office.file_request(road.a_request(), desk("PT")).number)
        unanswered.append(road.a_request())
        wire.cut_next = moment
        with pytest.raises(Unavailable, match="look whether it was done before you do it again"):
            road.office.file_request(unanswered[-1], desk("PT"))
    filed = eventually(lambda: numbers(road.office), "the office's answer")
    assert filed.keys() >= set(answered)
    there = [request for request in unanswered if request in filed.values()]
    assert there == ([] if moment == "before" else unanswered)
    assert len(filed) == len(answered) + len(there), "nothing is there twice"
    assert road.office.file_request(road.a_request(), desk("PT")).number not in filed
    with served(office_app(road.office)) as url, tiles_at(f"{url}/log") as tiles:
        audited = audit_log(tiles, road.office.keyring)[0]
    assert audited.checkpoint.size > len(answered)


def numbers(office: Office) -> dict[str, Request] | None:
    try:
        with office.read() as reader:
            return {one.number: one.request for one in reader.filings()}
    except Unavailable:
        return None

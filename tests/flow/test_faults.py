"""Networks that part, crawl and repeat themselves, clocks that are wrong, files that are damaged.

After each either everything is right, or the program says what is wrong and does not go on; the whole log is proved
again from outside.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from rednotice.adapters.clock import now
from rednotice.adapters.embedded.process import LOOPBACK
from rednotice.adapters.jetstream import Position
from rednotice.adapters.line import Line
from rednotice.log.state import Ledger, root_hash
from rednotice.model.check import Query
from rednotice.model.notice import Ground
from rednotice.node import Node
from tests.builders import desk, officer
from tests.conftest import eventually, linked_node, start_node
from tests.towns import OFTEN, Town, a_town, restart


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with a_town(tmp_path_factory.mktemp("town")) as town:
        yield town


def acts(town: Town) -> tuple[str, str]:
    """A notice that stands afterwards, and one that was recalled."""
    _, stands = town.publish()
    _, recalled = town.publish()
    town.office.recall(recalled, Ground.WITHDRAWN, desk("PT"))
    return stands, recalled


# --- The network ----------------------------------------------------------------------------------------------


class CrawlingLine(Line):
    """Passes little at a time, and each little late."""

    PIECE, LATE = 4_096, 0.05

    async def _carry(self, data: bytes, writer: asyncio.StreamWriter, *, there: bool) -> None:
        for start in range(0, len(data), self.PIECE):
            await asyncio.sleep(self.LATE)
            await super()._carry(data[start : start + self.PIECE], writer, there=there)


@pytest.fixture
def four(town: Town) -> Iterator[Town]:
    """Two nodes more, whose calls go through lines as well."""
    with ExitStack() as stack:
        for bureau in ("FR", "SE"):
            http = Line(int(town.url.rsplit(":", 1)[1]))
            http.open()
            stack.callback(http.close)
            town.nodes[bureau], town.lines[bureau] = start_node(
                town.office,
                town.folder / bureau,
                bureau,
                office_url=f"http://{LOOPBACK}:{http.port}",
                compare_every=OFTEN,
            )
            town.lines[f"{bureau} http"] = http
            stack.callback(town.nodes.pop, bureau)
            stack.callback(town.lines.pop, f"{bureau} http")
            stack.callback(town.nodes[bureau].stop)
        town.level()
        yield town


@pytest.mark.parametrize("away", [("FR",), ("FR", "SE")], ids=["one", "half"])
def test_nodes_behind_a_partition_are_level_when_it_ends_and_the_others_never_noticed(
    four: Town, away: tuple[str, ...]
) -> None:
    before = acts(four)
    four.level()
    for bureau in away:
        four.lines[bureau].cut()
        four.lines[f"{bureau} http"].cut()
    stands, recalled = acts(four)
    four.office.recall(before[0], Ground.WITHDRAWN, desk("PT"))
    for bureau in four.nodes:
        if bureau not in away:
            assert four.wait_receipt(bureau, stands) == "applied"
            assert four.wait_receipt(bureau, before[0]) == "erased"
    with four.office.read() as reader:
        owing = {one.bureau for one in reader.circulation() if one.owing}
    assert owing == set(away), "the office says who has not answered"
    for bureau in away:
        assert four.held_by(bureau, before[0]), "it could not know"
    four.proved()
    for bureau in away:
        four.lines[bureau].mend()
        four.lines[f"{bureau} http"].mend()
    four.level()
    for bureau in away:
        assert four.wait_receipt(bureau, stands) == "applied"
        assert not four.held_by(bureau, before[0])
        assert not four.held_by(bureau, recalled)
    four.proved()


def test_a_node_on_a_line_that_crawls_delays_nobody_and_is_level_in_the_end(town: Town) -> None:
    assert town.office.leaf_port
    line = CrawlingLine(town.office.leaf_port)
    line.open()
    node = linked_node(
        town.office, town.folder / "KE", "KE", line=f"{LOOPBACK}:{line.port}", office_url=town.url, compare_every=OFTEN
    )
    town.nodes["KE"] = node
    try:
        node.start()
        stands, recalled = acts(town)
        for bureau in ("ES", "NZ"):
            assert town.wait_receipt(bureau, stands) == "applied"
        assert town.wait_receipt("KE", stands) == "applied"
        assert not town.held_by("KE", recalled)
        town.level("KE")
    finally:
        del town.nodes["KE"]
        node.stop()
        line.close()
    town.proved()


@given(seed=st.integers(0, 2**32))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_comes_twice_and_out_of_order_ends_as_what_came_once_in_order(town: Town, seed: int) -> None:
    node, draw = delivered_by_hand(town), random.Random(seed)
    with town.office.read() as reader:
        told = reader.told("NZ").ledger
        history = list(reader._connection.execute(text(ALL_EVENTS)).scalars())
        raws = [envelope.pack() for envelope in reader.log.envelopes(history).values()]
    forget(node)
    delivery = raws * 2
    draw.shuffle(delivery)
    for start in range(0, len(delivery), size := draw.randint(1, 9)):
        batch = [("again", raw) for raw in delivery[start : start + size]]
        node._apply(batch, "NOTICES", Position("by hand", start + 1))
    with node.read() as reader:
        words = dict(reader.last_words())
        persons = sum(1 for one in reader.all_held() if one.notice)
    assert words == {one: told.last(one) for one in words}
    assert len(words) == len(told)
    assert root_hash(node.hashes()) == root_hash(Ledger(words.items()).hashes()) == town.office_root("NZ")
    assert len(node.index) == persons


ALL_EVENTS = """SELECT DISTINCT event FROM outbox JOIN event_content USING (event)
                WHERE subject LIKE 'notice.%' ORDER BY event"""


def delivered_by_hand(town: Town) -> Node:
    """Node NZ with some notices to its name, cut off from everything."""
    if town.lines["NZ"]._server:
        for _ in range(2):
            acts(town)
        town.level("NZ")
        town.settled()
        town.lines["NZ"].cut()
        restart(town, "NZ", office_url=None)
    return town.nodes["NZ"]


def forget(node: Node) -> None:
    with node.database._engine.begin() as connection:
        for table in ("held", "report", "believed", "proved", "followed"):
            connection.execute(text(f"DELETE FROM {table}"))
    node._rebuild()


def test_the_node_that_was_delivered_by_hand_goes_on(town: Town) -> None:
    town.lines["NZ"].mend()
    restart(town, "NZ", office_url=town.url)
    stands, _ = acts(town)
    assert town.wait_receipt("NZ", stands) == "applied"
    town.level("NZ")
    town.proved()


# --- Clocks ---------------------------------------------------------------------------------------------------

DAY = timedelta(days=1)


@pytest.mark.parametrize("off", [-DAY, DAY], ids=["a day behind", "a day ahead"])
def test_a_node_whose_clock_is_off_is_level_its_hits_arrive_and_it_says_so(town: Town, off: timedelta) -> None:
    node = restart(town, "NZ", clock=lambda: now() + off)
    try:
        filing, stands = town.publish()
        assert town.wait_receipt("NZ", stands) == "applied"
        town.level("NZ")
        found = node.check(Query(document=filing.request.persons[0].documents[0].number), officer("NZ"))
        hit = node.confirm(found.number, stands, None, None, officer("NZ"))

        def taken() -> bool | None:
            with town.office.read() as reader:
                return any(case.hit == hit.number for case in reader.cases("NZ")) or None

        eventually(taken, "the hit")
        assert eventually(node.clock_trouble, "it knows that its clock is off")
        assert node.keeper
        assert abs(timedelta(seconds=node.keeper.comparison.clock_off) - off) < timedelta(minutes=1)
    finally:
        restart(town, "NZ", clock=now)
    town.proved()


@pytest.mark.parametrize("off", [DAY, -DAY], ids=["a day ahead", "a day behind"])
def test_an_office_whose_clock_is_off_goes_on_and_says_so(town: Town, off: timedelta) -> None:
    right = town.office.settings.clock
    town.restart_office(clock=lambda: now() + off)
    assert bool(town.office.clock_trouble()) == (off < timedelta(0))
    stands, recalled = acts(town)
    for bureau in town.nodes:
        assert town.wait_receipt(bureau, stands) == "applied"
        assert town.wait_receipt(bureau, recalled) == "erased"
    town.restart_office(clock=right)
    assert bool(town.office.clock_trouble()) == (off > timedelta(0)), "its last event is of tomorrow"
    stands, _ = acts(town)
    assert town.wait_receipt("NZ", stands) == "applied"
    town.level()
    town.proved()

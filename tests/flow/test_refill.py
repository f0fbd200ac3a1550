"""Correctness never rests on JetStream: whatever its streams lose, nodes end equal to the office's database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from rednotice import node as node_module
from rednotice.adapters import keeper
from rednotice.adapters.jetstream import Message, Position
from rednotice.errors import NotAllowed, Unavailable
from rednotice.flow import circulation
from rednotice.log.call import Call, digest, sign_call
from rednotice.log.checkpoint import Checkpoint, open_checkpoint
from rednotice.log.history import Signed
from rednotice.log.merkle import completed_by, consistency_proof, leaf_hash, root
from rednotice.log.report import Report
from rednotice.model.check import Query
from rednotice.model.notice import Ground, Notice
from rednotice.model.request import Diffusion
from rednotice.node import Node, node_signer
from rednotice.office import Office
from rednotice.web.node_api import node_app
from tests.builders import NOON, OPERATOR, REVIEWER_1, desk, officer
from tests.conftest import eventually
from tests.towns import Town, a_town, restart
from tests.web.test_http import served


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with a_town(tmp_path_factory.mktemp("town")) as town:
        yield town


def for_some(town: Town, *bureaus: str) -> Notice:
    """A notice that only some bureaus may have."""
    _, number = town.publish()
    with town.office.read() as reader:
        made = reader.notice(number).notice
    person = town.a_request().persons[0]
    update = {"control_number": number.replace("A-", "A-7"), "diffusion": Diffusion(to=bureaus), "person": person}
    notice = made.model_copy(update=update)
    with town.office.database.work(NOON) as work:
        circulation._publish(work, notice)
    town.office.relay.wake()
    return notice


def receipts_of(node: Node) -> int:
    with node.database._engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM report WHERE kind = 'receipt'")).scalar_one())


# --- Streams at the office ------------------------------------------------------------------------------------


def lose_it(context: Any) -> Any:
    return context.delete_stream("NOTICES")


def empty_it(context: Any) -> Any:
    return context.purge_stream("NOTICES")


async def make_it_anew_empty(context: Any) -> None:
    config = (await context.stream_info("NOTICES")).config
    await context.delete_stream("NOTICES")
    await context.add_stream(config)


async def lose_single_messages(context: Any) -> None:
    last = (await context.stream_info("NOTICES")).state.last_seq
    for place in range(max(1, last - 1), last + 1):
        await context.delete_msg("NOTICES", place)


FAULTS = [lose_it, empty_it, make_it_anew_empty, lose_single_messages]


@pytest.mark.parametrize("fault", FAULTS)
def test_what_a_stream_loses_before_a_node_read_it_is_refilled(town: Town, fault: Callable[[Any], Any]) -> None:
    town.level()
    town.settled()
    town.lines["NZ"].cut()
    _, one = town.publish()
    _, two = town.publish()
    town.office.recall(one, Ground.WITHDRAWN, desk("PT"))
    town.wait_receipt("ES", one)
    town.wait_receipt("ES", two)
    town.settled()
    had = receipts_of(town.nodes["ES"])
    town.js(fault)
    town.level("NZ")  # its line to the streams is cut all the while
    assert town.held_by("NZ", two)
    assert not town.held_by("NZ", one)
    assert town.nodes["NZ"].keeper
    assert town.nodes["NZ"].keeper.comparison.refilled > 0
    town.lines["NZ"].mend()
    # The office makes the stream whole again, and the fast path goes on.
    town.whole("NOTICES")
    _, three = town.publish()
    for bureau in town.nodes:
        assert town.wait_receipt(bureau, three) == "applied"
    town.level()
    assert receipts_of(town.nodes["ES"]) == had + 1, "nothing is applied twice"


def test_circulation_is_rebuilt_and_nobody_applies_anything_twice(town: Town) -> None:
    restricted = for_some(town, "ES")
    filing = town.refuse(town.a_request(bureau="NZ"))
    town.wait_receipt("ES", restricted.control_number)
    town.level()
    town.settled()
    had = {bureau: receipts_of(node) for bureau, node in town.nodes.items()}
    before = {stream: town.office._stream.subjects(stream) for stream in town.office._streams()}
    with pytest.raises(NotAllowed):
        town.office.rebuild_circulation(REVIEWER_1)
    assert town.office.rebuild_circulation(OPERATOR).streams == 3
    town.settled()
    for stream, subjects in before.items():
        assert town.office._stream.subjects(stream) == subjects
    _, number = town.publish()
    for bureau, node in town.nodes.items():
        town.wait_receipt(bureau, number)
        assert receipts_of(node) == had[bureau] + 1
        with node.read() as reader:
            letters = [one.subject for one in reader.letters(count=10_000)]
        assert letters.count(filing.number) == (bureau == "NZ")


def test_a_letter_that_its_stream_lost_comes_over_http(town: Town) -> None:
    town.settled()
    town.lines["NZ"].cut()
    filing = town.refuse(town.a_request(bureau="NZ"))
    town.settled()
    town.js(lambda context: context.delete_stream("BUREAU_NZ"))

    def arrived() -> bool | None:
        with town.nodes["NZ"].read() as reader:
            return any(one.subject == filing.number for one in reader.letters(count=10_000)) or None

    eventually(arrived, "the letter")
    town.lines["NZ"].mend()


def test_a_hit_that_the_office_s_stream_lost_is_reported_again(town: Town) -> None:
    filing, number = town.publish()
    town.wait_receipt("NZ", number)
    node = town.nodes["NZ"]
    town.lines["NZ"].cut()
    passport = Query(document=filing.request.persons[0].documents[0].number)
    made = node.check(passport, officer("NZ"))
    hit = node.confirm(made.number, number, None, None, officer("NZ"))
    with node.database._engine.begin() as connection:
        # As if a stream had acknowledged it, and lost it before the office took it.
        connection.execute(text("UPDATE report SET sent_at = now() - interval '1 minute' WHERE sent_at IS NULL"))
    town.lines["NZ"].mend()

    def told() -> bool | None:
        with town.office.read() as reader:
            return any(case.hit == hit.number for case in reader.cases()) or None

    eventually(told, "the hit", 60)


def flip_bits(block: Path) -> None:
    raw = bytearray(block.read_bytes())
    for place in range(len(raw) // 3, len(raw), 997):
        raw[place] ^= 0x10
    block.write_bytes(bytes(raw))


def cut_off(block: Path) -> None:
    block.write_bytes(block.read_bytes()[: block.stat().st_size // 3])


@pytest.mark.parametrize("harm", [flip_bits, cut_off])
def test_a_damaged_file_of_a_stream_does_no_harm(town: Town, harm: Callable[[Path], None]) -> None:
    town.level()
    town.lines["NZ"].cut()
    numbers = [town.publish()[1] for _ in range(3)]
    for number in numbers:
        town.wait_receipt("ES", number)
    town.office.stop()
    blocks = list((town.folder / "office" / "nats").rglob("NOTICES/msgs/*.blk"))
    assert blocks
    for block in blocks:
        harm(block)
    town.office = Office(town.office.settings)
    town.office.start()
    town.app.state.office = town.office
    assert town.office.leaf_port
    for line in town.lines.values():
        line.lead_to(town.office.leaf_port)
    town.lines["NZ"].mend()
    town.level()
    assert all(town.held_by("NZ", number) for number in numbers)
    _, number = town.publish()
    for bureau in town.nodes:
        assert town.wait_receipt(bureau, number) == "applied"


# --- Over HTTP ------------------------------------------------------------------------------------------------


def test_a_bureau_is_given_only_what_it_may_have(town: Town) -> None:
    notice = for_some(town, "ES")
    town.wait_receipt("ES", notice.control_number)
    with town.office.read() as reader:
        event = reader.notice(notice.control_number).event
    es, nz = town.calls("ES"), town.calls("NZ")
    assert len(es.envelopes([event])) == 1
    assert nz.envelopes([event]) == []
    assert notice.control_number in es.buckets(range(256))
    assert notice.control_number not in nz.buckets(range(256))
    # What does not exist and what is not for it are answered alike.
    answers = [refused(town, "NZ", [number]) for number in (event, 10**9)]
    assert answers[0] == answers[1]
    assert notice.control_number not in answers[0]


def refused(town: Town, bureau: str, events: list[int]) -> str:
    signer = node_signer(town.folder / bureau, bureau)
    body = f'{{"events": {events}}}'.encode()
    challenge = httpx.get(f"{town.url}/api/circulation/challenge", trust_env=False).text
    call = Call(bureau, "POST", "/api/circulation/events", digest(body), challenge, "once")
    header = {"Authorization": sign_call(call, signer), "Content-Type": "application/json"}
    answer = httpx.post(f"{town.url}/api/circulation/events", content=body, headers=header, trust_env=False)
    assert answer.status_code == 404
    again = httpx.post(f"{town.url}/api/circulation/events", content=body, headers=header, trust_env=False)
    assert (again.status_code, again.json()["detail"]) == (401, "the call was taken before")
    return answer.text


def test_a_version_that_was_replaced_is_not_given_any_more(town: Town) -> None:
    _, number = town.publish()
    town.wait_receipt("ES", number)
    with town.office.read() as reader:
        published = reader.notice(number).event
    assert len(town.calls("ES").envelopes([published])) == 1
    town.office.recall(number, Ground.WITHDRAWN, desk("PT"))
    assert town.calls("ES").envelopes([published]) == []


def test_who_is_not_the_bureau_is_told_nothing(town: Town) -> None:
    stranger = town.calls("ES", "stranger")
    with pytest.raises(Unavailable, match="not signed with the key of a connected bureau's node"):
        stranger.state()
    unknown = town.calls("FR")
    with pytest.raises(Unavailable, match="not signed with the key of a connected bureau's node"):
        unknown.state()
    assert httpx.get(f"{town.url}/api/circulation/state", trust_env=False).status_code == 401


def test_an_envelope_that_was_altered_on_its_way_is_not_believed(town: Town) -> None:
    town.lines["NZ"].cut()
    node = town.nodes["NZ"]
    assert node.keeper
    assert node.comparing
    node.comparing.stop()
    _, number = town.publish()
    with town.office.read() as reader:
        (genuine,) = reader.envelopes_for("NZ", [reader.notice(number).event])
    raw = genuine.pack()
    family = b'\\"sex\\":\\"M\\"'
    assert family in raw
    with node.read() as reader:
        rejected = reader.rejected()
    assert node.refill([raw.replace(family, b'\\"sex\\":\\"F\\"'), b"{}", b"\xff"]) == 0
    with node.read() as reader:
        assert reader.rejected() == rejected + 3
    assert not town.held_by("NZ", number)
    assert node.refill([raw]) == 1
    assert node.refill([raw]) == 1, "believed, and nothing is done"
    town.lines["NZ"].mend()
    restart(town, "NZ")
    town.level("NZ")


# --- The node's own disk --------------------------------------------------------------------------------------


def test_a_node_whose_rows_are_gone_gets_them_back_and_says_that_it_was_behind(town: Town) -> None:
    numbers = [town.publish()[1] for _ in range(3)]
    for number in numbers:
        town.wait_receipt("NZ", number)
    node = town.nodes["NZ"]
    with node.database._engine.begin() as connection:
        # Its position in the stream stays, so no stream will ever bring these again.
        connection.execute(text("DELETE FROM held WHERE control_number = ANY(:n)"), {"n": numbers})
    node = restart(town, "NZ")
    assert not all(town.held_by("NZ", number) for number in numbers)
    town.level("NZ")
    assert all(town.held_by("NZ", number) for number in numbers)
    comparison = eventually(
        lambda: node.keeper.comparison if node.keeper and node.keeper.comparison.level_at else None, "level again"
    )
    assert (comparison.was_behind, comparison.behind, comparison.level) == (3, 0, True)


def test_a_recall_that_a_node_never_heard_of_reaches_it(town: Town) -> None:
    filing, number = town.publish()
    town.wait_receipt("NZ", number)
    node = town.nodes["NZ"]
    node.stop()
    town.office.recall(number, Ground.WITHDRAWN, desk("PT"))
    town.settled()
    town.js(empty_it)
    node = Node(node.settings)
    town.nodes["NZ"] = node
    town.lines["NZ"].cut()
    node.start()
    town.level("NZ")
    town.lines["NZ"].mend()
    assert not town.held_by("NZ", number)
    passport = Query(document=filing.request.persons[0].documents[0].number)
    assert node.check(passport, officer("NZ")).results == ()


def test_receipts_of_a_refill_go_out_when_everybody_of_it_is_findable(
    town: Town, lonely: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.lines["NZ"].cut()
    filings, numbers = zip(*(town.publish() for _ in range(3)), strict=True)
    passports = [Query(document=one.request.persons[0].documents[0].number) for one in filings]
    sent: list[str] = []

    def collect(reports: Sequence[Report]) -> list[None]:
        sent.extend(report.body["control_number"] for report in reports)
        return [None] * len(reports)

    monkeypatch.setattr(lonely, "_send", collect)

    def findable() -> list[bool]:
        return [bool(lonely.check(passport, officer("NZ")).results) for passport in passports]

    events = [event_of(town, number) for number in numbers]
    assert (
        lonely.refill([events[0], events[1].replace(b'\\"sex\\":\\"M', b'\\"sex\\":\\"F'), events[1], events[2]]) == 3
    )
    assert lonely._report() == 0
    assert findable() == [False, False, False]
    # A recall by the stream overtakes one who still waits.
    town.office.recall(numbers[0], Ground.WITHDRAWN, desk("PT"))
    lonely._receive("NOTICES", [Message("notice.x", event_of(town, numbers[0]), Position("another", 1))])
    assert lonely._report() == 0
    assert not set(sent) & set(numbers)
    lonely.refilled()
    assert findable() == [False, True, True]
    eventually(lambda: len(set(sent) & set(numbers)) == 3 or None, "the receipts go out")
    town.lines["NZ"].mend()


def event_of(town: Town, number: str) -> bytes:
    """The last word on a notice, as it travels."""
    with town.office.read() as reader:
        (envelope,) = reader.envelopes_for("NZ", [reader.notice(number).event])
    return envelope.pack()


def test_a_refill_goes_over_many_pages_and_on_where_the_office_failed(
    town: Town, lonely: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "AT_ONCE", 3)
    monkeypatch.setattr(node_module, "AT_A_TIME", 2)
    monkeypatch.setattr(node_module, "INDEXED_TOGETHER", 4)
    town.lines["NZ"].cut()
    numbers = [town.publish()[1] for _ in range(8)]
    assert lonely.keeper
    calls = lonely.keeper._office
    genuine, asked = calls.envelopes, []

    def fails_at_the_third(events: list[int]) -> list[bytes]:
        asked.append(len(events))
        if len(asked) == 3:
            raise Unavailable("the office does not answer")
        # A page that is too long for one answer.
        return genuine(events)[:2]

    monkeypatch.setattr(calls, "envelopes", fails_at_the_third)
    with pytest.raises(Unavailable):
        lonely.compare()
    assert asked == [3, 1, 3]
    assert not lonely._to_index, "what came before is findable"
    assert [town.held_by("NZ", number) for number in numbers] == [True] * 3 + [False] * 5
    lonely.compare()
    assert all(town.held_by("NZ", number) for number in numbers)
    assert lonely.keeper.comparison.level
    assert lonely.keeper.comparison.refilled == 5, "those of a page that failed are not told"
    town.lines["NZ"].mend()


# --- Histories ------------------------------------------------------------------------------------------------


class Another:
    """A log that goes on otherwise than the office's from some size on, signed with the office's own key."""

    def __init__(self, office: Office, since: int, events: int) -> None:
        self._nodes: dict[tuple[int, int], bytes] = {}
        with office.read() as reader:
            leaves = [one.leaf for one in reader.log.entries(0, since)]
        for number, leaf in enumerate([*leaves, *(b"another %d" % n for n in range(events))]):
            for level, index, hash_ in completed_by(self._read, number, leaf_hash(bytes(leaf))):
                self._nodes[level, index] = hash_
        self.size = since + events
        checkpoint = Checkpoint(office.key.name, self.size, root(self._read, self.size))
        self.signed = Signed(checkpoint, checkpoint.sign(office.database._keys.newest))

    def _read(self, level: int, index: int) -> bytes:
        return self._nodes[level, index]

    def consistency(self, old: int, new: int) -> list[bytes]:
        return consistency_proof(self._read, old, new)


@pytest.fixture
def lonely(town: Town) -> Iterator[Node]:
    """Node NZ, which compares only when it is told to."""
    node = town.nodes["NZ"]
    town.level("NZ")
    assert node.comparing
    node.comparing.stop()
    assert node.keeper
    node.keeper._stopping.clear()
    node.compare()
    yield node
    with town.nodes["NZ"].database._engine.begin() as connection:
        for table in ("dispute", "believed", "proved"):
            connection.execute(text(f"DELETE FROM {table}"))
    restart(town, "NZ", peers=())
    town.level("NZ")


def show(node: Node, history: Another, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has the office show another history to a node."""
    assert node.keeper
    calls = node.keeper._office
    genuine = calls.state()
    monkeypatch.setattr(calls, "state", lambda **_: replace(genuine, note=history.signed.note))
    monkeypatch.setattr(calls, "consistency", history.consistency)


def test_an_office_that_shows_two_histories_is_caught(
    town: Town, lonely: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lonely.read() as reader:
        before = reader.proved()
    assert before
    with monkeypatch.context() as patch:
        show(lonely, Another(town.office, before.checkpoint.size - 1, 20), patch)
        lonely.compare()
    assert lonely.dispute
    assert "the office signed two histories" in lonely.dispute
    # It keeps what it has, and goes on with neither: not with the office's own words of today, and after a restart too.
    _, number = town.publish()
    town.wait_receipt("ES", number)
    lonely.compare()
    assert not town.held_by("NZ", number)
    with lonely.read() as reader:
        (kept,) = reader.disputes()
        proved = reader.proved()
    assert proved
    assert proved.checkpoint == before.checkpoint
    assert kept.before == before.note
    assert open_checkpoint(kept.shown, town.office.key).size == before.checkpoint.size + 19
    node = restart(town, "NZ")
    assert node.dispute == lonely.dispute
    operator = OPERATOR.model_copy(update={"bureau": "NZ"})
    assert node.settle(operator) == 1
    town.level("NZ")
    assert town.held_by("NZ", number)


def test_an_old_state_shown_as_today_s_is_refused_and_ends_with_the_office_s_own(
    town: Town, lonely: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lonely.read() as reader:
        before = reader.proved()
    assert before
    with monkeypatch.context() as patch:
        show(lonely, Another(town.office, before.checkpoint.size - 2, 0), patch)
        lonely.compare()
    assert lonely.dispute
    assert f"shows a log of {before.checkpoint.size - 2} events, but it signed one of" in lonely.dispute
    lonely.compare()
    assert lonely.dispute is None


def test_nodes_that_were_shown_two_histories_find_out_from_each_other(town: Town, lonely: Node) -> None:
    es = town.nodes["ES"]
    with es.read() as reader:
        size = (reader.proved() or pytest.fail("ES believes nothing")).checkpoint.size
    history = Another(town.office, size - 1, 5)
    with served(node_app(es)) as url:
        node = restart(town, "NZ", peers=(url,))
        eventually(lambda: node.keeper and node.keeper.comparison.compared_at, "compared")
        assert node.dispute is None
        with es.database._engine.begin() as connection:
            note = connection.execute(text("SELECT note FROM proved")).scalar_one()
            connection.execute(text("UPDATE proved SET note = :n"), {"n": history.signed.note})
        try:
            says = eventually(lambda: node.dispute, "the split view is caught")
        finally:
            with es.database._engine.begin() as connection:
                connection.execute(text("UPDATE proved SET note = :n"), {"n": note})
    assert f"that the node at {url} believed" in says
    with node.read() as reader:
        assert reader.disputes()[0].before == history.signed.note


def test_a_node_says_how_it_stands(town: Town) -> None:
    with served(node_app(town.nodes["ES"])) as url:
        told = httpx.get(f"{url}/api/status", trust_env=False).json()
        note = httpx.get(f"{url}/api/checkpoint", trust_env=False).text
    assert told["dispute"] is None
    assert told["comparison_trouble"] is None
    assert told["comparison"]["compared_at"]
    assert open_checkpoint(note, town.office.key).size <= told["log_size_believed"]

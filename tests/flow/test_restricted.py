"""What a bureau may not have never reaches its node, and what it may have no longer leaves it (RPD 58)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rednotice.flow import circulation, followup
from rednotice.log.feed import open_envelope
from rednotice.log.report import Action
from rednotice.model.bureau import Officer
from rednotice.model.check import Query
from rednotice.model.event import EventKind
from rednotice.model.hit import Hit
from rednotice.model.notice import Ground, Notice, in_path
from rednotice.model.request import Diffusion
from tests.builders import REVIEWER_1, a_stranger, desk
from tests.conftest import Road, eventually, start_node
from tests.flow.test_circulation import found_by, last_checkpoint, prove_the_log, rows
from tests.flow.test_followup import letters
from tests.flow.test_upkeep import changed, standing

PT = desk("PT")
KEPT_FROM_NZ = [{"bureau": "NZ", "reason": "A synthetic reason."}]


@pytest.fixture(autouse=True, scope="module")
def the_log_stays_whole(road: Road) -> Iterator[None]:
    before = last_checkpoint(road)
    yield
    prove_the_log(road, since=before)


def publish_for_some(road: Road, diffusion: Diffusion | None = None, restricted: tuple[str, ...] = ()) -> Notice:
    """A notice that is not for every bureau from its first version on."""
    _, number = road.publish()
    made = standing(road, number).notice
    number = made.control_number.replace("A-", "A-9")
    notice = made.model_copy(
        update={
            "control_number": number,
            "person": road.a_request().persons[0],
            "diffusion": diffusion,
            "restricted": restricted,
        }
    )
    with road.office.database.work(datetime.now(UTC)) as work:
        circulation._publish(work, notice)
    road.office.relay.wake()
    return notice


def passport(notice: Notice) -> Query:
    assert notice.person
    return Query(document=notice.person.documents[0].number)


def in_stream(road: Road, stream: str, number: str) -> list[EventKind]:
    """The kinds of what a stream keeps of a notice, whoever may read it."""
    context = road.office._stream._context()
    subject = f"notice.{in_path(number)}"
    if stream != "NOTICES":
        subject = f"bureau.{stream.removeprefix('BUREAU_')}.{subject}"
    info = road.office._stream._call(context.stream_info(stream, subjects_filter=subject), "read the stream")
    count = (info.state.subjects or {}).get(subject, 0)
    assert count <= 1, f"{stream} keeps {count} messages of {number}"
    if not count:
        return []
    message = road.office._stream._call(context.get_last_msg(stream, subject), "read the stream")
    assert message.data
    return [open_envelope(message.data, road.office.key).event.kind]


def relayed(road: Road) -> None:
    """Waits until everything that was recorded has gone out."""

    def empty() -> bool | None:
        with road.office.read() as reader:
            return reader.waiting() == 0 or None

    eventually(empty, "the outbox to be empty")


def test_a_notice_that_a_bureau_may_not_have_never_reaches_its_node(road: Road) -> None:
    notice = publish_for_some(road, restricted=("NZ",))
    number = notice.control_number
    assert road.wait_receipt("ES", number) == "applied"
    assert found_by(road.nodes["ES"], passport(notice)) == [number]
    relayed(road)
    assert in_stream(road, "BUREAU_ES", number) == [EventKind.NOTICE_PUBLISHED]
    assert in_stream(road, "NOTICES", number) == []
    assert in_stream(road, "BUREAU_NZ", number) == []
    # A later notice for everybody has come to NZ; this one has not.
    _, later = road.publish()
    road.wait_receipt("NZ", later)
    assert rows(road.nodes["NZ"], "SELECT version FROM held WHERE control_number = :n", n=number) == []
    assert found_by(road.nodes["NZ"], passport(notice)) == []


def test_the_recall_of_a_restricted_notice_goes_where_the_notice_went(road: Road) -> None:
    notice = publish_for_some(road, restricted=("NZ",))
    road.wait_receipt("ES", notice.control_number)
    road.office.recall(notice.control_number, Ground.COMPLIANCE, REVIEWER_1)
    assert road.wait_receipt("ES", notice.control_number) == "erased"
    assert not road.held_by("ES", notice.control_number)
    relayed(road)
    assert in_stream(road, "BUREAU_ES", notice.control_number) == [EventKind.NOTICE_RECALLED]
    assert in_stream(road, "NOTICES", notice.control_number) == []
    assert in_stream(road, "BUREAU_NZ", notice.control_number) == []


@pytest.mark.parametrize(
    ("diffusion", "holds"),
    [
        (Diffusion(to=("ES",)), ["ES"]),
        (Diffusion(to=("NZ",)), ["NZ"]),
        (Diffusion(to=("ES", "NZ")), ["ES", "NZ"]),
        (Diffusion(everywhere=True), ["ES", "NZ"]),
        (Diffusion(to=("FR",)), []),
    ],
)
def test_a_diffusion_goes_to_the_bureaus_chosen(road: Road, diffusion: Diffusion, holds: list[str]) -> None:
    notice = publish_for_some(road, diffusion)
    for bureau in holds:
        assert road.wait_receipt(bureau, notice.control_number) == "applied"
    _, later = road.publish()
    for bureau in road.nodes:
        road.wait_receipt(bureau, later)
    assert [bureau for bureau in road.nodes if road.held_by(bureau, notice.control_number)] == holds


def test_a_bureau_that_is_excluded_later_erases_what_it_had_and_says_so(road: Road) -> None:
    filing, number = road.publish()
    for bureau in road.nodes:
        road.wait_receipt(bureau, number)
    notice = road.office.update_notice(number, changed(filing.request, restrictions=KEPT_FROM_NZ), PT)
    assert notice.restricted == ("NZ",)
    assert road.wait_receipt("ES", number) == "applied"
    assert found_by(road.nodes["ES"], passport(notice)) == [number]

    def erased() -> bool | None:
        with road.office.read() as reader:
            return [one.action for one in reader.deliveries(number) if one.bureau == "NZ"] == ["erased"] or None

    eventually(erased, "the receipt of NZ")
    assert rows(road.nodes["NZ"], "SELECT document FROM held WHERE control_number = :n", n=number) == [(None,)]
    assert found_by(road.nodes["NZ"], passport(notice)) == []
    relayed(road)
    assert in_stream(road, "NOTICES", number) == [EventKind.NOTICE_WITHHELD]
    assert in_stream(road, "BUREAU_NZ", number) == []


def test_a_bureau_from_which_the_restriction_is_taken_receives_the_notice(road: Road) -> None:
    filing, number = road.publish()
    road.office.update_notice(number, changed(filing.request, restrictions=KEPT_FROM_NZ), PT)
    road.wait_receipt("ES", number)
    notice = road.office.update_notice(number, filing.request, PT)
    for bureau, node in road.nodes.items():
        assert road.wait_receipt(bureau, number) == "applied"
        assert found_by(node, passport(notice)) == [number]
    relayed(road)
    assert in_stream(road, "NOTICES", number) == [EventKind.NOTICE_PUBLISHED]
    # The version that ES alone had is not left behind in its stream.
    assert in_stream(road, "BUREAU_ES", number) == [EventKind.NOTICE_WITHHELD]


def test_one_bureau_is_excluded_in_the_place_of_another(road: Road) -> None:
    # Somebody who is likely in ES would not be found there.
    filing, number = road.publish(road.a_request(persons=[a_stranger(9_001) | {"likely_in": ["FR"]}]))
    road.office.update_notice(number, changed(filing.request, restrictions=KEPT_FROM_NZ), PT)
    road.wait_receipt("ES", number)
    kept_from_es = [{"bureau": "ES", "reason": "A synthetic reason."}]
    road.office.update_notice(number, changed(filing.request, restrictions=kept_from_es), PT)
    assert road.wait_receipt("NZ", number) == "applied"

    def gone() -> bool | None:
        return None if road.held_by("ES", number) else True

    eventually(gone, "ES to erase it")
    relayed(road)
    assert in_stream(road, "BUREAU_ES", number) == [EventKind.NOTICE_WITHHELD]
    assert in_stream(road, "BUREAU_NZ", number) == [EventKind.NOTICE_PUBLISHED]


def test_a_suspended_restricted_notice_comes_back_to_those_who_may_have_it(road: Road) -> None:
    notice = publish_for_some(road, restricted=("NZ",))
    road.office.suspend(notice.control_number, "Synthetic.", PT)
    assert road.wait_receipt("ES", notice.control_number) == "suspended"
    road.office.lift(notice.control_number, PT)
    assert road.wait_receipt("ES", notice.control_number) == "applied"
    relayed(road)
    assert in_stream(road, "NOTICES", notice.control_number) == []


def test_a_bureau_that_is_connected_later_receives_what_it_may_have(road: Road, tmp_path: Path) -> None:
    may = publish_for_some(road, restricted=("NZ",))
    may_not = publish_for_some(road, restricted=("CL",))
    suspended, recalled = (publish_for_some(road, restricted=("NZ",)) for _ in range(2))
    road.office.suspend(suspended.control_number, "Synthetic.", PT)
    road.office.recall(recalled.control_number, Ground.COMPLIANCE, REVIEWER_1)
    _, for_all = road.publish()
    node, line = start_node(road.office, tmp_path / "CL", "CL")
    try:
        for number in (may.control_number, for_all):
            assert road.wait_receipt("CL", number) == "applied"
        # The stream of its own is read to its end.
        relayed(road)
        assert found_by(node, passport(may)) == [may.control_number]
        for notice in (may_not, suspended, recalled):
            assert in_stream(road, "BUREAU_CL", notice.control_number) == []
            assert found_by(node, passport(notice)) == []
    finally:
        node.stop()
        line.close()


@pytest.mark.parametrize(
    ("by", "reads"),
    [(PT, True), (REVIEWER_1, True), (desk("ES"), True), (desk("NZ"), False)],
    ids=lambda value: value.bureau if isinstance(value, Officer) else str(value),
)
def test_who_may_not_have_a_notice_does_not_read_it_at_the_office(road: Road, by: Officer, reads: bool) -> None:
    notice = publish_for_some(road, restricted=("NZ",))
    assert circulation.may_read(standing(road, notice.control_number), by) is reads


def test_a_bureau_may_always_have_its_own_notice(road: Road) -> None:
    notice = publish_for_some(road, Diffusion(to=("ES",)), restricted=("PT", "ES"))
    assert [bureau for bureau in ("PT", "ES", "NZ") if notice.may_have(bureau)] == ["PT"]


def test_a_hit_of_a_bureau_that_may_not_have_the_notice_opens_no_case(road: Road) -> None:
    notice = publish_for_some(road, restricted=("NZ",))
    hit = Hit(
        number="NZ-H-test-restricted",
        control_number=notice.control_number,
        version=1,
        bureau="NZ",
        officer="officer-NZ",
        confirmed_at=datetime.now(UTC),
    )
    with road.office.database.work(datetime.now(UTC)) as work:
        assert followup.take_hit(work, hit) is None
    (letter,) = letters(road, "PT", notice.control_number)
    assert letter.content["withheld"] is True


def test_a_node_that_still_holds_what_it_may_not_have_owes_a_receipt(road: Road) -> None:
    notice = publish_for_some(road, restricted=("NZ",))
    held = standing(road, notice.control_number)
    assert circulation.silent(held, ["ES", "NZ"], {"NZ": (held.event - 1, Action.APPLIED)}) == ["ES", "NZ"]

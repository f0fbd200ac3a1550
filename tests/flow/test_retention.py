"""How long data is kept: legal holds, and erasure of all that is known of a person, everywhere, at the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from nats.js.errors import NotFoundError
from sqlalchemy import Engine, text

from rednotice.adapters.lists import UN_MEASURES
from rednotice.errors import Conflict, NotAllowed, NotFound
from rednotice.flow import circulation, retention
from rednotice.log.audit import Leaf, audit
from rednotice.log.report import Report, ReportKind, sign_report
from rednotice.model.bureau import Officer
from rednotice.model.case import CaseState
from rednotice.model.check import Query
from rednotice.model.decision import Outcome
from rednotice.model.hit import Hit
from rednotice.model.notice import Ground, Listing, in_path
from rednotice.model.person import Name, Person
from rednotice.model.request import Diffusion
from rednotice.model.retention import After
from rednotice.model.task import Task, TaskKind
from rednotice.rules.redress import kept_until
from tests.builders import (
    A_GROUND,
    COMMISSIONER_1,
    NOON,
    OPERATOR,
    REVIEWER_1,
    REVIEWER_2,
    a_stranger,
    desk,
    facts,
    officer,
)
from tests.conftest import Road, eventually
from tests.flow.test_circulation import last_checkpoint, prove_the_log
from tests.flow.test_restricted import publish_for_some


@pytest.fixture(autouse=True, scope="module")
def the_log_stays_whole(road: Road) -> Iterator[None]:
    before = last_checkpoint(road)
    yield
    prove_the_log(road, since=before)


def in_tables(engine: Engine, word: str) -> list[str]:
    """Every table of a database in which a word stands anywhere, as text or as bytes."""
    found = []
    with engine.connect() as connection:
        tables = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        for table in tables:
            rows = connection.execute(text(f'SELECT t::text FROM "{table}" t')).scalars()
            if any(word in row or word.encode().hex() in row for row in rows):
                found.append(table)
    return found


def in_streams(road: Road, word: str) -> list[str]:
    """The subjects of all messages, in all streams of the office, in which a word stands."""
    stream = road.office._stream

    async def search() -> list[str]:
        context = stream._context()
        found = []
        for info in await context.streams_info():
            for place in range(max(1, info.state.first_seq), info.state.last_seq + 1):
                try:
                    message = await context.get_msg(str(info.config.name), place)
                except NotFoundError:
                    continue
                if word.encode() in (message.data or b""):
                    found.append(str(message.subject))
        return found

    return stream._call(search(), "search the streams")


def on_disk(road: Road, word: str) -> list[str]:
    """The files of the streams in which a word stands, in a message or in what is left of one."""
    files = (path for path in (road.office.settings.folder / "nats").rglob("*") if path.is_file())
    return [path.name for path in files if word.encode() in path.read_bytes()]


def places(road: Road, word: str) -> dict[str, list[str]]:
    """Where a word stands: in which tables of which database, in which messages, in which files of the streams."""
    engines = {"office": road.office.database._engine}
    engines |= {bureau: node.database._engine for bureau, node in road.nodes.items()}
    found = {name: in_tables(engine, word) for name, engine in engines.items()}
    found["streams"] = in_streams(road, word)
    found["disk"] = on_disk(road, word)
    return {name: where for name, where in found.items() if where}


def nowhere(road: Road, word: str) -> None:
    """Waits until a word stands nowhere any more; what is on its way is overwritten when it arrives."""
    last: dict[str, list[str]] = {}

    def gone() -> bool | None:
        nonlocal last
        last = places(road, word)
        return not last or None

    try:
        eventually(gone, f"'{word}' stands nowhere", patience=20)
    except AssertionError:
        pytest.fail(f"'{word}' still stands in {last}")


def end_of_retention(road: Road, subject: str) -> None:
    """What the clock does when the retention of a subject ends."""
    with road.office._act() as work:
        retention.end(work, Task(kind=TaskKind.ERASURE_DUE, subject=subject, due=work.at))


def due(road: Road, subject: str) -> list[datetime]:
    with road.office.database._engine.connect() as connection:
        query = text("SELECT due FROM task WHERE kind = 'erasure due' AND subject = :subject")
        return list(connection.execute(query, {"subject": subject}).scalars())


def is_gone(road: Road, subject: str) -> bool:
    with road.office.read() as reader, pytest.raises(NotFound) as missing:
        reader.notice(subject) if "/" in subject else reader.filing(subject)
    return "was erased on" in str(missing.value)


def refused(road: Road, **changes: Any) -> str:
    """A request of ES that two reviewers refused."""
    return road.refuse(road.a_request(bureau="ES", **changes)).number


SHOTS = {
    6: "On 2 May 2026 a baker was shot dead by the person sought in front of his house in Faro; a neighbour saw it.",
    7: "At noon of 9 June 2026 a guard was killed with a knife by the person sought at a bank in Braga, on camera.",
}


# --- The proof ----------------------------------------------------------------------------------------------


def test_at_the_end_nothing_of_the_person_stands_anywhere_and_the_log_still_verifies(road: Road) -> None:
    """Filed, published, checked, hit, followed to its end, reported wrongly, recalled; then nothing of it is left."""
    family, passport = "Zwentibölder", "QXZ9917264"
    person = a_stranger(1) | {
        "names": [{"family": family, "given": "Orsino"}],
        "documents": [{"kind": "passport", "number": passport}],
    }
    summary = facts(
        f"In the night of 14 March 2026 {family} shot a jeweller dead in his shop in Porto; cameras show it."
    )
    filing, number = road.publish(road.a_request(bureau="ES", persons=[person], facts=summary))
    for bureau, node in road.nodes.items():
        road.wait_receipt(bureau, number)
        assert node.check(Query(name=f"Orsino {family}"), officer(bureau)).results
    node = road.nodes["NZ"]
    check = node.check(Query(document=passport), officer("NZ"))
    node.confirm(check.number, number, "Nelson", f"{family} was at the counter", officer("NZ"))

    def opened() -> str | None:
        with road.office.read() as reader:
            return next((case.number for case in reader.cases("NZ") if case.control_number == number), None)

    case = eventually(opened, "the case")
    road.office.move_case(case, CaseState.PROVISIONALLY_ARRESTED, f"{family} is in custody", desk("NZ"))
    forged = Report(
        bureau="ES",
        number=1,
        kind=ReportKind.HIT,
        at=NOON,
        body={"control_number": number, "remark": f"{family}, not signed by ES"},
    )
    road.nodes["ES"]._stream.publish("report.ES.hit", sign_report(forged, node._signer), f"forged {number}")
    with road.nodes["ES"]._receiving:
        raw = f'{{"subject": "{number}", "note": "{family}"}}'.encode()
        road.nodes["ES"].database.reject_envelope(NOON, f"notice.{in_path(number)}", "synthetic", raw)
    road.office.recall(number, Ground.WITHDRAWN, desk("ES"))
    for bureau in road.nodes:
        assert road.wait_receipt(bureau, number) == "erased"
    before = last_checkpoint(road)
    eventually(
        lambda: "report_rejected" in in_tables(road.office.database._engine, family) or None, "the forged report"
    )
    known = places(road, family)
    assert {"event_content", "filing", "notice", "case_file", "letter"} <= set(known["office"])
    assert {"letter", "check_made"} <= set(known["ES"])
    assert "envelope_rejected" not in known["ES"], "a recall erases what was not believed of it as well"
    assert {"letter", "check_made", "hit", "report"} <= set(known["NZ"])
    # Reports left their streams when the office had taken them.
    assert {subject.split(".")[0] for subject in known["streams"]} == {"bureau"}

    end_of_retention(road, number)

    for word in (family, family.upper(), passport, "Orsino"):
        nowhere(road, word)
    assert {eventually(partial(last_action, road, bureau, number), bureau) for bureau in road.nodes} == {"erased"}
    assert is_gone(road, number)
    assert is_gone(road, filing.number)
    with road.office.read() as reader:
        size, note = reader.log.checkpoint()
        entries = reader.log.entries(0, size)
    leaves = [Leaf(one.leaf, one.salt, one.content.encode() if one.content else None) for one in entries]
    audited = audit(leaves, note, road.office.key, before)
    assert audited.hidden >= 7  # filed, signed twice, granted, published, hit, moved
    erased = [one for one in entries[before.size :] if b'"data.erased"' in one.leaf]
    assert [number.encode() in one.leaf or filing.number.encode() in one.leaf for one in erased] == [True, True]
    assert all(one.content for one in erased)


def last_action(road: Road, bureau: str, subject: str) -> str | None:
    """What a bureau's node did with the last event on a subject that was erased."""
    with road.office.read() as reader:
        silent = reader.silent_about(subject, _erased_by(road, subject))
        return (
            None if bureau in silent else next(one.action for one in reader.deliveries(subject) if one.bureau == bureau)
        )


def _erased_by(road: Road, subject: str) -> int:
    with road.office.database.work(datetime.now(UTC)) as work:
        erased = work.erased(subject)
    assert erased
    assert erased.event is not None
    return erased.event


def test_a_refused_request_is_erased_with_the_letters_on_it(road: Road) -> None:
    family = "Quillonard"
    person = a_stranger(2) | {"names": [{"family": family, "given": "Quirinalis"}]}
    number = refused(road, persons=[person], remark=f"{family} is synthetic")
    again = road.office.file_request(
        road.a_request(bureau="PT", facts=facts(f"Another act, of which {family} is not the author, in March 2026.")),
        desk("PT"),
    )
    assert number not in [case.request for case in again.earlier]
    node = road.nodes["ES"]

    def has_letter() -> bool | None:
        with node.read() as reader:
            return any(letter.subject == number for letter in reader.letters(count=100_000)) or None

    eventually(has_letter, "the letter on the refusal")
    end_of_retention(road, number)
    eventually(lambda: not has_letter() or None, "the letter is erased")
    found = places(road, "Quirinalis")
    eventually(lambda: not places(road, "Quirinalis") or None, f"nothing is left ({found})")
    assert is_gone(road, number)


def test_a_request_that_met_an_erased_one_knows_nothing_of_it_any_more(road: Road) -> None:
    person = a_stranger(3) | {"names": [{"family": "Hollunderich", "given": "Baldur"}]}
    first = refused(road, persons=[person])
    second = refused(road, persons=[person], reference="RETENTION-MET")
    with road.office.read() as reader:
        assert first in [case.request for case in reader.filing(second).earlier]
    end_of_retention(road, first)
    with road.office.read() as reader:
        filing = reader.filing(second)
    assert first not in filing.model_dump_json()


def test_of_several_persons_one_is_erased_and_the_others_stay(road: Road) -> None:
    gone, stays = (
        {**a_stranger(number), "names": [{"family": family, "given": "Ingeborg"}]}
        for number, family in ((4, "Wackernagel"), (5, "Osterwalder"))
    )
    filing = road.office.file_request(road.a_request(persons=[gone, stays]), desk("PT"))
    for reviewer in (REVIEWER_1, REVIEWER_2):
        filing = road.office.decide(filing.number, Outcome.PUBLISH, "Synthetic.", reviewer)
    first, second = filing.notices
    road.office.recall(first, Ground.WITHDRAWN, desk("PT"))
    end_of_retention(road, first)
    nowhere(road, "Wackernagel")
    assert is_gone(road, first)
    with road.office.read() as reader:
        kept = reader.filing(filing.number)
        assert reader.notice(second).in_force
    assert [person.principal_name for person in kept.request.persons] == [
        "(a person without a name)",
        "Ingeborg Osterwalder",
    ]
    road.office.recall(second, Ground.WITHDRAWN, desk("PT"))
    end_of_retention(road, second)
    nowhere(road, "Osterwalder")
    assert is_gone(road, filing.number)


def test_a_person_who_was_refused_is_kept_longer_than_one_whose_notice_was_recalled(road: Road) -> None:
    """A request granted in part is not gone with its last notice: the refusal stays findable as long as any."""
    persons = [a_stranger(number) for number in (901, 902)]
    filing = road.office.file_request(road.a_request(persons=persons), desk("PT"))
    for persons_decided, outcome in (((0,), Outcome.PUBLISH), ((1,), Outcome.REFUSE)):
        weighed = [A_GROUND] if outcome is Outcome.REFUSE else []
        road.office.decide(filing.number, outcome, "Synthetic.", REVIEWER_1, persons_decided, weighed)
        filing = road.office.decide(filing.number, outcome, None, REVIEWER_2, persons_decided)
    (number,) = filing.notices
    road.office.recall(number, Ground.WITHDRAWN, desk("PT"))
    end_of_retention(road, number)
    assert is_gone(road, number)
    with road.office.read() as reader:
        kept = reader.filing(filing.number)
    assert [person.is_named for person in kept.request.persons] == [False, True]
    assert due(road, filing.number) == [kept_until("refused_kept_months", kept.in_effect[1].signatures[-1].at)]
    end_of_retention(road, filing.number)
    assert is_gone(road, filing.number)


def test_a_notice_that_not_every_bureau_may_have_leaves_nothing_in_any_stream(road: Road) -> None:
    family = "Zwickelhuber"
    person = a_stranger(903) | {"names": [{"family": family, "given": "Alrun"}]}
    _, number = road.publish(road.a_request(persons=[person]))
    with road.office._act() as work:
        circulation.new_version(work, work.notice(number), restricted=("NZ",))
    assert road.wait_receipt("ES", number) == "applied"
    assert any(subject.startswith("bureau.ES.notice.") for subject in in_streams(road, family))
    road.office.recall(number, Ground.WITHDRAWN, desk("PT"))
    end_of_retention(road, number)
    nowhere(road, family)
    assert {eventually(partial(last_action, road, bureau, number), bureau) for bureau in road.nodes} == {"erased"}


def test_a_check_that_showed_others_too_keeps_what_it_has_of_them(road: Road) -> None:
    same = {"names": [{"family": "Kaltenbrunnholz", "given": "Gisbert"}]}
    numbers = [
        road.publish(
            road.a_request(
                persons=[a_stranger(number) | same],
                facts=facts(SHOTS[number]),
            )
        )[1]
        for number in (6, 7)
    ]
    for number in numbers:
        road.wait_receipt("ES", number)
    node = road.nodes["ES"]
    check = node.check(Query(name="Gisbert Kaltenbrunnholz"), officer("ES"))
    assert {result.match.id for result in check.results} == set(numbers)
    road.office.recall(numbers[0], Ground.WITHDRAWN, desk("PT"))
    end_of_retention(road, numbers[0])

    def shown() -> list[str] | None:
        with node.database.work(NOON) as work:
            ids = [one.id for one in work.check(check.number).shown]
        return ids if numbers[0] not in ids else None

    assert eventually(shown, "the check without the notice") == [numbers[1]]


def test_an_entry_of_a_list_whose_notice_was_erased_does_not_come_back(road: Road) -> None:
    listing = Listing(source="synthetic list", reference="erased.1", measures=UN_MEASURES)
    person = Person(names=(Name(full="Ruprecht Sonnleithner"),))
    (number,) = road.office.import_listings([(listing, person)], OPERATOR).new
    road.office.recall(number, Ground.COMPLIANCE, REVIEWER_1)
    end_of_retention(road, number)
    nowhere(road, "Sonnleithner")
    assert road.office.import_listings([(listing, person)], OPERATOR).recalled == (number,)
    nowhere(road, "Sonnleithner")


def test_a_hit_that_comes_after_the_erasure_is_answered_and_not_kept(road: Road) -> None:
    _, number = road.publish()
    road.wait_receipt("ES", number)
    hit = Hit(
        number="ES-H-2026-900", control_number=number, version=1, bureau="ES", remark="Wendelgard saw it",
        officer="officer-ES", confirmed_at=NOON,
    )  # fmt: skip
    road.office.recall(number, Ground.WITHDRAWN, desk("PT"))
    end_of_retention(road, number)
    eventually(lambda: last_action(road, "ES", number), "the receipt of ES")
    with road.nodes["ES"].database.work(NOON) as work:
        work.report(ReportKind.HIT, hit.model_dump(mode="json"))

    def answered() -> bool | None:
        with road.nodes["ES"].read() as reader:
            return any(letter.content.get("erased") for letter in reader.letters(count=100_000)) or None

    road.nodes["ES"].relay.wake()
    eventually(answered, "the letter that says that it is erased")
    eventually(lambda: not in_streams(road, "Wendelgard") or None, "the report is overwritten")
    # The node wrote its own report after it had erased; at the office nothing of it is kept.
    assert places(road, "Wendelgard") == {"ES": ["report"]}


# --- When it falls due --------------------------------------------------------------------------------------


def test_a_recalled_notice_and_a_refused_request_are_kept_as_long_as_the_figures_say(road: Road) -> None:
    _, number = road.publish()
    assert due(road, number) == []
    recalled = road.office.recall(number, Ground.WITHDRAWN, desk("PT"))
    assert due(road, number) == [kept_until("recalled_kept_months", recalled.recalled_at)]
    request = refused(road)
    with road.office.read() as reader:
        (decision,) = reader.filing(request).in_effect
    assert due(road, request) == [kept_until("refused_kept_months", decision.signatures[-1].at)]


def test_the_clock_erases_what_is_due(road: Road) -> None:
    request = refused(road)
    with road.office.database.work(datetime.now(UTC)) as work:
        work.schedule(Task(kind=TaskKind.ERASURE_DUE, subject=request, due=work.at))
    road.office.carry_out_due()
    eventually(lambda: is_erased(road, request) or None, "the request is erased")
    assert due(road, request) == []


def is_erased(road: Road, subject: str) -> bool:
    with road.office.database.work(datetime.now(UTC)) as work:
        return work.erased(subject) is not None


def test_what_is_in_force_or_in_review_is_not_erased(road: Road) -> None:
    filing, number = road.publish()
    in_review = road.office.file_request(road.a_request(), desk("PT")).number
    for subject, says in (
        (number, f"notice {number} is in force"),
        (filing.number, f"its notice {number} is in force"),
        (in_review, f"request {in_review} is filed"),
    ):
        end_of_retention(road, subject)  # nothing happens
        with pytest.raises(Conflict, match=says), road.office.database.work(NOON) as work:
            retention.erase(work, subject, After.COMMISSION)
    assert road.held_by("ES", number) or road.wait_receipt("ES", number)


def test_what_is_erased_is_erased_once(road: Road) -> None:
    request = refused(road)
    end_of_retention(road, request)
    size = last_checkpoint(road).size
    end_of_retention(road, request)
    with road.office.read() as reader:
        kinds = [one.leaf for one in reader.log.entries(size, 1000) if b'"receipt.returned"' not in one.leaf]
    assert kinds == []
    with pytest.raises(NotFound, match="was erased on"), road.office.database.work(NOON) as work:
        retention.erase(work, request, After.COMMISSION)


# --- Legal holds --------------------------------------------------------------------------------------------


def test_a_subject_under_hold_is_not_erased_and_the_refusal_says_so(road: Road) -> None:
    filing, number = road.publish()
    road.office.recall(number, Ground.WITHDRAWN, desk("PT"))
    road.office.place_hold(filing.number, "Evidence in a synthetic trial", REVIEWER_1)
    for subject in (number, filing.number):
        with pytest.raises(Conflict) as refusal, road.office.database.work(NOON) as work:
            retention.erase(work, subject, After.COMMISSION)
        assert f"reviewer-1 placed a legal hold on {filing.number}" in str(refusal.value)
        assert "Evidence in a synthetic trial" in str(refusal.value)
    end_of_retention(road, number)
    assert not is_erased(road, number)
    (again,) = due(road, number)
    road.office.lift_hold(filing.number, "The trial is over", REVIEWER_2)
    assert again > datetime.now(UTC)
    end_of_retention(road, number)
    assert is_erased(road, number)
    assert is_erased(road, filing.number)


@pytest.mark.parametrize("subject", ["R-1999-1", "A-1/1-1999", "C-1999-1"])
def test_a_hold_is_on_something_that_is_there(road: Road, subject: str) -> None:
    with pytest.raises(NotFound, match=subject):
        road.office.place_hold(subject, "Synthetic", REVIEWER_1)


def test_a_hold_is_placed_once_and_lifted_once(road: Road) -> None:
    _, number = road.publish()
    road.office.place_hold(number, "Synthetic", REVIEWER_1)
    with pytest.raises(Conflict, match=rf"reviewer-1 placed a legal hold on {number} on .* already"):
        road.office.place_hold(number, "Synthetic", REVIEWER_2)
    road.office.lift_hold(number, "Synthetic", REVIEWER_2)
    with pytest.raises(NotFound, match=f"there is no legal hold on {number}"):
        road.office.lift_hold(number, "Synthetic", REVIEWER_2)


def test_a_hold_of_the_commission_only_the_commission_lifts(road: Road) -> None:
    _, number = road.publish()
    road.office.place_hold(number, "An application is examined", COMMISSIONER_1)
    with pytest.raises(NotAllowed, match=r"cannot lift the legal hold on .*; a commissioner can"):
        road.office.lift_hold(number, "Synthetic", REVIEWER_1)
    road.office.lift_hold(number, "Synthetic", COMMISSIONER_1)


@pytest.mark.parametrize("by", [desk("PT"), officer("PT"), OPERATOR], ids=lambda by: f"{by.role} of {by.bureau}")
def test_nobody_else_places_or_lifts_holds(road: Road, by: Officer) -> None:
    _, number = road.publish()
    for act in (road.office.place_hold, road.office.lift_hold):
        with pytest.raises(NotAllowed, match=r"a reviewer or a commissioner can") as refusal:
            act(number, "Synthetic", by)
        assert str(refusal.value).startswith(f"{by.name} ({by.role}, {by.bureau}) cannot")


# --- What the program may not do ----------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["event", "log_node", "checkpoint"])
@pytest.mark.parametrize("what", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_erasure_gives_nobody_a_right_over_the_log(road: Road, table: str, what: str) -> None:
    with road.office.database._engine.connect() as connection, pytest.raises(Exception, match="permission denied"):
        connection.execute(text(what.format(table)))


def test_a_bureau_that_never_heard_of_a_file_does_not_hear_of_its_erasure(road: Road) -> None:
    notice = publish_for_some(road, Diffusion(to=("ES",)))
    number = notice.control_number
    assert road.wait_receipt("ES", number) == "applied"
    with road.office._act() as work:
        assert work.told_of([number]) == {"ES"}
    road.office.recall(number, Ground.WITHDRAWN, desk("PT"))
    end_of_retention(road, number)
    eventually(lambda: last_action(road, "ES", number) == "erased" or None, "ES erased it")
    _, later = road.publish()
    assert road.wait_receipt("NZ", later) == "applied"
    assert in_tables(road.nodes["NZ"].database._engine, number) == []
    heard = in_streams(road, number)
    assert heard
    assert {subject.split(".")[1] for subject in heard} == {"ES"}, "no stream but that of ES names it"
    with road.office.read() as reader:
        assert "NZ" not in reader.silent_about(number, _erased_by(road, number))

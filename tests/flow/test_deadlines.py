"""What falls due is carried out once, whichever office does it; the clock is the test's own (RPD 49-51, 81, 87)."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from rednotice.adapters.embedded.nats import EmbeddedNats
from rednotice.adapters.embedded.postgres import APP, EmbeddedPostgres
from rednotice.adapters.lists import UN_MEASURES
from rednotice.adapters.postgres.connection import connect
from rednotice.adapters.postgres.schema import migrate
from rednotice.errors import Conflict, InvalidInput, NotAllowed, NotFound
from rednotice.flow import deadlines, followup
from rednotice.flow.work import Letter, OfficeWork
from rednotice.model.bureau import Officer
from rednotice.model.case import Case, CaseState, DutyKind
from rednotice.model.decision import Outcome
from rednotice.model.event import EventKind
from rednotice.model.hit import Hit
from rednotice.model.notice import Ground, Listing, Notice
from rednotice.model.person import Name, Person
from rednotice.model.task import Task, TaskKind
from rednotice.office import Office, OfficeSettings
from tests.builders import NOON, OPERATOR, REVIEWER_1, REVIEWER_2, a_request, a_stranger, desk, officer
from tests.conftest import eventually

PT, ES = desk("PT"), desk("ES")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HALF_A_YEAR = timedelta(weeks=26)
_strangers = itertools.count(990_000)
_hits = itertools.count(1)


@dataclass
class Clock:
    """A clock that stands until a test sets it."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Engines:
    """A PostgreSQL and a NATS that run, for offices that come and go; and what the offices of this database share."""

    postgres: EmbeddedPostgres
    nats: EmbeddedNats
    folder: Path
    key: Path = field(init=False)
    _offices: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.key = self.folder / "office.key"

    @contextmanager
    def office(self, clock: Clock) -> Iterator[Office]:
        """One more office on the same database, with a folder of its own and the same key."""
        folder = self.folder / f"office-{next(self._offices)}"
        folder.mkdir(mode=0o700)
        if self.key.exists():
            shutil.copy2(self.key, folder / "office.key")
        settings = OfficeSettings(folder=folder, database_url=self.postgres.url, nats_url=self.nats.url, clock=clock)
        office = Office(settings)
        office.start()
        try:
            shutil.copy2(folder / "office.key", self.key)
            yield office
        finally:
            office.stop()


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    folder = tmp_path_factory.mktemp("deadlines")
    postgres = EmbeddedPostgres(folder / "postgres", folder / "postgres.log")
    nats = EmbeddedNats(folder / "nats", folder / "nats.log", "office")
    postgres.start()
    try:
        owner = connect(postgres.owner_url)
        migrate(owner, "office", APP)
        owner.dispose()
        nats.start_office({})
        yield Engines(postgres, nats, folder)
    finally:
        nats.stop()
        postgres.stop()


@dataclass
class Desk:
    """An office, and its clock in the test's hand."""

    office: Office
    clock: Clock

    def at(self, moment: datetime) -> None:
        """Lets time pass until a moment, and has everything carried out that is due by then."""
        self.clock.now = moment
        while self.office.carry_out_due():
            pass

    def later(self, passed: timedelta) -> None:
        self.at(self.clock.now + passed)

    def publish(self) -> str:
        """A notice of PT for somebody whom no other test knows."""
        filing = self.office.file_request(a_request(persons=[a_stranger(next(_strangers))]), PT)
        self.office.decide(filing.number, Outcome.PUBLISH, "Every condition is met.", REVIEWER_1)
        return self.office.decide(filing.number, Outcome.PUBLISH, None, REVIEWER_2).notices[0]

    def notice(self, number: str) -> Notice:
        with self.office.read() as reader:
            return reader.notice(number).notice

    def recalled(self, number: str) -> Ground | None:
        with self.office.read() as reader:
            return reader.notice(number).recalled

    def letters(self, bureau: str, about: str, kind: EventKind) -> list[Letter]:
        with self.office.read() as reader:
            letters = reader.letters(bureau, count=100_000)
        return [one for one in letters if (one.subject, one.kind) == (about, kind)]

    def reminders(self, number: str) -> list[bool]:
        """The letters on the examination of a notice: False for a question, True for what came of no answer."""
        return [one.content["recalled"] for one in self.letters("PT", number, EventKind.REVIEW_REMINDED)]

    def located(self, number: str, *, urgent: bool = False) -> Case:
        """A case on a notice, from a hit of ES now."""
        hit = Hit(
            number=f"ES-H-deadline-{next(_hits)}",
            control_number=number,
            version=1,
            bureau="ES",
            urgent=urgent,
            officer="officer-ES",
            confirmed_at=self.clock.now,
        )
        with self.office.database.work(self.clock.now) as work:
            case = followup.take_hit(work, hit)
        assert case
        return case

    def case(self, number: str) -> Case:
        with self.office.read() as reader:
            return reader.case(number)

    def tasks(self, subject: str) -> list[str]:
        """The kinds of the tasks that are set for a subject."""
        with self.office.database._engine.connect() as connection:
            query = text("SELECT kind FROM task WHERE subject = :subject")
            return list(connection.execute(query, {"subject": subject}).scalars())

    def reminded(self, bureau: str, case: str) -> list[str]:
        """The duties of which a bureau was reminded, in order."""
        return [one.content["duty"]["kind"] for one in self.letters(bureau, case, EventKind.DUTY_REMINDED)]


@pytest.fixture(scope="module")
def running(engines: Engines) -> Iterator[tuple[Office, Clock]]:
    clock = Clock()
    with engines.office(clock) as office:
        yield office, clock


@pytest.fixture
def here(running: tuple[Office, Clock]) -> Desk:
    """An office whose clock stands at noon of the day of all tests; what was due in other tests may be due again."""
    office, clock = running
    clock.now = NOON
    return Desk(office, clock)


def start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


# --- The review after five years --------------------------------------------------------------------------------


def test_a_bureau_is_asked_half_a_year_before_and_a_notice_nobody_speaks_for_is_recalled(here: Desk) -> None:
    number = here.publish()
    review = start_of(here.notice(number).review_by)
    assert review.date() == date(2031, 11, 24)
    here.at(review - HALF_A_YEAR - MINUTE)
    assert here.reminders(number) == []
    here.at(review - HALF_A_YEAR)
    assert here.reminders(number) == [False]
    here.at(review - MINUTE)
    assert (here.recalled(number), here.reminders(number)) == (None, [False])
    here.at(review)
    assert (here.recalled(number), here.reminders(number)) == (Ground.NOT_REVIEWED, [False, True])


@pytest.mark.parametrize("by", [PT, REVIEWER_1], ids=lambda by: by.name)
def test_a_notice_that_is_still_needed_is_kept_as_long_again_and_examined_again(here: Desk, by: Officer) -> None:
    number = here.publish()
    for round_ in (1, 2):
        review = start_of(here.notice(number).review_by)
        here.at(review - HALF_A_YEAR)
        assert here.reminders(number) == [False] * round_
        here.at(review - DAY)
        extended = here.office.extend(number, "The person is still sought.", by)
        assert extended.version == round_ + 1
        assert start_of(extended.review_by) == start_of((review - DAY).date().replace(year=review.year + 5))
        here.at(review + DAY)
        assert here.recalled(number) is None
    (first, second) = here.letters("PT", number, EventKind.NOTICE_EXTENDED)
    assert first.content["reasons"] == second.content["reasons"] == "The person is still sought."
    here.at(start_of(here.notice(number).review_by))
    assert here.recalled(number) is Ground.NOT_REVIEWED


def test_a_new_version_moves_no_day_of_examination_and_asks_nobody_twice(here: Desk) -> None:
    number = here.publish()
    review = start_of(here.notice(number).review_by)
    here.at(review - HALF_A_YEAR)
    here.office.suspend(number, "Synthetic.", PT)
    here.office.lift(number, PT)
    here.later(DAY)
    assert here.reminders(number) == [False]
    here.at(review)
    assert here.recalled(number) is Ground.NOT_REVIEWED


def test_a_suspended_notice_is_extended_without_coming_back(here: Desk) -> None:
    number = here.publish()
    review = start_of(here.notice(number).review_by)
    here.office.suspend(number, "Synthetic.", PT)
    here.at(review - DAY)
    here.office.extend(number, "Still needed when the doubt is gone.", PT)
    here.at(review)
    with here.office.read() as reader:
        standing = reader.notice(number)
    assert (standing.recalled, standing.suspended) == (None, "Synthetic.")
    assert standing.notice.review_by > review.date()
    here.at(start_of(standing.notice.review_by))
    assert here.recalled(number) is Ground.NOT_REVIEWED


def test_a_recalled_notice_is_not_examined_again(here: Desk) -> None:
    number = here.publish()
    here.office.recall(number, Ground.WITHDRAWN, PT)
    assert here.tasks(number) == [TaskKind.ERASURE_DUE]
    here.at(start_of(here.notice(number).review_by) + DAY)
    assert here.reminders(number) == []
    with pytest.raises(NotFound, match=rf"{number} was erased on .* after the end of retention"):
        here.notice(number)


def test_a_special_notice_stands_as_long_as_its_list_says(here: Desk) -> None:
    listing = Listing(source="synthetic list", reference="deadlines.1", measures=UN_MEASURES)
    entry = (listing, Person(names=(Name(full="Wendelin Hasselbrink"),)))
    (number,) = here.office.import_listings([entry], OPERATOR).new
    here.at(start_of(here.notice(number).review_by) + DAY)
    assert here.recalled(number) is None
    with pytest.raises(Conflict, match=f"special notice {number} stands as long as its list has the entry"):
        here.office.extend(number, "Synthetic.", REVIEWER_1)


def test_an_extension_without_reasons_is_none(here: Desk) -> None:
    number = here.publish()
    before = here.notice(number)
    with pytest.raises(InvalidInput) as refused:
        here.office.extend(number, "  ", PT)
    assert [fault.path for fault in refused.value.faults] == ["reasons"]
    assert here.notice(number) == before


# --- After location ---------------------------------------------------------------------------------------------

AFTER_A_HIT = """
tell at once              locating    1 hour       done
take measures             locating    1 day        open
answer the hit            requesting  1 hour       open
confirm identity          requesting  1 day        open
say whether still wanted  requesting  1 day        open
"""


def owed(case: Case, since: datetime) -> list[tuple[str, str, timedelta, str]]:
    return [
        (duty.kind.value, duty.owed_by.value, duty.due - since, "open" if duty.is_open else "done")
        for duty in case.duties
    ]


def table_of(text: str, **sooner: timedelta) -> list[tuple[str, str, timedelta, str]]:
    within = {"1 hour": HOUR, "1 day": DAY}
    rows = []
    for line in text.strip().splitlines():
        kind, side, limit, state = line[:26].strip(), line[26:38].strip(), line[38:51].strip(), line[51:].strip()
        rows.append((kind, f"{side} bureau", sooner.get(kind.split()[0], within[limit]), state))
    return rows


def test_a_hit_begins_the_duties_of_both_countries(here: Desk) -> None:
    case = here.located(here.publish())
    assert owed(case, NOON) == table_of(AFTER_A_HIT)


def test_an_urgent_hit_is_answered_within_ten_minutes(here: Desk) -> None:
    case = here.located(here.publish(), urgent=True)
    assert owed(case, NOON) == table_of(AFTER_A_HIT, answer=10 * MINUTE)


def test_an_arrest_begins_the_forty_days_of_the_documents(here: Desk) -> None:
    case = here.located(here.publish())
    here.later(3 * HOUR)
    case = here.office.move_case(case.number, CaseState.PROVISIONALLY_ARRESTED, None, ES)
    documents, measures = case.duty(DutyKind.DOCUMENTS), case.duty(DutyKind.MEASURES)
    assert documents
    assert measures
    assert (documents.due - here.clock.now, documents.owed_by.value) == (40 * DAY, "requesting bureau")
    assert measures.done == here.clock.now
    case = here.office.move_case(case.number, CaseState.EXTRADITED, None, PT)
    cancelled, documents = case.duty(DutyKind.CANCEL), case.duty(DutyKind.DOCUMENTS)
    assert cancelled
    assert documents
    assert (cancelled.done, documents.done) == (here.clock.now, here.clock.now)


@pytest.mark.parametrize(
    ("kind", "bureau", "due", "then"),
    [
        (DutyKind.ANSWER, "PT", HOUR, 7 * DAY),
        (DutyKind.IDENTITY, "PT", DAY, 7 * DAY),
        (DutyKind.WANTED, "PT", DAY, 7 * DAY),
        (DutyKind.MEASURES, "ES", DAY, 7 * DAY),
    ],
)
def test_who_owes_is_reminded_at_the_limit_and_shown_to_reviewers_after_the_second(
    here: Desk, kind: DutyKind, bureau: str, due: timedelta, then: timedelta
) -> None:
    number = here.publish()
    case = here.located(number)
    here.at(NOON + due - MINUTE)
    assert kind not in here.reminded(bureau, case.number)
    here.at(NOON + due)
    assert here.reminded(bureau, case.number).count(kind) == 1
    here.at(NOON + due + then - MINUTE)
    lapsed = here.case(case.number).duty(kind)
    assert lapsed
    assert lapsed.lapsed is None
    here.at(NOON + due + then)
    assert here.reminded(bureau, case.number).count(kind) == 2
    assert (kind in [duty.kind for duty in here.case(case.number).neglected]) is (bureau == "PT")
    # The machine recalls nothing.
    assert here.recalled(number) is None


def test_documents_that_never_came_let_a_reviewer_recall_the_notice(here: Desk) -> None:
    number = here.publish()
    case = here.located(number)
    for kind in (DutyKind.ANSWER, DutyKind.IDENTITY, DutyKind.WANTED):
        here.office.fulfil_duty(case.number, kind, None, PT)
    here.office.move_case(case.number, CaseState.PROVISIONALLY_ARRESTED, None, ES)
    here.at(NOON + 40 * DAY)
    assert here.reminded("PT", case.number) == [DutyKind.DOCUMENTS]
    here.office.move_case(case.number, CaseState.RELEASED, "No documents came.", ES)
    with pytest.raises(Conflict, match="has a duty of its bureau whose second limit is past"):
        here.office.recall(number, Ground.NO_ACTION, REVIEWER_1)
    here.at(NOON + 60 * DAY)
    assert [duty.kind for duty in here.case(case.number).neglected] == [DutyKind.DOCUMENTS]
    here.office.recall(number, Ground.NO_ACTION, REVIEWER_1)
    assert here.recalled(number) is Ground.NO_ACTION


def test_what_is_done_is_not_reminded_of_and_both_bureaus_are_told(here: Desk) -> None:
    case = here.located(here.publish())
    done = here.office.fulfil_duty(case.number, DutyKind.ANSWER, "It is the person.", PT).duty(DutyKind.ANSWER)
    assert done
    assert (done.done, done.by, done.remark) == (NOON, "desk-PT", "It is the person.")
    for bureau in ("PT", "ES"):
        (letter,) = here.letters(bureau, case.number, EventKind.DUTY_DONE)
        assert letter.content["duty"] == "answer the hit"
    here.later(2 * HOUR)
    assert here.reminded("PT", case.number) == []


def test_what_is_done_after_the_second_limit_is_no_ground_for_recall_any_more(here: Desk) -> None:
    case = here.located(here.publish())
    here.later(9 * DAY)
    for kind in (DutyKind.ANSWER, DutyKind.IDENTITY, DutyKind.WANTED):
        assert here.case(case.number).neglected
        here.office.fulfil_duty(case.number, kind, None, PT)
    assert here.case(case.number).neglected == ()


@pytest.mark.parametrize("end", ["closed", "recalled"])
def test_nobody_is_reminded_when_the_case_or_the_notice_has_ended(here: Desk, end: str) -> None:
    number = here.publish()
    case = here.located(number)
    if end == "closed":
        here.office.move_case(case.number, CaseState.CLOSED, None, ES)
    else:
        here.office.recall(number, Ground.WITHDRAWN, PT)
    assert here.tasks(case.number) == []
    here.later(30 * DAY)
    assert here.reminded("PT", case.number) == here.reminded("ES", case.number) == []


@pytest.mark.parametrize(
    ("kind", "by", "says"),
    [
        (DutyKind.ANSWER, ES, "the requesting bureau can"),
        (DutyKind.MEASURES, PT, "the locating bureau can"),
        (DutyKind.ANSWER, desk("NZ"), "the desks of ES and PT can"),
        (DutyKind.ANSWER, officer("PT"), "the desks of ES and PT can"),
        (DutyKind.ANSWER, REVIEWER_1, "the desks of ES and PT can"),
    ],
)
def test_a_duty_is_done_by_the_bureau_that_owes_it(here: Desk, kind: DutyKind, by: Officer, says: str) -> None:
    case = here.located(here.publish())
    with pytest.raises(NotAllowed, match=says):
        here.office.fulfil_duty(case.number, kind, None, by)
    assert here.case(case.number) == case


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (DutyKind.TELL, "'tell at once' was done in case .* by officer-ES"),
        (DutyKind.DOCUMENTS, "nobody owes 'send the documents' in it; owed: take measures, answer the hit"),
    ],
)
def test_a_duty_that_is_done_or_does_not_exist_is_not_done_again(here: Desk, kind: DutyKind, says: str) -> None:
    case = here.located(here.publish())
    with pytest.raises(Conflict, match=says):
        here.office.fulfil_duty(case.number, kind, None, ES if kind is DutyKind.TELL else PT)


# --- The clock itself -------------------------------------------------------------------------------------------


def test_a_due_task_survives_a_restart(engines: Engines) -> None:
    clock = Clock(NOON + 2000 * DAY)
    with engines.office(clock) as office:
        number = Desk(office, clock).publish()
        review = start_of(Desk(office, clock).notice(number).review_by)
    clock.now = review
    with engines.office(clock) as office:
        # Nobody calls: the office's own clock finds what fell due while no office ran.
        eventually(lambda: Desk(office, clock).recalled(number), f"the recall of {number}")
        assert Desk(office, clock).reminders(number) == [False, True]


def test_a_task_is_carried_out_once_by_two_offices_on_one_database(engines: Engines) -> None:
    clock = Clock(NOON + 4000 * DAY)
    with engines.office(clock) as first, engines.office(clock) as second:
        desk_ = Desk(first, clock)
        numbers = [desk_.publish() for _ in range(8)]
        clock.now = start_of(desk_.notice(numbers[0]).review_by) - HALF_A_YEAR

        def all_due(office: Office) -> None:
            while office.carry_out_due():
                pass

        with ThreadPoolExecutor(6) as many:
            list(many.map(all_due, [first, second] * 3))
        assert [desk_.reminders(number) for number in numbers] == [[False]] * 8


def test_a_task_that_fails_stops_no_other_and_comes_again(here: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    fails, others = here.publish(), [here.publish() for _ in range(3)]
    ask = deadlines.HANDLERS[TaskKind.REVIEW_COMING]
    monkeypatch.setitem(deadlines.HANDLERS, TaskKind.REVIEW_COMING, _but_not(fails, ask))
    due = start_of(here.notice(fails).review_by) - HALF_A_YEAR
    here.at(due)
    assert [here.reminders(number) for number in others] == [[False]] * 3
    assert here.reminders(fails) == []
    monkeypatch.undo()
    here.at(due + HOUR - MINUTE)
    assert here.reminders(fails) == []
    here.at(due + HOUR)
    assert here.reminders(fails) == [False]


def _but_not(number: str, ask: Callable[[OfficeWork, Task], None]) -> Callable[[OfficeWork, Task], None]:
    def fail(work: OfficeWork, task: Task) -> None:
        ask(work, task)  # what it wrote before it failed is undone
        if task.subject == number:
            raise RuntimeError("synthetic")

    return fail

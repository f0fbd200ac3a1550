"""A person concerned applies to the commission; both sides are heard; its word binds at every node."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from rednotice.errors import Conflict, InvalidInput, NotAllowed, NotFound
from rednotice.flow import circulation, redress, ruling
from rednotice.flow.work import Letter
from rednotice.log.report import Receipt
from rednotice.model.application import (
    APPLICANT,
    LIMITS,
    MOVES,
    OUTCOMES,
    ApplicationFile,
    ApplicationKind,
    ApplicationState,
    MeasureKind,
    Outcome,
    Practice,
    Proposal,
    read_application,
)
from rednotice.model.bureau import COMMISSION, OFFICE, Officer, Role
from rednotice.model.event import EventKind
from rednotice.model.notice import Ground, Remark
from rednotice.model.task import Task, TaskKind
from rednotice.rules.redress import answer_due, extended
from tests.builders import COMMISSIONER_1, COMMISSIONER_2, OPERATOR, REVIEWER_1, a_stranger, desk, officer
from tests.conftest import Road, eventually
from tests.flow.test_circulation import happened_since, last_checkpoint, prove_the_log
from tests.flow.test_retention import nowhere, places

FROM_ES = Officer(name="commissioner-3", bureau=COMMISSION, role=Role.COMMISSIONER, seconded_from="ES")
SECRET = "my brother in Lugo hides me"
S = ApplicationState


@pytest.fixture(autouse=True, scope="module")
def the_log_stays_whole(road: Road) -> Iterator[None]:
    before = last_checkpoint(road)
    yield
    prove_the_log(road, since=before)


# --- Builders -----------------------------------------------------------------------------------------------


def an_application(applicant: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An application as a document. Everybody in it is synthetic."""
    return {
        "kind": "deletion",
        "person": applicant,
        "representative": {"name": "Maître Synthetic", "power_of_attorney": "of 3 November 2026, at her office"},
        "reply_to": "Maître Synthetic, Rue Inventée 1",
        "asks": f"The notice rests on my political opinions. I fear the bureau: {SECRET}. Delete it.",
        "confidential": [SECRET],
        **changes,
    }


class Scene:
    """An application about a notice of ES, brought as far as a test needs."""

    def __init__(self, road: Road, kind: str = "deletion", **changes: Any) -> None:
        self.road = road
        self.office = road.office
        request = road.a_request(bureau="ES")
        self.person = request.persons[0]
        self.filing, self.notice = road.publish(request)
        document = an_application(self.person.model_dump(mode="json"), kind=kind, **changes)
        self.number = self.office.file_application(read_application(document), COMMISSIONER_1).number

    @property
    def file(self) -> ApplicationFile:
        with self.road.office.read() as reader:
            return reader.application(self.number)

    def acknowledged(self) -> Scene:
        self.office.acknowledge(self.number, COMMISSIONER_1)
        return self

    def admitted(self) -> Scene:
        if self.file.state is S.RECEIVED:
            self.acknowledged()
        self.office.admit(self.number, True, "In form.", [self.notice], COMMISSIONER_1)
        return self

    def heard(self) -> Scene:
        if self.file.state is not S.ADMISSIBLE:
            self.admitted()
        self.office.hear(self.number, "ES", "Which act does the summary describe?", COMMISSIONER_1)
        self.office.answer_commission(self.number, "ES", "The robbery.", None, desk("ES"))
        return self

    def decided(self, outcome: Outcome = Outcome.NOT_COMPLIANT, **more: Any) -> Scene:
        if self.file.state is not S.IN_EXCHANGE:
            self.heard()
        proposed = Proposal(outcome=outcome, reasons="The summary shows no act.", **more)
        self.office.decide_application(self.number, proposed, COMMISSIONER_1)
        self.office.decide_application(self.number, Proposal(outcome=outcome), COMMISSIONER_2)
        return self

    def executed(self) -> Scene:
        self.decided()
        self.office.execute(self.number, COMMISSIONER_1)
        self.until(S.EXECUTED)
        return self

    def until(self, state: ApplicationState) -> None:
        if state is S.EXECUTED:
            answer_for_those_without_a_node(self.road, self.number)
        eventually(lambda: self.file.state is state or None, f"{self.number} is {state}")


def answer_for_those_without_a_node(road: Road, number: str) -> None:
    """Answers for the bureaus that another test connected and gave no node: a decision waits for them too."""
    with road.office._act() as work:
        for one in work.application(number).executed:
            action = circulation.ANSWERS[work.event(one.event)[0]]
            receipt = Receipt(
                control_number=one.subject,
                version=1,
                event=one.event,
                action=action,
                done=("synthetic",),
                checkpoint_size=1,
                checkpoint_root="AAAA",
            )
            for bureau in work.silent_about(one.subject, one.event) - road.nodes.keys():
                circulation.take_receipt(work, bureau, receipt)
            ruling.take_answer(work, one.subject)


def letters(road: Road, bureau: str, about: str) -> list[Letter]:
    with road.office.read() as reader:
        return [letter for letter in reader.letters(bureau, count=100_000) if letter.subject == about]


# --- Is there data at all? ----------------------------------------------------------------------------------


def test_the_search_finds_notices_in_force_recalled_ones_and_requests_in_any_spelling(road: Road) -> None:
    names = {"names": [{"family": "Hochschmitzberg", "given": "Aleksandr"}], "documents": []}
    in_force = road.publish(road.a_request(persons=[a_stranger(801) | names | {"documents": DOCUMENT}]))[1]
    recalled = road.publish(road.a_request(persons=[a_stranger(802) | names | {"documents": DOCUMENT}]))[1]
    road.office.recall(recalled, Ground.WITHDRAWN, desk("PT"))
    refused = road.office.file_request(road.a_request(persons=[a_stranger(803) | names]), desk("PT")).number
    asks = an_application({"names": [{"full": "Hochshmitzberg, Alexander"}]})
    found = road.office.file_application(read_application(asks), COMMISSIONER_1).found
    assert {one.subject: one.stands for one in found} == {
        in_force: "in force",
        recalled: "recalled: withdrawn by the bureau",
        refused: "filed",
    }
    assert all(one.bureau == "PT" and "Hochschmitzberg" in one.name for one in found)


DOCUMENT = [{"kind": "passport", "number": "REDRESS801", "country": "PT"}]


def test_a_person_of_whom_nothing_is_known_is_told_so(road: Road) -> None:
    asks = an_application({"names": [{"full": "Quidquid Nusquam"}]}, kind="access")
    file = road.office.file_application(read_application(asks), COMMISSIONER_1)
    assert file.found == ()
    road.office.acknowledge(file.number, COMMISSIONER_1)
    road.office.admit(file.number, True, "In form.", [], COMMISSIONER_1)
    nothing = Proposal(outcome=Outcome.NO_DATA, reasons="No data on the applicant is processed.")
    for by in (COMMISSIONER_1, COMMISSIONER_2):
        file = road.office.decide_application(file.number, nothing, by)
    assert road.office.execute(file.number, COMMISSIONER_1).state is S.EXECUTED


@pytest.mark.parametrize(
    ("changes", "path", "says"),
    [
        ({"person": {"born": "1984"}}, "", "names no applicant"),
        ({"confidential": ["words that stand nowhere"]}, "", "marks a passage as confidential that does not stand"),
        ({"kind": "revenge"}, "kind", "is not one of the values taken"),
        ({"asks": ""}, "asks", "is empty"),
        ({"language": "de"}, "language", "is not one of the values taken"),
    ],
)
def test_a_malformed_application_is_refused_with_the_place(changes: dict[str, Any], path: str, says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_application(an_application({"names": [{"full": "Quidquid Nusquam"}]}, **changes))
    (fault,) = refused.value.faults
    assert fault.path == path
    assert says in fault.problem


# --- The table of moves -------------------------------------------------------------------------------------

REACH: dict[ApplicationState, Callable[[Road], Scene]] = {
    S.RECEIVED: Scene,
    S.ACKNOWLEDGED: lambda road: Scene(road).acknowledged(),
    S.ADMISSIBLE: lambda road: Scene(road).admitted(),
    S.NOT_ADMISSIBLE: lambda road: not_admitted(Scene(road).acknowledged()),
    S.IN_EXCHANGE: lambda road: Scene(road).heard(),
    S.DECIDED: lambda road: Scene(road).decided(),
    S.EXECUTED: lambda road: Scene(road).decided(Outcome.COMPLIANT),
}


def not_admitted(scene: Scene) -> Scene:
    scene.office.admit(scene.number, False, "Asked about somebody else.", [], COMMISSIONER_1)
    return scene


def propose_and_sign(scene: Scene) -> None:
    for by in (COMMISSIONER_1, COMMISSIONER_2):
        proposed = Proposal(outcome=Outcome.COMPLIANT, reasons="Synthetic.")
        scene.office.decide_application(scene.number, proposed, by)


ACTS: dict[ApplicationState, Callable[[Scene], object]] = {
    S.ACKNOWLEDGED: lambda scene: scene.office.acknowledge(scene.number, COMMISSIONER_1),
    S.ADMISSIBLE: lambda scene: scene.office.admit(scene.number, True, "In form.", [scene.notice], COMMISSIONER_1),
    S.NOT_ADMISSIBLE: not_admitted,
    S.DECIDED: propose_and_sign,
    S.EXECUTED: lambda scene: scene.office.execute(scene.number, COMMISSIONER_1),
    S.IN_EXCHANGE: lambda scene: scene.office.revise(
        scene.number, "A court acquitted me.", datetime.now(UTC).date(), COMMISSIONER_1
    ),
}
"""How an application comes to a state; to an exchange, by a hearing too."""


def reached(road: Road, state: ApplicationState) -> Scene:
    scene = REACH[state](road)
    if state is S.EXECUTED:
        scene.office.execute(scene.number, COMMISSIONER_1)
    assert scene.file.state is state
    return scene


@pytest.mark.parametrize("state", list(S))
def test_what_the_table_of_moves_does_not_have_is_refused_and_kept_in_the_log(road: Road, state: S) -> None:
    scene = reached(road, state)
    held = scene.file
    for to, act in ACTS.items():
        allowed = (state, to) in MOVES
        is_revision = to is S.IN_EXCHANGE
        if allowed and (not is_revision or state is S.EXECUTED):
            continue
        if state is S.ADMISSIBLE and to is S.DECIDED:
            continue
        before = last_checkpoint(road)
        with pytest.raises(Conflict, match=f"{scene.number} is {state}"):
            act(scene)
        assert scene.file == held
        assert happened_since(road, before) == ["act.refused"]


WITH_A_BUREAU = [move for move in MOVES if move != (S.ADMISSIBLE, S.DECIDED)]
"""Where there is nobody to hear: `test_a_person_of_whom_nothing_is_known_is_told_so`."""


@pytest.mark.parametrize(("state", "to"), WITH_A_BUREAU, ids=str)
def test_what_the_table_of_moves_has_is_done(road: Road, state: S, to: S) -> None:
    scene = reached(road, state)
    if (state, to) == (S.ADMISSIBLE, S.IN_EXCHANGE):
        scene.office.hear(scene.number, APPLICANT, "Where were you?", COMMISSIONER_1)
    else:
        ACTS[to](scene)
    scene.until(to)
    assert scene.file.steps[-1].to is to


# --- Time limits, of which the clock reminds ----------------------------------------------------------------


def tasks(road: Road, number: str) -> dict[str, datetime]:
    with road.office.database._engine.connect() as connection:
        rows = connection.execute(text("SELECT kind, due FROM task WHERE subject = :number"), {"number": number})
        return {row.kind: row.due for row in rows}


def reminders(scene: Scene) -> int:
    return len(scene.file.reminded)


@pytest.mark.parametrize("state", [state for state in S if state in LIMITS])
def test_of_each_limit_the_commission_is_reminded_once_and_nothing_else_happens(road: Road, state: S) -> None:
    scene = reached(road, state)
    due = scene.file.due
    assert due
    kind = LIMITS[state]
    assert tasks(road, scene.number) == {kind: due}
    before = scene.file
    task = Task(kind=kind, subject=scene.number, due=due)
    with road.office.database.work(due - timedelta(seconds=1)) as work:
        redress.remind(work, task)
    assert scene.file == before
    with road.office.database.work(due) as work:
        redress.remind(work, task)
    assert scene.file == before.model_copy(update={"reminded": (due,)})


def test_a_step_taken_in_time_is_not_reminded_of(road: Road) -> None:
    scene = Scene(road).acknowledged()
    late = scene.file.received_at + timedelta(days=31)
    with road.office.database.work(late) as work:
        redress.remind(work, Task(kind=TaskKind.ACKNOWLEDGEMENT_DUE, subject=scene.number, due=late))
    assert scene.file.reminded == ()


def test_an_exchange_does_not_begin_the_time_anew(road: Road) -> None:
    scene = Scene(road).admitted()
    due = scene.file.due
    scene.office.hear(scene.number, "ES", "Which act?", COMMISSIONER_1)
    assert scene.file.due == due


def test_the_time_is_extended_once_with_reasons(road: Road) -> None:
    scene = Scene(road).admitted()
    due = scene.file.due
    assert due
    scene.office.extend_application(scene.number, "The file is in four languages.", COMMISSIONER_1)
    assert scene.file.due == extended(due)
    assert tasks(road, scene.number) == {TaskKind.DECISION_DUE: extended(due)}
    with pytest.raises(Conflict, match="was extended already; it is extended once"):
        scene.office.extend_application(scene.number, "And once more.", COMMISSIONER_1)
    fresh = Scene(road)
    with pytest.raises(Conflict, match="only the time for its decision is extended"):
        fresh.office.extend_application(fresh.number, "Too early.", COMMISSIONER_1)


# --- Who may ------------------------------------------------------------------------------------------------

ACTORS = {
    "desk of ES": desk("ES"),
    "desk of PT": desk("PT"),
    "officer of ES": officer("ES"),
    "reviewer": REVIEWER_1,
    "operator": OPERATOR,
    "desk of the commission": Officer(name="desk-COMMISSION", bureau=COMMISSION, role=Role.DESK),
    "commissioner of the office": Officer(name="commissioner-OFFICE", bureau=OFFICE, role=Role.COMMISSIONER),
    "commissioner of ES": Officer(name="commissioner-ES", bureau="ES", role=Role.COMMISSIONER),
}
PROPOSED = Proposal(outcome=Outcome.COMPLIANT, reasons="Synthetic.")
OF_COMMISSIONERS: dict[str, Callable[[Scene, Officer], object]] = {
    "take": lambda scene, by: scene.office.file_application(scene.file.application, by),
    "acknowledge": lambda scene, by: scene.office.acknowledge(scene.number, by),
    "admit": lambda scene, by: scene.office.admit(scene.number, True, "In form.", [], by),
    "extend": lambda scene, by: scene.office.extend_application(scene.number, "Synthetic.", by),
    "measure": lambda scene, by: scene.office.measure(scene.number, MeasureKind.SUSPEND, scene.notice, "So.", by),
    "hear": lambda scene, by: scene.office.hear(scene.number, "ES", "Why?", by),
    "decide": lambda scene, by: scene.office.decide_application(scene.number, PROPOSED, by),
    "execute": lambda scene, by: scene.office.execute(scene.number, by),
    "revise": lambda scene, by: scene.office.revise(scene.number, "New.", date(2026, 11, 1), by),
}


@pytest.fixture(scope="module")
def scene(road: Road) -> Scene:
    return Scene(road).admitted()


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("act", OF_COMMISSIONERS)
def test_nobody_but_a_commissioner_acts_on_an_application(scene: Scene, act: str, actor: str) -> None:
    by, held = ACTORS[actor], scene.file
    with pytest.raises(NotAllowed) as refused:
        OF_COMMISSIONERS[act](scene, by)
    assert str(refused.value).startswith(f"{by.name} ({by.role}, {by.bureau}) cannot")
    assert str(refused.value).endswith("; a commissioner can")
    assert scene.file == held


@pytest.mark.parametrize(
    ("side", "by", "says"),
    [
        ("ES", desk("ES"), "cannot answer {number}: nothing is asked of ES; a bureau that the commission asked can"),
        ("ES", desk("PT"), "cannot answer for ES; the desk of ES can"),
        ("ES", officer("ES"), "cannot answer for ES; the desk of ES can"),
        ("ES", COMMISSIONER_1, "cannot answer for ES; the desk of ES can"),
        ("ES", REVIEWER_1, "cannot answer for ES; the desk of ES can"),
        (APPLICANT, desk("ES"), "cannot answer for applicant; a commissioner can"),
        (APPLICANT, REVIEWER_1, "cannot answer for applicant; a commissioner can"),
    ],
)
def test_each_side_answers_for_itself_and_only_when_asked(road: Road, side: str, by: Officer, says: str) -> None:
    scene = Scene(road).admitted()
    with pytest.raises(NotAllowed) as refused:
        scene.office.answer_commission(scene.number, side, "Synthetic.", None, by)
    assert str(refused.value) == f"{by.name} ({by.role}, {by.bureau}) {says.format(number=scene.number)}"


def test_a_desk_learns_nothing_of_which_applications_there_are(road: Road) -> None:
    scene = Scene(road).admitted()
    told = []
    for number in (scene.number, "AP-1999-1"):
        with pytest.raises(NotAllowed) as refused:
            scene.office.answer_commission(number, "ES", "Synthetic.", None, desk("ES"))
        told.append(str(refused.value).replace(number, "AP"))
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("bureau", "role", "taken"),
    [
        (COMMISSION, Role.COMMISSIONER, True),
        (COMMISSION, Role.REVIEWER, False),
        (COMMISSION, Role.DESK, False),
        (OFFICE, Role.COMMISSIONER, False),
        ("ES", Role.COMMISSIONER, False),
    ],
)
def test_commissioners_are_enrolled_for_the_commission(road: Road, bureau: str, role: Role, taken: bool) -> None:
    enrolled = Officer.model_validate({"name": f"redress {role} {bureau}", "bureau": bureau, "role": role})
    if taken:
        token = road.office.enrol(enrolled, OPERATOR)
        assert road.office.database.officer_of(token) == enrolled
    else:
        with pytest.raises(InvalidInput):
            road.office.enrol(enrolled, OPERATOR)


# --- What is confidential -----------------------------------------------------------------------------------


def test_what_the_applicant_marks_never_goes_into_a_letter(road: Road) -> None:
    scene = Scene(road).admitted()
    acts: tuple[Callable[[str], object], ...] = (
        lambda words: scene.office.hear(scene.number, "ES", words, COMMISSIONER_1),
        lambda words: scene.office.measure(scene.number, MeasureKind.SUSPEND, scene.notice, words, COMMISSIONER_1),
        lambda words: scene.office.measure(scene.number, MeasureKind.CAVEAT, scene.notice, words, COMMISSIONER_1),
    )
    for act in acts:
        with pytest.raises(InvalidInput) as refused:
            act(f"Is it true that {SECRET.upper().replace(' ', '  ')}?")
        assert "marked confidential" in refused.value.faults[0].problem
    scene.office.hear(scene.number, "ES", "Which act does the summary describe?", COMMISSIONER_1)
    scene.office.answer_commission(scene.number, "ES", "The robbery.", None, desk("ES"))
    for proposed in (
        Proposal(outcome=Outcome.COMPLIANT, reasons=f"We believe that {SECRET}."),
        Proposal(outcome=Outcome.UPDATE, reasons="Synthetic.", caveat=f"We believe that {SECRET}."),
    ):
        with pytest.raises(InvalidInput):
            scene.office.decide_application(scene.number, proposed, COMMISSIONER_1)
    scene.decided(Outcome.COMPLIANT)
    sent = letters(road, "ES", scene.number)
    assert [letter.kind for letter in sent] == [EventKind.APPLICATION_MOVED, EventKind.APPLICATION_DECIDED]
    assert sent[0].content["asks"] == (
        "The notice rests on my political opinions. I fear the bureau: [withheld]. Delete it."
    )
    assert all(SECRET not in json.dumps(letter.content) for letter in sent)


def test_the_applicant_may_be_asked_about_what_is_confidential(road: Road) -> None:
    scene = Scene(road).admitted()
    scene.office.hear(scene.number, APPLICANT, f"Since when is it so that {SECRET}?", COMMISSIONER_1)
    scene.office.answer_commission(scene.number, APPLICANT, "Since May.", None, COMMISSIONER_2)
    assert [(one.side, one.asked) for one in scene.file.exchange] == [(APPLICANT, True), (APPLICANT, False)]
    assert letters(road, "ES", scene.number) == []


def test_an_application_is_in_no_police_file(road: Road) -> None:
    scene = Scene(road, asks="Delete it: Sigebrandt knows why.", confidential=[]).admitted()
    assert {name: set(where) for name, where in places(road, "Sigebrandt").items()} == {
        "office": {"application", "event_content"}
    }
    with road.office.read() as reader:
        entries = reader.log.entries(0, 100_000)
    speaking = [one for one in entries if "Sigebrandt" in (one.content or "")]
    assert [json.loads(one.leaf)["subject"] for one in speaking] == [scene.number]
    assert not any(b"Sigebrandt" in one.leaf for one in entries)


def test_a_bureau_that_is_no_side_is_not_heard(road: Road) -> None:
    scene = Scene(road).admitted()
    with pytest.raises(Conflict, match=r"PT has no part in application .*; its sides are applicant, ES"):
        scene.office.hear(scene.number, "PT", "What do you know?", COMMISSIONER_1)
    assert letters(road, "PT", scene.number) == []


# --- Provisional measures -----------------------------------------------------------------------------------


def test_a_notice_is_suspended_until_the_decision_and_in_force_again_after_it(road: Road) -> None:
    scene = Scene(road).admitted()
    scene.office.measure(scene.number, MeasureKind.SUSPEND, scene.notice, "Under examination", COMMISSIONER_1)
    for bureau in road.nodes:
        assert road.wait_receipt(bureau, scene.notice) == "suspended"
        assert not road.held_by(bureau, scene.notice)
    scene.decided(Outcome.COMPLIANT)
    scene.office.execute(scene.number, COMMISSIONER_1)
    scene.until(S.EXECUTED)
    for bureau in road.nodes:
        assert road.held_by(bureau, scene.notice)


def test_a_caveat_is_seen_by_every_bureau(road: Road) -> None:
    scene = Scene(road).admitted()
    scene.office.measure(scene.number, MeasureKind.CAVEAT, scene.notice, "The facts are disputed", COMMISSIONER_1)
    for bureau, node in road.nodes.items():
        road.wait_receipt(bureau, scene.notice)
        with node.read() as reader:
            notice = reader.held(scene.notice).notice
        assert notice
        assert [(one.kind, one.text, one.by) for one in notice.additions] == [
            (Remark.CAVEAT, "The facts are disputed", COMMISSION)
        ]


def test_a_suspension_is_lifted_before_the_decision(road: Road) -> None:
    scene = Scene(road).admitted()
    for kind, words in ((MeasureKind.SUSPEND, "Under examination"), (MeasureKind.LIFT, None)):
        scene.office.measure(scene.number, kind, scene.notice, words, COMMISSIONER_1)
    with road.office.read() as reader:
        assert reader.notice(scene.notice).in_force
    assert [one.kind for one in scene.file.measures] == [MeasureKind.SUSPEND, MeasureKind.LIFT]


def test_a_measure_is_on_what_the_application_is_about_and_says_why(road: Road) -> None:
    scene = Scene(road).admitted()
    _, other = road.publish()
    with pytest.raises(Conflict, match=f"is about {scene.notice}, not about {other}"):
        scene.office.measure(scene.number, MeasureKind.SUSPEND, other, "So", COMMISSIONER_1)
    with pytest.raises(InvalidInput):
        scene.office.measure(scene.number, MeasureKind.SUSPEND, scene.notice, None, COMMISSIONER_1)
    early = Scene(road)
    with pytest.raises(Conflict, match="measures are for one that is admissible"):
        early.office.measure(early.number, MeasureKind.SUSPEND, early.notice, "So", COMMISSIONER_1)


# --- The decision -------------------------------------------------------------------------------------------


OTHERWISE = Proposal(outcome=Outcome.NOT_COMPLIANT, reasons="No act is shown.")


def test_two_commissioners_sign_and_neither_was_sent_by_the_bureau(road: Road) -> None:
    scene = Scene(road).heard()
    proposed = Proposal(outcome=Outcome.COMPLIANT, reasons="The act is shown.", tags=(Practice.DESCRIPTION,))
    scene.office.decide_application(scene.number, proposed, COMMISSIONER_1)
    assert scene.file.state is S.IN_EXCHANGE
    with pytest.raises(NotAllowed, match="cannot sign twice"):
        scene.office.decide_application(scene.number, proposed, COMMISSIONER_1)
    with pytest.raises(NotAllowed, match="about data of ES, the bureau that sent this officer"):
        scene.office.decide_application(scene.number, proposed, FROM_ES)
    with pytest.raises(Conflict, match="commissioner-1 proposed 'compliant'"):
        scene.office.decide_application(scene.number, OTHERWISE, COMMISSIONER_2)
    signed = scene.office.decide_application(scene.number, Proposal(outcome=Outcome.COMPLIANT), COMMISSIONER_2)
    assert signed.ruling
    assert signed.ruling.tags == (Practice.DESCRIPTION,)
    assert [one.officer for one in signed.ruling.signatures] == ["commissioner-1", "commissioner-2"]
    (letter,) = letters(road, "ES", scene.number)[1:]
    assert (letter.content["outcome"], letter.content["reasons"]) == ("compliant", "The act is shown.")


def test_whoever_proposed_may_propose_otherwise(road: Road) -> None:
    scene = Scene(road).heard()
    for outcome in (Outcome.COMPLIANT, Outcome.NOT_COMPLIANT):
        scene.office.decide_application(scene.number, Proposal(outcome=outcome, reasons="So."), COMMISSIONER_1)
    (proposed,) = scene.file.rulings
    assert proposed.outcome is Outcome.NOT_COMPLIANT
    assert scene.file.state is S.IN_EXCHANGE


@pytest.mark.parametrize("kind", list(ApplicationKind))
@pytest.mark.parametrize("outcome", list(Outcome))
def test_an_outcome_fits_what_is_asked(road: Road, kind: ApplicationKind, outcome: Outcome) -> None:
    scene = Scene(road, kind=kind).heard()
    proposed = Proposal(outcome=outcome, reasons="So.", caveat="Disputed.", disclosed="A notice.", withheld="None.")
    if outcome in OUTCOMES[kind] and outcome is not Outcome.NO_DATA:
        assert scene.office.decide_application(scene.number, proposed, COMMISSIONER_1).proposed
    else:
        with pytest.raises(InvalidInput) as refused:
            scene.office.decide_application(scene.number, proposed, COMMISSIONER_1)
        assert refused.value.faults[0].path == "outcome"
        assert scene.file.proposed is None


@pytest.mark.parametrize(
    ("kind", "outcome", "field"),
    [
        ("deletion", Outcome.UPDATE, "caveat"),
        ("access", Outcome.ACCESS_GIVEN, "disclosed"),
        ("access", Outcome.ACCESS_REFUSED, "withheld"),
    ],
)
def test_a_decision_is_whole(road: Road, kind: str, outcome: Outcome, field: str) -> None:
    scene = Scene(road, kind=kind).heard()
    for proposed, missing in ((Proposal(outcome=outcome, reasons="So."), field), (Proposal(outcome=outcome), None)):
        with pytest.raises(InvalidInput) as refused:
            scene.office.decide_application(scene.number, proposed, COMMISSIONER_1)
        assert refused.value.faults[0].path in (missing, field, "reasons")


def test_nothing_is_decided_or_disclosed_before_the_bureau_was_consulted(road: Road) -> None:
    scene = Scene(road, kind="access").admitted()
    given = Proposal(outcome=Outcome.ACCESS_GIVEN, reasons="So.", disclosed="A notice of ES.")
    with pytest.raises(Conflict, match="bureau ES was not heard"):
        scene.office.decide_application(scene.number, given, COMMISSIONER_1)
    scene.office.hear(scene.number, "ES", "May we disclose it?", COMMISSIONER_1)
    with pytest.raises(Conflict, match="bureau ES was asked and may answer until"):
        scene.office.decide_application(scene.number, given, COMMISSIONER_1)
    scene.office.answer_commission(scene.number, "ES", "Not the witness.", "The witness is threatened.", desk("ES"))
    with pytest.raises(InvalidInput) as refused:
        scene.office.decide_application(scene.number, given, COMMISSIONER_1)
    assert refused.value.faults[0].path == "withheld"
    reasoned = given.model_copy(update={"withheld": "The name of a witness, who is threatened."})
    assert scene.office.decide_application(scene.number, reasoned, COMMISSIONER_1).proposed


def test_a_bureau_that_stays_silent_does_not_keep_the_decision_waiting(road: Road) -> None:
    scene = Scene(road).admitted()
    asked = scene.office.hear(scene.number, "ES", "Which act?", COMMISSIONER_1).exchange[-1].at
    with road.office.database.work(answer_due(asked)) as work:
        assert ruling.decide(work, scene.number, PROPOSED, COMMISSIONER_1).proposed


# --- Execution ----------------------------------------------------------------------------------------------


def test_what_is_not_compliant_is_erased_everywhere_and_each_bureau_answers(road: Road) -> None:
    scene = Scene(road)
    for bureau in road.nodes:
        road.wait_receipt(bureau, scene.notice)
    name = scene.person.names[0].family
    assert name
    scene.decided()
    lines = road.lines["NZ"]
    lines.cut()
    try:
        scene.office.execute(scene.number, COMMISSIONER_1)

        def silent() -> set[str]:
            with road.office.read() as reader:
                (executed,) = scene.file.executed
                return set(reader.silent_about(executed.subject, executed.event))

        answer_for_those_without_a_node(road, scene.number)
        eventually(lambda: silent() == {"NZ"} or None, "NZ alone is silent")
        assert scene.file.state is S.DECIDED
        with pytest.raises(Conflict, match=f"is being executed; silent are: NZ on {scene.notice}"):
            scene.office.execute(scene.number, COMMISSIONER_1)
    finally:
        lines.mend()
    scene.until(S.EXECUTED)
    assert silent() == set()
    with (
        road.office.read() as reader,
        pytest.raises(NotFound, match=r"was erased on .* after a decision of the commission"),
    ):
        reader.notice(scene.notice)
    # The commission keeps the application itself, for a revision; nobody else has anything.
    kept = places(road, name)
    assert set(kept) <= {"office", "streams", "disk"}
    assert set(kept["office"]) == {"application", "event_content"}


def test_a_compliant_notice_with_an_update_bears_the_caveat_everywhere(road: Road) -> None:
    scene = Scene(road).decided(Outcome.UPDATE, caveat="Extradition was refused by a court of NZ.")
    scene.office.execute(scene.number, COMMISSIONER_1)
    scene.until(S.EXECUTED)
    for node in road.nodes.values():
        with node.read() as reader:
            notice = reader.held(scene.notice).notice
        assert notice
        assert [one.text for one in notice.additions] == ["Extradition was refused by a court of NZ."]


def test_access_changes_nothing_at_the_nodes(road: Road) -> None:
    scene = Scene(road, kind="access").decided(Outcome.ACCESS_GIVEN, disclosed="A red notice of ES.")
    before = last_checkpoint(road)
    assert scene.office.execute(scene.number, COMMISSIONER_1).state is S.EXECUTED
    assert set(happened_since(road, before)) == {"application.moved"}


def test_a_refused_request_is_erased_by_decision(road: Road) -> None:
    filing = road.refuse(road.a_request(bureau="ES"))
    scene = Scene(road).acknowledged()
    scene.office.admit(scene.number, True, "In form.", [filing.number], COMMISSIONER_1)
    scene.office.hear(scene.number, "ES", "Why?", COMMISSIONER_1)
    scene.office.answer_commission(scene.number, "ES", "So.", None, desk("ES"))
    scene.decided()
    scene.office.execute(scene.number, COMMISSIONER_1)
    scene.until(S.EXECUTED)
    with road.office.read() as reader, pytest.raises(NotFound, match="was erased on"):
        reader.filing(filing.number)


def test_a_legal_hold_stands_in_the_way_and_says_so(road: Road) -> None:
    scene = Scene(road).decided()
    road.office.place_hold(scene.notice, "Evidence in a synthetic trial", REVIEWER_1)
    with pytest.raises(Conflict, match=f"reviewer-1 placed a legal hold on {scene.notice}"):
        scene.office.execute(scene.number, COMMISSIONER_1)
    with road.office.read() as reader:
        assert reader.notice(scene.notice).in_force
    road.office.lift_hold(scene.notice, "The commission's word binds", COMMISSIONER_1)
    scene.office.execute(scene.number, COMMISSIONER_1)
    scene.until(S.EXECUTED)


# --- Revision, and the end ----------------------------------------------------------------------------------


def test_new_facts_begin_an_exchange_anew_and_both_sides_are_heard_again(road: Road) -> None:
    scene = Scene(road).decided(Outcome.COMPLIANT)
    scene.office.execute(scene.number, COMMISSIONER_1)
    scene.until(S.EXECUTED)
    today = datetime.now(UTC).date()
    with pytest.raises(InvalidInput):
        scene.office.revise(scene.number, "Old news.", today - timedelta(days=200), COMMISSIONER_1)
    scene.office.revise(scene.number, "A court acquitted me.", today, COMMISSIONER_1)
    assert tasks(road, scene.number).keys() == {TaskKind.DECISION_DUE}
    with pytest.raises(Conflict, match="bureau ES was not heard"):
        scene.office.decide_application(scene.number, PROPOSED, COMMISSIONER_1)
    scene.office.hear(scene.number, "ES", "Was there an acquittal?", COMMISSIONER_1)
    scene.office.answer_commission(scene.number, "ES", "Yes.", None, desk("ES"))
    scene.decided(Outcome.NOT_COMPLIANT, tags=(Practice.NE_BIS_IN_IDEM,))
    scene.office.execute(scene.number, COMMISSIONER_1)
    scene.until(S.EXECUTED)
    assert [one.outcome for one in scene.file.rulings] == [Outcome.COMPLIANT, Outcome.NOT_COMPLIANT]


def test_a_closed_application_is_erased_at_the_end_of_its_time(road: Road) -> None:
    scene = not_admitted(Scene(road, asks="Delete it: Ursmarus knows why.", confidential=[]).acknowledged())
    assert tasks(road, scene.number).keys() == {TaskKind.ERASURE_DUE}
    with road.office.database.work(datetime.now(UTC)) as work:
        work.schedule(Task(kind=TaskKind.ERASURE_DUE, subject=scene.number, due=work.at))
    road.office.carry_out_due()
    nowhere(road, "Ursmarus")
    with road.office.read() as reader, pytest.raises(NotFound, match=f"application {scene.number} was erased on"):
        reader.application(scene.number)

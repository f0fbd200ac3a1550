"""Who may do what: one table of every act and every actor, tried on the road."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import cached_property

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rednotice.adapters import nkeys
from rednotice.adapters.lists import UN_MEASURES
from rednotice.errors import InvalidInput, NotAllowed, NotFound
from rednotice.flow.work import Circulated, LocalEntry
from rednotice.log.note import Verifier
from rednotice.model.bureau import OFFICE, Officer, Role
from rednotice.model.case import CaseState, DutyKind
from rednotice.model.check import Query
from rednotice.model.decision import Outcome
from rednotice.model.filing import Filing
from rednotice.model.finding import Stance
from rednotice.model.notice import Ground, Listing, Remark
from rednotice.model.person import Name, Person
from rednotice.model.request import Request
from tests.builders import OPERATOR, REVIEWER_1, desk, officer
from tests.conftest import Road
from tests.flow.test_circulation import happened_since, last_checkpoint, prove_the_log
from tests.flow.test_followup import opened

ACTORS = {
    "desk of PT": desk("PT"),
    "officer of PT": officer("PT"),
    "desk of ES": desk("ES"),
    "officer of ES": officer("ES"),
    "desk of NZ": desk("NZ"),
    "operator of ES": Officer(name="operator-ES", bureau="ES", role=Role.OPERATOR),
    "reviewer of ES": Officer(name="reviewer-ES", bureau="ES", role=Role.REVIEWER),
    "desk of the office": Officer(name="desk-OFFICE", bureau=OFFICE, role=Role.DESK),
    "officer of the office": Officer(name="officer-OFFICE", bureau=OFFICE, role=Role.OFFICER),
    "reviewer": REVIEWER_1,
    "operator": OPERATOR,
}


class Scene:
    """What there is to act on, made when it is first asked for."""

    def __init__(self, road: Road) -> None:
        self.road = road

    @cached_property
    def request(self) -> str:
        """A request of PT in review."""
        return self.road.office.file_request(self.road.a_request(), desk("PT")).number

    def amended(self) -> Request:
        """The request of PT, under another title."""
        with self.road.office.read() as reader:
            return reader.filing(self.request).request.model_copy(update={"title": "Another title"})

    @cached_property
    def draft(self) -> str:
        """A draft of PT."""
        return self.road.office.draft_request(self.road.a_request(), desk("PT")).number

    @cached_property
    def asked(self) -> str:
        """A request of PT on which the office asked a question."""
        number = self.road.office.file_request(self.road.a_request(), desk("PT")).number
        return self.road.office.ask(number, "Which camera?", None, REVIEWER_1).number

    @cached_property
    def published(self) -> tuple[Filing, str]:
        filing, number = self.road.publish()
        self.road.wait_receipt("ES", number)
        return filing, number

    @property
    def notice(self) -> str:
        """A notice of PT that ES holds."""
        return self.published[1]

    @property
    def filed(self) -> Request:
        """The request behind that notice."""
        return self.published[0].request

    @cached_property
    def case(self) -> str:
        """A case of ES and PT."""
        return opened(self.road, self.notice).number

    @cached_property
    def check(self) -> str:
        """A check at ES that showed the notice."""
        query = Query(document=self.published[0].request.persons[0].documents[0].number)
        return self.road.nodes["ES"].check(query, officer("ES")).number


@pytest.fixture(scope="module")
def scene(road: Road) -> Iterator[Scene]:
    before = last_checkpoint(road)
    scene = Scene(road)
    # Made before anybody tries anything.
    assert all((scene.request, scene.draft, scene.asked, scene.case, scene.check))
    yield scene
    prove_the_log(road, since=before)


ENTRY = (Listing(source="who may", reference="1", measures=UN_MEASURES), Person(names=(Name(full="Nepomuk Vrabelka"),)))
KEY = Verifier("rednotice.local/IS", bytes(32))
LINE_KEY = nkeys.public_key(nkeys.seed(Ed25519PrivateKey.generate()))


def lift_own(scene: Scene, by: Officer) -> Circulated:
    """Lifts a suspension; who may do that has set it before."""
    if by in (desk("PT"), REVIEWER_1):
        scene.road.office.suspend(scene.notice, "Synthetic.", by)
    return scene.road.office.lift(scene.notice, by)


Act = Callable[[Scene, Officer], object]


def revoke_none(scene: Scene, by: Officer) -> None:
    """An operator gets as far as being told that there is no such bureau."""
    with contextlib.suppress(NotFound):
        scene.road.office.revoke_bureau("FI", "Synthetic.", by)


ACTS: dict[str, tuple[Act, set[str], str]] = {
    "file a request of PT": (
        lambda scene, by: scene.road.office.file_request(scene.road.a_request(), by),
        {"desk of PT"},
        "cannot file for bureau PT; a desk officer of PT must",
    ),
    "draft a request of PT": (
        lambda scene, by: scene.road.office.draft_request(scene.road.a_request(), by),
        {"desk of PT"},
        "cannot file for bureau PT; a desk officer of PT must",
    ),
    "file a draft of PT": (
        lambda scene, by: scene.road.office.file_draft(scene.draft, by),
        {"desk of PT"},
        "; the desk of its bureau can",
    ),
    "amend a request of PT": (
        lambda scene, by: scene.road.office.amend_request(scene.request, scene.amended(), by),
        {"desk of PT"},
        "; the desk of its bureau can",
    ),
    "withdraw a request of PT": (
        lambda scene, by: scene.road.office.withdraw_request(scene.request, None, by),
        {"desk of PT"},
        "; the desk of its bureau can",
    ),
    "answer for a request of PT": (
        lambda scene, by: scene.road.office.answer(scene.asked, "The one at the door.", by),
        {"desk of PT"},
        "; the desk of its bureau can",
    ),
    "give an opinion on a request of PT": (
        lambda scene, by: scene.road.office.give_opinion(scene.request, Stance.NO_POSITION, None, by),
        {"desk of ES", "desk of NZ"},
        "; the desk of a bureau that did not make it can",
    ),
    "take a request": (
        lambda scene, by: scene.road.office.assign(scene.request, None, by),
        {"reviewer"},
        "cannot assign requests; a reviewer of the office must",
    ),
    "ask the bureau": (
        lambda scene, by: scene.road.office.ask(scene.request, "Which camera?", None, by),
        {"reviewer"},
        "cannot ask the bureau; a reviewer of the office must",
    ),
    "ask another bureau": (
        lambda scene, by: scene.road.office.ask_opinion(scene.request, "FR", "Do you know him?", by),
        {"reviewer"},
        "cannot ask for an opinion; a reviewer of the office must",
    ),
    "decide": (
        lambda scene, by: scene.road.office.decide(scene.request, Outcome.PUBLISH, "Synthetic.", by),
        {"reviewer"},
        "cannot sign decisions; a reviewer of the office must",
    ),
    "recall a notice of PT": (
        lambda scene, by: scene.road.office.recall(scene.notice, Ground.FULFILLED, by),
        {"desk of PT", "reviewer"},
        "its bureau's desk or a reviewer can",
    ),
    "update a notice of PT": (
        lambda scene, by: scene.road.office.update_notice(scene.notice, scene.filed, by),
        {"desk of PT"},
        "the desk of PT can",
    ),
    "add to a notice of PT": (
        lambda scene, by: scene.road.office.add_to_notice(scene.notice, Remark.CAVEAT, "Synthetic.", by),
        {"desk of PT", "reviewer"},
        "its bureau's desk or a reviewer can",
    ),
    "suspend a notice of PT": (
        lambda scene, by: scene.road.office.suspend(scene.notice, "Synthetic.", by),
        {"desk of PT", "reviewer"},
        "its bureau's desk or a reviewer can",
    ),
    "lift the suspension of a notice of PT": (
        lambda scene, by: lift_own(scene, by),
        {"desk of PT", "reviewer"},
        "its bureau's desk or a reviewer can",
    ),
    "extend a notice of PT": (
        lambda scene, by: scene.road.office.extend(scene.notice, "Synthetic.", by),
        {"desk of PT", "reviewer"},
        "its bureau's desk or a reviewer can",
    ),
    "do what the bureau PT owes in a case": (
        lambda scene, by: scene.road.office.fulfil_duty(scene.case, DutyKind.IDENTITY, None, by),
        {"desk of PT"},
        "can",
    ),
    "move a case of ES and PT": (
        lambda scene, by: scene.road.office.move_case(scene.case, CaseState.CLOSED, None, by),
        {"desk of PT", "desk of ES"},
        "the desks of ES and PT can",
    ),
    "import a list at the office": (
        lambda scene, by: scene.road.office.import_listings([ENTRY], by),
        {"operator"},
        "cannot import lists; an operator of the office must",
    ),
    "check a person at ES": (
        lambda scene, by: scene.road.nodes["ES"].check(Query(name="Nepomuk Vrabelka"), by),
        {"desk of ES", "officer of ES"},
        "cannot check persons; an officer of bureau ES can",
    ),
    "confirm a hit at ES": (
        lambda scene, by: scene.road.nodes["ES"].confirm(scene.check, scene.notice, None, None, by),
        {"desk of ES", "officer of ES"},
        "cannot confirm hits; an officer of bureau ES can",
    ),
    "import a list at ES": (
        lambda scene, by: scene.road.nodes["ES"].import_local([LocalEntry(*ENTRY)], by),
        {"operator of ES"},
        "cannot do this; an operator of this node must",
    ),
    "enrol an officer at ES": (
        lambda scene, by: scene.road.nodes["ES"].enrol(Officer(name="new-ES", bureau="ES", role=Role.DESK), by),
        {"operator of ES"},
        "cannot do this; an operator of this node must",
    ),
    "enrol an officer at the office": (
        lambda scene, by: scene.road.office.enrol(Officer(name="new-IS", bureau="IS", role=Role.DESK), by),
        {"operator"},
        "cannot do this; an operator of the office must",
    ),
    "revoke a bureau": (
        lambda scene, by: revoke_none(scene, by),
        {"operator"},
        "cannot do this; an operator of the office must",
    ),
    "connect a bureau": (
        lambda scene, by: scene.road.office.connect_bureau("IS", str(KEY), LINE_KEY, by),
        {"operator"},
        "cannot do this; an operator of the office must",
    ),
}


NOT_KEPT = (
    "import a list at the office",
    "enrol an officer at the office",
    "connect a bureau",
    "revoke a bureau",
)
TRIED = tuple(act for act in ACTS if act not in NOT_KEPT and not act.endswith("at ES"))
"""Acts of which the log keeps that they were tried."""


def cells(*, allowed: bool) -> list[tuple[str, str]]:
    """Every act with everybody who may have an account where it is done: at a node, its own bureau alone."""
    return [
        (act, actor)
        for act, (_, may, _) in ACTS.items()
        for actor, by in ACTORS.items()
        if (by.bureau == "ES" or not act.endswith("at ES")) and (actor in may) is allowed
    ]


@pytest.mark.parametrize(("act", "actor"), cells(allowed=False))
def test_who_may_not_is_told_who_may_and_nothing_happens(scene: Scene, act: str, actor: str) -> None:
    do, _, says = ACTS[act]
    before = last_checkpoint(scene.road)
    with pytest.raises(NotAllowed) as refused:
        do(scene, ACTORS[actor])
    assert str(refused.value).startswith(f"{ACTORS[actor].name} ({ACTORS[actor].role}")
    assert str(refused.value).endswith(says)
    assert happened_since(scene.road, before) == (["act.refused"] if act in TRIED else [])


@pytest.mark.parametrize(("act", "actor"), cells(allowed=True))
def test_who_may_does(road: Road, act: str, actor: str) -> None:
    ACTS[act][0](Scene(road), ACTORS[actor])


@pytest.mark.parametrize("actor", ["operator of ES", "reviewer of ES", "desk of the office", "officer of the office"])
def test_nobody_is_enrolled_at_the_office_in_a_role_that_does_not_exist_there(road: Road, actor: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        road.office.enrol(ACTORS[actor], OPERATOR)
    assert str(refused.value.faults[0]).startswith(
        f"role: {ACTORS[actor].role} is no role of {ACTORS[actor].bureau} here"
    )
    with road.office.read() as reader:
        assert ACTORS[actor] not in reader.officers()

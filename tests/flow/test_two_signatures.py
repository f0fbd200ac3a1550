"""No path leads from filed to published without two different signatures: every act in any order, on the real road."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from rednotice.adapters import clock
from rednotice.errors import Conflict, InvalidInput, NotAllowed
from rednotice.flow import deadlines
from rednotice.model.bureau import OFFICE, Officer, Role
from rednotice.model.decision import Outcome
from rednotice.model.filing import MOVES, Filing
from rednotice.model.finding import Stance
from rednotice.model.task import Task, TaskKind
from tests.builders import A_GROUND, a_stranger, desk
from tests.conftest import Road
from tests.flow.test_circulation import last_checkpoint

SENT_BY_PT = "reviewer-from-PT"
REVIEWERS = [
    Officer(name=name, bureau=OFFICE, role=Role.REVIEWER, seconded_from="PT" if name == SENT_BY_PT else None)
    for name in ("reviewer-1", "reviewer-2", SENT_BY_PT)
]
reviewers = st.sampled_from(REVIEWERS)
places = st.lists(st.sampled_from([0, 1]), unique=True, max_size=2)


class Review(RuleBasedStateMachine):
    """A request for two persons, and everything that anybody may try with it."""

    road: Road

    @initialize()
    def file(self) -> None:
        self.road._strangers += 2
        persons = [a_stranger(90_000 + self.road._strangers + n) for n in range(2)]
        self.begun = last_checkpoint(self.road).size
        self.number = self.road.office.file_request(self.road.a_request(persons=persons), desk("PT")).number
        self.before = self.stored()

    def stored(self) -> Filing:
        with self.road.office.read() as reader:
            return reader.filing(self.number)

    def tries(self, act: Callable[[], object]) -> None:
        """What is refused changes nothing, and the last thing in the log is that it was tried."""
        try:
            act()
        except (Conflict, InvalidInput, NotAllowed):
            assert self.stored() == self.before
            assert self.happened()[-1][0] == "act.refused"

    def happened(self) -> list[tuple[str, dict[str, Any]]]:
        """What the log says of this request, in order."""
        with self.road.office.read() as reader:
            entries = reader.log.entries(self.begun, 100_000)
        leaves = [(json.loads(entry.leaf), json.loads(entry.content or "{}")) for entry in entries]
        return [(leaf["kind"], content) for leaf, content in leaves if leaf["subject"] == self.number]

    @rule(by=reviewers, outcome=st.sampled_from(Outcome), persons=places, grounds=st.booleans())
    def sign(self, by: Officer, outcome: Outcome, persons: list[int], grounds: bool) -> None:
        weighed = [A_GROUND] if grounds else []
        self.tries(lambda: self.road.office.decide(self.number, outcome, "Synthetic.", by, persons, weighed))

    @rule(by=reviewers, persons=places)
    def publish(self, by: Officer, persons: list[int]) -> None:
        self.tries(lambda: self.road.office.decide(self.number, Outcome.PUBLISH, "Synthetic.", by, persons))

    @rule(title=st.sampled_from(["One title", "Another title"]))
    def amend(self, title: str) -> None:
        request = self.before.request.model_copy(update={"title": title})
        self.tries(lambda: self.road.office.amend_request(self.number, request, desk("PT")))

    @rule(by=reviewers)
    def take(self, by: Officer) -> None:
        self.tries(lambda: self.road.office.assign(self.number, None, by))

    @rule(by=reviewers)
    def ask(self, by: Officer) -> None:
        self.tries(lambda: self.road.office.ask(self.number, "Which camera?", None, by))

    @rule()
    def answer(self) -> None:
        self.tries(lambda: self.road.office.answer(self.number, "The one at the door.", desk("PT")))

    @rule(question=st.sampled_from(["1", "2"]))
    def time_ends(self, question: str) -> None:
        task = Task(kind=TaskKind.ANSWER_DUE, subject=self.number, key=question, due=clock.now())
        with self.road.office.database.work(clock.now() + timedelta(seconds=1)) as work:
            deadlines.carry_out(work, task)

    @rule(stance=st.sampled_from(Stance))
    def give_opinion(self, stance: Stance) -> None:
        self.tries(lambda: self.road.office.give_opinion(self.number, stance, None, desk("ES")))

    @rule()
    def withdraw(self) -> None:
        if len(self.before.questions) > 1:  # not too early, or little else would ever happen
            self.tries(lambda: self.road.office.withdraw_request(self.number, None, desk("PT")))

    @invariant()
    def it_moved_as_the_table_says(self) -> None:
        now = self.stored()
        # Signing a filed request for the first time takes it up; no single act makes two moves otherwise.
        assert now.state is self.before.state or (self.before.state, now.state) in MOVES
        self.before = now

    @invariant()
    def what_is_published_was_signed_by_two(self) -> None:
        filing = self.stored()
        signed: dict[tuple[int, ...], set[str]] = defaultdict(set)
        published: list[str] = []
        for kind, content in self.happened():
            if kind == "request.amended":
                signed.clear()
            if kind == "decision.signed" and content["outcome"] == "publish":
                signed[tuple(content["persons"])].add(content["signatures"][-1]["officer"])
            if kind == "request.granted":
                who = signed[tuple(content["decision"]["persons"])]
                assert len(who) >= 2, content
                assert SENT_BY_PT not in who
                published += content["notices"]
        assert list(filing.notices) == published
        with self.road.office.read() as reader:
            _, notices = reader.notices(in_force=None, start=0, count=1_000_000)
        assert {one.notice.control_number for one in notices if one.notice.request == self.number} == set(published)


def test_nothing_is_published_without_two_different_signatures(road: Road) -> None:
    class OnThisRoad(Review):
        pass

    OnThisRoad.road = road
    run_state_machine_as_test(
        OnThisRoad,
        settings=settings(
            max_examples=12,
            stateful_step_count=15,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )

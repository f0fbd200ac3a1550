"""Killed with -9 in the middle of the walk, and started again: nothing that was acknowledged is lost."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any

import psutil

from rednotice.adapters.folders import read_json
from rednotice.adapters.line import Line
from rednotice.cli.client import RUNNING, program_folder
from rednotice.cli.laptop import EXAMPLES, Laptop
from rednotice.cli.log import audit_office
from rednotice.cli.steps import STEPS
from rednotice.cli.walk import Facts, JsonLines, Walk, walk
from rednotice.errors import RedNoticeError
from rednotice.log.checkpoint import Checkpoint
from rednotice.log.note import Verifier
from tests.builders import a_document, a_stranger
from tests.conftest import eventually


def kill(laptop: Laptop, name: str) -> None:
    """Kills a program with -9, and waits until the engines that it started are gone too."""
    child = psutil.Process(laptop.child(name).pid)
    engines = child.children(recursive=True)
    assert {engine.name() for engine in engines} >= {"postgres", "nats-server"}
    os.kill(child.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(engines, timeout=20)
    assert not alive


def proved(laptop: Laptop, since: Checkpoint | None = None) -> Checkpoint:
    """The checkpoint of the office's log, after the whole log was proved against it."""
    key = Verifier.parse(str(read_json(program_folder(laptop.data, "office") / RUNNING)["key"]))
    audited, _ = audit_office(walker(laptop).office("reviewer-1"), key, since=since, contents=True)
    assert audited.hidden == 0
    return audited.checkpoint


def walker(laptop: Laptop) -> Walk:
    return Walk(laptop.data, laptop.lines["ES"], EXAMPLES, EXAMPLES / "un-list.xml")


class Filer(threading.Thread):
    """Files and publishes request after request until the office does not answer; keeps what was acknowledged."""

    def __init__(self, laptop: Laptop, first: int) -> None:
        super().__init__()
        self._walker = walker(laptop)
        self._first = first
        self.filed: list[str] = []
        self.published: list[str] = []

    def run(self) -> None:
        for number in range(self._first, self._first + 1000):
            try:
                document = a_document(persons=[a_stranger(number)])
                filing: Facts = self._walker.office("desk-PT").post("/api/requests", document)
                self.filed.append(filing["number"])
                granted = self._walker.decide(filing["number"], "publish", "Every condition is met.")
                self.published += granted["notices"]
            except RedNoticeError:
                return


def test_killing_the_office_in_the_middle_of_the_walk_loses_nothing_acknowledged(laptop: Laptop) -> None:
    names = list(STEPS)
    before = names[: names.index("check.misspelt")]
    walking = walker(laptop)
    assert walk(walking, {name: STEPS[name] for name in before}, JsonLines())
    signed = proved(laptop)

    filers = [Filer(laptop, first) for first in (1000, 3000)]
    for filer in filers:
        filer.start()
    eventually(lambda: all(len(filer.published) >= 3 for filer in filers) or None, "six notices published")
    kill(laptop, "office")
    for filer in filers:
        filer.join()
    laptop.restart_office()

    # What was acknowledged is there, and the log of before is the beginning of the log of now.
    office = walking.office("reviewer-1")
    there = {one["number"]: one for one in office.get("/api/requests")}
    for number in (number for filer in filers for number in filer.filed):
        assert number in there
    published = [number for filer in filers for number in filer.published]
    assert len(set(published)) == len(published) >= 6
    for number in published:
        walking.receipt(number, "applied")
    proved(laptop, signed)

    # And the walk goes on where it was, to its end.
    assert walk(walking, {name: STEPS[name] for name in names[len(before) :]}, JsonLines())
    proved(laptop, signed)


def test_a_hit_confirmed_at_a_node_survives_the_death_of_node_and_office(laptop: Laptop) -> None:
    walking = walker(laptop)
    _, granted = walking.publish("murder.yaml", "desk-PT")
    (notice,) = granted["notices"]
    walking.receipt(notice, "applied")
    line: Line = laptop.lines["ES"]
    line.cut()
    made: Any = walking.ask("Aurelio Vladesco")
    hit = walking.node().post("/api/hits", {"check": made["number"], "control_number": notice})["number"]
    kill(laptop, "ES")
    kill(laptop, "office")
    laptop.restart_office()
    line.mend()
    laptop.restart_node("ES")
    assert walking.told_of(hit, "desk-PT")["content"]["case"]
    time.sleep(1)  # a second report of the same hit would have come by now
    letters = walking.office("desk-PT").get("/api/letters", count=1000)
    assert [one["content"]["hit"]["number"] for one in letters if one["kind"] == "hit.reported"] == [hit]

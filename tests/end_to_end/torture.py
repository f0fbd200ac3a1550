"""Killed with -9 again and again while notices, corrections and recalls go out: what is lost is counted.

    make torture                 100 kills, eight nodes, 2,000 notices
    make torture ROUNDS=10       fewer kills

Victims are drawn by a seed that is printed: the office (its relay is a thread of it), a node, or an engine of either
(PostgreSQL, NATS). An act counts as acknowledged when the office has answered it. At the end, when everything runs and
every node says that it is level, these must hold, or the exit code is 1: no acknowledged act is lost; every node holds
the last word on everything (its root is the office's); no node answered for an event twice, or for an older one after a
newer one; the log is whole, and each of its checkpoints of before is a beginning of the one of now.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from rednotice.adapters.folders import read_json
from rednotice.cli.client import RUNNING, Client, connect, program_folder
from rednotice.cli.laptop import Laptop
from rednotice.cli.log import audit_office
from rednotice.errors import NotFound, RedNoticeError, Unavailable
from rednotice.log.checkpoint import Checkpoint
from rednotice.log.note import Verifier
from rednotice.model.notice import in_path
from tests.builders import a_document, a_strange_case, a_stranger

BUREAUS = ("ES", "NZ", "FR", "KE", "BR", "JP", "SE", "CL")
ENGINES = ("postgres", "nats-server")
OF_ONE_REQUEST = 20
"""Persons of a request: so many notices at once."""
PATIENCE = 300.0
AHEAD = 1.0
"""Seconds between acts when the notices of a round are out."""
PROVED_EVERY = 10
"""After so many kills the whole log is proved from outside."""


@dataclass
class Known:
    """What the office acknowledged: of each notice the version that it has at least, and whether it is recalled."""

    versions: dict[str, int] = field(default_factory=dict)
    recalled: set[str] = field(default_factory=set)
    acts: Counter[str] = field(default_factory=Counter)
    unanswered: int = 0


class Acting(threading.Thread):
    """Publishes, corrects and recalls until so many notices are out; an act that nobody answered is counted as such."""

    def __init__(self, data: Path, notices: int, seed: int) -> None:
        super().__init__(name="acting")
        self._data, self._notices = data, notices
        self._chance = random.Random(seed)
        self._strangers = itertools.count(10_000)
        self.known = Known()
        self.stopping = threading.Event()
        self.trouble: RedNoticeError | None = None
        self.share = 0.0
        """Of the notices, how many may be out by now: so that some are left to be published at every kill."""

    def run(self) -> None:
        """Acts to the end, or until it is told to stop or told no."""
        while not self.stopping.is_set() and len(self.known.versions) < self._notices:
            ahead = len(self.known.versions) >= self._notices * self.share
            acts = (self._correct, self._correct, self._recall)
            act = self._chance.choice(acts if ahead else (self._publish, *acts))
            try:
                act()
                self.stopping.wait(AHEAD if ahead else 0)
            except Unavailable:
                self.known.unanswered += 1
                self.stopping.wait(0.2)
            except RedNoticeError as error:
                self.trouble = error
                return

    def _office(self, name: str) -> Client:
        return connect(self._data, "office", name=name)[0]

    def _publish(self) -> None:
        numbers = list(itertools.islice(self._strangers, OF_ONE_REQUEST))
        document = a_document(persons=[a_stranger(number) for number in numbers], **a_strange_case(numbers[0]))
        filed = self._office("desk-PT").post("/api/requests", document)
        path = f"/api/requests/{filed['number']}/decisions"
        body = {"outcome": "publish", "reasons": "Every condition is met."}
        self._office("reviewer-1").post(path, body)
        granted = self._office("reviewer-2").post(path, {"outcome": "publish"})
        for number in granted["notices"]:
            self.known.versions[number] = 1
            self.known.acts["published"] += 1

    def _correct(self) -> None:
        number = self._one_in_force()
        if number:
            body = {"kind": "addendum", "text": "Synthetic addendum of a run that kills programs."}
            corrected = self._office("reviewer-1").post(f"/api/notices/{in_path(number)}/additions", body)
            self.known.versions[number] = corrected["version"]
            self.known.acts["corrected"] += 1

    def _recall(self) -> None:
        number = self._one_in_force()
        if number:
            body = {"ground": "purpose fulfilled"}
            try:
                recalled = self._office("reviewer-1").post(f"/api/notices/{in_path(number)}/recall", body)
            except Unavailable:
                # Whether it was recalled nobody knows: it is not touched again.
                self.known.recalled.add(number)
                raise
            self.known.versions[number] = recalled["version"]
            self.known.recalled.add(number)
            self.known.acts["recalled"] += 1

    def _one_in_force(self) -> str | None:
        # Of the last ones: a recall then meets nodes that have not yet had what it recalls.
        standing = [number for number in list(self.known.versions)[-100:] if number not in self.known.recalled]
        return self._chance.choice(standing) if standing else None


class Killing:
    """Kills one process after another, and starts again what ended."""

    def __init__(self, laptop: Laptop, seed: int) -> None:
        self._laptop = laptop
        self._chance = random.Random(seed)
        self.killed: Counter[str] = Counter()

    def once(self) -> None:
        """One kill at a random moment; returns when everything runs again."""
        time.sleep(self._chance.uniform(0.2, 2.0))
        program = self._chance.choice(("office", "office", *self._laptop.nodes))
        victim = self._chance.choice((None, *ENGINES))
        child = psutil.Process(self._laptop.child(program).pid)
        under = child.children(recursive=True)
        for one in [child] if victim is None else [one for one in under if one.name() == victim]:
            with suppress(ProcessLookupError):
                os.kill(one.pid, signal.SIGKILL)
        self.killed[f"{'office' if program == 'office' else 'node'}{f', {victim}' if victim else ''}"] += 1
        self._laptop.child(program).wait(60)
        psutil.wait_procs(under, timeout=30)
        if program == "office":
            self._laptop.restart_office()
        else:
            self._laptop.restart_node(program)


def run(console: Console, *, rounds: int, bureaus: int, notices: int, seed: int) -> list[str]:
    """Does the whole run, and prints its table.

    Args:
        console: where to.
        rounds: kills.
        bureaus: nodes, each a program of its own with its own engines.
        notices: that are published at least, unless the kills come to their end before.
        seed: of everything that is drawn.

    Returns:
        What was lost or is wrong, in a line each; none if all is well.
    """
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        laptop = Laptop(Path(folder) / "data", node_ports=dict.fromkeys(BUREAUS[:bureaus], 0))
        laptop.start()
        try:
            return _run(console, laptop, rounds, notices, seed)
        finally:
            laptop.stop()


def _run(console: Console, laptop: Laptop, rounds: int, notices: int, seed: int) -> list[str]:
    acting, killing = Acting(laptop.data, notices, seed), Killing(laptop, seed)
    proofs: list[Checkpoint] = []
    started = time.monotonic()
    acting.start()
    try:
        for kill in range(1, rounds + 1):
            acting.share = kill / rounds
            killing.once()
            if kill % PROVED_EVERY == 0:
                proofs.append(_proved(laptop.data, proofs[-1] if proofs else None))
                console.print(
                    f"{kill} kills, {len(acting.known.versions):,} notices, {proofs[-1].size:,} events proved"
                )
        if len(acting.known.versions) < notices:
            console.print("The kills are done; what is still to be published goes out in peace.")
        acting.join()
    finally:
        acting.stopping.set()
        acting.join()
    wrong = [f"an act was refused: {acting.trouble}"] if acting.trouble else []
    wrong += [*_lost(laptop.data, acting.known), *_uneven(laptop)]
    proofs.append(_proved(laptop.data, proofs[-1] if proofs else None))
    wrong += _twice(laptop.data)
    _print(console, acting.known, killing.killed, len(laptop.nodes), proofs[-1].size, time.monotonic() - started, wrong)
    return wrong


def _proved(data: Path, since: Checkpoint | None) -> Checkpoint:
    key = Verifier.parse(str(read_json(program_folder(data, "office") / RUNNING)["key"]))
    return audit_office(connect(data, "office", name="reviewer-1")[0], key, since=since, contents=True)[0].checkpoint


def _lost(data: Path, known: Known) -> Iterator[str]:
    """What was acknowledged and is not there."""
    client = connect(data, "office", name="reviewer-1")[0]
    for number, version in known.versions.items():
        try:
            found = client.get(f"/api/notices/{in_path(number)}")
        except NotFound:
            yield f"{number} was acknowledged and is not there"
            continue
        if found["notice"]["version"] < version:
            yield f"{number} was acknowledged as version {version} and is {found['notice']['version']}"


def _uneven(laptop: Laptop) -> list[str]:
    """The nodes that do not come to hold what the office says, each with what it says of itself."""
    deadline = time.monotonic() + PATIENCE
    while True:
        size = connect(laptop.data, "office", name="reviewer-1")[0].get("/api/status")["log_size"]
        wrong = []
        for bureau in laptop.nodes:
            found = connect(laptop.data, "node", name=f"officer-{bureau}", bureau=bureau)[0].get("/api/status")
            compared = found["comparison"] or {}
            level = compared.get("level") and not compared["surplus"] and not found["reports_waiting"]
            if found["dispute"] or not level or compared["log_size"] != size:
                wrong.append(f"node {bureau}: {json.dumps(found)}")
        if not wrong or time.monotonic() > deadline:
            return wrong
        time.sleep(1)


def _twice(data: Path) -> Iterator[str]:
    """Events that a node answered for twice, or after a later one of the same notice."""
    client = connect(data, "office", name="reviewer-1")[0]
    answered: dict[tuple[str, str], list[int]] = defaultdict(list)
    for start in itertools.count(0, 1000):
        page = client.get("/api/log/contents", start=start, count=1000)
        for entry in page:
            if json.loads(entry["leaf"])["kind"] == "receipt.returned" and entry["content"]:
                told = json.loads(entry["content"])
                answered[told["bureau"], told["control_number"]].append(told["event"])
        if not page:
            break
    for (bureau, number), events in answered.items():
        if events != sorted(set(events)):
            yield f"{bureau} answered for {number} in the order {events}"


def _print(
    console: Console, known: Known, killed: Counter[str], nodes: int, size: int, seconds: float, wrong: list[str]
) -> None:
    table = Table(title=f"{sum(killed.values())} kills in {seconds:,.0f} s, {nodes} nodes", title_justify="left")
    table.add_column("what")
    table.add_column("count", justify="right")
    for what, count in [*sorted(known.acts.items()), ("acts without an answer", known.unanswered)]:
        table.add_row(what, f"{count:,}")
    table.add_section()
    for what, count in sorted(killed.items()):
        table.add_row(f"killed: {what}", f"{count:,}")
    table.add_section()
    table.add_row("events of the log, proved", f"{size:,}")
    table.add_row("lost, uneven or done twice", f"{len(wrong):,}")
    console.print(table)
    for line in wrong[:20]:
        console.print(f"[bold red]{line}[/]")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="torture", description=__doc__)
    for name, value in (("rounds", 100), ("bureaus", len(BUREAUS)), ("notices", 2_000)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = parser.parse_args()
    console = Console(width=120)
    console.print(f"seed {given.seed}")
    sys.exit(bool(run(console, rounds=given.rounds, bureaus=given.bureaus, notices=given.notices, seed=given.seed)))


if __name__ == "__main__":
    main()

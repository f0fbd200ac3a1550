"""The walk down the whole road, as another program would walk it: over HTTP, each step telling what it did.

The steps stand in `cli.steps`. One that does not do what it says fails, and the walk with it; the steps after it
are still tried.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import typer

from rednotice.adapters.line import Line
from rednotice.adapters.request_file import read_file
from rednotice.cli.client import Client, connect
from rednotice.cli.options import fill, out
from rednotice.errors import InvalidInput, RedNoticeError
from rednotice.model.notice import in_path

Facts = dict[str, Any]
PATIENCE = 30.0
NODE = "ES"


class Failed(Exception):
    """A step did not do what it says."""


@dataclass(frozen=True, slots=True)
class Did:
    """What a step did: facts for programs, sentences (in rich's markup) for people."""

    facts: Facts
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step: who acts, what it is called, and the act."""

    actor: str
    title: str
    act: Callable[[Walk], Did]


class Teller(Protocol):
    """Who listens to the walk."""

    def tell(self, name: str, step: Step, did: Did, milliseconds: float, ok: bool) -> None:
        """Takes one step."""

    def end(self, sound: bool, count: int) -> None:
        """Takes the end."""


class JsonLines:
    """One JSON object per line and step."""

    def tell(self, name: str, step: Step, did: Did, milliseconds: float, ok: bool) -> None:
        """Prints the step's facts."""
        known = {"step": name, "actor": step.actor, "ok": ok, "milliseconds": round(milliseconds, 1)}
        typer.echo(json.dumps({**known, **did.facts}, ensure_ascii=False))

    def end(self, sound: bool, count: int) -> None:
        """Says nothing: the exit code does."""


class TextAccount:
    """An account for people."""

    def __init__(self) -> None:
        self._number = 0

    def tell(self, name: str, step: Step, did: Did, milliseconds: float, ok: bool) -> None:
        """Prints what the step did."""
        self._number += 1
        mark = "[green]✓[/]" if ok else "[bold red]✗[/]"
        out.print(f"\n{mark} [bold]{self._number:2}. {fill(step.title)}[/]  [dim]{name}, {milliseconds:.0f} ms[/]")
        for line in did.said:
            out.print(f"     {line}")

    def end(self, sound: bool, count: int) -> None:
        """Says how it went."""
        words = f"All {count} steps did what they say." if sound else "[bold red]Not every step did what it says.[/]"
        out.print(f"\n{words}\n")


@dataclass(slots=True)
class Walk:
    """The walk's clients, and what one step leaves to the next."""

    data: Path
    line: Line
    examples: Path
    un_list: Path
    known: Facts = field(default_factory=dict)

    def office(self, name: str) -> Client:
        """The office, acting as an account of this laptop."""
        return connect(self.data, "office", name=name)[0]

    def node(self) -> Client:
        """The node, acting as its officer."""
        return connect(self.data, "node", name=f"officer-{NODE}")[0]

    def file(self, example: str, desk: str) -> Facts:
        """Files an example for a bureau's desk."""
        document = read_file(self.examples / example)
        filed: Facts = self.office(desk).post("/api/requests", document.content)
        return filed

    def decide(self, number: str, outcome: str, reasons: str) -> Facts:
        """Has two reviewers sign."""
        path = f"/api/requests/{number}/decisions"
        self.office("reviewer-1").post(path, {"outcome": outcome, "reasons": reasons})
        signed: Facts = self.office("reviewer-2").post(path, {"outcome": outcome})
        return signed

    def publish(self, example: str, desk: str) -> tuple[Facts, Facts]:
        """Files an example that the rules recommend to publish, and has it published."""
        filed = self.file(example, desk)
        advice = filed["examination"]["recommendation"]
        must(advice["advice"] == "publish", f"the rules recommend to {advice['advice']}: {advice['because']}")
        granted = self.decide(filed["number"], "publish", "Every condition is met; nothing speaks against publication.")
        must(granted["state"] == "granted", f"the request is {granted['state']}")
        return filed, granted

    def notice(self, control_number: str) -> Facts:
        """A notice with its deliveries, as the office shows it."""
        found: Facts = self.office("reviewer-1").get(f"/api/notices/{in_path(control_number)}")
        return found

    def receipt(self, control_number: str, action: str) -> tuple[Facts, Facts]:
        """Waits until the node has answered for the last version of a notice; gives notice and receipt."""

        def answered() -> tuple[Facts, Facts] | None:
            found = self.notice(control_number)
            for delivery in found["deliveries"]:
                if (delivery["bureau"], delivery["action"], delivery["event"]) == (NODE, action, found["event"]):
                    return found, delivery
            return None

        pair: tuple[Facts, Facts] = wait(answered, f"node {NODE} sent no receipt for {control_number} ({action})")
        return pair

    def letter(self, desk: str, kind: str, fits: Callable[[Facts], bool]) -> Facts | None:
        """The last letter of a kind to a desk that fits."""
        letters = self.office(desk).get("/api/letters", count=1000)
        return next((one for one in reversed(letters) if one["kind"] == kind and fits(one)), None)

    def told_of(self, hit: str, desk: str) -> Facts:
        """Waits until a desk is told of a hit; gives the letter."""
        letter: Facts = wait(
            lambda: self.letter(desk, "hit.reported", lambda one: one["content"]["hit"]["number"] == hit),
            f"{desk} was not told of hit {hit}",
        )
        return letter

    def ask(self, name: str) -> Facts:
        """Checks a name at the node."""
        made: Facts = self.node().post("/api/checks", {"query": {"name": name}})
        return made


def walk(walker: Walk, steps: Mapping[str, Step], teller: Teller) -> bool:
    """Walks the road, telling each step; returns whether every one did what it says."""
    sound = True
    for name, step in steps.items():
        started = time.perf_counter()
        try:
            did, ok = step.act(walker), True
        except (Failed, RedNoticeError) as error:
            faults = error.faults if isinstance(error, InvalidInput) else ()
            did, ok = _failed("; ".join([str(error), *map(str, faults)])), False
        except (KeyError, IndexError, TypeError) as error:
            # What an earlier step should have left is not there, or an answer has not the form it should have.
            did, ok = _failed(f"{type(error).__name__}: {error}"), False
        teller.tell(name, step, did, (time.perf_counter() - started) * 1000, ok)
        sound = sound and ok
    walker.line.mend()
    teller.end(sound, len(steps))
    return sound


def must(holds: bool, otherwise: str) -> None:
    """Sees to it that something holds; fails the step if it does not."""
    if not holds:
        raise Failed(otherwise)


def wait(look: Callable[[], Any], otherwise: str, patience: float = PATIENCE) -> Any:
    """Looks again and again until there is something; fails the step if there is not in time."""
    deadline = time.monotonic() + patience
    pauses = _pauses()
    while (found := look()) is None:
        if time.monotonic() > deadline:
            raise Failed(f"{otherwise} within {patience:.0f} s")
        time.sleep(next(pauses))
    return found


def _pauses() -> Iterator[float]:
    pause = 0.005
    while True:
        yield pause
        pause = min(pause * 1.5, 0.25)


def _failed(reason: str) -> Did:
    return Did({"failed": reason}, (f"[red]{fill(reason)}[/]",))

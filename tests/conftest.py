"""Fixtures. Which one to take:

road          an office with nodes in ES and NZ, on real PostgreSQL and NATS, started once for the whole run.
              Take it for anything that crosses an engine; use people and references of your own (`builders`).
laptop        office and node as real processes on an empty folder, as `rednotice up` starts them. For what only
              processes show: signals, kills, the command line.
cases(NAME)   a table of cases from tests/cases/NAME.yaml, for parametrize.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
import yaml

from rednotice.adapters.embedded.process import LOOPBACK
from rednotice.adapters.line import Line
from rednotice.adapters.request_file import read_file
from rednotice.cli.laptop import EXAMPLES, Laptop
from rednotice.model.bureau import Officer
from rednotice.model.decision import Outcome
from rednotice.model.effect import EffectTable
from rednotice.model.filing import Filing
from rednotice.model.finding import Verdict
from rednotice.model.request import Request
from rednotice.node import Node, NodeSettings, line_key, node_signer
from rednotice.office import Office, OfficeSettings
from tests.builders import A_GROUND, OPERATOR, REVIEWER_1, REVIEWER_2, a_request, a_strange_case, a_stranger, desk

T = TypeVar("T")
SHARED = Path(__file__).parents[2] / "shared" / "data"

# A shell that starts the tests in the background has children ignore Ctrl-C; the tests send it.
signal.signal(signal.SIGINT, signal.default_int_handler)


def cases(name: str) -> list[Any]:
    """The rows of a table of cases, each with its name as the test's id."""
    rows = yaml.safe_load((Path(__file__).parent / "cases" / f"{name}.yaml").read_text(encoding="utf-8"))
    return [pytest.param(row, id=row["name"]) for row in rows]


def eventually(look: Callable[[], T | None], what: str, patience: float = 30.0) -> T:
    """What a look gives as soon as it gives anything; fails if it does not in time."""
    deadline = time.monotonic() + patience
    while (found := look()) is None:
        assert time.monotonic() < deadline, f"not within {patience:.0f} s: {what}"
        time.sleep(0.01)
    return found


@dataclass
class Road:
    """An office, two nodes, and the lines between them."""

    office: Office
    nodes: dict[str, Node]
    lines: dict[str, Line]
    _strangers: int = 0

    def publish(self, request: Request | None = None, by: Officer | None = None) -> tuple[Filing, str]:
        """Has a request of one person filed and published; returns it with the control number."""
        request = request or self.a_request()
        filing = self.office.file_request(request, by or desk(request.bureau))
        self.office.decide(filing.number, Outcome.PUBLISH, "Every condition is met.", REVIEWER_1)
        granted = self.office.decide(filing.number, Outcome.PUBLISH, None, REVIEWER_2)
        return granted, granted.notices[0]

    def refuse(self, request: Request | None = None, reasons: str = "Synthetic reasons.") -> Filing:
        """Has a request filed and refused; on a ground of the reviewer's own where no finding speaks against it."""
        request = request or self.a_request()
        filing = self.office.file_request(request, desk(request.bureau))
        speaks = filing.examination.of(Verdict.DOUBTFUL, Verdict.MISSING, Verdict.BARRED)
        weighed = [] if speaks else [A_GROUND]
        self.office.decide(filing.number, Outcome.REFUSE, reasons, REVIEWER_1, weighed=weighed)
        return self.office.decide(filing.number, Outcome.REFUSE, None, REVIEWER_2)

    def a_request(self, **changes: Any) -> Request:
        """A request for a person whom no other test knows."""
        self._strangers += 1
        number = self._strangers
        return a_request(**{"persons": [a_stranger(number)], **a_strange_case(number), **changes})

    def held_by(self, bureau: str, control_number: str) -> bool:
        """Whether a node holds a notice with its content."""
        with self.nodes[bureau].read() as reader:
            held = [one.control_number for one in reader.all_held()]
        return control_number in held

    def wait_receipt(self, bureau: str, control_number: str) -> str:
        """Waits for a node's receipt for the last version; returns what it did."""

        def answered() -> str | None:
            with self.office.read() as reader:
                last = reader.notice(control_number).event
                done = [one for one in reader.deliveries(control_number) if one.bureau == bureau]
            return done[0].action if done and done[0].event == last else None

        return eventually(answered, f"receipt of {bureau} for {control_number}")


@pytest.fixture(scope="session")
def road(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Road]:
    folder = tmp_path_factory.mktemp("road")
    office = Office(OfficeSettings(folder=folder / "office"))
    office.start()
    nodes: dict[str, Node] = {}
    lines: dict[str, Line] = {}
    try:
        assert office.leaf_port
        for bureau in ("ES", "NZ"):
            nodes[bureau], lines[bureau] = start_node(office, folder / bureau, bureau)
        yield Road(office, nodes, lines)
    finally:
        for node in nodes.values():
            node.stop()
        for line in lines.values():
            line.close()
        office.stop()


def start_node(office: Office, folder: Path, bureau: str, **more: Any) -> tuple[Node, Line]:
    """Connects a bureau to an office and starts its node, on a line of its own."""
    assert office.leaf_port
    line = Line(office.leaf_port)
    line.open()
    node = linked_node(office, folder, bureau, line=f"{LOOPBACK}:{line.port}", **more)
    node.start()
    return node, line


def linked_node(office: Office, folder: Path, bureau: str, **settings: Any) -> Node:
    """Connects a bureau to an office; its node, which is not started yet."""
    link = office.connect_bureau(bureau, str(node_signer(folder, bureau).verifier), line_key(folder), OPERATOR)
    known: dict[str, Any] = {"node_key": link.node_key, "office_key": link.office_key, "effects": effects(bureau)}
    return Node(NodeSettings(folder=folder, bureau=bureau, **(known | settings)))


def effects(bureau: str) -> EffectTable:
    """The example table of a country, or an empty one."""
    path = EXAMPLES / "effects" / f"{bureau}.yaml"
    if not path.exists():
        return EffectTable(country=bureau, ask=f"bureau {bureau}", effects=())
    return read_file(path).located(EffectTable.model_validate)


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Laptop]:
    started = Laptop(tmp_path / "data")
    started.start()
    try:
        yield started
    finally:
        started.stop()

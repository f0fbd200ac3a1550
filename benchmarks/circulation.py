"""How long a notice is on its way: from the decision to the node's receipt, against the limit of one second."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table
from tests.builders import OPERATOR, REVIEWER_1, REVIEWER_2, a_request, a_stranger, desk
from tests.conftest import linked_node

from rednotice.adapters.embedded.process import LOOPBACK
from rednotice.adapters.line import Line
from rednotice.model.decision import Outcome
from rednotice.model.effect import EffectTable
from rednotice.model.notice import Ground, Listing
from rednotice.model.person import Name, Person
from rednotice.office import Office, OfficeSettings

LIMIT = 1.0
NOTICES = 60
LIST = 300


def run(console: Console) -> None:
    """Prints the table."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        office = Office(OfficeSettings(folder=Path(folder) / "office"))
        office.start()
        line = Line(office.leaf_port or 0)
        line.open()
        effects = EffectTable(country="ES", ask="nobody, this is a measurement", effects=())
        node = linked_node(office, Path(folder) / "ES", "ES", line=f"{LOOPBACK}:{line.port}", effects=effects)
        node.start()
        try:
            _measure(console, office)
        finally:
            node.stop()
            line.close()
            office.stop()


def _measure(console: Console, office: Office) -> None:
    _publish(office, 0)  # the first one pays for connections
    receipts = [_publish(office, number) for number in range(1, NOTICES + 1)]
    recalls = [_recall(office, number) for number in range(1, 21)]
    started = time.perf_counter()
    numbers = office.import_listings(_list(), OPERATOR).new
    imported = time.perf_counter() - started
    _await(office, numbers[-1])
    level = time.perf_counter() - started

    table = Table(title=f"Circulation to one node, limit {LIMIT:.0f} s", title_justify="left")
    for column in ("what", "runs", "median", "worst", "of the limit (median)"):
        table.add_column(column)
    for what, times in (("decision to receipt", receipts), ("recall to receipt", recalls)):
        median = statistics.median(times)
        table.add_row(
            what, str(len(times)), f"{median * 1000:.0f} ms", f"{max(times) * 1000:.0f} ms", f"{median / LIMIT:.3f}"
        )
    console.print(table)
    console.print(
        f"A list of {LIST}: stored in {imported:.1f} s, every receipt back after {level:.1f} s "
        f"({LIST / level:.0f} notices a second).\n"
    )


_CONTROL_NUMBERS: dict[int, str] = {}


def _publish(office: Office, number: int) -> float:
    request = a_request(persons=[a_stranger(number)])
    filing = office.file_request(request, desk("PT"))
    office.decide(filing.number, Outcome.PUBLISH, "A measurement.", REVIEWER_1)
    started = time.perf_counter()
    (_CONTROL_NUMBERS[number],) = office.decide(filing.number, Outcome.PUBLISH, None, REVIEWER_2).notices
    _await(office, _CONTROL_NUMBERS[number])
    return time.perf_counter() - started


def _recall(office: Office, number: int) -> float:
    started = time.perf_counter()
    office.recall(_CONTROL_NUMBERS[number], Ground.WITHDRAWN, desk("PT"))
    _await(office, _CONTROL_NUMBERS[number])
    return time.perf_counter() - started


def _await(office: Office, number: str) -> None:
    while True:
        with office.read() as reader:
            event = reader.notice(number).event
            if any(delivery.event == event for delivery in reader.deliveries(number)):
                return
        time.sleep(0.001)


def _list(name: str = "list", numbers: range = range(LIST)) -> list[tuple[Listing, Person]]:
    return [
        (
            Listing(source="synthetic list", reference=f"SYN-{name}-{number}"),
            Person(names=(Name(full=f"Synthetic Person {name} {number}"),)),
        )
        for number in numbers
    ]

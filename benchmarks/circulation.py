"""How long a notice is on its way to one node: until it is found there, and until its receipt is back at the office."""

from __future__ import annotations

import statistics
import time
from queue import Queue

from rich.console import Console
from rich.table import Table
from tests.builders import OPERATOR, REVIEWER_1, REVIEWER_2, a_request, a_strange_case, a_stranger, desk

from benchmarks.programs import an_office, link
from benchmarks.watched import watched
from rednotice.adapters.embedded.process import LOOPBACK
from rednotice.cli.serve import spare_the_collector
from rednotice.model.decision import Outcome
from rednotice.model.notice import Ground, Listing
from rednotice.model.person import Name, Person
from rednotice.office import Office

LIMIT = 1.0
SEARCHABLE_MEDIAN, SEARCHABLE_P99 = 0.020, 0.100
NOTICES = 60
SEARCHED = 200
LIST = 300
PAUSE = 0.1


def run(console: Console) -> None:
    """Prints the tables. The node is a program of its own (`benchmarks.watched`)."""
    with an_office() as (office, folder):
        spare_the_collector()
        link(office, folder / "ES", "ES")
        with watched(folder / "ES", f"{LOOPBACK}:{office.leaf_port}") as told:
            _publish(office, 0)  # the first one pays for connections
            _measure_search(console, office, told)
            _measure(console, office)


def _measure_search(console: Console, office: Office, told: Queue[tuple[float, str]]) -> None:
    """From the commit of the decision until a check at the node finds the person."""
    while not told.empty():
        told.get()
    times = []
    for number in range(1000, 1000 + SEARCHED):
        filing = _decided_once(office, number)
        time.sleep(PAUSE)
        (control_number,) = office.decide(filing, Outcome.PUBLISH, None, REVIEWER_2).notices
        published = time.perf_counter()
        moment, found = told.get(timeout=60)
        assert found == control_number
        times.append(moment - published)
    median, p99 = statistics.median(times), statistics.quantiles(times, n=100, method="inclusive")[98]
    console.print(
        f"Published (the decision is committed) to findable at the node, {len(times)} notices: worst "
        f"{max(times) * 1000:.1f} ms, median "
        f"{median * 1000:.1f} ms, {median / SEARCHABLE_MEDIAN:.2f} of the limit of {SEARCHABLE_MEDIAN * 1000:.0f} ms; "
        f"p99 "
        f"{p99 * 1000:.1f} ms, {p99 / SEARCHABLE_P99:.2f} of {SEARCHABLE_P99 * 1000:.0f} ms.\n"
    )


def _measure(console: Console, office: Office) -> None:
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


def _decided_once(office: Office, number: int) -> str:
    """A request that waits for its second signature; returns its number."""
    filing = office.file_request(a_request(persons=[a_stranger(number)], **a_strange_case(number)), desk("PT"))
    office.decide(filing.number, Outcome.PUBLISH, "A measurement.", REVIEWER_1)
    return filing.number


def _publish(office: Office, number: int) -> float:
    filing = _decided_once(office, number)
    started = time.perf_counter()
    (_CONTROL_NUMBERS[number],) = office.decide(filing, Outcome.PUBLISH, None, REVIEWER_2).notices
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

"""Figures for Prometheus at /metrics, read from the database at each scrape, so that they are true after any restart.

Bureaus are the only labels. Nothing here says whom a notice is about, nor which notice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from fastapi import FastAPI
from fastapi.responses import Response
from prometheus_client import CollectorRegistry, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from rednotice.node import Node
from rednotice.office import Office

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
Read = Callable[[], Iterable[Metric]]


class _Figures(Collector):
    def __init__(self, read: Read) -> None:
        self._read = read

    def collect(self) -> Iterable[Metric]:
        return self._read()

    def describe(self) -> Iterable[Metric]:
        return ()  # otherwise they are read once for their names


def add_metrics(app: FastAPI, read: Read) -> CollectorRegistry:
    """Adds the route to a program's application; returns the registry for what is counted while it runs."""
    registry = CollectorRegistry()
    registry.register(_Figures(read))
    ProcessCollector(registry=registry)

    @app.get("/metrics", tags=["operation"], response_class=Response)
    def metrics() -> Response:
        """Figures in the text format of Prometheus."""
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return registry


def check_seconds(registry: CollectorRegistry) -> Histogram:
    """How long checks take, and so how many were made since the node's start."""
    return Histogram("rednotice_check_seconds", "Seconds that a check took", buckets=SECONDS, registry=registry)


def office_figures(office: Office) -> Iterator[Metric]:
    """What the office knows of its log, its outbox and its bureaus."""
    with office.read() as reader:
        size, _ = reader.log.checkpoint()
        waiting, rejected, bureaus = reader.waiting(), reader.rejected_reports(), reader.circulation()
    trouble = office.circulation_trouble()
    yield GaugeMetricFamily("rednotice_log_events", "Events under the last signed checkpoint", size)
    yield GaugeMetricFamily("rednotice_outbox_waiting", "Publications that no stream acknowledged yet", waiting)
    yield GaugeMetricFamily("rednotice_circulation_works", "1 if acts go out and reports come in", not trouble)
    yield CounterMetricFamily("rednotice_reports_rejected", "Reports that were not believed", rejected)
    receipts = CounterMetricFamily("rednotice_receipts", "Receipts that a bureau returned", labels=["bureau"])
    owing = GaugeMetricFamily("rednotice_receipts_owed", "Notices whose last version is unanswered", labels=["bureau"])
    lag = GaugeMetricFamily("rednotice_receipt_lag_seconds", "Age of the oldest such notice", labels=["bureau"])
    now = office.settings.clock()
    for one in bureaus:
        receipts.add_metric([one.bureau], one.receipts)
        owing.add_metric([one.bureau], one.owing)
        lag.add_metric([one.bureau], _age(one.silent_since, now))
    yield from (receipts, owing, lag)


def node_figures(node: Node) -> Iterator[Metric]:
    """What a node knows of itself and the line."""
    with node.read() as reader:
        believed, waiting, rejected = reader.believed(), reader.waiting(), reader.rejected()
    size, works = believed.size if believed else 0, not node.line_trouble()
    yield GaugeMetricFamily("rednotice_log_events_believed", "Events under the longest checkpoint believed", size)
    yield GaugeMetricFamily("rednotice_events_behind", "Events lacked when last compared", node.events_behind)
    yield GaugeMetricFamily("rednotice_line_works", "1 if the office's streams can be read", works)
    yield GaugeMetricFamily("rednotice_reports_waiting", "Reports that wait for the line", waiting)
    yield CounterMetricFamily("rednotice_envelopes_rejected", "Envelopes that were not believed", rejected)
    yield GaugeMetricFamily("rednotice_index_persons", "Persons that checks are compared with", len(node.index))


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0

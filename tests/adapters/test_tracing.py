"""Spans from an act to its receipts meet in the trace of the event, whichever program makes them."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link

from rednotice.adapters import tracing
from tests.conftest import Road, eventually


@dataclass(frozen=True)
class Span:
    """What a span was started with."""

    name: str
    trace_id: int
    event: int | None
    links: int


@dataclass
class Tracer:
    """Keeps what it is asked to start, as an exporter of an SDK would."""

    spans: list[Span] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def start_as_current_span(
        self,
        name: str,
        context: Context | None = None,
        attributes: dict[str, Any] | None = None,
        links: Sequence[Link] = (),
    ) -> Iterator[None]:
        parent = trace.get_current_span(context).get_span_context()
        with self._lock:
            self.spans.append(Span(name, parent.trace_id, (attributes or {}).get("rednotice.event"), len(links)))
        yield

    def of(self, event: int) -> list[Span]:
        """The spans of an event so far."""
        with self._lock:
            return [span for span in self.spans if span.event == event]


@pytest.fixture
def tracer(monkeypatch: pytest.MonkeyPatch) -> Tracer:
    tracer = Tracer()
    monkeypatch.setattr(tracing, "_tracer", tracer)
    return tracer


def test_a_notice_is_one_trace_from_its_record_to_the_receipts_of_both_nodes(road: Road, tracer: Tracer) -> None:
    _, number = road.publish()
    for bureau in ("ES", "NZ"):
        road.wait_receipt(bureau, number)
    with road.office.read() as reader:
        event = reader.notice(number).event
    wanted = ["apply", "apply", "publish", "record notice.published", "take receipt", "take receipt"]
    spans = eventually(lambda: found if len(found := tracer.of(event)) == len(wanted) else None, "six spans")
    assert sorted(span.name for span in spans) == wanted
    assert len({span.trace_id for span in spans}) == 1
    assert {"act file", "act decide"} <= {span.name for span in tracer.spans}
    assert not any(number in span.name for span in tracer.spans)


def test_events_have_traces_of_their_own_in_every_log() -> None:
    traces = set()
    for origin in ("one.test/office", "other.test/office"):
        for number in range(3):
            context = tracing._of_event(origin, number)
            traces.add(trace.get_current_span(context).get_span_context().trace_id)
            assert trace.get_current_span(context).get_span_context().is_valid
    assert len(traces) == 6


def test_without_an_sdk_nothing_is_recorded_and_nothing_fails() -> None:
    with tracing.act("file"), tracing.event("publish", "one.test/office", 1):
        assert not trace.get_current_span().is_recording()

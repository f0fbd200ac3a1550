"""Spans of OpenTelemetry from an act to its receipt; they cost nothing unless the operator configures an SDK.

What becomes of one event happens in two programs, hours apart if a line is cut, and waits in two databases on its way.
So no context travels: every program derives the trace of an event from the log's name and the event's number, and
their spans come together in one trace. A span bears the number of the event and nothing of its content.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, TraceFlags

_tracer = trace.get_tracer("rednotice")


@contextmanager
def act(name: str) -> Iterator[None]:
    """A span around an act of the office, in whatever trace its caller is."""
    with _tracer.start_as_current_span(f"act {name}".strip()):
        yield


@contextmanager
def event(name: str, origin: str, number: int) -> Iterator[None]:
    """A span in the trace of an event, with a link to what it happens in.

    Args:
        name: what is done, such as "publish"; a name is one of a few.
        origin: the name of the log.
        number: the number of the event in it.
    """
    with events(name, origin, [number]):
        yield


@contextmanager
def events(name: str, origin: str, numbers: Iterable[int]) -> Iterator[None]:
    """A span in the trace of each of some events with which the same is done at once."""
    around = trace.get_current_span().get_span_context()
    with ExitStack() as spans:
        for number in numbers:
            span = _tracer.start_as_current_span(
                name,
                context=_of_event(origin, number),
                attributes={"rednotice.event": number},
                links=[Link(around)] if around.is_valid else (),
            )
            spans.enter_context(span)
        yield


def _of_event(origin: str, number: int) -> Context:
    digest = hashlib.sha256(f"{origin}\n{number}".encode()).digest()
    trace_id, span_id = int.from_bytes(digest[:16], "big"), int.from_bytes(digest[16:24], "big")
    parent = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    return trace.set_span_in_context(NonRecordingSpan(parent))

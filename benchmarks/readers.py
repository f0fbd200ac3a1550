"""Readers of many bureaus in one process, for `benchmarks.bureaus`: each reads as a node does, and believes nothing
unproved, but keeps nothing. Takes JSON from its input; prints the moment and the reader's name for each event."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence

from rednotice.adapters.jetstream import JetStream, Message
from rednotice.adapters.subjects import streams_of
from rednotice.log.feed import open_envelope
from rednotice.log.note import Verifier

STARTED = "started"


def main() -> None:
    """Reads until its input ends."""
    asked = json.loads(sys.stdin.readline())
    office = Verifier.parse(asked["office_key"])
    opened = []
    for bureau, url, api in asked["readers"]:
        stream = JetStream(url, f"reader {bureau}", api=api)
        stream.open()
        opened.append(stream)
        for name in streams_of(bureau):
            stream.follow(name, lambda: None, _taken(bureau, office))
    while any(stream.trouble for stream in opened):
        time.sleep(0.05)
    print(STARTED, flush=True)
    sys.stdin.read()
    for stream in opened:
        stream.close()


def _taken(bureau: str, office: Verifier) -> Callable[[Sequence[Message]], None]:
    def take(messages: Sequence[Message]) -> None:
        for message in messages:
            subject = open_envelope(message.data, office).event.subject
            print(f"{time.perf_counter()} {subject} {bureau}\n", end="", flush=True)

    return take


if __name__ == "__main__":
    main()

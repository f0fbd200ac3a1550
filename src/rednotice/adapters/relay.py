"""A thread that carries what waits in an outbox to a stream, again and again until it is acknowledged."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import structlog

from rednotice.errors import Unavailable

log = structlog.get_logger(__name__)
T = TypeVar("T")

LOOK_AGAIN = 0.5
"""Seconds after which a relay looks even if nobody said that something is there."""


def windows(rows: Sequence[T], subject: Callable[[T], str], most: int) -> Iterator[list[T]]:
    """Rows that may be under way together: in order, so many at most, and never two of one subject.

    Of two of one subject the later must come after the earlier, also if that one fails and is tried again.

    >>> list(windows(["a1", "b1", "a2", "c1"], lambda row: row[0], 3))
    [['a1', 'b1'], ['a2', 'c1']]
    """
    window: list[T] = []
    subjects: set[str] = set()
    for row in rows:
        if subject(row) in subjects or len(window) == most:
            yield window
            window, subjects = [], set()
        window.append(row)
        subjects.add(subject(row))
    if window:
        yield window


class Relay:
    """Runs a step whenever something waits, and a little later again if the step could not be done."""

    def __init__(self, name: str, step: Callable[[], int], pause: float = LOOK_AGAIN) -> None:
        self._name = name
        self._step = step
        self._pause = pause
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=f"relay {name}", daemon=True)
        self.trouble: str | None = None

    def start(self) -> None:
        """Begins to work."""
        self._thread.start()

    def wake(self) -> None:
        """Says that something waits."""
        self._wake.set()

    def stop(self) -> None:
        """Ends after the step at hand."""
        self._stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(30)

    def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                while self._step() and not self._stopping:
                    pass
                self.trouble = None
            except Unavailable as error:
                if self.trouble is None and not self._stopping:
                    log.warning("relay.waits", relay=self._name, reason=str(error))
                self.trouble = str(error)
            except Exception:  # nothing that waits is ever given up: the next look tries again
                log.exception("relay.failed", relay=self._name)
                self.trouble = "an unexpected error; see the log"
            self._wake.wait(self._pause)

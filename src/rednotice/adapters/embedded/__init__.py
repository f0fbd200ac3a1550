"""PostgreSQL and NATS as they come from PyPI, started and stopped by the program itself, on loopback only."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Engine(Protocol):
    """An engine that a program started for itself."""

    @property
    def log(self) -> Path:
        """Where it writes what happens to it."""

    @property
    def ended(self) -> bool:
        """Whether it ended by itself."""


def broken_engine(*engines: Engine | None) -> str | None:
    """Which engine ended by itself, in a sentence; None if all run."""
    for engine in engines:
        if engine and engine.ended:
            return f"an engine ended by itself; the reason is in {engine.log}"
    return None

"""A short run of what `make torture` does at length."""

from __future__ import annotations

from rich.console import Console

from tests.end_to_end import torture


def test_nothing_acknowledged_is_lost_whatever_is_killed() -> None:
    assert not torture.run(Console(quiet=True), rounds=2, bureaus=2, notices=40, seed=5)

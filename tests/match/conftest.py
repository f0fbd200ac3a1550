"""What the matcher compiles and reads once is there before any test of it is timed."""

from __future__ import annotations

import pytest

from rednotice.match import warm


@pytest.fixture(scope="session", autouse=True)
def _warm() -> None:
    warm()

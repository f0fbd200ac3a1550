"""Programs that these tests start and kill do without the dictionary of names, which each would load for eight seconds.

The matcher's own tests have it, and so has whatever runs inside the tests.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="package", autouse=True)
def _small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REDNOTICE_NAME_DICTIONARY", "off")
        yield

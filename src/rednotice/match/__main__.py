"""python -m rednotice.match: compiles what a check runs, so that no first check waits for it. `make setup` calls it."""

from __future__ import annotations

from rednotice.match import warm

if __name__ == "__main__":
    warm()

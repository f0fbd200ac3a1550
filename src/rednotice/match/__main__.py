"""python -m rednotice.match: compiles loops, tables known names: no first check waits. `make setup` calls it."""

from __future__ import annotations

from rednotice.match import warm

if __name__ == "__main__":
    warm()

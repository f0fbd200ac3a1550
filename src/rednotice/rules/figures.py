"""The numbers of the law by date (`figures.yaml`)."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files

import yaml


@cache
def figures() -> dict[str, list[dict[str, object]]]:
    """Every figure with its values by date, as they stand in the file."""
    book: dict[str, list[dict[str, object]]] = yaml.safe_load(
        files(__package__).joinpath("figures.yaml").read_text(encoding="utf-8")
    )
    return book


def figure(name: str, on: date) -> int:
    """The value of a figure on a day.

    Raises:
        LookupError: if the figure had no value then.
    """
    held = [row for row in figures()[name] if isinstance(row["since"], date) and row["since"] <= on]
    if not held:
        raise LookupError(f"the figure {name} has no value on {on}")
    value = max(held, key=lambda row: str(row["since"]))["value"]
    assert isinstance(value, int)
    return value

"""The numbers of the law by date (`figures.yaml`; those of redress and retention in `redress.yaml`)."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files

import yaml


@cache
def figures(book: str = "figures") -> dict[str, list[dict[str, object]]]:
    """Every figure of a file with its values by date, as they stand there."""
    held: dict[str, list[dict[str, object]]] = yaml.safe_load(
        files(__package__).joinpath(f"{book}.yaml").read_text(encoding="utf-8")
    )
    return held


def figure(name: str, on: date, book: str = "figures") -> int:
    """The value of a figure on a day.

    Raises:
        LookupError: if the figure had no value then.
    """
    held = [row for row in figures(book)[name] if isinstance(row["since"], date) and row["since"] <= on]
    if not held:
        raise LookupError(f"the figure {name} has no value on {on}")
    value = max(held, key=lambda row: str(row["since"]))["value"]
    assert isinstance(value, int)
    return value

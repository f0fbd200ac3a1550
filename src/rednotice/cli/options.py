"""Options that many commands take, and how they print."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from rednotice.adapters.folders import default_folder

DataFolder = Annotated[
    Path,
    typer.Option("--data", envvar="REDNOTICE_DATA", default_factory=default_folder, help="The data folder"),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text")]
ActingAs = Annotated[
    str | None,
    typer.Option("--as", envvar="REDNOTICE_AS", help="The account to act as; see 'rednotice officer list'"),
]

PIPED_WIDTH = 200
"""Columns where nothing says how many there are: a pipe or a file; what is searched for stands on one line there."""

_is_wide = not (sys.stdout.isatty() or "COLUMNS" in os.environ)
out = Console(highlight=False, soft_wrap=True, width=PIPED_WIDTH if _is_wide else None)


def show_json(content: Any) -> None:
    """Prints one JSON document on one line."""
    typer.echo(json.dumps(content, ensure_ascii=False))


def present(found: Any, words: str | Callable[[Any], None], *, as_json: bool) -> None:
    """Prints what a program answered: as JSON, or in words, or by what shows such a thing."""
    if as_json:
        show_json(found)
    elif isinstance(words, str):
        out.print(fill(words))
    else:
        words(found)


def fill(text: object) -> str:
    """Text for rich, in which brackets are brackets."""
    return escape(str(text))

"""Options that many commands take, and how they print."""

from __future__ import annotations

import json
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

out = Console(highlight=False, soft_wrap=True)


def show_json(content: Any) -> None:
    """Prints one JSON document on one line."""
    typer.echo(json.dumps(content, ensure_ascii=False))


def fill(text: object) -> str:
    """Text for rich, in which brackets are brackets."""
    return escape(str(text))

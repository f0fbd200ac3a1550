"""The `rednotice` command. One file per noun; this one joins them and says how errors look."""

from __future__ import annotations

import json
import os
import sys

import typer
from rich.console import Console

from rednotice import __version__
from rednotice.cli import (
    application,
    backup,
    case,
    check,
    circulation,
    engine,
    hold,
    key,
    law,
    lists,
    log,
    notice,
    officer,
    request,
    review,
    screen,
    serve,
)
from rednotice.cli import laptop as laptop
from rednotice.errors import InvalidInput, RedNoticeError

app = typer.Typer(
    name="rednotice",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Notices about wanted persons: from a filed request to an arrest report. "
    "A match is a likeness, never proof: every answer says whom to ask.",
)
app.command("up")(laptop.up)
app.command("demo")(laptop.demo)
app.command("check")(check.check)
app.command("screen")(screen.screen)
app.add_typer(request.app, name="request")
app.add_typer(review.app, name="review")
app.add_typer(notice.app, name="notice")
app.add_typer(check.hits, name="hit")
app.add_typer(circulation.app, name="circulation")
app.add_typer(case.app, name="case")
app.add_typer(application.app, name="application")
app.add_typer(hold.app, name="hold")
app.add_typer(log.app, name="log")
app.add_typer(key.app, name="key")
app.add_typer(law.app, name="law")
app.add_typer(lists.app, name="import")
app.add_typer(request.schemas, name="schema")
app.add_typer(officer.app, name="officer")
app.add_typer(officer.bureaus, name="bureau")
app.add_typer(engine.app, name="engine")
app.command("office")(serve.office)
app.command("node")(serve.node)
app.command("migrate")(serve.migrate)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"rednotice {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version"),
) -> None:
    pass


def main() -> None:
    """Runs the command; an error that a caller may meet becomes a sentence and exit code 1."""
    try:
        app()
    except RedNoticeError as error:
        _say(error)
        sys.exit(1)
    except BrokenPipeError:
        # Whoever read our output has had enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _say(error: RedNoticeError) -> None:
    faults = error.faults if isinstance(error, InvalidInput) else ()
    if "--json" in sys.argv[1:]:
        found = [
            {"path": fault.path, "problem": fault.problem, "mend": fault.mend, "line": fault.line} for fault in faults
        ]
        problem = {"type": error.kind, "title": error.title, "status": error.status, "detail": str(error)}
        typer.echo(json.dumps({**problem, "errors": found}, ensure_ascii=False))
        return
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print(f"[bold red]{error.title}:[/] ", end="")
    console.print(str(error), markup=False)
    for fault in faults:
        console.print(f"  {fault}", markup=False)

"""rednotice request: what is missing, and filing. rednotice schema: the form itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from rednotice.adapters import clock
from rednotice.adapters.request_file import Document, read_file
from rednotice.cli import show
from rednotice.cli.client import connect
from rednotice.cli.options import ActingAs, DataFolder, Json, out, show_json
from rednotice.flow.request import check_request
from rednotice.model.finding import Verdict
from rednotice.model.request import Request, read_request

app = typer.Typer(no_args_is_help=True, help="File requests, and see before what is missing.")
schemas = typer.Typer(no_args_is_help=True, help="The forms as JSON Schema, for editors.")

RequestFile = Annotated[Path, typer.Argument(help="A request in YAML or JSON", show_default=False)]


@app.command("check")
def check(file: RequestFile, as_json: Json = False) -> None:
    """Say what bars a request and what is missing, with articles; exit code 1 if anything does."""
    today = clock.now().date()
    examination = check_request(_read(read_file(file)), today)
    if as_json:
        show_json(examination.model_dump(mode="json"))
    else:
        show.examination(examination.model_dump(mode="json"))
    if examination.of(Verdict.BARRED, Verdict.MISSING):
        raise typer.Exit(1)


@app.command("file")
def file_(file: RequestFile, data: DataFolder, acting_as: ActingAs = None, as_json: Json = False) -> None:
    """File a request with the office, for the desk of the requesting bureau."""
    document = read_file(file)
    request = _read(document)
    client, _ = connect(data, "office", name=acting_as, role="desk", bureau=request.bureau)
    filed = client.post("/api/requests", request.model_dump(mode="json"))
    if as_json:
        show_json(filed)
    else:
        show.filing(filed)


@app.command("list")
def list_(
    data: DataFolder,
    bureau: Annotated[str | None, typer.Option(help="The bureau whose desk asks")] = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """List the requests of the desk's own bureau."""
    client, _ = connect(data, "office", name=acting_as, role="desk", bureau=bureau)
    show_filings(client.get("/api/requests"), as_json=as_json)


@schemas.command("request")
def schema_request() -> None:
    """Print the JSON Schema of a request file."""
    show_json(Request.model_json_schema())


def show_filings(filings: list[dict[str, Any]], *, as_json: bool) -> None:
    """Prints requests as a list."""
    if as_json:
        show_json(filings)
        return
    rows = [
        (
            one["number"],
            one["request"]["bureau"],
            one["request"]["colour"],
            len(one["request"]["persons"]),
            one["state"],
            show.style(one["examination"]["recommendation"]["advice"]),
            "yes" if one["earlier"] else "",
            one["request"].get("title") or "",
        )
        for one in filings
    ]
    show.table(("number", "bureau", "colour", "persons", "state", "advice", "refused before", "title"), rows)
    if not rows:
        out.print("No request.")


def _read(document: Document) -> Request:
    return document.located(lambda content: read_request(content, clock.now().date()))

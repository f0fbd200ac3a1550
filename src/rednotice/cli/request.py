"""rednotice request: what is missing, and filing. rednotice schema: the form itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from rednotice.adapters import clock
from rednotice.adapters.request_file import Document, read_file
from rednotice.cli import show
from rednotice.cli.client import connect
from rednotice.cli.options import ActingAs, DataFolder, Json, out, present, show_json
from rednotice.flow.request import check_request
from rednotice.model.finding import Stance, Verdict
from rednotice.model.request import Request, read_request

app = typer.Typer(no_args_is_help=True, help="File requests, see before what is missing, and answer the office.")
schemas = typer.Typer(no_args_is_help=True, help="The forms as JSON Schema, for editors.")

DRAFT_NUMBER = re.compile(r"RD-\d{4}-\d+", re.ASCII)
RequestFile = Annotated[Path, typer.Argument(help="A request in YAML or JSON", show_default=False)]
Number = Annotated[str, typer.Argument(help="The request, such as R-2026-1, or a draft", show_default=False)]
ItsBureau = Annotated[str | None, typer.Option("--bureau", help="The bureau whose desk acts")]


@app.command("check")
def check(file: RequestFile, as_json: Json = False) -> None:
    """Say what bars a request and what is missing, with articles; exit code 1 if anything does."""
    today = clock.now().date()
    examination = check_request(_read(read_file(file)), today)
    present(examination.model_dump(mode="json"), show.examination, as_json=as_json)
    if examination.of(Verdict.BARRED, Verdict.MISSING):
        raise typer.Exit(1)


@app.command("draft")
def draft(file: RequestFile, data: DataFolder, acting_as: ActingAs = None, as_json: Json = False) -> None:
    """Keep a draft at the office, which the bureau's desk alone sees; again, it takes the older one's place."""
    request = _read(read_file(file))
    client, _ = connect(data, "office", name=acting_as, role="desk", bureau=request.bureau)
    present(client.post("/api/requests/drafts", request.model_dump(mode="json")), show.filing, as_json=as_json)


@app.command("file")
def file_(
    what: Annotated[
        str, typer.Argument(help="A request in YAML or JSON, or the number of a draft", show_default=False)
    ],
    data: DataFolder,
    bureau: ItsBureau = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """File a request with the office, for the desk of the requesting bureau."""
    if DRAFT_NUMBER.fullmatch(what):
        client, _ = connect(data, "office", name=acting_as, role="desk", bureau=bureau)
        filed = client.post(f"/api/requests/{what}/filing")
    else:
        request = _read(read_file(Path(what)))
        client, _ = connect(data, "office", name=acting_as, role="desk", bureau=request.bureau)
        filed = client.post("/api/requests", request.model_dump(mode="json"))
    present(filed, show.filing, as_json=as_json)


@app.command("amend")
def amend(
    number: Number, file: RequestFile, data: DataFolder, acting_as: ActingAs = None, as_json: Json = False
) -> None:
    """Send the whole request anew, as it reads now, while it is not decided."""
    request = _read(read_file(file))
    client, _ = connect(data, "office", name=acting_as, role="desk", bureau=request.bureau)
    present(
        client.post(f"/api/requests/{number}/amendments", request.model_dump(mode="json")), show.filing, as_json=as_json
    )


@app.command("withdraw")
def withdraw(
    number: Number,
    data: DataFolder,
    because: Annotated[str | None, typer.Option(help="What the office should know")] = None,
    bureau: ItsBureau = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Withdraw a request that is not decided; of a draft nothing is kept."""
    client, _ = connect(data, "office", name=acting_as, role="desk", bureau=bureau)
    found = client.post(f"/api/requests/{number}/withdrawal", {"because": because})
    present(found, f"{number} is withdrawn.", as_json=as_json)


@app.command("answer")
def answer(
    number: Number,
    text: Annotated[str, typer.Argument(help="The answer", show_default=False)],
    data: DataFolder,
    question: Annotated[int | None, typer.Option(help="The question, if several are open")] = None,
    file: Annotated[Path | None, typer.Option(help="The request as it reads now, if the answer changes it")] = None,
    bureau: ItsBureau = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Answer a question of the office."""
    amended = _read(read_file(file)) if file else None
    client, _ = connect(data, "office", name=acting_as, role="desk", bureau=amended.bureau if amended else bureau)
    body = {"text": text, "question": question, "request": amended.model_dump(mode="json") if amended else None}
    present(client.post(f"/api/requests/{number}/answers", body), show.filing, as_json=as_json)


@app.command("opinion")
def opinion(
    number: Number,
    stance: Annotated[Stance, typer.Argument(show_default=False)],
    data: DataFolder,
    bureau: Annotated[str | None, typer.Option(help="The bureau that gives its position")] = None,
    because: Annotated[str | None, typer.Option(help="Why")] = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Give your bureau's position on another bureau's request, asked or of its own accord."""
    client, _ = connect(data, "office", name=acting_as, role="desk", bureau=bureau)
    found = client.post(f"/api/requests/{number}/positions", {"stance": stance.value, "because": because})
    given = f"The office has the position of bureau {found['bureau']} on {number}: {found['stance']}."
    present(found, given, as_json=as_json)


@app.command("show")
def show_(
    number: Number,
    data: DataFolder,
    bureau: ItsBureau = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Show a request of the desk's own bureau, with what was asked and decided."""
    client, _ = connect(data, "office", name=acting_as, role="desk", bureau=bureau)
    present(client.get(f"/api/requests/{number}"), show.filing, as_json=as_json)


@app.command("list")
def list_(
    data: DataFolder,
    bureau: ItsBureau = None,
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
            one["request"].get("urgency") or "",
            one["assigned"] or "",
            "yes" if one["earlier"] else "",
            one["request"].get("title") or "",
        )
        for one in filings
    ]
    show.table(
        ("number", "bureau", "colour", "persons", "state", "advice", "urgency", "assigned", "refused before", "title"),
        rows,
    )
    if not rows:
        out.print("No request.")


def _read(document: Document) -> Request:
    return document.located(lambda content: read_request(content, clock.now().date()))

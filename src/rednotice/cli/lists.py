"""rednotice import: lists of others."""

from __future__ import annotations

from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Any

import typer

from rednotice.adapters.lists import FILE_LIMIT, FtmFile, beside, read_un
from rednotice.adapters.request_file import read_bytes
from rednotice.cli.client import connect
from rednotice.cli.options import ActingAs, DataFolder, Json, fill, out, show_json

app = typer.Typer(no_args_is_help=True, help="Import lists: the Security Council's, OFAC's, FollowTheMoney.")

SENT_AT_ONCE = 500

ListFile = Annotated[Path, typer.Argument(help="The file as its publisher hands it out", show_default=False)]


@app.command("un")
def un(file: ListFile, data: DataFolder, acting_as: ActingAs = None, as_json: Json = False) -> None:
    """Import the Security Council's consolidated list (XML) as special notices, circulated to every bureau."""
    raw = read_bytes(file, FILE_LIMIT)
    read_un(raw)
    client, _ = connect(data, "office", name=acting_as, role="operator")
    found = client.post("/api/lists/un", raw=raw, media_type="application/xml")
    if as_json:
        show_json(found)
        return
    done = found["imported"]
    out.print(f"{len(done['new'])} new, {len(done['changed'])} changed, {len(done['unchanged'])} unchanged.")
    if done["recalled"]:
        out.print(f"{len(done['recalled'])} stay recalled, as people decided: {', '.join(done['recalled'][:10])}.")
    _rest(found)


@app.command("ofac")
def ofac(
    file: ListFile,
    data: DataFolder,
    aliases: Annotated[Path | None, typer.Option(help="alt.csv; taken from beside the file if not given")] = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Import OFAC's list (sdn.csv) into this bureau's own checks. It is no notice: it stays at the node."""
    aliases = aliases or beside(file, "sdn", "alt")
    body = {"sdn": _text(file), "alt": _text(aliases) if aliases else None}
    client, _ = connect(data, "node", name=acting_as, role="operator")
    found = client.post("/api/lists/ofac", body)
    if as_json:
        show_json(found)
        return
    also = f"aliases from {aliases}" if aliases else "no file of aliases beside it"
    out.print(f"{found['entries']} persons for this node's checks; {fill(also)}.")
    _rest(found)


@app.command("ftm")
def ftm(
    file: ListFile,
    data: DataFolder,
    source: Annotated[str | None, typer.Option(help="What to call the list; its first dataset if not given")] = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Import FollowTheMoney entities (OpenSanctions and others) into this bureau's own checks, whatever their number.

    Persons are taken, with their passports and sanctions. They are no notices: they stay at the node.
    """
    read = FtmFile(file, source)
    entries = read.entries()
    first = next(entries)  # what is no such file is refused before anything is sent
    client, _ = connect(data, "node", name=acting_as, role="operator")
    count = 0
    every = chain([first], entries)
    while some := list(islice(every, SENT_AT_ONCE)):
        body = [
            {"listing": listing.model_dump(mode="json"), "person": person.model_dump(mode="json", exclude_none=True)}
            for listing, person in some
        ]
        count += client.post("/api/lists/entries", {"entries": body})["entries"]
    found = {"entries": count, "left_out": read.left_out, "remarks": read.remarks}
    if as_json:
        show_json(found)
        return
    out.print(f"{count:,} persons for this node's checks.")
    _rest(found)


def _text(path: Path) -> str:
    raw = read_bytes(path, FILE_LIMIT)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _rest(found: dict[str, Any]) -> None:
    for what, count in found["left_out"].items():
        out.print(f"Left out: {count} {fill(what)}; only individuals are handled yet.")
    for remark in found["remarks"][:20]:
        out.print(f"[dim]{fill(remark)}[/]")
    if len(found["remarks"]) > 20:
        out.print(f"[dim]… and {len(found['remarks']) - 20} remarks more; --json shows all[/]")

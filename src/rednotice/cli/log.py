"""rednotice log: whether the office's log is whole, checked from outside."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from rednotice.adapters.folders import read_json
from rednotice.cli.client import RUNNING, Client, connect, program_folder
from rednotice.cli.options import ActingAs, DataFolder, Json, out, show_json
from rednotice.errors import InvalidInput, NotTrusted
from rednotice.log.audit import Audited, Leaf, audit
from rednotice.log.checkpoint import Checkpoint, open_checkpoint
from rednotice.log.note import Verifier

app = typer.Typer(no_args_is_help=True, help="Verify the office's log.")

PAGE = 1000


@app.command("verify")
def verify(
    data: DataFolder,
    key: Annotated[str | None, typer.Option(help="The office's public key; from the data folder if not given")] = None,
    since: Annotated[Path | None, typer.Option(help="A checkpoint saved before, which must be a beginning")] = None,
    save: Annotated[Path | None, typer.Option(help="Where to save the checkpoint that was verified")] = None,
    contents: Annotated[bool, typer.Option("--contents", help="Contents too; for the office's own officers")] = False,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Read every leaf, build the tree anew, and compare it with what the office signed."""
    client, _ = connect(data, "office", name=acting_as, role="reviewer" if contents else None)
    known = key or read_json(program_folder(data, "office") / RUNNING).get("key")
    if not known:
        raise InvalidInput.at(
            "--key", "is needed: no office runs on this data folder", "Give its public key", "command"
        )
    office = Verifier.parse(str(known))
    earlier = _checkpoint(since, office) if since else None
    audited, note = audit_office(client, office, since=earlier, contents=contents)
    if save:
        try:
            save.write_text(note, encoding="utf-8")
        except OSError as error:
            problem = f"{save} cannot be written ({error.strerror})"
            raise InvalidInput.at("--save", problem, "Name another file", "command") from None
    if as_json:
        show_json(as_data(audited))
    else:
        out.print(
            f"The log of {audited.checkpoint.origin} is whole: {audited.checkpoint.size} events, "
            f"root {audited.checkpoint.root.hex()[:16]}…, signed by {office.name}+{office.key_id.hex()}."
        )
        if contents:
            out.print(
                f"{audited.contents} contents fit their leaves; {audited.hidden} are erased, or not for you to see."
            )
        if earlier:
            out.print(f"The log of {earlier.size} events signed before is its beginning.")


def audit_office(
    client: Client, office: Verifier, *, since: Checkpoint | None = None, contents: bool = False
) -> tuple[Audited, str]:
    """Audits the log of a running office; returns what was proved, and the checkpoint as it was signed.

    Raises:
        NotTrusted: if anything does not fit.
    """
    note = client.get("/api/log/checkpoint")
    if not note:
        raise NotTrusted("the office has signed nothing yet: its log is empty")
    return audit(_leaves(client, contents=contents), note, office, since), note


def as_data(audited: Audited) -> dict[str, object]:
    """What was proved, as data."""
    checkpoint = audited.checkpoint
    return {
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": base64.b64encode(checkpoint.root).decode(),
        "contents": audited.contents,
        "hidden": audited.hidden,
    }


def _leaves(client: Client, *, contents: bool) -> Iterator[Leaf]:
    path = "/api/log/contents" if contents else "/api/log/entries"
    start = 0
    while page := client.get(path, start=start, count=PAGE):
        for entry in page:
            salt = base64.b64decode(entry["salt"]) if entry.get("salt") else None
            content = entry["content"].encode() if entry.get("content") is not None else None
            yield Leaf(entry["leaf"].encode(), salt, content)
        start += len(page)


def _checkpoint(path: Path, office: Verifier) -> Checkpoint:
    try:
        return open_checkpoint(path.read_text(encoding="utf-8"), office)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput.at("--since", f"{path} cannot be read ({error})", "Name a saved checkpoint") from None


@app.callback()
def _log() -> None:
    pass

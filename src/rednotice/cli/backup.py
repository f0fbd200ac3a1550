"""rednotice backup, restore: a program's data in one file, made while it runs, and the way back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from rednotice.adapters.clock import now
from rednotice.cli.options import Json, fill, out, show_json
from rednotice.cli.serve import Folder
from rednotice.errors import InvalidInput
from rednotice.log.checkpoint import open_checkpoint
from rednotice.log.note import Verifier


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write, or a folder to put it in", show_default=False)],
    folder: Folder,
    as_json: Json = False,
) -> None:
    """Write database, keys, accounts and settings of the office or a node into one file, while it runs."""
    from rednotice.adapters.backup import back_up

    at = now()
    if file.is_dir():
        file = file / f"{folder.resolve().name}-{at:%Y%m%dT%H%M%SZ}.tar"
    made = back_up(folder, file, at, os.environ.get("REDNOTICE_DATABASE_OWNER_URL"))
    if as_json:
        show_json({"file": str(file), "program": made.program, "log_size": made.log_size})
        return
    out.print(f"{fill(file)} holds the {made.program} with a log of at least {made.log_size} events.")
    out.print("It holds private keys and personal data: encrypt it before it leaves this machine.")


def restore(
    file: Annotated[Path, typer.Argument(help="The back-up", show_default=False)],
    folder: Folder,
    seen: Annotated[Path | None, typer.Option(help="The newest checkpoint known of this office")] = None,
    key: Annotated[str | None, typer.Option(help="The office's public key, for --seen")] = None,
    as_json: Json = False,
) -> None:
    """Put a back-up into an empty folder, with an embedded PostgreSQL; then start the program on it."""
    from rednotice.adapters.backup import restore as put_back

    if seen and not key:
        raise InvalidInput.at("--key", "is needed to believe --seen", "Give the office's public key", "command")
    try:
        note = seen.read_text(encoding="utf-8") if seen else None
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput.at("--seen", f"{seen} cannot be read ({error})", "Name a saved checkpoint") from None
    known = open_checkpoint(note, Verifier.parse(key)) if note and key else None
    found = put_back(file, folder, known)
    if as_json:
        show_json({"program": found.program, "made_at": found.made_at, "log_size": found.log_size})
        return
    out.print(f"The {found.program} of {found.made_at[:19]} is in {fill(folder)}: {found.log_size} events or more.")
    if found.program == "office":
        out.print(
            "Have nodes, mirrors or witnesses seen a longer log? Then do not start it: they would be shown another "
            "history. See what they have ('rednotice log verify', /api/status of nodes: log_size_believed)."
        )

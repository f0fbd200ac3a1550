"""rednotice log: whether the office's log is whole, checked from outside; copies of it, and cosignatures."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from rednotice.adapters import keys
from rednotice.adapters.folders import read_json, write_private
from rednotice.adapters.tiles import TileSource, mirror, tiles_at
from rednotice.cli.client import RUNNING, Client, connect, program_folder
from rednotice.cli.options import ActingAs, DataFolder, Json, fill, out, show_json
from rednotice.cli.show import table
from rednotice.errors import InvalidInput, NotFound, NotTrusted
from rednotice.log.audit import Audited, Leaf, audit
from rednotice.log.checkpoint import Checkpoint, open_checkpoint
from rednotice.log.cosignature import Witness, cosign, open_cosignature
from rednotice.log.keyring import now_and_ever
from rednotice.log.merkle import EMPTY_ROOT
from rednotice.log.note import Keys, Verifier
from rednotice.log.tiles import KEYRINGS, WIDTH, TiledLog, bundles_of

app = typer.Typer(no_args_is_help=True, help="Verify, copy and cosign the office's log.")

Row = dict[str, Any]
Key = Annotated[str, typer.Option(help="The office's public key, from elsewhere than the log")]
Place = Annotated[str, typer.Argument(metavar="URL", help="The log's prefix, such as http://office/log")]


@app.command("verify")
def verify(
    data: DataFolder,
    source: Annotated[
        str | None, typer.Option("--from", help="The log's prefix (http://office/log) or a folder with a copy of it")
    ] = None,
    key: Annotated[str | None, typer.Option(help="The office's public key; from the data folder if not given")] = None,
    notice: Annotated[str | None, typer.Option(help="Show what the log says of this number")] = None,
    since: Annotated[Path | None, typer.Option(help="A checkpoint saved before, which must be a beginning")] = None,
    save: Annotated[Path | None, typer.Option(help="Where to save the checkpoint that was verified")] = None,
    witness: Annotated[list[str] | None, typer.Option(help="Key of a witness who must have cosigned")] = None,
    contents: Annotated[bool, typer.Option("--contents", help="Contents too; for the office's own officers")] = False,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Read every leaf, build the tree anew, and compare it with what the office signed.

    With --from and --key it needs nothing but plain HTTP, or a folder; no account, and no data of ours.
    """
    client = None
    if contents or not source:
        client, _ = connect(data, "office", name=acting_as, role="reviewer" if contents else None)
        source = source or f"{client.url}/log"
        key = key or read_json(program_folder(data, "office") / RUNNING).get("key")
    if not key:
        raise InvalidInput.at("--key", "is needed to know the office by", "Give its public key", "command")
    given = Verifier.parse(str(key))
    said: list[Row] = []
    with tiles_at(source) as tiles:
        office, ever = now_and_ever(given, tiles.keyrings())
        earlier = _checkpoint(since, ever) if since else None
        audited, note = audit_log(tiles, office, earlier, client if contents else None, notice, said)
    seen = {each.name: open_cosignature(note, each) for each in map(Witness.parse, witness or [])}
    if notice and not said:
        raise NotFound(f"the log of {audited.checkpoint.size} events is whole, and says nothing of {notice}")
    if save:
        _write(save, note, "--save")
    if as_json:
        show_json({**as_data(audited), "witnesses": seen, **({"notice": said} if notice else {})})
        return
    out.print(
        f"The log of {audited.checkpoint.origin} is whole: {audited.checkpoint.size} events, "
        f"root {audited.checkpoint.root.hex()[:16]}…, signed by {office.name}+{office.newest.key_id.hex()}."
    )
    if given not in office.verifiers:
        out.print(f"The key that was given signed for another since. From now on: --key '{office.newest}'")
    if earlier:
        out.print(f"The log of {earlier.size} events signed before is its beginning.")
    for name, at in seen.items():
        out.print(f"{fill(name)} cosigned it at {time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(at))} UTC.")
    if notice:
        columns = ("number", "at", "kind", "content", "commitment")
        table(("event", *columns[1:]), [[fill(row[column]) for column in columns] for row in said])
    elif contents:
        out.print(f"{audited.contents} contents fit their leaves; {audited.hidden} are erased, or not for you to see.")


@app.command("mirror")
def mirror_log(place: Place, folder: Path, key: Key, as_json: Json = False) -> None:
    """Copy the log into a folder that any web server can serve; run again, it copies what is new."""
    with tiles_at(place) as tiles:
        checkpoint, fresh = mirror(tiles, folder, Verifier.parse(key))
    if as_json:
        show_json({"size": checkpoint.size, "new_files": fresh})
    else:
        out.print(f"{folder} holds the log of {checkpoint.origin}: {checkpoint.size} events, {fresh} new files.")


@app.command("cosign")
def cosign_log(
    place: Place,
    key: Key,
    key_file: Annotated[Path, typer.Option(help="The witness's private key; made at the first call")],
    name: Annotated[str, typer.Option(help="The name of the witness, such as witness.example/w1")],
    state: Annotated[Path | None, typer.Option(help="What was cosigned last; KEY-FILE.last if not given")] = None,
) -> None:
    """Print the log's checkpoint with your cosignature, if the one you cosigned last is its beginning."""
    if not name.strip() or any(sign.isspace() or sign == "+" for sign in name):
        raise InvalidInput.at("--name", "has a blank or a +", "Use a name such as witness.example/w1", "command")
    signer = keys.load_or_create(key_file, name)
    state = state or key_file.with_name(f"{key_file.name}.last")
    with tiles_at(place) as tiles:
        note = tiles.checkpoint()
        keyrings = [*dict.fromkeys([*_followed(state), *tiles.keyrings()])]
        office, ever = now_and_ever(Verifier.parse(key), keyrings)
        checkpoint = open_checkpoint(note, office)
        last = _checkpoint(state, ever) if state.exists() else Checkpoint(office.name, 0, EMPTY_ROOT)
        if last.size > checkpoint.size or not TiledLog(tiles.fetch, checkpoint).begins_with(last):
            raise NotTrusted(
                f"the log of {last.size} events that was cosigned last is not the beginning of that of "
                f"{checkpoint.size} at {place}; keep both checkpoints, they prove it"
            )
    signed = cosign(note, signer, int(time.time()))
    # Before it is printed: a witness that forgets what it signed could sign two histories.
    write_private(_keyrings_of(state), json.dumps(keyrings))
    write_private(state, signed)
    typer.echo(f"The key of this witness is {Witness.of(signer)}", err=True)
    typer.echo(signed, nl=False)


def _keyrings_of(state: Path) -> Path:
    return state.with_name(f"{state.name}.{KEYRINGS}")


def _followed(state: Path) -> list[str]:
    """The keyrings that a witness followed before: it does not go back behind them."""
    try:
        return [str(note) for note in json.loads(_keyrings_of(state).read_text(encoding="utf-8"))]
    except (OSError, ValueError):
        return []


def audit_office(
    client: Client, office: Verifier | Keys, *, since: Checkpoint | None = None, contents: bool = False
) -> tuple[Audited, str]:
    """Audits the log of a running office; returns what was proved, and the checkpoint as it was signed.

    Raises:
        NotTrusted: if anything does not fit.
    """
    with tiles_at(f"{client.url}/log") as tiles:
        return audit_log(tiles, office, since, client if contents else None)


def audit_log(
    tiles: TileSource,
    office: Verifier | Keys,
    since: Checkpoint | None = None,
    contents: Client | None = None,
    notice: str | None = None,
    said: list[Row] | None = None,
) -> tuple[Audited, str]:
    """Audits a log, tiles and leaves, wherever its files are.

    Args:
        tiles: where they are.
        office: the office's keys.
        since: an older checkpoint that must be the beginning.
        contents: the office as an officer who may read contents; if a notice is named, only its own are read.
        notice: a number whose events are to be shown.
        said: takes what the log says of it.
    """
    note = tiles.checkpoint()
    log = TiledLog(tiles.fetch, open_checkpoint(note, office))
    return audit(_leaves(log, contents, notice, [] if said is None else said), note, office, since), note


def _leaves(log: TiledLog, contents: Client | None, notice: str | None, said: list[Row]) -> Iterator[Leaf]:
    for bundle in bundles_of(log.checkpoint.size):
        start, leaves = bundle.index * WIDTH, log.leaves(bundle)
        about = [_about(leaf, notice) for leaf in leaves]
        shown: dict[int, Row] = {}
        if contents and (not notice or any(about)):
            page = contents.get("/api/log/contents", start=start, count=len(leaves))
            shown = {one["number"]: one for one in page if not notice or about[one["number"] - start]}
        for number, (raw, row) in enumerate(zip(leaves, about, strict=True), start=start):
            entry = shown.get(number, {})
            salt = base64.b64decode(entry["salt"]) if entry.get("salt") else None
            content = entry["content"].encode() if entry.get("content") is not None else None
            if row:
                hidden = "erased, or not for you to see" if contents else "not asked for"
                said.append({**row, "content": hidden if content is None else content.decode()})
            yield Leaf(raw, salt, content)


def _about(leaf: bytes, notice: str | None) -> Row | None:
    if not notice:
        return None
    try:
        row: Row = json.loads(leaf)
        return row if row["subject"] == notice else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None  # the audit says that it is damaged


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


def _checkpoint(path: Path, office: Verifier | Keys) -> Checkpoint:
    try:
        return open_checkpoint(path.read_text(encoding="utf-8"), office)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput.at("--since", f"{path} cannot be read ({error})", "Name a saved checkpoint") from None


def _write(path: Path, text: str, option: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        problem = f"{path} cannot be written ({error.strerror})"
        raise InvalidInput.at(option, problem, "Name another file", "command") from None

"""A back-up of a program in one file, made while it runs, and the way back into an empty folder.

In the file are what the database held at one moment (`pg_dump`), the program's keys, accounts, link and table of
effects. The streams of NATS are not in it: PostgreSQL is the truth, and a restored office publishes again, into streams
that are made anew, the last word on every subject. A node knows what it had (`docs/decisions/0004`).

The file holds private keys and personal data. It is readable by this account alone; encrypt it before it travels.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select, text

from rednotice.adapters import folders
from rednotice.adapters.embedded.postgres import EmbeddedPostgres, dump, fill
from rednotice.adapters.postgres import connection, tables
from rednotice.adapters.postgres.log import LogReader
from rednotice.adapters.postgres.schema import Program
from rednotice.errors import CannotStart, NotTrusted
from rednotice.log.checkpoint import Checkpoint
from rednotice.log.merkle import root

FORMAT = "rednotice-backup/1"
MANIFEST, DATABASE = "manifest.json", "database.dump"
FILE_LIMIT = 10_000_000
_OF_THIS_RUN = ("*.log", "*.lock", "*.pid", "*.new", "*.conf", "running.json", "postgres*.secret", ".*")
"""Files that a program makes for one run or one cluster; a restored one makes its own."""
_AGAIN = text("UPDATE outbox SET published_at = NULL WHERE id IN (SELECT max(id) FROM outbox GROUP BY subject)")


@dataclass(frozen=True, slots=True)
class Backup:
    """What a back-up says of itself.

    Attributes:
        program: office or node.
        log_size: how many events the office's log had, or the node believed.
    """

    program: Program
    made_at: str
    log_size: int
    format: str = FORMAT


def back_up(folder: Path, target: Path, at: datetime, database_url: str | None = None) -> Backup:
    """Writes a back-up of the program that keeps its things in a folder; it may run meanwhile.

    Args:
        folder: the program's folder.
        target: the file; it appears whole or not at all.
        at: the time.
        database_url: the database as the owner of its tables, if it is not the embedded one.

    Raises:
        CannotStart: if there is no such program, its database does not answer, or the file cannot be written.
    """
    program = _program_of(folder)
    url = database_url or EmbeddedPostgres(folder / "postgres", folder / "postgres.log").running_url()
    with tempfile.TemporaryDirectory(prefix="rednotice-backup-") as kept:
        dumped = Path(kept) / DATABASE
        # Before the dump, so that it never claims more than is in it.
        made = Backup(program, at.isoformat(), _log_size(url, program))
        dump(url, dumped)
        fresh = target.with_name(f"{target.name}.{os.getpid()}.new")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                with tarfile.open(fileobj=file, mode="w") as archive:
                    _add(archive, MANIFEST, json.dumps(asdict(made), indent=2).encode())
                    for path in _files(folder):
                        _add(archive, f"files/{path.name}", path.read_bytes())
                    archive.add(dumped, DATABASE)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(target)
        except OSError as error:
            fresh.unlink(missing_ok=True)
            raise CannotStart(f"{target} cannot be written ({error.strerror})") from None
    return made


def restore(source: Path, folder: Path, seen: Checkpoint | None = None) -> Backup:
    """Puts a back-up into a folder that is empty or not there, from which the program then starts.

    Args:
        source: the back-up.
        folder: the program's folder.
        seen: of an office, the newest checkpoint that is known of it, kept elsewhere.

    Raises:
        CannotStart: if the file is no back-up, or the folder not empty.
        NotTrusted: if what was seen has more events than the back-up, or others; nothing is left in the folder.
    """
    if folder.exists() and any(folder.iterdir()):
        raise CannotStart(f"{folder} is not empty; restore into an empty folder, so that nothing is written over")
    with _opened(source) as archive:
        found = _manifest(archive, source)
        if seen and seen.size > found.log_size:
            raise NotTrusted(
                f"the back-up holds {found.log_size} events, but a log of {seen.size} was signed: nodes have seen what "
                "would be missing. Restore a newer one, or one with the WAL archived since"
            )
        folder = folders.prepare(folder)
        try:
            _put_back(archive, folder, found, seen)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)  # half a program must not start
            raise
    return found


def _put_back(archive: tarfile.TarFile, folder: Path, found: Backup, seen: Checkpoint | None) -> None:
    with folders.Claim(folder), tempfile.TemporaryDirectory(prefix="rednotice-backup-") as kept:
        dumped = Path(kept) / DATABASE
        for member in archive:
            content, name = archive.extractfile(member), Path(member.name)
            if content and member.name == DATABASE:
                with dumped.open("wb") as file:
                    shutil.copyfileobj(content, file)
            elif content and name.parent == Path("files") and name.name != ".." and member.size <= FILE_LIMIT:
                path = folder / name.name
                path.touch(mode=0o600)
                path.write_bytes(content.read())
        _restore_database(folder, dumped, found.program, seen)


def _restore_database(folder: Path, dumped: Path, program: Program, seen: Checkpoint | None) -> None:
    postgres = EmbeddedPostgres(folder / "postgres", folder / "postgres.log")
    postgres.start()
    try:
        fill(postgres.owner_url, dumped)
        engine = connection.connect(postgres.owner_url)
        try:
            if program == "office":
                _require_beginning(engine, seen)
                with connection.guarded(), engine.begin() as opened:
                    opened.execute(_AGAIN)
        finally:
            engine.dispose()
    finally:
        postgres.stop()


def _require_beginning(engine: Engine, seen: Checkpoint | None) -> None:
    with connection.guarded(), engine.connect() as opened:
        if seen and root(LogReader(opened).node, seen.size) != seen.root:
            raise NotTrusted(f"the log of {seen.size} events that was seen is not the beginning of the one backed up")


def _log_size(url: str, program: Program) -> int:
    engine = connection.connect(url)
    try:
        with connection.guarded(), engine.connect() as opened:
            if program == "office":
                return LogReader(opened).checkpoint()[0]
            return opened.execute(select(tables.believed.c.size)).scalar_one_or_none() or 0
    finally:
        engine.dispose()


def _program_of(folder: Path) -> Program:
    programs: tuple[Program, ...] = ("office", "node")
    for program in programs:
        if (folder / f"{program}.key").exists():
            return program
    inside = ", ".join(str(path.parent) for path in sorted(folder.glob("*/*.key")))
    raise CannotStart(f"no program keeps its things in {folder}; name its own folder{f': {inside}' if inside else ''}")


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_file() and not any(path.match(pattern) for pattern in _OF_THIS_RUN):
            yield path


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o600
    archive.addfile(member, io.BytesIO(content))


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(source) as archive:
            yield archive
    except (OSError, tarfile.TarError) as error:
        raise CannotStart(f"{source} is no back-up of rednotice ({error})") from None


def _manifest(archive: tarfile.TarFile, source: Path) -> Backup:
    try:
        content = archive.extractfile(MANIFEST)
        fields: dict[str, Any] = json.loads(content.read() if content else b"")
        found = Backup(**fields)
    except (KeyError, ValueError, TypeError):
        raise CannotStart(f"{source} is no back-up of rednotice: it has no {MANIFEST}") from None
    if found.format != FORMAT:
        raise CannotStart(f"{source} has the format {found.format}; this version reads {FORMAT}")
    return found

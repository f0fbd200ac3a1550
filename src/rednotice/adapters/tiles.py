"""Where the tiles of a log are read from, and a copy of them: any web server, any folder, nothing of ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from rednotice.errors import NotFound, NotTrusted, Unavailable
from rednotice.log.checkpoint import Checkpoint, open_checkpoint
from rednotice.log.keyring import now_and_ever
from rednotice.log.note import Verifier
from rednotice.log.tiles import CHECKPOINT, KEYRINGS, Tile, TiledLog, bundles_of, pack_bundle, tiles_of

LARGEST = 20_000_000
"""Bytes that are read of one file; a bundle of the longest leaves has 16.8 million."""
PATIENCE = 60.0
AHEAD = 8
"""Tiles that are asked for before their turn: most of the time of an audit over HTTP is waiting."""
_LOOPBACK = ("127.0.0.1", "::1", "localhost")

Read = Callable[[str], bytes | None]
"""Gives the file at a path below the log's prefix; None if there is none."""


class TileSource:
    """A log's files at a web server's prefix or in a folder; none of them is believed yet."""

    def __init__(self, read: Read, place: str, helpers: ThreadPoolExecutor | None = None) -> None:
        self.place = place
        self._read = read
        self._helpers = helpers
        self._coming: dict[Tile, Future[bytes | None]] = {}

    def checkpoint(self) -> str:
        """The signed checkpoint.

        Raises:
            NotFound: if there is none.
        """
        found = self._read(CHECKPOINT)
        if found is None:
            raise NotFound(f"there is no checkpoint at {self.place}; give the log's prefix, such as http://office/log")
        return found.decode("utf-8", "replace")

    def keyrings(self) -> list[str]:
        """The office's keyrings, oldest first; none if there are none, or what is there is something else."""
        try:
            found = json.loads(self._read(KEYRINGS) or b"[]")
        except (ValueError, RecursionError):
            return []
        return [note for note in found if isinstance(note, str)] if isinstance(found, list) else []

    def fetch(self, tile: Tile) -> bytes:
        """A tile (`tiles.Fetch`); a full one where a partial one is gone.

        Raises:
            NotFound: if neither is there.
        """
        found = self._coming.pop(tile).result() if tile in self._coming else self._read(tile.path)
        if tile.is_full and self._helpers and tile.level in (0, None):
            for index in range(tile.index + 1, tile.index + 1 + AHEAD):
                later = Tile(tile.level, index)
                if later not in self._coming:
                    self._coming[later] = self._helpers.submit(self._read, later.path)
        if found is None and not tile.is_full:
            found = self._read(tile.full.path)
        if found is None:
            raise NotFound(f"{tile.path} is missing at {self.place}")
        return found


@contextmanager
def tiles_at(place: str) -> Iterator[TileSource]:
    """The log's files at an address or in a folder."""
    if "://" not in place:
        yield TileSource(_from_folder(Path(place)), place)
        return
    prefix = place.rstrip("/")
    away = urlsplit(prefix).hostname not in _LOOPBACK
    with httpx.Client(timeout=PATIENCE, trust_env=away, follow_redirects=True) as client, ThreadPoolExecutor(4) as more:
        try:
            yield TileSource(_from_web(client, prefix), prefix, more)
        finally:
            more.shutdown(cancel_futures=True)


def mirror(source: TileSource, folder: Path, key: Verifier) -> tuple[Checkpoint, int]:
    """Copies a log into a folder, every file compared with the checkpoint before it is written, the checkpoint last.

    What is in the folder is not asked for again, so an interrupted copy goes on where it was; it is compared again.

    Returns:
        The checkpoint of the copy, and how many files were new.

    Raises:
        NotTrusted: if a file is not what the office signed, or the log copied before is not the beginning of this one.
    """
    here = _from_folder(folder)
    copied = TileSource(here, str(folder))
    # What was followed before comes first: a source that leaves out a later change leads to no key that was given up.
    note, keyrings = source.checkpoint(), [*dict.fromkeys([*copied.keyrings(), *source.keyrings()])]
    office, ever = now_and_ever(key, keyrings)

    def fetch(tile: Tile) -> bytes:
        return source.fetch(tile) if here(tile.path) is None else copied.fetch(tile)

    log = TiledLog(fetch, open_checkpoint(note, office))
    before = here(CHECKPOINT)
    if before is not None:
        earlier = open_checkpoint(before.decode("utf-8", "replace"), ever)
        if earlier.size > log.checkpoint.size:
            raise NotTrusted(
                f"{folder} has a log of {earlier.size} events, {source.place} shows {log.checkpoint.size} of them"
            )
        if not log.begins_with(earlier):
            raise NotTrusted(f"the log of {earlier.size} events in {folder} is not the beginning of this one")
    fresh = 0
    for tile in tiles_of(log.checkpoint.size):
        fresh += _keep(folder / tile.path, log.hashes(tile))
    for bundle in bundles_of(log.checkpoint.size):
        fresh += _keep(folder / bundle.path, pack_bundle(log.leaves(bundle)))
    _keep(folder / KEYRINGS, json.dumps(keyrings).encode(), changes=True)
    _keep(folder / CHECKPOINT, note.encode(), changes=True)
    return log.checkpoint, fresh


def _keep(path: Path, content: bytes, *, changes: bool = False) -> bool:
    try:
        if path.exists() and not changes:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.new")
        fresh.write_bytes(content)
        fresh.replace(path)
    except OSError as error:
        raise Unavailable(f"{path} cannot be written ({error.strerror})") from None
    return True


def _from_folder(folder: Path) -> Read:
    def read(path: str) -> bytes | None:
        try:
            with (folder / path).open("rb") as file:
                return file.read(LARGEST)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise Unavailable(f"{folder / path} cannot be read ({error.strerror})") from None

    return read


def _from_web(client: httpx.Client, prefix: str) -> Read:
    def read(path: str) -> bytes | None:
        taken = bytearray()
        try:
            with client.stream("GET", f"{prefix}/{path}") as answer:
                if answer.status_code in (404, 410):
                    return None
                if not answer.is_success:
                    raise Unavailable(f"{prefix}/{path} answered {answer.status_code}")
                for part in answer.iter_bytes():
                    taken += part
                    if len(taken) > LARGEST:
                        raise NotTrusted(f"{prefix}/{path} has more than {LARGEST:,} bytes")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable(f"{prefix} does not answer ({type(error).__name__})") from None
        return bytes(taken)

    return read

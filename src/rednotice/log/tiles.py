"""The log as files that anybody may copy (C2SP tlog-tiles): hashes in tiles of 256, leaves in bundles of 256.

A tile of level L holds hashes of complete subtrees over 256**L leaves each; the last of a level may be partial. The
paths are those of https://c2sp.org/tlog-tiles, so that any follower of such logs can follow ours.

`TiledLog` believes a checkpoint and nothing else: every tile and bundle is compared with it before it is given out.
    1. All partial tiles together give the root that was signed (they are exactly what a root is made of).
    2. A full tile gives the hash that stands for it in the tile above.
    3. The leaves of a bundle hash to the tile of level 0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from rednotice.errors import NotFound, NotTrusted, quote
from rednotice.log.checkpoint import Checkpoint
from rednotice.log.merkle import Hash, leaf_hash, root, subtree

WIDTH = 256
HEIGHT = 8
HASH_BYTES = 32
KEYRINGS = "keyrings.json"
"""The office's keyrings as they were signed, oldest first: a list of notes."""
CHECKPOINT = "checkpoint"
_KEPT = 64
"""Tiles that are kept at hand: the way from a leaf to the root, and its neighbours."""
_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9]\d?)/(?P<index>(?:x\d{3}/){0,5}\d{3})(?:\.p/(?P<width>[1-9]\d{0,2}))?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Tile:
    """One file of the log: hashes of a level, or a bundle of leaves where the level is None."""

    level: int | None
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where the file lies below the log's prefix.

        >>> Tile(0, 1234067, 8).path
        'tile/0/x001/x234/067.p/8'
        """
        digits = f"{self.index:03d}"
        digits = digits.zfill(-len(digits) // 3 * -3)
        groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
        place = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        level = "entries" if self.level is None else str(self.level)
        return f"tile/{level}/{place}" + ("" if self.is_full else f".p/{self.width}")

    @property
    def is_full(self) -> bool:
        """Whether it will never grow."""
        return self.width == WIDTH

    @property
    def full(self) -> Tile:
        """The full tile in whose place a partial one stood."""
        return Tile(self.level, self.index)

    def exists_at(self, size: int) -> bool:
        """Whether a log of some size has such a tile, or had it when it was smaller."""
        return self.index * WIDTH + self.width <= size >> HEIGHT * (self.level or 0)


def parse(path: str) -> Tile:
    """The tile of a path.

    Raises:
        NotFound: if no tile bears such a path.
    """
    found = _PATH.fullmatch(path)
    if found:
        level = None if found["level"] == "entries" else int(found["level"])
        tile = Tile(level, int(found["index"].replace("x", "").replace("/", "")), int(found["width"] or WIDTH))
        # One tile, one path: neither zeros in front nor a full tile called partial.
        if tile.path == path and (level or 0) < 64:
            return tile
    raise NotFound(f"{quote(path)} is no path of a tile (C2SP tlog-tiles)")


def tiles_of(size: int) -> Iterator[Tile]:
    """The tiles of hashes of a log of some size, lowest level first.

    >>> [tile.path for tile in tiles_of(256)]
    ['tile/0/000', 'tile/1/000.p/1']
    """
    level, count = 0, size
    while count:
        yield from _of_level(level, count)
        level, count = level + 1, count >> HEIGHT


def bundles_of(size: int) -> Iterator[Tile]:
    """The bundles of leaves of a log of some size, in order."""
    yield from _of_level(None, size)


def _of_level(level: int | None, count: int) -> Iterator[Tile]:
    yield from (Tile(level, index) for index in range(count // WIDTH))
    if count % WIDTH:
        yield Tile(level, count // WIDTH, count % WIDTH)


def pack_bundle(leaves: Iterable[bytes]) -> bytes:
    """Leaves as they stand in a bundle: each after its length in two bytes, the higher first."""
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)


def unpack_bundle(raw: bytes) -> list[bytes]:
    """The leaves of a bundle.

    Raises:
        NotTrusted: if it ends in the middle of one.
    """
    leaves, place = [], 0
    while place < len(raw):
        end = place + 2 + int.from_bytes(raw[place : place + 2], "big")
        if place + 2 > len(raw) or end > len(raw):
            raise NotTrusted("a bundle ends in the middle of a leaf")
        leaves.append(raw[place + 2 : end])
        place = end
    return leaves


Fetch = Callable[[Tile], bytes]
"""Gives the file of a tile from wherever the log is read; of a partial one the beginning of the full one will do."""


class TiledLog:
    """A log that is read from tiles, under a checkpoint that is believed already.

    Raises:
        NotTrusted: when made, and at every call, if a file is not what the checkpoint says; names it.
    """

    def __init__(self, fetch: Fetch, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self._fetch = fetch
        self._full = lru_cache(_KEPT)(self._believed)
        partial = (tile for tile in self._edge() if not tile.is_full)
        self._partial = {tile: _cut(fetch(tile), tile) for tile in partial}
        if root(self.node, checkpoint.size) != checkpoint.root:
            raise NotTrusted(f"the tiles do not give the root that was signed over {checkpoint.size} events")

    def node(self, level: int, index: int) -> Hash:
        """The hash of a complete subtree (`merkle.Read`)."""
        tile_level, above = divmod(level, HEIGHT)
        first = index << above
        start = first % WIDTH * HASH_BYTES
        hashes = self.hashes(self._at(tile_level, first // WIDTH))
        return _subtree(hashes[start : start + (HASH_BYTES << above)])

    def hashes(self, tile: Tile) -> bytes:
        """A tile of hashes as it is served."""
        return self._full(tile) if tile.is_full else self._partial[tile]

    def leaves(self, bundle: Tile) -> list[bytes]:
        """The leaves of a bundle."""
        leaves = unpack_bundle(self._fetch(bundle))[: bundle.width]
        if b"".join(map(leaf_hash, leaves)) != self.hashes(Tile(0, bundle.index, bundle.width)):
            raise NotTrusted(f"{bundle.path} does not hold the leaves of the log that the office signed")
        return leaves

    def begins_with(self, earlier: Checkpoint) -> bool:
        """Whether the log of an earlier checkpoint is the beginning of this one."""
        return earlier.size <= self.checkpoint.size and root(self.node, earlier.size) == earlier.root

    def _edge(self) -> Iterator[Tile]:
        level, count = 0, self.checkpoint.size
        while count:
            yield self._at(level, (count - 1) // WIDTH)
            level, count = level + 1, count >> HEIGHT

    def _at(self, level: int, index: int) -> Tile:
        count = self.checkpoint.size >> HEIGHT * level
        return Tile(level, index, min(WIDTH, count - index * WIDTH))

    def _believed(self, tile: Tile) -> bytes:
        assert tile.level is not None
        hashes = _cut(self._fetch(tile), tile)
        if _subtree(hashes) != self.node(HEIGHT * (tile.level + 1), tile.index):
            raise NotTrusted(f"{tile.path} is not a tile of the log that the office signed")
        return hashes


def _cut(raw: bytes, tile: Tile) -> bytes:
    size = tile.width * HASH_BYTES
    if len(raw) < size:
        raise NotTrusted(f"{tile.path} has {len(raw)} bytes, {size} were expected")
    return raw[:size]


def _subtree(hashes: bytes) -> Hash:
    return subtree([hashes[start : start + HASH_BYTES] for start in range(0, len(hashes), HASH_BYTES)])

"""The log as tiles: the paths of C2SP, the same roots as the tree, and nothing believed that was altered."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rednotice.errors import NotFound, NotTrusted
from rednotice.log.checkpoint import Checkpoint
from rednotice.log.tiles import (
    HASH_BYTES,
    HEIGHT,
    WIDTH,
    Tile,
    TiledLog,
    bundles_of,
    pack_bundle,
    parse,
    tiles_of,
    unpack_bundle,
)
from tests.log.test_merkle import Tree

SIZE = 600


@dataclass
class Served:
    """A log that is served as files, some of which somebody may have altered."""

    tree: Tree = field(default_factory=Tree)
    leaves: list[bytes] = field(default_factory=list)
    altered: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, size: int) -> Served:
        served = cls()
        for number in range(size):
            served.leaves.append(f"leaf {number}".encode())
            served.tree.append(served.leaves[-1])
        return served

    def fetch(self, tile: Tile) -> bytes:
        if tile.path in self.altered:
            return self.altered[tile.path]
        places = range(tile.index * WIDTH, tile.index * WIDTH + tile.width)
        if tile.level is None:
            return pack_bundle(self.leaves[place] for place in places)
        return b"".join(self.tree.read(HEIGHT * tile.level, place) for place in places)

    def checkpoint(self, size: int) -> Checkpoint:
        return Checkpoint("rednotice.test/office", size, self.tree.root(size))

    def log(self, size: int) -> TiledLog:
        return TiledLog(self.fetch, self.checkpoint(size))


SERVED = Served.of(SIZE)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 999, 1), "tile/0/999.p/1"),
        (Tile(0, 1000), "tile/0/x001/000"),
        (Tile(3, 1234067), "tile/3/x001/x234/067"),
        (Tile(None, 1234067, 255), "tile/entries/x001/x234/067.p/255"),
        (Tile(63, 123456), "tile/63/x123/456"),
    ],
)
def test_a_tile_has_the_path_of_the_specification_and_is_found_by_it(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert parse(path) == tile


@pytest.mark.parametrize(
    "path",
    """tile/0/0 tile/0/0000 tile/00/000 tile/64/000 tile/0/000.p/0 tile/0/000.p/256 tile/0/000.p/01 tile/0/x000/000
    tile/0/001/000 tile/0/x001 tile/-1/000 tile/entries tile/data/000 tile/0/000/ /tile/0/000 tile/0/٠٠٠""".split(),
)
def test_nothing_else_is_the_path_of_a_tile(path: str) -> None:
    with pytest.raises(NotFound):
        parse(path)


@given(st.builds(Tile, st.none() | st.integers(0, 63), st.integers(0, 2**53), st.integers(1, WIDTH)))
def test_every_tile_is_found_by_its_path(tile: Tile) -> None:
    assert parse(tile.path) == tile


def test_a_log_of_70_000_entries_has_the_tiles_that_the_specification_counts() -> None:
    tiles = list(tiles_of(70_000))
    assert sum(tile.is_full and tile.level == 0 for tile in tiles) == 273
    assert [tile.path for tile in tiles if not tile.is_full] == [
        "tile/0/273.p/112",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    ]
    assert [tile.path for tile in tiles if tile.is_full and tile.level] == ["tile/1/000"]
    assert all(tile.exists_at(70_000) for tile in tiles)
    assert not Tile(0, 273, 113).exists_at(70_000)
    assert not Tile(2, 0, 2).exists_at(70_000)


def test_the_root_from_tiles_is_the_root_of_the_log_at_every_size() -> None:
    for size in range(1, SIZE + 1):
        log = SERVED.log(size)  # compares the root as it opens
        assert [leaf for bundle in bundles_of(size) for leaf in log.leaves(bundle)] == SERVED.leaves[:size]


@given(st.integers(0, SIZE), st.integers(0, SIZE))
@settings(deadline=None)
def test_an_earlier_checkpoint_is_known_for_the_beginning(old: int, new: int) -> None:
    log = SERVED.log(new)
    assert log.begins_with(SERVED.checkpoint(old)) is (old <= new)
    assert not log.begins_with(Checkpoint("rednotice.test/office", old, b"\x01" * HASH_BYTES))


@given(st.lists(st.binary(max_size=70), max_size=20))
def test_a_bundle_gives_back_its_leaves(leaves: list[bytes]) -> None:
    assert unpack_bundle(pack_bundle(leaves)) == leaves


@given(st.lists(st.binary(min_size=1, max_size=70), min_size=1, max_size=5), st.data())
def test_a_bundle_that_was_cut_lacks_leaves_or_is_refused(leaves: list[bytes], data: st.DataObject) -> None:
    whole = pack_bundle(leaves)
    ends = [len(pack_bundle(leaves[:count])) for count in range(len(leaves))]
    cut = data.draw(st.integers(0, len(whole) - 1))
    if cut in ends:
        assert unpack_bundle(whole[:cut]) == leaves[: ends.index(cut)]
        return
    with pytest.raises(NotTrusted, match="in the middle of a leaf"):
        unpack_bundle(whole[:cut])


def read_all(log: TiledLog) -> None:
    for tile in tiles_of(log.checkpoint.size):
        log.hashes(tile)
    for bundle in bundles_of(log.checkpoint.size):
        log.leaves(bundle)


@given(st.sampled_from([*tiles_of(SIZE), *bundles_of(SIZE)]), st.data())
@settings(deadline=None)
def test_one_bit_altered_in_any_file_is_found(tile: Tile, data: st.DataObject) -> None:
    raw = bytearray(SERVED.fetch(tile))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    altered = Served(SERVED.tree, SERVED.leaves, {tile.path: bytes(raw)})
    with pytest.raises(NotTrusted):
        read_all(altered.log(SIZE))


def test_a_file_that_is_not_right_is_named() -> None:
    other = SERVED.fetch(Tile(0, 1))
    with pytest.raises(NotTrusted, match="tile/0/000 is not a tile of the log"):
        read_all(Served(SERVED.tree, SERVED.leaves, {"tile/0/000": other}).log(SIZE))
    with pytest.raises(NotTrusted, match="tile/entries/001 does not hold the leaves"):
        read_all(Served(SERVED.tree, SERVED.leaves, {"tile/entries/001": SERVED.fetch(Tile(None, 0))}).log(SIZE))
    with pytest.raises(NotTrusted, match="has 31 bytes, 64 were expected"):
        Served(SERVED.tree, SERVED.leaves, {"tile/1/000.p/2": other[:31]}).log(SIZE)


def test_a_full_tile_stands_in_for_a_partial_one_that_is_gone() -> None:
    full = {Tile(0, 0, 200).path: SERVED.fetch(Tile(0, 0)), Tile(None, 0, 200).path: SERVED.fetch(Tile(None, 0))}
    read_all(Served(SERVED.tree, SERVED.leaves, full).log(200))

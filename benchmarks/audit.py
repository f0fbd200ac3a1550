"""How long `rednotice log verify` takes to prove a log of a million events from a copy of its files."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.console import Console

from rednotice.log.checkpoint import Checkpoint
from rednotice.log.merkle import Hash, leaf_hash, root, subtree
from rednotice.log.note import Signer
from rednotice.log.tiles import CHECKPOINT, HEIGHT, WIDTH, Tile, bundles_of, pack_bundle, tiles_of

EVENTS = int(os.environ.get("EVENTS", "1000000"))
LIMIT = 30.0
"""Seconds for a million."""


def run(console: Console) -> None:
    """Prints what it took. The log is made: leaves like those of receipts, with random commitments."""
    signer = Signer("made.test/office", Ed25519PrivateKey.generate())
    with tempfile.TemporaryDirectory() as folder:
        made = time.perf_counter()
        _make(Path(folder), signer)
        made = time.perf_counter() - made
        command = [sys.executable, "-m", "rednotice", "log", "verify", "--from", folder, "--key", str(signer.verifier)]
        started = time.perf_counter()
        child = psutil.Popen([*command, "--json"], stdout=subprocess.PIPE)
        said, _ = child.communicate()
        took = time.perf_counter() - started
    assert json.loads(said)["size"] == EVENTS
    cpu = psutil.Process().cpu_times()
    console.print(
        f"A (made) log of {EVENTS:,} events, from a copy in a folder, is proved in {took:.1f} s by the whole command: "
        f"{took / EVENTS * 1e6 / LIMIT:.2f} of the limit of {LIMIT:.0f} s a million "
        f"({cpu.children_user + cpu.children_system:.1f} s of processor). It took {made:.0f} s to make.\n"
    )


def _make(folder: Path, signer: Signer) -> None:
    levels: list[list[Hash]] = [[]]
    for bundle in bundles_of(EVENTS):
        start = bundle.index * WIDTH
        leaves = [_leaf(number) for number in range(start, start + bundle.width)]
        _write(folder / bundle.path, pack_bundle(leaves))
        levels[0] += map(leaf_hash, leaves)
    while len(levels[-1]) >= WIDTH:
        below = levels[-1]
        levels.append([subtree(below[at : at + WIDTH]) for at in range(0, len(below) - WIDTH + 1, WIDTH)])
    for tile in tiles_of(EVENTS):
        _write(folder / tile.path, b"".join(_hashes(levels, tile)))

    def read(level: int, index: int) -> Hash:
        at, above = divmod(level, HEIGHT)
        return subtree(levels[at][index << above : (index + 1) << above])

    note = Checkpoint(signer.name, EVENTS, root(read, EVENTS)).sign(signer)
    _write(folder / CHECKPOINT, note.encode())


def _hashes(levels: list[list[Hash]], tile: Tile) -> Iterator[Hash]:
    assert tile.level is not None
    yield from levels[tile.level][tile.index * WIDTH : tile.index * WIDTH + tile.width]


def _leaf(number: int) -> bytes:
    return (
        f'{{"at":"2026-11-30T12:00:00+00:00","commitment":"{secrets.token_hex(32)}","kind":"receipt.returned",'
        f'"number":{number},"subject":"A-{number % 100_000}/11-2026"}}'
    ).encode()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)

"""A road whose nodes compare themselves with the office over HTTP: what a test of faults needs to see and to break."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from rednotice.adapters.embedded import process
from rednotice.adapters.office_calls import OfficeCalls
from rednotice.adapters.tiles import tiles_at
from rednotice.cli.log import audit_log
from rednotice.log.checkpoint import Checkpoint
from rednotice.log.state import root_hash
from rednotice.node import Node, node_signer
from rednotice.office import Office, OfficeSettings
from rednotice.web.office import office_app
from tests.conftest import Road, eventually, start_node
from tests.web.test_http import served

OFTEN = 0.5


@dataclass
class Town(Road):
    """A road whose nodes reach the office over HTTP too."""

    url: str = ""
    folder: Path = field(default_factory=Path)
    seen: Checkpoint | None = None
    opened: list[OfficeCalls] = field(default_factory=list)
    app: FastAPI = field(default_factory=FastAPI)

    def office_root(self, bureau: str) -> bytes:
        """The root over what a bureau should hold, as the office computes it."""
        with self.office.read() as reader:
            return root_hash(reader.hashes(reader.told(bureau)))

    def level(self, *bureaus: str) -> None:
        """Waits until nodes hold what the office says, by root and in their databases."""
        for bureau in bureaus or self.nodes:
            node = self.nodes[bureau]
            eventually(
                lambda node=node, bureau=bureau: root_hash(node.hashes()) == self.office_root(bureau) or None,  # type: ignore[misc]
                f"{bureau} holds what the office says",
                60,
            )
            with node.read() as reader, self.office.read() as office:
                told = office.told(bureau).ledger
                assert dict(reader.last_words()) == {one: told.last(one) for one, _ in reader.last_words()}
                assert len(reader.last_words()) == len(told)

    def calls(self, bureau: str, folder: str | None = None) -> OfficeCalls:
        """The office as a bureau reaches it, with the key in a folder."""
        calls = OfficeCalls(self.url, bureau, node_signer(self.folder / (folder or bureau), bureau))
        self.opened.append(calls)
        return calls

    def js(self, act: Callable[[Any], Any]) -> Any:
        """Does something to the office's streams behind its back, as a fault does."""
        return self.office._stream._call(act(self.office._stream._context()), "do that")

    def whole(self, stream: str) -> None:
        """Waits until the office made a stream whole again."""

        def complete() -> bool | None:
            with self.office.read() as reader:
                sent = reader.sent_to(stream)
            return self.office._stream.count(stream) == sent or None

        eventually(complete, f"{stream} is whole", 60)

    def proved(self) -> Checkpoint:
        """Proves the whole log again from outside, over HTTP, as the continuation of what was proved before."""
        with tiles_at(f"{self.url}/log") as tiles:
            self.seen = audit_log(tiles, self.office.keyring, self.seen)[0].checkpoint
        return self.seen

    def restart_office(self, **changes: Any) -> None:
        """Stops the office, and starts it again on its folder."""
        self.office.stop()
        self.start_office(**changes)

    def start_office(self, **changes: Any) -> None:
        """Starts an office that was stopped."""
        self.office = Office(replace(self.office.settings, **changes))
        self.office.start()
        self.app.state.office = self.office

    def settled(self) -> None:
        """Waits until the office's outbox is empty and every report was taken."""

        def quiet() -> bool | None:
            with self.office.read() as reader:
                waiting = reader.waiting()
            return not waiting or None

        eventually(quiet, "the outbox is empty", 60)


@contextmanager
def a_town(folder: Path) -> Iterator[Town]:
    """An office with HTTP, and two nodes that compare themselves with it often."""
    office = Office(OfficeSettings(folder=folder / "office", leaf_port=process.free_port()))
    office.start()
    town = Town(office, {}, {}, folder=folder, app=office_app(office))
    try:
        with served(town.app) as url:
            town.url = url
            for bureau in ("ES", "NZ"):
                town.nodes[bureau], town.lines[bureau] = start_node(
                    office, folder / bureau, bureau, office_url=url, compare_every=OFTEN
                )
            yield town
            for node in town.nodes.values():
                node.stop()
            for calls in town.opened:
                calls.close()
    finally:
        for line in town.lines.values():
            line.close()
        town.office.stop()


def restart(town: Town, bureau: str, **changes: Any) -> Node:
    """Stops a node, and starts it again on its folder."""
    old = town.nodes[bureau]
    old.stop()
    node = Node(replace(old.settings, **changes))
    town.nodes[bureau] = node
    node.start()
    return node

"""A node as a program of its own that tells when a person becomes findable: python -m benchmarks.watched FOLDER LINE.

It prints a line for each: the moment (of the clock that all processes of a machine share) and the control number.
Its end is the end of what it reads.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue

from rednotice.adapters.folders import read_json
from rednotice.cli.serve import LINK, spare_the_collector
from rednotice.match.index import Index
from rednotice.model.check import Listed
from rednotice.model.effect import EffectTable
from rednotice.node import Node, NodeSettings

STARTED = "started"


def main(folder: Path, line: str) -> None:
    """Runs the node."""
    add_all = Index.add_all

    def tell(index: Index, people: Iterable[Listed]) -> None:
        taken = list(people)
        add_all(index, taken)
        now = time.perf_counter()
        for person in taken:
            print(now, person.id, flush=True)

    setattr(Index, add_all.__name__, tell)
    link = read_json(folder / LINK)
    bureau = link["bureau"]
    effects = EffectTable(country=bureau, ask="nobody, this is a measurement", effects=())
    keys = {"node_key": link["node_key"], "office_key": link["office_key"]}
    node = Node(NodeSettings(folder=folder, bureau=bureau, line=line, effects=effects, **keys))
    node.start()
    try:
        spare_the_collector()
        print(STARTED, flush=True)
        sys.stdin.read()
    finally:
        node.stop()


@contextmanager
def watched(folder: Path, line: str) -> Iterator[Queue[tuple[float, str]]]:
    """Runs it until the block ends; gives what it tells."""
    command = [sys.executable, "-m", "benchmarks.watched", str(folder), line]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin
        assert child.stdout
        told: Queue[tuple[float, str]] = Queue()
        for said in child.stdout:
            if said.strip() == STARTED:
                break

        def listen(lines: Iterable[str]) -> None:
            for said in lines:
                moment, _, number = said.strip().partition(" ")
                if moment.replace(".", "").isdigit():
                    told.put((float(moment), number))

        threading.Thread(target=listen, args=(child.stdout,), daemon=True).start()
        try:
            yield told
        finally:
            child.stdin.close()
            child.wait(30)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])

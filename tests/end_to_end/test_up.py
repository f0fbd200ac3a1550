"""`rednotice up`: it starts, walks, serves until Ctrl-C, and leaves nothing running, whatever goes wrong."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from rednotice.adapters.embedded.process import LOOPBACK


@contextmanager
def up(data: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`rednotice up` as its own process; whatever is left of it afterwards fails the test."""
    command = [sys.executable, "-m", "rednotice", "up", "--data", str(data), *arguments]
    program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    family: list[psutil.Process] = []
    try:
        yield program
        if program.poll() is None:
            family = psutil.Process(program.pid).children(recursive=True)
            assert len(family) >= 6  # office, node, and an engine of each kind for both
            program.send_signal(signal.SIGINT)
            assert program.wait(60) == 0
    finally:
        if program.poll() is None:
            program.kill()
        if program.stdout:
            program.stdout.close()
    _, alive = psutil.wait_procs(family, timeout=5)
    assert not alive
    assert not running_on(data)


def running_on(data: Path) -> list[str]:
    return [
        " ".join(one.info["cmdline"] or [])
        for one in psutil.process_iter(["cmdline"])
        if str(data) in " ".join(one.info["cmdline"] or [])
    ]


def account(program: subprocess.Popen[str]) -> str:
    """What it prints until it serves."""
    assert program.stdout
    said = ""
    for line in program.stdout:
        said += line
        if "Ctrl-C stops everything" in line:
            return said
    raise AssertionError(f"it ended: {said}")


def refused(data: Path, *arguments: str) -> str:
    """What it says when it cannot start: one sentence, exit code 1, nothing left running."""
    with up(data, *arguments) as program:
        assert program.stdout
        said = program.stdout.read()
        assert program.wait(60) == 1
    assert len(said.strip().splitlines()) == 1, said
    assert said.startswith("Cannot start: ")
    return said


def test_it_walks_once_serves_and_starts_again_on_the_data_that_is_there(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with up(data, "--port", "0") as program:
        said = account(program)
        assert "All 16 steps did what they say." in said
        for url in re.findall(r"documentation (\S+)", said):
            assert url.startswith(f"http://{LOOPBACK}:")
            assert "openapi.json" in httpx.get(url, trust_env=False).text
    started = time.monotonic()
    with up(data, "--port", "0") as program:
        said = account(program)
        assert "notices in force" in said
        assert "steps did" not in said
        print(f"the second start took {time.monotonic() - started:.1f} s")
        assert "runs on" in refused_twin(data)


def refused_twin(data: Path) -> str:
    """What a second one on the same folder says."""
    done = subprocess.run(
        [sys.executable, "-m", "rednotice", "up", "--data", str(data), "--port", "0"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    return done.stderr


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = refused(tmp_path, "--port", str(port))
    assert f"port {port} is not to be had (Address already in use); choose another with --port" in said


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    said = refused(tmp_path / "file" / "data", "--port", "0")
    assert f"the folder {tmp_path / 'file' / 'data'} cannot be written to" in said


def test_an_engine_that_does_not_start_is_named(tmp_path: Path) -> None:
    # A cluster of another major version: PostgreSQL refuses it.
    cluster = tmp_path / "office" / "postgres"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("9.6\n")
    said = refused(tmp_path, "--port", "0")
    assert "PostgreSQL ended as it started; the reason is the last line of" in said

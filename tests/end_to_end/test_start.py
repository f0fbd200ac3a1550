"""A program that is interrupted while it starts, or whose engine dies, says so and can be started again."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from rednotice.adapters.folders import read_json, write_json
from rednotice.cli.client import ACCOUNTS, RUNNING
from rednotice.cli.laptop import Laptop
from tests.conftest import eventually


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    started = Laptop(tmp_path_factory.mktemp("laptop"))
    started.start()
    try:
        yield started
    finally:
        started.stop()


@contextmanager
def office(folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """`rednotice office` as its own process."""
    command = [sys.executable, "-m", "rednotice", "office", "--data", str(folder), "--port", "0", "--leaf-port", "0"]
    program = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield program
    finally:
        family = psutil.Process(program.pid).children(recursive=True) if program.poll() is None else []
        program.kill()
        program.wait()
        if program.stdout:
            program.stdout.close()
        psutil.wait_procs(family, timeout=20)


def serves(folder: Path, program: subprocess.Popen[str]) -> bool:
    assert program.stdout
    assert program.poll() is None, program.stdout.read()
    return bool(read_json(folder / RUNNING).get("pid") == program.pid)


def test_an_office_killed_while_its_cluster_is_made_starts_the_next_time(tmp_path: Path) -> None:
    folder = tmp_path / "office"
    with office(folder) as program:
        eventually(lambda: (folder / "postgres.new" / "PG_VERSION").exists() or None, "a cluster half made")
        program.kill()
    with office(folder) as program:
        eventually(lambda: serves(folder, program) or None, "the office serves", patience=60)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_an_office_interrupted_while_it_starts_ends_without_a_word(tmp_path: Path, sign: signal.Signals) -> None:
    folder = tmp_path / "office"
    with office(folder) as program:
        eventually(lambda: (folder / "postgres.new").exists() or None, "the office starts")
        program.send_signal(sign)
        assert program.wait(60) == 0
        assert program.stdout
        assert "Traceback" not in program.stdout.read()


def test_a_program_ends_with_the_engine_that_died(laptop: Laptop) -> None:
    child = laptop.child("office")
    nats = next(one for one in psutil.Process(child.pid).children() if one.name() == "nats-server")
    nats.kill()
    assert child.wait(60) == 1
    assert laptop.ended() == "office"
    assert "an engine ended by itself" in (laptop.data / "office" / "start.log").read_text()
    laptop.restart_office()


def test_a_lost_token_of_the_operator_is_given_anew(laptop: Laptop) -> None:
    folder = laptop.data / "office"
    write_json(folder / ACCOUNTS, {})
    child = laptop.child("office")
    child.send_signal(signal.SIGTERM)
    assert child.wait(60) == 0
    laptop.restart_office()
    assert list(read_json(folder / ACCOUNTS)) == ["operator"]


def test_an_office_whose_key_is_gone_does_not_sign_with_another(laptop: Laptop) -> None:
    folder = laptop.data / "office"
    child = laptop.child("office")
    child.send_signal(signal.SIGTERM)
    assert child.wait(60) == 0
    (folder / "office.key").rename(folder / "office.key.away")
    with office(folder) as program:
        assert program.wait(60) == 1
        assert program.stdout
        assert "was signed with another key" in program.stdout.read()
    (folder / "office.key.away").replace(folder / "office.key")
    laptop.restart_office()

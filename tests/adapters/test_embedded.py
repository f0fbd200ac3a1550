"""Engines that a program starts: they end with it, keep what they acknowledged, and say in a sentence why not."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import nats
import psutil
import psycopg
import pytest

from rednotice.adapters import folders, keys
from rednotice.adapters.embedded import process
from rednotice.adapters.embedded.nats import EmbeddedNats
from rednotice.adapters.embedded.postgres import EmbeddedPostgres
from rednotice.adapters.embedded.process import LOOPBACK
from rednotice.adapters.nats_config import OFFICE_DOMAIN
from rednotice.errors import CannotStart
from rednotice.office import Office, OfficeSettings
from tests.conftest import eventually

# A small program of its own: it starts both engines, writes to both, says which processes they are, and waits.
PROGRAM = """
import json, sys, time
from pathlib import Path
import psycopg
from rednotice.adapters.embedded.nats import EmbeddedNats
from rednotice.adapters.embedded.postgres import EmbeddedPostgres
from rednotice.adapters.jetstream import JetStream
from rednotice.adapters.nats_config import OFFICE_API

folder = Path(sys.argv[1])
postgres = EmbeddedPostgres(folder / "postgres", folder / "postgres.log")
postgres.start()
with psycopg.connect(postgres.owner_url, autocommit=True) as connection:
    connection.execute("CREATE TABLE kept (word text)")
    connection.execute("INSERT INTO kept VALUES ('committed')")
server = EmbeddedNats(folder / "nats", folder / "nats.log", "office")
server.start_office({})
stream = JetStream(server.url, "test", api=OFFICE_API)
stream.open()
stream.ensure_stream("KEPT", "kept.>")
stream.publish("kept.one", b"acknowledged", "1")
print(json.dumps([postgres._child.pid, server._child.pid]), flush=True)
time.sleep(600)
"""


def ended(pid: int) -> bool:
    """Whether a process is gone; where nobody collects orphans, it stays behind as a zombie."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


@pytest.fixture
def killed(tmp_path: Path) -> tuple[Path, list[int]]:
    """A folder whose program was killed with -9 in the middle of its life, and the engines that it had started."""
    program = subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path)], stdout=subprocess.PIPE)
    assert program.stdout
    with program.stdout:
        engines = json.loads(program.stdout.readline())
        assert not any(map(ended, engines))
        program.send_signal(signal.SIGKILL)
        program.wait()
    return tmp_path, engines


def test_a_killed_program_leaves_no_engine_behind_and_what_was_acknowledged_is_there_again(
    killed: tuple[Path, list[int]],
) -> None:
    folder, engines = killed
    eventually(lambda: all(map(ended, engines)) or None, "the end of both engines")
    postgres = EmbeddedPostgres(folder / "postgres", folder / "postgres.log")
    server = EmbeddedNats(folder / "nats", folder / "nats.log", "office")
    try:
        postgres.start()
        server.start_office({})
        with psycopg.connect(postgres.owner_url) as connection:
            assert connection.execute("SELECT word FROM kept").fetchall() == [("committed",)]
        assert asyncio.run(last_message(server.url)) == b"acknowledged"
    finally:
        server.stop()
        postgres.stop()
    assert not process.answers(postgres.port)
    assert not process.answers(server.port)


async def last_message(url: str) -> bytes | None:
    client = await nats.connect(url)
    try:
        message = await client.jetstream(domain=OFFICE_DOMAIN).get_last_msg("KEPT", "kept.one")
        return bytes(message.data or b"")
    finally:
        await client.close()


def test_an_engine_outlives_the_thread_that_asked_for_it(tmp_path: Path) -> None:
    started: list[subprocess.Popen[bytes]] = []
    asking = threading.Thread(target=lambda: started.append(process.start(["sleep", "60"], log=tmp_path / "log")))
    asking.start()
    asking.join()
    with pytest.raises(subprocess.TimeoutExpired):
        started[0].wait(0.3)
    process.stop(started[0], signal.SIGTERM)


# --- What cannot start says why, in one sentence, and leaves nothing running ----------------------------------


@pytest.fixture
def nothing_stays() -> Iterator[None]:
    """No child of this process is there afterwards that was not there before."""
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    yield
    after = {child.pid for child in psutil.Process().children(recursive=True)}
    assert after <= before


def reason(start: Callable[[], object]) -> str:
    with pytest.raises(CannotStart) as refused:
        start()
    said = str(refused.value)
    assert "\n" not in said
    return said


@pytest.mark.usefixtures("nothing_stays")
def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")  # permission bits would not stop root
    office = Office(OfficeSettings(folder=tmp_path / "file" / "below"))
    said = reason(office.start)
    assert said == (
        f"the folder {tmp_path}/file/below cannot be written to (Not a directory); choose another with --data"
    )


SECOND = """
import sys
from pathlib import Path
from rednotice.adapters.nats_config import OFFICE_DOMAIN
from rednotice.errors import CannotStart
from rednotice.office import Office, OfficeSettings

try:
    Office(OfficeSettings(folder=Path(sys.argv[1]))).start()
except CannotStart as error:
    print(error)
"""


def test_a_folder_that_another_program_runs_on_is_left_alone(tmp_path: Path) -> None:
    with folders.Claim(tmp_path):
        second = subprocess.run(
            [sys.executable, "-c", SECOND, str(tmp_path)], capture_output=True, text=True, check=True
        )
    assert second.stdout == f"rednotice runs on {tmp_path} already; stop it, or choose another folder with --data\n"
    assert [path.name for path in tmp_path.iterdir()] == ["in-use.lock"]


@pytest.mark.usefixtures("nothing_stays")
def test_a_taken_port_is_named_with_the_option_that_chooses_another() -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = reason(lambda: process.listen(port, "--port"))
    assert said == f"port {port} is not to be had (Address already in use); choose another with --port"
    process.listen(port, "--port").close()


@pytest.mark.parametrize("port", [-1, 65_536])
def test_a_port_that_does_not_exist_is_refused(port: int) -> None:
    assert reason(lambda: process.listen(port, "--port")).startswith(f"port {port} is not to be had (")


@pytest.mark.usefixtures("nothing_stays")
def test_a_folder_that_holds_something_else_than_a_cluster_is_not_overwritten(tmp_path: Path) -> None:
    cluster = tmp_path / "postgres"
    cluster.mkdir()
    (cluster / "letters").write_text("something of somebody")
    postgres = EmbeddedPostgres(cluster, tmp_path / "postgres.log")
    assert "holds something that is no cluster of PostgreSQL" in reason(postgres.start)
    assert (cluster / "letters").read_text() == "something of somebody"


@pytest.mark.usefixtures("nothing_stays")
@pytest.mark.parametrize("content", ["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_damaged_key_is_not_replaced_by_another(tmp_path: Path, content: str) -> None:
    path = tmp_path / "office.key"
    path.write_text(content)
    assert reason(Office(OfficeSettings(folder=tmp_path)).start) == (
        f"{path} holds no Ed25519 key; restore it from the back-up, never make another in its place"
    )
    assert path.read_text() == content


def test_a_key_is_made_once_and_only_its_account_can_read_it(tmp_path: Path) -> None:
    first = keys.load_or_create(tmp_path / "office.key", "x")
    assert keys.load_or_create(tmp_path / "office.key", "x").verifier == first.verifier
    assert stat.S_IMODE((tmp_path / "office.key").stat().st_mode) == 0o600


def test_a_secret_is_made_once(tmp_path: Path) -> None:
    made = folders.secret(tmp_path / "below" / "secret")
    assert folders.secret(tmp_path / "below" / "secret") == made
    assert len(made) >= 32
    assert [path.name for path in (tmp_path / "below").iterdir()] == ["secret"]


def test_a_process_of_somebody_else_is_not_taken_for_a_leftover(tmp_path: Path) -> None:
    # The pid in the file belongs to another process by now: this one.
    pid_file = tmp_path / "nats.pid"
    pid_file.write_text(str(os.getpid()))
    process.stop_leftover(pid_file, lambda running: False, signal.SIGKILL)
    process.stop_leftover(tmp_path / "no file", lambda running: True, signal.SIGKILL)
    pid_file.write_text("no number")
    process.stop_leftover(pid_file, lambda running: True, signal.SIGKILL)


def test_an_office_whose_streams_cannot_be_read_starts_with_empty_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = EmbeddedNats(tmp_path / "nats", tmp_path / "nats.log", "office")
    (tmp_path / "nats").mkdir()
    (tmp_path / "nats" / "damaged").write_bytes(b"damaged")
    answers = process.answers
    # As a server does that restores damaged files without end.
    monkeypatch.setattr(process, "answers", lambda port: not (tmp_path / "nats" / "damaged").exists() and answers(port))
    monkeypatch.setattr("rednotice.adapters.embedded.nats.PATIENCE", 0.5)
    server.start_office({})
    try:
        assert process.answers(server.port)
        assert not (tmp_path / "nats" / "damaged").exists()
    finally:
        server.stop()

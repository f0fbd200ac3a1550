"""The log from outside: over plain HTTP or from a folder, with nothing but the office's key."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from rednotice.adapters.clock import now
from rednotice.log.checkpoint import open_checkpoint
from rednotice.log.note import Verifier
from rednotice.model.event import EventKind
from rednotice.model.notice import Ground
from rednotice.web.office import office_app
from tests.builders import desk
from tests.conftest import Road
from tests.end_to_end.test_by_hand import Desk
from tests.log.test_note import WITNESS
from tests.web.test_http import desks, served
from tests.web.test_life import Typist, address, typist

__all__ = ["address", "desks", "typist"]


@pytest.fixture(scope="module")
def prefix(road: Road) -> Iterator[str]:
    """The log's prefix; the log has at least one full tile and one that is not."""
    more(road, 300)
    with served(office_app(road.office)) as url:
        yield f"{url}/log"


@pytest.fixture
def auditor(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(tmp_path / "nothing", capsys, monkeypatch)


@pytest.fixture
def key(road: Road) -> str:
    return str(road.office.key)


def more(road: Road, events: int) -> None:
    with road.office.database.work(now()) as work:
        for number in range(events):
            work.record(EventKind.ACT_REFUSED, "(unknown)", {"act": f"synthetic {number}"})


def get(prefix: str, path: str) -> httpx.Response:
    return httpx.get(f"{prefix}/{path}", trust_env=False)


def test_files_are_public_and_say_how_long_they_may_be_kept(prefix: str, key: str) -> None:
    note = get(prefix, "checkpoint")
    assert note.headers["content-type"] == "text/plain; charset=utf-8"
    assert note.headers["cache-control"] == "public, max-age=2"
    size = open_checkpoint(note.text, Verifier.parse(key)).size
    full = get(prefix, "tile/0/000")
    assert full.headers["content-type"] == "application/octet-stream"
    assert "immutable" in full.headers["cache-control"]
    assert len(full.content) == 8192
    partial = get(prefix, f"tile/0/{size // 256:03d}.p/{size % 256 or 1}")
    assert partial.headers["cache-control"] == "public, max-age=60"
    assert get(prefix, "tile/entries/000").content[2:].startswith(b'{"at":')


@pytest.mark.parametrize("path", ["tile/0/999", "tile/7/000", "tile/0/000.p/256", "tile/entries", "tile/0/%2e%2e"])
def test_what_is_no_tile_is_not_found(prefix: str, path: str) -> None:
    answer = get(prefix, path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_log_is_verified_over_http_and_from_a_copy_with_the_key_alone(
    prefix: str, key: str, auditor: Desk, road: Road, tmp_path: Path
) -> None:
    saved = tmp_path / "checkpoint"
    assert "is whole" in auditor.types("log", "verify", "--from", prefix, "--key", key, "--save", saved)
    copy = tmp_path / "copy"
    first = auditor.asks("log", "mirror", prefix, copy, "--key", key)
    assert auditor.asks("log", "mirror", prefix, copy, "--key", key) == {"size": first["size"], "new_files": 0}
    more(road, 3)
    grown = auditor.asks("log", "mirror", prefix, copy, "--key", key)
    assert grown["size"] > first["size"]
    assert 0 < grown["new_files"] < 6
    said = auditor.types("log", "verify", "--from", copy, "--key", key, "--since", saved)
    assert "signed before is its beginning" in said


def test_a_copy_that_somebody_altered_is_not_believed(prefix: str, key: str, auditor: Desk, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    auditor.types("log", "mirror", prefix, copy, "--key", key)
    bundle = copy / "tile/entries/000"
    genuine = bundle.read_bytes()
    bundle.write_bytes(genuine.replace(b"act.refused", b"act.rewrote", 1))
    for command in (["verify", "--from", copy], ["mirror", prefix, copy]):
        said = auditor.types("log", *command, "--key", key, code=1)
        assert "tile/entries/000 does not hold the leaves" in said
    bundle.write_bytes(genuine)
    (copy / "tile/0/000").unlink()
    assert "tile/0/000 is missing" in auditor.types("log", "verify", "--from", copy, "--key", key, code=1)


def test_a_log_of_another_key_is_not_believed(prefix: str, auditor: Desk) -> None:
    said = auditor.types("log", "verify", "--from", prefix, "--key", str(WITNESS.verifier), code=1)
    assert "no valid signature of the key" in said
    assert "--key" in auditor.types("log", "verify", "--from", prefix, code=1)
    assert "give the log's prefix" in auditor.types(
        "log", "verify", "--from", prefix.removesuffix("/log"), "--key", str(WITNESS.verifier), code=1
    )


def test_what_the_log_says_of_one_notice(prefix: str, key: str, auditor: Desk, road: Road) -> None:
    _, number = road.publish()
    road.office.recall(number, Ground.WITHDRAWN, desk("PT"))
    shown = auditor.asks("log", "verify", "--from", prefix, "--key", key, "--notice", number)["notice"]
    assert [row["kind"] for row in shown][:2] == ["notice.published", "notice.recalled"]
    assert {row["content"] for row in shown} == {"not asked for"}
    said = auditor.types("log", "verify", "--from", prefix, "--key", key, "--notice", "A-99999/1-2026", code=1)
    assert "says nothing of A-99999/1-2026" in said


def test_with_a_token_contents_are_compared_with_what_the_log_commits_to(typist: Typist, key: str, road: Road) -> None:
    _, number = road.publish()
    found = typist.asks("log", "verify", "--key", key, "--contents", "--notice", number)
    published = json.loads(found["notice"][0]["content"])
    assert published["control_number"] == number
    assert found["contents"] == len(found["notice"])


def test_a_witness_cosigns_a_log_that_grows_and_no_other(
    prefix: str, key: str, auditor: Desk, road: Road, tmp_path: Path
) -> None:
    cosign = ["log", "cosign", prefix, "--key", key, "--key-file", tmp_path / "w1.key", "--name", "witness.test/w1"]
    first = auditor.types(*cosign)
    assert "— witness.test/w1 " in first
    witness = first.rpartition("The key of this witness is ")[2].strip()
    more(road, 5)
    auditor.types(*cosign)

    copy = tmp_path / "copy"
    auditor.types("log", "mirror", prefix, copy, "--key", key)
    verify = ["log", "verify", "--from", copy, "--key", key, "--witness", witness]
    assert "did not cosign this checkpoint" in auditor.types(*verify, code=1)
    shutil.copy(tmp_path / "w1.key.last", copy / "checkpoint")
    assert "witness.test/w1 cosigned it at" in auditor.types(*verify)

    # An office that was set back shows less than the witness saw.
    (copy / "checkpoint").write_text(first.partition("The key")[0], encoding="utf-8")
    assert "is not the beginning of that of" in auditor.types("log", "cosign", copy, *cosign[3:], code=1)

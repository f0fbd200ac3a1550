"""How a walk is told, and that one which goes wrong says so. The real steps: tests/end_to_end/test_demo.py."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rednotice.adapters.line import Line
from rednotice.cli.walk import Did, Failed, JsonLines, Step, TextAccount, Walk, must, wait, walk
from rednotice.errors import InvalidInput, Unavailable


def goes_well(_: Walk) -> Did:
    return Did({"notice": "A-1/11-2026"}, ("It is published.",))


def says_what_is_wrong(_: Walk) -> Did:
    raise InvalidInput.at("persons[0].born", "is not a date", "Write 1971", "request")


def is_not_answered(_: Walk) -> Did:
    raise Unavailable("the office does not answer")


def finds_something_missing(w: Walk) -> Did:
    return Did({"never": w.known["left by a step that failed"]}, ())


STEPS = {
    "good": Step("office", "It goes well", goes_well),
    "invalid": Step("office", "It is not valid", says_what_is_wrong),
    "silent": Step("node ES", "Nobody answers", is_not_answered),
    "follows": Step("node ES", "It needs what is not there", finds_something_missing),
}


@pytest.fixture
def walker(tmp_path: Path) -> Walk:
    line = Line(0)
    line.open()
    return Walk(tmp_path, line, tmp_path, tmp_path)


def test_a_walk_tells_every_step_also_after_one_that_failed(walker: Walk, capsys: pytest.CaptureFixture[str]) -> None:
    assert not walk(walker, STEPS, JsonLines())
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["step"], one["ok"]) for one in told] == [
        ("good", True),
        ("invalid", False),
        ("silent", False),
        ("follows", False),
    ]
    assert told[0]["notice"] == "A-1/11-2026"
    assert told[1]["failed"].endswith("persons[0].born: is not a date. Write 1971.")
    assert told[2]["failed"] == "the office does not answer"
    walker.line.close()


def test_a_walk_without_a_failure_is_sound(walker: Walk, capsys: pytest.CaptureFixture[str]) -> None:
    assert walk(walker, {"good": STEPS["good"]}, TextAccount())
    assert "All 1 steps did what they say." in capsys.readouterr().out
    walker.line.close()


def test_what_does_not_hold_or_does_not_come_fails_a_step() -> None:
    with pytest.raises(Failed, match="no letter went out"):
        must(False, "no letter went out")
    with pytest.raises(Failed, match="no receipt within 0 s"):
        wait(lambda: None, "no receipt", patience=0)

"""`rednotice demo`: the whole road, as another program checks it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SHARED

STEPS = [
    "request.refused",
    "request.linked",
    "notice.published",
    "tribunal.published",
    "list.imported",
    "check.misspelt",
    "check.reordered",
    "check.script",
    "check.original_script",
    "check.nobody",
    "hit.reported",
    "case.extradited",
    "recall.proved",
    "cut_off.checked",
    "cut_off.caught_up",
    "log.verified",
]
UN_LIST = SHARED / "lists" / "un_consolidated.xml"


def demo(*arguments: str) -> tuple[int, list[dict[str, Any]]]:
    """Runs the demonstration from another folder than the project's; gives exit code and steps."""
    with tempfile.TemporaryDirectory() as elsewhere, tempfile.TemporaryDirectory() as kept:
        Path(kept).chmod(0o755)  # PostgreSQL runs under an account of its own
        done = subprocess.run(
            [sys.executable, "-m", "rednotice", "demo", "--json", *arguments],
            cwd=elsewhere,
            env=os.environ | {"TMPDIR": kept},
            capture_output=True,
            text=True,
            check=False,
        )
        left = list(Path(kept).iterdir())
    assert not left, "the data folder of the demonstration is still there"
    assert not done.stderr, done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_every_step_does_what_it_says_in_its_order() -> None:
    code, told = demo()
    failed = [step for step in told if not step["ok"]]
    assert (code, failed) == (0, [])
    assert [step["step"] for step in told] == STEPS
    steps = {step["step"]: step for step in told}
    for step in told:
        assert step["actor"]
        assert step["milliseconds"] > 0
        assert step.get("citations") or step["step"] in ("check.nobody", "cut_off.caught_up")

    refused = steps["request.refused"]
    assert refused["persons"] == 37
    assert refused["identity_missing"] == 36
    barred = {one["rule"] for one in refused["barred"]}
    assert barred >= {"military_act", "status_of_persons", "armed_confrontation", "predominance"}
    assert any("Article 3" in citation for citation in refused["citations"])
    assert (refused["outcome"], refused["circulated"], refused["letter_to"]) == ("refuse", 0, "IR")
    assert refused["signed_by"] == ["reviewer-1", "reviewer-2"]
    assert steps["request.linked"]["earlier"] == refused["request"]

    published = steps["notice.published"]
    for name in ("check.misspelt", "check.reordered", "check.script"):
        assert steps[name]["notice"] == published["notice"]
        assert steps[name]["effect"] == "arrest"
        assert steps[name]["reason"]
        assert steps[name]["ask"]
    assert steps["check.nobody"]["matches"] == 0

    assert steps["hit.reported"]["notice"] == published["notice"]
    assert steps["case.extradited"]["moves"] == ["located", "provisionally arrested", "extradited"]
    assert steps["recall.proved"]["receipt"] == {"bureau": "ES", "action": "erased", "version": 2}
    assert steps["cut_off.caught_up"]["hit"] == steps["cut_off.checked"]["hit"]
    assert steps["cut_off.caught_up"]["notice"] == steps["cut_off.checked"]["published_meanwhile"]
    assert steps["log.verified"]["contents"] == steps["log.verified"]["size"]


@pytest.mark.skipif(not UN_LIST.exists(), reason=f"the real list is not there: {UN_LIST}")
def test_the_walk_goes_with_the_real_list_of_the_security_council() -> None:
    code, told = demo("--un-list", str(UN_LIST))
    assert (code, [step for step in told if not step["ok"]]) == (0, [])
    imported = next(step for step in told if step["step"] == "list.imported")
    assert imported["individuals"] == 396

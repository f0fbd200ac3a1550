"""A bureau's node that owes receipts for too long is shown to the office's desk, once until it answers again."""

from __future__ import annotations

from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rednotice.adapters import nkeys
from rednotice.flow import circulation
from rednotice.flow.work import Letter
from rednotice.log.note import Signer
from rednotice.log.report import Action, Receipt
from rednotice.model.event import EventKind
from tests.builders import NOON, OPERATOR
from tests.flow.test_deadlines import HOUR, Desk, engines, here, running

__all__ = ["engines", "here", "running"]

# Bureaus that no other test connects to these engines.
KEY = str(Signer("rednotice.test/SE", Ed25519PrivateKey.generate()).verifier)
LINE_KEY = nkeys.public_key(nkeys.seed(Ed25519PrivateKey.generate()))
LIMIT = timedelta(hours=24)


def said(here: Desk, bureau: str) -> list[Letter]:
    return here.letters("OFFICE", bureau, EventKind.BUREAU_SILENT)


def answer(here: Desk, bureau: str, number: str) -> None:
    with here.office.read() as reader:
        standing = reader.notice(number)
    receipt = Receipt(
        control_number=number,
        version=standing.notice.version,
        event=standing.event,
        action=Action.APPLIED,
        done=(),
        checkpoint_size=standing.event + 1,
        checkpoint_root="root",
    )
    with here.office.database.work(here.clock.now) as work:
        circulation.take_receipt(work, bureau, receipt)


def test_the_desk_is_told_once_of_a_bureau_that_is_silent_and_again_after_it_answered(here: Desk) -> None:
    with here.office.read() as reader:
        before = [one.notice.control_number for one in reader.notices(in_force=None, start=0, count=1000)[1]]
    here.office.connect_bureau("SE", KEY, LINE_KEY, OPERATOR)
    for number in before:
        answer(here, "SE", number)
    here.at(NOON + LIMIT)
    assert said(here, "SE") == []  # nothing was owed

    first = here.publish()
    owed_since = here.clock.now
    here.at(owed_since + LIMIT - HOUR)
    assert said(here, "SE") == []
    here.at(owed_since + LIMIT)
    (letter,) = said(here, "SE")
    assert letter.content == {"bureau": "SE", "notices": 1, "silent_since": owed_since.isoformat()}
    here.publish()
    here.later(10 * LIMIT)
    assert len(said(here, "SE")) == 1

    answer(here, "SE", first)
    here.later(LIMIT)
    assert [one.content["notices"] for one in said(here, "SE")] == [1, 1]


def test_a_bureau_that_is_not_connected_is_not_missed(here: Desk) -> None:
    with here.office.database.work(here.clock.now) as work:
        circulation._expect_receipt(work, "XX", here.clock.now)
    here.later(LIMIT)
    assert said(here, "XX") == []
    assert here.tasks("XX") == []

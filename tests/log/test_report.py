"""What a node says is believed only of its own bureau, under its own key, word for word."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rednotice.errors import NotTrusted
from rednotice.log.note import Signer
from rednotice.log.report import REPORT_LIMIT, Receipt, Report, ReportKind, open_report, sign_report
from tests.builders import NOON

ES = Signer("rednotice.test/ES", Ed25519PrivateKey.generate())
NAMESAKE = Signer(ES.name, Ed25519PrivateKey.generate())
REPORT = Report(bureau="ES", number=3, kind=ReportKind.HIT, at=NOON, body={"place": "Cádiz", "seen": 1})
RAW = sign_report(REPORT, ES)
RECEIPT = {
    "control_number": "A-1/11-2026",
    "version": 1,
    "event": 4,
    "action": "erased",
    "done": ["erased from the database"],
    "checkpoint_size": 5,
    "checkpoint_root": "AAAA",
}


def refused(raw: bytes, says: str, bureau: str = "ES") -> None:
    with pytest.raises(NotTrusted, match=says):
        open_report(raw, ES.verifier, bureau)


def signed(statement: str, domain: str = "rednotice-report/1\n") -> bytes:
    """Any statement, signed with the bureau's key as if it were a report."""
    signature = base64.b64encode(ES.sign((domain + statement).encode())).decode()
    return json.dumps({"statement": statement, "signature": signature}).encode()


def test_a_report_is_read_as_it_was_signed() -> None:
    assert open_report(RAW, ES.verifier, "ES") == REPORT


def test_a_bureau_cannot_report_for_another() -> None:
    refused(sign_report(REPORT.model_copy(update={"bureau": "NZ"}), ES), "bureau ES cannot report for bureau NZ")


def test_a_report_does_not_come_from_another_bureau() -> None:
    refused(RAW, "bureau NZ cannot report for bureau ES", bureau="NZ")


def test_a_report_under_another_key_is_not_the_bureaus() -> None:
    refused(sign_report(REPORT, NAMESAKE), "is not signed with the key of bureau ES")


def test_what_the_key_signed_for_another_use_is_no_report() -> None:
    statement = json.loads(RAW)["statement"]
    assert open_report(signed(statement), ES.verifier, "ES") == REPORT
    for domain in ("", "rednotice-report/2\n", "rednotice-report/1"):
        refused(signed(statement, domain), "is not signed with the key")


@pytest.mark.parametrize(
    ("was", "becomes"),
    [('"number":3', '"number":4'), ("Cádiz", "Ceuta"), ('"kind":"hit"', '"kind":"receipt"'), ("T12:", "T13:")],
)
def test_an_altered_statement_is_refused(was: str, becomes: str) -> None:
    altered = json.loads(RAW)
    assert was in altered["statement"]
    altered["statement"] = altered["statement"].replace(was, becomes)
    refused(json.dumps(altered).encode(), "is not signed with the key")


@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_no_altered_byte_makes_another_report(position: int, other: int) -> None:
    altered = RAW[:position] + bytes([RAW[position] ^ other]) + RAW[position + 1 :]
    try:
        read = open_report(altered, ES.verifier, "ES")
    except NotTrusted:
        return
    assert read == REPORT


def test_a_truncated_report_is_refused_wherever_it_is_cut() -> None:
    for end in range(len(RAW)):
        refused(RAW[:end], "the report is damaged")


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "is damaged"),
        (b"[" * 500_000, "is damaged"),
        (b"\xff", "is damaged"),
        (b"[]", "is damaged"),
        (b"{}", "is damaged"),
        (b'{"statement":7,"signature":""}', "is damaged"),
        (b'{"statement":"{}","signature":"*"}', "is damaged"),
        (b'{"statement":"\\ud800","signature":""}', "is damaged"),
        (b'{"statement":"{}","signature":""}', "is not signed with the key"),
        (RAW + b" " * REPORT_LIMIT, "bytes arrived, at most 1,000,000 are read"),
    ],
    ids=lambda value: value[:20] if isinstance(value, bytes) else None,
)
def test_bytes_of_any_kind_are_refused(raw: bytes, says: str) -> None:
    refused(raw, says)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "rednotice-report/2"},
        {"bureau": "es"},
        {"number": -1},
        {"number": 10**30},
        {"kind": "confession"},
        {"at": "yesterday"},
        {"body": []},
        {"more": 1},
    ],
    ids=str,
)
def test_a_signed_statement_of_another_form_is_refused(change: dict[str, Any]) -> None:
    refused(
        signed(json.dumps({**json.loads(json.loads(RAW)["statement"]), **change})), "is signed, but not of the form"
    )


@pytest.mark.parametrize(
    "statement", ["", "[]", "{}", "null", "[" * 100_000, '{"bureau":"\\ud800"}'], ids=lambda s: s[:20]
)
def test_a_signed_statement_that_is_no_report_is_refused(statement: str) -> None:
    refused(signed(statement), "is signed, but not of the form")


@pytest.mark.parametrize(
    "change",
    [
        {"control_number": "A\u0000"},
        {"control_number": "A" * 201},
        {"version": 0},
        {"version": 2**31},
        {"event": -1},
        {"event": 2**63},
        {"checkpoint_size": 2**63},
        {"checkpoint_root": "A" * 201},
        {"action": "forgot"},
        {"done": ["x"] * 21},
    ],
    ids=lambda change: str(change)[:40],
)
def test_a_receipt_holds_nothing_that_a_database_could_not(change: dict[str, Any]) -> None:
    Receipt.model_validate(RECEIPT)
    with pytest.raises(ValidationError):
        Receipt.model_validate({**RECEIPT, **change})

"""What a node says to the office: a statement, signed with the bureau's key, that the office checks before it acts."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import rfc8785
from pydantic import Field, ValidationError

from rednotice.errors import NotTrusted
from rednotice.log.note import Signer, Verifier
from rednotice.model.values import BureauCode, Line, Noun

FORMAT = "rednotice-report/1"
REPORT_LIMIT = 1_000_000


Number = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""A count that JSON carries without loss (RFC 8785)."""
VERSION_LIMIT = 2**31 - 1


class ReportKind(StrEnum):
    """What a node reports."""

    RECEIPT = "receipt"
    HIT = "hit"


class Action(StrEnum):
    """What a node did with an event."""

    APPLIED = "applied"
    ERASED = "erased"
    SUSPENDED = "suspended"


class Receipt(Noun):
    """That a node applied or erased a version of a notice, and the checkpoint that it had then seen.

    It proves what the program says it did: that the database shows, and the index finds, nothing of the notice any
    more. It cannot prove that nobody copied it by hand, nor that the disk's old blocks are overwritten.
    """

    control_number: Line
    version: Annotated[int, Field(ge=1, le=VERSION_LIMIT)]
    event: Number
    action: Action
    done: Annotated[tuple[Line, ...], Field(max_length=20)]
    checkpoint_size: Number
    checkpoint_root: Line


class Report(Noun):
    """A statement of a bureau, numbered by its node."""

    format: Literal["rednotice-report/1"] = "rednotice-report/1"
    bureau: BureauCode
    number: Number
    kind: ReportKind
    at: datetime
    body: dict[str, Any]


def sign_report(report: Report, signer: Signer) -> bytes:
    """The report as it travels."""
    statement = rfc8785.dumps(report.model_dump(mode="json"))
    signature = base64.b64encode(signer.sign(_domain(statement))).decode()
    return json.dumps({"statement": statement.decode(), "signature": signature}, ensure_ascii=False).encode()


def open_report(raw: bytes, verifier: Verifier, bureau: str) -> Report:
    """Reads a report that a bureau's key signed.

    Raises:
        NotTrusted: if form or signature is wrong, or it speaks for another bureau.
    """
    if len(raw) > REPORT_LIMIT:
        raise NotTrusted(f"a report of {len(raw):,} bytes arrived, at most {REPORT_LIMIT:,} are read")
    try:
        fields = json.loads(raw)
        statement = fields["statement"].encode()
        signature = base64.b64decode(fields["signature"], validate=True)
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError, binascii.Error):
        raise NotTrusted("the report is damaged") from None
    if not verifier.verify(_domain(statement), signature):
        raise NotTrusted(f"the report is not signed with the key of bureau {bureau}")
    try:
        report = Report.model_validate_json(statement)
    except ValidationError:
        raise NotTrusted(f"the report of bureau {bureau} is signed, but not of the form {FORMAT}") from None
    if report.bureau != bureau:
        raise NotTrusted(f"bureau {bureau} cannot report for bureau {report.bureau}")
    return report


def _domain(statement: bytes) -> bytes:
    return FORMAT.encode() + b"\n" + statement

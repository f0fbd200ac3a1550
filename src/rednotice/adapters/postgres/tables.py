"""The tables of the two databases. Nouns stand whole in a `document` column; what is searched for has its own."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def _moment(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _officers(metadata: MetaData) -> Table:
    return Table(
        "officer",
        metadata,
        Column("name", Text, primary_key=True),
        Column("bureau", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("token_hash", LargeBinary, nullable=False, unique=True),
        Column("seconded_from", Text),
    )


def _series(metadata: MetaData) -> Table:
    return Table(
        "series",
        metadata,
        Column("name", Text, primary_key=True),
        Column("last", BigInteger, nullable=False),
    )


def _followed(metadata: MetaData) -> Table:
    return Table(
        "followed",
        metadata,
        Column("stream", Text, primary_key=True),
        Column("made", Text, nullable=False),
        Column("sequence", BigInteger, nullable=False),
    )


# --- The office --------------------------------------------------------------------------------------------

office = MetaData(naming_convention=_NAMES)

event = Table(
    "event",
    office,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    _moment("at"),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False, index=True),
    Column("leaf", LargeBinary, nullable=False),
)
event_content = Table(
    "event_content",
    office,
    Column("event", BigInteger, ForeignKey("event.number"), primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    # Text, not JSONB: the leaf commits to these very bytes.
    Column("content", Text, nullable=False),
)
log_node = Table(
    "log_node",
    office,
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)
checkpoint = Table(
    "checkpoint",
    office,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    _moment("at"),
    Column("note", Text, nullable=False),
)
APPEND_ONLY = (event, log_node, checkpoint)

outbox = Table(
    "outbox",
    office,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("event", BigInteger, ForeignKey("event.number"), nullable=False),
    Column("subject", Text, nullable=False),
    _moment("published_at", nullable=True),
    Index("ix_outbox_waiting", "id", postgresql_where=text("published_at IS NULL")),
    Index("ix_outbox_event", "event"),
)
letter = Table(
    "letter",
    office,
    Column("event", BigInteger, ForeignKey("event.number"), primary_key=True),
    Column("bureau", Text, primary_key=True),
    _moment("at"),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    Index("ix_letter_bureau", "bureau", "event"),
)
filing = Table(
    "filing",
    office,
    Column("number", Text, primary_key=True),
    Column("bureau", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    _moment("filed_at"),
    Column("document", JSONB, nullable=False),
    UniqueConstraint("bureau", "reference"),
)
notice = Table(
    "notice",
    office,
    Column("control_number", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("colour", Text, nullable=False),
    Column("bureau", Text),
    Column("recalled", Text),
    Column("suspended", Text),
    Column("suspended_by", Text),
    Column("for_everybody", Boolean, nullable=False, server_default=text("true")),
    Column("event", BigInteger, ForeignKey("event.number"), nullable=False),
    _moment("published_at"),
    Column("list_source", Text),
    Column("list_reference", Text),
    Column("document", JSONB, nullable=False),
    UniqueConstraint("list_source", "list_reference"),
)
receipt = Table(
    "receipt",
    office,
    Column("bureau", Text, primary_key=True),
    Column("event", BigInteger, primary_key=True, autoincrement=False),
    Column("control_number", Text, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("action", Text, nullable=False),
    _moment("received_at"),
    Column("document", JSONB, nullable=False),
)
case_file = Table(
    "case_file",
    office,
    Column("number", Text, primary_key=True),
    Column("control_number", Text, nullable=False, index=True),
    Column("requesting", Text),
    Column("locating", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("document", JSONB, nullable=False),
)
task = Table(
    "task",
    office,
    Column("kind", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    _moment("due"),
    Index("ix_task_due", "due"),
)
application = Table(
    "application",
    office,
    Column("number", Text, primary_key=True),
    Column("state", Text, nullable=False),
    _moment("received_at"),
    Column("document", JSONB, nullable=False),
)
hold = Table(
    "hold",
    office,
    Column("subject", Text, primary_key=True),
    _moment("at"),
    Column("document", JSONB, nullable=False),
)
erased = Table(
    "erased",
    office,
    Column("subject", Text, primary_key=True),
    _moment("at"),
    Column("after", Text, nullable=False),
    # Of a special notice: the entry of the list, so that a later file does not bring it back.
    Column("list_source", Text),
    Column("list_reference", Text),
    UniqueConstraint("list_source", "list_reference"),
)
overwrite = Table(
    "overwrite",
    office,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("stream", Text, nullable=False),
    # One message of the stream: the last of a subject, or by its place in that making of the stream.
    Column("subject", Text),
    Column("made", Text),
    Column("sequence", BigInteger),
)
bureau_node = Table(
    "bureau_node",
    office,
    Column("bureau", Text, primary_key=True),
    Column("key", Text, nullable=False),
    # None: connected by an earlier version, and not yet linked anew.
    Column("line_key", Text),
    _moment("connected_at"),
    _moment("revoked_at", nullable=True),
)
office_keyring = Table(
    "keyring",
    office,
    # Its rank (`log.keyring`).
    Column("recovered", Integer, primary_key=True, autoincrement=False),
    Column("changed", Integer, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
)
report_taken = Table(
    "report_taken",
    office,
    Column("bureau", Text, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Column("number", BigInteger, nullable=False),
    _moment("at"),
    Column("subject", Text, index=True),
    Column("made", Text),
    Column("sequence", BigInteger),
)
report_rejected = Table(
    "report_rejected",
    office,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    _moment("at"),
    Column("bureau", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("made", Text),
    Column("sequence", BigInteger),
)
office_officer = _officers(office)
office_series = _series(office)
office_followed = _followed(office)

# --- A bureau node -----------------------------------------------------------------------------------------

node = MetaData(naming_convention=_NAMES)

held = Table(
    "held",
    node,
    Column("control_number", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("event", BigInteger, nullable=False),
    # NULL when out of force: what remains says only that there was a notice, so that an old copy cannot come back.
    Column("document", JSONB(none_as_null=True)),
    _moment("applied_at"),
)
local_entry = Table(
    "local_entry",
    node,
    Column("id", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("listing", JSONB, nullable=False),
    Column("person", JSONB, nullable=False),
    _moment("imported_at"),
)
node_letter = Table(
    "letter",
    node,
    Column("event", BigInteger, primary_key=True, autoincrement=False),
    _moment("at"),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("content", JSONB, nullable=False),
)
check_made = Table(
    "check_made",
    node,
    Column("number", Text, primary_key=True),
    _moment("at"),
    Column("officer", Text, nullable=False),
    Column("document", JSONB, nullable=False),
)
hit = Table(
    "hit",
    node,
    Column("number", Text, primary_key=True),
    Column("check_number", Text, nullable=False),
    Column("control_number", Text, nullable=False),
    Column("document", JSONB, nullable=False),
    UniqueConstraint("check_number", "control_number"),
)
report = Table(
    "report",
    node,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    _moment("at"),
    Column("kind", Text, nullable=False),
    Column("body", JSONB, nullable=False),
    _moment("sent_at", nullable=True),
    Index("ix_report_waiting", "number", postgresql_where=text("sent_at IS NULL")),
)
node_erased = Table(
    "erased",
    node,
    Column("subject", Text, primary_key=True),
    Column("event", BigInteger, nullable=False),
)
believed = Table(
    "believed",
    node,
    Column("only", Boolean, primary_key=True, server_default=text("true")),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    # As the office signed it; empty for one that an earlier version believed.
    Column("note", Text, nullable=False, server_default=text("''")),
)
proved = Table(
    "proved",
    node,
    Column("only", Boolean, primary_key=True, server_default=text("true")),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("note", Text, nullable=False),
)
node_keyring = Table(
    "keyring",
    node,
    Column("only", Boolean, primary_key=True, server_default=text("true")),
    # The key that was handed over, from which its chain of signatures begins.
    Column("begins", Text, nullable=False),
    Column("note", Text, nullable=False),
)
dispute = Table(
    "dispute",
    node,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    _moment("at"),
    Column("wrong", Text, nullable=False),
    Column("whose", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("shown", Text, nullable=False),
    Column("says", Text, nullable=False),
    _moment("settled_at", nullable=True),
    UniqueConstraint("before", "shown"),
)
envelope_rejected = Table(
    "envelope_rejected",
    node,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    _moment("at"),
    Column("subject", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
)
node_officer = _officers(node)
node_series = _series(node)
node_followed = _followed(node)

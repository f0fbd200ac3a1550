"""The first shape of the office's database."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "office_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "bureau_node",
        sa.Column("bureau", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("line_secret", sa.Text(), nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("bureau", name="pk_bureau_node"),
    )
    op.create_table(
        "case_file",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("control_number", sa.Text(), nullable=False),
        sa.Column("requesting", sa.Text(), nullable=True),
        sa.Column("locating", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("document", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_case_file"),
    )
    op.create_index("ix_case_file_control_number", "case_file", ["control_number"], unique=False)
    op.create_table(
        "checkpoint",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_checkpoint"),
    )
    op.create_table(
        "event",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_event"),
    )
    op.create_index("ix_event_subject", "event", ["subject"], unique=False)
    op.create_table(
        "filing",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("bureau", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_filing"),
        sa.UniqueConstraint("bureau", "reference", name="uq_filing_bureau"),
    )
    op.create_index("ix_filing_state", "filing", ["state"], unique=False)
    op.create_table(
        "log_node",
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "index", name="pk_log_node"),
    )
    op.create_table(
        "officer",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("bureau", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_officer"),
        sa.UniqueConstraint("token_hash", name="uq_officer_token_hash"),
    )
    op.create_table(
        "receipt",
        sa.Column("bureau", sa.Text(), nullable=False),
        sa.Column("event", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("control_number", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("bureau", "event", name="pk_receipt"),
    )
    op.create_index("ix_receipt_control_number", "receipt", ["control_number"], unique=False)
    op.create_table(
        "report_rejected",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bureau", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_report_rejected"),
    )
    op.create_table(
        "report_taken",
        sa.Column("bureau", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("bureau", "digest", name="pk_report_taken"),
    )
    op.create_table(
        "series",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_series"),
    )
    op.create_table(
        "event_content",
        sa.Column("event", sa.BigInteger(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name="fk_event_content_event"),
        sa.PrimaryKeyConstraint("event", name="pk_event_content"),
    )
    op.create_table(
        "letter",
        sa.Column("event", sa.BigInteger(), nullable=False),
        sa.Column("bureau", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name="fk_letter_event"),
        sa.PrimaryKeyConstraint("event", "bureau", name="pk_letter"),
    )
    op.create_index("ix_letter_bureau", "letter", ["bureau", "event"], unique=False)
    op.create_table(
        "followed",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("made", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stream", name="pk_followed"),
    )
    op.create_table(
        "notice",
        sa.Column("control_number", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("colour", sa.Text(), nullable=False),
        sa.Column("bureau", sa.Text(), nullable=True),
        sa.Column("recalled", sa.Text(), nullable=True),
        sa.Column("event", sa.BigInteger(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("list_source", sa.Text(), nullable=True),
        sa.Column("list_reference", sa.Text(), nullable=True),
        sa.Column("document", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name="fk_notice_event"),
        sa.PrimaryKeyConstraint("control_number", name="pk_notice"),
        sa.UniqueConstraint("list_source", "list_reference", name="uq_notice_list_source"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("event", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event"], ["event.number"], name="fk_outbox_event"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index(
        "ix_outbox_waiting", "outbox", ["id"], unique=False, postgresql_where=sa.text("published_at IS NULL")
    )


def downgrade() -> None:
    op.drop_table("outbox")
    op.drop_table("notice")
    op.drop_table("letter")
    op.drop_table("event_content")
    op.drop_table("series")
    op.drop_table("followed")
    op.drop_table("report_taken")
    op.drop_table("report_rejected")
    op.drop_table("receipt")
    op.drop_table("officer")
    op.drop_table("log_node")
    op.drop_table("filing")
    op.drop_table("event")
    op.drop_table("checkpoint")
    op.drop_table("case_file")
    op.drop_table("bureau_node")

"""Tasks that fall due, applications, legal holds, erasure, suspensions, reviewers sent by bureaus."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "office_0002"
down_revision = "office_0001"

ONE_DECISION_BECOMES_MANY = """
UPDATE filing SET document = (document - 'decision') || jsonb_build_object('decisions',
    CASE WHEN jsonb_typeof(document->'decision') = 'object'
        THEN jsonb_build_array(document->'decision' || jsonb_build_object(
            'void', NULL, 'notices', CASE WHEN document->'decision'->>'outcome' = 'publish'
                THEN document->'notices' ELSE '[]'::jsonb END))
        ELSE '[]'::jsonb END)
"""


def upgrade() -> None:
    op.create_table(
        "task",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject", "key", name="pk_task"),
    )
    op.create_index("ix_task_due", "task", ["due"], unique=False)
    op.create_table(
        "application",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_application"),
    )
    op.create_table(
        "hold",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_hold"),
    )
    op.create_table(
        "erased",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("list_source", sa.Text(), nullable=True),
        sa.Column("list_reference", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("subject", name="pk_erased"),
        sa.UniqueConstraint("list_source", "list_reference", name="uq_erased_list_source"),
    )
    op.create_table(
        "overwrite",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("made", sa.Text(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_overwrite"),
    )
    op.add_column("report_taken", sa.Column("subject", sa.Text(), nullable=True))
    op.create_index("ix_report_taken_subject", "report_taken", ["subject"], unique=False)
    for table in ("report_taken", "report_rejected"):
        op.add_column(table, sa.Column("made", sa.Text(), nullable=True))
        op.add_column(table, sa.Column("sequence", sa.BigInteger(), nullable=True))
    op.add_column("notice", sa.Column("suspended", sa.Text(), nullable=True))
    op.add_column("notice", sa.Column("suspended_by", sa.Text(), nullable=True))
    op.add_column("notice", sa.Column("for_everybody", sa.Boolean(), nullable=False, server_default=sa.text("true")))
    op.add_column("officer", sa.Column("seconded_from", sa.Text(), nullable=True))
    op.execute(ONE_DECISION_BECOMES_MANY)


def downgrade() -> None:
    op.drop_column("officer", "seconded_from")
    op.drop_column("notice", "for_everybody")
    op.drop_column("notice", "suspended_by")
    op.drop_column("notice", "suspended")
    for table in ("report_taken", "report_rejected"):
        op.drop_column(table, "sequence")
        op.drop_column(table, "made")
    op.drop_index("ix_report_taken_subject", "report_taken")
    op.drop_column("report_taken", "subject")
    op.drop_table("overwrite")
    op.drop_table("erased")
    op.drop_table("hold")
    op.drop_table("application")
    op.drop_table("task")

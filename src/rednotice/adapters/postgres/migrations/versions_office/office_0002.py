"""Tasks that fall due, applications of persons concerned, legal holds, suspensions, reviewers sent by bureaus."""

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
    op.drop_table("hold")
    op.drop_table("application")
    op.drop_table("task")

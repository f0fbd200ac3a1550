"""Keyrings: the office's keys change, and the log goes on; and what was sent of an event is found by it."""

import sqlalchemy as sa
from alembic import op

revision = "office_0004"
down_revision = "office_0003"


def upgrade() -> None:
    op.create_index("ix_outbox_event", "outbox", ["event"])
    op.create_table(
        "keyring",
        sa.Column("recovered", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("changed", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("recovered", "changed", name="pk_keyring"),
    )


def downgrade() -> None:
    op.drop_table("keyring")
    op.drop_index("ix_outbox_event", "outbox")

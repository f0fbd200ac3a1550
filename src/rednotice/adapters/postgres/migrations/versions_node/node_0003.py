"""Checkpoints as they were signed, up to where the log was proved, and those that contradict each other."""

import sqlalchemy as sa
from alembic import op

revision = "node_0003"
down_revision = "node_0002"


def upgrade() -> None:
    op.add_column("believed", sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.create_table(
        "proved",
        sa.Column("only", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("only", name="pk_proved"),
    )
    op.create_table(
        "dispute",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrong", sa.Text(), nullable=False),
        sa.Column("whose", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_dispute"),
        sa.UniqueConstraint("before", "shown", name="uq_dispute_before"),
    )


def downgrade() -> None:
    op.drop_table("dispute")
    op.drop_table("proved")
    op.drop_column("believed", "note")

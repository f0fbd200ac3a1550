"""The office's last keyring: its keys change, and the log goes on."""

import sqlalchemy as sa
from alembic import op

revision = "node_0004"
down_revision = "node_0003"


def upgrade() -> None:
    op.create_table(
        "keyring",
        sa.Column("only", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("begins", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("only", name="pk_keyring"),
    )


def downgrade() -> None:
    op.drop_table("keyring")

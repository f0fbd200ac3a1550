"""Bureaus show a line key of their own instead of a shared secret, and may be revoked."""

import sqlalchemy as sa
from alembic import op

revision = "office_0003"
down_revision = "office_0002"


def upgrade() -> None:
    op.drop_column("bureau_node", "line_secret")
    op.add_column("bureau_node", sa.Column("line_key", sa.Text(), nullable=True))
    op.add_column("bureau_node", sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("bureau_node", "revoked_at")
    op.drop_column("bureau_node", "line_key")
    op.add_column("bureau_node", sa.Column("line_secret", sa.Text(), nullable=False, server_default=""))

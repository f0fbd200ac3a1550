"""Officers have, as at the office, a bureau that sent them; a node remembers what it erased."""

import sqlalchemy as sa
from alembic import op

revision = "node_0002"
down_revision = "node_0001"


def upgrade() -> None:
    op.add_column("officer", sa.Column("seconded_from", sa.Text(), nullable=True))
    op.create_table(
        "erased",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("event", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_erased"),
    )


def downgrade() -> None:
    op.drop_table("erased")
    op.drop_column("officer", "seconded_from")

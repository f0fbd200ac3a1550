"""Officers have, as at the office, a bureau that sent them."""

import sqlalchemy as sa
from alembic import op

revision = "node_0002"
down_revision = "node_0001"


def upgrade() -> None:
    op.add_column("officer", sa.Column("seconded_from", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("officer", "seconded_from")

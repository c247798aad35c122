"""once: what was taken of each table, to see whether two departments collect the same."""

import sqlalchemy as sa
from alembic import op

from jingwei.kernel.store import Instant

revision = "once_1"
down_revision = None
branch_labels = ("once",)
depends_on = None


def upgrade() -> None:
    """``secret`` tells under which secret the samples were drawn; those of two cannot be compared; ``turn`` rises with every table taken."""
    op.create_table(
        "once_tables",
        sa.Column("holder", sa.String(), primary_key=True),
        sa.Column("dataset", sa.String(), primary_key=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("snapshot", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )

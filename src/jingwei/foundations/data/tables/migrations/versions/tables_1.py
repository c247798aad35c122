"""tables: what was told of every snapshot of a registered table, and the rows set apart from it."""

import sqlalchemy as sa
from alembic import op

from jingwei.kernel.store import Instant

revision = "tables_1"
down_revision = None
branch_labels = ("tables",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tables_snapshots",
        sa.Column("dataset", sa.String(), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("profile", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "tables_quarantine",
        sa.Column("dataset", sa.String(), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("column", sa.Text(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
    )

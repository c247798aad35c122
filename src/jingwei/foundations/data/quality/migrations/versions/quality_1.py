"""quality: contracts by version, every assessment, and since when each promise is broken."""

import sqlalchemy as sa
from alembic import op

from jingwei.kernel.store import Instant

revision = "quality_1"
down_revision = None
branch_labels = ("quality",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quality_contracts",
        sa.Column("dataset", sa.String(), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "quality_runs",
        sa.Column("dataset", sa.String(), primary_key=True),
        sa.Column("at", Instant(), primary_key=True),
        sa.Column("snapshot", sa.String(), nullable=False),
        sa.Column("contract", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "quality_breaches",
        sa.Column("dataset", sa.String(), primary_key=True),
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("since", Instant(), primary_key=True),
        sa.Column("until", Instant()),
    )

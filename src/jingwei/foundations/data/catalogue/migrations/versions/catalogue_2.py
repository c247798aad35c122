"""catalogue: sources on the network that are harvested every night."""

import sqlalchemy as sa
from alembic import op

from jingwei.kernel.store import Instant

revision = "catalogue_2"
down_revision = "catalogue_1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A source that is no longer harvested stays with the day: what was taken from it is still in the catalogue."""
    op.create_table(
        "catalogue_registered",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("added", Instant(), nullable=False),
        sa.Column("removed", Instant()),
        sa.Column("tried", Instant()),
        sa.Column("outcome", sa.String(), nullable=False),
    )

"""signing in: who of an identity provider is which principal, and the sessions of those signed in"""

import sqlalchemy as sa
from alembic import op

from jingwei.kernel.store import Instant

revision = "sessions_1"
down_revision = None
branch_labels = ("sessions",)
depends_on = None


def upgrade() -> None:
    """No name, address or token: an identity is a keyed digest, a session the digest of a secret the browser holds.

    A branch of its own: it comes to a store that has people already, and a principal is never taken away.
    """
    op.create_table(
        "people_identities",
        sa.Column("identity", sa.String(), primary_key=True),
        sa.Column("principal", sa.String(), nullable=False, index=True),
        sa.Column("by_claims", sa.Boolean(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("ended", Instant()),
    )
    op.create_table(
        "people_sessions",
        sa.Column("secret", sa.LargeBinary(), primary_key=True),
        sa.Column("nonce", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("principal", sa.String(), nullable=False, index=True),
        sa.Column("begun", Instant(), nullable=False),
        sa.Column("expires", Instant(), nullable=False),
        sa.Column("ended", Instant()),
    )

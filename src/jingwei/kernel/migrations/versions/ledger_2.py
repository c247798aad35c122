"""neighbours: their co-signatures on this node's heads, and the last head seen of each of them"""

import sqlalchemy as sa
from alembic import op

revision = "ledger_2"
down_revision = "ledger_1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """``ledger_witnessed`` is what makes a co-signature worth something: nobody signs two pasts of one node."""
    op.create_table(
        "ledger_cosignatures",
        sa.Column("size", sa.BigInteger(), sa.ForeignKey("ledger_heads.size"), primary_key=True),
        sa.Column("key", sa.LargeBinary(), primary_key=True),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "ledger_witnessed",
        sa.Column("key", sa.LargeBinary(), primary_key=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
    )

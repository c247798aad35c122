"""nodes: this one and those it knows, messages that go out and came in, heads seen, evidence of rewritten pasts, figures passed on, queries answered"""

import sqlalchemy as sa
from alembic import op

from jingwei.kernel.store import Instant

revision = "nodes_1"
down_revision = None
branch_labels = ("nodes",)
depends_on = None


def upgrade() -> None:
    """The key of a message is its place in its sender's order: no two can be applied as one, and none twice."""
    op.create_table(
        "nodes_known",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("profile", sa.LargeBinary(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("parent", sa.String(), nullable=False),
        sa.Column("heard", Instant()),
    )
    op.create_table(
        "nodes_outbox",
        sa.Column("receiver", sa.String(), primary_key=True),
        sa.Column("sequence", sa.BigInteger(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due", Instant(), nullable=False),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.Column("acknowledgement", sa.LargeBinary()),
    )
    op.create_table(
        "nodes_inbox",
        sa.Column("sender", sa.String(), primary_key=True),
        sa.Column("sequence", sa.BigInteger(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("acknowledgement", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "nodes_heads",
        sa.Column("node", sa.String(), primary_key=True),
        sa.Column("head", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "nodes_evidence",
        sa.Column("digest", sa.String(), primary_key=True),
        sa.Column("node", sa.String(), nullable=False, index=True),
        sa.Column("found", Instant(), nullable=False),
        sa.Column("evidence", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "nodes_figures",
        sa.Column("node", sa.String(), primary_key=True),
        sa.Column("figure", sa.String(), primary_key=True),
    )
    op.create_table(
        "nodes_queries",
        sa.Column("requester", sa.String(), primary_key=True),
        sa.Column("number", sa.BigInteger(), primary_key=True),
        sa.Column("dataset", sa.String(), nullable=False),
        sa.Column("plan", sa.LargeBinary(), nullable=False),
        sa.Column("snapshot", sa.String(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
    )

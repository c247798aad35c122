"""the ledger: entries, the hashes over them, erasable payloads, pseudonyms, signed heads"""

import sqlalchemy as sa
from alembic import op

from jingwei.kernel.store import Instant

revision = "ledger_1"
down_revision = None
branch_labels = ("ledger",)
depends_on = None


def upgrade() -> None:
    """Positions count from 0 and have no gap; a hash row never holds more than what RFC 9162 lets everybody know."""
    op.create_table(
        "ledger_entries",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False),
        sa.Column("key", sa.LargeBinary(), unique=True),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "ledger_tiles",
        sa.Column("level", sa.Integer(), primary_key=True),
        sa.Column("number", sa.BigInteger(), primary_key=True),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=True,
    )
    op.create_table(
        "ledger_edge",
        sa.Column("level", sa.Integer(), primary_key=True),
        sa.Column("number", sa.BigInteger(), primary_key=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ledger_pseudonyms",
        sa.Column("person", sa.String(), primary_key=True),
        sa.Column("pseudonym", sa.String(), nullable=False, unique=True),
    )
    op.create_table(
        "ledger_payloads",
        sa.Column("position", sa.BigInteger(), sa.ForeignKey("ledger_entries.position"), primary_key=True),
        sa.Column("pseudonym", sa.String(), primary_key=True, index=True),
        sa.Column("salt", sa.LargeBinary()),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("erased", Instant()),
    )
    op.create_table(
        "ledger_heads",
        sa.Column("size", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
    )
    if op.get_context().dialect.name == "postgresql":  # hashes do not compress; do not let it try
        op.execute("ALTER TABLE ledger_tiles ALTER COLUMN hashes SET STORAGE EXTERNAL")

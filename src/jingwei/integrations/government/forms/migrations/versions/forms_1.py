"""forms: what people have begun to fill in, until they hand it in."""

import sqlalchemy as sa
from alembic import op

from jingwei.kernel.store import Instant

revision = "forms_1"
down_revision = None
branch_labels = ("forms",)
depends_on = None


def upgrade() -> None:
    """``sealed`` opens with the secret of whoever began it, which is kept nowhere; ``expires`` is when the row goes."""
    op.create_table(
        "form_drafts",
        sa.Column("number", sa.String(), primary_key=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires", Instant(), nullable=False, index=True),
    )

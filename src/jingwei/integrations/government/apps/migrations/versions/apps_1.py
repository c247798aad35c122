"""apps: the register of government apps, and what was set apart of the files it came from."""

import sqlalchemy as sa
from alembic import op

from jingwei.kernel.store import Instant

revision = "apps_1"
down_revision = None
branch_labels = ("apps",)
depends_on = None


def upgrade() -> None:
    op.create_table("government_apps", sa.Column("name", sa.String(), primary_key=True), sa.Column("at", Instant(), nullable=False), sa.Column("content", sa.LargeBinary(), nullable=False))
    op.create_table("government_apps_aside", sa.Column("file", sa.String(), primary_key=True), sa.Column("line", sa.Integer(), primary_key=True), sa.Column("zh", sa.String(), nullable=False),
                    sa.Column("en", sa.String(), nullable=False), sa.Column("row", sa.String(), nullable=False))

"""people and access: organisations, roles, principals, requests that need a second person, grants and denials"""

import sqlalchemy as sa
from alembic import op

from jingwei.kernel.store import Instant

revision = "people_1"
down_revision = None
branch_labels = ("people",)
depends_on = None


def upgrade() -> None:
    """No name of a person anywhere: a principal is its pseudonym."""
    op.create_table(
        "people_organisations",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("parent", sa.String(), sa.ForeignKey("people_organisations.id")),
    )
    op.create_table(
        "people_roles",
        sa.Column("code", sa.String(), primary_key=True),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
    )
    op.create_table(
        "people_principals",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("organisation", sa.String(), sa.ForeignKey("people_organisations.id"), nullable=False),
    )
    op.create_table(
        "people_held",
        sa.Column("principal", sa.String(), sa.ForeignKey("people_principals.id"), primary_key=True),
        sa.Column("role", sa.String(), sa.ForeignKey("people_roles.code"), primary_key=True),
    )
    op.create_table(
        "people_approvals",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_for", sa.String(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("expires", Instant(), nullable=False),
        sa.Column("confirmed_by", sa.String(), nullable=False),
        sa.Column("confirmed_at", Instant()),
        sa.Column("used_at", Instant()),
    )
    op.create_table(
        "access_rules",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("dataset", sa.String(), nullable=False, index=True),
        sa.Column("rule", sa.LargeBinary(), nullable=False),
        sa.Column("given", Instant(), nullable=False),
        sa.Column("withdrawn", Instant()),
    )

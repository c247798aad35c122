"""cases: deployed processes, cases with all that happened to them, what they wait for, and keys under which a thing happens once."""

import sqlalchemy as sa
from alembic import op

revision = "cases_1"
down_revision = None
branch_labels = ("cases",)
depends_on = None


def upgrade() -> None:
    """Instants are milliseconds since 1970 in UTC. ``done``, ``words`` and ``variables`` may hold what is personal, and can be emptied."""
    op.create_table(
        "case_deployments",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("files", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("process", "version"),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("code", sa.String(), nullable=False, unique=True),
        sa.Column("deployment", sa.Integer(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("began", sa.BigInteger(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("parent", sa.Integer()),
        sa.Column("parent_work", sa.Integer()),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("variables", sa.LargeBinary(), nullable=False),
    )
    op.create_index("cases_by_deployment", "cases", ["deployment", "status"])
    op.create_index("cases_by_parent", "cases", ["parent"], sqlite_where=sa.text("parent IS NOT NULL"), postgresql_where=sa.text("parent IS NOT NULL"))
    op.create_table(
        "case_events",
        sa.Column("case_id", sa.Integer(), primary_key=True),
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("events", sa.LargeBinary(), nullable=False),
        sa.Column("words", sa.LargeBinary()),
        sa.Column("done", sa.LargeBinary()),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "case_works",
        sa.Column("case_id", sa.Integer(), primary_key=True),
        sa.Column("work", sa.Integer(), primary_key=True),
        sa.Column("node", sa.Integer(), nullable=False),
        sa.Column("what", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("claimed", sa.String(), nullable=False),
        sqlite_with_rowid=False,
    )
    for name, columns, which in (("case_works_by_due", ["due"], "what <= 3"), ("case_works_by_department", ["name", "due"], "what <= 3"),
                                 ("case_works_by_event", ["what", "name", "due"], "what > 3")):
        op.create_index(name, "case_works", columns, sqlite_where=sa.text(which), postgresql_where=sa.text(which))
    op.create_table(
        "case_keys",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "case_places",
        sa.Column("department", sa.String(), primary_key=True),
        sa.Column("node", sa.String(), nullable=False),
    )
    op.create_table(
        "case_homes",
        sa.Column("case_id", sa.Integer(), primary_key=True),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("work", sa.Integer(), nullable=False),
    )

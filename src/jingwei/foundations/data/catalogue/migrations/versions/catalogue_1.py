"""catalogue: sources, their documents, records with every version, what was refused, and the words to search by."""

import sqlalchemy as sa
from alembic import op

from jingwei.kernel.store import Instant

revision = "catalogue_1"
down_revision = None
branch_labels = ("catalogue",)
depends_on = None


def upgrade() -> None:
    """The index of words is derived: triggers keep SQLite's, an expression PostgreSQL's; neither is copied by a backup."""
    op.create_table(
        "catalogue_sources",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("mapping", sa.LargeBinary(), nullable=False),
        sa.Column("changed", Instant(), nullable=False),
    )
    op.create_table(
        "catalogue_documents",
        sa.Column("source", sa.String(), sa.ForeignKey("catalogue_sources.name"), primary_key=True),
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("left_over", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "catalogue_records",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(), nullable=False, unique=True),
        sa.Column("source", sa.String(), sa.ForeignKey("catalogue_sources.name"), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("gone", Instant()),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("facets", sa.LargeBinary(), nullable=False),
    )
    op.create_index("catalogue_records_by_document", "catalogue_records", ["source", "document"])
    op.create_table(
        "catalogue_versions",
        sa.Column("record", sa.String(), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "catalogue_quarantine",
        sa.Column("source", sa.String(), sa.ForeignKey("catalogue_sources.name"), primary_key=True),
        sa.Column("document", sa.String(), primary_key=True),
        sa.Column("part", sa.String(), primary_key=True),
        sa.Column("digest", sa.LargeBinary(), primary_key=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("until", Instant()),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE INDEX catalogue_words ON catalogue_records USING gin (array_to_tsvector(string_to_array(words, ' ')))")
        return
    op.execute("CREATE VIRTUAL TABLE catalogue_words USING fts5(words, content='catalogue_records', content_rowid='number', "
               "tokenize='ascii', detail='none')")
    gone = "INSERT INTO catalogue_words(catalogue_words, rowid, words) VALUES ('delete', old.number, old.words);"
    come = "INSERT INTO catalogue_words(rowid, words) VALUES (new.number, new.words);"
    op.execute(f"CREATE TRIGGER catalogue_words_come AFTER INSERT ON catalogue_records BEGIN {come} END")
    op.execute(f"CREATE TRIGGER catalogue_words_gone AFTER DELETE ON catalogue_records BEGIN {gone} END")
    op.execute(f"CREATE TRIGGER catalogue_words_changed AFTER UPDATE OF words ON catalogue_records BEGIN {gone} {come} END")

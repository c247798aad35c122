"""jobs: work asked for now and done later, with where it stands; folders of jobs from before are taken in as they are"""

from collections.abc import Iterator
from datetime import datetime
from json import dumps, loads
from pathlib import Path
from re import fullmatch
from typing import Any

import sqlalchemy as sa
from alembic import op

from jingwei.kernel.store import Instant

revision = "jobs_1"
down_revision = None
branch_labels = ("jobs",)
depends_on = None


def upgrade() -> None:
    """The key of a job is the digest of what was asked, or of its night and action: no two are the same work."""
    jobs = op.create_table(
        "jobs",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("ask", sa.LargeBinary(), nullable=False),
        sa.Column("night", sa.String(), nullable=False, index=True),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False, index=True),
        sa.Column("asked", Instant(), nullable=False),
        sa.Column("due", Instant(), nullable=False),
        sa.Column("began", Instant()),
        sa.Column("ended", Instant()),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("unwanted", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.LargeBinary(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
    )
    folder = op.get_bind().get_execution_options().get("jingwei_folder")
    if folder is not None and (found := sorted(_folders(folder / "jobs"), key=lambda job: job["asked"])):
        op.bulk_insert(jobs, [job | {"place": n} for n, job in enumerate(found, 1)])


def _folders(home: Path) -> Iterator[dict[str, Any]]:
    """Jobs as they were kept before: a folder each, with its status beside its files. What cannot be read was never whole."""
    for folder in sorted(home.glob("*")):
        try:
            if not fullmatch("[0-9a-f]{64}", folder.name):
                continue
            ask, status = (folder / "ask.json").read_bytes(), loads((folder / "status.json").read_bytes())
            loads(ask)
            at = {name: datetime.fromisoformat(status[name]) if status.get(name) else None for name in ("asked", "began", "ended")}
            yield {"id": folder.name, "ask": ask, "night": "", "state": status["state"], **at, "due": at["asked"],
                   "done": status.get("done", 0), "total": status.get("total", 0), "label": status.get("label", ""),
                   "attempts": status.get("attempts", 0), "unwanted": (folder / "cancel").exists(), "problem": dumps(status.get("problem", {})).encode(),
                   "bytes": sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())}
        except (OSError, ValueError, KeyError):
            continue


"""How Alembic reaches the store: on the connection and in the transaction it is handed, and nowhere else."""

from typing import Any

from alembic import context

told = context.config.attributes


def passed(*_: Any, **told_by_alembic: Any) -> None:
    step = told_by_alembic["step"]
    told["passed"](step.up_revision_id, step.up_revision.doc)


context.configure(connection=told["connection"], on_version_apply=passed)
context.run_migrations()

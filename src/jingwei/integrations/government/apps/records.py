"""The register as the store keeps it, and the lines of a file that were set apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import sqlalchemy as sa

from jingwei.integrations.government.apps.model import App
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Event
from jingwei.kernel.store import Instant

APPS = sa.table("government_apps", sa.column("name"), sa.column("at", Instant), sa.column("content", sa.LargeBinary))
ASIDE = sa.table("government_apps_aside", *map(sa.column, ("file", "line", "zh", "en", "row")))


@dataclass(frozen=True, slots=True)
class Aside:
    """A line set apart, with why and what to do."""

    file: str
    line: int
    why: Text
    row: str


def apps(context: Context) -> list[App]:
    """All of the register, by name."""
    if not context.workspace.ledger.store.exists():
        return []
    with context.workspace.store.read() as connection:
        return [msgspec.msgpack.decode(bytes(r.content), type=App) for r in connection.execute(sa.select(APPS.c.content).order_by(APPS.c.name))]


def aside(context: Context) -> list[Aside]:
    """What is set apart of the last file of each name."""
    if not context.workspace.ledger.store.exists():
        return []
    with context.workspace.store.read() as connection:
        return [Aside(r.file, r.line, Text(r.zh, r.en), r.row) for r in connection.execute(sa.select(ASIDE).order_by(ASIDE.c.file, ASIDE.c.line))]


def keep(context: Context, file: str, digest: str, found: Sequence[App], apart: Sequence[Aside]) -> int:
    """Put apps in place of those of the same name, and what was set apart of a file in place of what was before. Returns how many are new or otherwise."""
    now: datetime = context.clock()
    with context.workspace.store.write_in_turn("apps") as connection:
        before = {r.name: bytes(r.content) for r in connection.execute(sa.select(APPS.c.name, APPS.c.content))}
        changed = [(a.name, made) for a in found if before.get(a.name) != (made := msgspec.msgpack.encode(a))]
        for name, content in changed:
            connection.execute(sa.delete(APPS).where(APPS.c.name == name))
            connection.execute(sa.insert(APPS).values(name=name, at=now, content=content))
        connection.execute(sa.delete(ASIDE).where(ASIDE.c.file == file))
        if apart:
            connection.execute(sa.insert(ASIDE), [{"file": a.file, "line": a.line, "zh": a.why.zh, "en": a.why.en, "row": a.row} for a in apart])
        facts = {"file": digest, "apps": len(found), "changed": len(changed), "aside": len(apart)}
        context.workspace.ledger.record([Event("apps.taken", now, context.principal.id, facts | ({"synthetic": True} if any(a.synthetic for a in found) else {}))])
    return len(changed)

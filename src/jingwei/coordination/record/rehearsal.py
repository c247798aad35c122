"""Invented events, for demonstrations and drills: each says that it is, or none is taken in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Annotated

import msgspec

from jingwei.coordination.record.model import Rehearse
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Event, recordable
from jingwei.kernel.problems import Problem, Unreadable
from jingwei.kernel.tables import Document

OWN = ("action.", "duty.", "matter.", "node.", "message.", "query.", "person.", "role.", "claim.", "session.", "job.")
"""Kinds of which this program makes its own state: an invented one would change it, whatever it says of itself."""

MOST = 100_000
LIKE = '{"kind": "need.declared", "at": "2026-03-02T09:00:00+08:00", "facts": {"need": "n-1", "synthetic": true}}'


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    facts: dict[str, bool | int | str | list[bool | int | str]]


def rehearse(context: Context, given: Rehearse) -> Result:
    """All of them in one transaction or none. The same file again adds nothing. Raises Problem ``not_synthetic``, ``not_to_be_invented``."""
    events = list(_read(given.events, context.principal.id))
    added = 0
    if not context.dry_run and events:
        context.workspace.establish()
        ledger = context.workspace.ledger
        with ledger.store.write():
            before = ledger.size()
            ledger.record(events)
            added = ledger.size() - before
    data = {"read": len(events), "added": added, "kinds": sorted({e.kind for e in events}), "written": added > 0}
    told = Text(f"读到合成事件 {len(events)} 个，新记 {added} 个。", f"{len(events)} invented events read, {added} of them new on record.")
    if context.dry_run:
        told = Text(f"读到合成事件 {len(events)} 个。没有写入。", f"{len(events)} invented events read. Nothing was written.")
    return Result(told.in_(context.language), data)


def _read(document: Document, actor: str) -> Iterator[Event]:
    lines = [(number, line) for number, line in enumerate(document.content.splitlines(), 1) if line.strip()]
    if len(lines) > MOST:
        raise Unreadable(Text(f"事件多于 {MOST:,} 个", f"more than {MOST:,} events"), where=document.name, remedy=Text("分几个文件给。", "Give them in several files."))
    for number, line in lines:
        where = Text(f"{document.name} 第 {number} 行", f"{document.name}, line {number}")
        try:
            read = msgspec.json.decode(line, type=_Line)
        except (msgspec.DecodeError, RecursionError) as error:
            raise Unreadable(Text(f"不是事件（{error}）", f"not an event ({error})"), where=where, remedy=Text(f"写作 {LIKE}", f"Write it like {LIKE}")) from None
        if read.facts.get("synthetic") is not True:
            raise Problem("not_synthetic", Text("这个事件没有注明是合成的", "the event does not say that it is invented"), where=where, remedy=Text(
                '在 facts 里写上 "synthetic": true。真发生的事由做它的动作来记。',
                'Put "synthetic": true among its facts. What really happened is recorded by the action that did it.'))
        if read.kind.startswith(OWN):
            raise Problem("not_to_be_invented", Text(f"{read.kind} 是本节点自己记的", f"{read.kind} is what this node itself records"), where=where,
                          remedy=Text("去做它，就会记下来。", "Do it, and it is recorded."))
        event = Event(read.kind, read.at, actor, read.facts, key=f"rehearsed:{sha256(line.strip()).hexdigest()}")
        recordable(event)
        yield event

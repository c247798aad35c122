"""Words that no rule knew: what sources write for frequency, format, licence, dates, period and sharing attribute and no code stands for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec
import sqlalchemy as sa

from jingwei.foundations.data.catalogue import records
from jingwei.foundations.data.catalogue.model import Record, Term, Unrecognised
from jingwei.foundations.data.catalogue.rules import RULES_OF
from jingwei.foundations.data.catalogue.trees import texts_in
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.i18n import Text

FIELDS: dict[str, Text] = {
    "frequency": Text("更新频率", "Update frequency"), "format": Text("格式", "Format"), "license": Text("许可", "Licence"), "issued": Text("发布日期", "Issued"),
    "modified": Text("更新日期", "Modified"), "temporal": Text("时间范围", "Period"), "sharing": Text("共享属性", "Sharing attribute")}
_KEPT_ASIDE = ("issued", "modified", "temporal", "sharing")
"""Fields that hold nothing but what a rule knew; other words stay under the key they had."""


def words_of(connection: sa.Connection, source: str | None = None) -> dict[str, Counter[str]]:
    """Per field the words that no rule knew, with the number of current records that say them."""
    wanted = sa.select(records.SOURCES.c.name, records.SOURCES.c.mapping)
    found: dict[str, Counter[str]] = {name: Counter() for name in FIELDS}
    for name, mapping in connection.execute(wanted if source is None else wanted.where(records.SOURCES.c.name == source)):
        keys = {k: t for k, t in msgspec.json.decode(bytes(mapping), type=dict[str, str]).items() if t in _KEPT_ASIDE}
        for _, record in records.current(connection, name):
            for field, words in set(_unknown(record, keys)):
                found[field][words] += 1
    return found


def _unknown(record: Record, keys: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    terms = [("frequency", record.frequency), ("license", record.license), *((n, getattr(r, n)) for r in record.resources for n in ("format", "license"))]
    for field, term in terms:
        if isinstance(term, Term) and term.label and not term.address:
            yield field, term.label
    for key, field in keys.items():
        if key in record.extras and not getattr(record, field):
            for words in list(texts_in(record.extras[key]))[:1]:
                yield field, words


def unrecognised(context: Context, given: Unrecognised) -> Result:
    """The words of the current records that no rule knew, the commonest first, with the day of the rules."""
    with context.workspace.store.read() as connection:
        found = words_of(connection, given.source)
    shown = {f: sorted(words.items(), key=lambda p: (-p[1], p[0]))[:max(0, given.count)] for f, words in found.items() if words}
    lines = [context.say(f"规则截至 {RULES_OF}。", f"Rules as of {RULES_OF}."), ""]
    for field, words in shown.items():
        lines += [f"## {FIELDS[field].in_(context.language)}: {len(found[field])}", "", *(f"- {' '.join(w.split())[:200]} ({n})" for w, n in words), ""]
    if not shown:
        lines.append(context.say("没有规则不认识的写法。", "There are no words that the rules do not know."))
    return Result("\n".join(lines).rstrip() + "\n", {"rules_of": RULES_OF.isoformat(), "fields": {f: [{"words": w, "records": n} for w, n in words] for f, words in shown.items()}})

"""What a table alone does not tell: what the catalogue says of it, when it was renewed, who was given it and who used it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from jingwei.foundations.data.catalogue import records as catalogue
from jingwei.foundations.data.catalogue.model import Record
from jingwei.foundations.data.quality.checks import agrees
from jingwei.foundations.data.quality.contract import Contract
from jingwei.foundations.data.quality.expressions import text_of
from jingwei.foundations.data.quality.model import Figure, Part, not_assessable
from jingwei.foundations.data.sharing.cases import Shared, fold
from jingwei.foundations.data.sharing.model import Case
from jingwei.foundations.data.sharing.records import ROOM
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import CHINA, day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import records
from jingwei.kernel.periods import WorkCalendar, work_calendar
from jingwei.kernel.problems import Problem
from jingwei.kernel.told import told

if TYPE_CHECKING:
    import ibis.expr.types as ir

EVERY: dict[str, tuple[int, int]] = {
    "DAILY": (0, 1), "WEEKLY_3": (0, 3), "WEEKLY_2": (0, 4), "WEEKLY": (0, 7), "BIWEEKLY": (0, 14), "MONTHLY_3": (0, 10), "MONTHLY_2": (0, 15), "MONTHLY": (1, 0),
    "BIMONTHLY": (2, 0), "QUARTERLY": (3, 0), "ANNUAL_3": (4, 0), "ANNUAL_2": (6, 0), "ANNUAL": (12, 0), "BIENNIAL": (24, 0), "TRIENNIAL": (36, 0),
    "QUADRENNIAL": (48, 0), "QUINQUENNIAL": (60, 0), "DECENNIAL": (120, 0)}
"""Months and days to the next update by the EU's table of frequencies; those that set no day are not in it."""

_KINDS = (("boolean", "bool|logical|布尔|逻辑"), ("timestamp", "timestamp|date-?time|日期时间|时间戳|时间型"), ("date", "date|日期"),
          ("integer", "int|long|整数|整型"), ("number", "number|numeric|float|double|decimal|real|数值|数字|浮点|小数|货币"),
          ("string", "text|string|char|clob|字符|文本|字符串|uri|url|anyuri"))
"""Words for types in catalogues, in the order they are looked for."""


@dataclass
class World:
    """The catalogue and the record of sharing as they stood at the context's instant; each is read once and only if it is asked for."""

    context: Context
    calendar: WorkCalendar = field(default_factory=work_calendar)

    @cached_property
    def at(self) -> datetime:
        return self.context.clock()

    @cached_property
    def sharing(self) -> Shared:
        ledger = self.context.workspace.ledger
        if not ledger.store.exists():
            return Shared()
        return fold(e for e in told(ledger, ROOM, words=False) if datetime.fromisoformat(e.at) <= self.at)

    @cached_property
    def _names(self) -> dict[str, str]:
        """Ids of catalogue records by what identifies them."""
        with self.context.workspace.store.read() as connection:
            return {name: one for one, record in reversed(catalogue.current(connection)) for name in (*record.identifier, record.address)}

    def record(self, contract: Contract) -> tuple[str, Record] | None:
        """The catalogue's record of a table, in the version of that instant: the one its contract names, else one identified by its
        name or by the code it is shared under."""
        codes = [o.terms.data for o in self.sharing.offers.values() if o.terms.dataset == contract.dataset]
        one = contract.record or next((self._names[n] for n in (contract.dataset, *codes) if n in self._names), "")
        if not one:
            return None
        with self.context.workspace.store.read() as connection:
            try:
                version = max((v for v, at in catalogue.versions(connection, one) if at <= self.at), default=None)
                if version is None:
                    return None
                found, _, _, gone = catalogue.record(connection, one, version)
            except Problem:
                return None
        return None if gone is not None and gone <= self.at else (one, found)

    def owner(self, contract: Contract, record: Record | None) -> str:
        """Who answers for it: by the contract, by the terms it is shared on, by the catalogue; empty when nobody says."""
        offered = [o.terms.provider for o in self.sharing.offers.values() if o.terms.dataset == contract.dataset]
        return contract.owner or (offered[0] if offered else "") or (record.publisher.name if record and record.publisher else "")

    def invented(self, contract: Contract) -> bool:
        """Whether it is an exercise, of which nothing is published."""
        return contract.synthetic or any(o.terms.synthetic for o in self.sharing.offers.values() if o.terms.dataset == contract.dataset)

    def figures(self, table: ir.Table, contract: Contract, written: datetime | None, record: Record | None) -> dict[str, Figure]:
        cases = [c for c in self.sharing.cases.values() if (offer := self.sharing.offers.get(c.request.data)) and offer.terms.dataset == contract.dataset]
        made = (*metadata(table, record), timeliness(table, contract, written, record, day_in_china(self.at), self.calendar), used(cases), accessible(cases))
        return {f.metric: f for f in made}


def kind_of(words: str) -> str | None:
    """The logical type a catalogue's words for a type mean; None when they tell none."""
    plain = re.sub("^(sc|xsd|xs|schema):", "", words.strip().lower())
    return next((kind for kind, pattern in _KINDS if re.search(pattern, plain)), None)


def metadata(table: ir.Table, record: Record | None) -> tuple[Figure, Figure]:
    """0103 and 0403. Names are compared without regard to case."""
    items = {i.name.casefold(): i.kind for i in record.items} if record else {}
    if not items:
        return not_assessable("0103"), not_assessable("0403")
    told_of = [c for c in table.columns if c.casefold() in items]
    kinds = {name: kind_of(kind) for name, kind in items.items()}
    held = {c.casefold(): table[c].type() for c in table.columns}
    typed = [n for n, k in kinds.items() if k]
    good = sum(n in held and agrees(held[n], str(kinds[n])) for n in typed)
    named = Figure("0103", (Part("", len(told_of), len(table.columns)),))
    return named, Figure("0403", (Part("", good, len(typed)),)) if typed else not_assessable("0403")


def timeliness(table: ir.Table, contract: Contract, written: datetime | None, record: Record | None, today: date, calendar: WorkCalendar) -> Figure:
    """0502: whether the day by which the next update is due has passed."""
    update = contract.update
    every = (update.every if update else "") or (catalogue.name_of(record.frequency) if record else "")
    if every and every not in EVERY:
        return not_assessable("0502", Text(f"更新频率 {every} 没有定下日子", f"the frequency {every} sets no day"))
    last = _renewed(table, update.column) if update and update.column in table.columns else day_in_china(written) if written else None
    if not every or last is None:
        return not_assessable("0502")
    try:
        return Figure("0502", (Part("", int(today <= due(last, every, update.grace if update else 0, calendar)), 1),))
    except Problem as error:
        if error.code != "unknown_calendar":
            raise
        return not_assessable("0502", error.what)


def due(last: date, every: str, grace: int, calendar: WorkCalendar) -> date:
    """The last day for the next update: the period on, moved to a working day, and the working days of grace after it.

    Raises Problem ``unknown_calendar``.
    """
    months, days = EVERY[every]
    month = last.month - 1 + months
    year, month = last.year + month // 12, month % 12 + 1
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    day = min(last.day, (first_of_next - timedelta(days=1)).day)
    return calendar.add_working_days(calendar.on_or_after(date(year, month, day) + timedelta(days=days)), grace)


def _renewed(table: ir.Table, column: str) -> date | None:
    newest = table.aggregate(n=text_of(table[column]).max())
    (row,) = records(newest, by=("n",))
    try:
        return date.fromisoformat(str(row["n"])[:10])
    except ValueError:
        return None


def used(cases: Iterable[Case]) -> Figure:
    """0504: uses on record that fell into the period they were granted for, before sharing was stopped."""
    uses = [(c, u) for c in cases for u in c.uses]
    good = sum(bool(c.request.first and c.request.last and c.request.first <= day_in_china(u.at) <= c.request.last) and not (c.stopped and u.at > c.stopped.at) for c, u in uses)
    return Figure("0504", (Part("", good, len(uses)),)) if uses else not_assessable("0504")


def accessible(cases: Iterable[Case]) -> Figure:
    """0601: requests that got the data, of those that were decided or delivered."""
    over = [c for c in cases if c.decisions or c.uses]
    return Figure("0601", (Part("", sum(any(u.delivery for u in c.uses) for c in over), len(over)),)) if over else not_assessable("0601")


def written_at(context: Context, dataset: str, snapshot: str) -> datetime | None:
    """When a snapshot was written."""
    manifest = context.workspace.lake.folder / dataset / "manifests" / f"{snapshot}.json"
    return datetime.fromtimestamp(manifest.stat().st_mtime, CHINA) if manifest.is_file() else None


def complete(record: Record) -> bool:
    """Whether a record says all that Order 809 art. 13 asks: conditions and a legal basis only where the attribute calls for them."""
    always: Mapping[str, Any] = {"title": record.title, "items": record.items, "publisher": record.publisher, "format": any(r.format for r in record.resources),
                                 "frequency": record.frequency, "sharing": record.sharing, "grade": record.grade}
    mode = record.sharing == "none" or record.sharing_mode
    terms = {"conditional": record.use_conditions, "none": record.sharing_basis}.get(record.sharing, "-")
    return all(always.values()) and bool(mode) and bool(terms)

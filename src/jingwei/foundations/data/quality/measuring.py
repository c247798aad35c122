"""One dataset assessed: every metric counted by queries over the lake, every broken promise with its rows counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from jingwei.foundations.data.quality.checks import agrees, complete_rows, row_checks
from jingwei.foundations.data.quality.contract import Comparison, Contract, Reference
from jingwei.foundations.data.quality.expressions import Scope, condition, text_of, where
from jingwei.foundations.data.quality.formats import known
from jingwei.foundations.data.quality.model import METRICS, Assessment, Breach, Figure, Part, not_assessable
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import records
from jingwei.kernel.problems import Problem

if TYPE_CHECKING:
    import ibis.expr.types as ir

NO_VALUE = Text("表里没有这项指标要判断的值", "the table holds no value that this metric is about")

Open = Callable[[str], "ir.Table"]
"""Opens another table of the lake by its name. Raises Problem ``unknown_dataset``."""


@dataclass(slots=True)
class Counts:
    """What was counted so far: A and B by metric and part, promises broken, and why a metric cannot be assessed."""

    parts: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    breaches: list[Breach] = field(default_factory=list)
    why: dict[str, Text] = field(default_factory=dict)
    samples: dict[str, bool] = field(default_factory=dict)

    def add(self, counts: Sequence[tuple[str, str]], good: int, of: int) -> None:
        for key in counts:
            self.parts[key][0] += good
            self.parts[key][1] += of

    def broken(self, name: str, counts: Sequence[tuple[str, str]], fields: Sequence[str], severity: str, rows: int, of: int) -> None:
        if rows:
            self.breaches.append(Breach(name, counts[0][0], tuple(fields), severity, rows, of))


def assess(table: ir.Table, contract: Contract, snapshot: str, today: date, open_: Open, outside: Mapping[str, Figure]) -> Assessment:
    """All metrics of one snapshot.

    today : the day in China on which validity is judged
    outside : metrics that the table alone does not tell: metadata, timeliness, use and access (``surroundings``)
    Raises Problem ``bad_rule``, ``bad_pattern`` or ``unknown_column`` when the contract does not fit the table.
    """
    counts = Counts()
    rows = _rows(table, contract, today, counts)
    _model(table, contract, counts)
    _keys(table, contract, rows, counts)
    for reference in contract.references:
        _reference(table, contract, reference, open_, counts)
    for comparison in contract.comparisons:
        _compare(table, contract, comparison, open_, counts)
    for metric in outside.values():
        if metric.metric == "0502" and metric.value == 0:
            counts.broken("update", [("0502", "")], (), "error", 1, 1)
    figures = tuple(outside[code] if code in outside else _figure(code, counts) for code in METRICS)
    order = {"error": 0, "warning": 1}
    return Assessment(contract.dataset, snapshot, contract.digest, rows, figures,
                      tuple(sorted(counts.breaches, key=lambda b: (order[b.severity], -b.rows, b.check))), contract.unchecked)


def _rows(table: ir.Table, contract: Contract, today: date, counts: Counts) -> int:
    """All that single rows decide, in one pass; returns how many rows there are."""
    checks = list(row_checks(table, contract, today))
    flags = table.select(whole=complete_rows(table, contract), **{f"{a}{i}": getattr(c, b) for i, c in enumerate(checks) for a, b in (("a", "applies"), ("h", "holds"))})
    sums = {"n": flags.count(), "whole": _sum(flags["whole"])}
    for i in range(len(checks)):
        sums |= {f"of{i}": _sum(flags[f"a{i}"]), f"ok{i}": _sum(flags[f"a{i}"] & flags[f"h{i}"])}
    (found,) = records(flags.aggregate(**sums), by=("n",))
    total = int(found["n"])
    for i, check in enumerate(checks):
        good, of = int(found[f"ok{i}"]), int(found[f"of{i}"])
        counts.add(check.counts, of - good if check.counts == (("0305", ""),) else good, of)
        if check.promised:
            counts.broken(check.name, check.counts, check.fields, check.severity, of - good, of)
    if any(f.required for f in contract.fields):
        counts.add((("0202", ""),), int(found["whole"]), max(total, contract.rows.least or 0))
    for each in contract.fields:
        if each.required and each.name not in table.columns:
            counts.add((("0201", ""),), 0, total)
            counts.broken(f"{each.name}.required", [("0201", "")], (each.name,), each.severity, total, total)
    least, most = contract.rows.least, contract.rows.most
    if least is not None and total < least:
        counts.broken("rows", [("0202", "")], (), "error", least - total, least)
    if most is not None and total > most:
        counts.broken("rows", [("0202", "")], (), "error", total - most, total)
    return total


def _sum(flag: Any) -> Any:
    """How many rows it is true of; 0 of an empty table."""
    import ibis

    return ibis.coalesce(ibis.ifelse(flag, 1, 0).sum(), 0).cast("int64")


def _model(table: ir.Table, contract: Contract, counts: Counts) -> None:
    """Fields that contract and table agree on, of those that either has; without declared fields there is nothing to agree on."""
    if not contract.fields:
        return
    declared = {f.name: f for f in contract.fields}
    either = dict.fromkeys((*declared, *table.columns))
    good = [n for n in either if n in declared and n in table.columns and ((kind := declared[n].type) is None or agrees(table[n].type(), kind))]
    counts.add((("0102", ""),), len(good), len(either))
    counts.broken("model", [("0102", "")], [n for n in either if n not in good], "error", len(either) - len(good), len(either))


def _keys(table: ir.Table, contract: Contract, rows: int, counts: Counts) -> None:
    """Rows repeated as they are (0303), and rows that a key tells from all others (0304): a key with a gap tells nothing apart."""
    if rows:
        counts.add((("0303", ""),), rows - number_of(table.distinct().count()), rows)
    for key in contract.keys:
        here = [c for c in key if c in table.columns]
        alone = _alone(_whole(table, here, contract), here) if len(here) == len(key) else 0
        counts.add((("0304", ""),), alone, rows)
        counts.broken(f"unique({','.join(key)})", [("0304", "")], key, "error", rows - alone, rows)


def _whole(table: ir.Table, columns: Sequence[str], contract: Contract) -> ir.Table:
    return table.filter(*(known(table[c], contract.missing) for c in columns))


def _alone(table: ir.Table, key: Sequence[str]) -> int:
    """Rows whose key no other row has."""
    keys = table.select(**{f"k{i}": table[c] for i, c in enumerate(key)})
    grouped = keys.group_by(list(keys.columns)).aggregate(times=keys.count())
    return number_of(grouped.aggregate(n=_sum(grouped["times"] == 1)))


def number_of(expression: Any) -> int:
    """The only number an expression gives."""
    table = expression if hasattr(expression, "columns") else expression.name("n").as_table()
    (row,) = records(table, by=("n",))
    return int(row["n"])


def _reference(table: ir.Table, contract: Contract, reference: Reference, open_: Open, counts: Counts) -> None:
    """Values found in another table (0105); one that is not in the lake leaves the metric to what else it is made of, and says so."""
    import ibis

    other = _opened(reference.dataset, reference.columns, open_, counts, "0105")
    if other is None or any(c not in table.columns for c in reference.fields):
        return
    ours = _whole(table, reference.fields, contract).select(**{f"k{i}": as_key(table[c]) for i, c in enumerate(reference.fields)})
    theirs = other.select(**{f"r{i}": as_key(other[c]) for i, c in enumerate(reference.columns)}).distinct().mutate(found=ibis.literal(True))
    joined = ours.left_join(theirs, [ours[f"k{i}"] == theirs[f"r{i}"] for i in range(len(reference.fields))])
    (row,) = records(joined.aggregate(n=joined.count(), good=_sum(joined["found"].notnull())), by=("n",))
    counts.add((("0105", ""),), int(row["good"]), int(row["n"]))
    counts.broken(reference.name, [("0105", "")], reference.fields, reference.severity, int(row["n"]) - int(row["good"]), int(row["n"]))


COUNTED: dict[str, tuple[str, str]] = {"authority": ("0306", ""), "same": ("0401", ""), "equal": ("0402", "cross-equal"), "logic": ("0402", "cross-logic")}
"""Where a comparison with another table is counted."""


def _compare(table: ir.Table, contract: Contract, comparison: Comparison, open_: Open, counts: Counts) -> None:
    """Rows beside their counterparts (0306, 0401, 0402)."""
    count = COUNTED[comparison.kind]
    other = _opened(comparison.dataset, (*comparison.on.values(), *comparison.equal.values()), open_, counts, count[0])
    if other is None or any(c not in table.columns for c in (*comparison.on, *comparison.equal)):
        return
    joined = paired(table, other, contract, comparison)
    verdict = verdict_of(joined, contract, comparison)
    (row,) = records(joined.aggregate(n=_sum(verdict.notnull()), good=_sum(verdict.coalesce(False))), by=("n",))
    good, of = int(row["good"]), int(row["n"])
    if comparison.kind == "authority":
        if comparison.sample:
            counts.samples["0306"] = True
        else:  # the authority holds all: what it does not know of is wrong
            of = number_of(_whole(table, list(comparison.on), contract).count())
    counts.add((count,), good, of)
    counts.broken(comparison.name, [count], tuple(comparison.equal) or tuple(comparison.on), comparison.severity, of - good, of)


def paired(table: ir.Table, other: ir.Table, contract: Contract, comparison: Comparison) -> ir.Table:
    """Our rows with the one row of the same key: our columns under ``this``, theirs under ``other`` and a point."""
    keys = {f"r{i}": as_key(other[theirs]) for i, theirs in enumerate(comparison.on.values())}
    theirs = other.select(**keys, **{f"other.{c}": other[c] for c in (other.columns if comparison.rule else dict.fromkeys(comparison.equal.values()))})
    once = theirs.group_by(list(keys)).aggregate(times=theirs.count(), **{c: theirs[c].max() for c in theirs.columns if c not in keys})
    once = once.filter(once["times"] == 1)
    whole = _whole(table, list(comparison.on), contract)
    ours = whole.select(**{f"k{i}": as_key(whole[c]) for i, c in enumerate(comparison.on)}, **{f"this.{c}": whole[c] for c in whole.columns})
    return ours.inner_join(once, [ours[f"k{i}"] == once[f"r{i}"] for i in range(len(keys))])


def verdict_of(joined: ir.Table, contract: Contract, comparison: Comparison) -> Any:
    """Whether a pair agrees; NULL where a rule cannot tell."""
    import ibis

    if comparison.rule:
        sides = {side: joined.select(**{c.partition(".")[2]: joined[c] for c in joined.columns if c.startswith(f"{side}.")}) for side in ("this", "other")}
        return condition(comparison.rule, Scope(_Side.both(joined, sides), contract.missing, comparison.name))
    agree = []
    for mine, yours in comparison.equal.items():
        pair = [where(known(joined[c], contract.missing), text_of(joined[c])) for c in (f"this.{mine}", f"other.{yours}")]
        if pair[0].type().is_string() != pair[1].type().is_string():
            pair = [p.cast("string") for p in pair]
        elif pair[0].type() != pair[1].type() and pair[0].type().is_numeric():
            pair = [p.cast("float64") for p in pair]
        agree.append(pair[0].identical_to(pair[1]))
    return ibis.and_(ibis.literal(True), *agree)


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a pair as a table of its own names, so that a rule finds ``this.a`` and ``other.a``."""

    joined: Any
    side: str
    columns: tuple[str, ...]

    def __getitem__(self, name: str) -> Any:
        return self.joined[f"{self.side}.{name}"]

    @staticmethod
    def both(joined: Any, sides: Mapping[str, Any]) -> dict[str, Any]:
        return {side: _Side(joined, side, tuple(table.columns)) for side, table in sides.items()}


def as_key(column: Any) -> Any:
    """Keys of other types than text are matched as what they are; days as ISO text."""
    return text_of(column) if column.type().is_temporal() else column


def _opened(name: str, columns: Sequence[str], open_: Open, counts: Counts, metric: str) -> ir.Table | None:
    try:
        other = open_(name)
    except Problem as error:
        if error.code != "unknown_dataset":
            raise
        counts.why[metric] = Text(f"数据湖里没有参照表 {name}", f"the reference {name} is not in the lake")
        return None
    if lacking := [c for c in columns if c not in other.columns]:
        counts.why[metric] = Text(f"参照表 {name} 没有列 {lacking[0]}", f"the reference {name} has no column {lacking[0]}")
        return None
    return other


def _figure(metric: str, counts: Counts) -> Figure:
    """A and B as counted; without a rule, without a value to judge, or with a reference that is missing it is not assessable."""
    names = METRICS[metric].parts
    found = tuple(Part(name, *counts.parts[metric, name]) for name in names if (metric, name) in counts.parts)
    if metric in counts.why and not any(p.denominator for p in found):
        return not_assessable(metric, counts.why[metric])
    if not found:
        return not_assessable(metric)
    if not any(p.denominator for p in found):
        return Figure(metric, (), NO_VALUE.zh, NO_VALUE.en)
    if counts.samples.get(metric):
        low, high = wilson(found[0].numerator, found[0].denominator)
        return Figure(metric, found, low=low, high=high)
    return Figure(metric, found)


def wilson(good: int, of: int) -> tuple[float, float]:
    """95 % score interval of a share (Wilson 1927)."""
    from scipy.stats import binomtest

    interval = binomtest(good, of).proportion_ci(0.95, method="wilson")
    return float(interval.low), float(interval.high)

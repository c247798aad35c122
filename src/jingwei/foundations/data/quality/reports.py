"""What can be read of quality: the last assessments and their history, a contract, the rows that fail it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from jingwei.foundations.data.quality import records
from jingwei.foundations.data.quality.actions import (
    breaches_csv,
    contract_of,
    opened,
    percent,
    scores_csv,
    scores_table,
    tables_of,
)
from jingwei.foundations.data.quality.checks import row_checks
from jingwei.foundations.data.quality.contract import Contract
from jingwei.foundations.data.quality.figures import Share, figures
from jingwei.foundations.data.quality.formats import known
from jingwei.foundations.data.quality.measuring import as_key, number_of, paired, verdict_of
from jingwei.foundations.data.quality.model import DIMENSIONS, METRICS, FailingRows, ShowContract, ShowQuality, scores
from jingwei.foundations.data.quality.surroundings import World, complete
from jingwei.foundations.data.sharing.records import acting
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.clock import CHINA, day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import arrow
from jingwei.kernel.markdown import markdown
from jingwei.kernel.node_records import place_of
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document, csv_bytes

if TYPE_CHECKING:
    import ibis.expr.types as ir

MOST_ROWS = 100_000
"""Failing rows written out at once; the report says when there are more."""

MOST_RUNS = 50


def as_of_today(context: Context) -> Context:
    """What is read is read as of the end of its day: pages and answers are made at the day's first instant and hold all that it brings."""
    end = context.clock().astimezone(CHINA).replace(hour=23, minute=59, second=59, microsecond=999_999)
    return replace(context, clock=lambda: end)


def show(context: Context, given: ShowQuality) -> Result:
    """The last assessment of one table with its history, or of all with the figures for the evaluation."""
    context = as_of_today(context)
    at = context.clock()
    with context.workspace.store.read() as connection:
        latest = records.latest(connection, at)
        since = {k: v.isoformat() for k, v in records.since(connection, latest, at).items()}
        runs = records.runs(connection, at, given.dataset, MOST_RUNS) if given.dataset is not None else []
    if given.dataset is not None and given.dataset not in latest:
        raise Problem("not_assessed", Text(f"{given.dataset[:60]!r} 还没有评过", f"{given.dataset[:60]!r} was not assessed yet"),
                      remedy=Text("先评：jingwei quality run TABLE", "Assess it first: jingwei quality run TABLE"))
    chosen = [latest[given.dataset]] if given.dataset is not None else list(latest.values())
    found = [run.assessment for run in chosen]
    shares = overall(context) if given.dataset is None else []
    lines = [scores_table(context, found)] if found else [context.say("还没有评过任何表：`jingwei quality run`", "Nothing was assessed yet: `jingwei quality run`")]
    if given.dataset is not None:
        lines += [_metrics(context, found[0].figures), *_broken(context, found[0].breaches, given.dataset, since), *_history(context, runs)]
    else:
        lines += ["", markdown((context.say("指标", "measure"), context.say("数值", "value"), context.say("由", "made of")), (
            (s.measure.name.in_(context.language), percent(context, None if s.value is None else s.value / 100), f"{s.of} / {s.tables}") for s in shares))]
    documents = [Document("scores.csv", scores_csv(found)), Document("breaches.csv", breaches_csv(found, since))]
    if given.dataset is None:
        documents.append(_observations(shares, context))
    data = {"datasets": [{"dataset": run.dataset, "at": run.at.isoformat(), "owner": run.owner, "snapshot": run.snapshot, "scores": {
        s.dimension: s.value for s in scores(run.assessment.figures)}, "breaches": len(run.assessment.breaches)} for run in chosen],
        "figures": [{"measure": s.measure.code, "value": s.value, "of": s.of, "tables": s.tables} for s in shares],
        "history": [{"at": r.at.isoformat(), "snapshot": r.snapshot, "scores": {s.dimension: s.value for s in scores(r.assessment.figures)}} for r in runs]}
    return Result("\n".join(lines) + "\n", data, tuple(documents))


def overall(context: Context) -> list[Share]:
    """The measures of the room that quality answers for; a node of exercises has none to tell."""
    context = as_of_today(context)
    world, at = World(context), context.clock()
    with context.workspace.store.read() as connection:
        latest = records.latest(connection, at)
    names = sorted({*tables_of(context)})
    contracts = {n: contract_of(context, n) for n in names}
    invented = frozenset(n for n in names if context.workspace.settings.demonstration or world.invented(contracts[n]))
    covered = {n: bool((found := world.record(contracts[n])) and complete(found[1])) for n in names}
    return figures({n: run for n, run in latest.items() if n in names}, invented, covered)


def _observations(shares: Sequence[Share], context: Context) -> Document:
    """As ``jingwei observe`` takes them in, with the node's place. What is not assessable has no value."""
    day, place = day_in_china(context.clock()), place_of(context.workspace.store)
    return Document("observations.csv", csv_bytes(("measure", "place", "period", "value", "unit", "source", "vintage", "status"), (
        (s.measure.code, place, day.year, s.value, s.measure.unit, "quality", day.isoformat(), "missing" if s.value is None else "observed") for s in shares)))


def _metrics(context: Context, found: Sequence[Any]) -> str:
    rows = []
    for f in found:
        m = METRICS[f.metric]
        value = percent(context, f.value)
        interval = f" ({100 * f.low:.1f}–{100 * f.high:.1f})" if f.low is not None and f.high is not None else ""
        rows.append((m.code, m.name.in_(context.language), value + interval, f.counted.in_(context.language), m.formula))
    return markdown([context.say(*w) for w in (("编号", "number"), ("指标", "metric"), ("数值", "value"), ("A / B，或缺什么", "A / B, or what is missing"), ("公式", "formula"))], rows)


def _broken(context: Context, breaches: Sequence[Any], dataset: str, since: dict[tuple[str, str], str]) -> Iterator[str]:
    if breaches:
        yield markdown([context.say(*w) for w in (("违约", "breach"), ("行", "rows"), ("共", "of"), ("自", "since"))],
                       ((b.check, f"{b.rows:,}", f"{b.of:,}", since.get((dataset, b.check), "")[:10]) for b in breaches))


def _history(context: Context, runs: Sequence[records.Run]) -> Iterator[str]:
    if len(runs) > 1:
        yield markdown([context.say("评于", "assessed"), *(n.in_(context.language) for n in DIMENSIONS.values())], (
            [r.at.strftime("%Y-%m-%d %H:%M"), *("–" if s.value is None else f"{100 * s.value:.2f}" for s in scores(r.assessment.figures))] for r in runs))


def show_contract(context: Context, given: ShowContract) -> Result:
    """The contract in force, as the file it came in."""
    with context.workspace.store.read() as connection:
        kept = records.contract(connection, given.dataset, as_of_today(context).clock())
    if kept is None:
        raise Problem("no_contract", Text(f"{given.dataset[:60]!r} 没有数据约定", f"{given.dataset[:60]!r} has no contract"),
                      remedy=Text("这样定：jingwei quality contract set TABLE FILE", "Set one: jingwei quality contract set TABLE FILE"))
    said = context.say(f"第 {kept.version} 版，{kept.at:%Y-%m-%d %H:%M} 起。", f"Version {kept.version}, since {kept.at:%Y-%m-%d %H:%M}.")
    data = {"dataset": given.dataset, "version": kept.version, "at": kept.at.isoformat(), "digest": kept.contract.digest, "contract": msgspec.to_builtins(kept.contract)}
    return Result(f"{said}\n\n```yaml\n{kept.file.text().rstrip()}\n```\n", data, (Document("contract.odcs.yaml", kept.file.content),))


def rows(context: Context, given: FailingRows) -> Result:
    """The rows that break a promise, with which: for the owner of the table and the node's own operator alone.

    Raises Problem ``not_party`` for anybody else, ``unknown_check`` for a promise the contract does not have.
    """
    context = as_of_today(context)
    contract, world = contract_of(context, given.dataset), World(context)
    table = opened(context, given.dataset)
    found = world.record(contract)
    acting(context, world.owner(contract, found[1] if found else None), Text("看不合约定的行", "see rows that fail"))
    failing = failing_rows(context, table, contract, given.check)
    count = number_of(failing.count())
    columns = [f.removeprefix("column ") for f in failing.columns]
    written = arrow(failing.order_by(list(failing.columns)).limit(MOST_ROWS))
    content = csv_bytes(columns, zip(*(c.to_pylist() for c in written.columns), strict=True))
    said = context.say(f"{count:,} 行不合约定，写入 rows.csv。", f"{count:,} rows fail, in rows.csv.")
    if count > MOST_ROWS:
        said += context.say(f"只写了前 {MOST_ROWS:,} 行。", f" Only the first {MOST_ROWS:,} are there.")
    return Result(f"{said}\n", {"dataset": given.dataset, "rows": count, "written": min(count, MOST_ROWS)}, (Document("rows.csv", content),))


def failing_rows(context: Context, table: ir.Table, contract: Contract, only: str | None = None) -> ir.Table:
    """Each failing row once for each promise it breaks, whose name stands in the first column ``breaks``."""
    import ibis

    parts: dict[str, Any] = {c.name: table.filter(c.applies & ~c.holds) for c in row_checks(table, contract, day_in_china(context.clock())) if c.promised}
    for key in contract.keys:
        if all(c in table.columns for c in key):
            whole = ibis.and_(*(known(table[c], contract.missing) for c in key))
            times = table.count().over(ibis.window(group_by=list(key)))
            counted = table.mutate(**{"times of it": times, "whole of it": whole})
            parts[f"unique({','.join(key)})"] = counted.filter(~counted["whole of it"] | (counted["times of it"] > 1)).drop("times of it", "whole of it")
    for reference in contract.references:
        if all(c in table.columns for c in reference.fields):
            whole = table.filter(*(known(table[c], contract.missing) for c in reference.fields))
            other = opened(context, reference.dataset)
            parts[reference.name] = whole.anti_join(other, [as_key(whole[f]) == as_key(other[c]) for f, c in zip(reference.fields, reference.columns, strict=True)])
    for comparison in contract.comparisons:
        if all(c in table.columns for c in (*comparison.on, *comparison.equal)):
            pairs = paired(table, opened(context, comparison.dataset), contract, comparison)
            wrong = pairs.filter(verdict_of(pairs, contract, comparison) == ibis.literal(False))
            parts[comparison.name] = wrong.select(**{c: wrong[f"this.{c}"] for c in table.columns})
    if only is not None and only not in parts:
        from jingwei.kernel.problems import did_you_mean

        raise Problem("unknown_check", Text(f"约定里没有 {only[:60]!r}", f"the contract has no promise {only[:60]!r}"),
                      remedy=did_you_mean(only, parts) or Text("见 jingwei quality show TABLE", "See jingwei quality show TABLE"))
    chosen = {n: t for n, t in parts.items() if only in (None, n)}
    if not chosen:
        raise Problem("no_contract", Text(f"{contract.dataset} 没有按行的约定", f"{contract.dataset} promises nothing of its rows"),
                      remedy=Text("这样定：jingwei quality contract set TABLE FILE", "Set a contract: jingwei quality contract set TABLE FILE"))
    told = [t.select(breaks=ibis.literal(n), **{f"column {c}": t[c] for c in table.columns}) for n, t in chosen.items()]
    return ibis.union(*told) if len(told) > 1 else told[0]

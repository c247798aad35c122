"""Assess tables, keep what they promise, bring in the figures the product ships."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec

from jingwei.foundations.data.quality import records
from jingwei.foundations.data.quality.contract import Contract, nothing_promised
from jingwei.foundations.data.quality.measuring import assess
from jingwei.foundations.data.quality.model import (
    DIMENSIONS,
    METRICS,
    SEVERITIES,
    Assessment,
    BringFacts,
    RunQuality,
    SetContract,
    scores,
)
from jingwei.foundations.data.quality.surroundings import World, written_at
from jingwei.foundations.data.sharing.delivery import dataset_called
from jingwei.foundations.data.sharing.records import acting
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import Dataset
from jingwei.kernel.ledger import Event
from jingwei.kernel.markdown import markdown
from jingwei.kernel.people import LOCAL
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document, csv_bytes

if TYPE_CHECKING:
    import ibis.expr.types as ir

HISTORY = Dataset("quality_history", 1, {
    "dataset": "string", "snapshot": "string", "contract": "string", "at": "string", "metric": "string", "part": "string", "numerator": "int64",
    "denominator": "int64", "value": "float64", "status": "string"})
"""Every assessment, a row a part of a metric, for analysis."""


@dataclass(frozen=True, slots=True)
class Assessed:
    """One table, assessed now."""

    owner: str
    assessment: Assessment


def run_quality(context: Context, given: RunQuality) -> Result:
    """Assess one table, or all that changed since they were last assessed; keep it with its entry in the ledger.

    One whose contract no longer fits it is told with the reason, and the others go on. The answer is no when such a one was met,
    and when the one table asked for breaks a promise that is an error.
    """
    at = _instant(context)
    context = replace(context, clock=lambda: at)
    world, names = World(context), _wanted(context, given)
    done: list[Assessed] = []
    refused: list[tuple[str, Problem]] = []
    with context.progress("Assessing", len(names)) as step:
        for name in names:
            try:
                done.append(_assessed(context, world, name))
            except Problem as error:
                if given.dataset is not None or error.code == "cancelled":
                    raise
                refused.append((name, error))
            step()
    since = _kept(context, done)
    found = [a.assessment for a in done]
    data = {"assessed": [_told(a, since, at.isoformat()) for a in found], "refused": [{"dataset": n, **e.to_json(context.language)} for n, e in refused]}
    documents = (Document("scores.csv", scores_csv(found)), Document("breaches.csv", breaches_csv(found, since)))
    broken = given.dataset is not None and any(b.severity == "error" for a in found for b in a.breaches)
    return Result(_report(context, found, refused), data, documents, holds=not broken and not refused)


def tables_of(context: Context) -> list[str]:
    """Tables of the lake, without those that hold the results."""
    folder = context.workspace.lake.folder
    return sorted(p.name for p in folder.iterdir() if (p / "current").is_file() and p.name != HISTORY.name) if folder.is_dir() else []


def _instant(context: Context) -> datetime:
    """One instant for all of a run. A replay is told when its receipt was written; the run was on record by then."""
    at = context.clock()
    if not context.pinned:
        return at
    with context.workspace.store.read() as connection:
        return records.last_run(connection, sorted(context.pinned), at) or at


def _wanted(context: Context, given: RunQuality) -> list[str]:
    """In a replay only what was read then is looked at; what had been assessed is what was on record before this instant."""
    if given.dataset is not None:
        dataset_called(context.workspace.lake, given.dataset)
        return [given.dataset]
    names = [n for n in tables_of(context) if not context.pinned or n in context.pinned]
    if given.all:
        return names
    with context.workspace.store.read() as connection:
        before = records.latest(connection, context.clock(), before=True)
        promised = {n: kept.contract.digest for n in names if (kept := records.contract(connection, n, context.clock()))}
    return [n for n in names if n not in before or (before[n].snapshot, before[n].contract) != (
        _current(context, n), promised.get(n, nothing_promised(n).digest))]


def _current(context: Context, name: str) -> str:
    """Id of the snapshot that would be read now."""
    return context.pinned.get(name) or (context.workspace.lake.folder / name / "current").read_text().strip()


def opened(context: Context, name: str) -> ir.Table:
    """A table of the lake by its name. Raises Problem ``unknown_dataset``."""
    return context.read(dataset_called(context.workspace.lake, name))


def contract_of(context: Context, name: str) -> Contract:
    """What the table promised at the context's instant."""
    with context.workspace.store.read() as connection:
        kept = records.contract(connection, name, context.clock())
    return kept.contract if kept else nothing_promised(name)


def _assessed(context: Context, world: World, name: str) -> Assessed:
    contract, table = contract_of(context, name), opened(context, name)
    snapshot = context.snapshots[name]
    found = world.record(contract)
    record = found[1] if found else None
    outside = world.figures(table, contract, written_at(context, name, snapshot), record)
    made = assess(table, contract, snapshot, day_in_china(context.clock()), lambda other: opened(context, other), outside)
    return Assessed(world.owner(contract, record), made)


def _kept(context: Context, done: Sequence[Assessed]) -> Mapping[tuple[str, str], str]:
    """Keep what was found; returns since when each promise is broken. A rehearsal keeps nothing."""
    at = context.clock()
    names = [d.assessment.dataset for d in done]
    fresh = []
    if done and not context.dry_run:
        context.workspace.establish()
        with context.workspace.store.write_in_turn("quality") as connection:
            for one in done:
                a = one.assessment
                if records.keep(connection, records.Run(a.dataset, at, a.snapshot, a.contract, one.owner, a)):
                    fresh.append(a)
            context.workspace.ledger.record([_event(context, a) for a in fresh])
    with context.workspace.store.read() as connection:
        since = {key: moment.isoformat() for key, moment in records.since(connection, names, at).items()}
    context.workspace.lake.append(HISTORY, [row for a in fresh for row in _rows(a, at.isoformat())])
    return since


def _event(context: Context, a: Assessment) -> Event:
    """The entry holds digests; what the table is called lies beside it, for it may be any text."""
    facts = {"dataset": _fact(a.dataset), "snapshot": a.snapshot, "digest": digest_of(a), "breaches": len(a.breaches)}
    return Event("quality.run", context.clock(), context.principal.id, facts, {f"quality:{a.dataset}": {"dataset": a.dataset}})


def _fact(name: str) -> str:
    return name if name.isascii() and name.replace("_", "").replace("-", "").isalnum() and len(name) <= 100 else "sha256:" + sha256(name.encode()).hexdigest()


def digest_of(a: Assessment) -> str:
    return "sha256:" + sha256(msgspec.json.encode(a, order="deterministic")).hexdigest()


def _rows(a: Assessment, at: str) -> list[dict[str, Any]]:
    """Rows of HISTORY."""
    head = {"dataset": a.dataset, "snapshot": a.snapshot, "contract": a.contract, "at": at}
    found: list[dict[str, Any]] = []
    for f in a.figures:
        status = "assessed" if f.value is not None else "not assessable"
        found += [{**head, "metric": f.metric, "part": p.name if p else "", "numerator": p.numerator if p else None,
                   "denominator": p.denominator if p else None, "value": f.value, "status": status} for p in f.parts or (None,)]
    return found


# Contracts


def set_contract(context: Context, given: SetContract) -> Result:
    """Keep what a table promises from now on; the file stays as it came. The table must be there and fit it."""
    from jingwei.foundations.data.quality.odcs import read

    contract = read(given.contract, given.dataset)
    _may_promise(context, contract)
    fits(context, contract, opened(context, given.dataset), day_in_china(context.clock()))
    version = keep_contract(context, contract, given.contract)
    promises = _promised(contract)
    lines = [context.say(f"{given.dataset} 的约定第 {version} 版：{len(contract.fields)} 个字段，{promises} 项约定。",
                         f"Contract of {given.dataset}, version {version}: {len(contract.fields)} fields, {promises} promises.")]
    if contract.unchecked:
        lines += ["", context.say("文件里有、这里不能核查的：", "In the file, and not checked here: ") + ", ".join(contract.unchecked)]
    if context.dry_run:
        lines.append(context.say("这是演练，没有保存。", "This was a rehearsal; nothing was kept."))
    return Result("\n".join(lines) + "\n", {"dataset": given.dataset, "version": version, "digest": contract.digest, "fields": len(contract.fields),
                                            "promises": promises, "unchecked": list(contract.unchecked)})


def _may_promise(context: Context, contract: Contract) -> None:
    """Whoever sets a contract could learn from its breaches what stands in the tables it is held against, and an owner may see rows:
    so it is set by who answers for all of these already, or by the node's own operator. Raises Problem ``not_party``.
    """
    if context.principal.id == LOCAL.id:
        return
    world = World(context)
    for name in (contract.dataset, *(r.dataset for r in contract.references), *(c.dataset for c in contract.comparisons)):
        before = contract_of(context, name)
        found = world.record(before)
        acting(context, world.owner(before, found[1] if found else None), Text(f"给 {name} 定约定", f"hold a contract against {name}"))
    if contract.owner:
        acting(context, contract.owner, Text("以它的名义定约定", "set a contract in its name"))


def fits(context: Context, contract: Contract, table: ir.Table, today: date) -> None:
    """Raises Problem ``unknown_column``, ``bad_rule`` or ``bad_pattern`` where a rule cannot be asked of the table.

    A field that the table lacks is no such case: it is found as a breach of the model.
    """
    from jingwei.foundations.data.quality.checks import row_checks
    from jingwei.foundations.data.quality.measuring import paired, verdict_of
    from jingwei.kernel.problems import did_you_mean

    known = set(table.columns)
    terms = [*((f"key {','.join(k)}", k) for k in contract.keys), *((r.name, r.fields) for r in contract.references), *((c.name, tuple(c.on)) for c in contract.comparisons),
             *((c.name, tuple(c.equal)) for c in contract.comparisons), *(("sequence", s) for s in contract.sequences),
             *([("period", (contract.period.column,))] if contract.period else []), *([("validity", (contract.validity,))] if contract.validity else [])]
    declared = {f.name for f in contract.fields}
    for where, columns in terms:
        for column in columns:
            if column not in known | declared:
                raise Problem("unknown_column", Text(f"没有列 {column[:60]!r}", f"there is no column {column[:60]!r}"), where=where, remedy=did_you_mean(column, known))
    list(row_checks(table, contract, today))
    for comparison in contract.comparisons:
        if comparison.rule:
            try:
                other = opened(context, comparison.dataset)
            except Problem:
                continue  # a reference that is not in the lake yet leaves its metric not assessable
            verdict_of(paired(table, other, contract, comparison), contract, comparison)


def keep_contract(context: Context, contract: Contract, file: Document) -> int:
    """The version it became, with its entry in the ledger; one that is the same as the last gets none."""
    at = context.clock()
    if context.dry_run:
        with context.workspace.store.read() as connection:
            kept = records.contract(connection, contract.dataset, at)
        return kept.version if kept and kept.contract.digest == contract.digest else (kept.version if kept else 0) + 1
    context.workspace.establish()
    with context.workspace.store.write_in_turn("quality") as connection:
        before = records.contract(connection, contract.dataset, at)
        version = records.keep_contract(connection, contract, file, at)
        if before is None or before.version != version:
            facts = {"dataset": _fact(contract.dataset), "version": version, "digest": contract.digest}
            context.workspace.ledger.record([Event("quality.contract", at, context.principal.id, facts, {f"quality:{contract.dataset}": {"dataset": contract.dataset}})])
    return version


def _promised(contract: Contract) -> int:
    """How many terms there are."""
    told = json.loads(contract.encode())
    terms = sum(len(set(f) - {"name", "severity"}) for f in told.get("fields", ()))
    return terms + sum(len(told.get(n, ())) for n in ("keys", "rules", "references", "comparisons", "sequences")) + sum(n in told for n in ("period", "update", "validity", "rows"))


SHIPPED = "shipped"
"""The catalogue's name for the tables that come with the product."""


def bring_facts(context: Context, given: BringFacts) -> Result:  # noqa: ARG001
    """The bundled figures as tables of the lake, each under its contract and with its record; again and again without harm."""
    from jingwei.foundations.data.catalogue import records as catalogue
    from jingwei.foundations.data.quality.bundled import described, tables
    from jingwei.foundations.data.quality.odcs import read, write

    told = []
    for dataset, rows, contract in tables():
        file = write(contract)
        if not context.dry_run:
            context.workspace.establish()
            context.workspace.lake.replace(dataset, rows)
        told.append({"dataset": dataset.name, "rows": len(rows), "contract": keep_contract(context, read(file, dataset.name), file)})
    if not context.dry_run:
        made = [(one.identifier[0], "", one) for one in described()]
        with context.workspace.store.write() as connection:
            catalogue.keep_source(connection, SHIPPED, SHIPPED, {}, context.clock())
            catalogue.keep(connection, SHIPPED, {name: hashlib.sha256(one.encode()).digest() for name, _, one in made}, (), made, (), {}, context.clock())
    lines = [context.say("随产品发布的数已成为数据湖里的表：", "The figures the product ships, as tables of the lake:"), "",
             *(f"- {t['dataset']}: {t['rows']:,}" for t in told), "", context.say("评质量：", "Assess them: ") + "`jingwei quality run`"]
    return Result("\n".join(lines) + "\n", {"tables": told})


# As people and programs read it


def _told(a: Assessment, since: Mapping[tuple[str, str], str], at: str) -> dict[str, Any]:
    return {"dataset": a.dataset, "snapshot": a.snapshot, "contract": a.contract, "digest": digest_of(a), "rows": a.rows,
            "scores": {s.dimension: {"value": s.value, "assessable": s.assessable, "metrics": s.metrics} for s in scores(a.figures)},
            "metrics": [{"metric": f.metric, "numerator": f.numerator, "denominator": f.denominator, "parts": msgspec.to_builtins(f.parts), "value": f.value,
                         "status": "assessed" if f.value is not None else "not assessable", "why": f.why_en or None,
                         "interval": [f.low, f.high] if f.low is not None else None} for f in a.figures],
            "breaches": [{**msgspec.to_builtins(b), "first_seen": since.get((a.dataset, b.check), at)} for b in a.breaches], "unchecked": list(a.unchecked)}


def scores_csv(found: Sequence[Assessment]) -> bytes:
    """A row a part; a metric that is not assessable has one without numbers and with the reason."""
    rows: list[tuple[object, ...]] = []
    for a in found:
        for f in a.figures:
            m = METRICS[f.metric]
            head = (a.dataset, a.snapshot, m.dimension, m.code, m.name.zh, m.name.en, m.formula)
            tail = (f.value, "assessed" if f.value is not None else "not assessable", f.why_zh, f.why_en, f.low, f.high)
            rows += [(*head, p.name, p.numerator, p.denominator, *tail) for p in f.parts] or [(*head, "", None, None, *tail)]
    return csv_bytes(("dataset", "snapshot", "dimension", "metric", "name_zh", "name_en", "formula", "part", "numerator", "denominator", "value", "status", "why_zh", "why_en",
                      "low", "high"), rows)


def breaches_csv(found: Sequence[Assessment], since: Mapping[tuple[str, str], str]) -> bytes:
    return csv_bytes(("dataset", "check", "metric", "fields", "severity", "rows", "of", "first_seen"), (
        (a.dataset, b.check, b.metric, " ".join(b.fields), b.severity, b.rows, b.of, since.get((a.dataset, b.check), "")) for a in found for b in a.breaches))


def _report(context: Context, found: Sequence[Assessment], refused: Sequence[tuple[str, Problem]]) -> str:
    if not found and not refused:
        return context.say("没有表变过，没有要评的。全部重评：`jingwei quality run --all`\n", "No table has changed; there was nothing to assess. All anew: `jingwei quality run --all`\n")
    lines = [context.say(f"评了 {len(found)} 张表。", f"{len(found)} tables assessed."), "", scores_table(context, found)]
    breaches = [(a.dataset, b) for a in found for b in a.breaches]
    if breaches:
        head = (context.say("表", "table"), context.say("约定", "promise"), context.say("程度", "severity"), context.say("行", "rows"), context.say("共", "of"))
        lines += [f"## {context.say('违约', 'Breaches')}", "", markdown(head, ((n, b.check, SEVERITIES[b.severity].in_(context.language), f"{b.rows:,}", f"{b.of:,}") for n, b in breaches))]
    lines += [f"- {name}: {error.in_(context.language)}".replace("\n", " ") for name, error in refused]
    return "\n".join(lines) + "\n"


def scores_table(context: Context, found: Sequence[Assessment]) -> str:
    """A row a table; beside each score how many of the dimension's metrics it is the mean of."""
    head = [context.say("表", "table"), context.say("行", "rows"), *(n.in_(context.language) for n in DIMENSIONS.values())]
    return markdown(head, ([a.dataset, f"{a.rows:,}", *(score_words(context, s.value, s.assessable, s.metrics) for s in scores(a.figures))] for a in found))


def score_words(context: Context, value: float | None, assessable: int, metrics: int) -> str:
    return percent(context, value) if value is None else f"{percent(context, value)} ({assessable}/{metrics})"


def percent(context: Context, value: float | None) -> str:
    """Two decimals; what is short of all or more than nothing is never rounded to it."""
    if value is None:
        return context.say("无法评估", "not assessable")
    return f"{100 * value:.2f}%" if value in (0.0, 1.0) else f"{min(max(100 * value, 0.01), 99.99):.2f}%"



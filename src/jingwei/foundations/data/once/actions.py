"""Take samples, plan a collection, check a form, list and show what is found, decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jingwei.foundations.data.catalogue.records import current
from jingwei.foundations.data.once import records
from jingwei.foundations.data.once.asks import (
    OUTCOMES,
    AskFinding,
    AskReport,
    CheckForm,
    DecideFinding,
    PlanCollection,
    TakeTable,
)
from jingwei.foundations.data.once.figures import figures
from jingwei.foundations.data.once.findings import Standing, against_all, all_findings
from jingwei.foundations.data.once.model import Finding, Taken
from jingwei.foundations.data.once.taking import Given, Kept, fields_of, form, take
from jingwei.foundations.data.once.telling import (
    BYS,
    STANDS,
    as_json,
    commands,
    headline,
    interval,
    next_step,
    share_words,
)
from jingwei.foundations.data.sharing.delivery import dataset_called
from jingwei.foundations.data.sharing.law import basis_of
from jingwei.foundations.data.sharing.model import code
from jingwei.foundations.data.sharing.records import acting, common_bureau, known, organisation
from jingwei.foundations.data.sharing.reports import everything as shared_everything
from jingwei.foundations.data.sharing.reports import figure_table, observations
from jingwei.foundations.data.tables.entry import SOURCE, record_id
from jingwei.foundations.data.tables.records import latest
from jingwei.foundations.data.tables.records import names as table_names
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.i18n import Text
from jingwei.kernel.markdown import markdown
from jingwei.kernel.node_records import place_of
from jingwei.kernel.problems import Problem, did_you_mean
from jingwei.kernel.tables import Document, Table, csv_bytes

if TYPE_CHECKING:
    import ibis.expr.types as ir

_HOLDER, _DATASET = Text("部门代码", "code of an organisation"), Text("数据代码", "code of data")


# Taking


def take_tables(context: Context, given: TakeTable) -> Result:
    """Sample one table, or every one whose holder is known and that is not what it was. The same snapshot again changes nothing."""
    wanted = _holders(context)
    if given.dataset is not None:
        found = wanted.get(given.dataset, ("", given.dataset, given.synthetic))
        holder = given.holder or found[0]
        if not holder:
            raise Problem("no_holder", Text("不知道这张表由哪个部门持有", "nobody knows which organisation holds that table"), where=given.dataset,
                          remedy=Text("请写明：--holder 部门代码", "Say so: --holder CODE"))
        wanted = {given.dataset: (organisation(known(context), holder, "--holder"), given.title or found[1], given.synthetic or found[2])}
    secret = records.secret(context.workspace, make=not context.dry_run) or b"\0" * records.BYTES
    before, mine = records.snapshots(context.workspace), records.mark(secret)
    done, same = list[Taken](), 0
    with context.progress("Taking", len(wanted)) as step:
        for dataset, (holder, title, synthetic) in wanted.items():
            table, snapshot = _lake(context, dataset)
            if before.get((holder, dataset)) == (snapshot, mine):
                same += 1
            else:
                taken = take(Kept.of(table), secret, code(holder, _HOLDER), code(dataset, _DATASET), title, context.clock())
                done.append(replace(taken, snapshot=snapshot, synthetic=synthetic))
                if not context.dry_run:
                    records.keep(context, done[-1], secret)
            step()
    head = context.say(f"取样 {len(done)} 张表，{same} 张没有变化。", f"Tables sampled: {len(done)}; unchanged: {same}.")
    return Result("\n\n".join([head, *(_columns(context, t) for t in done)]) + "\n",
                  {"taken": [{"dataset": t.dataset, "holder": t.holder, "rows": t.rows, "columns": _columns_json(t)} for t in done], "same": same,
                   "written": bool(done) and not context.dry_run})


def _holders(context: Context) -> dict[str, tuple[str, str, bool]]:
    """Whose each table of the lake is, what it is called, and whether it is an exercise: as it was registered, or is offered for sharing."""
    offered = {o.terms.dataset: (o.terms.provider, context.say(o.terms.name.zh, o.terms.name.en), o.terms.synthetic)
               for o in shared_everything(context).offers.values()}
    with context.workspace.store.read() as connection:
        registered = [kept.profile for name in table_names(connection) if (kept := latest(connection, name))]
        titles = {name: record.name(context.language) for name, record in current(connection, SOURCE)}
    return offered | {p.dataset: (p.owner, titles.get(record_id(p.dataset), ""), p.dataset in offered and offered[p.dataset][2]) for p in registered}


def _lake(context: Context, dataset: str) -> tuple[ir.Table, str]:
    table = context.read(dataset_called(context.workspace.lake, dataset))
    return table, context.snapshots[dataset]


def plan(context: Context, given: PlanCollection) -> Result:
    """Keep a planned collection, so that what is found of it can be decided and is looked at again whenever somebody's tables change."""
    holder = code(organisation(known(context), given.holder, "--holder"), _HOLDER)
    there = records.everything(context).at(holder, given.code)
    if there is not None and not there.planned:
        raise Problem("collected_already", Text("这张表已经收集了，不再是计划", "that table is collected already and no plan any more"), where=given.code,
                      remedy=Text("看它的发现：jingwei once report", "See what is found of it: jingwei once report"))
    secret = records.secret(context.workspace, make=not context.dry_run) or b"\0" * records.BYTES
    new = replace(_of_form(context, given.form, secret, holder, code(given.code, _DATASET), given.title), planned=True, synthetic=given.synthetic)
    found = against_all(context, new)
    if not context.dry_run:
        records.keep(context, new, secret)
    return _checked(context, new, found)


def check(context: Context, given: CheckForm) -> Result:
    """Who holds already what a form or table asks for; nothing is kept. Holds when nobody does."""
    if (given.form is None) == (given.dataset is None):
        raise Problem("nothing_to_check", Text("给一份表单，或用 --dataset 给一张表", "give a form, or a table with --dataset"),
                      remedy=Text("例如：jingwei once check form.csv", "Such as: jingwei once check form.csv"))
    secret = records.secret(context.workspace) or b"\0" * records.BYTES
    if given.form is not None:
        new = _of_form(context, given.form, secret, given.holder or "", given.form.name, "")
    else:
        dataset = given.dataset or ""
        table, _ = _lake(context, dataset)
        there = records.everything(context).at(given.holder, dataset)
        new = take(Kept.of(table), secret, given.holder or (there.holder if there else ""), dataset, "", context.clock())
    return _checked(context, new, against_all(context, new))


def _of_form(context: Context, table: Table, secret: bytes, holder: str, dataset: str, title: str) -> Taken:
    fields = fields_of(table)
    if fields is not None:
        return form(fields, holder, dataset, title, context.clock())
    return take(Given(table), secret, holder, dataset, title, context.clock())


def _checked(context: Context, new: Taken, found: Sequence[Finding]) -> Result:
    told = [f for f in found if f.basis != "subjects"]
    lines = [] if new.valued else [context.say("这份表单只有字段名，没有数据：以下只比了名称，没有比内容，也没有误差可说。",
                                               "The form has names of fields and no values: names alone were compared, and no error can be told.")]
    if new.valued and not new.keys:
        lines.append(context.say("没有哪一列能认出对象（太少、重复太多，或只是流水号），内容无从比对。",
                                 "No column tells who the rows are about (too few, too often the same, or running numbers), so values could not be compared."))
    lines += [context.say(f"{len(told)} 张表里已有。", f"Held already: {len(told)} tables.") if told else
              context.say("没有发现哪个部门已经持有。", "Nobody was found to hold it already.")]
    names = _names(context, [f.held for f in told])
    for f in told:
        lines += ["", f"## {f.code}", "", headline(f, names).in_(context.language), "", _pairs(context, f), next_step(f).in_(context.language)]
    return Result("\n".join(lines) + "\n", {"rows": new.rows, "columns": _columns_json(new), "findings": [as_json(f) for f in told],
                                            "same_subjects_only": len(found) - len(told)}, holds=not told)


# What is found


def report(context: Context, given: AskReport) -> Result:
    """All that organisations collect twice, most cells first; what shares subjects and no fact only where asked for."""
    standing = [s for s in all_findings(context) if given.synthetic or not (s.finding.new.synthetic or s.finding.held.synthetic)]
    told = [s for s in standing if (given.every or s.finding.basis == "values" or s.finding.new.planned)
            and given.holder in (None, s.finding.new.holder, s.finding.held.holder)]
    names, known_ = _names(context, [t for s in told for t in (s.finding.new, s.finding.held)]), records.everything(context)
    numbers = figures(standing)
    lines = [context.say(f"比了 {len(known_.tables)} 张表，列出 {len(told)} 对。", f"{len(known_.tables)} tables compared, {len(told)} pairs listed.")]
    if known_.other_secret:
        lines.append(context.say(f"{len(known_.other_secret)} 张表用别的密钥取样，没有比；请运行 jingwei once take。",
                                 f"{len(known_.other_secret)} tables were sampled under another secret and not compared; run jingwei once take."))
    lines += ["", figure_table(context, numbers)]
    if told:
        lines += ["", _report_table(context, told, names)]
    head = ("finding", "basis", "stand", "new_holder", "new", "held_holder", "held", "columns_same", "columns", "subjects_low", "subjects", "subjects_high",
            "cells_low", "cells", "cells_high", "share", "share_low", "share_high", "information", "synthetic")
    return Result("\n".join(lines) + "\n", {"tables": len(known_.tables), "other_secret": list(known_.other_secret), "figures": [
        {"measure": n.measure.code, "value": n.value, "waiting": n.unknown} for n in numbers], "findings": [as_json(s.finding, s.stand) for s in told]},
        (Document("duplicates.csv", csv_bytes(head, (_row(s) for s in told))), observations(numbers, context.clock(), place_of(context.workspace.store))), holds=not told)


def _row(s: Standing) -> tuple[object, ...]:
    f = s.finding
    share = (f.subjects.value, f.subjects.low, f.subjects.high) if f.subjects else (None,) * 3
    return (f.code, f.basis, s.stand, f.new.holder, f.new.dataset, f.held.holder, f.held.dataset, len(f.same), f.compared, *(f.people or (None,) * 3),
            *(f.duplicated or (None,) * 3), *share, f.information, f.new.synthetic or f.held.synthetic)


def _report_table(context: Context, told: Sequence[Standing], names: Mapping[str, Text]) -> str:
    head = (Text("发现", "finding"), Text("后收集的", "collected later"), Text("已持有的", "held"), Text("相同的列", "columns the same"), Text("重复的格", "cells twice"),
            Text("重复询问的对象", "subjects asked again"), Text("状态", "stands"))
    return markdown([h.in_(context.language) for h in head], [
        (f.code, f"{names[f.new.holder].in_(context.language)} {f.new.title}", f"{names[f.held.holder].in_(context.language)} {f.held.title}", f"{len(f.same)} / {f.compared}",
         interval(f.duplicated), interval(f.people), STANDS[s.stand].in_(context.language)) for s in told for f in (s.finding,)])


def find(context: Context, code_: str) -> Standing:
    """Raises Problem ``unknown_finding``."""
    found = {s.finding.code: s for s in all_findings(context)}
    if code_ not in found:
        raise Problem("unknown_finding", Text(f"没有发现 {code_[:40]!r}", f"there is no finding {code_[:40]!r}"),
                      remedy=did_you_mean(code_[:40], found) or Text("列出全部：jingwei once report --every", "List them: jingwei once report --every"))
    return found[code_]


def show(context: Context, given: AskFinding) -> Result:
    """One finding: who holds what, the evidence of each column, what was decided, what to do."""
    s = find(context, given.code)
    names = _names(context, [s.finding.new, s.finding.held])
    lines = [f"# {s.finding.code}", "", headline(s.finding, names).in_(context.language), "", _pairs(context, s.finding), STANDS[s.stand].in_(context.language)]
    if s.decided:
        lines.append(f"- {s.decided.at:%Y-%m-%d} {OUTCOMES[s.decided.outcome].in_(context.language)}")
    lines += ["", next_step(s.finding).in_(context.language), "", commands(s.finding).in_(context.language)]
    return Result("\n".join(lines) + "\n", as_json(s.finding, s.stand))


def decide(context: Context, given: DecideFinding) -> Result:
    """Put the bureau's decision on record. Raises Problem ``no_reason``, ``no_legal_basis``, ``not_party`` or ``unknown_finding``."""
    if not given.reason.strip():
        raise Problem("no_reason", Text("没有写理由", "no reason is given"), where="--reason", remedy=Text('请写明：--reason "……"', 'State it: --reason "…"'))
    s = find(context, given.code)
    if given.outcome == "justified":
        basis_of(given.basis)
    f = s.finding
    acting(context, common_bureau(known(context), f.new.holder, f.held.holder), Text("决定重复收集怎么办", "decide about a collection made twice"))
    facts = {"outcome": given.outcome, "new": f.new.dataset, "new_holder": f.new.holder, "held": f.held.dataset, "held_holder": code(f.held.holder, _HOLDER), "basis": f.basis,
             "planned": f.new.planned, "cells": (f.duplicated or (0, 0, 0))[1], "subjects": (f.people or (0, 0, 0))[1]}
    if f.new.synthetic or f.held.synthetic:
        facts["synthetic"] = True
    words = {"reason": given.reason.strip(), "law": given.basis.strip()}
    fresh = s.decided is None or s.decided.outcome != given.outcome or dict(s.decided.words) != words
    if fresh and not context.dry_run:
        records.decide(context, f.code, facts, words)
    said = OUTCOMES[given.outcome]
    return Result(Text(f"已记录：{said.zh}。{next_step(f).zh}", f"On record: {said.en}. {next_step(f).en}").in_(context.language),
                  {"finding": f.code, "outcome": given.outcome, "changed": fresh})


# What reports share


def _names(context: Context, tables: Sequence[Taken]) -> dict[str, Text]:
    return records.names(tables, {o.id: o.name for o in known(context)})


def _pairs(context: Context, f: Finding) -> str:
    head = (Text("新的列", "new column"), Text("已有的列", "held column"), Text("怎么看出", "by"), Text("同一对象说法相同", "same for the same subject"), Text("值已在其中", "values held"),
            Text("名称相似", "names alike"), Text("信息（比特）", "bits"))
    return markdown([h.in_(context.language) for h in head], [
        (p.new.name, p.held.name, BYS[p.by].in_(context.language), share_words(p.agreement), share_words(p.containment), f"{p.likeness:.0%}", f"{p.new.bits:.1f}" if f.new.valued else "")
        for p in f.pairs])


def _columns(context: Context, taken: Taken) -> str:
    head = (Text("列", "column"), Text("有值的行", "rows that say something"), Text("不同的值", "different values"), Text("信息（比特）", "bits"), Text("取样", "sample"))
    return f"**{taken.dataset}**\n\n" + markdown([h.in_(context.language) for h in head], [
        (c.name, c.present, c.distinct, f"{c.bits:.1f}", context.say("不留（信息太少）", "none: it tells too little") if c.withheld
         else context.say("流水号", "running number") if c.counts else len(s.hashes) if s else "") for c, s in zip(taken.columns, taken.sketches, strict=True)])


def _columns_json(taken: Taken) -> list[dict[str, Any]]:
    return [{"name": c.name, "present": c.present, "distinct": c.distinct, "bits": round(c.bits, 2), "withheld": c.withheld, "running_number": c.counts} for c in taken.columns]


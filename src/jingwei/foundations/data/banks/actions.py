"""What is done with a bank: sign for a table, admit it, link its records, ask, publish; and invent tables for an exercise."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np

from jingwei.foundations.data.banks import figures, gate, linkage, packages, questions
from jingwei.foundations.data.banks.model import (
    GRADES,
    LINKS,
    Admit,
    Answer,
    Ask,
    AskBanks,
    Criteria,
    Entitle,
    Exercise,
    Grade,
    Link,
    Linking,
    Pairs,
    Profile,
    Publish,
    Table,
)
from jingwei.foundations.data.banks.profiles import PROFILES, profile
from jingwei.foundations.data.banks.records import Banks, banks, changing, digest, event, record
from jingwei.foundations.data.sharing.delivery import dataset_called
from jingwei.foundations.data.sharing.delivery import table_of as arrow
from jingwei.foundations.data.sharing.model import code
from jingwei.foundations.data.sharing.reports import observations
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import Dataset
from jingwei.kernel.markdown import markdown
from jingwei.kernel.node_records import place_of
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document, csv_bytes

_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,20}")
SHOWN = 40


def overview(context: Context, given: AskBanks) -> Result:  # noqa: ARG001
    """Every bank, what the gate said of each table, and the figures that follow."""
    there = banks(context)
    data, lines = [], []
    for p in PROFILES.values():
        linking, versions = there.linking(p.code), there.versions.get(p.code, ())
        data.append({"bank": p.code, "asks": p.asks.in_(context.language), "linked": linking.run if linking else None, "versions": [v.digest for v in versions],
                     "tables": [{"dataset": t.dataset, "role": t.role, "admitted": not t.reasons, "missing": [*t.reasons], "synthetic": t.synthetic}
                                for t in there.tables(p.code)]})
        lines += [f"## {p.name.in_(context.language)} (`{p.code}`)", "", p.asks.in_(context.language), ""]
        for t in there.tables(p.code):
            lines.append(f"- {t.dataset} ({t.role}): " + (context.say("已收", "admitted") if not t.reasons else context.say("没有收：", "not admitted: ") + context.say("；", "; ").join(
                f"{gate.LACKS[r][0].in_(context.language)} → {gate.LACKS[r][1].in_(context.language)}" for r in t.reasons)) + _invented(context, t.synthetic))
        if not there.tables(p.code):
            lines.append(context.say(f"还没有表。列：{'、'.join(p.first.columns)}。", f"No table yet. It needs: {', '.join(p.first.columns)}."))
        if linking:
            lines.append("- " + context.say(f"{linking.records} 条记录连成 {linking.entities} 个", f"{linking.records} records linked into {linking.entities}"))
        lines += [*(f"- {context.say(f'第 {v.number} 版', f'version {v.number}')}: `{v.digest[7:19]}`" for v in versions), ""]
    return Result("\n".join(lines) + "\n", {"banks": data}, (observations([figures.admitted(there)], context.clock(), place_of(context.workspace.store)),))


def _invented(context: Context, synthetic: bool) -> str:
    return context.say("（演练）", " (exercise)") if synthetic else ""


# The gate


def entitle(context: Context, given: Entitle) -> Result:
    """Put on record by what right a table is held."""
    return _sign(context, "entitled", given.dataset, {}, {"basis": _said(given.basis, Text("权利依据", "basis"), "--basis")})


def grade(context: Context, given: Grade) -> Result:
    """Put a table's grade on record, with the clause it rests on and the grounds, under the name of whoever signs."""
    words = {"clause": _said(given.clause, Text("条款", "clause"), "--clause"), "grounds": _said(given.grounds, Text("理由", "grounds"), "--grounds")}
    if given.level not in GRADES:
        raise Problem("unknown_grade", Text(f"没有级别 {given.level[:40]!r}", f"there is no grade {given.level[:40]!r}"), where="--level",
                      remedy=Text(f"有：{'、'.join(GRADES)}。", f"There are {', '.join(GRADES)}."))
    return _sign(context, "graded", given.dataset, {"grade": given.level}, words)


def _said(text: str, what: Text, where: str) -> str:
    if not text.strip():
        raise Problem("nothing_said", Text(f"没有写明{what.zh}", f"the {what.en} is not stated"), where=where, remedy=Text("请写明。", "State it."))
    return text.strip()


def _sign(context: Context, kind: str, name: str, facts: Mapping[str, Any], words: Mapping[str, str]) -> Result:
    dataset = dataset_called(context.workspace.lake, code(name, Text("数据集代码", "code of a dataset")))
    with changing(context):
        record(context, event(context, kind, {"dataset": name, "version": dataset.version, **facts}, words))
    return Result(context.say("已记入账本。\n", "On record.\n"), {"dataset": name, **facts})


def admit(context: Context, given: Admit) -> Result:
    """Hold a table against the gate. What keeps it out is said all at once, with who must act; the gate's word is on record either way."""
    p = profile(given.bank)
    role = next((r for r in p.roles if r.code == (given.role or p.first.code)), None)
    if role is None:
        raise Problem("unknown_role", Text(f"{p.code} 没有 {given.role[:40]!r} 这张表", f"{p.code} has no table {given.role[:40]!r}"), where="--role",
                      remedy=Text(f"有：{'、'.join(r.code for r in p.roles)}。", f"There are {', '.join(r.code for r in p.roles)}."))
    code(given.dataset, Text("数据集代码", "code of a dataset"))
    with changing(context):
        there = banks(context)
        seen = gate.examine(context, there, role, given.dataset)
        invented = given.dataset in there.invented
        if given.dataset in {t.dataset for t in there.tables(p.code) if t.role != role.code and not t.reasons}:
            raise Problem("same_table", Text("它已是这个库的另一张表", "it is another table of this bank already"), where=given.dataset,
                          remedy=Text("请换一张表。", "Bring another table."))
        if any(t.synthetic != invented for r, t in there.admitted(p.code).items() if r != role.code) and not seen.reasons:
            raise Problem("mixed", Text("编造的表不与真实的表同库", "invented tables and real ones do not share a bank"), where=given.dataset,
                          remedy=Text("请先收下同类的另一张表。", "Admit the other table of its kind first."))
        facts = {"bank": p.code, "role": role.code, "dataset": given.dataset, "snapshot": seen.snapshot.id, "version": seen.dataset.version,
                 "reasons": [r.code for r in seen.reasons], "grade": seen.grade, "quality": seen.quality, "synthetic": invented}
        record(context, event(context, "examined", facts))
    reasons = [{"code": r.code, "what": r.what.in_(context.language), "who": r.who.in_(context.language), "remedy": r.remedy.in_(context.language)} for r in seen.reasons]
    lines = [context.say(f"{given.dataset} 没有收进 {p.code}：", f"{given.dataset} is not admitted to {p.code}:") if reasons
             else context.say(f"{given.dataset} 已收进 {p.code}。", f"{given.dataset} is admitted to {p.code}.") + _invented(context, invented)]
    lines += [f"- {r['what']} → {r['who']}. {r['remedy']}" for r in reasons]
    return Result("\n".join(lines) + "\n", {**facts, "admitted": not reasons, "missing": reasons}, holds=not reasons)


# Linkage


def link(context: Context, given: Link) -> Result:
    """Link the records of the tables now admitted. The same tables, rules and seed give the same clusters, and are kept once."""
    p, _, tables = _admitted(context, given.bank)
    found, rows = _linked(context, p, tables, given.seed)
    entities = len(set(found.clusters.values()))
    reads = sorted(f"{t.dataset}:{t.snapshot}" for t in tables.values())
    run = digest(p.code, *reads, repr(p.rules), str(given.seed))
    synthetic = any(t.synthetic for t in tables.values())
    told = _truth(found.clusters, rows) if synthetic else None
    with changing(context):
        if run not in banks(context).linkings and not context.dry_run:
            context.workspace.lake.append(LINKS, [{"run": run, "bank": p.code, "role": role, "record": r, "entity": found.clusters[f"{role}/{r}"]}
                                                         for role, listed in rows.items() for r in sorted(row["record"] for row in listed)])
            facts = {"bank": p.code, "run": run, "reads": reads, "makes": [f"{LINKS.name}.{p.code}:{run}"], "records": len(found.clusters), "entities": entities,
                     "pairs": len(found.accepted), "precision": round(found.precision * 1000), "seed": given.seed, "synthetic": synthetic}
            record(context, event(context, "linked", facts, {"agreement": told} if told else None))
    data = {"bank": p.code, "run": run, "records": len(found.clusters), "entities": entities, "pairs": len(found.accepted), "threshold": found.threshold,
            "precision": found.precision, "recall": found.recall, "agreement": told}
    report = context.say(
        f"{len(found.clusters)} 条记录连成 {entities} 个；接受 {len(found.accepted)} 对，门槛 {found.threshold:.2f} 比特，模型估计准确率 {found.precision:.2%}。\n",
        f"{len(found.clusters)} records linked into {entities}; {len(found.accepted)} pairs accepted from {found.threshold:.2f} bits on, at an expected precision of {found.precision:.2%}.\n")
    if told:
        report += context.say(f"与编造时的真相相比：成对 F1 {told['f1']:.4f}，B³ F1 {told['b3_f1']:.4f}；误并 {told['over_merged']}，误分 {told['under_merged']}。\n",
                              f"Against the truth of the exercise: pairwise F1 {told['f1']:.4f}, B³ F1 {told['b3_f1']:.4f}; merged wrongly {told['over_merged']}, parted wrongly {told['under_merged']}.\n")
    names = [e.column for e in p.rules.evidence]
    return Result(report, data, (
        Document("links.csv", csv_bytes(("record", "entity"), found.clusters.items())),
        Document("pairs.csv", csv_bytes(("left", "right", "weight", "probability", "prior", *names), [
            (x.left, x.right, round(x.weight, 6), round(x.probability, 6), round(x.because[""], 6), *(round(x.because[n], 6) for n in names)) for x in found.pairs]))))


def _admitted(context: Context, bank: str) -> tuple[Profile, Banks, dict[str, Table]]:
    """A bank with all its tables. Raises Problem ``not_admitted``."""
    p, there = profile(bank), banks(context)
    tables = there.admitted(p.code)
    if lacking := [r for r in p.roles if r.code not in tables]:
        names = Text("、".join(r.name.zh for r in lacking), ", ".join(r.name.en for r in lacking))
        raise Problem("not_admitted", Text(f"还没有收下：{names.zh}", f"not admitted yet: {names.en}"), where=p.code,
                      remedy=Text(f"jingwei bank admit {p.code} DATASET --role {lacking[0].code}", f"jingwei bank admit {p.code} DATASET --role {lacking[0].code}"))
    return p, there, tables


def _linking(there: Banks, p: Profile) -> Linking:
    """The linkage of the tables now admitted. Raises Problem ``not_linked``."""
    linking = there.linking(p.code)
    if linking is None:
        raise Problem("not_linked", Text("记录还没有连接", "its records are not linked yet"), where=p.code,
                      remedy=Text(f"jingwei bank link {p.code}", f"jingwei bank link {p.code}"))
    return linking


def _linked(context: Context, p: Profile, tables: dict[str, Table], seed: int) -> tuple[linkage.Linked, dict[str, Any]]:
    """The linkage of a bank, its records called ``role/record``, and the rows by role."""
    import pyarrow as pa
    import pyarrow.compute as pc

    frames, rows = {}, {}
    for role in p.roles:
        table = arrow(questions.table_of(context, tables[role.code]))
        names = table["record"].to_pylist()
        if len(set(names)) < len(names) or None in names:
            raise Problem("records_repeat", Text("record 一列有重复或空值", "column record repeats a value, or lacks one"), where=tables[role.code].dataset,
                          remedy=Text("请给每条记录一个编号。", "Give every record a name of its own."))
        wanted = [c for c in table.column_names if c in {*p.rules.columns, "record"}]
        frames[role.code] = table.select(wanted).set_column(wanted.index("record"), "record", pc.binary_join_element_wise(pa.scalar(role.code), table["record"], "/"))
        rows[role.code] = table.select([c for c in ("record", "truth") if c in table.column_names]).to_pylist()
    return linkage.link(frames, p.rules, seed=seed), rows


def _truth(clusters: Mapping[str, str], rows: Mapping[str, Any]) -> dict[str, Any]:
    from jingwei.foundations.data.banks.agreement import agreement

    return asdict(agreement(clusters, {f"{role}/{r['record']}": r.get("truth") for role, listed in rows.items() for r in listed}))


def explain(context: Context, given: Pairs) -> Result:
    """The pairs a record was held against, with the weight of each column."""
    p, _, tables = _admitted(context, given.bank)
    found, rows = _linked(context, p, tables, given.seed)
    names = {f"{role}/{r['record']}" for role, listed in rows.items() for r in listed if given.record in (r["record"], f"{role}/{r['record']}")}
    if not names:
        raise Problem("unknown_record", Text(f"没有记录 {given.record[:40]!r}", f"there is no record {given.record[:40]!r}"), where=p.code,
                      remedy=Text("记录编号在 record 一列。", "Records are named in column record."))
    mine = [x for x in found.pairs if names & {x.left, x.right}]
    head = [context.say("记录", "record"), context.say("另一条", "other"), context.say("权重（比特）", "weight, bits"), context.say("结果", "came to"), *(e.column for e in p.rules.evidence)]
    told = [(x.left, x.right, f"{x.weight:+.1f}", context.say("连上", "linked") if x.weight >= found.threshold else context.say("没连", "not linked"),
             *(f"{x.because[e.column]:+.1f}" for e in p.rules.evidence)) for x in mine[:SHOWN]]
    return Result(markdown(head, told), {"threshold": found.threshold, "pairs": [
        {"left": x.left, "right": x.right, "weight": x.weight, "probability": x.probability, "linked": x.weight >= found.threshold, "because": dict(x.because)} for x in mine]})


# The question


def ask(context: Context, given: Ask) -> Result:
    """Answer a bank's question. What was answered once is answered the same; what would tell of few people by a difference is refused."""
    p, _, tables = _admitted(context, given.bank)
    asked = _criteria(given)
    with changing(context):
        there = banks(context)
        linking = _linking(there, p)
        name = "A-" + digest(p.code, linking.run, *asked.topics, "|", asked.first, asked.last, length=10)
        answer = there.answers.get(name)
        if answer is None:
            if context.dry_run:
                return Result(context.say("会回答；演练不给出数。\n", "It would be answered; a rehearsal gives no numbers.\n"), {"answer": name})
            answer = _answered(context, p, tables, linking, there, asked, name)
    return _told(context, p, answer)


def _criteria(given: Ask) -> Criteria:
    topics = tuple(sorted({t.strip() for t in given.topics.replace("，", ",").split(",") if t.strip()}))
    for topic in topics:
        if not _TOPIC.fullmatch(topic):
            raise Problem("bad_topic", Text(f"{topic[:40]!r} 不能作条件", f"{topic[:40]!r} is no topic"), where="--topics",
                          remedy=Text("最多 20 个拉丁字母、数字、点和横线。", "Write up to 20 Latin letters, digits, points and dashes."))
    for name, day in (("--first", given.first), ("--last", given.last)):
        try:
            assert not day or date.fromisoformat(day).isoformat() == day
        except (ValueError, AssertionError):
            raise Problem("bad_day", Text(f"{day[:40]!r} 不是日期", f"{day[:40]!r} is not a day"), where=name, remedy=Text("写成 2024-01-31 这样。", "Write it like 2024-01-31.")) from None
    return Criteria(topics, given.first, given.last)


def _answered(context: Context, p: Profile, tables: dict[str, Table], linking: Linking, there: Banks, asked: Criteria, name: str) -> Answer:
    found = questions.cube(context, p, tables, linking, asked)
    counts, shown = questions.shown(p, found)
    if p.threshold:
        _guard(context, p, tables, linking, there, asked, found, shown)
    whole = tuple(n - 1 for n in counts.shape)
    # how many records and names there are would tell of a total that is hidden
    facts = {"records": found.records, "names": found.names} if not p.threshold else {"records": found.records} if shown[whole] and p.rules.one_to_one else {}
    kept = shown | (counts > 0)
    if not shown[tuple(slice(0, n) for n in whole)].any():
        kept[tuple(slice(0, n) for n in whole)] = False
    cells = {c: int(counts[c]) if shown[c] else None for c in np.ndindex(counts.shape) if c == whole or (kept[c] and (counts[c] or not shown[c]))}
    answer = Answer(p.code, name, linking.run, asked, found.levels, cells, facts, context.clock(), linking.synthetic, -1)
    words = {"topics": [*asked.topics], "first": asked.first, "last": asked.last, "levels": found.levels, "cells": [[*c, n] for c, n in cells.items()], "facts": facts}
    reads = [*linking.reads, f"{LINKS.name}.{p.code}:{linking.run}"]
    record(context, event(context, "answered", {"bank": p.code, "answer": name, "run": linking.run, "reads": reads, "synthetic": linking.synthetic}, words))
    return answer


def _guard(context: Context, p: Profile, tables: dict[str, Table], linking: Linking, there: Banks, asked: Criteria, found: questions.Cube, shown: Any) -> None:
    """Raises Problem ``tells_by_difference`` when an earlier answer and this one would tell of few people together.

    Earlier answers count whatever linkage and snapshots they were given on: their cohort is made again on those.
    """
    now = None
    for before in there.answers.values():
        if before.bank != p.code or before.synthetic != linking.synthetic:
            continue
        both = shown.copy()
        for cell, n in before.cells.items():
            place = questions.moved(cell, before.levels, found.levels)
            if n is None and place is not None:
                both[place] = False
        now = now or questions.placed(context, p, tables, linking, asked, found.levels)
        then = there.linkings[before.run]
        if questions.differing(now, questions.placed(context, p, there.linked_tables(then), then, before.criteria, found.levels), p, found.counts.shape, both):
            raise Problem("tells_by_difference",
                          Text(f"与已回答的 {before.code} 相减，会说出不到 {p.threshold} 人的情况",
                               f"less the answer {before.code}, it would tell of fewer than {p.threshold} people"), where=p.code,
                          remedy=Text("请把条件放宽，或与那次问得一样。", "Ask for more, or for the same as then."))


def _told(context: Context, p: Profile, a: Answer) -> Result:
    """An answer in full: every cell that is not 0, sums among them, as ``*``."""
    def level(axis: int, place: int) -> str:
        return "*" if place == len(a.levels[axis]) else a.levels[axis][place] or "?"

    rows = [(*(level(i, at) for i, at in enumerate(c)), n) for c, n in sorted(a.cells.items())]
    hidden = sum(n is None for n in a.cells.values())
    lines = [context.say(f"{p.counted.zh}：{a.total if a.total is not None else f'不足 {p.threshold}，不显示'}。", f"{p.counted.en}: {a.total if a.total is not None else 'not shown'}.")
             + _invented(context, a.synthetic)]
    if p.threshold:
        lines.append(context.say(f"{hidden} 格不显示，使任何不足 {p.threshold} 的数至少还有 {p.threshold} 种别的可能。",
                                 f"{hidden} cells are hidden, so that every count below {p.threshold} could be any of at least {p.threshold} others."))
        if a.margins_only:
            lines.append(context.say("全表的格大多会太小，只给出各边的合计。", "Most cells of the whole table would be small: only its sums are given."))
    lines += [f"- {k}: {v}" for k, v in a.facts.items()]
    single = [c for c in a.cells if sum(at != len(a.levels[i]) for i, at in enumerate(c)) == 1]
    for i, d in enumerate(p.dimensions):
        lines += ["", f"## {d.name.in_(context.language)}", "", markdown([d.name.in_(context.language), p.counted.in_(context.language)], [
            ((d.words[a.levels[i][c[i]]].in_(context.language) if d.words else a.levels[i][c[i]] or context.say("不详", "unknown")), a.cells[c] if a.cells[c] is not None else "…")
            for c in sorted(single) if c[i] != len(a.levels[i])])]
    data = {"answer": a.code, "bank": a.bank, "run": a.run, "synthetic": a.synthetic, "total": a.total, "hidden": hidden, "facts": dict(a.facts),
            "dimensions": [d.code for d in p.dimensions], "cells": [[*r] for r in rows]}
    return Result("\n".join(lines) + "\n", data, (Document("answer.csv", csv_bytes((*(d.code for d in p.dimensions), "count"), rows)),))


# Versions


def publish(context: Context, given: Publish) -> Result:
    """Write a version: its number is new when its tables or their linkage are. Raises Problem ``not_linked``, ``version_differs``."""
    p, _, tables = _admitted(context, given.bank)
    with changing(context):
        there = banks(context)
        linking = _linking(there, p)
        versions = there.versions.get(p.code, ())
        before = next((v for v in versions if v.run == linking.run), None)
        number = before.number if before else len(versions) + 1
        documents, whole = packages.package(context, p, tables, linking, number)
        if before and before.digest != whole:
            raise Problem("version_differs", Text(f"第 {number} 版已发布，现在写出的与它不同", f"version {number} was published and would now be another"), where=p.code,
                          remedy=Text("请用当时的程序，或先收下新的表。", "Use the program of that time, or admit new tables first."))
        if before is None:
            facts = {"bank": p.code, "number": number, "digest": whole, "run": linking.run, "synthetic": linking.synthetic, "reads": [*linking.reads, f"{LINKS.name}.{p.code}:{linking.run}"],
                     "makes": [f"bank_{p.code}:{number}"], "files": [f"{d.name}:{d.digest}" for d in documents]}
            record(context, event(context, "published", facts, key=f"bank.published/{p.code}/{number}"))
    report = context.say(f"{p.name.zh}第 {number} 版：{whole}", f"{p.name.en}, version {number}: {whole}") + _invented(context, linking.synthetic) + "\n"
    return Result(report, {"bank": p.code, "version": number, "digest": whole, "new": before is None, "synthetic": linking.synthetic,
                           "files": {d.name: d.digest for d in documents}}, documents)


# Exercises


def exercise(context: Context, given: Exercise) -> Result:
    """Invent a bank's tables. They are marked in the record as invented, and nothing made of them reaches a measure."""
    from jingwei.foundations.data.banks import exercise as made_up

    p = profile(given.bank)
    if not 1 <= given.size <= 200_000:
        raise Problem("bad_size", Text(f"{given.size} 不在 1 到 200000 之间", f"{given.size} is not between 1 and 200000"), where="--size", remedy=Text("请换一个数。", "Take another number."))
    rows, names = made_up.invented(p.code, given.size, given.seed), {}
    with changing(context):
        for role in p.roles:
            name = made_up.dataset_name(role.code)
            dataset = Dataset(name, 1, {**role.columns, **dict.fromkeys((*made_up.BESIDE.get(role.code, ()), "truth"), "string")})
            there = context.workspace.lake.snapshot(dataset)
            if there.files and name not in banks(context).invented:
                raise Problem("name_taken", Text(f"{name} 已是一张真实的表", f"{name} is a real table already"), where=name, remedy=Text("请给它换个名字。", "Give it another name."))
            if not there.files and not context.dry_run:
                made = context.workspace.lake.append(dataset, rows[role.code])
                record(context, event(context, "invented", {"dataset": name, "seed": given.seed, "size": given.size, "makes": [f"{name}:{made.id}"], "synthetic": True}))
            names[role.code] = name
    contracts = tuple(Document(f"{names[r.code]}.odcs.yaml", made_up.contract(names[r.code], [*r.columns, *made_up.BESIDE.get(r.code, ()), "truth"])) for r in p.roles)
    told = "".join(f"- {n}: `jingwei quality contract set {n} {n}.odcs.yaml`\n" for n in names.values())
    return Result(told, {"tables": names, "rows": {r: len(v) for r, v in rows.items()}}, contracts)

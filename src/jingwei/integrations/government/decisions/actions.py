"""Run a decision, explain it, prove a model's tables, compare two versions, run the standard's cases."""

from __future__ import annotations

from typing import Any

from jingwei.engines.decisions import proofs
from jingwei.engines.decisions.conformance import Outcome, Score, run_folder
from jingwei.engines.decisions.model import Model
from jingwei.engines.decisions.plain import given_back
from jingwei.engines.decisions.run import Run
from jingwei.engines.decisions.tables import Fired, Table, facts_text, rule_text
from jingwei.engines.decisions.values import Value, written
from jingwei.integrations.government.decisions import sources
from jingwei.integrations.government.decisions.model import (
    CheckModel,
    Conformance,
    DiffModels,
    ExplainDecision,
    RunDecision,
)
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.problems import NotAssessable

SHOWN = 50


def run(context: Context, given: RunDecision) -> Result:
    """The answer, and why anything became null. Raises Problem for what the model cannot say."""
    name, answer, done, _ = _answered(context, given)
    data = {"decision": name, "answer": given_back(answer), "notes": [n.in_(context.language) for n in done.notes]}
    return Result("\n".join([f"{name} = {written(answer, inside=True)}", *(f"- {n}" for n in data["notes"])]) + "\n", data)


def explain(context: Context, given: ExplainDecision) -> Result:
    """The answer with every table that had a part in it: its rules that fired and the facts they used."""
    name, answer, done, model = _answered(context, given)
    fired: list[Fired] = done.used or []
    tables = {str(t.where): t for t in model.tables()}
    lines = [f"{name} = {written(answer, inside=True)}", ""]
    for one in fired:
        rules = [f"{r + 1}" for r in one.rules]
        lines += [context.say(f"- {one.where}：{facts_text(one.facts)}；命中规则 {'、'.join(rules) or '无'}；得 {written(one.answer, inside=True)}",
                              f"- {one.where}: {facts_text(one.facts)}; rules fired: {', '.join(rules) or 'none'}; gives {written(one.answer, inside=True)}")]
        table = tables.get(one.where)
        lines += [f"  - {r + 1}: {rule_text(table, r)}" for r in one.rules] if table else []
    lines += [f"- {n.in_(context.language)}" for n in done.notes]
    data = {"decision": name, "answer": given_back(answer), "notes": [n.in_(context.language) for n in done.notes],
            "tables": [{"table": f.where, "facts": given_back(f.facts), "rules": [r + 1 for r in f.rules], "answer": given_back(f.answer)} for f in fired]}
    return Result("\n".join(lines) + "\n", data)


def _answered(context: Context, given: RunDecision | ExplainDecision) -> tuple[str, Value, Run, Model]:
    model = sources.model_of(given.model, given.imports)
    name = sources.name_of(model, given.decision)
    answer, done = model.explained(name, sources.inputs_of(given.input, model), context.clock)
    if model.problems:
        raise model.problems[0]
    return name, answer, done, model


def check(context: Context, given: CheckModel) -> Result:
    """Every fault of the model, and for each table whether it is complete and free of overlap. ``holds`` is False where any is not."""
    model = sources.model_of(given.model, given.imports)
    wanted = model.named(given.decision).name if given.decision else ""
    faults = list(dict.fromkeys(p.in_(context.language) for p in model.compile_all()))
    tables, lines = [], [f"- {f}" for f in faults]
    for table in model.tables():
        if not wanted or table.decision == wanted:
            told = _checked(context, table)
            tables.append(told)
            lines += _check_lines(context, told)
    sound = not faults and all(t["sound"] is not False for t in tables)
    if not lines:
        lines = [context.say("模型没有决策表，也没有错误。", "The model has no decision tables, and no faults.")]
    return Result("\n".join(lines) + "\n", {"faults": faults, "tables": tables, "sound": sound}, holds=sound)


def _checked(context: Context, table: Table) -> dict[str, Any]:
    told: dict[str, Any] = {"table": table.where, "decision": table.decision, "policy": table.record.policy, "rules": len(table.record.rules)}
    try:
        found = proofs.check(table)
    except NotAssessable as problem:
        return {**told, "sound": None, "why": problem.in_(context.language)}
    return {**told, "sound": found.sound, "more": found.more, "idle": [r + 1 for r in found.idle],
            "gaps": [_region(g) for g in found.gaps], "overlaps": [{**_region(o.region), "rules": [r + 1 for r in o.rules]} for o in found.overlaps]}


def _region(region: proofs.Region) -> dict[str, Any]:
    return {"inputs": region.inputs, "text": region.text(), "example": given_back(region.example), "example_text": facts_text(region.example)}


def _check_lines(context: Context, told: dict[str, Any]) -> list[str]:
    head = f"{told['table']} ({told['policy']}, {told['rules']})"
    if told["sound"] is None:
        return [context.say(f"- {head}：无法证明。{told['why']}", f"- {head}: cannot be proved. {told['why']}")]
    if told["sound"] and told["gaps"]:
        lines = [context.say(f"- {head}：无重叠；下列输入没有规则，答案为空或缺省值。", f"- {head}: free of overlap; for these inputs no rule, so that the answer is empty or the default.")]
    elif told["sound"]:
        lines = [context.say(f"- {head}：完整，无重叠。", f"- {head}: complete, and free of overlap.")]
    else:
        lines = [context.say(f"- {head}：有 {len(told['gaps'])} 处无规则，{len(told['overlaps'])} 处重叠{'（还有更多）' if told['more'] else ''}。",
                             f"- {head}: {_some(len(told['gaps']), 'gap')}, {_some(len(told['overlaps']), 'overlap')}{' (and more)' if told['more'] else ''}.")]
    lines += [context.say(f"  - 没有规则：{g['text']}，例如 {g['example_text']}", f"  - no rule for {g['text']}; for example {g['example_text']}") for g in told["gaps"]]
    for o in told["overlaps"]:
        rules = [str(r) for r in o["rules"]]
        lines.append(context.say(f"  - 规则 {'、'.join(rules)} 重叠：{o['text']}，例如 {o['example_text']}",
                                 f"  - rules {', '.join(rules)} overlap for {o['text']}; for example {o['example_text']}"))
    if told["idle"]:
        rules = [str(r) for r in told["idle"]]
        lines.append(context.say(f"  - 从不命中的规则：{'、'.join(rules)}", f"  - rules nothing reaches: {', '.join(rules)}"))
    return lines


def _some(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def diff(context: Context, given: DiffModels) -> Result:
    """Inputs whose answer differs between two versions of a table, as regions with an example each."""
    before, after = (sources.model_of(d, None) for d in (given.before, given.after))
    name = sources.name_of(before, given.decision)
    changes, more = proofs.diff(before.table(name), after.table(sources.name_of(after, given.decision or name)))
    for model in (before, after):
        if model.problems:
            raise model.problems[0]
    lines = [context.say(f"{name}：{len(changes)} 处输入的答案有变{'，还有更多' if more else ''}。", f"{name}: {_some(len(changes), 'region')} of inputs with another answer{', and more' if more else ''}.")]
    for c in changes:
        a, b = written(c.before, inside=True), written(c.after, inside=True)
        lines.append(context.say(f"- {c.region.text()}：{a} → {b}，例如 {facts_text(c.region.example)}", f"- {c.region.text()}: {a} → {b}; for example {facts_text(c.region.example)}"))
    data = {"decision": name, "more": more, "changes": [{**_region(c.region), "before": given_back(c.before), "after": given_back(c.after)} for c in changes]}
    return Result("\n".join(lines) + "\n", data)


def conformance(context: Context, given: Conformance) -> Result:
    """Every case of every folder; those that expect a value and those that expect null counted apart; nothing excluded."""
    folders = sources.case_folders(given.folder)
    outcomes: list[Outcome] = []
    with context.progress(context.say("运行案例", "Running cases"), len(folders)) as step:
        for name, files in folders:
            outcomes += run_folder(name, files)
            step()
    whole = Score(outcomes)
    lines = [f"- {name}: {_counts(context, score)}" for name, score in whole.folders.items()]
    failed = [o for o in outcomes if not o.passed]
    if failed:
        lines += ["", context.say("未通过：", "Failed:"), "", *(f"- {o.folder} {o.case}: {o.why}" for o in failed[:SHOWN])]
        if len(failed) > SHOWN:
            lines.append(context.say(f"- 另有 {len(failed) - SHOWN} 个，见 --json", f"- and {len(failed) - SHOWN} more, see --json"))
    lines += ["", context.say("应有值的案例", "Cases that expect a value") + f": {whole.count(valued=True)} passed, {whole.count(valued=True, passed=False)} failed", "",
              context.say("应为 null 的案例", "Cases that expect null") + f": {whole.count(valued=False)} passed, {whole.count(valued=False, passed=False)} failed", "",
              f"{whole.count()} passed, {whole.count(passed=False)} failed"]
    data = {"passed": whole.count(), "failed": whole.count(passed=False), "folders": {n: _numbers(s) for n, s in whole.folders.items()}, "all": _numbers(whole),
            "failures": [{"folder": o.folder, "case": o.case, "valued": o.valued, "why": o.why} for o in failed]}
    return Result("\n".join(lines), data)


def _numbers(score: Score) -> dict[str, dict[str, int]]:
    return {kind: {"passed": score.count(valued=valued), "failed": score.count(valued=valued, passed=False)} for kind, valued in (("value", True), ("null", False))}


def _counts(context: Context, score: Score) -> str:
    n = _numbers(score)
    return context.say(f"通过 {score.count()}，未通过 {score.count(passed=False)}（有值 {n['value']['passed']}/{n['value']['failed']}，null {n['null']['passed']}/{n['null']['failed']}）",
                       f"{score.count()} passed, {score.count(passed=False)} failed (value {n['value']['passed']}/{n['value']['failed']}, null {n['null']['passed']}/{n['null']['failed']})")



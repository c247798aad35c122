"""Check a process model, and walk a case of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from jingwei.engines.processes.machine import Machine
from jingwei.engines.processes.model import Definitions, Fate, Process
from jingwei.engines.processes.net import Net, build, examine
from jingwei.engines.processes.reading import read
from jingwei.engines.processes.soundness import Proof, prove
from jingwei.engines.processes.state import Wait, Work
from jingwei.engines.processes.tokens import Choose
from jingwei.integrations.government.processes.expressions import compiled
from jingwei.integrations.government.processes.model import CheckProcess, RunProcess
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, Unreadable, did_you_mean
from jingwei.kernel.tables import Document

_FATES: dict[Fate, Text] = {"executed": Text("执行", "executed"), "carried": Text("保留（数据、资源、图形）", "kept (data, resources, drawing)"), "foreign": Text("别的词汇，原样保留", "of other vocabularies, kept as they stand"),
          "refused": Text("不执行", "not executed")}


def check(context: Context, given: CheckProcess) -> Result:
    """What became of every element, what stands in the way of executing each process, and the proof of its soundness. ``holds`` is False where any is unsound."""
    definitions = read(given.model.content, name=given.model.name)
    if given.process:
        _named(definitions, given.process)
    lines = [f"- {text.in_(context.language)}: {sum(met.values())}" for fate, text in _FATES.items() if (met := definitions.fates.get(fate))]
    told = [_told(context, definitions, process) for process in definitions.processes if given.process in ("", process.id)]
    for one in told:
        lines += ["", f"**{one['name'] or one['process']}** ({one['process']})", "", *_lines(context, one)]
    data = {"elements": dict(definitions.fates), "processes": told}
    return Result("\n".join(lines) + "\n", data, holds=all(one["sound"] for one in told))


def _told(context: Context, definitions: Definitions, process: Process) -> dict[str, Any]:
    net, found = examine(definitions, process.id, compiled)
    proof = prove(net) if net else None
    return {"process": process.id, "name": process.name, "executable": process.executable, "nodes": len(process.nodes), "flows": len(process.flows),
            "gaps": [{"where": g.where, "element": g.tag, "why": g.why.in_(context.language)} for g in found],
            "sound": bool(proof and proof.sound), "states": proof.states if proof else 0, "findings": _findings(context, proof) if proof else []}


def _findings(context: Context, proof: Proof) -> list[dict[str, Any]]:
    return [{"code": f.code, "nodes": [*f.nodes], "path": [*f.path], "text": f.text.in_(context.language)} for f in proof.findings]


def _lines(context: Context, one: Mapping[str, Any]) -> list[str]:
    lines = [context.say(f"- {one['nodes']} 个节点，{one['flows']} 条流。", f"- {one['nodes']} nodes, {one['flows']} flows.")]
    if one["sound"]:
        lines.append(context.say(f"- 已证：总能到终点，没有令牌留下或相撞（{one['states']} 个状态）。", f"- Proved: it can always end, and no token is left behind or meets another ({one['states']} states)."))
    for finding in one["findings"]:
        way = " → ".join(finding["path"])
        lines.append(f"- {finding['text']}" + (context.say(f" 走法：{way}。", f" The way there: {way}.") if way else ""))
    if one["gaps"]:
        lines.append(context.say(f"- 还不能自己执行，缺 {len(one['gaps'])} 处：", f"- It cannot run by itself yet; {len(one['gaps'])} things are missing:"))
        lines += [f"  - {gap['element']} {gap['where']}: {gap['why']}" for gap in one["gaps"]]
    else:
        lines.append(context.say("- 可以执行。", "- It can be executed."))
    return lines


def run(context: Context, given: RunProcess) -> Result:
    """After the start and after each step: what is open, what is awaited, what is stuck. Raises Problem for a step that is not possible."""
    definitions = read(given.model.content, name=given.model.name)
    process = _named(definitions, given.process) if given.process else _only(definitions)
    said = _steps(given.steps)
    choices = said.get("choices", {})
    net = _net(definitions, process, choices)
    machine = Machine(net, choose=_chooser(net, choices))
    machine.start(said.get("variables", {}), said.get("start"))
    trace = [_stands(net, machine, context.say("开始", "start"))]
    for number, step in enumerate(said.get("steps", []), 1):
        what = {"do": step} if isinstance(step, str) else step
        _step(net, machine, what, number)
        trace.append(_stands(net, machine, " ".join(str(v) for k, v in what.items() if k != "variables")))
    lines = [f"- {one['step']} → {_line(context, one)}" for one in trace]
    return Result("\n".join(lines) + "\n", {"process": process.id, "trace": trace, "ended": machine.state.ended, "failed": machine.state.failed,
                                           "log": [{"what": what, "node": net.nodes[node].id if node >= 0 else ""} for what, node, _ in machine.log]})


def _line(context: Context, one: Mapping[str, Any]) -> str:
    parts = [", ".join(one["open"])] if one["open"] else []
    if one["awaited"]:
        parts.append(context.say("等：", "awaits ") + ", ".join(one["awaited"]))
    if one["stuck"]:
        parts.append(context.say("卡住：", "stuck: ") + "; ".join(one["stuck"]))
    return context.say("；", "; ").join(parts) or (context.say("结束", "ended") if one["ended"] else context.say("不再动：没有在等的，也没有结束", "stands still: nothing is awaited, and it has not ended"))


def _stands(net: Net, machine: Machine, step: str) -> dict[str, Any]:
    works = machine.state.waiting()

    def names(*waits: Wait) -> list[str]:
        return [_label(net, w) for w in works if w.wait in waits]

    return {"step": step, "open": names(Wait.TASK), "awaited": names(Wait.EVENT, Wait.ARMED), "ended": machine.state.ended,
            "stuck": [f"{_label(net, w)}: {w.why}" for w in works if w.wait in (Wait.STUCK, Wait.HELD)]}


def _label(net: Net, work: Work) -> str:
    node = net.nodes[work.node]
    return (node.name or node.id) + (f" [{work.round + 1}]" if work.round >= 0 else "")


def _step(net: Net, machine: Machine, what: Mapping[str, Any], number: int) -> None:
    variables = what.get("variables")
    if "message" in what or "signal" in what:
        heard = machine.message(what["message"], variables) if "message" in what else machine.signal(what["signal"], variables)
        if not heard:
            raise Problem("nobody_waits", Text("没有谁在等它。", "Nobody waits for it."), where=Text(f"第 {number} 步", f"step {number}"))
        return
    name = next((what[k] for k in ("do", "fail", "escalate", "retry") if k in what), "")
    works = [w for w in machine.state.waiting() if name in (net.nodes[w.node].id, net.nodes[w.node].name, _label(net, w))]
    if not works:
        known = [_label(net, w) for w in machine.state.waiting()]
        raise Problem("not_waiting", Text(f"{name} 现在不在等。", f"{name} does not wait now."), where=Text(f"第 {number} 步", f"step {number}"),
                      remedy=did_you_mean(str(name), known) or Text(f"在等的有：{'、'.join(known) or '无'}。", f"What waits: {', '.join(known) or 'nothing'}."))
    work = works[0]
    if "fail" in what:
        machine.fail(work.id, what.get("code", ""))
    elif "escalate" in what:
        machine.escalate(work.id, what.get("code", ""))
    elif work.wait in (Wait.STUCK, Wait.HELD):
        machine.retry(work.id, variables)
    elif work.wait == Wait.TASK:
        machine.complete(work.id, variables)
    else:
        machine.catch(work.id, variables)


def _net(definitions: Definitions, process: Process, choices: Mapping[str, Any]) -> Net:
    """Runs by itself where it can; where only choices are missing and all are given, by those."""
    try:
        return build(definitions, process.id, compiled)
    except Problem:
        if not choices:
            raise
        return build(definitions, process.id)


def _chooser(net: Net, choices: Mapping[str, Any]) -> Choose:
    """What takes the flows said, by gateway. Raises Problem for a gateway or flow the net has not."""
    said: dict[int, list[int]] = {}
    for name, wanted in choices.items():
        nodes = [i for i, node in enumerate(net.nodes) if name in (node.id, node.name) and net.out[i]]
        if not nodes:
            raise Problem("unknown_gateway", Text(f"没有网关 {name}。", f"There is no gateway {name}."), remedy=did_you_mean(name, [n.name or n.id for n in net.nodes]))
        ways = {wanted} if isinstance(wanted, str) else set(wanted)
        for node in nodes:
            said[node] = [f for f in net.out[node] if {net.flows[f].id, net.flows[f].name, net.nodes[net.target[f]].id, net.nodes[net.target[f]].name} & ways]
            if not said[node]:
                raise Problem("unknown_flow", Text(f"{name} 没有去 {wanted} 的流。", f"{name} has no flow to {wanted}."))
    return lambda node, _flows, _variables: said.get(node)


def _steps(document: Document | None) -> dict[str, Any]:
    if document is None:
        return {}
    try:
        said = json.loads(document.text())
    except (ValueError, RecursionError) as error:
        raise Unreadable(Text(f"不是合格的 JSON（{error}）", f"not valid JSON ({error})"), where=document.name) from None
    wrong = not isinstance(said, dict) or not isinstance(said.get("steps", []), list) or not isinstance(said.get("choices", {}), dict) or not isinstance(said.get("variables", {}), dict)
    if wrong or not all(isinstance(step, str | dict) for step in said.get("steps", [])):
        raise Unreadable(Text("步骤的写法不对", "the steps are not written as asked"), where=document.name,
                         remedy=Text('写 {"variables": {…}, "choices": {…}, "steps": ["任务", …]}。', 'Write {"variables": {…}, "choices": {…}, "steps": ["task", …]}.'))
    return dict(said)


def _named(definitions: Definitions, name: str) -> Process:
    for process in definitions.processes:
        if name in (process.id, process.name):
            return process
    known = [p.id for p in definitions.processes]
    raise Problem("unknown_process", Text(f"文件里没有流程 {name}。", f"The file has no process {name}."), remedy=did_you_mean(name, known) or Text(f"有：{'、'.join(known)}。", f"It has: {', '.join(known)}."))


def _only(definitions: Definitions) -> Process:
    marked = [p for p in definitions.processes if p.executable] or list(definitions.processes)
    if len(marked) != 1:
        raise Problem("which_process", Text("请用 --process 说明是哪个流程。", "Say which process with --process."),
                      remedy=Text(f"有：{'、'.join(p.id for p in marked) or '无'}。", f"It has: {', '.join(p.id for p in marked) or 'none'}."))
    return marked[0]

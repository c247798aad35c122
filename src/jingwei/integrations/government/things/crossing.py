"""What the files of a thing must say of each other: every name that is used is declared, every task of a department is in the process, every demand has its law."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from jingwei.integrations.government.things.filling import fault
from jingwei.integrations.government.things.model import ASSURANCES, Fact, Kind, Thing
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, did_you_mean

_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")
_TYPES: Mapping[Kind, tuple[str, ...]] = {"text": ("string",), "date": ("string",), "number": ("number", "integer"), "boolean": ("boolean",), "list": ("array",)}


def crossed(thing: Thing, name: str) -> None:
    """Raises Problem ``thing_file`` for the first thing that does not fit, with its file and key."""
    for problem in chain(_ids(thing, f"{name}/thing.toml"), _references(thing, f"{name}/thing.toml"), _process(thing, name), _decisions(thing, name), _form(thing, f"{name}/form.json")):
        raise problem


def _ids(thing: Thing, file: str) -> Iterator[Problem]:
    groups: dict[str, list[str]] = {
        "department": [d.id for d in thing.departments], "item": [i.task for i in thing.items], "requirement": [r.id for r in thing.requirements],
        "evidence": [e.id for e in thing.evidence], "provider": [p.id for p in thing.providers], "fact": [f.name for f in thing.facts],
        "decision": [d.task for d in thing.decisions]}
    for group, ids in groups.items():
        for name, count in Counter(ids).items():
            if count > 1:
                yield fault(file, f"{group} {name}", Text(f"写了 {count} 次", f"it stands {count} times"))
    for key, name in (("id", thing.id), *(("fact", f) for f in groups["fact"])):
        if not _NAME.fullmatch(name):
            yield fault(file, f"{key} {name}", Text("名称由小写字母、数字和下划线组成，以字母开头", "a name has small letters, digits and underscores, and begins with a letter"))


def _references(thing: Thing, file: str) -> Iterator[Problem]:
    departments, facts = [d.id for d in thing.departments], [f.name for f in thing.facts]
    requirements, evidence, providers = [r.id for r in thing.requirements], [e.id for e in thing.evidence], [p.id for p in thing.providers]
    for item in thing.items:
        at = f"item {item.task}"
        yield from _unknown(file, f"{at}.department", (item.department,), departments)
        yield from _unknown(file, f"{at}.materials", item.materials, requirements)
        yield from _unknown(file, f"{at}.gives", item.gives, facts)
        if item.clock.regime != "none" and not item.clock.days:
            yield fault(file, f"{at}.clock.days", Text("有时限的事项要写明天数", "an item under a clock says in how many days"))
        if item.late and not item.why_late:
            yield fault(file, f"{at}.why_late", Text("可以后办的部分要说明理由", "a part that may come later says why"))
    for requirement in thing.requirements:
        yield from _unknown(file, f"requirement {requirement.id}.evidence", chain.from_iterable(requirement.evidence), evidence)
        if not all(requirement.evidence) or not requirement.evidence:
            yield fault(file, f"requirement {requirement.id}.evidence", Text("至少要有一组证明，且每组不为空", "it needs at least one list of evidence, and none of them empty"))
        least = ASSURANCES.index(requirement.assurance)
        weak = [e.id for e in thing.evidence if e.id in chain.from_iterable(requirement.evidence) and ASSURANCES.index(e.assurance) < least]
        if weak:
            yield fault(file, f"requirement {requirement.id}.evidence", Text(f"{'、'.join(weak)} 的可信程度不够", f"{', '.join(weak)} is not sure enough"),
                        Text(f"这项要求 assurance 至少为 {requirement.assurance}。", f"The requirement wants an assurance of {requirement.assurance} at the least."))
    for one in thing.evidence:
        at = f"evidence {one.id}"
        yield from _unknown(file, f"{at}.provider", (one.provider,), providers)
        yield from _unknown(file, f"{at}.fields", one.fields.values(), facts)
        yield from _unknown(file, f"{at}.keys", one.keys, facts)
        yield from _unknown(file, f"{at}.made_of", one.made_of, thing.form["properties"])
        if one.issued_by:
            yield from _unknown(file, f"{at}.issued_by", (one.issued_by,), [i.task for i in thing.items])
        named = [f for f in one.fields.values() if f in facts and thing.fact(f).personal]
        if named and len(set(one.keys)) < 2:
            yield fault(file, f"{at}.keys", Text("个人的记录至少用两项标识查找，否则可能认错人", "a person's record is found by two identifiers at least, or it may be somebody else's"))
    for provider in thing.providers:
        yield from _unknown(file, f"provider {provider.id}.department", (provider.department,), departments)


def _unknown(file: str, key: str, named: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
    there = list(known)
    for name in named:
        if name not in there:
            yield fault(file, key, Text(f"{name} 没有声明", f"{name} is not declared"), did_you_mean(name, there))


def _process(thing: Thing, name: str) -> Iterator[Problem]:
    file = f"{name}/thing.toml"
    processes = {p.id: p for p in thing.definitions.processes}
    yield from _unknown(file, "process", (thing.process,), processes)
    if thing.process not in processes:
        return
    tasks = {n.id: n for n in processes[thing.process].nodes if n.kind == "task"}
    yield from _unknown(file, "item.task", (i.task for i in thing.items), tasks)
    yield from _unknown(file, "decision.task", (d.task for d in thing.decisions), tasks)
    done = {*(i.task for i in thing.items), *(d.task for d in thing.decisions)}
    for node in tasks.values():
        if node.tag in ("userTask", "manualTask", "task") and node.id not in done:
            yield fault(f"{name}/process.bpmn", node.id, Text("没有事项说明谁来办", "no item says who does it"), Text("请在 thing.toml 里加一个 [[item]]。", "Add an [[item]] to thing.toml."))
        if node.tag == "businessRuleTask" and node.id not in done:
            yield fault(f"{name}/process.bpmn", node.id, Text("没有决策表来回答", "no decision table answers it"), Text("请在 thing.toml 里加一个 [[decision]]。", "Add a [[decision]] to thing.toml."))


def _decisions(thing: Thing, name: str) -> Iterator[Problem]:
    facts = {f.name: f for f in thing.facts}
    for one in thing.decisions:
        at = f"decision {one.task}"
        yield from _unknown(f"{name}/thing.toml", f"{at}.model", (one.model,), thing.models)
        if one.model in thing.models:
            yield from _unknown(f"{name}/thing.toml", f"{at}.decision", (one.decision,), [n.name for n in thing.models[one.model].decisions()])
        yield from _unknown(f"{name}/thing.toml", f"{at}.gives", (one.gives,), facts)
        if one.gives in facts and facts[one.gives].origin != "table":
            yield fault(f"{name}/thing.toml", f"fact {one.gives}.origin", Text('由决策表得出的事实应写 origin = "table"', 'a fact a table gives says origin = "table"'))
    for file, model in thing.models.items():
        yield from _unknown(f"{name}/{file}", "inputData", model.input_kinds(), facts)


def _form(thing: Thing, file: str) -> Iterator[Problem]:
    facts = {f.name: f for f in thing.facts}
    yield from _unknown(file, "properties", thing.form["properties"], facts)
    yield from _unknown(file, "required", thing.form.get("required", ()), thing.form["properties"])
    for question, said in thing.questions():
        if question in facts:
            yield from _question(facts[question], said, f"{file}", f"properties.{question}")


def _question(fact: Fact, said: Any, file: str, key: str) -> Iterator[Problem]:
    if not isinstance(said, dict):
        yield fault(file, key, Text("问题应是一个对象", "a question is an object"))
        return
    for word in ("title", "title_en"):
        if not isinstance(said.get(word), str) or not said[word].strip():
            yield fault(file, f"{key}.{word}", Text("问题要有中文（title）和英文（title_en）", "a question has its words in Chinese (title) and English (title_en)"))
    if said.get("type") not in _TYPES[fact.type]:
        yield fault(file, f"{key}.type", Text(f"thing.toml 里 {fact.name} 的类型是 {fact.type}", f"in thing.toml {fact.name} is a {fact.type}"))
    if fact.type == "date" and said.get("format") != "date":
        yield fault(file, f"{key}.format", Text("日期要写 format 为 date", "a date says format date"))
    if fact.type == "text" and "enum" not in said and "maxLength" not in said:
        yield fault(file, f"{key}.maxLength", Text("文字要有最大长度", "a text has a greatest length"))
    if fact.choices and sorted(said.get("enum", ())) != sorted(fact.choices):
        yield fault(file, f"{key}.enum", Text(f"选项应与 thing.toml 一致：{'、'.join(fact.choices)}", f"its choices are those of thing.toml: {', '.join(fact.choices)}"))
    if fact.origin in ("table", "office") and not said.get("readOnly"):
        yield fault(file, key, Text("由决策表或部门得出的事实不能问申请人", "what a table or a department decides is not asked of the applicant"))

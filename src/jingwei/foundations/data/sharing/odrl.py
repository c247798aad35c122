"""Grants and denials as ODRL 2.2 policies in JSON-LD, and back: nothing that is not understood is ever dropped.

The W3C Recommendation of 15 February 2018 with a profile of ours, ``urn:jingwei:odrl:1``: row conditions are refinements of the target,
their left operand ``jw:cell:`` and the column; columns and their precision, the legal basis and negation have terms of their own.
``conflict`` is ``prohibit``, since a denial beats every grant; a policy without it is refused, the standard's default being *invalid*.
The secret salt of a grant is never written; whoever reads a policy that hashes a column gives one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote, unquote

import msgspec

from jingwei.kernel.access import (
    EVERY_ROW,
    All,
    Between,
    Denial,
    Equal,
    Grant,
    Not,
    OneOf,
    Precision,
    Predicate,
    Some,
    Subject,
    Value,
    Within,
)
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, Unreadable
from jingwei.kernel.tables import Document, json_bytes

CONTEXT = "http://www.w3.org/ns/odrl.jsonld"
PROFILE = "urn:jingwei:odrl:1"
_OURS = {"jw": "urn:jingwei:odrl:"}
_CELL = "jw:cell:"
_MOST_DEEP = 50


def write(rules: Sequence[Grant | Denial], uid: str) -> bytes:
    """The rules as one policy: an agreement."""
    told: dict[str, Any] = {"@context": [CONTEXT, _OURS], "@type": "Agreement", "uid": _urn("policy", uid), "profile": PROFILE, "conflict": "prohibit",
                            "permission": [_rule(r) for r in rules if isinstance(r, Grant)],
                            "prohibition": [_rule(r) for r in rules if isinstance(r, Denial)]}
    return json_bytes({k: v for k, v in told.items() if v != []})


def _rule(rule: Grant | Denial) -> dict[str, Any]:
    target: dict[str, Any] = {"@type": "AssetCollection", "uid": _urn("dataset", rule.dataset)}
    if rule.rows != EVERY_ROW:
        target["refinement"] = [_written(rule.rows)]
    when = [("gteq", rule.first), ("lteq", rule.last)]
    constraints: list[dict[str, Any]] = [{"leftOperand": "dateTime", "operator": operator, "rightOperand": {"@value": day.isoformat(), "@type": "xsd:date"}}
                                         for operator, day in when if day]
    if rule.purpose:
        constraints.append({"leftOperand": "purpose", "operator": "eq", "rightOperand": _urn("purpose", rule.purpose)})
    kind = "Party" if rule.subject.kind == "principal" else "PartyCollection"
    told: dict[str, Any] = {"uid": _urn("rule", rule.id), "target": target, "assignee": {"@type": kind, "uid": _urn(rule.subject.kind, rule.subject.id)},
                            "action": ["read", "distribute"] if isinstance(rule, Grant) and rule.export else ["read"], "constraint": constraints,
                            "jw:basis": rule.basis}
    if isinstance(rule, Grant):
        told["jw:columns"] = [{"jw:column": name, **{f"jw:{k}": v for k, v in msgspec.to_builtins(p).items()}} for name, p in rule.columns.items()]
    elif rule.columns is not None:
        told["jw:columns"] = [{"jw:column": name} for name in sorted(rule.columns)]
    return told


def _written(predicate: Predicate) -> dict[str, Any]:
    match predicate:
        case Equal(column, value):
            told = _constraint(column, "eq", value)
        case OneOf(column, values):
            told = _constraint(column, "isAnyOf", list(values))
        case Within(column, place):
            told = _constraint(column, "isPartOf", _urn("place", place))
        case Between(column, least, most):
            sides = [_constraint(column, operator, value) for operator, value in (("gteq", least), ("lteq", most)) if value is not None]
            if not sides:
                raise Problem("bad_grant", Text("区间要有下限或上限", "a range has a least or a most"),
                              where=Text(f"列 {column!r}", f"column {column!r}"),
                              remedy=Text("请改正条件。", "Correct the condition."))
            told = sides[0] if len(sides) == 1 else {"and": sides}
        case All(parts):
            told = {"and": [_written(p) for p in parts]}
        case Some(parts):
            told = {"or": [_written(p) for p in parts]}
        case Not(part):
            told = {"jw:not": _written(part)}
    return told


def _constraint(column: str, operator: str, value: Any) -> dict[str, Any]:
    return {"leftOperand": _CELL + quote(column, safe=""), "operator": operator, "rightOperand": value}


def read(document: Document, salt: str = "") -> list[Grant | Denial]:
    """The rules of a policy. Raises Unreadable, or Problem ``unsupported_policy`` with the place of what is not understood."""
    try:
        told = json.loads(document.text(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Unreadable(Text(f"不是 JSON（{error}）", f"not JSON ({error})"), where=document.name) from None
    reader = _Reader(document.name)
    policy = reader.record(told, "", required=("@context", "@type", "uid", "conflict"), known=("profile", "permission", "prohibition"))
    contexts = policy["@context"] if isinstance(policy["@context"], list) else [policy["@context"]]
    if CONTEXT not in contexts or any(c not in (CONTEXT, _OURS) for c in contexts):
        raise reader.refuse("@context",
                            Text(f"只认识 {CONTEXT} 和我们自己的词汇；一概不去取",
                                 f"only {CONTEXT} and our own terms are known; nothing is fetched"))
    reader.one_of(policy, "", "@type", ("Agreement", "Set", "Offer"))
    reader.one_of(policy, "", "conflict", ("prohibit", {"@type": "prohibit"}))
    if "profile" in policy:
        reader.one_of(policy, "", "profile", (PROFILE,))
    reader.unurn(policy["uid"], "uid", "policy")
    rules: list[Grant | Denial] = []
    for name in ("permission", "prohibition"):
        for i, each in enumerate(reader.list(policy.get(name, []), name)):
            rules.append(_ruled(reader, each, f"{name}/{i}", name == "permission", salt))
    if not rules:
        raise reader.refuse("permission", Text("策略里没有规则", "the policy has no rule"))
    return rules


def _ruled(reader: _Reader, told: Any, where: str, grants: bool, salt: str) -> Grant | Denial:
    rule = reader.record(told, where, required=("uid", "target", "assignee", "action", "jw:basis", *(["jw:columns"] if grants else [])),
                         known=("constraint", *([] if grants else ["jw:columns"])))
    target = reader.record(rule["target"], f"{where}/target", required=("uid",), known=("@type", "refinement"))
    party = reader.record(rule["assignee"], f"{where}/assignee", required=("uid",), known=("@type",))
    for each, at, allowed in ((target, "target", ("Asset", "AssetCollection")), (party, "assignee", ("Party", "PartyCollection"))):
        if "@type" in each:
            reader.one_of(each, f"{where}/{at}", "@type", allowed)
    action = reader.list(rule["action"], f"{where}/action")
    if action not in (["read"], ["read", "distribute"]) or (not grants and action != ["read"]):
        raise reader.refuse(f"{where}/action",
                            Text(f"{json.dumps(action)[:80]} 不是 read，也不是 read 和 distribute",
                                 f"{json.dumps(action)[:80]} is not read, or read and distribute"))
    parts = [_read_row(reader, r, f"{where}/target/refinement/{i}") for i, r in enumerate(reader.list(target.get("refinement", []), f"{where}/target/refinement"))]
    rows: Predicate = EVERY_ROW if not parts else parts[0] if len(parts) == 1 else All(tuple(parts))
    said = _constraints(reader, rule.get("constraint", []), f"{where}/constraint")
    kind, name = reader.party(party["uid"], f"{where}/assignee/uid")
    shared: dict[str, Any] = {"id": reader.unurn(rule["uid"], f"{where}/uid", "rule"), "subject": Subject(kind, name),
                              "dataset": reader.unurn(target["uid"], f"{where}/target/uid", "dataset"), "rows": rows,
                              "basis": reader.text(rule["jw:basis"], f"{where}/jw:basis"), **said}
    if "first" not in shared or (grants and "purpose" not in shared):
        raise reader.refuse(f"{where}/constraint",
                            Text("规则要写明自何时起（dateTime gteq），许可还要写明用途",
                                 "a rule says from when it holds (dateTime gteq), and a permission for which purpose"))
    cells = [(reader.record(c, f"{where}/jw:columns/{i}", required=("jw:column",), known=None), f"{where}/jw:columns/{i}")
             for i, c in enumerate(reader.list(rule.get("jw:columns", []), f"{where}/jw:columns"))]
    names = [reader.text(c["jw:column"], at) for c, at in cells]
    if len(set(names)) < len(names):
        raise reader.refuse(f"{where}/jw:columns", Text("有一列写了两次", "a column is named twice"))
    if not grants:
        if any(len(c) > 1 for c, _ in cells):
            raise reader.refuse(f"{where}/jw:columns",
                                Text("禁止只隐藏列，没有精度", "a prohibition hides columns and has no precision"))
        return Denial(**shared, columns=frozenset(names) if "jw:columns" in rule else None)
    precisions = {n: _precision(reader, c, at) for n, (c, at) in zip(names, cells, strict=True)}
    return Grant(**shared, columns=precisions, export="distribute" in action, salt=salt)


def _constraints(reader: _Reader, told: Any, where: str) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for i, each in enumerate(reader.list(told, where)):
        at = f"{where}/{i}"
        c = reader.record(each, at, required=("leftOperand", "operator", "rightOperand"))
        name: str
        value: str | date
        match c["leftOperand"], c["operator"]:
            case "purpose", "eq":
                name, value = "purpose", reader.unurn(c["rightOperand"], at, "purpose")
            case "dateTime", ("gteq" | "lteq") as operator:
                name, value = "first" if operator == "gteq" else "last", reader.day(c["rightOperand"], at)
            case _:
                raise reader.refuse(at,
                                    Text(f"{c['leftOperand']!r} {c['operator']!r} 不是这里认识的约束",
                                         f"{c['leftOperand']!r} {c['operator']!r} is no constraint known here"))
        if name in said:
            raise reader.refuse(at, Text("写了两次", "it is said twice"))
        said[name] = value
    return said


def _precision(reader: _Reader, told: Mapping[str, Any], where: str) -> Precision:
    """The kernel's own tagged record, as strict as it is; what is not named is refused."""
    plain = {k.removeprefix("jw:"): v for k, v in told.items() if k != "jw:column"}
    if any(not k.startswith("jw:") for k in told):
        raise reader.refuse(where, Text("列的词汇以 jw: 开头", "terms of a column begin with jw:"))
    try:
        found: Precision = msgspec.convert(plain, Precision)
        return found
    except msgspec.ValidationError as error:
        raise reader.refuse(where, Text(f"不是这里认识的精度（{error}）", f"no precision known here ({error})")) from None


def _read_row(reader: _Reader, told: Any, where: str, deep: int = 0) -> Predicate:
    if deep > _MOST_DEEP:
        raise reader.refuse(where, Text(f"条件套了不止 {_MOST_DEEP} 层", f"conditions lie more than {_MOST_DEEP} deep"))
    one = reader.record(told, where, known=None)
    for name, made in (("and", All), ("or", Some)):
        if set(one) == {name}:
            parts = tuple(_read_row(reader, p, f"{where}/{name}/{i}", deep + 1) for i, p in enumerate(reader.list(one[name], f"{where}/{name}")))
            match parts:
                case (Between(c, least, None), Between(d, None, most)) if made is All and c == d and least is not None and most is not None:
                    return Between(c, least, most)
            return made(parts)
    if set(one) == {"jw:not"}:
        return Not(_read_row(reader, one["jw:not"], f"{where}/jw:not", deep + 1))
    return _read_constraint(reader, reader.record(one, where, required=("leftOperand", "operator", "rightOperand")), where)


def _read_constraint(reader: _Reader, one: Mapping[str, Any], where: str) -> Predicate:
    operand, value = one["leftOperand"], one["rightOperand"]
    if not isinstance(operand, str) or not operand.startswith(_CELL):
        raise reader.refuse(f"{where}/leftOperand",
                            Text(f"{str(operand)[:60]!r} 不是列；请写 {_CELL}NAME",
                                 f"{str(operand)[:60]!r} is no column; write {_CELL}NAME"))
    column = unquote(operand[len(_CELL):])
    made: dict[str, Callable[[], Predicate]] = {
        "eq": lambda: Equal(column, reader.value(value, where)),
        "neq": lambda: Not(Equal(column, reader.value(value, where))),
        "isAnyOf": lambda: OneOf(column, tuple(reader.value(v, where) for v in reader.list(value, where))),
        "isNoneOf": lambda: Not(OneOf(column, tuple(reader.value(v, where) for v in reader.list(value, where)))),
        "gteq": lambda: Between(column, least=reader.value(value, where)),
        "lteq": lambda: Between(column, most=reader.value(value, where)),
        "isPartOf": lambda: Within(column, reader.unurn(value, where, "place"))}
    if not isinstance(one["operator"], str) or one["operator"] not in made:
        raise reader.refuse(f"{where}/operator",
                            Text(f"{str(one['operator'])[:40]!r} 不是这里认识的运算符",
                                 f"{str(one['operator'])[:40]!r} is no operator known here"))
    return made[one["operator"]]()


class _Reader:
    """Takes a policy apart; what is not as expected is refused with its place."""

    def __init__(self, name: str) -> None:
        self._name = name

    def refuse(self, where: str, what: Text) -> Problem:
        return Problem("unsupported_policy", what, where=f"{self._name}, {where or 'policy'}",
                       remedy=Text("策略一点也没有采用。请照 jingwei share policy 的样子写。",
                                   "Nothing of the policy was taken. Write it as jingwei share policy does."))

    def record(self, told: Any, where: str, *, required: Sequence[str] = (), known: Sequence[str] | None = ()) -> dict[str, Any]:
        if not isinstance(told, dict):
            raise self.refuse(where, Text("它不是记录", "it is no record"))
        for name in required:
            if name not in told:
                raise self.refuse(where, Text(f"它没有 {name}", f"it has no {name}"))
        if known is not None and (more := sorted(set(told) - {*required, *known})):
            raise self.refuse(f"{where}/{more[0]}".lstrip("/"),
                              Text(f"这里不懂 {more[0]!r}", f"{more[0]!r} is not understood here"))
        return told

    def list(self, told: Any, where: str) -> list[Any]:  # noqa: ARG002
        return told if isinstance(told, list) else [told]

    def one_of(self, told: Mapping[str, Any], where: str, name: str, allowed: Sequence[Any]) -> None:
        if told[name] not in allowed:
            raise self.refuse(f"{where}/{name}".lstrip("/"),
                              Text(f"不支持 {json.dumps(told[name])[:60]}；必须是 {allowed[0]}",
                                   f"{json.dumps(told[name])[:60]} is not supported; it must be {allowed[0]}"))

    def text(self, told: Any, where: str) -> str:
        if not isinstance(told, str):
            raise self.refuse(where, Text("它不是文字", "it is no text"))
        return told

    def value(self, told: Any, where: str) -> Value:
        if isinstance(told, dict) and set(told) == {"@value", "@type"} and told["@type"] in ("xsd:date", "xsd:string"):
            told = told["@value"]
        if not isinstance(told, str | int | float | bool):
            raise self.refuse(where,
                              Text(f"{json.dumps(told)[:60]} 不是单元格的值",
                                   f"{json.dumps(told)[:60]} is no value of a cell"))
        return told

    def day(self, told: Any, where: str) -> date:
        text = self.text(told.get("@value") if isinstance(told, dict) and set(told) == {"@value", "@type"} and told["@type"] == "xsd:date" else told, where)
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            raise self.refuse(where,
                              Text(f"{text[:40]!r} 不是日子；规则按中国时间整日计",
                                   f"{text[:40]!r} is no day; rules hold for whole days in China"))
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise self.refuse(where, Text(f"{text!r} 不是日子", f"{text!r} is no day")) from None

    def unurn(self, told: Any, where: str, kind: str) -> str:
        text = self.text(told, where)
        if not text.startswith(prefix := f"urn:jingwei:{kind}:"):
            raise self.refuse(where,
                              Text(f"{text[:60]!r} 不以 {prefix} 开头", f"{text[:60]!r} does not begin with {prefix}"))
        return unquote(text[len(prefix):])

    def party(self, told: Any, where: str) -> tuple[Any, str]:
        text = self.text(told, where)
        for kind in ("principal", "organisation", "role"):
            if text.startswith(f"urn:jingwei:{kind}:"):
                return kind, self.unurn(text, where, kind)
        raise self.refuse(where,
                          Text(f"{text[:60]!r} 不是这里认识的个人、单位或角色",
                               f"{text[:60]!r} is no principal, organisation or role known here"))


def _urn(kind: str, name: str) -> str:
    return f"urn:jingwei:{kind}:{quote(name, safe='')}"


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")

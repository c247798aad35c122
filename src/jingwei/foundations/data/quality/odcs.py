"""Contracts as ODCS 3 (Open Data Contract Standard, YAML): what we can check is read into terms, the rest is told, nothing is dropped.

A key the standard does not have is refused, since a misspelt promise would otherwise be none. What the standard has and nothing
here checks is listed as ``unchecked`` when it is a promise, and left alone when it only describes. The file itself is kept as it came.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

import msgspec
import yaml

from jingwei.foundations.data.quality.contract import (
    MISSING,
    Comparison,
    Contract,
    Field,
    Period,
    Reference,
    RowRange,
    Rule,
    Update,
)
from jingwei.foundations.data.quality.formats import FORMATS, TYPES, pattern
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, Unreadable, did_you_mean
from jingwei.kernel.tables import Document

API = "v3.1.0"
ENGINE = "jingwei"
LARGEST = 1_000_000

_ROOT = frozenset((
    "apiVersion", "kind", "id", "name", "version", "status", "tenant", "tags", "servers", "dataProduct", "description", "domain", "schema", "support",
    "price", "team", "roles", "slaDefaultElement", "slaProperties", "authoritativeDefinitions", "customProperties", "contractCreatedTs", "context"))
_TABLE = frozenset((
    "id", "name", "physicalType", "description", "businessName", "deprecated", "synonyms", "authoritativeDefinitions", "tags", "customProperties",
    "logicalType", "physicalName", "dataGranularityDescription", "properties", "relationships", "quality", "context"))
_FIELD = frozenset((
    "id", "name", "physicalType", "physicalName", "description", "businessName", "deprecated", "synonyms", "authoritativeDefinitions", "tags",
    "customProperties", "primaryKey", "primaryKeyPosition", "logicalType", "logicalTypeOptions", "semanticType", "required", "unique", "partitioned",
    "partitionKeyPosition", "classification", "encryptedName", "transformSourceObjects", "transformLogic", "transformDescription", "examples", "enum",
    "criticalDataElement", "relationships", "quality", "properties", "items", "map"))
_OPTIONS = frozenset((
    "minLength", "maxLength", "pattern", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "timezone",
    "defaultTimezone", "maxItems", "minItems", "uniqueItems", "maxProperties", "minProperties", "required"))
_QUALITY = frozenset((
    "id", "authoritativeDefinitions", "businessImpact", "customProperties", "description", "dimension", "method", "name", "schedule", "scheduler",
    "severity", "tags", "type", "unit", "metric", "rule", "arguments", "mustBe", "mustNotBe", "mustBeGreaterThan", "mustBeGreaterOrEqualTo",
    "mustBeLessThan", "mustBeLessOrEqualTo", "mustBeBetween", "mustNotBeBetween", "query", "engine", "implementation", "validValues"))
_OPTION_OF = {"format": "format", "pattern": "pattern", "shortest": "minLength", "longest": "maxLength", "least": "minimum", "most": "maximum"}
_OPTIONS_OF_TYPE = {"string": ("format", "pattern", "shortest", "longest"), **dict.fromkeys(("integer", "number", "date", "timestamp"), ("least", "most"))}
"""What the standard has options for, by type; a term it has none for goes under custom properties."""
_LIGHT = frozenset(("warning", "info", "low", "minor", "trivial"))
_OFTEN = {(1, "d"): "DAILY", (7, "d"): "WEEKLY", (1, "w"): "WEEKLY", (2, "w"): "BIWEEKLY", (1, "m"): "MONTHLY", (3, "m"): "QUARTERLY", (6, "m"): "ANNUAL_2",
          (1, "y"): "ANNUAL", (2, "y"): "BIENNIAL"}


def read(document: Document, dataset: str) -> Contract:
    """The terms of one table. Raises Unreadable; Problem ``bad_contract``, ``unknown_term``, ``bad_pattern`` or ``bad_rule``."""
    told = _loaded(document)
    where = document.name
    _keys(told, _ROOT, where)
    if told.get("kind") != "DataContract" or not re.fullmatch(r"v3\.[0-9.]+", str(told.get("apiVersion", ""))):
        raise _bad(where, Text("不是 ODCS 3 的数据约定（kind、apiVersion）", "is no data contract of ODCS 3 (kind, apiVersion)"))
    for needed in ("id", "version", "status"):
        if not str(told.get(needed) or "").strip():
            raise _bad(where, Text(f"缺 {needed}", f"has no {needed}"))
    table = _table(told, dataset, where)
    reading = _Reading(where)
    fields = tuple(reading.field(each) for each in _dicts(table.get("properties"), f"{where}, properties"))
    for each in _dicts(table.get("quality"), f"{where}, quality"):
        reading.about_table(each)
    for each in _dicts(table.get("relationships"), f"{where}, relationships"):
        reading.relationship(each, ())
    update = reading.updates(_dicts(told.get("slaProperties"), f"{where}, slaProperties"))
    own = reading.own(_dicts(told.get("customProperties"), f"{where}, customProperties"))
    primary = tuple(name for _, name in sorted(reading.primary))
    try:
        made = Contract(
            dataset=dataset, id=str(told["id"]), version=str(told["version"]), status=str(told["status"]), owner=str(own.get("owner", "")), record=str(own.get("record", "")),
            synthetic=own.get("synthetic") is True, missing=tuple(str(w) for w in own.get("missing", MISSING)), fields=fields,
            keys=tuple(dict.fromkeys([*([primary] if primary else []), *reading.keys])), rules=tuple(reading.rules), references=tuple(reading.references),
            comparisons=tuple(reading.comparisons), sequences=tuple(reading.sequences), period=reading.period,
            update=msgspec.convert(own["update"], Update) if "update" in own else update, validity=reading.validity, rows=reading.rows, unchecked=tuple(reading.unchecked))
    except (msgspec.ValidationError, TypeError) as error:
        raise _bad(where, Text(f"读不懂（{error}）", f"cannot be read ({error})")) from None
    for names in ([f.name for f in fields], [*(r.name for r in made.rules), *(r.name for r in made.references), *(c.name for c in made.comparisons)]):
        if twice := next((n for n in names if names.count(n) > 1), None):
            raise _bad(where, Text(f"{twice!r} 用了两次", f"uses the name {twice!r} twice"))
    return made


class _Reading:
    """What was read so far of one table."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.keys: list[tuple[str, ...]] = []
        self.primary: list[tuple[int, str]] = []
        self.rules: list[Rule] = []
        self.references: list[Reference] = []
        self.comparisons: list[Comparison] = []
        self.sequences: list[tuple[str, ...]] = []
        self.period: Period | None = None
        self.validity = ""
        self.rows = RowRange()
        self.unchecked: list[str] = []

    def field(self, told: Mapping[str, Any]) -> Field:
        name = str(told.get("name") or "")
        where = f"{self.where}, {name}"
        _keys(told, _FIELD, where)
        if not name:
            raise _bad(where, Text("字段没有名称", "has a field without a name"))
        made: dict[str, Any] = {"name": name, "required": told.get("required") is True or told.get("primaryKey") is True,
                                **self._options(told.get("logicalTypeOptions") or {}, name)}
        kind = told.get("logicalType")
        if kind in TYPES or kind == "string":
            made["type"] = kind
        elif kind is not None:
            self.unchecked.append(f"{name}: logicalType {kind}")
        if told.get("enum"):
            made["codes"] = tuple(_plain(e.get("value") if isinstance(e, dict) else e) for e in told["enum"])
        if told.get("unique") is True:
            self.keys.append((name,))
        if told.get("primaryKey") is True:
            self.primary.append((int(told.get("primaryKeyPosition") or 0), name))
        own = self.own(_dicts(told.get("customProperties"), where))
        made |= {k: own[k] for k in ("protected", "severity", *_OPTION_OF) if k in own}
        if "pattern" in own:
            pattern(str(own["pattern"]), where)
        for each in _dicts(told.get("quality"), f"{where}, quality"):
            made |= self._about_field(each, name)
        for each in _dicts(told.get("relationships"), f"{where}, relationships"):
            self.relationship(each, (name,))
        try:
            return msgspec.convert(made, Field)
        except msgspec.ValidationError as error:
            raise _bad(where, Text(f"读不懂（{error}）", f"cannot be read ({error})")) from None

    def _options(self, told: Mapping[str, Any], name: str) -> dict[str, Any]:
        where = f"{self.where}, {name}"
        _keys(told, _OPTIONS, f"{where}, logicalTypeOptions")
        self.unchecked += [f"{name}: {o}" for o in told if o not in {*_OPTION_OF.values(), "timezone", "defaultTimezone"}]
        made = {ours: _plain(told[theirs]) for ours, theirs in _OPTION_OF.items() if theirs in told}
        if "pattern" in made:
            pattern(str(made["pattern"]), where)
        if made.get("format", "") not in ("", *FORMATS):
            self.unchecked.append(f"{name}: format {made.pop('format')}")
        return made

    def _about_field(self, told: Mapping[str, Any], name: str) -> dict[str, Any]:
        """A library metric that must be 0 is a term of ours; anything else is told as unchecked."""
        _keys(told, _QUALITY, f"{self.where}, {name}, quality")
        metric, arguments, zero = told.get("metric") or told.get("rule"), told.get("arguments") or {}, told.get("mustBe") == 0
        valid = arguments.get("validValues", told.get("validValues"))
        weight = {"severity": "warning"} if str(told.get("severity", "")).lower() in _LIGHT else {}
        if zero and told.get("type", "library") == "library":
            if metric in ("nullValues", "missingValues") and not set(arguments) - {"missingValues"}:
                return {"required": True, **weight}
            if metric == "invalidValues" and isinstance(valid, list) and not set(arguments) - {"validValues"}:
                return {"codes": tuple(_plain(v) for v in valid), **weight}
            if metric == "invalidValues" and set(arguments) == {"pattern"}:
                return {"pattern": pattern(str(arguments["pattern"]), f"{self.where}, {name}"), **weight}
            if metric == "duplicateValues":
                self.keys.append((name,))
                return {}
        if told.get("type") != "text":
            self.unchecked.append(f"{name}: {told.get('name') or metric or told.get('type')}")
        return {}

    def about_table(self, told: Mapping[str, Any]) -> None:
        _keys(told, _QUALITY, f"{self.where}, quality")
        metric, name = told.get("metric") or told.get("rule"), str(told.get("name") or told.get("metric") or told.get("type"))
        severity = "warning" if str(told.get("severity", "")).lower() in _LIGHT else "error"
        arguments = told.get("arguments") or {}
        if told.get("type") == "custom" and told.get("engine") == ENGINE:
            self._ours(told.get("implementation"), name, severity)
        elif metric == "duplicateValues" and told.get("mustBe") == 0 and arguments.get("properties"):
            self.keys.append(tuple(str(p).rpartition(".")[2] for p in arguments["properties"]))
        elif metric == "rowCount" and (found := _range(told)) is not None:
            self.rows = found
        elif told.get("type") != "text":
            self.unchecked.append(name)

    def _ours(self, told: Any, name: str, severity: str) -> None:
        """The terms the standard has no word for."""
        where = f"{self.where}, {name}"
        told = {"rule": told} if isinstance(told, str) else told
        if not isinstance(told, dict) or len(set(told) & {"rule", "compare", "sequence", "period", "validity"}) != 1:
            raise _bad(where, Text("implementation 应写 rule、compare、sequence、period 或 validity 之一", "says under implementation none of rule, compare, sequence, period, validity"))
        try:
            if "rule" in told:
                self.rules.append(msgspec.convert({"name": name, "condition": told["rule"], "severity": severity, **{k: v for k, v in told.items() if k != "rule"}}, Rule))
            elif "compare" in told:
                self.comparisons.append(msgspec.convert({"name": name, "severity": severity, **told["compare"]}, Comparison))
            elif "sequence" in told:
                self.sequences.append(msgspec.convert(told["sequence"], tuple[str, ...]))
            elif "period" in told:
                self.period = msgspec.convert(told["period"], Period)
            else:
                self.validity = str(told["validity"])
        except (msgspec.ValidationError, TypeError) as error:
            raise _bad(where, Text(f"读不懂（{error}）", f"cannot be read ({error})")) from None

    def relationship(self, told: Mapping[str, Any], fields: tuple[str, ...]) -> None:
        """A foreign key: ``to`` as TABLE.COLUMN, one or several of one table."""
        _keys(told, frozenset(("id", "type", "from", "to", "customProperties")), f"{self.where}, relationships")
        ends = [str(t).rsplit(".", 1) for t in _listed(told.get("to"))]
        ours = fields or tuple(str(f).rpartition(".")[2] for f in _listed(told.get("from")))
        if told.get("type", "foreignKey") != "foreignKey" or any(len(e) != 2 for e in ends) or len({e[0] for e in ends}) != 1 or len(ours) != len(ends):
            self.unchecked.append(f"relationship {told.get('to')}")
            return
        name = str(told.get("id") or f"{','.join(ours)} in {ends[0][0]}")
        self.references.append(Reference(name=name, fields=ours, dataset=ends[0][0].removeprefix("/schema/"), columns=tuple(e[1] for e in ends)))

    def updates(self, told: Iterable[Mapping[str, Any]]) -> Update | None:
        found = None
        for each in told:
            unit = str(each.get("unit", "")).lower()[:1]
            number = each.get("value")
            every = _OFTEN.get((number, unit)) if isinstance(number, int) else None
            if each.get("property") in ("frequency", "fr") and every:
                found = Update(every)
            else:
                self.unchecked.append(f"slaProperties: {each.get('property')}")
        return found

    @staticmethod
    def own(told: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        """Our own terms among custom properties, without their prefix."""
        return {str(p["property"]).removeprefix(f"{ENGINE}."): p.get("value") for p in told if str(p.get("property", "")).startswith(f"{ENGINE}.")}


def _range(told: Mapping[str, Any]) -> RowRange | None:
    match {k: v for k, v in told.items() if k.startswith("must")}:
        case {"mustBeBetween": [int(least), int(most)], **rest} if not rest:
            return RowRange(least, most)
        case {"mustBe": int(n), **rest} if not rest:
            return RowRange(n, n)
        case {**ends} if ends and all(isinstance(v, int) for v in ends.values()) and set(ends) <= {
                "mustBeGreaterThan", "mustBeGreaterOrEqualTo", "mustBeLessThan", "mustBeLessOrEqualTo"}:
            lower = [v + (k == "mustBeGreaterThan") for k, v in ends.items() if "Greater" in k]
            upper = [v - (k == "mustBeLessThan") for k, v in ends.items() if "Less" in k]
            return RowRange(max(lower, default=None), min(upper, default=None))
    return None


def _table(told: Mapping[str, Any], dataset: str, where: str) -> dict[str, Any]:
    tables = _dicts(told.get("schema"), f"{where}, schema")
    mine = [t for t in tables if dataset in (t.get("name"), t.get("physicalName"))] or (tables if len(tables) == 1 else [])
    if len(mine) != 1:
        names = [str(t.get("name")) for t in tables]
        raise _bad(where, Text(f"没有写明 {dataset} 的表（有：{'、'.join(names) or '无'}）", f"does not say which table is {dataset} (it has {', '.join(names) or 'none'})"))
    _keys(mine[0], _TABLE, f"{where}, {mine[0].get('name')}")
    return mine[0]


def _loaded(document: Document) -> dict[str, Any]:
    text = document.text()
    try:
        if len(text) > LARGEST:
            raise yaml.YAMLError("longer than a million characters")
        if any(isinstance(e, yaml.AliasEvent) for e in yaml.parse(text, Loader=yaml.CSafeLoader)):
            raise yaml.YAMLError("aliases are not read")
        if twice := next(_twice(yaml.compose(text, Loader=yaml.CSafeLoader)), None):
            raise yaml.YAMLError(f"the key {twice!r} stands twice in one place")
        told = yaml.load(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        said = " ".join(str(error).split())[:160]
        raise Unreadable(Text(f"不是可读的 YAML（{said}）", f"no YAML that can be read ({said})"), where=document.name) from None
    if not isinstance(told, dict):
        raise Unreadable(Text("不是数据约定", "no data contract"), where=document.name)
    return told


def _twice(node: Any) -> Iterator[str]:
    if isinstance(node, yaml.MappingNode):
        names = [k.value for k, _ in node.value if isinstance(k, yaml.ScalarNode)]
        yield from (n for n in names if names.count(n) > 1)
        for _, value in node.value:
            yield from _twice(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _twice(value)


def _dicts(told: Any, where: str) -> list[dict[str, Any]]:
    if told is not None and not (isinstance(told, list) and all(isinstance(t, dict) for t in told)):
        raise _bad(where, Text("应是一列对象", "should be a list of objects"))
    return told or []


def _listed(told: Any) -> list[Any]:
    return told if isinstance(told, list) else [] if told is None else [told]


def _plain(value: Any) -> Any:
    """Days that YAML made of texts are texts again."""
    return value.isoformat() if isinstance(value, date | datetime) else str(value).lower() if isinstance(value, bool) else value


def _keys(told: Any, known: frozenset[str], where: str) -> None:
    if not isinstance(told, dict):
        raise _bad(where, Text("应是一个对象", "should be an object"))
    for key in told:
        if key not in known:
            raise Problem("unknown_term", Text(f"ODCS 3 没有 {str(key)[:60]!r} 这一项", f"ODCS 3 has no term {str(key)[:60]!r} here"), where=where,
                          remedy=did_you_mean(str(key), known) or Text("自己的说明请写在 customProperties 里。", "Put words of your own under customProperties."))


def _bad(where: str, what: Text) -> Problem:
    return Problem("bad_contract", what, where=where, remedy=Text("写法见 docs/quality.md。", "How a contract is written: docs/quality.md."))


# Writing


def write(contract: Contract) -> Document:
    """The contract as an ODCS file, which ``read`` reads into the same terms."""
    own = {"owner": contract.owner, "record": contract.record, "synthetic": contract.synthetic, "missing": list(contract.missing) if contract.missing != MISSING else None,
           "update": msgspec.to_builtins(contract.update) if contract.update else None}
    single = {k[0] for k in contract.keys if len(k) == 1}
    table = {"name": contract.dataset, "logicalType": "object", "properties": [_written(f, f.name in single) for f in contract.fields], "relationships": [
        {"id": r.name, "type": "foreignKey", "from": [f"{contract.dataset}.{f}" for f in r.fields], "to": [f"{r.dataset}.{c}" for c in r.columns]}
        for r in contract.references], "quality": list(_promises(contract, {f.name for f in contract.fields}))}
    told = {"apiVersion": API, "kind": "DataContract", "id": contract.id or contract.dataset, "version": contract.version, "status": contract.status,
            "schema": [_without_empty(table)], "customProperties": [{"property": f"{ENGINE}.{k}", "value": v} for k, v in own.items() if v]}
    content = yaml.dump(_without_empty(told), sort_keys=False, allow_unicode=True, width=150)
    return Document(f"{contract.dataset}.odcs.yaml", content.encode())


def _written(field: Field, unique: bool) -> dict[str, Any]:
    terms = {name: value for name in _OPTION_OF if (value := getattr(field, name)) not in (None, "")}
    worded = field.type in ("date", "timestamp", "string")  # the standard's bounds of days are texts, those of numbers numbers
    standard = [t for t in _OPTIONS_OF_TYPE.get(field.type or "", ()) if t in terms and (t in ("shortest", "longest") or isinstance(terms[t], str) == worded)]
    others = {**{t: v for t, v in terms.items() if t not in standard}, "protected": field.protected, "severity": field.severity if field.severity != "error" else None}
    codes = [{"metric": "invalidValues", "arguments": {"validValues": list(field.codes)}, "mustBe": 0}] if field.codes else []
    own = [{"property": f"{ENGINE}.{k}", "value": v} for k, v in others.items() if v is not None]
    return _without_empty({"name": field.name, "logicalType": field.type, "required": field.required or None, "unique": unique or None,
                           "logicalTypeOptions": {_OPTION_OF[t]: terms[t] for t in standard}, "quality": codes, "customProperties": own})


def _promises(contract: Contract, fields: set[str]) -> Iterator[dict[str, Any]]:
    def ours(name: str, severity: str, said: Mapping[str, Any]) -> dict[str, Any]:
        return {"name": name, "type": "custom", "engine": ENGINE, "severity": severity, "implementation": dict(said)}

    if contract.rows != RowRange():
        least, most = contract.rows.least, contract.rows.most
        ends: dict[str, Any] = {"mustBeGreaterOrEqualTo": least, "mustBeLessOrEqualTo": most}
        if least is not None and most is not None:
            ends = {"mustBeBetween": [least, most]}
        yield {"metric": "rowCount", **{k: v for k, v in ends.items() if v is not None}}
    for key in contract.keys:
        if len(key) > 1 or key[0] not in fields:
            yield {"metric": "duplicateValues", "arguments": {"properties": list(key)}, "mustBe": 0}
    for rule in contract.rules:
        yield ours(rule.name, rule.severity, {"rule": rule.condition, **({"kind": rule.kind} if rule.kind != "business" else {})})
    for comparison in contract.comparisons:
        yield ours(comparison.name, comparison.severity, {"compare": {k: v for k, v in msgspec.to_builtins(comparison).items() if k not in ("name", "severity")}})
    for sequence in contract.sequences:
        yield ours("sequence", "error", {"sequence": list(sequence)})
    if contract.period:
        yield ours("period", "error", {"period": msgspec.to_builtins(contract.period)})
    if contract.validity:
        yield ours("validity", "warning", {"validity": contract.validity})


def _without_empty(told: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in told.items() if v not in (None, [], {}, "")}

"""The metrics once more, by plain loops over rows and cells: slow, and written from the definitions, not from the queries."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from jingwei.foundations.data.quality.contract import Contract, Field

FITS = {"float": ("number", "integer"), "int": ("number", "integer"), "decimal": ("number", "integer"), "bool": ("boolean",), "date": ("date",)}
"""Types a column of that kind may be declared as; one of text may be any, written out."""

Row = Mapping[str, Any]
Pair = tuple[int, int]
LENGTHS = dict.fromkeys((1, 3, 5, 7, 8, 10, 12), 31) | dict.fromkeys((4, 6, 9, 11), 30)


def there(value: Any, missing: Sequence[str]) -> bool:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return False
    return not isinstance(value, str) or (value.strip(" \t\r\n\u00a0\u3000") != "" and value not in missing)


def is_day(text: str) -> bool:
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    year, month, day = (int(p) for p in text.split("-"))
    if month == 2:
        return 1 <= day <= (29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28)
    return 1 <= day <= LENGTHS.get(month, 0)


def is_number(text: str) -> bool:
    return bool(re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", text))


TYPED: dict[str, Callable[[str], bool]] = {
    "string": lambda t: True, "integer": lambda t: bool(re.fullmatch("[+-]?[0-9]+", t)), "number": is_number, "date": is_day,
    "boolean": lambda t: t in ("true", "false", "True", "False", "TRUE", "FALSE")}


def has_type(value: Any, kind: str) -> bool:
    if isinstance(value, str):
        return TYPED[kind](value)
    if isinstance(value, bool):
        return kind == "boolean"
    if isinstance(value, date):
        return kind == "date"
    if kind == "integer":
        return not math.isinf(float(value)) and float(value) == math.floor(float(value))
    return kind == "number"


ID_WEIGHTS, USCC = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "0123456789ABCDEFGHJKLMNPQRTUWXY"


def form_of(name: str) -> Callable[[str], bool]:
    return {"date": is_day, "year": lambda t: bool(re.fullmatch("[0-9]{4}", t)), "place": lambda t: bool(re.fullmatch("CN|[1-9][0-9]{5}", t)),
            "resident-id": lambda t: bool(re.fullmatch("[1-9][0-9]{5}(18|19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]", t)),
            "uscc": lambda t: bool(re.fullmatch(f"[{USCC}]{{2}}[0-9]{{6}}[{USCC}]{{10}}", t))}[name]


def digit_of(name: str, text: str) -> str:
    if name == "resident-id":
        return "10X98765432"[sum(int(c) * w for c, w in zip(text, ID_WEIGHTS, strict=False)) % 11]
    return USCC[(31 - sum(USCC.index(c) * pow(3, i, 31) for i, c in enumerate(text[:17])) % 31) % 31]


def in_range(value: Any, field: Field) -> bool:
    for end, below in ((field.least, False), (field.most, True)):
        if end is None:
            continue
        if isinstance(end, str) and isinstance(value, str | date):
            text = value if isinstance(value, str) else value.isoformat()[:len(end)] if below else value.isoformat()
            outside = text > end if below else text < end
        elif isinstance(end, str) or isinstance(value, bool | date) or (isinstance(value, str) and not is_number(value)):
            outside = True
        else:
            outside = float(value) > end if below else float(value) < end
        if outside:
            return False
    return True


def among(value: Any, codes: Sequence[Any]) -> bool:
    if isinstance(value, str):
        return value in [str(c) for c in codes]
    return any(isinstance(c, int | float) and float(value) == float(c) for c in codes)


def filthy(value: Any, missing: Sequence[str]) -> bool:
    if isinstance(value, float):
        return math.isinf(value)
    if value is None:
        return False
    broken = any(c in "\ufffd\x7f" or (ord(c) < 32 and c not in "\0\t\n\r") for c in value) or "锟斤拷" in value or "烫烫烫" in value
    return broken or value in missing or value != value.strip(" \t\r\n\u00a0\u3000")


def same(a: Any, b: Any, missing: Sequence[str]) -> bool:
    known = there(a, missing), there(b, missing)
    return a == b if all(known) else not any(known)


def counts(rows: Sequence[Row], columns: Mapping[str, str], contract: Contract, today: date, others: Mapping[str, Sequence[Row]],  # noqa: PLR0912
           rules: Mapping[str, Callable[..., bool | None]]) -> dict[tuple[str, str], Pair]:
    """A and B of every metric and part, those of rules by the functions given for them."""
    found: Counter[tuple[str, str, str]] = Counter()
    missing = contract.missing

    def tell(good: bool, *keys: tuple[str, str]) -> None:
        for metric, part in keys:
            found[metric, part, "of"] += 1
            found[metric, part, "good"] += good

    fields = [f for f in contract.fields if f.name in columns]
    for name in {*columns, *(f.name for f in contract.fields)} if contract.fields else ():
        declared = next((f for f in contract.fields if f.name == name), None)
        tell(declared is not None and name in columns and (columns[name] == "string" or declared.type is None or declared.type in FITS[columns[name]]), ("0102", ""))
    for row in rows:
        for name, kind in columns.items():
            if kind in ("string", "float"):
                tell(filthy(row[name], missing), ("0305", ""))
        for f in fields:
            value = row[f.name]
            if f.required:
                tell(there(value, missing), ("0201", ""))
            if not there(value, missing):
                continue
            if f.type:
                tell(has_type(value, f.type), ("0101", "type"))
            if f.format or f.pattern:
                text = value if isinstance(value, str) else value.isoformat() if isinstance(value, date) else None
                right = text is not None and (form_of(f.format)(text) if f.format else re.fullmatch(f.pattern, text) is not None)
                tell(right, ("0101", "format"), ("0302", ""))
                if right and f.format in ("resident-id", "uscc"):
                    tell(digit_of(f.format, str(text)) == str(text)[17], ("0301", ""))
            if isinstance(value, str) and (f.shortest is not None or f.longest is not None):
                tell((f.shortest or 0) <= len(value) <= (10**9 if f.longest is None else f.longest), ("0101", "length"))
            if f.least is not None or f.most is not None:
                tell(in_range(value, f), ("0301", ""))
            if f.codes:
                tell(among(value, f.codes), ("0105", ""))
            if f.protected:
                tell("****" in value if f.protected == "masked" else re.fullmatch("[0-9a-f]{64}", value) is not None, ("0106", ""))
        for rule in contract.rules:
            verdict = rules[rule.name](row)
            if verdict is not None:
                tell(verdict, {"business": ("0104", ""), "equal": ("0402", "intra-equal"), "logic": ("0402", "intra-logic")}[rule.kind])
        for sequence in contract.sequences:
            times = [row[c] for c in sequence]
            if all(there(t, missing) for t in times):
                tell(all(str(a) <= str(b) for a, b in pairwise(times)), ("0503", ""))
        if contract.period and there(row[contract.period.column], missing):
            when, p = str(row[contract.period.column]), contract.period
            tell((not p.first or when >= p.first) and (not p.last or when[:len(p.last)] <= p.last), ("0501", ""))
        if contract.validity and there(row[contract.validity], missing):
            tell(str(row[contract.validity])[:10] >= today.isoformat(), ("0602", ""))
    made = {(m, p): (found[m, p, "good"], found[m, p, "of"]) for m, p, what in found if what == "of"}
    required = [f for f in contract.fields if f.required]
    if required:
        whole = sum(all(f.name in columns and there(r[f.name], missing) for f in required) for r in rows)
        made["0202", ""] = (whole, max(len(rows), contract.rows.least or 0))
    if rows:
        alike = Counter(tuple(_plain(v) for v in row.values()) for row in rows)
        made["0303", ""] = (sum(n - 1 for n in alike.values()), len(rows))
    if contract.keys:
        good = 0
        for key in contract.keys:
            times = Counter(tuple(r[c] for c in key) for r in rows if all(there(r[c], missing) for c in key))
            good += sum(n == 1 for n in times.values())
        made["0304", ""] = (good, len(rows) * len(contract.keys))
    for ref in contract.references:
        if ref.dataset in others:
            held = {tuple(o[c] for c in ref.columns) for o in others[ref.dataset]}
            ours = [tuple(r[c] for c in ref.fields) for r in rows if all(there(r[c], missing) for c in ref.fields)]
            before = made.get(("0105", ""), (0, 0))
            made["0105", ""] = (before[0] + sum(o in held for o in ours), before[1] + len(ours))
    for c in contract.comparisons:
        key = {"authority": ("0306", ""), "same": ("0401", ""), "equal": ("0402", "cross-equal"), "logic": ("0402", "cross-logic")}[c.kind]
        times = Counter(tuple(o[k] for k in c.on.values()) for o in others[c.dataset])
        once = {k: o for o in others[c.dataset] if times[k := tuple(o[n] for n in c.on.values())] == 1}
        keyed = [r for r in rows if all(there(r[n], missing) for n in c.on)]
        verdicts = []
        for r in keyed:
            other = once.get(tuple(r[n] for n in c.on))
            if other is not None:
                verdicts.append(rules[c.name](r, other) if c.rule else all(same(r[a], other[b], missing) for a, b in c.equal.items()))
        told = [v for v in verdicts if v is not None]
        of = len(keyed) if c.kind == "authority" and not c.sample else len(told)
        before = made.get(key, (0, 0))
        made[key] = (before[0] + sum(told), before[1] + of)
    return {key: pair for key, pair in made.items() if pair[1]}


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else value + 0.0
    return value if not isinstance(value, Decimal | datetime) else str(value)

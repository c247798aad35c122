"""Functions of contexts (DMN 1.5, 10.3.4.10)."""

from __future__ import annotations

from jingwei.engines.decisions.library.signatures import built_in
from jingwei.engines.decisions.run import Run
from jingwei.engines.decisions.values import Value


@built_in("get value", "m: context, key: string")
def get_value(_run: Run, m: dict[str, Value], key: str) -> Value:
    return m.get(key)


@built_in("get value", "m: context, keys: list")
def get_value_at(_run: Run, m: dict[str, Value], keys: list[Value]) -> Value:
    found: Value = m
    for key in keys:
        found = found.get(key) if isinstance(found, dict) and isinstance(key, str) else None
    return found if keys else None


@built_in("get entries", "m: context")
def get_entries(_run: Run, m: dict[str, Value]) -> Value:
    return [{"key": key, "value": value} for key, value in m.items()]


@built_in("context", "entries: list")
def context(_run: Run, entries: list[Value]) -> Value:
    made: dict[str, Value] = {}
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("key"), str) or "value" not in entry or entry["key"] in made:
            return None
        made[entry["key"]] = entry["value"]
    return made


@built_in("context put", "context: context, key: string, value: any")
def context_put(_run: Run, context: dict[str, Value], key: str, value: Value) -> Value:
    return {**context, key: value}


@built_in("context put", "context: context, keys: list, value: any")
def context_put_at(_run: Run, context: dict[str, Value], keys: list[Value], value: Value) -> Value:
    if not keys or not isinstance(keys[0], str):
        return None
    if len(keys) == 1:
        return {**context, keys[0]: value}
    below = context.get(keys[0])
    inner = context_put_at(_run, below, keys[1:], value) if isinstance(below, dict) else None
    return None if inner is None else {**context, keys[0]: inner}


@built_in("context merge", "contexts: list")
def context_merge(_run: Run, contexts: list[Value]) -> Value:
    if not all(isinstance(c, dict) for c in contexts):
        return None
    return {key: value for c in contexts for key, value in c.items()}

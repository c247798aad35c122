"""What this node's own registers hold of a person: one record, found by all its keys, or a code that says why there is none.

The register is the provider's dataset in the lake. A key is looked for in the column of its name, or of its name without the role before it, so that
``applicant_id`` and ``spouse_id`` both find ``id``. A field of the record is the column of its path, with underscores for dots, or of the path's end.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256
from typing import Any

from jingwei.foundations.data.sharing.delivery import dataset_called
from jingwei.integrations.government.evidence.codes import INVALID, NOT_FOUND
from jingwei.integrations.government.forms.drafts import Known
from jingwei.integrations.government.things.model import Evidence, Thing
from jingwei.kernel.actions import Context
from jingwei.kernel.problems import Problem

NO_SERVICE = "DSD:ERR:0001"
UNRESOLVED = "EDM:ERR:0006"
NOT_PROCESSED = "EDM:ERR:0008"


def look_up(context: Context, thing: Thing, evidence: Evidence, keys: Mapping[str, Any]) -> Known:
    """The record of exactly one person. Fewer than two keys find nobody, and two records that match are nobody's: neither is guessed at."""
    provider = thing.provider(evidence.provider)
    record, code = _record(context, provider.dataset, evidence, keys)
    facts = {fact: record[path] for path, fact in evidence.fields.items() if record.get(path) is not None}
    digest = sha256(json.dumps(record, sort_keys=True, ensure_ascii=False).encode()).hexdigest() if record else ""
    return Known(evidence.id, provider.id, provider.department, context.clock().isoformat(), facts, digest, code)


def _record(context: Context, name: str, evidence: Evidence, keys: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Fields by path, and the code; one of them is empty."""
    if len(keys) < 2 or any(not str(value).strip() for value in keys.values()):
        return {}, INVALID
    try:
        dataset = dataset_called(context.workspace.lake, name)
        table = context.read(dataset)
        where = {key: _column(dataset.columns, _roles(key)) for key in keys}
        fields = {path: _column(dataset.columns, [path, path.replace(".", "_"), path.rpartition(".")[2]]) for path in evidence.fields}
        if None in where.values() or None in fields.values():
            return {}, NOT_PROCESSED
        for key, column in where.items():
            table = table.filter(table[column] == keys[key])
        found = table.limit(2).to_pyarrow().to_pylist()
    except Problem as problem:
        return {}, NO_SERVICE if problem.code == "unknown_dataset" else NOT_PROCESSED
    if len(found) != 1:
        return {}, UNRESOLVED if found else NOT_FOUND
    return {path: _plain(found[0][column]) for path, column in fields.items() if column} or {"": True}, ""


def _roles(key: str) -> list[str]:
    return [key, key.partition("_")[2] or key]


def _column(columns: Iterable[str], names: Iterable[str]) -> str | None:
    there = set(columns)
    return next((name for name in names if name in there), None)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value

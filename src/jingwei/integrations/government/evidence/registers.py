"""What this node's own registers answer to an explicit request: one person's record, found by all its keys, or a code that says why there is none.

The register is the provider's dataset in the lake. A key is looked for in the column of its name, or of its name without the role before it, so that
``applicant_id`` and ``spouse_id`` both find ``id``. A field of the record is the column of its path, with underscores for dots, or of the path's end.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from jingwei.foundations.data.sharing.delivery import dataset_called
from jingwei.integrations.government.evidence.codes import NOT_FOUND
from jingwei.integrations.government.evidence.exchange import Answer, Request
from jingwei.kernel.actions import Context
from jingwei.kernel.problems import Problem

NO_SERVICE = "DSD:ERR:0001"
UNRESOLVED = "EDM:ERR:0006"
NOT_PROCESSED = "EDM:ERR:0008"


def answer(context: Context, request: Request, register: str) -> Answer:
    """Two records that match are nobody's: neither is guessed at. register : the dataset's name"""
    code, record, subject = NOT_PROCESSED, None, None
    try:
        dataset = dataset_called(context.workspace.lake, register)
        table = context.read(dataset)
        keys = {key: _column(dataset.columns, (key, key.partition("_")[2] or key)) for key in request.keys}
        fields = {path: _column(dataset.columns, (path, path.replace(".", "_"), path.rpartition(".")[2])) for path in request.fields}
        if keys and None not in keys.values() and None not in fields.values():
            for key, column in keys.items():
                table = table.filter(table[column] == request.keys[key])
            found = table.limit(2).to_pyarrow().to_pylist()
            code = "" if len(found) == 1 else UNRESOLVED if found else NOT_FOUND
            if not code:
                record, subject = ({name: _plain(found[0][column]) for name, column in wanted.items() if column} for wanted in (fields, keys))
    except Problem as problem:
        code = NO_SERVICE if problem.code == "unknown_dataset" else NOT_PROCESSED
    return Answer(request.id, context.clock(), code, record, subject)


def _column(columns: Iterable[str], names: Iterable[str]) -> str | None:
    there = set(columns)
    return next((name for name in names if name in there), None)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value

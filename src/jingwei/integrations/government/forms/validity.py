"""Whether a value satisfies a JSON Schema 2020-12, formats included; validators are built once for each schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs


def holds(schema: Mapping[str, Any], value: Any) -> bool:
    return _validator(_canonical(schema)).is_valid(value)


def broken(schema: Mapping[str, Any], value: Any) -> list[tuple[str, tuple[str | int, ...], Any]]:
    """Each keyword that the value breaks, where in the value, and what the schema says there."""
    found = []
    for error in _validator(_canonical(schema)).iter_errors(value):
        said: Any = schema
        for step in error.schema_path:
            said = said[step]
        found.append((str(error.schema_path[-1]), tuple(error.instance_path), said))
    return found


@lru_cache(maxsize=1_024)
def _validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads(schema), validate_formats=True)


def _canonical(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema, sort_keys=True, ensure_ascii=False)

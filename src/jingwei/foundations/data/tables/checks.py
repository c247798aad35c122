"""What looks at a table when it is registered. Other parts of the room put their checks here by name; none is loaded before it is needed."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from jingwei.foundations.data.tables.model import Check, Finding, Profile

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from jingwei.kernel.actions import Context

CHECKS: tuple[str, ...] = ("jingwei.foundations.data.once.registration.evidence",)
"""Dotted names of ``model.Check``."""


def findings(context: Context, profile: Profile, table: ir.Table, checks: Iterable[str] | None = None) -> Iterator[Finding]:
    """What each check has to say of the accepted rows, in the order of the list."""
    for name in CHECKS if checks is None else checks:
        module, _, function = name.rpartition(".")
        check: Check = getattr(importlib.import_module(module), function)
        yield from check(context, profile, table)

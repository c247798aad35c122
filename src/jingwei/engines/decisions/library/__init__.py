"""FEEL's built-in functions (DMN 1.5, 10.3.4): each declared once by name and signature, and found by name."""

from __future__ import annotations

from jingwei.engines.decisions.library import contexts, lists, numbers, ranges, strings, temporal
from jingwei.engines.decisions.library.signatures import REGISTRY, BuiltIn, built_in

__all__ = ["BUILT_INS", "BuiltIn", "built_in"]

_MODULES = (contexts, lists, numbers, ranges, strings, temporal)
BUILT_INS: dict[str, BuiltIn] = {name: BuiltIn(name, tuple(signatures)) for name, signatures in REGISTRY.items()}

"""DMN files written for tests: expressions as decisions, and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from jingwei.engines.decisions.compiler import Unit
from jingwei.engines.decisions.library import BUILT_INS
from jingwei.engines.decisions.model import Model
from jingwei.engines.decisions.names import Names
from jingwei.engines.decisions.parser import parse_expression
from jingwei.engines.decisions.run import MAX_STEPS, Run
from jingwei.engines.decisions.values import Value

SPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"
ROOT = Names(BUILT_INS)


def feel(text: str, steps: int = MAX_STEPS) -> Value:
    """What an expression that stands by itself comes to."""
    unit = Unit()
    made = unit.compile(parse_expression(text, ROOT), None)
    return made(unit.frame(Run(steps=steps)))


def wrapped(inside: str, name: str = "m", more: str = "") -> bytes:
    return f'<?xml version="1.0"?><definitions xmlns="{SPACE}" id="{name}" name="{name}" namespace="urn:{name}"{more}>{inside}</definitions>'.encode()


def literals(expressions: Mapping[str, str]) -> bytes:
    """One decision an expression."""
    return wrapped("".join(f'<decision id="{n}" name="{n}"><variable name="{n}"/><literalExpression><text>{escape(t)}</text></literalExpression></decision>'
                           for n, t in expressions.items()))


def table(inputs: Mapping[str, str], rules: Sequence[Sequence[str]], *, policy: str = "UNIQUE", output: str = "number", values: str = "", allowed: Mapping[str, str] | None = None,
          more: str = "") -> bytes:
    """A decision ``d`` with one table. inputs : name to type; rules : tests, then the result; values : allowed results, in order"""
    data = "".join(f'<inputData id="_{n}" name="{n}"><variable name="{n}" typeRef="{t}"/></inputData>' for n, t in inputs.items())
    needs = "".join(f'<informationRequirement><requiredInput href="#_{n}"/></informationRequirement>' for n in inputs)
    columns = "".join(f'<input label="{n}"><inputExpression typeRef="{t}"><text>{n}</text></inputExpression>{_texts("inputValues", (allowed or {}).get(n))}</input>' for n, t in inputs.items())
    rows = "".join(f'<rule>{"".join(_texts("inputEntry", t) for t in tests)}{_texts("outputEntry", result)}</rule>' for *tests, result in rules)
    return wrapped(f'{data}<decision id="d" name="d"><variable name="d"/>{needs}<decisionTable hitPolicy="{policy}"{more}>{columns}'
                   f'<output typeRef="{output}">{_texts("outputValues", values or None)}</output>{rows}</decisionTable></decision>')


def _texts(name: str, text: str | None) -> str:
    return "" if text is None else f"<{name}><text>{escape(text)}</text></{name}>"


def model(content: bytes, **others: bytes) -> Model:
    return Model.read(content, "m.dmn", others.items())


def decided(content: bytes, name: str = "d", **inputs: Any) -> Value:
    return model(content).decide(name, inputs)

"""Cases laid out as in the DMN Technology Compatibility Kit, run and counted; nothing is excluded.

A case passes when every result it names is the one expected. Those that expect a value and those that expect null are counted apart: an
engine that always answered null would pass all of the latter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from jingwei.engines.decisions.model import Case, Key, Model
from jingwei.engines.decisions.operations import equal
from jingwei.engines.decisions.reading import Element, child, children, local, named, parse
from jingwei.engines.decisions.run import Run
from jingwei.engines.decisions.values import (
    Value,
    parse_date,
    parse_duration,
    parse_moment,
    parse_time,
    written,
)
from jingwei.kernel.problems import Problem

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
PRECISION = Decimal("1e-8")
"""Expected numbers are rounded: two are the same when they differ by no more than this, as the kit's own runners take it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case: whether it expects a value (not null), whether it passed, and if not, why."""

    folder: str
    case: str
    valued: bool
    passed: bool
    why: str = ""


@dataclass(slots=True)
class Score:
    """Cases of a folder or of all: passed and failed, those that expect a value and those that expect null."""

    outcomes: list[Outcome] = field(default_factory=list)

    def count(self, *, valued: bool | None = None, passed: bool = True) -> int:
        return sum(o.passed is passed and valued in {None, o.valued} for o in self.outcomes)

    @property
    def folders(self) -> dict[str, Score]:
        found: dict[str, Score] = {}
        for o in self.outcomes:
            found.setdefault(o.folder, Score()).outcomes.append(o)
        return found


def run_folder(folder: str, files: Mapping[str, bytes]) -> list[Outcome]:
    """All cases of one folder. files : by name, models ending in .dmn and cases in .xml"""
    outcomes = []
    models = {name: content for name, content in files.items() if name.endswith(".dmn")}
    for name, content in sorted(files.items()):
        if not name.endswith(".xml"):
            continue
        try:
            root = parse(content, name)
        except Problem as problem:
            outcomes.append(Outcome(folder, name, valued=True, passed=False, why=str(problem)))
            continue
        if local(root) == "testCases":
            outcomes += _run_file(folder, root, models)
    return outcomes


def _run_file(folder: str, root: Element, models: Mapping[str, bytes]) -> list[Outcome]:
    asked = child(root, "modelName")
    name = (asked.text or "").strip() if asked is not None else ""
    if name not in models and len(models) == 1:
        name = next(iter(models))
    try:
        if name not in models:
            raise LookupError(f"there is no model {name!r} in the folder")
        model = Model.read(models[name], name, [(n, c) for n, c in models.items() if n != name])
    except (Problem, LookupError) as error:
        return [Outcome(folder, _title(c), _is_valued(c), passed=False, why=str(error)) for c in children(root, "testCase")]
    return [_run_case(folder, c, model) for c in children(root, "testCase")]


def _title(case: Element) -> str:
    return case.get("id") or named(case)


def _is_valued(case: Element) -> bool:
    return any(expected(r) is not None for r in children(case, "resultNode"))


def _run_case(folder: str, case: Element, model: Model) -> Outcome:
    why = ""
    for result in children(case, "resultNode"):
        wanted = expected(result)
        run = Run()
        try:
            found = model.guarded(lambda r=result, n=run: _answered(model, case, r, n))  # type: ignore[misc]
        except Problem as problem:
            why = str(problem)
            break
        except Exception as error:  # a fault of ours in one case must not hide the others
            why = f"{type(error).__name__}: {error}"
            break
        if not agrees(wanted, found):
            notes = "; ".join(n.en for n in run.notes[:2])
            why = f"{named(result)}: expected {written(wanted, inside=True)}, found {written(found, inside=True)}" + (f" ({notes})" if notes else "")
            break
    return Outcome(folder, _title(case), _is_valued(case), not why, why)


def _answered(model: Model, case: Element, result: Element, run: Run) -> Value:
    inputs = {named(i): value_of(i) for i in children(case, "inputNode")}
    kind, invoked = case.get("type") or "decision", case.get("invocableName")
    if kind == "decisionService":
        node = model.named(invoked or named(result), "decisionService")
        function = model.function(node.key)
        answer = function.call(run, [inputs.get(p) for p in function.parameters])
        several = len(list(children(node.element, "outputDecision"))) > 1
        return answer.get(named(result)) if several and isinstance(answer, dict) and named(result) in answer else answer
    if kind == "bkm":
        function = model.function(model.named(invoked or named(result), "businessKnowledgeModel").key)
        return function.call(run, [inputs.get(p) for p in function.parameters])
    return Case(model, run, _given(model, case, inputs)).value(_asked(model, result))


def _given(model: Model, case: Element, inputs: dict[str, Value]) -> dict[Key, Value]:
    """Inputs by key; one that names its model's namespace goes to that model only."""
    spaces = {named(i): i.get("namespace") for i in children(case, "inputNode") if i.get("namespace")}
    found = model.by_key({name: value for name, value in inputs.items() if name not in spaces})
    return found | {n.key: inputs[n.name] for n in model.nodes.values() if spaces.get(n.name) == n.key[0]}


def _asked(model: Model, result: Element) -> Key:
    space = result.get("namespace")
    return next((n.key for n in model.nodes.values() if space == n.key[0] and n.name == named(result)), None) or model.named(named(result)).key


def expected(result: Element) -> Value:
    found = child(result, "expected")
    return None if found is None or result.get("errorResult") == "true" else value_of(found)


def value_of(element: Element) -> Value:
    """A value as the kit writes it: a list, components, or a typed text."""
    if element.get(f"{_XSI}nil") == "true":
        return None
    listed = child(element, "list")
    if listed is not None:
        return None if listed.get(f"{_XSI}nil") == "true" else [value_of(i) for i in children(listed, "item")]
    components = list(children(element, "component"))
    if components:
        return {c.get("name") or "": value_of(c) for c in components}
    value = child(element, "value")
    return None if value is None or value.get(f"{_XSI}nil") == "true" else _typed(value.text or "", value.get(f"{_XSI}type") or "")


def _typed(text: str, kind: str) -> Value:
    plain = kind.rpartition(":")[2]
    if plain == "boolean":
        return text.strip() in {"true", "1"}
    if plain in {"decimal", "double", "integer", "int", "long", "float"}:
        try:
            return Decimal(text.strip())
        except InvalidOperation:
            return text
    read = {"date": parse_date, "time": parse_time, "dateTime": parse_moment, "duration": parse_duration,
            "dayTimeDuration": parse_duration, "yearMonthDuration": parse_duration}.get(plain)
    return read(text.strip()) if read else text


def agrees(wanted: Value, found: Value) -> bool:
    if isinstance(wanted, Decimal) and isinstance(found, Decimal):
        return wanted.is_finite() and found.is_finite() and abs(wanted - found) <= PRECISION
    if isinstance(wanted, list):
        return isinstance(found, list) and len(wanted) == len(found) and all(map(agrees, wanted, found))
    if isinstance(wanted, dict):
        return isinstance(found, dict) and wanted.keys() == found.keys() and all(agrees(v, found[k]) for k, v in wanted.items())
    return equal(wanted, found) is True



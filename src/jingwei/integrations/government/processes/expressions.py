"""Conditions and counts of processes: FEEL, and the two other languages of BPMN files where they say no more than FEEL could."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from lxml import etree

from jingwei.engines.decisions.compiler import Scope, Unit
from jingwei.engines.decisions.names import PART, START, Names
from jingwei.engines.decisions.parser import parse_expression
from jingwei.engines.decisions.plain import given_back, taken
from jingwei.engines.decisions.run import Run
from jingwei.engines.processes.net import Expression
from jingwei.kernel.clock import system_clock
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

_XPATH = "http://www.w3.org/1999/XPath"
_BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_TEXT = re.compile(r'"(?:\\.|[^"\\])*"')
_VARIABLE = re.compile(rf"[{START}][{PART}]*(?:\s+[{START}][{PART}]*)*(?!\s*\()")
_WORD = re.compile(rf"[{START}][{PART}]*")
_RESERVED = frozenset(("and", "or", "not", "true", "false", "null", "if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "between", "instance", "of", "function"))
_UEL = re.compile(r"[#$]\{(.*)\}", re.DOTALL)
_UEL_REFUSED = re.compile(r"[?:;{}\[\]]|\w\s*\(")


def compiled(text: str, language: str, clock: Callable[[], datetime] = system_clock) -> Expression:
    """What gives an expression's value for variables; None where it has none.

    language : as the file names it: FEEL, XPath 1.0 (with ``bpmn:getDataObject``), or none, which is FEEL, with or without the ``=`` some
        tools put before it; ``${…}`` is read as FEEL after its operators are written as FEEL writes them

    Raises Problem for another language, and for a text that is none of it.
    """
    unified = _UEL.fullmatch(text.strip())
    if unified:
        return _feel(_from_uel(unified[1]), clock)
    if "getDataObject" in text or (language == _XPATH and text.strip()):
        return _xpath(text)
    if language and "FEEL" not in language.upper() and language != _XPATH:
        raise Problem("expression_language", Text(f"不认识表达式语言 {language}。", f"Unknown expression language {language}."), where=text,
                      remedy=Text("请用 FEEL 写。", "Write it in FEEL."))
    return _feel(text.strip().removeprefix("="), clock)


def _feel(text: str, clock: Callable[[], datetime]) -> Expression:
    bare = _TEXT.sub(" ", text)
    words = {word for run in _VARIABLE.finditer(bare) for word in _WORD.findall(run[0])} - _RESERVED
    unit = Unit()
    places = {word: unit.place() for word in sorted(words)}
    made = unit.compile(parse_expression(text, Names(places)), Scope(places))

    def value(variables: Mapping[str, Any]) -> Any:
        frame = unit.frame(Run(clock))
        for name, place in places.items():
            if name in variables:
                frame[place] = taken(variables[name])
        try:
            return given_back(made(frame))
        except (Problem, RecursionError):
            return None  # beyond its limits it has no answer

    return value


def _from_uel(text: str) -> str:
    """Unified Expression Language as FEEL, as far as it compares variables. Raises Problem for what goes beyond."""
    parts = re.split(r"('(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")", text)
    return "".join(_text(part) if i % 2 else _operators(part, text) for i, part in enumerate(parts))


def _text(quoted: str) -> str:
    inside = quoted[1:-1].replace("\\'", "'")
    return '"' + (inside.replace('"', '\\"') if quoted[0] == "'" else inside) + '"'


def _operators(part: str, text: str) -> str:
    if _UEL_REFUSED.search(part):
        raise Problem("expression_language", Text("${…} 里只能比较变量，不能调用或取下标。", "In ${…} variables can be compared, not called or indexed."), where=text,
                      remedy=Text("请用 FEEL 写。", "Write it in FEEL."))
    told = part.replace("&&", " and ").replace("||", " or ").replace("==", "=")
    return re.sub(r"!(?!=)\s*(\w[\w.]*|\()", lambda m: "not(" if m[1] == "(" else f"not({m[1]})", told)


def _xpath(text: str) -> Expression:
    """XPath 1.0 as BPMN 2.0.2 §10.4.3 uses it: data by ``bpmn:getDataObject`` and its kin; without a document there is nothing else to ask."""
    at: list[Mapping[str, Any]] = [{}]

    def data(_: object, name: str = "", *_rest: str) -> Any:
        found = at[0].get(name, "")
        return found if isinstance(found, bool | str) else float(found) if isinstance(found, int | float) else str(found)

    functions = {(_BPMN, name): data for name in ("getDataObject", "getDataInput", "getDataOutput", "getProcessProperty")}
    nothing = etree.Element("nothing")
    try:
        asked = etree.XPath(text, namespaces={"bpmn": _BPMN}, extensions=functions)
        asked(nothing)  # some faults show only when it is asked
    except etree.XPathError as error:
        raise Problem("expression", Text(f"不是 XPath：{error}", f"It is no XPath: {error}"), where=text, remedy=Text("请改正，或用 FEEL 写。", "Correct it, or write it in FEEL.")) from None

    def value(variables: Mapping[str, Any]) -> Any:
        at[0] = variables
        try:
            return asked(nothing)
        except etree.XPathEvalError:
            return None

    return value

"""Boxed expressions mean what the same written out means."""

from __future__ import annotations

import pytest
from dmn_files import decided, feel, model, wrapped


def boxed(logic: str, name: str = "d") -> bytes:
    return wrapped(f'<decision id="{name}" name="{name}"><variable name="{name}"/>{logic}</decision>')


def lit(text: str) -> str:
    return f"<literalExpression><text>{text}</text></literalExpression>"


@pytest.mark.parametrize(("logic", "written"), [
    (f"<conditional><if>{lit('1 = 1')}</if><then>{lit('1')}</then><else>{lit('2')}</else></conditional>", "if 1 = 1 then 1 else 2"),
    (f"<for iteratorVariable='x'><in>{lit('1..4')}</in><return>{lit('x * x')}</return></for>", "for x in 1..4 return x * x"),
    (f"<for iteratorVariable='x'><in>{lit('4..1')}</in><return>{lit('count(partial)')}</return></for>", "for x in 4..1 return count(partial)"),
    (f"<some iteratorVariable='x'><in>{lit('[1, 2]')}</in><satisfies>{lit('x = 2')}</satisfies></some>", "some x in [1, 2] satisfies x = 2"),
    (f"<every iteratorVariable='x'><in>{lit('[1, 2]')}</in><satisfies>{lit('x = 2')}</satisfies></every>", "every x in [1, 2] satisfies x = 2"),
    (f"<filter><in>{lit('[{a: 1}, {a: 2}]')}</in><match>{lit('a = 2')}</match></filter>", "[{a: 1}, {a: 2}][a = 2]"),
    (f"<list>{lit('1')}{lit('2 + 3')}</list>", "[1, 2 + 3]"),
    (f"<relation><column name='a'/><column name='b'/><row>{lit('1')}{lit('2')}</row><row>{lit('3')}{lit('4')}</row></relation>", "[{a: 1, b: 2}, {a: 3, b: 4}]"),
    (f"<context><contextEntry><variable name='a b'/>{lit('2')}</contextEntry><contextEntry>{lit('a b * 3')}</contextEntry></context>", "{a b: 2, r: a b * 3}.r"),
    (f"<context><contextEntry><variable name='f'/><functionDefinition><formalParameter name='n'/>{lit('if n = 0 then 0 else n + f(n - 1)')}</functionDefinition></contextEntry>"
     f"<contextEntry>{lit('f(4)')}</contextEntry></context>", "10"),
    (f"<invocation>{lit('abs')}<binding><parameter name='n'/>{lit('-5')}</binding></invocation>", "abs(n: -5)")])
def test_a_boxed_expression_comes_to_what_the_written_one_does(logic, written):
    read = model(boxed(logic))
    assert read.decide("d", {}) == feel(written)
    assert read.compile_all() == []


def test_a_value_is_converted_to_the_type_of_its_variable_or_is_null():
    def typed(text: str, type_: str) -> bytes:
        return wrapped(f'<decision id="d" name="d"><variable name="d" typeRef="{type_}"/>{lit(text)}</decision>')

    assert decided(typed("[7]", "number")) == 7
    assert decided(typed("7", "string")) is None
    assert decided(typed('date("2025-01-02")', "date and time")) == feel('date and time("2025-01-02T00:00:00Z")')

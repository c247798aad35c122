"""Models made to hang, swell or escape end with a clear problem, and soon: by limits that count, not by a clock."""

from __future__ import annotations

import pytest
from dmn_files import SPACE, feel, literals, model, table, wrapped

from jingwei.engines.decisions.proofs import check
from jingwei.engines.decisions.run import Run
from jingwei.engines.decisions.vectors import Batch
from jingwei.kernel.problems import NotAssessable, Problem

SWELLING = "s0: [1,1], " + ", ".join(f"s{n + 1}: [s{n}, s{n}]" for n in range(40))
"""A list that holds itself so often that written out it would have a million million items."""


@pytest.mark.parametrize(("text", "code"), [
    ("{f: function(n) f(n + 1), r: f(0)}.r", "decision_too_deep"),
    ("for a in 1..1000000000 return a", "decision_too_long"),
    ("for a in 1..9999, b in 1..9999 return 1", "decision_too_long"),
    ("some a in 1..1000000000 satisfies false", "decision_too_long"),
    ("count((for a in 1..100000 return partial)) > 0", "decision_too_long"),
    ("{" + "s0: \"aaaaaaaaaa\", " + ", ".join(f"s{n + 1}: s{n} + s{n}" for n in range(40)) + "}.s40", "decision_too_large"),
    ("{" + SWELLING + ", r: string(s40)}.r", "decision_too_long"),
    ("{" + SWELLING + ", r: s40 = s40}.r", "decision_too_long"),
    ("{" + "s0: [1,1], " + ", ".join(f"s{n + 1}: concatenate(s{n}, s{n})" for n in range(40)) + "}.s40", "decision_too_long"),
    ("{" + SWELLING + ", r: 2 in s40}.r", "decision_too_long"),
    ("{" + SWELLING + ", r: s40.x}.r", "decision_too_long"),
    ("{" + SWELLING + ", r: s40 instance of " + "list<" * 45 + "number" + ">" * 45 + "}.r", "decision_too_long"),
    ("{" + SWELLING + ", r: list contains(s40, s40)}.r", "decision_too_long"),
    ('replace(string join(for a in 1..5000 return "a", ""), "a", string join(for a in 1..5000 return "b", ""))', "decision_too_large"),
    ("(" * 500 + "1" + ")" * 500, "feel_"),
    ("[" * 5000, "feel_"),
    ("[1.." * 300, "feel_"),
    ("1" + "+1" * 20_000, "feel_too_deep"),
    ("if " * 300, "feel_"),
    ("a" * 300_000, "feel_too_long")])
def test_an_expression_without_end_is_stopped_and_said_to_be(text, code):
    with pytest.raises(Problem) as told:
        feel(text, steps=100_000)
    assert told.value.code.startswith(code)
    assert told.value.what.zh
    assert told.value.what.en


def test_an_answer_too_large_to_be_written_out_is_stopped_before_it_is():
    with pytest.raises(Problem) as told:
        model(literals({"d": "{" + SWELLING + "}.s40"})).decide("d", {}, run=Run(steps=100_000))
    assert told.value.code == "decision_too_long"


def test_a_long_chain_of_else_if_is_no_depth():
    chain = " else ".join(f"if x = {n} then {n * n}" for n in range(150))
    assert feel(f"for x in [0, 7, 149, 150] return {chain} else -1") == [0, 49, 22201, -1]


def test_a_pattern_that_would_search_for_ever_is_stopped():
    text = "a" * 60
    try:
        assert feel(f'matches("{text}b", "^(a|aa|a*)*c$")') in (False, None)
    except Problem as problem:
        assert problem.code == "decision_pattern"


def test_numbers_beyond_decimal128_are_null_and_end_at_once():
    assert feel("10 ** 9999999999999") is None
    assert feel("9.99e6144 * 10") is None
    assert feel("exp(1000000)") is None


def test_a_document_type_is_refused_whatever_it_holds():
    bomb = '<!DOCTYPE d [<!ENTITY a "ha">' + "".join(f'<!ENTITY a{n} "&a{n - 1 if n else ""};&a{n - 1 if n else ""};">' for n in range(30)) + "]>"
    for head in (bomb, '<!DOCTYPE d SYSTEM "file:///etc/hostname">', '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>'):
        with pytest.raises(Problem) as told:
            model(f'{head}<definitions xmlns="{SPACE}" name="d" namespace="n"><description>&x;</description></definitions>'.encode())
        assert told.value.code == "unreadable"


def test_a_file_of_a_million_elements_and_one_of_endless_depth_are_refused():
    for content in (wrapped("<x/>" * 1_000_000), wrapped("<x>" * 250 + "</x>" * 250)):
        with pytest.raises(Problem) as told:
            model(content)
        assert told.value.code == "unreadable"


def test_decisions_that_need_each_other_are_named_as_a_circle():
    def needing(name: str, other: str) -> str:
        return (f'<decision id="{name}" name="{name}"><variable name="{name}"/><informationRequirement><requiredDecision href="#{other}"/></informationRequirement>'
                f"<literalExpression><text>{other}</text></literalExpression></decision>")

    with pytest.raises(Problem) as told:
        model(wrapped(needing("a", "b") + needing("b", "c") + needing("c", "a")))
    assert told.value.code == "decision_circle"
    assert "→" in str(told.value)


def test_knowledge_that_invokes_itself_for_ever_is_stopped():
    logic = '<encapsulatedLogic><formalParameter name="n"/><literalExpression><text>k(n + 1)</text></literalExpression></encapsulatedLogic>'
    content = wrapped(f'<businessKnowledgeModel id="k" name="k"><variable name="k"/>{logic}</businessKnowledgeModel>'
                      '<decision id="d" name="d"><variable name="d"/><knowledgeRequirement><requiredKnowledge href="#k"/></knowledgeRequirement>'
                      "<literalExpression><text>k(0)</text></literalExpression></decision>")
    with pytest.raises(Problem) as told:
        model(content).decide("d", {})
    assert told.value.code == "decision_too_deep"


def test_a_chain_of_a_thousand_decisions_is_answered():
    parts = ['<decision id="d0" name="d0"><variable name="d0"/><literalExpression><text>1</text></literalExpression></decision>']
    parts += [f'<decision id="d{n}" name="d{n}"><variable name="d{n}"/><informationRequirement><requiredDecision href="#d{n - 1}"/></informationRequirement>'
              f"<literalExpression><text>d{n - 1} + 1</text></literalExpression></decision>" for n in range(1, 1000)]
    assert model(wrapped("".join(parts))).decide("d999", {}) == 1000


def test_no_python_is_reached_from_a_model():
    for text in ("__import__(\"os\")", "open(\"/etc/passwd\")", "(1).__class__", "\"a\".__class__.__mro__", "eval(\"1\")", "{a: 1}.keys", "now.__globals__", "abs.call"):
        assert feel(text) is None


@pytest.mark.parametrize("logic", ['<functionDefinition kind="Java"><context/></functionDefinition>', '<functionDefinition kind="PMML"><context/></functionDefinition>',
                                   '<literalExpression><text>function(a) external {java: {class: "java.lang.Math"}}</text></literalExpression>',
                                   '<literalExpression expressionLanguage="http://www.w3.org/1999/XPath"><text>1</text></literalExpression>'])
def test_other_languages_are_refused_by_name(logic):
    read = model(wrapped(f'<decision id="d" name="d"><variable name="d"/>{logic}</decision>'))
    assert read.decide("d", {}) is None
    assert [p.code for p in read.compile_all()] == ["decision_external"]


def test_one_faulty_decision_does_not_take_the_others_with_it():
    read = model(literals({"good": "1 + 1", "bad": "1 +"}))
    assert read.decide("good", {}) == 2
    assert read.decide("bad", {}) is None
    faults = read.compile_all()
    assert [f.code for f in faults] == ["feel_syntax"]
    assert "bad" in str(faults[0])


def test_a_name_nobody_declared_is_null_and_a_fault_with_what_was_likely_meant():
    read = model(wrapped('<inputData id="i" name="monthly income"><variable name="monthly income" typeRef="number"/></inputData><decision id="d" name="d"><variable name="d"/>'
                         '<informationRequirement><requiredInput href="#i"/></informationRequirement><literalExpression><text>monthly incme * 12</text></literalExpression></decision>'))
    assert read.decide("d", {}) is None
    (fault,) = read.compile_all()
    assert fault.code == "decision_name_unknown"
    assert "monthly income" in str(fault)


def test_a_table_of_hundreds_of_rules_is_read_proved_and_answered():
    rules = [*([f"[{n}..{n + 1})", str(n)] for n in range(500)), ["< 0", "-1"], [">= 500", "-2"]]
    read = model(table({"x": "number"}, rules))
    assert check(read.table("d")).sound
    assert Batch(read, "d").decide({"x": [-3, 0, 499.5, 500]}).tolist() == [-1, 0, 499, -2]


@pytest.mark.soak
def test_a_proof_that_would_take_too_long_is_given_up_and_said_to_be():
    columns = {f"c{n}": "number" for n in range(12)}
    rules = [[*(f"[{(7 * r + 5 * c) % 41}..{(7 * r + 5 * c) % 41 + 20}]" if (r + c) % 3 else "-" for c in range(12)), "1"] for r in range(60)]
    with pytest.raises(NotAssessable):
        check(model(table(columns, rules)).table("d"))


@pytest.mark.parametrize("pattern", ["(a?){9999999}", "((a?){999}){999}", "(a?){99999999999}"])
def test_a_pattern_of_a_million_repeats_is_no_pattern(pattern):
    assert feel(f'matches("aaa", "{pattern}")') is None
    assert feel('matches("aaa", "a{2,3}")') is True

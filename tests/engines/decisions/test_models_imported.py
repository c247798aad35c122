"""Models that import models: by a name, without one, and through each other."""

from __future__ import annotations

from decimal import Decimal

from dmn_files import decided, literals, model, wrapped

TYPE = 'importType="https://www.omg.org/spec/DMN/20230324/MODEL/"'
PEOPLE = wrapped(
    '<itemDefinition name="tAge"><typeRef>number</typeRef><allowedValues><text>[0..150]</text></allowedValues></itemDefinition>'
    '<inputData id="i" name="age"><variable name="age" typeRef="tAge"/></inputData>'
    '<decision id="a" name="is adult"><variable name="is adult"/><informationRequirement><requiredInput href="#i"/></informationRequirement>'
    "<literalExpression><text>age >= 18</text></literalExpression></decision>"
    '<businessKnowledgeModel id="k" name="older"><variable name="older"/><encapsulatedLogic><formalParameter name="by" typeRef="tAge"/>'
    "<literalExpression><text>by + 1</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>", "people")


def importing(name: str, text: str, needs: str, type_: str = "") -> bytes:
    return wrapped(f'<import name="{name}" namespace="urn:people" {TYPE}/><decision id="d" name="d"><variable name="d" typeRef="{type_}"/>{needs}'
                   f"<literalExpression><text>{text}</text></literalExpression></decision>")


ADULT = '<informationRequirement><requiredDecision href="urn:people#a"/></informationRequirement>'
OLDER = '<knowledgeRequirement><requiredKnowledge href="urn:people#k"/></knowledgeRequirement>'


def test_what_is_imported_by_name_is_spoken_of_by_that_name():
    read = model(importing("the people", "if the people.is adult then the people.older(1) else 0", ADULT + OLDER, "the people.tAge"), people=PEOPLE)
    assert read.decide("d", {"age": Decimal(20)}) == 2
    assert read.decide("d", {"the people": {"age": Decimal(10)}}) == 0
    assert read.decide("d", {"the people.age": Decimal(20)}) == 2
    assert read.problems == []


def test_what_is_imported_without_a_name_is_as_if_it_were_ones_own():
    near = ADULT.replace("urn:people", "")
    read = model(importing("", "if is adult then older(1) else 0", near + OLDER.replace("urn:people", ""), "tAge"), people=PEOPLE)
    assert read.decide("d", {"age": Decimal(20)}) == 2
    assert read.decide("is adult", {"age": Decimal(20)}) is True
    assert read.problems == []


def test_a_type_of_an_imported_model_keeps_its_allowed_values():
    read = model(importing("p", "p.older(200)", OLDER), people=PEOPLE)
    assert read.decide("d", {}) is None
    assert model(importing("p", "p.older(100)", OLDER), people=PEOPLE).decide("d", {}) == 101


def test_an_import_of_an_import_is_answered_in_its_own_scope():
    middle = wrapped(f'<import name="p" namespace="urn:people" {TYPE}/><decision id="m" name="m"><variable name="m"/>{ADULT}<literalExpression><text>not(p.is adult)</text></literalExpression></decision>', "middle")
    top = wrapped(f'<import name="q" namespace="urn:middle" {TYPE}/><decision id="d" name="d"><variable name="d"/><informationRequirement><requiredDecision href="urn:middle#m"/></informationRequirement>'
                  "<literalExpression><text>q.m</text></literalExpression></decision>")
    assert model(top, middle=middle, people=PEOPLE, beside=literals({"x": "1"})).decide("d", {"age": Decimal(3)}) is True


def test_a_name_two_unnamed_imports_have_means_neither():
    other = PEOPLE.replace(b"urn:people", b"urn:other")
    content = importing("", "is adult", ADULT.replace("urn:people", "")).replace(b"<decision", f'<import name="" namespace="urn:other" {TYPE}/><decision'.encode(), 1)
    read = model(content, people=PEOPLE, other=other)
    assert read.decide("d", {"age": Decimal(20)}) is None
    assert read.problems[0].code == "decision_missing"


def test_a_file_that_is_not_beside_is_named():
    read = model(importing("p", "p.is adult", ADULT))
    assert [p.code for p in read.problems] == ["decision_missing"]
    assert read.decide("d", {}) is None


def test_names_of_parameters_may_hold_a_point():
    logic = ('<businessKnowledgeModel id="k" name="k"><variable name="k"/><encapsulatedLogic><formalParameter name="Person.Name"/>'
             '<literalExpression><text>Person.Name + "!"</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>')
    call = ('<decision id="d" name="d"><variable name="d"/><knowledgeRequirement><requiredKnowledge href="#k"/></knowledgeRequirement><invocation><literalExpression><text>k</text></literalExpression>'
            '<binding><parameter name="Person.Name"/><literalExpression><text>"Li"</text></literalExpression></binding></invocation></decision>')
    assert decided(wrapped(logic + call)) == "Li!"


def test_a_service_may_be_typed_by_what_it_gives_or_as_the_function_it_is():
    for type_ in ("number", "tService"):
        content = wrapped('<itemDefinition name="tService"><functionItem outputTypeRef="number"><parameters name="x" typeRef="number"/></functionItem></itemDefinition>'
                          '<inputData id="x" name="x"><variable name="x" typeRef="number"/></inputData><decision id="e" name="e"><variable name="e"/><informationRequirement><requiredInput href="#x"/>'
                          '</informationRequirement><literalExpression><text>x * 2</text></literalExpression></decision>'
                          f'<decisionService id="s" name="s"><variable name="s" typeRef="{type_}"/><outputDecision href="#e"/><inputData href="#x"/></decisionService>'
                          '<decision id="d" name="d"><variable name="d"/><knowledgeRequirement><requiredKnowledge href="#s"/></knowledgeRequirement><literalExpression><text>s(x: 4)</text></literalExpression></decision>')
        assert decided(content) == 8

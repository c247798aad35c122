"""A form asks each person what it must and nothing else, loses no answer, and takes nothing that its schema would refuse."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingwei.integrations.government.forms import answers, asking, reading
from jingwei.integrations.government.forms.model import LEFT_EMPTY, Form, Question
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document


def said(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "title": "问", "title_en": "Ask", **more}


def form(properties: dict[str, Any], **more: Any) -> Form:
    return reading.read({"type": "object", "properties": properties, **more}, "form.json")


TEXT, YES = said("string", maxLength=20), said("boolean")
BIRTH = form(
    {"child_name": said("string", minLength=2, maxLength=20), "born_on": said("string", format="date"), "weight": said("integer", minimum=300, maximum=9_000),
     "married": YES, "father_name": TEXT, "district": said("string", enum=["east", "west"], **{"x-choices": {"east": {"zh": "东", "en": "East"}, "west": {"zh": "西", "en": "West"}}}),
     "wants": said("array", uniqueItems=True, items={"type": "string", "oneOf": [{"const": "card", "title": "卡"}, {"const": "book", "title": "本"}]}),
     "home": said("object", properties={"street": TEXT, "since": said("string", format="date")}, required=["street"]),
     "photo": said("string", contentEncoding="base64", contentMediaType="image/png")},
    required=["child_name", "born_on", "married", "district"],
    **{"if": {"properties": {"married": {"const": True}}, "required": ["married"]}, "then": {"required": ["father_name"]}},
    dependentRequired={"home": ["photo"]})


@pytest.mark.parametrize(("name", "sent", "value"), [
    ("child_name", {"child_name": [" 王小明 "]}, "王小明"), ("weight", {"weight": ["３２５０"]}, 3250), ("married", {"married": ["no"]}, False),
    ("born_on", {"born_on.year": ["２０２６"], "born_on.month": ["2"], "born_on.day": ["9"]}, "2026-02-09"), ("district", {"district": ["west"]}, "west"),
    ("wants", {"wants": ["book", "card"]}, ["card", "book"]), ("wants", {}, LEFT_EMPTY), ("home", {"home.street": [""]}, LEFT_EMPTY),
    ("home", {"home.street": ["中山路１号"]}, {"street": "中山路1号"}),
    ("photo", {"photo": [Document("a.png", b"\x89PNG\r\n\x1a\n")]}, "iVBORw0KGgo=")])
def test_an_answer_is_read_as_it_was_meant(name, sent, value):
    read = answers.read(BIRTH[name], sent)
    assert (read.value, read.faults) == (value, ())


@pytest.mark.parametrize(("name", "sent", "field", "word"), [
    ("child_name", {"child_name": ["王"]}, "child_name", "at least 2"), ("weight", {"weight": ["1,200"]}, "weight", "digits only"), ("weight", {"weight": ["1e3"]}, "weight", "digits only"),
    ("weight", {"weight": ["007"]}, "weight", "digits only"), ("weight", {"weight": ["3.0"]}, "weight", "whole"), ("weight", {"weight": ["9" * 400]}, "weight", "too large"),
    ("born_on", {"born_on.year": ["2026"], "born_on.month": ["2"], "born_on.day": ["30"]}, "born_on.day", "no such day"),
    ("born_on", {"born_on.year": ["26"], "born_on.month": ["2"], "born_on.day": ["3"]}, "born_on.year", "four digits"),
    ("district", {"district": ["north"]}, "district", "listed"), ("wants", {"wants": ["card", "card"]}, "wants", "each once"),
    ("home", {"home.since.year": ["2020"]}, "home.street", "Enter"), ("child_name", {"child_name": ["王\u202e明"]}, "child_name", "cannot be seen"),
    ("child_name", {"child_name": ["a", "b"]}, "child_name", "one answer"), ("photo", {"photo": [Document("a.png", b"GIF8")]}, "photo", "not PNG"),
    ("photo", {"photo": [Document("a.png", b"")]}, "photo", "empty")])
def test_what_is_no_answer_is_a_fault_that_names_its_field(name, sent, field, word):
    read = answers.read(BIRTH[name], sent)
    assert read.faults and read.faults[0].field == field, read
    assert word in read.faults[0].what.en and read.faults[0].what.zh


def test_a_question_is_asked_only_where_the_answers_before_it_ask_for_it():
    base = {"child_name": "王明", "born_on": "2026-01-02", "weight": None, "district": "east", "wants": None, "home": None, "photo": None}
    names = [q.name for q in asking.standing(BIRTH, {}, {**base, "married": False}).asked]
    assert "father_name" not in names and "photo" not in names
    there = asking.standing(BIRTH, {}, {**base, "married": True})
    assert there.next is not None and there.next.name == "father_name" and there.next.required
    assert asking.finished(BIRTH, {}, {**base, "married": True, "father_name": "王强"})["father_name"] == "王强"
    with pytest.raises(Problem, match="not answered yet"):
        asking.finished(BIRTH, {}, {**base, "married": True})


def test_an_answer_that_is_no_longer_asked_for_is_kept_and_not_handed_in():
    base = {"child_name": "王明", "born_on": "2026-01-02", "weight": None, "district": "east", "wants": None, "home": None, "father_name": "王强"}
    there = asking.standing(BIRTH, {}, {**base, "married": False})
    assert there.aside == {"father_name"}
    assert "father_name" not in asking.finished(BIRTH, {}, {**base, "married": False})
    assert asking.finished(BIRTH, {}, {**base, "married": True})["father_name"] == "王强"


def test_what_is_known_is_not_asked_unless_it_does_not_fit():
    known = {"child_name": "王明", "born_on": "2026-01-02", "married": True}
    assert {q.name for q in asking.standing(BIRTH, known, {}).asked} == {"weight", "father_name", "district", "wants", "home"}
    assert "born_on" in {q.name for q in asking.standing(BIRTH, {**known, "born_on": "soon"}, {}).asked}


@pytest.mark.parametrize(("schema", "at"), [
    ({"properties": {"a": said("string", contains={})}}, "/properties/a/contains"), ({"properties": {"a": said("string")}, "patternProperties": {}}, "/patternProperties"),
    ({"properties": {"a": said("string", format="uri")}}, "/properties/a/format"), ({"properties": {"a": {"$ref": "#/$defs/x"}}, "$defs": {"x": {}}}, "/properties/a/$ref"),
    ({"properties": {"a": said("object", properties={"b": said("object", properties={"c": TEXT})})}}, "/properties/a/properties/b"),
    ({"properties": {"a": TEXT}, "required": ["b"]}, "/required"), ({"properties": {"a": {"type": "string"}}}, "/properties/a/title"),
    ({"properties": {"a": TEXT, "b": YES}, "if": {"properties": {"b": {"const": True}}}, "then": {"required": ["a"]}}, "/properties/a"),
    ({"properties": {"b": YES}, "if": {"properties": {"b": {"format": "date"}}}, "then": {}}, "/if/properties/b/format"),
    ({"properties": {"b": YES}, "additionalProperties": False, "if": {"required": ["b"]}, "then": {"properties": {"a": TEXT}}}, "/additionalProperties"),
    ({"properties": {"a": said("array", items={"type": "string", "enum": ["x"]})}}, "/properties/a/uniqueItems"), ({"properties": {"a": said("objec")}}, "")])
def test_what_cannot_be_asked_is_named_with_its_place(schema, at):
    with pytest.raises(Problem) as refused:
        reading.read({"type": "object", **schema}, "f/form.json")
    assert refused.value.code == "form_not_supported" and refused.value.where.en == "f/form.json"
    assert f"{at or '/'}:" in refused.value.what.en


def test_everything_that_cannot_be_asked_is_named_at_once():
    with pytest.raises(Problem) as refused:
        form({"a": said("string", contains={}), "b": said("null")}, minProperties=1)
    assert all(at in refused.value.what.en for at in ("/properties/a/contains", "/properties/b/type", "/minProperties"))


# Any schema of what a form may say, and anything that may be sent.

BOUNDS = st.integers(-5, 30)
SCHEMAS = st.one_of(
    st.builds(lambda a, b, p: said("string", minLength=min(a, b), maxLength=max(a, b), **({"pattern": p} if p else {})), st.integers(0, 6), st.integers(0, 200), st.sampled_from(["", "^[0-9X]+$", "^.+路"])),
    st.builds(lambda k, a, b, m: said(k, minimum=min(a, b), maximum=max(a, b), **({"multipleOf": m} if m else {})), st.sampled_from(["integer", "number"]), BOUNDS, BOUNDS, st.sampled_from([None, 2, 0.5])),
    st.just(said("string", format="date")), st.just(said("string", format="email")), st.just(YES), st.just(said("boolean", const=True)),
    st.builds(lambda v: said("string", enum=sorted(v)), st.sets(st.text("abc东西", min_size=1, max_size=3), min_size=1, max_size=4)),
    st.builds(lambda v: said("integer", enum=sorted(v)), st.sets(BOUNDS, min_size=1, max_size=4)),
    st.builds(lambda v, n: said("array", uniqueItems=True, minItems=n, items={"enum": sorted(v)}), st.sets(st.text("abc", min_size=1, max_size=2), min_size=1, max_size=4), st.integers(0, 2)),
    st.just(said("string", contentEncoding="base64", contentMediaType="application/pdf", maxLength=40)))
GROUPS = st.builds(lambda parts, must: said("object", properties={f"p{i}": p for i, p in enumerate(parts)}, required=[f"p{i}" for i in range(len(parts)) if must and i % 2 == 0]),
                   st.lists(SCHEMAS.filter(lambda s: "contentEncoding" not in s), min_size=1, max_size=3), st.booleans())
TEXTS = st.one_of(st.text(max_size=12), st.sampled_from(["", "yes", "no", "true", "2026", "２", "0", "-3", "1.5", "12", "29", "a", "b", "东", "中山路", "a@b.cn", "1" * 3_000, "1e9", "NaN", "١"]))
SENDS = st.one_of(TEXTS, st.builds(Document, st.just("f"), st.one_of(st.binary(max_size=12), st.just(b"%PDF-1"), st.just(b"%PDF-" + b"0" * 60))))


@st.composite
def asked_and_sent(draw: st.DrawFn) -> tuple[Question, dict[str, list[Any]]]:
    schema = draw(st.one_of(SCHEMAS, GROUPS))
    found = form({"q": schema}, required=["q"] if draw(st.booleans()) else [])
    question = asking.standing(found, {}, {}).asked[0]
    return question, {f: draw(st.lists(SENDS, max_size=2)) for f in answers.fields_of(question)}


@given(asked_and_sent())
@settings(max_examples=200, deadline=None)
def test_whatever_is_sent_is_a_fault_with_its_field_or_a_value_of_the_schema(both):
    question, sent = both
    read = answers.read(question, sent)
    if read.faults:
        assert all(f.field in answers.fields_of(question) and f.what.zh and f.what.en for f in read.faults)
    elif read.value is LEFT_EMPTY:
        assert not question.required
    else:
        assert jsonschema_rs.Draft202012Validator(dict(question.schema), validate_formats=True).is_valid(read.value)
        if question.kind != "file":  # what a page shows of an answer is read as the same answer: nothing is lost in between
            assert answers.read(question, answers.shown(question, read.value)).value == read.value


@st.composite
def forms(draw: st.DrawFn) -> dict[str, Any]:
    """Several questions, each of which some earlier yes-or-no or choice may open."""
    properties: dict[str, Any] = {f"q{i}": draw(st.one_of(st.just(YES), SCHEMAS.filter(lambda s: "contentEncoding" not in s))) for i in range(draw(st.integers(1, 6)))}
    names, branches = list(properties), []
    for i, name in enumerate(names[1:], 1):
        if draw(st.booleans()):
            before = draw(st.sampled_from(names[:i]))
            condition: dict[str, Any] = {"properties": {before: {"const": draw(st.sampled_from([True, False, "a", 3]))}}}
            if draw(st.booleans()):
                condition["required"] = [before]
            branches.append({"if": condition, draw(st.sampled_from(["then", "else"])): {"required": [name]}})
    extra = draw(st.sampled_from(names))
    branches.append({"if": {"required": [extra]}, "then": {"properties": {"late": TEXT}}})
    return {"type": "object", "properties": properties, "required": draw(st.lists(st.sampled_from(names), unique=True)), "allOf": branches,
            **({"dependentRequired": {names[0]: [names[-1]]}} if len(names) > 1 and draw(st.booleans()) else {})}


@given(forms(), st.data())
@settings(max_examples=80, deadline=None)
def test_a_walk_through_any_form_ends_in_what_its_schema_takes_and_loses_nothing(schema, data):
    found, validator = reading.read(schema, "form.json"), jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    given_answers: dict[str, Any] = {}
    for _ in range(30):
        there = asking.standing(found, {}, given_answers)
        open_now = there.next if there.next and data.draw(st.integers(0, 4)) else data.draw(st.sampled_from(there.asked))  # now and then somebody changes an answer
        read = answers.read(open_now, {f: [data.draw(TEXTS)] for f in answers.fields_of(open_now)})
        if not read.faults:
            given_answers[open_now.name] = read.value
        after = asking.standing(found, {}, given_answers)
        assert given_answers.keys() == after.answered | after.aside | {n for n in given_answers if after.question(n) and n not in after.answered}
        if after.next is None:
            value = asking.finished(found, {}, given_answers)
            assert validator.is_valid(json.loads(json.dumps(value)))
            assert value == {n: v for n, v in given_answers.items() if n in after.answered and v is not LEFT_EMPTY}
            return

"""Records whose YAML has a slip any person reads over are read, and say where."""

from __future__ import annotations

from contextlib import suppress

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from jingwei.foundations.data.catalogue.yaml_trees import MENDED, yaml_trees
from jingwei.kernel.problems import Unreadable


@pytest.mark.parametrize(("content", "tree"), [
    ("Title: Get to know it: part 2\nURL: u\n", {"Title": "Get to know it: part 2", "URL": "u", MENDED: "YAML 1"}),
    ("a:\n  - Title: One: two\n    URL: u\n", {"a": [{"Title": "One: two", "URL": "u"}], MENDED: "YAML 2"}),
    ("a:\n  - ARN: x::: y::z\n", {"a": [{"ARN": "x::: y::z"}], MENDED: "YAML 2"}),
    ("owner: @us\nname: n\n", {"owner": "@us", "name": "n", MENDED: "YAML 1"}),
    ("links:\n  - [Browse](u) here\n", {"links": ["[Browse](u) here"], MENDED: "YAML 2"}),
    ("note: \"one\" and two\nname: it's\n", {"note": '"one" and two', "name": "it's", MENDED: "YAML 1"}),
    ("text: one two\n  three: four\n  five\nname: n\n", {"text": "one two three: four five", "name": "n", MENDED: "YAML 2"}),
    ("text: one, i.e. two\n\nthree goes on.\n\nname: n\n", {"text": "one, i.e. two three goes on.", "name": "n", MENDED: "YAML 3"}),
    ("text: such as:\n•\tone\n•\ttwo\nname: n\n", {"text": "such as: •\tone •\ttwo", "name": "n", MENDED: "YAML 1, 3"}),
    ("a:\n\tb:\n\t\t- c\nname: n\n", {"a": {"b": ["c"]}, "name": "n", MENDED: "YAML 2, 3"}),
    ("- a: b: c\n  d: `e`\n", [{"a": "b: c", "d": "`e`"}]),
])
def test_a_value_that_is_no_yaml_is_read_as_the_text_it_is(content, tree):
    with pytest.raises(yaml.YAMLError):
        yaml.safe_load(content)
    assert yaml_trees(content, "it.yaml") == [tree]


@pytest.mark.parametrize("content", ["a: [1, 2\nb: 3\n", "a: 'b\n", "a: b\n\tc: d\n", "{a: b\n", "a: b\na: c\n", "a: &x [*x]\n", "? [a]\n: b\n"])
def test_what_nobody_could_read_is_unreadable_at_its_first_fault(content):
    with pytest.raises(Unreadable, match="not valid YAML"):
        yaml_trees(content, "it.yaml")


@given(st.dictionaries(st.sampled_from(["Name", "Description", "ManagedBy", "License"]), st.text(st.characters(codec="ascii", exclude_categories=("C",)), min_size=1).map(str.strip).filter(bool), min_size=1))
def test_a_record_of_plain_lines_is_read_line_by_line_or_not_at_all(record):
    content = "".join(f"{key}: {value}\n" for key, value in record.items())
    try:
        found = yaml_trees(content, "it.yaml")
    except Unreadable:
        return
    if len(found) == 1 and isinstance(found[0], dict) and MENDED in found[0]:
        assert set(found[0]) - {MENDED} == set(record), "no key is made or lost by mending"


@given(st.text(max_size=200))
def test_nothing_read_ends_in_anything_but_trees_or_unreadable(content):
    with suppress(Unreadable):
        yaml_trees(content, "it.yaml")

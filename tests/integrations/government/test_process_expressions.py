"""Conditions in the three languages BPMN files are written in."""

from __future__ import annotations

import pytest

from jingwei.integrations.government.processes.expressions import compiled
from jingwei.kernel.problems import Problem

XPATH = "http://www.w3.org/1999/XPath"


@pytest.mark.parametrize(("text", "language", "variables", "value"), [
    ("approved", "", {"approved": True}, True),
    ("not(approved)", "", {"approved": True}, False),
    ("children > 2 and level = \"city\"", "", {"children": 3, "level": "city"}, True),
    ("children > 2", "", {}, None),
    ("count(people) > 1", "", {"people": ["An", "Bo"]}, True),
    ("孩子数 >= 2", "", {"孩子数": 2}, True),
    ("=children > 2", "", {"children": 3}, True),
    (" = not(fraud)", "https://www.omg.org/spec/DMN/20191111/FEEL/", {"fraud": False}, True),
    ("${approved}", "", {"approved": True}, True),
    ("${!approved}", "", {"approved": True}, False),
    ("${clarified == 'yes'}", "", {"clarified": "yes"}, True),
    ("${clarified == 'it\\'s' || a != 1 && !b}", "", {"clarified": "it's", "a": 1, "b": False}, True),
    ("${!(a == 1)}", "", {"a": 2}, True),
    ("bpmn:getDataObject('approved')", XPATH, {"approved": True}, True),
    ("not(bpmn:getDataObject('approved'))", "", {"approved": False}, True),
    ("bpmn:getDataObject('n') > 3", XPATH, {"n": 4}, True),
    ("bpmn:getDataObject('clarified') = 'yes'", XPATH, {"clarified": "no"}, False),
])
def test_a_condition_has_the_value_its_language_says(text, language, variables, value):
    assert compiled(text, language)(variables) == value


@pytest.mark.parametrize(("text", "language"), [
    ("${order.total()}", ""), ("${a ? b : c}", ""), ("${list[0]}", ""), ("a +* b", ""), ("x >", ""), ("bpmn:getDataObject('a') = = 1", XPATH), ("1 == 1", "text/javascript"),
    ("__import__('os')", "python"),
])
def test_what_is_no_condition_is_refused_when_the_model_is_compiled(text, language):
    with pytest.raises(Problem) as caught:
        compiled(text, language)
    assert caught.value.remedy.zh or caught.value.what.zh

"""Folders of cases nobody prepared for: each case is counted, and none takes the others with it."""

from __future__ import annotations

import pytest
from dmn_files import literals

from jingwei.engines.decisions.conformance import run_folder
from jingwei.integrations.government.decisions.sources import case_folders

HEAD = '<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase" xmlns:x="http://www.w3.org/2001/XMLSchema-instance"><modelName>{model}</modelName>{cases}</testCases>'


def case(name: str, kind: str, value: str, result: str = "d") -> str:
    return f'<testCase id="{name}"><resultNode name="{result}"><expected><value x:type="{kind}">{value}</value></expected></resultNode></testCase>'


@pytest.mark.parametrize(("kind", "value", "passed"), [
    ("decimal", "2", True), ("decimal", "2.000000001", True), ("decimal", "NaN", False), ("decimal", "sNaN", False), ("decimal", "Infinity", False), ("decimal", "two", False),
    ("string", "2", False), ("unheard", "2", False), ("", "2", False), ("date", "2020-13-45", False), ("duration", "P", False)])
def test_an_expected_value_of_any_kind_is_compared_and_the_next_case_is_run(kind, value, passed):
    cases = case("odd", kind, value) + case("plain", "decimal", "2") + case("lost", "decimal", "2", "nowhere")
    outcomes = run_folder("f", {"m.dmn": literals({"d": "1 + 1"}), "t.xml": HEAD.format(model="m.dmn", cases=cases).encode()})
    assert [(o.case, o.passed) for o in outcomes] == [("odd", passed), ("plain", True), ("lost", False)]
    assert all(o.why for o in outcomes if not o.passed)


def test_cases_without_their_model_are_counted_as_failed_and_other_files_are_left_alone(tmp_path):
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone/t.xml").write_text(HEAD.format(model="gone.dmn", cases=case("one", "decimal", "1") + case("two", "decimal", "2")), "utf-8")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/notes.xml").write_bytes(b"<notes/>")
    (tmp_path / "broken.dmn").symlink_to(tmp_path / "nothing")
    found = case_folders(str(tmp_path))
    assert [name for name, _ in found] == ["alone"]
    (one, two) = run_folder(*found[0])
    assert not one.passed
    assert not two.passed
    assert "gone.dmn" in one.why

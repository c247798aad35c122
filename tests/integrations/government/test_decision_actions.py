"""Decisions as people and programs ask for them."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from jingwei.doors.cli import program
from jingwei.kernel.problems import Problem

sys.path.insert(0, str(Path(__file__).parents[2] / "engines/decisions"))
from dmn_files import literals, table, wrapped

SUBSIDY = table({"child": "number", "born": "date"}, [("1", '< date("2025-01-01")', "0"), ("1", '>= date("2025-01-01")', "3600"), ("> 1", "-", "4800")])


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """The command line in a folder of files, in either language."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "subsidy.dmn").write_bytes(SUBSIDY)
    (tmp_path / "in.json").write_text('{"child": 1, "born": "2025-03-04"}')

    def ask(*words, language="en"):
        return CliRunner().invoke(program(language), ["decisions", *words, "--workspace", str(tmp_path / "node")])

    return ask


def refused(told) -> str:
    """What the command line would say of the problem it ended with."""
    assert isinstance(told.exception, Problem)
    return str(told.exception)


def test_a_decision_is_answered_from_a_file_of_inputs_with_dates_as_text(asked):
    told = asked("run", "subsidy.dmn", "--decision", "d", "--input", "in.json", "--json")
    assert told.exit_code == 0
    assert json.loads(told.output) == {"decision": "d", "answer": 3600, "notes": []}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_explanation_names_the_rules_that_fired_and_the_facts_they_used(asked, language):
    told = asked("explain", "subsidy.dmn", "--input", "in.json", "--json", language=language)
    (fired,) = json.loads(told.output)["tables"]
    assert fired["rules"] == [2]
    assert fired["facts"] == {"child": 1, "born": "2025-03-04"}
    said = asked("explain", "subsidy.dmn", "--input", "in.json", language=language).output
    assert "born = 2025-03-04" in said
    assert ("命中规则 2" if language == "zh" else "rules fired: 2") in said


def test_a_table_with_a_gap_is_told_with_inputs_nobody_thought_of_and_ends_with_no(asked):
    told = asked("check", "subsidy.dmn", "--json")
    assert told.exit_code != 0
    (found,) = json.loads(told.output)["tables"]
    assert found["overlaps"] == []
    assert all(g["example"]["child"] != 1 for g in found["gaps"])
    assert "no rule for" in asked("check", "subsidy.dmn").output


def test_what_changes_between_two_versions_is_told_as_regions_with_an_example(asked, tmp_path):
    (tmp_path / "new.dmn").write_bytes(SUBSIDY.replace(b"<text>4800</text>", b"<text>5000</text>"))
    data = json.loads(asked("diff", "subsidy.dmn", "new.dmn", "--decision", "d", "--json").output)
    (change,) = data["changes"]
    assert (change["before"], change["after"]) == (4800, 5000)
    assert change["inputs"] == {"child": "> 1", "born": "-"}
    assert asked("diff", "subsidy.dmn", "subsidy.dmn", "--json").output.count('"changes": []') == 1


def test_a_model_that_imports_another_is_given_it_in_an_archive(asked, tmp_path):
    shared = wrapped('<inputData id="i" name="age"><variable name="age" typeRef="number"/></inputData>'
                     '<decision id="a" name="adult"><variable name="adult"/><informationRequirement><requiredInput href="#i"/></informationRequirement>'
                     "<literalExpression><text>age >= 18</text></literalExpression></decision>", "people")
    main = wrapped('<import name="people" namespace="urn:people" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>'
                   '<decision id="d" name="may open"><variable name="may open"/><informationRequirement><requiredDecision href="urn:people#a"/></informationRequirement>'
                   "<literalExpression><text>if people.adult then \"yes\" else \"no\"</text></literalExpression></decision>")
    (tmp_path / "main.dmn").write_bytes(main)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("people.dmn", shared)
    (tmp_path / "more.zip").write_bytes(packed.getvalue())
    (tmp_path / "age.json").write_text('{"people.age": 20}')
    told = asked("run", "main.dmn", "--decision", "may open", "--input", "age.json", "--imports", "more.zip", "--json")
    assert json.loads(told.output)["answer"] == "yes"
    assert "may open needs" in refused(asked("run", "main.dmn", "--decision", "may open"))


def test_mistakes_are_told_with_what_would_be_right(asked, tmp_path):
    (tmp_path / "bad.json").write_text('{"chidl": 1}')
    (tmp_path / "broken.dmn").write_bytes(literals({"d": "1 +* 2"}))
    assert "Did you mean child?" in refused(asked("run", "subsidy.dmn", "--input", "bad.json"))
    assert "line 1, column 4" in refused(asked("run", "broken.dmn"))
    assert "There are: d" in refused(asked("run", "subsidy.dmn", "--decision", "nothing like it"))


def test_a_folder_of_cases_is_run_and_the_last_line_counts_them_all(asked, tmp_path):
    at = tmp_path / "kit/level/0001-sum"
    at.mkdir(parents=True)
    (at / "sum.dmn").write_bytes(literals({"good": "1 + 1", "wrong": "1 + 2", "none": "1 / 0"}))
    value = '<expected><value xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xsi:type="xsd:decimal">2</value></expected>'
    cases = "".join(f'<testCase id="{n}"><resultNode name="{n}"{"" if n != "none" else " errorResult=" + chr(34) + "true" + chr(34)}>{value if n != "none" else ""}</resultNode></testCase>'
                    for n in ("good", "wrong", "none"))
    (at / "sum-01.xml").write_text(f'<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"><modelName>sum.dmn</modelName>{cases}</testCases>')
    told = asked("conformance", "kit")
    assert told.output.strip().splitlines()[-1] == "2 passed, 1 failed"
    assert "level/0001-sum wrong: wrong: expected 2, found 3" in told.output
    assert "Cases that expect null: 1 passed, 0 failed" in told.output

"""The official kit's cases, by the engine itself; nothing excluded."""

from __future__ import annotations

import pytest

from jingwei.engines.decisions.conformance import Score, run_folder


@pytest.fixture(scope="module")
def outcomes(shared):
    root = shared / "oracles/dmn_tck"
    folders = sorted({p.parent for p in root.rglob("*.dmn")})
    assert len(folders) >= 111
    return [o for at in folders for o in run_folder(f"{at.parent.name}/{at.name}", {f.name: f.read_bytes() for f in at.iterdir()})]


def failed(outcomes):
    return [f"{o.folder} {o.case}: {o.why}" for o in outcomes if not o.passed]


@pytest.mark.oracle("decisions run", "decisions conformance")
def test_every_case_of_level_two_passes(outcomes):
    level = [o for o in outcomes if o.folder.startswith("compliance-level-2/")]
    assert Score(level).count(valued=True) > 100
    assert failed(level) == []


@pytest.mark.oracle("decisions run", "decisions conformance")
def test_every_case_of_level_three_that_returns_a_value_passes_but_those_that_call_java(outcomes):
    level = [o for o in outcomes if o.folder.startswith("compliance-level-3/") and o.valued and "0076-feel-external-java" not in o.folder]
    assert len(level) > 1100
    assert failed(level) == []


def test_every_case_of_level_three_that_returns_null_passes(outcomes):
    level = [o for o in outcomes if o.folder.startswith("compliance-level-3/") and not o.valued]
    assert len(level) > 1200
    assert failed(level) == []


def test_functions_of_java_are_refused_by_name_and_counted_as_failed(outcomes):
    java = [o for o in outcomes if "0076-feel-external-java" in o.folder]
    assert java
    assert [o for o in java if o.valued and o.passed] == []
    assert all("Java" in o.why for o in java if not o.passed)

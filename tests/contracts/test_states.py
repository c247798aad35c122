"""A clause's state rests on evidence that exists: real observations, and tests against answers made by others."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from jingwei import plan
from jingwei.coordination.observations import figures
from jingwei.coordination.observations.actions import observe
from jingwei.coordination.observations.declared import declared_measures
from jingwei.coordination.observations.figures import own_figures, read_book
from jingwei.coordination.observations.model import Observe
from jingwei.coordination.oracles import VOUCHED
from jingwei.kernel.actions import Context
from jingwei.kernel.tables import Document, Table
from jingwei.kernel.workspace import Workspace

TESTS = Path(__file__).parent.parent


def marked() -> dict[tuple[str, ...], list[str]]:
    """Tests that carry ``@pytest.mark.oracle("action path")`` and are run by CI, by the action they vouch for."""
    found: dict[tuple[str, ...], list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
                continue
            marks = [ast.unparse(d) for d in node.decorator_list]
            if any(".skip" in m or ".xfail" in m or ".soak" in m for m in marks):
                continue
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.oracle":
                    for words in mark.args:
                        found.setdefault(tuple(ast.literal_eval(words).split()), []).append(f"{path.name}::{node.name}")
    return found


@pytest.mark.parametrize("path", VOUCHED, ids=" ".join)
def test_an_action_said_to_be_vouched_for_has_a_test_against_answers_made_by_others(path):
    assert marked().get(path), f'no test is marked @pytest.mark.oracle("{" ".join(path)}")'


def test_every_oracle_mark_names_an_action_that_exists_and_is_said_to_be_vouched_for():
    actions = {a.path for p in plan.pillars() for a in p.actions}
    assert set(marked()) <= set(VOUCHED) <= actions
    assert len(set(VOUCHED)) == len(VOUCHED)


def test_no_clause_is_said_to_be_further_than_the_marked_tests_and_real_figures_bear_out(tmp_path):
    observed = {f.measure for f in read_book(Context(Workspace(tmp_path))).usable}
    claimed = plan.states(observed, VOUCHED, ())
    borne_out = plan.states(observed, [path for path, tests in marked().items() if tests], ())
    assert {code: s.state for code, s in claimed.items()} == {code: s.state for code, s in borne_out.items()}


def test_a_clause_is_measured_only_by_a_measure_of_its_own_with_a_real_figure(tmp_path):
    usable = read_book(Context(Workspace(tmp_path))).usable
    assert {f.status for f in usable} <= {"observed", "revised", "estimated"}
    real = {f.measure for f in usable}
    for code, state in plan.states(real, (), ()).items():
        own = {m.code for m in declared_measures().values() if m.clause == code and m.tag != "context"}
        assert (state.state == "measured") == bool(own & real)


def test_synthetic_figures_are_kept_and_never_used(tmp_path):
    context = Context(Workspace(tmp_path / "node"))
    before = read_book(context).usable
    rows = [f"broadband_ports,{place},{year},{1000 + 10 * i},10k ports,exercise,v1,{status}" for i, (place, year, status) in enumerate(
        [("北京", 2030, "synthetic"), ("上海", 2030, "Synthetic"), ("天津", 2030, "SYNTHETIC"), ("CN", 2024, "synthetic")])]
    content = "\n".join(("measure,place,period,value,unit,source,vintage,status", *rows)).encode()
    told = observe(context, Observe(Table.read(Document("exercise.csv", content))))
    assert told.data["read"] == 4
    assert told.data["rejected"] == []
    kept = own_figures(context)
    assert [f.status for f in kept] == ["synthetic"] * len(kept)
    assert len(kept) + told.data["held"] == 4
    assert read_book(context).usable == before


def test_a_measure_seen_only_in_synthetic_figures_leaves_its_clause_where_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "published_figures", lambda: ())
    monkeypatch.setattr(figures, "published_findings", lambda: ())
    context = Context(Workspace(tmp_path / "node"))
    content = b"measure,place,period,value,unit,source,vintage,status\nbroadband_ports,CN,2024,1,10k ports,exercise,v1,synthetic\n"
    observe(context, Observe(Table.read(Document("exercise.csv", content))))
    assert own_figures(context)
    assert {s.state for s in plan.states({f.measure for f in read_book(context).usable}, (), ()).values()} == {"not begun"}

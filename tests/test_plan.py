"""The plan as data is the whole plan in its order, and a clause's state is what the evidence gives it, no more."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingwei import plan
from jingwei.kernel.i18n import Text
from jingwei.kernel.measures import Measure
from jingwei.kernel.pillar import Pillar
from jingwei.kernel.problems import Problem
from jingwei.plan import CLAUSES, GOALS, ROOMS, STATES, WINGS, clause, pillars, states, tree

NOTHING = Text("", "")
LADDER = list(STATES)


@dataclass(frozen=True)
class Act:
    path: tuple[str, ...]
    clauses: tuple[str, ...]


def measure(code: str, of: str = "F1.5", tag: Any = "digital") -> Measure:
    return Measure(code, NOTHING, "%", 1, of, tag, "infrastructure", (), NOTHING)


def room(*parts: Measure | Act, code: str = "F1") -> Pillar:
    actions: Any = tuple(p for p in parts if isinstance(p, Act))
    return Pillar(code, NOTHING, tuple(p for p in parts if isinstance(p, Measure)), actions)


PUE, PLAN = measure("pue"), Act(("compute", "plan"), ("F1.5",))


def state_of(code: str, *parts: Measure | Act, observed: Any = (), oracles: Any = (), outcomes: Any = ()) -> str:
    return states(observed, oracles, outcomes, of=[room(*parts)])[code].state


# The plan as data


def test_every_clause_is_present_once_in_the_order_of_the_plan(shared: Path):
    page = (shared / "PLAN.md").read_text(encoding="utf-8")
    assert [c.code for c in CLAUSES] == re.findall(r"^\| ([A-Z]\d?\.\d) \|", page, re.MULTILINE)
    assert len({c.code for c in CLAUSES}) == len(CLAUSES)


def test_every_room_is_present_with_its_package_in_the_order_of_the_plan(shared: Path):
    page = (shared / "PLAN.md").read_text(encoding="utf-8")
    boxes = re.findall(r"^\| \*\*(\w\d)\*\* .*`(\S+)` \|$", page, re.MULTILINE)
    assert [(r.code, r.package.removeprefix("jingwei.").replace(".", "/")) for r in ROOMS[1:-1]] == boxes
    assert (ROOMS[0].code, ROOMS[-1].code) == ("G", "O")


def test_every_clause_lies_in_a_room_and_every_room_has_clauses():
    assert {c.room for c in CLAUSES} == {r.code for r in ROOMS}
    for r in ROOMS:
        assert [c.code for c in r.clauses] == [f"{r.code}.{n}" for n in range(1, len(r.clauses) + 1)]


def test_the_framework_is_two_foundations_five_integrations_two_capabilities_two_environments_and_organisation():
    assert [(w.head.zh, len(w.rooms)) for w in WINGS] == [
        ("夯实基础", 2), ("赋能全局", 5), ("强化能力", 2), ("优化环境", 2), ("组织保障", 1)]


def test_the_tree_has_every_clause_once_and_the_goals_first_without_a_wing():
    branches = list(tree())
    assert [c for _, _, clauses in branches for c in clauses] == list(CLAUSES)
    assert branches[0][0] is None
    assert all(wing is not None and r in wing.rooms for wing, r, _ in branches[1:])


def test_every_text_is_in_both_languages():
    texts = [t for c in CLAUSES for t in (c.asks, c.answer)] + [t for r in ROOMS for t in (r.name, r.heading)]
    texts += [w.head for w in WINGS] + [g.text for g in GOALS]
    for text in texts:
        assert re.search(r"[一-鿿]", text.zh), text
        assert text.en
        assert not re.search(r"[一-鿿]", text.en), text


def test_the_thirteen_goals_are_the_sentence_of_the_plan():
    assert [g.number for g in GOALS] == list(range(1, 14))
    assert "，".join(g.text.zh for g in GOALS) == (
        "数字基础设施高效联通，数据资源规模和质量加快提升，数据要素价值有效释放，数字经济发展质量效益大幅增强，"
        "政务数字化智能化水平明显提升，数字文化建设跃上新台阶，数字社会精准化普惠化便捷化取得显著成效，"
        "数字生态文明建设取得积极进展，数字技术创新实现重大突破，应用创新全球领先，数字安全保障能力全面提升，"
        "数字治理体系更加完善，数字领域国际合作打开新局面")


def test_a_goal_speaks_of_acceleration_exactly_where_the_plan_says_faster():
    assert [g.number for g in GOALS if g.wording == "acceleration"] == [g.number for g in GOALS if "加快" in g.text.zh]
    assert [g.number for g in GOALS if g.wording == "level"] == [1, 3, 10]


def test_every_clause_of_the_eleven_boxes_bears_on_some_goal():
    named = {code for g in GOALS for code in g.clauses}
    assert named == {c.code for c in CLAUSES if c.room not in ("G", "O")}


def test_a_clause_is_found_by_its_code_and_a_slip_is_answered_with_near_ones():
    assert clause(" f1.5 ").code == "F1.5"
    with pytest.raises(Problem, match=r"Did you mean .*F1\.") as raised:
        clause("F1.9")
    assert raised.value.code == "unknown_clause"
    with pytest.raises(Problem, match="jingwei plan"):
        clause("")


# States, derived and never declared


def test_without_evidence_every_clause_is_not_begun():
    derived = states((), (), (), of=[])
    assert list(derived) == [c.code for c in CLAUSES]
    assert {s.state for s in derived.values()} == {"not begun"}


@pytest.mark.parametrize(("parts", "observed", "oracles", "outcomes", "state"), [
    ((PUE,), {"pue"}, (), (), "measured"),
    ((PUE,), (), (), (), "not begun"),  # declared, or observed synthetically only
    ((PUE,), (), (), {"pue"}, "not begun"),
    ((measure("pue", tag="enabling"),), {"pue"}, (), (), "measured"),
    ((measure("pue", tag="context"),), {"pue"}, (), (), "not begun"),
    ((measure("pue", of="F1.4"),), {"pue"}, (), (), "not begun"),
    ((PLAN,), (), (), (), "not begun"),  # an action without an oracle never acts
    ((PUE, PLAN), {"pue"}, {("other",)}, {"pue"}, "measured"),
    ((PLAN,), (), {("compute", "plan")}, (), "acts"),
    ((PUE, PLAN), {"pue"}, {("compute", "plan")}, (), "acts"),
    ((PUE, PLAN), {"pue"}, {("compute", "plan")}, {"pue"}, "acts, outcome measured"),
    ((PUE, PLAN), (), {("compute", "plan")}, {"pue"}, "acts"),  # an outcome seen only synthetically is none
    ((Act(("compute", "plan"), ("F1.4",)), PUE), {"pue"}, {("compute", "plan")}, {"pue"}, "measured"),
])
def test_a_state_is_what_the_evidence_gives(parts, observed, oracles, outcomes, state):
    assert state_of("F1.5", *parts, observed=observed, oracles=oracles, outcomes=outcomes) == state


def test_every_state_says_why():
    because = states({"pue"}, {("compute", "plan")}, (), of=[room(PUE, PLAN)])["F1.5"].because
    assert because.en == "vouched for by an oracle: compute plan; real observations: pue; outcome not measured"
    assert because.zh == "经独立答案检验：compute plan；真实观测：pue；成效未度量"
    for derived in states((), (), (), of=[]).values():
        assert derived.because == Text("无动作；无指标", "no action; no measure")


codes = st.sampled_from([c.code for c in CLAUSES][:6])
names = st.sampled_from(["a", "b", "c", "d"])
paths = st.tuples(names)
parts = st.lists(st.builds(measure, names, codes, st.sampled_from(["digital", "enabling", "context"]))
                 | st.builds(Act, paths, st.tuples(codes)), max_size=8)


@given(parts, st.sets(names), st.sets(paths), st.sets(names), st.data())
def test_taking_evidence_away_never_raises_a_state(parts, observed, oracles, outcomes, data):
    fewer: tuple[Any, ...] = tuple(
        frozenset(data.draw(st.sets(st.sampled_from(sorted(s))))) if s else frozenset() for s in (observed, oracles, outcomes))
    before = states(observed, oracles, outcomes, of=[room(*parts)])
    after = states(*fewer, of=[room(*parts)])
    assert all(LADDER.index(after[c].state) <= LADDER.index(before[c].state) for c in before)
    assert {s.state for s in states((), oracles, outcomes, of=[room(*parts)]).values()} <= {"not begun", "acts"}
    assert {s.state for s in states(observed, (), outcomes, of=[room(*parts)]).values()} <= {"not begun", "measured"}


@given(parts, st.sets(names), st.sets(paths), st.sets(names), st.randoms())
def test_neither_the_order_of_declarations_nor_their_division_into_rooms_matters(parts, observed, oracles, outcomes, random):
    whole = states(observed, oracles, outcomes, of=[room(*parts)])
    random.shuffle(parts)
    apart = states(observed, oracles, outcomes, of=[room(p) for p in parts])
    assert {c: s.state for c, s in whole.items()} == {c: s.state for c, s in apart.items()}


# The rooms that exist


def test_pillars_come_in_the_order_of_the_plan_and_name_only_its_rooms_and_clauses():
    rooms = [r.code for r in ROOMS]
    places = [rooms.index(p.code.partition(".")[0]) for p in pillars()]
    assert all(a <= b for a, b in pairwise(places))
    for p in pillars():
        for code in (*(m.clause for m in p.measures), *(c for a in p.actions for c in a.clauses)):
            clause(code)


def test_every_room_package_that_exists_shows_its_pillar():
    shown = {p.code.partition(".")[0] for p in pillars()}
    built = {r.code for r in ROOMS if r.code not in ("G", "O")
             and find_spec(r.package.rpartition(".")[0]) and find_spec(r.package)}
    assert built <= shown


def test_a_room_not_built_yet_is_simply_absent():
    assert list(plan._pillars_in("jingwei.environments.nowhere")) == []
    assert list(plan._pillars_in("jingwei.nowhere.at_all")) == []


def test_packages_inside_a_room_show_their_own_pillars(tmp_path, monkeypatch):
    for name, code in (("wing", ""), ("wing/room", "F1"), ("wing/room/compute", "F1.5"), ("wing/room/maps", "")):
        (tmp_path / name).mkdir()
        line = f"from jingwei.kernel.pillar import Pillar\nPILLAR = Pillar({code!r}, None)\n" if code else ""
        (tmp_path / name / "__init__.py").write_text(line)
    monkeypatch.syspath_prepend(tmp_path)
    assert [p.code for p in plan._pillars_in("wing.room")] == ["F1", "F1.5"]


def test_a_province_can_add_a_room_and_a_broken_one_is_left_out_with_a_warning(tmp_path, monkeypatch):
    (tmp_path / "province_rooms.py").write_text(
        "from jingwei.kernel.pillar import Pillar\nGOOD = Pillar('F1.5', None)\nNOT_ONE = 3\n")
    monkeypatch.syspath_prepend(tmp_path)
    points = [EntryPoint(n, f"province_rooms:{a}", "jingwei.pillars") for n, a in
              (("b", "GOOD"), ("a", "MISSING"), ("c", "NOT_ONE"))]
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: points)
    with pytest.warns(UserWarning) as warned:
        assert [p.code for p in plan._added()] == ["F1.5"]
    assert ["MISSING" in str(w.message) or "not a Pillar" in str(w.message) for w in warned] == [True, True]


def test_the_plan_and_its_rooms_load_nothing_heavy():
    heavy = "numpy scipy duckdb ibis pyarrow matplotlib sqlalchemy"
    program = f"import sys, jingwei.plan; jingwei.plan.pillars(); print([m for m in '{heavy}'.split() if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

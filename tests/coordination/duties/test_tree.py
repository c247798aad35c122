"""Whatever is done to duties and in whatever order, each has one lead, lies under what is later, and adds up; replay gives the same."""

from __future__ import annotations

import shutil
import tempfile
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from jingwei.coordination.duties.model import Duty, Goal, Kept
from jingwei.coordination.duties.records import Change, change, evidence, give, read_tree, set_duty, split, withdraw
from jingwei.coordination.duties.tree import ERASED, breaches, depth_first, fold
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import CHINA
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem
from jingwei.kernel.told import told
from jingwei.kernel.workspace import Workspace

NOON = datetime(2025, 6, 1, 12, tzinfo=CHINA)
START = date(2025, 1, 1)
CODES = [f"D{i}" for i in range(6)]
LEADS = ["bureau", "edu", "health"]
TEXTS = st.sampled_from(["办好一件事", "", "1380013" + "8000", "a \"quoted\" | text", "\U0001f3e0"])
GOALS = st.none() | st.builds(Goal, st.sampled_from(["netizens", "gdp"]), st.sampled_from([Decimal(v) for v in ("0.1", "0.2", "0.3", "1e3", "6")]),
                              st.sampled_from([2024, 2025]), st.booleans())
DUTIES = st.builds(
    Duty, st.sampled_from(CODES), st.sampled_from(["O.1", "F1.1", "F9.9"]), st.builds(Text, TEXTS, TEXTS), st.sampled_from(["", *LEADS]),
    st.integers(0, 3).map(lambda n: START + timedelta(days=n)), st.just("CN"), st.lists(st.sampled_from(LEADS), max_size=2).map(tuple),
    st.sampled_from(["", "", *CODES, "nowhere"]), GOALS, st.sampled_from(["none", "none", "sum", "mean", "weakest"]),
    st.sampled_from(["", "verdict I4.1.netizens = met", "verdict"]), st.frozensets(TEXTS, max_size=2), st.frozensets(TEXTS, max_size=2))


def node(folder: Path) -> Context:
    return Context(Workspace(folder), clock=lambda: NOON)


class Duties(RuleBasedStateMachine):
    """Operations are tried as they come; those that would break a rule must change nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.context = node(self.folder)
        self.seen: dict[str, Kept] = {}

    def do(self, make: object) -> None:
        assert callable(make)
        before, size = read_tree(self.context.workspace.ledger), self.context.workspace.ledger.size()
        try:
            self.seen, _ = change(self.context, make)
        except Problem as refused:
            assert refused.remedy
            assert read_tree(self.context.workspace.ledger) == before
            assert self.context.workspace.ledger.size() == size

    @rule(duty=DUTIES)
    def set(self, duty):
        self.do(lambda tree: set_duty(tree, duty))

    @rule(code=st.sampled_from(CODES), to=st.sampled_from(["", *LEADS]))
    def give(self, code, to):
        self.do(lambda tree: give(tree, code, to, "分工调整"))

    @rule(code=st.sampled_from(CODES), adds=st.sampled_from(["none", "sum", "mean", "weakest"]), parts=st.lists(DUTIES, max_size=3))
    def split(self, code, adds, parts):
        self.do(lambda tree: split(tree, code, adds, parts))

    @rule(code=st.sampled_from(CODES), share=st.integers(1, 3), whole=st.sampled_from(["0.3", "6", "1e3"]))
    def split_evenly(self, code, share, whole):
        """The useful case, which chance alone would hardly meet."""
        value = Decimal(whole)
        top = Duty(code, "O.1", Text("总", "top"), "bureau", START, goal=Goal("netizens", value * share, 2025), adds="sum")
        self.do(lambda tree: [*set_duty(tree, top), *(c for i in range(share) for c in set_duty(tree, Duty(
            f"{code}-{i}", "O.1", Text("分", "part"), "edu", START, parent=code, goal=Goal("netizens", value, 2025))))])

    @rule(code=st.sampled_from(CODES), query=st.sampled_from(["", "events need.met count >= 1", "nonsense"]))
    def evidence(self, code, query):
        self.do(lambda tree: evidence(tree, code, query))

    @rule(code=st.sampled_from([*CODES, "D0-0"]))
    def withdraw(self, code):
        self.do(lambda tree: withdraw(tree, code, "不再需要"))

    @rule(code=st.sampled_from(CODES), kind=st.sampled_from(["duty.closed", "duty.reopened"]))
    def turn(self, code, kind):
        self.do(lambda tree: [Change(kind, {"duty": code}, {"reason": "看到了"})])

    @invariant()
    def every_rule_is_kept(self):
        tree = read_tree(self.context.workspace.ledger)
        assert list(breaches(tree)) == []
        assert all(k.duty.lead in LEADS and k.duty.lead not in k.duty.helpers for k in tree.values())
        assert sorted(code for _, code in depth_first(tree)) == sorted(tree), "a circle would hide its duties"
        for kept in tree.values():
            if kept.duty.parent:
                assert kept.duty.deadline <= tree[kept.duty.parent].duty.deadline

    @invariant()
    def replay_from_empty_gives_the_same(self):
        again = node(self.folder).workspace.ledger
        tree = read_tree(again)
        assert {c: k.duty for c, k in tree.items()} == {c: k.duty for c, k in self.seen.items()}
        assert tree == self.seen
        everything = told(again, "duty")
        for cut in (0, len(everything) // 2):
            assert fold(everything[cut:], fold(everything[:cut])) == tree

    def teardown(self):
        self.context.workspace.store.close()
        shutil.rmtree(self.folder)


TestDuties = Duties.TestCase
TestDuties.settings = settings(max_examples=25, stateful_step_count=20)


def a(code: str, **more: object) -> Duty:
    return Duty(**{"code": code, "clause": "O.1", "text": Text("事", "thing"), "lead": "bureau", "deadline": START, **more})  # type: ignore[arg-type]


def goal(value: str, measure: str = "netizens", year: int = 2025) -> Goal:
    return Goal(measure, Decimal(value), year)


@pytest.mark.parametrize(("duties", "code"), [
    ([a("A", parent="B"), a("B", parent="A")], "duty_cycle"),
    ([a("A", parent="A")], "duty_cycle"),
    ([a("A", parent="B"), a("B", parent="C"), a("C", parent="B")], "duty_cycle"),
    ([a("A", parent="Z")], "unknown_parent"),
    ([a("A", lead="")], "no_lead"),
    ([a("A", helpers=("bureau",))], "two_parts"),
    ([a("A", clause="X.1")], "unknown_clause"),
    ([a("A"), a("B", parent="A", deadline=START + timedelta(days=1))], "late_deadline"),
    ([a("A", adds="sum"), a("B", parent="A", goal=goal("1"))], "no_target"),
    ([a("A", adds="sum", goal=goal("1")), a("B", parent="A")], "other_target"),
    ([a("A", adds="sum", goal=goal("1")), a("B", parent="A", goal=goal("1", "gdp"))], "other_target"),
    ([a("A", adds="sum", goal=goal("1")), a("B", parent="A", goal=goal("1", year=2026))], "other_target"),
    ([a("A", adds="sum", goal=goal("0.3")), a("B", parent="A", goal=goal("0.1")), a("C", parent="A", goal=goal("0.1"))], "not_adding_up"),
    ([a("A", adds="mean", goal=goal("2")), a("B", parent="A", goal=goal("1")), a("C", parent="A", goal=goal("2"))], "not_adding_up"),
    ([a("A", adds="weakest", goal=goal("2")), a("B", parent="A", goal=goal("3")), a("C", parent="A", goal=goal("4"))], "not_adding_up"),
])
def test_a_tree_that_breaks_a_rule_is_refused_by_the_name_of_the_rule(tmp_path, duties, code):
    with pytest.raises(Problem) as refused:
        change(node(tmp_path), lambda tree: [c for d in duties for c in set_duty(tree, d)])
    assert refused.value.code == code
    assert read_tree(Workspace(tmp_path).ledger) == {}


@pytest.mark.parametrize(("adds", "whole", "parts"), [
    ("sum", "0.3", ("0.1", "0.2")), ("sum", "1e20", ("1", "99999999999999999999")), ("mean", "1", ("0.5", "1", "1.5")),
    ("weakest", "0.1", ("0.10", "7"))])
def test_targets_add_up_exactly_in_decimals(tmp_path, adds, whole, parts):
    """0.1 + 0.2 is not 0.3 in binary, and twenty-one digits do not fit into a float."""
    top = a("A", adds=adds, goal=goal(whole))
    tree, _ = change(node(tmp_path), lambda tree: [c for d in (top, *(a(f"P{i}", parent="A", goal=goal(v)) for i, v in enumerate(parts)))
                                                   for c in set_duty(tree, d)])
    assert len(tree) == 1 + len(parts)


def test_a_rehearsal_leaves_no_trace(tmp_path):
    context = Context(Workspace(tmp_path / "n"), clock=lambda: NOON, dry_run=True)
    tree, changes = change(context, lambda tree: set_duty(tree, a("A")))
    assert (list(tree), len(changes)) == (["A"], 1)
    assert not (tmp_path / "n").exists()


def test_words_erased_from_the_record_leave_a_duty_that_says_so_and_a_ledger_that_verifies(tmp_path):
    from jingwei.coordination.record.sources import StoreRecord
    from jingwei.coordination.record.verifier import verify

    context = node(tmp_path)
    change(context, lambda tree: set_duty(tree, a("A", text=Text("王某某的事", "the matter of a person"), evidence="verdict I4.1.netizens = met")))
    ledger = context.workspace.ledger
    ledger.erase("duty:A", "local", NOON)
    (kept,) = read_tree(ledger).values()
    assert (kept.duty.text, kept.duty.evidence, kept.erased) == (ERASED, "", True)
    assert "王某某".encode() not in b"".join(e for _, e in ledger.entries())
    with ledger.store.read() as connection:
        assert not verify(StoreRecord(ledger, connection)).findings

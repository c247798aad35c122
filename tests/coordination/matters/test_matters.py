"""A matter is opened once a cause, whoever looks and however often; it goes up in time; a decision that changes nothing is said to."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from jingwei.coordination.duties.model import Duty, Kept
from jingwei.coordination.duties.proof import Answer
from jingwei.coordination.duties.standing import stand
from jingwei.coordination.matters import rules
from jingwei.coordination.matters.effects import effect, expect
from jingwei.coordination.matters.fold import code_of, fold
from jingwei.coordination.matters.model import Cause, Decision, Expected, Matter
from jingwei.coordination.matters.records import (
    checked,
    common_superior,
    decided,
    keep,
    overdue,
    read_matters,
    surfaced,
)
from jingwei.coordination.observations.model import Figure, Held
from jingwei.coordination.targets.model import Verdict
from jingwei.coordination.targets.registry import TARGETS
from jingwei.doors.cli import program
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import CHINA
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Event
from jingwei.kernel.people import Organisation, Organisations
from jingwei.kernel.problems import Problem
from jingwei.kernel.told import Told, told
from jingwei.kernel.workspace import Workspace

START = datetime(2025, 3, 3, 9, tzinfo=CHINA)
ORGANISATIONS = Organisations(
    Organisation(i, Text(i, i), kind, level, place, parent) for i, kind, level, place, parent in (
        ("government", "committee", "province", "330000", None), ("bureau", "bureau", "province", "330000", "government"),
        ("edu", "department", "province", "330000", "government"), ("city", "committee", "city", "330100", "government"),
        ("city_edu", "department", "city", "330100", "city"), ("city_health", "department", "city", "330100", "city")))


TODAY = START.date()


def cause(n: int, day: date = TODAY, blocked: int = 1) -> Cause:
    return Cause(f"red_line/{n}", "red_line", f"entry:{n}", day, blocked, Text("越线", "crossed"), "netizens" if n % 2 else "")


class Matters(RuleBasedStateMachine):
    """Causes come and go, days pass, somebody decides, somebody checks."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.now = START
        self.there: set[int] = set()
        self.ever: set[int] = set()
        self.seen: dict[str, Matter] = {}

    @property
    def context(self) -> Context:
        return Context(Workspace(self.folder), clock=lambda: self.now)

    @rule(n=st.integers(0, 5))
    def appears(self, n):
        self.there.add(n)

    @rule(n=st.integers(0, 5))
    def goes(self, n):
        self.there.discard(n)

    @rule(days=st.integers(1, 30))
    def days_pass(self, days):
        self.now += timedelta(days=days)

    @rule(times=st.integers(1, 3))
    def look(self, times):
        for _ in range(times):
            with self.context.workspace.store.write():
                before = read_matters(self.context.workspace.ledger)
                turns = surfaced(before, [cause(n) for n in self.there for _ in range(2)], self.now.date())
                middle = keep(self.context, before, turns)
                late = overdue(middle, {code_of(cause(1).key): ["city_edu", "city_health"]}, ORGANISATIONS, self.now.date())
                self.seen = keep(self.context, middle, late)
        self.ever |= self.there
        assert {code for code, m in self.seen.items() if not m.closed} == {code_of(cause(n).key) for n in self.there}

    @rule(n=st.integers(0, 5), with_measure=st.booleans())
    def decide(self, n, with_measure):
        matter = self.seen.get(code_of(cause(n).key))
        if matter is None:
            return
        expected = Expected("netizens", "CN", 2024, (2025, 2026), (Decimal("11.0"), Decimal("11.1")), (Decimal("11.2"), Decimal("11.4"))) if with_measure else None
        try:
            turn = decided(matter, "决定如此", ["A", "B"], expected)
        except Problem:
            assert matter.phase != "open"
            return
        self.seen = keep(self.context, self.seen, [turn])
        assert self.seen[matter.code].decision is not None
        assert self.seen[matter.code].decision.expected == expected

    @rule(n=st.integers(0, 5), outcome=st.sampled_from(["moved", "unchanged", "worse"]))
    def check(self, n, outcome):
        matter = self.seen.get(code_of(cause(n).key))
        if matter is not None and matter.decision is not None:
            self.seen = keep(self.context, self.seen, checked(matter, outcome, "2026:12.1"))
            assert checked(self.seen[matter.code], outcome, "2026:12.1") == []

    @invariant()
    def once_a_cause(self):
        opened = [e.facts["cause"] for e in told(self.context.workspace.ledger, "matter") if e.kind == "matter.opened"]
        assert sorted(opened) == sorted(cause(n).key for n in self.ever)

    @invariant()
    def replay_from_empty_gives_the_same(self):
        ledger = Workspace(self.folder).ledger
        everything = told(ledger, "matter")
        assert read_matters(ledger) == self.seen
        half = len(everything) // 2
        assert fold(everything[half:], fold(everything[:half])) == self.seen

    @invariant()
    def undecided_matters_have_a_last_day(self):
        assert all(m.due is not None or m.phase != "open" or self.now.year > 2025 for m in self.seen.values())

    def teardown(self):
        Workspace(self.folder).store.close()
        shutil.rmtree(self.folder)


TestMatters = Matters.TestCase
TestMatters.settings = settings(max_examples=20, stateful_step_count=20)


def test_many_who_look_at_once_open_one_matter(node):
    context = Context(node, clock=lambda: START)

    def look() -> None:
        keep(context, {}, surfaced({}, [cause(1), cause(2)], START.date()))  # each believes to be the first

    threads = [Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(e.kind for e in told(node.ledger, "matter")) == ["matter.opened"] * 2
    assert len(read_matters(node.ledger)) == 2


def test_a_matter_nobody_decides_goes_up_by_working_days_to_the_bureau_and_the_common_superior():
    """Ten working days from 3 March 2025 end on 17 March; ten more from 18 March on 1 April; there it stays."""
    context = Context(Workspace(Path("nowhere")), clock=lambda: START, dry_run=True)
    matters = keep(context, {}, surfaced({}, [cause(1)], START.date()))
    (code,) = matters
    between = {code: ["city_edu", "edu"]}
    assert (matters[code].level, matters[code].due) == ("negotiation", date(2025, 3, 17))
    assert overdue(matters, between, ORGANISATIONS, date(2025, 3, 17)) == []
    for day, level, due, to in ((date(2025, 3, 18), "bureau", date(2025, 4, 1), "bureau"), (date(2025, 4, 2), "superior", date(2025, 4, 17), "government")):
        matters = keep(context, matters, overdue(matters, between, ORGANISATIONS, day))
        assert (matters[code].level, matters[code].due, matters[code].to) == (level, due, to)
    assert overdue(matters, between, ORGANISATIONS, date(2025, 12, 1)) == []
    assert not Path("nowhere").exists()


@pytest.mark.parametrize(("concerned", "superior"), [
    (["city_edu", "city_health"], "city"), (["city_edu", "edu"], "government"), (["city_edu"], "city"), (["government", "edu"], ""), (["city_edu", "nobody"], ""), ([], "")])
def test_the_common_superior_is_the_lowest_above_all(concerned, superior):
    assert common_superior(ORGANISATIONS, concerned) == superior


def test_what_blocks_most_for_longest_comes_first():
    opened = [Matter(f"M-{i}", cause(i, START.date() - timedelta(days=days), blocked), START.date()) for i, (blocked, days) in enumerate(((1, 99), (10, 4), (3, 29)))]
    assert [m.weight(START.date()) for m in opened] == [100, 50, 90]


# The rules


def entry(position: int, kind: str, hours: int = 0, **facts: object) -> Told:
    return Told(position, (START + timedelta(hours=hours)).isoformat(), kind, facts, {})


def test_an_action_that_died_half_way_is_a_matter_and_one_that_ended_or_still_runs_is_not():
    same = {"action": "observe", "input": "sha256:1"}
    events = [entry(0, "action.begun", **same), entry(1, "action.begun", 1, **same), entry(2, "action.done", 2, **same),
              entry(3, "action.begun", action="x", input="1"), entry(4, "action.failed", action="x", input="1"), entry(5, "action.begun", 30, action="y", input="1")]
    found = list(rules.stalled_actions(events, START + timedelta(hours=40)))
    assert [c.key for c in found] == ["action_stalled/0"], "the second attempt ended; the first never did"
    assert list(rules.stalled_actions(events[:1], START + timedelta(hours=23))) == []


@pytest.mark.parametrize(("deadline", "holds", "opens"), [
    (date(2025, 3, 17), False, True), (date(2025, 3, 18), False, False), (date(2025, 3, 2), False, True), (date(2025, 3, 2), None, True),
    (date(2025, 3, 3), None, False), (date(2025, 3, 2), True, False)])
def test_a_duty_is_a_matter_ten_working_days_before_its_deadline_or_once_overdue_even_if_nobody_can_tell(deadline, holds, opens):
    """The tenth working day after Monday 3 March 2025 is Monday 17 March."""
    class Said:
        def holds(self, evidence: str) -> Answer:
            assert evidence
            return Answer(holds, Text("看到", "seen"))

    tree = {c: Kept(Duty(c, "O.1", Text("事", "thing"), "bureau", d, parent=p, evidence="verdict I4.1.netizens = met"))
            for c, d, p in (("TOP", date(2026, 1, 1), ""), ("A", deadline, "TOP"))}
    found = {c.about: c.blocked for c in rules.late_duties(stand(tree, Said(), TODAY), TODAY)}
    assert found == ({"duty:A": 2} if opens else {})


def test_a_red_line_is_a_matter_at_once_and_an_invented_one_is_labelled():
    events = [entry(7, "redline.crossed", line="export", cases=12), entry(8, "redline.crossed", line="late_report", synthetic=True), entry(9, "redline.drawn", line="x")]
    assert [(c.key, c.blocked, c.synthetic) for c in rules.red_lines(events)] == [("red_line/7", 12, False), ("red_line/8", 1, True)]


def test_a_finding_that_holds_figures_is_a_matter_until_it_is_released_or_declared():
    held = Held("jump-1", "jump", "netizens", "CN", Text("两个来源", "two sources"), ("a", "b"))
    found = list(rules.held_findings([held, replace(held, id="2", known=True), replace(held, id="3", released="查实")], START.date()))
    assert [(c.key, c.blocked, c.measure) for c in found] == [("finding_held/jump-1", 2, "netizens")]


def test_a_target_is_off_track_when_missed_or_less_likely_than_not():
    base = Verdict(TARGETS[0], "not_assessable", Text("到期", "due"))
    verdicts = [replace(base, word="missed"), replace(base, target=TARGETS[1], probability=0.49), replace(base, target=TARGETS[2], probability=0.5), base]
    assert [c.about for c in rules.off_track(verdicts, {}, START.date())] == [f"target:{t.code}" for t in TARGETS[:2]]


# Decisions


def figure(year: int, value: float, last_place: float = 0.1) -> Figure:
    return Figure(f"f{year}", "netizens", "CN", str(year), value, last_place, "100M persons", "observed", "s", "v")


ASIDE = Expected("netizens", "CN", 2024, (2025, 2026), (Decimal("11.0"), Decimal("11.1")), (Decimal("11.2"), Decimal("11.4")))


@pytest.mark.parametrize(("figures", "outcome"), [
    ([], "not_yet"), ([figure(2024, 15)], "not_yet"), ([figure(2025, 11.1)], "unchanged"), ([figure(2025, 11.5)], "moved"), ([figure(2025, 10.5)], "worse"),
    ([figure(2025, 11.25)], "unchanged"), ([figure(2025, 11.25, 0.01)], "moved"), ([figure(2025, 11.5), figure(2026, 11.3)], "unchanged"), ([figure(2030, 11.5)], "moved")])
def test_only_a_later_figure_beyond_the_interval_and_beyond_rounding_shows_that_a_decision_moved_something(figures, outcome):
    assert effect(Decision(START.date(), "x", (), ASIDE), figures)[0] == outcome


def test_a_decision_without_a_number_has_no_effect_that_could_be_known():
    assert effect(Decision(START.date(), "x", (), None), [figure(2025, 15)]) == ("not_yet", "")


@given(st.floats(0.001, 1e9), st.floats(0.001, 1e6))
def test_where_nothing_is_forecast_the_interval_is_the_figure_with_what_rounding_hides(value, last_place):
    expected = expect("netizens", "330000", [figure(2024, value, last_place)], None)
    assert expected is not None
    low, high = expected.interval(2030)
    assert low <= Decimal(repr(value)) <= high
    assert high - low == Decimal(f"{Decimal(repr(last_place)):f}")


# The whole walk


def call(workspace: Workspace, *words: str, language: str = "en", as_json: bool = True):
    done = CliRunner().invoke(program("zh" if language == "zh" else "en"), [*words, *(["--json"] if as_json else []), "--workspace", str(workspace.folder)])
    assert done.exit_code == 0, done.output + repr(done.exception)
    return json.loads(done.stdout) if as_json else done.output


@pytest.fixture
def on(monkeypatch):
    def set_day(day: str) -> None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(datetime.fromisoformat(f"{day}T09:00:00+08:00").timestamp())))

    return set_day


def test_from_an_overdue_duty_to_a_decision_that_changed_nothing(tmp_path, on):
    """The walk of a bureau: a duty slips, a matter opens, it is decided, a new duty is born, and next year's figure tells."""
    node = Workspace(tmp_path / "node")
    (tmp_path / "o.csv").write_text("id,name_zh,name_en,kind,level,place,parent\nbureau,省数据局,Bureau,bureau,province,330000,\n", encoding="utf-8")
    (tmp_path / "p.csv").write_text("code,clause,task,lead,deadline,place,measure,target,year,evidence\n"
                                    "A,I4.1,网民,bureau,2025-12-31,CN,netizens,12,2025,measure netizens CN 2025 >= 12\n", encoding="utf-8")
    on("2025-12-01")
    call(node, "duties", "import", str(tmp_path / "p.csv"), "--organisations", str(tmp_path / "o.csv"))
    assert "duty:A" not in {m["about"] for m in call(node, "matters") or []}
    call(node, "matters", "check")
    on("2025-12-22")
    rehearsed = call(node, "matters", "check", "--dry-run")
    told = call(node, "matters", "check")
    assert {**told, "written": False} == rehearsed
    on("2026-03-02")
    again = call(node, "matters", "check")
    assert again["opened"] == 0, "overdue is the same cause as nearly overdue"
    (matter,) = [m for m in call(node, "matters") if m["about"] == "duty:A"]
    assert matter["weight"] == matter["blocked"] * matter["days"]
    made = call(node, "matters", "decide", matter["code"], "--decision", "办好网络普及", "--duty", "A", "--lead", "bureau", "--deadline", "2026-12-31",
                "--evidence", "measure netizens CN 2026 >= 12")
    assert made["duties"] == ["A", f"{matter['code']}.1"]
    assert call(node, "duties", "show", f"{matter['code']}.1")["text"] == "办好网络普及"
    low, high = made["expected"]["low"], made["expected"]["high"]
    assert "办好网络普及".encode() not in b"".join(e for _, e in node.ledger.entries())
    assert call(node, "matters", "check")["outcomes"] == {}
    (tmp_path / "own.csv").write_text(f"measure,place,period,value,unit,source,vintage,status\nnetizens,CN,2026,{(low + high) / 2:.3f},100M persons,own,1,observed\n")
    on("2027-03-01")
    call(node, "observe", str(tmp_path / "own.csv"))
    assert call(node, "matters", "check")["outcomes"] == {matter["code"]: "unchanged"}
    assert call(node, "matters", "check")["outcomes"] == {}, "told once"
    for language, words in (("zh", "决定之后没有变化"), ("en", "the decision changed nothing")):
        assert words in call(node, "matters", "show", matter["code"], language=language, as_json=False)


def test_a_decision_is_refused_with_what_to_do_instead(tmp_path):
    node = Workspace(tmp_path / "node")
    call(node, "matters", "check")
    code = call(node, "matters")[0]["code"]
    size = node.ledger.size()
    for words in ((code, "--decision", " "), ("M-1", "--decision", "x"), (code, "--decision", "x", "--lead", "bureau"), (code, "--decision", "x", "--duty", "none"),
                  (code, "--decision", "x", "--measure", "nothing"), (code, "--decision", "x", "--lead", "nobody", "--deadline", "2026-12-31")):
        refused = CliRunner().invoke(program("en"), ["matters", "decide", *words, "--workspace", str(node.folder)])
        assert isinstance(refused.exception, Problem), words
        assert refused.exception.remedy
    assert {e.kind for e in told(node.ledger, "matter")} == {"matter.opened"}
    assert node.ledger.size() == size + 2 * 6, "each attempt is on record as begun and failed"


def test_a_red_line_in_the_ledger_becomes_a_matter_and_stays_one_after_many_checks(node):
    node.ledger.append(Event("redline.crossed", START, "local", {"line": "late_report", "cases": 7}))
    first = call(node, "matters", "check")
    assert call(node, "matters", "check")["opened"] == 0
    (matter,) = [m for m in call(node, "matters") if m["rule"] == "red_line"]
    assert (matter["blocked"], first["matters"]) == (7, len(call(node, "matters")))

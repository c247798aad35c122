"""A red line signed beforehand is found crossed once an offence; then nothing in its room reads met until a decision lifts it."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from litestar.testing import TestClient

from jingwei import plan
from jingwei.coordination.duties.evidence import parse
from jingwei.coordination.duties.proof import Answer, world
from jingwei.coordination.evaluation.ask import Evaluate
from jingwei.coordination.evaluation.compute import evaluated
from jingwei.coordination.matters.rules import red_lines
from jingwei.coordination.redlines.crossing import turn
from jingwei.coordination.redlines.fold import caps, fold
from jingwei.coordination.redlines.model import CheckRedLines, LiftRedLine, RedLine, SignRedLine, WithdrawRedLine
from jingwei.coordination.redlines.records import caps_now, read_lines
from jingwei.coordination.targets.model import AskTargets, Cap, GoalVerdict, Verdict
from jingwei.coordination.targets.registry import TARGETS
from jingwei.coordination.targets.verdicts import capped, capped_goal, judge_goal
from jingwei.doors.portal.app import application
from jingwei.kernel.actions import Context, Result, replay, run
from jingwei.kernel.clock import CHINA
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Event
from jingwei.kernel.people import Principal, Role
from jingwei.kernel.problems import Problem
from jingwei.kernel.receipts import NAME, Receipt
from jingwei.kernel.told import told
from jingwei.kernel.workspace import Workspace

START = datetime(2025, 6, 2, 9, tzinfo=CHINA)
ACTIONS = {" ".join(a.path): a for p in plan.pillars() for a in p.actions}
LATE = "events incident.reported late=true count >= 1"


def do(context: Context, name: str, given: object) -> Result:
    return run(ACTIONS[name], context, given)


def sign(context: Context, code: str = "late_report", room: str = "F1", when: str = LATE) -> None:
    do(context, "redlines sign", SignRedLine(code, room, when, "Order 1 of 2025"))


def check(context: Context) -> Result:
    return do(context, "redlines check", CheckRedLines())


def lift(context: Context, code: str = "late_report") -> None:
    do(context, "redlines lift", LiftRedLine(code, "inspected"))


def offend(context: Context, **more: object) -> int:
    return context.workspace.ledger.append(Event("incident.reported", context.clock(), "local", {"late": True, **more}))


@pytest.fixture
def context(tmp_path) -> Context:
    return Context(Workspace(tmp_path / "n"), clock=lambda: START)


# Crossings


def test_each_offending_entry_crosses_the_line_once_however_often_and_by_how_many_it_is_looked_for(node):  # on both databases
    context = Context(node, clock=lambda: START)
    before = offend(context)
    sign(context)
    first = offend(context, cases=40)
    context.workspace.ledger.append(Event("incident.reported", START, "local", {"late": False}))
    context.workspace.ledger.append(Event("incident.reported_elsewhere", START, "local", {"late": True}))
    lookers = [Thread(target=check, args=(context,)) for _ in range(4)]
    for one in lookers:
        one.start()
    for one in lookers:
        one.join()
    second = offend(context)
    assert [f["entry"] for f in check(context).data["crossed"]] == [second]
    assert check(context).data["crossed"] == []
    crossed = told(context.workspace.ledger, "redline")[1:]
    assert [(e.facts["entry"], e.facts["cases"], e.facts["room"]) for e in crossed] == [(first, 40, "F1"), (second, 1, "F1")]
    assert before not in {e.facts["entry"] for e in crossed}, "nobody crosses a line that is not there yet"


def test_a_line_of_three_is_crossed_by_the_third_and_every_one_after_it(context):
    sign(context, when="events incident.reported late=true count >= 3")
    entries = [offend(context) for _ in range(4)]
    assert [f["entry"] for f in check(context).data["crossed"]] == entries[2:]


def test_a_rehearsal_finds_the_crossing_and_records_nothing(context):
    sign(context)
    offend(context)
    size = context.workspace.ledger.size()
    found = do(Context(context.workspace, clock=lambda: START, dry_run=True), "redlines check", CheckRedLines()).data
    assert (len(found["crossed"]), found["written"]) == (1, False)
    assert context.workspace.ledger.size() == size


def test_a_state_of_things_crosses_the_line_when_it_becomes_so_and_again_only_after_it_was_over(context):
    line = RedLine("few", "I4", "measure netizens CN 2025 <= 10", "", 0, START.date())
    query = parse(line.when)

    class World:
        def __init__(self, holds: bool | None) -> None:
            self.holds = holds

        def answer(self, query: object) -> Answer:
            return Answer(self.holds, Text("", ""))

    assert turn(line, query, World(True))[0] == "redline.crossed"
    assert turn(line, query, World(False)) is None
    assert turn(line, query, World(None)) is None
    crossed = RedLine(**{**{f: getattr(line, f) for f in line.__slots__}, "met": True})
    assert turn(crossed, query, World(True)) is None
    assert turn(crossed, query, World(None)) is None, "what is not assessable neither crosses nor ends it"
    assert turn(crossed, query, World(False))[0] == "redline.receded"
    sign(context, "fast", "I4", "measure netizens CN 2025 <= 12")
    assert [f["entry"] for f in check(context).data["crossed"]] == [None], "11.25 is below 12"
    assert check(context).data["crossed"] == []
    lift(context, "fast")
    assert check(context).data["crossed"] == [], "the same state does not cross it again once it was decided on"


@pytest.mark.parametrize(("when", "code"), [
    ("events redline.crossed count >= 1", "bad_red_line"), ("not (events redline.lifted count >= 1)", "bad_red_line"), ("events matter.opened count >= 1", "bad_evidence"),
    ("whatever", "bad_evidence"), ("verdict F1.1.stations = capped", "bad_evidence")])
def test_a_condition_about_red_lines_themselves_or_none_at_all_is_refused(context, when, code):
    with pytest.raises(Problem) as caught:
        sign(context, when=when)
    assert caught.value.code == code
    assert caught.value.remedy


@pytest.mark.parametrize(("given", "code"), [
    (SignRedLine("Late Report", "C2", LATE, "x"), "bad_code"), (SignRedLine("late", "C9", LATE, "x"), "unknown_room"), (SignRedLine("late", "C2", LATE, " "), "no_reason")])
def test_a_line_without_a_proper_name_room_or_reason_is_refused_and_makes_no_entry(context, given, code):
    with pytest.raises(Problem) as caught:
        do(context, "redlines sign", given)
    assert caught.value.code == code
    assert not told(context.workspace.ledger, "redline")


def test_nobody_signs_or_lifts_alone_where_there_are_two(context):
    sign(context)
    offend(context)
    check(context)
    role = Role("keeper", Text("守线", "keeper"), frozenset({"redlines.sign", "redlines.lift"}))
    alone = Context(context.workspace, clock=lambda: START, principal=Principal(f"p-{'0' * 32}", "bureau", (role,)))
    for name, asked in (("redlines sign", SignRedLine("other", "C2", LATE, "x")), ("redlines lift", LiftRedLine("late_report", "x")),
                        ("redlines withdraw", WithdrawRedLine("late_report", "x"))):
        with pytest.raises(Problem) as caught:
            do(alone, name, asked)
        assert caught.value.code == "second_person"
    assert caps_now(context)


def test_a_line_is_lifted_only_when_crossed_withdrawn_only_when_not_and_its_history_stays(context):
    sign(context)
    for name, asked, code in (("redlines lift", LiftRedLine("late_report", "x"), "not_crossed"), ("redlines lift", LiftRedLine("none", "x"), "unknown_red_line"),
                              ("redlines lift", LiftRedLine("late_report", ""), "no_reason")):
        with pytest.raises(Problem) as caught:
            do(context, name, asked)
        assert caught.value.code == code
    offend(context)
    check(context)
    with pytest.raises(Problem) as caught:
        do(context, "redlines withdraw", WithdrawRedLine("late_report", "x"))
    assert caught.value.code == "still_crossed"
    assert read_lines(context.workspace.ledger)["late_report"].state == "crossed"
    lift(context)
    line = read_lines(context.workspace.ledger)["late_report"]
    assert (line.state, line.decided, len(line.crossings), caps_now(context)) == ("lifted", "inspected", 1, ())
    offend(context)
    check(context)
    assert read_lines(context.workspace.ledger)["late_report"].state == "crossed", "lifting ends a breach, not the line"
    lift(context)
    do(context, "redlines withdraw", WithdrawRedLine("late_report", "replaced"))
    offend(context)
    assert check(context).data["crossed"] == []
    assert read_lines(context.workspace.ledger)["late_report"].state == "withdrawn"
    assert len(do(context, "redlines list", ACTIONS["redlines list"].input()).data["lines"][0]["crossings"]) == 2


def test_a_matter_is_opened_once_a_crossing_and_is_gone_when_it_is_lifted(context):
    sign(context)
    offend(context)
    check(context)
    causes = list(red_lines(told(context.workspace.ledger, "redline", words=False)))
    assert [c.rule for c in causes] == ["red_line"]
    lift(context)
    assert not list(red_lines(told(context.workspace.ledger, "redline", words=False)))
    offend(context)
    check(context)
    (again,) = red_lines(told(context.workspace.ledger, "redline", words=False))
    assert again.key != causes[0].key


# Caps


VERDICT = Verdict(TARGETS[0], "met", Text("到", "there"))
GOAL = plan.GOALS[0]


@given(st.lists(st.sampled_from(["met", "missed", "not_comparable", "not_established", "not_assessable"]), min_size=1, max_size=len(TARGETS)),
       st.sets(st.sampled_from([r.code for r in plan.ROOMS]), max_size=4))
def test_a_cap_takes_met_from_its_room_and_nothing_else_from_anybody(words, rooms):
    verdicts = [Verdict(t, w, Text("因", "so")) for t, w in zip(TARGETS, words, strict=False)]
    after = capped(verdicts, [Cap(room, "line", 7) for room in sorted(rooms)])
    for before, now in zip(verdicts, after, strict=True):
        if before.word == "met" and plan.clause(before.target.clause).room in rooms:
            assert now.word == "capped"
            assert "line" in now.reason.en
            assert "7" in now.reason.zh
        else:
            assert now is before
    for goal in plan.GOALS:
        was, now = (capped_goal(goal, judge_goal(goal, v, {}), c) for v, c in ((verdicts, []), (after, [Cap(room, "line", 7) for room in sorted(rooms)])))
        assert now.word != "met" or not rooms & {plan.clause(c).room for c in goal.clauses}
        assert now.word == was.word or (was.word, now.word) == ("met", "capped")


def test_a_goal_all_of_whose_targets_are_met_is_capped_by_a_line_of_any_room_it_bears_on():
    under = [Verdict(t, "met", Text("", "")) for t in TARGETS if t.goal == GOAL.number]
    assert judge_goal(GOAL, under, {}).word == "met"
    for code in GOAL.clauses:
        cap = Cap(plan.clause(code).room, "line", 3)
        assert capped_goal(GOAL, judge_goal(GOAL, capped(under, [cap]), {}), [cap]).word == "capped"
    other = Cap("E2", "line", 3)
    assert capped_goal(GOAL, GoalVerdict(GOAL.number, "met", Text("", "")), [other]).word == "met"


def words_of(context: Context, room: str = "F1") -> Counter[str]:
    fresh = Context(context.workspace, clock=context.clock, memory=context.memory)
    return Counter(v.word for v in evaluated(fresh, Evaluate()).verdicts if plan.clause(v.target.clause).room == room)


def test_no_target_of_the_room_reads_met_while_its_line_stands_crossed_and_all_do_again_once_it_is_lifted(context):
    free = words_of(context)
    assert free["met"] > 0
    sign(context)
    assert words_of(context) == free
    offend(context, synthetic=True)
    check(context)
    assert words_of(context) == free, "an invented crossing caps nothing"
    assert do(context, "targets", AskTargets("capped")).data == []
    offend(context)
    check(context)
    held = words_of(context)
    assert (held["met"], held["capped"]) == (0, free["met"])
    assert words_of(context, "I4") == words_of(Context(Workspace(context.workspace.folder.parent / "other"), clock=context.clock), "I4")
    assert len(do(context, "targets", AskTargets("capped")).data) == free["met"]
    report = run(ACTIONS["evaluate"], Context(context.workspace, clock=context.clock, memory=context.memory), Evaluate()).report
    assert f"{free['met']} met, capped" in report
    assert "red line late_report was crossed" in report
    lift(context)
    assert words_of(context) == free


def test_evidence_of_a_duty_looks_at_the_figures_and_not_at_the_cap(context):
    target = next(v.target.code for v in evaluated(context, Evaluate()).verdicts if v.word == "met" and v.target.clause.startswith("F1"))
    sign(context)
    offend(context)
    check(context)
    assert world(context).holds(f"verdict {target} = met").holds is True


def test_a_result_made_before_and_one_made_after_a_crossing_both_replay(context, tmp_path):
    def made() -> Receipt:
        result = run(ACTIONS["evaluate"], Context(context.workspace, clock=context.clock, memory=context.memory), Evaluate())
        return Receipt.read(next(d for d in result.documents if d.name == NAME))

    receipts = [made()]
    sign(context)
    offend(context)
    check(context)
    receipts.append(made())
    lift(context)
    receipts.append(made())
    assert receipts[0].outputs != receipts[1].outputs != receipts[2].outputs == receipts[0].outputs
    for receipt in receipts:
        assert replay(receipt, ACTIONS["evaluate"], Context(context.workspace), tmp_path).identical


@pytest.mark.parametrize(("language", "capped_word", "line"), [("zh", "达到但触红线", "红线守住了吗"), ("en", "met, capped", "Do the red lines hold")])
def test_the_pages_say_what_is_capped_why_and_where_it_is_written(tmp_path_factory, language, capped_word, line):
    there = Context(Workspace(tmp_path_factory.mktemp("crossed") / "n"))
    with TestClient(application(there.workspace)) as portal:
        assert capped_word not in portal.get(f"/{language}/targets").text
        assert line in portal.get(f"/{language}/redlines").text
        sign(there)
        entry = offend(there)
        offend(there, synthetic=True)
        check(there)
        targets, home, room = (portal.get(f"/{language}{path}").text for path in ("/targets", "", "/room/F1"))
        assert all(capped_word in page for page in (targets, room))
        assert all(f'href="/{language}/redlines"' in page and "late_report" in page for page in (home, room))
        page = portal.get(f"/{language}/redlines").text
        assert all(said in page for said in ("late_report", "Order 1 of 2025", f"{entry}", "incident.reported late=true count &gt;= 1"))
        assert ("合成事件，不封顶" if language == "zh" else "synthetic event, caps nothing") in page
        assert "late_report" in portal.get(f"/{language}/data/targets.csv").text
        lift(there)
        assert capped_word not in portal.get(f"/{language}/targets").text
        assert "late_report" not in portal.get(f"/{language}").text
        assert "late_report" not in portal.get(f"/{language}/data/targets.csv").text


# Any order of things


class Lines(RuleBasedStateMachine):
    """Lines are signed, offended against for real or not, checked, lifted and withdrawn; the rules held against a second bookkeeping."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.now = START
        self.signed: dict[str, tuple[int, bool]] = {}
        self.offences: dict[int, bool] = {}
        self.crossed: dict[tuple[str, int], bool] = {}
        self.open: set[tuple[str, int]] = set()
        self.missed: dict[str, set[int]] = {}
        self.context = Context(Workspace(self.folder), clock=lambda: self.now)

    @rule(code=st.sampled_from(["a", "b"]))
    def is_signed(self, code):
        sign(self.context, code, {"a": "F1", "b": "C2"}[code])
        if code not in self.signed or self.signed[code][1]:
            self.missed[code] = set()
            self.signed[code] = (self.context.workspace.ledger.size(), False)

    @rule(invented=st.booleans())
    def offends(self, invented):
        entry = offend(self.context, **({"synthetic": True} if invented else {}))
        self.offences[entry] = invented
        for code, (_, gone) in self.signed.items():
            if not gone:
                self.missed[code].add(entry)

    @rule()
    def is_checked(self):
        self.now += timedelta(hours=1)
        found = check(self.context).data["crossed"]
        expected = {(code, e) for code, entries in self.missed.items() if not self.signed[code][1] for e in entries}
        assert sorted((f["line"], f["entry"]) for f in found) == sorted(expected)
        self.open |= expected
        self.crossed |= {one: self.offences[one[1]] for one in expected}
        for code in self.missed:
            self.missed[code] = set()

    @rule(code=st.sampled_from(["a", "b"]))
    def is_lifted(self, code):
        mine = {one for one in self.open if one[0] == code}
        if mine:
            lift(self.context, code)
            self.open -= mine

    @rule(code=st.sampled_from(["a", "b"]))
    def is_withdrawn(self, code):
        real = [one for one in self.open if one[0] == code and not self.crossed[one]]
        if code in self.signed and not real:
            do(self.context, "redlines withdraw", WithdrawRedLine(code, "over"))
            self.signed[code] = (self.signed[code][0], True)
            self.missed[code] = set()

    @invariant()
    def every_offence_crossed_once_and_only_real_open_ones_cap(self):
        if not self.context.workspace.store.exists():
            return
        events = told(self.context.workspace.ledger, "redline")
        lines = fold(events)
        there = [(line.code, c.entry) for line in lines.values() for c in line.crossings]
        assert sorted(there) == sorted(self.crossed)
        assert {cap.line for cap in caps(lines)} == {code for code, e in self.open if not self.offences[e]}
        assert caps_now(self.context) == caps(lines) == caps(fold(told(Workspace(self.folder).ledger, "redline")))
        assert {c.about for c in red_lines(events)} == {f"entry:{c.position}" for line in lines.values() for c in line.crossings if c.lifted is None}

    def teardown(self):
        shutil.rmtree(self.folder)


TestLines = Lines.TestCase
TestLines.settings = settings(max_examples=20, stateful_step_count=15, deadline=None)

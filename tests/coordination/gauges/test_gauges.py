"""The four gauges move as they must, by exactly the share of what changed; what is invented never reaches what is published."""

from __future__ import annotations

import json
import math
import random
from collections import defaultdict
from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from litestar.testing import TestClient
from scipy.integrate import quad
from scipy.special import beta as beta_function

from jingwei.coordination.gauges.across import across, read
from jingwei.coordination.gauges.across import fold as fold_needs
from jingwei.coordination.gauges.interval import interval
from jingwei.coordination.gauges.model import GAUGES, STATES, Gauge, Item, Reading
from jingwei.coordination.gauges.reading import Events, gauge, reading
from jingwei.coordination.matters.effects import expect
from jingwei.coordination.matters.model import Cause
from jingwei.coordination.matters.records import checked, decided, keep, overdue, read_matters, surfaced
from jingwei.coordination.observations.model import Figure
from jingwei.doors.cli import program
from jingwei.doors.portal.app import application
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import CHINA
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Event
from jingwei.kernel.people import Organisations
from jingwei.kernel.told import Told
from jingwei.kernel.workspace import Workspace

NOW = datetime(2025, 6, 10, 15, tzinfo=CHINA)
TODAY = NOW.date()
DAY = timedelta(days=1)
SILENCE = timedelta(days=1)


def events(*said: tuple[str, dict[str, object]] | tuple[str, dict[str, object], datetime]) -> list[Told]:
    return [Told(i, (rest[0] if rest else NOW).isoformat(), kind, facts, {}) for i, (kind, facts, *rest) in enumerate(said)]


def need(n: int, asker: str = "edu", holder: str = "police", **more: object) -> tuple[str, dict[str, object]]:
    return "need.declared", {"need": f"N{n}", "asker": asker, "holder": holder, "evidence": f"E{n}", "days": 10, **more}


def asked(n: int, request: str, due: date | str = TODAY + DAY, **more: object) -> tuple[str, dict[str, object]]:
    return "evidence.asked", {"need": f"N{n}", "request": request, "due": str(due), **more}


def met(request: str, at: datetime = NOW, by: str = "machine", *, reasked: bool = False, **more: object) -> tuple[str, dict[str, object], datetime]:
    return "evidence.met", {"request": request, "by": by, "reasked": reasked, **more}, at


def refused(request: str, at: datetime = NOW) -> tuple[str, dict[str, object], datetime]:
    return "evidence.refused", {"request": request}, at


def read_across(*said: tuple[str, dict[str, object]] | tuple[str, dict[str, object], datetime]) -> Gauge:
    return across(fold_needs(read(events(*said))[0]), TODAY, {})


def below(name: str, *, gone: bool = False) -> tuple[str, dict[str, object]]:
    return "node.below", {"node": name, "above": "n-0", "level": "city", "place": "330100", "gone": gone}


def results(name: str, at: datetime = NOW, **failed: str) -> list[tuple[str, dict[str, object], datetime]]:
    return [("node.tested", {"node": name, "above": "n-0", "test": t, "passed": t not in failed, "why": failed.get(t, "")}, at) for t in ("up", "back", "duty", "query")]


def read_down(*said: tuple[str, dict[str, object]] | tuple[str, dict[str, object], datetime], at: datetime = NOW) -> Gauge:
    return gauge(Events(nodes=events(*said)), at, SILENCE, {}).published[1]


def states(g: Gauge) -> list[str]:
    return [i.state for i in g.items]


# Across


def test_without_a_need_nothing_can_be_said():
    assert read_across().value is None
    assert read_across(need(1), ("need.withdrawn", {"need": "N1"})).value is None


@pytest.mark.parametrize(("came", "state"), [
    ([], "no"),
    ([asked(1, "r"), met("r")], "yes"),
    ([asked(1, "r", TODAY), met("r")], "yes"),
    ([asked(1, "r", TODAY - DAY), met("r")], "no"),
    ([asked(1, "r"), met("r", by="hand")], "no"),
    ([asked(1, "r"), met("r", reasked=True)], "no"),
    ([asked(1, "r"), refused("r")], "no"),
    ([asked(1, "r", TODAY - DAY)], "no"),
    ([asked(1, "r", TODAY)], "open_no"),
    ([asked(1, "r"), met("r"), asked(1, "q")], "open_yes"),
    ([asked(1, "r"), met("r"), asked(1, "q"), refused("q")], "no"),
    ([asked(1, "r", ""), met("r")], "open_no"),
    ([asked(1, "r", TODAY - 89 * DAY), met("r", NOW - 89 * DAY)], "yes"),
    ([asked(1, "r", TODAY - 90 * DAY), met("r", NOW - 90 * DAY)], "no"),
    ([asked(1, "r", TODAY - 90 * DAY), met("r", NOW - 90 * DAY, by="hand"), asked(1, "q"), met("q")], "yes"),
    ([asked(1, "r", TODAY - 200 * DAY), asked(1, "q"), met("q")], "no"),
    ([asked(1, "r"), refused("r"), met("r")], "no")], ids=lambda v: v if isinstance(v, str) else f"{len(v)}")
def test_a_need_is_met_by_machine_in_time_with_nothing_asked_again_in_the_last_90_days(came, state):
    assert states(read_across(need(1), *came)) == [state]


def test_a_pair_is_met_when_each_of_its_needs_is():
    good = (need(1), need(2), asked(1, "r"), met("r"))
    assert states(read_across(*good)) == ["no"]
    assert states(read_across(*good, asked(2, "q"), met("q"))) == ["yes"]
    assert len(read_across(*good, need(3, "police", "edu")).items) == 2, "who asks and who holds is not the same pair turned round"


def pairs(n: int) -> list[tuple[str, dict[str, object]] | tuple[str, dict[str, object], datetime]]:
    return [e for i in range(n) for e in (need(i, f"a{i}"), asked(i, f"r{i}"), met(f"r{i}"))]


@given(st.integers(1, 30), st.data())
def test_a_pair_that_is_cut_lowers_across_by_exactly_its_share(n, data):
    cut = data.draw(st.integers(0, n - 1))
    before, after = read_across(*pairs(n)), read_across(*pairs(n), asked(cut, "x", TODAY - DAY))
    assert Fraction(before.met, before.of) - Fraction(after.met, after.of) == Fraction(1, n)
    assert [i.key for i in after.items if i.state == "no"] == [f"a{cut}/police"]
    assert "x" in next(i for i in after.items if i.state == "no").reason.en


def test_an_event_that_cannot_be_read_is_named_and_never_counted():
    bad = events(need(1), need(2, "x", "x"), ("need.declared", {"need": "N3"}), asked(1, "r", "2025-13-01"), ("evidence.met", {"request": "r", "by": "magic"}))
    found = gauge(Events(bad), NOW, SILENCE, {})
    assert [u.entry for u in found.unread] == [1, 2, 3, 4]
    assert all(u.reason for u in found.unread)
    assert states(found.published[0]) == ["no"]


# Down


def test_without_a_node_below_nothing_can_be_said():
    assert read_down().value is None
    assert read_down(below("n-1"), below("n-1", gone=True)).value is None


def test_a_node_passes_only_with_all_four_tests_none_older_than_silence():
    assert states(read_down(below("n-1"), *results("n-1"))) == ["yes"]
    assert states(read_down(below("n-1"), *results("n-1")[:3])) == ["open_no"]
    assert states(read_down(below("n-1"))) == ["open_no"]
    assert "never tested" in read_down(below("n-1")).items[0].reason.en
    assert states(read_down(below("n-1"), *results("n-1", NOW - SILENCE))) == ["yes"]
    assert states(read_down(below("n-1"), *results("n-1", NOW - SILENCE - timedelta(seconds=1)), ("node.below", {"node": "n-2", "gone": True}))) == ["open_no"]
    assert states(read_down(below("n-1"), *results("n-1", query="late"), *results("n-1"))) == ["yes"], "the newest counts"


@given(st.integers(1, 20), st.data())
def test_a_node_that_goes_silent_lowers_down_by_exactly_its_share(n, data):
    lost = data.draw(st.integers(0, n - 1))
    good = [e for i in range(n) for e in (below(f"n-{i}"), *results(f"n-{i}"))]
    before, after = read_down(*good), read_down(*good, *results(f"n-{lost}", up="no_answer"))
    assert Fraction(before.met, before.of) - Fraction(after.met, after.of) == Fraction(1, n)
    failed = next(i for i in after.items if i.state == "no")
    assert (failed.key, failed.page) == (f"n-{lost}", f"node/n-{lost}")
    assert "no_answer" in failed.reason.en


# Coordinated and powerful, from the matters of a real node


def cause(n: int, measure: str = "", *, synthetic: bool = False) -> Cause:
    return Cause(f"red_line/{n}", "red_line", f"entry:{n}", date(2025, 3, 3), 1, Text("越线", f"crossed {n}"), measure, synthetic)


def test_matters_count_when_settled_or_due_and_well_only_without_escalation(node):  # on both databases
    now = [datetime(2025, 3, 3, 9, tzinfo=CHINA)]
    context = Context(node, clock=lambda: now[0])
    ledger = context.workspace.ledger
    every = [cause(n) for n in range(4)]
    keep(context, {}, surfaced({}, every, now[0].date()))

    def coordinated() -> Gauge:
        return reading(context).published[2]

    assert coordinated().value is None, "nothing is settled, nothing is due"
    matters = read_matters(ledger)
    keep(context, matters, [decided(next(m for m in matters.values() if m.cause == every[0]), "do it", [], None)])
    matters = read_matters(ledger)
    keep(context, matters, surfaced(matters, [every[0], *every[2:]], now[0].date()))
    assert (coordinated().met, coordinated().of) == (2, 2), "one decided, one whose cause is gone"
    now[0] += timedelta(days=30)
    matters = read_matters(ledger)
    assert (coordinated().met, coordinated().of) == (2, 4), "two are over their last day"
    keep(context, matters, overdue(matters, {}, Organisations([]), now[0].date()))
    matters = read_matters(ledger)
    keep(context, matters, surfaced(matters, [every[0]], now[0].date()))
    assert (coordinated().met, coordinated().of) == (2, 4), "passed on and then settled is not in time"
    matters = read_matters(ledger)
    keep(context, matters, surfaced(matters, every[:2], now[0].date()))
    assert states(coordinated()).count("waiting") == 1, "what came back has a term of its own"


def test_a_decision_that_changes_nothing_is_reported_as_such_and_lowers_powerful(tmp_path):
    context = Context(Workspace(tmp_path), clock=lambda: NOW)
    ledger = context.workspace.ledger
    keep(context, {}, surfaced({}, [cause(1, "netizens"), cause(2, "netizens"), cause(3)], TODAY))
    expected = expect("netizens", "CN", [Figure("f", "netizens", "CN", "2024", 11.0, 0.1, "100M persons", "observed", "s", "v")], None)
    for m in list(read_matters(ledger).values()):
        keep(context, read_matters(ledger), [decided(m, "act", [], expected if m.cause.measure else None)])
    powerful = reading(context).published[3]
    assert (powerful.value, states(powerful)) == (None, ["unknown", "unknown"]), "a decision without a number is none of them"
    one, two = (m for m in read_matters(ledger).values() if m.cause.measure)
    keep(context, read_matters(ledger), checked(one, "moved", "2026:12"))
    assert reading(context).published[3].value == 1
    assert reading(context).published[3].bounds == (1, 2, 2), "what is not known yet may go either way"
    keep(context, read_matters(ledger), checked(two, "unchanged", "2026:11"))
    powerful = reading(context).published[3]
    assert (powerful.met, powerful.of) == (1, 2)
    assert any("changed nothing" in i.reason.en and i.page == f"matter/{two.code}" for i in powerful.items)


# What is invented


@given(st.lists(st.sampled_from(range(12)), max_size=40))
def test_a_synthetic_event_never_reaches_a_published_gauge(picked):
    invented = [need(9, synthetic=True), asked(9, "z", synthetic=True), met("z", synthetic=True), need(0, "a0", synthetic=True), asked(0, "y", TODAY - DAY, synthetic=True),
                met("r1", synthetic=True), ("node.below", {"node": "n-9", "gone": False, "synthetic": True}),
                ("node.tested", {"node": "n-1", "test": "up", "passed": False, "synthetic": True}, NOW + 5 * DAY),
                ("matter.opened", {"matter": "M-9", "due": "2025-01-01", "synthetic": True}), ("matter.decided", {"matter": "M-9", "measure": "netizens", "duties": []}),
                ("matter.checked", {"matter": "M-9", "outcome": "moved", "seen": "2025:1"}), ("matter.closed", {"matter": "M-9"})]
    real = [*pairs(2), need(7), below("n-1"), *results("n-1"), ("matter.opened", {"matter": "M-1", "due": "2025-01-01"}), ("matter.closed", {"matter": "M-1"})]
    mixed = [*real, *(invented[i] for i in picked)]
    without, with_ = folded(events(*real)), folded(events(*mixed))
    assert with_.published == without.published
    assert (with_.invented is not None) == bool(set(picked) - {9, 10, 11}), "what only follows on an invented matter says nothing without it"
    assert without.invented is None


def folded(every: list[Told]) -> Reading:
    def of(*rooms: str) -> list[Told]:
        return [e for e in every if e.kind.partition(".")[0] in rooms]

    return gauge(Events(of("need", "evidence"), of("node"), of("matter")), NOW, SILENCE, {})


# Replay


SAID = st.one_of(
    st.builds(need, st.integers(0, 3), st.sampled_from(["a", "b"]), st.sampled_from(["c", "d"])),
    st.builds(lambda n: ("need.withdrawn", {"need": f"N{n}"}), st.integers(0, 3)),
    st.builds(lambda n, r, d: asked(n, f"r{r}", TODAY + d * DAY), st.integers(0, 3), st.integers(0, 5), st.integers(-100, 5)),
    st.builds(lambda r, by, again: met(f"r{r}", by=by, reasked=again), st.integers(0, 5), st.sampled_from(["machine", "hand"]), st.booleans()),
    st.builds(lambda r: refused(f"r{r}"), st.integers(0, 5)),
    st.builds(lambda n, gone: below(f"n-{n}", gone=gone), st.integers(0, 3), st.booleans()),
    st.builds(lambda n, t, ok: ("node.tested", {"node": f"n-{n}", "above": "n-0", "test": t, "passed": ok, "why": ""}), st.integers(0, 3),
              st.sampled_from(["up", "back", "duty", "query"]), st.booleans()),
    st.builds(lambda n, due: ("matter.opened", {"matter": f"M-{n}", "due": due}), st.integers(0, 3), st.sampled_from(["2025-06-01", "2025-06-30", ""])),
    st.builds(lambda n, kind: (f"matter.{kind}", {"matter": f"M-{n}", "due": "2025-06-30", "measure": "netizens", "outcome": "moved", "seen": "2026:1"}), st.integers(0, 3),
              st.sampled_from(["closed", "returned", "escalated", "decided", "checked"])))


def subject(said: tuple[object, ...]) -> object:
    """Of whom an event tells: events about different ones may come in any order, those about one may not."""
    kind, facts = said[0], said[1]
    assert isinstance(facts, dict)
    if kind in ("node.tested", "need.declared", "need.withdrawn"):
        return str(kind)[:4], facts.get("node"), facts.get("test"), facts.get("need")
    if str(kind).startswith("evidence."):
        return kind == "evidence.asked", facts["request"]
    return str(kind)[:6], facts.get("matter", facts.get("node"))


@given(st.lists(SAID, max_size=40), st.integers(0, 2**32))
def test_orders_that_do_not_matter_do_not_matter(said, seed):
    told, lines = events(*said), defaultdict(list)
    for one, event in zip(said, told, strict=True):
        lines[subject(one)].append(event)
    lot, mixed = random.Random(seed), []
    while lines:
        of = lot.choice(sorted(lines, key=str))
        mixed.append(lines[of].pop(0))
        if not lines[of]:
            del lines[of]
    assert folded(mixed) == folded(told)


@given(st.lists(SAID, max_size=25))
def test_the_ledger_read_again_from_its_first_entry_gives_the_same_gauges(tmp_path_factory, said):
    workspace = Workspace(tmp_path_factory.mktemp("node"))
    context = Context(workspace, clock=lambda: NOW)
    for kind, facts, *rest in said:
        workspace.ledger.append(Event(kind, rest[0] if rest else NOW, "local", facts))
        reading(context)
    again = Context(Workspace(workspace.folder), clock=lambda: NOW)
    assert reading(again).published == reading(context).published == folded(events(*said)).published


# The interval


@given(st.lists(st.sampled_from(sorted(STATES)), max_size=60))
def test_the_interval_holds_the_share_and_its_bounds(word):
    g = Gauge("down", tuple(Item(str(i), Text("", ""), s, Text("", "")) for i, s in enumerate(word)), Text("", ""))
    found = interval(g)
    if g.value is None:
        assert found is None
        return
    low, high, of = g.bounds
    assert 0 <= found[0] <= low / of <= g.value <= high / of <= found[1] <= 1
    assert found[0] < found[1], "however many there are, the next one is not certain"


@pytest.mark.parametrize(("k", "n"), [(1, 1), (3, 4), (7, 20), (0, 5)])
def test_the_interval_has_five_per_cent_of_the_jeffreys_posterior_on_each_side(k, n):
    g = Gauge("down", tuple(Item(str(i), Text("", ""), "yes" if i < k else "no", Text("", "")) for i in range(n)), Text("", ""))
    low, high = interval(g)
    a, b = k + 0.5, n - k + 0.5

    def mass(x: float) -> float:
        """Substituting x = sin² keeps the integrand finite at both ends."""
        return quad(lambda t: 2 * math.sin(t) ** (2 * a - 1) * math.cos(t) ** (2 * b - 1), 0, math.asin(math.sqrt(x)))[0] / beta_function(a, b)

    assert low == 0 if k == 0 else mass(low) == pytest.approx(0.05, abs=1e-7)
    assert high == 1 if k == n else mass(high) == pytest.approx(0.95, abs=1e-7)


def test_one_of_one_does_not_look_like_certainty():
    g = Gauge("down", (Item("a", Text("", ""), "yes", Text("", "")),), Text("", ""))
    assert g.value == 1
    assert interval(g)[0] < 0.5


# The doors


@pytest.fixture(scope="module")
def lively(tmp_path_factory) -> Workspace:
    """A node with two pairs (one cut), two nodes below (one failing) and an invented pair."""
    workspace = Workspace(tmp_path_factory.mktemp("lively"))
    now = datetime.now(CHINA)
    for kind, facts, *_ in (*pairs(2), need(8, "x"), asked(8, "late", "2025-01-01"), below("n-1"), *results("n-1"), below("n-2"), *results("n-2", query="refused"), need(9, "y", synthetic=True)):
        if kind == "evidence.asked" and facts["due"] != "2025-01-01":
            facts["due"] = str(now.date())
        private = {f"node:{facts['node']}": {"zh": "县局", "en": "County <b>bureau</b>"}} if kind == "node.below" else {}
        workspace.ledger.append(Event(kind, now, "local", facts, private))
    return workspace


def told(workspace: Workspace, *words: str, language: str = "en") -> str:
    done = CliRunner().invoke(program(language), [*words, "--workspace", str(workspace.folder)])
    assert done.exit_code == 0, done.output + repr(done.exception)
    return done.output


def test_the_command_gives_the_four_in_words_and_for_programs(lively):
    text = told(lively, "gauges")
    assert all(name.en in text for name, _ in GAUGES.values())
    assert "2 of 3 pairs" in text
    assert "Synthetic" in text
    data = json.loads(told(lively, "gauges", "down", "--json"))
    (only,) = data["gauges"]
    assert (only["met"], only["of"], only["value"]) == (1, 2, 0.5)
    assert [i["state"] for i in only["items"]].count("no") == 1
    assert "refused" in next(i["reason"] for i in only["items"] if i["state"] == "no")


def test_the_first_page_and_the_pages_of_the_gauges_say_what_the_command_says(lively):
    with TestClient(application(lively)) as portal:
        for language, shares, label in (("zh", "3 对部门中有 2（67%）", "合成：含编造的事件"), ("en", "2 of 3 pairs of departments (67%)", "Synthetic: with invented events")):
            for path in ("", "/gauges", "/gauge/across"):
                page = portal.get(f"/{language}{path}").text
                assert shares in page
                assert page.index(shares) < page.index(label), "what is invented stands apart, below, and says so"
                assert '<svg class="band"' in page
        across = portal.get("/en/gauge/across").text
        assert "late" in across
        assert across.index("x needs evidence") < across.index("a0 needs evidence"), "what fails comes first"
        down = portal.get("/en/gauge/down").text
        assert "County &lt;b&gt;bureau" in down
        assert portal.get("/en/gauge/sideways").status_code == 404


def test_the_page_of_a_gauge_leads_to_a_matter_and_shows_of_very_many_the_failing_ones_first(tmp_path):
    workspace = Workspace(tmp_path)
    now = datetime.now(CHINA)
    workspace.ledger.record([Event(kind, now, "local", facts) for i in range(600) for kind, facts in (need(i, f"a{i:03d}"), asked(i, f"r{i}", "2025-01-01" if i == 599 else ""))])
    keep(Context(workspace), {}, surfaced({}, [cause(1)], now.date()))
    (code,) = read_matters(workspace.ledger)
    with TestClient(application(workspace)) as portal:
        across = portal.get("/en/gauge/across").text
        assert across.index("a599") < across.index("a000")
        assert "And 100 more" in across
        assert "a598" not in across
        assert f'href="/en/matter/{code}"' in portal.get("/en/gauge/coordinated").text
        assert portal.get(f"/en/matter/{code}").status_code == 200


def test_asking_does_not_make_a_node(tmp_path):
    workspace = Workspace(tmp_path / "n")
    assert reading(Context(workspace)).published[0].value is None
    assert not workspace.folder.exists()

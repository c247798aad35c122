"""Duties go down the tree of nodes to whoever leads them, how they stand comes up again, and nobody below overrules."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nodes import Time, Wire, node, stand_below

from jingwei.coordination.duties import actions as duties
from jingwei.coordination.duties.answers import answered, settle
from jingwei.coordination.duties.model import CheckDuties, Duty, GiveDuty, ImportDuties, Kept
from jingwei.coordination.duties.passing import changed, route
from jingwei.coordination.duties.records import evidence, give, read_tree, set_duty, split, withdraw
from jingwei.coordination.duties.tree import breaches
from jingwei.coordination.federation import actions, below
from jingwei.coordination.federation.model import Init
from jingwei.coordination.federation.neighbours import dismiss
from jingwei.kernel import node_records as records
from jingwei.kernel.actions import Context
from jingwei.kernel.exchange import Arrival, Exchange
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Event
from jingwei.kernel.nodes import Known, Profile
from jingwei.kernel.people import Organisation
from jingwei.kernel.people_records import organisations
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document, Table

ORGANISATIONS = """id,name_zh,name_en,kind,level,place,parent
gd-data,广东省数据局,Guangdong data bureau,bureau,province,440000,
gd-edu,广东省教育厅,Guangdong education,department,province,440000,
gz-data,广州市数据局,Guangzhou data bureau,bureau,city,440100,gd-data
sz-data,深圳市数据局,Shenzhen data bureau,bureau,city,440300,gd-data
th-data,天河区数据局,Tianhe data bureau,bureau,county,440106,gz-data
"""
HEAD = "code,clause,task,task_en,lead,helpers,place,deadline,parent,evidence\n"
DONE = "events case.closed count >= 1"
PLACES = {"gd": ("province", "440000"), "gz": ("city", "440100"), "sz": ("city", "440300"), "th": ("county", "440106")}


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A province with two cities, and a county below the first; each is its data bureau's."""
    clock = Time()
    found = {name: node(tmp_path / name, name, *where, 4000 + i, clock) for i, (name, where) in enumerate(PLACES.items())}
    for i, (name, (level, place)) in enumerate(PLACES.items()):
        actions.init(context(found[name]), Init(f"{name}节点", level, place, name, f"{name}-data", f"http://127.0.0.1:{4000 + i}"))
    wire = Wire({each.hello().profile.url: each for each in found.values()})
    for module in ("duties", "matters"):
        monkeypatch.setattr(f"jingwei.coordination.{module}.actions.Http", lambda: wire)
    for child, parent in (("gz", "gd"), ("sz", "gd"), ("th", "gz")):
        stand_below(found[child], found[parent], wire)
    return found, wire


def context(exchange: Exchange) -> Context:
    return Context(exchange.workspace, clock=exchange.clock)


def table(content: str) -> Table:
    return Table.read(Document("plan.csv", content.encode()))


def imported(exchange: Exchange, *rows: str) -> dict:
    return duties.import_duties(context(exchange), ImportDuties(table(HEAD + "\n".join(rows) + "\n"), table(ORGANISATIONS))).data


def row(code: str, lead: str, deadline: str = "2026-12-31", parent: str = "", proof: str = DONE, task: str = "办好一件事", place: str = "") -> str:
    return f"{code},O.1,{task},do it,{lead},,{place},{deadline},{parent},{proof}"


def kept(exchange: Exchange) -> dict[str, Kept]:
    return read_tree(exchange.workspace.ledger)


def of(exchange: Exchange, code: str) -> str:
    """A duty's code as the nodes below call it."""
    return f"{exchange.hello().profile.id[2:10]}:{code}"


def carry(found: dict[str, Exchange], wire: Wire) -> None:
    """Everything that is due goes down and up again, and every node looks at its duties."""
    for order in (list(found.values()), list(found.values())[::-1]):
        for each in order:
            settle(context(each))
            each.deliver(wire)
    settle(context(found["gd"]))


def sent(exchange: Exchange) -> int:
    return sum(b'"message.sent"' in entry for _, entry in exchange.workspace.ledger.entries())


def test_a_duty_goes_to_the_node_of_its_lead_however_far_below_and_the_import_says_who_took_it(tree):
    found, wire = tree
    told = imported(found["gd"], row("A", "gz-data"), row("B", "th-data"), row("C", "gd-edu"), row("D", "gd-data"))
    assert [(p["duty"], p["name_en"], p["taken"]) for p in told["passed"]] == [("A", "gz", True), ("B", "gz", True)]
    carry(found, wire)
    a, b = of(found["gd"], "A"), of(found["gd"], "B")
    assert set(kept(found["gz"])) == {a, b}
    assert set(kept(found["th"])) == {b}, "it went on, under the code it has everywhere"
    assert kept(found["sz"]) == {}
    duty, here = kept(found["gd"])["B"].duty, kept(found["th"])[b]
    assert (here.duty.text, here.duty.deadline, here.duty.lead, here.duty.evidence) == (duty.text, duty.deadline, "th-data", DONE)
    assert here.giver == found["gz"].hello().profile.id
    with found["th"].workspace.store.read() as connection:
        assert organisations(connection)["th-data"].name.zh == "天河区数据局", "people there see who leads"


def test_the_same_plan_again_sends_nothing_and_a_rehearsal_sends_nothing_either(tree):
    found, _ = tree
    rows = [row("A", "gz-data"), row("A1", "gz-data", parent="A")]
    assert duties.import_duties(replace(context(found["gd"]), dry_run=True), ImportDuties(table(HEAD + "\n".join(rows)), table(ORGANISATIONS))).data["passed"] == []
    imported(found["gd"], *rows)
    before = sent(found["gd"]), found["gz"].workspace.ledger.size()
    assert imported(found["gd"], *rows)["passed"] == []
    assert (sent(found["gd"]), found["gz"].workspace.ledger.size()) == before
    told = imported(found["gd"], rows[0], row("A1", "gz-data", parent="A", deadline="2026-11-30"))
    assert [p["duty"] for p in told["passed"]] == ["A1"], "only what changed"
    assert kept(found["gz"])[of(found["gd"], "A1")].duty.parent == of(found["gd"], "A")
    assert kept(found["gz"])[of(found["gd"], "A1")].duty.deadline == date(2026, 11, 30)


def test_it_closes_above_on_what_the_ledger_below_proves_and_opens_again_when_it_no_longer_does(tree):
    found, wire = tree
    imported(found["gd"], row("B", "th-data"))
    carry(found, wire)
    assert duties.standing(context(found["gd"]))["B"].state == "open"
    assert duties.standing(context(found["gd"]))["B"].answer.reason.en.startswith("gz (")
    entry = found["th"].workspace.ledger.append(Event("case.closed", found["th"].clock(), "p", {"case": "c1"}))
    assert entry
    carry(found, wire)
    stands = duties.standing(context(found["gd"]))["B"]
    assert stands.state == "closed"
    assert stands.kept.closed
    word = stands.kept.passed.word
    at_gz = json.loads(found["gz"].workspace.ledger.entry(word.entry))
    assert (at_gz["kind"], at_gz["facts"]["duty"]) == ("duty.closed", of(found["gd"], "B"))
    assert f"entry {word.entry} of its ledger" in stands.answer.reason.en
    at_th = kept(found["gz"])[of(found["gd"], "B")].passed.word
    assert json.loads(found["th"].workspace.ledger.entry(at_th.entry))["kind"] == "duty.closed"
    imported(found["gd"], row("B", "th-data", proof="events case.closed count >= 2"))
    carry(found, wire)
    stands = duties.standing(context(found["gd"]))["B"]
    assert (stands.state, stands.kept.closed, stands.kept.closings) == ("reopened", False, 1)


def test_nothing_is_sent_up_while_nothing_changes(tree):
    found, wire = tree
    imported(found["gd"], row("A", "gz-data"))
    carry(found, wire)
    before = {name: each.workspace.ledger.size() for name, each in found.items()}
    carry(found, wire)
    assert {name: each.workspace.ledger.size() for name, each in found.items()} == before


def test_handed_over_elsewhere_it_is_taken_back_all_the_way_down(tree):
    found, wire = tree
    imported(found["gd"], row("B", "th-data"))
    carry(found, wire)
    b = of(found["gd"], "B")
    imported(found["th"], row("own", "th-data", parent=b))
    told = duties.hand_over(context(found["gd"]), GiveDuty("B", "sz-data", "分工调整")).data
    assert [(p["name_en"], p["back"], p["taken"]) for p in told["passed"]] == [("gz", True, True), ("sz", False, True)]
    carry(found, wire)
    assert b not in kept(found["gz"])
    assert set(kept(found["th"])) == {"own"}
    assert kept(found["th"])["own"].duty.parent == "", "what hung below it stays"
    assert set(kept(found["sz"])) == {b}
    duties.hand_over(context(found["gd"]), GiveDuty("B", "gd-edu", "收回"))
    carry(found, wire)
    assert kept(found["sz"]) == {}
    assert kept(found["gd"])["B"].passed is None


def test_a_node_below_changes_neither_text_lead_nor_deadline_and_places_its_own_duties_under_it(tree):
    found, wire = tree
    imported(found["gd"], row("A", "gz-data", deadline="2026-12-31"))
    carry(found, wire)
    gz, a = found["gz"], of(found["gd"], "A")
    before = kept(gz)[a]
    tries = [lambda t: set_duty(t, replace(before.duty, deadline=date(2030, 1, 1))), lambda t: give(t, a, "gz-data2", "x"), lambda t: withdraw(t, a, "x"),
             lambda t: evidence(t, a, ""), lambda t: split(t, a, "none", [])]
    for each in tries:
        with pytest.raises(Problem) as raised:
            changed(context(gz), each)
        assert raised.value.code == "from_above"
    rejected = imported(gz, row(a, "gz-data"))["rejected"]
    assert [r["code"] for r in rejected] == ["bad_code"]
    assert imported(gz, row("A", "gz-data"), row("P", "th-data", parent=a), row("Q", "gz-data", parent=a, deadline="2027-01-01"))["rejected"][0]["code"] == "late_deadline"
    assert kept(gz)["A"].giver == "", "its own A is another duty than the one above"
    assert kept(gz)[a] == before
    assert set(kept(found["th"])) == {of(gz, "P")}


def test_a_deadline_brought_forward_above_binds_everything_below(tree):
    found, wire = tree
    imported(found["gd"], row("A", "gz-data"))
    carry(found, wire)
    a = of(found["gd"], "A")
    imported(found["gz"], row("P", "th-data", parent=a), row("P1", "gz-data", parent="P"))
    imported(found["gd"], row("A", "gz-data", deadline="2026-06-30"))
    carry(found, wire)
    early = date(2026, 6, 30)
    assert {code: k.duty.deadline for code, k in kept(found["gz"]).items()} == {a: early, "P": early, "P1": early}
    assert kept(found["th"])[of(found["gz"], "P")].duty.deadline == early
    assert list(breaches(kept(found["gz"]))) == []


def test_a_node_that_is_down_for_a_week_has_its_duties_when_it_is_back(tree):
    found, wire = tree
    url = found["sz"].hello().profile.url
    gone = wire.at.pop(url)
    told = imported(found["gd"], row("A", "sz-data"))
    assert [(p["taken"], p["outcome"]) for p in told["passed"]] == [(False, None)]
    imported(found["gd"], row("A", "sz-data", deadline="2026-10-31"), row("B", "sz-data"))
    found["gd"].clock.now += timedelta(days=7)
    wire.at[url] = gone
    carry(found, wire)
    assert {code: k.duty.deadline for code, k in kept(found["sz"]).items()} == {of(found["gd"], "A"): date(2026, 10, 31), of(found["gd"], "B"): date(2026, 12, 31)}


def test_a_node_admitted_later_gets_what_was_its_own_before(tree, tmp_path):
    found, wire = tree
    clock = found["gd"].clock
    new = node(tmp_path / "zh", "zh", "city", "440400", 4009, clock)
    wire.at[new.hello().profile.url] = new
    changed(context(found["gd"]), lambda t: set_duty(t, Duty("A", "O.1", Text("办", "do"), "zh-data", date(2026, 12, 31), "440400", evidence=DONE)))
    assert kept(found["gd"])["A"].passed is None
    stand_below(new, found["gd"], wire)
    settle(context(found["gd"]))
    carry({**found, "zh": new}, wire)
    assert set(kept(new)) == {of(found["gd"], "A")}


@pytest.mark.parametrize("how", ["dismissed", "forked"])
def test_the_word_of_a_node_that_was_let_go_or_rewrote_its_past_closes_nothing_any_more(tree, how):
    found, wire = tree
    gd, gz = found["gd"], found["gz"]
    imported(gd, row("A", "gz-data"), row("B", "th-data"))
    gz.workspace.ledger.append(Event("case.closed", gz.clock(), "p"))
    carry(found, wire)
    assert kept(gd)["A"].closed
    if how == "dismissed":
        dismiss(gd, gz.hello().profile.id, "并入省级")
    else:
        with gd.workspace.store.write() as connection:
            records.keep(connection, replace(records.find(connection, gz.hello().profile.id), state="forked"))
    settle(context(gd))
    assert {code: (k.closed, k.passed) for code, k in kept(gd).items()} == {"A": (False, None), "B": (False, None)}
    told = below.read(gd) if how == "dismissed" else None
    assert told is None or {b.name.en for b in told.there} == {"sz"}


@pytest.mark.parametrize("body", [{}, {"duty": 7}, {"duty": "A"}, {"duty": "xx:A", "words": {}}, {"probe": "x", "duty": "A"}])
def test_a_message_that_holds_no_duty_is_noted_as_such_and_changes_nothing(tree, body):
    found, wire = tree
    message = found["gd"].send(found["gz"].hello().profile.id, "duty", body)
    found["gd"].deliver(wire)
    with found["gd"].workspace.store.read() as connection:
        assert records.outcome(connection, found["gz"].hello().profile.id, message.envelope.sequence) == "bad_duty"
    assert kept(found["gz"]) == {}


def test_duties_come_from_above_only_and_only_their_giver_changes_them(tree, tmp_path):
    found, wire = tree
    imported(found["gd"], row("A", "gz-data"))
    carry(found, wire)
    order = found["gz"].send(found["gd"].hello().profile.id, "duty", {"duty": of(found["gz"], "X")})
    back = found["th"].send(found["gz"].hello().profile.id, "duty.recalled", {"duty": of(found["gd"], "A")})
    for each in found.values():
        each.deliver(wire)
    for sender, message in ((found["gz"], order), (found["th"], back)):
        with sender.workspace.store.read() as connection:
            assert records.outcome(connection, message.envelope.to, message.envelope.sequence) == "not_above"
    assert set(kept(found["gz"])) == {of(found["gd"], "A")}
    with found["gz"].workspace.store.write() as connection:  # the same node below another, which knows the code
        sender = records.find(connection, found["th"].hello().profile.id)
        arrival = Arrival(found["gz"], connection, back, replace(sender, relation="parent"), found["gz"].clock())
        with pytest.raises(Problem) as raised:
            found["gz"].kinds["duty.recalled"](arrival)
    assert raised.value.code == "other_giver"


def arrived(found: dict[str, Exchange], body: dict) -> None:
    """What comes from gz at gd."""
    gd, gz = found["gd"], found["gz"]
    with gd.workspace.store.write() as connection:
        sender = records.find(connection, gz.hello().profile.id)
        message = gz.send(gd.hello().profile.id, "duty.standing", body)
        answered(Arrival(gd, connection, message, sender, gd.clock()))


def test_a_word_without_a_proof_on_another_version_or_of_a_duty_it_does_not_have_closes_nothing(tree):
    found, _ = tree
    imported(found["gd"], row("A", "gz-data"), row("C", "sz-data"))
    found["gz"].workspace.ledger.append(Event("case.closed", found["gz"].clock(), "p"))
    settle(context(found["gz"]))
    with found["gz"].workspace.store.read() as connection:
        honest = next(m.body for m in records.unacknowledged(connection, found["gd"].hello().profile.id, 9) if m.envelope.kind == "duty.standing")
    before = kept(found["gd"])
    other = found["gz"].workspace.ledger.prove(0)
    lies = [({**honest, "proof": None}, "bad_proof"), ({**honest, "proof": {**honest["proof"], "position": 0}}, "bad_proof"),
            ({**honest, "proof": msgspec.to_builtins(other)}, "bad_proof"), ({**honest, "order": "0" * 64}, "old_order"),
            ({**honest, "duty": of(found["gd"], "C")}, "not_passed_on"), ({**honest, "holds": False}, "unreadable"), ({**honest, "state": "done"}, "unreadable")]
    for body, code in lies:
        with pytest.raises(Problem) as raised:
            arrived(found, body)
        assert raised.value.code == code
    assert kept(found["gd"]) == before
    arrived(found, honest)
    assert kept(found["gd"])["A"].passed.word.holds is True


def test_evidence_on_figures_is_judged_above_first_and_on_events_where_the_duty_is(tree):
    found, wire = tree
    imported(found["gd"], row("A", "gz-data", proof="not verdict I4.1.netizens = met"), row("B", "gz-data"))
    found["gd"].workspace.ledger.append(Event("case.closed", found["gd"].clock(), "p"))
    carry(found, wire)
    above, below = duties.standing(context(found["gd"])), duties.standing(context(found["gz"]))
    assert above["B"].state == "open", "an event above proves nothing of what is to be done below"
    assert (above["A"].answer.holds, below[of(found["gd"], "A")].answer.holds) == (True, True)
    assert "gz (" not in above["A"].answer.reason.en


def test_every_state_follows_from_the_ledger_alone_on_each_node(tree):
    found, wire = tree
    imported(found["gd"], row("A", "gz-data"), row("B", "th-data", parent="A"))
    carry(found, wire)
    for each in found.values():
        assert read_tree(type(each.workspace)(each.workspace.folder).ledger) == kept(each)
        assert duties.check(context(each), CheckDuties()).data["closed"] == []


PEOPLE = {o: Organisation(o, Text(o, o), "bureau", "city", place) for o, place in (("gz-data", "440100"), ("th-data", "440106"), ("gd-edu", "440000"))}


@given(lead=st.sampled_from(["gz-data", "th-data", "gd-edu", "nobody", "gd-data"]), place=st.sampled_from(["CN", "440000", "440100", "440106", "330000", "440300"]),
       places=st.lists(st.sampled_from(["440000", "440100", "440106", "440300"]), max_size=4), names=st.lists(st.sampled_from(["", "gz-data", "x"]), min_size=4, max_size=4))
def test_one_node_at_most_has_a_duty_and_never_one_outside_its_place(lead, place, places, names):
    me = profile("n-me", "440000", "gd-data")
    children = [Known(profile(f"n-{i}", p, names[i]), "child", "admitted") for i, p in enumerate(places)]
    duty = Duty("A", "O.1", Text("", ""), lead, date(2026, 1, 1), place)
    found = route(duty, me, children, PEOPLE)
    again = route(duty, me, children[::-1], PEOPLE)
    assert found == again, "the order of the nodes decides nothing"
    if lead == "gd-data":
        assert found is None
    elif found is not None and found.profile.organisation != lead:
        where = PEOPLE[lead].place if lead in PEOPLE else place
        assert where[:4] == found.profile.place[:4]
        assert all(each.profile.organisation != lead for each in children)


def profile(name: str, place: str, organisation: str) -> Profile:
    return Profile(name, "", name, name, "city", place, organisation, "http://127.0.0.1:1")

"""A request from asking to delivery and after: who may do what, once, by when, and what the record says of it."""

from __future__ import annotations

import csv
import io
import json
import threading
from dataclasses import replace
from datetime import date

import pyarrow.parquet as pq
import pytest
from shared_node import PEOPLE, ROWS, Node

from jingwei.foundations.data.sharing import actions, asks, following, needs, reports
from jingwei.foundations.data.sharing.clocks import clocks_of, read
from jingwei.foundations.data.sharing.credentials import fetch
from jingwei.foundations.data.sharing.records import bureau_of, case, common_bureau, known, shared
from jingwei.kernel.access import Denial, Equal, Subject
from jingwei.kernel.people_records import give, rules
from jingwei.kernel.periods import work_calendar
from jingwei.kernel.problems import Problem
from jingwei.kernel.told import told


@pytest.fixture
def node(tmp_path) -> Node:
    return Node(tmp_path / "node")


def refused(code: str):
    return pytest.raises(Problem, check=lambda problem: problem.code == code and bool(problem.remedy))


def events(node: Node, kind: str) -> list[dict[str, object]]:
    return [dict(e.facts) for e in told(node.ledger, kind.partition(".")[0]) if e.kind == kind]


def state(node: Node, name: str, kind: str):
    return next(read(c, node.now, work_calendar()) for c in clocks_of(case(node.ledger, name)) if c.kind == kind)


# From asking to delivery


def test_a_request_goes_from_asking_to_exactly_what_was_granted(node):
    name = node.granted()
    result = actions.hand_over(node.context, asks.DeliverRequest(name))
    assert result.documents[0].name == "data.csv"
    assert list(csv.DictReader(io.StringIO(result.documents[0].text()))) == [
        {"name": "张****", "place": "440106", "income": "8000"}, {"name": "王****", "place": "440106", "income": "3000"}]
    assert (result.data["rows"], result.data["columns"], result.data["digest"]) == (2, 3, result.documents[0].digest)
    assert case(node.ledger, name).phase(date(2026, 3, 2)) == "delivered"


def test_parquet_keeps_what_was_granted_to_the_bit(node):
    name = node.granted(columns=("id", "income", "weight", "alive"), rows=("alive = true", "income >= 4000"), mode="parquet")
    result = actions.hand_over(node.context, asks.DeliverRequest(name))
    kept = [{k: row[k] for k in ("id", "income", "weight", "alive")} for row in ROWS if row["alive"] and (row["income"] or 0) >= 4000]
    assert pq.read_table(io.BytesIO(result.documents[0].content)).to_pylist() == kept


def test_no_name_number_or_reason_gets_into_the_ledger(node):
    name = node.requested(node.offered(), scenario="查询张三 440106199001011234")
    actions.decide(node.context, asks.DecideRequest(name, "grant"))
    actions.hand_over(node.context, asks.DeliverRequest(name))
    entries = b"".join(entry for _, entry in node.ledger.entries())
    assert not any(word.encode() in entries for word in ("张", "疫苗", "条例", "household", "440106199001011234", "place within"))


def test_every_clock_starts_where_the_law_says(node):
    name = node.requested(node.offered())
    assert state(node, name, "reply").due == date(2026, 3, 16)
    actions.decide(node.at(3).context, asks.DecideRequest(name, "grant"))
    assert state(node, name, "deliver").due == date(2026, 4, 2)
    actions.hand_over(node.at(4).context, asks.DeliverRequest(name))
    following.report(node.at(5).context, asks.ReportError(name, "缺 440106"))
    assert state(node, name, "correct").due == date(2026, 3, 20)
    assert [state(node, name, kind).state for kind in ("reply", "deliver", "correct")] == ["met", "met", "running"]


def test_data_cannot_be_asked_for_before_the_bureau_published_them(node):
    actions.offer_data(node.context, asks.OfferData("POP-02", "civil", "people", "unconditional"))
    with refused("not_published"):
        node.requested("POP-02")


def test_data_that_a_law_keeps_back_are_not_asked_for_and_free_text_keeps_nothing_back(node):
    with refused("no_legal_basis"):
        node.offered("POP-03", "none", basis="涉及敏感信息")
    node.offered("POP-03", "none", basis="《中华人民共和国统计法》第二十八条")
    with refused("not_shared"):
        node.requested("POP-03")


# What is missing


def test_what_is_missing_is_told_once_all_of_it_and_the_clock_waits(node):
    name = node.requested(node.offered(), basis="", mode=None, columns=(), rows=(), last=None)
    assert case(node.ledger, name).request.missing == ("basis", "scope", "mode", "period")
    told_once = actions.notice(node.at(2).context, asks.NoticeRequest(name))
    assert told_once.data["missing"] == ["basis", "scope", "mode", "period"]
    assert state(node.at(20), name, "reply").state == "paused"
    with refused("still_missing"):
        actions.supplement(node.context, asks.SupplementRequest(name, basis="条例第二十条"))
    actions.supplement(node.context, asks.SupplementRequest(name, basis="条例第二十条", columns=("place",), mode="csv", last="2026-12-31"))
    assert (state(node, name, "reply").state, case(node.ledger, name).request.missing) == ("running", ())
    with refused("complete_request"):
        actions.notice(node.context, asks.NoticeRequest(name))


def test_that_something_is_missing_is_never_a_ground_to_refuse(node):
    name = node.requested(node.offered(), basis="")
    for outcome in ("refuse", "grant"):
        with refused("incomplete_request"):
            actions.decide(node.context, asks.DecideRequest(name, outcome, reason="材料不全"))


def test_a_notice_sent_again_is_the_same_notice(node):
    name = node.requested(node.offered(), basis="")
    for _ in range(2):
        actions.notice(node.context, asks.NoticeRequest(name))
    assert len(events(node, "share.noticed")) == 1


# Decisions


def test_a_refusal_says_why_and_unconditional_data_are_not_refused(node):
    name = node.requested(node.offered())
    with refused("no_reason"):
        actions.decide(node.context, asks.DecideRequest(name, "refuse"))
    actions.decide(node.context, asks.DecideRequest(name, "refuse", reason="不在共享条件内"))
    assert case(node.ledger, name).phase(node.now.date()) == "refused"
    with refused("not_granted"):
        actions.hand_over(node.context, asks.DeliverRequest(name))
    with refused("unconditional"):
        actions.decide(node.context, asks.DecideRequest(node.requested(node.offered("POP-09", "unconditional")), "refuse", reason="不想"))


def test_a_decision_may_give_less_than_was_asked_and_never_more(node):
    name = node.requested(node.offered())
    for columns, code in ((("name",), "wider_than_asked"), (("id",), "wider_than_asked"), (("income:rounded 500",), "wider_than_asked"), (("nobody",), "unknown_column")):
        with refused(code):
            actions.decide(node.context, asks.DecideRequest(name, "grant", columns=columns))
    actions.decide(node.context, asks.DecideRequest(name, "grant", columns=("place:generalised province", "name:masked 0 0"), rows=("income >= 5000",)))
    result = actions.hand_over(node.context, asks.DeliverRequest(name))
    assert list(csv.DictReader(io.StringIO(result.documents[0].text()))) == [{"place": "440000", "name": "****"}]


def test_an_extension_is_the_bureaus_and_ends_at_ten_days(node):
    name = node.requested(node.offered())
    with refused("not_party"):
        actions.extend(node.by("civil"), asks.ExtendTerm(name, 5, "三个库要合并"))
    actions.extend(node.by("bureau"), asks.ExtendTerm(name, 6, "三个库要合并"))
    with refused("extension_too_long"):
        actions.extend(node.by("bureau"), asks.ExtendTerm(name, 5, "还要"))
    assert state(node, name, "reply").due == date(2026, 3, 24)
    with refused("too_late"):
        actions.extend(node.at(23).by("bureau"), asks.ExtendTerm(name, 4, "再延"))


def test_only_those_concerned_take_the_steps_that_are_theirs(node):
    node.offered()
    with refused("not_party"):
        actions.offer_data(node.by("health"), asks.OfferData("POP-05", "civil", "people", "unconditional"))
    with refused("not_party"):
        actions.request(node.by("szhealth"), asks.AskData("POP-01", asker="health"))
    name = node.requested()
    for step in (lambda: actions.decide(node.by("health"), asks.DecideRequest(name, "grant")),
                 lambda: actions.publish(node.by("civil"), asks.PublishData("POP-01")),
                 lambda: actions.hand_over(node.by("health"), asks.DeliverRequest(name))):
        with pytest.raises(Problem) as problem:
            step()
        assert problem.value.code in ("not_party", "not_granted")
    actions.decide(node.by("civil"), asks.DecideRequest(name, "grant"))
    actions.hand_over(node.by("civil"), asks.DeliverRequest(name))


# Once


def test_everything_sent_twice_happens_once(node):
    node.offered()
    name = node.requested(key="k")
    assert node.requested(key="k") == name
    for _ in range(2):
        actions.decide(node.context, asks.DecideRequest(name, "grant"))
        actions.hand_over(node.context, asks.DeliverRequest(name))
        actions.offer_data(node.context, asks.OfferData("POP-01", "civil", "people", "conditional", conditions="household checks"))
    counted = {kind: len(events(node, f"share.{kind}")) for kind in ("offered", "published", "requested", "decided", "delivered")}
    assert set(counted.values()) == {1}
    with node.context.workspace.store.read() as connection:
        assert len(rules(connection, "people", node.now)) == 1


def test_a_key_stands_for_one_request_alone(node):
    node.offered()
    node.requested(key="k")
    with refused("key_reused"):
        node.requested(key="k", scenario="另一个场景")


def test_two_that_decide_at_once_decide_once(node):
    name = node.requested(node.offered())
    went: list[str] = []

    def decide(outcome: str) -> None:
        try:
            actions.decide(node.context, asks.DecideRequest(name, outcome, reason="不在共享条件内"))
            went.append(outcome)
        except Problem as problem:
            went.append(problem.code)

    threads = [threading.Thread(target=decide, args=(outcome,)) for outcome in ("grant", "refuse")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert "already_decided" in went
    assert len(events(node, "share.decided")) == 1


def test_what_was_delivered_under_a_key_comes_out_the_same_when_the_data_have_changed_since(node):
    name = node.granted()
    first = actions.hand_over(node.context, asks.DeliverRequest(name, key="march"))
    node.context.workspace.lake.append(PEOPLE, [{**ROWS[0], "id": "a5"}])
    again = actions.hand_over(node.context, asks.DeliverRequest(name, key="march"))
    assert again.documents[0].content == first.documents[0].content
    fresh = actions.hand_over(node.context, asks.DeliverRequest(name))
    assert (fresh.data["rows"], len(events(node, "share.delivered"))) == (3, 2)


def test_a_rehearsal_records_and_gives_nothing(node):
    name = node.granted()
    size = node.ledger.size()
    rehearsed = replace(node.context, dry_run=True)
    assert actions.hand_over(rehearsed, asks.DeliverRequest(name)).documents == ()
    following.stop(rehearsed, asks.StopRequest(name, "safety", "演练", agreed=True))
    actions.request(rehearsed, asks.AskData("POP-01", asker="health"))
    assert node.ledger.size() == size


# After


def test_what_is_stopped_with_a_cause_gives_nothing_any_more(node):
    name = node.granted()
    actions.hand_over(node.context, asks.DeliverRequest(name))
    with refused("no_reason"):
        following.stop(node.context, asks.StopRequest(name, "purpose_met", " ", agreed=True))
    with refused("not_agreed"):
        following.stop(node.context, asks.StopRequest(name, "purpose_met", "活动结束"))
    following.stop(node.at(1).context, asks.StopRequest(name, "purpose_met", "活动结束", agreed=True))
    with refused("stopped_request"):
        actions.hand_over(node.context, asks.DeliverRequest(name))
    with node.context.workspace.store.read() as connection:
        assert rules(connection, "people", node.now) == []


def test_a_request_that_waits_is_taken_back_by_the_asker_alone_and_needed_no_reply(node):
    name = node.requested(node.offered())
    with refused("not_decided"):
        following.stop(node.by("civil"), asks.StopRequest(name, "safety", "不便", agreed=True))
    with refused("not_party"):
        following.stop(node.by("civil"), asks.StopRequest(name, "asker_wishes", "不便"))
    following.stop(node.by("health"), asks.StopRequest(name, "asker_wishes", "不需要了"))
    told_of = reports.audit(node.at(30).context, asks.AskAudit()).data
    assert (told_of["breaches"], told_of["figures"][0]["of"]) == ([], 0)


def test_a_grant_gives_nothing_outside_its_period(node):
    name = node.granted(first="2026-03-10", last="2026-03-12")
    for days, gives in ((0, False), (8, True), (10, True), (11, False)):
        node.at(days)
        if gives:
            assert actions.hand_over(node.context, asks.DeliverRequest(name)).data["rows"] == 2
        else:
            with refused("not_granted"):
                actions.hand_over(node.context, asks.DeliverRequest(name))


def test_another_wider_grant_adds_nothing_and_a_denial_takes(node):
    name = node.granted()
    node.requested(columns=("id", "name", "income"), rows=())
    wide = next(iter(sorted(set(shared(node.ledger).cases) - {name})))
    actions.decide(node.context, asks.DecideRequest(wide, "grant"))
    assert actions.hand_over(node.context, asks.DeliverRequest(name)).data["columns"] == 3
    with node.context.workspace.store.write() as connection:
        give(connection, Denial("secret", Subject("organisation", "health"), "people", "数据安全法第二十一条", date(2026, 1, 1), rows=Equal("income", 8_460)), node.now)
    assert actions.hand_over(node.context, asks.DeliverRequest(name, key="after")).data["rows"] == 1


def test_an_interface_answers_to_its_credential_alone_and_leaves_a_record(node):
    name = node.granted(mode="api")
    opened = actions.hand_over(node.context, asks.DeliverRequest(name))
    secret = opened.data["credential"]
    assert secret == actions.hand_over(node.context, asks.DeliverRequest(name)).data["credential"]
    document, use = fetch(node.context, name, secret)
    assert (use.rows, use.digest) == (2, document.digest)
    assert [e["digest"] for e in events(node, "share.used")] == [document.digest]
    assert secret.encode() not in b"".join(entry for _, entry in node.ledger.entries())
    for wrong in ("", "jws_" + "0" * 64, secret[:-1]):
        with refused("not_granted"):
            fetch(node.context, name, wrong)
    following.stop(node.at(1).context, asks.StopRequest(name, "unlawful_use", "另作他用", agreed=True))
    with refused("not_granted"):
        fetch(node.context, name, secret)
    assert len(events(node, "share.used")) == 1


def test_a_dispute_goes_up_to_the_common_superior_across_places_and_back_to_the_provider(node):
    node.offered()
    name = node.requested(asker="szhealth")
    actions.decide(node.context, asks.DecideRequest(name, "refuse", reason="不在共享条件内"))
    following.object_to(node.by("szhealth"), asks.ObjectRequest(name, "法定职责"))
    raised = following.settle(node.by("szhealth"), asks.SettleRequest(name, "raised", "协商不成"))
    assert raised.data["level"] == "superior"
    with refused("not_party"):
        following.settle(node.by("bureau"), asks.SettleRequest(name, "reopened", "应当共享"))
    following.settle(node.by("pbureau"), asks.SettleRequest(name, "reopened", "应当共享"))
    actions.decide(node.by("civil"), asks.DecideRequest(name, "grant"))
    assert actions.hand_over(node.context, asks.DeliverRequest(name)).data["rows"] == 2


def test_the_bureau_in_charge_and_the_common_superior_are_found_in_the_tree(node):
    there = known(node.context)
    assert [bureau_of(there, o) for o in ("civil", "szhealth", "pbureau", "nobody")] == ["bureau", "szbureau", "pbureau", ""]
    assert (common_bureau(there, "civil", "health"), common_bureau(there, "civil", "szhealth")) == ("bureau", "pbureau")


# Needs


def test_a_need_that_is_asked_and_delivered_was_met_by_machine(node):
    need = needs.declare(node.context, asks.DeclareNeed("health", "civil", "POP-01", days=5)).data["need"]
    assert needs.declare(node.context, asks.DeclareNeed("health", "civil", "POP-01", days=5)).data == {"need": need, "changed": False, "written": False}
    name = node.granted(need=need)
    for _ in range(2):
        actions.hand_over(node.context, asks.DeliverRequest(name, key=str(_)))
    assert events(node, "need.declared") == [{"need": need, "asker": "health", "holder": "civil", "evidence": "POP-01", "days": 5}]
    assert events(node, "evidence.asked") == [{"need": need, "request": name, "due": "2026-03-09"}]
    assert events(node, "evidence.met") == [{"request": name, "by": "machine", "reasked": False}]


def test_a_refusal_is_told_and_a_need_of_others_cannot_be_claimed(node):
    need = needs.declare(node.context, asks.DeclareNeed("health", "civil", "POP-01")).data["need"]
    node.offered()
    with refused("other_need"):
        node.requested(asker="szhealth", need=need)
    name = node.requested(need=need)
    actions.decide(node.context, asks.DecideRequest(name, "refuse", reason="不在共享条件内"))
    assert events(node, "evidence.refused") == [{"request": name}]
    needs.declare(node.context, asks.DeclareNeed("health", "civil", "POP-01", withdraw=True))
    with refused("unknown_need"):
        node.requested(need=need)
    assert needs.declare(node.context, asks.DeclareNeed("health", "civil", "POP-01")).data["need"] != need


# Reading


def test_the_audit_finds_what_is_late_and_counts_only_what_really_happened(node):
    node.requested(node.offered())
    node.requested(node.offered("POP-X", synthetic=True))
    late = reports.audit(node.at(15).context, asks.AskAudit())
    assert [(b["kind"], b["article"], b["day"]) for b in late.data["breaches"]] == [("reply_late", 21, "2026-03-17")]
    assert not late.holds
    assert late.data["figures"][0] == {"measure": "sharing_on_time", "value": 0.0, "count": 0, "of": 1, "unknown": 0}
    assert len(reports.audit(node.context, asks.AskAudit(synthetic=True)).data["breaches"]) == 2
    before = reports.audit(node.context, asks.AskAudit(at="2026-03-16T23:59:59+08:00"))
    assert (before.data["breaches"], before.holds, before.data["figures"][0]["value"]) == ([], True, None)


def test_the_figures_of_an_audit_can_be_taken_in_as_observations(node):
    node.granted()
    content = next(d for d in reports.audit(node.context, asks.AskAudit()).documents if d.name == "observations.csv").text()
    assert [(row["measure"], row["value"], row["status"]) for row in csv.DictReader(io.StringIO(content))] == [
        ("sharing_on_time", "100.0", "observed"), ("sharing_met", "", "missing"), ("sharing_breaches", "0.0", "observed")]


def test_words_of_a_request_are_for_the_two_it_lies_between(node):
    name = node.granted()
    for context, sees in ((node.by("health"), True), (node.by("civil"), True), (node.by("szhealth"), False)):
        assert ("疫苗接种通知" in reports.show(context, asks.AskRequest(name)).report) is sees
    with refused("not_party"):
        reports.policy(node.by("szhealth"), asks.AskPolicy(name))


def test_records_of_use_say_who_used_which_rows_of_what_and_until_when_they_are_kept(node):
    name = node.granted()
    done = actions.hand_over(node.context, asks.DeliverRequest(name))
    (use,) = reports.uses(node.context, asks.AskUses(data="POP-01", asker="health")).data
    assert (use["request"], use["rows"], use["digest"], use["kept_until"]) == (name, 2, done.documents[0].digest, "2029-03-02")
    assert reports.uses(node.context, asks.AskUses(asker="szhealth")).data == []


def test_the_policy_of_a_request_asks_for_the_same_again(node):
    name = node.granted()
    policy = reports.policy(node.context, asks.AskPolicy(name)).documents[0]
    assert "salt" not in policy.text()
    again = node.requested(columns=(), rows=(), policy=policy)
    assert case(node.ledger, again).request.scope == case(node.ledger, name).request.scope
    broken = json.loads(policy.text())
    broken["permission"][0]["duty"] = [{"action": "compensate"}]
    with refused("unsupported_policy"):
        node.requested(columns=(), rows=(), policy=type(policy)("p.json", json.dumps(broken).encode()))


def test_lists_put_the_most_pressing_first_and_can_be_narrowed(node):
    node.offered()
    node.offered("POP-02", "unconditional")
    slow, fast = node.requested(), node.requested("POP-02", asker="szhealth")
    assert [r["request"] for r in reports.list_requests(node.context, asks.AskRequests()).data] == [fast, slow]
    assert [r["request"] for r in reports.list_requests(node.context, asks.AskRequests(organisation="szhealth", open=True)).data] == [fast]
    assert [o["data"] for o in reports.list_requests(node.context, asks.AskRequests(offers=True)).data] == ["POP-01", "POP-02"]
    with refused("unknown_request"):
        reports.show(node.context, asks.AskRequest("R-nothing"))

"""Data asked for at a county and held at a city: one case, one clock, exactly the granted rows, and an end that is proved."""

from __future__ import annotations

import io
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest
from litestar.testing import TestClient
from sharing_nodes import PEOPLE, Two, granted_rows, people

from jingwei.coordination.federation.neighbours import gather
from jingwei.doors.portal.app import application
from jingwei.foundations.data.sharing import across, actions, asks, following, landing, received, reports
from jingwei.foundations.data.sharing.cases import Shared
from jingwei.foundations.data.sharing.clocks import clocks_of, readings
from jingwei.foundations.data.sharing.figures import published
from jingwei.foundations.data.sharing.records import case, shared
from jingwei.kernel import node_records
from jingwei.kernel.clock import CHINA
from jingwei.kernel.exchange import Exchange
from jingwei.kernel.i18n import both
from jingwei.kernel.periods import work_calendar
from jingwei.kernel.problems import Problem
from jingwei.kernel.told import told


@pytest.fixture
def two(tmp_path: Path) -> Two:
    return Two(tmp_path)


def refused(code: str) -> Any:
    return pytest.raises(Problem, check=lambda p: p.code == code)


def counted(exchange: Exchange, name: str) -> Counter[str]:
    return Counter(e.kind for e in told(exchange.workspace.ledger, "share", words=False) if e.facts.get("request") == name)


def rows_in(document: Any) -> list[tuple[Any, ...]]:
    return sorted((tuple(row.values()) for row in pq.read_table(io.BytesIO(document.content)).to_pylist()), key=repr)


def landed_rows(two: Two, name: str) -> list[tuple[Any, ...]]:
    return rows_in(received.take(two.at_county("health"), asks.TakeData(name)).documents[0])


def test_a_request_made_at_the_county_is_decided_at_the_city_and_its_rows_land_at_the_county_exactly(two):
    name = two.delivered()
    city, county = two.both(name)
    assert (city.request.asker, city.request.unit, city.request.provider) == (two.county_id, "health", "civil")
    assert (county.request.asker, county.request.provider, county.request.unit, county.request.holder) == ("health", two.city_id, "civil", two.city_id)
    assert (city.request.basis, city.request.scope) == (county.request.basis, county.request.scope)
    assert landed_rows(two, name) == granted_rows(40)
    assert counted(two.county, name)["share.landed"] == counted(two.city, name)["share.landed"] == 1
    (line,) = received.received(two.at_county(), asks.AskReceived()).data
    assert (line["owner"], line["for"], line["state"], line["last"], line["after"], line["rows"]) == ("civil", "health", "here", "2026-12-31", "delete", 16)


def test_both_ends_read_the_same_clocks_at_every_instant(two):
    name = two.ask(mode=None)
    two.clock.now += timedelta(days=2)
    two.pass_on()
    actions.notice(two.at_city("civil"), asks.NoticeRequest(name))
    two.clock.now += timedelta(days=3)
    two.pass_on()
    actions.supplement(two.at_county("health"), asks.SupplementRequest(name, mode="parquet"))
    two.pass_on()
    actions.extend(two.at_city("bureau"), asks.ExtendTerm(name, 3, "节前人手不足"))
    two.clock.now += timedelta(days=20)
    two.decide(name)
    two.deliver(name)
    two.pass_on()
    following.report(two.at_county("health"), asks.ReportError(name, "少了一行"))
    two.pass_on()
    following.correct(two.at_city("civil"), asks.CorrectError(name, "E-1", "no_error"))
    following.object_to(two.at_county("health"), asks.ObjectRequest(name, "确实少了"))
    two.pass_on()
    city, county = two.both(name)
    assert [k.kind for k in clocks_of(city)] == ["reply", "deliver", "correct"]
    for day in range(0, 60):
        at = datetime(2026, 3, 2, 18, tzinfo=CHINA) + timedelta(days=day)
        ends = [[(r.clock.kind, r.state, r.started, r.due, r.left, r.open) for r in readings(Shared(cases={name: c}), at, work_calendar())] for c in (city, county)]
        assert ends[0] == ends[1]
    assert county.disputes[0].level == "negotiation"
    assert [d.at for d in city.decisions] == [d.at for d in county.decisions]


def test_each_end_counts_its_own_requests_alone(two):
    two.delivered()
    assert len(published(shared(two.city.workspace.ledger)).cases) == 1
    assert published(shared(two.county.workspace.ledger)).cases == {}


def test_the_same_request_sent_again_is_one_request_and_another_nodes_code_cannot_be_taken(two):
    assert two.ask() == two.ask()
    two.pass_on()
    assert len(shared(two.city.workspace.ledger).cases) == 1
    assert two.ask() != across.code_of(two.city_id, "k1")


def test_what_the_holder_does_not_take_is_said_with_its_signed_word(two):
    name = two.ask(columns=("shoe size",))
    two.pass_on()
    (pending,) = across.pending(two.at_county())
    assert (pending.request, pending.word, pending.outcome) == (name, "request", "unknown_column")
    two.ask("k2", holder=two.city_id)
    assert [p.outcome for p in across.pending(two.at_county())] == ["unknown_column", ""]
    assert reports.list_requests(two.at_county(), asks.AskRequests()).report.count("unknown_column") == 1


def test_data_leave_the_node_only_when_the_decision_says_so(two):
    name = two.ask()
    two.pass_on()
    with refused("not_for_export"):
        two.decide(name, export=False)


def test_nobody_here_decides_what_lies_elsewhere_and_nobody_asks_in_a_nodes_name(two):
    name = two.delivered()
    for step in (lambda: actions.decide(two.at_county(), asks.DecideRequest(name, "grant")), lambda: actions.hand_over(two.at_county(), asks.DeliverRequest(name))):
        with refused("elsewhere"):
            step()
    with refused("unknown_organisation"):
        actions.request(two.at_city(), asks.AskData("POP-01", two.county_id))
    with refused("not_party"):
        two.ask("k9", asker="civil") and following.stop(two.at_county("civil"), asks.StopRequest(name, "asker_wishes", "不要了", agreed=True))


def test_words_of_a_case_this_node_never_asked_for_are_not_kept(two):
    fake = {"request": "R-0000000000", "unit": "civil", "events": [{"kind": "share.stopped", "at": "2026-03-02T09:00:00+08:00", "facts": {"cause": "safety", "agreed": True}, "words": {}, "entry": 1}]}
    message = two.city.send(two.county_id, across.TOLD, fake)
    name = two.delivered()
    bad = {"request": name, "unit": "civil", "events": [{"kind": "share.decided", "at": "soon", "facts": {"granted": "yes"}, "words": {}, "entry": 1}]}
    second = two.city.send(two.county_id, across.TOLD, bad)
    two.pass_on()
    with two.city.workspace.store.read() as connection:
        outcomes = [node_records.outcome(connection, two.county_id, m.envelope.sequence) for m in (message, second)]
    assert outcomes == ["not_asked", "unreadable"]
    assert case(two.county.workspace.ledger, name).phase(datetime(2026, 3, 5, tzinfo=CHINA).date()) == "delivered"


def test_a_withdrawn_grant_reaches_the_receiver_which_deletes_the_data_and_proves_it(two):
    name = two.delivered()
    dataset = case(two.county.workspace.ledger, name).landed[0].dataset
    data = two.county.workspace.folder / "lake" / dataset / "data"
    assert list(data.iterdir())
    following.stop(two.at_city("civil"), asks.StopRequest(name, "purpose_met", "已用完", agreed=True))
    two.pass_on()
    assert list(data.iterdir()) == []
    with refused("not_landed"):
        landed_rows(two, name)
    city, county = two.both(name)
    assert (city.disposed.how, city.disposed.why, city.disposed.files) == ("delete", "stopped", 1)
    entry = two.county.workspace.ledger.entry(county.disposed.entry)
    assert b"share.disposed" in entry
    (line,) = received.received(two.at_county(), asks.AskReceived()).data
    assert (line["state"], line["proof"]) == ("deleted", county.disposed.entry)


def test_data_whose_grant_expires_are_locked_where_the_decision_says_so(two):
    name = two.delivered(after="lock", last="2026-03-20")
    two.clock.now = datetime(2026, 3, 20, 23, 59, tzinfo=CHINA)
    gather(two.county, two.wire)
    assert landed_rows(two, name) == granted_rows(40)
    two.clock.now = datetime(2026, 3, 21, 0, 0, tzinfo=CHINA)
    with refused("not_granted"):
        landed_rows(two, name)
    two.pass_on()
    city, county = two.both(name)
    assert (city.disposed.how, city.disposed.why) == ("lock", "expired")
    assert len(list((two.county.workspace.folder / "locked" / name).iterdir())) == 1
    assert counted(two.county, name)["share.disposed"] == counted(two.city, name)["share.disposed"] == 1
    assert county.disposed


def test_what_the_receiver_says_it_deleted_is_believed_only_with_a_proof_from_its_ledger(two):
    name = two.delivered()
    other = two.county.workspace.ledger
    head = other.head(two.clock())
    proof = msgspec.to_builtins(msgspec.structs.replace(other.prove(0, head.size), head=head))
    two.county.send(two.city_id, landing.DISPOSED, {"request": name, "proof": proof})
    two.pass_on()
    assert case(two.city.workspace.ledger, name).disposed is None


def test_use_at_the_receiver_is_on_record_at_both_ends(two):
    name = two.delivered()
    document = received.take(two.at_county("health"), asks.TakeData(name, "csv")).documents[0]
    two.pass_on()
    for end in two.both(name):
        use = end.uses[-1]
        assert (use.rows, use.columns, use.digest, use.delivery) == (16, 3, document.digest, False)
    with refused("not_party"):
        received.take(two.at_county("civil"), asks.TakeData(name))


def test_a_delivery_of_many_parts_goes_on_with_the_part_that_is_missing_and_no_altered_part_is_taken(two, monkeypatch):
    monkeypatch.setattr(landing, "PART", 200)
    name = two.ask()
    two.pass_on()
    two.decide(name)
    two.deliver(name)
    two.city.deliver(two.wire)
    asked, ask = list[int](), two.wire.ask

    def cut(to: Any, question: Any) -> Any:
        if question.envelope.kind == landing.ASK_PART:
            asked.append(question.body["part"])
            if len(asked) in (2, 5):
                raise Problem("unreachable", both("cut off"))
        return ask(to, question)

    two.wire.ask = cut
    (wanted,) = case(two.county.workspace.ledger, name).coming
    assert len(wanted.parts) >= 4
    assert [gather(two.county, two.wire) for _ in range(3)] == [1, 1, 0]
    assert sorted(set(asked)) == list(range(len(wanted.parts)))
    assert len(asked) == len(wanted.parts) + 2, "what was here was not asked for again"
    assert landed_rows(two, name) == granted_rows(40)


def test_parts_are_given_to_nobody_but_the_node_they_are_for_and_only_while_the_grant_holds(two, tmp_path):
    name = two.ask()
    two.pass_on()
    two.decide(name)
    two.deliver(name)
    two.city.deliver(two.wire)
    with two.county.workspace.store.read() as connection:
        holder = node_records.find(connection, two.city_id)
    digest = case(two.county.workspace.ledger, name).coming[0].digest
    body = {"request": name, "digest": digest, "part": 0}
    assert two.county.ask(holder, landing.ASK_PART, body, two.wire)["part"] == 0
    for wrong in ({"request": "R-0000000000"}, {"digest": "sha256:" + "0" * 64}, {"part": -1}):
        with refused("unknown_request" if "request" in wrong else "unknown_part"):
            two.county.ask(holder, landing.ASK_PART, {**body, **wrong}, two.wire)
    two.clock.now = datetime(2027, 1, 1, tzinfo=CHINA)
    with refused("not_granted"):
        two.county.ask(holder, landing.ASK_PART, body, two.wire)


def test_a_newer_delivery_takes_the_place_of_the_older_in_the_receivers_lake(two):
    name = two.delivered()
    two.city.workspace.lake.append(PEOPLE, people(5))
    two.deliver(name)
    two.pass_on()
    assert len(landed_rows(two, name)) == 16 + 2
    assert [one.rows for one in case(two.city.workspace.ledger, name).landed] == [16, 18]


def test_the_pages_of_both_ends_name_the_other_node_and_say_where_the_request_lies(two):
    name = two.delivered()
    for end, other, lies in ((two.city, "county", False), (two.county, "city", True)):
        with TestClient(application(end.workspace)) as client:
            page = client.get(f"/en/sharing/{name}")
            assert (page.status_code, other in page.text) == (200, True)
            assert ("at the node that holds the data" in page.text) is lies
            assert client.get("/zh/sharing").status_code == 200


def test_what_is_stopped_on_its_way_leaves_no_part_at_either_end(two, monkeypatch):
    monkeypatch.setattr(landing, "PART", 200)
    name = two.ask()
    two.pass_on()
    two.decide(name)
    two.deliver(name)
    two.city.deliver(two.wire)
    ask = two.wire.ask

    def cut(to: Any, question: Any) -> Any:
        if question.body.get("part") == 2:
            raise Problem("unreachable", both("cut off"))
        return ask(to, question)

    two.wire.ask = cut
    assert gather(two.county, two.wire) == 1
    incoming, outgoing = two.county.workspace.folder / "incoming", two.city.workspace.folder / "outgoing"
    assert len(list(incoming.glob("*/*"))) == 2
    following.stop(two.at_city("civil"), asks.StopRequest(name, "safety", "数据泄露风险", agreed=True))
    two.city.deliver(two.wire)
    assert list(incoming.glob("*/*")) == []
    gather(two.city, two.wire)
    assert list(outgoing.iterdir()) == []
    two.wire.ask = ask
    assert gather(two.county, two.wire) == 0
    assert case(two.county.workspace.ledger, name).landed == ()


@pytest.mark.parametrize("said", ["no base64 !", "", "AAAA"])
def test_a_holder_that_sends_something_else_lands_nothing_and_stops_nothing_else(two, said):
    name, other = two.ask("k1"), two.ask("k2", columns=("place",))
    two.pass_on()
    for each in (name, other):
        two.decide(each)
        two.deliver(each)
    two.city.deliver(two.wire)
    two.county.deliver(two.wire)
    questions = dict(two.city.questions)

    def part(exchange: Exchange, asker: Any, question: Any) -> Any:
        return {"part": 0, "data": said} if question.body["request"] == name else questions[landing.ASK_PART](exchange, asker, question)

    url = two.city.hello().profile.url
    two.wire.at[url] = Exchange(two.city.workspace, two.city.kinds, {**questions, landing.ASK_PART: part}, two.clock)
    assert gather(two.county, two.wire) == 1
    assert [bool(case(two.county.workspace.ledger, each).landed) for each in (name, other)] == [False, True]

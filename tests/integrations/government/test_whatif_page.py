"""The page of what-if and drill: what it says of a node without cases, and of one with a hundred."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from litestar.testing import TestClient

from jingwei.doors.portal.app import application
from jingwei.integrations.government.cases.deployments import compile_files, keep, newest
from jingwei.integrations.government.cases.records import changing, events
from jingwei.integrations.government.simulation.asks import AskWhatIf
from jingwei.integrations.government.simulation.learning import learn
from jingwei.integrations.government.simulation.sources import from_events
from jingwei.integrations.government.simulation.views import what_if
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import CHINA
from jingwei.kernel.people import ANONYMOUS
from jingwei.kernel.periods import work_calendar
from jingwei.kernel.workspace import Workspace

SEED = 3
LINE = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t"><process id="line" isExecutable="true">
<laneSet id="l"><lane id="l1" name="hall"><flowNodeRef>look</flowNodeRef></lane><lane id="l2" name="head"><flowNodeRef>sign</flowNodeRef></lane></laneSet>
<startEvent id="s"><outgoing>f0</outgoing></startEvent><userTask id="look"><incoming>f0</incoming><outgoing>f1</outgoing></userTask>
<userTask id="sign"><incoming>f1</incoming><outgoing>f2</outgoing></userTask><endEvent id="z"><incoming>f2</incoming></endEvent>
<sequenceFlow id="f0" sourceRef="s" targetRef="look"/><sequenceFlow id="f1" sourceRef="look" targetRef="sign"/><sequenceFlow id="f2" sourceRef="sign" targetRef="z"/>
</process></definitions>"""


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """Cases looked at and signed by one officer each, about twelve a working day."""
    context = Context(Workspace(tmp_path_factory.mktemp("node")), clock=lambda: datetime(2025, 6, 30, 9, tzinfo=CHINA))
    rng = np.random.default_rng(SEED)
    calendar = work_calendar()
    days = [d for d in (date(2025, 6, 3) + timedelta(days=i) for i in range(40)) if calendar.works_on(d)][:15]
    with changing(context) as desk:
        keep(desk.connection, compile_files({"line.bpmn": LINE.encode()}), 0)
        deployment = newest(desk.connection, "line")
        for day in days:
            opens = datetime.combine(day, datetime.min.time(), CHINA) + timedelta(hours=9)
            free = {"look": opens, "sign": opens}
            for came in sorted(rng.uniform(0, 400, rng.poisson(12))):
                at = desk.now = opens + timedelta(minutes=float(came))
                live = desk.start(deployment, {})
                for node in ("look", "sign"):
                    work = next(w for w in live.state.waiting() if deployment.net.nodes[w.node].id == node)
                    desk.now = max(at, free[node])
                    desk.claim(live, work.id, f"p-{'0' * 31}{1 if node == 'look' else 2}")
                    at = free[node] = desk.now = desk.now + timedelta(minutes=float(rng.gamma(4, 5)))
                    desk.complete(live, work.id)
    return context


def test_the_cases_of_a_node_teach_who_does_what_and_how_long_it_takes(node):
    log = from_events(events(node, process="line")).log
    assert 150 < len(log.cases) < 250
    model = learn(log)
    assert [p.servers for p in model.pools] == [1, 1]
    assert all(15 < law.mean < 25 for law in model.durations.values())


def test_the_page_foretells_as_it_is_and_as_changed(node):
    now = what_if(node, AskWhatIf("line"))
    assert now.refused is None
    assert [len(now.bars), now.difference] == [2, ""]
    more = what_if(node, AskWhatIf("line", "merge", "look", "sign"))
    assert len(more.bars) == 4
    assert re.fullmatch(r"-?\d+\.\d\d \(-?\d+\.\d\d–-?\d+\.\d\d\)", more.difference)
    assert all(0 <= b.low <= b.at <= b.high <= 1_000 for b in more.bars)


def test_a_change_that_cannot_be_is_told_on_the_page_which_shows_the_rest(node):
    told = what_if(node, AskWhatIf("line", "parallel", "sign", "look"))
    assert "right after" in told.wrong.en
    assert len(told.bars) == 2
    assert "'x' is no number" in what_if(node, AskWhatIf("line", "add", "look", amount="x")).wrong.en


def test_only_whoever_may_simulate_tries_changes(node):
    told = what_if(replace(node, principal=ANONYMOUS), AskWhatIf("line", "add", "look"))
    assert not told.tries
    assert len(told.bars) == 2


def test_the_page_is_there_in_both_languages_with_a_row_for_each_provider(node):
    with TestClient(application(node.workspace)) as client:
        for language, words in (("zh", "停摆演练"), ("en", "Outage drill")):
            page = client.get(f"/{language}/what-if?process=line&thing=newborn")
            assert page.status_code == 200
            assert words in page.text
            assert page.text.count('class="band"') == 2 + 5
        assert client.get("/en/what-if?thing=nothing").status_code == 404


def test_a_node_without_cases_says_what_to_do_and_drills_all_the_same(tmp_path):
    with TestClient(application(Workspace(tmp_path))) as client:
        page = client.get("/en/what-if").text
    assert "not assessable" in page
    assert "event log" in page
    assert 'class="band"' in page

"""A node below that falls silent becomes one matter, closed when it is back; those below it are not blamed for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nodes import Time, Wire, node, stand_below

from jingwei.coordination.federation import below, live
from jingwei.coordination.federation.below import TESTS, Below, Nodes
from jingwei.coordination.matters.actions import check
from jingwei.coordination.matters.model import CheckMatters, Matter
from jingwei.coordination.matters.records import read_matters
from jingwei.coordination.matters.rules import silent_nodes
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import CHINA
from jingwei.kernel.exchange import Exchange
from jingwei.kernel.i18n import Text

NOW = datetime(2026, 3, 2, 9, tzinfo=CHINA)
DAY = timedelta(days=1)
CITY, COUNTY, OTHER = (f"n-{c * 40}" for c in "abc")


def nodes(results: dict[tuple[str, str], tuple[bool, float]], since: float = 30) -> Nodes:
    """A city with a county below it, and another city. results : by node and test, whether it passed and how many days ago."""
    there = {CITY: "n-me", COUNTY: CITY, OTHER: "n-me"}
    return Nodes({n: Below(n, above, "city", "440100", Text(n, n)) for n, above in there.items()},
                 {(n, t): below.Tested(n, there[n], t, passed, "" if passed else "broken", NOW - DAY * days) for (n, t), (passed, days) in results.items()},
                 dict.fromkeys(there, NOW - DAY * since))


def causes(found: Nodes, heard: dict[str, datetime | None] | None = None) -> dict[str, int]:
    return {c.about.removeprefix("node:"): c.blocked for c in silent_nodes(found, heard or {}, NOW, DAY)}


GOOD = {(n, t): (True, 0.1) for n in (CITY, COUNTY, OTHER) for t in TESTS}


def test_a_node_that_passed_its_tests_or_was_heard_of_lately_is_no_matter():
    assert causes(nodes(GOOD)) == {}
    old = {**GOOD, **{(CITY, t): (True, 1.5) for t in TESTS}}
    assert causes(nodes(old)) == {CITY: 2}
    assert causes(nodes(old), {CITY: NOW - DAY / 2}) == {}


def test_one_that_fails_a_test_is_a_matter_though_it_is_heard_of_and_the_county_below_it_is_blamed_for_its_own_only():
    failed = {**GOOD, (CITY, "query"): (False, 0.1)}
    assert causes(nodes(failed), {CITY: NOW}) == {CITY: 2}
    assert causes(nodes({**failed, (COUNTY, "back"): (False, 0.1)})) == {CITY: 2, COUNTY: 1}


def test_those_below_a_silent_node_are_blocked_by_it_and_no_matters_of_their_own():
    silent = {(n, t): (True, 3) if n != OTHER else (True, 0) for n, t in GOOD}
    assert causes(nodes(silent)) == {CITY: 2}
    away = {**silent, **{(CITY, t): (False, 0.01) for t in TESTS}}
    assert causes(nodes(away), {CITY: NOW - DAY / 2}) == {CITY: 2}


def test_one_never_tested_has_as_long_as_a_silence_to_be_so():
    assert causes(nodes({}, since=0.9)) == {}
    assert causes(nodes({}, since=1.1)) == {CITY: 2, OTHER: 1}


RESULTS = st.dictionaries(st.tuples(st.sampled_from([CITY, COUNTY, OTHER]), st.sampled_from(list(TESTS))), st.tuples(st.booleans(), st.floats(0, 3)))


@given(RESULTS, st.floats(0, 3))
def test_every_node_that_is_not_well_is_one_cause_or_blocked_by_one_and_none_is_both(results, since):
    found = nodes(results, since)
    named = causes(found)
    blocked = {n for one in named for n in found.under(one)}
    for n in (CITY, COUNTY, OTHER):
        tests = [r for (node_, _), r in results.items() if node_ == n]
        well = all(p for p, _ in tests) and min([since, *(d for p, d in tests if p)]) <= 1
        assert (n in named or n in blocked) or well
        assert not (n in named and well)


def matters(exchange: Exchange) -> list[Matter]:
    found = check(Context(exchange.workspace, clock=exchange.clock), CheckMatters())
    assert found.data["written"] in (True, False)
    return [m for m in read_matters(exchange.workspace.ledger).values() if m.cause.rule == "node_silent"]


@pytest.fixture
def pair(tmp_path: Path, monkeypatch):
    clock = Time()
    gd, gz = node(tmp_path / "gd", "gd", "province", "440000", 6001, clock), node(tmp_path / "gz", "gz", "city", "440100", 6002, clock)
    wire = Wire({each.hello().profile.url: each for each in (gd, gz)})
    monkeypatch.setattr("jingwei.coordination.federation.sources.Http", lambda *_: wire)
    stand_below(gz, gd, wire)
    return gd, gz, wire


def test_a_silent_node_opens_one_matter_that_closes_when_it_is_back_and_returns_when_it_goes_again(pair):
    gd, gz, wire = pair
    live.test(gd, wire)
    assert matters(gd) == []
    url = gz.hello().profile.url
    for turn in range(2):
        gone = wire.at.pop(url)
        for _ in range(2):
            live.test(gd, wire)
            gd.clock.now += timedelta(hours=13)
            (m,) = matters(gd)
            assert (m.phase, m.returned, m.cause.about) == ("open", turn, f"node:{gz.hello().profile.id}")
        wire.at[url] = gone
        gd.clock.now += timedelta(minutes=6)
        live.test(gd, wire)
        (m,) = matters(gd)
        assert m.phase == "closed"
    opened = [e for _, e in gd.workspace.ledger.entries() if b'"matter.opened"' in e and b"node_silent" in e]
    assert len(opened) == 1

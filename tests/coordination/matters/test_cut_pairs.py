"""A pair of departments that is cut off lowers *across* by exactly its share and becomes a matter; joined again, the matter is gone."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import count

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from litestar.testing import TestClient

from jingwei.coordination.gauges import across
from jingwei.coordination.matters import rules
from jingwei.coordination.matters.model import Cause
from jingwei.doors.cli import program
from jingwei.doors.portal.app import application
from jingwei.kernel.clock import CHINA
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Event
from jingwei.kernel.told import Told
from jingwei.kernel.workspace import Workspace

NOW = datetime(2025, 6, 10, 15, tzinfo=CHINA)
TODAY, DAY = NOW.date(), timedelta(days=1)
Said = tuple[str, dict[str, object], datetime]


def need(n: int, asker: str, holder: str = "police", **more: object) -> Said:
    return "need.declared", {"need": f"N{n}", "asker": asker, "holder": holder, "evidence": f"E{n}", "days": 10, **more}, NOW - 200 * DAY


def asked(n: int, request: str, due: date = TODAY + DAY, **more: object) -> Said:
    return "evidence.asked", {"need": f"N{n}", "request": request, "due": str(due), **more}, NOW


def met(request: str, at: datetime = NOW, **more: object) -> Said:
    return "evidence.met", {"request": request, "by": "machine", "reasked": False, **more}, at


def refused(request: str, at: datetime = NOW, **more: object) -> Said:
    return "evidence.refused", {"request": request, **more}, at


def events(*said: Said) -> list[Told]:
    return [Told(i, at.isoformat(), kind, facts, {}) for i, (kind, facts, at) in enumerate(said)]


def causes(*said: Said) -> list[Cause]:
    return list(rules.cut_pairs(events(*said), TODAY, {"edu": Text("教育", "Education")}))


@given(st.integers(1, 12), st.data())
def test_exactly_the_pairs_that_were_cut_are_matters_and_across_falls_by_exactly_their_share(n, data):
    cut = data.draw(st.sets(st.integers(0, n - 1)))
    whole = [e for i in range(n) for e in (need(i, f"a{i}"), asked(i, f"r{i}"), met(f"r{i}"))]
    broken = [*whole, *(e for i in cut for e in (asked(i, f"x{i}"), refused(f"x{i}")))]
    before, after = (across.across(across.fold(across.read(events(*e))[0]), TODAY, {}) for e in (whole, broken))
    assert Fraction(before.met, before.of) - Fraction(after.met, after.of) == Fraction(len(cut), n)
    assert causes(*whole) == []
    found = causes(*broken)
    assert {c.about for c in found} == {f"pair:a{i}/police" for i in cut}
    assert len({c.key for c in found}) == len(cut)


@pytest.mark.parametrize(("came", "since"), [
    ([], None), ([asked(1, "r"), met("r")], None), ([asked(1, "r")], None),
    ([asked(1, "r"), refused("r", NOW - 3 * DAY)], TODAY - 3 * DAY),
    ([asked(1, "r", TODAY - 5 * DAY)], TODAY - 4 * DAY),
    ([asked(1, "r", TODAY - 95 * DAY), met("r", NOW - 95 * DAY)], TODAY - 5 * DAY),
    ([asked(1, "r"), refused("r", NOW - 95 * DAY), asked(1, "q"), met("q")], None)],
    ids=["never asked", "met", "within its term", "refused", "late", "nobody asks any more", "met again"])
def test_a_pair_is_cut_when_what_was_asked_for_is_no_longer_met_and_since_the_day_of_that(came, since):
    assert [c.since for c in causes(need(1, "edu"), *came)] == ([since] if since else [])


def test_a_pair_is_one_matter_that_blocks_each_of_its_needs_and_says_who_lacks_what():
    (cause,) = causes(need(1, "edu"), need(2, "edu"), need(3, "edu"), asked(1, "r"), refused("r"), asked(2, "q"), refused("q"), asked(3, "p"), met("p"))
    assert (cause.blocked, cause.rule, cause.synthetic) == (2, "pair_cut", False)
    assert "Education no longer gets evidence of police: E1" in cause.text.en
    assert "教育" in cause.text.zh


def test_an_invented_cut_is_labelled_and_an_invented_delivery_mends_nothing():
    invented = {"synthetic": True}
    (cause,) = causes(need(1, "edu"), asked(1, "r"), met("r"), asked(1, "x", **invented), refused("x", **invented))
    assert cause.synthetic
    real = [need(1, "edu"), asked(1, "r", TODAY - 95 * DAY), met("r", NOW - 95 * DAY)]
    (still,) = causes(*real, asked(1, "q", **invented), met("q", **invented))
    assert not still.synthetic
    assert still.key != cause.key


def test_organisations_of_any_name_make_a_key_that_the_record_takes():
    (cause,) = causes(need(1, "教育 局/一"), asked(1, "r"), refused("r"))
    assert cause.key.isascii()
    assert " " not in cause.key
    assert cause.about.count("/") == 1


def test_a_matter_opens_when_a_pair_is_cut_goes_up_between_the_two_and_closes_when_it_is_joined_again(node, monkeypatch):
    number = count()

    def say(*said: Said, at: datetime) -> dict[str, object]:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(at.timestamp())))
        node.ledger.record([Event(kind, at, "local", facts, {}, f"t/{next(number)}") for kind, facts, _ in said])
        return call(node, "matters", "check")

    with node.store.write():
        pass
    assert say(need(1, "edu"), asked(1, "r"), met("r"), at=NOW)["matters"] == len(call(node, "matters"))
    assert cut_of(node) == []
    say(asked(1, "x"), refused("x"), at=NOW + DAY)
    say(at=NOW + 2 * DAY)
    (matter,) = cut_of(node)
    assert (matter["phase"], matter["since"], matter["level"]) == ("open", str(TODAY + DAY), "negotiation")
    with TestClient(application(node)) as portal:
        page = portal.get(f"/zh/matter/{matter['code']}").text
    assert "/zh/gauge/across" in page
    assert "断了" in page
    say(at=NOW + 40 * DAY)
    assert cut_of(node)[0]["level"] == "bureau"
    say(asked(1, "y", TODAY + 200 * DAY), met("y"), at=NOW + 95 * DAY)
    assert cut_of(node)[0]["phase"] == "closed"


def call(node: Workspace, *words: str) -> dict | list:
    done = CliRunner().invoke(program("en"), [*words, "--json", "--workspace", str(node.folder)])
    assert done.exit_code == 0, done.output + repr(done.exception)
    return json.loads(done.stdout)


def cut_of(node: Workspace) -> list[dict]:
    return [m for m in call(node, "matters") if m["rule"] == "pair_cut"]

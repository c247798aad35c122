"""Which figures a node may use: the published ones and its own, less what an unreleased finding holds back."""

from __future__ import annotations

import math
from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingwei.coordination.observations import actions, figures
from jingwei.coordination.observations.declared import declared_measures
from jingwei.coordination.observations.figures import (
    accepted,
    held_rows,
    observation_rows,
    own_figures,
    published_figures,
    read_book,
    screen_figures,
)
from jingwei.coordination.observations.model import HELD, OBSERVATIONS, RELEASES, Figure, Held, Observe, Release
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import records
from jingwei.kernel.problems import Problem
from jingwei.kernel.receipts import Receipt
from jingwei.kernel.tables import Document, Table
from jingwei.kernel.workspace import Workspace

NAMES = [f"f{i}" for i in range(5)]


def figure(name: str, line: int = 1, **other: object) -> Figure:
    plain = {"measure": "pue", "place": "CN", "period": "2030", "value": 1.3, "last_place": 0.1, "unit": "ratio", "status": "observed",
             "source": "mine", "vintage": "v1", "file": "sha256:0", "line": line, "order": 1}
    return Figure(name, **{**plain, **other})


def held(name: str, *ids: str, known: bool = False) -> Held:
    return Held(name, "jump", "pue", "CN", Text("跳变", "jump"), ids, known)


def keep(node: Context, own: list[Figure], found: list[Held], released: list[str]) -> None:
    lake = node.workspace.lake
    lake.append(OBSERVATIONS, observation_rows(own))
    lake.append(HELD, held_rows(found))
    lake.append(RELEASES, [{"finding": name, "reason": "checked", "at": "2026", "by": "local"} for name in released])


@pytest.fixture
def node(tmp_path) -> Context:
    return Context(Workspace(tmp_path / "node"))


def test_a_figure_and_a_finding_are_kept_and_read_back_whole(node):
    own = [figure("f0"), figure("f1", 2, value=None, status="missing", note="；", definition="d", as_of="2030-06")]
    keep(node, own, [held("jump-1", "f0", "f1"), held("known-1", known=True)], ["jump-1"])
    assert list(own_figures(node)) == own
    mine = [h for h in read_book(node).held if h.id in ("jump-1", "known-1")]
    assert [(h.id, h.figures, h.known, h.released) for h in mine] == [("jump-1", ("f0", "f1"), False, "checked"), ("known-1", (), True, "")]


def test_a_figure_is_free_only_when_every_finding_on_it_was_released(node):
    keep(node, [figure("f0"), figure("f1", 2), figure("f2", 3)], [held("a", "f0", "f1"), held("b", "f1"), held("c", "f2", known=True)], ["a"])
    assert [f.id for f in own_figures(node)] == ["f0", "f2"]


@settings(max_examples=25)
@given(found=st.lists(st.builds(lambda n, ids, known: held(n, *ids, known=known), st.sampled_from("abcd"), st.lists(st.sampled_from(NAMES), unique=True),
                                st.booleans()), max_size=5, unique_by=lambda h: h.id), released=st.lists(st.sampled_from("abcdz"), max_size=3))
def test_the_query_and_the_book_agree_with_plain_reasoning(tmp_path_factory, found, released):
    node = Context(Workspace(tmp_path_factory.mktemp("node")))
    own = [figure(name, i) for i, name in enumerate(NAMES)]
    keep(node, own, found, released)
    back = {f for h in found if not h.known and h.id not in released for f in h.figures}
    expected = [name for name in NAMES if name not in back]
    assert [f.id for f in own_figures(node)] == expected
    assert [f.id for f in read_book(node).usable if f.source == "mine"] == expected


@pytest.mark.parametrize(("status", "value", "used"), [("observed", 1.3, True), ("revised", 1.3, True), ("estimated", 1.3, True), ("missing", None, False),
                                                       ("missing", 1.3, False), ("synthetic", 1.3, False), ("observed", None, False)])
def test_only_a_real_figure_with_a_value_is_used(node, status, value, used):
    keep(node, [figure("f0", status=status, value=value)], [], [])
    assert [f.id for f in own_figures(node)] == ["f0"]
    assert any(f.id == "f0" for f in read_book(node).usable) == used


def test_a_release_may_also_free_a_published_figure(node):
    book = read_book(node)
    binding = next((h for h in book.held if not h.known and h.figures), None)
    if binding is None:
        pytest.skip("no published figure is held back")
    actions.release(node, Release(binding.id, "confirmed by the issuer"))
    after = read_book(node)
    others = {f for h in after.held if not h.known and not h.released for f in h.figures}
    free = {f.id for f in published_figures() if f.id in binding.figures and f.value is not None} - others
    assert free <= {f.id for f in after.usable}
    assert {f.id for f in book.usable} <= {f.id for f in after.usable}


def test_a_release_tells_the_reason_the_person_and_the_hour_and_the_last_one_counts(node):
    keep(node, [figure("f0")], [held("jump-1", "f0")], [])
    for reason in (" first look ", "confirmed"):
        actions.release(node, Release("jump-1", reason))
    rows = records(node.read(RELEASES), by=("at", "reason"))
    assert sorted(r["reason"] for r in rows) == ["confirmed", "first look"]
    assert {r["by"] for r in rows} == {"local"}
    assert all(r["at"].endswith("+08:00") for r in rows)
    assert next(h for h in read_book(node).held if h.id == "jump-1").released in ("confirmed", "first look")


@pytest.mark.parametrize(("finding", "reason", "code"), [("jump-2", "x", "unknown_finding"), ("", "x", "unknown_finding"), ("jump-1", " ", "no_reason")])
def test_a_release_of_nothing_or_for_nothing_is_refused_and_writes_nothing(node, finding, reason, code):
    keep(node, [figure("f0")], [held("jump-1", "f0")], [])
    with pytest.raises(Problem) as raised:
        actions.release(node, Release(finding, reason))
    assert raised.value.code == code
    assert raised.value.remedy
    assert records(node.read(RELEASES), by=("at",)) == []


def test_a_node_reads_what_it_read_then_when_a_snapshot_is_pinned(node):
    keep(node, [figure("f0")], [], [])
    read_book(node)
    pinned = Context(node.workspace, pinned=dict(node.snapshots))
    keep(node, [figure("f1", 2)], [held("jump-1", "f0")], [])
    assert [f.id for f in own_figures(pinned)] == ["f0"]
    assert [f.id for f in own_figures(node)] == ["f1"]


# Published figures


def test_every_published_figure_has_an_identity_of_its_own_and_stands_in_its_measures_unit():
    known = published_figures()
    assert len({f.id for f in known}) == len(known)
    for f in known:
        assert f.unit == declared_measures()[f.measure].unit
        assert f.order == 0
        assert f.source
        assert f.value is None or math.isfinite(f.value)


def test_the_last_printed_digit_of_a_published_figure_divides_it():
    for f in published_figures():
        if f.value is not None:
            steps = f.value / f.last_place
            assert abs(steps - round(steps)) < 1e-6 * max(1.0, abs(steps)), f.id


def test_no_published_figure_is_lost_between_used_and_held(tmp_path):
    book = read_book(Context(Workspace(tmp_path)))
    back = {f for h in book.held if not h.known for f in h.figures}
    real = {f.id for f in published_figures() if f.value is not None and f.status not in ("missing", "synthetic")}
    assert {f.id for f in book.usable} == real - back


def test_nothing_new_needs_no_screening():
    assert screen_figures((), published_figures()) == []
    assert screen_figures([figure("f0", value=None, status="missing")], published_figures()) == []


def test_a_declared_break_is_told_once_however_many_files_tell_of_it(node):
    for vintage in ("v1", "v2"):
        rows = "\n".join(f"users_5g,CN,{year},{value},100M accounts,mine,{vintage},observed" for year, value in ((2022, 5.61), (2023, 8.05), (2024, 10.14)))
        content = f"measure,place,period,value,unit,source,vintage,status\n{rows}\n".encode()
        actions.observe(node, Observe(Table.read(Document("f.csv", content))))
    names = [h.id for h in read_book(node).held if not h.figures]
    assert len(names) == len(set(names))


def test_the_query_behind_published_numbers_keeps_every_column(node):
    keep(node, [figure("f0")], [held("a", "f9")], [])
    table = accepted(node.read(OBSERVATIONS), node.read(HELD), node.read(RELEASES))
    assert records(table, by=("id",)) == [asdict(figure("f0"))]


def test_what_was_read_for_a_book_is_what_a_receipt_would_name(node):
    keep(node, [figure("f0")], [], [])
    figures.read_book(node)
    assert set(node.snapshots) == {"observations", "held", "releases"}
    assert "snapshots" in Receipt.__struct_fields__

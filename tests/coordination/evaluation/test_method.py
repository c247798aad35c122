"""Ranks by a method of one's own: what is asked for is what is computed, and the rest is said."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from jingwei.coordination.evaluation.ask import AskRank, Evaluate
from jingwei.coordination.evaluation.compute import evaluated
from jingwei.coordination.evaluation.method import rescore, weighed_at
from jingwei.kernel.actions import Context, replay, run
from jingwei.kernel.problems import Problem
from jingwei.kernel.receipts import Receipt
from jingwei.kernel.workspace import Workspace
from jingwei.plan import pillars


@pytest.fixture(scope="module")
def context(tmp_path_factory) -> Context:
    return Context(Workspace(tmp_path_factory.mktemp("node")))


def test_the_standard_method_gives_the_scores_and_ranks_of_the_evaluation(context):
    done, tried = evaluated(context, Evaluate()).provinces, rescore(context, AskRank())
    assert_allclose(tried.spread.score, done.top.score, rtol=1e-12)
    assert (tried.spread.rank == done.top.rank).all()
    assert tried.survives.all()
    assert tried.sure == tried.kept


def test_a_room_weighed_by_nothing_leaves_the_other_to_decide(context):
    done = evaluated(context, Evaluate()).provinces
    only = rescore(context, AskRank(weight=("F1=0",)))
    assert_allclose(only.spread.score, done.spreads["2522", "I1"].score, rtol=1e-12)


def test_a_heavier_room_pulls_the_scores_towards_it(context):
    done = evaluated(context, Evaluate()).provinces
    f1, i1 = done.spreads["2522", "F1"].score, done.spreads["2522", "I1"].score
    assert_allclose(rescore(context, AskRank(weight=("F1=3",))).spread.score, (3 * f1 + i1) / 4, rtol=1e-12)


def test_a_measure_weighed_by_nothing_counts_no_more(context):
    tried = rescore(context, AskRank(weight=("websites_per_100_firms=0",)))
    without = next(s for s in rescore(context, AskRank()).shifts if s.what.en == "without Websites per 100 firms")
    usual = evaluated(context, Evaluate()).provinces.top.rank
    assert np.abs(tried.spread.rank - usual).mean() == pytest.approx(without.mean)


def test_a_room_alone_in_its_wing_is_weighed_by_the_wing(context):
    tree = rescore(context, AskRank()).tree
    assert weighed_at(tree, "F1") == "F"
    assert weighed_at(tree, "broadband_ports") == "broadband_ports"


@pytest.mark.parametrize(("asked", "code"), [
    (AskRank(weight=("F9=1",)), "unknown_node"), (AskRank(weight=("F1=-1",)), "bad_weight"), (AskRank(weight=("F1=nan",)), "bad_weight"),
    (AskRank(weight=("F1",)), "bad_weight"), (AskRank(weight=("F1=0", "I1=0")), "bad_weight"), (AskRank(year=1999), "bad_year"),
    (AskRank(normalise="percentile", aggregate="geometric"), "not_positive")])
def test_what_cannot_be_done_is_said(context, asked, code):
    with pytest.raises(Problem) as caught:
        rescore(context, asked)
    assert caught.value.code == code
    assert caught.value.remedy.en


def test_the_action_gives_ranks_with_a_receipt_that_replays(context, tmp_path):
    action = next(a for p in pillars() for a in p.actions if a.path == ("rank",))
    result = run(action, context, AskRank(aggregate="geometric", weight=("F1=2",)))
    assert [row["rank"] for row in sorted(result.data, key=lambda r: r["rank"])] == list(range(1, 32))
    receipt = Receipt.read(next(d for d in result.documents if d.name == "receipt.json"))
    assert replay(receipt, action, context, tmp_path).identical


def test_an_ordinary_evaluation_is_worked_out_once(context):
    assert evaluated(context, Evaluate()) is evaluated(context, Evaluate())
    assert set(context.snapshots) == {"observations", "held", "releases"}

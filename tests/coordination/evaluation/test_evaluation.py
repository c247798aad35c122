"""The evaluation says what the figures allow, and changes when they do."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from numpy.testing import assert_allclose

from jingwei import plan
from jingwei.coordination.evaluation.actions import evaluate
from jingwei.coordination.evaluation.ask import Evaluate
from jingwei.coordination.evaluation.compute import FIELDS, compute
from jingwei.coordination.evaluation.model import RoomStatus
from jingwei.coordination.evaluation.nation import Goalpost, attainment
from jingwei.coordination.evaluation.report import report
from jingwei.coordination.observations.actions import observe, release
from jingwei.coordination.observations.declared import declared_measures
from jingwei.coordination.observations.figures import read_book
from jingwei.coordination.observations.model import Observe, Release
from jingwei.kernel.actions import replay, run
from jingwei.kernel.clock import CHINA
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import NotAssessable, Problem
from jingwei.kernel.receipts import Receipt
from jingwei.kernel.tables import Document, Table

EXPECTED = {
    "F1.1.stations": "met", "F1.1.users": "met", "F1.1.gigabit": "met", "F1.2.users": "met", "F1.2.users_raised": "met",
    "F1.2.traffic": "not_established", "F1.5.total": "not_comparable", "F1.5.smart_share": "not_assessable",
    "F1.5.storage": "not_assessable", "I1.1.core_share": "not_established", "I1.1.software": "not_assessable",
    "I1.2.retail": "not_assessable", "I1.2.commerce": "not_assessable", "I1.2.platforms": "not_assessable",
    "I1.2.firms": "not_assessable", "I1.2.cloud": "not_assessable", "I2.3.users": "not_assessable",
    "I2.3.permits": "not_assessable", "I4.1.netizens": "missed", "I5.4.pue": "not_comparable",
    "C1.1.patents": "not_assessable", "C1.1.intensity": "not_assessable", "C1.2.firms": "not_assessable",
    "C1.1.investment": "not_assessable", "I1.1.core_share_2030": "not_assessable",
}


def own(context, *rows: str) -> None:
    head = "measure,place,period,value,unit,source,vintage,status\n"
    table = Table.read(Document("own.csv", (head + "\n".join(rows)).encode()))
    observe(context, Observe(table))


def test_each_2025_target_has_the_verdict_its_figures_allow(published):
    assert {v.target.code: v.word for v in published.verdicts} == EXPECTED


def test_the_verdicts_are_the_same_on_whatever_day_they_are_asked_for(context):
    early = replace(context, clock=lambda: datetime(2023, 1, 1, tzinfo=CHINA))
    assert {v.target.code: v.word for v in compute(early, Evaluate(level="nation")).verdicts} == EXPECTED


def test_a_target_without_a_2025_figure_still_shows_the_last_one(published):
    retail = next(v for v in published.verdicts if v.target.code == "I1.2.retail")
    assert (retail.value, retail.period) == (15.4, "2023")
    assert "2025" in retail.reason.en


def test_a_target_not_yet_due_has_a_probability_strictly_between_0_and_1(published):
    later = next(v for v in published.verdicts if v.target.year == 2030)
    assert later.word == "not_assessable"
    assert later.probability is not None
    assert 0 < later.probability < 1


def test_the_thirteen_goals_are_judged_each_by_itself(published):
    words = {g.number: g.word for g in published.goals}
    assert sorted(words) == list(range(1, 14))
    assert words[7] == "missed"
    assert words[1] == "not_established"
    assert words[8] == "not_comparable"


def test_the_acceleration_of_goal_2_is_decided_by_a_2025_figure(context):
    own(context, "data_output,全国,2025,55.0,ZB,test,v,observed")
    assert next(g for g in compute(context, Evaluate(level="nation")).goals if g.number == 2).word == "met"


def test_a_figure_short_of_the_year_before_misses_the_acceleration(context):
    own(context, "data_output,全国,2025,45.0,ZB,test,v,observed")
    assert next(g for g in compute(context, Evaluate(level="nation")).goals if g.number == 2).word == "missed"


@pytest.mark.parametrize(("value", "word"), [("14.5", "met"), ("13.9", "missed"), ("14.0", "not_established")])
def test_an_own_figure_decides_a_target_that_nobody_had_published(context, value, word):
    """14.0 is printed to a tenth: before rounding it may have been 13.95, so the target is not established."""
    own(context, f"software_revenue,CN,2025,{value},trillion yuan,test,v,observed")
    verdicts = {v.target.code: v for v in compute(context, Evaluate(level="nation")).verdicts}
    assert verdicts["I1.1.software"].word == word


def test_two_sources_that_disagree_establish_nothing(context):
    own(context, "netizens,CN,2025,12.1,100M persons,another count,v,observed")
    verdicts = {v.target.code: v for v in compute(context, Evaluate(level="nation")).verdicts}
    assert verdicts["I4.1.netizens"].word == "not_established"
    assert "disagree" in verdicts["I4.1.netizens"].reason.en


@pytest.mark.parametrize(("figure", "code", "word"), [
    ("ipv6_mobile_traffic_share,CN,2025,71.2,%", "F1.2.traffic", "met"), ("ipv6_mobile_traffic_share,CN,2025,69.4,%", "F1.2.traffic", "missed"),
    ("core_industry_gdp_share,CN,2025,10.4,%", "I1.1.core_share", "met"), ("core_industry_gdp_share,CN,2025,9.7,%", "I1.1.core_share", "missed")])
def test_a_figure_of_the_years_end_and_of_a_certain_year_decides_beside_an_early_or_uncertain_one(context, figure, code, word):
    own(context, f"{figure},test,v,observed")
    assert next(v.word for v in compute(context, Evaluate(level="nation")).verdicts if v.target.code == code) == word


def test_every_rank_has_an_interval_around_its_median(published):
    for spread in published.provinces.spreads.values():
        low, middle, high = (spread.rank_quantile(q) for q in (0.05, 0.5, 0.95))
        assert (low <= middle).all()
        assert (middle <= high).all()
        assert_allclose(spread.counts.sum(axis=1), spread.replications)


def test_every_score_of_every_node_has_an_interval_of_some_width(published):
    provinces = published.provinces
    assert provinces.bounds.keys() == provinces.spreads.keys()
    for key, (low, high) in provinces.bounds.items():
        assert (low < high).all(), key
        inside = (low <= provinces.spreads[key].score) & (provinces.spreads[key].score <= high)
        assert inside.mean() >= 0.9, key


def test_31_places_are_ranked_and_the_default_year_is_the_latest_with_most_rooms(published):
    assert published.provinces.year == 2024
    assert len(published.provinces.places) == 31
    assert [r.code for r in published.provinces.rooms if r.assessable] == ["F1", "I1"]


def test_only_digital_measures_are_scored(published):
    assert {m.tag for m in published.provinces.measures} == {"digital"}
    scored = {m.code for room in published.nation for m in room.room.measures}
    assert {declared_measures()[code].tag for code in scored} == {"digital"}


def test_the_decomposition_of_every_change_adds_up(published):
    for c in published.provinces.changes:
        assert abs(sum(g for _, g in c.given) + c.composition - (c.after - c.before)) < 1e-12 * 100


def test_sets_that_cannot_be_told_apart_hold_no_pair_that_can(published):
    above = published.provinces.top.above
    for run_ in published.provinces.runs:
        for i in run_:
            for j in run_:
                assert above[i, j] < 0.95


def test_the_index_says_how_much_of_it_is_wealth(published):
    assert 0.5 < published.provinces.gdp_correlation < 0.95


def test_every_room_that_cannot_be_assessed_says_why(published):
    for room in published.rooms:
        assert room.reason.en
        assert room.reason.zh
    assert len({r.code for r in published.rooms}) == 11


def test_a_better_figure_of_ones_own_raises_the_place(context, published):
    own(context, "base_stations_5g,西藏,2024,1.4,10k stations,own count,v,observed")
    better = compute(context, Evaluate(level="provinces"))
    at = better.provinces.places.index("540000")
    before = published.provinces.places.index("540000")
    assert better.provinces.top.score[at] > published.provinces.top.score[before]
    assert better.provinces.coverage[at] > published.provinces.coverage[before]


def test_a_synthetic_figure_never_reaches_a_score(context, published):
    own(context, "base_stations_5g,西藏,2024,1.4,10k stations,made up,v,synthetic")
    same = compute(context, Evaluate(level="provinces"))
    assert_allclose(same.provinces.top.score, published.provinces.top.score)


def test_attainment_is_proportional_below_the_goalpost_and_no_more_beyond_it():
    measure = declared_measures()["netizens"]
    posts = [Goalpost(measure, 12.0), Goalpost(measure, 1.3, at_least=False)]
    scores = attainment(np.array([[6.0, 2.6], [12.0, 1.3], [24.0, 1.0]]), posts)
    assert_allclose(scores, [[50, 50], [100, 100], [100, 100]])


def test_the_nation_is_scored_in_rooms_with_three_goalposts_and_never_above_100(published):
    assert [r.room.code for r in published.nation] == ["F1", "I4"]
    for room in published.nation:
        known = ~np.isnan(room.index)
        assert (room.index[known] <= 100).all()
        assert (room.low[known] <= room.index[known] + 1e-9).all()
        assert (room.index[known] <= room.high[known] + 1e-9).all()


def test_the_2035_reading_gives_a_range_and_refuses_what_it_cannot_say(published):
    low, high = published.vision.rank.between(20)
    assert 0 < low < high < 1
    assert published.vision.weakest is None
    assert all(field in published.vision.why_not.en for field in set(FIELDS.values()) - {"economy"})


def test_no_forecast_goes_without_an_interval(published):
    for path in published.future.paths:
        assert (path.forecast.q05 < path.forecast.median).all()
        assert (path.forecast.median < path.forecast.q95).all()


def test_intervals_of_forecasts_hold_what_came_and_exponential_growth_does_not(published):
    assert 0.80 <= published.future.backtest.coverage <= 0.99
    assert published.future.lesson.errors["loglinear"] == pytest.approx(109, abs=1)
    assert abs(published.future.lesson.errors["logistic"]) < 2


def test_the_files_are_the_same_in_three_forms_and_replay_identically(context):
    action = next(a for p in plan.pillars() for a in p.actions if a.path == ("evaluate",))
    result = run(action, context, Evaluate())
    files = {d.name: d for d in result.documents}
    for name in ("scores", "pairs", "rooms", "goals", "targets", "findings", "changes", "outlook"):
        rows = list(csv.DictReader(io.StringIO(files[f"{name}.csv"].content.decode())))
        records = json.loads(files[f"{name}.json"].content)
        assert len(rows) == len(records) == len(Table.read(files[f"{name}.parquet"]))
    header = files["targets.csv"].content.decode().splitlines()[0].split(",")
    assert set(header) >= {
        "code", "target", "value", "value_period", "verdict", "reason"}
    receipt = Receipt.read(files["receipt.json"])
    assert replay(receipt, action, context, context.workspace.folder).identical


def test_a_receipt_pins_the_figures_known_when_it_was_made(context):
    action = next(a for p in plan.pillars() for a in p.actions if a.path == ("evaluate",))
    own(context, "netizens,CN,2025,12.1,100M persons,another count,v,observed")
    receipt = Receipt.read(next(d for d in run(action, context, Evaluate(level="nation")).documents
                                if d.name == "receipt.json"))
    own(context, "software_revenue,CN,2025,14.5,trillion yuan,test,v,observed")
    assert replay(receipt, action, context, context.workspace.folder).identical


def test_the_report_speaks_both_languages(context):
    english = evaluate(context, Evaluate()).report
    chinese = evaluate(replace(context, language="zh"), Evaluate()).report
    assert english.startswith("# The thirteen goals of 2025: ")
    assert chinese.startswith("# 2025年十三项目标：")
    assert "None" not in english
    assert " nan" not in english


@pytest.mark.parametrize("year", [1990, 2100])
def test_a_year_without_figures_is_refused_with_the_years_there_are(context, year):
    with pytest.raises(Problem, match="Choose one of"):
        compute(context, Evaluate(year=year))


@pytest.mark.parametrize("year", [2014, 2018])
def test_a_year_with_figures_of_the_nation_only_ranks_no_province_and_still_judges_the_nation(context, year):
    done = compute(context, Evaluate(year=year))
    assert done.provinces is None
    assert not any(r.assessable for r in done.rooms if r.level == "provinces")
    with pytest.raises(NotAssessable):
        compute(context, Evaluate(level="provinces", year=year))


def test_a_year_after_the_last_figure_of_a_province_is_no_fault(context):
    own(context, "netizens,CN,2026,11.4,100M persons,own count,v,observed")
    assert compute(context, Evaluate(year=2026)).provinces is None


def test_figures_of_hong_kong_do_not_make_those_of_the_others_look_fewer(context, published):
    own(context, "broadband_subs,香港,2024,300,万户,own count,v,observed")
    done = compute(context, Evaluate(level="provinces"))
    assert done.provinces.year == published.provinces.year
    assert ([(r.code, r.cells, r.counted) for r in done.provinces.rooms]
            == [(r.code, r.cells, r.counted) for r in published.provinces.rooms])
    assert done.provinces.left_out == ("810000",)


def test_a_released_negative_figure_leaves_a_measure_without_a_gap_and_stops_nothing(context):
    own(context, "base_stations_5g,四川,2024,-3,万个,own count,v,observed")
    for found in read_book(context).held:
        if found.measure == "base_stations_5g":
            release(context, Release(found.id, "as stated"))
    gaps = {g.measure.code for g in compute(context, Evaluate()).vision.gaps}
    assert "base_stations_5g" not in gaps
    assert "broadband_ports" in gaps


def test_an_own_figure_comes_before_a_published_one_in_forecasts_too(context, published):
    own(context, "netizens,CN,2025,11.6,100M persons,own count,v,observed")
    code = "netizens"
    before, after = (next(p.forecast.median[-1] for p in done.future.paths if p.measure.code == code)
                     for done in (published, compute(context, Evaluate(level="nation"))))
    assert after > before


def test_a_room_says_whether_measures_or_their_figures_are_too_few():
    status = RoomStatus("F2", Text("", "x"), "provinces", 2024, tuple(declared_measures().values())[:3], 2 / 3,
                        tuple(declared_measures().values())[:2])
    assert status.reason.en == "enough figures for 2024 in only 2 of 3 measures, 3 needed"
    assert replace(status, measures=(), counted=()).reason.en == "no digital measure is published"


def test_the_report_counts_a_figure_under_two_findings_once(context, published):
    held = {f for h in published.book.held if not h.known for f in h.figures}
    assert f"hold {len(held)} figures back" in report(published, context)


def test_a_chinese_report_has_chinese_units_models_and_reasons(context, published):
    text = report(published, replace(context, language="zh"))
    assert not [word for word in ("10k ", "yuan", "loglinear", "mobility", "no score", "Theil") if word in text]


def test_a_year_in_which_no_room_has_enough_figures_is_not_assessable(context):
    with pytest.raises(NotAssessable):
        compute(context, Evaluate(level="provinces", year=2025))

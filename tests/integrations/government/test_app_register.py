"""The register of government apps: a verdict follows from the rules and the facts, and another fact gives another verdict."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from litestar.testing import TestClient

from jingwei.doors.cli import program
from jingwei.doors.portal.app import application
from jingwei.engines.text.likeness import likeness
from jingwei.integrations.government.apps.cover import fewest
from jingwei.integrations.government.apps.judging import SAME, judge
from jingwei.integrations.government.apps.model import App, Judgement
from jingwei.integrations.government.apps.sources import features, parts
from jingwei.integrations.government.apps.usage import usage
from jingwei.kernel.workspace import Workspace

TODAY = date(2026, 11, 24)


def app(name: str, *functions: str, **more: object) -> App:
    return replace(App(name, f"{name}的单位", "city", True, functions, 10_000, 50_000_00), **more)  # type: ignore[arg-type]


def verdict(apps: list[App], name: str, on: date = TODAY) -> Judgement:
    return next(j for j in judge(apps, on).judgements if j.app.name == name)


HALL = app("政务通", "预约挂号", "公积金查询", "投诉举报", "待办审批")
CLINIC = app("挂号易", "挂号预约", users=2_000)
PARKS = app("园林", "公园预约")


def test_an_app_whose_functions_all_lie_with_another_is_merged_into_it_with_the_evidence():
    judged = verdict([HALL, CLINIC, PARKS], "挂号易")
    assert (judged.verdict, judged.into) == ("merge", ("政务通",))
    assert [(a.function, a.by, a.other) for a in judged.evidence] == [("挂号预约", "政务通", "预约挂号")]
    assert judged.evidence[0].likeness >= SAME
    assert [j.verdict for j in judge([HALL, CLINIC, PARKS], TODAY).judgements] == ["keep", "merge", "keep"]


def test_with_one_function_of_its_own_in_use_it_is_kept():
    judged = verdict([HALL, replace(CLINIC, functions=("挂号预约", "处方流转")), PARKS], "挂号易")
    assert judged.verdict == "keep"
    assert any("处方流转" in r.says.zh for r in judged.reasons if r.kind == "needed")


@pytest.mark.parametrize(("fault", "kind"), [({"filed": False}, "not_filed"), ({"level": "township"}, "below_county"), ({"features": ("check_in",)}, "forbidden"), ({"features": ("forced_install", "points_ranking")}, "forbidden")])
def test_an_app_against_a_rule_is_closed_and_what_it_would_be_once_cured_is_what_it_then_is(fault, kind):
    judged = verdict([HALL, CLINIC, replace(PARKS, **fault)], "园林")
    assert (judged.verdict, judged.stranded, [r.kind for r in judged.reasons]) == ("close", ("公园预约",), [kind])
    assert "国办函〔2026〕12号" in judged.reasons[0].source.zh
    assert judged.changes[0].en.endswith(": keep")
    assert verdict([HALL, CLINIC, PARKS], "园林").verdict == "keep"


def test_when_the_app_it_would_be_merged_into_may_not_stay_it_is_kept_as_was_foretold():
    assert verdict([HALL, CLINIC, PARKS], "挂号易").changes[0].en == "were 政务通 not to stay: keep"
    assert verdict([replace(HALL, filed=False), CLINIC, PARKS], "挂号易").verdict == "keep"


def test_security_and_emergency_apps_may_check_in():
    assert verdict([HALL, CLINIC, replace(PARKS, features=("check_in",), special=True)], "园林").verdict == "keep"


def test_before_the_measures_there_was_no_rule_and_what_was_online_had_six_months_to_be_filed():
    unfiled = [HALL, CLINIC, replace(PARKS, filed=False, online=date(2024, 5, 1))]
    assert verdict(unfiled, "园林", date(2026, 1, 24)).verdict == "keep"
    waiting = verdict(unfiled, "园林", date(2026, 7, 25))
    assert (waiting.verdict, [r.kind for r in waiting.reasons]) == ("keep", ["to_file", "needed"])
    assert verdict(unfiled, "园林", date(2026, 7, 26)).verdict == "close"
    assert verdict([HALL, CLINIC, replace(PARKS, filed=False, online=date(2026, 2, 1))], "园林", date(2026, 3, 1)).verdict == "close"


def test_an_app_for_the_public_is_judged_by_reference_and_says_so():
    judged = verdict([HALL, CLINIC, replace(PARKS, features=("check_in",), audience="public")], "园林")
    assert "by reference" in judged.reasons[0].says.en


def others(count: int = 7) -> list[App]:
    return [app(f"应用{n}", f"专有功能{'甲乙丙丁戊己庚'[n]}", users=10_000 + 900 * n) for n in range(count)]


def test_of_two_that_do_the_same_the_one_hardly_used_for_its_money_goes_until_as_many_use_it_as_was_foretold():
    twin, rare = app("甲版", "公园预约", users=9_000, cost=50_000_00), app("乙版", "预约公园", users=3, cost=40_000_00)
    judged = verdict([*others(), twin, rare], "乙版")
    assert (judged.verdict, judged.into, {r.kind for r in judged.reasons}) == ("merge", ("甲版",), {"thin", "overlap"})
    found = usage([*others(), twin, rare])[-1]
    assert found
    assert found.thin
    assert f"{found.needed:,}" in "".join(t.en for t in judged.changes)
    assert verdict([*others(), twin, replace(rare, users=found.needed)], "乙版").verdict == "keep"  # cheaper than its twin, and no outlier any more
    below = usage([*others(), twin, replace(rare, users=found.needed - 1)])[-1]
    assert below
    assert below.thin


def test_little_use_never_drops_a_function_that_somebody_uses():
    rare = app("独门", "古树认领", users=3)
    judged = verdict([*others(), rare], "独门")
    assert (judged.verdict, {r.kind for r in judged.reasons}) == ("keep", {"thin", "needed"})


def test_what_nobody_uses_is_closed():
    assert verdict([*others(), app("空壳", "元宇宙大厅", users=0)], "空壳").verdict == "close"


def test_use_is_not_judged_against_fewer_than_five_others_nor_where_nothing_is_paid():
    assert usage([*others(5)]) == [None] * 5
    assert usage([*others(6), app("免费", "甲", cost=0)])[-1] is None


@pytest.mark.oracle("government apps judge")
@given(arrays(bool, st.tuples(st.integers(1, 7), st.integers(0, 8))), st.lists(st.integers(0, 50), min_size=7, max_size=7))
def test_the_plan_is_the_smallest_and_among_the_smallest_the_cheapest_as_trying_all_shows(covers, costs):
    covers = covers[:, covers.any(axis=0)]
    cost = np.array(costs[:len(covers)], float)
    chosen = fewest(covers, cost)
    possible = [s for r in range(len(covers) + 1) for s in itertools.combinations(range(len(covers)), r) if covers[list(s)].any(axis=0).all()]
    best = min((len(s), float(cost[list(s)].sum())) for s in possible)
    assert covers[chosen].any(axis=0).all()
    assert (len(chosen), float(cost[chosen].sum())) == best


_NAMES = ("预约挂号", "挂号预约", "公积金查询", "投诉举报", "待办审批", "公园预约", "古树认领")
APPS = st.lists(st.builds(lambda f, u, c, filed, level: App("", "x", level, filed, tuple(f), u, c), st.lists(st.sampled_from(_NAMES), min_size=1, max_size=4, unique=True), st.integers(0, 5_000), st.integers(0, 10_000_00),
                          st.booleans(), st.sampled_from(["city", "county", "township"])), min_size=1, max_size=7).map(lambda found: [replace(a, name=f"n{n}") for n, a in enumerate(found)])


@given(APPS)
def test_every_function_in_use_that_a_lawful_app_offers_stays_offered_by_one_that_is_kept(apps):
    judged = judge(apps, TODAY)
    kept = [j.app for j in judged.judgements if j.verdict == "keep"]
    lawful = [a for a in apps if a.filed and a.level != "township"]
    like = likeness(_NAMES)

    def offers(one: App, function: str) -> bool:
        return any(like[_NAMES.index(f), _NAMES.index(function)] >= SAME for f in one.functions)

    used = {f for a in apps if a.users for f in a.functions}
    assert all(any(offers(k, f) for k in kept) for f in used if any(offers(a, f) for a in lawful))
    assert all(k in lawful for k in kept)
    assert sorted(judged.stranded) == sorted(f for f in used if not any(offers(a, f) for a in lawful))


@pytest.mark.parametrize(("one", "other", "same"), [("预约挂号", "挂号预约", True), ("投诉举报", "举报投诉", True), ("社保查询", "医保查询", False), ("会议通知", "通知公告", False), ("Book a visit", "book visits", True)])
def test_functions_are_taken_for_one_only_when_their_words_are(one, other, same):
    texts = ["公积金查询", "社会保险缴费查询", "医院挂号", "公文流转", "医保缴费", "网上预约", one, other]
    assert (likeness(texts)[-1, -2] >= SAME) == same


def test_features_are_read_in_chinese_and_by_code_and_their_absence_is_none():
    assert features("打卡签到；积分排行、在线时长统计") == ("check_in", "points_ranking", "online_time")
    assert features("forced_install") == ("forced_install",)
    assert features("无打卡、不设积分排名；夜间模式") == ()
    assert parts('["甲", "乙", "甲"]') == parts("甲；乙") == parts("甲,乙") == ("甲", "乙")


# As a bureau uses it

FILE = """名称,主办单位,层级,是否备案,功能,月活,年费用（分）,特性
政务通,市数据局,市级,是,预约挂号；公积金查询,"12,000",5000000,
挂号易,市卫健委,市级,是,挂号预约,800,900000,
网格通,某街道办,街道,是,网格巡查,300,200000,打卡签到
没有级别,某局,,是,甲,1,1,
负数,某局,市级,是,甲,-1,1,
备案不明,某局,市级,也许,甲,1,1,
小数,某局,市级,是,甲,1.5,1,
无功能,某局,市级,是,,1,1,
政务通,市数据局,市级,否,预约挂号,1,1,
"""


@pytest.fixture
def node(tmp_path: Path) -> Path:
    (tmp_path / "apps.csv").write_text(FILE)
    return tmp_path


def asked(node: Path, *words: str) -> dict[str, object]:
    told = CliRunner().invoke(program("en"), ["government", "apps", *words, "--workspace", str(node / "node"), "--json"])
    return dict(json.loads(told.output))


def test_doubtful_lines_are_set_apart_with_their_line_and_the_rest_is_judged(node):
    taken = asked(node, "import", str(node / "apps.csv"))
    assert taken["apps"] == 3
    assert [a["line"] for a in taken["aside"]] == [5, 6, 7, 8, 9, 10]
    judged = asked(node, "judge")
    assert {a["name"]: a["verdict"] for a in judged["apps"]} == {"政务通": "keep", "挂号易": "merge", "网格通": "close"}
    assert judged["stranded"] == ["网格巡查"]
    assert judged["saved_fen"] == 1_100_000
    assert asked(node, "import", str(node / "apps.csv"))["changed"] == 0


def test_a_table_without_a_column_that_is_needed_is_refused_naming_it(node):
    (node / "short.csv").write_text("name,operator,level,filed,functions,users\na,b,city,yes,c,1\n")
    told = CliRunner().invoke(program("en"), ["government", "apps", "import", str(node / "short.csv"), "--workspace", str(node / "node")])
    assert "'cost'" in str(told.exception)


def test_the_page_shows_each_verdict_with_its_reasons(node):
    asked(node, "import", str(node / "apps.csv"))
    with TestClient(application(Workspace(node / "node"))) as client:
        for language, words in (("zh", "哪些政务应用程序该留"), ("en", "Which government apps should stay")):
            page = client.get(f"/{language}/government/apps")
            assert page.status_code == 200
            assert words in page.text
            assert "挂号易" in page.text

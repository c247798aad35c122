"""The pages of the banks and of use say in both languages what was admitted, what was not and who must act, and the answer with its figure."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from bank_node import BankNode
from litestar.testing import TestClient

from jingwei.doors.portal.app import application
from jingwei.foundations.data.banks import actions, model
from jingwei.foundations.data.banks.profiles import EDUCATION, PROFILES
from jingwei.foundations.data.banks.records import banks
from jingwei.foundations.data.banks.views import shown
from jingwei.kernel.lake import Dataset


@pytest.fixture(scope="module")
def node(tmp_path_factory) -> BankNode:
    made = BankNode(tmp_path_factory.mktemp("pages") / "node")
    made.filled("education", 900)
    actions.ask(made.context, model.Ask("education"))
    actions.publish(made.context, model.Publish("education"))
    made.context.workspace.lake.append(Dataset("visits", 1, {"record": "string"}), [{"record": "a"}])
    actions.admit(made.context, model.Admit("health", "visits"))
    return made


@pytest.fixture(scope="module")
def portal(node) -> Iterator[TestClient]:
    with TestClient(application(node.context.workspace)) as client:
        yield client


@pytest.mark.parametrize(("language", "words"), [
    ("zh", ("质量没有评估", "数据管理员", "没有分级", "本单位数据安全责任人", "jingwei quality run visits")),
    ("en", ("its quality was not assessed", "data steward", "it is not graded", "officer for data security", "jingwei quality run visits"))])
def test_what_was_not_admitted_is_told_with_what_is_missing_and_who_must_act(portal, language, words):
    page = portal.get(f"/{language}/bank/health").text
    assert [w for w in words if w not in page] == []


@pytest.mark.parametrize(("language", "words"), [
    ("zh", ("900 毕业生", "这是演练", "就业", "第 1 版", "误并")), ("en", ("900 school leavers", "This is an exercise", "employment", "Version 1", "Merged wrongly"))])
def test_the_answer_comes_first_with_its_figure_and_says_that_it_is_invented(portal, language, words):
    page = portal.get(f"/{language}/bank/education").text
    assert [w for w in words if w not in page] == []
    assert page.index("<h1>") < page.index('class="lead"') < page.index('class="flows"') < page.index('id="tables"')


def test_every_flow_that_is_drawn_stands_in_the_table_and_none_is_of_few_people(node, portal):
    (answer,) = banks(node.context).answers.values()
    drawn = shown(EDUCATION, answer)
    assert drawn.flows
    assert all(f.count >= EDUCATION.threshold for f in drawn.flows)
    page = portal.get("/en/bank/education").text
    for flow in drawn.flows:
        assert f'<tr><th scope="row">{flow.label.en}</th><td class="num">{flow.count}</td></tr>' in page
    heights = [sum(p.height for p in drawn.posts if p.anchor == side) for side in ("end", "start")]
    assert heights[0] == pytest.approx(heights[1], abs=8)  # the same leavers on both sides


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_three_banks_lead_to_their_pages_and_to_the_uses_of_their_tables(portal, language):
    page = portal.get(f"/{language}/banks").text
    for code in PROFILES:
        assert f'href="/{language}/bank/{code}"' in page
    for address in re.findall(rf'href="(/{language}/(?:use|uses|bank|ledger)[^"]*)"', portal.get(f"/{language}/bank/education").text):
        assert portal.get(address).status_code == 200, address


@pytest.mark.parametrize("language", ["zh", "en"])
def test_datasets_in_use_and_new_ones_are_told_apart(portal, language):
    page = portal.get(f"/{language}/uses").text
    assert page.index("visits") < page.index("exercise_leavers")
    assert ("从来没有" if language == "zh" else "never") in page
    assert ("资源库版本" if language == "zh" else "package") in portal.get(f"/{language}/use/exercise_leavers").text


def test_a_bank_or_a_dataset_that_is_not_there_is_told_so(portal):
    assert (told := portal.get("/en/bank/weather")).status_code == 400
    assert "education" in told.text
    assert portal.get("/en/use/nothing").status_code == 404

"""A work plan comes in as it is written; duties close on evidence, open again without it, and say so in both languages."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from jingwei.coordination.duties.model import REJECTED_DUTIES
from jingwei.coordination.duties.overlap import jaccard
from jingwei.coordination.duties.records import read_tree
from jingwei.coordination.duties.sources import HEADERS, read_plan
from jingwei.doors.cli import program
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import system_clock
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import records
from jingwei.kernel.ledger import Event
from jingwei.kernel.people import Organisation, Organisations
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document, Table, csv_bytes
from jingwei.kernel.workspace import Workspace

ORGANISATIONS = """id,name_zh,name_en,kind,level,place,parent
hz,杭州市数据局,Hangzhou data bureau,bureau,city,330100,bureau
bureau,浙江省数据局,Zhejiang data bureau,bureau,province,330000,
edu,省教育厅,Department of education,department,province,330000,
"""
ZH = tuple(also[0] for also in HEADERS.values())
EN = tuple(HEADERS)


def call(workspace: Workspace, *words: str, language: str = "en") -> Result:
    return CliRunner().invoke(program("zh" if language == "zh" else "en"), ["duties", *words, "--workspace", str(workspace.folder)])


def said(workspace: Workspace, *words: str) -> dict:
    result = call(workspace, *words, "--json")
    assert result.exit_code == 0, result.output + str(result.exception)
    return json.loads(result.stdout)


def row(**cells: str) -> dict[str, str]:
    return dict.fromkeys(EN, "") | {"clause": "O.1", "task": "办好一件事", "lead": "bureau", "deadline": "2030-12-31"} | cells


def written(folder: Path, rows: list[dict[str, str]], header: tuple[str, ...] = EN, encoding: str = "utf-8") -> str:
    path = folder / "plan.csv"
    with path.open("w", encoding=encoding, newline="") as sink:
        writer = csv.writer(sink)
        writer.writerow(header)
        writer.writerows([r[c] for c in EN] for r in rows)
    (folder / "organisations.csv").write_text(ORGANISATIONS, encoding="utf-8")
    return str(path)


def taken_in(workspace: Workspace, folder: Path, rows: list[dict[str, str]]) -> dict:
    return said(workspace, "import", written(folder, rows), "--organisations", str(folder / "organisations.csv"))


def work_plan() -> list[dict[str, str]]:
    """200 rows: ten tasks of nine parts each whose targets add up, 50 single ones, and 50 that will not do, of ten kinds."""
    rows = [row(code=f"T{i}", measure="netizens", target="4.5", year="2025", adds="sum") for i in range(10)]
    rows += [row(code=f"T{i}-{j}", parent=f"T{i}", lead="edu", helpers="bureau、hz", measure="netizens", target="0.5", year="2025") for i in range(10) for j in range(9)]
    rows += [row(code=f"S{i}", deadline=("2025年12月底", "2025/6/30", "2025年", "2025-06")[i % 4], lead="杭州市数据局", evidence="verdict I4.1.netizens = met") for i in range(50)]
    wrong = [{"clause": "O.9"}, {"lead": "bureau、edu"}, {"lead": ""}, {"lead": "没有的局"}, {"deadline": "尽快"}, {"evidence": "verdict good"}, {"parent": "T99"},
             {"measure": "netizens", "target": "很多", "year": "2025"}, {"task": "", "task_en": ""}, {"parent": "T0", "deadline": "2031-01-01"}]
    return rows + [row(code=f"W{i}", **{"measure": "", **wrong[i % 10]}) for i in range(50)]


WRONG = ["unknown_clause", "two_leads", "no_lead", "unknown_organisation", "bad_deadline", "bad_evidence", "unknown_parent", "bad_target", "no_task", "late_deadline"]


@pytest.mark.parametrize(("header", "encoding"), [(ZH, "gb18030"), (EN, "utf-8-sig")])
def test_a_work_plan_of_200_rows_comes_in_with_every_bad_row_named_and_every_good_one_kept(node, tmp_path, header, encoding):
    path = written(tmp_path, work_plan(), header, encoding)
    told = said(node, "import", path, "--organisations", str(tmp_path / "organisations.csv"))
    assert (told["read"], told["taken"], len(told["rejected"])) == (200, 150, 50)
    assert [r["code"] for r in told["rejected"]] == WRONG * 5
    assert [r["line"] for r in told["rejected"]] == list(range(152, 202))
    assert all(f"line {r['line']}" in r["detail"] for r in told["rejected"])
    tree = read_tree(node.ledger)
    assert len(tree) == 150
    assert tree["T0-0"].duty.helpers == ("bureau", "hz")
    assert [tree[f"S{i}"].duty.deadline.isoformat() for i in range(4)] == ["2025-12-31", "2025-06-30", "2025-12-31", "2025-06-30"]
    assert (tree["S0"].duty.lead, tree["S0"].duty.place) == ("hz", "330100")
    kept = records(Context(node).read(REJECTED_DUTIES), by=("line",))
    assert [r["code"] for r in kept] == WRONG * 5


def test_the_same_plan_twice_changes_nothing_and_a_rehearsal_leaves_no_folder(tmp_path):
    path, node = written(tmp_path, work_plan()), Workspace(tmp_path / "node")
    words = ("import", path, "--organisations", str(tmp_path / "organisations.csv"))
    rehearsed = said(node, *words, "--dry-run")
    assert not node.folder.exists()
    first = said(node, *words)
    assert {**first, "written": False} == rehearsed
    tree = read_tree(node.ledger)
    assert said(node, *words)["changed"] == 0
    assert read_tree(node.ledger) == tree
    assert len(records(Context(node).read(REJECTED_DUTIES), by=("line",))) == 50


@pytest.mark.parametrize(("change", "code", "stay_out"), [
    ({"T0-3": {"target": "0.6"}}, "not_adding_up", [f"T0-{j}" for j in range(9)]),
    ({"T0": {"parent": "T0-1"}}, "duty_cycle", ["T0", *(f"T0-{j}" for j in range(9))]),
    ({"T0": {"lead": "bureau edu"}}, "unknown_organisation", ["T0", *(f"T0-{j}" for j in range(9))]),
    ({"S1": {"code": "S0"}}, "code_twice", ["S0", "S1"])])
def test_rows_that_are_wrong_together_stay_out_together_and_the_rest_comes_in(change, code, stay_out):
    rows = [r | change.get(r["code"], {}) for r in work_plan()[:150]]
    known = Organisations([Organisation(o, Text(n, o), "bureau", "province", "330000") for o, n in (("bureau", "a"), ("edu", "b"), ("hz", "杭州市数据局"))])
    table = Table.read(Document("plan.csv", csv_bytes(EN, ([r[c] for c in EN] for r in rows))))
    _, taken, left_out = read_plan(table, {}, known)
    assert code in {r.code for r in left_out}
    assert {d.code for d in taken} == {r["code"] for r in work_plan()[:150]} - set(stay_out)
    assert len(taken) + len(left_out) == 150


@given(st.lists(st.fixed_dictionaries({c: st.sampled_from(["", "A", "B", "O.1", "bureau", "edu", "A、B", "2025-12-31", "2025-13", "netizens", "1e3", "sum", "合计", "≤", "x\ny",
                                                           "verdict I4.1.netizens = met", "13800138000", "١٢", "=1+1"]) for c in EN}), max_size=8))
def test_whatever_a_plan_holds_each_row_is_a_duty_or_has_its_reason(rows):
    if not rows:
        return
    known = Organisations([Organisation(o, Text(o, o), "bureau", "province", "330000") for o in ("bureau", "edu", "A")])
    content = csv_bytes(EN, ([r[c] for c in EN] for r in rows))
    table = Table.read(Document("plan.csv", content))
    changes, taken, left_out = read_plan(table, {}, known)
    assert len(taken) + len(left_out) == len(table)
    assert len(changes) == len(taken)
    assert all(r.code and r.detail.en and re.search("[\u4e00-\u9fff]", r.detail.zh) for r in left_out)


def test_a_duty_closes_when_its_evidence_is_true_and_opens_again_when_it_stops_being_true(node, tmp_path):
    taken_in(node, tmp_path, [row(code="A"), row(code="B", parent="A", evidence="events drill.failed count <= 1 and events drill.held count >= 2"),
                              row(code="C", parent="A", evidence="verdict I4.1.netizens = missed")])
    def states() -> dict[str, str]:
        return {d["code"]: d["state"] for d in said(node, "tree")}

    def happen(kind: str) -> None:
        node.ledger.append(Event(kind, system_clock(), "local"))

    assert said(node, "check")["closed"] == ["C"]
    assert states() == {"A": "open", "B": "open", "C": "closed"}
    happen("drill.held")
    happen("drill.held")
    assert states()["B"] == "closed", "what is proven is closed even before the next check"
    assert sorted(said(node, "check", "--dry-run")["closed"]) == ["A", "B"]
    assert sorted(said(node, "check")["closed"]) == ["A", "B"]
    size = node.ledger.size()
    assert said(node, "check")["closed"] == []
    assert node.ledger.size() == size + 2, "a check that finds nothing new adds only that it was made"
    happen("drill.failed")
    happen("drill.failed")
    assert sorted(said(node, "check")["reopened"]) == ["A", "B"]
    assert states() == {"A": "reopened", "B": "reopened", "C": "closed"}
    assert [k.closings for k in read_tree(node.ledger).values()] == [1, 1, 1]


def test_past_its_deadline_a_duty_is_overdue_unless_nobody_can_tell(tmp_path):
    node = Workspace(tmp_path / "node")
    taken_in(node, tmp_path, [row(code="A", deadline="2025-01-10", evidence="verdict I4.1.netizens = met"), row(code="B", deadline="2025-01-10"),
                              row(code="C", deadline="2025-01-10", evidence="measure netizens CN 2090 >= 1")])
    tree = {d["code"]: d for d in said(node, "tree")}
    assert [tree[c]["state"] for c in "ABC"] == ["overdue", "not_assessable", "not_assessable"]
    assert tree["A"]["days_late"] > 0 > tree["A"]["working_days_left"]
    assert tree["B"]["seen"] == "nothing says what would prove it"
    assert [d["code"] for d in said(node, "tree", "--state", "overdue")] == ["A"]


def test_projects_on_the_same_data_for_the_same_function_are_shown_as_doubles(tmp_path):
    node = Workspace(tmp_path / "node")
    taken_in(node, tmp_path, [row(code="A", datasets="人口库、学籍库", functions="查询；核验"), row(code="B", datasets="学籍库、人口库", functions="核验"),
                              row(code="C", datasets="人口库", functions="统计"), row(code="D", parent="A", datasets="人口库、学籍库", functions="查询、核验"), row(code="E")])
    told = said(node, "check")["doubles"]
    assert [(d["one"], d["other"], d["data"], d["functions"]) for d in told] == [("A", "B", 1.0, 0.5), ("B", "D", 1.0, 0.5)]


@given(st.frozensets(st.integers(0, 9)), st.frozensets(st.integers(0, 9)))
def test_overlap_is_that_of_jaccard(one, other):
    a, b = frozenset(map(str, one)), frozenset(map(str, other))
    assert jaccard(a, b) == jaccard(b, a)
    assert jaccard(a, b) == (sum(x in one and x in other for x in range(10)) / max(1, sum(x in one or x in other for x in range(10))))


def test_a_duty_is_handed_over_with_a_reason_to_an_organisation_that_is_known(tmp_path):
    node = Workspace(tmp_path / "node")
    taken_in(node, tmp_path, [row(code="A", helpers="edu")])
    for words in (("A", "--to", "nobody", "--reason", "x"), ("Z", "--to", "edu", "--reason", "x"), ("A", "--to", "edu", "--reason", " ")):
        refused = call(node, "give", *words)
        assert isinstance(refused.exception, Problem)
        assert refused.exception.remedy
    assert said(node, "give", "A", "--to", "edu", "--reason", "机构改革")["changed"]
    shown = said(node, "show", "A")
    assert (shown["lead"], shown["helpers"]) == ("edu", [])
    assert "机构改革".encode() not in b"".join(e for _, e in node.ledger.entries()), "a reason may name persons, and must be erasable"


@pytest.mark.parametrize(("language", "words"), [("zh", ("逾期", "牵头", "网民")), ("en", ("overdue", "lead", "11.25 against 12"))])
def test_the_tree_and_a_duty_are_told_in_the_language_asked_for(tmp_path, language, words):
    node = Workspace(tmp_path / "node")
    assert call(node, "tree", language=language).exit_code == 0
    assert not node.folder.exists(), "asking makes nothing"
    assert call(node, "check", language=language).exit_code == 0
    taken_in(node, tmp_path, [row(code="A", task="网民", deadline="2025-01-10", evidence="verdict I4.1.netizens = met")])
    for asked in (("tree",), ("show", "A"), ("check",)):
        text = call(node, *asked, language=language).output
        assert words[0] in text
        assert words[2] in text
    assert words[1] in call(node, "show", "A", language=language).output

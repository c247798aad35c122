"""The API as programs meet it: every action has its address, and every answer its status, its form and its tag."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from csv import DictReader
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from furnished import ASKED_OF, furnish, models_of
from litestar import Litestar
from litestar.testing import TestClient

from jingwei import plan
from jingwei.doors.answers import Answers
from jingwei.doors.api import MOST_BYTES, PREFIX, router
from jingwei.doors.cli import program
from jingwei.doors.openapi import method_of
from jingwei.kernel.actions import Action, Context, Option, Result, run
from jingwei.kernel.i18n import Text, both
from jingwei.kernel.pillar import Pillar
from jingwei.kernel.problems import NotAssessable, Problem, Unreadable
from jingwei.kernel.tables import Document, Table
from jingwei.kernel.workspace import Workspace

REAL = [a for p in plan.pillars() for a in p.actions]
VALUES = "uCode,x,y\nA,1,2\nB,2,5\nC,3,3\nD,5,1\n"
TREE = "iCode,Parent,Level,Weight,Direction,Type\nx,I,1,1,1,Indicator\ny,I,1,1,1,Indicator\nI,,2,1,1,Aggregate\n"
DOUBT = "[uncertainty]\nreplications = 20\nseed = 1\nweight_noise = 0.25\nlevels = [1]\n"
FIGURES = ("measure,place,period,value,unit,source,vintage,status\n"
           "broadband_ports,北京,2030,2345.6,10k ports,our own count,v1,observed\n")

# A made-up room

runs: list[Any] = []


@dataclass(frozen=True, slots=True)
class AskWells:
    """Which wells to list."""

    depth: Annotated[int | None, Option(Text("深度", "only wells this deep"))] = None
    kind: Annotated[Literal["dug", "drilled"] | None, Option(Text("类型", "only wells of this kind"))] = None
    dry: Annotated[bool, Option(Text("含枯井", "dry ones too"))] = False
    named: Annotated[tuple[str, ...], Option(Text("名称", "only these"))] = ()
    state: Annotated[str | None, Option(Text("状态", "only wells in this state"), choices=("open", "shut"))] = None


@dataclass(frozen=True, slots=True)
class AskFile:
    """A list of wells to be read."""

    wells: Annotated[Table, Option(Text("井表", "the wells"))]
    note: Annotated[str | None, Option(Text("备注", "a note"))] = None
    more: Annotated[Document | None, Option(Text("附件", "anything else"))] = None


def wells(context: Context, given: AskWells) -> Result:
    runs.append(given)
    if given.depth == 404:
        raise NotAssessable(both("no well is that deep"), where="wells.csv, line 3", remedy=both("Ask for less."))
    if given.depth == 500:
        raise RuntimeError(f"broken in {context.workspace.folder}")
    if given.depth == 400:
        raise Unreadable(both("cannot be read"), where=str(context.workspace.folder / "wells.csv"))
    if given.depth == 422:
        raise Problem("odd", both(f"[Errno 21] Is a directory: '{context.workspace.folder}/my wells/w.csv'"),
                      where=str(context.workspace.folder), remedy=both(f"Look into {context.workspace.folder}/my/lake."))
    if given.depth == 9:
        time.sleep(0.2)
    word = Text("井", "well").in_(context.language)
    return Result(f"# {word}", [{"name": f"{word} {n}", "depth": n, "dry": None} for n in range(25)])


def tabled(context: Context, given: AskWells) -> Result:
    return Result("", {"wells": [{"name": "a"}, {"depth": 1}], "nested": [{"x": [1]}], "total": 2})


def told(context: Context, given: AskFile) -> Result:
    runs.append(given)
    return Result("", {"rows": len(given.wells), "name": given.wells.name, "origin": given.wells.origin, "note": given.note,
                       "more": given.more and given.more.content.decode()})


def _action(name: str, *, of: str = "wells", kind: type = AskWells, scope: str = "public", effect: Any = "read") -> Action:
    return Action(("wells", name), Text(f"井 {name}", f"Wells {name}"), ("F1.1",), scope, effect, kind, f"{__name__}.{of}")


ROOM = Pillar("F1", Text("井", "Wells"), actions=(
    _action("list"), _action("tables", of="tabled"), _action("read", of="told", kind=AskFile),
    _action("audit", scope="wells.audit"), _action("dig", effect="write"), _action("fill", effect="irreversible", kind=AskFile)))
LIST, TABLES, READ = (f"{PREFIX}/wells/{name}" for name in ("list", "tables", "read"))


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    runs.clear()
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "SOURCE_DATE_EPOCH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JINGWEI_LANG", "en")


@pytest.fixture
def node(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "a node")


def client(node: Workspace, *pillars: Pillar) -> TestClient[Litestar]:
    app = Litestar([router(node, pillars or None)], openapi_config=None)
    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture
def made_up(node: Workspace) -> Iterator[TestClient[Litestar]]:
    with client(node, ROOM) as opened:
        yield opened


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient[Litestar]]:
    with client(furnish(Workspace(tmp_path_factory.mktemp("node")))) as opened:
        yield opened


def problem(response: Any, status: int, title: str) -> dict[str, Any]:
    """The body of a refusal, which has the shape of RFC 9457."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert "etag" not in response.headers
    body = response.json()
    assert body["title"] == title
    assert body["status"] == status
    assert body["type"].endswith(title)
    assert body["instance"] == quote(response.request.url.path)
    assert body["detail"]
    assert all(isinstance(body[k], str) for k in body if k != "status")
    return dict(body)


# Every action has its address


def test_an_action_added_to_a_room_is_answered_with_no_further_code(made_up):
    answer = made_up.get(LIST).json()
    assert answer["report"] == "# well"
    assert answer["data"][3] == {"name": "well 3", "depth": 3, "dry": None}


def test_an_action_added_to_a_room_is_described_with_no_further_code(made_up):
    told = made_up.get(f"{PREFIX}/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    operation = told["paths"][LIST]["get"]
    assert operation["summary"] == "Wells list"
    assert operation["tags"] == ["F1.1"]
    asked = {p["name"]: p for p in operation["parameters"]}
    assert set(asked) == {"depth", "kind", "dry", "named", "state", "lang", "table", "limit", "offset", "Prefer"}
    assert asked["depth"]["schema"] == {"type": "integer"}
    assert asked["depth"]["description"] == "only wells this deep"
    assert asked["kind"]["schema"]["enum"] == ["dug", "drilled"]
    assert asked["state"]["schema"]["enum"] == ["open", "shut"]
    assert asked["named"]["schema"] == {"type": "array", "items": {"type": "string"}}
    assert set(operation["responses"]) == {"200", "202", "304", "400", "406", "422", "429"}


def test_a_file_an_action_asks_for_is_described_as_a_field_of_a_form(made_up):
    operation = made_up.get(f"{PREFIX}/openapi.json").json()["paths"][READ]["post"]
    form = operation["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert form["required"] == ["wells"]
    assert set(form["properties"]) == {"wells", "note", "more"}
    assert form["properties"]["wells"]["description"] == "the wells"


@pytest.mark.parametrize(("name", "method"), [("audit", "GET"), ("dig", "POST"), ("fill", "POST")])
def test_what_is_not_public_or_changes_something_has_its_route_and_says_why_it_is_refused(made_up, name, method):
    body = problem(made_up.request(method, f"{PREFIX}/wells/{name}"), 403, "forbidden")
    assert f"jingwei wells {name}" in body["remedy"]
    operation = made_up.get(f"{PREFIX}/openapi.json").json()["paths"][f"{PREFIX}/wells/{name}"][method.lower()]
    assert set(operation["responses"]) == {"403"}
    assert runs == []


def test_every_action_of_the_plan_has_one_address_and_one_description(real):
    told = real.get(f"{PREFIX}/openapi.json").json()
    assert {(path, *verbs) for path, verbs in told["paths"].items()} == {
        (f"{PREFIX}/{'/'.join(a.path)}", method_of(a).value.lower()) for a in REAL} | {
        (f"{PREFIX}/jobs/{{identity}}", "get", "delete"), (f"{PREFIX}/jobs/{{identity}}/files/{{name}}", "get"),
        ("/health/live", "get"), ("/health/ready", "get")}
    assert {t["name"] for t in told["tags"]} == {c for a in REAL for c in a.clauses}


def test_the_description_is_to_be_had_in_chinese_and_loads_nothing_from_elsewhere(real):
    zh = real.get(f"{PREFIX}/openapi.json", params={"lang": "zh"})
    assert zh.json()["paths"][f"{PREFIX}/plan"]["get"]["summary"] == "按规划的次序列出每一条及其状态"
    assert zh.headers["content-type"] == "application/json"
    assert "http://" not in zh.text
    assert "https://" not in zh.text


SHAPES = b"""@prefix sh: <http://www.w3.org/ns/shacl#> . <urn:s> sh:targetClass <http://www.w3.org/ns/dcat#Dataset> ;
  sh:property [ sh:path <http://purl.org/dc/terms/title> ; sh:minCount 1 ] ."""


@pytest.mark.parametrize("action", REAL, ids=lambda a: " ".join(a.path))
def test_every_action_of_the_plan_answers_or_says_why_not(real, action):
    files = {"values": ("V.csv", VALUES), "tree": ("T.csv", TREE), "spec": ("U.toml", DOUBT), "shapes": ("S.ttl", SHAPES)}
    address = f"{PREFIX}/{'/'.join(action.path)}"
    if action.effect != "read" or action.scope != "public":
        problem(real.request(method_of(action).value, address), 403, "forbidden")
        return
    if method_of(action) == "POST":
        response = real.post(address, files={
            **{n: f for n, f in files.items() if n in action.input.__dataclass_fields__}, **models_of(action), **{n: (None, v) for n, v in ASKED_OF.get(action.path, {}).items()}})
    else:
        response = real.get(address, params={"level": "nation"} if action.path == ("evaluate",) else ASKED_OF.get(action.path, {}))
    assert response.status_code == 200, response.text
    assert set(response.json()) == {"data", "report"}
    assert response.json()["data"]


# What is asked


def test_parameters_reach_the_action_in_its_own_types(made_up):
    made_up.get(LIST, params={"depth": "12", "kind": "dug", "dry": "true", "named": ["a", "b"], "state": "open"})
    assert runs == [AskWells(12, "dug", True, ("a", "b"), "open")]


@pytest.mark.parametrize(("query", "name", "remedy"), [
    ("depth=deep", "depth", "a whole number"), ("depth=", "depth", "a whole number"), ("depth=1.5", "depth", "whole"),
    ("depth=" + "9" * 5000, "depth", "a whole number"), ("kind=bored", "kind", "dug or drilled"),
    ("state=ajar", "state", "open or shut"), ("dry=perhaps", "dry", "true or false"), ("depth=1&depth=2", "depth", "once"),
    ("deph=1", "deph", "depth"), ("zzzz=1", "zzzz", "Known"), ("limit=0", "limit", "10000"), ("limit=10001", "limit", "10000"),
    ("limit=all", "limit", "whole number"), ("offset=-1", "offset", "from 0"), ("lang=fr", "lang", "zh or en"),
    ("lang=zh&lang=en", "lang", "once"), ("table=wells", "wells", "none")])
def test_a_parameter_that_cannot_be_is_named_with_what_it_can_be(made_up, query, name, remedy):
    body = problem(made_up.get(f"{LIST}?{query}"), 400, "bad_parameter")
    assert name in body["detail"]
    assert remedy in body["remedy"]
    assert len(body["detail"]) < 200


def test_files_and_fields_of_a_form_reach_the_action(made_up):
    sent = {"wells": ("C:\\data\\wells.csv", "name\na\nb\n"), "more": ("m.txt", "also")}
    answer = made_up.post(READ, files=sent, data={"note": "checked"}).json()["data"]
    assert answer == {"rows": 2, "name": "wells.csv", "origin": "", "note": "checked", "more": "also"}


def test_a_part_left_empty_in_a_form_is_a_part_not_sent(made_up):
    answer = made_up.post(READ, files={"wells": ("w.csv", "name\na\n")}, data={"note": "", "more": ""}).json()["data"]
    assert (answer["note"], answer["more"]) == (None, None)


@pytest.mark.parametrize(("sent", "status", "title", "said"), [
    ({}, 415, "not_a_form", "multipart/form-data"),
    ({"json": {"wells": 1}}, 415, "not_a_form", "multipart/form-data"),
    ({"files": {"other": ("o.csv", "a\n1\n")}}, 400, "bad_parameter", "'other'"),
    ({"files": {"more": ("o.csv", "a\n1\n")}}, 400, "bad_parameter", "wells is missing"),
    ({"files": {"wells": (None, "a,b")}}, 400, "bad_parameter", "wells is not a file"),
    ({"files": {"wells": ("w.csv", "")}}, 400, "unreadable", "empty"),
    ({"files": {"wells": ("w.csv", b"PK\x03\x04\x00\x00")}}, 400, "unreadable", "Excel workbook"),
    ({"files": {"wells": ("w.parquet", b"PAR1")}}, 400, "unreadable", "Parquet"),
    ({"files": {"wells": ("w.csv", "a\n1\n")}, "params": {"note": "x"}}, 400, "bad_parameter", "'note'"),
    ({"content": b"junk", "headers": {"content-type": "multipart/form-data; boundary=x"}}, 400, "bad_request", "multipart"),
    ({"content": b"junk", "headers": {"content-type": "multipart/form-data"}}, 400, "bad_request", "boundary"),
    ({"content": b'--x\r\ncontent-disposition: form-data; name="note"\r\n\r\n\xff\r\n--x--\r\n',
      "headers": {"content-type": "multipart/form-data; boundary=x"}}, 400, "bad_form", "not text"),
])
def test_a_form_that_cannot_be_read_is_refused_in_words(made_up, sent, status, title, said):
    assert said in problem(made_up.post(READ, **sent), status, title)["detail"]
    assert runs == []


def test_a_body_beyond_the_limit_is_refused_as_too_large(made_up):
    sent = made_up.post(READ, files={"wells": ("w.csv", b"a" * (MOST_BYTES + 1))})
    assert "32 MiB" in problem(sent, 413, "request_entity_too_large")["remedy"]


@pytest.mark.parametrize(("asked", "parameter", "spoken"), [
    ("zh-CN,zh;q=0.9,en;q=0.8", None, "zh"), ("en-GB", None, "en"), ("fr,zh;q=0.1", None, "zh"), ("fr", None, "en"),
    ("en;q=0.2,zh;q=0.7", None, "zh"), ("zh;q=0", None, "en"), ("zh;q=nonsense", None, "zh"), ("", None, "en"),
    ("zh", "en", "en"), ("en", "zh", "zh")])
def test_the_language_is_the_one_asked_for_and_the_address_outweighs_the_header(made_up, asked, parameter, spoken):
    response = made_up.get(LIST, params={"lang": parameter} if parameter else {}, headers={"Accept-Language": asked})
    assert response.headers["content-language"] == spoken
    assert response.json()["report"] == {"zh": "# 井", "en": "# well"}[spoken]
    assert "Accept-Language" in response.headers["vary"]


# How it is shown


def test_the_report_is_given_as_markdown_when_that_is_asked_for(made_up):
    response = made_up.get(LIST, headers={"Accept": "text/markdown"})
    assert response.headers["content-type"] == "text/markdown; charset=utf-8"
    assert response.text == "# well"


def test_records_are_given_as_csv_when_that_is_asked_for(made_up):
    response = made_up.get(LIST, params={"limit": 2}, headers={"Accept": "text/csv, application/json;q=0.5"})
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.text == "name,depth,dry\nwell 0,0,\nwell 1,1,\n"


def test_one_table_of_several_is_picked_by_name(made_up):
    assert made_up.get(TABLES, params={"table": "wells"}, headers={"Accept": "text/csv"}).text == "name,depth\na,\n,1\n"
    assert made_up.get(TABLES, params={"table": "wells"}).json()["data"] == [{"name": "a"}, {"depth": 1}]
    assert "nested, wells" in problem(made_up.get(TABLES, params={"table": "zz"}), 400, "bad_parameter")["remedy"]


@pytest.mark.parametrize(("query", "accept", "said"), [
    ("", "text/csv", "nested, wells"), ("table=nested", "text/csv", "application/json"), ("", "image/png", "text/markdown"),
    ("", "nonsense;;", "text/markdown")])
def test_a_form_that_is_not_to_be_had_is_refused_with_those_that_are(made_up, query, accept, said):
    body = problem(made_up.get(f"{TABLES}?{query}", headers={"Accept": accept}), 406, "not_acceptable")
    assert said in body["remedy"]


def test_scores_of_the_nation_are_a_table_of_the_evaluation(real):
    asked = {"level": "nation", "table": "targets"}
    rows = list(DictReader(StringIO(real.get(f"{PREFIX}/evaluate", params=asked, headers={"Accept": "text/csv"}).text)))
    assert [r["code"] for r in rows] == [t["code"] for t in real.get(f"{PREFIX}/evaluate", params=asked).json()["data"]]
    assert rows


def test_following_the_links_gives_every_record_once(made_up):
    response = made_up.get(LIST, params={"limit": 10, "kind": "dug"})
    names: list[str] = []
    pages = 1
    while True:
        assert response.headers["x-total-count"] == "25"
        names += [r["name"] for r in response.json()["data"]]
        if "next" not in response.links:
            break
        pages += 1
        response = made_up.get(response.links["next"]["url"])
    assert names == [f"well {n}" for n in range(25)]
    assert pages == 3
    assert made_up.get(LIST, params={"offset": 99}).json()["data"] == []
    assert {r.kind for r in runs} == {"dug", None}


def test_asking_for_the_head_gives_the_headers_of_the_whole(made_up):
    whole, head = made_up.get(LIST), made_up.head(LIST)
    assert head.content == b""
    assert dict(head.headers) == dict(whole.headers)


# Once for each state


def test_an_answer_one_has_is_not_worked_out_again(made_up):
    tag = made_up.get(LIST).headers["etag"]
    runs.clear()
    for condition in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        response = made_up.get(LIST, headers={"If-None-Match": condition})
        assert response.status_code == 304
        assert response.content == b""
        assert response.headers["etag"] == tag
    assert runs == []


def test_not_even_a_process_that_never_worked_it_out_works_out_an_answer_one_has(node, made_up):
    tag = made_up.get(LIST).headers["etag"]
    runs.clear()
    with client(node, ROOM) as other:
        assert other.get(LIST, headers={"If-None-Match": tag}).status_code == 304
    assert runs == []


def test_an_answer_is_worked_out_once_for_all_its_forms_and_pages(made_up):
    tags = [made_up.get(LIST, params=params, headers=headers).headers["etag"] for params, headers in (
        ({}, {}), ({"limit": 5}, {}), ({"limit": 5, "offset": 5}, {}), ({}, {"Accept": "text/csv"}),
        ({}, {"Accept": "text/markdown"}))]
    assert len(set(tags)) == len(tags)
    assert len(runs) == 1


def test_a_tag_does_not_depend_on_how_the_same_question_is_written(made_up):
    first, second = made_up.get(f"{LIST}?depth=7&kind=dug"), made_up.get(f"{LIST}?lang=en&dry=false&kind=dug&limit=1000&depth=7")
    assert first.headers["etag"] == second.headers["etag"]
    assert len(runs) == 1


def test_a_tag_changes_with_the_language_the_parameters_and_the_day(made_up, monkeypatch):
    tags = {made_up.get(LIST, params=p).headers["etag"] for p in ({}, {"lang": "zh"}, {"depth": 1}, {"dry": "true"})}
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    tags.add(made_up.get(LIST).headers["etag"])
    assert len(tags) == 5


def test_figures_taken_in_change_the_tag_and_the_answer(node):
    observe = next(a for a in REAL if a.path == ("observe",))

    def last(answer: Any) -> int:
        return next(m["last"] for m in answer.json()["data"] if m["code"] == "broadband_ports")

    with client(node) as opened:
        before = opened.get(f"{PREFIX}/measures")
        run(observe, Context(node), observe.input(Table.read(Document("f.csv", FIGURES.encode()))))
        after = opened.get(f"{PREFIX}/measures", headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert last(after) == 2030 != last(before)


def test_figures_taken_in_after_a_question_is_put_are_not_in_its_answer(node):
    observe = next(a for a in REAL if a.path == ("observe",))
    measures = next(a for a in REAL if a.path == ("measures",))
    answers = Answers(node)
    question = answers.question(measures, measures.input(), "en")
    run(observe, Context(node), observe.input(Table.read(Document("f.csv", FIGURES.encode()))))
    now = answers.answer(answers.question(measures, measures.input(), "en"))
    assert answers.answer(question).data != now.data


def test_the_same_question_asked_by_many_at_once_is_worked_out_once(made_up):
    with ThreadPoolExecutor(8) as asking:
        bodies = list(asking.map(lambda _: made_up.get(LIST, params={"depth": 9}).content, range(8)))
    assert len(set(bodies)) == 1
    assert len(runs) == 1


def test_different_questions_asked_at_once_are_all_answered(node):
    observe = next(a for a in REAL if a.path == ("observe",))
    run(observe, Context(node), observe.input(Table.read(Document("f.csv", FIGURES.encode()))))
    asked = [f"{PREFIX}/{name}?lang={lang}" for name in ("measures", "findings", "plan", "targets") for lang in ("zh", "en")]
    with client(node) as opened, ThreadPoolExecutor(8) as asking:
        assert [r.status_code for r in asking.map(opened.get, asked)] == [200] * len(asked)


def test_an_error_reaches_all_who_wait_and_is_not_kept(node):
    answers, begun = Answers(node), threading.Barrier(4)

    def ask(_: int) -> type[Exception]:
        begun.wait()
        try:
            answers.answer(answers.question(ROOM.actions[0], AskWells(500), "en"))
        except Exception as error:
            return type(error)
        raise AssertionError

    with ThreadPoolExecutor(4) as asking:
        assert set(asking.map(ask, range(4))) == {RuntimeError}
    before = len(runs)
    with pytest.raises(RuntimeError):
        answers.answer(answers.question(ROOM.actions[0], AskWells(500), "en"))
    assert len(runs) == before + 1


def test_what_is_kept_stays_within_its_bounds_and_the_least_asked_goes_first(node):
    answers = Answers(node, room=3 * 4096)

    def ask(depth: int) -> None:
        answers.answer(answers.question(ROOM.actions[0], AskWells(depth), "en"))

    for depth in (1, 2, 3, 1, 5, 1, 3, 2):
        ask(depth)
    assert [r.depth for r in runs] == [1, 2, 3, 5, 2]


def test_an_answer_to_a_posted_file_has_no_tag_and_is_worked_out_once(made_up):
    for _ in range(2):
        assert "etag" not in made_up.post(READ, files={"wells": ("w.csv", "name\na\n")}, headers={"If-None-Match": "*"}).headers
    made_up.post(READ, files={"wells": ("w.csv", "name\nb\n")})
    assert len(runs) == 2


def test_an_index_built_by_upload_has_the_scores_of_the_command_line(real, shared):
    folder = shared / "oracles" / "composite_index"
    paths = {"values": folder / "asem_values.csv", "tree": folder / "asem_tree.csv"}
    words = [word for name, path in paths.items() for word in (f"--{name}", str(path))]
    typed = CliRunner().invoke(program("en"), ["index", "build", *words, "--json"], catch_exceptions=False)
    sent = real.post(f"{PREFIX}/index/build", files={n: (p.name, p.read_bytes()) for n, p in paths.items()})
    assert sent.status_code == 200
    assert sent.json()["data"] == json.loads(typed.stdout)
    assert len(sent.json()["data"]["scores"]) > 1000


# When something is wrong


@pytest.mark.parametrize(("method", "address", "status", "title"), [
    ("GET", f"{PREFIX}/wells/lsit", 404, "not_found"), ("GET", PREFIX, 404, "not_found"), ("POST", f"{PREFIX}/wells", 404, "not_found"),
    ("GET", f"{PREFIX}/wells/list/of", 404, "not_found"), ("DELETE", f"{PREFIX}/../../etc/passwd", 404, None),
    ("POST", LIST, 405, "method_not_allowed"), ("DELETE", LIST, 405, "method_not_allowed"),
    ("GET", READ, 405, "method_not_allowed"), ("PUT", f"{PREFIX}/openapi.json", 405, "method_not_allowed"),
    ("GET", f"{LIST}?depth=404", 422, "not_assessable"), ("GET", f"{LIST}?depth=500", 500, "internal_error"),
    ("GET", f"{LIST}?depth=400", 400, "unreadable"), ("GET", f"{LIST}?depth=422", 500, "odd")])
def test_every_error_is_a_problem_that_says_nothing_of_the_nodes_folders(made_up, node, method, address, status, title):
    response = made_up.request(method, address)
    assert response.status_code == status
    if title:
        problem(response, status, title)
    for secret in (str(node.folder), str(node.folder.parent), node.folder.parent.name,
                   str(Path(__file__).parent), str(Path.home()), "Traceback", "RuntimeError"):
        assert secret not in response.text


def test_a_wrong_address_is_answered_with_the_right_one(made_up):
    assert LIST in problem(made_up.get(f"{PREFIX}/wells/lsit"), 404, "not_found")["remedy"]


def test_a_wrong_method_is_answered_with_the_right_one(made_up):
    assert made_up.post(LIST).headers["allow"] == "GET, HEAD"
    assert made_up.get(READ).headers["allow"] == "POST"
    assert made_up.head(READ).status_code == 405


def test_a_problem_keeps_its_place_and_its_remedy(made_up):
    body = problem(made_up.get(LIST, params={"depth": 404}), 422, "not_assessable")
    assert (body["where"], body["remedy"]) == ("wells.csv, line 3", "Ask for less.")


def test_problems_keep_their_shape_whatever_the_application_says_of_its_own(node):
    def page(request: Any, error: Exception) -> Any:
        raise AssertionError("the application's own page")

    app = Litestar([router(node, [ROOM])], openapi_config=None, exception_handlers={Problem: page, Exception: page})
    with TestClient(app, raise_server_exceptions=False) as opened:
        problem(opened.get(LIST, params={"depth": 404}), 422, "not_assessable")
        problem(opened.get(LIST, params={"depth": 500}), 500, "internal_error")
        problem(opened.get(LIST, params={"deph": 1}), 400, "bad_parameter")
        problem(opened.get(f"{PREFIX}/nowhere"), 404, "not_found")


@pytest.mark.parametrize("query", ["plan?room=Z9", "plan?room=%ff%00", "evaluate?year=1066", "targets?verdict=splendid",
                                   "findings?lang=de", "measures?tag=none"])
def test_what_is_wrong_with_a_question_to_the_plan_is_said_in_words(real, query):
    response = real.get(f"{PREFIX}/{query}")
    assert response.status_code in (400, 422)
    assert response.json()["remedy"]


@pytest.mark.parametrize("written", ["nonsense", "0" * 32])
def test_a_damaged_lake_is_the_nodes_fault_and_its_folder_stays_unsaid(node, written):
    home = node.folder / "lake" / "observations"
    home.mkdir(parents=True)
    (home / "current").write_text(written)
    with client(node) as opened:
        body = problem(opened.get(f"{PREFIX}/measures"), 500, "no_snapshot")
    assert body["where"] == "observations"
    assert node.folder.name not in json.dumps(body)

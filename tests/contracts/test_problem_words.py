"""Every problem somebody can meet is said in Chinese and in English, and both say the same."""

from __future__ import annotations

import ast
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from litestar.testing import TestClient

import jingwei
from jingwei.doors import cli
from jingwei.doors.portal.app import application
from jingwei.kernel.workspace import Workspace

SOURCE = Path(jingwei.__file__).parent
SAID = ("what", "remedy")
TRANSLATIONS = {"zh", "en", "in_", "language", "join", "_ZH"}
"""Names by which the two languages of one text may differ."""


@dataclass
class Module:
    """One source file: what it defines that is or makes a problem, and where its other names come from."""

    path: str
    tree: ast.Module
    makers: dict[str, list[str]] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)


def modules() -> dict[str, Module]:
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        name = ".".join(("jingwei", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found[name] = Module(path.relative_to(SOURCE).as_posix(), tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                found[name].origins |= {alias.asname or alias.name: f"{node.module}" for alias in node.names}
    family = {"Problem"}
    grown = True
    while grown:  # a kind of problem may be derived in a file that comes before the one it is derived from
        grown = False
        for module in found.values():
            for node in ast.walk(module.tree):
                if isinstance(node, ast.ClassDef) and node.name not in module.makers and (
                        node.name == "Problem" or any(isinstance(b, ast.Name) and b.id in family for b in node.bases)):
                    family.add(node.name)
                    module.makers[node.name] = _parameters(node) or module.makers.get(node.name) or []
                    grown = True
    for module in found.values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef) and isinstance(node.returns, ast.Name) and node.returns.id in family:
                module.makers[node.name] = [a.arg for a in (*node.args.posonlyargs, *node.args.args) if a.arg not in ("self", "cls")]
    return found


def _parameters(node: ast.ClassDef) -> list[str]:
    made = next((f for f in node.body if isinstance(f, ast.FunctionDef) and f.name == "__init__"), None)
    return [a.arg for a in made.args.args[1:]] if made else ["code", "what"]


FOUND = modules()


def problems() -> Iterator[tuple[Module, ast.Call, dict[str, ast.expr]]]:
    """Every place where a problem is made, with what it is told."""
    for module in FOUND.values():
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
            home = FOUND.get(module.origins.get(name, "")) if name not in module.makers else module
            if home is None or name not in home.makers:
                continue
            told = dict(zip(home.makers[name], node.args, strict=False)) | {k.arg: k.value for k in node.keywords if k.arg}
            yield module, node, {name: value for name, value in told.items() if name in SAID}


def plain(value: ast.expr) -> bool:
    """Whether an expression is, or may be, words of one language written on the spot."""
    match value:
        case ast.Constant(value=str(words)):
            return bool(words)
        case ast.JoinedStr() | ast.Call(func=ast.Name(id="str")):
            return True
        case ast.BinOp(left=one, right=other) | ast.IfExp(body=one, orelse=other):
            return plain(one) or plain(other)
        case ast.BoolOp(values=values):
            return any(map(plain, values))
        case ast.Call(func=ast.Name(id="both"), args=[inner]) | ast.Call(func=ast.Attribute(value=inner)):
            return plain(inner)
    return False


def test_there_are_problems_to_look_at():
    assert len(list(problems())) > 150
    assert {"Problem", "NotAssessable", "Unreadable"} <= set(FOUND["jingwei.kernel.problems"].makers)
    assert {"Refused", "Misfit", "bad"} <= set(FOUND["jingwei.doors.asked"].makers)


def test_no_problem_is_made_of_words_in_one_language():
    one = [f"{m.path}, line {call.lineno}: {name} is said in one language" for m, call, told in problems()
           for name, value in told.items() if plain(value)]
    assert one == []


@pytest.mark.parametrize(("written", "expected"), [
    ('"it is wrong"', True), ('f"{x} is wrong"', True), ('"a" + b', True), ('near or "List them."', True), ('"a" if b else c', True),
    ('str(error)', True), ('"{} is wrong".format(x)', True), ('""', False), ('Text("错", "wrong")', False), ("what", False),
    ('both("it is wrong")', True), ('both(told)', False), ('near or Text("错", "wrong")', False)])
def test_words_of_one_language_are_told_from_texts(written, expected):
    assert plain(ast.parse(written, mode="eval").body) is expected


def mentioned(text: ast.expr) -> set[str]:
    """What a text puts in: the names in its places, but for those that only choose a language."""
    places = [part.value for part in ast.walk(text) if isinstance(part, ast.FormattedValue)]
    nodes = [node for place in (places or [text]) for node in ast.walk(place)]  # it may be what a library says, as it is
    return ({node.id for node in nodes if isinstance(node, ast.Name)} | {node.attr for node in nodes if isinstance(node, ast.Attribute)}) - TRANSLATIONS - {"str"}


def texts() -> dict[str, list[ast.expr]]:
    """The two languages of every text in a problem, by where it stands."""
    return {f"{m.path}, line {t.lineno}, {t.col_offset}": t.args for m, call, _ in problems() for t in ast.walk(call)
            if isinstance(t, ast.Call) and isinstance(t.func, ast.Name) and t.func.id == "Text" and len(t.args) == 2}


def test_both_languages_of_a_problem_mention_the_same():
    found = texts()
    assert len(found) > 250
    assert {place: mentioned(zh) ^ mentioned(en) for place, (zh, en) in found.items() if mentioned(zh) != mentioned(en)} == {}


def test_the_chinese_of_a_problem_comes_first_and_no_english_sentence_stands_in_it():
    def words(text: ast.expr) -> str:
        keys = {id(key) for part in ast.walk(text) if isinstance(part, ast.Subscript) for key in ast.walk(part.slice)}  # of columns
        return " ".join(c.value for c in ast.walk(text) if isinstance(c, ast.Constant) and isinstance(c.value, str) and id(c) not in keys)

    assert [place for place, (zh, _) in texts().items() if english(words(zh))] == []
    assert [place for place, (zh, en) in texts().items() if re.search("[\u4e00-\u9fff]", words(en)) and not re.search("[\u4e00-\u9fff]", words(zh))] == []


COMMAND = re.compile(r"(?:jingwei|curl|pip) [^，。；：（）\n]*")
ENGLISH = re.compile(r"\b[A-Za-z]+(?: [a-z]+){2,}\b")
"""Three words in a row: a sentence, where a command, a column or a unit has fewer."""

WRONG = [
    (("figures",), {"year": "1066"}), (("figures",), {"measure": "nonsense"}), (("figures",), {"place": "Atlantis"}),
    (("findings",), {"code": "nonsense"}), (("measures",), {"room": "Z9"}), (("plan",), {"room": "Z9"})]


def english(text: str) -> str:
    """The first English sentence in it; empty when there is none."""
    found = ENGLISH.search(COMMAND.sub("", text))
    return found[0] if found else ""


def test_an_english_sentence_is_found_where_there_is_one():
    assert english("没有数；列出全部：jingwei figures list") == ""
    assert english("没有数：there are no figures") == "there are no figures"


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("words"))
    workspace.establish()
    with TestClient(application(workspace)) as client:
        yield client


@pytest.mark.parametrize(("path", "asked"), WRONG)
def test_a_problem_reads_in_chinese_on_the_command_line(tmp_path, monkeypatch, capsys, path, asked):
    words = [w for name, value in asked.items() for w in (f"--{name}", value)]
    monkeypatch.setattr("sys.argv", ["jingwei", *path, *words, "--workspace", str(tmp_path), "--lang", "zh"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    told = capsys.readouterr().err
    assert ended.value.code == cli.REFUSED
    assert re.search("[\u4e00-\u9fff]", told)
    assert english(told) == ""


@pytest.mark.parametrize(("line", "named"), [
    ("figures --yeer 3", "--yeer"), ("figure", "figures"), ("figures --year soon", "整数"), ("findings release", "FINDING"),
    ("figures --state ajar", "held"), ("figures --year", "--year"), ("figures and more", "词"), ("serve --port 0", "65535")])
def test_a_command_line_that_cannot_be_followed_is_refused_in_chinese(monkeypatch, capsys, line, named):
    monkeypatch.setattr("sys.argv", ["jingwei", *line.split()])
    monkeypatch.setenv("JINGWEI_LANG", "zh")
    with pytest.raises(SystemExit) as ended:
        cli.main()
    told = capsys.readouterr().err
    assert ended.value.code == cli.REFUSED
    assert named in told
    assert english(told) == ""


@pytest.mark.parametrize(("path", "asked"), WRONG)
def test_a_problem_reads_in_chinese_over_the_api(node, path, asked):
    answer = node.get(f"/api/v1/{'/'.join(path)}", params=asked, headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"})
    assert (answer.status_code // 100, answer.headers["content-language"]) == (4, "zh")
    body = answer.json()
    assert re.search("[\u4e00-\u9fff]", body["detail"])
    assert english(json.dumps(body, ensure_ascii=False)) == ""
    assert node.get(f"/api/v1/{'/'.join(path)}", params={**asked, "lang": "en"}).json()["title"] == body["title"]


@pytest.mark.parametrize("address", [
    "/zh/place/999999", "/zh/measure/nonsense", "/zh/room/Z9", "/zh/nothing/at/all", "/zh/method?weight.F1=99", "/zh/method?weight.Z9=1",
    "/zh/do/nothing", "/zh/do/figures?year=1066&answer=now", "/zh/do/figures?year=soon&answer=now", "/zh/data/nothing.csv",
    f"/zh/jobs/{'0' * 64}", "/zh/compare?places=110000&places=Atlantis",
    "/zh/duty/nothing", "/zh/matter/nothing", "/zh/gauge/nothing", "/zh/node/nothing", "/zh/sharing/R-nothing", "/zh/desk/nothing",
    "/zh/ledger/999999", "/zh/ledger?day=soon", "/zh/do/job/list?count=0&answer=now", "/zh/do/duties/tree?code=nothing&answer=now"])
def test_a_problem_reads_in_chinese_on_a_page(node, address):
    page = node.get(address)
    shown = re.sub("<[^>]*>", "\n", re.search("<main.*</main>", page.text, re.DOTALL)[0])
    assert re.search("[\u4e00-\u9fff]{4}", shown)
    assert english(shown) == ""


def test_a_job_that_fails_says_why_to_each_reader_in_their_language(node):
    values, tree = b"uCode,A\nx,many\ny,2\n", b"iCode,Parent,Weight,Direction\nA,I,1,1\nI,,1,1\n"
    sent = {"values": ("V.csv", values), "tree": ("T.csv", tree)}
    job = node.post("/api/v1/index/build?lang=en", files=sent, headers={"Prefer": "respond-async"})
    assert job.status_code == 202
    there = job.headers["location"]
    for _ in range(600):
        if node.get(there).json()["state"] == "failed":
            break
        time.sleep(0.1)
    told = {language: node.get(f"{there}?lang={language}").json()["problem"] for language in ("zh", "en")}
    assert told["zh"]["title"] == told["en"]["title"] == "bad_cells"
    assert "not numbers" in told["en"]["detail"]
    assert re.search("[\u4e00-\u9fff]", told["zh"]["detail"])
    assert english(json.dumps(told["zh"], ensure_ascii=False)) == ""

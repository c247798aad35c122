"""The command line as people meet it: what is printed, what is written, and what comes back when something is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from jingwei.doors import cli
from jingwei.doors.cli import REFUSED, program
from jingwei.kernel.problems import Problem
from jingwei.kernel.workspace import Workspace

HEADER = "measure,place,period,value,unit,source,vintage,status\n"
GOOD = HEADER + "broadband_ports,北京,2030,2345.6,10k ports,our own count,v1,observed\n"
OVER = HEADER + "urbanization_rate,北京,2030,140,%,our own count,v1,observed\n"
VALUES = "uCode,x,y\nA,1,2\nB,2,5\nC,3,3\nD,5,1\n"
TREE = "iCode,Parent,Level,Weight,Direction,Type\nx,I,1,1,1,Indicator\ny,I,1,1,1,Indicator\nI,,2,1,1,Aggregate\n"
DOUBT = "[uncertainty]\nreplications = 20\nseed = 1\nweight_noise = 0.25\nlevels = [1]\n"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch) -> Path:
    """An empty folder with two files of figures and an index; no workspace yet."""
    for name, text in {"good.csv": GOOD, "over.csv": OVER, "V.csv": VALUES, "T.csv": TREE, "U.toml": DOUBT}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("JINGWEI_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "SOURCE_DATE_EPOCH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JINGWEI_WORKSPACE", "node")
    return tmp_path


def call(*words: str, language: str = "en") -> Result:
    return CliRunner().invoke(program("zh" if language == "zh" else "en"), words, catch_exceptions=False)


def said(*words: str) -> Any:
    result = call(*words, "--json")
    assert result.exit_code == 0
    return json.loads(result.stdout, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))


def entry(*words: str | bytes, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The installed entry point in a process of its own."""
    command = [sys.executable, "-c", "from jingwei.doors.cli import main; main()", *words]
    return subprocess.run(command, capture_output=True, check=False, env={**os.environ, **environment})


def refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What the entry point says on standard error, having ended with the status of a refusal."""
    monkeypatch.setattr(sys, "argv", ["jingwei", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    shown = capsys.readouterr()
    assert ended.value.code == REFUSED
    assert shown.out == ""
    assert "Traceback" not in shown.err
    return shown.err


def tree(folder: Path) -> dict[str, bytes]:
    """Every file but the record, which keeps what was attempted as well (``attempts``)."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*"))
            if p.is_file() and not p.name.startswith("store.db")}


def attempts(folder: Path) -> list[str]:
    """Kinds of the entries in a node's ledger."""
    return [json.loads(entry)["kind"] for _, entry in Workspace(folder).ledger.entries()]


def test_the_record_keeps_what_was_done_and_what_was_tried(here):
    call("observe", "good.csv", "--workspace", "node")
    call("observe", "good.csv", "--workspace", "node", "--dry-run")
    call("targets", "--workspace", "node")
    with pytest.raises(Problem):
        call("findings", "release", "nothing-000000", "--reason", "none", "--workspace", "node")
    assert attempts(here / "node") == ["action.begun", "action.done", "action.begun", "action.failed"]


# When something is wrong


@pytest.mark.parametrize(("words", "message"), [
    (["observe", "nowhere.csv"], "nowhere.csv"),
    (["observe", "empty.csv"], "the file is empty"),
    (["observe", "V.csv"], "there is no column 'measure'"),
    (["observe", "sheet.csv"], "CSV UTF-8"),
    (["observe", "."], "directory"),
    (["observe"], "FILE"),
    (["observe", "good.csv", "--workspace", "good.csv"], "good.csv"),
    (["observe", "good.csv", "--workspace", "good.csv/node"], "--workspace"),
    (["findings", "release", "jump-000000", "--reason", "x"], "unknown_finding"),
    (["findings", "release", "jump-000000"], "--reason"),
    (["findings", "release", "--reason", "x"], "FINDING"),
    (["index", "build", "--tree", "T.csv"], "--values"),
    (["index", "build", "--values", "V.csv"], "--tree"),
    (["index", "uncertainty", "--values", "V.csv", "--tree", "T.csv"], "--spec"),
    (["evaluate", "--year", "1066"], "1066"),
    (["evaluate", "--level", "village"], "village"),
    (["evaluate", "--year", "last"], "last"),
    (["plan", "--room", "Z9"], "The rooms are"),
    (["replay", "V.csv"], "not a receipt"),
    (["index", "build", "--values", "T.csv", "--tree", "V.csv"], "column"),
    (["index", "build", "--values", "V.csv", "--tree", "T.csv", "--method", "V.csv"], "V.csv"),
    (["index", "build", "--values", "V.csv", "--tree", "T.csv", "--out", "good.csv/out"], "--out"),
    (["obsevre", "good.csv"], "obsevre"),
    (["measures", "--colour"], "--colour"),
    (["targets", "--verdict", "splendid"], "splendid"),
])
def test_what_the_user_can_put_right_is_said_in_words_with_status_2(words, message, here, monkeypatch, capsys):
    (here / "empty.csv").write_text("")
    (here / "sheet.csv").write_bytes(b"PK\x03\x04\x00\x00")
    assert message in refused(monkeypatch, capsys, *words)
    assert not (here / "node").exists()


def test_a_setting_that_is_not_known_is_named(here, monkeypatch, capsys):
    (here / "node").mkdir()
    (here / "node" / "jingwei.toml").write_text("[lake]\nengin = 'duckdb'\n")
    assert "engin" in refused(monkeypatch, capsys, "findings")


def test_a_lake_of_a_later_program_is_left_alone(here, monkeypatch, capsys):
    call("observe", "good.csv")
    home = here / "node" / "lake" / "observations"
    told = json.loads(next((home / "manifests").iterdir()).read_bytes()) | {"version": 99}
    content = json.dumps(told).encode()
    from hashlib import sha256

    identity = sha256(content).hexdigest()[:32]
    (home / "manifests" / f"{identity}.json").write_bytes(content)
    (home / "current").write_text(identity)
    before = tree(here)
    assert "schema 99" in refused(monkeypatch, capsys, "observe", "over.csv")
    assert tree(here) == before


def test_the_real_entry_point_ends_with_status_2_and_no_traceback():
    done = entry("observe", "nowhere.csv")
    assert done.returncode == REFUSED
    assert b"nowhere.csv" in done.stderr
    assert b"Traceback" not in done.stderr
    assert done.stdout == b""


def test_a_file_whose_name_is_no_text_is_refused_in_words(here):
    name = os.fsencode(here) + b"/f\xff.csv"
    Path(os.fsdecode(name)).write_text(GOOD)
    done = entry("observe", name)
    assert done.returncode == REFUSED
    assert b"UTF-8" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_clock_that_cannot_be_read_is_refused_in_words():
    finding = said("observe", "over.csv")["findings"][0]["id"]
    done = entry("findings", "release", finding, "--reason", "x", SOURCE_DATE_EPOCH="tomorrow")
    assert done.returncode == REFUSED
    assert b"SOURCE_DATE_EPOCH" in done.stderr


# What is printed


def test_a_reader_who_has_seen_enough_ends_the_command_quietly():
    writer = [sys.executable, "-c", "from jingwei.doors.cli import main; main()", "measures", "--json"]
    with subprocess.Popen(writer, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""


def test_a_terminal_that_lacks_a_character_still_gets_the_answer():
    done = entry("targets", "--lang", "zh", PYTHONIOENCODING="latin-1", PYTHONUTF8="0")
    assert done.returncode == 0
    assert b"F1.1.stations" in done.stdout


def test_jingwei_lang_gives_chinese():
    chinese, english = entry("--help", JINGWEI_LANG="zh"), entry("--help", JINGWEI_LANG="en")
    assert "经纬" in chinese.stdout.decode()
    assert "收入本单位的数据" in chinese.stdout.decode()
    assert "经纬" not in english.stdout.decode()


def test_one_report_can_be_asked_for_in_the_other_language():
    assert "未启动" in call("plan", "--lang", "zh").output
    assert "not begun" in call("plan", "--lang", "en", language="zh").output


def test_the_version_is_told():
    import jingwei

    assert jingwei.__version__ in call("--version").output


def test_a_group_without_a_word_shows_what_is_below_it():
    shown = call("index")
    assert "build" in shown.output
    assert "uncertainty" in shown.output


@pytest.mark.parametrize("words", [
    ["plan"], ["plan", "--room", "F1"], ["measures"], ["measures", "--room", "F1", "--tag", "digital"], ["findings"],
    ["findings", "--code", "jump"], ["targets"], ["targets", "--verdict", "missed"], ["observe", "good.csv", "--dry-run"],
    ["observe", "over.csv"], ["evaluate", "--level", "nation"], ["index", "build", "--values", "V.csv", "--tree", "T.csv"],
    ["index", "uncertainty", "--values", "V.csv", "--tree", "T.csv", "--spec", "U.toml"]], ids=" ".join)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_answer_is_json_when_json_is_asked_for(words, language):
    assert said(*words, "--lang", language)


def test_an_answer_in_json_is_the_same_in_every_number_in_both_languages():
    zh, en = (said("measures", "--lang", language) for language in ("zh", "en"))
    assert [(m["code"], m["figures"], m["last"]) for m in zh] == [(m["code"], m["figures"], m["last"]) for m in en]


# What is written


def test_a_rehearsal_writes_nothing(here):
    before = tree(here)
    result = call("observe", "good.csv", "--dry-run")
    assert result.exit_code == 0
    assert "nothing was written" in result.output
    assert said("observe", "good.csv", "--dry-run")["written"] is False
    assert tree(here) == before
    assert not (here / "node").exists()


def test_a_rehearsal_leaves_a_workspace_that_is_there_as_it_is(here):
    told = said("observe", "over.csv")
    before = tree(here)
    call("observe", "good.csv", "--dry-run")
    call("findings", "release", told["findings"][0]["id"], "--reason", "checked", "--dry-run")
    assert tree(here) == before


def test_reading_writes_nothing(here):
    before = tree(here)
    for words in (["plan"], ["measures"], ["findings"], ["targets"]):
        call(*words)
    assert tree(here) == before
    assert not (here / "node").exists()


@pytest.mark.parametrize("name", ["good.csv", "over.csv", "unreadable.csv"])
def test_a_file_observed_twice_adds_nothing(here, name):
    (here / "unreadable.csv").write_text(HEADER + "no_such_measure,北京,2030,1,%,s,v,observed\n")

    def ended() -> object:
        try:
            return call("observe", name).exit_code
        except Problem as problem:
            return problem.code

    expected = "nothing_readable" if name == "unreadable.csv" else 0
    assert ended() == expected
    before = tree(here)
    assert ended() == expected
    assert tree(here) == before


def test_a_file_observed_again_under_another_name_adds_nothing(here):
    call("observe", "good.csv")
    before = tree(here / "node")
    (here / "again.csv").write_text(GOOD, encoding="utf-8")
    assert "taken in before" in call("observe", "again.csv").output
    assert tree(here / "node") == before


def test_figures_with_findings_are_an_answer_and_no_fault():
    result = call("observe", "over.csv")
    assert result.exit_code == 0
    assert "held back" in result.output
    assert "jingwei findings release" in result.output


def test_a_finding_released_with_a_reason_makes_its_figures_usable(here):
    def usable() -> tuple[int, int]:
        row = next(m for m in said("measures") if m["code"] == "urbanization_rate")
        return row["figures"], row["last"]

    before = usable()
    findings = said("observe", "over.csv")["findings"]
    assert findings
    assert usable() == before
    for finding in findings:
        assert said("findings", "release", finding["id"], "--reason", "confirmed by the issuer")["written"] is True
    assert usable() == (before[0] + 1, 2030)
    listed = {f["id"]: f["released"] for f in said("findings")}
    assert {listed[f["id"]] for f in findings} == {"confirmed by the issuer"}


def test_a_release_without_a_reason_is_refused(monkeypatch, capsys, here):
    finding = said("observe", "over.csv")["findings"][0]["id"]
    before = tree(here)
    assert "--reason" in refused(monkeypatch, capsys, "findings", "release", finding, "--reason", "  ")
    assert tree(here) == before


def test_what_a_command_says_it_makes_is_what_it_makes(here):
    for words, makes in ((["build"], {"scores.csv", "steps", "report.md", "receipt.json"}),
                         (["uncertainty", "--spec", "U.toml"], {"ranks.csv", "pairs.csv", "report.md", "receipt.json"})):
        out = here / words[0]
        assert call("index", *words, "--values", "V.csv", "--tree", "T.csv", "--out", str(out)).exit_code == 0
        assert {p.name for p in out.iterdir()} == makes


@pytest.mark.parametrize("words", [["build"], ["uncertainty", "--spec", "U.toml"]], ids=lambda w: w[0])
def test_a_result_is_made_again_byte_for_byte_from_its_receipt(here, words):
    call("index", *words, "--values", "V.csv", "--tree", "T.csv", "--out", "out")
    assert said("replay", "out/receipt.json")["identical"] is True
    assert "一致" in call("replay", "out/receipt.json", "--lang", "zh").output


def test_a_result_of_changed_input_is_not_made_again(here, monkeypatch, capsys):
    call("index", "build", "--values", "V.csv", "--tree", "T.csv", "--out", "out")
    (here / "V.csv").write_text(VALUES.replace("A,1", "A,9"))
    assert "input_changed" in refused(monkeypatch, capsys, "replay", "out/receipt.json")


def test_a_folder_for_output_never_takes_more_than_the_result_into_it(here):
    before = tree(here)
    call("index", "build", "--values", "V.csv", "--tree", "T.csv")
    assert tree(here) == before

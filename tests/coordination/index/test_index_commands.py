"""`jingwei index build` and `jingwei index uncertainty` from files to files, as somebody at a keyboard uses them."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any

import click.testing
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy import isnan, nan
from numpy.testing import assert_allclose

from jingwei.doors.cli import main, program
from jingwei.kernel.problems import Problem
from jingwei.kernel.receipts import Receipt
from jingwei.kernel.tables import Document

METHOD = '[impute]\nmethod = "group_mean"\ngroup = "EurAsia_group"\n'
PEER_DOUBT = """[uncertainty]
replications = 2000
seed = 1
max_points = [1, 5]
normalise = [["minmax", [1, 100]], ["zscore", [10, 2]]]
aggregate = ["arithmetic", "geometric"]
weight_noise = 0.25
levels = [2, 3]
"""
SMALL_VALUES = "uCode,x,y,people\nA,1,4,10\nB,2,2.5,20\nC,3,1,\nD,,3,40\n"
SMALL_TREE = (
    "Level,iCode,Parent,Weight,Direction,Type,Denominator\n"
    "1,x,I,1,1,Indicator,\n1,y,I,3,-1,Indicator,\n2,I,,1,1,Aggregate,\n,people,,,,Denominator,\n"
)
SMALL_DOUBT = "[uncertainty]\nreplications = 50\n"

Rows = list[dict[str, str]]


class Outcome:
    """What a command said and the files it wrote."""

    def __init__(self, said: str, folder: Path) -> None:
        self.said = said
        self.files = {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}

    def rows(self, name: str) -> Rows:
        return list(csv.DictReader(io.StringIO(self.files[name].decode())))


class Desk:
    """A folder with the files of one index, and the commands to try on them."""

    def __init__(self, folder: Path, files: Mapping[str, str]) -> None:
        self.folder = folder
        for name, content in files.items():
            self.put(name, content)

    def put(self, name: str, content: str) -> None:
        (self.folder / name).write_text(content, encoding="utf-8")

    def arguments(self, command: str) -> list[str]:
        given_files = {"values": "V.csv", "tree": "T.csv", "method": "M.toml"}
        if command == "uncertainty":
            given_files["spec"] = "U.toml"
        asked = ["index", command, "--workspace", str(self.folder), "--lang", "en"]
        for option, name in given_files.items():
            if (self.folder / name).exists():
                asked += [f"--{option}", str(self.folder / name)]
        return asked

    def run(self, command: str, out: str = "out", *further: str) -> Outcome:
        folder = self.folder / out
        runner = click.testing.CliRunner()
        done = runner.invoke(
            program("en"), [*self.arguments(command), "--out", str(folder), *further], catch_exceptions=False
        )
        assert done.exit_code == 0, done.output
        return Outcome(done.output, folder)

    def refused(self, command: str = "build") -> Problem:
        with pytest.raises(Problem) as problem:
            self.run(command)
        assert not (self.folder / "out").exists()
        return problem.value


@pytest.fixture
def small(tmp_path: Path) -> Desk:
    """Four units, two indicators, one node."""
    return Desk(tmp_path, {"V.csv": SMALL_VALUES, "T.csv": SMALL_TREE, "U.toml": SMALL_DOUBT})


@pytest.fixture
def asem(tmp_path: Path, shared: Path) -> Desk:
    """51 countries, 49 indicators, and the peer's settings."""
    peer = peer_folder(shared)
    return Desk(
        tmp_path,
        {
            "V.csv": (peer / "asem_values.csv").read_text(encoding="utf-8"),
            "T.csv": (peer / "asem_tree.csv").read_text(encoding="utf-8"),
            "M.toml": METHOD,
            "U.toml": PEER_DOUBT,
        },
    )


def peer_folder(shared: Path) -> Path:
    return shared / "oracles" / "composite_index"


def read(path: Path) -> Rows:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def figure(text: str) -> float:
    return float(text) if text not in ("", "NA") else nan


@pytest.mark.oracle("index build")
def test_the_scores_written_are_those_of_the_peer_and_rank_1_is_the_best(asem: Desk, shared: Path) -> None:
    made = asem.run("build")
    assert set(made.files) == {
        "scores.csv",
        "report.md",
        "receipt.json",
        *(f"steps/{step}.csv" for step in ("denominated", "imputed", "treated", "normalised")),
    }
    rows = made.rows("scores.csv")
    assert list(rows[0]) == ["unit", "node", "score", "rank"]
    peer = {r["uCode"]: r for r in read(peer_folder(shared) / "index_minmax_arithmetic.csv")}
    assert len(rows) == 51 * 60
    assert_allclose([figure(r["score"]) for r in rows], [figure(peer[r["unit"]][r["node"]]) for r in rows], rtol=1e-9)
    for node in {r["node"] for r in rows}:
        scores = {r["unit"]: figure(r["score"]) for r in rows if r["node"] == node}
        ranks = {r["unit"]: r["rank"] for r in rows if r["node"] == node}
        for unit, score in scores.items():
            better = sum(s > score for s in scores.values() if not isnan(s))
            assert ranks[unit] == ("" if isnan(score) else str(better + 1))


@pytest.mark.oracle("index build")
@pytest.mark.parametrize("step", ["denominated", "imputed", "treated", "normalised"])
def test_each_step_written_is_that_of_the_peer(asem: Desk, shared: Path, step: str) -> None:
    ours = asem.run("build").rows(f"steps/{step}.csv")
    peer = {r["uCode"]: r for r in read(peer_folder(shared) / f"step_{step}.csv")}
    assert {r["uCode"] for r in ours} == set(peer)
    assert set(ours[0]) == set(next(iter(peer.values())))
    for row in ours:
        columns = [c for c in row if c != "uCode"]
        theirs = [figure(peer[row["uCode"]][c]) for c in columns]
        assert_allclose([figure(row[c]) for c in columns], theirs, rtol=1e-9)


@pytest.mark.oracle("index build")
@pytest.mark.parametrize(
    ("method", "name"),
    [
        ('[normalise]\nmethod = "minmax"\nrange = [1, 100]\n[aggregate]\nmethod = "geometric"', "minmax1_geometric"),
        ('[normalise]\nmethod = "zscore"', "zscore_arithmetic"),
    ],
)
def test_a_method_file_chooses_scale_and_mean(asem: Desk, shared: Path, method: str, name: str) -> None:
    asem.put("M.toml", METHOD + method)
    rows = asem.run("build").rows("scores.csv")
    peer = {r["uCode"]: r for r in read(peer_folder(shared) / f"index_{name}.csv")}
    assert_allclose([figure(r["score"]) for r in rows], [figure(peer[r["unit"]][r["node"]]) for r in rows], rtol=1e-9)


@pytest.mark.oracle("index uncertainty")
def test_ranks_come_with_their_intervals_and_every_pair_with_its_share(asem: Desk, shared: Path) -> None:
    made = asem.run("uncertainty")
    assert set(made.files) == {"ranks.csv", "pairs.csv", "report.md", "receipt.json"}
    ranks = made.rows("ranks.csv")
    assert list(ranks[0]) == ["unit", "node", "rank", "median", "q05", "q95"]
    peer = {r["uCode"]: r for r in read(peer_folder(shared) / "uncertainty_500.csv")}
    top = {r["unit"]: r for r in ranks if r["node"] == "Index"}
    assert len(ranks) == 51 * 11
    assert {u: r["rank"] for u, r in top.items()} == {u: r["Nominal"] for u, r in peer.items()}
    assert all(float(r["q05"]) <= float(r["median"]) <= float(r["q95"]) for r in ranks)
    pairs = {(r["a"], r["b"]): float(r["p_a_above_b"]) for r in made.rows("pairs.csv")}
    assert len(pairs) == 51 * 50
    assert all(0 <= p <= 1 and p + pairs[b, a] <= 1 + 1e-12 for (a, b), p in pairs.items())
    assert pairs["CHE", "RUS"] == 1
    assert "2,000 replications, seed 1" in made.files["report.md"].decode()


@pytest.mark.parametrize("command", ["build", "uncertainty"])
def test_two_runs_at_the_same_instant_are_the_same_to_the_byte(
    asem: Desk, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    first, second = asem.run(command, "first"), asem.run(command, "second")
    assert first.files == second.files
    assert first.said == second.said


@pytest.mark.parametrize("command", ["build", "uncertainty"])
def test_the_receipt_names_every_input_and_every_file_by_its_digest(small: Desk, command: str) -> None:
    made = small.run(command)
    receipt = Receipt.read(Document("receipt.json", made.files["receipt.json"]))
    assert receipt.action == ("index", command)
    written = {name: Document(name, content).digest for name, content in made.files.items() if name != "receipt.json"}
    assert receipt.outputs == written
    inputs = {"values": "V.csv", "tree": "T.csv"} | ({"spec": "U.toml"} if command == "uncertainty" else {})
    assert {f: s.name for f, s in receipt.sources.items()} == inputs
    assert all(s.digest == Document("", Path(s.origin).read_bytes()).digest for s in receipt.sources.values())


def test_a_small_index_by_hand(small: Desk) -> None:
    """x: 0, 50, 100, -; y downward: 0, 50, 100, 33.3; weights 1 and 3; D has y alone."""
    rows = small.run("build").rows("scores.csv")
    index = {r["unit"]: (figure(r["score"]), r["rank"]) for r in rows if r["node"] == "I"}
    assert index == {"A": (0, "4"), "B": (50, "2"), "C": (100, "1"), "D": (pytest.approx(100 / 3), "3")}


def test_json_says_what_the_files_say(small: Desk) -> None:
    made = small.run("build", "out", "--json")
    said = json.loads(made.said)["scores"]
    written = made.rows("scores.csv")
    assert [{k: "" if v is None else str(v) for k, v in row.items()} for row in said] == written


def test_the_report_is_said_in_chinese_as_well(small: Desk) -> None:
    made = small.run("build", "out", "--lang", "zh")
    assert "4 个单位，2 个指标，1 个上级节点" in made.said
    assert "名次没有区间就没有完成" in made.files["report.md"].decode()


def test_a_unit_without_figures_is_listed_without_score_rank_or_interval(small: Desk) -> None:
    small.put("V.csv", SMALL_VALUES + "E,,,50\n")
    built = small.run("build", "built")
    row = {"unit": "E", "node": "I", "score": "", "rank": ""}
    assert row in built.rows("scores.csv")
    assert "| – | E | – | 0% |" in built.said
    doubted = small.run("uncertainty", "doubted", "--json")
    missing = {"unit": "E", "node": "I", "rank": "", "median": "", "q05": "", "q95": ""}
    assert missing in doubted.rows("ranks.csv")
    assert json.loads(doubted.said)["ranks"][-1]["median"] is None
    report = doubted.files["report.md"].decode()
    assert "| E | – | – | ––– |" in report
    assert not any("E" in line for line in report.splitlines() if line.startswith("- "))


def test_an_index_in_which_nobody_differs_is_reported_as_such(small: Desk) -> None:
    small.put("V.csv", "uCode,x,y\nA,1,2\nB,1,2\n")
    rows = small.run("build", "built").rows("scores.csv")
    assert {r["score"] for r in rows} == {r["rank"] for r in rows} == {""}
    assert {r["median"] for r in small.run("uncertainty", "doubted").rows("ranks.csv")} == {""}


@pytest.mark.parametrize(
    ("line", "spread"), [("rounding = true", True), ("rounding = 0.0", False), ("imputation_draws = true", True)]
)
def test_rounding_and_imputation_can_be_doubted(small: Desk, line: str, spread: bool) -> None:
    """B stands at 50, D at 51.9 if its x is the mean: half a unit of x, or another x for D, is enough to swap them."""
    small.put("V.csv", "uCode,x,y\nA,1,5\nB,2,3\nC,3,1\nD,,2.9\n")
    small.put("M.toml", '[impute]\nmethod = "mean"\n')
    small.put("U.toml", f"{SMALL_DOUBT}{line}\n")
    ranks = {r["unit"]: r for r in small.run("uncertainty").rows("ranks.csv")}
    assert (ranks["D"]["q05"] != ranks["D"]["q95"]) is spread


@pytest.mark.parametrize("line", ["rounding = true", "imputation_draws = true", "imputation_draws = 20"])
def test_the_figures_themselves_can_be_doubted_on_the_peers_index(asem: Desk, line: str) -> None:
    asem.put("U.toml", PEER_DOUBT.replace("2000", "300") + line + "\n")
    made = asem.run("uncertainty")
    first = next(r for r in made.rows("ranks.csv") if r["node"] == "Index" and r["unit"] == "CHE")
    assert (first["rank"], first["median"]) == ("1", "1.0")
    assert Receipt.read(Document("receipt.json", made.files["receipt.json"])).action == ("index", "uncertainty")


def test_replications_left_out_are_reported(asem: Desk) -> None:
    """A count printed as 0 may, rounded off, stand six deviations below the mean, where [10, 2] ends above 0 no more."""
    asem.put("U.toml", PEER_DOUBT + "rounding = true\n")
    report = asem.run("uncertainty").files["report.md"].decode()
    assert "more were left out: their redrawn figures" in report
    assert "2,000 replications" not in report


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**16))
def test_the_order_of_rows_and_columns_does_not_matter(asem: Desk, seed: int) -> None:
    straight = by_node(asem.run("build", "straight"))
    original = (asem.folder / "V.csv").read_text(encoding="utf-8")
    random = Random(seed)
    header, *rows = csv.reader(io.StringIO(original))
    columns = random.sample(range(len(header)), len(header))
    shuffled = io.StringIO()
    csv.writer(shuffled).writerows([r[c] for c in columns] for r in (header, *random.sample(rows, len(rows))))
    asem.put("V.csv", shuffled.getvalue())
    turned = by_node(asem.run("build", "turned"))
    asem.put("V.csv", original)
    assert turned.keys() == straight.keys()
    assert_allclose([turned[k] for k in straight], list(straight.values()), rtol=1e-12)


REFUSALS: dict[str, tuple[dict[str, str], str, list[str]]] = {
    "an unknown section": ({"M.toml": "[normalize]\n"}, "bad_method", ["M.toml", "normalize"]),
    "an unknown key": ({"M.toml": "[treat]\nmax_point = 3\n"}, "bad_method", ["M.toml", "max_point"]),
    "an unknown method": ({"M.toml": '[normalise]\nmethod = "min-max"\n'}, "bad_method", ["'min-max'", "normalise"]),
    "a value of another kind": ({"M.toml": '[treat]\nmax_points = "5"\n'}, "bad_method", ["max_points"]),
    "a negative limit": ({"M.toml": "[treat]\nmax_points = -1\n"}, "bad_method", ["max_points", "[treat]"]),
    "a limit that is no number": ({"M.toml": "[treat]\nskew = nan\n"}, "bad_method", ["skew", "[treat]"]),
    "broken TOML": ({"M.toml": "[treat\n"}, "bad_method", ["M.toml"]),
    "a range upside down": ({"M.toml": "[normalise]\nrange = [100, 0]\n"}, "bad_method", ["[100.0, 0.0]"]),
    "a range of nothing": ({"M.toml": "[normalise]\nrange = [nan, 1]\n"}, "bad_method", ["makes no scale"]),
    "a deviation of 0": (
        {"M.toml": '[normalise]\nmethod = "zscore"\nrange = [0, 0]\n'},
        "bad_method",
        ["standard deviation above 0"],
    ),
    "a range for ranks": ({"M.toml": '[normalise]\nmethod = "rank"\nrange = [0, 1]\n'}, "bad_method", ["no range"]),
    "a group method without a group": (
        {"M.toml": '[impute]\nmethod = "group_mean"\n'},
        "bad_method",
        ["needs a group column"],
    ),
    "an unknown group column": (
        {"M.toml": '[impute]\nmethod = "group_mean"\ngroup = "peoples"\n'},
        "unreadable",
        ["V.csv, line 1", "'peoples'", "Did you mean people?"],
    ),
    "cells that are not numbers": (
        {"V.csv": "uCode,x,y\nA,1,4\nB,=2+3,2\nC,3,about 5\n"},
        "bad_cells",
        ["V.csv, line 3, column x: '=2+3'", "V.csv, line 4, column y: 'about 5'", "empty where a figure is missing"],
    ),
    "a missing indicator": ({"V.csv": "uCode,x,yy\nA,1,4\nB,2,2\n"}, "bad_tree", ["'y'", "V.csv", "Did you mean yy?"]),
    "no unit codes": ({"V.csv": "unit,x,y\nA,1,4\nB,2,2\n"}, "unreadable", ["V.csv, line 1", "'uCode'"]),
    "a unit that is there twice": ({"V.csv": "uCode,x,y\nA,1,4\nA,2,2\n"}, "bad_units", ["'A'", "line 3"]),
    "a unit without a code": ({"V.csv": "uCode,x,y\nA,1,4\n,2,2\n"}, "bad_units", ["empty", "line 3"]),
    "a single unit": ({"V.csv": "uCode,x,y\nA,1,4\n"}, "bad_units", ["fewer than two"]),
    "an unknown denominator": (
        {"T.csv": SMALL_TREE.replace("1,x,I,1,1,Indicator,", "1,x,I,1,1,Indicator,peple")},
        "bad_tree",
        ["'peple'", "Did you mean people?"],
    ),
    "a denominator without figures": (
        {
            "T.csv": SMALL_TREE.replace("1,x,I,1,1,Indicator,", "1,x,I,1,1,Indicator,people"),
            "V.csv": "uCode,x,y,people\nA,1,4,\nB,2,2,\n",
        },
        "bad_cells",
        ["'people'", "no figure"],
    ),
    "a tree without parents": ({"T.csv": "iCode,Weight,Direction\nx,1,1\n"}, "unreadable", ["T.csv", "'Parent'"]),
    "an unknown parent": ({"T.csv": SMALL_TREE.replace("x,I,", "x,J,")}, "bad_tree", ["'J' of 'x'", "T.csv"]),
    "an indicator under nothing": ({"T.csv": SMALL_TREE.replace("x,I,", "x,,")}, "bad_tree", ["'x' and 'I'"]),
    "a type misspelt": (
        {"T.csv": SMALL_TREE.replace("-1,Indicator", "-1,Indicators")},
        "bad_tree",
        ["'Indicators'", "T.csv, line 3, column Type", "Did you mean indicator?"],
    ),
    "a weight in words": ({"T.csv": SMALL_TREE.replace("I,3,", "I,three,")}, "bad_tree", ["line 3", "'three'"]),
    "half a direction": ({"T.csv": SMALL_TREE.replace("-1,Ind", "-0.5,Ind")}, "bad_tree", ["direction of 'y'"]),
    "a distance to no target": (
        {"M.toml": '[normalise]\nmethod = "distance_to_target"\n'},
        "no_target",
        ["column Target of the tree"],
    ),
}


@pytest.mark.parametrize("what", REFUSALS)
def test_what_is_wrong_with_the_input_is_said_with_its_place(small: Desk, what: str) -> None:
    files, code, told = REFUSALS[what]
    for name, content in files.items():
        small.put(name, content)
    problem = small.refused()
    assert problem.code == code
    for part in told:
        assert part in str(problem)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("replication = 5", "replication"),
        ("replications = 0", "replications is 1 or more"),
        ("seed = -1", "seed"),
        ("max_points = [5, 1]", "max_points"),
        ('normalise = [["minmax", [1, 0]]]', "makes no scale"),
        ('normalise = [["minmaxx"]]', "'minmaxx'"),
        ('aggregate = ["median"]', "'median'"),
        ("weight_noise = 1.0", "weight_noise"),
        ("weight_noise = 0.25", "weight_noise needs levels"),
        ("weight_noise = 0.25\nlevels = [7]", "only [1, 2]"),
        ("rounding = -0.5", "rounding"),
        ("rounding = nan", "rounding"),
        ("imputation_draws = -1", "imputation_draws"),
    ],
)
def test_what_is_wrong_with_a_doubt_is_said_with_its_key(small: Desk, line: str, told: str) -> None:
    small.put("U.toml", f"[uncertainty]\n{line}\n")
    problem = small.refused("uncertainty")
    assert problem.code == "bad_method"
    assert told in str(problem)
    assert "U.toml" in problem.where.en


@pytest.mark.parametrize("command", ["build", "uncertainty"])
def test_a_geometric_mean_of_a_scale_from_0_is_refused_at_the_keyboard_without_a_traceback(
    asem: Desk, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asem.put("M.toml", METHOD + '[aggregate]\nmethod = "geometric"\n')
    asem.put("U.toml", SMALL_DOUBT)
    monkeypatch.setattr(sys, "argv", ["jingwei", *asem.arguments(command)])
    with pytest.raises(SystemExit) as left:
        main()
    said = capsys.readouterr()
    assert left.value.code == 2
    assert said.out == ""
    assert said.err.startswith("not_positive: a geometric mean needs scores above 0")
    assert "range = [1, 100]" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace(",", ";"),
        lambda text: text.encode("utf-16").decode("latin-1"),
        lambda text: "",
        lambda text: text + ',"never closed',
        lambda text: text.replace("A,1", "A,1,1,1,1,1"),
    ],
)
def test_a_spoilt_table_is_refused_never_half_read(small: Desk, spoil: Callable[[str], str]) -> None:
    small.put("V.csv", spoil(SMALL_VALUES))
    assert small.refused().where.en.startswith("V.csv")


def by_node(made: Outcome) -> dict[tuple[str, str], Any]:
    return {(r["unit"], r["node"]): figure(r["score"]) for r in made.rows("scores.csv")}

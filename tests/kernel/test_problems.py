"""Errors that say what, where and what to do."""

from __future__ import annotations

from jingwei.kernel.i18n import Text, both
from jingwei.kernel.problems import NotAssessable, Problem, Unreadable, did_you_mean, reason


def test_a_problem_says_what_where_and_what_to_do():
    problem = Problem("bad", both("it is wrong"), where="a.csv, line 2", remedy=both("Write it right."))
    assert str(problem) == "a.csv, line 2: it is wrong\nWrite it right."
    assert problem.to_json() == {"type": "problems/bad", "title": "bad", "detail": "it is wrong", "instance": "a.csv, line 2",
                                 "remedy": "Write it right."}
    assert str(Problem("bad", both("it is wrong"))) == "it is wrong"


def test_a_problem_says_it_to_each_reader_in_their_language():
    problem = Problem("bad", Text("写错了", "it is wrong"), where=Text("a.csv，第 2 行", "a.csv, line 2"), remedy=Text("请改正。", "Write it right."))
    assert problem.in_("zh") == "a.csv，第 2 行：写错了\n请改正。"
    assert problem.in_("en") == str(problem) == "a.csv, line 2: it is wrong\nWrite it right."
    assert problem.text() == Text(problem.in_("zh"), problem.in_("en"))
    assert problem.to_json("zh") == {"type": "problems/bad", "title": "bad", "detail": "写错了", "instance": "a.csv，第 2 行", "remedy": "请改正。"}


def test_a_problem_that_was_kept_or_sent_says_what_it_said_in_both_languages():
    problem = Problem("bad", Text("写错了", "it is wrong"), where="a.csv", remedy=Text("请改正。", "Write it right."))
    kept = problem.kept()
    assert {name: text for name, text in kept.items() if not name.endswith("_zh")} == problem.to_json()
    again = Problem.of(kept)
    assert (again.code, again.what, again.where, again.remedy) == (problem.code, problem.what, problem.where, problem.remedy)
    assert again.kept() == kept


def test_a_problem_kept_in_english_alone_is_still_told():
    old = {"type": "problems/bad", "title": "bad", "detail": "it is wrong", "instance": "", "remedy": ""}
    assert Problem.of(old).in_("zh") == Problem.of(old).in_("en") == "it is wrong"
    assert not Problem.of(old).remedy


def test_an_error_gives_its_reason_in_both_languages_when_it_has_both():
    assert reason(ValueError(Text("被改动过", "was altered"))) == Text("被改动过", "was altered")
    assert reason(ValueError("from a library")) == Text("from a library", "from a library")


def test_too_little_and_unreadable_are_problems_of_their_own_kind():
    assert (NotAssessable(both("x")).code, Unreadable(both("x")).code) == ("not_assessable", "unreadable")
    assert isinstance(NotAssessable(both("x")), Problem)
    assert isinstance(Unreadable(both("x")), Problem)


def test_only_close_words_are_suggested():
    assert did_you_mean("broadband_port", ["broadband_ports", "pue"]).en == "Did you mean broadband_ports?"
    assert not did_you_mean("xyz", ["broadband_ports", "pue"])

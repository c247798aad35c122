"""Errors that say what, where and what to do."""

from __future__ import annotations

from jingwei.kernel.problems import NotAssessable, Problem, Unreadable, did_you_mean


def test_a_problem_says_what_where_and_what_to_do():
    problem = Problem("bad", "it is wrong", where="a.csv, line 2", remedy="Write it right.")
    assert str(problem) == "a.csv, line 2: it is wrong\nWrite it right."
    assert problem.to_json() == {"type": "problems/bad", "title": "bad", "detail": "it is wrong", "instance": "a.csv, line 2",
                                 "remedy": "Write it right."}
    assert str(Problem("bad", "it is wrong")) == "it is wrong"


def test_too_little_and_unreadable_are_problems_of_their_own_kind():
    assert (NotAssessable("x").code, Unreadable("x").code) == ("not_assessable", "unreadable")
    assert isinstance(NotAssessable("x"), Problem)
    assert isinstance(Unreadable("x"), Problem)


def test_only_close_words_are_suggested():
    assert did_you_mean("broadband_port", ["broadband_ports", "pue"]).en == "Did you mean broadband_ports?"
    assert not did_you_mean("xyz", ["broadband_ports", "pue"])

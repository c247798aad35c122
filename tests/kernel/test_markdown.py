"""Reports read well whatever is put in them."""

from __future__ import annotations

from jingwei.kernel.markdown import markdown, readable


def test_numbers_for_people_are_never_in_scientific_notation():
    assert [readable(v) for v in (23800, 11.25, 0.5, -4000)] == ["23,800", "11.25", "0.5", "-4,000"]


def test_a_bar_in_a_cell_does_not_break_a_markdown_table():
    assert markdown(["a"], [["x|y"], [None]]) == "| a |\n| --- |\n| x\\|y |\n|  |\n"

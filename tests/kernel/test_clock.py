"""The only place that may say "now"."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import jingwei
from jingwei.kernel.clock import system_clock
from jingwei.kernel.problems import Problem


def test_the_present_instant_is_in_chinas_zone_and_whole_seconds(monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    now = system_clock()
    assert now.utcoffset() == timedelta(hours=8)
    assert now.microsecond == 0
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=5)


def test_source_date_epoch_fixes_the_instant(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    assert system_clock().isoformat() == "2026-01-01T08:00:00+08:00"


@pytest.mark.parametrize("epoch", ["tomorrow", "1.5", "9" * 30, "1e9"])
def test_a_source_date_epoch_that_is_no_number_of_seconds_is_refused(monkeypatch, epoch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    with pytest.raises(Problem) as raised:
        system_clock()
    assert raised.value.where.en == "SOURCE_DATE_EPOCH"


def test_nothing_else_asks_what_time_it_is():
    clocks = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time"), ("time", "time_ns")}
    root = Path(jingwei.__file__).parent
    asked = [f"{path.relative_to(root)}:{node.lineno}" for path in root.rglob("*.py") if path.name != "clock.py"
             for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
             if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and (node.value.id, node.attr) in clocks]
    assert asked == []

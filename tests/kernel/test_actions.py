"""Running an action: the one place every door goes through."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType

import pytest

from jingwei.kernel import actions
from jingwei.kernel.actions import Action, Context, Result, replay, run
from jingwei.kernel.clock import CHINA
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import Dataset, records
from jingwei.kernel.problems import Problem
from jingwei.kernel.receipts import NAME, Receipt
from jingwei.kernel.tables import Document, Table
from jingwei.kernel.workspace import Workspace

THEN = datetime(2026, 1, 1, 8, tzinfo=CHINA)
NOTES = Dataset("notes", 1, {"text": "string"})


@dataclass(frozen=True, slots=True)
class Ask:
    file: Table
    times: int = 2


def double(context: Context, given: Ask) -> Result:
    seen = [r["text"] for r in records(context.read(NOTES), by=("text",))]
    text = f"{given.file.rows} {given.times} {seen} {context.clock().isoformat()} {context.language}"
    return Result("done", None, (Document("out.txt", text.encode()),))


def talk(context: Context, given: Ask) -> Result:
    return Result(f"dry: {context.dry_run}", None)


@pytest.fixture(autouse=True)
def room(monkeypatch):
    module = ModuleType("a_room_for_tests")
    module.double, module.talk = double, talk
    module.draw = lambda context, given: Result("", None, (Document("out.txt", b""),))
    monkeypatch.setitem(sys.modules, module.__name__, module)


def action(handler: str, effect: actions.Effect = "read") -> Action:
    return Action(("double",), Text("加倍", "double"), (), "test.run", effect, Ask, f"a_room_for_tests.{handler}")


@pytest.fixture
def context(tmp_path):
    return Context(Workspace(tmp_path / "node"), clock=lambda: THEN)


@pytest.fixture
def given(tmp_path):
    (tmp_path / "f.csv").write_text("a\n1\n")
    return Ask(Table.read(Document("f.csv", b"a\n1\n", str(tmp_path / "f.csv"))), 3)


def receipt_in(result: Result) -> Receipt:
    (document,) = [d for d in result.documents if d.name == NAME]
    return Receipt.read(document)


def test_input_of_another_kind_is_a_fault_of_the_caller(context):
    with pytest.raises(TypeError, match="Ask"):
        run(action("double"), context, {"times": 2})


def test_what_changes_nothing_cannot_be_rehearsed(context, given, tmp_path):
    rehearsal = Context(context.workspace, dry_run=True)
    with pytest.raises(Problem) as raised:
        run(action("talk"), rehearsal, given)
    assert raised.value.code == "nothing_to_rehearse"
    assert run(action("talk", "write"), rehearsal, given).report == "dry: True"


def test_a_result_with_files_gets_a_receipt_that_tells_how_it_was_made(context, given):
    snapshot = context.workspace.lake.append(NOTES, [{"text": "x"}])
    result = run(action("double"), context, given)
    receipt = receipt_in(result)
    assert receipt.outputs == {"out.txt": result.documents[0].digest}
    assert receipt.snapshots == {"notes": snapshot.id}
    assert receipt.given == {"times": 3}
    assert receipt.sources["file"].digest == given.file.digest
    assert (receipt.action, receipt.at, receipt.language) == (("double",), THEN.isoformat(), "en")


def test_a_result_without_files_needs_no_receipt(context, given):
    assert run(action("talk"), context, given).documents == ()


def test_two_runs_in_one_context_each_tell_what_was_read_by_then(context, given):
    first = receipt_in(run(action("double"), context, given))
    context.workspace.lake.append(NOTES, [{"text": "x"}])
    second = receipt_in(run(action("double"), context, given))
    third = receipt_in(run(action("draw"), context, given))
    assert first.snapshots == {"notes": "empty"} != second.snapshots
    assert third.snapshots == {}


def test_a_replay_is_identical_at_any_later_time_and_after_the_lake_has_grown(context, given, tmp_path):
    context.workspace.lake.append(NOTES, [{"text": "x"}])
    receipt = receipt_in(run(action("double"), context, given))
    context.workspace.lake.append(NOTES, [{"text": "y"}])
    later = Context(context.workspace, "zh")
    done = replay(receipt, action("double"), later, tmp_path)
    assert done.identical
    assert done.code_now == receipt.code
    assert receipt_in(run(action("double"), later, given)).outputs != receipt.outputs


def test_a_replay_on_a_changed_input_is_refused(context, given, tmp_path):
    receipt = receipt_in(run(action("double"), context, given))
    (tmp_path / "f.csv").write_text("a\n2\n")
    with pytest.raises(Problem) as raised:
        replay(receipt, action("double"), context, tmp_path)
    assert raised.value.code == "input_changed"


def test_a_replay_on_changed_code_names_the_files_that_came_out_otherwise(context, given, tmp_path, monkeypatch):
    receipt = receipt_in(run(action("double"), context, given))
    monkeypatch.setattr(sys.modules["a_room_for_tests"], "double",
                        lambda c, g: Result("", None, (Document("out.txt", b"new"), Document("more.txt", b""))))
    monkeypatch.setattr(actions, "code_version", lambda: "0.1.0+changed")
    done = replay(receipt, action("double"), context, tmp_path)
    assert not done.identical
    assert done.differing == ("more.txt", "out.txt")
    assert done.code_now != receipt.code

"""Running cases taken to another version: all of them or none, by name."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from case_models import END, START, TWO, Now, begun, deployed, done, flow, line, task, world

from jingwei.integrations.government.cases import actions, asks, records
from jingwei.integrations.government.cases.migrating import migrate
from jingwei.integrations.government.cases.replaying import replayed
from jingwei.kernel.problems import Problem
from jingwei.kernel.workspace import Workspace


@pytest.fixture
def context(tmp_path):
    return world(Workspace(tmp_path / "node"))


def test_many_running_cases_go_on_under_the_new_version_and_end_there(node):
    context = world(node)
    deployed(context, TWO)
    codes = [begun(context) for _ in range(30)]
    done(context, codes[0], "one")
    deployed(context, line(START, task("one"), task("check"), task("two"), END))
    told = migrate(dataclasses.replace(context, dry_run=True), asks.MigrateCases("p"))
    assert (told.data["cases"], told.data["written"]) == (30, False)
    assert {records.case(context, c).version for c in codes} == {1}
    assert migrate(context, asks.MigrateCases("p")).data["cases"] == 30
    assert {records.case(context, c).version for c in codes} == {2}
    done(context, codes[0], "two")
    for name in ("one", "check", "two"):
        done(context, codes[1], name)
    assert {records.case(context, c).status for c in codes[:2]} == {"ended"}
    kept, made = replayed(context, codes[1])
    assert (kept.plain(), kept.variables) == (made.plain(), made.variables)


def test_one_case_that_would_strand_a_token_keeps_all_where_they_are_and_is_named(context):
    deployed(context, TWO)
    stays, goes = begun(context), begun(context)
    done(context, stays, "one")
    deployed(context, line(START, task("one"), task("three"), END))
    with pytest.raises(Problem, match=f"{stays} at two") as caught:
        migrate(context, asks.MigrateCases("p"))
    assert caught.value.code == "stranded"
    assert goes not in str(caught.value)
    assert not migrate(dataclasses.replace(context, dry_run=True), asks.MigrateCases("p")).holds
    assert {records.case(context, c).version for c in (stays, goes)} == {1}
    migrate(context, asks.MigrateCases("p", mapping=("two=three",)))
    assert [w.node for w in records.case(context, stays).waiting] == ["three"]


def test_what_was_an_item_and_is_answered_by_a_service_now_goes_on_by_itself(context):
    deployed(context, TWO)
    code = begun(context)
    deployed(context, line(START, task("one", "serviceTask", ' implementation="urn:jingwei:nothing"'), task("two"), END))
    migrate(context, asks.MigrateCases("p"))
    assert [w.node for w in records.case(context, code).waiting] == ["two"]
    kept, made = replayed(context, code)
    assert kept.plain() == made.plain()


def test_a_timer_that_runs_keeps_its_hour_and_one_newly_drawn_begins_to_run(tmp_path):
    now = Now()
    context = world(Workspace(tmp_path / "node"), now)

    def late(days: int) -> str:
        return (f'<boundaryEvent id="late" attachedToRef="one" cancelActivity="false"><timerEventDefinition><timeDuration>P{days}D</timeDuration></timerEventDefinition></boundaryEvent>'
                '<endEvent id="told"/>' + flow("late", "told"))

    deployed(context, TWO + late(4))
    code = begun(context)
    due = next(w.due for w in records.case(context, code).waiting if w.node == "late")
    now.at += timedelta(days=3)
    deployed(context, line(START, task("one"), task("check"), task("two"), END) + late(4))
    migrate(context, asks.MigrateCases("p"))
    assert next(w.due for w in records.case(context, code).waiting if w.node == "late") == due
    now.at += timedelta(days=1, hours=1)
    assert actions.timers(context, asks.FireTimers()).data["fired"] == 1


def test_a_mapping_that_is_none_is_refused(context):
    deployed(context, TWO)
    with pytest.raises(Problem) as caught:
        migrate(context, asks.MigrateCases("p", mapping=("one",)))
    assert caught.value.code == "bad_mapping"

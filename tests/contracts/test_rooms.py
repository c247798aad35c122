"""What DESIGN promises of every room: one shape, one set of names, actions that can be run, told and granted."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import is_dataclass
from importlib import import_module
from importlib.util import find_spec
from inspect import signature
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from jingwei import plan
from jingwei.coordination.observations.declared import declared_measures
from jingwei.doors.cli import inputs, program
from jingwei.kernel.actions import Action, Option
from jingwei.kernel.places import find
from jingwei.plan import ROOMS, clause, pillars

ACTIONS = [action for pillar in pillars() for action in pillar.actions]
MEASURES = [measure for pillar in pillars() for measure in pillar.measures]
STANDARD = {"__init__.py", "model.py", "sources.py", "records.py", "actions.py", "measures.py", "views.py"}
TAKEN = {"workspace", "as_json", "json", "lang", "out", "dry_run", "table", "limit", "offset"}
PACKAGES = sorted({room.package for room in ROOMS if find_spec(room.package.rpartition(".")[0]) and find_spec(room.package)})

each_action = pytest.mark.parametrize("action", ACTIONS, ids=lambda a: " ".join(a.path))
each_room = pytest.mark.parametrize("package", PACKAGES)


def files_of(package: str) -> list[Path]:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    root = Path(spec.origin).parent
    return [p for p in root.rglob("*") if p.is_file() and "__pycache__" not in p.parts]


# Actions


@each_action
def test_the_handler_of_an_action_exists_and_takes_a_context_and_the_input(action):
    module, _, name = action.handler.rpartition(".")
    assert module.startswith("jingwei.")
    handler = getattr(import_module(module), name)
    assert list(signature(handler).parameters) == ["context", "given"]


@each_action
def test_every_field_of_an_actions_input_says_in_both_languages_how_it_is_asked_for(action):
    assert is_dataclass(action.input)
    assert action.input.__dataclass_params__.frozen
    for name, _, option, _ in inputs(action.input):
        assert isinstance(option, Option)
        assert option.help.zh.strip()
        assert option.help.en.strip()
        assert name not in TAKEN


@each_action
def test_an_action_answers_clauses_of_the_plan(action):
    assert action.clauses
    assert len(set(action.clauses)) == len(action.clauses)
    for code in action.clauses:
        assert clause(code).code == code


@each_action
def test_an_action_has_a_title_in_both_languages_a_scope_and_an_example_of_its_own(action):
    assert action.title.zh.strip()
    assert action.title.en.strip()
    assert any("\u4e00" <= c <= "\u9fff" for c in action.title.zh)
    assert action.title.en.isascii()
    assert action.scope == "public" or action.scope.count(".") == 1
    assert action.scope != "public" or action.effect == "read"
    assert action.effect in ("read", "write", "irreversible")
    assert action.example.startswith(" ".join(("jingwei", *action.path)))


@each_action
def test_the_example_of_an_action_is_one_that_can_be_typed(action):
    words, command = action.example.split()[1:], program("en")
    for word in action.path:
        assert words.pop(0) == word
        command = command.commands[word]
    names = {flag for p in command.params if isinstance(p, click.Option) for flag in p.opts}
    assert {w for w in words if w.startswith("--")} <= names
    required = {p.opts[0] for p in command.params if isinstance(p, click.Option) and p.required}
    assert required <= set(words)


@each_action
def test_what_an_action_makes_is_told_once_and_ends_with_the_receipt(action):
    assert len(set(action.makes)) == len(action.makes)
    assert not action.makes or action.makes[-1] == "receipt.json"
    assert not any(Path(name).is_absolute() or ".." in name for name in action.makes)


def test_no_two_actions_have_one_name():
    assert [path for path, n in Counter(a.path for a in ACTIONS).items() if n > 1] == []


@pytest.mark.parametrize("language", ["zh", "en"])
@each_action
def test_the_help_of_every_command_names_its_example_and_clauses_in_either_language(action, language):
    shown = CliRunner().invoke(program(language), [*action.path, "--help"])
    assert shown.exit_code == 0
    text = "".join(shown.output.split())
    for said in (action.title.in_(language), action.example, ", ".join(action.clauses), *(
            option.help.in_(language) for _, _, option, _ in inputs(action.input) if not option.positional)):
        assert "".join(said.split()) in text, said


def test_every_word_of_the_command_line_is_an_action_or_leads_to_one():
    def leaves(command: click.Command, path: tuple[str, ...]) -> set[tuple[str, ...]]:
        below = command.commands.items() if isinstance(command, click.Group) else ()
        return {path for _ in [0] if command.callback and path} | {p for name, c in below for p in leaves(c, (*path, name))}

    assert leaves(program("en"), ()) == {a.path for a in ACTIONS} | {("serve",), ("demo",)}  # these open other doors


# Measures


def test_no_two_measures_of_any_rooms_have_one_code_and_every_room_reports_its_own():
    assert [code for code, n in Counter(m.code for m in MEASURES).items() if n > 1] == []
    assert set(declared_measures()) == {m.code for m in MEASURES}


@pytest.mark.parametrize("measure", MEASURES, ids=lambda m: m.code)
def test_a_measure_is_told_in_full(measure):
    room = next(p.code for p in pillars() if measure in p.measures)
    assert clause(measure.clause).room in (room, "G", "O")
    assert measure.name.zh.strip()
    assert measure.name.en.strip()
    assert measure.issuer.zh.strip()
    assert measure.unit.strip()
    assert measure.direction in (1, -1)
    assert measure.definitions
    since = [d.since for d in measure.definitions]
    assert since == sorted(set(since))
    assert measure.denominator is None or measure.denominator in declared_measures()
    assert measure.code.isidentifier()
    assert measure.code.islower()


# The shape of a room


@each_room
def test_a_room_says_under_one_paragraph_what_it_is_for(package):
    module = import_module(package)
    assert module.__doc__
    assert module.__doc__.strip()
    assert module.PILLAR in pillars()


@each_room
def test_a_file_beyond_the_standard_ones_gives_its_reason_on_its_first_line(package):
    for path in files_of(package):
        if "pages" in path.parts:
            continue
        assert path.suffix == ".py", path
        said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        first = said.partition("\n")[0].strip()
        assert path.name == "__init__.py" or first, f"{path} does not say what it is"
        assert path.name in STANDARD or (len(first) >= 20 and first[-1] in ".:;?"), f"{path} gives no reason for being there"


@each_room
def test_no_file_is_too_long_to_be_read_in_one_sitting(package):
    lengths = {p.name: p.read_text(encoding="utf-8").count("\n") for p in files_of(package)}
    assert {name: n for name, n in lengths.items() if n > 600} == {}


def test_no_room_is_named_after_nothing():
    vague = {"utils", "util", "helper", "helpers", "manager", "managers", "common", "misc"}
    assert [p for package in PACKAGES for p in files_of(package) if vague & {*p.parts, p.stem}] == []


def test_the_nation_is_a_place_and_the_plan_names_every_room_once():
    assert find("CN").kind == "nation"
    assert len({r.code for r in plan.ROOMS}) == len(plan.ROOMS)


def test_an_action_with_two_languages_projects_to_one_command_tree():
    def shape(command: click.Command) -> object:
        below = getattr(command, "commands", {})
        return sorted(p.name or "" for p in command.params), {name: shape(c) for name, c in below.items()}

    assert shape(program("zh")) == shape(program("en"))


def test_actions_are_what_the_doors_are_made_from():
    assert all(isinstance(a, Action) for a in ACTIONS)
    assert ACTIONS

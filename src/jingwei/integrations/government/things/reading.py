"""A thing's folder read whole: ``thing.toml``, ``process.bpmn``, decision tables and ``form.json``, each by its own standard, then held against each other."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files as resources
from typing import Any

import jsonschema_rs

from jingwei.engines.decisions.model import Model
from jingwei.engines.processes.reading import read as read_process
from jingwei.integrations.government.things.crossing import crossed
from jingwei.integrations.government.things.filling import fault, filled
from jingwei.integrations.government.things.model import (
    Decision,
    Department,
    Evidence,
    Fact,
    Item,
    Law,
    Provider,
    Requirement,
    Thing,
)
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, did_you_mean

TABLE, PROCESS, FORM = "thing.toml", "process.bpmn", "form.json"
MOST_BYTES = 8 * 1024 * 1024
"""Of a folder. BPMN and DMN have limits of their own."""
_BUNDLED = ("newborn", "restaurant")


@dataclass(frozen=True, slots=True)
class _Written:
    """``thing.toml`` as it is written."""

    id: str
    version: str
    process: str
    name: Text
    law: tuple[Law, ...]
    department: tuple[Department, ...]
    item: tuple[Item, ...]
    requirement: tuple[Requirement, ...]
    evidence: tuple[Evidence, ...]
    provider: tuple[Provider, ...]
    fact: tuple[Fact, ...]
    decision: tuple[Decision, ...] = ()


def bundled() -> tuple[str, ...]:
    """Ids of the things the package brings."""
    return _BUNDLED


def bundled_files(thing: str) -> Mapping[str, bytes]:
    """The files of one of them, by name. Raises Problem ``unknown_thing``."""
    if thing not in _BUNDLED:
        raise Problem("unknown_thing", Text(f"没有名为 {thing} 的一件事", f"there is no thing called {thing}"),
                      remedy=did_you_mean(thing, _BUNDLED) or Text(f"自带的有：{'、'.join(_BUNDLED)}。", f"The package brings {' and '.join(_BUNDLED)}."))
    return {f.name: f.read_bytes() for f in (resources("jingwei.facts") / "things" / thing).iterdir() if f.name in (TABLE, PROCESS, FORM) or f.name.endswith(".dmn")}


def read(files: Mapping[str, bytes], name: str) -> Thing:
    """A thing from its files. Raises Problem naming file and key.

    files : contents by name, flat; name : how the folder is called where something is wrong
    """
    whole(files, name)
    table = filled(_Written, _toml(files[TABLE], f"{name}/{TABLE}"), f"{name}/{TABLE}", "")
    definitions = read_process(files[PROCESS], name=f"{name}/{PROCESS}")
    models = {file: Model.read(content, f"{name}/{file}", ((f, c) for f, c in files.items() if f != file and f.endswith(".dmn")))
              for file, content in sorted(files.items()) if file.endswith(".dmn")}
    for model in models.values():
        for problem in model.compile_all():
            raise problem
    thing = Thing(table.id, table.version, table.name, table.process, table.law, table.department, table.item, table.requirement, table.evidence, table.provider,
                  table.fact, table.decision, definitions, models, form_of(files[FORM], f"{name}/{FORM}"), dict(files))
    crossed(thing, name)
    return thing


def whole(files: Mapping[str, bytes], name: str) -> None:
    """Whether the folder has what it needs. Raises Problem."""
    for wanted in (TABLE, PROCESS, FORM):
        if wanted not in files:
            raise fault(name, "", Text(f"缺少 {wanted}", f"{wanted} is missing"), Text("一件事的文件夹里有 thing.toml、process.bpmn、form.json 和决策表。", "A thing's folder holds thing.toml, process.bpmn, form.json and its decision tables."))
    size = sum(map(len, files.values()))
    if size > MOST_BYTES:
        raise fault(name, "", Text(f"文件共 {size:,} 字节，最多 {MOST_BYTES:,}", f"the files have {size:,} bytes; {MOST_BYTES:,} are the most"))


def _toml(content: bytes, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise fault(file, "", Text(f"不是合格的 TOML（{error}）", f"not valid TOML ({error})")) from None


def form_of(content: bytes, file: str) -> dict[str, Any]:
    """A form: an object schema of JSON Schema 2020-12 with at least one property. Raises Problem naming the key that is wrong."""
    try:
        form = json.loads(content.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise fault(file, "", Text(f"不是合格的 JSON（{error}）", f"not valid JSON ({error})")) from None
    if not isinstance(form, dict) or form.get("type") != "object" or not isinstance(form.get("properties"), dict) or not form["properties"]:
        raise fault(file, "properties", Text("表单应是 type 为 object 的 JSON Schema，每个属性是一个问题", "a form is a JSON Schema of type object; each property is a question"))
    try:
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **form})
        jsonschema_rs.Draft202012Validator(form, retriever=_nothing_fetched)
    except jsonschema_rs.ValidationError as error:
        raise fault(file, ".".join(map(str, error.instance_path)), Text(f"不是 JSON Schema 2020-12（{error.message}）", f"not JSON Schema 2020-12 ({error.message})")) from None
    except (jsonschema_rs.ReferencingError, ValueError) as error:
        raise fault(file, "", Text(f"不是可用的 JSON Schema（{error}）", f"no JSON Schema that can be used ({error})")) from None
    return form


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which no key stands twice, so that no question is lost without a word."""
    made: dict[str, Any] = {}
    for key, said in pairs:
        if key in made:
            raise ValueError(f"{key!r} stands twice")
        made[key] = said
    return made


def _nothing_fetched(uri: str) -> Any:
    raise ValueError(f"{uri} is not fetched")

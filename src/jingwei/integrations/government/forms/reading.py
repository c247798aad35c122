"""A form read from JSON Schema 2020-12. What cannot be asked as it stands is named with its place; nothing is skipped.

``title`` and ``description`` are the Chinese words, ``title_en`` and ``description_en`` the English ones. Keywords that begin with ``x-`` say
something to others and ask nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from jingwei.integrations.government.forms.model import Branch, Choice, Form, Kind, Question
from jingwei.integrations.government.things.model import Thing
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

_TITLES = frozenset({"title", "title_en", "description", "description_en"})
_SAID = _TITLES | {"$comment", "examples", "readOnly", "type"}
_ROOT = _TITLES | {"$schema", "$id", "$comment", "type", "properties", "required", "if", "then", "else", "allOf", "dependentRequired", "additionalProperties", "unevaluatedProperties"}
_CHOOSES = frozenset({"enum", "oneOf", "x-choices"})
_BRANCH = frozenset({"if", "then", "else", "$comment"})
_THEN = frozenset({"properties", "required", "$comment"})
_KEYWORDS: Mapping[Kind, frozenset[str]] = {
    "text": frozenset({"minLength", "maxLength", "pattern", "format"}), "paragraph": frozenset({"minLength", "maxLength", "pattern", "format"}),
    "number": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "x-unit", "x-unit_en"}),
    "date": frozenset({"format"}), "choice": _CHOOSES, "several": frozenset({"items", "minItems", "maxItems", "uniqueItems"}), "yesno": frozenset({"const"}),
    "file": frozenset({"contentEncoding", "contentMediaType", "minLength", "maxLength"}), "group": frozenset({"properties", "required", "additionalProperties"})}
"""What each kind of question understands beside its words."""

_CONDITION = frozenset({"properties", "required", "allOf", "anyOf", "not"})
_TELLS = frozenset({"const", "enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "pattern", "contains", "not", "type"})
"""What a condition may say of the answers, and of one of them."""

FORMATS = ("date", "email")
MEDIA = ("application/pdf", "image/jpeg", "image/png")
A_LINE = 120
"""Characters; a text that may be longer is asked for in a field of several lines."""

Found = tuple[str, Text]
"""Where in the schema, and what cannot be done with it."""


def form_of(thing: Thing) -> Form:
    """What a thing asks of whoever applies. Raises what ``read`` raises."""
    return read(thing.form, f"{thing.id}/form.json")


def read(schema: Mapping[str, Any], where: str) -> Form:
    """The form of a schema. Raises Problem ``form_not_supported`` that names everything in it that cannot be asked.

    where : how the file is called
    """
    try:
        jsonschema_rs.Draft202012Validator(dict(schema), offline=True)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        raise _refused(where, [("", Text(f"不是 JSON Schema 2020-12（{_first(error)}）", f"not JSON Schema 2020-12 ({_first(error)})"))]) from None
    reader = _Reader()
    form = reader.form(schema)
    if reader.found:
        raise _refused(where, reader.found)
    return form


def _first(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _refused(where: str, found: list[Found]) -> Problem:
    return Problem("form_not_supported", Text("；".join(f"{at or '/'}：{what.zh}" for at, what in found), "; ".join(f"{at or '/'}: {what.en}" for at, what in found)), where=where,
                   remedy=Text("能用的写法见 docs/forms.md；改好后再部署。", "See docs/forms.md for what a form may say; mend it and deploy again."))


class _Reader:
    """Goes through a schema once; ``found`` gathers what cannot be asked."""

    def __init__(self) -> None:
        self.found: list[Found] = []

    def form(self, schema: Mapping[str, Any]) -> Form:
        self._known(schema, _ROOT, "")
        if schema.get("type") != "object":
            self._no("/type", "表单应是 object", "a form is an object")
        questions = [self._question(name, said, f"/properties/{name}") for name, said in schema.get("properties", {}).items()]
        always = set(schema.get("required", ()))
        branches: list[Branch] = []
        conditional: dict[str, list[Question]] = {}
        parts = [(schema, "")] if "if" in schema or "then" in schema or "else" in schema else []
        for i, each in enumerate(schema.get("allOf", ())):
            if isinstance(each, dict):
                self._known(each, _BRANCH, f"/allOf/{i}")
            parts.append((each, f"/allOf/{i}"))
        for said, at in parts:
            for branch, opened in self._branches(said, at):
                branches.append(branch)
                conditional.setdefault(max(_mentions(branch.condition), key=_place(questions), default=""), []).extend(opened)
        for name, wanted in schema.get("dependentRequired", {}).items():
            branches.append(Branch({"required": [name]}, frozenset(wanted), frozenset(wanted)))
        opened = [q for found in conditional.values() for q in found]
        if opened and schema.get("additionalProperties") is False:
            self._no("/additionalProperties", "false 会拒收 then 里的问题；请写 unevaluatedProperties", "false refuses the questions under then; write unevaluatedProperties")
        in_order: list[Question] = []
        for question in questions:
            in_order += [question, *conditional.pop(question.name, ())]
        in_order += [q for found in conditional.values() for q in found]  # their condition asks of a fact that is no question
        self._names(in_order, branches, always)
        decided = {name for b in branches for name in b.opens} - always
        return Form(words(schema), tuple(in_order), frozenset(q.name for q in in_order) - decided, (Branch({}, frozenset(always), frozenset(always)), *branches), schema)

    def _names(self, questions: list[Question], branches: list[Branch], always: set[str]) -> None:
        """Each question stands once, whatever is asked for is one, and a condition looks back only."""
        names = [q.name for q in questions]
        for name in sorted({n for n in names if names.count(n) > 1}):
            self._no(f"/properties/{name}", "这个问题写了两次", "this question stands twice")
        for name in sorted((always | {n for b in branches for n in b.needs}) - set(names)):
            self._no("/required", f"没有 {name} 这个问题", f"there is no question {name}")
        place = _place(questions)
        for branch in branches:
            for opened in branch.opens & set(names):
                for asked in _mentions(branch.condition) & set(names):
                    if place(asked) >= place(opened):
                        self._no(f"/properties/{opened}", f"它由后面的 {asked} 决定；条件只能看前面的回答", f"it depends on {asked}, which comes later; a condition looks back only")

    def _branches(self, said: Any, at: str) -> Iterator[tuple[Branch, list[Question]]]:
        if not isinstance(said, dict) or "if" not in said:
            self._no(at, "这里只能写 if、then、else", "only if, then and else can stand here")
            return
        condition = said["if"]
        self._condition(condition, f"{at}/if")
        for word, holds in (("then", condition), ("else", {"not": condition})):
            if word not in said:
                continue
            if not isinstance(said[word], dict):
                self._no(f"{at}/{word}", "应是一个对象", "an object is wanted")
                continue
            self._known(said[word], _THEN, f"{at}/{word}")
            opened = [self._question(name, each, f"{at}/{word}/properties/{name}") for name, each in said[word].get("properties", {}).items()]
            needs = frozenset(said[word].get("required", ()))
            yield Branch(holds, needs | {q.name for q in opened}, needs), opened

    def _condition(self, said: Any, at: str) -> None:
        if not isinstance(said, dict):
            self._no(at, "条件应是一个对象", "a condition is an object")
            return
        self._known(said, _CONDITION | {"$comment", "type"}, at)
        for name, of in said.get("properties", {}).items():
            if isinstance(of, dict):
                self._known(of, _TELLS, f"{at}/properties/{name}")
        for word in ("allOf", "anyOf"):
            for i, each in enumerate(said.get(word, ())):
                self._condition(each, f"{at}/{word}/{i}")
        if "not" in said:
            self._condition(said["not"], f"{at}/not")

    def _question(self, name: str, said: Any, at: str, *, part: bool = False, required: bool = False) -> Question:
        if not isinstance(said, dict):
            self._no(at, "问题应是一个对象", "a question is an object")
            said = {}
        kind = _kind(said)
        if kind is None:
            self._no(f"{at}/type", f"不会问 {said.get('type')!r}", f"{said.get('type')!r} cannot be asked for")
            kind = "text"
        self._known(said, _SAID | _KEYWORDS[kind], at)
        for word in ("title", "title_en"):
            if not isinstance(said.get(word), str) or not said[word].strip():
                self._no(f"{at}/{word}", "问题要有中英文", "a question has words in both languages")
        if "." in name or not name.strip():
            self._no(at, "名称里不能有点，也不能为空", "a name has no dots and is not empty")
        parts: tuple[Question, ...] = ()
        if kind == "group":
            if part:
                self._no(at, "组里不能再有组", "a group holds no group")
            else:
                parts = tuple(self._question(n, each, f"{at}/properties/{n}", part=True, required=n in said.get("required", ())) for n, each in said.get("properties", {}).items())
                self._group(said, parts, at)
        chooses = said.get("items", {}) if kind == "several" else said
        if kind == "several":
            self._known(chooses, _CHOOSES | {"type"}, f"{at}/items")
            if said.get("uniqueItems") is not True:
                self._no(f"{at}/uniqueItems", "应为 true：一项不能选两次", "it is true: nothing is chosen twice")
        choices = self._choices(chooses, f"{at}/items" if kind == "several" else at) if kind in ("choice", "several") else ()
        self._details(kind, said, at)
        return Question(name, kind, words(said), said, _words(said, "description"), _words(said, "x-unit"), choices, parts, required, said.get("readOnly") is True)

    def _group(self, said: Mapping[str, Any], parts: tuple[Question, ...], at: str) -> None:
        if not parts:
            self._no(f"{at}/properties", "组里没有问题", "the group has no questions")
        if lacking := sorted(set(said.get("required", ())) - {p.name for p in parts}):
            self._no(f"{at}/required", f"没有 {'、'.join(lacking)} 这个问题", f"there is no question {', '.join(lacking)}")
        if said.get("additionalProperties", False) is not False:
            self._no(f"{at}/additionalProperties", "只能为 false", "it can only be false")
        if any(p.kind == "file" for p in parts):
            self._no(f"{at}/properties", "文件要单独问", "a file is asked for on a page of its own")

    def _choices(self, said: Mapping[str, Any], at: str) -> tuple[Choice, ...]:
        found: list[Choice] = []
        if "oneOf" in said:
            for i, each in enumerate(said["oneOf"]):
                if not isinstance(each, dict) or "const" not in each:
                    self._no(f"{at}/oneOf/{i}", "选项要写 const", "a choice says its const")
                    continue
                self._known(each, _TITLES | {"const", "$comment"}, f"{at}/oneOf/{i}")
                found.append(Choice(each["const"], words(each) or Text(str(each["const"]), str(each["const"]))))
        else:
            labels = said.get("x-choices", {})
            found = [Choice(v, _labelled(labels.get(str(v), v) if isinstance(labels, dict) else v)) for v in said.get("enum", ())]
        if not found:
            self._no(at, "没有可选的", "there is nothing to choose from")
        if any(isinstance(c.value, bool) or not isinstance(c.value, str | int) for c in found) or len({c.sent for c in found}) < len(found) or any(c.sent == "" for c in found):
            self._no(at, "选项应是各不相同、不为空的文字或整数", "choices are texts or whole numbers, none empty and each another")
        return tuple(found)

    def _details(self, kind: Kind, said: Mapping[str, Any], at: str) -> None:
        if kind in ("text", "paragraph") and said.get("format", FORMATS[0]) not in FORMATS:
            self._no(f"{at}/format", f"不认识 {said['format']}", f"{said['format']} is not known")
        if kind == "choice" and said.get("type", "string") not in ("string", "integer"):
            self._no(f"{at}/type", "选项应是 string 或 integer", "choices are of type string or integer")
        if kind == "yesno" and "const" in said and not isinstance(said["const"], bool):
            self._no(f"{at}/const", "应为 true 或 false", "it is true or false")
        if kind == "file":
            if said.get("contentEncoding") != "base64":
                self._no(f"{at}/contentEncoding", "文件的 contentEncoding 应为 base64", "a file has the contentEncoding base64")
            if said.get("contentMediaType") not in MEDIA:
                self._no(f"{at}/contentMediaType", f"只收 {'、'.join(MEDIA)}", f"only {', '.join(MEDIA)} are taken")
        if kind == "several" and said.get("maxItems") == 0:
            self._no(f"{at}/maxItems", "一项也不能选", "nothing could be chosen")

    def _known(self, said: Mapping[str, Any], known: frozenset[str], at: str) -> None:
        for word in said:
            if word not in known and not word.startswith("x-"):
                self._no(f"{at}/{word}", "这个关键字在这里不能用", "this keyword cannot be used here")

    def _no(self, at: str, zh: str, en: str) -> None:
        self.found.append((at, Text(zh, en)))


def _kind(said: Mapping[str, Any]) -> Kind | None:
    kind = said.get("type")
    if kind in ("string", "integer", None) and ("enum" in said or "oneOf" in said):
        return "choice"
    if kind == "string":
        if "contentEncoding" in said or "contentMediaType" in said:
            return "file"
        if said.get("format") == "date":
            return "date"
        return "paragraph" if said.get("maxLength", 0) > A_LINE else "text"
    simple: dict[Any, Kind] = {"number": "number", "integer": "number", "boolean": "yesno", "object": "group"}
    if kind == "array":
        return "several" if isinstance(said.get("items"), dict) else None
    return simple.get(kind) if isinstance(kind, str) else None


def _mentions(condition: Any) -> set[str]:
    """The facts that a condition looks at."""
    if not isinstance(condition, dict):
        return set()
    found = {*condition.get("properties", {}), *condition.get("required", ())}
    for each in (*condition.get("allOf", ()), *condition.get("anyOf", ()), condition.get("not")):
        found |= _mentions(each)
    return found


def _place(questions: list[Question]) -> Any:
    there = {q.name: i for i, q in reversed(list(enumerate(questions)))}
    return lambda name: there.get(name, -1)


def words(said: Mapping[str, Any]) -> Text:
    return _words(said, "title")


def _words(said: Mapping[str, Any], word: str) -> Text:
    zh, en = said.get(word, ""), said.get(f"{word}_en", "")
    return Text(str(zh or en), str(en or zh))


def _labelled(said: Any) -> Text:
    """``{"zh": …, "en": …}`` or the value itself."""
    return Text(str(said.get("zh", "")), str(said.get("en", ""))) if isinstance(said, dict) else Text(str(said), str(said))

"""YAML to trees of texts: what is written stays as written, since 010, 12:30 and NO are ids and words more often than numbers.

The C parser composes the nodes; of YAML's types only null, true and false are told from texts, and a key given twice is an
error, because one of its values would be lost. References are shared, never copied out.
"""

from __future__ import annotations

from typing import Any

import yaml

from jingwei.foundations.data.catalogue.layouts import measured
from jingwei.foundations.data.catalogue.yaml_mending import MOST_LINES, mended
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Unreadable, reason

_CORE = "tag:yaml.org,2002:"
_TEXT, _NULL, _BOOL, _MERGE, _MAP, _SEQ = (_CORE + name for name in ("str", "null", "bool", "merge", "map", "seq"))
_TEXTS = frozenset((_TEXT, "!", *(_CORE + name for name in ("int", "float", "timestamp", "binary"))))
_PLAIN = {**dict.fromkeys(("", "~", "null", "Null", "NULL"), _NULL), **dict.fromkeys(("true", "True", "TRUE", "false", "False", "FALSE"), _BOOL), "<<": _MERGE}


class _Composer(yaml.CSafeLoader):
    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:
        """The tag of a node that does not say its own; asked for every plain scalar."""
        if kind is yaml.ScalarNode:
            return _PLAIN.get(value, _TEXT) if implicit[0] else _TEXT
        return _SEQ if kind is yaml.SequenceNode else _MAP

    def descend_resolver(self, current_node: Any, current_index: Any) -> None:
        """No tag depends on where a node stands."""

    def ascend_resolver(self) -> None:
        """See ``descend_resolver``."""


def yaml_trees(content: str, name: str) -> list[Any]:
    """Every document of a YAML stream. Lines that are YAML but for a mark in their value are read as one text, and ``MENDED`` of a record says which.

    Raises Unreadable with line and reason.
    """
    lines: list[str] | None = None
    mended_at: list[int] = []
    while True:
        try:
            trees = _composed(content if lines is None else "\n".join(lines), name)
            break
        except yaml.MarkedYAMLError as error:
            if lines is None:
                lines, first = content.split("\n"), error
            marks = [error.problem_mark, error.context_mark]
            if "expected ':'" in str(error.problem):  # where a key was looked for, not where the search ended
                marks.reverse()
            places = [mark.line for mark in marks if mark is not None]
            at = next((at for at in places if at not in mended_at and mended(lines, at)), None)
            if at is None or len(mended_at) >= MOST_LINES:
                raise _unreadable(first, name) from None
            mended_at.append(at)
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise _unreadable(error, name) from None
    if mended_at:
        told = f"YAML {', '.join(str(at + 1) for at in sorted(mended_at))}"
        trees = [{**tree, MENDED: told} if isinstance(tree, dict) else tree for tree in trees]
    return trees


def _unreadable(error: Exception, name: str) -> Unreadable:
    why = reason(error)
    return Unreadable(Text(f"不是有效的 YAML（{' '.join(why.zh.split())[:300]}）", f"not valid YAML ({' '.join(why.en.split())[:300]})"), where=name)


def _composed(content: str, name: str) -> list[Any]:
    composer = _Composer(content)
    try:
        trees = []
        while composer.check_node():
            made: dict[int, Any] = {}
            node = composer.get_node()
            tree = _tree(node, made) if node is not None else None
            if made.pop(_SHARED, False) and not measured(tree):
                raise Unreadable(Text("文件反复引用自己，没有尽头", "the file refers to itself so often that it never ends"),
                                 where=name)
            trees.append(tree)
    finally:
        composer.dispose()
    return [t for t in trees if t is not None]


MENDED = "@mended"
"""Key of a record of which lines were read as one text: ``YAML 12, 40``."""

_SHARED = -1
_OPEN = object()


def _tree(node: yaml.Node, made: dict[int, Any]) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if (known := made.get(id(node))) is not None:
        if known is _OPEN:
            raise _wrong(node, Text("它包含了自己", "it holds itself"))
        made[_SHARED] = True
        return known
    made[id(node)] = _OPEN
    if isinstance(node, yaml.SequenceNode):
        if node.tag != _SEQ and node.tag[0] != "!":
            raise _wrong(node, Text(f"不读 {node.tag}", f"{node.tag} is not read"))
        found: Any = [_tree(each, made) for each in node.value]
    else:
        found = _mapping(node, made)
    if node.tag[0] == "!":
        found = {node.tag: found}
    made[id(node)] = found
    return found


def _scalar(node: yaml.ScalarNode) -> str | bool | None:
    tag, value = node.tag, node.value
    if tag == _TEXT:
        return str(value)
    if tag == _NULL:
        return None
    if tag == _BOOL:
        return str(value).lower() == "true"
    if tag in _TEXTS or tag == _MERGE:
        return str(value)
    if tag[0] == "!":  # a program's own: what it would make of the text is not ours, the text is
        return f"{tag} {value}"
    raise _wrong(node, Text(f"不读 {tag}", f"{tag} is not read"))


def _mapping(node: yaml.Node, made: dict[int, Any]) -> dict[str, Any]:
    if node.tag != _MAP and node.tag[0] != "!":
        raise _wrong(node, Text(f"不读 {node.tag}", f"{node.tag} is not read"))
    found: dict[str, Any] = {}
    merged: list[Any] = []
    for key_node, value_node in node.value:
        if key_node.tag == _MERGE:
            value = _tree(value_node, made)
            merged += value if isinstance(value, list) else [value]
            continue
        key = _scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else _odd(key_node)
        name = key if isinstance(key, str) else str(key_node.value)
        if name in found and isinstance(value_node, yaml.ScalarNode) and found[name] == _scalar(value_node):
            continue  # said twice, and the same
        if name in found:
            raise _wrong(key_node, Text(f"键 {name[:40]!r} 写了两次", f"the key {name[:40]!r} is given twice"))
        found[name] = _tree(value_node, made)
    for each in merged:
        if not isinstance(each, dict):
            raise _wrong(node, Text("合并的不是映射", "what is merged is no mapping"))
        for name, value in each.items():
            found.setdefault(name, value)
    return found


def _odd(node: yaml.Node) -> str:
    raise _wrong(node, Text("有一个键不是文字", "a key is not a text"))


def _wrong(node: yaml.Node, what: Text) -> yaml.YAMLError:
    line = node.start_mark.line + 1
    return yaml.YAMLError(Text(f"第 {line} 行：{what.zh}", f"line {line}: {what.en}"))

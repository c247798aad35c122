"""How records lie in a document: alone, in lists, under their names, as pairs of key and value, or one level down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, count
from typing import Any

from jingwei.foundations.data.catalogue.names import NAMES, named, plain
from jingwei.foundations.data.catalogue.trees import LEAST, by_language, kind_of

DEEPEST = 4
"""Levels that lists of records are looked for."""

_TITLES, _ABOUT = frozenset(NAMES["title"].split()), frozenset(NAMES["description"].split())
_SEVERAL = frozenset(["dataset", "datasets", "data_sets", "records", "packages", "collections", "datasets_list", "数据集", "数据集列表", "目录", "数据目录"])
"""Keys whose lists are of datasets, whatever else is said beside them."""
_PARTS = ("keyword", "publisher", "creator", "contact_name", "license", "spatial", "temporal", "items", "description", "issued", "title")
"""Fields of which a list of records is a part of one record."""
_KEYS, _VALUES = frozenset(["key", "name", "field", "property", "label", "attribute", "键", "字段", "属性"]), frozenset(["value", "val", "text", "content", "值", "内容"])


def _says(tree: Mapping[Any, Any], names: frozenset[str]) -> bool:
    """Whether a key of these names says something in words."""
    return any(plain(str(k)) in names and v not in (None, "") and (not isinstance(v, dict | list | bool) or by_language(v)) for k, v in tree.items())


def _part_of_one(key: str) -> bool:
    return any(named(key, NAMES[field]) >= LEAST for field in _PARTS) and plain(key) not in _SEVERAL


def tables(tree: Any, depth: int = 0) -> Iterator[Sequence[Mapping[str, Any]]]:
    """Every list of records within a tree that is no part of one record, outermost first; of records under their names, too."""
    if depth > DEEPEST:
        return
    if isinstance(tree, list):
        if tree and all(isinstance(t, dict) for t in tree):
            yield tree
    elif isinstance(tree, dict):
        for key, value in tree.items():
            if _part_of_one(str(key)):
                continue
            if (under := by_name(value)) is not None:
                yield under
            else:
                yield from tables(value, depth + 1)


def by_name(tree: Any) -> list[Any] | None:
    """The members of a mapping of names to records, each with its name as ``key``; None when it is no such mapping.

    Two or more, all of keys and values, that have most of their keys in common and are not fields of one record.
    """
    if not isinstance(tree, dict) or len(tree) < 2 or not all(isinstance(v, dict) and v and not by_language(v) for v in tree.values()):
        return None
    counts = Counter(str(k) for v in tree.values() for k in v)
    common = {k for k, n in counts.items() if 2 * n > len(tree)}
    alike = sum(sum(str(k) in common for k in v) / len(v) for v in tree.values()) / len(tree)
    titled = sum(_says(v, _TITLES) for v in tree.values())
    if alike < 0.5 or 0 < titled < 0.8 * len(tree) or any(_part_of_one(str(k)) for k in tree):
        return None
    return [{next(k for k in ("key", "entry", "entry_key", "") if k not in v): name, **v} for name, v in tree.items()]


def paired(tree: Any) -> Any:
    """A list of pairs of key and value as the mapping it stands for; anything else as it is."""
    if isinstance(tree, list) and len(tree) > 1 and all(isinstance(t, dict) and len(t) == 2 for t in tree):
        first, other = (next((k for k in tree[0] if plain(str(k)) in names), None) for names in (_KEYS, _VALUES))
        pairs = [(t.get(first), t.get(other)) for t in tree if first in t and other in t]
        if len({k for k, _ in pairs if isinstance(k, str)}) == len(tree):
            return dict(pairs)
    return tree


def records_in(tree: Any) -> list[Any]:  # noqa: PLR0911 (one return a way of lying)
    """The records a JSON or YAML document holds: itself, or the members of the list it wraps (CKAN's result.results, dataset, …)."""
    tree = paired(tree)
    if isinstance(tree, list):
        return [tree] if tree and not any(isinstance(t, dict | list) for t in tree) else tree
    if not isinstance(tree, dict):
        return [tree]
    if isinstance(inner := tree.get("result"), dict) and "success" in tree:  # CKAN's API, one package or a search
        return inner["results"] if isinstance(inner.get("results"), list) else [inner]
    described = _says(tree, _TITLES) and _says(tree, _ABOUT)  # a record of its own, which may speak of others beside
    if (several := list(_datasets(tree, DEEPEST if described else 0))) and all(isinstance(t, dict) and _says(t, _TITLES) for t in several):
        return [tree, *several] if described else several
    if _says(tree, _TITLES):
        return [tree]
    if (under := by_name(tree)) is not None:
        return under
    if lifted(tree) is not tree:
        return [tree]
    found = list(tables(tree))
    wrapped = next((t for t in found if len(t) > 1 and len(t) * 2 > len(tree)), None)
    if wrapped is None and not _says(tree, _ABOUT):
        wrapped = next((t for t in found if all(_says(one, _TITLES) for one in t)), None)
    return list(wrapped) if wrapped is not None else [tree]


def _datasets(tree: Any, depth: int) -> Iterator[Any]:
    """Members of every list that its key says is of datasets, ``depth`` to ``DEEPEST`` levels down."""
    if depth > DEEPEST:
        return
    if isinstance(tree, dict):
        for key, value in tree.items():
            if plain(str(key)) in _SEVERAL and isinstance(value, list):
                yield from value
            elif plain(str(key)) in _SEVERAL and (under := by_name(value)) is not None:
                yield from under
            elif isinstance(value, dict | list):
                yield from _datasets(value, depth + 1)
    elif isinstance(tree, list):
        for each in tree:
            yield from _datasets(each, depth + 1)


def lifted(tree: Any) -> Any:
    """A record whose title lies further down (``metadata: {title: …}``), with the keys of there beside its own, as ``metadata.title``.

    What is a field of several parts by its name (``publisher: {name: …}``, ``contact: {email: …}``) stays together.
    """
    if not isinstance(tree, dict) or _says(tree, _TITLES):
        return tree
    flat: dict[str, Any] = {}
    for key, value in _leaves({k: paired(v) for k, v in tree.items()}, ""):
        flat[next(k for k in chain((key,), (f"{key}~{n}" for n in count(2))) if k not in flat)] = value  # "a.b" may stand beside a: {b: …}
    return flat if any(named(k, NAMES["title"]) > 0.9 and kind_of(v) in ("text", "number", "table") for k, v in flat.items()) else tree


def _leaves(tree: Mapping[str, Any], before: str, depth: int = 0) -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, dict) and value and depth < DEEPEST and not by_language(value) and not _whole(str(key), value):
            yield from _leaves(value, f"{before}{key}.", depth + 1)
        else:
            yield f"{before}{key}", value


def _whole(key: str, value: Mapping[str, Any]) -> bool:
    if by_name(value) is not None or (named(key, NAMES["resources"]) > 0.9 and plain(key) not in ("resource", "data")):
        return True
    held = any(named(key, NAMES[field]) > 0.9 for field in ("publisher", "creator", "contact_name", "license", "spatial", "temporal"))
    return held and not all(isinstance(v, dict) for v in value.values())


def measured(tree: Any, most: int = 200_000) -> bool:
    """Whether a tree stays below so many values when its references are followed; YAML can write a billion in a line."""
    waiting, found = [(tree, 0)], 0
    while waiting:
        each, depth = waiting.pop()
        found += 1
        if found > most or depth > 60:
            return False
        if isinstance(each, dict):
            waiting += [(v, depth + 1) for v in each.values()]
        elif isinstance(each, list):
            waiting += [(v, depth + 1) for v in each]
    return True

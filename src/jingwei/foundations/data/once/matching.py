"""Which tables ask for what another organisation holds: the same subjects first, then what is said of them, names last.

Two tables are held against each other only on subjects that both know, by their keys; a subject's cells agree or not. The same list of
codes, the same running numbers or the same names of columns are therefore no finding, and other names of columns are no escape.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jingwei.engines.sketches.intervals import Share, discoveries, share, surprise
from jingwei.engines.sketches.names import dice, plain
from jingwei.engines.sketches.rows import Agreement, agreement, held
from jingwei.engines.sketches.sets import Shelf, Sketch, containment
from jingwei.foundations.data.once.model import By, Column, Finding, Pair, Taken
from jingwei.foundations.data.once.terms import IDENTITY, SUBJECTS, TERMS

RATE = 0.01
"""False ones among what is called found, in expectation at the most (Benjamini and Yekutieli); once for subjects, once for columns."""

TRIFLE = 0.02
"""A share of subjects in common that is nobody's concern: what is not surely above it, or above chance, is not found."""

SAME = 0.5
"""Columns of which fewer subjects than that say the same are two facts, however surely they agree beyond chance."""

ALIKE = 0.8
"""Likeness from which on two names are taken for one."""

FORM_SHARE, FORM_FIELDS = 0.5, 3
"""What part of a form, rare names counting more, and how many fields another must hold before names alone are told of."""


@dataclass(frozen=True, slots=True)
class _Met:
    """A key of a new table that met a key of a held one."""

    new: int
    key: int
    held: int
    held_key: int
    p: float


def code_of(new: Taken, held: Taken) -> str:
    """A finding is called the same as long as the two tables are."""
    return "D-" + hashlib.sha256(f"{new.name}\0{held.name}".encode()).hexdigest()[:10]


def compare(news: Sequence[Taken], helds: Sequence[Taken]) -> list[Finding]:
    """Findings of every new table against every held one of another holder, most cells first.

    A table that is in both is not held against itself, and of two only the later one is held against the earlier, so that a pair
    is found once. Raises nothing: tables without values are compared by names.
    """
    found = [*_by_values(news, helds), *_by_names([n for n in news if not n.valued], helds),
             *_by_names([n for n in news if n.valued], [h for h in helds if not h.valued])]
    return sorted(found, key=lambda f: (-(f.duplicated or (0, -1))[1], -(f.people or (0, -1))[1], -f.information, f.code))


def _pairable(new: Taken, old: Taken) -> bool:
    return new.holder != old.holder and not old.planned and (new.planned or (old.at, old.name) < (new.at, new.name))


# By values


def _by_values(news: Sequence[Taken], helds: Sequence[Taken]) -> list[Finding]:
    met, tested = _met(news, helds)
    real = discoveries(np.array([m.p for m in met]), tested, RATE)
    by_table = defaultdict[tuple[int, int], list[_Met]](list)
    for one in (m for m, is_real in zip(met, real, strict=True) if is_real):
        by_table[one.new, one.held].append(one)
    tried = [(news[n], helds[h], k, agreement(news[n].keys[k.key][1], helds[h].keys[k.held_key][1]))
             for (n, h), keys in by_table.items() for k in _to_try(keys, news[n], helds[h])]
    same = _same(tried)
    best: dict[tuple[str, str], Finding] = {}
    for (new, old, keys, how), which in zip(tried, same, strict=True):
        finding = _finding(new, old, keys, how, which)
        before = best.get((new.name, old.name))
        if before is None or _telling(finding) > _telling(before):
            best[new.name, old.name] = finding
    return list(best.values())


def _to_try(keys: Sequence[_Met], new: Taken, old: Taken) -> Sequence[_Met]:
    """The number that stands for a subject in all offices, where both have it; else every key that met."""
    sure = [k for k in keys if TERMS.term(new.columns[new.keys[k.key][0]].name) in SUBJECTS and TERMS.term(old.columns[old.keys[k.held_key][0]].name) in SUBJECTS]
    return sure or keys


def _telling(f: Finding) -> tuple[int, bool, float, float]:
    """Of several keys two tables share, the one under which most columns agree, since two people of one name do not share a telephone; then a
    number that stands for a subject in all offices."""
    key = f.pairs[0]
    return len(f.proved), bool({TERMS.term(key.new.name), TERMS.term(key.held.name)} & SUBJECTS), f.cells.low if f.cells else 0.0, key.new.bits


def _met(news: Sequence[Taken], helds: Sequence[Taken]) -> tuple[list[_Met], int]:
    """Keys that share more subjects than a trifle or chance would have it, with the probability; and how many pairs were looked at."""
    keys = [(h, i, old.sketches[column]) for h, old in enumerate(helds) for i, (column, _) in enumerate(old.keys)]
    shelf = Shelf([s for *_, s in keys if s is not None])
    columns = [helds[h].columns[helds[h].keys[i][0]] for h, i, _ in keys]
    met, tested = list[_Met](), 0
    for n, new in enumerate(news):
        allowed = np.array([_pairable(new, helds[h]) for h, *_ in keys], dtype=np.bool_)
        for i, (column, _) in enumerate(new.keys):
            tested += int(allowed.sum())
            own = new.sketches[column]
            if own is None:
                continue
            which, hits, compared = shelf.meet(own)
            p = surprise(hits, compared, [_by_chance(new.columns[column], columns[w]) for w in which])
            met += [_Met(n, i, keys[w][0], keys[w][1], float(q)) for w, q in zip(which, p, strict=True) if allowed[w]]
    return met, tested


def _by_chance(new: Column, old: Column) -> float:
    """The share of a key that the other has by accident: as running numbers meet, and as people of one name do who are not the same.

    Of ``distinct`` values each is met with the probability that two rows agree; the longer column knows that better.
    """
    return min(1.0, max(TRIFLE, old.density, old.distinct * math.exp2(-max(new.bits, old.bits))))


def _same(tried: Sequence[tuple[Taken, Taken, _Met, Agreement]]) -> list[list[tuple[int, int]]]:
    """Pairs of columns that agree beyond what two columns of so little information would by chance; controlled over all pairs of all tables.

    By chance two columns agree no more often than the root of the product of what each says twice (Cauchy and Schwarz).
    """
    parts = []
    for new, old, _, how in tried:
        chance = np.sqrt(np.outer([2.0 ** -c.bits for c in new.columns], [2.0 ** -c.bits for c in old.columns]))
        parts.append(surprise(how.equal, how.both, np.clip(chance, TRIFLE, 1.0)).ravel())
    if not parts:
        return []
    flat = np.concatenate(parts)
    found, at, real = list[list[tuple[int, int]]](), 0, discoveries(flat, len(flat), RATE)
    for (_, _, _, how), part in zip(tried, parts, strict=True):
        here = real[at:at + len(part)].reshape(how.equal.shape)
        at += len(part)
        found.append(_assigned(np.where(here & (how.equal >= SAME * how.both), how.equal / np.maximum(1, how.both), 0.0)))
    return found


def _assigned(agreement: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
    """Each column to one at the most, so that agreement is the largest in all (the linear assignment problem)."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(-agreement)
    return [(int(a), int(b)) for a, b in zip(rows, columns, strict=True) if agreement[a, b] > 0]


def _finding(new: Taken, old: Taken, met: _Met, how: Agreement, same: list[tuple[int, int]]) -> Finding:
    (key, rows), (old_key, old_rows) = new.keys[met.key], old.keys[met.held_key]
    subjects = _contained(new.sketches[key], old.sketches[old_key]) or share(0, 0, 0)
    both = max(1, round((subjects.value or 0) * subjects.population))
    same = [(a, b) for a, b in same if a != key and b != old_key]
    cells = held(rows, old_rows, same)

    def pair(a: int, b: int, by: By) -> Pair:
        agreed = share(int(how.equal[a, b]), int(how.both[a, b]), max(both, int(how.both[a, b]))) if by in ("values", "other") else None
        return Pair(new.columns[a], old.columns[b], by, TERMS.likeness(new.columns[a].name, old.columns[b].name), agreed,
                    _contained(new.sketches[a], old.sketches[b]))

    pairs = [pair(key, old_key, "key"), *(pair(a, b, "values") for a, b in same)]
    left = [i for i in range(len(new.columns)) if i not in {key, *(a for a, _ in same)} and not new.columns[i].counts]
    free = [i for i in range(len(old.columns)) if i not in {old_key, *(b for _, b in same)}]
    for a, b, _ in _named([new.columns[i] for i in left], [old.columns[i] for i in free]):
        a, b = left[a], free[b]  # noqa: PLW2901
        seen = new.sketches[a] is not None and old.sketches[b] is not None and how.both[a, b] > 0
        pairs.append(pair(a, b, "other" if seen else "name"))
    held_bits = sum(p.new.weight for p in pairs if p.by != "other")
    facts = bool(same) and any(not {TERMS.term(p.new.name), TERMS.term(p.held.name)} & IDENTITY for p in pairs if p.by in ("key", "values"))
    return Finding(code_of(new, old), "values" if facts else "subjects", new, old, tuple(pairs), held_bits / (sum(c.weight for c in new.columns) or 1.0),
                   subjects, cells)


def _contained(one: Sketch | None, other: Sketch | None) -> Share | None:
    return containment(one, other) if one is not None and other is not None else None


# By names


def _named(new: Sequence[Column], old: Sequence[Column]) -> list[tuple[int, int, float]]:
    """Columns of one name or meaning, each in one pair at the most, the likest first."""
    where = defaultdict[str, list[int]](list)
    for b, column in enumerate(old):
        where[TERMS.meaning(column.name)].append(b)
    alike = [(a, b, 1.0) for a, column in enumerate(new) for b in where.get(TERMS.meaning(column.name), ())]
    exact = {a for a, *_ in alike}
    alike += [(a, b, likeness) for a, one in enumerate(new) if a not in exact and not TERMS.term(one.name) for b, other in enumerate(old)
              if not TERMS.term(other.name) and (likeness := dice(plain(one.name), plain(other.name))) >= ALIKE]
    found, used_new, used_old = list[tuple[int, int, float]](), set[int](), set[int]()
    for a, b, likeness in sorted(alike, key=lambda x: (-x[2], x[0], x[1])):
        if a not in used_new and b not in used_old:
            found.append((a, b, likeness))
            used_new.add(a)
            used_old.add(b)
    return sorted(found)


def _by_names(news: Sequence[Taken], helds: Sequence[Taken]) -> list[Finding]:
    """Forms of which only names are known: a name that many tables have says little (its information is that of its rarity)."""
    if not news or not helds:
        return []
    often = Counter(m for h in helds for m in {TERMS.meaning(c.name) for c in h.columns})
    found = []
    for new in news:
        weight = [math.log2((len(helds) + 1) / (often[TERMS.meaning(c.name)] + 0.5)) + 1 for c in new.columns]
        about = _subjects(new.columns)
        for old in helds:
            if not _pairable(new, old) or (about and not about & _subjects(old.columns)):
                continue
            named = _named(new.columns, old.columns)
            part = sum(weight[a] * likeness for a, _, likeness in named) / (sum(weight) or 1.0)
            if len(named) >= FORM_FIELDS and part >= FORM_SHARE:
                pairs = tuple(Pair(new.columns[a], old.columns[b], "name", likeness) for a, b, likeness in named)
                found.append(Finding(code_of(new, old), "names", new, old, pairs, part))
    return found


def _subjects(columns: Iterable[Column]) -> set[str]:
    return {TERMS.term(c.name) for c in columns} & SUBJECTS

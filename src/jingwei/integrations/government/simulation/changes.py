"""What is asked "what if" of: steps left out, merged or done side by side, more people, shorter limits, more cases online."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from graphlib import TopologicalSorter
from typing import Any, Final

from jingwei.integrations.government.simulation.model import Learned, Route, Setting, Step
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import NotAssessable, Problem, Unreadable, did_you_mean
from jingwei.kernel.tables import Document

ONLINE: Final = ("web", "online", "internet", "网上", "线上", "网办")

FEWEST: Final = 30
"""Cases that came by a channel from which it can be said how it would be if more did."""

Change = Mapping[str, Any]
Steps = dict[int, tuple[tuple[int, ...], set[int]]]
"""A route while it is changed: by number, the activities and what they wait for."""

KNOWN: Final[Mapping[str, tuple[str, ...]]] = {"remove": ("step",), "merge": ("steps",), "parallel": ("steps",), "add": ("step", "servers"), "limit": ("step", "days"), "online": ("share",)}


def read(document: Document) -> tuple[Change, ...]:
    """A list of changes, each {"do": …} with what it needs. Raises Unreadable naming the change that is not written so."""
    try:
        said = json.loads(document.text())
    except (ValueError, RecursionError) as error:
        raise Unreadable(Text(f"不是合格的 JSON（{error}）", f"not valid JSON ({error})"), where=document.name) from None
    listed = said.get("changes") if isinstance(said, dict) else said
    if not isinstance(listed, list) or not listed or len(listed) > 50:
        raise Unreadable(Text("应是一个改动的列表，1 到 50 项", "it should be a list of 1 to 50 changes"), where=document.name, remedy=_REMEDY)
    for number, one in enumerate(listed, 1):
        where = Text(f"{document.name}，第 {number} 项", f"{document.name}, change {number}")
        if not isinstance(one, dict) or one.get("do") not in KNOWN:
            raise Unreadable(Text("没有写要做什么", "it does not say what to do"), where=where, remedy=_REMEDY)
        wrong = [key for key in KNOWN[one["do"]] if not _fits(key, one.get(key))]
        if wrong or set(one) - {"do", *KNOWN[one["do"]]}:
            raise Unreadable(Text(f"{one['do']} 要写 {'、'.join(KNOWN[one['do']])}，别无其他", f"{one['do']} takes {' and '.join(KNOWN[one['do']])}, and nothing else"), where=where, remedy=_REMEDY)
    return tuple(listed)


_REMEDY: Final = Text('例如 [{"do": "parallel", "steps": ["公安", "医保"]}, {"do": "merge", "steps": [甲, 乙]}, {"do": "remove", "step": 甲}, {"do": "add", "step": 甲, "servers": 1}, {"do": "limit", "step": 甲, "days": 5}, {"do": "online", "share": 0.8}]。',
                      'Such as [{"do": "parallel", "steps": ["police", "insurance"]}, {"do": "merge", "steps": [a, b]}, {"do": "remove", "step": a}, {"do": "add", "step": a, "servers": 1}, {"do": "limit", "step": a, "days": 5}, {"do": "online", "share": 0.8}].')


def _fits(key: str, value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    match key:
        case "steps":
            return isinstance(value, list) and len(value) == 2 and all(isinstance(v, str) for v in value) and value[0] != value[1]
        case "step":
            return isinstance(value, str)
        case "servers":
            return isinstance(value, int) and not isinstance(value, bool) and 0 < abs(value) <= 1_000
        case "days":
            return number and 0 < value <= 1_000
        case _:
            return number and 0 <= value <= 1


def apply(learned: Learned, setting: Setting, changes: Iterable[Change]) -> Setting:
    """The setting after all changes, in their order. Raises Problem for a step the log has not, or a change that would change nothing."""
    for one in changes:
        setting = _CHANGES[one["do"]](learned, setting, one)
    return setting


def _remove(learned: Learned, setting: Setting, change: Change) -> Setting:
    a = _step(learned, change["step"])

    def without(steps: Steps) -> bool:
        found = False
        for i in sorted(steps):
            activities, before = steps[i]
            if a not in activities:
                continue
            found = True
            rest = tuple(x for x in activities if x != a)
            if rest:
                steps[i] = (rest, before)
                continue
            for _, waits in steps.values():
                if i in waits:
                    waits.remove(i)
                    waits.update(before)
            del steps[i]
        return found

    changed = _rewrite(setting, without, change)
    if not all(changed.routes):
        raise Problem("nothing_left", Text(f"去掉 {change['step']}，有的办件就一步也不剩了", f"without {change['step']} some cases would have no step at all"))
    return changed


def _merge(learned: Learned, setting: Setting, change: Change) -> Setting:
    """``b`` is done by whoever did ``a``, right after it: the handover and its queue go, the work stays."""
    a, b = (_step(learned, name) for name in change["steps"])

    def merged(steps: Steps) -> bool:
        pairs = _pairs(steps, a, b)
        for j, i in pairs:
            first, then = steps.pop(j), steps[i]
            for _, waits in steps.values():
                if j in waits:
                    waits.remove(j)
                    waits.add(i)
            steps[i] = ((*first[0], *then[0]), (first[1] | then[1]) - {j, i})
        return bool(pairs)

    return _rewrite(setting, merged, change)


def _parallel(learned: Learned, setting: Setting, change: Change) -> Setting:
    """``b`` no longer waits for ``a``; what came after ``b`` waits for both."""
    a, b = (_step(learned, name) for name in change["steps"])

    def beside(steps: Steps) -> bool:
        pairs = _pairs(steps, a, b)
        for j, i in pairs:
            steps[i][1].remove(j)
            steps[i][1].update(steps[j][1])
            for _, waits in steps.values():
                if i in waits:
                    waits.add(j)
        return bool(pairs)

    return _rewrite(setting, beside, change)


def _pairs(steps: Steps, a: int, b: int) -> list[tuple[int, int]]:
    """Steps that do ``a`` last with one that does ``b`` first and waits for it; no step twice."""
    pairs: list[tuple[int, int]] = []
    for i in sorted(steps):
        if steps[i][0][0] == b:
            pairs += [(j, i) for j in steps[i][1] if steps[j][0][-1] == a and all(j not in p for p in pairs)][:1]
    return pairs


def _rewrite(setting: Setting, change: Callable[[Steps], bool], told: Change) -> Setting:
    """Every route changed and numbered again, so that each step stands after what it waits for."""
    routes: list[Route] = []
    any_ = False
    for route in setting.routes:
        steps: Steps = {i: (s.activities, set(s.before)) for i, s in enumerate(route)}
        any_ |= change(steps)
        order = list(TopologicalSorter({i: sorted(waits) for i, (_, waits) in steps.items()}).static_order())
        number = {old: new for new, old in enumerate(order)}
        routes.append(tuple(Step(steps[i][0], tuple(sorted(number[j] for j in steps[i][1]))) for i in order))
    if not any_:
        steps_ = told.get("steps") or [told["step"]]
        raise Problem("changes_nothing", Text(f"没有办件先办 {steps_[0]}、紧接着办 {steps_[-1]}", f"in no case does {steps_[-1]} come right after {steps_[0]}"), remedy=Text("请看报告里的路径。", "See the routes in the report."))
    return replace(setting, routes=tuple(routes))


def _add(learned: Learned, setting: Setting, change: Change) -> Setting:
    named = [i for i, p in enumerate(learned.pools) if p.name == change["step"]]
    pool = named[0] if named else int(learned.pool_of[_step(learned, change["step"], (p.name for p in learned.pools))])
    if pool < 0 or not learned.pools[pool].servers:
        raise NotAssessable(Text(f"日志里看不到有人在 {change['step']} 排队，多几个人会怎样说不出", f"the log shows nobody waiting for {change['step']}: what more people would change can't be said"))
    servers = list(setting.servers)
    servers[pool] = max(1, servers[pool] + change["servers"])
    return replace(setting, servers=tuple(servers))


def _limit(learned: Learned, setting: Setting, change: Change) -> Setting:
    return replace(setting, limits={**setting.limits, _step(learned, change["step"]): float(change["days"]) * learned.hours.day})


def _online(learned: Learned, setting: Setting, change: Change) -> Setting:
    """The named share comes online; the others keep their proportions. Cases online take the ways and the time that cases online took."""
    log = learned.log
    online = [i for i, name in enumerate(log.channels) if name.lower() in ONLINE]
    counts = {i: int((log.channel[learned.whole] == i).sum()) for i in range(len(log.channels))}
    others = {i: n for i, n in counts.items() if i not in online and n}
    if not online or counts[online[0]] < FEWEST or (not others and change["share"] < 1):
        raise NotAssessable(Text(f"日志里网上办的不到 {FEWEST} 件，看不出网上办会怎样", f"fewer than {FEWEST} cases of the log came online: how that goes can't be seen"))
    rest = sum(others.values())
    return replace(setting, share={online[0]: float(change["share"]), **{i: (1 - change["share"]) * n / rest for i, n in others.items()}})


def _step(learned: Learned, name: str, more: Iterable[str] = ()) -> int:
    names: Sequence[str] = learned.log.activities
    if name not in names:
        raise Problem("unknown_step", Text(f"日志里没有 {name[:60]!r} 这一步", f"the log has no step {name[:60]!r}"),
                      remedy=did_you_mean(name, [*names, *more]) or Text(f"有：{'、'.join(names[:30])}。", f"There are {', '.join(names[:30])}."))
    return names.index(name)


_CHANGES: Final[Mapping[str, Callable[[Learned, Setting, Change], Setting]]] = {
    "remove": _remove, "merge": _merge, "parallel": _parallel, "add": _add, "limit": _limit, "online": _online}

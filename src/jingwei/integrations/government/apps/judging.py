"""Keep, merge or close: rules first, then use for the money, then the fewest apps that still do everything in use.

An app against which a rule stands is closed. Of those that may stay, the plan keeps the fewest that cover every function somebody uses; an app
whose functions all lie with others is merged into them, one that nobody uses is closed. Little use for the money decides only between apps that
can do without each other: a function in use is never dropped for it. What would change a verdict is found by judging again with that one thing changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from jingwei.engines.sketches.names import plain
from jingwei.engines.text.likeness import likeness
from jingwei.integrations.government.apps.cover import fewest
from jingwei.integrations.government.apps.model import (
    VERDICTS,
    Alike,
    App,
    Judgement,
    Reason,
    ReasonKind,
    Register,
    Verdict,
)
from jingwei.integrations.government.apps.rules import faults, source, to_file
from jingwei.integrations.government.apps.usage import Usage, usage
from jingwei.kernel.i18n import Text

SAME = 0.7
"""Likeness from which on two functions are taken for one: 预约挂号 and 挂号预约 are (0.8), 社保查询 and 医保查询 are not (0.6). Shown with each verdict."""


@dataclass(frozen=True, slots=True)
class _Functions:
    """All functions of a register once: each in the words first met, which apps offer what, and what is like what."""

    words: tuple[str, ...]
    own: tuple[tuple[int, ...], ...]
    like: npt.NDArray[np.float64]

    @classmethod
    def of(cls, apps: Sequence[App]) -> _Functions:
        place, words = dict[str, int](), list[str]()
        own = list[tuple[int, ...]]()
        for app in apps:
            for f in app.functions:
                if place.setdefault(plain(f), len(words)) == len(words):
                    words.append(f)
            own.append(tuple(dict.fromkeys(place[plain(f)] for f in app.functions)))
        return cls(tuple(words), tuple(own), likeness(words) if words else np.zeros((0, 0)))

    def best(self, app: int, function: int) -> tuple[int, float]:
        """The app's function most like another, and how like."""
        return max(((f, float(self.like[f, function])) for f in self.own[app]), key=lambda each: (each[1], -each[0]), default=(-1, 0.0))


@dataclass(frozen=True, slots=True)
class _Outcome:
    verdict: Verdict
    into: tuple[int, ...]
    faults: tuple[Reason, ...]
    usage: Usage | None
    only: tuple[int, ...]


def judge(apps: Sequence[App], on: date) -> Register:
    """Every app of a register as the rules in force on a day and the other apps leave it. Raises NotAssessable when the plan cannot be proved smallest."""
    functions = _Functions.of(apps)
    covers = _covers(functions)
    outcomes = _outcomes(apps, on, functions, covers)
    kept = [n for n, o in enumerate(outcomes) if o.verdict == "keep"]
    used = _used(apps, functions)
    judgements = list[Judgement]()
    for n, (app, outcome) in enumerate(zip(apps, outcomes, strict=True)):
        evidence = () if outcome.verdict == "keep" else tuple(_evidence(apps, functions, n, [m for m in kept if m != n]))
        stranded = () if outcome.verdict == "keep" else tuple(functions.words[f] for f in functions.own[n] if f in used and not any(covers[m, f] for m in kept))
        judgements.append(Judgement(app, outcome.verdict, tuple(apps[m].name for m in outcome.into), _reasons(app, outcome, on, functions, apps), evidence, stranded,
                                    tuple(_changes(apps, n, outcomes, on, functions, covers))))
    return Register(tuple(judgements), tuple(functions.words[f] for f in sorted(used) if not any(covers[m, f] for m in kept)), on)


def _covers(functions: _Functions) -> npt.NDArray[np.bool_]:
    """(apps, functions) whether an app offers a function, under these or other words."""
    return np.array([functions.like[list(own)].max(axis=0) >= SAME if own else np.zeros(len(functions.words), bool) for own in functions.own],
                    dtype=bool).reshape(len(functions.own), len(functions.words))


def _used(apps: Sequence[App], functions: _Functions) -> set[int]:
    return {f for app, own in zip(apps, functions.own, strict=True) if app.users for f in own}


def _outcomes(apps: Sequence[App], on: date, functions: _Functions, covers: npt.NDArray[np.bool_], barred: int | None = None) -> list[_Outcome]:
    held, uses, used = [tuple(faults(a, on)) for a in apps], usage(apps), _used(apps, functions)
    may = [n for n in range(len(apps)) if not held[n] and n != barred]
    for _, _, n in sorted((u.z if (u := uses[n]) else 0.0, apps[n].name, n) for n in may if not apps[n].users or ((u := uses[n]) and u.thin)):
        rest = [m for m in may if m != n]
        if all(covers[rest, f].any() for f in functions.own[n] if f in used):
            may = rest
    needed = [f for f in sorted(used) if covers[may, f].any()]
    chosen = fewest(covers[np.ix_(may, needed)], np.array([apps[n].cost for n in may], float))
    kept = {may[n] for n in chosen}
    outcomes = list[_Outcome]()
    for n, own in enumerate(functions.own):
        in_use = [f for f in own if f in used]
        taken = Counter(max((functions.best(m, f)[1], -m) for m in by)[1] for f in (in_use or own) if (by := [m for m in kept if m != n and covers[m, f]]))
        into = tuple(-m for m, _ in sorted(taken.items(), key=lambda each: (-each[1], apps[-each[0]].name)))
        verdict: Verdict = "keep" if n in kept else "close" if held[n] or not apps[n].users else "merge"
        only = tuple(f for f in in_use if not any(covers[m, f] for m in range(len(apps)) if m != n and not held[m]))
        outcomes.append(_Outcome(verdict, () if verdict == "keep" else into, held[n], uses[n], only))
    return outcomes


def _evidence(apps: Sequence[App], functions: _Functions, n: int, kept: Sequence[int]) -> list[Alike]:
    found = list[Alike]()
    for f in functions.own[n]:
        best = max(((m, *functions.best(m, f)) for m in kept), key=lambda each: (each[2], -each[0]), default=None)
        if best and best[2] >= SAME:
            found.append(Alike(functions.words[f], apps[best[0]].name, functions.words[best[1]], round(best[2], 3)))
    return found


def _reasons(app: App, outcome: _Outcome, on: date, functions: _Functions, apps: Sequence[App]) -> tuple[Reason, ...]:
    found = [*outcome.faults, *([reminder] if (reminder := to_file(app, on)) else [])]
    if not app.users:
        found.append(Reason("unused", Text("没有人使用", "nobody uses it"), source("thin")))
    elif outcome.usage and outcome.usage.thin:
        u = outcome.usage
        found.append(Reason("thin", Text(f"月活 {app.users:,}，年费用 {app.cost / 100:,.0f} 元：修正 z 值 {u.z:.1f}", f"{app.users:,} active users a month for {app.cost / 100:,.0f} yuan a year: modified z {u.z:.1f}"), source("thin")))
    if outcome.verdict == "merge":
        names = [apps[m].name for m in outcome.into]
        found.append(Reason("overlap", Text(f"功能都在{'、'.join(names)}", f"all it does is done by {', '.join(names)}"), source("overlap")))
    if outcome.verdict == "keep":
        words = [functions.words[f] for f in outcome.only]
        says = (Text(f"只有它提供：{'、'.join(words)}", f"the only one with: {', '.join(words)}") if words
                else Text("最少的应用集合里有它", "it is one of the fewest apps that do everything in use"))
        found.append(Reason("needed", says, source("overlap")))
    return tuple(found)


# What would change a verdict

_CURES: dict[ReasonKind, tuple[Callable[[App], App], Text]] = {
    "not_filed": (lambda a: replace(a, filed=True), Text("备案", "filed")),
    "below_county": (lambda a: replace(a, level="county"), Text("由县级以上单位接办", "taken over by an office of a county or above")),
    "forbidden": (lambda a: replace(a, features=()), Text("去掉禁止的功能", "without the forbidden features"))}


def _changes(apps: Sequence[App], n: int, outcomes: Sequence[_Outcome], on: date, functions: _Functions, covers: npt.NDArray[np.bool_]) -> list[Text]:
    app, outcome = apps[n], outcomes[n]

    def would(changed: Sequence[App], barred: int | None = None) -> Text:
        after = _outcomes(changed, on, functions, covers, barred)[n]
        into = [apps[m].name for m in after.into]
        return Text(VERDICTS[after.verdict].zh + ("、".join(into) if after.verdict == "merge" else ""), VERDICTS[after.verdict].en + (f" into {', '.join(into)}" if after.verdict == "merge" else ""))

    def instead(changed: App) -> list[App]:
        return [changed if m == n else a for m, a in enumerate(apps)]

    found = list[Text]()
    if outcome.faults:
        cured = app
        for fault in outcome.faults:
            cured = _CURES[fault.kind][0](cured)
        does = [_CURES[f.kind][1] for f in outcome.faults]
        then = would(instead(cured))
        found.append(Text(f"{'并'.join(d.zh for d in does)}后：{then.zh}", f"{' and '.join(d.en for d in does)}: {then.en}"))
    elif outcome.verdict == "merge" and outcome.into:
        first = apps[outcome.into[0]]
        then = would(apps, barred=outcome.into[0])
        found.append(Text(f"{first.name}不能留时：{then.zh}", f"were {first.name} not to stay: {then.en}"))
    if outcome.usage and outcome.usage.thin and not outcome.faults:
        enough = outcome.usage.needed
        then = would(instead(replace(app, users=enough)))
        found.append(Text(f"月活达到 {enough:,}：{then.zh}", f"with {enough:,} active users a month: {then.en}"))
    if outcome.verdict == "keep" and outcome.only:
        words = [functions.words[f] for f in outcome.only]
        found.append(Text(f"别的可以留的应用也提供{'、'.join(words)}时，不再非它不可", f"it could go once another app that may stay offers {', '.join(words)}"))
    return found

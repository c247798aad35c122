"""What the pages of quality show: one table by dimension, and the desk from which its steward sees what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from jingwei.foundations.data.quality import records
from jingwei.foundations.data.quality.actions import contract_of, percent, tables_of
from jingwei.foundations.data.quality.figures import Share
from jingwei.foundations.data.quality.model import (
    DIMENSIONS,
    METRICS,
    SEVERITIES,
    AskQuality,
    Breach,
    Figure,
    Metric,
    Score,
    scores,
)
from jingwei.foundations.data.quality.reports import MOST_RUNS, as_of_today, overall
from jingwei.foundations.data.quality.surroundings import World
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Nothing
from jingwei.kernel.problems import Problem

WIDTH, HEIGHT = 1000, 60
"""Of the drawing in which a dimension's history is a line."""


@dataclass(frozen=True, slots=True)
class Row:
    """A metric as it stands: its value in words, and A over B or what is missing."""

    metric: Metric
    figure: Figure
    words: str
    counted: Text


@dataclass(frozen=True, slots=True)
class Bar:
    """A dimension: ``at`` is its score in thousandths; ``line`` the points of its history, empty below two."""

    name: Text
    score: Score
    words: str
    at: int
    rows: tuple[Row, ...]
    line: str


PROMISES: Mapping[str, Text] = {
    "required": Text("应当填写", "is filled in"), "type": Text("类型相符", "is of its type"), "format": Text("格式正确", "has its format"), "digit": Text("校验码正确", "has the right check digit"),
    "length": Text("长度相符", "is as long as promised"), "range": Text("在值域之内", "lies within its range"), "codes": Text("在代码表之内", "is one of its codes"),
    "protected": Text("已经脱敏", "is masked or hashed")}
"""What a field promises, by the last word of its check; rules go by the name their owner gave them."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that is not kept; ``said`` in words."""

    breach: Breach
    said: Text
    metric: Text
    severity: Text
    since: datetime | None


@dataclass(frozen=True, slots=True)
class QualityView:
    """``line`` of each bar runs over ``runs``, the oldest first; ``changed``: the table has another snapshot or contract by now."""

    run: records.Run
    owner: str
    bars: tuple[Bar, ...]
    assessable: int
    breaches: tuple[Broken, ...]
    runs: tuple[records.Run, ...]
    contract: int
    unchecked: tuple[str, ...]
    changed: bool
    command: str


@dataclass(frozen=True, slots=True)
class Todo:
    """One table on the desk: what is next for it, and the command that does it; ``worst`` is its lowest dimension."""

    dataset: str
    page: str
    next: Text
    command: str
    worst: Text | None
    words: str
    errors: int
    warnings: int
    overdue: bool
    weight: tuple[int, int, float, str]


@dataclass(frozen=True, slots=True)
class DeskView:
    """Owners, that with the worst table first; ``numbers`` leave out exercises."""

    owners: tuple[tuple[str, tuple[Todo, ...]], ...]
    tables: int
    assessed: int
    errors: int
    overdue: int
    unpromised: int
    numbers: tuple[tuple[Share, str], ...]


def promise(check: str) -> Text:
    """``income.range`` as a sentence."""
    column, _, what = check.rpartition(".")
    told = PROMISES.get(what) if column else None
    return Text(f"{column} {told.zh}", f"{column} {told.en}") if told else Text(check, check)


def quality(context: Context, query: AskQuality) -> QualityView:
    """Raises Problem ``not_assessed``."""
    context = as_of_today(context)
    at = context.clock()
    with context.workspace.store.read() as connection:
        runs = records.runs(connection, at, query.dataset, MOST_RUNS)
        kept = records.contract(connection, query.dataset, at)
        since = records.since(connection, [query.dataset], at)
    if not runs:
        raise Problem("not_assessed", Text(f"{query.dataset[:60]!r} 还没有评过", f"{query.dataset[:60]!r} was not assessed yet"),
                      remedy=Text("见数据质量页。", "See the page of quality."))
    run, past = runs[0], tuple(reversed(runs))
    rows = {f.metric: Row(METRICS[f.metric], f, _words(context, f), f.counted) for f in run.assessment.figures}
    bars = tuple(Bar(DIMENSIONS[s.dimension], s, percent(context, s.value), round(1000 * (s.value or 0)),
                     tuple(r for code, r in rows.items() if code[:2] == s.dimension), _line(past, s.dimension)) for s in scores(run.assessment.figures))
    breaches = tuple(Broken(b, promise(b.check), METRICS[b.metric].name, SEVERITIES[b.severity], since.get((query.dataset, b.check))) for b in run.assessment.breaches)
    changed = query.dataset in tables_of(context) and (run.snapshot, run.contract) != _now(context, query.dataset)
    return QualityView(run, run.owner, bars, sum(s.score.assessable for s in bars), breaches, past, kept.version if kept else 0, run.assessment.unchecked, changed,
                       _command(query.dataset, kept is not None, bool(breaches)))


def stewardship(context: Context, query: Nothing) -> DeskView:
    """Every table of the lake under whoever answers for it, the worst first."""
    context = as_of_today(context)
    at, names, world = context.clock(), tables_of(context), World(context)
    with context.workspace.store.read() as connection:
        latest = records.latest(connection, at)
        promised = {n for n in names if records.contract(connection, n, at) is not None}
    found: dict[str, list[Todo]] = {}
    for name in names:
        run = latest.get(name)
        if run is not None:
            owner = run.owner
        else:
            contract = contract_of(context, name)
            told = world.record(contract)
            owner = world.owner(contract, told[1] if told else None)
        found.setdefault(owner, []).append(_todo(context, name, run, name in promised))
    owners = sorted(((owner, tuple(sorted(todos, key=lambda t: t.weight))) for owner, todos in found.items()), key=lambda pair: pair[1][0].weight)
    every = [t for _, todos in owners for t in todos]
    return DeskView(tuple(owners), len(every), sum(n in latest for n in names), sum(t.errors for t in every), sum(t.overdue for t in every), len(names) - len(promised),
                    tuple((s, percent(context, None if s.value is None else s.value / 100)) for s in overall(context)))


def _todo(context: Context, name: str, run: records.Run | None, promised: bool) -> Todo:
    """What is next: assess it, mend what is broken, renew it, promise something; else nothing. Heavier comes first."""
    if run is None:
        return Todo(name, "", Text("还没有评过", "not assessed yet"), f"jingwei quality run {name}", None, "", 0, 0, False, (2, 0, 0.0, name))
    breaches = run.assessment.breaches
    errors = sum(b.severity == "error" for b in breaches)
    overdue = any(b.check == "update" for b in breaches)
    known = [s for s in scores(run.assessment.figures) if s.value is not None]
    low = min(known, key=lambda s: s.value if s.value is not None else 1.0) if known else None
    changed = (run.snapshot, run.contract) != _now(context, name)
    steps = ((overdue, Text("更新已逾期", "its update is overdue")), (errors > 0, Text("改正不合约定的行", "mend the rows that break a promise")),
             (changed, Text("表或约定变了，重评", "it has changed: assess it again")), (not promised, Text("定下数据约定", "say what it promises")),
             (bool(breaches), Text("看看提醒", "look at the warnings")))
    next_ = next((words for holds, words in steps if holds), Text("没有要办的", "nothing"))
    command = f"jingwei quality run {name}" if changed and not errors and not overdue else _command(name, promised, bool(breaches))
    heavy = 0 if errors or overdue else 1 if not promised or changed else 3
    return Todo(name, f"quality/{quote(name, safe='')}", next_, command, DIMENSIONS[low.dimension] if low else None,
                percent(context, low.value) if low else "", errors, len(breaches) - errors, overdue,
                (heavy, -errors, low.value if low and low.value is not None else 1.0, name))


def _command(name: str, promised: bool, broken: bool) -> str:
    if broken:
        return f"jingwei quality rows {name} --out out"
    return f"jingwei quality contract show {name}" if promised else f"jingwei quality contract set {name} contract.odcs.yaml"


def _now(context: Context, name: str) -> tuple[str, str]:
    return (context.workspace.lake.folder / name / "current").read_text().strip(), contract_of(context, name).digest


def _words(context: Context, f: Figure) -> str:
    interval = f" ({100 * f.low:.1f}–{100 * f.high:.1f})" if f.low is not None and f.high is not None else ""
    return percent(context, f.value) + interval


def _line(past: Sequence[records.Run], dimension: str) -> str:
    """Points of the drawing, a run each at even steps; a run of which the dimension is not assessable leaves its place empty."""
    values: Mapping[int, float | None] = {i: next(s.value for s in scores(r.assessment.figures) if s.dimension == dimension) for i, r in enumerate(past)}
    if sum(v is not None for v in values.values()) < 2:
        return ""
    step = WIDTH / (len(past) - 1)
    return " ".join(f"{i * step:.0f},{(HEIGHT - 8) * (1 - v) + 4:.1f}" for i, v in values.items() if v is not None)

"""Look for what has become a matter, list matters by weight, decide one, and see later what the decision did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import unquote

from jingwei import plan
from jingwei.coordination.duties.model import Duty
from jingwei.coordination.duties.passing import Sending, changed, told_lines, told_where
from jingwei.coordination.duties.proof import World
from jingwei.coordination.duties.records import TURN, read_tree, set_duty
from jingwei.coordination.duties.records import at as duty_at
from jingwei.coordination.duties.sources import day, place_code
from jingwei.coordination.duties.standing import Standing, stand
from jingwei.coordination.duties.tree import Tree
from jingwei.coordination.evaluation import outlook
from jingwei.coordination.evaluation.compute import national_figures, province_panel, provincial_series
from jingwei.coordination.evaluation.outlook import Path
from jingwei.coordination.federation import below
from jingwei.coordination.federation.sources import Http
from jingwei.coordination.matters import rules
from jingwei.coordination.matters.effects import effect, expect
from jingwei.coordination.matters.fold import code_of
from jingwei.coordination.matters.model import (
    LEVELS,
    OUTCOMES,
    PHASES,
    RULES,
    AskMatter,
    AskMatters,
    Cause,
    CheckMatters,
    Decide,
    Expected,
    Matter,
)
from jingwei.coordination.matters.records import at, checked, decided, keep, overdue, read_matters, surfaced
from jingwei.coordination.observations.declared import declared_measures
from jingwei.coordination.observations.figures import Book, read_book
from jingwei.coordination.observations.model import Figure
from jingwei.coordination.targets.model import Verdict
from jingwei.coordination.targets.registry import TARGETS
from jingwei.coordination.targets.verdicts import judge
from jingwei.foundations.data.once.findings import Standing as Found
from jingwei.foundations.data.once.findings import all_findings
from jingwei.kernel import node_records, places
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.markdown import markdown, readable
from jingwei.kernel.people_records import organisations as known_organisations
from jingwei.kernel.problems import Problem, did_you_mean
from jingwei.kernel.told import told


@dataclass(frozen=True, slots=True)
class Known:
    """What the figures say, without the ranking of places that no rule looks at.

    paths : trajectories of national measures, by measure
    """

    book: Book
    verdicts: tuple[Verdict, ...]
    paths: Mapping[str, Path]


@dataclass(frozen=True, slots=True)
class Scene:
    """What the rules look at: duties as they stand, verdicts, findings, events; ``twice`` by code, what is collected twice."""

    standings: Mapping[str, Standing]
    twice: Mapping[str, Found]
    causes: tuple[Cause, ...]


def check(context: Context, given: CheckMatters) -> Result:  # noqa: ARG001
    """Open what has surfaced, close what is gone, pass on what nobody decided in time, and see what decisions did."""
    done = known(context)  # slow, and therefore before the store is locked
    all_findings(context)  # likewise: tables are held against each other once for one state of their samples
    with _transaction(context):
        scene, today = look(context, done), day_in_china(context.clock())
        before = read_matters(context.workspace.ledger)
        turns = surfaced(before, scene.causes, today)
        matters = keep(context, before, turns)
        with context.workspace.store.read() as connection:
            organisations = known_organisations(connection)
        more = overdue(matters, {code: _concerned(m, scene) for code, m in matters.items()}, organisations, today)
        more += [t for m in matters.values() if m.decision and not m.closed for t in checked(m, *effect(m.decision, _figures(done, m.decision.expected)))]
        matters = keep(context, matters, more)
    turns = [*turns, *more]
    counts = Counter(t.kind.partition(".")[2] for t in turns)
    found = {code: matters[code].outcome for t in turns if t.kind == "matter.checked" and (code := t.facts["matter"])}
    data = {"matters": len(matters), **{kind: counts[kind] for kind in ("opened", "returned", "closed", "escalated", "checked")},
            "outcomes": found, "written": bool(turns) and not context.dry_run}
    lines = [context.say(f"{len(matters)} 个事项：新开 {counts['opened']}，重来 {counts['returned']}，了结 {counts['closed']}，上交 {counts['escalated']}。",
                  f"{len(matters)} matters: {counts['opened']} opened, {counts['returned']} back, {counts['closed']} gone, {counts['escalated']} passed on.")]
    lines += [f"- {code}: {OUTCOMES[outcome].in_(context.language)} ({matters[code].seen})" for code, outcome in found.items()]
    return Result("\n".join(lines) + f"\n\n{_table(context, _ranked(matters, today), today)}", data)


def list_matters(context: Context, given: AskMatters) -> Result:
    """Matters by cases blocked × days, those for decision first."""
    today = day_in_china(context.clock())
    shown = [m for m in ranked(context) if given.phase in (None, m.phase)]
    if not shown:
        return Result(context.say("没有事项。查找：jingwei matters check", "There are no matters. Look for them: jingwei matters check"), [])
    return Result(_table(context, shown, today), [matter_json(context, m, today) for m in shown])


def show(context: Context, given: AskMatter) -> Result:
    """One matter: what was seen, where it lies, what the engines say of it, what was decided and what came of it."""
    today = day_in_china(context.clock())
    m = at({x.code: x for x in ranked(context)}, given.code)
    options = options_for(known(context), m)
    rows = [(Text("阶段", "phase"), PHASES[m.phase]), (Text("规则", "rule"), RULES[m.cause.rule]), (Text("自", "since"), m.cause.since.isoformat()),
            (Text("受阻×天数", "cases × days"), f"{m.cause.blocked} × {m.days(today)} = {m.weight(today)}"),
            (Text("在哪一级", "lies with"), _lies(m)), (Text("期限", "until"), _until(m)),
            *((Text("选项", "option"), o) for o in options)]
    if m.decision:
        rows += [(Text("决定", "decision"), f"{m.decision.on}: {m.decision.text}"), (Text("任务", "duties"), ", ".join(m.decision.duties)),
                 (Text("结果", "outcome"), OUTCOMES[m.outcome]), (Text("看到", "seen"), m.seen)]
    text = markdown(("", ""), [(k.in_(context.language), v.in_(context.language) if isinstance(v, Text) else v) for k, v in rows])
    return Result(f"# {m.code} {m.cause.text.in_(context.language)}\n\n{text}",
                  {**matter_json(context, m, today), "options": [o.in_(context.language) for o in options]})


def decide(context: Context, given: Decide) -> Result:
    """Put a decision on record with the duties that carry it out and what the number was expected to do without it."""
    if not given.decision.strip():
        raise Problem("no_decision", Text("决定要有内容", "a decision says something"),
                      remedy=Text('用 --decision "……" 给出。', 'Give it with --decision "…".'))
    if (given.lead is None) != (given.deadline is None):
        raise Problem("half_a_duty", Text("新任务要有牵头单位和时限", "a new duty needs a lead and a deadline"),
                      remedy=Text("--lead 和 --deadline 都给，或都不给。", "Give both --lead and --deadline, or neither."))
    done, today = known(context), day_in_china(context.clock())
    with _transaction(context):
        before = read_matters(context.workspace.ledger)
        m = at(before, given.code)
        measure = given.measure or m.cause.measure
        if measure and measure not in declared_measures():
            raise Problem("unknown_measure", Text(f"没有指标 {measure[:40]!r}", f"there is no measure {measure[:40]!r}"),
                          remedy=did_you_mean(measure[:40], declared_measures())
                          or Text("列出全部：jingwei measures", "List them: jingwei measures"))
        duties, sent = list(dict.fromkeys(given.duty)), list[Sending]()
        tree = read_tree(context.workspace.ledger)
        for code in duties:
            duty_at(tree, code)
        if given.lead is not None and given.deadline is not None:
            new = _new_duty(context, given, m, measure, tree)
            _, _, sent = changed(context, lambda tree: set_duty(tree, new))
            duties.append(new.code)
        expected = _expect(done, measure, places.find(given.place, where="place").code) if measure else None
        keep(context, before, [decided(m, given.decision.strip(), duties, expected)])
    passed = told_where(context, sent, Http())
    data = {"matter": m.code, "passed": passed, "decided": today.isoformat(), "duties": duties, "measure": measure or None,
            "expected": None if expected is None else {"year": (year := max(today.year, expected.after + 1)), "low": float(expected.interval(year)[0]),
                                                       "high": float(expected.interval(year)[1])}, "written": not context.dry_run}
    lines = [context.say(f"{m.code} 已决，由 {'、'.join(duties) or '（无任务）'} 落实。", f"{m.code} is decided; carried out by {', '.join(duties) or 'no duty'}.")]
    if expected is not None:
        low, high = expected.interval(max(today.year, expected.after + 1))
        lines.append(context.say(f"以后核对 {measure}：不作决定时应在 {low}–{high} 之间，越出才算变动。",
                                 f"To be checked on {measure}: without the decision it would lie in {low}–{high}; only beyond that did it move."))
    else:
        lines.append(context.say("没有可核对的指标，决定的效果将无法评估。", "There is no number to check: what the decision did will not be assessable."))
    return Result("\n".join([*lines, *told_lines(context, passed)]) + "\n", data)


def known(context: Context) -> Known:
    """Figures, verdicts and trajectories of this state of the node, worked out once."""

    def make(inner: Context) -> Known:
        book = inner.once(("book",), read_book)
        national = national_figures(book)
        paths = outlook.carry_forward(national, declared_measures(), provincial_series(province_panel(book))).paths
        today = day_in_china(inner.clock())
        verdicts = outlook.with_probability([judge(t, national, today) for t in TARGETS], paths)
        return Known(book, tuple(verdicts), {p.measure.code: p for p in paths})

    return context.once(("matters", "known"), make)


def look(context: Context, done: Known) -> Scene:
    """Everything a rule could open a matter for, now."""
    ledger, today = context.workspace.ledger, day_in_china(context.clock())
    standings = stand(read_tree(ledger), World(lambda: done.book, ledger, today), today)
    names = _names(context)
    twice = all_findings(context)
    causes = (*rules.red_lines(told(ledger, "redline", words=False)), *rules.late_duties(standings, today, names),
              *rules.off_track(done.verdicts, standings, today), *rules.held_findings(done.book.held, today),
              *rules.stalled_actions(told(ledger, "action", words=False), context.clock()), *_silent(context), *_cut(context, names),
              *rules.collected_twice(twice, names))
    return Scene(standings, {s.finding.code: s for s in twice}, causes)


def _silent(context: Context) -> Iterable[Cause]:
    nodes = below.fold(told(context.workspace.ledger, "node"))
    if not nodes.there:
        return ()
    with context.workspace.store.read() as connection:
        heard = {one.profile.id: one.heard for one in node_records.known(connection)}
    return rules.silent_nodes(nodes, heard, context.clock(), timedelta(seconds=context.workspace.settings.federation.silence))


def _cut(context: Context, names: Mapping[str, Text]) -> Iterable[Cause]:
    ledger = context.workspace.ledger
    events = [*told(ledger, "need", words=False), *told(ledger, "evidence", words=False)]
    return rules.cut_pairs(events, day_in_china(context.clock()), names) if events else ()


def _names(context: Context) -> dict[str, Text]:
    """What the node's organisations are called."""
    with context.workspace.store.read() as connection:
        return {o.id: o.name for o in known_organisations(connection)}


def ranked(context: Context) -> list[Matter]:
    """Matters on record, the heaviest of those for decision first, with what they block now."""
    def make(inner: Context) -> list[Matter]:
        matters = read_matters(inner.workspace.ledger)
        if not matters:
            return []
        now = {code_of(c.key): c.blocked for c in look(inner, known(inner)).causes}
        fresh = {code: replace(m, cause=replace(m.cause, blocked=now.get(code, m.cause.blocked))) for code, m in matters.items()}
        return _ranked(fresh, day_in_china(inner.clock()))

    if not context.workspace.store.exists():
        return []
    return context.once(("matters", context.workspace.ledger.size()), make)


def _ranked(matters: Mapping[str, Matter], today: date) -> list[Matter]:
    order = list(PHASES)
    return sorted(matters.values(), key=lambda m: (order.index(m.phase), -m.weight(today), m.code))


def options_for(done: Known, matter: Matter) -> list[Text]:
    """What the engines say would come of it; none where no engine knows."""
    path = done.paths.get(matter.cause.measure)
    if path is None:
        return []
    t = path.forecast
    median, low, high = (readable(float(v[-1])) for v in (t.median, t.q05, t.q95))
    unit, year = path.measure.unit, int(t.years[-1])
    return [Text(f"照旧不变：{path.measure.name.zh}到{year}年中位 {median}，90%区间 {low}–{high}（{unit}）",
                 f"leave it as it is: {path.measure.name.en} in {year} has median {median}, 90 % interval {low}–{high} ({unit})")]


def matter_json(context: Context, m: Matter, today: date) -> dict[str, Any]:
    """A matter for programs."""
    return {"code": m.code, "phase": m.phase, "rule": m.cause.rule, "about": m.cause.about, "text": m.cause.text.in_(context.language),
            "since": m.cause.since.isoformat(), "opened": m.opened.isoformat(), "blocked": m.cause.blocked, "days": m.days(today), "weight": m.weight(today),
            "level": m.level, "to": m.to or None, "due": m.due.isoformat() if m.due else None, "measure": m.cause.measure or None,
            "synthetic": m.cause.synthetic, "returned": m.returned, "outcome": m.outcome if m.decision else None, "seen": m.seen or None,
            "decision": None if m.decision is None else {"on": m.decision.on.isoformat(), "text": m.decision.text, "duties": list(m.decision.duties)}}


def _transaction(context: Context) -> AbstractContextManager[Any]:
    """What is read and what is recorded are one; a rehearsal only reads."""
    store = context.workspace.store
    return store.read() if context.dry_run else store.write_in_turn(TURN)


def _new_duty(context: Context, given: Decide, matter: Matter, measure: str, tree: Tree) -> Duty:
    with context.workspace.store.read() as connection:
        bodies = {o.id: o for o in known_organisations(connection)}
    if given.lead not in bodies:
        raise Problem("unknown_organisation",
                      Text(f"没有机构 {str(given.lead)[:40]!r}", f"there is no organisation {str(given.lead)[:40]!r}"),
                      remedy=did_you_mean(str(given.lead), bodies) or Text(
                          "机构随工作方案录入：jingwei duties import FILE --organisations FILE",
                          "Organisations come with a work plan: jingwei duties import FILE --organisations FILE"))
    kind, _, about = matter.cause.about.partition(":")
    clause = tree[about].duty.clause if kind == "duty" and about in tree else declared_measures()[measure].clause if measure else "O.2"
    return Duty(f"{matter.code}.{matter.returned + 1}", plan.clause(clause).code, Text(given.decision.strip(), given.decision.strip()), given.lead,
                day(given.deadline or "", "deadline"), place_code(given.place, "place"), evidence=given.evidence or "")


def _concerned(matter: Matter, scene: Scene) -> list[str]:
    """Organisations a matter is between: lead and helpers of its duty, the two of a pair, or who collects and who holds."""
    kind, _, code = matter.cause.about.partition(":")
    if kind == "pair":
        return [unquote(one) for one in code.split("/")]
    if kind == "once" and code in scene.twice:
        return [scene.twice[code].finding.new.holder, scene.twice[code].finding.held.holder]
    if kind != "duty" or code not in scene.standings:
        return []
    return [scene.standings[code].kept.duty.lead, *scene.standings[code].kept.duty.helpers]


def _expect(done: Known, measure: str, place: str) -> Expected | None:
    return expect(measure, place, _yearly(done.book.usable, measure, place), done.paths.get(measure))


def _figures(done: Known, expected: Expected | None) -> list[Figure]:
    return [] if expected is None else _yearly(done.book.usable, expected.measure, expected.place)


def _yearly(figures: Iterable[Figure], measure: str, place: str) -> list[Figure]:
    return [f for f in figures if f.measure == measure and f.place == place and f.is_annual]


def _lies(m: Matter) -> Text:
    to = f" {m.to}" if m.to else ""
    return Text(LEVELS[m.level].zh + to, LEVELS[m.level].en + to)


def _until(m: Matter) -> Text:
    return Text(m.due.isoformat(), m.due.isoformat()) if m.due else Text("那一年的工作日尚未公布", "that year's working days are not published")


def _table(context: Context, shown: Sequence[Matter], today: date) -> str:
    head = (Text("事项", "matter"), Text("阶段", "phase"), Text("内容", "what"), Text("受阻×天数", "cases × days"), Text("在哪一级", "lies with"), Text("期限", "until"))
    return markdown([h.in_(context.language) for h in head], (
        (m.code, PHASES[m.phase].in_(context.language), ("（合成）" if context.language == "zh" else "(synthetic) ") * m.cause.synthetic + m.cause.text.in_(context.language),
         f"{m.cause.blocked} × {m.days(today)}", _lies(m).in_(context.language), _until(m).in_(context.language)) for m in shown))

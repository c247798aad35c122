"""What opens a matter: rules over duties, targets, findings and events. Each is pure and names its cause by a key of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from jingwei.coordination.duties.evidence import measures_in, parse
from jingwei.coordination.duties.standing import Standing, is_soon
from jingwei.coordination.federation.below import Nodes
from jingwei.coordination.gauges import across
from jingwei.coordination.matters.model import Cause
from jingwei.coordination.observations.actions import place_name
from jingwei.coordination.observations.declared import declared_measures
from jingwei.coordination.observations.model import Held
from jingwei.coordination.targets.model import Verdict
from jingwei.foundations.data.once.findings import Standing as Found
from jingwei.foundations.data.once.telling import headline
from jingwei.kernel.clock import CHINA, day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem
from jingwei.kernel.told import Told

CHANCE = 0.5
"""A target less likely than this to be reached is off track."""

STALLED = timedelta(hours=24)
"""How long after its beginning an action without an end is taken for one that died."""


def late_duties(standings: Mapping[str, Standing], today: date, names: Mapping[str, Text] = {}) -> Iterator[Cause]:
    """Duties disproven and overdue or due within ten working days, and those overdue of which nobody can tell: a duty that
    names no evidence must not thereby escape. One cause for a deadline, before and after it.

    Blocked are the duty itself and every duty above it that is not proven either.
    names : of organisations, by id; those not known go by their id
    """
    for code, s in standings.items():
        duty = s.kept.duty
        if s.answer.holds is True or not (s.late > 0 or (s.answer.holds is False and is_soon(duty.deadline, today))):
            continue
        above, at = 0, duty.parent
        while at in standings:
            above += standings[at].state != "closed"
            at = standings[at].kept.duty.parent
        lead = names.get(duty.lead, Text(duty.lead, duty.lead))
        yield Cause(f"duty_late/{code}/{duty.deadline}/{s.kept.closings}", "duty_late", f"duty:{code}", min(today, duty.deadline), 1 + above,
                    Text(f"任务 {code}（{lead.zh}牵头）时限 {duty.deadline}，{s.answer.reason.zh}",
                         f"duty {code}, led by {lead.en}, is due {duty.deadline}: {s.answer.reason.en}"), _measure(s))


def off_track(verdicts: Iterable[Verdict], standings: Mapping[str, Standing], today: date) -> Iterator[Cause]:
    """Targets missed, or less likely than not to be reached. Blocked are the target and the duties whose evidence looks at its measure."""
    looking: dict[str, set[str]] = defaultdict(set)
    for code, s in standings.items():
        for measure in _measures(s):
            looking[measure].add(code)
    for v in verdicts:
        if v.word == "missed" or (v.probability is not None and v.probability < CHANCE):
            t = v.target
            told = Text(v.reason.zh, v.reason.en) if v.word == "missed" else Text(f"达到的概率 {v.probability:.0%}", f"{v.probability:.0%} likely to be reached")
            yield Cause(f"target_off_track/{t.code}/{t.year}", "target_off_track", f"target:{t.code}", min(today, date(t.year, 12, 31)),
                        1 + len(looking[t.measure]), Text(f"{t.name.zh}（{t.year}年）：{told.zh}", f"{t.name.en} ({t.year}): {told.en}"), t.measure)


def held_findings(held: Iterable[Held], today: date) -> Iterator[Cause]:
    """Figures that contradict each other or their neighbours, not declared as a break and not released. Blocked are the figures held back."""
    for h in held:
        if not h.known and not h.released:
            name = declared_measures()[h.measure].name
            told = Text(f"{name.zh}，{place_name(h.place, 'zh')}：{h.detail.zh}", f"{name.en}, {place_name(h.place, 'en')}: {h.detail.en}")
            yield Cause(f"finding_held/{h.id}", "finding_held", f"finding:{h.id}", today, max(1, len(h.figures)), told, h.measure)


def stalled_actions(events: Sequence[Told], now: datetime) -> Iterator[Cause]:
    """Actions begun a day ago or longer, and neither done nor failed. An end belongs to the last beginning of the same action on the same input."""
    begun: dict[tuple[str, str], list[Told]] = defaultdict(list)
    for event in events:
        same = (str(event.facts.get("action")), str(event.facts.get("input")))
        if event.kind == "action.begun":
            begun[same].append(event)
        elif event.kind in ("action.done", "action.failed") and begun[same]:
            begun[same].pop()
    for (action, _), left in sorted(begun.items()):
        for event in left:
            at = datetime.fromisoformat(event.at)
            if now - at >= STALLED:
                yield Cause(f"action_stalled/{event.position}", "action_stalled", f"entry:{event.position}", day_in_china(at), 1,
                            Text(f"{action} 于 {event.at} 开始，没有结束的记录（账本第 {event.position} 条）",
                                 f"{action} was begun at {event.at} and never ended (entry {event.position})"),
                            synthetic=_synthetic(event.facts))


def silent_nodes(nodes: Nodes, heard: Mapping[str, datetime | None], now: datetime, silence: timedelta) -> Iterator[Cause]:
    """Nodes below not heard of within ``silence``, or that did not pass their newest tests. One cause a node, however long it lasts.

    heard : when each node directly below last gave a valid sign; of those further down the newest test is the only sign
    A node below one that is silent, or passes none, is not heard of for that reason: no cause of its own, it counts as blocked by it.
    """
    quiet, away = dict[str, tuple[datetime, str]](), set[str]()
    for b in nodes.there:
        tests = [t for (node, _), t in nodes.tests.items() if node == b.node]
        failed = sorted({t.why or t.test for t in tests if not t.passed})
        signs = [nodes.since[b.node], *(t.at for t in tests if t.passed), *([at] if (at := heard.get(b.node)) else [])]
        if now - max(signs) > silence:
            quiet[b.node] = max(signs), "silent"
            away.add(b.node)
        elif failed:
            quiet[b.node] = min(t.at for t in tests if not t.passed), ", ".join(failed)
            away |= {b.node} if not any(t.passed for t in tests) else set()
    unheard = {node for one in away for node in nodes.under(one)}
    for b in nodes.there:
        if b.node not in quiet or b.node in unheard:
            continue
        since, why = quiet[b.node]
        told = (Text(f"{since.astimezone(CHINA):%Y-%m-%d %H:%M} 以后没有音讯", f"was last heard of at {since.astimezone(CHINA):%Y-%m-%d %H:%M}") if why == "silent"
                else Text(f"实测未过：{why}", f"does not pass its live tests: {why}"))
        yield Cause(f"node_silent/{b.node}", "node_silent", f"node:{b.node}", day_in_china(since), 1 + len(nodes.under(b.node)),
                    Text(f"节点 {b.name.zh}（{b.node[:10]}，{b.place}）{told.zh}", f"node {b.name.en} ({b.node[:10]}, {b.place}) {told.en}"))


def cut_pairs(events: Iterable[Told], today: date, names: Mapping[str, Text]) -> Iterator[Cause]:
    """Pairs of organisations whose need of evidence was asked for and is no longer met, as the gauge *across* counts it. Blocked are those needs.

    What only the invented events have cut is a matter of its own, labelled; an invented delivery mends nothing that is real.
    names : of organisations, by id; those not known go by their id
    """
    every = sorted(events, key=lambda e: e.position)
    real = [e for e in every if not _synthetic(e.facts)]
    cut = {(c.asker, c.holder): c for c in across.cuts(across.fold(across.read(real)[0]), today)}
    invented = {(c.asker, c.holder): c for c in across.cuts(across.fold(across.read(every)[0]), today)} if len(real) < len(every) else {}
    for made_up, found in ((False, cut), (True, {pair: c for pair, c in invented.items() if pair not in cut})):
        for c in found.values():
            between = c.about.removeprefix("pair:")
            asker, holder = (names.get(one, Text(one, one)) for one in (c.asker, c.holder))
            yield Cause(f"pair_cut/{between}{'/synthetic' if made_up else ''}", "pair_cut", c.about, min(today, c.since), len(c.needs),
                        Text(f"{asker.zh}要{holder.zh}的证据，断了：{c.reason.zh}", f"{asker.en} no longer gets evidence of {holder.en}: {c.reason.en}"), synthetic=made_up)


def collected_twice(found: Iterable[Found], names: Mapping[str, Text]) -> Iterator[Cause]:
    """Tables, and collections that are planned, that ask the same subjects for what another organisation holds, until the bureau has decided,
    and again when it is collected all the same (Order 809, art. 19). Blocked are the facts that are asked for twice; what only names tell opens nothing.

    names : of organisations, by id; those not known go by their id
    """
    for s in found:
        f = s.finding
        if f.basis != "values" or s.stand not in ("open", "collected"):
            continue
        who, told = names.get(f.new.holder, Text(f.new.holder, f.new.holder)), headline(f, names)
        yield Cause(f"collected_twice/{f.code}", "collected_twice", f"once:{f.code}", day_in_china(f.new.at), len(f.same),
                    Text(f"{who.zh}的“{f.new.title}”：{told.zh}", f"“{f.new.title}” of {who.en}: {told.en}"), synthetic=f.new.synthetic or f.held.synthetic)


def red_lines(events: Iterable[Told]) -> Iterator[Cause]:
    """Every event that says a red line was crossed, with the fact ``line`` and ``cases`` where they are known, until it is lifted."""
    standing: dict[int, Told] = {}
    for event in events:
        if event.kind == "redline.crossed":
            standing[event.position] = event
        elif event.kind == "redline.lifted":
            standing = {at: e for at, e in standing.items() if e.facts.get("line") != event.facts.get("line")}
    for event in standing.values():
        line, cases = str(event.facts.get("line", "")), event.facts.get("cases")
        yield Cause(f"red_line/{event.position}", "red_line", f"entry:{event.position}", day_in_china(datetime.fromisoformat(event.at)),
                    cases if isinstance(cases, int) and not isinstance(cases, bool) and cases > 0 else 1,
                    Text(f"触碰红线 {line}（账本第 {event.position} 条）", f"red line {line} was crossed (entry {event.position})"),
                    synthetic=_synthetic(event.facts))


def _synthetic(facts: Mapping[str, Any]) -> bool:
    return facts.get("synthetic") is True


def _measures(s: Standing) -> list[str]:
    if not s.kept.duty.evidence:
        return []
    try:
        return sorted(set(measures_in(parse(s.kept.duty.evidence))))
    except Problem:
        return []


def _measure(s: Standing) -> str:
    """The number a duty is about: that of its target, or the only one its evidence looks at."""
    if s.kept.duty.goal:
        return s.kept.duty.goal.measure
    looked = _measures(s)
    return looked[0] if len(looked) == 1 else ""

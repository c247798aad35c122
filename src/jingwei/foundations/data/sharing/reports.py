"""What can be read of sharing: requests and their clocks, one request, who used what, its policy, and what was broken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from jingwei.foundations.data.sharing import law, odrl
from jingwei.foundations.data.sharing.across import pending
from jingwei.foundations.data.sharing.asks import AskAudit, AskPolicy, AskRequest, AskRequests, AskUses
from jingwei.foundations.data.sharing.cases import OWN, Shared, fold
from jingwei.foundations.data.sharing.clocks import (
    Breach,
    Reading,
    broken,
    clocks_of,
    kept_until,
    read,
    readings,
    soonest,
)
from jingwei.foundations.data.sharing.figures import Figure, by_article, figures, published
from jingwei.foundations.data.sharing.model import AFTER, ATTRIBUTES, LEVELS, MODES, PHASES, Case, Use
from jingwei.foundations.data.sharing.records import ROOM, about, acting, case, shared
from jingwei.foundations.data.sharing.steps import grant_in_force, period
from jingwei.kernel.access import PURPOSES
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.clock import STANDINGS, day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.markdown import markdown
from jingwei.kernel.node_records import place_of
from jingwei.kernel.people import LOCAL
from jingwei.kernel.periods import work_calendar
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document, csv_bytes
from jingwei.kernel.told import told

FIGURES_FILE = "observations.csv"
USES_FILE = "uses.csv"
BREACHES_FILE = "breaches.csv"


def everything(context: Context) -> Shared:
    """All that the record says, without words; folded once for one state of the node."""
    ledger = context.workspace.ledger
    if not ledger.store.exists():
        return Shared()
    return context.once(("sharing", ledger.size()), lambda inner: shared(inner.workspace.ledger, words=False))


def list_requests(context: Context, given: AskRequests) -> Result:
    """Requests, the most pressing clock first; or what may be asked for."""
    there, calendar = everything(context), work_calendar()
    now = there.present(context.clock())
    if given.offers:
        return _offers(context, shared(context.workspace.ledger) if there.offers else there)
    rows = [(c, soonest(read(k, now, calendar) for k in clocks_of(c))) for c in there.cases.values()
            if given.organisation in (None, c.request.asker, c.request.provider)]
    rows = [(c, open_) for c, open_ in rows if open_ or not given.open]
    rows.sort(key=lambda row: (not row[1], row[1][0].due is None if row[1] else True, row[1][0].due or now.date() if row[1] else now.date(), row[0].entry))
    head = (Text("申请", "request"), Text("数据", "data"), Text("需求部门", "asker"), Text("提供部门", "provider"), Text("进展", "where it stands"), Text("期限", "clock"))
    lines = [(c.request.code, c.request.data, c.request.asker, c.request.provider, _say(context, PHASES[c.phase(day_in_china(now))]),
              clock_words(open_[0]).in_(context.language) if open_ else "") for c, open_ in rows]
    text = markdown([_say(context, h) for h in head], lines) if rows else _say(context, Text("还没有申请。", "There is no request yet."))
    if underway := pending(context):
        text += "\n\n" + _say(context, Text("发往别的节点的：", "On their way to other nodes:")) + "\n\n" + "\n".join(
            f"- {p.request} ({p.word}) → {p.to[:12]}: " + (p.outcome or _say(context, Text("待送达", "waits"))) for p in underway)
    return Result(text, [case_json(c, now) for c, _ in rows])


def _offers(context: Context, there: Shared) -> Result:
    head = (Text("数据", "data"), Text("名称", "name"), Text("提供部门", "provider"), Text("共享属性", "attribute"), Text("条件或依据", "conditions or basis"), Text("已发布", "published"))
    rows = [(o.terms.data, _say(context, o.terms.name), o.terms.provider, _say(context, ATTRIBUTES[o.terms.attribute]), o.terms.conditions or o.terms.basis,
             "✓" if o.published else "") for o in there.offers.values()]
    return Result(markdown([_say(context, h) for h in head], rows) if rows else _say(context, Text("目录里还没有数据。", "Nothing is offered yet.")), [
        {"data": o.terms.data, "name": _say(context, o.terms.name), "provider": o.terms.provider, "bureau": o.terms.bureau, "dataset": o.terms.dataset,
         "columns": dict(o.terms.columns), "attribute": o.terms.attribute, "conditions": o.terms.conditions, "basis": o.terms.basis,
         "published": o.published is not None, "synthetic": o.terms.synthetic} for o in there.offers.values()])


def show(context: Context, given: AskRequest) -> Result:
    """One request: what was asked, how its clocks stand, and everything that happened. Its words are for those it concerns."""
    there = about(context.workspace.ledger, case(context.workspace.ledger, given.code).request.code)
    c, now = there.cases[given.code], there.present(context.clock())
    r, clocks = c.request, [read(k, now, work_calendar()) for k in clocks_of(c)]
    facts = [(Text("进展", "stands"), PHASES[c.phase(day_in_china(now))]), (Text("数据", "data"), r.data), (Text("需求部门", "asker"), r.asker),
             (Text("提供部门", "provider"), r.provider), (Text("共享属性", "attribute"), ATTRIBUTES[r.attribute]), (Text("目的", "purpose"), PURPOSES[r.purpose]),
             (Text("方式", "mode"), MODES[r.mode] if r.mode else ""), (Text("时限", "period"), f"{r.first or ''} – {r.last or ''}")]
    if concerns(context, c):
        facts += [(Text("依据", "basis"), r.basis), (Text("场景", "scenario"), r.scenario), (Text("数据项", "columns"), ", ".join(r.scope.columns))]
    text = markdown(("", ""), [(_say(context, k), _say(context, v) if isinstance(v, Text) else v) for k, v in facts])
    head = [_say(context, h) for h in (Text("期限", "clock"), Text("条款", "article"), Text("开始", "started"), Text("最后一日", "last day"), Text("状态", "state"))]
    clock = markdown(head, [(_say(context, law.CLOCKS[k.clock.kind]), k.article, k.started, k.due or "–", _say(context, clock_words(k))) for k in clocks])
    steps = [f"- {at:%Y-%m-%d %H:%M} {_say(context, what)}" for at, what, _ in history(c)]
    return Result(f"# {r.code}\n\n{text}\n{clock}\n" + "\n".join(steps) + "\n", {
        **case_json(c, now), "clocks": [clock_json(k) for k in clocks], "history": [{"at": at.isoformat(), "what": _say(context, what), "entry": entry}
                                                                                     for at, what, entry in history(c)]})


def uses(context: Context, given: AskUses) -> Result:
    """Who used what: each delivery and each answer of an interface, with the day until which the record of it is kept (art. 29)."""
    rows = used(everything(context), given)
    head = (Text("时间", "at"), Text("申请", "request"), Text("数据", "data"), Text("使用部门", "user"), Text("方式", "mode"), Text("行", "rows"), Text("项", "columns"), Text("保存至", "kept until"))
    text = markdown([_say(context, h) for h in head], [
        (f"{u.at:%Y-%m-%d %H:%M}", c.request.code, c.request.data, c.request.asker, u.mode, u.rows, u.columns, kept_until(day_in_china(u.at))) for c, u in rows])
    told_as = [
        {"at": u.at.isoformat(), "request": c.request.code, "data": c.request.data, "asker": c.request.asker, "provider": c.request.provider, "grant": granted_by(c, u), "mode": u.mode,
         "snapshot": u.snapshot, "rows": u.rows, "columns": u.columns, "digest": u.digest, "entry": u.entry, "kept_until": kept_until(day_in_china(u.at)).isoformat()} for c, u in rows]
    columns = ("at", "data", "asker", "provider", "request", "grant", "mode", "rows", "columns", "snapshot", "digest", "entry", "kept_until")
    table = Document(USES_FILE, csv_bytes(columns, ([row[c] for c in columns] for row in told_as)))
    return Result(text if rows else _say(context, Text("还没有使用记录。", "Nothing was used yet.")), told_as, (table,))


def used(there: Shared, asked: AskUses) -> list[tuple[Case, Use]]:
    """Uses that were asked for, in the order of the record. Raises Problem ``bad_day``."""
    first, last = period(asked.first, asked.last)
    return sorted(((c, u) for c in there.cases.values() for u in c.uses
                   if asked.data in (None, c.request.data) and asked.asker in (None, c.request.asker) and asked.provider in (None, c.request.provider)
                   and (first or date.min) <= day_in_china(u.at) <= (last or date.max)), key=lambda row: row[1].entry)


def granted_by(c: Case, u: Use) -> str:
    """The grant under which something was used: that of the last decision before it."""
    return next((d.grant for d in reversed(c.decisions) if d.entry < u.entry and d.granted), "")


def policy(context: Context, given: AskPolicy) -> Result:
    """The grant of a request as an ODRL 2.2 policy. Its secret is not in it."""
    c = case(context.workspace.ledger, given.code)
    if not concerns(context, c):
        acting(context, c.request.provider, Text("看策略", "read the policy"))
    grant, _ = grant_in_force(context, c)
    document = Document("policy.json", odrl.write([grant], grant.id))
    return Result(f"```json\n{document.text()}```\n", {"request": given.code, "grant": grant.id}, (document,))


def audit(context: Context, given: AskAudit) -> Result:
    """Replay the log: every breach with its article, and the figures that go to the evaluation."""
    calendar, ledger = work_calendar(), context.workspace.ledger
    events = told(ledger, ROOM, words=False) if ledger.store.exists() else []
    at = _instant(given.at) if given.at else fold(events).present(context.clock())
    events = [e for e in events if datetime.fromisoformat(e.at) <= at]
    folded = fold(events)
    real = published(folded)
    counted = folded if given.synthetic else real
    found = [b for b in broken(counted, at, calendar) if given.organisation in (None, b.owes)]
    numbers = figures(real, at, calendar)
    unread = sum(r.state == "unknown" for r in readings(counted, at, calendar))
    lines = [_say(context, Text(f"到 {at:%Y-%m-%d %H:%M} 为止，回放 {len(events)} 条记录，查出 {len(found)} 处违反条例。",
                                f"Up to {at:%Y-%m-%d %H:%M}, {len(events)} entries replayed: {len(found)} breaches of the order."))]
    if unread:
        lines.append(_say(context, Text(f"{unread} 个期限伸入工作日尚未公布的年份，不作判断。", f"{unread} clocks reach into a year whose working days are not published; nothing is said of them.")))
    lines += ["", figure_table(context, numbers)]
    if found:
        lines += ["", breach_table(context, found)]
    documents = (Document(BREACHES_FILE, csv_bytes(("article", "kind", "about", "part", "owes", "day", "entry", "synthetic"), (
        (b.article, b.kind, b.about, b.part, b.owes, b.day, b.entry, b.synthetic) for b in found))), observations(numbers, at, place_of(ledger.store)))
    return Result("\n".join(lines) + "\n", {
        "at": at.isoformat(), "replayed": len(events), "unknown": unread, "by_article": {str(k): v for k, v in by_article(found).items()},
        "breaches": [breach_json(b) for b in found], "figures": [
            {"measure": f.measure.code, "value": f.value, "count": f.count, "of": f.of, "unknown": f.unknown} for f in numbers]}, documents, holds=not found)


def observations(numbers: Sequence[Figure], at: datetime, place: str = "") -> Document:
    """As ``jingwei observe`` takes them in; ``place`` is the node's, empty where it has none. What is not assessable has no value."""
    return Document(FIGURES_FILE, csv_bytes(("measure", "place", "period", "value", "unit", "source", "vintage", "status"), (
        (f.measure.code, place, at.year, f.value, f.measure.unit, "ledger", day_in_china(at).isoformat(), "observed" if f.value is not None else "missing")
        for f in numbers)))


# What pages and reports share


def history(c: Case) -> list[tuple[datetime, Text, int]]:
    """Everything that happened to a request, in order, without its words."""
    found: list[tuple[datetime, Text, int]] = [(c.at, Text("收到申请", "request received"), c.entry)]
    found += [(n.at, Text("一次性告知需补充的材料", "told at once what is missing"), n.entry) for n in c.notices]
    found += [(s.at, Text("补齐材料", "material completed"), s.entry) for s in c.supplements]
    found += [(e.at, Text(f"主管部门同意延长 {e.days} 个工作日", f"{e.days} more working days, with the bureau's consent"), e.entry) for e in c.extensions]
    found += [(d.at, Text("同意共享", "granted") if d.granted else Text("不同意共享", "refused"), d.entry) for d in c.decisions]
    found += [(u.at, _used(u), u.entry) for u in c.uses]
    found += [(f.at, Text(f"报告错误 {f.code}", f"error {f.code} reported"), f.entry) for f in c.faults]
    found += [(f.done, Text(f"{f.code} 已更正", f"{f.code} corrected") if f.right else Text(f"{f.code} 核实无误", f"{f.code} found to be no error"), f.entry)
              for f in c.faults if f.done]
    found += [(d.at, Text(f"提出异议，现在{LEVELS[d.level].zh}", f"objected; it lies with: {LEVELS[d.level].en}"), d.entry) for d in c.disputes]
    found += [(one.at, Text(f"{one.code} 发放给 {one.consumer}", f"{one.code} issued to {one.consumer}"), one.entry) for one in c.credentials if one.code != OWN]
    found += [(one.at, Text(f"{one.rows} 行已到需求部门的节点", f"{one.rows} rows landed at the asker's node"), one.entry) for one in c.landed]
    found += [(c.stopped.at, Text("终止共享", "stopped"), c.stopped.entry)] if c.stopped else []
    if gone := c.disposed:
        found.append((gone.at, Text(f"需求部门的节点已{AFTER[gone.how].zh}数据，有账本证明", f"the asker's node {AFTER[gone.how].en} the data, with proof from its ledger"), gone.entry))
    return sorted(found, key=lambda each: (each[0], each[2]))


def _used(u: Use) -> Text:
    if not u.delivery:
        return Text(f"接口取走 {u.rows} 行、{u.columns} 项", f"the interface gave {u.rows} rows of {u.columns} columns")
    return Text("接口已开通", "interface opened") if u.mode == "api" else Text(f"提供 {u.rows} 行、{u.columns} 项", f"{u.rows} rows of {u.columns} columns delivered")


def clock_words(r: Reading) -> Text:
    """How a clock stands, in words."""
    name, article = law.CLOCKS[r.clock.kind], f"{r.article}"
    if r.state == "breached":
        late = -(r.left or 0)
        return Text(f"{name.zh}逾期 {late} 个工作日（第 {article} 条）", f"{name.en} {late} working days late (art. {article})")
    if r.state == "running":
        return Text(f"{name.zh}还有 {r.left} 个工作日，到 {r.due}", f"{name.en}: {r.left} working days left, until {r.due}")
    return Text(f"{name.zh}：{STANDINGS[r.state].zh}", f"{name.en}: {STANDINGS[r.state].en}")


def figure_table(context: Context, numbers: Iterable[Figure]) -> str:
    head = (Text("指标", "measure"), Text("数值", "value"), Text("由", "made of"))
    return markdown([_say(context, h) for h in head], [
        (_say(context, f.measure.name), _say(context, value_words(f)), f.count if f.of is None else f"{f.count} / {f.of}") for f in numbers])


def value_words(f: Figure) -> Text:
    if f.value is None:
        return Text("无法评估", "not assessable")
    return Text(f"{f.value:.1f}%", f"{f.value:.1f}%") if f.of is not None else Text(str(f.count), str(f.count))


def breach_table(context: Context, found: Iterable[Breach]) -> str:
    head = (Text("条款", "article"), Text("情形", "what"), Text("关于", "about"), Text("责任单位", "answers for it"), Text("日期", "day"), Text("账本", "entry"))
    return markdown([_say(context, h) for h in head], [
        (b.article, _say(context, law.BREACHES[b.kind][1]), " ".join(filter(None, (b.about, b.part))), b.owes, b.day, b.entry) for b in found])


def breach_json(b: Breach) -> dict[str, Any]:
    return {"kind": b.kind, "article": b.article, "about": b.about, "part": b.part, "owes": b.owes, "day": b.day.isoformat(), "entry": b.entry,
            "synthetic": b.synthetic}


def case_json(c: Case, now: datetime) -> dict[str, Any]:
    """A request for programs, without its words."""
    r = c.request
    open_ = soonest(read(k, now, work_calendar()) for k in clocks_of(c))
    return {"request": r.code, "data": r.data, "asker": r.asker, "provider": r.provider, "attribute": r.attribute, "purpose": r.purpose, "mode": r.mode,
            "received": c.at.isoformat(), "phase": c.phase(day_in_china(now)), "clock": clock_json(open_[0]) if open_ else None,
            "uses": [{"at": u.at.isoformat(), "rows": u.rows, "columns": u.columns, "snapshot": u.snapshot, "digest": u.digest, "entry": u.entry} for u in c.uses],
            "need": r.need or None, "synthetic": r.synthetic}


def clock_json(r: Reading) -> dict[str, Any]:
    return {"kind": r.clock.kind, "part": r.clock.part, "article": r.article, "started": r.started.isoformat(), "due": r.due.isoformat() if r.due else None,
            "left": r.left, "state": r.state, "open": r.open}


def concerns(context: Context, c: Case) -> bool:
    """Whether the words of a request are for whoever asks: for the two it lies between, and the node's own operator."""
    return context.principal.id == LOCAL.id or context.principal.organisation in (c.request.asker, c.request.provider)


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        day_in_china(found)
        return found
    except ValueError:
        raise Problem("bad_instant", Text(f"{text[:40]!r} 不是时刻", f"{text[:40]!r} is no instant"), where="--at",
                      remedy=Text("写成 2026-03-04T12:00:00+08:00 这样。", "Write it like 2026-03-04T12:00:00+08:00.")) from None


def _say(context: Context, text: Text) -> str:
    return text.in_(context.language)

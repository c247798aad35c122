"""How much was saved."""

from __future__ import annotations

from dataclasses import dataclass

from jingwei.integrations.government.savings.asks import AskSavings
from jingwei.integrations.government.savings.figures import figures, funnel
from jingwei.integrations.government.savings.model import Counted, Estimate, Funnel
from jingwei.integrations.government.savings.reading import counted_cases, day
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.markdown import markdown, readable
from jingwei.kernel.node_records import place_of
from jingwei.kernel.tables import Document, csv_bytes


@dataclass(frozen=True, slots=True)
class Account:
    cases: tuple[Counted, ...]
    funnel: Funnel
    figures: tuple[Estimate, ...]


def account(context: Context, given: AskSavings) -> Account:
    """Worked out once for a state of the node and a day."""

    def make(inner: Context) -> Account:
        found = counted_cases(inner, given.process, day(given.since, "since"), day(given.until, "until"))
        return Account(tuple(found), funnel(found), tuple(figures(found)))

    return context.once(("government savings", given, day_in_china(context.clock())), make)


def savings(context: Context, given: AskSavings) -> Result:
    """Every figure with its interval and what it is made of; ``observations.csv`` is what ``jingwei observe`` takes in."""
    found, f = account(context, given), account(context, given).funnel
    lines = [context.say(f"{f.begun} 件：受理 {f.accepted}，办结 {f.finished}，在办 {f.open}，撤销 {f.cancelled}；补正 {f.corrected}。",
                         f"{f.begun} cases: accepted {f.accepted}, finished {f.finished}, open {f.open}, withdrawn {f.cancelled}; corrected {f.corrected}.")]
    head = [t.in_(context.language) for t in (Text("指标", "measure"), Text("数值", "value"), Text("90% 区间", "90 % interval"), Text("由", "made of"))]
    lines.append(markdown(head, [(e.measure.name.in_(context.language), value_words(e).in_(context.language), interval_words(e), made_of(e)) for e in found.figures]).rstrip())
    today = day_in_china(context.clock())
    table = csv_bytes(("measure", "value", "low", "high", "unit", "count", "of"), [(e.measure.code, e.value, e.low, e.high, e.measure.unit, e.count, e.of) for e in found.figures])
    observed = csv_bytes(("measure", "place", "period", "value", "unit", "source", "vintage", "status"), [
        (e.measure.code, place_of(context.workspace.store), today.year, e.value, e.measure.unit, "ledger", today.isoformat(), "observed" if e.value is not None else "missing") for e in found.figures])
    data = {"funnel": {n: getattr(f, n) for n in ("begun", "accepted", "corrected", "finished", "cancelled", "open")},
            "figures": [{"measure": e.measure.code, "value": e.value, "low": e.low, "high": e.high, "count": e.count, "of": e.of} for e in found.figures]}
    return Result("\n\n".join(lines) + "\n", data, (Document("savings.csv", table), Document("observations.csv", observed)))


def value_words(e: Estimate) -> Text:
    if e.value is None:
        return Text("无法评估", "not assessable")
    unit = {"%": Text("%", "%"), "days": Text(" 天", " days"), "minutes": Text(" 分钟", " minutes")}.get(e.measure.unit, Text(f" {e.measure.unit}", f" {e.measure.unit}"))
    return Text(f"{e.value:.1f}{unit.zh}", f"{e.value:.1f}{unit.en}")


def interval_words(e: Estimate) -> str:
    return "" if e.low is None or e.high is None else f"{e.low:.1f} – {e.high:.1f}"


def made_of(e: Estimate) -> str:
    return readable(e.count) if e.of is None else f"{readable(e.count)} / {readable(e.of)}"

"""Find what stands in the way."""

from __future__ import annotations

from jingwei.integrations.government.obstructions.asks import AskObstructions
from jingwei.integrations.government.obstructions.costs import obstructions
from jingwei.integrations.government.obstructions.course import courses
from jingwei.integrations.government.obstructions.model import KINDS, Cost, Interval, Obstructions
from jingwei.integrations.government.savings.reading import cases, day
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.i18n import Text
from jingwei.kernel.markdown import markdown, readable
from jingwei.kernel.tables import Document, csv_bytes


def found(context: Context, given: AskObstructions) -> Obstructions:
    """Worked out once for a state of the node."""

    def make(inner: Context) -> Obstructions:
        done = courses(cases(inner, given.process, day(given.since, "since"), day(given.until, "until")))
        return obstructions([c for c, _ in done], [b for _, b in done])

    return context.once(("government obstructions", given), make)


def find(context: Context, given: AskObstructions) -> Result:
    """The provisions, the dearest first, each with what its repeal alone would save a year."""
    every = found(context, given)
    lines = [context.say(f"{every.cases} 件办结，平均 {every.days:.1f} 天；其中各条文合计费去 {interval(every.together)} 天。",
                         f"{every.cases} finished cases, {every.days:.1f} days on average; of these all provisions together cost {interval(every.together)}.")]
    if every.costs:
        head = [t.in_(context.language) for t in (Text("条文", "provision"), Text("要求", "demands"), Text("件数", "cases"), Text("每件天数", "days a case"), Text("每件跑动", "trips a case"),
                                                  Text("单独废除：每年省的天数", "repealed alone: days a year"), Text("每年省的跑动", "trips a year"))]
        lines.append(markdown(head, [(c.provision.name.in_(context.language), demands(c).in_(context.language), c.cases, interval(c.days), interval(c.trips), interval(c.days_alone), interval(c.trips_alone))
                                     for c in every.costs]).rstrip())
        lines.append(context.say(f"按所读办件的速度，一年约 {every.a_year:,.0f} 件。每件天数是各条文共同所费中各自应担的一份（沙普利值）；单独废除时，其他条文、工作量和顺序都不变。区间为 90%。",
                                 f"At the rate of the cases read there are about {every.a_year:,.0f} a year. Days a case are each provision's fair part of what all cost together (Shapley); repealed alone means that other provisions, work and order stay as they are. Intervals hold 90 %."))
    columns = ("act", "article", "demands", "cases", *(f"{n}{end}" for n in ("days_a_case", "trips_a_case", "days_a_year_alone", "trips_a_year_alone") for end in ("", "_low", "_high")))
    rows = [(c.provision.act, c.provision.article, " ".join(c.kinds), c.cases, *(v for i in (c.days, c.trips, c.days_alone, c.trips_alone) for v in (i.value, i.low, i.high))) for c in every.costs]
    data = {"cases": every.cases, "a_year": every.a_year, "days": every.days, "together": _json(every.together),
            "provisions": [{"act": c.provision.act, "article": c.provision.article, "demands": list(c.kinds), "cases": c.cases, "days": _json(c.days), "trips": _json(c.trips),
                            "days_a_year_alone": _json(c.days_alone), "trips_a_year_alone": _json(c.trips_alone)} for c in every.costs]}
    return Result("\n\n".join(lines) + "\n", data, (Document("obstructions.csv", csv_bytes(columns, rows)),))


def interval(i: Interval) -> str:
    return f"{readable(round(i.value, 2))} ({readable(round(i.low, 2))} – {readable(round(i.high, 2))})"


def demands(c: Cost) -> Text:
    kinds, names = [KINDS[k] for k in c.kinds], c.requirements
    return Text(f"{'、'.join(k.zh for k in kinds)}：{'、'.join(n.zh for n in names)}", f"{', '.join(k.en for k in kinds)}: {', '.join(n.en for n in names)}") if names else Text("、".join(k.zh for k in kinds), ", ".join(k.en for k in kinds))


def _json(i: Interval) -> dict[str, float]:
    return {"value": i.value, "low": i.low, "high": i.high}

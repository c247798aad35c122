"""Whether evidence holds now, on the figures and the ledger of this node: yes, no, or not assessable with the reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from jingwei.coordination.duties.evidence import All, EventsCount, MeasureIs, Not, Query, VerdictIs, parse
from jingwei.coordination.evaluation.compute import national_figures
from jingwei.coordination.observations.declared import declared_measures
from jingwei.coordination.observations.figures import Book, read_book
from jingwei.coordination.observations.model import Figure
from jingwei.coordination.observations.units import parse as parse_unit
from jingwei.coordination.targets.model import Target, Verdict
from jingwei.coordination.targets.registry import TARGETS
from jingwei.coordination.targets.verdicts import judge
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Ledger
from jingwei.kernel.told import events


@dataclass(frozen=True, slots=True)
class Answer:
    """``holds`` is None when the record cannot say; ``reason`` says what was seen or what is missing."""

    holds: bool | None
    reason: Text


class World:
    """What evidence is held against: the usable figures, never a synthetic one, and the events, each read once, when first needed."""

    def __init__(self, book: Callable[[], Book], ledger: Ledger, today: date) -> None:
        self._ledger, self._today, self._book = ledger, today, book
        self._events: dict[str, list[tuple[date, Mapping[str, Any]]]] = {}
        self._known: dict[str, Answer] = {}

    @cached_property
    def _local(self) -> Mapping[str, Mapping[str, Sequence[Figure]]]:
        found: dict[str, dict[str, list[Figure]]] = defaultdict(lambda: defaultdict(list))
        for figure in self._book().usable:
            if figure.is_annual and figure.place != "CN":
                found[figure.place][figure.measure].append(figure)
        return found

    @cached_property
    def _nation(self) -> Mapping[str, Sequence[Figure]]:
        return national_figures(self._book())

    def holds(self, evidence: str) -> Answer:
        """The answer to a query as written; a query no longer understood is not assessable, with the reason."""
        if evidence not in self._known:
            self._known[evidence] = self.answer(parse(evidence))
        return self._known[evidence]

    def answer(self, query: Query) -> Answer:
        """In Kleene's three values: what is unknown decides nothing that the known parts decide already."""
        match query:
            case MeasureIs():
                return _word(self._measured(query), "met")
            case VerdictIs():
                target = next(t for t in TARGETS if t.code == query.target)
                return _word(judge(target, self._nation, self._today), query.word)
            case EventsCount():
                return self._counted(query)
            case Not():
                inner = self.answer(query.what)
                return Answer(None if inner.holds is None else not inner.holds, inner.reason)
            case All():
                return _joined([self.answer(q) for q in query.of], decides=False)
            case _:
                return _joined([self.answer(q) for q in query.of], decides=True)

    def _measured(self, query: MeasureIs) -> Verdict:
        """By the rules that the state's own targets are judged by: definitions, rounding, sources that disagree."""
        figures: Mapping[str, Sequence[Figure]] = self._nation if query.place == "CN" else self._local.get(query.place, {})
        measure, scale = declared_measures()[query.measure], 1.0
        if query.per:
            over, under = parse_unit(measure.unit), parse_unit(declared_measures()[query.per].unit)
            scale = float(query.scale * 10.0 ** ((over.power if over else 0) - (under.power if under else 0)))
        return judge(Target("evidence", measure.clause, measure.name, query.measure, float(query.value), Text(measure.unit, measure.unit),
                            Text("", ""), query.year, query.compare == ">=", query.per, scale), figures, self._today)

    def _counted(self, query: EventsCount) -> Answer:
        if query.kind not in self._events:
            self._events[query.kind] = [(day_in_china(datetime.fromisoformat(at)), f) for at, f in events(self._ledger, query.kind)]
        found = sum(counted(query, day, facts) for day, facts in self._events[query.kind])
        compare: Callable[[int, int], bool] = {">=": int.__ge__, "<=": int.__le__, "=": int.__eq__}[query.compare]
        return Answer(compare(found, query.count), Text(f"{query.kind} {found} 次", f"{found} × {query.kind}"))


def world(context: Context) -> World:
    """The node as it stands; figures are read once for one state of it."""
    return World(lambda: context.once(("book",), read_book), context.workspace.ledger, day_in_china(context.clock()))


def counted(query: EventsCount, day: date, facts: Mapping[str, Any]) -> bool:
    """Whether an event of the right kind on that day is one that the query counts."""
    return ((query.since is None or query.since <= day) and (query.until is None or day <= query.until)
            and all(_said(facts.get(name)) == value for name, value in query.where))


def _said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _word(verdict: Verdict, wanted: str) -> Answer:
    if verdict.word == wanted:
        return Answer(True, verdict.reason)
    return Answer(False if verdict.word in ("met", "missed") else None, verdict.reason)


def _joined(answers: Sequence[Answer], *, decides: bool) -> Answer:
    """``decides`` is the value one part of which is enough."""
    deciding = [a for a in answers if a.holds is decides]
    unknown = [a for a in answers if a.holds is None]
    chosen = deciding or unknown or list(answers)
    reason = Text("；".join(a.reason.zh for a in chosen), "; ".join(a.reason.en for a in chosen))
    return Answer(decides if deciding else None if unknown else not decides, reason)

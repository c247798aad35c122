"""The language in which a duty says what would prove it: measures, ledger events and verdicts, with and, or, not.

    measure base_stations_5g CN 2025 >= 26 per 10000 population
    events action.done action=observe count >= 1 since 2025-01-01 until 2025-12-31
    verdict F1.1.stations = met
    not (measure netizens CN 2025 >= 12 or verdict I4.1.netizens = met) and events need.met count >= 100

``not`` binds closest, then ``and``, then ``or``. Numbers are in the measure's own unit; ``per 10000 population`` counts
both in plain units first. What cannot be parsed is refused, never guessed; a query that parses can be written back
(``str``) and parses to the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from jingwei.coordination.observations.declared import declared_measures
from jingwei.coordination.targets.model import WORDS, Word
from jingwei.coordination.targets.registry import TARGETS
from jingwei.kernel import places
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, did_you_mean

MOST_CHARACTERS = 2_000
MOST_DEPTH = 32
_ZH = {"measure": "指标", "target": "目标", "verdict": "结论"}
OWN = ("duty.", "matter.")
"""Events that no evidence may count: a duty closed because duties were closed would prove itself."""

Compare = Literal[">=", "<=", "="]


@dataclass(frozen=True, slots=True)
class MeasureIs:
    """A figure of a whole year at least or at most ``value``; per ``scale`` of another measure when ``per`` is given."""

    measure: str
    place: str
    year: int
    compare: Compare
    value: Decimal
    per: str = ""
    scale: int = 1

    def __str__(self) -> str:
        per = f" per {self.scale} {self.per}" if self.per else ""
        return f"measure {self.measure} {self.place} {self.year} {self.compare} {self.value:f}{per}"


@dataclass(frozen=True, slots=True)
class EventsCount:
    """How many ledger events of a kind, with these facts, on the days from ``since`` to ``until``."""

    kind: str
    where: tuple[tuple[str, str], ...]
    compare: Compare
    count: int
    since: date | None = None
    until: date | None = None

    def __str__(self) -> str:
        where = "".join(f" {name}={value}" for name, value in self.where)
        days = "".join(f" {word} {day}" for word, day in (("since", self.since), ("until", self.until)) if day)
        return f"events {self.kind}{where} count {self.compare} {self.count}{days}"


@dataclass(frozen=True, slots=True)
class VerdictIs:
    """What became of one of the state's numeric targets."""

    target: str
    word: Word

    def __str__(self) -> str:
        return f"verdict {self.target} = {self.word}"


@dataclass(frozen=True, slots=True)
class Not:
    what: Query

    def __str__(self) -> str:
        return f"not {_inside(self.what, (All, Either))}"


@dataclass(frozen=True, slots=True)
class All:
    of: tuple[Query, ...]

    def __str__(self) -> str:
        return " and ".join(_inside(q, (All, Either)) for q in self.of)


@dataclass(frozen=True, slots=True)
class Either:
    of: tuple[Query, ...]

    def __str__(self) -> str:
        return " or ".join(_inside(q, (Either,)) for q in self.of)


Query = MeasureIs | EventsCount | VerdictIs | Not | All | Either


def _inside(query: Query, loose: tuple[type, ...]) -> str:
    return f"({query})" if isinstance(query, loose) else str(query)


def parse(text: str) -> Query:
    """Raises Problem ``bad_evidence``, saying at which character and what would be right there."""
    if len(text) > MOST_CHARACTERS:
        raise _bad(text, MOST_CHARACTERS,
                   Text(f"超过 {MOST_CHARACTERS:,} 个字符", f"longer than {MOST_CHARACTERS:,} characters"),
                   Text("请写短些，或把任务拆开。", "Say it in fewer words, or split the duty."))
    return _Parser(text).whole()


def kinds_in(query: Query) -> Iterator[str]:
    """Kinds of the events a query counts."""
    match query:
        case EventsCount():
            yield query.kind
        case Not():
            yield from kinds_in(query.what)
        case All() | Either():
            for each in query.of:
                yield from kinds_in(each)
        case _:
            return


def measures_in(query: Query) -> Iterator[str]:
    """Codes of the measures a query looks at."""
    match query:
        case MeasureIs():
            yield query.measure
        case VerdictIs():
            yield from (t.measure for t in TARGETS if t.code == query.target and t.measure)
        case Not():
            yield from measures_in(query.what)
        case All() | Either():
            for each in query.of:
                yield from measures_in(each)
        case EventsCount():
            return


def counts_events(query: Query) -> bool:
    """Whether a query looks at a ledger: each node has its own."""
    match query:
        case Not():
            return counts_events(query.what)
        case All() | Either():
            return any(counts_events(each) for each in query.of)
        case _:
            return isinstance(query, EventsCount)


_TOKEN = re.compile(r"\s*(?:(?P<mark>>=|<=|=|\(|\))|(?P<word>[^\s()<>=]+))", re.ASCII)
_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_KIND = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?", re.ASCII)
_WHOLE = re.compile(r"\d{1,12}", re.ASCII)
_YEAR = re.compile(r"(19|20)\d\d", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_FACT = re.compile(r"[A-Za-z0-9._:/+-]{1,200}", re.ASCII)


class _Parser:
    """By recursive descent; ``self.at`` is the next token."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.deep = text, 0, 0
        self.tokens: list[tuple[str, int]] = []
        place = 0
        while text[place:].strip():
            found = _TOKEN.match(text, place)
            if not found:
                place += len(text[place:]) - len(text[place:].lstrip())
                raise _bad(text, place, Text("不是条件语言里的词", "not a word of the language"),
                           Text("请写 measure、events 或 verdict。", "Write measure, events or verdict."))
            self.tokens.append((found["mark"] or found["word"], found.start("mark" if found["mark"] else "word")))
            place = found.end()

    def whole(self) -> Query:
        query = self._any()
        if self.at < len(self.tokens):
            raise self._wrong(Text("条件在这之前就结束了", "the query ends before this"),
                              Text("两部分之间用 and、or 连接。", "Join two parts by and, or."))
        return query

    def _any(self) -> Query:
        self.deep += 1
        if self.deep > MOST_DEPTH:
            raise self._wrong(Text(f"括号套了不止 {MOST_DEPTH} 层", f"nested more than {MOST_DEPTH} deep"),
                              Text("请少用括号。", "Say it with fewer brackets."))
        parts = [self._all()]
        while self._if("or"):
            parts.append(self._all())
        self.deep -= 1
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _all(self) -> Query:
        parts = [self._one()]
        while self._if("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _one(self) -> Query:
        turned = 0
        while self._if("not"):
            turned += 1
        if turned > MOST_DEPTH:
            raise self._wrong(Text(f"not 不止 {MOST_DEPTH} 次", f"not, more than {MOST_DEPTH} times"),
                              Text("写一次，或不写。", "Say it once or not at all."))
        if self._if("("):
            query = self._any()
            self._must(")")
        elif self._if("measure"):
            query = self._measure()
        elif self._if("events"):
            query = self._events()
        elif self._if("verdict"):
            query = self._verdict()
        else:
            raise self._wrong(Text("这里应当开始一句", "a statement should begin here"),
                              Text("以 measure、events 或 verdict 开头。", "Begin it with measure, events or verdict."))
        for _ in range(turned):
            query = Not(query)
        return query

    def _measure(self) -> MeasureIs:
        code = self._known("measure", declared_measures())
        try:
            place = places.find(self._next(Text("地区", "a place"))).code
        except Problem as unknown:
            raise self._wrong(unknown.what, unknown.remedy, back=1) from None
        year = int(self._like(_YEAR, Text("年份", "a year")))
        compare = self._compare((">=", "<="))
        value = Decimal(self._like(_NUMBER, Text("数，例如 26 或 11.25", "a number such as 26 or 11.25")))
        if not self._if("per"):
            return MeasureIs(code, place, year, compare, value)
        scale = int(self._next(Text("", ""))) if self.at < len(self.tokens) and _WHOLE.fullmatch(self.tokens[self.at][0]) else 1
        if scale == 0:
            raise self._wrong(Text("不能按每 0 个来算", "per 0 of anything is nothing"),
                              Text("请写多少，例如 10000。", "Write how many, such as 10000."), back=1)
        return MeasureIs(code, place, year, compare, value, self._known("measure", declared_measures()), scale)

    def _events(self) -> EventsCount:
        kind = self._like(_KIND, Text("事件种类，例如 action.done", "a kind of event such as action.done"))
        if kind.startswith(OWN):
            raise self._wrong(Text(f"{kind} 说的是任务或事项本身，不能作证据",
                                   f"{kind} is about duties or matters themselves and proves none"),
                              Text("请数实际做成的事。", "Count what was done."), back=1)
        where: dict[str, str] = {}
        while not self._if("count"):
            name = self._like(_NAME, Text("名=值，或 count", "name=value, or count"))
            self._must("=")
            if name in where:
                raise self._wrong(Text(f"{name} 写了两次", f"{name} is asked for twice"), Text("只写一次。", "Ask for it once."),
                                  back=2)
            where[name] = self._like(_FACT, Text("值", "a value"))
        compare = self._compare((">=", "<=", "="))
        count, days = int(self._like(_WHOLE, Text("整数", "a whole number"))), dict[str, date]()
        for word in ("since", "until"):
            if self._if(word):
                days[word] = self._day()
        if len(days) == 2 and days["since"] > days["until"]:
            raise self._wrong(Text("since 晚于 until", "since lies after until"),
                              Text("请对调两个日子。", "Exchange the two days."), back=1)
        return EventsCount(kind, tuple(sorted(where.items())), compare, count, days.get("since"), days.get("until"))

    def _verdict(self) -> VerdictIs:
        target = self._known("target", [t.code for t in TARGETS])
        self._must("=")
        figures_say = [w for w in WORDS if w != "capped"]  # what red lines make of it is no evidence: it would rest on itself
        word = self._known("verdict", figures_say)
        return VerdictIs(target, next(w for w in figures_say if w == word))

    def _next(self, wanted: Text) -> str:
        if self.at >= len(self.tokens):
            raise self._wrong(Text(f"到此为止，这里本应是{wanted.zh}", f"it ends where {wanted.en} should stand"),
                              Text(f"请写{wanted.zh}。", f"Write {wanted.en}."))
        self.at += 1
        return self.tokens[self.at - 1][0]

    def _if(self, word: str) -> bool:
        there = self.at < len(self.tokens) and self.tokens[self.at][0] == word
        self.at += there
        return there

    def _must(self, word: str) -> None:
        if not self._if(word):
            raise self._wrong(Text(f"这里应当是 {word}", f"{word} should stand here"), Text(f"请写 {word}。", f"Write {word}."))

    def _like(self, shape: re.Pattern[str], wanted: Text) -> str:
        word = self._next(wanted)
        if not shape.fullmatch(word):
            raise self._wrong(Text(f"{word[:40]!r} 不是{wanted.zh}", f"{word[:40]!r} is not {wanted.en}"),
                              Text(f"请写{wanted.zh}。", f"Write {wanted.en}."), back=1)
        return word

    def _compare(self, allowed: tuple[Compare, ...]) -> Compare:
        word = self._next(Text("比较符", " or ".join(allowed)))
        for each in allowed:
            if each == word:
                return each
        raise self._wrong(Text(f"{word[:40]!r} 不是比较符", f"{word[:40]!r} does not compare"),
                          Text(f"请写 {' 或 '.join(allowed)}。", f"Write {' or '.join(allowed)}."), back=1)

    def _known(self, what: Literal["measure", "target", "verdict"], known: Iterable[str]) -> str:
        word, names = self._next(Text(_ZH[what], f"a {what}")), list(known)
        if word not in names:
            raise self._wrong(Text(f"没有{_ZH[what]} {word[:40]!r}", f"there is no {what} {word[:40]!r}"),
                              did_you_mean(word[:40], names) or Text(f"请写已有的{_ZH[what]}。", f"Write a known {what}."),
                              back=1)
        return word

    def _day(self) -> date:
        try:
            return date.fromisoformat(self._like(_DAY, Text("日子，例如 2025-01-01", "a day such as 2025-01-01")))
        except ValueError:
            raise self._wrong(Text("没有这一天", "there is no such day"),
                              Text("写成 2025-01-01 这样。", "Write a day such as 2025-01-01."), back=1) from None

    def _wrong(self, what: Text, remedy: Text, *, back: int = 0) -> Problem:
        at = self.at - back
        return _bad(self.text, self.tokens[at][1] if at < len(self.tokens) else len(self.text), what, remedy)


def _bad(text: str, at: int, what: Text, remedy: Text) -> Problem:
    return Problem("bad_evidence", what,
                   where=Text(f"证据条件第 {min(at, len(text)) + 1} 个字符", f"evidence, character {min(at, len(text)) + 1}"),
                   remedy=remedy)

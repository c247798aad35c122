"""Joined across: pairs of departments whose needs of evidence are met by machine, in time, with nothing asked again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from urllib.parse import quote

import msgspec

from jingwei.coordination.gauges.model import (
    KINDS,
    WINDOW,
    EvidenceAsked,
    EvidenceMet,
    EvidenceRefused,
    Fact,
    Gauge,
    Item,
    NeedDeclared,
    NeedWithdrawn,
    State,
    Unread,
)
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.told import Told

Came = Literal["good", "bad", "pending", "undated"]
"""What became of a request in the window: as it should; not so; its last day is not over; given, but nobody knows its last day."""


WORST: tuple[State, ...] = ("no", "open_no", "open_yes", "yes")
"""A pair is what the worst of its needs is."""

FIRST: tuple[Came, ...] = ("bad", "undated", "pending", "good")
"""Which request is told of, of several under one need."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a request ended, on which day."""

    said: EvidenceMet | EvidenceRefused
    on: date
    entry: int


@dataclass(frozen=True, slots=True)
class Cut:
    """A pair that no longer joins: of needs once asked for, at least one is not met.

    since : first day on which one of them was not met
    needs : codes of those
    requests : codes of what was asked for under them and went wrong, the newest last
    """

    asker: str
    holder: str
    since: date
    needs: tuple[str, ...]
    reason: Text
    requests: tuple[str, ...] = ()

    @property
    def about(self) -> str:
        """What a matter about it is about."""
        return pair(self.asker, self.holder)


@dataclass(frozen=True, slots=True)
class Needs:
    """What the record says: needs that stand, by code; requests and how they ended, by code of the request."""

    standing: dict[str, tuple[NeedDeclared, int]] = field(default_factory=dict)
    asked: dict[str, tuple[EvidenceAsked, int]] = field(default_factory=dict)
    ended: dict[str, Outcome] = field(default_factory=dict)


def read(events: Iterable[Told]) -> tuple[list[tuple[Told, Fact]], list[Unread]]:
    """Events of these kinds as what they say; one that will not do is set aside with the reason, never guessed at."""
    good, bad = list[tuple[Told, Fact]](), list[Unread]()
    for event in events:
        if (kind := KINDS.get(event.kind)) is None:
            continue
        try:
            good.append((event, msgspec.convert(dict(event.facts), kind)))
        except (msgspec.ValidationError, ValueError) as error:
            bad.append(Unread(event.position, event.kind, str(error)))
    return good, bad


def fold(events: Iterable[tuple[Told, Fact]]) -> Needs:
    """The needs after the events. What concerns different needs and requests may come in any order; a request ends once."""
    after = Needs()
    for event, fact in events:
        match fact:
            case NeedDeclared():
                after.standing[fact.need] = fact, event.position
            case NeedWithdrawn():
                after.standing.pop(fact.need, None)
            case EvidenceAsked():
                after.asked.setdefault(fact.request, (fact, event.position))
            case EvidenceMet() | EvidenceRefused():
                after.ended.setdefault(fact.request, Outcome(fact, day_in_china(datetime.fromisoformat(event.at)), event.position))
    return after


def pair(asker: str, holder: str) -> str:
    """How the record writes a pair of organisations, whatever their ids hold."""
    return f"pair:{quote(asker, safe='')}/{quote(holder, safe='')}"


def across(needs: Needs, today: date, names: Mapping[str, Text], pages: Mapping[str, str] = {}) -> Gauge:
    """One item a pair (asker, holder) with a need that stands.

    names : of organisations, by id; those not known go by their id
    pages : where to read more of a pair that fails, by what ``pair`` writes
    """
    requests, pairs = _by_need(needs), _by_pair(needs)
    items = [_pair(each, sorted(codes), needs, requests, today, names, pages) for each, codes in sorted(pairs.items())]
    return Gauge("across", tuple(items), Text("还没有部门提出过对证据的需求", "no department has declared a need of evidence yet"))


def cuts(needs: Needs, today: date) -> list[Cut]:
    """Pairs that count as not met because of a need that was asked for; one nobody ever asked for was never joined.

    A need whose newest request came out as it should is joined again, though the gauge counts what went wrong for its 90 days.
    """
    requests = _by_need(needs)
    found = []
    for (asker, holder), codes in sorted(_by_pair(needs).items()):
        lost = {code: told[1] for code in sorted(codes) if requests[code] and (told := _need(code, needs, requests[code], today))[0] == "no"
                and not _counts_from(needs, requests[code], today)}
        if lost:
            since = min(_since(needs, requests[code], today) for code in lost)
            bad = sorted((on, entry, code) for need in lost for code in requests[need] for came, _, entry, on in _requests(needs, [code], today) if came == "bad")
            found.append(Cut(asker, holder, since, tuple(lost), next(iter(lost.values())), tuple(code for _, _, code in bad)))
    return found


def _counts_from(needs: Needs, requests: Sequence[str], today: date) -> date | None:
    """The day from which a need that went wrong counts as met again; None while it is not joined again.

    It is when nothing waits beyond its last day and the newest request that ended was met as it should be.
    """
    came = sorted((on, entry, word, code in needs.ended) for code in requests for word, _, entry, on in _requests(needs, [code], today) if word in ("bad", "good"))
    bad = [on for on, _, word, _ in came if word == "bad"]
    if not bad or came[-1][2] != "good" or not all(ended for _, _, _, ended in came):
        return None
    return max(bad) + timedelta(days=WINDOW)


def _since(needs: Needs, requests: Sequence[str], today: date) -> date:
    """The day of the first request in the window that went wrong; else the one on which the last of all left the window."""
    bad = [on for came, _, _, on in _requests(needs, requests, today) if came == "bad"]
    return min(bad) if bad else max(needs.ended[code].on for code in requests) + timedelta(days=WINDOW)


def _by_need(needs: Needs) -> dict[str, list[str]]:
    requests: dict[str, list[str]] = defaultdict(list)
    for code, (asked, _) in needs.asked.items():
        requests[asked.need].append(code)
    return requests


def _by_pair(needs: Needs) -> dict[tuple[str, str], list[str]]:
    pairs: dict[tuple[str, str], list[str]] = defaultdict(list)
    for code, (need, _) in needs.standing.items():
        pairs[need.asker, need.holder].append(code)
    return pairs


def _pair(between: tuple[str, str], codes: Sequence[str], needs: Needs, requests: Mapping[str, Sequence[str]], today: date,
          names: Mapping[str, Text], pages: Mapping[str, str]) -> Item:
    told = [_need(code, needs, requests.get(code, ()), today) for code in codes]
    state, reason, entry = min(told, key=lambda t: WORST.index(t[0]))
    asker, holder = (names.get(one, Text(one, one)) for one in between)
    again = [day for code in codes if (day := _counts_from(needs, requests.get(code, ()), today))]
    if state == "no" and again:
        reason = Text(f"{reason.zh}；之后已恢复，{max(again)} 起重新计入", f"{reason.en}; joined again since, and counts so from {max(again)}")
    counted = Text(f"（{len(codes)} 项需求）", f" ({len(codes)} needs)") if len(codes) > 1 else Text("", "")
    return Item("/".join(between), Text(f"{asker.zh}要{holder.zh}的证据", f"{asker.en} needs evidence of {holder.en}"), state,
                Text(reason.zh + counted.zh, reason.en + counted.en), entry,
                pages.get(pair(*between), "") if state == "no" else "")


def _need(code: str, needs: Needs, requests: Sequence[str], today: date) -> tuple[State, Text, int]:
    """Whether one need was met: at least one request came to its end in the window, and all of them as they should."""
    need, declared = needs.standing[code]
    came = sorted(_requests(needs, requests, today), key=lambda c: (FIRST.index(c[0]), c[2]))
    what = Text(f"{need.evidence}：", f"{need.evidence}: ")

    def say(state: State, zh: str, en: str, entry: int) -> tuple[State, Text, int]:
        return state, Text(what.zh + zh, what.en + en), entry

    if not came:
        return say("no", f"{WINDOW}天内没有要过", f"nobody asked for it in the last {WINDOW} days", declared)
    worst, why, entry, _ = came[0]
    good = sum(c == "good" for c, *_ in came)
    if worst == "bad":
        return say("no", why.zh, why.en, entry)
    if worst == "good":
        return say("yes", f"{good} 次都由系统按时给到", f"{good} of {good} met by machine in time", entry)
    return say("open_yes" if good else "open_no", why.zh, why.en, entry)


def _requests(needs: Needs, requests: Sequence[str], today: date) -> Iterator[tuple[Came, Text, int, date]]:
    """What came of each request that ended in the window or is open; with the reason, the entry that shows it and the day of it."""
    for code in requests:
        asked, entry = needs.asked[code]
        due, end = asked.last_day, needs.ended.get(code)
        until = f"{due}" if due else ""
        if end is None:
            if due is not None and today > due:
                yield "bad", Text(f"请求 {code} 到期（{until}）未答", f"request {code} was due {until} and is not answered"), entry, due + timedelta(days=1)
            else:
                yield "pending", Text(f"请求 {code} 还在时限之内", f"request {code} is still within its term"), entry, today
            continue
        if end.on <= today - timedelta(days=WINDOW):
            continue
        if isinstance(end.said, EvidenceRefused):
            yield "bad", Text(f"请求 {code} 被拒绝", f"request {code} was refused"), end.entry, end.on
        elif end.said.by != "machine":
            yield "bad", Text(f"请求 {code} 靠人工给到", f"request {code} was met by hand"), end.entry, end.on
        elif end.said.reasked:
            yield "bad", Text(f"请求 {code} 又向人要了一遍材料", f"request {code}: somebody was asked again"), end.entry, end.on
        elif due is None:
            yield "undated", Text(f"请求 {code} 的末日不明：那一年的工作日尚未公布", f"request {code} has no last day: that year's working days are not published"), end.entry, end.on
        elif end.on > due:
            yield "bad", Text(f"请求 {code} 晚于 {until}", f"request {code} was met after {until}"), end.entry, end.on
        else:
            yield "good", Text(f"请求 {code} 按时给到", f"request {code} was met in time"), end.entry, end.on

"""A year of requests with breaches planted in it, and a checker that knows nothing of the product: it walks the days one by one."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, datetime, time, timedelta

from chinese_calendar import is_workday

from jingwei.kernel.clock import CHINA
from jingwei.kernel.told import Told

FIRST, LAST = date(2025, 8, 1), date(2026, 7, 31)
NOW = datetime(2026, 11, 30, 12, tzinfo=CHINA)
"""When the year is looked back on: every clock that began in it is over by then, or was never stopped."""

LIMITS = {"unconditional": 1, "conditional": 10}
Found = tuple[str, int, str, date]
"""Kind of breach, article, about what, on which day."""


def later(day: date, n: int) -> date:
    """The ``n``-th working day after ``day``, counted by looking at each."""
    while n:
        day += timedelta(days=1)
        n -= is_workday(day)
    return day


def next_day(day: date) -> date:
    return day + timedelta(days=1)


class Year:
    """``events`` as the ledger would tell them, in order, and ``planted``: exactly what the law forbids among them."""

    def __init__(self, seed: int, requests: int, records: int) -> None:
        self.luck = random.Random(seed)
        self.made: list[tuple[datetime, int, str, dict[str, object]]] = []
        self.planted: list[Found] = []
        for i in range(records):
            self._record(f"D{i}")
        for i in range(requests):
            self._request(f"R-{i}")
        self.made.sort(key=lambda each: each[:2])
        self.events = [Told(n, at.isoformat(), f"share.{kind}", facts, {}) for n, (at, _, kind, facts) in enumerate(self.made)]

    def _tell(self, at: datetime, kind: str, **facts: object) -> None:
        assert at <= NOW
        self.made.append((at, len(self.made), kind, facts))

    def _at(self, day: date, after: datetime | None = None) -> datetime:
        """Some instant of that day, the first and the last second among them; not before ``after``."""
        second = self.luck.choice([0, 86_399, self.luck.randrange(86_400)])
        instant = datetime.combine(day, time(), CHINA) + timedelta(seconds=second)
        return instant if after is None or instant > after else max(after, datetime.combine(day, time(), CHINA)) + timedelta(seconds=1)

    def _ends(self, due: date, begun: datetime, kind: str, article: int, about: str) -> datetime | None:
        """When somebody acts: mostly in time, often on the very last day, sometimes just too late, sometimes never."""
        start, fate = begun.date(), self.luck.random()
        day = due + timedelta(days=self.luck.choice([1, 1, 2, 9, 30])) if fate < 0.08 else due if fate < 0.45 else (
            start + timedelta(days=self.luck.randint(0, (due - start).days)))
        ends = None if fate < 0.02 else self._at(day, begun)
        if ends is None or ends.date() > due:
            self.planted.append((kind, article, about, next_day(due)))
        return ends

    def _day(self) -> date:
        return FIRST + timedelta(days=self.luck.randint(0, (LAST - FIRST).days))

    def _flip(self, chance: float) -> bool:
        return self.luck.random() < chance

    def _record(self, data: str) -> None:
        """A record of the catalogue that a change of law makes outdated: 10 working days, 5 more with consent, 2 to publish."""
        terms = {"data": data, "provider": "civil", "bureau": "bureau", "dataset": "people", "version": 1, "attribute": "conditional", "synthetic": False}
        told = self._at(FIRST)
        self._tell(told, "offered", **terms)
        published = self._ends(later(told.date(), 2), told, "publish_late", 17, data)
        if published is None:
            return
        self._tell(published, "published", data=data)
        changed = self._at(max(self._day(), next_day(published.date())))
        self._tell(changed, "changed", data=data)
        due = later(changed.date(), 10)
        if self._flip(0.3):
            days, consent = self.luck.choice([2, 5, 5, 7]), self.luck.choice(["bureau", "bureau", ""])
            asked = self._at(changed.date() + timedelta(days=self.luck.randint(1, 5)), changed)
            self._tell(asked, "prolonged", data=data, days=days, consent=consent)
            if not consent:
                self.planted.append(("extension_without_consent", 17, data, asked.date()))
            else:
                due = later(changed.date(), 10 + min(days, 5))
                if days > 5:
                    self.planted.append(("extension_too_long", 17, data, asked.date()))
        else:
            asked = changed
        again = self._ends(due, asked, "update_late", 17, data)
        if again is None:
            return
        self._tell(again, "offered", **terms)
        published = self._ends(later(again.date(), 2), again, "publish_late", 17, data)
        if published:
            self._tell(published, "published", data=data)

    def _request(self, code: str) -> None:  # noqa: PLR0912 (one life from beginning to end)
        attribute = self.luck.choice(["unconditional", "conditional", "conditional"])
        missing = self.luck.sample(["basis", "scenario", "scope", "mode", "period"], self.luck.randint(1, 3)) if self._flip(0.2) else []
        at = self._at(self._day())
        self._tell(at, "requested", request=code, data="D0", asker="health", provider="civil", attribute=attribute, purpose="duty",
                   mode="csv", first="2025-08-01", last="2030-08-01", missing=missing, need="", synthetic=False)
        begun, left = at, LIMITS[attribute]
        if missing and self._flip(0.8):
            asked = self._at(at.date() + timedelta(days=self.luck.randint(0, (later(at.date(), left) - at.date()).days)), at)
            self._tell(asked, "noticed", request=code, missing=missing)
            left -= sum(is_workday(at.date() + timedelta(days=d + 1)) for d in range((asked.date() - at.date()).days))
            answered = self._at(asked.date() + timedelta(days=self.luck.randint(0, 40)), asked)
            if self._flip(0.15):
                again = self._at(asked.date() + timedelta(days=self.luck.randint(0, (answered.date() - asked.date()).days)), asked)
                if again < answered:
                    self._tell(again, "noticed", request=code, missing=missing)
                    self.planted.append(("second_notice", 21, code, again.date()))
            self._tell(answered, "supplemented", request=code, complete=True, mode="csv", first="2025-08-01", last="2030-08-01", missing=[])
            begun = answered
        due = later(begun.date(), left) if left else begun.date() if is_workday(begun.date()) else later(begun.date(), 1)
        if attribute == "conditional" and left > 1 and self._flip(0.2):
            days, consent = self.luck.choice([3, 10, 10, 12]), self.luck.choice(["bureau", "bureau", "bureau", ""])
            asked = self._at(begun.date() + timedelta(days=self.luck.randint(0, (due - begun.date()).days)), begun)
            if asked.date() <= due:
                self._tell(asked, "extended", request=code, days=days, consent=consent)
                if not consent:
                    self.planted.append(("extension_without_consent", 21, code, asked.date()))
                else:
                    due = later(begun.date(), left + min(days, 10))
                    if days > 10:
                        self.planted.append(("extension_too_long", 21, code, asked.date()))
                begun = asked
        decided = self._ends(due, begun, "reply_late", 21, code)
        if decided is None:
            return
        granted = self._flip(0.8)
        ground = "" if granted else self.luck.choice(["law", "conditions", "conditions", "incomplete"])
        reasoned = granted or self._flip(0.9)
        self._tell(decided, "decided", request=code, granted=granted, ground=ground, reasoned=reasoned, grant=code if granted else "")
        if not granted:
            if ground == "incomplete":
                self.planted.append(("refused_incomplete", 21, code, decided.date()))
            elif attribute == "unconditional":
                self.planted.append(("refused_unconditional", 14, code, decided.date()))
            if not reasoned:
                self.planted.append(("refused_without_reason", 21, code, decided.date()))
            return
        given = self._ends(later(decided.date(), 20), decided, "delivery_late", 22, code)
        if given is None:
            return
        self._tell(given, "delivered", request=code, mode="csv", snapshot="s", rows=1, columns=1, digest="sha256:0")
        if self._flip(0.1):
            told = self._at(given.date() + timedelta(days=self.luck.randint(0, 10)), given)
            self._tell(told, "reported", request=code, fault="E-1")
            mended = self._ends(later(told.date(), 10), told, "correction_late", 26, code)
            if mended:
                self._tell(mended, "corrected", request=code, fault="E-1", right=True)
        if self._flip(0.05):
            ended = self._at(given.date() + timedelta(days=self.luck.randint(1, 20)), given)
            cause, agreed = self.luck.choice([("purpose", True), ("purpose", True), ("", True), ("purpose", False)])
            self._tell(ended, "stopped", request=code, cause=cause, agreed=agreed)
            if not (cause and agreed):
                self.planted.append(("stopped_without_cause", 27, code, ended.date()))
        if self._flip(0.03):
            gone = self._at(given.date() + timedelta(days=self.luck.randint(1, 30)), given)
            self._tell(gone, "dropped", request=code)
            self.planted.append(("records_dropped", 29, code, gone.date()))


def walked(events: list[Told], now: datetime) -> list[Found]:
    """The same breaches found by somebody who has only the law and the list of events, day after day."""
    found: list[Found] = []
    by_subject: dict[str, list[tuple[datetime, str, dict[str, object]]]] = defaultdict(list)
    for e in events:
        subject = str(e.facts.get("request") or e.facts["data"])
        by_subject[subject].append((datetime.fromisoformat(e.at), e.kind.split(".")[1], dict(e.facts)))
    for subject, told in by_subject.items():
        found += (_walk_request if told[0][1] == "requested" else _walk_record)(subject, told, now)
    return found


def _last_day(start: date, limit: int, longer: dict[date, int], paused: date | None = None, resumed: date | None = None) -> date | None:
    """The last day of a term, or None while it rests: each day is looked at once, first counted, then asked what happened on it."""
    day, left = start, limit
    while True:
        left += longer.get(day, 0)
        if paused == day and resumed != day:
            if resumed is None:
                return None
            left += sum(n for d, n in longer.items() if paused < d <= resumed)
            day, paused = resumed, None
            while left == 0 and not is_workday(day):
                day += timedelta(days=1)
        if left == 0:
            return day
        day += timedelta(days=1)
        left -= is_workday(day)


def _late(due: date | None, ended: datetime | None, now: datetime, kind: str, article: int, about: str) -> list[Found]:
    over = due is not None and now.date() > due and (ended is None or ended.date() > due)
    return [(kind, article, about, next_day(due))] if over and due else []


def _walk_request(code: str, told: list[tuple[datetime, str, dict[str, object]]], now: datetime) -> list[Found]:
    found: list[Found] = []
    begun, _, asked = told[0]
    at = {kind: [(when, f) for when, k, f in told if k == kind] for kind in {k for _, k, _ in told}}
    notices, answers, decided = at.get("noticed", []), at.get("supplemented", []), at.get("decided", [])
    found += [("second_notice", 21, code, when.date()) for when, _ in notices[1:]]
    longer: dict[date, int] = defaultdict(int)
    for when, f in at.get("extended", []):
        if not f["consent"]:
            found.append(("extension_without_consent", 21, code, when.date()))
            continue
        if f["days"] > 10:  # type: ignore[operator]
            found.append(("extension_too_long", 21, code, when.date()))
        longer[when.date()] += min(10, f["days"])  # type: ignore[call-overload]
    due = _last_day(begun.date(), LIMITS[str(asked["attribute"])], longer, notices[0][0].date() if notices else None,
                    answers[0][0].date() if answers else None)
    found += _late(due, decided[0][0] if decided else None, now, "reply_late", 21, code)
    for when, f in decided:
        if f["granted"]:
            due = _last_day(when.date(), 20, {})
            found += _late(due, at["delivered"][0][0] if "delivered" in at else None, now, "delivery_late", 22, code)
        elif f["ground"] == "incomplete":
            found.append(("refused_incomplete", 21, code, when.date()))
        elif asked["attribute"] == "unconditional":
            found.append(("refused_unconditional", 14, code, when.date()))
        if not f["granted"] and not f["reasoned"]:
            found.append(("refused_without_reason", 21, code, when.date()))
    for when, _ in at.get("reported", []):
        found += _late(_last_day(when.date(), 10, {}), at["corrected"][0][0] if "corrected" in at else None, now, "correction_late", 26, code)
    found += [("stopped_without_cause", 27, code, when.date()) for when, f in at.get("stopped", []) if not f["cause"] or not f["agreed"]]
    for when, _ in at.get("dropped", []):
        if any(when.date() <= use.date().replace(year=use.year + 3) for use, _ in at["delivered"]):
            found.append(("records_dropped", 29, code, when.date()))
    return found


def _walk_record(data: str, told: list[tuple[datetime, str, dict[str, object]]], now: datetime) -> list[Found]:
    found: list[Found] = []
    changed: datetime | None = None
    longer: dict[date, int] = {}
    for n, (when, kind, f) in enumerate(told):
        if kind == "offered":
            published = next((w for w, k, _ in told[n + 1:] if k == "published"), None)
            found += _late(_last_day(when.date(), 2, {}), published, now, "publish_late", 17, data)
        elif kind == "prolonged" and not f["consent"]:
            found.append(("extension_without_consent", 17, data, when.date()))
        elif kind == "prolonged":
            longer[when.date()] = min(5, f["days"])  # type: ignore[type-var]
            if f["days"] > 5:  # type: ignore[operator]
                found.append(("extension_too_long", 17, data, when.date()))
        elif kind == "changed":
            changed = when
    if changed:
        again = next((w for w, k, _ in told if k == "offered" and w > changed), None)
        found += _late(_last_day(changed.date(), 10, longer), again, now, "update_late", 17, data)
    return found

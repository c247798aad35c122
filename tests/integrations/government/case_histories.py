"""Invented cases under one small thing, as events: a permit and a card, with a fact the police hold and one only the applicant knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

import numpy as np

from jingwei.integrations.government.cases.model import CaseEvent
from jingwei.integrations.government.things.model import (
    Before,
    Clock,
    Department,
    Evidence,
    Fact,
    Item,
    Law,
    Provider,
    Requirement,
    Thing,
)
from jingwei.kernel.clock import CHINA
from jingwei.kernel.i18n import Text

START = datetime(2025, 3, 3, 9, tzinfo=CHINA)


def text(word: str) -> Text:
    return Text(word, word)


def requirement(name: str, article: str, obstruction: Any = "", act: str = "登记条例") -> Requirement:
    return Requirement(name, text(name), Law(act, article), ((name,),), obstruction)


def small_thing(*, live: bool = True, requirements: tuple[Requirement, ...] = (requirement("booklet", "7", "paper"), requirement("photo", "9", "presence"), requirement("residence", "3"))) -> Thing:
    before = {"permit": Before(2, 4, 2, 20, 60), "card": Before(1, 3, 1, 10, 30)}
    items = tuple(Item(task, department, text(task), Law("登记条例", "1"), before[task], clock, tuple(r.id for r in requirements)) for task, department, clock in (
        ("permit", "hall", Clock("licensing", 10)), ("card", "police", Clock("promised", 5))))
    evidence = (Evidence("register", text("register"), "police_register", keys=("id_number",), fields={"ADDR": "address", "NAME": "name"}),
                Evidence("result", text("result"), "police_register", keys=("id_number",), fields={"NO": "permit_number"}, issued_by="permit"))
    facts = tuple(Fact(name, "text", origin="login" if name == "id_number" else "") for name in ("id_number", "address", "name", "wish", "permit_number"))
    nothing = cast(Any, None)
    return Thing("small", "1", text("small"), "small", (), (Department("hall", text("hall"), "county"), Department("police", text("police"), "city")), items, requirements, evidence,
                 (Provider("police_register", "police", "unconditional", "register", live),), facts, (), nothing, {}, {"properties": {}}, {})


class History:
    """One case being told, a step at a time."""

    def __init__(self, code: str, at: datetime = START, channel: str = "web", process: str = "small", parent: str = "") -> None:
        self.code, self.at, self.events = code, at, list[CaseEvent]()
        self.tell("started", channel=channel, process=process, version=1, **({"parent": parent} if parent else {}))

    def tell(self, kind: str, node: str = "", *, channel: str = "web", after: float = 0.0, actor: str = "p", **detail: Any) -> History:
        """``after`` in days."""
        self.at += timedelta(days=after)
        self.events.append(CaseEvent(self.code, len(self.events), self.at, kind, node, actor, cast(Any, channel), detail))
        return self


THINGS: Mapping[tuple[str, int], Thing | None] = {("small", 1): small_thing(), ("bare", 1): None}


def random_history(code: str, rng: np.random.Generator) -> list[CaseEvent]:
    """A case of any course: asked, fetched, handed in, visited, corrected, paused, withdrawn, left open."""
    h = History(code, START + timedelta(days=float(rng.uniform(0, 100))), str(rng.choice(["web", "window"])))
    for fact in rng.choice(["address", "name", "wish", "permit_number"], size=rng.integers(0, 4), replace=False):
        h.tell("asked", fact=str(fact)).tell("answered", fact=str(fact))
    if rng.random() < 0.6:
        h.tell("fetched", evidence="register", code=str(rng.choice(["", "", "EDM:ERR:0005"])), facts=["address", "name"])
    if rng.random() < 0.2:
        h.tell("disputed", fact="address")
    if rng.random() < 0.9:
        h.tell("accepted", after=float(rng.uniform(0, 2)))
    if rng.random() < 0.2:
        h.tell("correction_asked", channel="window").tell("corrected", after=2.0, channel=str(rng.choice(["web", "window"])))
    for work, node in enumerate(("permit", "card")):
        if rng.random() > 0.15:
            _random_item(h, work, node, rng)
    if (end := rng.random()) < 0.75:
        h.tell("ended", channel="system")
    elif end < 0.85:
        h.tell("cancelled")
    return h.events


def _random_item(h: History, work: int, node: str, rng: np.random.Generator) -> None:
    h.tell("opened", node, channel="system", work=work, department="hall")
    for _ in range(rng.integers(0, 3)):
        h.tell("material", node, after=float(rng.uniform(0, 1)), channel=str(rng.choice(["web", "window"])), requirement="booklet", form="paper")
    if rng.random() < 0.3:
        h.tell("presence", node, after=float(rng.uniform(0, 3)), channel="window", why="photo")
    if rng.random() < 0.3:
        h.tell("paused", node, ground="testing", channel="window").tell("resumed", node, after=float(rng.uniform(0, 9)), ground="testing", channel="window")
    if rng.random() < 0.2:
        h.tell("extended", node, days=int(rng.integers(1, 15)), channel="window")
    if rng.random() < 0.8:
        h.tell("claimed", node, after=float(rng.uniform(0, 8)), channel="window", work=work, actor="o")
    h.tell("done", node, after=float(rng.uniform(0, 12)), channel="window", work=work, actor="o")

"""What is shown: which nodes there are, who owes what by when, and what is said to have happened between the departments."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from jingwei.kernel.people import Level

HERE = Path(__file__).parent
PLAN = ("code", "clause", "task", "task_en", "lead", "helpers", "place", "deadline", "parent", "evidence", "datasets", "functions")
SEED = 2522
PAST = 55
"""Days back to the first of the events: inside the ninety that count."""


@dataclass(frozen=True, slots=True)
class Place:
    """One node of the demonstration. ``above`` is the name of the one it joins; empty at the top."""

    name: str
    zh: str
    en: str
    level: Level
    place: str
    above: str
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def places(first_port: int, *, small: bool = False) -> list[Place]:
    """From the top down; ports are counted from the first. ``small``: a province, a city, a county."""
    rows = [row for row in _rows("nodes.csv") if row["small"] or not small]
    return [Place(r["node"], r["zh"], r["en"], cast(Level, r["level"]), r["place"], r["above"], first_port + i) for i, r in enumerate(rows)]


def organisations(nodes: Sequence[Place]) -> bytes:
    """Every bureau and department, as a work plan's second file: each node's organisation has the node's name."""
    return _csv(("id", "name_zh", "name_en", "kind", "level", "place", "parent"), (
        (n.name, n.zh, n.en, "bureau" if n.level != "province" or not n.above else "department", n.level, n.place, n.above) for n in nodes))


def work_plan(node: str, nodes: Sequence[Place], at: datetime) -> bytes:
    """The duties one node takes in; deadlines are counted in days from ``at``. Empty when it has none of its own."""
    known = {n.name for n in nodes}
    rows = [r for r in _rows("duties.csv") if r["node"] == node and r["lead"] in known and (r["small"] or len(known) > 3)]
    for row in rows:
        row["helpers"] = "、".join(h for h in row["helpers"].split("、") if h in known)
        row["deadline"] = (at + timedelta(days=int(row["deadline"]))).date().isoformat()
    return _csv(PLAN, ([row[c] for c in PLAN] for row in rows)) if rows else b""


def events(nodes: Sequence[Place], at: datetime) -> dict[str, bytes]:
    """What happened, by node, as ``jingwei ledger rehearse`` reads it: at the province everything, at each department what it took part in."""
    known, told = {n.name for n in nodes}, dict[str, list[dict[str, Any]]]()
    for row in _rows("needs.csv"):
        sides = {row["asker"], row["holder"]}
        for event in _asked(row, at):
            for node in {nodes[0].name, *(sides & known)}:
                told.setdefault(node, []).append(event)
    top = told.setdefault(nodes[0].name, [])
    top.append(_event("redline.crossed", at - timedelta(days=3), line="late-report", room="C2", cases=3))
    for node in (n.name for n in nodes if n.level in ("city", "county")):
        told.setdefault(node, []).append(_event("drill.held", at - timedelta(days=2), held="table-top"))
    return {node: b"".join(json.dumps(e, separators=(",", ":")).encode() + b"\n" for e in sorted(found, key=lambda e: str(e["at"])))
            for node, found in told.items()}


def _asked(need: Mapping[str, str], at: datetime) -> Iterator[dict[str, Any]]:
    """A need, and each request for its evidence with what came of it."""
    from jingwei.kernel.periods import working_day_due  # --help must not wait for calendars

    lot, days = random.Random(f"{SEED}/{need['need']}"), int(need["days"])
    yield _event("need.declared", at - timedelta(days=PAST + 10), need=need["need"], asker=need["asker"], holder=need["holder"], evidence=need["evidence"], days=days)
    ways = [way for way in ("by_machine", "by_hand", "reasked", "refused", "pending") for _ in range(int(need[way]))]
    for number, way in enumerate(ways, 1):
        back = timedelta(days=1) if way == "pending" else timedelta(days=lot.randint(25, PAST), minutes=lot.randint(0, 400))
        asked, request = at - back, f"{need['need']}-{number}"
        due = working_day_due(asked.date(), days)
        yield _event("evidence.asked", asked, need=need["need"], request=request, due=due.isoformat() if due else "")
        later = asked + timedelta(minutes=lot.randint(1, 50) if way == "by_machine" else 600)
        if way == "refused":
            yield _event("evidence.refused", later, request=request)
        elif way != "pending":
            yield _event("evidence.met", later, request=request, by="hand" if way == "by_hand" else "machine", reasked=way == "reasked")


def _event(kind: str, at: datetime, **facts: Any) -> dict[str, Any]:
    return {"kind": kind, "at": at.isoformat(timespec="seconds"), "facts": {**facts, "synthetic": True}}


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((HERE / name).read_text(encoding="utf-8"))))


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return made.getvalue().encode()

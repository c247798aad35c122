"""How the nodes of a demonstration come to stand below one another and to have something to do: by the actions anybody would use.

Every step may be done again: what is there already stays as it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from jingwei import plan
from jingwei.coordination.federation.standing import TESTS
from jingwei.coordination.federation.views import nodes
from jingwei.coordination.observations.model import COLUMNS
from jingwei.doors.demonstration.scene import SEED, Place, events, organisations, work_plan
from jingwei.foundations.data.sharing.delivery import dataset_called
from jingwei.kernel import node_records, people_records
from jingwei.kernel.access import Exact, Grant, Subject
from jingwei.kernel.actions import Context, Result, run
from jingwei.kernel.clock import Clock, system_clock
from jingwei.kernel.lake import records
from jingwei.kernel.pillar import Nothing
from jingwei.kernel.problems import Problem
from jingwei.kernel.settings import FILE
from jingwei.kernel.tables import Document, Table, csv_bytes
from jingwei.kernel.workspace import Workspace

SETTINGS = """# A node of a demonstration: what happens on it is invented.
demonstration = true

[federation]
test_every = 300
silence = 900
"""

FIGURES: Mapping[str, tuple[str, ...]] = {
    "market": ("websites_per_100_firms", "ecommerce_firms", "ecommerce_sales"), "health": ("hospital_beds_per_1000", "population")}
"""Published figures that a department hands in as its own bureau would, by node: they go up, and can be asked for across nodes."""

BANK, PATIENTS = "health", 600
"""The bank that is filled for the exercise, and of how many invented people."""

PATIENCE, PAUSE = 20.0, 2.0
"""Seconds to wait for live tests, and between two looks."""

_FILES = "files"


class Nodes:
    """The workspaces of a demonstration, one folder each below ``folder``, and what the starter does in them."""

    def __init__(self, places: Sequence[Place], folder: Path, *, clock: Clock = system_clock) -> None:
        self.places, self._folder, self._clock = places, folder, clock
        self._actions = {action.path: action for pillar in plan.pillars() for action in pillar.actions}

    def workspace(self, name: str) -> Workspace:
        return Workspace(self._folder / name)

    def do(self, where: str, *path: str, **given: Any) -> Result:
        """One action on one node, by its operator."""
        action = self._actions[path]
        return run(action, Context(self.workspace(where), clock=self._clock), action.input(**given))

    def found(self, one: Place) -> None:
        """Make the folder a node."""
        workspace = self.workspace(one.name)
        workspace.establish()
        if not (workspace.folder / FILE).read_bytes():
            (workspace.folder / FILE).write_text(SETTINGS, encoding="utf-8")
        if not self._is_so(one):
            self.do(one.name, "node", "init", name=one.zh, name_en=one.en, level=one.level, place=one.place, organisation=one.name, url=one.url)

    def join(self, one: Place) -> None:
        """Stand below the node above, which answers by now, and be admitted there."""
        if not one.above or self._admitted(one):
            return
        above = next(other for other in self.places if other.name == one.above)
        self.do(one.name, "node", "join", url=above.url)
        with self.workspace(one.name).store.read() as connection:
            me = node_records.own(connection).id
        self.do(above.name, "node", "admit", node=me)

    def work(self, tell: Callable[[str], None]) -> None:
        """Invented events, work plans and figures; then look for what has become a matter. Names each node before its turn."""
        kept = self._kept()
        for one in self.places:
            tell(one.name)
            if content := kept.get(f"{one.name}.jsonl"):
                self.do(one.name, "ledger", "rehearse", events=Document(f"{one.name}.jsonl", content))
            if content := kept.get(f"{one.name}.csv"):
                self.do(one.name, "duties", "import", file=_table(f"{one.name}.csv", content), organisations=_table("organisations.csv", kept["organisations.csv"]))
            if one.name in FIGURES:
                self._figures(one)
        self._bank()
        for one in self.places:
            if f"{one.name}.csv" in kept:
                tell(one.name)
                self.do(one.name, "duties", "check")
                self.do(one.name, "matters", "check")

    def meet(self) -> None:
        """Pass figures up, deliver what waits and co-sign the neighbours' heads, from the bottom up; then test the nodes below."""
        for one in reversed(self.places):
            if one.name in FIGURES:
                self.do(one.name, "node", "share")
        for one in (*reversed(self.places), *self.places):
            self.do(one.name, "node", "meet")
        for one in reversed(self.places):
            until = time.monotonic() + PATIENCE
            while self._untested(one) and time.monotonic() < until:
                self.do(one.name, "node", "test")
                time.sleep(PAUSE)

    def ask(self) -> Result | None:
        """One query over all nodes; None where none of them hands figures in."""
        if not any(one.name in FIGURES for one in self.places):
            return None
        return self.do(self.places[0].name, "query", text="figures-by-place", across=True)

    def _kept(self) -> dict[str, bytes]:
        """The files the nodes take in, made on the first day and the same ever after: the same file again changes nothing."""
        folder, now = self._folder / _FILES, self._clock()
        if not folder.is_dir():
            folder.mkdir(parents=True)
            made = {"organisations.csv": organisations(self.places), **{f"{node}.jsonl": content for node, content in events(self.places, now).items()},
                    **{f"{one.name}.csv": content for one in self.places if (content := work_plan(one.name, self.places, now))}}
            for name, content in made.items():
                (folder / name).write_bytes(content)
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}

    def _figures(self, one: Place) -> None:
        """What is published of the province for these measures, handed in with its source, and granted to the node above for statistics."""
        rows = [row for row in self.do(one.name, "figures", place=one.place).data if row["measure"] in FIGURES[one.name] and row["state"] == "used"
                and row["vintage"] != one.name]
        told = {"vintage": one.name}
        table = csv_bytes(COLUMNS, [[str({**row, **told}[column]) for column in COLUMNS] for row in rows])
        self.do(one.name, "observe", file=_table("figures.csv", table))
        grant = Grant("demonstration", Subject("role", "parent"), "statistics", "observations", {c: Exact() for c in ("place", "measure", "period")},
                      "demonstration", date(2020, 1, 1), export=True)
        try:
            with self.workspace(one.name).store.write() as connection:
                people_records.give(connection, grant, self._clock())
        except Problem as given:  # it was given before
            if given.code != "bad_grant":
                raise

    def _bank(self) -> None:
        """At the top a bank of invented patients that answers its question, and a department about to ask the same people for the same again.

        Records are linked where Splink is installed; without it the bank says so.
        """
        top, holder, asker = self.places[0].name, self.places[-1].name, self.places[1].name
        bank = next(b for b in self.do(top, "bank", "list").data["banks"] if b["bank"] == BANK)
        if bank["versions"]:
            return
        made = self.do(top, "bank", "exercise", bank=BANK, size=PATIENTS, seed=SEED)
        (dataset,), (contract, *_) = made.data["tables"].values(), made.documents
        self.do(top, "quality", "contract", "set", dataset=dataset, contract=contract)
        self.do(top, "quality", "run", dataset=dataset)
        self.do(top, "bank", "grade", dataset=dataset, level="general", clause="GB/T 43697-2024, 6", grounds="invented")
        self.do(top, "bank", "entitle", dataset=dataset, basis="invented for a demonstration")
        self.do(top, "bank", "admit", bank=BANK, dataset=dataset)
        self.do(top, "once", "take", dataset=dataset, holder=holder, title="就诊登记 Visits to hospitals", synthetic=True)
        self.do(top, "once", "plan", code="home-visits", holder=asker, title="上门走访 Home visits", synthetic=True, form=self._home_visits(top, dataset))
        try:
            for word in ("link", "ask", "publish"):
                self.do(top, "bank", word, bank=BANK)
        except Problem as lacking:
            if lacking.code != "no_splink":
                raise

    def _home_visits(self, where: str, dataset: str) -> Table:
        """A form that asks patients for who they are and where they live, and for one thing that nobody holds."""
        lake = self.workspace(where).lake
        rows = records(lake.read(there := dataset_called(lake, dataset), lake.snapshot(there)), by=("record",))
        asked = {str(r["id_number"]): (r["name"], r["address"]) for r in rows if r["id_number"]}
        return _table("home-visits.csv", csv_bytes(("身份证号", "姓名", "住址", "几口人"), ((i, *said, 1 + n % 5) for n, (i, said) in enumerate(asked.items()))))

    def _is_so(self, one: Place) -> bool:
        """Whether the node is there and says of itself what it should."""
        workspace = self.workspace(one.name)
        if not workspace.store.exists():
            return False
        try:
            with workspace.store.read() as connection:
                me = node_records.own(connection)
        except Problem:
            return False
        return (me.name_zh, me.url) == (one.zh, one.url)

    def _untested(self, one: Place) -> bool:
        """Whether a node right below has not passed all its live tests yet: one that is still loading may answer a query too late."""
        known = nodes(Context(self.workspace(one.name), clock=self._clock), Nothing())
        return any(below.relation == "child" and sum(test.passed for test in below.tests.values()) < len(TESTS) for below in known.nodes)

    def _admitted(self, one: Place) -> bool:
        with self.workspace(one.name).store.read() as connection:
            return any(known.relation == "parent" and known.state == "admitted" for known in node_records.known(connection))


def _table(name: str, content: bytes) -> Table:
    return Table.read(Document(name, content))

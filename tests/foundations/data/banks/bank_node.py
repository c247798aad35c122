"""A node with a bank filled for an exercise: tables invented, graded, assessed, admitted and linked."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from jingwei.foundations.data.banks import INDEX, actions, model
from jingwei.foundations.data.quality.model import Assessment, Breach
from jingwei.foundations.data.quality.records import Run, keep
from jingwei.foundations.data.sharing.delivery import dataset_called
from jingwei.kernel.actions import Context, Result, run
from jingwei.kernel.clock import CHINA
from jingwei.kernel.workspace import Workspace

NOON = datetime(2026, 3, 2, 12, tzinfo=CHINA)


class BankNode:
    """``days`` after NOON it is now."""

    def __init__(self, folder: Path, language: str = "en") -> None:
        self.days = 0.0
        self.context = Context(Workspace(folder), language, clock=lambda: NOON + timedelta(days=self.days))  # type: ignore[arg-type]
        self.context.workspace.establish()

    def assessed(self, dataset: str, broken: int = 0, contract: str = "c1", snapshot: str = "") -> None:
        """As the quality room keeps it, each later than the one before."""
        self.days += 0.01
        lake, at = self.context.workspace.lake, self.context.clock()
        there = snapshot or lake.snapshot(dataset_called(lake, dataset)).id
        errors = [Breach(f"check{i}", "0101", ("name",), "error", 1, 10) for i in range(broken)]
        breaches = (*errors, Breach("light", "0101", ("name",), "warning", 1, 10))
        with self.context.workspace.store.write() as connection:
            keep(connection, Run(dataset, at, there, contract, "health", Assessment(dataset, there, contract, 10, (), breaches)))

    def ready(self, dataset: str) -> None:
        """Everything the gate asks for, but the admission."""
        self.assessed(dataset)
        actions.grade(self.context, model.Grade(dataset, "general", "GB/T 43697-2024, 6", "pseudonymised"))
        actions.entitle(self.context, model.Entitle(dataset, "Order 809, art. 20"))

    def filled(self, bank: str, size: int, seed: int = 1) -> Result:
        """The bank with invented tables, admitted and linked."""
        made: dict[str, Any] = actions.exercise(self.context, model.Exercise(bank, size, seed)).data["tables"]
        for role, dataset in made.items():
            self.ready(dataset)
            assert actions.admit(self.context, model.Admit(bank, dataset, role)).holds
        return run(INDEX["link"], self.context, model.Link(bank))

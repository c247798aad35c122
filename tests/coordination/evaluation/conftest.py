"""One evaluation of the published figures, made once for all tests that only look at it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from jingwei.coordination.evaluation.ask import Evaluate
from jingwei.coordination.evaluation.compute import Evaluation, compute
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import CHINA
from jingwei.kernel.workspace import Workspace

NOON = datetime(2026, 11, 23, 12, tzinfo=CHINA)


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return Context(Workspace(tmp_path / "node"), clock=lambda: NOON)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    """The nation and its provinces by published figures alone."""
    return compute(Context(Workspace(tmp_path_factory.mktemp("node")), clock=lambda: NOON), Evaluate())

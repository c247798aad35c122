"""One node's folder."""

from __future__ import annotations

import pytest

from jingwei.kernel.problems import Problem
from jingwei.kernel.settings import FILE
from jingwei.kernel.workspace import Workspace


def test_nothing_is_written_until_something_is_worth_keeping(tmp_path):
    workspace = Workspace(tmp_path / "node")
    assert workspace.settings.lake.engine == workspace.lake.engine == "duckdb"
    assert not workspace.folder.exists()


def test_establishing_twice_changes_no_settings(tmp_path):
    workspace = Workspace(tmp_path / "deep" / "node")
    workspace.establish()
    (workspace.folder / FILE).write_text('[lake]\nengine = "spark"\n')
    workspace.establish()
    assert workspace.lake.engine == "spark"


def test_a_place_that_cannot_be_written_is_refused_with_a_remedy(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem, match="--workspace") as raised:
        Workspace(tmp_path / "file" / "node").establish()
    assert raised.value.code == "no_workspace"

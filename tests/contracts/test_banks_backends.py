"""The banks' questions have the same answers on DuckDB and on Spark, with values missing, malformed and empty."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from jingwei.foundations.data.banks import exercise, packages, questions
from jingwei.foundations.data.banks.model import LINKS, Criteria, Linking, Profile, Table
from jingwei.foundations.data.banks.profiles import PROFILES
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import CHINA
from jingwei.kernel.lake import Dataset
from jingwei.kernel.workspace import Workspace

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
NOON = datetime(2026, 3, 2, 12, tzinfo=CHINA)


def filled(folder: Path, profile: Profile) -> tuple[dict[str, Table], Linking]:
    """A bank whose records are linked as they were invented, some of them spoilt."""
    lake, tables = Workspace(folder).lake, {}
    for role in profile.roles:
        rows: list[dict[str, Any]] = exercise.invented(profile.code, 60, 5)[role.code]
        rows[0] |= dict.fromkeys(c for c in role.columns if c != "record")
        rows[1] |= {c: "" for c in ("birth_date", "sex", "place") if c in role.columns}
        rows[2] |= {c: "1990-13-45" for c in ("birth_date",) if c in role.columns}
        rows[3] |= {"name": "O'Brien \"张\\三\""}
        snapshot = lake.append(Dataset(role.code, 1, {**role.columns, "truth": "string"}), rows)
        lake.append(LINKS, [{"run": "r", "bank": profile.code, "role": role.code, "record": r["record"], "entity": r["truth"] or "nobody"} for r in rows])
        tables[role.code] = Table(profile.code, role.code, role.code, snapshot.id, 1, NOON)
    return tables, Linking(profile.code, "r", (), 0, 0, 0, 1000, 0, NOON, True, None, 0)


@pytest.mark.parametrize(("bank", "asked"), [("health", Criteria(("E11", "I10"), "2024-01-15", "2024-09-30")), ("science", Criteria()), ("education", Criteria())])
def test_a_question_comes_out_the_same_on_either_engine(session, tmp_path, bank, asked):
    profile = PROFILES[bank]
    tables, linking = filled(tmp_path, profile)

    def all_of(engine: str) -> list[Any]:
        (tmp_path / "jingwei.toml").write_text(f'[lake]\nengine = "{engine}"\n')
        context = Context(Workspace(tmp_path), clock=lambda: NOON)
        cube = questions.cube(context, profile, tables, linking, asked)
        made = packages.package(context, profile, tables, linking, 1)[1] if bank == "health" else ""
        return [cube.levels, cube.counts.tolist(), cube.records, cube.names, made]

    assert all_of("duckdb") == all_of("spark")

"""What every test may ask for."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from new_stores import copied
from postgresql import server

from jingwei.kernel.store import _engine
from jingwei.kernel.workspace import Workspace

settings.register_profile("seeded", derandomize=True, deadline=None, max_examples=50,
                          suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("soak", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "seeded"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """Known answers and figures kept outside the project. In CI their absence is a failure, never a skip."""
    folder = os.environ.get("JINGWEI_SHARED")
    if folder and Path(folder).is_dir():
        return Path(folder)
    message = "set JINGWEI_SHARED to the folder with facts/ and oracles/ to run this test"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="module", autouse=True)
def new_stores(request: pytest.FixtureRequest) -> Iterator[None]:
    """Stores of SQLite begin as copies everywhere but in the tests of the kernel, which is what begins them."""
    if "kernel" in request.path.parts:
        yield
        return
    with copied():
        yield


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """The address of a real PostgreSQL."""
    yield from server()


@pytest.fixture(params=["sqlite", "postgresql"])
def node(request, tmp_path) -> Iterator[Workspace]:
    """A node's empty folder, with its store on either database."""
    workspace = Workspace(tmp_path / "node")
    if request.param == "sqlite":
        yield workspace
        return
    name = f"n{secrets.token_hex(6)}"
    address = f"{request.getfixturevalue('cluster')}&options=-csearch_path%3D{name}%20-ctimezone%3DAsia/Shanghai"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")  # a node has a database or a schema to itself
    workspace.establish()
    (workspace.folder / "jingwei.toml").write_text(f'[store]\nurl = "{address}"\n')
    yield workspace
    _engine(workspace.store.address, os.getpid()).dispose()

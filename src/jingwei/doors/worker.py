"""One worker of a node as a whole: the portal and the API behind their guard, counted, warm before anybody is let in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jingwei.doors.guard import Guard
from jingwei.doors.health import Counted
from jingwei.doors.portal.app import application
from jingwei.doors.portal.kept import Kept
from jingwei.doors.serve import LAZY, WORKSPACE
from jingwei.doors.telemetry import traced
from jingwei.kernel.workspace import Workspace

FIRST_PAGES = ("/zh", "/en")


def worker(workspace: Workspace) -> Any:
    """All that one worker answers."""
    kept = application(workspace, nightly=True)

    async def warm() -> None:
        await _warm(kept)

    if not os.environ.get(LAZY):
        kept.program.on_startup.append(warm)
    return traced(Counted(Guard(kept)))


def from_environment() -> Any:
    """The worker of the workspace named by ``JINGWEI_WORKSPACE``: what each process of a server is told to make."""
    return worker(Workspace(Path(os.environ[WORKSPACE])))


async def _warm(app: Kept) -> None:
    """Ask for the first pages before the door opens, so that no visitor waits for the first evaluation.

    What goes wrong here is told to the visitor who asks for the same page; the door opens all the same.
    """
    for path in FIRST_PAGES:
        await _ask(app, path)


async def _ask(app: Any, path: str) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_: Mapping[str, Any]) -> None: ...

    await app({"type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET",
               "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
               "headers": [(b"host", b"localhost")], "client": None, "server": None, "state": {}}, receive, send)

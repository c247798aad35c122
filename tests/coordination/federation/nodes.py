"""Nodes for tests: several in one process on a wire, or each in a process of its own behind a loopback port."""

from __future__ import annotations

import atexit
import socket
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import msgspec
from nursery import Child, Nursery

from jingwei.coordination.federation import actions
from jingwei.coordination.federation.model import Init
from jingwei.coordination.federation.neighbours import admit, exchange_of, join
from jingwei.coordination.federation.sources import Http
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import CHINA
from jingwei.kernel.exchange import Exchange
from jingwei.kernel.i18n import both
from jingwei.kernel.nodes import Acknowledgement, Hello, Message, Profile
from jingwei.kernel.problems import Problem
from jingwei.kernel.workspace import Workspace


@dataclass
class Time:
    """A clock that goes a second further each time it is read."""

    now: datetime = datetime(2026, 3, 2, 9, tzinfo=CHINA)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@dataclass
class Wire:
    """Nodes of one process that reach each other by their addresses."""

    at: dict[str, Exchange] = field(default_factory=dict)
    bytes: int = 0

    def _node(self, url: str) -> Exchange:
        if url not in self.at:
            raise Problem("unreachable", both("nobody answers"), where=url)
        return self.at[url]

    def greet(self, url: str) -> Hello:
        return Hello.read(msgspec.json.encode(self._node(url).hello()))

    def deliver(self, to: Profile, message: Message) -> Acknowledgement:
        return self._node(to.url).receive(message.encode())

    def ask(self, to: Profile, question: Message) -> Message:
        answer = self._node(to.url).answer(question.encode()).encode()
        self.bytes += len(answer) + len(question.encode())
        return Message.read(answer)


def node(folder: Path, name: str, level: str, place: str, port: int, clock: Time) -> Exchange:
    workspace = Workspace(folder)
    actions.init(Context(workspace, clock=clock), Init(f"{name}节点", level, place, name, url=f"http://127.0.0.1:{port}"))
    return exchange_of(workspace, clock)


def stand_below(child: Exchange, parent: Exchange, wire: Wire | Http) -> None:
    """The child asks, the parent admits, the child is told."""
    join(child, parent.hello().profile.url, wire)
    admit(parent, child.hello().profile.id)
    parent.deliver(wire)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(folder: str, port: int, sends: str) -> None:
    """The door for other nodes, and with ``sends`` the courier: what a process of a node runs."""
    import uvicorn
    from litestar import Litestar

    from jingwei.doors import nodes

    nodes.PAUSE = 0.05
    workspace = Workspace(Path(folder))
    courier = nodes.Courier(workspace)
    app = Litestar(nodes.routes(workspace), openapi_config=None, on_startup=[courier.begin] if sends == "sends" else [])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


@cache
def nursery() -> Nursery:
    """Of all nodes that are processes in one run of the tests."""
    born = Nursery("nodes", "uvicorn", "litestar", "jingwei.doors.nodes", "jingwei.coordination.duties.answers", path=(Path(__file__).parent,))
    atexit.register(born.close)
    return born


@dataclass
class Process:
    """The door for other nodes, and the courier, in a process that can be killed and started again."""

    folder: Path
    port: int
    sends: bool = True
    running: Child | None = None

    def start(self) -> None:
        self.running = nursery().child("nodes:serve", str(self.folder), self.port, "sends" if self.sends else "waits", log=self.folder / "process.log")
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                Http().greet(f"http://127.0.0.1:{self.port}")
                return
            except Problem:
                time.sleep(0.02)
        raise AssertionError("it does not answer")

    def kill(self) -> None:
        if self.running is not None:
            self.running.kill()
            self.running = None

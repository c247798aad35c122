"""Nodes for tests: several in one process on a wire, or each in a process of its own behind a loopback port."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

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


SERVER = """
import sys
from pathlib import Path
import uvicorn
from litestar import Litestar
from jingwei.doors import nodes
from jingwei.kernel.workspace import Workspace
nodes.PAUSE = 0.05
workspace = Workspace(Path(sys.argv[1]))
courier = nodes.Courier(workspace)
app = Litestar(nodes.routes(workspace), openapi_config=None, on_startup=[courier.begin] if sys.argv[3] == "sends" else [])
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
"""


@dataclass
class Process:
    """The door for other nodes, and the courier, in a process that can be killed and started again."""

    folder: Path
    port: int
    sends: bool = True
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.running = subprocess.Popen([sys.executable, "-c", SERVER, str(self.folder), str(self.port), "sends" if self.sends else "waits"])
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
            self.running.send_signal(signal.SIGKILL)
            self.running.wait()
            self.running = None

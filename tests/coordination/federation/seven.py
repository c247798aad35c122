"""Seven nodes in processes of their own, under traffic they make themselves, that can be killed and cut off at any instant.

Where the machine allows, each node lives in a network namespace of its own: what passes between two namespaces goes through
relays, and a node is cut off by taking its loopback interface down. Elsewhere a node that is cut off refuses every socket.
What a node did and was told to be done it writes into a file of its own, after it was done: that is what must not be lost.
"""

from __future__ import annotations

import asyncio
import ctypes
import fcntl
import json
import os
import random
import socket
import struct
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from nodes import nursery
from nursery import Child

from jingwei.coordination.duties.model import Duty
from jingwei.coordination.duties.passing import changed
from jingwei.coordination.duties.records import read_tree, set_duty
from jingwei.coordination.federation.neighbours import KINDS, QUESTIONS
from jingwei.coordination.matters.model import Cause
from jingwei.coordination.matters.records import Turn, decided, keep, read_matters, surfaced
from jingwei.kernel import node_records as records
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import system_clock
from jingwei.kernel.exchange import Arrival, Exchange
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Event
from jingwei.kernel.workspace import Workspace

NAMES = {"gd": ("province", "440000", ""), "gz": ("city", "440100", "gd"), "sz": ("city", "440300", "gd"), "th": ("county", "440106", "gz"),
         "yx": ("county", "440104", "gz"), "ns": ("county", "440305", "sz"), "ft": ("county", "440304", "sz")}
"""Level, place, and the node above."""

NOTE = "test.note"
DONE = "events need.declared count >= 1"
FIRST_DAY = date(2026, 1, 1)
ACKNOWLEDGED, STOP, CUT = "acknowledged.jsonl", "stop", "cut"
SOME = 3
"""Things a node does between its start and the next time it is killed or cut off."""

NEW_USER, NEW_NET = 0x10000000, 0x40000000


# A node's process


def note(arrival: Arrival) -> None:
    """Enter in the ledger what a message says, so that it can be counted."""
    body = arrival.message.body
    arrival.exchange.workspace.ledger.append(Event("note.taken", arrival.at, arrival.message.envelope.sender, {"op": body["op"], "from": body["from"]}))


KINDS[NOTE] = note


def serve(home: str, port: int, seed: int, relay: int) -> None:
    """The door for other nodes, the courier, and the traffic; in the namespaces of the relay when there is one."""
    if relay:
        enter(relay)
    import uvicorn
    from litestar import Litestar

    from jingwei.coordination.federation import sources
    from jingwei.doors import nodes

    nodes.PAUSE, nodes.HEADS_EVERY, nodes.DUTIES_EVERY = 0.1, 2.0, 1.0
    nodes.Http = lambda: sources.Http(2.0)  # type: ignore[assignment,misc]
    folder = Path(home)
    workspace = Workspace(folder)
    courier = nodes.Courier(workspace)
    app = Litestar(nodes.routes(workspace), openapi_config=None, on_startup=[courier.begin])
    if not relay:
        refuse_when_cut(folder, sources)
    threading.Thread(target=traffic, args=(workspace, random.Random(seed)), daemon=True).start()

    async def door(scope: Any, receive: Any, send: Any) -> None:
        if not relay and scope["type"] == "http" and (folder / CUT).exists():
            raise ConnectionRefusedError
        await app(scope, receive, send)

    uvicorn.run(door, host="127.0.0.1", port=port, log_level="critical")


def refuse_when_cut(folder: Path, sources: Any) -> None:
    class Refusing(sources.HTTPConnection):  # type: ignore[misc,name-defined]
        def connect(self) -> None:
            if (folder / CUT).exists():
                raise ConnectionRefusedError
            super().connect()

    sources.HTTPConnection = Refusing


def traffic(workspace: Workspace, chance: random.Random) -> None:
    """Entries, messages, duties, changes of duties and decisions, as fast as the node comes to it; each acknowledged when it is done."""
    exchange, context, boot, n = Exchange(workspace, KINDS, QUESTIONS), Context(workspace), os.urandom(4).hex(), 0
    with workspace.store.read() as connection:
        me, near = records.own(connection), [one.profile.id for one in records.known(connection) if one.relation != "self"]
    name, below = me.name_en, [lead for lead, (_, _, above) in NAMES.items() if under(lead, me.name_en) and above]
    with (workspace.folder / ACKNOWLEDGED).open("a") as done:
        while not (workspace.folder / STOP).exists():
            n += 1
            op = f"{name}.{boot}.{n}"
            try:
                first = ("duty", "decision")[n - 1] if below and n <= 2 else ""
                said = one_thing(exchange, context, op, near, below, chance, first)
            except Exception as error:
                if "busy" not in str(error):
                    print(name, "traffic:", repr(error), file=sys.stderr)
                continue
            done.write(json.dumps({"op": op, **said}) + "\n")
            done.flush()
            os.fsync(done.fileno())
            time.sleep(chance.uniform(0.02, 0.3))


def one_thing(exchange: Exchange, context: Context, op: str, near: list[str], below: list[str], chance: random.Random, kind: str = "") -> dict[str, Any]:
    kind = kind or chance.choice(("entry", "note", "note", "duty", "change", "decision") if below else ("entry", "note", "note"))
    ledger, clock = exchange.workspace.ledger, system_clock
    mine = [code for code, k in read_tree(ledger).items() if not k.giver] if kind == "change" else []
    if kind == "note":
        to = chance.choice(near)
        exchange.send(to, NOTE, {"op": op, "from": op.split(".", maxsplit=1)[0]})
        return {"did": kind, "to": to}
    if kind == "duty" or (kind == "change" and mine):
        code = chance.choice(mine) if mine else op
        lead, day = chance.choice(below), FIRST_DAY + timedelta(days=chance.randrange(300))
        if mine:
            lead = read_tree(ledger)[code].duty.lead if chance.random() < 0.7 else lead
        changed(context, lambda tree: set_duty(tree, duty(code, lead, day)))
        return {"did": "duty", "duty": code, "lead": lead, "deadline": day.isoformat()}
    if kind == "decision":
        return decide(context, op, chance.choice(below))
    ledger.append(Event("need.declared", clock(), op.split(".", maxsplit=1)[0], {"op": op}))
    return {"did": "entry"}


def duty(code: str, lead: str, day: date) -> Duty:
    return Duty(code, "O.1", Text(f"办 {code}", f"do {code}"), lead, day, NAMES[lead][1], evidence=DONE)


def decide(context: Context, op: str, lead: str) -> dict[str, Any]:
    """A matter opened and decided, and the duty that carries it out, in one transaction as the action does it."""
    with context.workspace.store.write():
        before = read_matters(context.workspace.ledger)
        cause = Cause(f"red_line/{op}", "red_line", f"entry:{op}", FIRST_DAY, 1, Text(op, op))
        opened: list[Turn] = [t for t in surfaced({}, [cause], FIRST_DAY) if t.kind == "matter.opened"]
        matters = keep(context, before, opened)
        m = matters[str(opened[0].facts["matter"])]
        changed(context, lambda tree: set_duty(tree, duty(op, lead, FIRST_DAY)))
        keep(context, matters, [decided(m, "办", [op], None)])
    return {"did": "decision", "matter": m.code, "duty": op, "lead": lead, "deadline": FIRST_DAY.isoformat()}


def under(name: str, of: str) -> bool:
    """Whether a node stands below another, at any depth."""
    above = NAMES[name][2]
    return bool(above) and (above == of or under(above, of))


# Namespaces, and what passes between them


def enter(relay: int) -> None:
    """The namespaces of the relay's process, before any thread is there."""
    libc = ctypes.CDLL(None, use_errno=True)
    for kind in ("user", "net"):
        theirs, ours = (Path(f"/proc/{pid}/ns/{kind}").stat() for pid in (relay, "self"))
        if theirs.st_ino == ours.st_ino:
            continue
        with Path(f"/proc/{relay}/ns/{kind}").open() as there:
            if libc.setns(there.fileno(), 0):
                raise OSError(ctypes.get_errno(), f"setns {kind}")


def loopback_up(up: bool) -> None:
    with socket.socket() as s:
        flags = struct.unpack("16sh", fcntl.ioctl(s, 0x8913, struct.pack("16sh", b"lo", 0)))[1]
        fcntl.ioctl(s, 0x8914, struct.pack("16sh", b"lo", flags | 1 if up else flags & ~1))


def separate() -> str:
    """A network namespace for this process; with one for users, where only that is allowed. Empty where neither is."""
    libc = ctypes.CDLL(None, use_errno=True)
    for kinds, name in ((NEW_NET, "a network namespace each"), (NEW_USER | NEW_NET, "a user and a network namespace each")):
        if not libc.unshare(kinds):
            with suppress(OSError):
                loopback_up(True)
                return name
    return ""


async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, asyncio.CancelledError):
        while content := await reader.read(65_536):
            writer.write(content)
            await writer.drain()
    with suppress(OSError):
        writer.close()


def relay(folder: Path, name: str, ports: dict[str, int]) -> None:
    """Carries what this namespace's node says to the others and back; ``cut`` and ``heal`` on its input take the interface down and up."""
    how = separate()
    print(how, flush=True)
    if not how:
        return

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, other: str) -> None:
        try:
            far = await (asyncio.open_connection("127.0.0.1", ports[name]) if other == name else asyncio.open_unix_connection(str(folder / f"{other}.sock")))
        except OSError:
            writer.close()
            return
        await asyncio.gather(pipe(reader, far[1]), pipe(far[0], writer))

    async def run() -> None:
        servers = [await asyncio.start_unix_server(lambda r, w: carry(r, w, name), str(folder / f"{name}.sock"))]
        servers += [await asyncio.start_server(lambda r, w, o=other: carry(r, w, o), "127.0.0.1", port) for other, port in ports.items() if other != name]
        print("ready", flush=True)
        loop = asyncio.get_running_loop()
        while word := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
            loopback_up(word == "heal")
            print("done", flush=True)

    asyncio.run(run())
    os._exit(0)


# The seven


@dataclass
class Seven:
    """The nodes by name, their processes, and what was done to them."""

    folder: Path
    ports: dict[str, int]
    seed: int
    running: dict[str, Child] = field(default_factory=dict)
    relays: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    cut_off: set[str] = field(default_factory=set)
    kills: int = 0
    cuts: int = 0
    starts: int = 0
    how: str = ""
    done_before: dict[str, int] = field(default_factory=dict)

    def separate(self) -> None:
        """A relay for each node; none at all where the machine does not allow namespaces."""
        for name in NAMES:
            words = json.dumps(self.ports)
            child = subprocess.Popen([sys.executable, __file__, str(self.folder), name, words], env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            assert child.stdout is not None
            self.relays[name] = child
            self.how = child.stdout.readline().strip()
            if not self.how:
                self.relays.pop(name).communicate()
                return
            assert child.stdout.readline() == "ready\n"

    def start(self, name: str) -> None:
        self.starts += 1
        at = self.relays[name].pid if self.relays else 0
        self.done_before[name] = len(self.acknowledged(name))
        self.running[name] = nursery().child("seven:serve", str(self.folder / name), self.ports[name], self.seed * 1_000 + self.starts, at, log=self.folder / f"{name}.log")

    def kill(self, name: str) -> None:
        self.running.pop(name).kill()

    def cut(self, name: str, *, heal: bool = False) -> None:
        (self.cut_off.discard if heal else self.cut_off.add)(name)
        if self.relays:
            there = self.relays[name]
            assert there.stdin is not None
            assert there.stdout is not None
            there.stdin.write("heal\n" if heal else "cut\n")
            there.stdin.flush()
            assert there.stdout.readline() == "done\n"
        elif heal:
            (self.folder / name / CUT).unlink(missing_ok=True)
        else:
            (self.folder / name / CUT).touch()

    def disturb(self, times: int) -> None:
        """Kill, cut off, heal and start again at random, until ``times`` nodes were killed or cut off."""
        chance = random.Random(self.seed)
        while self.kills + self.cuts < times:
            name = chance.choice(list(NAMES))
            if name not in self.running:
                self.start(name)
            elif name in self.cut_off:
                self.cut(name, heal=True)
            elif not self.at_work(name):
                time.sleep(0.02)  # a node killed before it did anything proves little
                continue
            elif chance.random() < 0.5:
                self.kill(name)
                self.kills += 1
            else:
                self.cut(name)
                self.cuts += 1
            time.sleep(chance.uniform(0.0, 0.3))

    def at_work(self, name: str) -> bool:
        """Whether it has done some things since it was started."""
        return len(self.acknowledged(name)) >= self.done_before[name] + SOME

    def heal(self) -> None:
        for name in NAMES:
            (self.folder / name / STOP).touch()
            if name in self.cut_off:
                self.cut(name, heal=True)
            if name not in self.running:
                self.start(name)

    def end(self) -> None:
        for name in list(self.running):
            self.kill(name)
        for each in self.relays.values():
            each.kill()
            each.communicate()

    def acknowledged(self, name: str) -> list[dict[str, Any]]:
        """What the node was told to be done; a line half written when it died was not."""
        path = self.folder / name / ACKNOWLEDGED
        lines = path.read_text().split("\n")[:-1] if path.exists() else []
        return [json.loads(line) for line in lines]



if __name__ == "__main__":
    relay(Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3]))

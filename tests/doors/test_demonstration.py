"""The demonstration: what is shown hangs together, and whatever ends the starter ends every node it started."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest

from jingwei.coordination.duties.actions import import_duties
from jingwei.coordination.duties.model import ImportDuties
from jingwei.coordination.record.model import Rehearse
from jingwei.coordination.record.rehearsal import rehearse
from jingwei.doors.demonstration import start as starting
from jingwei.doors.demonstration.scene import events, organisations, places, work_plan
from jingwei.doors.demonstration.start import free
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import CHINA
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document, Table
from jingwei.kernel.workspace import Workspace

AT = datetime(2026, 11, 24, 9, tzinfo=CHINA)
SCENES = pytest.mark.parametrize("small", [False, True])


def table(name: str, content: bytes) -> Table:
    return Table.read(Document(name, content))


@SCENES
def test_every_work_plan_is_taken_in_whole(tmp_path, small):
    nodes, taken = places(2522, small=small), 0
    for one in nodes:
        if content := work_plan(one.name, nodes, AT):
            told = import_duties(Context(Workspace(tmp_path / one.name), clock=lambda: AT), ImportDuties(table("p.csv", content), table("o.csv", organisations(nodes))))
            assert told.data["rejected"] == []
            taken += told.data["taken"]
    assert taken == (5 if small else 16)


@SCENES
def test_every_event_is_one_that_says_it_is_invented_and_the_same_day_gives_the_same(tmp_path, small):
    nodes = places(2522, small=small)
    told = events(nodes, AT)
    assert told == events(nodes, AT)
    for node, content in told.items():
        assert all(json.loads(line)["facts"]["synthetic"] is True for line in content.splitlines())
        assert all(json.loads(line)["at"] <= AT.isoformat() for line in content.splitlines()), "nothing has happened yet that is still to come"
        rehearse(Context(Workspace(tmp_path / node)), Rehearse(Document("e", content)))


def test_nobody_who_is_shown_could_be_taken_for_a_real_bureau():
    nodes = places(2522)
    assert (len(nodes), [n.level for n in nodes].count("city"), [n.level for n in nodes].count("county")) == (11, 2, 2)
    assert all(n.zh.startswith("演示") and n.en.startswith("Demo ") for n in nodes)
    assert all(n.above in {o.name for o in nodes[:i]} for i, n in enumerate(nodes) if i), "whoever stands above is started before"
    assert {n.name for n in places(2522, small=True)} == {"province", "city-a", "county-a"}


# Processes


def start(folder: Path, port: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", "from jingwei.doors.cli import main; main()", "demo", "--small", "--dir", str(folder), "--port", str(port)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "JINGWEI_LANG": "en"})


def free_ports(count: int) -> int:
    """The first of so many free neighbours."""
    for first in range(20_000 + os.getpid() % 20_000, 60_000, count):
        try:
            free(places(first, small=True)[:count])
        except Problem:
            continue
        return first
    raise AssertionError("no ports are free")


def children_of(starter: subprocess.Popen[str]) -> list[int]:
    """The nodes it has started so far, once there is one."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        found = Path(f"/proc/{starter.pid}/task/{starter.pid}/children").read_text().split()
        if len(found) >= 2:
            return [int(each) for each in found]
        time.sleep(0.05)
    raise AssertionError("it started no node")


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(nodes: list[int]) -> bool:
    until = time.monotonic() + 60
    while any(map(alive, nodes)) and time.monotonic() < until:
        time.sleep(0.05)
    return not any(map(alive, nodes))


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_whatever_ends_the_starter_in_the_middle_leaves_no_node_behind(tmp_path, how):
    starter = start(tmp_path / "d", free_ports(3))
    try:
        nodes = children_of(starter)
        starter.send_signal(how)
        starter.communicate(timeout=120)
        assert gone(nodes)
        assert how is signal.SIGKILL or starter.returncode == 0
    finally:
        starter.kill()
        starter.wait()


def test_an_interruption_that_a_library_swallows_comes_again(monkeypatch):
    monkeypatch.setattr(starting, "AGAIN", 0.05)
    swallowed = False
    with pytest.raises(KeyboardInterrupt), starting._stopped_by(signal.SIGUSR1):
        try:
            os.kill(os.getpid(), signal.SIGUSR1)
            time.sleep(5)
        except BaseException:
            swallowed = True
        time.sleep(5)
    assert swallowed


def test_a_port_that_is_taken_is_named_before_anything_is_started(tmp_path):
    first = free_ports(3)
    with socket.socket() as other:
        other.bind(("127.0.0.1", first + 1))
        other.listen()
        starter = start(tmp_path / "d", first)
        _, said = starter.communicate(timeout=120)
    assert starter.returncode == 2
    assert f"port_taken: something already answers on port {first + 1}\n" in said
    assert f"{first} to {first + 2}" in said
    assert not (tmp_path / "d").exists()


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    starter = start(tmp_path, free_ports(3))
    _, said = starter.communicate(timeout=120)
    assert (starter.returncode, "not_a_demonstration" in said) == (2, True)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]

"""Starts every node in a process of its own, says where each is, and takes all of them down again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from jingwei.doors.demonstration.scene import Place, places
from jingwei.doors.serve import ENDS_WITH, LOOPBACK
from jingwei.kernel.i18n import Language, Text
from jingwei.kernel.problems import Problem

if TYPE_CHECKING:
    from rich.progress import Progress

MARK = "demonstration"
"""A file that tells a demonstration's folder from any other."""

PATIENCE = 120.0
"""Seconds a node may take to answer for the first time, on a busy machine."""

GRACE = 15.0
"""Seconds a node has to end by itself."""

AGAIN = 2.0
"""Seconds after which an interruption that nobody heard comes again."""


def start(folder: Path | None, port: int, small: bool, language: Language) -> None:
    """Run until interrupted. Raises Problem ``port_taken``, ``not_a_demonstration`` or ``node_ended``."""
    began, nodes = time.monotonic(), places(port, small=small)
    with ExitStack() as stack:
        stack.enter_context(_stopped_by(signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
        free(nodes)
        where = _folder(folder, small) if folder else Path(stack.enter_context(TemporaryDirectory(prefix="jingwei-demo-")))
        running = stack.enter_context(processes())
        try:
            _set_up(nodes, where, running, language)
            click.echo(_told(nodes, language, time.monotonic() - began, where))
            running.wait(lambda one, log: click.echo(Text(f"{one.zh} 停了，记录在 {log}", f"{one.en} has ended; see {log}").in_(language), err=True))
        except KeyboardInterrupt:
            signal.setitimer(signal.ITIMER_REAL, 0)
            click.echo(Text("正在结束各节点……", "Ending the nodes …").in_(language), err=True)


def _set_up(nodes: Sequence[Place], where: Path, running: Processes, language: Language) -> None:
    from jingwei.doors.demonstration.steps import Nodes

    made = Nodes(nodes, where)
    with _progress() as bar:
        def steps(zh: str, en: str, total: int) -> Callable[..., None]:
            task = bar.add_task(Text(zh, en).in_(language), total=total)
            return lambda *_: bar.advance(task)

        step = steps("建立节点", "Founding the nodes", len(nodes))
        for one in nodes:
            made.found(one)
            running.start(one, made.workspace(one.name).folder, lazy=one is not nodes[0])
            step()
        step = steps("打开门户", "Opening the portals", len(nodes))
        for one in nodes[1:]:
            running.answers(one, "/static/portal.css")
            step()
        running.answers(nodes[0], "/static/portal.css")
        step()
        step = steps("逐级加入", "Joining, level by level", len(nodes))
        for one in nodes:
            made.join(one)
            step()
        made.work(steps("收入任务和事件", "Duties and events", len(nodes) * 2))
        step = steps("互验账本、跨节点查询", "Co-signing, one query across", 3)
        made.meet()
        step()
        made.ask()
        step()
        running.answers(nodes[0], f"/{language}")
        step()


# Processes


class Processes:
    """The nodes that were started. A node that ends is told of and left down: how the others take it is worth seeing."""

    def __init__(self) -> None:
        self._running: dict[str, tuple[Place, subprocess.Popen[bytes], Path]] = {}

    def start(self, one: Place, folder: Path, *, lazy: bool) -> None:
        log = folder / "serve.log"
        command = [sys.executable, "-c", "from jingwei.doors.cli import main; main()", "serve", "--port", str(one.port), "--workspace", str(folder), *(["--lazy"] if lazy else [])]
        with log.open("ab") as sink:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, start_new_session=True,
                                       env={**os.environ, ENDS_WITH: str(os.getpid())})
        self._running[one.name] = (one, process, log)

    def answers(self, one: Place, path: str) -> None:
        """Wait for an answer from the node itself. Raises Problem ``node_ended`` when its process is gone or says nothing for too long."""
        _, process, log = self._running[one.name]
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and process.poll() is None:
            ask = HTTPConnection(LOOPBACK, one.port, timeout=PATIENCE)
            try:
                ask.request("GET", path)
                if ask.getresponse().status == 200:
                    return
            except (OSError, HTTPException):
                pass
            finally:
                ask.close()
            time.sleep(0.1)
        raise Problem("node_ended", Text(f"{one.zh} 在端口 {one.port} 没有应答：{_last_line(log)}", f"{one.en} does not answer on port {one.port}: {_last_line(log)}"),
                      where=str(log), remedy=Text("看看那个文件，再重新开始演示。", "See that file; then start the demonstration again."))

    def wait(self, ended: Callable[[Place, Path], None]) -> None:
        """Until interrupted, or until none is left."""
        while self._running:
            for name, (one, process, log) in list(self._running.items()):
                if process.poll() is not None:
                    del self._running[name]
                    ended(one, log)
            time.sleep(0.2)

    def end(self) -> None:
        """Ask every node to end, all at once, and make those that do not."""
        left = [process for _, process, _ in self._running.values() if process.poll() is None]
        for process in left:
            process.terminate()
        until = time.monotonic() + GRACE
        for process in left:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def processes() -> Iterator[Processes]:
    made = Processes()
    try:
        yield made
    finally:
        with _deaf_to(signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):  # a second Ctrl-C must leave no node behind
            made.end()


@contextmanager
def _stopped_by(*signals: signal.Signals) -> Iterator[None]:
    """Those signals do what Ctrl-C does, and again every ``AGAIN`` seconds until it is heard: libraries swallow an interruption while they are imported or tidy up."""
    def stop(_number: int, _frame: FrameType | None) -> None:
        signal.setitimer(signal.ITIMER_REAL, AGAIN)
        raise KeyboardInterrupt

    with _handled((*signals, signal.SIGALRM), stop):
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


@contextmanager
def _deaf_to(*signals: signal.Signals) -> Iterator[None]:
    with _handled(signals, signal.SIG_IGN):
        yield


@contextmanager
def _handled(signals: Sequence[signal.Signals], how: Any) -> Iterator[None]:
    before = {each: signal.signal(each, how) for each in signals}
    try:
        yield
    finally:
        for each, was in before.items():
            signal.signal(each, was)


def free(nodes: Sequence[Place]) -> None:
    """Raises Problem ``port_taken``, naming the ports that somebody else answers on, before anything is started."""
    taken = []
    for one in nodes:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, one.port))
            except OSError:
                taken.append(str(one.port))
    if taken:
        first, last = nodes[0].port, nodes[-1].port
        raise Problem("port_taken", Text(f"已有程序在端口 {'、'.join(taken)} 应答", f"something already answers on port {', '.join(taken)}"), remedy=Text(
            f"演示要 {len(nodes)} 个端口，{first} 至 {last}。用 --port 换第一个端口，或者先停下那个程序。",
            f"The demonstration needs {len(nodes)} ports, {first} to {last}. Choose another first one with --port, or end what answers there."))


def _folder(folder: Path, small: bool) -> Path:
    """A new folder, or one a demonstration was kept in. Raises Problem ``not_a_demonstration``."""
    size = "small" if small else "whole"
    mark = folder / MARK
    there = mark.read_text() if mark.is_file() else ""
    if there not in ("", size) or (not there and folder.is_dir() and any(folder.iterdir())):
        raise Problem("not_a_demonstration", Text("目录里是另一场演示", "the folder holds another demonstration") if there else Text(
            "目录里有别的东西", "the folder holds something else"), where=str(folder), remedy=Text(
            "换一个空目录，或者放过同样大小的演示的目录。", "Choose an empty folder, or one that a demonstration of this size was kept in."))
    folder.mkdir(parents=True, exist_ok=True)
    mark.write_text(size)
    return folder


# What is said


def _progress() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    return Progress(TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:.0f}/{task.total:.0f}"), TimeElapsedColumn(),
                    console=console, disable=not console.is_terminal)


def _told(nodes: Sequence[Place], language: Language, seconds: float, where: Path) -> str:
    lines = [Text(f"{len(nodes)} 个节点就绪，用时 {seconds:.0f} 秒。事件、任务和机构是合成的，公布的统计数是真的。",
                  f"{len(nodes)} nodes ready after {seconds:.0f} s. Events, duties and organisations are invented; published statistics are real.").in_(language), ""]
    lines += [f"  http://localhost:{one.port}/{language}  {Text(one.zh, one.en).in_(language)}" for one in nodes]
    lines += ["", Text(f"各节点在 {where}。按 Ctrl-C 结束。", f"The nodes are in {where}. Ctrl-C ends them.").in_(language)]
    return "\n".join(lines)


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1][:300] if lines else "it said nothing"

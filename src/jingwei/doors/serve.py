"""Start the portal on this machine. It listens on the loopback address and nowhere else."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from jingwei.kernel.i18n import Language, Text
from jingwei.kernel.problems import Problem
from jingwei.kernel.workspace import Workspace

WORKSPACE = "JINGWEI_WORKSPACE"
"""Names the node's folder to the workers, which are processes of their own."""

COUNTED_IN = "PROMETHEUS_MULTIPROC_DIR"
"""Folder in which the workers of one server add up what they count; set before they start."""

LOOPBACK = "127.0.0.1"
PORT = 2522
MOST_WORKERS = 64
LAZY = "JINGWEI_LAZY"
"""Set when a worker opens its door before its first pages are made."""

ENDS_WITH = "JINGWEI_ENDS_WITH"
"""The process that started this server and without which it must not go on, as a demonstration's nodes without their starter."""

PAUSE = 0.05
PATIENCE = 60
"""Seconds a worker may give no sign of life, as it does not while it loads on a busy machine, before it is replaced."""


def command(language: Language) -> click.Command:
    """``jingwei serve``: not an action of a room, but the opening of a door."""
    about = Text("打开门户：http://localhost:2522，只有本机可以访问。没有工作目录就建一个。\n\n\b\n例：\n  jingwei serve --port 2522",
                 "Open the portal at http://localhost:2522, for this machine only. Makes the workspace if there is none.\n\n"
                 "\b\nExample:\n  jingwei serve --port 2522")
    return click.Command("serve", callback=serve, help=about.in_(language),
                         short_help=Text("打开门户", "Open the portal").in_(language), params=[
        click.Option(["--port"], type=click.IntRange(1, 65535), default=PORT, show_default=True,
                     help=Text("端口", "port").in_(language)),
        click.Option(["--workers"], type=click.IntRange(1, MOST_WORKERS), default=1, show_default=True,
                     help=Text("工作进程数；哪个退出就补上哪个", "processes that answer; one that dies is replaced").in_(language)),
        click.Option(["--lazy"], is_flag=True, help=Text(
            "马上打开，第一位访客等首页算完", "open at once; the first visitor waits while the first page is worked out").in_(language)),
        click.Option(["--workspace"], type=click.Path(path_type=Path, file_okay=False), envvar="JINGWEI_WORKSPACE",
                     default=Path(), show_default=".", help=Text("本节点的目录", "this node's folder").in_(language))])


def serve(port: int, workers: int, lazy: bool, workspace: Path) -> None:
    """Serve until interrupted; say the address once it answers. Raises Problem ``port_taken``."""
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    _end_with(os.environ.get(ENDS_WITH, ""))
    with _bound(port) as door, TemporaryDirectory(prefix="jingwei-counts-") as counts:
        Workspace(workspace).establish()
        os.environ[WORKSPACE] = str(workspace.resolve())
        os.environ[COUNTED_IN] = counts
        if lazy:
            os.environ[LAZY] = "1"
        config = uvicorn.Config("jingwei.doors.worker:from_environment", factory=True, workers=workers, log_level="warning",
                                access_log=False, ws="none", server_header=False, date_header=True,
                                timeout_worker_healthcheck=PATIENCE, timeout_graceful_shutdown=10)
        threading.Thread(target=_announce, args=(port,), daemon=True).start()
        if workers == 1:
            uvicorn.Server(config).run(sockets=[door])
        else:
            Multiprocess(config, sockets=[door]).run()


def _end_with(starter: str) -> None:
    """Be ended when the starter dies, whatever it dies of. Only Linux can be told to; elsewhere the starter must end in order."""
    if not starter or sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    if os.getppid() != int(starter):  # it died before we asked
        sys.exit(1)


def _bound(port: int) -> socket.socket:
    """The one socket all workers take their connections from: none is lost when one of them dies."""
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((LOOPBACK, port))
    except OSError:
        door.close()
        raise Problem("port_taken", Text(f"端口 {port} 已被占用", f"something already answers on port {port}"),
                      remedy=Text("用 --port 换一个。", "Choose another with --port.")) from None
    return door


def _announce(port: int) -> None:
    """Say the address as soon as it answers: a worker opens the door when its first pages are made."""
    from http.client import HTTPConnection, HTTPException  # slow to load, and this module is loaded at every start

    while True:
        ask = HTTPConnection(LOOPBACK, port, timeout=PATIENCE)
        try:
            ask.request("HEAD", "/static/portal.css")
            ask.getresponse().read()
        except (OSError, HTTPException):
            time.sleep(PAUSE)
            continue
        finally:
            ask.close()
        click.echo(f"http://localhost:{port}")
        return

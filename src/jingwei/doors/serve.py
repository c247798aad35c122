"""Start the portal on this machine. Until identity lands it listens on the loopback address and nowhere else."""

from __future__ import annotations

from pathlib import Path

import click

from jingwei.kernel.i18n import Language, Text
from jingwei.kernel.problems import Problem
from jingwei.kernel.workspace import Workspace

LOOPBACK = "127.0.0.1"
PORT = 2522


def command(language: Language) -> click.Command:
    """``jingwei serve``: not an action of a room, but the opening of a door."""
    about = Text("打开门户：http://localhost:2522，只有本机可以访问。\n\n\b\n例：\n  jingwei serve --port 2522",
                 "Open the portal at http://localhost:2522, for this machine only.\n\n\b\nExample:\n  jingwei serve --port 2522")
    return click.Command("serve", callback=serve, help=about.in_(language),
                         short_help=Text("打开门户", "Open the portal").in_(language), params=[
        click.Option(["--port"], type=click.IntRange(1, 65535), default=PORT, show_default=True,
                     help=Text("端口", "port").in_(language)),
        click.Option(["--workspace"], type=click.Path(path_type=Path, file_okay=False), envvar="JINGWEI_WORKSPACE",
                     default=Path(), show_default=".", help=Text("本节点的目录", "this node's folder").in_(language))])


def serve(port: int, workspace: Path) -> None:
    """Serve until interrupted. Raises Problem ``port_taken``."""
    import socket

    import uvicorn

    from jingwei.doors.portal.app import application

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            raise Problem("port_taken", f"something already answers on port {port}",
                          remedy="Choose another with --port.") from None
    node = Workspace(workspace)
    node.establish()
    click.echo(f"http://localhost:{port}")
    uvicorn.run(application(node), host=LOOPBACK, port=port, log_level="warning")

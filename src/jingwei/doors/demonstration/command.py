"""``jingwei demo`` on the command line; what it starts is loaded only when it is run."""

from __future__ import annotations

from pathlib import Path

import click

from jingwei.doors.serve import PORT
from jingwei.kernel.i18n import Language, Text


def command(language: Language) -> click.Command:
    """``jingwei demo``: not an action of a room, but many doors opened at once."""
    about = Text("演示：一个省、两个市、两个县、六个部门，各是一个进程、一个节点，用真实的协议和账本；事件是合成的，每页注明。按 Ctrl-C 结束。\n\n\b\n例：\n  jingwei demo",
                 "A demonstration: a province, two cities, two counties and six departments, each a node in a process of its own, with the real "
                 "protocol and ledgers. Its events are invented, and every page says so. Ctrl-C ends it.\n\n\b\nExample:\n  jingwei demo")
    return click.Command("demo", callback=_demo, help=about.in_(language), short_help=Text("演示：十一个节点", "Show eleven nodes at work").in_(language), params=[
        click.Option(["--dir", "folder"], type=click.Path(path_type=Path, file_okay=False), help=Text(
            "放各节点的目录，下次接着用；不给则用临时目录，结束时删除", "folder for the nodes, to go on with another time; a temporary one by default").in_(language)),
        click.Option(["--port"], type=click.IntRange(1024, 65500), default=PORT, show_default=True, help=Text("第一个端口", "first port").in_(language)),
        click.Option(["--small"], is_flag=True, help=Text("只要一省一市一县", "a province, a city and a county only").in_(language)),
        click.Option(["--lang", "language"], type=click.Choice(["zh", "en"]), default=language, help=Text("语言", "language").in_(language))])


def _demo(folder: Path | None, port: int, small: bool, language: Language) -> None:
    from jingwei.doors.demonstration.start import start

    start(folder, port, small, language)

"""Where things are found: those the package brings, and the folders a bureau put below ``things/`` of its node's own directory."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from jingwei.integrations.government.things.model import Thing
from jingwei.integrations.government.things.reading import (
    FORM,
    MOST_BYTES,
    PROCESS,
    TABLE,
    bundled,
    bundled_files,
    read,
)
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, did_you_mean
from jingwei.kernel.workspace import Workspace

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,60}")


def known(workspace: Workspace) -> tuple[str, ...]:
    """Names of all, a bureau's own among them."""
    own = workspace.folder / "things"
    folders = [p.name for p in own.iterdir() if _NAME.fullmatch(p.name) and (p / TABLE).is_file()] if own.is_dir() else []
    return tuple(sorted({*bundled(), *folders}))


def files_of(workspace: Workspace, name: str) -> Mapping[str, bytes]:
    """The files of a thing; a bureau's own folder goes before one of the same name that the package brings. Raises Problem ``unknown_thing``."""
    own = workspace.folder / "things" / name
    if _NAME.fullmatch(name) and (own / TABLE).is_file():
        return _read(own)
    if name not in bundled():
        there = known(workspace)
        raise Problem("unknown_thing", Text(f"没有名为 {name[:60]!r} 的一件事", f"there is no thing called {name[:60]!r}"),
                      remedy=did_you_mean(name[:60], there) or Text(f"有：{'、'.join(there)}。文件夹放在节点目录的 things/ 下。", f"There are {', '.join(there)}. A folder goes below things/ of the node's directory."))
    return bundled_files(name)


def _read(folder: Path) -> dict[str, bytes]:
    paths = [p for p in sorted(folder.iterdir()) if p.is_file() and not p.is_symlink() and (p.name in (TABLE, PROCESS, FORM) or p.suffix == ".dmn")]
    size = sum(p.stat().st_size for p in paths)
    if size > MOST_BYTES:
        raise Problem("thing_file", Text(f"文件共 {size:,} 字节，最多 {MOST_BYTES:,}", f"the files have {size:,} bytes; {MOST_BYTES:,} are the most"), where=folder.name)
    return {p.name: p.read_bytes() for p in paths}


def thing_called(workspace: Workspace, name: str) -> Thing:
    """A thing read whole. Raises Problem."""
    return read(files_of(workspace, name), name)

"""A real PostgreSQL for the tests: Debian's server, run by its own user on a socket of its own, gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

NEEDED = ("initdb", "pg_ctl")


def binaries() -> Path | None:
    """The newest server installed."""
    found = [p for p in Path("/usr/lib/postgresql").glob("*/bin") if all((p / name).exists() for name in NEEDED)]
    return max(found, key=lambda p: int(p.parent.name), default=None)


def as_its_user(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """PostgreSQL refuses to be run by root."""
    command = [str(w) for w in words]
    if os.geteuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")


def server(*, durable: bool = False) -> Iterator[str]:
    """The address of an empty database. In CI its absence is a failure, never a skip."""
    home = binaries()
    if home is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-q", "postgresql"], capture_output=True, check=False)
        home = binaries()
    if home is None:
        message = "install PostgreSQL's server (Debian: postgresql) to run this test"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    folder = Path(tempfile.mkdtemp(prefix="jw-pg-", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    folder.chmod(0o700)
    made = as_its_user(home / "initdb", "-D", folder / "data", "-U", "jingwei", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
    assert made.returncode == 0, made.stderr
    options = f"-k {folder} -c listen_addresses='' -c shared_buffers=32MB -c fsync={'on' if durable else 'off'}"
    begun = as_its_user(home / "pg_ctl", "-D", folder / "data", "-l", folder / "log", "-w", "-o", options, "start")
    assert begun.returncode == 0, begun.stderr + begun.stdout
    try:
        yield f"postgresql://jingwei@/postgres?host={folder}"
    finally:
        as_its_user(home / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)

"""Servers as processes of their own: started, asked, weighed and stopped. Times and memory are read from /proc (Linux)."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

TICK = os.sysconf("SC_CLK_TCK")
START_SECONDS = 90
LUA = """
local asks, ok, at = {}, 0, 0
function setup(thread) held = thread end
function init()
  for path in io.lines('PATHS') do asks[#asks + 1] = wrk.format('GET', path, {['Accept-Encoding'] = 'gzip'}) end
end
function request() at = at % #asks + 1; return asks[at] end
function response(status) if status == 200 then ok = ok + 1 end; good = ok end
function done(summary) io.write(string.format('{"ok": %d, "all": %d, "seconds": %.6f}', held:get('good') or 0, summary.requests, summary.duration / 1e6)) end
"""


@dataclass(frozen=True, slots=True)
class Server:
    pid: int
    address: str

    def family(self) -> list[int]:
        """The process and its descendants."""
        parents = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
        found = [self.pid]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found

    def seconds(self) -> float:
        """Processor seconds so far, user and system, of the whole family."""
        total = 0
        for pid in self.family():
            try:
                told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # ended in between
            total += int(told[11]) + int(told[12])
        return total / TICK

    def resident(self) -> float:
        """Resident MiB of the whole family."""
        kib = (line.split()[1] for pid in self.family() for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
        return sum(map(int, kib)) / 1024


def below(name: str) -> Server:
    """The topmost process of that name which this process has begun, itself or through others. Raises SystemExit."""
    for pid in Server(os.getpid(), "").family()[1:]:
        if Path(f"/proc/{pid}/comm").read_text().strip() == name:
            return Server(pid, "")
    raise SystemExit(f"No process {name} was begun here.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(command: Sequence[str], port: int, *, path: str = "", core: int | None = None, folder: Path | None = None) -> Iterator[Server]:
    """The server that ``command`` starts, once it answers under ``path``; stopped at the end. Raises SystemExit with what it said."""
    pinned = [] if core is None else ["taskset", "-c", str(core)]
    with tempfile.TemporaryFile() as said, subprocess.Popen([*pinned, *command], stdout=said, stderr=said, cwd=folder) as process:
        server = Server(process.pid, f"http://127.0.0.1:{port}")
        try:
            if not answers(server.address + path, process):
                said.seek(0)
                raise SystemExit(f"{' '.join(command)} did not answer on port {port}:\n{said.read()[-3000:].decode(errors='replace')}")
            yield server
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def answers(url: str, process: subprocess.Popen[bytes], within: float = START_SECONDS) -> bool:
    until = time.monotonic() + within
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(url, timeout=30) as answer:
                answer.read()
                return True
        except (URLError, OSError):
            time.sleep(0.1)
    return False


def fetch(url: str) -> bytes:
    """The body as it is sent, compressed where the server does so."""
    with urlopen(Request(url, headers={"Accept-Encoding": "gzip"}), timeout=60) as answer:
        body: bytes = answer.read()
    return body


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk saw (answers of status 200 only) and what it cost the server."""

    answers: int
    seconds: float
    processor: float

    @property
    def per_second(self) -> float:
        return self.answers / self.seconds

    @property
    def per_core(self) -> float:
        return self.answers / self.processor if self.processor else float("nan")


def load(server: Server, paths: Sequence[str], seconds: int, *, connections: int = 16, core: int = 1) -> Load:
    """Ask for the paths in turn, as fast as the server answers. Raises SystemExit without wrk."""
    if shutil.which("wrk") is None:
        raise SystemExit("This needs wrk: apt-get install wrk")
    with tempfile.TemporaryDirectory() as folder:
        listed, script = Path(folder, "paths"), Path(folder, "ask.lua")
        listed.write_text("\n".join(paths) + "\n")
        script.write_text(LUA.replace("PATHS", str(listed)))
        before = server.seconds()
        done = subprocess.run(["taskset", "-c", str(core), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(script),
                               server.address], check=True, capture_output=True, text=True)
        spent = server.seconds() - before
    told = json.loads(done.stdout[done.stdout.rindex("{"):])
    return Load(told["ok"], told["seconds"], spent)

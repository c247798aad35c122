"""Processes to be killed, born of one interpreter that has everything loaded: each is a process as any other, and costs milliseconds."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

BIRTH = """
import importlib, json, os, signal, sys, traceback
modules, sys.path[:0] = json.loads(sys.argv[1]), json.loads(sys.argv[2])
for name in modules:
    importlib.import_module(name)
signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are gone at once
print("ready", flush=True)
for line in sys.stdin:
    told = json.loads(line)
    child = os.fork()
    if child:
        print(child, flush=True)
        continue
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(told["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    code = 1
    try:
        getattr(importlib.import_module(told["module"]), told["function"])(*told["args"])
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
"""


@dataclass
class Child:
    """``log`` holds all it says."""

    pid: int
    log: Path

    def lives(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def send_signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL, and gone when this returns."""
        self.send_signal(signal.SIGKILL)
        while self.lives():
            time.sleep(0.001)

    def lines(self, least: int = 0, patience: float = 60.0) -> list[str]:
        """The whole lines said so far, once there are ``least``."""
        until = time.monotonic() + patience
        while True:
            said = [line for line in self.log.read_text().splitlines(keepends=True) if line.endswith("\n")] if self.log.exists() else []
            if len(said) >= least:
                return said
            assert self.lives(), said
            assert time.monotonic() < until, said
            time.sleep(0.002)


class Nursery:
    """Forks on demand. It starts nothing itself that a fork would not survive: no thread, no connection."""

    def __init__(self, *modules: str, path: tuple[Path, ...] = ()) -> None:
        given = [json.dumps(modules), json.dumps([str(p) for p in path] + [p for p in sys.path if p])]
        self._parent = subprocess.Popen([sys.executable, "-c", BIRTH, *given], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._out.readline() == "ready\n"

    @property
    def _out(self) -> IO[str]:
        assert self._parent.stdout is not None
        return self._parent.stdout

    def child(self, call: str, *args: str | int | float | list[str], log: Path) -> Child:
        """A process that runs ``module:function`` with the arguments."""
        module, _, function = call.partition(":")
        assert self._parent.stdin is not None
        self._parent.stdin.write(json.dumps({"module": module, "function": function, "args": args, "log": str(log)}) + "\n")
        self._parent.stdin.flush()
        return Child(int(self._out.readline()), log)

    def close(self) -> None:
        self._parent.kill()
        self._parent.communicate()

    def __enter__(self) -> Nursery:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

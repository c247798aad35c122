"""Files that are whole or not there: several processes may read and write one folder."""

from __future__ import annotations

import fcntl
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path


def write_whole(path: Path, content: bytes | BufferedIOBase) -> None:
    """Write beside, sync, then rename: a crash leaves the old file or the new one, never half of one. A stream is copied bit by bit."""
    beside = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    with beside.open("wb") as sink:
        if isinstance(content, bytes):
            sink.write(content)
        else:
            shutil.copyfileobj(content, sink, 1 << 20)
        sink.flush()
        os.fsync(sink.fileno())
    beside.replace(path)


@contextmanager
def held(path: Path, *, wait: bool) -> Iterator[bool]:
    """The lock of that file, for as long as the block runs; False when another has it and one would not wait.

    The system frees it when its holder ends, however it ends.
    """
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True

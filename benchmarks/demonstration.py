"""A province, two cities, two counties and six departments are ready within a minute and within 3 GiB, whatever is looked at on any of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from jingwei.doors.demonstration.scene import places

PORT = 24_000
PAGES = ("", "/gauges", "/duties", "/matters", "/nodes", "/ledger", "/ledger/3", "/provinces", "/method", "/targets", "/findings", "/measure/netizens", "/place/330000")


def mib(process: int) -> float:
    """The memory that is this process's own, with its part of what several share (PSS)."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def all_of(starter: int) -> list[int]:
    """The starter and its nodes."""
    return [starter, *map(int, Path(f"/proc/{starter}/task/{starter}/children").read_text().split())]


def processor(process: int) -> float:
    """Processor seconds it has had."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    nodes = places(PORT)
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-c", "from jingwei.doors.cli import main; main()", "demo", "--port", str(PORT), "--dir", str(Path(folder) / "demo")]
        began = time.monotonic()
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "JINGWEI_LANG": "en"}) as starter:
            assert starter.stdout is not None
            assert "ready" in starter.stdout.readline()
            ready, load = time.monotonic() - began, os.getloadavg()[0]
            first, spent = sum(map(mib, all_of(starter.pid))), sum(map(processor, all_of(starter.pid)))
            most = first
            for node in nodes:
                for page in PAGES:
                    with urlopen(f"{node.url}/en{page}", timeout=300) as answer:
                        assert answer.status == 200
                most = max(most, sum(map(mib, all_of(starter.pid))))
            starter.send_signal(signal.SIGTERM)
    print("| what | measured | bar |\n| --- | --- | --- |")
    print(f"| seconds until {len(nodes)} nodes are ready, at a load of {load:.0f} on {os.cpu_count()} cores | {ready:.0f} | ≤ 60 on an idle machine |")
    print(f"| processor seconds of all processes until then | {spent:.0f} | – |")
    print(f"| MiB of all processes then | {first:,.0f} | ≤ 3,072 |")
    print(f"| MiB at most, after {len(PAGES)} pages of each node, the evaluation among them | {most:,.0f} | ≤ 3,072 |")


if __name__ == "__main__":
    main()

"""A real server with two workers: both say the same, and one that is killed takes nothing with it but what it held."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from test_portal import PAGES

from jingwei.doors.cli import program
from jingwei.kernel.problems import Problem

ASKED = ["/api/v1/measures?limit=3", "/api/v1/targets", "/api/v1/openapi.json", "/static/portal.css", "/en/data/scores.csv",
         *(f"/{language}{page}" for language in ("zh", "en") for page in PAGES)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(folder: Path, *, workers: int) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """A server of its own, from the moment it says its address."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("jingwei")), "serve", "--port", str(port), "--workers", str(workers),
               "--workspace", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == f"http://localhost:{port}\n"
            yield port, server
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    with serving(tmp_path_factory.mktemp("node") / "made by serving", workers=2) as running:
        yield running


def ask(port: int, path: str) -> tuple[int, bytes, str | None]:
    """An answer over a connection of its own, so that either worker may take it."""
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("GET", quote(path, safe="/?=&"))
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers["ETag"]
    finally:
        connection.close()


def workers_of(server: subprocess.Popen[str]) -> set[int]:
    """Process ids of the workers: children of the server, those that only keep its books excepted."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    return {int(c) for c in children if b"spawn_main" in Path(f"/proc/{c}/cmdline").read_bytes()}


def test_both_workers_give_the_same_bytes_for_every_page(served):
    port, server = served
    assert len(workers_of(server)) == 2
    for path in ASKED:
        answers = {ask(port, path) for _ in range(12)}
        assert len(answers) == 1, path
        assert answers.pop()[0] == 200, path


def test_the_first_visitor_does_not_wait_for_the_first_evaluation(tmp_path):
    with serving(tmp_path / "node", workers=1) as (port, _):
        began = time.monotonic()
        assert ask(port, "/en")[0] == 200
        first = time.monotonic() - began
        began = time.monotonic()
        assert ask(port, "/api/v1/evaluate?seed=7")[0] == 200
        assert first < (time.monotonic() - began) / 4  # an evaluation takes many times as long as a page that is there


def test_a_worker_killed_amid_traffic_takes_only_what_it_held_and_is_replaced(served):
    port, server = served
    right = {path: ask(port, path) for path in ASKED[:8]}
    wrong: list[str] = []
    broken: list[float] = []
    answered: list[float] = []
    enough = threading.Event()

    def visit() -> None:
        while not enough.is_set():
            for path, expected in right.items():
                try:
                    got = ask(port, path)
                except (OSError, HTTPException):
                    broken.append(time.monotonic())
                    continue
                answered.append(time.monotonic())
                if got != expected:
                    wrong.append(path)

    visitors = [threading.Thread(target=visit) for _ in range(4)]
    for visitor in visitors:
        visitor.start()
    before = workers_of(server)
    victim = min(before)
    while len(answered) < 40:
        time.sleep(0.01)
    os.kill(victim, signal.SIGKILL)
    killed = time.monotonic()
    while len(workers_of(server) - {victim}) < 2 or sum(t > killed for t in answered) < 80:
        time.sleep(0.05)
    enough.set()
    for visitor in visitors:
        visitor.join()
    assert wrong == []
    assert len(broken) <= len(visitors)  # a visitor holds one connection, so the worker held no more than these
    assert len(workers_of(server) - before) == 1
    assert {path: ask(port, path) for path in right} == right


def test_a_port_in_use_is_said_in_words(served):
    port, _ = served
    told = CliRunner().invoke(program("en"), ["serve", "--port", str(port)])
    assert isinstance(told.exception, Problem)
    assert "--port" in told.exception.remedy.en


def test_the_server_answers_under_this_machines_names_only(served):
    port, _ = served
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/en", headers={"Host": "evil.example"})
    assert connection.getresponse().status == 400
    connection.close()


def test_a_server_told_to_end_ends_with_all_its_workers(tmp_path):
    with serving(tmp_path, workers=2) as (_, server):
        workers = workers_of(server)
        server.terminate()
        assert server.wait(timeout=60) in (0, -signal.SIGTERM)
        assert not any(Path(f"/proc/{worker}").exists() for worker in workers)

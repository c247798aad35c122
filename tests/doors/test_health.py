"""Who keeps the node running is told whether it lives, whether it is ready, and what all its workers have counted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from litestar import Litestar, get
from litestar.params import FromPath
from litestar.testing import TestClient
from prometheus_client.parser import text_string_to_metric_families
from test_serve import ask, serving, workers_of

from jingwei.doors import health
from jingwei.doors.health import Counted
from jingwei.doors.portal.app import application
from jingwei.doors.telemetry import traced
from jingwei.kernel.i18n import both
from jingwei.kernel.problems import Problem
from jingwei.kernel.workspace import Workspace


def samples(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {(s.name, frozenset(s.labels.items())): s.value for f in text_string_to_metric_families(text) for s in f.samples}


def of(text: str, name: str, **labels: str) -> float:
    return sum(value for (called, there), value in samples(text).items() if called == name and set(labels.items()) <= there)


def test_a_node_is_ready_once_the_present_evaluation_is_there_and_not_before(tmp_path: Path):
    with TestClient(application(Workspace(tmp_path))) as client:
        assert client.get("/health/live").json() == {"status": "live"}
        before = client.get("/health/ready")
        assert (before.status_code, before.json()) == (503, {"status": "not_ready"})
        client.get("/en/targets")
        assert client.get("/health/ready").json() == {"status": "ready"}


def test_a_node_whose_state_cannot_be_read_is_alive_and_not_ready():
    def damaged() -> bool:
        raise Problem("damaged_lake", both("files are missing"), where="/secret/place")

    with TestClient(Litestar(health.routes(damaged), openapi_config=None)) as client:
        answer = client.get("/health/ready")
        assert (answer.status_code, answer.json()) == (503, {"status": "damaged_lake"})
        assert client.get("/health/live").status_code == 200


@get("/counted/{number:int}")
async def page(number: FromPath[int]) -> str:
    if number == 13:
        raise RuntimeError
    return str(number)


def test_requests_are_counted_by_route_so_that_addresses_cannot_swell_the_count():
    with TestClient(Counted(Litestar([page, *health.routes(lambda: True)], openapi_config=None)), raise_server_exceptions=False) as client:
        before = client.get("/metrics").text
        for path in ("/counted/1", "/counted/2", "/counted/13", "/no/where", "/no/where/else"):
            client.get(path)
        client.request("BREW", "/counted/1")
        after = client.get("/metrics").text
    more = {key: value - samples(before).get(key, 0) for key, value in samples(after).items()}

    def grown(**labels: str) -> float:
        return sum(v for (n, there), v in more.items() if n == "jingwei_requests_total" and set(labels.items()) <= there)

    assert grown(route="/counted/{number}", status="200", method="GET") == 2
    assert grown(route="/counted/{number}", status="500") == 1
    assert grown(route="none", status="404") == 2
    assert grown(method="other") == 1
    assert sum(v for (n, there), v in more.items() if n == "jingwei_request_seconds_count" and ("route", "/counted/{number}") in there) >= 3


def test_what_two_workers_count_is_added_up_and_outlives_a_worker(tmp_path):
    with serving(tmp_path / "node", workers=2) as (port, server):
        for _ in range(10):
            ask(port, "/api/v1/measures")
        os.kill(min(workers_of(server)), signal.SIGKILL)
        while len(workers_of(server)) < 2:
            time.sleep(0.05)
        for _ in range(10):
            ask(port, "/api/v1/measures")
        texts = [ask(port, "/metrics")[1].decode() for _ in range(6)]
    for text in texts:
        assert of(text, "jingwei_requests_total", route="/api/v1/measures", status="200") == 20
        assert of(text, "jingwei_answers_total") == 20
        assert of(text, "jingwei_answers_total", from_="kept") >= 17
        assert of(text, "jingwei_states_total") >= 1
        assert of(text, "jingwei_request_seconds_count", route="/api/v1/measures") == 20


# Traces


def test_nothing_of_telemetry_is_loaded_when_nobody_collects():
    seen = "import sys, jingwei.doors.worker; print([m for m in sys.modules if m.startswith('opentelemetry.sdk')])"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OTEL_")}
    told = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True, env=environment)
    assert told.stdout == "[]\n"


def test_a_request_is_told_to_the_collector_that_was_named(monkeypatch):
    received: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.path.encode() + self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    collector = HTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=collector.serve_forever, daemon=True).start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{collector.server_port}")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
    app = traced(Litestar([page], openapi_config=None))
    with TestClient(app) as client:
        assert client.get("/counted/7").text == "7"
    for _ in range(400):
        if received:
            break
        time.sleep(0.05)
    collector.shutdown()
    collector.server_close()
    assert received[0].startswith(b"/v1/traces")
    assert b"/counted/7" in b"".join(received)
    assert b"jingwei" in received[0]


def test_traces_asked_for_without_the_extra_are_refused_with_what_to_install(monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(Problem, match=r"jingwei\[telemetry\]"):
        traced(Litestar([], openapi_config=None))

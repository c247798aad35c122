"""How the node is, for those who keep it running: alive, ready, and what it has counted."""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Callable
from http import HTTPStatus

from litestar import Response, get
from litestar.concurrency import sync_to_thread
from litestar.enums import ScopeType
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from jingwei.doors.openapi import JSON
from jingwei.doors.serve import COUNTED_IN
from jingwei.doors.shown import as_json
from jingwei.kernel.problems import Problem

ATTEMPTS = 5
_REGISTRY = CollectorRegistry()
_METHODS = ("GET", "HEAD", "POST", "DELETE", "OPTIONS")

REQUESTS = Counter("jingwei_requests", "Requests answered.", ("method", "route", "status"), registry=_REGISTRY)
SECONDS = Histogram("jingwei_request_seconds", "Seconds until the last byte was handed over.", ("route",), registry=_REGISTRY,
                    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30))
STATES = Counter("jingwei_states", "States of the node's figures seen; of each everything is worked out anew.", registry=_REGISTRY)
ANSWERS = Counter("jingwei_answers", "Questions by where the answer came from: made now, or kept from before.", ("from_",),
                  registry=_REGISTRY)


def routes(ready: Callable[[], bool]) -> list[HTTPRouteHandler]:
    """``/health/live``, ``/health/ready`` and ``/metrics``.

    ready : whether the evaluation of the present state is there; may raise Problem when the state cannot be read
    """

    @get("/health/live", sync_to_thread=False, include_in_schema=False)
    def live() -> Response[bytes]:
        return _said(HTTPStatus.OK, "live")

    @get("/health/ready", include_in_schema=False)
    async def is_ready() -> Response[bytes]:
        try:
            there = await sync_to_thread(ready)
        except Problem as problem:
            return _said(HTTPStatus.SERVICE_UNAVAILABLE, problem.code)
        return _said(HTTPStatus.OK, "ready") if there else _said(HTTPStatus.SERVICE_UNAVAILABLE, "not_ready")

    @get("/metrics", sync_to_thread=True, include_in_schema=False)
    def metrics() -> Response[bytes]:
        return Response(counted(), media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})

    return [live, is_ready, metrics]


def counted() -> bytes:
    """Everything counted by all workers of this server, in Prometheus' text format."""
    if not os.environ.get(COUNTED_IN):
        return bytes(generate_latest(_REGISTRY))
    for left in reversed(range(ATTEMPTS)):
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        try:
            return bytes(generate_latest(together))
        except (OSError, ValueError, LookupError, struct.error):  # a worker is just starting: its file is not whole yet
            if not left:
                raise
            time.sleep(0.05)
    raise AssertionError


class Counted:
    """An application whose requests are counted by the route that answered, so that addresses cannot swell the count."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            route = str(scope.get("path_template") or "none")
            method = str(scope.get("method"))
            REQUESTS.labels(method if method in _METHODS else "other", route, str(status)).inc()
            SECONDS.labels(route).observe(time.perf_counter() - began)


def _said(status: HTTPStatus, word: str) -> Response[bytes]:
    return Response(as_json({"status": word}), status_code=status, media_type=JSON, headers={"Cache-Control": "no-store"})

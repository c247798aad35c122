"""Pages kept: rendered and compressed once for each state of the node, then sent without waking the application."""

from __future__ import annotations

import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from litestar import Litestar
from litestar.concurrency import sync_to_thread
from litestar.types import Receive

from jingwei.doors.login.who import PRINCIPAL, Who
from jingwei.kernel.problems import Problem

KEPT = ("/zh", "/en", "/static/")
KEPT_BYTES = 48 * 2**20
WORTH_PACKING = 1024
LEVEL = 6
PACKABLE = (b"text/", b"application/json", b"application/problem+json", b"image/svg+xml", b"application/javascript")


@dataclass(frozen=True, slots=True)
class _Page:
    route: str
    tag: bytes
    start: Any
    body: bytes


class Kept:
    """An application whose pages and files under ``KEPT`` are kept, and whose text is sent compressed to those who accept it.

    state : key of the node's present state; a change of it forgets everything
    room : bytes kept at the most; the least recently read go first
    who : tells whose session a request carries; to them nothing is answered from memory, and nothing of theirs is kept
    Only answers of status 200 with an ETag are kept, so nothing personal and no error ever is.
    """

    def __init__(self, program: Litestar, state: Callable[[], str], *, room: int = KEPT_BYTES, who: Who | None = None) -> None:
        self.program = program
        self._state = state
        self._who = who
        self._room = room
        self._lock = threading.Lock()
        self._known = ""
        self._pages: OrderedDict[tuple[str, bytes, bool], _Page] = OrderedDict()
        self._weight = 0

    async def __call__(self, scope: Any, receive: Receive, send: Any) -> None:
        if scope["type"] != "http":
            await self.program(scope, receive, send)
            return
        accepts, condition, cookie = _asked(scope["headers"])
        person = None
        if cookie and self._who is not None and self._who.may_be(cookie):
            with suppress(Problem):  # a store that cannot be read: the page says so
                person = await sync_to_thread(self._who.principal, cookie)
        if person is not None:
            scope[PRINCIPAL] = person
        keep = person is None and scope["method"] == "GET" and scope["path"].startswith(KEPT) and "/data/" not in scope["path"]
        if not keep:
            await self.program(scope, receive, _Packer(send) if accepts else send)
            return
        state = self._state()
        if state != self._known:
            self._forget(state)
        key = (scope["path"], scope["query_string"], accepts)
        page = self._pages.get(key)
        if page is None:
            made = _Taker(accepts)
            await self.program(scope, receive, made)
            page = made.page(scope.get("path_template", ""))
            if page.tag and state == self._state():
                self._keep(state, key, page)
        else:
            scope["path_template"] = page.route  # for those who count by route
            with self._lock:
                if key in self._pages:
                    self._pages.move_to_end(key)
        if condition and page.tag and _has(condition, page.tag):
            await send({"type": "http.response.start", "status": 304,
                        "headers": [h for h in page.start["headers"] if h[0] not in (b"content-length", b"content-encoding")]})
            await send({"type": "http.response.body", "body": b""})
            return
        await send(page.start)
        await send({"type": "http.response.body", "body": page.body})

    def _forget(self, state: str) -> None:
        with self._lock:
            self._known = state
            self._pages.clear()
            self._weight = 0

    def _keep(self, state: str, key: tuple[str, bytes, bool], page: _Page) -> None:
        with self._lock:
            if state != self._known or key in self._pages:
                return
            self._pages[key] = page
            self._weight += len(page.body) + WORTH_PACKING
            while self._weight > self._room:
                _, old = self._pages.popitem(last=False)
                self._weight -= len(old.body) + WORTH_PACKING


class _Taker:
    """Collects a whole answer and packs it."""

    def __init__(self, packed: bool) -> None:
        self._packed = packed
        self._start: Any = None
        self._body: list[bytes] = []

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        else:
            self._body.append(message.get("body", b""))

    def page(self, route: str) -> _Page:
        body = b"".join(self._body)
        headers = [(name.lower(), value) for name, value in self._start["headers"]]
        tag = next((v for n, v in headers if n == b"etag"), b"") if self._start["status"] == 200 else b""
        if self._packed and worth_packing(headers, body):
            headers, body = packed(headers, body)
        headers = [(n, v) for n, v in headers if n not in (b"content-length", b"vary")]
        headers += [(b"content-length", b"%d" % len(body)), (b"vary", b"Accept-Encoding")]
        return _Page(route, tag, {**self._start, "headers": headers}, body)


class _Packer:
    """Passes an answer on, packed when it comes in one piece and is worth it."""

    def __init__(self, send: Any) -> None:
        self._send = send
        self._start: Any = None

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        start, self._start = self._start, None
        body = message.get("body", b"")
        if start is not None:
            headers = [(name.lower(), value) for name, value in start["headers"]]
            if not message.get("more_body") and worth_packing(headers, body):
                headers, body = packed(headers, body)
                headers.append((b"vary", b"Accept-Encoding"))
                message = {**message, "body": body}
            await self._send({**start, "headers": headers})
        await self._send(message)


def packed(headers: Iterable[tuple[bytes, bytes]], body: bytes) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """An answer's headers and body, compressed."""
    body = gzip.compress(body, LEVEL, mtime=0)
    kept = [(name, value) for name, value in headers if name != b"content-length"]
    return [*kept, (b"content-encoding", b"gzip"), (b"content-length", b"%d" % len(body))], body


def worth_packing(headers: Iterable[tuple[bytes, bytes]], body: bytes) -> bool:
    told = dict(headers)
    return len(body) >= WORTH_PACKING and b"content-encoding" not in told and told.get(b"content-type", b"").startswith(PACKABLE)


def _asked(headers: Iterable[tuple[bytes, bytes]]) -> tuple[bool, bytes, bytes]:
    """Whether gzip is accepted, the If-None-Match condition, and the cookies."""
    packed, condition, cookie = False, b"", b""
    for name, value in headers:
        if name == b"accept-encoding":
            packed = b"gzip" in value and b"gzip;q=0" not in value.replace(b" ", b"")
        elif name == b"if-none-match":
            condition = value
        elif name == b"cookie":
            cookie = cookie + b"; " + value if cookie else value
    return packed, condition, cookie


def _has(condition: bytes, tag: bytes) -> bool:
    return condition.strip() == b"*" or tag in (each.strip().removeprefix(b"W/") for each in condition.split(b","))

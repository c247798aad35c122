"""What stands before every answer: who may ask under which name, from where, how much and how often."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from html import escape
from http import HTTPStatus
from math import ceil
from urllib.parse import quote, urlsplit

from litestar import Request
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from jingwei.doors.asked import language_for
from jingwei.doors.openapi import PREFIX, PROBLEM
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

MOST_BYTES = 32 * 2**20
"""Of the body of one request."""

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""Nothing is loaded from elsewhere, nothing runs that was not shipped, and nobody else's page may hold ours."""

_OPENER = b"cross-origin-opener-policy"
_NOBODY = ([b"none"], [b"same-origin"])
"""Sec-Fetch-Site of a page the user asked for by hand, or from a page of ours: no other site's page opened it, there is nothing to
cut it loose from. Saying the policy all the same makes the browser throw away the page it has begun and begin another: some 40 ms of
the first paint."""

_LOCAL = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?", re.IGNORECASE)
_HARMLESS = ("GET", "HEAD", "OPTIONS")
FOR_NODES = "/node/"
"""Below it another node asks: it is told in both languages, since it does not know who will read it there."""

_FOR_PROGRAMS = (PREFIX, "/health/", "/metrics", FOR_NODES, "/shared/")


class Guard:
    """An application behind its guard, for a node that listens on the loopback address.

    Refused are: another name than this machine's (400: a page of somewhere else whose name was pointed at the loopback
    address could otherwise read everything; DNS rebinding), what another site's page sends (403; docs/decisions/0006),
    and bodies beyond ``most_bytes`` (413). Every answer, errors and files included, gets ``HEADERS``; the opener policy is
    left out of what the user's hand or a page of ours asked for.
    """

    def __init__(self, app: ASGIApp, *, most_bytes: int = MOST_BYTES) -> None:
        self._app = app
        self._most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return

        by_hand = [value for name, value in scope["headers"] if name == b"sec-fetch-site"] in _NOBODY

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message["headers"]}
                headers = [*message["headers"], *(pair for pair in _HEADERS if pair[0] not in there)]
                # a list of its own: a kept page's headers are everybody's
                message = {**message, "headers": [pair for pair in headers if pair[0].lower() != _OPENER] if by_hand else headers}
            await send(message)

        refusal = refused(scope, self._most_bytes)
        if refusal:
            await _tell(scope, with_headers, *refusal)
        else:
            await self._app(scope, receive, with_headers)


_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]


def refused(scope: HTTPScope, most_bytes: int = MOST_BYTES) -> tuple[HTTPStatus, str, Text, Text] | None:
    """Status, code, what is wrong and what to do, when a request must not go further; from its head alone."""
    hosts, origins, sites, lengths = (
        [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]
        for wanted in (b"host", b"origin", b"sec-fetch-site", b"content-length"))
    if len(hosts) != 1 or not _LOCAL.fullmatch(hosts[0]):
        return (HTTPStatus.BAD_REQUEST, "unknown_host", Text("这个节点没有这个名字", "this node is not known by that name"),
                Text("请用 http://localhost 加端口打开。", "Open it as http://localhost with its port."))
    if scope["method"] not in _HARMLESS and not _from_here(sites, origins, hosts[0]):
        return (HTTPStatus.FORBIDDEN, "cross_site", Text("请求来自别的网站的页面", "the request came from a page of another site"),
                Text("请在本门户的页面上再做一次。", "Do it again on a page of this portal."))
    if lengths and not (len(lengths[0]) < 16 and lengths[0].isdecimal() and int(lengths[0]) <= most_bytes):
        most = f"{most_bytes // 2**20} MiB"
        return (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "request_entity_too_large", Text("发来的内容太大", "the body is too large"),
                Text(f"最多 {most}。", f"{most} is the most."))
    return None


def _from_here(sites: list[str], origins: list[str], host: str) -> bool:
    """Whether what changes or costs something was asked by our own page, by the user's hand or by a program.

    Browsers say where a request comes from and no page can make them lie: Sec-Fetch-Site, in older ones Origin alone.
    """
    if sites:
        return len(sites) == 1 and sites[0] in ("same-origin", "none")
    return not origins or (len(origins) == 1 and urlsplit(origins[0]).netloc.lower() == host.lower())


async def _tell(scope: HTTPScope, send: Send, status: HTTPStatus, code: str, what: Text, remedy: Text) -> None:
    if scope["path"].startswith(_FOR_PROGRAMS):
        media = PROBLEM
        problem = Problem(code, what, remedy=remedy)
        language = language_for(Request(scope), None)
        members = problem.kept() if scope["path"].startswith(FOR_NODES) else problem.to_json(language)
        body = json.dumps({**members, "status": int(status), "instance": quote(scope["path"])}, ensure_ascii=False)
    else:  # in both languages and without the site's menu: it may be no visitor of ours who reads it
        media = "text/html; charset=utf-8"
        told = "".join(f'<section lang="{tag}"><h2>{escape(said)}</h2><p>{escape(advice)}</p></section>'
                       for tag, said, advice in (("zh-CN", what.zh, remedy.zh), ("en", what.en, remedy.en)))
        body = (f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{int(status)} · 经纬 Jingwei</title>'
                f'<link rel="stylesheet" href="/static/portal.css"></head><body><main id="main"><h1>{int(status)}</h1>'
                f"{told}</main></body></html>")
    content = body.encode()
    head = [(b"content-type", media.encode()), (b"content-length", str(len(content)).encode()),
            (b"cache-control", b"no-store"), (b"connection", b"close")]  # the body, if any, is not read
    await send({"type": "http.response.start", "status": int(status), "headers": head})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content, "more_body": False})


class Bucket:
    """How often each asker may ask for what costs: ``burst`` at once, then ``per_minute`` (token bucket, one a worker).

    The asker heard of longest ago is forgotten when there are more than ``askers``.
    """

    def __init__(self, per_minute: float, burst: int, *, askers: int = 10_000,
                 clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._askers, self._clock = per_minute / 60, burst, askers, clock
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, asker: str) -> int:
        """0 when granted, else whole seconds until it would be."""
        with self._lock:
            now = self._clock()
            left, then = self._left.pop(asker, (float(self._burst), now))
            left = min(self._burst, left + (now - then) * self._rate)
            granted = left >= 1
            self._left[asker] = (left - granted, now)
            if len(self._left) > self._askers:
                self._left.popitem(last=False)
            return 0 if granted else ceil((1 - left) / self._rate)

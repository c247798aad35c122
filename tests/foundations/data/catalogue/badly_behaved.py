"""A catalogue server on the loopback address that behaves as badly as it is told to."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


class Served(ThreadingHTTPServer):
    """``packages`` are what CKAN has; ``asked`` counts paths with their queries; ``moods`` are tricks still to be played, by start of page."""

    daemon_threads = True

    def __init__(self) -> None:
        self.packages: list[dict[str, Any]] = [{"id": f"id-{n:03d}", "name": f"n-{n:03d}", "title": f"Wells of parish {n}", "notes": f"about {n}"} for n in range(25)]
        self.asked: Counter[str] = Counter()
        self.at: list[float] = []
        self.moods: dict[str, list[str]] = {}
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Served
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing is told."""

    def do_GET(self) -> None:
        self.server.asked[self.path] += 1
        self.server.at.append(time.monotonic())
        at, asked = urlsplit(self.path), dict(parse_qsl(urlsplit(self.path).query))
        mood = self.server.moods.get(asked.get("start", at.path), [])
        getattr(self, f"_{mood.pop(0)}", self._answer)(at.path, asked) if mood else self._answer(at.path, asked)

    def _answer(self, path: str, asked: dict[str, str]) -> None:
        if path.endswith("package_search"):
            start, rows = int(asked.get("start", 0)), min(10, int(asked["rows"]))
            found = self.server.packages[start:start + rows]
            self._send(json.dumps({"success": True, "result": {"count": len(self.server.packages), "results": found}}).encode(), "application/json", etag=True)
        elif path == "/items":
            offset = int(asked.get("offset", 0))
            found = [{"type": "Feature", "id": p["id"], "geometry": None, "properties": {"title": p["title"], "description": p["notes"], "type": "dataset"}} for p in self.server.packages[offset:offset + 10]]
            links = [{"rel": "next", "href": f"/items?offset={offset + 10}"}] if offset + 10 < len(self.server.packages) else []
            self._send(json.dumps({"type": "FeatureCollection", "features": found, "links": links, "numberMatched": len(self.server.packages)}).encode(), "application/geo+json")
        elif path == "/csw":
            self._send(csw(self.server.packages, int(asked["startPosition"]), asked["version"]), "application/xml")
        elif path == "/dcat":
            page = int(asked.get("page", 1))
            said = "".join(f'<urn:d:{p["id"]}> a dcat:Dataset ; dct:title "{p["title"]}" ; dct:publisher [ foaf:name "P{page}" ] .\n' for p in self.server.packages[page * 10 - 10:page * 10])
            further = f'</dcat?page={page}> <http://www.w3.org/ns/hydra/core#next> </dcat?page={page + 1}> .' if page * 10 < len(self.server.packages) else ""
            prefixes = "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .\n"
            self._send((prefixes + said + further).encode(), "text/turtle")
        elif path == "/data.json":
            self._send(json.dumps({"conformsTo": "https://x.example/v1.1", "dataset": [{"identifier": p["id"], "title": p["title"], "description": p["notes"]} for p in self.server.packages]}).encode(), "application/json")
        else:
            self._send(b"nothing here", "text/plain", 404)

    def _send(self, content: bytes, kind: str, status: int = 200, headers: dict[str, str] | None = None, etag: bool = False) -> None:
        tag = f'"{hash(content)}"'
        if etag and self.headers.get("If-None-Match") == tag:
            content, status = b"", 304
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **({"ETag": tag} if etag else {}), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    # Tricks

    def _busy(self, *_: Any) -> None:
        self._send(b"", "text/plain", 429, {"Retry-After": "0"})

    def _busy_for_a_day(self, *_: Any) -> None:
        self._send(b"", "text/plain", 503, {"Retry-After": "86400"})

    def _html(self, *_: Any) -> None:
        self._send(b"<!DOCTYPE html><html>Sign in</html>", "text/html")

    def _metadata(self, *_: Any) -> None:
        self._send(b"", "text/plain", 302, {"Location": "http://169.254.169.254/latest/meta-data/"})

    def _elsewhere(self, *_: Any) -> None:
        self._send(b"", "text/plain", 301, {"Location": "http://localhost:1/"})

    def _round(self, *_: Any) -> None:
        self._send(b"", "text/plain", 302, {"Location": self.path})

    def _bomb(self, *_: Any) -> None:
        self._send(gzip.compress(bytes(50_000_000)), "application/json", headers={"Content-Encoding": "gzip"})

    def _packed(self, path: str, asked: dict[str, str]) -> None:
        found = self.server.packages[int(asked["start"]):int(asked["start"]) + 10]
        self._send(gzip.compress(json.dumps({"success": True, "result": {"count": len(self.server.packages), "results": found}}).encode()), "application/json", headers={"Content-Encoding": "gzip"})

    def _cut(self, *_: Any) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self.wfile.write(b'{"success": true, "result": {"count": 25, "results": [')
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)

    def _slow(self, *_: Any) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        for _ in range(40):
            try:
                self.wfile.write(b" ")
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.05)

    def _empty(self, *_: Any) -> None:
        self._send(json.dumps({"success": True, "result": {"count": 25, "results": []}}).encode(), "application/json")

    def _nobody(self, *_: Any) -> None:
        self._send(json.dumps({"success": True, "result": {"count": 0, "results": []}}).encode(), "application/json")

    def _same(self, path: str, asked: dict[str, str]) -> None:
        self._send(json.dumps({"success": True, "result": {"count": 25, "results": self.server.packages[:10]}}).encode(), "application/json")

    def _next_is_this(self, *_: Any) -> None:
        self._send(json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature", "id": "a", "properties": {"title": "T"}}], "links": [{"rel": "next", "href": self.path}]}).encode(), "application/json")

    def _entities(self, *_: Any) -> None:
        self._send(b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><r>&b;</r>', "application/xml")

    def _kill(self, *_: Any) -> None:
        raise ConnectionResetError


def csw(packages: list[dict[str, Any]], start: int, version: str) -> bytes:
    space = "http://www.opengis.net/cat/csw/" + ("2.0.2" if version == "2.0.2" else "3.0")
    found = packages[start - 1:start + 9]
    following = start + 10 if start + 10 <= len(packages) else 0
    records = "".join(f'<csw:Record><dc:identifier>{p["id"]}</dc:identifier><dc:title>{p["title"]}</dc:title><dct:abstract>{p["notes"]}</dct:abstract><dc:subject>wells</dc:subject><dc:subject>water</dc:subject>'
                      f'<dct:references scheme="OGC:WMS">https://w.example/{p["id"]}</dct:references><ows:BoundingBox><ows:LowerCorner>1 2</ows:LowerCorner><ows:UpperCorner>3 4</ows:UpperCorner></ows:BoundingBox></csw:Record>'
                      for p in found)
    return (f'<csw:GetRecordsResponse xmlns:csw="{space}" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dct="http://purl.org/dc/terms/" xmlns:ows="http://www.opengis.net/ows">'
            f'<csw:SearchResults numberOfRecordsMatched="{len(packages)}" nextRecord="{following}">{records}</csw:SearchResults></csw:GetRecordsResponse>').encode()


@contextmanager
def served() -> Iterator[Served]:
    server = Served()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()

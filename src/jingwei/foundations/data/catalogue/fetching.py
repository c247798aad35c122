"""Fetching from hosts that are listed, and from nowhere else: every address checked where it leads, every answer bounded in size and time.

Which host may be asked is a setting (``[harvest] hosts``). The name is resolved here and the connection goes to the very address that was
checked, so that a name cannot be one thing when looked at and another when used. A redirect is a new question, checked like the first.
"""

from __future__ import annotations

import ipaddress
import random
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpcore

from jingwei import __version__
from jingwei.kernel.clock import system_clock
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem
from jingwei.kernel.settings import FILE, Harvest

REDIRECTS = 5
ATTEMPTS = 4
LONGEST_WAIT = 120.0
"""Seconds of a Retry-After that are waited for; whoever asks for more is asked again another time."""

PORTS = {"http": 80, "https": 443}
_TRANSLATED = tuple(ipaddress.ip_network(n) for n in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
"""Addresses of IPv6 that stand for one of IPv4."""
AGENT = f"jingwei/{__version__} (catalogue harvester)"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came. ``unchanged``: nothing did, for it is what it was (304)."""

    address: str
    content: bytes = b""
    kind: str = ""
    etag: str = ""
    modified: str = ""
    following: str = ""
    unchanged: bool = False


class Allowed:
    """The hosts that may be asked, each with its port and, where it lies in a network of one's own, that network."""

    def __init__(self, hosts: Iterable[str]) -> None:
        self._networks: dict[tuple[str, int | None], list[ipaddress.IPv4Network | ipaddress.IPv6Network]] = {}
        for each in hosts:
            host, _, network = each.partition("=")
            at = urlsplit(f"//{host}")
            self._networks.setdefault(((at.hostname or "").lower().rstrip("."), at.port), []).extend([ipaddress.ip_network(network)] if network else [])

    def networks(self, host: str, port: int) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network] | None:
        """Networks of one's own that a host may lie in; None when it is not listed."""
        named = host.lower().rstrip(".")
        found = self._networks.get((named, port))
        return self._networks.get((named, None)) if found is None and port in PORTS.values() else found

    def check(self, address: str) -> str:
        """The address without its fragment. Raises Problem ``host_not_listed`` or ``bad_address``."""
        try:
            at = urlsplit(address.strip())
            port = at.port or PORTS.get(at.scheme, 0)
        except ValueError:
            at, port = urlsplit(""), 0
        if at.scheme not in PORTS or not at.hostname or at.username is not None or any(c in address for c in "\r\n\t \\"):
            raise Problem("bad_address", Text(f"{address[:120]!r} 不是可取的 http 或 https 地址", f"{address[:120]!r} is no http or https address that could be fetched"),
                          remedy=Text("不带用户名，不含空格。", "Without a user's name, and without blanks."))
        if self.networks(at.hostname, port) is None:
            listed = at.hostname if port in PORTS.values() else f"{at.hostname}:{port}"
            raise Problem("host_not_listed", Text(f"不许从 {listed} 取", f"{listed} is not a host to fetch from"), where=FILE,
                          remedy=Text(f"若应当可以，请在设置里写：[harvest] hosts = [\"{listed}\"]", f"If it should be, say so in the settings: [harvest] hosts = [\"{listed}\"]"))
        return urlunsplit((at.scheme, at.netloc, at.path or "/", at.query, ""))

    def resolved(self, host: str, port: int) -> list[str]:
        """Addresses of a listed host. Raises Problem ``forbidden_network`` when one of them lies where nobody said that it may."""
        own = self.networks(host, port) or []
        try:
            found = list(dict.fromkeys(str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except OSError as error:
            raise httpcore.ConnectError(f"{host}: {error.strerror or error}") from None
        for each in found:
            at: Any = ipaddress.ip_address(each.partition("%")[0])
            at = getattr(at, "ipv4_mapped", None) or at
            public = at.is_global and not at.is_multicast and not any(at in n for n in _TRANSLATED if n.version == at.version)
            if not public and not any(at in n for n in own if n.version == at.version):
                raise Problem("forbidden_network", Text(f"{host} 指向 {at}，不在公网，也没有为它列出", f"{host} leads to {at}, which is no public address and not listed with it"),
                              where=FILE, remedy=Text(f"若它确在自家网络：hosts = [\"{host}={at}/{at.max_prefixlen}\"]", f"If it does lie in a network of yours: hosts = [\"{host}={at}/{at.max_prefixlen}\"]"))
        return found


class _Checked(httpcore.NetworkBackend):
    """Connects to the address that was checked; the certificate is still held against the name."""

    def __init__(self, allowed: Allowed) -> None:
        self._allowed, self._plain = allowed, httpcore.SyncBackend()

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
                    socket_options: Iterable[Any] | None = None) -> httpcore.NetworkStream:
        wrong: httpcore.ConnectError | httpcore.ConnectTimeout = httpcore.ConnectError(f"{host} has no address")
        for each in self._allowed.resolved(host, port):
            try:
                return self._plain.connect_tcp(each, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                wrong = error
        raise wrong


class Fetcher:
    """Asks one question at a time and waits between two to the same host."""

    def __init__(self, settings: Harvest, *, pause: Callable[[float], None] = time.sleep, cancelled: Callable[[], bool] = lambda: False) -> None:
        self.settings, self.allowed = settings, Allowed(settings.hosts)
        self._pause, self._cancelled = pause, cancelled
        self._pool = httpcore.ConnectionPool(ssl_context=ssl.create_default_context(), max_connections=1, network_backend=_Checked(self.allowed))
        self._asked: dict[str, float] = {}

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.close()

    def get(self, address: str, *, accept: str = "*/*", known: Mapping[str, str] | None = None) -> Answer:
        """The answer to a question, asked again when the host is busy or the line breaks.

        known : ``etag`` and ``modified`` of the last answer, for which the host may say that nothing changed
        Raises Problem ``host_not_listed``, ``bad_address``, ``forbidden_network``, ``too_large``, ``too_slow``, ``too_many_redirects``, ``refused_there``, ``unreachable``.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                found = self._followed(address, accept, known or {})
            except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
                if attempt == ATTEMPTS:
                    told = f"{type(error).__name__}: {error}"
                    raise Problem("unreachable", Text(f"问了 {ATTEMPTS} 次，{address[:200]} 没有完整答复（{told[:200]}）", f"asked {ATTEMPTS} times, {address[:200]} gave no whole answer ({told[:200]})"),
                                  remedy=Text("请稍后再收割：会从停下的地方接着来。", "Harvest again later: it goes on where it stopped.")) from None
                wait = 2.0 ** attempt * self.settings.interval
            else:
                if isinstance(found, Answer):
                    return found
                status, wait = found
                if attempt == ATTEMPTS or wait > LONGEST_WAIT:
                    raise Problem("refused_there", Text(f"{address[:200]} 答 {status}", f"{address[:200]} answered {status}"),
                                  remedy=Text("对方正忙；请稍后再收割，会从停下的地方接着来。", "It is busy; harvest again later, it goes on where it stopped."))
            self._wait(wait * (1 + 0.1 * random.random()))  # several nodes do not come back at once
        raise AssertionError("every attempt returns or raises")

    def _wait(self, seconds: float) -> None:
        while seconds > 0:
            if self._cancelled():
                raise Problem("cancelled", Text("收割已取消", "the harvest was cancelled"))
            self._pause(min(seconds, 1.0))
            seconds -= 1.0

    def _followed(self, address: str, accept: str, known: Mapping[str, str]) -> Answer | tuple[int, float]:
        """An answer, or the status of one that asks for patience and how many seconds of it."""
        at = address
        for _ in range(REDIRECTS + 1):
            at = self.allowed.check(at)
            found = self._asked_once(at, accept, known)
            if not isinstance(found, str):
                return found
            further = urljoin(at, found)
            if at.startswith("https:") and further.startswith("http:"):
                raise Problem("bad_address", Text(f"{at[:200]} 转到不加密的 {further[:200]}", f"{at[:200]} leads on to {further[:200]}, which is not encrypted"))
            at = further
        raise Problem("too_many_redirects", Text(f"{address[:200]} 转了 {REDIRECTS} 次还没到", f"{address[:200]} leads on more than {REDIRECTS} times"))

    def _asked_once(self, at: str, accept: str, known: Mapping[str, str]) -> Answer | tuple[int, float] | str:
        host = urlsplit(at).netloc
        self._wait(self._asked.get(host, 0.0) + self.settings.interval - time.monotonic())
        self._asked[host] = time.monotonic()
        headers: dict[str | bytes, str | bytes] = {"Host": host, "User-Agent": AGENT, "Accept": accept, "Accept-Encoding": "gzip", "Connection": "close"}
        headers |= {"If-None-Match": known["etag"]} if known.get("etag") else {"If-Modified-Since": known["modified"]} if known.get("modified") else {}
        limits = dict.fromkeys(("connect", "read", "write", "pool"), self.settings.timeout)
        with self._pool.stream("GET", at, headers=headers, extensions={"timeout": limits}) as response:
            said = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in response.headers}
            status = response.status
            if status == 304 and known:
                return Answer(at, unchanged=True)
            if status in (301, 302, 303, 307, 308) and said.get("location"):
                return said["location"]
            if status in (429, 500, 502, 503, 504):
                return status, _patience(said.get("retry-after", ""), self.settings.interval)
            if status != 200:
                raise Problem("refused_there", Text(f"{at[:200]} 答 {status}", f"{at[:200]} answered {status}"), remedy=Text("请核对地址。", "Check the address."))
            content = b"".join(self._unpacked(response.iter_stream(), said.get("content-encoding", "").strip().lower(), at))
        return Answer(at, content, said.get("content-type", "").partition(";")[0].strip().lower(), said.get("etag", ""), said.get("last-modified", ""),
                      _next_of(said.get("link", ""), at))

    def _unpacked(self, chunks: Iterator[bytes], coding: str, at: str) -> Iterator[bytes]:
        """The bytes, unpacked as they come: never more of them in memory than may be kept."""
        until, size, came = time.monotonic() + self.settings.page_seconds, 0, 0
        if coding not in ("", "identity", "gzip", "x-gzip"):
            raise Problem("too_large", Text(f"{at[:200]} 的压缩方式 {coding[:40]!r} 不认识", f"{at[:200]} is packed as {coding[:40]!r}, which is not known here"))
        packed = zlib.decompressobj(wbits=31) if coding.endswith("gzip") else None
        for chunk in chunks:
            came += len(chunk)
            if time.monotonic() > until:
                raise Problem("too_slow", Text(f"{at[:200]} 超过 {self.settings.page_seconds:g} 秒还没答完", f"{at[:200]} had not answered in full after {self.settings.page_seconds:g} seconds"))
            out = packed.decompress(chunk, self.settings.page_bytes - size + 1) if packed else chunk
            size += len(out)
            if max(size, came) > self.settings.page_bytes:
                raise Problem("too_large", Text(f"{at[:200]} 的答复大于 {self.settings.page_bytes:,} 字节", f"the answer of {at[:200]} is larger than {self.settings.page_bytes:,} bytes"),
                              where=FILE, remedy=Text("可在设置里放宽：[harvest] page_bytes。", "The limit is a setting: [harvest] page_bytes."))
            yield out
        if packed and not packed.eof:
            raise httpcore.RemoteProtocolError("the packed answer ends half-way")


def _patience(said: str, interval: float) -> float:
    """Seconds that a host asks for in Retry-After, as a number or an instant."""
    if said.strip().isdecimal():
        return float(said[:9])
    try:
        return max(0.0, (parsedate_to_datetime(said) - system_clock()).total_seconds())
    except (ValueError, TypeError):
        return 5 * interval


def _next_of(link: str, at: str) -> str:
    """Where a Link header says that the next page is (RFC 8288)."""
    for each in link.split(","):
        target, _, rest = each.strip().partition(">")
        if target.startswith("<") and any(p.strip().replace('"', "").lower() == "rel=next" for p in rest.split(";")):
            return urljoin(at, target[1:])
    return ""

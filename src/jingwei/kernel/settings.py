"""One node's settings: ``jingwei.toml`` in its workspace."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

FILE = "jingwei.toml"


class Lake(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """engine : what runs queries over the Parquet files; ``spark`` needs the extra of that name."""

    engine: Literal["duckdb", "spark"] = "duckdb"


class Store(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """url : where records that change are kept; empty for SQLite in the workspace, or ``postgresql://user@host/name``.

    A password is better left to PostgreSQL's own password file than written here.
    """

    url: str = ""

    def __post_init__(self) -> None:
        if self.url and not self.url.startswith("postgresql://"):
            raise ValueError("store.url must be empty or begin with postgresql://")


class Federation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """threshold : rows a cell must rest on to be shown to another node
    test_every : seconds between two live tests of the nodes below
    silence : seconds after which a node below that was not heard of, or a test of it, counts as silent
    """

    threshold: int = 10
    test_every: int = 3_600
    silence: int = 86_400

    def __post_init__(self) -> None:
        if self.test_every < 1 or self.silence < 2 * self.test_every:
            raise ValueError("federation.test_every must be 1 or more, and federation.silence at least twice as long")
        if self.threshold < 2:
            raise ValueError("federation.threshold must be 2 or more")


class Harvest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """hosts : what may be fetched from: "data.example.org", with a port other than 80 and 443 "data.example.org:8080"; one that lies in a network
        of one's own names that too, "catalogue.intranet=10.2.0.0/16". Nothing when empty
    interval : seconds between two questions to one host
    timeout : seconds to wait for a connection or the next bytes
    page_seconds, page_bytes : how long one answer may take and how large it may be, unpacked
    pages : answers of one pass
    """

    hosts: tuple[str, ...] = ()
    interval: float = 1.0
    timeout: float = 30.0
    page_seconds: float = 300.0
    page_bytes: int = 64 << 20
    pages: int = 20_000

    def __post_init__(self) -> None:
        for host in self.hosts:
            if not re.fullmatch(r"(?:\[[0-9A-Fa-f:]+\]|[\w.-]+)(?::\d{1,5})?(?:=[0-9A-Fa-f:.]+/\d{1,3})?", host):
                raise ValueError(f"harvest.hosts: {host!r} is no host, host:port or host=network")
            if "=" in host:
                ipaddress.ip_network(host.partition("=")[2])
        if not 0 <= self.interval <= 3_600 or min(self.timeout, self.page_seconds, self.page_bytes, self.pages) <= 0:
            raise ValueError("harvest.interval must be 0 to 3600, the other limits of harvest above 0")


class Nightly(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """at : HH:MM in China, when a server does the day's own work; empty for never
    actions : what is done, such as "duties check", in this order; the program's own list when absent
    """

    at: str = "02:30"
    actions: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.at and not re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", self.at):
            raise ValueError("nightly.at must be empty or a time such as 02:30")


class Login(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """issuer : of the OpenID provider, exactly as it names itself; empty for no sign-in. https, or http on the loopback address
    client : what this node is called there
    secret_file : file in the workspace that holds the client's secret; ``JINGWEI_LOGIN_SECRET`` goes before it; neither for a public client
    scopes : asked for beside ``openid``, where the mapping of claims needs more
    skew : seconds the two clocks may differ
    hours : a session lasts
    facts : by fact, the claim that gives it of whoever applies for something, such as applicant_name = "name"; empty where nobody is known by signing in
    """

    issuer: str = ""
    client: str = ""
    secret_file: str = ""
    scopes: tuple[str, ...] = ()
    skew: int = 60
    hours: float = 8
    facts: dict[str, str] = {}

    def __post_init__(self) -> None:
        where = urlsplit(self.issuer)
        safe = where.scheme == "https" or (where.scheme == "http" and where.hostname in ("localhost", "127.0.0.1", "::1"))
        if self.issuer and not (safe and where.hostname and not where.query and not where.fragment and not where.username):
            raise ValueError("login.issuer must begin with https://, or with http:// on the loopback address, and be no more than host and path")
        if bool(self.issuer) != bool(self.client):
            raise ValueError("login needs both an issuer and a client")
        if not 0 <= self.skew <= 300 or not 0 < self.hours <= 24:
            raise ValueError("login.skew is 0 to 300 seconds, login.hours up to 24")


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every setting has a default; the file may be empty.

    demonstration : what happens on this node is invented, and every page says so
    """

    lake: Lake = Lake()
    store: Store = Store()
    federation: Federation = Federation()
    nightly: Nightly = Nightly()
    harvest: Harvest = Harvest()
    login: Login = Login()
    demonstration: bool = False

    @classmethod
    def read(cls, folder: Path) -> Settings:
        """The workspace's settings, or the defaults when it has no file. Raises Problem ``bad_settings``."""
        path = folder / FILE
        try:
            return msgspec.toml.decode(path.read_bytes(), type=cls)
        except (FileNotFoundError, NotADirectoryError):
            return cls()
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OSError) as error:
            raise Problem("bad_settings", Text(f"设置读不懂（{error}）", str(error)), where=str(path)) from None

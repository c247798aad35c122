"""Who asks: the principal of a session, or anybody."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from http.cookies import CookieError, SimpleCookie
from typing import Any

from litestar import Request

from jingwei.doors.login.cookies import Cookies
from jingwei.kernel import sessions
from jingwei.kernel.clock import Clock, system_clock
from jingwei.kernel.people import ANONYMOUS, Principal
from jingwei.kernel.problems import Problem
from jingwei.kernel.workspace import Workspace

PRINCIPAL = "jingwei.principal"
"""Of a request's scope, where somebody is signed in."""


@dataclass(frozen=True)
class Who:
    """Reads sessions of one node. Without a provider in the settings nobody is ever signed in, and nothing is looked up."""

    workspace: Workspace
    clock: Clock = system_clock

    @cached_property
    def enabled(self) -> bool:
        try:
            return bool(self.workspace.settings.login.issuer)
        except Problem:  # the pages say that the settings cannot be read
            return False

    @cached_property
    def cookies(self) -> Cookies:
        return Cookies(self.workspace.folder)

    @cached_property
    def name(self) -> str:
        return self.cookies.name("session")

    def may_be(self, header: bytes) -> bool:
        """Whether a Cookie header may hold a session: cheap, asked of every request that has one."""
        return self.enabled and self.name.encode() in header

    def principal(self, header: bytes) -> Principal | None:
        secret = secret_in(header, self.name)
        if not secret or not self.workspace.store.exists():
            return None
        with self.workspace.store.read() as connection:
            return sessions.held(connection, secret, self.clock())


def secret_in(header: bytes, name: str) -> str:
    try:
        found = SimpleCookie(header.decode("latin-1")).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


def principal_of(request: Request[Any, Any, Any]) -> Principal:
    """Whoever is signed in, else ``anonymous``."""
    found = request.scope.get(PRINCIPAL)
    return found if isinstance(found, Principal) else ANONYMOUS


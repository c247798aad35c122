"""The way in and out: to the provider, back with a code, and from then on a session of the node's own.

Coming back is a navigation from another site, on which a browser sends no ``SameSite=Strict`` cookie, nor on what it is redirected to
from there. So the answer is a page of ours that leads on by itself; and leaving is one too, since ``form-action 'self'`` holds a form to us.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cached_property
from http import HTTPStatus
from typing import Any, Literal

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from jingwei import plan
from jingwei.doors.asked import Asker, Refused, asked_in, asker_of, page_language, several
from jingwei.doors.guard import Bucket
from jingwei.doors.login.cookies import AN_HOUR, LASTS, Pending, Person, What, applies, ours
from jingwei.doors.login.provider import Provider, SignInRefused
from jingwei.doors.login.tokens import claims_of
from jingwei.doors.login.who import Who, principal_of, secret_in
from jingwei.doors.openapi import is_open, open_to
from jingwei.doors.refusals import told, without_folders
from jingwei.kernel import sessions
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import Language, Text
from jingwei.kernel.ledger import Event
from jingwei.kernel.people import ANONYMOUS
from jingwei.kernel.problems import Problem

CALLBACK = "/sign-in/callback"
A_MINUTE, AT_ONCE = 60, 30
"""Sign-ins one address may begin or end."""


def routes(who: Who, render: Callable[..., bytes]) -> list[HTTPRouteHandler]:
    """``/zh/sign-in?back=``, the provider's way back, and ``/zh/sign-out``; all of them say so where the settings name no provider."""
    door = _Door(who, render)

    @get("/{language:str}/sign-in", sync_to_thread=True, include_in_schema=False)
    def sign_in(request: Asker, language: FromPath[str]) -> Response[bytes]:
        return door.begin(request, page_language(language))

    @get(CALLBACK, sync_to_thread=True, include_in_schema=False)
    def callback(request: Asker) -> Response[bytes]:
        return door.back(request)

    @post("/{language:str}/sign-out", status_code=200, sync_to_thread=True, include_in_schema=False)
    def sign_out(request: Asker, language: FromPath[str]) -> Response[bytes]:
        return door.out(request, page_language(language))

    @get("/{language:str}/me", sync_to_thread=True, include_in_schema=False)
    def me(request: Asker, language: FromPath[str]) -> Response[bytes]:
        return door.me(request, page_language(language))

    return [sign_in, callback, sign_out, me]


class _Door:
    def __init__(self, who: Who, render: Callable[..., bytes]) -> None:
        self._who, self._render = who, render
        self._bucket = Bucket(A_MINUTE, AT_ONCE)

    @cached_property
    def _provider(self) -> Provider:
        workspace = self._who.workspace
        return Provider(workspace.settings.login, workspace.folder)

    def begin(self, request: Asker, language: Language) -> Response[bytes]:
        """To the provider, with what this sign-in must remember in a sealed cookie: nothing is kept of who only looks in."""
        self._open(request)
        pending = Pending.drawn(ours(dict(asked_in(request)).get("back", "")) or f"/{language}/me", self._now())
        where = self._provider.address(pending.state, pending.nonce, pending.verifier, _here(request) + CALLBACK)
        return Response(b"", status_code=HTTPStatus.SEE_OTHER, headers={"Location": where, "Cache-Control": "no-store"},
                        cookies=[self._asking(request, self._who.cookies.sealed(pending))])

    def back(self, request: Asker) -> Response[bytes]:
        """From the provider. What was remembered is forgotten, whatever comes of it: one sign-in, one attempt."""
        pending = self._who.cookies.opened(self._sent(request, "asking"), self._now()) if self._who.enabled else None
        language: Language = "en" if pending and pending.back.startswith("/en") else "zh"
        try:
            self._open(request)
            if pending is None:
                raise SignInRefused("state", Text("这里没有正在进行的登录", "no sign-in is under way here"), Text("请从头登录。", "Begin to sign in again."))
            claims = self._claims(request, pending)
            if applies(pending.back):
                return self._applicant(request, pending, claims, language)
            login = self._provider.login
            entered = sessions.enter(self._who.workspace.store, login.issuer, claims, pending.nonce, self._who.clock(), timedelta(hours=login.hours))
        except Problem as problem:
            return self._refused(request, problem, language, begun=pending is not None)
        if old := self._sent(request, "session"):  # a new secret for each sign-in: whatever session this browser had is not taken over
            sessions.leave(self._who.workspace.store, old, self._who.clock())
        seconds = int((entered.expires - self._who.clock()).total_seconds())
        return self._onward(language, pending.back, Text("已登录", "You are signed in"),
                            [self._asking(request, ""), self._cookie(request, "session", entered.secret, "strict", "/", seconds)])

    def _applicant(self, request: Asker, pending: Pending, claims: Mapping[str, Any], language: Language) -> Response[bytes]:
        """Who applies for something is known by what the provider vouches for, and gets no session: there is nothing here they may do as somebody.

        Raises SignInRefused where the provider does not say who they are: two identifiers are needed before anything about a person is looked up.
        """
        login = self._provider.login
        facts = {fact: claims[claim] for fact, claim in login.facts.items() if isinstance(claims.get(claim), str) and claims[claim].strip()}
        if lacking := sorted(login.facts.keys() - facts.keys()):
            raise SignInRefused("facts", Text(f"身份提供方没有给出：{'、'.join(lacking)}", f"the identity provider did not tell: {', '.join(lacking)}"),
                                Text("不登录也可以办，只是要多回答几个问题。", "You can go on without signing in, and answer a few more questions."))
        person = Person(sessions.identity_of(self._who.workspace.folder, login.issuer, str(claims["sub"])), facts, int(self._now()))
        return self._onward(language, pending.back, Text("已登录", "You are signed in"),
                            [self._asking(request, ""), self._cookie(request, "person", self._who.cookies.sealed(person), "strict", "/", AN_HOUR)])

    def out(self, request: Asker, language: Language) -> Response[bytes]:
        """The session ends here, and at the provider where it can be asked to end its own."""
        self._open(request)
        sessions.leave(self._who.workspace.store, self._sent(request, "session"), self._who.clock())
        home = f"/{language}"
        try:
            onward = self._provider.sign_out(_here(request) + home) or home
        except Problem as problem:  # whoever leaves has left, whether or not the provider answers
            logging.getLogger(__name__).warning("the provider's session goes on: %s", problem)
            onward = home
        return self._onward(language, onward, Text("已退出", "You are signed out"), [self._cookie(request, "session", "", "strict", "/", 0)])

    def me(self, request: Asker, language: Language) -> Response[bytes]:
        """Who somebody is here, what they may do, and the way out; whoever is nobody yet is led in."""
        person = principal_of(request)
        if person is ANONYMOUS:
            return Response(b"", status_code=HTTPStatus.SEE_OTHER, headers={"Location": f"/{language}/sign-in?back=/{language}/me", "Cache-Control": "no-store"})
        own = [a for pillar in plan.pillars() for a in pillar.actions if open_to(a, person) and not is_open(a)]
        page = self._render("me.html", language, request.url.path, person=person, principal=person, actions=sorted(own, key=lambda a: a.path))
        return Response(page, media_type="text/html", headers={"Cache-Control": "no-store"})

    def _claims(self, request: Asker, pending: Pending) -> Mapping[str, Any]:
        """What the provider says of whoever signed in. Raises Problem: what came back is not the answer to what was asked."""
        sent = several(asked_in(request))
        if any(len(values) > 1 for values in sent.values()) or not hmac.compare_digest(sent.get("state", [""])[0].encode(), pending.state.encode()):
            raise SignInRefused("state", Text("回来的不是这次登录", "what came back is not this sign-in"), Text("请从头登录。", "Begin to sign in again."))
        login, described = self._provider.login, self._provider.described
        by = sent.get("iss", [""])[0]
        if (by or described.get("authorization_response_iss_parameter_supported") is True) and by != login.issuer:  # RFC 9207
            raise SignInRefused("iss", Text("答复来自另一个身份提供方", "the answer comes from another identity provider"))
        if "error" in sent or not sent.get("code", [""])[0]:
            raise SignInRefused("provider", Text("身份提供方没有让您登录", "the identity provider did not sign you in"))
        token, access = self._provider.exchange(sent["code"][0], pending.verifier, _here(request) + CALLBACK)
        return claims_of(self._provider, token, access, pending.nonce, self._now())

    def _refused(self, request: Asker, problem: Problem, language: Language, *, begun: bool) -> Response[bytes]:
        """Said to the reader, and, once a day for each reason, on record: who plays a provider false should be seen.

        begun : here; whoever only calls at the address leaves no trace
        """
        why, now = getattr(problem, "why", problem.code), self._who.clock()
        if begun and self._who.workspace.store.exists():
            self._who.workspace.ledger.append(Event("session.refused", now, ANONYMOUS.id, {"why": why}, key=f"session.refused/{why}/{day_in_china(now)}"))
        shown, status, headers = told(problem if isinstance(problem, Refused) else _not_let_in(problem))
        page = self._render("problem.html", language, f"/{language}", problem=without_folders(shown))
        return Response(page, status_code=int(status), media_type="text/html", headers={**headers, "Cache-Control": "no-store"}, cookies=[self._asking(request, "")])

    def _onward(self, language: Language, onward: str, title: Text, cookies: list[Cookie]) -> Response[bytes]:
        page = self._render("onward.html", language, f"/{language}", onward=onward, title=title)
        return Response(page, media_type="text/html", headers={"Cache-Control": "no-store"}, cookies=cookies)

    def _open(self, request: Asker) -> None:
        """Raises Refused: no provider is set (404), or this address asks too often (429)."""
        if not self._who.enabled:
            raise Refused(HTTPStatus.NOT_FOUND, "sign_in_off", Text("本节点没有设身份提供方", "no identity provider is set for this node"),
                          remedy=Text("管理本节点的人可在 jingwei.toml 的 [login] 里设。", "Whoever runs this node can name one under [login] in jingwei.toml."))
        if wait := self._bucket.take(asker_of(request)):
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, "too_many_requests", Text("短时间内登录得太多", "too many sign-ins in a short time"),
                          remedy=Text(f"请过 {wait} 秒再登录。", f"Sign in again in {wait} s."), headers={"Retry-After": str(wait)})

    def _now(self) -> float:
        return self._who.clock().timestamp()

    def _sent(self, request: Asker, what: What) -> str:
        return secret_in(request.headers.get("cookie", "").encode("latin-1"), self._who.cookies.name(what))

    def _asking(self, request: Asker, value: str) -> Cookie:
        return self._cookie(request, "asking", value, "lax", "/sign-in", LASTS if value else 0)

    def _cookie(self, request: Asker, what: What, value: str, same_site: Literal["strict", "lax"], path: str, seconds: int) -> Cookie:
        return Cookie(self._who.cookies.name(what), path, value, seconds, secure=request.url.scheme == "https", httponly=True, samesite=same_site)


def _here(request: Asker) -> str:
    """Of this portal, by the name it was asked under; the guard lets no other than this machine's pass, and the provider knows which it takes."""
    return f"{request.url.scheme}://{request.headers['host']}"


def _not_let_in(problem: Problem) -> Refused:
    told_as = Refused(HTTPStatus.FORBIDDEN, problem.code, problem.what, remedy=problem.remedy)
    told_as.where = problem.where
    return told_as

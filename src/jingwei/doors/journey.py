"""The pages of somebody who applies for something: theirs alone, kept by nobody, and without a word of theirs in an address.

A browser is known by a cookie that holds the draft's number and secret; whoever signed in is known by another besides. Every page works without
JavaScript; what is sent is answered by going on to the next page, so that going back or loading anew sends nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from jingwei.doors.asked import Asker, Refused, asker_of, fields_of, page_language
from jingwei.doors.guard import Bucket
from jingwei.doors.login.cookies import Person, What
from jingwei.doors.login.who import Who, secret_in
from jingwei.integrations.government.forms import answers, drafts, journey, views
from jingwei.integrations.government.forms.answers import MOST_FILE_BYTES, Fault
from jingwei.integrations.government.forms.drafts import Draft
from jingwei.integrations.government.forms.journey import Way
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Language, Text
from jingwei.kernel.people import ANONYMOUS
from jingwei.kernel.workspace import Workspace

PAGES = "integrations/government/forms/pages:"
A_MINUTE, AT_ONCE = 10, 10
"""How often one address may try a number and a secret."""

STAYS = int(drafts.KEPT_FOR.total_seconds())
"""Seconds the browser keeps the key to a draft."""

Fields = dict[str, list[Any]]


def routes(workspace: Workspace, who: Who, render: Callable[..., bytes]) -> list[HTTPRouteHandler]:
    """``/zh/mine`` and what lies below it, and ``/zh/return``."""
    door = _Journey(workspace, who, render)

    @get("/{language:str}/mine", sync_to_thread=True, include_in_schema=False)
    def mine(request: Asker, language: FromPath[str]) -> Response[bytes]:
        return door.led(door.next, request, page_language(language))

    @get("/{language:str}/mine/{step:path}", include_in_schema=False)
    async def show(request: Asker, language: FromPath[str], step: FromPath[str]) -> Response[bytes]:
        return await sync_to_thread(door.led, door.show, request, page_language(language), str(step).strip("/"))

    @post("/{language:str}/mine/{step:path}", status_code=200, include_in_schema=False, request_max_body_size=2 * MOST_FILE_BYTES)
    async def send(request: Asker, language: FromPath[str], step: FromPath[str]) -> Response[bytes]:
        fields = await fields_of(request)
        return await sync_to_thread(door.led, door.take, request, page_language(language), str(step).strip("/"), fields)

    @get("/{language:str}/return", include_in_schema=False)
    async def come_back(request: Asker, language: FromPath[str]) -> Response[bytes]:
        return await sync_to_thread(door.ask_number, request, page_language(language))

    @post("/{language:str}/return", status_code=200, include_in_schema=False)
    async def find(request: Asker, language: FromPath[str]) -> Response[bytes]:
        fields = await fields_of(request)
        return await sync_to_thread(door.find, request, page_language(language), fields)

    return [mine, show, send, come_back, find]


class _SignInFirst(Exception):
    """Who began this signed in has to be signed in."""


class _NotHere(Exception):
    """This browser has no key to a draft."""


class _Journey:
    def __init__(self, workspace: Workspace, who: Who, render: Callable[..., bytes]) -> None:
        self._workspace, self._who, self._render = workspace, who, render
        self._bucket = Bucket(A_MINUTE, AT_ONCE)

    def led(self, show: Callable[..., Response[bytes]], request: Asker, language: Language, *more: Any) -> Response[bytes]:
        """A page; or first to wherever this person has to go."""
        try:
            return show(request, language, *more)
        except _SignInFirst:
            return self._sign_in(language)
        except _NotHere:
            return _see(f"/{language}/mine")

    # Pages

    def next(self, request: Asker, language: Language) -> Response[bytes]:
        """To wherever this person has to go on."""
        found = self._draft(request)
        if found is None:
            return self.ask_number(request, language)
        draft, secret = found
        context = self._context(language)
        if not draft.looked:
            looked = journey.look(context, draft)
            draft = self._change(draft, secret, lambda d: d if d.looked else replace(d, known=looked.known, looked=True))
        return _see(f"/{language}/mine/{journey.way(context, draft).step}")

    def show(self, request: Asker, language: Language, step: str) -> Response[bytes]:
        draft, secret = self._own(request)
        context = self._context(language)
        way = journey.way(context, draft)
        if draft.case and step not in ("case", "sent", "save"):
            return _see(f"/{language}/mine/case")
        if step.startswith("ask/"):
            return self._question(request, context, way, secret, step.removeprefix("ask/"))
        if step == "check" and way.step != "check":  # an earlier answer opened another question
            return _see(f"/{language}/mine/{way.step}")
        made: dict[str, Callable[[], dict[str, Any]]] = {
            "known": lambda: {"view": views.known(way)}, "check": lambda: {"rows": views.checked(way), "view": views.known(way)},
            "save": lambda: {"secret": drafts.spoken(secret)}, "sent": lambda: {"secret": drafts.spoken(secret)}, "case": lambda: {"view": views.followed(context, way)}}
        if step not in made or (step in ("case", "sent") and not draft.case):
            return _see(f"/{language}/mine")
        return self._page(request, language, f"{step}.html", way, **made[step]())

    def _question(self, request: Asker, context: Context, way: Way, secret: str, name: str, *, faults: tuple[Fault, ...] = (),
                  shown: Mapping[str, tuple[str, ...]] | None = None) -> Response[bytes]:
        language = context.language
        question = way.standing.question(name)
        if question is None:  # known by now, or nobody asks any more
            return _see(f"/{language}/mine")
        if name not in way.draft.asked:
            self._change(way.draft, secret, lambda d: journey.put(d, question))
        if shown is None:
            shown = answers.shown(question, way.draft.answers.get(name))
        names = [q.name for q in way.standing.asked]
        at = names.index(name)
        before = f"/{language}/mine/ask/{names[at - 1]}" if at else f"/{language}/mine/known" if way.draft.known else f"/{language}/things/{way.draft.thing}"
        errors = {f.field: f.what for f in faults}
        page = self._page(request, language, "question.html", way, question=question, shown=shown, errors=errors, faults=faults, at=at + 1, of=len(names), before=before,
                          parts=answers.PARTS_OF_DATE, already=way.draft.answers.get(name) is not None)
        page.status_code = HTTPStatus.BAD_REQUEST if faults else HTTPStatus.OK
        return page

    # What is sent

    def take(self, request: Asker, language: Language, step: str, fields: Fields) -> Response[bytes]:
        if step in ("begin", "leave"):
            return self._begin(request, language, fields) if step == "begin" else self._leave(language)
        context = self._context(language)
        draft, secret = self._own(request)
        if step == "erase":
            with self._workspace.store.write() as connection:
                drafts.erase(connection, draft.number)
            return self._leave(language)
        if draft.case:
            return _see(f"/{language}/mine/case")
        if step.startswith("ask/"):
            return self._answered(request, context, draft, secret, step.removeprefix("ask/"), fields)
        if step == "known":
            self._change(draft, secret, lambda d: journey.review(d, [v for v in fields.get("wrong", []) if isinstance(v, str)]))
        elif step == "send":
            journey.hand_in(context, draft, secret)
            return _see(f"/{language}/mine/sent")
        return _see(f"/{language}/mine")

    def _answered(self, request: Asker, context: Context, draft: Draft, secret: str, name: str, fields: Fields) -> Response[bytes]:
        way = journey.way(context, draft)
        question = way.standing.question(name)
        if question is None:
            return _see(f"/{context.language}/mine")
        if question.kind == "file" and not fields.get(name) and draft.answers.get(name) is not None:  # a browser sends no file twice
            return _see(f"/{context.language}/mine")
        read = answers.read(question, fields)
        if read.faults:
            return self._question(request, context, way, secret, name, faults=read.faults, shown=read.shown)
        self._change(draft, secret, lambda d: journey.answer(d, question, read.value))
        return _see(f"/{context.language}/mine")

    def _begin(self, request: Asker, language: Language, fields: Fields) -> Response[bytes]:
        self._ration(request)
        context, person = self._context(language), self._person(request)
        wants = bool(fields.get("sign_in")) and self._signs_in
        draft, secret = journey.begin(context, str(fields.get("thing", [""])[0]))
        if not wants:
            self._change(draft, secret, lambda d: replace(d, looked=True))
        keys = [self._cookie(request, "draft", f"{draft.number}.{secret}", STAYS)]
        if not wants or person is not None:
            return _see(f"/{language}/mine", keys)
        return self._sign_in(language, keys)

    def _sign_in(self, language: Language, cookies: list[Cookie] | None = None) -> Response[bytes]:
        """A page that leads on by itself: ``form-action 'self'`` holds a form, and wherever its answers lead, to us."""
        page = self._render("onward.html", language, f"/{language}", onward=f"/{language}/sign-in?back=/{language}/mine", title=Text("去登录", "On to signing in"))
        return Response(page, media_type="text/html", headers={"Cache-Control": "no-store"}, cookies=cookies or [])

    def ask_number(self, request: Asker, language: Language, *, wrong: bool = False, number: str = "") -> Response[bytes]:
        page = self._page(request, language, "return.html", None, wrong=wrong, number=number)
        page.status_code = HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK
        return page

    def find(self, request: Asker, language: Language, fields: Fields) -> Response[bytes]:
        """Somebody comes back with number and secret. Which of the two is wrong is not told."""
        self._ration(request)
        number, secret = (str(fields.get(name, [""])[0])[:200] for name in ("number", "secret"))
        draft = self._opened(number, secret)
        if draft is None:
            return self.ask_number(request, language, wrong=True, number=number[:40])
        return _see(f"/{language}/mine", [self._cookie(request, "draft", f"{draft.number}.{drafts.spoken(secret)}", STAYS)])

    def _leave(self, language: Language) -> Response[bytes]:
        """This device forgets it."""
        gone = [Cookie(self._who.cookies.name(what), "/", "", 0, httponly=True, samesite="strict") for what in ("draft", "person")]
        return _see(f"/{language}/things", gone)

    # Who asks

    @property
    def _signs_in(self) -> bool:
        return self._who.enabled and bool(self._workspace.settings.login.facts)

    def _draft(self, request: Asker) -> tuple[Draft, str] | None:
        """The draft this browser has the key to, and the key; who began it signed in has to be signed in. Raises _SignInFirst."""
        number, _, secret = self._sent(request, "draft").partition(".")
        draft = self._opened(number, secret) if number and secret else None
        if draft is None:
            return None
        person = self._person(request)
        if person is not None and not draft.person and not draft.looked:  # back from signing in
            draft = self._change(draft, secret, lambda d: replace(d, person=person.identity, login=person.facts))
        if draft.person and (person is None or person.identity != draft.person):
            raise _SignInFirst
        return draft, secret

    def _own(self, request: Asker) -> tuple[Draft, str]:
        found = self._draft(request)
        if found is None:
            raise _NotHere
        return found

    def _opened(self, number: str, secret: str) -> Draft | None:
        with self._workspace.store.read() as connection:
            return drafts.opened(connection, number, secret, self._who.clock())

    def _person(self, request: Asker) -> Person | None:
        sealed = self._sent(request, "person")
        return self._who.cookies.person(sealed, self._who.clock().timestamp()) if sealed else None

    def _change(self, draft: Draft, secret: str, change: Callable[[Draft], Draft]) -> Draft:
        """In one transaction with reading it anew: two open pages of one person lose nothing of each other's."""
        now = self._who.clock()
        with self._workspace.store.write() as connection:
            changed = change(drafts.opened(connection, draft.number, secret, now) or draft)
            drafts.keep(connection, changed, secret, now)
        return changed

    def _context(self, language: Language) -> Context:
        return Context(self._workspace, language, clock=self._who.clock, principal=ANONYMOUS)

    def _ration(self, request: Asker) -> None:
        if wait := self._bucket.take(asker_of(request)):
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, "too_many_requests", Text("短时间内试得太多", "too many attempts in a short time"),
                          remedy=Text(f"请过 {wait} 秒再试。", f"Try again in {wait} s."), headers={"Retry-After": str(wait)})

    # HTTP

    def _sent(self, request: Asker, what: What) -> str:
        return secret_in(request.headers.get("cookie", "").encode("latin-1"), self._who.cookies.name(what))

    def _cookie(self, request: Asker, what: What, value: str, seconds: int) -> Cookie:
        return Cookie(self._who.cookies.name(what), "/", value, seconds, secure=request.url.scheme == "https", httponly=True, samesite="strict")

    def _page(self, request: Asker, language: Language, template: str, way: Way | None, **shown: Any) -> Response[bytes]:
        body = self._render(f"{PAGES}{template}", language, request.url.path, way=way, **shown)
        return Response(body, media_type="text/html", headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "Content-Language": "zh-CN" if language == "zh" else "en"})


def _see(address: str, cookies: list[Cookie] | None = None) -> Response[bytes]:
    return Response(b"", status_code=HTTPStatus.SEE_OTHER, headers={"Location": address, "Cache-Control": "no-store"}, cookies=cookies or [])

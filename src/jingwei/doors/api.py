"""The API: every action of every room as a route under /api/v1, with no code of its own for any of them.

Read actions whose scope is public are answered; the others have their route and say why they are not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from http import HTTPStatus

from litestar import HttpMethod, Response, Router, get, head, route
from litestar.concurrency import sync_to_thread
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler

from jingwei import plan
from jingwei.doors import jobs
from jingwei.doors.answers import Answers
from jingwei.doors.asked import (
    Asker,
    Refused,
    Sent,
    asked_in,
    asker_of,
    bad,
    fields_of,
    language_for,
    read,
    several,
    shortened,
)
from jingwei.doors.desk import Desk
from jingwei.doors.guard import MOST_BYTES
from jingwei.doors.openapi import JSON, PREFIX, Shown, address, document, is_open, method_of
from jingwei.doors.projection import inputs
from jingwei.doors.refusals import refuse
from jingwei.doors.shown import media_for, read_shown, show
from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Language, Text
from jingwei.kernel.pillar import Pillar
from jingwei.kernel.problems import Problem, did_you_mean
from jingwei.kernel.tables import Document
from jingwei.kernel.workspace import Workspace

__all__ = ["MOST_BYTES", "PREFIX", "refuse", "router"]

METHODS = (HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE)


def router(workspace: Workspace, pillars: Iterable[Pillar] | None = None, *, answers: Answers | None = None,
           desk: Desk | None = None) -> Router:
    """Every action of the pillars, all of the plan's by default, as a route; and the description of them all.

    answers, desk : shared with another door, so that neither works out what the other has
    """
    actions = [a for p in (plan.pillars() if pillars is None else pillars) for a in p.actions]
    at = desk or Desk(workspace, actions=actions, answers=answers)
    handlers = [handler for action in actions for handler in _handlers(action, at)]
    return Router(PREFIX, route_handlers=[
        *handlers, *jobs.routes(at), *(_unsuited(*each) for each in jobs.ALLOWED.items()), *_described(actions), _elsewhere(actions)],
                  request_max_body_size=MOST_BYTES, include_in_schema=False,
                  exception_handlers={Problem: refuse, HTTPException: refuse, Exception: refuse})


# Routes


def _handlers(action: Action, desk: Desk) -> list[HTTPRouteHandler]:
    method = method_of(action)
    allowed = {method, HttpMethod.HEAD} if method is HttpMethod.GET else {method}

    async def answered(request: Asker) -> Response[bytes]:
        try:
            if not is_open(action):
                name = " ".join(action.path)
                raise Refused(HTTPStatus.FORBIDDEN, "forbidden", Text(f"{name} 不对外开放", f"{name} is not open to everybody"),
                              remedy=Text(f"请在节点所在的机器上运行：jingwei {name} --help", f"Run it where the node is: jingwei {name} --help"))
            form = await fields_of(request) if method is HttpMethod.POST else {}
            return await sync_to_thread(_answer, action, desk, request, form)
        except Exception as error:  # said in one shape here, whatever the application around says
            return refuse(request, error)

    async def bodiless(request: Asker) -> Response[None]:
        full = await answered(request)
        length = {"Content-Length": str(len(full.content))}
        return Response(None, status_code=full.status_code, headers={**full.headers, **length}, media_type=full.media_type)

    path = address(action)
    made = [route(path, http_method=method, status_code=200)(answered), _unsuited(path, allowed)]
    return made if method is HttpMethod.POST else [*made, head(path)(bodiless)]


def _unsuited(path: str, allowed: Collection[HttpMethod]) -> HTTPRouteHandler:
    names = sorted(m.value for m in allowed)

    @route(path, http_method=[m for m in METHODS if m not in allowed], status_code=405, sync_to_thread=False)
    def unsuited(request: Asker) -> Response[bytes]:
        return refuse(request, Refused(
            HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed",
            Text(f"{request.url.path} 不接受 {request.method}", f"{request.method} is not a method of {request.url.path}"),
            remedy=Text(f"请用 {' 或 '.join(names)}。", f"Use {' or '.join(names)}."), headers={"Allow": ", ".join(names)}))

    return unsuited


def _described(actions: Sequence[Action]) -> list[HTTPRouteHandler]:
    @cache
    def said(language: Language) -> bytes:
        return json.dumps(document(actions, language), ensure_ascii=False).encode()

    @get("/openapi.json", sync_to_thread=True)
    def description(request: Asker) -> Response[bytes]:
        try:
            language = language_for(request, read(Shown, several(asked_in(request))).lang)
        except Problem as problem:
            return refuse(request, problem)
        return Response(said(language), media_type=JSON, headers={"Content-Language": language, "Vary": "Accept-Language"})

    return [description, _unsuited("/openapi.json", {HttpMethod.GET})]


def _elsewhere(actions: Sequence[Action]) -> HTTPRouteHandler:
    known = [PREFIX + address(a) for a in actions]

    @route(["/", "/jobs", "/{rest:path}"], http_method=list(METHODS), status_code=404, sync_to_thread=False)
    def nothing(request: Asker) -> Response[bytes]:
        return refuse(request, Refused(
            HTTPStatus.NOT_FOUND, "not_found", Text("这个地址没有内容", "there is nothing at this address"),
            remedy=did_you_mean(request.url.path, known)
            or Text(f"所有地址见 {PREFIX}/openapi.json。", f"{PREFIX}/openapi.json describes every address.")))

    return nothing


# Answers


def _answer(action: Action, desk: Desk, request: Asker, form: Sent) -> Response[bytes]:
    own = {name for name, *_ in inputs(action.input)}
    query = several(asked_in(request))
    ours = {name for name, *_ in inputs(Shown)} - own  # a name the action asks for itself is the action's
    posted = method_of(action) is HttpMethod.POST
    shown = read_shown({n: v for n, v in query.items() if n in ours})
    rest = {n: v for n, v in query.items() if n not in ours}
    if posted and rest:
        name = shortened(next(iter(rest)))
        raise bad(Text(f"地址里不能有 {name}", f"{name} is not known in the address"),
                  Text("请作为表单的一项发送。", "Send it as a field of the form."))
    given = read(action.input, form if posted else rest)
    language = language_for(request, shown.lang)
    media = media_for(request)
    question = desk.answers.question(action, given, language)
    headers = {"Vary": "Accept, Accept-Language, Prefer", "Cache-Control": "no-cache", "Content-Language": language}
    if jobs.later_wanted(request):
        files = {name: value for name, (value, *_) in form.items() if isinstance(value, Document)}
        return jobs.accepted(desk.later(question, files, asker_of(request)), headers)
    tag = _tag(question.key, media, shown)
    if not posted:
        headers["ETag"] = tag
        if _has(request.headers.get("if-none-match", ""), tag):
            return Response(b"", status_code=304, headers=headers, media_type=media)
    return show(desk.now(question, asker_of(request)), shown, media, request, headers)


def _tag(key: str, media: str, shown: Shown) -> str:
    told = json.dumps([key, media, shown.table, shown.limit, shown.offset])
    return f'"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'


def _has(condition: str, tag: str) -> bool:
    return condition.strip() == "*" or tag in (each.strip().removeprefix("W/") for each in condition.split(","))

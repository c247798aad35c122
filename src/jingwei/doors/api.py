"""The API: every action of every room as a route under /api/v1, with no code of its own for any of them.

Read actions whose scope is public are answered; the others have their route and say why they are not.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import MISSING
from functools import cache
from http import HTTPStatus
from typing import Any, Literal, get_args, get_origin
from urllib.parse import quote, urlencode

import msgspec
from litestar import HttpMethod, Request, Response, Router, get, head, route
from litestar.concurrency import sync_to_thread
from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler

from jingwei import plan
from jingwei.doors.answers import Answers
from jingwei.doors.openapi import (
    CSV,
    FORM,
    JSON,
    MARKDOWN,
    PREFIX,
    PROBLEM,
    Shown,
    address,
    document,
    is_open,
    method_of,
)
from jingwei.doors.projection import inputs
from jingwei.kernel.actions import Action, Option, Result
from jingwei.kernel.i18n import Language, language_of
from jingwei.kernel.pillar import Pillar
from jingwei.kernel.problems import Problem, Unreadable, did_you_mean
from jingwei.kernel.tables import Document, Table, csv_bytes
from jingwei.kernel.workspace import Workspace

MOST_BYTES = 32 * 2**20
MOST_RECORDS = 10_000
METHODS = (HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE)

Asker = Request[Any, Any, Any]
Sent = Mapping[str, Sequence[Any]]
"""What a request carries, by name; a name may be given several times."""


class Refused(Problem):
    """A request that HTTP has a status for."""

    def __init__(self, status: HTTPStatus, code: str, what: str, *, remedy: str = "", headers: Mapping[str, str] = {}) -> None:
        super().__init__(code, what, remedy=remedy)
        self.status = status
        self.headers = dict(headers)


def router(workspace: Workspace, pillars: Iterable[Pillar] | None = None, *, answers: Answers | None = None) -> Router:
    """Every action of the pillars, all of the plan's by default, as a route; and the description of them all.

    answers : shared with another door, so that neither works out what the other has
    """
    known = answers or Answers(workspace)
    actions = [a for p in (plan.pillars() if pillars is None else pillars) for a in p.actions]
    handlers = [handler for action in actions for handler in _handlers(action, known)]
    return Router(PREFIX, route_handlers=[*handlers, *_described(actions), _elsewhere(actions)],
                  request_max_body_size=MOST_BYTES, include_in_schema=False,
                  exception_handlers={Problem: refuse, HTTPException: refuse, Exception: refuse})


# Routes


def _handlers(action: Action, answers: Answers) -> list[HTTPRouteHandler]:
    method = method_of(action)
    allowed = {method, HttpMethod.HEAD} if method is HttpMethod.GET else {method}

    async def answered(request: Asker) -> Response[bytes]:
        try:
            if not is_open(action):
                raise Refused(HTTPStatus.FORBIDDEN, "forbidden", f"{' '.join(action.path)} is not open to everybody",
                              remedy=f"Run it where the node is: jingwei {' '.join(action.path)} --help")
            form = await _form(request) if method is HttpMethod.POST else {}
            return await sync_to_thread(_answer, action, answers, request, form)
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
            HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", f"{request.method} is not a method of {request.url.path}",
            remedy=f"Use {' or '.join(names)}.", headers={"Allow": ", ".join(names)}))

    return unsuited


def _described(actions: Sequence[Action]) -> list[HTTPRouteHandler]:
    @cache
    def said(language: Language) -> bytes:
        return json.dumps(document(actions, language), ensure_ascii=False).encode()

    @get("/openapi.json", sync_to_thread=True)
    def description(request: Asker) -> Response[bytes]:
        try:
            language = _language(request, _read(Shown, _several(request.query_params.multi_items())).lang)
        except Problem as problem:
            return refuse(request, problem)
        return Response(said(language), media_type=JSON, headers={"Content-Language": language, "Vary": "Accept-Language"})

    return [description, _unsuited("/openapi.json", {HttpMethod.GET})]


def _elsewhere(actions: Sequence[Action]) -> HTTPRouteHandler:
    known = [PREFIX + address(a) for a in actions]

    @route(["/", "/{rest:path}"], http_method=list(METHODS), status_code=404, sync_to_thread=False)
    def nothing(request: Asker) -> Response[bytes]:
        return refuse(request, Refused(
            HTTPStatus.NOT_FOUND, "not_found", "there is nothing at this address",
            remedy=did_you_mean(request.url.path, known) or f"{PREFIX}/openapi.json describes every address."))

    return nothing


# Questions


async def _form(request: Asker) -> dict[str, list[Any]]:
    """The body's fields; files as documents, an empty part as nothing sent."""
    if request.content_type[0] != FORM:
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not_a_form", "the files must come as multipart/form-data",
                      remedy="For example: curl -F values=@V.csv -F tree=@T.csv …")
    try:
        form = await request.form()
    except (ValueError, LookupError) as error:  # a field that is not text in the charset it names
        if isinstance(error, HTTPException):
            raise
        raise Refused(HTTPStatus.BAD_REQUEST, "bad_form", "a field of the form is not text",
                      remedy="Send text as UTF-8, and files with a file name.") from None
    sent = [(name, await _document(value) if isinstance(value, UploadFile) else value)
            for name, value in form.multi_items()]
    return _several((name, value) for name, value in sent if value != "")


async def _document(upload: UploadFile) -> Document:
    name = re.split(r"[/\\]", upload.filename)[-1][-200:]
    return Document("".join(c for c in name if c.isprintable()) or "file", await upload.read())


def _several(pairs: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    sent: dict[str, list[Any]] = {}
    for name, value in pairs:
        sent.setdefault(name, []).append(value)
    return sent


def _read(kind: type, sent: Sent) -> Any:
    """An input from what was sent. Raises Refused for what is not known, missing or of another kind."""
    known = {name for name, *_ in inputs(kind)}
    for name in sent:
        if name not in known:
            raise _bad(f"{_short(name)} is not known here", did_you_mean(name, known)
                       or f"Known: {', '.join(sorted(known)) or 'none'}.")
    values = {}
    for name, wanted, option, default in inputs(kind):
        if name in sent:
            values[name] = _value(name, wanted, option, sent[name])
        elif default is MISSING:
            raise _bad(f"{name} is missing", f"{name}: {option.help.en}.")
    return kind(**values)


def _value(name: str, wanted: Any, option: Option, given: Sequence[Any]) -> Any:
    if get_origin(wanted) is tuple:
        inner = get_args(wanted)[0]
        return tuple(_value(name, inner, option, [each]) for each in given)
    if len(given) > 1:
        raise _bad(f"{name} is given {len(given)} times", f"Give {name} once.")
    (value,) = given
    if wanted in (Table, Document):
        if not isinstance(value, Document):
            raise _bad(f"{name} is not a file", f"Send it with a file name: -F {name}=@FILE")
        return Table.read(value) if wanted is Table else value
    words = option.choices or (get_args(wanted) if get_origin(wanted) is Literal else ())
    try:
        read = msgspec.convert(value, wanted, strict=False)
        if words and read not in words:
            raise ValueError
    except (msgspec.ValidationError, ValueError):
        kinds = {int: "a whole number", float: "a number", bool: "true or false"}
        asked = " or ".join(map(str, words)) or kinds.get(wanted, "text")
        raise _bad(f"{name} cannot be {_short(value)}", f"{name} is {asked}: {option.help.en}.") from None
    return read


def _bad(what: str, remedy: str) -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, "bad_parameter", what, remedy=remedy)


def _short(value: object) -> str:
    return repr(value[:40] if isinstance(value, str) else type(value).__name__)


def _language(request: Asker, asked: Language | None) -> Language:
    """That of ``lang``, else the most wanted of Accept-Language that there is, else the node's."""
    if asked:
        return asked
    wanted: list[tuple[float, Language]] = []
    for each in request.headers.get("accept-language", "").lower().split(","):
        tag, _, weight = each.partition(";")
        found: Language | None = next((x for x in get_args(Language) if tag.strip().split("-")[0] == x), None)
        quality = re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", weight)
        if found:
            wanted.append((float(quality[1]) if quality else 1.0, found))
    best = max(wanted, key=lambda w: w[0], default=(0.0, language_of()))
    return best[1] if best[0] > 0 else language_of()


# Answers


def _answer(action: Action, answers: Answers, request: Asker, form: Sent) -> Response[bytes]:
    own = {name for name, *_ in inputs(action.input)}
    query = _several(request.query_params.multi_items())
    ours = {name for name, *_ in inputs(Shown)} - own  # a name the action asks for itself is the action's
    posted = method_of(action) is HttpMethod.POST
    shown: Shown = _read(Shown, {n: v for n, v in query.items() if n in ours})
    rest = {n: v for n, v in query.items() if n not in ours}
    if posted and rest:
        raise _bad(f"{_short(next(iter(rest)))} is not known in the address", "Send it as a field of the form.")
    given = _read(action.input, form if posted else rest)
    for name, value, low, high in (("limit", shown.limit, 1, MOST_RECORDS), ("offset", shown.offset, 0, 10**12)):
        if not low <= value <= high:
            raise _bad(f"{name} cannot be {str(value)[:40]}", f"{name} is from {low} to {high}.")
    language = _language(request, shown.lang)
    media = request.accept.best_match([JSON, CSV, MARKDOWN])
    if media is None:
        raise _not_acceptable("this is not one of the forms there are", f"Accept {JSON}, {CSV} or {MARKDOWN}.")
    question = answers.question(action, given, language)
    tag = _tag(question.key, media, shown)
    headers = {"Vary": "Accept, Accept-Language", "Cache-Control": "no-cache", "Content-Language": language}
    if not posted:
        headers["ETag"] = tag
        if _has(request.headers.get("if-none-match", ""), tag):
            return Response(b"", status_code=304, headers=headers, media_type=media)
    return _form_of(answers.answer(question), shown, media, request, headers)


def _tag(key: str, media: str, shown: Shown) -> str:
    told = json.dumps([key, media, shown.table, shown.limit, shown.offset])
    return f'"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'


def _has(condition: str, tag: str) -> bool:
    return condition.strip() == "*" or tag in (each.strip().removeprefix("W/") for each in condition.split(","))


def _form_of(result: Result, shown: Shown, media: str, request: Asker, headers: dict[str, str]) -> Response[bytes]:
    data = result.data
    tables = sorted(name for name, value in data.items() if isinstance(value, list)) if isinstance(data, dict) else []
    if shown.table is not None:
        if shown.table not in tables:
            raise _bad(f"there is no table {_short(shown.table)}", did_you_mean(shown.table, tables)
                       or f"The tables are {', '.join(tables) or 'none'}.")
        data = data[shown.table]
    if media == MARKDOWN:
        return Response(result.report.encode(), media_type=MARKDOWN, headers=headers)
    if isinstance(data, list):
        headers |= _paging(len(data), shown, request)
        data = data[shown.offset : shown.offset + shown.limit]
    if media == CSV:
        return Response(_csv(data, tables), media_type=CSV, headers=headers)
    body = json.dumps({"data": data, "report": result.report}, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(body.encode(), media_type=JSON, headers=headers)


def _paging(total: int, shown: Shown, request: Asker) -> dict[str, str]:
    """How many records there are, and where the next ones are."""
    there = {"X-Total-Count": str(total)}
    following = shown.offset + shown.limit
    if following < total:
        kept = [(n, v) for n, v in request.query_params.multi_items() if n not in ("limit", "offset")]
        query = urlencode([*kept, ("limit", shown.limit), ("offset", following)])
        there["Link"] = f'<{request.url.path}?{query}>; rel="next"'
    return there


def _csv(data: Any, tables: Sequence[str]) -> bytes:
    if not isinstance(data, list):
        offer = f"Choose one with ?table=NAME: {', '.join(tables)}." if tables else f"Accept {JSON} or {MARKDOWN}."
        raise _not_acceptable("the result is not one table", offer)
    if not all(isinstance(record, dict) for record in data):
        raise _not_acceptable("the result is not a list of records", f"Accept {JSON} or {MARKDOWN}.")
    columns = list(dict.fromkeys(name for record in data for name in record))
    nested = [c for c in columns if any(isinstance(record.get(c), list | dict) for record in data)]
    if nested:
        raise _not_acceptable(f"its records hold lists ({', '.join(nested)}), which CSV cannot", f"Accept {JSON}.")
    return csv_bytes(columns, ([record.get(c) for c in columns] for record in data))


def _not_acceptable(what: str, remedy: str) -> Refused:
    return Refused(HTTPStatus.NOT_ACCEPTABLE, "not_acceptable", what, remedy=remedy)


# Refusals


def refuse(request: Asker, error: Exception) -> Response[bytes]:
    """Any error as RFC 9457; an application hands over here what goes wrong under ``PREFIX`` before a route is found."""
    problem, status, headers = _problem(error)
    told = {name: _without_paths(text) for name, text in {**problem.to_json(), "where": problem.where}.items() if text}
    body = {**told, "status": int(status), "instance": quote(request.url.path)}
    return Response(json.dumps(body, ensure_ascii=False).encode(errors="replace"), status_code=int(status),
                    media_type=PROBLEM, headers={**headers, "Cache-Control": "no-store", "Content-Language": "en"})


def _problem(error: Exception) -> tuple[Problem, HTTPStatus, Mapping[str, str]]:
    if isinstance(error, Refused):
        return error, error.status, error.headers
    if isinstance(error, Unreadable):
        return error, HTTPStatus.BAD_REQUEST, {}
    if isinstance(error, Problem):
        ours = error.where.startswith("/")  # a place on the node's own disk: nothing the asker could put right
        return error, HTTPStatus.INTERNAL_SERVER_ERROR if ours else HTTPStatus.UNPROCESSABLE_ENTITY, {}
    if isinstance(error, HTTPException) and error.status_code < 500:
        status = HTTPStatus(error.status_code)
        code, remedy = status.phrase.lower().replace(" ", "_"), ""
        if status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return Problem(code, "the body is too large", remedy=f"{MOST_BYTES // 2**20} MiB is the most."), status, {}
        return Problem(code, error.detail or status.phrase, remedy=remedy), status, error.headers or {}
    logging.getLogger(__name__).error("a request failed", exc_info=error)
    return (Problem("internal_error", "the program failed; its log says how", remedy="Tell whoever runs this node."),
            HTTPStatus.INTERNAL_SERVER_ERROR, {})


_FOLDERS = re.compile(r"(?<=['\"])/[^'\"]*/|(?<![\w/:.])(?:/[^/\s'\"`,;:()\[\]{}<>|]+)+/")


def _without_paths(text: str) -> str:
    """Only the last part of any absolute path: where a node keeps its files is nobody's business. Routes stay."""
    if text.startswith("/") and not text.startswith(PREFIX):
        return text.rpartition("/")[2]
    return _FOLDERS.sub(lambda found: found[0] if found[0].startswith(PREFIX) else "", text)

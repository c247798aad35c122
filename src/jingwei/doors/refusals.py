"""Any error as RFC 9457, telling nothing of the node's own folders."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote

from litestar import Response
from litestar.exceptions import HTTPException

from jingwei.doors.asked import Asker, Refused, asked_in, language_for
from jingwei.doors.guard import FOR_NODES, MOST_BYTES
from jingwei.doors.openapi import PREFIX, PROBLEM
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, Unreadable

PHRASES = {
    HTTPStatus.BAD_REQUEST: "请求读不懂", HTTPStatus.UNAUTHORIZED: "请先说明身份", HTTPStatus.FORBIDDEN: "不允许这样做",
    HTTPStatus.NOT_FOUND: "这个地址没有内容", HTTPStatus.METHOD_NOT_ALLOWED: "这个地址不接受这种方法", HTTPStatus.NOT_ACCEPTABLE: "没有这种格式",
    HTTPStatus.REQUEST_TIMEOUT: "请求等得太久", HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "不接受这种格式的内容",
}
"""Refusals of the framework, in Chinese; in English it says them itself."""


def refuse(request: Asker, error: Exception) -> Response[bytes]:
    """Any error as RFC 9457, in the language asked for; below ``FOR_NODES`` in English with the Chinese beside it.

    An application hands over here what goes wrong under ``PREFIX`` before a route is found.
    """
    problem, status, headers = told(error)
    problem, path = without_folders(problem), request.url.path
    asked = {value for name, value in asked_in(request) if name == "lang"}
    language = "en" if path.startswith(FOR_NODES) else language_for(request, asked.pop() if len(asked) == 1 else None)
    members = problem.kept() if path.startswith(FOR_NODES) else problem.to_json(language)
    said = {name: text for name, text in {**members, "where": problem.where.in_(language)}.items() if text}
    body = {**said, "status": int(status), "instance": quote(path)}
    return Response(json.dumps(body, ensure_ascii=False).encode(errors="replace"), status_code=int(status), media_type=PROBLEM,
                    headers={**headers, "Cache-Control": "no-store", "Content-Language": language, "Vary": "Accept-Language"})


def without_folders(problem: Problem) -> Problem:
    """The problem without the folders it names. What else it is of its own kind is kept."""
    problem.what, problem.where, problem.remedy = (
        Text(without_paths(text.zh), without_paths(text.en)) for text in (problem.what, problem.where, problem.remedy))
    return problem


def told(error: Exception) -> tuple[Problem, HTTPStatus, Mapping[str, str]]:
    """An error as a problem, with its status and headers; what nobody foresaw goes to the log and is not told."""
    if isinstance(error, Refused):
        return error, error.status, error.headers
    if isinstance(error, Unreadable):
        return error, HTTPStatus.BAD_REQUEST, {}
    if isinstance(error, Problem):
        ours = error.where.en.startswith("/")  # a place on the node's own disk: nothing the asker could put right
        return error, HTTPStatus.INTERNAL_SERVER_ERROR if ours else HTTPStatus.UNPROCESSABLE_ENTITY, {}
    if isinstance(error, HTTPException) and error.status_code < 500:
        status = HTTPStatus(error.status_code)
        code = status.phrase.lower().replace(" ", "_")
        if status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            most = f"{MOST_BYTES // 2**20} MiB"
            return Problem(code, Text("发来的内容太大", "the body is too large"), remedy=Text(f"最多 {most}。", f"{most} is the most.")), status, {}
        return Problem(code, http_words(error)), status, error.headers or {}
    logging.getLogger(__name__).error("a request failed", exc_info=error)
    return (Problem("internal_error", Text("程序出了错，日志里有经过", "the program failed; its log says how"),
                    remedy=Text("请告诉管理本节点的人。", "Tell whoever runs this node.")),
            HTTPStatus.INTERNAL_SERVER_ERROR, {})


def http_words(error: HTTPException) -> Text:
    """What the framework refuses, in both languages."""
    status = HTTPStatus(error.status_code)
    return Text(PHRASES.get(status, f"请求没有做成（{int(status)}）"), error.detail or status.phrase)


_FOLDERS = re.compile(r"(?<=['\"])/[^'\"]*/|(?<![\w/:.])(?:/[^/\s'\"`,;:()\[\]{}<>|，；：（）。、]+)+/")


def without_paths(text: str) -> str:
    """Only the last part of any absolute path: where a node keeps its files is nobody's business. Routes stay."""
    if text.startswith("/") and not text.startswith(PREFIX):
        return text.rpartition("/")[2]
    return _FOLDERS.sub(lambda found: found[0] if found[0].startswith(PREFIX) else "", text)

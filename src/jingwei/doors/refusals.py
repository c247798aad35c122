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

from jingwei.doors.asked import Asker, Refused
from jingwei.doors.guard import MOST_BYTES
from jingwei.doors.openapi import PREFIX, PROBLEM
from jingwei.kernel.problems import Problem, Unreadable


def refuse(request: Asker, error: Exception) -> Response[bytes]:
    """Any error as RFC 9457; an application hands over here what goes wrong under ``PREFIX`` before a route is found."""
    problem, status, headers = told(error)
    said = {name: without_paths(text) for name, text in {**problem.to_json(), "where": problem.where}.items() if text}
    body = {**said, "status": int(status), "instance": quote(request.url.path)}
    return Response(json.dumps(body, ensure_ascii=False).encode(errors="replace"), status_code=int(status),
                    media_type=PROBLEM, headers={**headers, "Cache-Control": "no-store", "Content-Language": "en"})


def told(error: Exception) -> tuple[Problem, HTTPStatus, Mapping[str, str]]:
    """An error as a problem, with its status and headers; what nobody foresaw goes to the log and is not told."""
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


def without_paths(text: str) -> str:
    """Only the last part of any absolute path: where a node keeps its files is nobody's business. Routes stay."""
    if text.startswith("/") and not text.startswith(PREFIX):
        return text.rpartition("/")[2]
    return _FOLDERS.sub(lambda found: found[0] if found[0].startswith(PREFIX) else "", text)

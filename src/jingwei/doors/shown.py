"""How an answer is shown over HTTP: as JSON, CSV or Markdown, whole or a page of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from litestar import Response

from jingwei.doors.asked import Asker, Refused, Sent, asked_in, bad, read, shortened
from jingwei.doors.openapi import BOUNDS, CSV, JSON, MARKDOWN, Shown
from jingwei.kernel.actions import Result
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import did_you_mean
from jingwei.kernel.tables import csv_bytes


def read_shown(sent: Sent) -> Shown:
    """How to show the answer, from the address. Raises Refused for what cannot be."""
    shown: Shown = read(Shown, sent)
    for name, (low, high) in BOUNDS.items():
        value = getattr(shown, name)
        if not low <= value <= high:
            raise bad(Text(f"{name} 不能是 {str(value)[:40]}", f"{name} cannot be {str(value)[:40]}"),
                      Text(f"{name} 应在 {low} 到 {high} 之间。", f"{name} is from {low} to {high}."))
    return shown


def media_for(request: Asker) -> str:
    """The form that is wanted most of those there are. Raises Refused."""
    media = request.accept.best_match([JSON, CSV, MARKDOWN])
    if media is None:
        raise _not_acceptable(Text("没有这种格式", "this is not one of the forms there are"),
                              Text(f"Accept 可用 {JSON}、{CSV} 或 {MARKDOWN}。", f"Accept {JSON}, {CSV} or {MARKDOWN}."))
    return media


def show(result: Result, shown: Shown, media: str, request: Asker, headers: dict[str, str]) -> Response[bytes]:
    """A result in one form. Raises Refused when it has no such table or cannot be had in that form."""
    data, tables = picked(result, shown)
    if media == MARKDOWN:
        return Response(result.report.encode(), media_type=MARKDOWN, headers=headers)
    headers = dict(headers)
    if isinstance(data, list):
        headers |= _paging(len(data), shown, request)
        data = data[shown.offset : shown.offset + shown.limit]
    if media == CSV:
        return Response(_csv(data, tables), media_type=CSV, headers=headers)
    return Response(as_json({"data": data, "report": result.report}), media_type=JSON, headers=headers)


def as_json(value: Any) -> bytes:
    """JSON on one line; NaN refused."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def picked(result: Result, shown: Shown) -> tuple[Any, list[str]]:
    """The data asked for, and the names of the tables there are. Raises Refused when there is no such table."""
    data = result.data
    tables = sorted(name for name, value in data.items() if isinstance(value, list)) if isinstance(data, dict) else []
    if shown.table is not None:
        if shown.table not in tables:
            raise bad(Text(f"没有表 {shortened(shown.table)}", f"there is no table {shortened(shown.table)}"),
                      did_you_mean(shown.table, tables)
                      or Text(f"有这些表：{'、'.join(tables) or '无'}。", f"The tables are {', '.join(tables) or 'none'}."))
        data = data[shown.table]
    return data, tables


def _paging(total: int, shown: Shown, request: Asker) -> dict[str, str]:
    """How many records there are, and where the next ones are."""
    there = {"X-Total-Count": str(total)}
    following = shown.offset + shown.limit
    if following < total:
        kept = [(n, v) for n, v in asked_in(request) if n not in ("limit", "offset")]
        query = urlencode([*kept, ("limit", shown.limit), ("offset", following)])
        there["Link"] = f'<{request.url.path}?{query}>; rel="next"'
    return there


def _csv(data: Any, tables: Sequence[str]) -> bytes:
    other = Text(f"Accept 可用 {JSON} 或 {MARKDOWN}。", f"Accept {JSON} or {MARKDOWN}.")
    if not isinstance(data, list):
        offer = Text(f"用 ?table=NAME 选一张：{'、'.join(tables)}。", f"Choose one with ?table=NAME: {', '.join(tables)}.") if tables else other
        raise _not_acceptable(Text("结果不是一张表", "the result is not one table"), offer)
    if not all(isinstance(record, dict) for record in data):
        raise _not_acceptable(Text("结果不是一列记录", "the result is not a list of records"), other)
    columns = list(dict.fromkeys(name for record in data for name in record))
    nested = [c for c in columns if any(isinstance(record.get(c), list | dict) for record in data)]
    if nested:
        raise _not_acceptable(Text(f"记录里还有列表（{'、'.join(nested)}），CSV 放不下", f"its records hold lists ({', '.join(nested)}), which CSV cannot"),
                              Text(f"Accept 请用 {JSON}。", f"Accept {JSON}."))
    return csv_bytes(columns, ([record.get(c) for c in columns] for record in data))


def _not_acceptable(what: Text, remedy: Text) -> Refused:
    return Refused(HTTPStatus.NOT_ACCEPTABLE, "not_acceptable", what, remedy=remedy)

"""The API for people: a page made from its OpenAPI description alone, so that it can say nothing else."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from jingwei import plan
from jingwei.doors.asked import Asker
from jingwei.doors.openapi import PREFIX, document
from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Language, Text
from jingwei.kernel.problems import Problem

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Asked:
    """One parameter or field of a form: where it goes (query, path, header, form) and what it may be."""

    name: str
    place: str
    required: bool
    help: str
    kind: str


@dataclass(frozen=True, slots=True)
class Described:
    """One operation; ``form`` is the path of its form below the language, empty when it has none."""

    code: str
    method: str
    path: str
    summary: str
    tags: tuple[str, ...]
    asked: tuple[Asked, ...]
    responses: tuple[tuple[str, str, tuple[str, ...]], ...]
    form: str
    curl: str


def routes(render: Callable[..., bytes], actions: Iterable[Action] | None = None) -> list[HTTPRouteHandler]:
    """``/{language}/api``."""
    known = list((a for p in plan.pillars() for a in p.actions) if actions is None else actions)

    @cache
    def page(language: Language, host: str) -> bytes:
        return render("api.html", language, f"/{language}/api", operations=operations(document(known, language), host), prefix=PREFIX)

    @get("/{language:str}/api", sync_to_thread=True, include_in_schema=False)
    def api(request: Asker, language: FromPath[str]) -> Response[bytes]:
        if language not in ("zh", "en"):
            raise Problem("unknown_page", Text("没有这一页", "there is no such page"),
                          remedy=Text("页面都在 /zh 和 /en 之下。", "Pages live under /zh and /en."))
        tongue: Language = "zh" if language == "zh" else "en"
        port = request.url.port
        return Response(page(tongue, f"http://localhost:{port}" if port else "http://localhost"), media_type="text/html", headers={
            "Content-Language": "zh-CN" if tongue == "zh" else "en", "Cache-Control": "no-cache"})

    return [api]


def operations(described: Mapping[str, Any], host: str) -> list[Described]:
    """Each operation of an OpenAPI document, in its order."""
    return [_operation(described, path, method, told, host)
            for path, item in described["paths"].items() for method, told in item.items() if method in METHODS]


def _operation(described: Mapping[str, Any], path: str, method: str, told: Mapping[str, Any], host: str) -> Described:
    asked = [Asked(p["name"], p["in"], p.get("required", False), p.get("description", ""), _kind(described, p["schema"]))
             for p in told.get("parameters", ())]
    for content in told.get("requestBody", {}).get("content", {}).values():
        schema = _schema(described, content["schema"])
        asked += [Asked(name, "form", name in schema.get("required", ()), each.get("description", ""), _kind(described, each))
                  for name, each in schema["properties"].items()]
    code = told["operationId"]
    responses = tuple((status, each["description"], tuple(each.get("content", ()))) for status, each in told["responses"].items())
    form = f"/do/{code.replace('.', '/')}" if path == f"{PREFIX}/{code.replace('.', '/')}" else ""
    return Described(code, method.upper(), path, told["summary"], tuple(told.get("tags", ())), tuple(asked), responses, form,
                     _curl(method, path, asked, host))


def _curl(method: str, path: str, asked: Sequence[Asked], host: str) -> str:
    """A line that can be typed once the words in capitals are replaced."""
    implied = method == "get" or (method == "post" and any(a.place == "form" and a.required for a in asked))
    words = ["curl"] if implied else ["curl", "-X", method.upper()]
    words += [w for a in asked if a.place == "form" and a.required
              for w in ("-F", f"{a.name}={'@' if a.kind == 'file' else ''}{a.name.upper()}")]
    query = "&".join(f"{a.name}={a.name.upper()}" for a in asked if a.place == "query" and a.required)
    address = host + path.replace("{", "").replace("}", "") + (f"?{query}" if query else "")
    for each in asked:
        if each.place == "path":
            address = address.replace(f"/{each.name}", f"/{each.name.upper()}")
    return shlex.join([*words, address])


def _schema(described: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref")
    return described["components"]["schemas"][reference.rpartition("/")[2]] if reference else schema


def _kind(described: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    found = _schema(described, schema)
    if found.get("contentMediaType"):
        return "file"
    if "enum" in found:
        return " | ".join(map(str, found["enum"]))
    if found.get("type") == "array":
        return f"{_kind(described, found['items'])} …"
    return str(found.get("type", ""))

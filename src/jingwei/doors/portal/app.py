"""Routes of the portal: addresses in, pages out. What a page shows is said in the rooms' views."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from litestar import Litestar, Request, Response, get
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.static_files import create_static_files_router

import jingwei
from jingwei import plan
from jingwei.coordination.evaluation import views
from jingwei.coordination.markdown import readable
from jingwei.coordination.observations.actions import place_name
from jingwei.coordination.observations.declared import declared_measures
from jingwei.coordination.observations.units import chinese
from jingwei.coordination.targets.model import WORDS
from jingwei.doors import forms, health, reference
from jingwei.doors.api import refuse
from jingwei.doors.api import router as api_router
from jingwei.doors.desk import Desk
from jingwei.doors.guard import HEADERS, MOST_BYTES
from jingwei.doors.openapi import PREFIX
from jingwei.doors.portal.site import Moment, Site
from jingwei.kernel.i18n import Language, Text
from jingwei.kernel.problems import NotAssessable, Problem
from jingwei.kernel.receipts import code_version
from jingwei.kernel.workspace import Workspace

HERE = Path(__file__).parent
ROOM_PAGES = Path(jingwei.__file__).parent / "coordination" / "evaluation" / "pages"

MEDIA = {"csv": "text/csv; charset=utf-8", "json": "application/json", "parquet": "application/vnd.apache.parquet",
         "svg": "image/svg+xml", "md": "text/markdown; charset=utf-8"}

Build = Callable[[Moment], dict[str, Any]]


def application(workspace: Workspace) -> Litestar:
    """The portal and the API of one node."""
    pages = _Pages(Site(workspace))
    desk = Desk(workspace)
    static = create_static_files_router(path="/static", directories=[HERE / "static"], include_in_schema=False)
    return Litestar(route_handlers=[static, api_router(workspace, desk=desk), *forms.routes(desk, pages.render), *reference.routes(pages.render),
        *health.routes(pages.site.is_made), *pages.routes()], exception_handlers={
        Problem: pages.problem, HTTPException: pages.http_problem}, after_request=_with_headers, openapi_config=None,
        request_max_body_size=MOST_BYTES, on_startup=[desk.begin], on_shutdown=[desk.close])


def _with_headers(response: Response[Any]) -> Response[Any]:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _jinja() -> Environment:
    loader = ChoiceLoader([FileSystemLoader(HERE / "layout"), FileSystemLoader(ROOM_PAGES)])
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                              lstrip_blocks=True)
    environment.globals |= {"WINGS": plan.WINGS, "ROOMS": {r.code: r for r in plan.ROOMS}, "GOALS": plan.GOALS,
                            "WORDS": WORDS, "STATES": plan.STATES, "MEASURES": declared_measures(),
                            "node_name": views.node_name, "version": jingwei.__version__, "code": code_version()}
    environment.filters |= {"readable": readable, "chinese": chinese}
    return environment


class _Pages:
    """One method a page; every page is a template and the record its view makes."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.jinja = _jinja()

    def routes(self) -> list[Any]:
        def page(path: str, template: str, build: Callable[..., dict[str, Any]]) -> Any:
            @get(f"/{{language:str}}{path}", sync_to_thread=True, include_in_schema=False, name=template)
            def handler(request: Request[Any, Any, Any], language: FromPath[str]) -> Response[bytes]:
                code = request.path_params.get("code", "")
                return self.show(request, language, template, lambda moment: build(moment, code))

            return handler

        return [
            self._front(), self._file(),
            page("", "home.html", lambda m, _: {"states": views.states(m.done)}),
            page("/provinces", "provinces.html", lambda m, _: {
                "tiles": views.ranking_tiles(m.done), "ranking": views.ranking(m.done)}),
            page("/place/{code:str}", "place.html", lambda m, code: {"view": views.place(m.done, code)}),
            page("/room/{code:str}", "room.html", lambda m, code: {"view": views.room(m.done, code)}),
            page("/measure/{code:str}", "measure.html", lambda m, code: {"view": views.measure(m.done, code)}),
            page("/findings", "findings.html", lambda *_: {}),
            page("/targets", "targets.html", lambda *_: {}),
            page("/data", "data.html", lambda *_: {}),
        ]

    def _front(self) -> Any:
        @get("/", include_in_schema=False, sync_to_thread=False)
        def front(request: Request[Any, Any, Any]) -> Redirect:
            asked = request.headers.get("accept-language", "").lower()
            return Redirect("/zh" if asked.startswith("zh") else "/en", headers={"Vary": "Accept-Language"})

        return front

    def _file(self) -> Any:
        @get("/{language:str}/data/{name:str}", sync_to_thread=True, include_in_schema=False)
        def file(language: FromPath[str], name: FromPath[str]) -> Response[bytes]:
            document = self.site.moment(_language(language)).documents.get(name)
            if document is None:
                raise Problem("unknown_file", f"there is no file {name[:40]!r}", remedy="See the page of data.")
            return Response(document.content, media_type=MEDIA.get(name.rpartition(".")[2], "application/octet-stream"))

        return file

    def show(self, request: Request[Any, Any, Any], language: str, template: str, build: Build) -> Response[bytes]:
        """A page, or 304 when the reader has it: what it shows changes only with the state of the figures."""
        tongue = _language(language)
        tag = '"' + hashlib.sha256(f"{self.site.state()} {request.url.path}".encode()).hexdigest()[:32] + '"'
        headers = {"ETag": tag, "Cache-Control": "no-cache", "Content-Language": "zh-CN" if tongue == "zh" else "en"}
        if request.headers.get("if-none-match") == tag:
            return Response(b"", status_code=304, headers=headers)
        moment = self.site.moment(tongue)
        return Response(self.render(template, tongue, request.url.path, moment=moment, **build(moment)),
                        media_type="text/html; charset=utf-8", headers=headers)

    def render(self, template: str, language: Language, path: str, **shown: Any) -> bytes:
        def say(text: Text | str, en: str | None = None) -> str:
            return text.in_(language) if isinstance(text, Text) else (text if language == "zh" else str(en))

        other: Language = "en" if language == "zh" else "zh"
        there = f"/{other}{path.removeprefix(f'/{language}')}"
        return self.jinja.get_template(template).render(
            say=say, language=language, other=other, there=there, base=f"/{language}",
            place_name=lambda code: place_name(code, language), **shown).encode()

    def problem(self, request: Request[Any, Any, Any], error: Problem) -> Response[Any]:
        if request.url.path.startswith(PREFIX):
            return refuse(request, error)
        status = 422 if isinstance(error, NotAssessable) else 404
        language: Language = "zh" if request.url.path.startswith("/zh") else "en"
        page = self.render("problem.html", language, f"/{language}", problem=error)
        return Response(page, status_code=status, media_type="text/html; charset=utf-8")

    def http_problem(self, request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
        if request.url.path.startswith(PREFIX):
            return refuse(request, error)
        told = Problem("http", error.detail or "The page cannot be shown.", remedy="")
        language: Language = "zh" if request.url.path.startswith("/zh") else "en"
        page = self.render("problem.html", language, f"/{language}", problem=told)
        return Response(page, status_code=error.status_code, media_type="text/html; charset=utf-8")


def _language(text: str) -> Language:
    if text not in ("zh", "en"):
        raise Problem("unknown_page", "there is no such page", remedy="Pages live under /zh and /en.")
    return "zh" if text == "zh" else "en"

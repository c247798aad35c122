"""Routes of the portal: an address in, a page out. What a page shows is said by the views of the rooms that declare it."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from litestar import Litestar, Request, Response, get
from litestar.datastructures import CacheControlHeader
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.static_files import create_static_files_router

import jingwei
from jingwei import plan
from jingwei.coordination.evaluation import views
from jingwei.coordination.evaluation.ask import Evaluate
from jingwei.coordination.observations.actions import place_name
from jingwei.coordination.observations.declared import declared_measures
from jingwei.coordination.observations.published import remark
from jingwei.coordination.observations.units import chinese
from jingwei.coordination.targets.model import WORDS
from jingwei.doors import ckan, delivery, forms, health, journey, nodes, reference
from jingwei.doors.api import router as api_router
from jingwei.doors.asked import asked_in, page_language, read
from jingwei.doors.desk import Desk
from jingwei.doors.guard import HEADERS, MOST_BYTES
from jingwei.doors.login import routes as login
from jingwei.doors.login.who import Who, principal_of
from jingwei.doors.node import Node, State
from jingwei.doors.openapi import PREFIX
from jingwei.doors.portal.kept import Kept
from jingwei.doors.refusals import http_words, refuse, without_folders
from jingwei.kernel.i18n import Language, Text
from jingwei.kernel.markdown import readable
from jingwei.kernel.people import ANONYMOUS, Principal
from jingwei.kernel.people_records import organisations
from jingwei.kernel.pillar import Nothing, Page
from jingwei.kernel.problems import NotAssessable, Problem
from jingwei.kernel.receipts import code_version
from jingwei.kernel.workspace import Workspace

HERE = Path(__file__).parent
BUILT = HERE / "static" / "built"
PACKAGE = Path(jingwei.__file__).parent

TOLD = {
    "unknown_page": Text("没有这一页", "There is no such page"), "unknown_place": Text("没有这个地区", "There is no such place"),
    "unknown_room": Text("没有这一章", "There is no such room"), "unknown_measure": Text("没有这个指标", "There is no such measure"),
    "unknown_duty": Text("没有这项任务", "There is no such duty"), "unknown_matter": Text("没有这个事项", "There is no such matter"),
    "unknown_gauge": Text("没有这个读数", "There is no such gauge"),
    "no_entry": Text("账本里没有这一条", "There is no such entry"), "unknown_neighbour": Text("没有这个节点", "There is no such node"),
    "unknown_record": Text("目录里没有这一条", "There is no such record"), "unknown_version": Text("没有这一版", "There is no such version"),
    "unknown_request": Text("没有这件申请", "There is no such request"), "unknown_organisation": Text("没有这个单位", "There is no such organisation"),
    "unknown_file": Text("没有这个文件", "There is no such file"), "unknown_node": Text("没有这个章或指标", "There is no such room or measure"),
    "bad_year": Text("这一年没有数", "Nothing to show for that year"), "bad_parameter": Text("地址里有读不懂的内容", "The address asks for something unknown"),
    "bad_weight": Text("这样的权重不行", "These weights will not do"), "too_many": Text("选得太多", "Too many are chosen"),
    "not_positive": Text("有的得分是0，取不了这种平均", "This mean cannot be taken of a score of 0"),
    "not_assessable": Text("数不够，无法评估", "Too little to go on"),
    "not_deployed": Text("这里不能办这件事", "This cannot be applied for here"), "unknown_thing": Text("这里不能办这件事", "This cannot be applied for here"),
    "form_unfinished": Text("还有问题没有回答", "There are questions left"),
    "sign_in_failed": Text("没有登录成", "You are not signed in"), "not_admitted": Text("还没有接纳您", "You are not admitted yet"),
    "two_organisations": Text("没有登录成", "You are not signed in"), "used_before": Text("没有登录成", "You are not signed in"),
    "sign_in_off": Text("这里不能登录", "There is no signing in here"), "provider_unreachable": Text("身份提供方没有应答", "The identity provider does not answer"),
    "bad_provider": Text("身份提供方的说明不对", "The identity provider's description is wrong"),
}
OTHERWISE = Text("这一页打不开", "This page cannot be shown")
"""What went wrong, for a heading; the particulars follow as the engine said them."""

MEDIA = {"csv": "text/csv; charset=utf-8", "json": "application/json", "parquet": "application/vnd.apache.parquet",
         "svg": "image/svg+xml", "md": "text/markdown; charset=utf-8"}
HTML = "text/html"

Asker = Request[Any, Any, Any]


def application(workspace: Workspace, *, nightly: bool = False) -> Kept:
    """The portal and the API of one node; with ``nightly`` it also begins the node's own work of every night."""
    desk = Desk(workspace, nightly=nightly)
    courier = nodes.Courier(workspace)
    node = desk.answers.node
    who = Who(desk.workspace)
    pages = _Pages(node, who)
    static = create_static_files_router(path="/static", directories=[HERE / "static"], include_in_schema=False,
                                        cache_control=CacheControlHeader(max_age=31_536_000, public=True, immutable=True))
    program = Litestar(
        route_handlers=[static, api_router(workspace, desk=desk), *forms.routes(desk, pages.render), *reference.routes(pages.render),
                        *health.routes(lambda: node.now().memory.has(("evaluation", Evaluate()))), *nodes.routes(workspace), *delivery.routes(workspace), *ckan.routes(node), *journey.routes(desk.workspace, who, pages.render),
                        *login.routes(who, pages.render), *pages.routes()],
        exception_handlers={Problem: pages.problem, HTTPException: pages.http_problem}, after_request=_with_headers,
        openapi_config=None, request_max_body_size=MOST_BYTES, on_startup=[desk.begin, courier.begin], on_shutdown=[courier.close, desk.close])
    return Kept(program, lambda: node.now().key, who=who)


def _with_headers(response: Response[Any]) -> Response[Any]:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _jinja(pages: Iterable[Page]) -> Environment:
    rooms = {_folder(page): FileSystemLoader(PACKAGE / _folder(page)) for page in pages}
    environment = Environment(loader=ChoiceLoader([FileSystemLoader(HERE / "layout"), PrefixLoader(rooms, ":")]), autoescape=True,
                              undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, auto_reload=False)
    environment.globals |= {"WINGS": plan.WINGS, "ROOMS": {r.code: r for r in plan.ROOMS}, "GOALS": plan.GOALS,
                            "WORDS": WORDS, "STATES": plan.STATES, "MEASURES": declared_measures(),
                            "node_name": views.node_name, "version": jingwei.__version__, "code": code_version(),
                            "stamp": _stamp(),
                            "islands": next((found.name for found in BUILT.glob("picture-*.js")), ""),
                            "models": (BUILT / "models.js").is_file(),
                            "MENU": sorted((page for page in pages if page.menu), key=lambda page: page.view.split(".")[1] != "coordination")}
    environment.filters |= {"readable": readable, "chinese": chinese, "remark": remark, "told": lambda problem: TOLD.get(problem.code, OTHERWISE)}
    return environment


def _stamp() -> str:
    """Stands in the addresses of what is served as it was shipped, which may therefore be kept for ever."""
    made = BUILT / "sources.sha256"
    return hashlib.sha256(code_version().encode() + (made.read_bytes() if made.is_file() else b"")).hexdigest()[:12]


def _folder(page: Page) -> str:
    """``coordination/evaluation/pages`` for a view of jingwei.coordination.evaluation."""
    return "/".join([*page.view.split(".")[1:-2], "pages"])


class _Pages:
    """Every page of every room, shown by one rule."""

    def __init__(self, node: Node, who: Who) -> None:
        self.node, self._who = node, who
        self.pages = [page for pillar in plan.pillars() for page in pillar.pages]
        self.jinja = _jinja(self.pages)

    def routes(self) -> list[Any]:
        return [self._front(), self._file(), *(self._page(page) for page in self.pages)]

    def _page(self, page: Page) -> Any:
        module, _, name = page.view.rpartition(".")
        path = "/".join(f"{part[:-1]}:str}}" if part.startswith("{") else part for part in page.path)
        view: list[Callable[..., Any]] = []

        @get(f"/{{language:str}}/{path}".rstrip("/"), sync_to_thread=True, include_in_schema=False, name=page.view)
        def handler(request: Asker, language: FromPath[str]) -> Response[bytes]:
            if not view:
                view.append(getattr(importlib.import_module(module), name))
            tongue = page_language(language)
            parts = {k: v for k, v in request.path_params.items() if k != "language"}
            query = _query(page.query, parts, asked_in(request))
            state, person = self.node.now(), principal_of(request)
            record = view[0](replace(self.node.context(state, tongue, live=page.live), principal=person), query)
            body = self.render(f"{_folder(page)}:{name}.html", tongue, request.url.path, request.url.query, person, view=record, query=query)
            kept = {"Cache-Control": "no-store"} if page.live or person is not ANONYMOUS else {"ETag": tag(state, request), "Cache-Control": "no-cache"}
            return Response(body, media_type=HTML, headers={**kept, "Content-Language": _said(tongue)})

        return handler

    def _front(self) -> Any:
        @get("/", include_in_schema=False, sync_to_thread=False)
        def front(request: Asker) -> Redirect:
            asked = request.headers.get("accept-language", "").lower()
            return Redirect("/zh" if asked.startswith("zh") else "/en", headers={"Vary": "Accept-Language"})

        return front

    def _file(self) -> Any:
        @get("/{language:str}/data/{name:str}", sync_to_thread=True, include_in_schema=False)
        def file(language: FromPath[str], name: FromPath[str]) -> Response[bytes]:
            tongue = page_language(language)
            made = views.data(self.node.context(self.node.now(), tongue), Nothing())
            document = next((d for d in made.documents if d.name == name), None)
            if document is None:
                raise Problem("unknown_file", Text(f"没有文件 {name[:40]!r}", f"there is no file {name[:40]!r}"),
                              remedy=Text("看数据那一页。", "See the page of data."))
            return Response(document.content, media_type=MEDIA.get(name.rpartition(".")[2], "application/octet-stream"),
                            headers={"ETag": f'"{document.digest[7:39]}"', "Cache-Control": "no-cache"})

        return file

    def render(self, template: str, language: Language, path: str, asked: str = "", person: Principal = ANONYMOUS, **shown: Any) -> bytes:
        def say(text: Text | str, en: str | None = None) -> str:
            return text.in_(language) if isinstance(text, Text) else (text if language == "zh" else str(en))

        other: Language = "en" if language == "zh" else "zh"
        there = f"/{other}{path.removeprefix(f'/{language}')}" + (f"?{asked}" if asked else "")
        invented = False
        with suppress(Problem):  # a page that says why the record cannot be read is shown all the same
            invented = self.node.now().invented
        acts_for = self._acts_for(person) if person is not ANONYMOUS else None
        return self.jinja.get_template(template).render(
            say=say, language=language, other=other, there=there, here=path, base=f"/{language}", invented=invented,
            acts_for=acts_for, sign_in=self._who.enabled,
            place_name=lambda code: place_name(code, language), **shown).encode()

    def _acts_for(self, person: Principal) -> Text:
        """For whom somebody signed in acts, as the header says it."""
        with suppress(Problem), self.node.workspace.store.read() as connection:
            return organisations(connection)[person.organisation].name
        return Text(person.organisation, person.organisation)

    def problem(self, request: Asker, error: Problem) -> Response[Any]:
        if request.url.path.startswith(PREFIX):
            return refuse(request, error)
        status = getattr(error, "status", 422 if isinstance(error, NotAssessable) else 404)
        language: Language = "zh" if request.url.path.startswith("/zh") else "en"
        page = self.render("problem.html", language, f"/{language}", person=principal_of(request), problem=without_folders(error))
        return Response(page, status_code=status, media_type=HTML)

    def http_problem(self, request: Asker, error: HTTPException) -> Response[Any]:
        if request.url.path.startswith(PREFIX):
            return refuse(request, error)
        told = Problem("http", http_words(error))
        language: Language = "zh" if request.url.path.startswith("/zh") else "en"
        page = self.render("problem.html", language, f"/{language}", person=principal_of(request), problem=told)
        return Response(page, status_code=error.status_code, media_type=HTML)


def tag(state: State, request: Asker) -> str:
    """A page changes only with the state of the node."""
    told = f"{state.key} {request.url.path}?{request.url.query}"
    return f'"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'


def _query(kind: type, parts: Mapping[str, str], asked: Iterable[tuple[str, str]]) -> Any:
    """A page's query. Empty fields count as not given; ``weight.F1=2`` gives the field ``weight`` the value ``F1=2``."""
    sent: dict[str, list[Any]] = {name: [value] for name, value in parts.items()}
    for name, value in asked:
        field, dot, key = name.partition(".")
        if value and field not in parts:
            sent.setdefault(field, []).append(f"{key}={value}" if dot else value)
    return read(kind, sent)


def _said(language: Language) -> str:
    return "zh-CN" if language == "zh" else "en"

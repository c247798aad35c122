"""How actions stand on the web, and the OpenAPI 3.1 description of them all, in either language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import MISSING, dataclass
from typing import Annotated, Any, Literal, get_args, get_origin

from litestar import HttpMethod, Litestar, Router, route
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import (
    Info,
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    Parameter,
    Reference,
    RequestBody,
    Schema,
    Tag,
)

from jingwei import __version__, plan
from jingwei.doors.projection import inputs
from jingwei.kernel.actions import Action, Option
from jingwei.kernel.i18n import Language, Text
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document, Table

PREFIX = "/api/v1"
JSON, CSV, MARKDOWN, PROBLEM = "application/json", "text/csv", "text/markdown", "application/problem+json"
FORM = "multipart/form-data"
FILES = (Table, Document)
KINDS = {int: OpenAPIType.INTEGER, float: OpenAPIType.NUMBER, bool: OpenAPIType.BOOLEAN}

STATUSES = {
    304: Text("与已有的相同", "the same as the asker has"),
    400: Text("参数或文件读不懂", "a parameter or a file cannot be read"),
    403: Text("不对外开放", "not open to everybody"),
    406: Text("没有所要的形式", "not to be had in the form asked for"),
    413: Text("文件太大", "too large"),
    415: Text("不是表单", "not a form"),
    422: Text("能读懂，但无法回答", "readable, but there is no answer to it"),
    429: Text("短时间内要得太多，Retry-After 说还要等几秒", "too much in a short time; Retry-After says how many seconds to wait"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """How an answer is shown; every route takes these beside what its action asks for."""

    lang: Annotated[Literal["zh", "en"] | None, Option(Text(
        "语言；不给则按 Accept-Language", "language; by default that of Accept-Language"))] = None
    table: Annotated[str | None, Option(Text(
        "只要结果中的这一张表", "only this table of the result"))] = None
    limit: Annotated[int, Option(Text(
        "列表最多给几条，1 至 10000", "most records of a list to give, 1 to 10,000"))] = 1000
    offset: Annotated[int, Option(Text("列表跳过几条", "records of a list to skip"))] = 0


def is_open(action: Action) -> bool:
    """Whether anybody may ask."""
    return action.effect == "read" and action.scope == "public"


def method_of(action: Action) -> HttpMethod:
    """GET when nothing changes and no file is sent."""
    files = any(kind in FILES for _, kind, _, _ in inputs(action.input))
    return HttpMethod.POST if files or action.effect != "read" else HttpMethod.GET


def address(action: Action) -> str:
    return "/" + "/".join(action.path)


def document(actions: Sequence[Action], language: Language) -> dict[str, Any]:
    """The description, made by Litestar from routes that are there to be described only."""
    codes = sorted({code for action in actions for code in action.clauses})
    config = OpenAPIConfig(title=Text("经纬", "Jingwei").in_(language), version=__version__,
                           tags=[Tag(code, description=_asks(code, language)) for code in codes], render_plugins=[])
    described = Router(PREFIX, route_handlers=[_route(action, language) for action in actions])
    schema = Litestar([described], openapi_config=config).openapi_schema
    schema.info = Info(config.title, config.version, description=Text(
        "规划的每一件可做的事，一个地址。", "One address for everything that can be done for the plan.").in_(language))
    return schema.to_schema()


def _asks(code: str, language: Language) -> str | None:
    try:
        return plan.clause(code).asks.in_(language)
    except Problem:  # a province's own clause
        return None


def _route(action: Action, language: Language) -> Any:
    async def described() -> None: ...

    return route(address(action), http_method=method_of(action), status_code=200, operation_id=".".join(action.path),
                 operation_class=_operation(action, language), summary=action.title.in_(language),
                 tags=list(action.clauses))(described)


def _operation(action: Action, language: Language) -> type[Operation]:
    @dataclass
    class Described(Operation):
        def __post_init__(self) -> None:
            own = list(inputs(action.input))
            names = {name for name, *_ in own}
            posted = method_of(action) is HttpMethod.POST
            asked = [*([] if posted else own), *(each for each in inputs(Shown) if each[0] not in names)]
            self.parameters = [Parameter(
                name, "query", schema=_schema(kind, option, default), required=default is MISSING,
                description=option.help.in_(language)) for name, kind, option, default in asked]
            self.request_body = RequestBody({FORM: OpenAPIMediaType(_form(own, language))}, required=True) if posted else None
            self.responses = _responses(action, language)

    return Described


def _form(own: Iterable[tuple[str, Any, Option, Any]], language: Language) -> Schema:
    fields: dict[str, Any] = {}
    required = []
    for name, kind, option, default in own:
        fields[name] = _schema(kind, option, default)
        fields[name].description = option.help.in_(language)
        if default is MISSING:
            required.append(name)
    return Schema(type=OpenAPIType.OBJECT, properties=fields, required=required)


def _schema(kind: Any, option: Option, default: Any) -> Schema:
    given = None if default in (MISSING, None, ()) else default
    words = option.choices or (get_args(kind) if get_origin(kind) is Literal else ())
    if kind in FILES:
        return Schema(type=OpenAPIType.STRING, content_media_type="application/octet-stream")
    if get_origin(kind) is tuple:
        return Schema(type=OpenAPIType.ARRAY, items=_schema(get_args(kind)[0], option, None), default=given)
    return Schema(type=KINDS.get(kind, OpenAPIType.STRING), enum=list(words) or None, default=given)


def _responses(action: Action, language: Language) -> dict[str, OpenAPIResponse | Reference]:
    posted = method_of(action) is HttpMethod.POST
    refusals = ([400, 406, 413, 415, 422, 429] if posted else [400, 406, 422, 429]) if is_open(action) else [403]
    made: dict[str, OpenAPIResponse | Reference] = {}
    if is_open(action):
        whole = Schema(type=OpenAPIType.OBJECT, required=["data", "report"], properties={
            "data": Schema(), "report": Schema(type=OpenAPIType.STRING)})
        text = Schema(type=OpenAPIType.STRING)
        made["200"] = OpenAPIResponse(action.title.in_(language), content={
            JSON: OpenAPIMediaType(whole), CSV: OpenAPIMediaType(text), MARKDOWN: OpenAPIMediaType(text)})
        if not posted:
            made["304"] = OpenAPIResponse(STATUSES[304].in_(language))
    for status in refusals:
        made[str(status)] = OpenAPIResponse(STATUSES[status].in_(language), content={PROBLEM: OpenAPIMediaType(_PROBLEM)})
    return made


_PROBLEM = Schema(
    type=OpenAPIType.OBJECT, required=["type", "title", "status", "detail", "instance"],
    properties={name: Schema(type=OpenAPIType.INTEGER if name == "status" else OpenAPIType.STRING)
                for name in ("type", "title", "status", "detail", "instance", "where", "remedy")})

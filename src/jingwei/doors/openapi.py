"""How actions stand on the web, and the OpenAPI 3.1 description of them all, in either language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass
from typing import Annotated, Any, Literal, get_args, get_origin

from litestar import HttpMethod, Litestar, Router, route
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import (
    Info,
    OpenAPIHeader,
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
from jingwei.kernel.people import ANONYMOUS, Principal, may
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document, Table

PREFIX = "/api/v1"
JSON, CSV, MARKDOWN, PROBLEM = "application/json", "text/csv", "text/markdown", "application/problem+json"
FORM = "multipart/form-data"
FILES = (Table, Document)
KINDS = {int: OpenAPIType.INTEGER, float: OpenAPIType.NUMBER, bool: OpenAPIType.BOOLEAN}

STATUSES = {
    202: Text("已收下，稍后做；Location 是任务的地址", "accepted, to be done later; Location is where the job will be"),
    304: Text("与已有的相同", "the same as the asker has"),
    400: Text("参数或文件读不懂", "a parameter or a file cannot be read"),
    403: Text("不对外开放", "not open to everybody"),
    404: Text("没有这个地址", "nothing at this address"),
    406: Text("没有所要的形式", "not to be had in the form asked for"),
    413: Text("文件太大", "too large"),
    415: Text("不是表单", "not a form"),
    422: Text("能读懂，但无法回答", "readable, but there is no answer to it"),
    503: Text("还没有准备好", "not ready yet"),
    429: Text("短时间内要得太多，Retry-After 说还要等几秒", "too much in a short time; Retry-After says how many seconds to wait"),
}


MOST_RECORDS = 10_000
BOUNDS = {"limit": (1, MOST_RECORDS), "offset": (0, 10**12)}
"""Least and most of what says how to show an answer."""


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


_SHOWN = {name: option for name, _, option, _ in inputs(Shown)}


def is_open(action: Action) -> bool:
    """Whether anybody may ask."""
    return action.effect == "read" and action.scope == "public"


def open_to(action: Action, principal: Principal) -> bool:
    """Whether this principal may ask at a door. What cannot be undone needs a second person and stays where the node is."""
    return is_open(action) or (principal is not ANONYMOUS and action.effect != "irreversible" and may(principal, action.scope, action.effect))


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
    schema = Litestar([described, *_own_routes(language)], openapi_config=config).openapi_schema
    schema.info = Info(config.title, config.version, description=Text(
        "规划的每一件可做的事，一个地址。", "One address for everything that can be done for the plan.").in_(language))
    return schema.to_schema()


def _own_routes(language: Language) -> list[Any]:
    """What the node answers beside its actions: jobs, and how it is."""
    shown = [_parameter(*each, language) for each in inputs(Shown) if each[0] != "lang"]
    name = Parameter("identity", "path", required=True, schema=Schema(type=OpenAPIType.STRING, pattern="^[0-9a-f]{64}$"),
                     description=Text("任务的编号", "the job's id").in_(language))
    file = Parameter("name", "path", required=True, schema=Schema(type=OpenAPIType.STRING, min_length=1),
                     description=Text("文件名，任务里有", "the file's name, as the job tells it").in_(language))
    told = {JSON: OpenAPIMediaType(_JOB)}
    text = OpenAPIMediaType(Schema(type=OpenAPIType.STRING))

    def own(path: str, method: HttpMethod, code: str, said: Text, parameters: list[Parameter],
            content: dict[str, OpenAPIMediaType], refusals: Iterable[int], states: Mapping[str, OpenAPIResponse] = {}) -> Any:
        @dataclass
        class Described(Operation):
            def __post_init__(self) -> None:
                self.parameters = list(parameters) or None
                self.responses = {"200": OpenAPIResponse(said.in_(language), content=content or None), **states, **_refusals(refusals, language)}

        async def described() -> None: ...

        return route(path, http_method=method, status_code=200, operation_id=code, operation_class=Described,
                     summary=said.in_(language))(described)

    job, files = f"{PREFIX}/jobs/{{identity:str}}", f"{PREFIX}/jobs/{{identity:str}}/files/{{name:str}}"
    health = {JSON: OpenAPIMediaType(Schema(type=OpenAPIType.OBJECT, required=["status"], properties={
        "status": Schema(type=OpenAPIType.STRING)}))}
    return [
        own(job, HttpMethod.GET, "jobs.show", Text("任务做到哪里，做完了就有结果", "How far a job is; the result once it is done"),
            [name, *shown], {**told, CSV: text, MARKDOWN: text}, [400, 404, 406]),
        own(job, HttpMethod.DELETE, "jobs.cancel", Text("取消任务", "Cancel a job"), [name], told, [404]),
        own(files, HttpMethod.GET, "jobs.file", Text("任务做出的一个文件", "One of the files a job made"), [name, file],
            {"*/*": text}, [404]),
        own("/health/live", HttpMethod.GET, "health.live", Text("是否活着", "Whether it is alive"), [], health, []),
        own("/health/ready", HttpMethod.GET, "health.ready", Text("眼下的评价是否已经算好", "Whether the present evaluation is there"),
            [], health, [], {"503": OpenAPIResponse(STATUSES[503].in_(language), content=health)}),
    ]


def _refusals(statuses: Iterable[int], language: Language) -> dict[str, OpenAPIResponse]:
    return {str(status): OpenAPIResponse(STATUSES[status].in_(language), content={PROBLEM: OpenAPIMediaType(_PROBLEM)})
            for status in statuses}


def _parameter(name: str, kind: Any, option: Option, default: Any, language: Language) -> Parameter:
    schema = _schema(kind, option, default)
    if option is _SHOWN.get(name):
        schema.minimum, schema.maximum = BOUNDS.get(name, (None, None))
    return Parameter(name, "query", schema=schema, required=default is MISSING,
                     description=option.help.in_(language))


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
            self.parameters = [_parameter(*each, language) for each in asked]
            if is_open(action):
                self.parameters.append(Parameter("Prefer", "header", required=False, schema=Schema(type=OpenAPIType.STRING), description=Text(
                    "respond-async：稍后再做，给任务的地址（RFC 7240）", "respond-async: work later and give the job's address (RFC 7240)").in_(language)))
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
        where = OpenAPIHeader(schema=Schema(type=OpenAPIType.STRING), required=True)
        made["202"] = OpenAPIResponse(STATUSES[202].in_(language), content={JSON: OpenAPIMediaType(_JOB)}, headers={"Location": where})
    made |= _refusals(refusals, language)
    if "429" in made:
        wait = OpenAPIHeader(schema=Schema(type=OpenAPIType.INTEGER), required=True)
        made["429"] = OpenAPIResponse(STATUSES[429].in_(language), content={PROBLEM: OpenAPIMediaType(_PROBLEM)}, headers={"Retry-After": wait})
    return made


_PROBLEM = Schema(
    type=OpenAPIType.OBJECT, required=["type", "title", "status", "detail", "instance"],
    properties={name: Schema(type=OpenAPIType.INTEGER if name == "status" else OpenAPIType.STRING)
                for name in ("type", "title", "status", "detail", "instance", "where", "remedy")})

_TIME = Schema(type=[OpenAPIType.STRING, OpenAPIType.NULL])
_JOB = Schema(
    type=OpenAPIType.OBJECT, required=["id", "action", "language", "state", "progress", "asked", "began", "ended", "files"],
    properties={
        "id": Schema(type=OpenAPIType.STRING), "action": Schema(type=OpenAPIType.STRING),
        "language": Schema(type=OpenAPIType.STRING, enum=["zh", "en"]),
        "state": Schema(type=OpenAPIType.STRING, enum=["waiting", "running", "done", "failed", "cancelled"]),
        "progress": Schema(type=OpenAPIType.OBJECT, required=["done", "total", "label"], properties={
            "done": Schema(type=OpenAPIType.INTEGER), "total": Schema(type=OpenAPIType.INTEGER), "label": Schema(type=OpenAPIType.STRING)}),
        "asked": Schema(type=OpenAPIType.STRING), "began": _TIME, "ended": _TIME,
        "files": Schema(type=OpenAPIType.ARRAY, items=Schema(type=OpenAPIType.OBJECT, required=["name", "bytes", "href"], properties={
            "name": Schema(type=OpenAPIType.STRING), "bytes": Schema(type=OpenAPIType.INTEGER), "href": Schema(type=OpenAPIType.STRING)})),
        "problem": Schema(type=OpenAPIType.OBJECT), "result": Schema(type=OpenAPIType.OBJECT)})

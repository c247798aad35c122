"""The door for those to whom data were granted: one address a request, one answer for whoever has its credential.

Nothing is kept of an answer and none is given twice from memory: each is read under the grant as it stands at that moment, and
each leaves a record of use.
"""

from __future__ import annotations

from http import HTTPStatus

from litestar import Response, get
from litestar.concurrency import sync_to_thread
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from jingwei.doors.answers import ONE_AT_A_TIME
from jingwei.doors.asked import Asker, Refused, asked_in, bad, several
from jingwei.doors.refusals import refuse
from jingwei.foundations.data.sharing.model import Mode
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.people import ANONYMOUS
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document
from jingwei.kernel.workspace import Workspace

ADDRESS = "/shared/v1"
MEDIA: dict[Mode, str] = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}


def routes(workspace: Workspace) -> list[HTTPRouteHandler]:
    """``GET /shared/v1/R-…`` with ``Authorization: Bearer CREDENTIAL``; ``?format=parquet`` for Parquet, else CSV."""

    @get(f"{ADDRESS}/{{name:str}}", include_in_schema=False)
    async def data(request: Asker, name: FromPath[str]) -> Response[bytes]:
        try:
            query = several(asked_in(request))
            wanted = "".join(map(str, query.pop("format", ["csv"])))
            if query or wanted not in MEDIA:
                raise bad(Text("地址里的要求不认识", "the address asks for something unknown"),
                          Text("请用 ?format=csv 或 ?format=parquet。", "Ask for ?format=csv or ?format=parquet."))
            mode: Mode = "parquet" if wanted == "parquet" else "csv"
            document = await sync_to_thread(_given, workspace, name, _bearer(request), mode)
        except Exception as error:  # told in one shape, as the API does
            return refuse(request, error)
        return Response(document.content, media_type=MEDIA[mode], headers={
            "Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{document.name}"'})

    return [data]


def _given(workspace: Workspace, name: str, secret: str, mode: Mode) -> Document:
    from jingwei.foundations.data.sharing.credentials import TooMany, fetch

    try:
        with ONE_AT_A_TIME:
            document, _ = fetch(Context(workspace, principal=ANONYMOUS), name, secret, mode)
    except TooMany as many:
        raise Refused(HTTPStatus.TOO_MANY_REQUESTS, many.code, many.what, remedy=many.remedy, headers={"Retry-After": str(many.seconds)}) from None
    except Problem as problem:
        if problem.code != "not_granted":
            raise
        raise _unknown(problem.what) from None
    return document


def _bearer(request: Asker) -> str:
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret.strip():
        raise _unknown(Text("需要凭据", "a credential is needed"))
    return str(secret.strip())


def _unknown(what: Text) -> Refused:
    return Refused(HTTPStatus.UNAUTHORIZED, "not_granted", what,
                   remedy=Text("请发送 Authorization: Bearer 和提供部门给您的凭据。",
                               "Send Authorization: Bearer and the credential the provider gave you."),
                   headers={"WWW-Authenticate": "Bearer"})

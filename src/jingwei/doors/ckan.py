"""The catalogue as CKAN's action API tells it, so that whoever harvests CKAN can harvest this node: public records, and nothing else."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from litestar import Response, get
from litestar.concurrency import sync_to_thread
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from jingwei.doors.asked import Asker, asked_in
from jingwei.doors.node import Node
from jingwei.foundations.data.catalogue.model import Record
from jingwei.kernel.receipts import code_version

ADDRESS = "/catalogue/ckan/api"


def routes(node: Node) -> list[HTTPRouteHandler]:
    """``GET /catalogue/ckan/api/3/action/package_search?rows=100&start=0`` and its like; no credential is asked for and none is looked at."""
    kept: dict[str, list[tuple[str, Record]]] = {}

    def told(address: str, action: str, asked: dict[str, str], known: str) -> Response[bytes]:
        """The answer; records that others may be told of are read once for each state of the catalogue."""
        from jingwei.foundations.data.catalogue import giving, records

        with node.workspace.store.read() as connection:
            state = f"{records.state(connection)} {code_version()}"
            tag = f'"{hashlib.blake2b(state.encode(), digest_size=12).hexdigest()}"'
            if known == tag:
                return Response(b"", status_code=304, headers={"ETag": tag})
            public = kept.get(state)
            if public is None:
                public = [(one, r) for one, r in records.current(connection) if giving.is_public(r)]
                kept.clear()
                kept[state] = public
        result = giving.answered(action, asked, public) if action in giving.ACTIONS else None
        said: dict[str, Any] = {"help": address, "success": result is not None}
        said |= {"result": result} if result is not None else {"error": {"__type": "Not Found Error", "message": "Not found"}}
        return Response(msgspec.json.encode(said), status_code=200 if result is not None else 404, media_type="application/json",
                        headers={"Cache-Control": "no-cache", "ETag": tag} if result is not None else {})

    @get([f"{ADDRESS}/action/{{action:str}}", f"{ADDRESS}/3/action/{{action:str}}"], include_in_schema=False)
    async def answered(request: Asker, action: FromPath[str]) -> Response[bytes]:
        return await sync_to_thread(told, str(request.url), action, dict(asked_in(request)), request.headers.get("if-none-match", ""))

    return [answered]

"""The catalogue as CKAN's action API tells it, so that whoever harvests CKAN can harvest this node: public records, and nothing else."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get
from litestar.concurrency import sync_to_thread
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from jingwei.doors.asked import Asker, asked_in
from jingwei.doors.node import Node
from jingwei.foundations.data.catalogue.model import Record

ADDRESS = "/catalogue/ckan/api"


def routes(node: Node) -> list[HTTPRouteHandler]:
    """``GET /catalogue/ckan/api/3/action/package_search?rows=100&start=0`` and its like; no credential is asked for and none is looked at."""
    kept: dict[str, list[tuple[str, Record]]] = {}

    def public() -> list[tuple[str, Record]]:
        """The records that others may be told of, read once for each state of the node."""
        from jingwei.foundations.data.catalogue import giving, records

        key = node.now().key
        found = kept.get(key)
        if found is None:
            with node.workspace.store.read() as connection:
                found = [(one, r) for one, r in records.current(connection) if giving.is_public(r)]
            kept.clear()
            kept[key] = found
        return found

    def told(address: str, action: str, asked: dict[str, str]) -> tuple[bytes, int]:
        from jingwei.foundations.data.catalogue import giving

        result = giving.answered(action, asked, public()) if action in giving.ACTIONS else None
        said: dict[str, Any] = {"help": address, "success": result is not None}
        said |= {"result": result} if result is not None else {"error": {"__type": "Not Found Error", "message": "Not found"}}
        return msgspec.json.encode(said), 200 if result is not None else 404

    @get([f"{ADDRESS}/action/{{action:str}}", f"{ADDRESS}/3/action/{{action:str}}"], include_in_schema=False)
    async def answered(request: Asker, action: FromPath[str]) -> Response[bytes]:
        tag = f'"{node.now().key[:32]}"'
        if request.headers.get("if-none-match") == tag:
            return Response(b"", status_code=304, headers={"ETag": tag})
        content, status = await sync_to_thread(told, str(request.url), action, dict(asked_in(request)))
        return Response(content, status_code=status, media_type="application/json", headers={"Cache-Control": "no-cache", "ETag": tag} if status == 200 else {})

    return [answered]

"""The door for other nodes: greetings, messages and questions over HTTP, and the thread that sends what waits for them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

import msgspec
from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.handlers import HTTPRouteHandler

from jingwei.coordination.federation import live
from jingwei.coordination.federation.neighbours import exchange_of, gather, meet, neighbours
from jingwei.coordination.federation.sources import ASK, HELLO, INBOX, Http
from jingwei.doors.asked import Asker
from jingwei.doors.openapi import JSON
from jingwei.doors.refusals import refuse
from jingwei.kernel.actions import Context
from jingwei.kernel.exchange import Exchange
from jingwei.kernel.files import held
from jingwei.kernel.nodes import MOST_BYTES
from jingwei.kernel.problems import Problem
from jingwei.kernel.workspace import Workspace

PAUSE = 1.0
"""Seconds between two looks for what is due."""

DUTIES_EVERY = 3.0
"""Least seconds between two looks at the duties: figures and ledger are read for each."""

ABOUT_DUTIES = b'"kind":"duty.'
ABOUT_DELIVERIES = b'"kind":"share.coming"'

COLLECT_EVERY = 5.0
"""Least seconds between two attempts to collect what did not come."""

HEADS_EVERY = 60.0
"""Seconds between two looks at the neighbours' heads."""


def routes(workspace: Workspace) -> list[HTTPRouteHandler]:
    """What other nodes may ask of this one; each request is signed, and none is answered for who it comes from but for who signed it."""
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it would tell of its own plug-ins when the store is opened
    exchange = exchange_of(workspace)

    @get(HELLO, include_in_schema=False)
    async def hello(request: Asker) -> Response[bytes]:
        return await _answered(request, exchange.hello)

    @post(INBOX, include_in_schema=False, status_code=200, request_max_body_size=MOST_BYTES)
    async def inbox(request: Asker) -> Response[bytes]:
        content = await request.body()
        return await _answered(request, lambda: exchange.receive(content))

    @post(ASK, include_in_schema=False, status_code=200, request_max_body_size=MOST_BYTES)
    async def ask(request: Asker) -> Response[bytes]:
        content = await request.body()
        return await _answered(request, lambda: exchange.answer(content))

    return [hello, inbox, ask]


async def _answered(request: Asker, answer: Callable[[], msgspec.Struct]) -> Response[bytes]:
    try:
        said = msgspec.json.encode(await sync_to_thread(answer))
    except Exception as error:  # told in one shape, as the API does
        return refuse(request, error)
    return Response(said, media_type=JSON, headers={"Cache-Control": "no-store"})


class _Duties:
    """Holds duties against their evidence when an entry about duties is new, and as often as nodes are tested: what was proven
    below closes here, and what is proven here is told above. Only a node that has neighbours does so by itself."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange, self._seen, self._due = exchange, 0, time.monotonic()
        self._rest = self._due

    def look(self) -> None:
        if (now := time.monotonic()) < self._rest:
            return
        ledger = self._exchange.workspace.ledger
        size = ledger.size()
        if now < self._due and not any(ABOUT_DUTIES in entry for _, entry in ledger.entries(self._seen, size)):
            self._seen = size
            return
        with held(self._exchange.workspace.folder / "duties.lock", wait=False) as mine:
            if mine and neighbours(self._exchange):
                from jingwei.coordination.duties.answers import settle  # brings the whole evaluation along

                settle(Context(self._exchange.workspace, clock=self._exchange.clock))
            self._seen = size  # what another worker or this look itself recorded is looked at once more, and is no news then
        self._rest = time.monotonic() + DUTIES_EVERY
        self._due = time.monotonic() + self._exchange.workspace.settings.federation.test_every


class _Deliveries:
    """Collects what neighbours delivered as soon as there is word of some, goes on until all is here, and at each look at the heads
    disposes of what is granted no more."""

    def __init__(self, exchange: Exchange, transport: Http) -> None:
        self._exchange, self._transport, self._seen, self._waits, self._rest = exchange, transport, 0, 1, 0.0

    def look(self) -> None:
        ledger = self._exchange.workspace.ledger
        size = ledger.size()
        news = any(ABOUT_DELIVERIES in entry for _, entry in ledger.entries(self._seen, size))
        if news or (self._waits and time.monotonic() > self._rest):
            self._waits, self._rest = gather(self._exchange, self._transport), time.monotonic() + COLLECT_EVERY
        self._seen = size


class Courier:
    """Sends what waits for other nodes, holds them to their past, tests those below and tells those above. Each worker has one; one at a time goes out."""

    def __init__(self, workspace: Workspace) -> None:
        self._exchange: Exchange = exchange_of(workspace)
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._go, name="courier", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """What is on its way arrives or is sent again by the next courier."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _go(self) -> None:
        transport, due, said = Http(), time.monotonic(), ""
        duties, deliveries = _Duties(self._exchange), _Deliveries(self._exchange, transport)
        while not self._closing.wait(PAUSE):
            try:
                if not self._exchange.workspace.store.exists():
                    continue
                duties.look()
                deliveries.look()
                if time.monotonic() < due:
                    self._exchange.deliver(transport)
                    continue
                due = time.monotonic() + HEADS_EVERY
                for node, problem in meet(self._exchange, transport).troubles.items():
                    if problem.code == "forked_node":
                        logging.getLogger(__name__).error("%s: %s", node, problem)
                if live.due(self._exchange):
                    live.test(self._exchange, transport)
            except Problem as problem:  # such as a store another program is upgrading
                if said != (said := str(problem)):
                    logging.getLogger(__name__).warning("nothing was sent: %s", problem)
            except Exception:
                logging.getLogger(__name__).exception("nothing was sent")

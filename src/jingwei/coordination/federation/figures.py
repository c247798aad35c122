"""Figures between nodes: usable ones go up, those of a place go back down to it, each once; the receiver screens them again.

A batch is a file of figures as a bureau would hand it in, and is taken in the same way: its digest makes it one, however often
it comes, and what is doubtful to the receiver is held back there with a reason.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from jingwei.coordination.federation import records
from jingwei.coordination.observations.actions import observe
from jingwei.coordination.observations.figures import all_own_figures, own_figures
from jingwei.coordination.observations.model import COLUMNS, OPTIONAL_COLUMNS, Figure, Observe
from jingwei.kernel import node_records
from jingwei.kernel.actions import Context
from jingwei.kernel.exchange import Arrival, Exchange
from jingwei.kernel.i18n import Text
from jingwei.kernel.nodes import Known
from jingwei.kernel.places import within
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document, Table, csv_bytes

KIND = "figures"
BATCH = 2_000
"""Figures in one message."""

TOLD = (*COLUMNS, *OPTIONAL_COLUMNS)


@dataclass(frozen=True, slots=True)
class Batch:
    """Figures for one neighbour that it does not have."""

    to: Known
    rows: Sequence[tuple[str, ...]]


def due(exchange: Exchange) -> list[Batch]:
    """What there is to pass on: to the node above everything usable, to one below what is of its place or in it."""
    figures = [_row(f) for f in own_figures(Context(exchange.workspace, clock=exchange.clock))]
    batches = []
    with exchange.workspace.store.read() as connection:
        for one in node_records.known(connection):
            if one.state != "admitted" or one.relation not in ("parent", "child"):
                continue
            there = records.has(connection, one.profile.id)
            wanted = [row for row in figures if _digest(row) not in there and (one.relation == "parent" or within(row[1], one.profile.place))]
            batches += [Batch(one, wanted[at:at + BATCH]) for at in range(0, len(wanted), BATCH)]
    return batches


def share(exchange: Exchange) -> list[Batch]:
    """Keep a signed message for each batch, in one transaction with the note that its receiver has it."""
    with exchange.workspace.store.write() as connection:
        batches = due(exchange)
        for batch in batches:
            exchange.send(batch.to.profile.id, KIND, {"csv": csv_bytes(TOLD, batch.rows).decode()})
            records.note(connection, batch.to.profile.id, {_digest(row) for row in batch.rows})
    return batches


def taken_in(arrival: Arrival) -> None:
    """Figures of a neighbour, read and screened like anybody's. Taken in twice, as after a crash, they are there once."""
    content, sender = arrival.message.body.get("csv"), arrival.message.envelope.sender
    if not isinstance(content, str):
        raise Problem("unreadable", Text("消息里没有数", "the message holds no figures"), where=sender,
                      remedy=Text("请用 jingwei node share 发送。", "Send them with jingwei node share."))
    table = Table.read(Document(f"{sender[:12]}-{arrival.message.envelope.sequence}.csv", content.encode()))
    table.require(TOLD)
    if table.rows:  # a live test passes none
        observe(Context(arrival.exchange.workspace, clock=arrival.exchange.clock), Observe(table))
    places = [table.columns.index(column) for column in TOLD]
    digests = {_digest(tuple(row[i] for i in places)) for row in table.rows}
    records.note(arrival.connection, sender, digests, records.has(arrival.connection, sender))


def digests_of_all(exchange: Exchange) -> set[str]:
    """Every figure this node can read, held back or not."""
    return {_digest(_row(f)) for f in all_own_figures(Context(exchange.workspace, clock=exchange.clock))}


def _row(figure: Figure) -> tuple[str, ...]:
    value = "" if figure.value is None else _written(figure.value, figure.last_place)
    return (figure.measure, figure.place, figure.period, value, figure.unit, figure.source, figure.vintage, figure.status,
            figure.definition, figure.as_of, figure.note)


def _written(value: float, last_place: float) -> str:
    """The figure with as many digits as its source printed: 1.36E+6 when the last was one of ten thousands."""
    exact = Decimal(repr(value))
    exponent = round(math.log10(last_place)) if last_place > 0 else 0
    if last_place <= 0 or not math.isclose(10.0**exponent, last_place):
        return str(exact)
    short = exact.quantize(Decimal((0, (1,), exponent)))
    return str(short) if float(short) == value else str(exact)


def _digest(row: Sequence[str]) -> str:
    return sha256("\x1f".join(row).encode()).hexdigest()


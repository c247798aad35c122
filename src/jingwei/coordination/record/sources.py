"""Where a record to be verified comes from: this node's store, or a file that a node exported."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import msgspec
import sqlalchemy as sa

from jingwei.coordination.record.verifier import Payload
from jingwei.kernel.heads import Head
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import PAYLOADS, Ledger, as_bytes, as_text
from jingwei.kernel.problems import Unreadable, reason
from jingwei.kernel.tiles import Nodes, blob

FORMAT = "jingwei ledger 1"


class StoreRecord:
    """A ledger as one state of the store holds it; open as long as ``connection`` is."""

    def __init__(self, ledger: Ledger, connection: sa.Connection) -> None:
        self._ledger, self._connection = ledger, connection
        self._tiles: dict[tuple[int, int], bytes | None] = {}
        self._edges: dict[int, dict[int, bytes]] = {}

    def entries(self) -> Iterator[tuple[int, bytes]]:
        return self._ledger.entries(within=self._connection)

    def tile(self, level: int, number: int) -> bytes | None:
        if (level, number) not in self._tiles:
            self._tiles.clear()  # they are asked for in order; one at a time is enough
            self._tiles[level, number] = Nodes(self._connection).tile(level, number)
        return self._tiles[level, number]

    def edge(self, level: int) -> dict[int, bytes]:
        if level not in self._edges:
            rows = self._connection.execute(sa.text("SELECT number, hash FROM ledger_edge WHERE level = :level"), {"level": level})
            self._edges[level] = {row.number: blob(row.hash) for row in rows if isinstance(row.number, int)}
        return self._edges[level]

    def heads(self) -> Sequence[Head]:
        return self._ledger.heads(within=self._connection)

    def payloads(self) -> Iterator[Payload]:
        wanted = sa.select(PAYLOADS).order_by(PAYLOADS.c.position, PAYLOADS.c.pseudonym)
        with closing(self._connection.execute(wanted, execution_options={"yield_per": 1_000})) as rows:
            for row in rows:
                yield Payload(row.position if isinstance(row.position, int) else -1, str(row.pseudonym),
                              *(None if cell is None else blob(cell) for cell in (row.salt, row.content)))


@dataclass
class ExportedRecord:
    """A ledger as a file tells it, without payloads."""

    rows: list[tuple[int, bytes]] = field(default_factory=list)
    tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)
    edges: dict[int, dict[int, bytes]] = field(default_factory=dict)
    signed: list[Head] = field(default_factory=list)

    def entries(self) -> Iterator[tuple[int, bytes]]:
        return iter(self.rows)

    def tile(self, level: int, number: int) -> bytes | None:
        return self.tiles.get((level, number))

    def edge(self, level: int) -> dict[int, bytes]:
        return self.edges.get(level, {})

    def heads(self) -> Sequence[Head]:
        return self.signed

    def payloads(self) -> None:
        return None


def export(ledger: Ledger) -> bytes:
    """The whole ledger as JSON lines: entries in order, then the hashes kept over them, then the heads. No payloads."""
    lines: list[dict[str, Any]] = [{"format": FORMAT}]
    with ledger.store.read() as connection:
        lines += ({"position": p, "entry": as_text(e)} for p, e in ledger.entries(within=connection))
        for row in connection.execute(sa.text("SELECT level, number, hashes FROM ledger_tiles ORDER BY level, number")):
            lines.append({"level": row.level, "number": row.number, "hashes": blob(row.hashes).hex()})
        for row in connection.execute(sa.text("SELECT level, number, hash FROM ledger_edge ORDER BY level, number")):
            lines.append({"level": row.level, "number": row.number, "hash": blob(row.hash).hex()})
        lines += ({"head": head.to_json()} for head in ledger.heads(within=connection))
    return b"".join(_line(each) for each in lines)


def _line(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def read_export(content: bytes, where: str) -> ExportedRecord:
    """Raises Unreadable with the line that is not one of a ledger. What a line claims is for the verifier to judge."""
    record = ExportedRecord()
    for number, line in enumerate(content.splitlines(), 1):
        try:
            told = json.loads(line)
            if number == 1:
                if told != {"format": FORMAT}:
                    raise ValueError(Text("不是经纬导出的账本", "not a ledger that Jingwei exported"))
            elif "entry" in told:
                record.rows.append((_whole(told["position"]), as_bytes(told["entry"])))
            elif "hashes" in told:
                record.tiles[_whole(told["level"]), _whole(told["number"])] = bytes.fromhex(told["hashes"])
            elif "hash" in told:
                record.edges.setdefault(_whole(told["level"]), {})[_whole(told["number"])] = bytes.fromhex(told["hash"])
            else:
                record.signed.append(msgspec.convert(told["head"], Head))
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            why = reason(error)
            raise Unreadable(Text(f"不是导出账本的一行（{why.zh}）", f"not a line of an exported ledger ({why.en})"),
                             where=Text(f"{where}，第 {number} 行", f"{where}, line {number}"),
                             remedy=Text("请重新导出：jingwei ledger export --out DIR",
                                         "Export it again: jingwei ledger export --out DIR")) from None
    return record


def _whole(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(Text(f"{value!r} 不是位置", f"{value!r} is not a place"))
    return value

"""The ledger's hashes as the store keeps them: complete tiles, written once, and the edge of what is in none yet.

A leaf's hash belongs to a position, not to an entry's row: whoever moves, deletes or inserts entries leaves it behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from jingwei.kernel import merkle
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

EDGE = sa.table("ledger_edge", sa.column("level"))
_TYPES = {"level": "int4", "number": "int8", "position": "int8"}


class Nodes:
    """Hashes of complete subtrees as one state of the store holds them; each tile is read once."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._tiles: dict[tuple[int, int], bytes | None] = {}
        self._edges: dict[int, list[bytes]] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """Raises Problem ``damaged_ledger`` when the hash is not there."""
        height, above = divmod(level, merkle.HEIGHT)
        number, within = divmod(index << above, merkle.TILE)
        hashes = self.tile(height, number)
        if hashes is not None:
            at = merkle.HASH * merkle.offset(above, within >> above)
            found = hashes[at:at + merkle.HASH]
        else:
            row = self.edge(height)[within:within + (1 << above)]
            if len(row) < 1 << above:
                raise damaged(Text("缺少散列", "hashes are missing"))
            while len(row) > 1:
                row = merkle.parents(row)
            found = row[0]
        if len(found) != merkle.HASH:
            raise damaged(Text("有一个散列被截短", "a hash was cut short"))
        return found

    def tile(self, level: int, number: int) -> bytes | None:
        if (level, number) not in self._tiles:
            found = _ask(self._connection, "SELECT hashes FROM ledger_tiles WHERE level = ? AND number = ?", level, number)
            self._tiles[level, number] = blob(found[0][0]) if found else None
        return self._tiles[level, number]

    def edge(self, level: int) -> list[bytes]:
        """Hashes on the right edge of a level, those of no complete tile yet."""
        if level not in self._edges:
            found = _ask(self._connection, "SELECT hash FROM ledger_edge WHERE level = ? ORDER BY number", level)
            self._edges[level] = [blob(row[0]) for row in found]
        return self._edges[level]


def size_of(connection: sa.Connection) -> int:
    """How many entries there are. Raises Problem ``damaged_ledger`` when there are more or fewer than leaves."""
    entries, edge, tile = tuple[Any, ...](_ask(
        connection, "SELECT (SELECT max(position) FROM ledger_entries), (SELECT max(number) FROM ledger_edge WHERE level = 0), "
                    "(SELECT max(number) FROM ledger_tiles WHERE level = 0)")[0])
    if not all(isinstance(each, int | None) for each in (entries, edge, tile)):
        raise damaged(Text("有一个位置不是数", "a place is not a number"))
    size = 0 if entries is None else entries + 1
    leaves = edge + 1 if edge is not None else 0 if tile is None else (tile + 1) * merkle.TILE
    if size != leaves:
        raise damaged(Text(f"有 {size} 条记录，却有 {leaves} 片叶", f"there are {size} entries and {leaves} leaves"))
    return int(size)


def grow(connection: sa.Connection, level: int, start: int, hashes: Sequence[bytes]) -> None:
    """Add hashes to the right edge of a level; complete tiles are written once and their roots passed to the next."""
    number, held = divmod(start, merkle.TILE)
    if held + len(hashes) >= merkle.TILE:
        if held:
            hashes = [*Nodes(connection).edge(level), *hashes]
            connection.execute(sa.delete(EDGE).where(EDGE.c.level == level))
        whole = [merkle.tile(hashes[at:at + merkle.TILE])
                 for at in range(0, len(hashes) - merkle.TILE + 1, merkle.TILE)]
        put(connection, "ledger_tiles", ("level", "number", "hashes"),
             [(level, number + i, b"".join(tile)) for i, tile in enumerate(whole)])
        grow(connection, level + 1, number, [tile[-1] for tile in whole])
        hashes = hashes[len(whole) * merkle.TILE:]
        start = (number + len(whole)) * merkle.TILE
    if hashes:
        put(connection, "ledger_edge", ("level", "number", "hash"),
             [(level, start + i, each) for i, each in enumerate(hashes)])


def put(connection: sa.Connection, table: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    """The driver's own bulk path: SQLAlchemy's work for each row, or PostgreSQL's for each INSERT, is several times the hashing."""
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)
        return
    statement, driver = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)", connection.dialect.loaded_dbapi
    raw: Any = connection.connection.driver_connection
    try:
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types([_TYPES.get(column, "bytea") for column in columns])
            for row in rows:
                copy.write_row(row)
    except driver.Error as error:
        raise sa.exc.DBAPIError.instance(statement, None, error, driver.Error) from None


def _ask(connection: sa.Connection, statement: str, *values: Any) -> Sequence[sa.Row[Any]]:
    return connection.exec_driver_sql(_of(connection, statement), values or None).all()


def _of(connection: sa.Connection, statement: str) -> str:
    return statement if connection.dialect.name == "sqlite" else statement.replace("?", "%s")


def blob(value: Any) -> bytes:
    """A cell as bytes, also where somebody left something else in it: SQLite takes any type anywhere."""
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode("utf-8", "surrogateescape")


def damaged(what: Text) -> Problem:
    return Problem("damaged_ledger", what, where=Text("账本", "ledger"),
                   remedy=Text("先看改动了什么：jingwei ledger verify。改正之前不再添加。",
                               "See what was altered: jingwei ledger verify. Nothing is added until it is put right."))

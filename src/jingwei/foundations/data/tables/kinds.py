"""Cells of text to typed columns: the type told by the first rows, held against every row, never forced on one that does not fit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from jingwei.foundations.data.tables.grid import MAX_MISFITS, ROW, Raw
from jingwei.foundations.data.tables.hints import TEXT_HINTS, hint_of, unit_of
from jingwei.foundations.data.tables.model import Hint
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import ColumnType
from jingwei.kernel.problems import Problem, did_you_mean
from jingwei.kernel.tables import MISSING, NARROW

if TYPE_CHECKING:
    import ibis.expr.types as ir

LOOKED_AT = 2_000
"""Cells of a column by which its type is told."""

MOST_MISFITS = 0.1
"""Share of a column's cells that may not fit its type; beyond it the column is of a wider type, text in the end."""

CHUNK = 128
"""Columns held against their types in one query."""

Kind = Literal["int64", "float64", "percent", "date", "datetime", "bool", "text"]
TYPES: dict[Kind, ColumnType] = {"int64": "int64", "float64": "float64", "percent": "float64", "date": "date", "datetime": "string", "bool": "bool",
                                 "text": "string"}

_WHOLE = r"(?:0|[1-9]\d*|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,2}(?: \d{3})+)"
_FIGURE = rf"[+-]?(?:{_WHOLE}(?:\.\d*)?|\.\d+)"
_DAY = r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
PATTERNS: dict[Kind, str] = {
    "int64": rf"^[+-]?{_WHOLE}$", "float64": rf"^{_FIGURE}(?:[eE][+-]?\d{{1,3}})?$", "percent": rf"^{_FIGURE} ?%$", "date": f"^(?:{_DAY}|(\\d{{4}})(\\d{{2}})(\\d{{2}}))$",
    "datetime": rf"^{_DAY}[ T](\d{{1,2}}):(\d{{2}})(:\d{{2}}(?:\.\d{{1,9}})?)?(Z|[+-]\d{{2}}:?\d{{2}})?$", "bool": r"^(?:true|false|TRUE|FALSE|True|False)$"}
"""What a narrowed cell of each kind looks like, for Python's ``re`` in ASCII and for the engines alike."""

_CODED = r"^[+-]?0\d|^\d{15,}$"
"""Digits that are no figure: a leading zero, or 15 and more of them. One such cell, and the column is text."""

_LOST = r"^[+-]?\d(?:\.\d{1,5})?[eE]\+?1[4-9]$"
"""What a spreadsheet makes of a number of 15 to 20 digits when it shows or exports it."""

_WORDS = sorted(MISSING - {""})
_LONGEST = max(map(len, _WORDS))
_FROM = "".join(map(chr, NARROW))
_TO = "".join(map(chr, NARROW.values()))


@dataclass(frozen=True, slots=True)
class Plan:
    """One column: where it stands in the file as ``at``, and what it is taken for; ``as_written`` when somebody said to leave it alone."""

    name: str
    at: str
    kind: Kind
    hint: Hint
    unit: str
    as_written: bool = False
    misfits: int = 0
    written: Mapping[str, int] | None = None


def kind_of(cells: Iterable[str], hint: Hint = "") -> Kind:
    """What a column is, by some of its cells; by its hint only where digits may be a day or a code."""
    plain = [c for c in (each.translate(NARROW).strip() for each in cells) if c.lower() not in MISSING]
    if not plain or hint in TEXT_HINTS or any(re.search(_CODED, c, re.ASCII) for c in plain):
        return "date" if hint == "date" and plain and all(re.fullmatch(r"(?:18|19|20)\d{6}", c, re.ASCII) for c in plain) else "text"
    if hint == "date" and all(re.fullmatch(r"(?:18|19|20)\d{6}", c, re.ASCII) for c in plain):
        return "date"
    if hint == "identifier" and len({len(c) for c in plain}) == 1 and len(plain[0]) >= 6 and len(plain) > 1:
        return "text"
    order: tuple[Kind, ...] = ("bool", "int64", "float64", "percent", "datetime", "date")
    fits = {k: sum(re.search(PATTERNS[k], c, re.ASCII) is not None and not (k == "date" and c.isdigit()) for c in plain) for k in order}
    best = max(order, key=lambda k: (fits[k], -order.index(k)))
    return best if fits[best] >= (1 - MOST_MISFITS) * len(plain) else "text"


def typed(raw: Raw, file: Path, connection: Any, text: Sequence[str] = ()) -> tuple[int, list[Plan]]:
    """Write the rows that fit to ``file`` in the lake's types; the others are set apart in ``raw``. Returns how many fit.

    text : columns to be kept as they are written
    connection : Ibis on DuckDB, with the memory it may use
    Raises Problem ``unknown_column``, Unreadable when more than MAX_MISFITS rows do not fit.
    """
    for name in text:
        if name not in raw.columns:
            raise Problem("unknown_column", Text(f"没有 {name[:40]!r} 这一列", f"there is no column {name[:40]!r}"), where="--text",
                          remedy=did_you_mean(name, raw.columns) or Text(f"有这些列：{'、'.join(raw.columns[:20])}。", f"The columns are {', '.join(raw.columns[:20])}."))
    table = connection.read_parquet(str(raw.file), table_name="raw")
    plans = _held_against(table, _planned(raw, text))
    bad = {p.at: ~_fits(table[p.at], p.kind) | _lost(table[p.at]) for p in plans if p.misfits}  # the others were counted: all of theirs fit
    _set_apart(table, plans, bad, raw)
    fitting = table.filter(*(~b for b in bad.values())) if bad else table
    connection.to_parquet(fitting.select(**{p.name: _value(fitting[p.at], p) for p in plans}), str(file), compression="zstd", row_group_size=122_880)
    for p in plans:
        if p.written:
            raw.written[p.name] = dict(p.written)
    import pyarrow.parquet as pq

    return int(pq.read_metadata(file).num_rows), plans


def _planned(raw: Raw, text: Sequence[str]) -> list[Plan]:
    import pyarrow.parquet as pq

    source = pq.ParquetFile(raw.file)
    head = next(source.iter_batches(LOOKED_AT), None)
    plans = []
    for i, name in enumerate(raw.columns):
        cells = [] if head is None else [c for c in head.column(i + 1).to_pylist() if c.strip()]
        hint = hint_of(name, [c.translate(NARROW).strip() for c in cells])
        kind: Kind = "text" if name in text else kind_of(cells, hint)
        plans.append(Plan(name, f"c{i}", kind, hint, "%" if kind == "percent" else unit_of(name), name in text))
    return plans


def _held_against(table: ir.Table, plans: list[Plan]) -> list[Plan]:
    """Every plan against every row: digits that are no figures make text, misfits beyond their share a wider type."""
    decided: list[Plan] = []
    for start in range(0, len(plans), CHUNK):
        some = plans[start:start + CHUNK]
        while True:
            asked = {f"{p.at}_{what}": n for p in some for what, n in _counts(table, p).items()}
            counts = table.aggregate(**asked).to_pyarrow().to_pylist()[0] if asked else {}
            after = [_decided(p, {what: counts.get(f"{p.at}_{what}") or 0 for what in _COUNTED}) for p in some]
            if [p.kind for p in after] == [p.kind for p in some]:
                break
            some = after
        decided += after
    return decided


_COUNTED = ("known", "fit", "figure", "coded", "lost", "full_width", "thousands", "missing_word")


def _counts(table: ir.Table, p: Plan) -> dict[str, Any]:
    if p.as_written:
        return {}
    cell = table[p.at]
    plain = _plain(cell)
    lost = {"lost": _lost(cell).sum()}
    if p.kind == "text":
        return lost | ({"full_width": (plain != cell.strip()).sum()} if p.hint in (*TEXT_HINTS, "identifier") else {})
    known = ~_missing(plain)
    found = lost | {"known": known.sum(), "fit": (known & _fits(cell, p.kind)).sum(), "full_width": (known & (plain != cell.strip())).sum(),
             "missing_word": (~known & (plain != "")).sum()}
    if p.kind in ("int64", "float64", "percent"):
        found["coded"] = plain.re_search(_CODED).sum()
        found["thousands"] = (known & plain.re_search(r"\d[, ]\d{3}")).sum()
    if p.kind == "int64":
        found["figure"] = (known & _fits(cell, "float64")).sum()
    return found


def _decided(p: Plan, n: Mapping[str, int]) -> Plan:
    kind = p.kind
    if kind in ("int64", "float64", "percent") and n["coded"]:
        kind = "text"
    elif kind == "int64" and n["figure"] > n["fit"]:
        kind = "float64"
    elif kind != "text" and n["known"] - n["fit"] > MOST_MISFITS * n["known"]:
        kind = "text"
    written = {rule: n[rule] for rule in ("full_width", "thousands", "missing_word") if n[rule]}
    if kind == "percent":
        written["percent"] = n["fit"]
    return replace(p, kind=kind, misfits=n["known"] - n["fit"] + n["lost"], written=written, unit=p.unit if p.kind == kind or p.unit != "%" else "")


def _set_apart(table: ir.Table, plans: Sequence[Plan], bad: Mapping[str, Any], raw: Raw) -> None:
    import ibis

    if not bad:
        return
    which = ibis.cases(*((bad[p.at], i) for i, p in enumerate(plans) if p.at in bad), else_=-1)
    misfits = table.mutate(__bad__=which).filter(ibis._["__bad__"] >= 0).order_by(ROW).limit(MAX_MISFITS + 1)
    for row in misfits.to_pyarrow().to_pylist():
        cells = [row[p.at] for p in plans]
        at = row["__bad__"]
        lost = re.search(_LOST, cells[at].translate(NARROW).strip(), re.ASCII)
        raw.set_apart(row[ROW], plans[at].name, "lost_digits" if lost else f"not_{plans[at].kind}", " | ".join(cells)[:32_768])


# A cell in the engine


def _plain(cell: Any) -> Any:
    """Full-width forms and fixed spaces narrowed, blanks at the ends taken off; what is ASCII already is spared the costly step."""
    import ibis

    return ibis.ifelse(cell.re_search("[^\\x00-\\x7F]"), cell.translate(_FROM, _TO), cell).strip()


def _missing(plain: Any) -> Any:
    return (plain == "") | ((plain.length() <= _LONGEST) & plain.lower().isin(_WORDS))


def _lost(cell: Any) -> Any:
    return cell.upper().contains("E+1") & _plain(cell).re_search(_LOST)


def _fits(cell: Any, kind: Kind) -> Any:
    """Whether the cell is blank or of the kind: of its form, and a value there is (no 30 February, nothing beyond 64 bits)."""
    import ibis

    if kind == "text":
        return ibis.literal(True)
    plain = _plain(cell)
    formed = plain.re_search(PATTERNS[kind])
    match kind:
        case "int64" | "float64" | "percent":
            number = _number(plain, kind)
            formed &= number.notnull() & ((number > -1e300) & (number < 1e300) if kind != "int64" else ibis.literal(True))
        case "date" | "datetime":
            formed &= _day(plain).notnull()
            if kind == "datetime":
                formed &= (plain.re_extract(PATTERNS["datetime"], 4).try_cast("int64") < 24) & (plain.re_extract(PATTERNS["datetime"], 5).try_cast("int64") < 60)
        case _:
            pass
    return _missing(plain) | ibis.coalesce(formed, ibis.literal(False))


def _number(plain: Any, kind: Kind) -> Any:
    bare = plain.translate(", %", "") if kind == "percent" else plain.translate(", ", "")
    return bare.try_cast("int64" if kind == "int64" else "float64")


def _day(plain: Any) -> Any:
    import ibis

    bare = plain.re_replace(r"[T ].*$", "")
    parts = [bare.re_extract(f"^{_DAY}", i) for i in (1, 2, 3)]
    marked = parts[0] + "-" + parts[1].lpad(2, "0") + "-" + parts[2].lpad(2, "0")
    run = bare.left(4) + "-" + bare.substr(4, 2) + "-" + bare.substr(6, 2)
    return ibis.ifelse(bare.re_search(r"^\d{8}$"), run, marked).try_cast("date")


def _value(cell: Any, p: Plan) -> Any:
    """The cell in the lake's type: the same figure, the same day; text without blanks at its ends; NULL for none."""
    import ibis

    plain = _plain(cell)
    nothing = ibis.null(TYPES[p.kind])
    match p.kind:
        case "int64" | "float64" | "percent":
            found = _number(plain, p.kind)
        case "date":
            found = _day(plain)
        case "datetime":
            found = (_day(plain).cast("string") + "T" + plain.re_extract(PATTERNS["datetime"], 4).lpad(2, "0") + ":" + plain.re_extract(PATTERNS["datetime"], 5)
                     + plain.re_extract(PATTERNS["datetime"], 6) + plain.re_extract(PATTERNS["datetime"], 7))
        case "bool":
            found = plain.lower() == "true"
        case _:
            code = not p.as_written and (p.hint in TEXT_HINTS or p.hint == "identifier")
            return (plain if code else cell.re_replace(r"^[\s\x{3000}\x{00A0}]+|[\s\x{3000}\x{00A0}]+$", "")).nullif("")
    return ibis.ifelse(_missing(plain), nothing, found)

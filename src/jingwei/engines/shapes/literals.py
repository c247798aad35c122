"""When a literal is well formed for its datatype, and how two of them compare (XML Schema 1.1 part 2, SPARQL 1.1 §17.3)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from jingwei.engines.shapes.columns import LANG_STRING, STRING, XSD, parts

_WHOLE = {"integer": (None, None), "nonNegativeInteger": (0, None), "positiveInteger": (1, None), "nonPositiveInteger": (None, 0),
          "negativeInteger": (None, -1), "long": (-2**63, 2**63 - 1), "int": (-2**31, 2**31 - 1), "short": (-2**15, 2**15 - 1),
          "byte": (-128, 127), "unsignedLong": (0, 2**64 - 1), "unsignedInt": (0, 2**32 - 1), "unsignedShort": (0, 2**16 - 1),
          "unsignedByte": (0, 255)}
_ZONE = r"(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?"
_FORMS = {
    "decimal": r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)",
    "double": r"[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|INF)|NaN",
    "boolean": r"true|false|0|1",
    "gYear": r"-?(?:[1-9]\d{3,}|0\d{3})" + _ZONE,
    "gYearMonth": r"-?(?:[1-9]\d{3,}|0\d{3})-(?:0[1-9]|1[0-2])" + _ZONE,
    "duration": r"-?P(?=\d|T\d)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?",
    "hexBinary": r"(?:[0-9A-Fa-f]{2})*",
    "date": r"-?\d{4,}-\d\d-\d\d" + _ZONE,
    "dateTime": r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?" + _ZONE,
    "time": r"\d\d:\d\d:\d\d(?:\.\d+)?" + _ZONE,
}
_FORM = {name: re.compile(form, re.ASCII) for name, form in {**_FORMS, "float": _FORMS["double"]}.items()}

Order = tuple[str, object]
"""What may be compared with what, and by what: only values of one group have an order."""


@lru_cache(maxsize=65_536)
def well_formed(lexical: str, datatype: str) -> bool:
    """Whether the lexical form is in the datatype's lexical space. Of a datatype that is not XML Schema's every form is."""
    if not datatype.startswith(XSD):
        return True
    name, plain = datatype[len(XSD):], lexical.strip(" \t\r\n")
    if name in _WHOLE:
        if not re.fullmatch(r"[+-]?\d+", plain, re.ASCII) or len(plain) > 4_000:
            return False
        least, most = _WHOLE[name]
        value = int(plain)
        return (least is None or value >= least) and (most is None or value <= most)
    if (form := _FORM.get(name)) is None:
        return True
    if not form.fullmatch(plain):
        return False
    return _moment(name, plain) is not None if name in ("date", "dateTime", "time") and plain[0] != "-" else True


def order(term: str) -> Order | None:
    """A literal's place among those of its group; None for what has no order, ill-formed literals included."""
    lexical, datatype, _ = parts(term)
    if datatype in (STRING, LANG_STRING):
        return ("string" if datatype == STRING else "tagged string"), lexical
    name = datatype.removeprefix(XSD)
    if name == datatype or not well_formed(lexical, datatype):
        return None
    plain = lexical.strip()
    if name in _WHOLE or name in ("decimal", "double", "float"):
        return _number(plain)
    if name == "boolean":
        return "boolean", plain in ("true", "1")
    found = _moment(name, plain)
    if isinstance(found, datetime | time):
        return f"{name}{' with a zone' if found.tzinfo else ''}", found
    return (name, found) if found is not None else None


def _number(plain: str) -> Order | None:
    try:
        value: Decimal | float = Decimal(plain)
    except InvalidOperation:
        value = math.inf if plain.lstrip("+") == "INF" else -math.inf if plain == "-INF" else math.nan
    return None if isinstance(value, float) and math.isnan(value) else ("number", value)


def _moment(name: str, plain: str) -> date | datetime | time | None:
    read: dict[str, Callable[[str], date | datetime | time]] = {
        "date": lambda t: date.fromisoformat(t[:10]), "dateTime": datetime.fromisoformat, "time": time.fromisoformat}
    try:
        return read[name](plain) if name in read else None
    except ValueError:
        return None

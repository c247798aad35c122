"""What is asked over HTTP: an action's input from the fields of an address or a form, and the language to answer in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING
from http import HTTPStatus
from typing import Any, Literal, get_args, get_origin
from urllib.parse import parse_qsl

import msgspec
from litestar import Request
from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException

from jingwei.doors.openapi import FORM
from jingwei.doors.projection import inputs
from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import NOTHING, Language, Text, language_of
from jingwei.kernel.problems import Problem, did_you_mean
from jingwei.kernel.tables import Document, Table

Asker = Request[Any, Any, Any]
Sent = Mapping[str, Sequence[Any]]
"""What a request carries, by name; a name may be given several times."""

_KINDS = {int: Text("整数", "a whole number"), float: Text("数", "a number"), bool: Text("true 或 false", "true or false")}


class Refused(Problem):
    """A request that HTTP has a status for."""

    def __init__(self, status: HTTPStatus, code: str, what: Text, *, remedy: Text = NOTHING, headers: Mapping[str, str] = {}) -> None:
        super().__init__(code, what, remedy=remedy)
        self.status = status
        self.headers = dict(headers)


class Misfit(Refused):
    """A field that cannot be what was sent. ``field`` is its name."""

    def __init__(self, field: str, what: Text, remedy: Text) -> None:
        super().__init__(HTTPStatus.BAD_REQUEST, "bad_parameter", what, remedy=remedy)
        self.field = field


def asked_in(request: Asker) -> list[tuple[str, str]]:
    """What the address asks, in its own order: Litestar gives names in an order that differs between processes."""
    return parse_qsl(request.url.query, keep_blank_values=True)


async def fields_of(request: Asker) -> dict[str, list[Any]]:
    """The fields of the body; files as documents, an empty part as nothing sent. Raises Refused."""
    if request.content_type[0] != FORM:
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not_a_form",
                      Text("文件要用 multipart/form-data 发送", "the files must come as multipart/form-data"),
                      remedy=Text("例如：curl -F values=@V.csv -F tree=@T.csv …", "For example: curl -F values=@V.csv -F tree=@T.csv …"))
    try:
        form = await request.form()
    except (ValueError, LookupError) as error:  # a field that is not text in the charset it names
        if isinstance(error, HTTPException):
            raise
        raise Refused(HTTPStatus.BAD_REQUEST, "bad_form", Text("表单里有一项不是文字", "a field of the form is not text"),
                      remedy=Text("文字用 UTF-8，文件要带文件名。", "Send text as UTF-8, and files with a file name.")) from None
    sent = [(name, await _document(value) if isinstance(value, UploadFile) else value)
            for name, value in form.multi_items()]
    return several((name, value) for name, value in sent if value != "")


async def _document(upload: UploadFile) -> Document:
    name = re.split(r"[/\\]", upload.filename)[-1][-200:]
    return Document("".join(c for c in name if c.isprintable()) or "file", await upload.read())


def several(pairs: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    """Values by name, in the order they were sent."""
    sent: dict[str, list[Any]] = {}
    for name, value in pairs:
        sent.setdefault(name, []).append(value)
    return sent


def read(kind: type, sent: Sent) -> Any:
    """An input from what was sent. Raises Misfit for the first field not known, missing or of another kind."""
    given, misfits = read_all(kind, sent)
    for misfit in misfits:
        raise misfit
    return given


def read_all(kind: type, sent: Sent) -> tuple[Any, list[Misfit]]:
    """The input, None when there are misfits; and every misfit, so that a form can show them all at once."""
    known = {name for name, *_ in inputs(kind)}
    wrong = [Misfit(name, Text(f"这里没有 {shortened(name)}", f"{shortened(name)} is not known here"), _nearest(name, known))
             for name in sent if name not in known]
    values = {}
    for name, wanted, option, default in inputs(kind):
        if name in sent:
            try:
                values[name] = _value(name, wanted, option, sent[name])
            except Misfit as misfit:
                wrong.append(misfit)
        elif default is MISSING:
            wrong.append(Misfit(name, Text(f"缺少 {name}", f"{name} is missing"),
                                Text(f"{name}：{option.help.zh}。", f"{name}: {option.help.en}.")))
    return (None if wrong else kind(**values)), wrong


def _nearest(name: str, known: Iterable[str]) -> Text:
    there = sorted(known)
    return did_you_mean(name, known) or Text(f"可用的有：{'、'.join(there) or '无'}。", f"Known: {', '.join(there) or 'none'}.")


def _value(name: str, wanted: Any, option: Option, given: Sequence[Any]) -> Any:
    if get_origin(wanted) is tuple:
        inner = get_args(wanted)[0]
        return tuple(_value(name, inner, option, [each]) for each in given)
    if len(given) > 1:
        raise Misfit(name, Text(f"{name} 给了 {len(given)} 次", f"{name} is given {len(given)} times"),
                     Text(f"{name} 只能给一次。", f"Give {name} once."))
    (value,) = given
    if wanted in (Table, Document):
        if not isinstance(value, Document):
            raise Misfit(name, Text(f"{name} 不是文件", f"{name} is not a file"),
                         Text(f"连文件名一起发：-F {name}=@文件", f"Send it with a file name: -F {name}=@FILE"))
        return Table.read(value) if wanted is Table else value
    words = option.choices or (get_args(wanted) if get_origin(wanted) is Literal else ())
    try:
        found = msgspec.convert(value, wanted, strict=False)
        if words and found not in words:
            raise ValueError
    except (msgspec.ValidationError, ValueError):
        kind = _KINDS.get(wanted, Text("文字", "text"))
        asked = Text("、".join(map(str, words)) or kind.zh, " or ".join(map(str, words)) or kind.en)
        raise Misfit(name, Text(f"{name} 不能是 {shortened(value)}", f"{name} cannot be {shortened(value)}"),
                     Text(f"{name} 应为{asked.zh}：{option.help.zh}。", f"{name} is {asked.en}: {option.help.en}.")) from None
    return found


def bad(what: Text, remedy: Text) -> Refused:
    """A parameter that says how to show the answer, and cannot be followed."""
    return Refused(HTTPStatus.BAD_REQUEST, "bad_parameter", what, remedy=remedy)


def shortened(value: object) -> str:
    """What was sent, to be said again in a refusal."""
    return repr(value[:40] if isinstance(value, str) else type(value).__name__)


def page_language(text: str) -> Language:
    """The language a page's address begins with. Raises Problem ``unknown_page``."""
    if text not in ("zh", "en"):
        raise Problem("unknown_page", Text("没有这一页", "there is no such page"),
                      remedy=Text("页面都在 /zh 和 /en 之下。", "Pages live under /zh and /en."))
    return "zh" if text == "zh" else "en"


def asker_of(request: Asker) -> str:
    """Whose ration a request counts against: the address it came from."""
    return request.client.host if request.client else ""


def language_for(request: Asker, asked: str | None) -> Language:
    """That of ``lang``, else the most wanted of Accept-Language that there is, else the node's."""
    if asked in ("zh", "en"):
        return "zh" if asked == "zh" else "en"
    wanted: list[tuple[float, Language]] = []
    for each in request.headers.get("accept-language", "").lower().split(","):
        tag, _, weight = each.partition(";")
        found: Language | None = next((x for x in get_args(Language) if tag.strip().split("-")[0] == x), None)
        quality = re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", weight)
        if found:
            wanted.append((float(quality[1]) if quality else 1.0, found))
    best = max(wanted, key=lambda w: w[0], default=(0.0, language_of()))
    return best[1] if best[0] > 0 else language_of()

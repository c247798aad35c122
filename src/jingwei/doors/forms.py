"""Every action as a form in the reader's language, and what comes of it as a page; no code of its own for any of them.

What needs no file is asked by its address and answered at once. What is sent with files, or is to be done later, becomes a
job whose page shows how far it is and then the answer: it can be read again, from any worker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import MISSING, dataclass
from http import HTTPStatus
from typing import Any, Literal, get_args, get_origin
from urllib.parse import urlencode

from litestar import HttpMethod, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from markdown_it import MarkdownIt
from markdown_it.token import Token

from jingwei import plan
from jingwei.doors.answers import ONE_AT_A_TIME
from jingwei.doors.asked import Asker, Misfit, Refused, asked_in, asker_of, fields_of, page_language, read_all, several
from jingwei.doors.desk import Desk
from jingwei.doors.guard import MOST_BYTES
from jingwei.doors.jobs import file_of, sent
from jingwei.doors.login.cookies import ours
from jingwei.doors.login.who import principal_of
from jingwei.doors.openapi import FILES, is_open, method_of, open_to
from jingwei.doors.projection import inputs
from jingwei.doors.refusals import told, without_folders
from jingwei.kernel.actions import Action, Context, Result, run
from jingwei.kernel.i18n import Language, Text
from jingwei.kernel.jobs import OPEN, Job
from jingwei.kernel.people import ANONYMOUS
from jingwei.kernel.problems import Problem, did_you_mean
from jingwei.kernel.tables import Document

Render = Callable[..., bytes]
"""``render(template, language, path, **shown)``: the portal's."""

ASKED = "answer"
"""The name of the buttons: ``now`` or ``later``."""

FILE = "download"
"""In the address of an answer: only this file of it."""

BACK = "back"
"""In the address of a form: the page of this portal the reader came from and wants to go on at."""

PATIENCE = 8.0
"""Seconds a reader who wants the answer now waits for it before the page of the job is shown instead."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. ``words`` are its choices, when there are few; ``values`` what was sent before."""

    name: str
    help: str
    kind: Literal["choice", "file", "switch", "number", "lines", "text"]
    required: bool
    words: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    step: str = "any"
    error: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file that came of an action. Without an address it is had by doing the same again, as a button does."""

    name: str
    size: int
    address: str


def routes(desk: Desk, render: Render, actions: Iterable[Action] | None = None) -> list[HTTPRouteHandler]:
    """The pages of all actions, and of the jobs that come of them."""
    known = {a.path: a for a in ((a for p in plan.pillars() for a in p.actions) if actions is None else actions)}
    doors = _Forms(desk, render, known)

    @get("/{language:str}/do", sync_to_thread=True, include_in_schema=False)
    def listed(request: Asker, language: FromPath[str]) -> Response[bytes]:
        return doors.list(request, page_language(language))

    @get("/{language:str}/do/{words:path}", include_in_schema=False)
    async def do(request: Asker, language: FromPath[str], words: FromPath[str]) -> Response[bytes]:
        return await sync_to_thread(doors.ask, request, page_language(language), str(words))

    @post("/{language:str}/do/{words:path}", status_code=200, include_in_schema=False, request_max_body_size=MOST_BYTES)
    async def send(request: Asker, language: FromPath[str], words: FromPath[str]) -> Response[bytes]:
        try:
            fields = await fields_of(request)
        except Refused as error:
            return doors.refused(request, page_language(language), str(words), error)
        return await sync_to_thread(doors.send, request, page_language(language), str(words), fields)

    @get("/{language:str}/jobs/{identity:str}", sync_to_thread=True, include_in_schema=False)
    def job(request: Asker, language: FromPath[str], identity: FromPath[str]) -> Response[bytes]:
        return doors.job(request, page_language(language), identity)

    @get("/{language:str}/jobs/{identity:str}/files/{name:path}", sync_to_thread=True, include_in_schema=False)
    def job_file(language: FromPath[str], identity: FromPath[str], name: FromPath[str]) -> Response[bytes]:
        page_language(language)
        return file_of(doors.found(identity), str(name).lstrip("/"))

    @post("/{language:str}/jobs/{identity:str}/cancel", status_code=303, sync_to_thread=True, include_in_schema=False)
    def cancel(language: FromPath[str], identity: FromPath[str]) -> Response[bytes]:
        tongue = page_language(language)
        doors.found(identity)
        desk.jobs.cancel(identity)
        return _see(f"/{tongue}/jobs/{identity}")

    return [listed, do, send, job, job_file, cancel]


class _Forms:
    def __init__(self, desk: Desk, render: Render, actions: dict[tuple[str, ...], Action]) -> None:
        self._desk, self._render, self._actions = desk, render, actions

    def list(self, request: Asker, language: Language) -> Response[bytes]:
        """All actions by the clause they answer."""
        by_clause: dict[str, list[Action]] = {}
        for action in self._actions.values():
            for code in action.clauses:
                by_clause.setdefault(code, []).append(action)
        clauses = [(code, _asks(code), sorted(found, key=lambda a: a.path)) for code, found in sorted(by_clause.items())]
        person = principal_of(request)
        return self._page("do_list.html", language, request, clauses=clauses, is_open=lambda action: open_to(action, person))

    def ask(self, request: Asker, language: Language, path: str) -> Response[bytes]:
        """The form; or the answer, when the address carries what was asked."""
        action = self._action(path)
        query = several((n, v) for n, v in asked_in(request) if v != "")
        wanted = query.pop(ASKED, None)
        name = (query.pop(FILE, None) or [None])[0]
        back = ours(query.pop(BACK, [""])[0])
        if not open_to(action, principal_of(request)):
            return self._form(request, language, action, query, status=HTTPStatus.FORBIDDEN)
        if wanted is None or method_of(action) is not HttpMethod.GET:
            return self._form(request, language, action, query, back=back)
        return self._known(request, language, action, query, name) if is_open(action) else self._own(request, language, action, query, name, back)

    def _known(self, request: Asker, language: Language, action: Action, query: dict[str, Any], name: str | None) -> Response[bytes]:
        """What anybody may ask: answered from memory where it was asked before."""
        given, misfits = read_all(action.input, _lines(action, query))
        if misfits:
            return self._form(request, language, action, query, misfits, status=HTTPStatus.BAD_REQUEST)
        try:
            result = self._desk.now(self._desk.answers.question(action, given, language), asker_of(request))
        except Exception as error:
            return self._wrong(request, language, action, query, error)
        if name is not None:
            document = next((d for d in result.documents if d.name == name), None)
            if document is None:
                raise Problem("unknown_file", Text(f"没有文件 {name[:40]!r}", f"there is no file {name[:40]!r}"),
                              remedy=Text("看答案那一页。", "See the page of the answer."))
            return sent(document)
        here = [(n, v) for n, v in asked_in(request) if v != ""]
        files = [File(d.name, len(d.content), f"?{urlencode([*here, (FILE, d.name)])}") for d in result.documents]
        again = urlencode([pair for pair in here if pair[0] != ASKED])
        return self._answer(request, language, action, result, files, f"/{language}/do/{'/'.join(action.path)}?{again}")

    def send(self, request: Asker, language: Language, path: str, fields: dict[str, Any]) -> Response[bytes]:
        """What was sent becomes a job; its page shows the answer, at once when it is there soon."""
        action = self._action(path)
        wanted = (fields.pop(ASKED, None) or ["later"])[0]
        name, back = (fields.pop(FILE, None) or [None])[0], ours(str(fields.pop(BACK, [""])[0]))
        if not open_to(action, principal_of(request)):
            return self._form(request, language, action, fields, status=HTTPStatus.FORBIDDEN)
        if not is_open(action):
            return self._own(request, language, action, fields, name, back)
        try:
            given, misfits = read_all(action.input, _lines(action, fields))
        except Problem as error:
            return self._wrong(request, language, action, fields, error)
        if misfits:
            return self._form(request, language, action, fields, misfits, status=HTTPStatus.BAD_REQUEST)
        files = {name: value for name, (value, *_) in fields.items() if isinstance(value, Document)}
        try:
            job = self._desk.later(self._desk.answers.question(action, given, language), files, asker_of(request))
        except Exception as error:
            return self._wrong(request, language, action, fields, error)
        if wanted == "now":
            self._desk.settled(job.id, PATIENCE)
        return _see(f"/{language}/jobs/{job.id}")

    def _own(self, request: Asker, language: Language, action: Action, fields: dict[str, Any], name: str | None, back: str) -> Response[bytes]:
        """What somebody signed in does or asks: at once, in their name, on the record; kept by nobody.

        name : only this file of what comes of it; to have it the same is done again, which every action of ours takes for the same
        """
        try:
            given, misfits = read_all(action.input, _lines(action, fields))
        except Problem as error:
            return self._wrong(request, language, action, fields, error, back)
        if misfits:
            return self._form(request, language, action, fields, misfits, status=HTTPStatus.BAD_REQUEST, back=back)
        try:
            self._desk.ration(asker_of(request))
            with ONE_AT_A_TIME:
                result = run(action, Context(self._desk.workspace, language, principal=principal_of(request)), given)
        except Exception as error:
            return self._wrong(request, language, action, fields, error, back)
        if name is not None and (document := next((d for d in result.documents if d.name == name), None)) is not None:
            answer = sent(document)
            answer.headers["Cache-Control"] = "no-store"
            return answer
        again = [(field, value) for field, values in fields.items() for value in values]
        told = all(isinstance(value, str) for _, value in again)  # a file that was sent cannot be sent again by a button
        page = self._answer(request, language, action, result, [File(d.name, len(d.content), "") for d in result.documents] if told else [],
                            f"/{language}/do/{'/'.join(action.path)}", again=again, back=back, posted=method_of(action) is not HttpMethod.GET)
        page.headers["Cache-Control"] = "no-store"
        return page

    def refused(self, request: Asker, language: Language, path: str, error: Exception) -> Response[bytes]:
        """A body that is no form."""
        return self._wrong(request, language, self._action(path), {}, error)

    def job(self, request: Asker, language: Language, identity: str) -> Response[bytes]:
        """How far a job is; or its answer."""
        job = self.found(identity)
        action = self._action("/".join(job.ask.action))
        form = f"/{language}/do/{'/'.join(action.path)}"
        if job.status.state == "done":
            files = [File(name, size, f"/{language}/jobs/{identity}/files/{name}") for name, size in job.documents().items()]
            return self._answer(request, language, action, job.result(), files, form, report_in=job.ask.language)
        still = "still" in request.query_params
        page = self._page("job.html", language, request, action=action, job=job, form=form, still=still, finished=job.status.state not in OPEN,
                          problem=without_folders(Problem.of(job.status.problem)) if job.status.problem else None)
        if not still and job.status.state in OPEN:
            page.headers["Refresh"] = "2"  # as meta refresh; a link on the page stops it
        page.headers["Cache-Control"] = "no-store"
        return page

    def found(self, identity: str) -> Job:
        """The job of that name. Raises Problem."""
        job = self._desk.find(identity)
        if job is None:
            raise Problem("unknown_job", Text("没有这项工作", "there is no such job"),
                          remedy=Text("做完的工作过些时候会清掉；请再问一次。", "Finished jobs are dropped in time; ask the question again."))
        return job

    def _action(self, path: str) -> Action:
        words = tuple(path.strip("/").split("/"))
        if words not in self._actions:
            asked = " ".join(words)
            raise Problem("unknown_action", Text(f"没有 {asked[:60]!r} 这件事可做", f"there is no action {asked[:60]!r}"),
                          remedy=did_you_mean(asked, [" ".join(p) for p in self._actions])
                          or Text("看全部能做的事那一页。", "See the page of all actions."))
        return self._actions[words]

    def _form(self, request: Asker, language: Language, action: Action, before: dict[str, Any],
              misfits: Sequence[Misfit] = (), problem: Problem | None = None, *, status: int = 200,
              headers: dict[str, str] | None = None, back: str = "") -> Response[bytes]:
        wrong = {m.field: m for m in misfits}
        fields = [_field(name, kind, option.help.in_(language), option.choices, default, before.get(name), wrong.get(name), language)
                  for name, kind, option, default in inputs(action.input)]
        unknown = [m for m in misfits if m.field not in {f.name for f in fields}]
        page = self._page("do.html", language, request, status=status, action=action, fields=fields, unknown=unknown, open=open_to(action, principal_of(request)), later=is_open(action), back=back,
                          problem=problem, posted=method_of(action) is not HttpMethod.GET, wrong=[f for f in fields if f.error],
                          command=" ".join(("jingwei", *action.path, "--help")))
        page.headers.update(headers or {})
        return page

    def _wrong(self, request: Asker, language: Language, action: Action, before: dict[str, Any], error: Exception, back: str = "") -> Response[bytes]:
        problem, status, headers = told(error)
        return self._form(request, language, action, before, problem=without_folders(problem), status=int(status), headers=dict(headers), back=back)

    def _answer(self, request: Asker, language: Language, action: Action, result: Result, files: Sequence[File], form: str, *,
                report_in: Language | None = None, again: Sequence[tuple[str, str]] = (), back: str = "", posted: bool = False) -> Response[bytes]:
        label = Text("表格，可左右滚动", "table, scrolls sideways").in_(language)
        report = typeset(result.report, label, {f.name: f.address for f in files})
        return self._page("done.html", language, request, action=action, report=report, report_in=report_in or language,
                          files=files, form=form, holds=result.holds, again=again, back=back, posted=posted)

    def _page(self, template: str, language: Language, request: Asker, *, status: int = 200, **shown: Any) -> Response[bytes]:
        person = principal_of(request)
        body = self._render(template, language, request.url.path, person=person, **shown)
        return Response(body, status_code=status, media_type="text/html", headers={
            "Content-Language": "zh-CN" if language == "zh" else "en", "Cache-Control": "no-cache" if status == 200 and person is ANONYMOUS else "no-store"})


def typeset(report: str, label: str, pictures: dict[str, str]) -> str:
    """A report as HTML: no markup of its own passes, headings stand below the page's, tables can be scrolled by keyboard.

    label : what a scrollable table is called for those who cannot see it
    pictures : addresses of the files the report may show, by name; other pictures are left out
    """
    page = MarkdownIt("commonmark", {"html": False}).enable("table")
    shown: list[Token] = []
    for token in page.parse(report):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 1)}"
        elif token.type == "th_open":
            token.attrSet("scope", "col")
        elif token.type == "inline":
            token.children = [each for each in token.children or () if _is_ours(each, pictures)]
        if token.type == "table_open":
            shown.append(Token("wide_open", "div", 1, attrs={"class": "wide", "role": "region", "tabindex": "0", "aria-label": label}))
        shown.append(token)
        if token.type == "table_close":
            shown.append(Token("wide_close", "div", -1))
    return str(page.renderer.render(shown, page.options, {}))


def _is_ours(token: Token, pictures: dict[str, str]) -> bool:
    """Whether a token may be shown; a picture that came with the report gets its address here."""
    if token.type != "image":
        return True
    there = pictures.get(str(token.attrs.get("src", "")))
    token.attrSet("src", there or "")
    return bool(there)


def _field(name: str, kind: Any, help_text: str, choices: tuple[str, ...], default: Any, before: Any, wrong: Misfit | None,
           language: Language) -> Field:
    values = tuple(str(v) for v in before if isinstance(v, str)) if before else ()
    if not values and default not in (MISSING, None, False, ()):
        values = tuple(map(str, default)) if isinstance(default, tuple) else (str(default),)
    words = choices or (tuple(map(str, get_args(kind))) if get_origin(kind) is Literal else ())
    shape: Any = ("choice" if words else "file" if kind in FILES else "switch" if kind is bool
                  else "number" if kind in (int, float) else "lines" if get_origin(kind) is tuple else "text")
    error = f"{wrong.what.in_(language)}{'。' if language == 'zh' else '. '}{wrong.remedy.in_(language)}" if wrong else ""
    return Field(name, help_text, shape, default is MISSING, words, values, "1" if kind is int else "any", error)


def _lines(action: Action, fields: dict[str, Any]) -> dict[str, Any]:
    """What is asked for several times is written one a line."""
    several_times = {name for name, kind, _, _ in inputs(action.input) if get_origin(kind) is tuple}
    return {name: [line.strip() for v in values for line in v.splitlines() if line.strip()]
            if name in several_times and all(isinstance(v, str) for v in values) else values for name, values in fields.items()}


def _asks(code: str) -> Text | None:
    try:
        return plan.clause(code).asks
    except Problem:  # a province's own clause
        return None


def _see(address: str) -> Response[bytes]:
    return Response(b"", status_code=HTTPStatus.SEE_OTHER, headers={"Location": address, "Cache-Control": "no-store"})

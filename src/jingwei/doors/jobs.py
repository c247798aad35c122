"""Jobs over HTTP: where one stands, what came of it, its files, and letting it be; any worker answers for any job."""

from __future__ import annotations

import mimetypes
import re
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from litestar import HttpMethod, Response, delete, get, head
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from jingwei.doors.asked import Asker, Refused, asked_in, language_for, several
from jingwei.doors.desk import Desk
from jingwei.doors.openapi import CSV, JSON, MARKDOWN, PREFIX
from jingwei.doors.refusals import refuse, without_folders
from jingwei.doors.shown import as_json, media_for, read_shown, show
from jingwei.kernel.i18n import Language, Text
from jingwei.kernel.jobs import OPEN, Job
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document

MEDIA = {"csv": CSV, "json": JSON, "parquet": "application/vnd.apache.parquet",
         "svg": "image/svg+xml", "md": MARKDOWN}
"""Of the files that actions make, by ending; the charset of text is added when it is sent."""

_ASYNC = re.compile(r"(?:^|[,;])\s*respond-async\s*(?:$|[,;=])", re.IGNORECASE)


def later_wanted(request: Asker) -> bool:
    """Whether the asker would rather not wait: ``Prefer: respond-async`` (RFC 7240, section 4.1)."""
    return any(_ASYNC.search(value) for value in request.headers.getall("prefer", []))


def accepted(job: Job, headers: dict[str, str]) -> Response[bytes]:
    """202: the job, and where it will be."""
    there = {**headers, "Location": f"{PREFIX}/jobs/{job.id}", "Preference-Applied": "respond-async", "Cache-Control": "no-store"}
    return Response(as_json(status_of(job)), status_code=HTTPStatus.ACCEPTED, media_type=JSON,
                    headers=there | _again(job))


def status_of(job: Job, language: Language | None = None) -> dict[str, Any]:
    """Where a job stands, as JSON; what went wrong in the language, that of the question by default."""
    status = job.status
    told: dict[str, Any] = {
        "id": job.id, "action": " ".join(job.ask.action), "language": job.ask.language, "state": status.state,
        "progress": {"done": status.done, "total": status.total, "label": status.label},
        "asked": status.asked, "began": status.began or None, "ended": status.ended or None,
        "files": [{"name": name, "bytes": size, "href": f"{PREFIX}/jobs/{job.id}/files/{quote(name)}"}
                  for name, size in job.documents().items()]}
    if status.problem:
        problem = without_folders(Problem.of(status.problem)).to_json(language or job.ask.language)
        told["problem"] = {name: text for name, text in problem.items() if text}
    return told


def file_of(job: Job, name: str) -> Response[bytes]:
    """One of its files. Raises Refused (404)."""
    document = job.document(name)
    if document is None:
        raise _nothing(Text(f"这项工作没有文件 {name[:80]!r}", f"the job has no file {name[:80]!r}"),
                       Text("它有哪些文件，看它自己的状态。", "Its files are named by the job itself."))
    return sent(document)


def sent(document: Document) -> Response[bytes]:
    """A file to be kept by whoever asked for it."""
    name = document.name
    kind = MEDIA.get(name.rpartition(".")[2]) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(document.content, media_type=kind, headers={
        "Cache-Control": "no-cache", "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name.rpartition('/')[2])}"})


def routes(desk: Desk) -> list[HTTPRouteHandler]:
    """The jobs' own routes, below the API's prefix."""

    def found(identity: str) -> Job:
        job = desk.find(identity)
        if job is None:
            raise _nothing(Text("没有这项工作", "there is no such job"),
                           Text("做完的工作过些时候会清掉。请再问一次：同样的问题就是同一项工作。",
                                "Finished jobs are dropped in time. Ask the question again: the same question is the same job."))
        return job

    def told(request: Asker, identity: str) -> Response[bytes]:
        job = found(identity)
        shown = read_shown(several(asked_in(request)))
        headers = {"Vary": "Accept", "Cache-Control": "no-store", "Content-Language": job.ask.language}
        media = media_for(request)
        if job.status.state != "done":
            if media != JSON:
                raise Refused(HTTPStatus.NOT_ACCEPTABLE, "not_acceptable",
                              Text(f"这项工作还没有结果可看（{job.status.state}）", f"the job is {job.status.state}, there is no result to show"),
                              remedy=Text(f"做完之前 Accept 请用 {JSON}。", f"Accept {JSON} until it is done."))
            language = language_for(request, shown.lang)  # of what went wrong: there is nothing else to read yet
            return Response(as_json(status_of(job, language)), media_type=JSON, headers={
                **headers, "Vary": "Accept, Accept-Language", "Content-Language": language, **_again(job)})
        result = job.result()
        if media in (CSV, MARKDOWN):
            return show(result, shown, media, request, headers)
        direct = show(result, shown, JSON, request, headers)  # its status with the direct answer beside it
        body = as_json(status_of(job))[:-1] + b',"result":' + direct.content + b"}"
        return Response(body, media_type=JSON, headers=dict(direct.headers))

    def answer(request: Asker, identity: str) -> Response[bytes]:
        try:
            return told(request, identity)
        except Exception as error:
            return refuse(request, error)

    @get("/jobs/{identity:str}", sync_to_thread=True)
    def job(request: Asker, identity: FromPath[str]) -> Response[bytes]:
        return answer(request, identity)

    @head("/jobs/{identity:str}", sync_to_thread=True)
    def job_head(request: Asker, identity: FromPath[str]) -> Response[None]:
        full = answer(request, identity)
        return Response(None, status_code=full.status_code, media_type=full.media_type,
                        headers={**full.headers, "Content-Length": str(len(full.content))})

    @delete("/jobs/{identity:str}", status_code=200, sync_to_thread=True)
    def cancel(request: Asker, identity: FromPath[str]) -> Response[bytes]:
        try:
            found(identity)
            left = desk.jobs.cancel(identity) or found(identity)
            return Response(as_json(status_of(left)), media_type=JSON, headers={"Cache-Control": "no-store"})
        except Exception as error:
            return refuse(request, error)

    @get("/jobs/{identity:str}/files/{name:path}", sync_to_thread=True)
    def file(request: Asker, identity: FromPath[str], name: FromPath[str]) -> Response[bytes]:
        try:
            return file_of(found(identity), str(name).lstrip("/"))
        except Exception as error:
            return refuse(request, error)

    return [job, job_head, cancel, file]


ALLOWED = {"/jobs/{identity:str}": {HttpMethod.GET, HttpMethod.HEAD, HttpMethod.DELETE},
           "/jobs/{identity:str}/files/{name:path}": {HttpMethod.GET}}
"""Methods of each of the jobs' routes."""


def _again(job: Job) -> dict[str, str]:
    return {"Retry-After": "1"} if job.status.state in OPEN else {}


def _nothing(what: Text, remedy: Text) -> Refused:
    return Refused(HTTPStatus.NOT_FOUND, "not_found", what, remedy=remedy)

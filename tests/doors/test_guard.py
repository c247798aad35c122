"""Who may ask: only under this machine's names, only from our own pages, only so much and so often."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar, Request, get, post
from litestar.testing import TestClient

from jingwei.doors.api import MOST_BYTES, router
from jingwei.doors.desk import Desk
from jingwei.doors.guard import HEADERS, Bucket, Guard
from jingwei.doors.portal.app import application
from jingwei.kernel.actions import Action, Context, Result
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Pillar
from jingwei.kernel.workspace import Workspace

FORM = {"content": b"a=1", "headers": {"content-type": "application/x-www-form-urlencoded"}}


@dataclass(frozen=True, slots=True)
class AskNothing:
    """Nothing."""


def well(context: Context, given: AskNothing) -> Result:
    return Result("", {"language": context.language})


ROOM = Pillar("F1", Text("井", "Wells"), actions=(
    Action(("well",), Text("井", "Well"), ("F1.1",), "public", "read", AskNothing, f"{__name__}.well"),))


@get("/page")
async def page() -> str:
    return "a page"


@post("/done", status_code=200)
async def done(request: Request) -> str:
    return f"{len(await request.body())} bytes"


@get("/broken")
async def broken() -> str:
    raise RuntimeError("broken")


@pytest.fixture(scope="module")
def guarded() -> Iterator[TestClient]:
    app = Guard(Litestar([page, done, broken], openapi_config=None, request_max_body_size=MOST_BYTES))
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize("host", ["localhost", "localhost:2522", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:65535", "[::1]", "[::1]:80"])
def test_this_machine_is_known_by_its_own_names_with_any_port(guarded, host):
    assert guarded.get("/page", headers={"host": host}).text == "a page"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:2522", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.2",
                                  "", "localhost:", "localhost:x", "localhost:123456", "a@localhost", "[::2]", "localhost\x85"])
def test_a_foreign_name_pointed_at_this_machine_reads_nothing(guarded, host):
    answer = guarded.get("/page", headers={"host": host.encode("latin-1")})
    assert answer.status_code == 400
    assert "a page" not in answer.text
    assert "http://localhost" in answer.text
    assert 'lang="zh-CN"' in answer.text


def test_two_names_are_none(guarded):
    assert guarded.get("/page", headers=[("host", "localhost"), ("host", "evil.example")]).status_code == 400


@pytest.mark.parametrize(("headers", "status"), [
    ({}, 200), ({"sec-fetch-site": "same-origin"}, 200), ({"sec-fetch-site": "none"}, 200),
    ({"sec-fetch-site": "cross-site"}, 403), ({"sec-fetch-site": "same-site"}, 403), ({"sec-fetch-site": ""}, 403),
    ({"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1"}, 403),
    ({"origin": "http://127.0.0.1"}, 200), ({"origin": "HTTP://127.0.0.1"}, 200),
    ({"origin": "http://127.0.0.1:8080"}, 403), ({"origin": "http://evil.example"}, 403), ({"origin": "null"}, 403),
    ({"origin": ""}, 403), ({"origin": "http://evil.example/@127.0.0.1"}, 403)])
def test_what_a_page_of_another_site_sends_is_refused(guarded, headers, status):
    sent = guarded.post("/done", content=b"a=1", headers={**FORM["headers"], **headers})
    assert sent.status_code == status
    assert ("3 bytes" in sent.text) == (status == 200)


def test_reading_is_open_to_links_from_other_sites(guarded):
    assert guarded.get("/page", headers={"sec-fetch-site": "cross-site"}).status_code == 200


def test_a_program_is_refused_in_its_own_language(guarded):
    answer = guarded.post("/api/v1/anything", headers={"sec-fetch-site": "cross-site"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {"type": "problems/cross_site", "title": "cross_site", "status": 403,
                             "detail": "the request came from a page of another site", "instance": "/api/v1/anything",
                             "remedy": "Do it again on a page of this portal."}


@pytest.mark.parametrize("length", [str(MOST_BYTES + 1), "9" * 15, "9" * 400, "-1", "many"])
def test_a_body_announced_too_large_is_refused_before_it_is_read(guarded, length):
    answer = guarded.post("/done", content=b"", headers={"content-length": length})
    assert answer.status_code == 413
    assert "32 MiB" in answer.text


def test_a_body_that_never_says_how_long_it_is_is_refused_where_it_gets_too_long(guarded):
    def endless() -> Iterator[bytes]:
        for _ in range(MOST_BYTES // 2**20 + 1):
            yield b"a" * 2**20

    assert guarded.post("/done", content=endless()).status_code == 413
    assert guarded.post("/done", content=b"a" * 2**20).text == f"{2**20} bytes"


@pytest.mark.parametrize("path", ["/page", "/nowhere", "/broken"])
def test_every_answer_and_every_error_carries_the_headers(guarded, path):
    answer = guarded.get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


@pytest.mark.parametrize("path", ["/static/portal.css", "/static/none.css", "/", "/en/findings", "/api/v1/none", "/api/v1/openapi.json",
                                  "/%ff%fe", "/en/measure/x"])
def test_files_pages_and_the_api_carry_the_headers_too(tmp_path: Path, path):
    with TestClient(Guard(application(Workspace(tmp_path))), base_url="http://127.0.0.1") as client:
        answer = client.get(path, follow_redirects=False)
    assert [v for name in HEADERS for v in answer.headers.get_list(name)] == list(HEADERS.values())


@pytest.mark.parametrize(("opened_by", "cut_loose"), [
    ("cross-site", True), ("same-site", True), ("", True), ("none", False), ("same-origin", False)])
def test_a_page_that_another_site_opened_is_cut_loose_from_it_and_the_readers_own_is_not_begun_twice(tmp_path: Path, opened_by, cut_loose):
    with TestClient(Guard(application(Workspace(tmp_path))), base_url="http://127.0.0.1") as client:
        for _ in range(2):  # made, then kept
            answer = client.get("/en/findings", headers={"sec-fetch-site": opened_by} if opened_by else {})
            others = client.get("/en/findings", headers={"sec-fetch-site": "cross-site"})
            assert ("cross-origin-opener-policy" in answer.headers) is cut_loose
            assert others.headers["cross-origin-opener-policy"] == "same-origin"
            assert [name for name in HEADERS if name not in answer.headers] == ([] if cut_loose else ["Cross-Origin-Opener-Policy"])


# What costs is rationed


def test_what_costs_is_refused_with_the_seconds_to_wait_and_what_is_known_stays_free(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("JINGWEI_LANG", "en")
    now = [0.0]
    node = Workspace(tmp_path)
    desk = Desk(node, costs=Bucket(per_minute=6, burst=1, clock=lambda: now[0]))
    with TestClient(Litestar([router(node, [ROOM], desk=desk)], openapi_config=None)) as client:
        def ask(language: str) -> int:
            return client.get("/api/v1/well", params={"lang": language}).status_code

        assert (ask("zh"), ask("zh")) == (200, 200)
        refused = client.get("/api/v1/well", params={"lang": "en"})
        assert (refused.status_code, refused.headers["retry-after"], refused.json()["title"]) == (429, "10", "too_many_requests")
        assert refused.headers["content-type"] == "application/problem+json"
        now[0] = 9.0
        assert (ask("en"), ask("zh")) == (429, 200)
        now[0] = 10.0
        assert ask("en") == 200


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 30)), max_size=60), st.integers(1, 5), st.integers(1, 120))
def test_nobody_gets_more_than_the_burst_and_the_rate_and_waiting_as_told_is_enough(asked, burst, per_minute):
    now = [0.0]
    bucket = Bucket(per_minute, burst, clock=lambda: now[0])
    granted = {"a": 0, "b": 0}
    for asker, pause in asked:
        now[0] += pause
        wait = bucket.take(asker)
        granted[asker] += not wait
        assert granted[asker] <= burst + now[0] * per_minute / 60 + 1e-9
        if wait:
            now[0] += wait
            assert bucket.take(asker) == 0
            granted[asker] += 1


def test_one_asker_is_not_refused_for_another_and_those_long_gone_are_forgotten():
    bucket = Bucket(1, 1, askers=2, clock=lambda: 0.0)
    assert [bucket.take("a"), bucket.take("b")] == [0, 0]
    assert bucket.take("a") == 60
    assert bucket.take("c") == 0
    assert [bucket.take("a"), bucket.take("b")] == [60, 0]

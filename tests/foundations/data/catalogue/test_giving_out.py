"""What goes out as CKAN tells it or as a table can be read by whoever knows those forms, and comes back as it was."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest
from drawn_records import RECORD
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient

from jingwei.doors.portal.app import application
from jingwei.foundations.data.catalogue import ACTIONS, giving, records
from jingwei.foundations.data.catalogue.model import Agent, Harvest, Record, Resource, Term, Word
from jingwei.foundations.data.catalogue.sources import Listed, read
from jingwei.kernel.actions import Context, run
from jingwei.kernel.workspace import Workspace

BY_PATH = {a.path: a for a in ACTIONS}
DRAWN = st.lists(RECORD, min_size=1, max_size=3).map(lambda found: [(f"来源/d{n}", r) for n, r in enumerate(found)])


def back(content: bytes, ending: str) -> list[Record]:
    taken = read("s", [Listed(f"s.{ending}", ending, b"", content)], {}, {}, lambda _done=1: None)
    assert taken.refused == []
    return [r for *_, r in taken.records]


@settings(max_examples=40, deadline=None)
@given(drawn=DRAWN)
def test_records_go_through_ckans_form_and_lose_nothing(drawn):
    told = msgspec.json.encode({"success": True, "result": {"count": len(drawn), "results": [giving.package(one, r) for one, r in drawn]}})
    assert back(told, "json") == [r for _, r in drawn]


@settings(max_examples=40, deadline=None)
@given(drawn=DRAWN)
def test_records_go_through_a_table_and_lose_nothing(drawn):
    assert back(giving.table(drawn), "csv") == [r for _, r in drawn]


def test_where_somebody_changed_what_is_seen_that_counts_and_not_what_was_sealed():
    package = giving.package("s/a", Record("urn:a", title=(Word("Wells"),), description=(Word("Old words"),)))
    package["notes"] = "New words"
    (record,) = back(msgspec.json.encode(package), "json")
    assert [w.text for w in record.description] == ["New words"]
    rows = list(csv.DictReader(io.StringIO(giving.table([("s/a", Record("urn:a", title=(Word("Wells"),), grade="一般"))]).decode("utf-8-sig"))))
    rows[0]["grade"] = "重要"
    sink = io.StringIO()
    writer = csv.DictWriter(sink, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    assert back(sink.getvalue().encode(), "csv")[0].grade == "重要"


def test_a_table_holds_no_formula():
    told = giving.table([("a", Record("urn:a", title=(Word('=HYPERLINK("https://evil.example")'),), description=(Word("+1"),), grade="@SUM(A1)"))]).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(told))
    assert [v for v in row.values() if v[:1] in "=+-@" and v] == []


def test_a_table_of_a_bureaus_own_is_taken_in_whatever_its_headings_and_encoding(tmp_path):
    path = tmp_path / "目录.csv"
    path.write_bytes("资源名称,资源摘要,提供单位,更新周期,数据格式\r\n法人信息,企业登记,市监局,每日,xls\r\n社保缴纳,缴费记录,人社局,每月,\"库表,接口\"\r\n\r\n".encode("gb18030"))
    node = Workspace(tmp_path / "node")
    data = run(BY_PATH["data", "harvest"], Context(node), Harvest(str(path))).data
    assert (data["accepted"], data["mapping"]["资源名称"], data["mapping"]["更新周期"], data["mapping"]["数据格式"]) == (2, "title", "frequency", "format")
    (tmp_path / "twice.csv").write_text("title,title\na,b\n")
    assert run(BY_PATH["data", "harvest"], Context(node), Harvest(str(tmp_path / "twice.csv"))).data["quarantined"] == 1


SEVERAL = [Record(f"urn:d:{n}", title=(Word(f"Wells of parish {n}"),), description=(Word("deep"),), keyword=(Word("water"),), publisher=Agent("Water Board" if n % 2 else "Roads"), theme=(Term("Ground"),),
                  license=Term("", "https://spdx.org/licenses/CC-BY-4.0"), resources=(Resource(f"urn:d:{n}#r", access_url=(Term("", "https://f.example/a.csv"),)),)) for n in range(30)]
CLOSED = [Record("urn:c:1", title=(Word("Closed"),), sharing="none"),
          Record("urn:c:2", title=(Word("Closed, too"),), access_rights=Term("", "http://publications.europa.eu/resource/authority/access-right/NON_PUBLIC")),
          Record("urn:c:3", title=(Word("也不开放"),), access_rights=Term("不公开"))]


@pytest.fixture(scope="module")
def giver(tmp_path_factory) -> Iterator[TestClient[Any]]:
    node = Workspace(tmp_path_factory.mktemp("giver") / "node")
    source = tmp_path_factory.mktemp("records") / "all.json"
    source.write_bytes(msgspec.json.encode([giving.package(r.address, r) for r in (*SEVERAL, *CLOSED)]))
    run(BY_PATH["data", "harvest"], Context(node), Harvest(str(source)))
    with TestClient(application(node)) as client:
        yield client


def asked(client: TestClient[Any], path: str) -> Any:
    answer = client.get(f"/catalogue/ckan/api/3/action/{path}")
    return answer.json()["result"] if answer.status_code == 200 else answer.status_code


def test_a_harvester_of_ckan_finds_its_way_through_and_sees_public_records_only(giver):
    first = asked(giver, "package_search?rows=20&start=0&sort=name+asc")
    second = asked(giver, "package_search?rows=20&start=20")
    assert (first["count"], len(first["results"]), len(second["results"])) == (30, 20, 10)
    names = asked(giver, "package_list")
    assert [p["name"] for p in (*first["results"], *second["results"])] == names
    one = asked(giver, f"package_show?id={names[0]}")
    assert (one["name"], one["private"], one["license_id"], one["resources"][0]["url"]) == (names[0], False, "CC-BY-4.0", "https://f.example/a.csv")
    assert asked(giver, f"package_show?id={one['id']}") == one
    assert asked(giver, f"package_search?fq=organization:{giving.called('Roads')}")["count"] == 15
    assert asked(giver, 'package_search?fq=organization:"Water+Board"')["count"] == 15
    assert asked(giver, "package_search?q=parish+7")["count"] == 3  # 7, 17, 27
    assert asked(giver, "package_search?fq=whatever:x")["count"] == 0
    assert (asked(giver, "package_show?id=nothing"), asked(giver, "package_create"), asked(giver, "status_show")["ckan_version"][:1]) == (404, 404, "2")
    whole = json.dumps(asked(giver, "package_search?rows=1000"), ensure_ascii=False)
    assert not any(word in whole for word in ("Closed", "也不开放"))
    tag = giver.get("/catalogue/ckan/api/3/action/package_list").headers["etag"]
    assert giver.get("/catalogue/ckan/api/3/action/package_list", headers={"If-None-Match": tag}).status_code == 304


@contextmanager
def before(client: TestClient[Any]) -> Iterator[str]:
    """A node on a real socket."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = client.get(self.path, headers={k: v for k, v in self.headers.items() if k.lower() in ("if-none-match", "accept")})
            self.send_response(answer.status_code)
            for name in ("content-type", "etag"):
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Nothing is told."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_one_node_takes_in_anothers_catalogue_whole_and_the_second_time_nothing(giver, tmp_path: Path):
    node = Workspace(tmp_path / "taker")
    node.establish()
    with before(giver) as address:
        (node.folder / "jingwei.toml").write_text(f'[harvest]\nhosts = ["{address.removeprefix("http://")}=127.0.0.0/8"]\ninterval = 0.0\n')
        data = run(BY_PATH["data", "harvest"], Context(node), Harvest(f"{address}/catalogue/ckan", "neighbour")).data
        assert (data["accepted"], data["quarantined"]) == (30, 0)
        with node.store.read() as connection:
            assert sorted((r for _, r in records.current(connection)), key=lambda r: r.address) == sorted(SEVERAL, key=lambda r: r.address)
        again = run(BY_PATH["data", "harvest"], Context(node), Harvest(f"{address}/catalogue/ckan", "neighbour")).data
        assert (again["parsed"], again["written"], again["pages_same"]) == (0, 0, again["pages"])

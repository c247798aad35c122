"""Catalogues on the network: every kind of service, and a server that does everything wrong."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from badly_behaved import Served, served

from jingwei.coordination.jobs.nightly import work_of_a_night
from jingwei.foundations.data.catalogue import ACTIONS, records
from jingwei.foundations.data.catalogue.fetching import Allowed
from jingwei.foundations.data.catalogue.model import AddSource, Harvest, RemoveSource
from jingwei.kernel.actions import Context, run
from jingwei.kernel.pillar import Nothing
from jingwei.kernel.problems import Problem, Unreadable
from jingwei.kernel.settings import Settings
from jingwei.kernel.workspace import Workspace

BY_PATH = {a.path: a for a in ACTIONS}


@pytest.fixture
def small(tmp_path: Path) -> Workspace:
    """A node on SQLite: what the network does is the same for either database."""
    return Workspace(tmp_path / "small")


@pytest.fixture
def server() -> Iterator[Served]:
    with served() as one:
        yield one


def told(node: Workspace, server: Served, **limits: Any) -> None:
    """The settings that let this node ask that server."""
    node.establish()
    more = "".join(f"{k} = {v}\n" for k, v in {"interval": 0.0, "timeout": 5.0, **limits}.items())
    path = node.folder / "jingwei.toml"
    path.write_text(path.read_text() + f'[harvest]\nhosts = ["127.0.0.1:{server.server_port}=127.0.0.0/8"]\n{more}')


@pytest.fixture
def here(small: Workspace, server: Served) -> Workspace:
    told(small, server)
    return small


def harvest(node: Workspace, address: str, **given: Any) -> dict[str, Any]:
    clock = given.pop("clock", None)
    context = Context(node, dry_run=given.pop("dry_run", False), **({"clock": clock} if clock else {}))
    data: dict[str, Any] = run(BY_PATH["data", "harvest"], context, Harvest(address, given.pop("name", "wells"), **given)).data
    return data


def titles(node: Workspace) -> set[str]:
    with node.store.read() as connection:
        return {r.name() for _, r in records.current(connection)}


@pytest.mark.parametrize("address", ["/api/3/action/package_search", "/items", "/csw?service=CSW", "/csw?service=CSW&version=3.0.0", "/dcat", "/data.json"])
def test_every_kind_of_service_is_known_by_what_it_answers_and_taken_in_page_by_page(here, server, address):
    data = harvest(here, server.address + address)
    assert (data["read"], data["accepted"], data["pages"]) == (25, 25, 1 if address == "/data.json" else 3)
    assert titles(here) == {f"Wells of parish {n}" for n in range(25)}
    before = here.ledger.size()
    again = harvest(here, server.address + address)
    assert (again["parsed"], again["written"], again["pages_same"], here.ledger.size()) == (0, 0, data["pages"], before)
    server.packages[3]["title"] = "Wells, told anew"
    del server.packages[20]
    third = harvest(here, server.address + address)
    assert {k: third[k] for k in ("new", "changed", "gone", "read")} == {"new": 0, "changed": 1, "gone": 1, "read": 24}


def test_what_csw_says_of_places_subjects_and_services_is_in_the_record(here, server):
    harvest(here, f"{server.address}/csw?service=CSW")
    with here.store.read() as connection:
        one = records.current(connection)[0][1]
    assert ([w.text for w in one.keyword], one.spatial[0].label, one.resources[0].access_url[0].address) == (["water", "wells"], "1 2 3 4", "https://w.example/id-000")


def test_blank_nodes_of_two_pages_stay_two(here, server):
    harvest(here, f"{server.address}/dcat")
    with here.store.read() as connection:
        assert {r.publisher.name for _, r in records.current(connection) if r.publisher} == {"P1", "P2", "P3"}


def test_a_page_that_did_not_change_is_not_sent_again(here, server):
    harvest(here, f"{server.address}/api/3/action")
    server.packages[15]["notes"] = "changed"
    data = harvest(here, f"{server.address}/api/3/action")
    assert (data["pages"], data["pages_same"], data["parsed"], data["changed"]) == (3, 2, 1, 1)


def test_a_record_that_moves_to_another_page_stays_the_same_record(here, server):
    harvest(here, f"{server.address}/api/3/action")
    server.packages.insert(0, {"id": "id-new", "name": "a-new", "title": "New wells", "notes": "n"})
    data = harvest(here, f"{server.address}/api/3/action")
    assert {k: data[k] for k in ("new", "changed", "gone")} == {"new": 1, "changed": 0, "gone": 0}


@pytest.mark.parametrize("moods", [["busy"], ["busy", "busy"], ["cut"], ["packed"]])
def test_a_server_that_is_busy_or_breaks_off_is_asked_again_until_it_answers(here, server, moods):
    server.moods["10"] = list(moods)
    assert harvest(here, f"{server.address}/api/3/action")["accepted"] == 25


@pytest.mark.parametrize(("mood", "code"), [
    ("metadata", "host_not_listed"), ("elsewhere", "host_not_listed"), ("round", "too_many_redirects"), ("html", "unreadable"), ("bomb", "too_large"), ("busy_for_a_day", "refused_there"),
    ("same", "going_round"), ("empty", "incomplete")])
def test_what_a_server_does_wrong_is_said_and_nothing_is_taken_in_or_marked_as_gone(small, server, mood, code):
    told(small, server, page_bytes=1_000_000)
    harvest(small, f"{server.address}/api/3/action")
    before = titles(small)
    server.packages[0]["title"] = "Changed"
    server.moods["10"] = [mood] * 9
    with pytest.raises((Problem, Unreadable)) as problem:
        harvest(small, f"{server.address}/api/3/action")
    assert problem.value.code == code
    assert titles(small) == before
    server.moods.clear()
    assert harvest(small, f"{server.address}/api/3/action")["changed"] == 1, "and when it behaves again all goes on"


def test_a_server_that_drips_is_left_when_its_time_is_up(small, server):
    told(small, server, page_seconds=0.3)
    server.moods["0"] = ["slow"]
    with pytest.raises(Problem, match="had not answered in full"):
        harvest(small, f"{server.address}/api/3/action")


def test_a_server_that_breaks_off_every_time_is_given_up_and_the_next_harvest_goes_on_where_it_was(here, server):
    server.moods["20"] = ["cut"] * 4
    with pytest.raises(Problem, match="goes on where it stopped"):
        harvest(here, f"{server.address}/api/3/action")
    assert titles(here) == set()
    asked = {k: v for k, v in server.asked.items() if "start=20" not in k}
    assert harvest(here, f"{server.address}/api/3/action")["accepted"] == 25
    assert {k: v for k, v in server.asked.items() if "start=20" not in k} == asked, "pages that came were not asked for again"


def test_a_harvest_killed_in_the_middle_goes_on_where_it_was(small, server):
    told(small, server, interval=0.15)
    address = f"{server.address}/api/3/action"
    worker = subprocess.Popen([sys.executable, "-c", "from jingwei.doors.cli import main; main()", "data", "harvest", address, "--name", "wells", "--workspace", str(small.folder)], stdout=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while server.asked.total() < 3 and worker.poll() is None and time.monotonic() < until:  # the third is asked once the second lies on the disk
        time.sleep(0.005)
    worker.kill()
    assert worker.wait() == -9
    assert titles(small) == set()
    assert harvest(small, address)["accepted"] == 25
    assert {n for path, n in server.asked.items() if "start=20" not in path} == {1}, "pages that came were not asked for again"


def test_a_harvest_killed_between_the_last_page_and_the_catalogue_is_finished_without_asking_again(here, server, monkeypatch):
    monkeypatch.setattr("jingwei.foundations.data.catalogue.actions._record", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        harvest(here, f"{server.address}/api/3/action")
    monkeypatch.undo()
    asked = server.asked.total()
    assert (harvest(here, f"{server.address}/api/3/action")["accepted"], server.asked.total()) == (25, asked)


def test_a_pass_of_the_day_before_yesterday_begins_anew(here, server):
    server.moods["20"] = ["cut"] * 4
    with pytest.raises(Problem):
        harvest(here, f"{server.address}/api/3/action")
    server.packages[0]["title"] = "Newer"
    later = datetime.now(UTC) + timedelta(days=2)
    harvest(here, f"{server.address}/api/3/action", clock=lambda: later)
    assert "Newer" in titles(here)


def test_links_to_the_next_page_that_lead_round_are_noticed(here, server):
    server.moods["/items"] = ["next_is_this"] * 3
    with pytest.raises(Problem, match="leads back"):
        harvest(here, f"{server.address}/items", kind="ogc")


def test_xml_with_entities_is_refused_on_the_network_and_in_a_file(here, server, tmp_path):
    server.moods["/csw"] = ["entities"]
    with pytest.raises(Problem, match="entities"):
        harvest(here, f"{server.address}/csw", kind="csw")
    (tmp_path / "bomb.rdf").write_text('<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>')
    (told_,) = harvest(here, str(tmp_path / "bomb.rdf"))["refused"]
    assert told_["code"] == "entities"


def test_an_empty_catalogue_is_not_taken_for_the_end_of_everything(here, server):
    harvest(here, f"{server.address}/api/3/action")
    server.packages.clear()
    with pytest.raises((Problem, Unreadable), match="end of everything"):
        harvest(here, f"{server.address}/api/3/action")
    with pytest.raises((Problem, Unreadable), match="end of everything"):
        harvest(here, f"{server.address}/data.json", kind="files")
    assert len(titles(here)) == 25


def test_a_rehearsal_fetches_and_leaves_nothing(here, server):
    data = harvest(here, f"{server.address}/api/3/action", dry_run=True)
    assert (data["accepted"], titles(here), (here.folder / "harvest").exists()) == (25, set(), False)


def test_nobody_is_asked_more_often_than_was_agreed(small, server):
    told(small, server, interval=0.2)
    harvest(small, f"{server.address}/api/3/action")
    assert min(b - a for a, b in zip(server.at, server.at[1:], strict=False)) > 0.15


# Where questions may go


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/", "http://localhost/", "http://[::1]/", "http://169.254.169.254/latest", "ftp://listed.example/", "http://user:pw@listed.example/", "http://listed.example:8080/",
                                     "http://listed.example\\@evil.example/", "http://evil.example/#listed.example", "http://listed.example.evil.example/", "file:///etc/passwd", "http:///nothing"])
def test_an_address_that_is_not_listed_is_not_asked(address):
    with pytest.raises(Problem) as problem:
        Allowed(("listed.example",)).check(address)
    assert problem.value.code in ("host_not_listed", "bad_address")


@pytest.mark.parametrize("leads_to", ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::1", "fd00::1", "::ffff:127.0.0.1", "0.0.0.0", "224.0.0.1", "64:ff9b::a9fe:a9fe", "100.64.0.1"])
def test_a_listed_name_that_leads_into_a_network_nobody_named_is_not_asked(leads_to, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", ("93.184.216.34", 80)), (0, 0, 0, "", (leads_to, 80))])
    with pytest.raises(Problem, match="no public address"):
        Allowed(("listed.example",)).resolved("listed.example", 80)
    if leads_to == "10.0.0.5":
        assert Allowed(("listed.example=10.0.0.0/24",)).resolved("listed.example", 80) == ["93.184.216.34", "10.0.0.5"]


def test_settings_say_what_is_wrong_with_a_host(tmp_path):
    (tmp_path / "jingwei.toml").write_text('[harvest]\nhosts = ["https://x.example"]\n')
    with pytest.raises(Problem, match=r"harvest\.hosts"):
        Settings.read(tmp_path)


# Every night


def test_registered_sources_are_harvested_at_night_and_one_that_fails_holds_up_no_other(node, server):
    told(node, server)
    assert "data harvest-sources" not in {" ".join(a.path) for a in work_of_a_night(node)}
    for name, path in (("one", "/api/3/action"), ("broken", "/nowhere"), ("two", "/data.json")):
        run(BY_PATH["data", "source-add"], Context(node), AddSource(server.address + path, name))
    assert "data harvest-sources" in {" ".join(a.path) for a in work_of_a_night(node)}
    result = run(BY_PATH["data", "harvest-sources"], Context(node), Nothing())
    assert (result.holds, [(s["name"], s["outcome"]) for s in result.data["sources"]]) == (False, [("broken", "refused_there"), ("one", "done"), ("two", "done")])
    run(BY_PATH["data", "harvest-sources"], Context(node), Nothing())
    kinds = [json.loads(e)["kind"] for _, e in node.ledger.entries()]
    assert (kinds.count("catalogue.harvested"), kinds.count("catalogue.harvest_failed")) == (2, 1), "the same failure again is no news"
    run(BY_PATH["data", "source-remove"], Context(node), RemoveSource("broken"))
    assert run(BY_PATH["data", "harvest-sources"], Context(node), Nothing()).holds
    assert [s["name"] for s in run(BY_PATH["data", "sources"], Context(node), Nothing()).data] == ["one", "two"]
    with pytest.raises(Problem, match="no source"):
        run(BY_PATH["data", "source-remove"], Context(node), RemoveSource("broken"))


def test_a_source_that_may_not_be_asked_cannot_be_registered(here):
    with pytest.raises(Problem, match="not a host to fetch from"):
        run(BY_PATH["data", "source-add"], Context(here), AddSource("https://elsewhere.example/"))
    with here.store.read() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM catalogue_registered")) == 0

"""A record that states how it is shared is offered on just these terms, asked for on its own page, and offered anew when it states others."""

from __future__ import annotations

import json
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from litestar.testing import TestClient

from jingwei.doors.portal.app import application
from jingwei.foundations.data.catalogue import actions, offering, records
from jingwei.foundations.data.catalogue.model import Harvest, OfferRecord
from jingwei.foundations.data.sharing import actions as sharing
from jingwei.foundations.data.sharing import asks
from jingwei.foundations.data.sharing.records import shared
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import CHINA
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import Dataset
from jingwei.kernel.people import Principal, Role
from jingwei.kernel.problems import Problem
from jingwei.kernel.workspace import Workspace

NOON = datetime(2026, 3, 2, 12, tzinfo=CHINA)
WELLS = {"title": {"zh": "水井台账", "en": "Register of wells"}, "identifier": "WELL-01", "organization": "water", "sharing_attribute": "有条件共享",
         "use_conditions": "抗旱调度", "columns": [{"name": "depth"}, {"name": "水位"}]}


class Bureau:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.context = Context(Workspace(folder / "node"), clock=lambda: NOON)
        self.context.workspace.establish()
        self.context.workspace.lake.append(Dataset("WELL-01", 1, {"depth": "float64", "水位": "float64", "owner": "string"}), [{"depth": 1.5, "水位": 2.0, "owner": "甲"}])

    def harvested(self, **over: Any) -> str:
        source = self.folder / "city"
        source.mkdir(exist_ok=True)
        (source / "wells.json").write_text(json.dumps({**WELLS, **over}, ensure_ascii=False), encoding="utf-8")
        actions.harvest(self.context, Harvest(str(source)))
        with self.context.workspace.store.read() as connection:
            ((one, _),) = records.current(connection)
        return one

    def offered(self, record: str, **over: Any) -> dict[str, Any]:
        return dict(offering.offer(self.context, OfferRecord(record, provider="water", **over)).data)

    def page(self, record: str) -> str:
        with TestClient(application(self.context.workspace)) as client:
            return unescape(client.get(f"/en/record?{urlencode({'id': record})}").text)


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    return Bureau(tmp_path)


def refused(code: str) -> Any:
    return pytest.raises(Problem, check=lambda p: p.code == code)


def test_the_terms_are_those_the_record_states_with_its_version_and_columns(bureau):
    record = bureau.harvested()
    assert bureau.offered(record) == {"data": "WELL-01", "attribute": "conditional", "changed": True, "written": True}
    terms = shared(bureau.context.workspace.ledger).offers["WELL-01"].terms
    assert (terms.name.zh, terms.provider, terms.conditions, terms.edition, list(terms.columns)) == ("水井台账", "water", "抗旱调度", 1, ["depth", "owner", "水位"])
    assert bureau.offered(record)["changed"] is False


def test_it_is_asked_for_on_its_own_page_with_the_columns_chosen_there(bureau, monkeypatch):
    record = bureau.harvested()
    assert "Offer these data on the terms the record states" in bureau.page(record)
    bureau.offered(record)
    assert "Ask for these data" not in bureau.page(record), "the bureau has not published it yet"
    sharing.publish(bureau.context, asks.PublishData("WELL-01"))
    page = bureau.page(record)
    assert "The terms are those of version 1 of this record." in page
    assert [f'name="columns" value="{c}"' in page for c in ("depth", "水位", "owner")] == [True] * 3
    health = Principal(f"p-{1:032x}", "health", (Role("sharer", Text("共享", "Sharing"), frozenset({"sharing.write"})),))
    monkeypatch.setattr("jingwei.doors.forms.principal_of", lambda _request: health)  # as if signed in
    with TestClient(application(bureau.context.workspace)) as client:
        form = unescape(client.get(f"/en/do/share/request?{urlencode([('data', 'WELL-01'), ('columns', 'depth'), ('columns', '水位')])}").text)
    assert 'value="WELL-01"' in form
    assert "depth\n水位" in form


def test_a_version_that_states_other_terms_says_so_until_it_is_offered_anew(bureau):
    record = bureau.harvested()
    bureau.offered(record)
    sharing.publish(bureau.context, asks.PublishData("WELL-01"))
    bureau.harvested(use_conditions="防汛与抗旱调度")
    assert "The record states others by now" in bureau.page(record)
    assert bureau.offered(record)["changed"] is True
    sharing.publish(bureau.context, asks.PublishData("WELL-01"))
    assert "The record states others by now" not in bureau.page(record)
    offer = shared(bureau.context.workspace.ledger).offers["WELL-01"]
    assert (offer.published.edition, offer.published.conditions, len(offer.rounds)) == (2, "防汛与抗旱调度", 2)


def test_what_the_record_does_not_state_is_not_made_up(bureau):
    with refused("no_attribute"):
        bureau.offered(bureau.harvested(sharing_attribute=""))
    with refused("no_conditions"):
        bureau.offered(bureau.harvested(use_conditions=""))
    with refused("no_legal_basis"):
        bureau.offered(bureau.harvested(sharing_attribute="不予共享", sharing_basis="领导不同意"))
    record = bureau.harvested()
    with refused("unknown_dataset"):
        bureau.offered(record, dataset="people")
    with refused("unknown_organisation"):
        offering.offer(bureau.context, OfferRecord(record))


def test_data_that_a_law_keeps_back_cannot_be_asked_for_on_their_page(bureau):
    record = bureau.harvested(sharing_attribute="不予共享", sharing_basis="《中华人民共和国数据安全法》第二十一条")
    bureau.offered(record)
    sharing.publish(bureau.context, asks.PublishData("WELL-01"))
    page = bureau.page(record)
    assert "not shared" in page
    assert "Ask for these data" not in page

"""What a node says of its things: listed, proved against what its own data room offers, refused at deployment when a form asks what is held."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jingwei.foundations.data.sharing.actions import publish, tell_terms
from jingwei.foundations.data.sharing.asks import PublishData
from jingwei.foundations.data.sharing.model import Attribute, Terms
from jingwei.integrations.government.cases import actions as cases
from jingwei.integrations.government.cases.asks import DeployThing
from jingwei.integrations.government.cases.deployments import newest
from jingwei.integrations.government.cases.records import changing
from jingwei.integrations.government.evidence import actions, links
from jingwei.integrations.government.evidence.planner import sharing_as_declared
from jingwei.integrations.government.things import reading
from jingwei.integrations.government.things.actions import things
from jingwei.integrations.government.things.asks import AskThing, AskThings
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem
from jingwei.kernel.workspace import Workspace

NEWBORN = AskThing("newborn")
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return Context(Workspace(tmp_path), "en")


def offered(context: Context, dataset: str, attribute: Attribute) -> None:
    tell_terms(context, Terms("CARD-01", Text("持卡人账户", "Accounts of card holders"), "social_security", "bureau", dataset, 1, {"account": "string"}, attribute,
                              "benefits" if attribute == "conditional" else "", "社会保险法第八十一条" if attribute == "none" else ""))
    publish(context, PublishData("CARD-01"))


def placed(context: Context, name: str, changed: tuple[str, str, str] = ("thing.toml", "", "")) -> None:
    folder = context.workspace.folder / "things" / name
    folder.mkdir(parents=True)
    for file, content in reading.bundled_files("newborn").items():
        (folder / file).write_bytes(content.replace(changed[1].encode(), changed[2].encode(), 1) if file == changed[0] else content)


def test_a_nodes_things_are_those_of_the_package_and_its_own_folders(context):
    placed(context, "born_here")
    listed = things(context, AskThings()).data
    assert [t["thing"] for t in listed] == sorted([*reading.bundled(), "born_here"])


def test_a_folder_that_cannot_be_read_is_listed_with_its_fault(context):
    placed(context, "broken", ("thing.toml", 'task = "vaccination"', 'task = "vaccine"'))
    fault = next(t["fault"] for t in things(context, AskThings()).data if t["thing"] == "broken")
    assert fault["instance"] == "broken/thing.toml, item.task"


def test_a_bureaus_own_folder_goes_before_the_packages_of_the_same_name(context):
    placed(context, "newborn", ("thing.toml", 'version = "2026.1"', 'version = "2026.county"'))
    assert things(context, AskThings("newborn")).data["version"] == "2026.county"


@pytest.mark.parametrize("name", ["../newborn", "newborne", "", "."])
def test_a_thing_nobody_has_is_refused(context, name):
    with pytest.raises(Problem):
        actions.prove(context, AskThing(name))


def test_the_report_of_the_proof_counts_the_questions_each_provider_saves(context):
    result = actions.prove(context, NEWBORN)
    assert result.holds and result.data["holds"]
    by_provider = {s["provider"] for s in result.data["saved"]}
    assert by_provider == {"births", "marriages", "population", "assistance"}
    assert "City health commission, birth_certificates: 5" in result.report
    assert result.data["handed_in"] == []


def test_a_dataset_offered_in_the_data_room_makes_the_old_form_ask_in_vain_and_its_deployment_fail(context):
    assert cases.deploy(context, DeployThing("newborn")).data["version"] == 1
    offered(context, "social_card_accounts", "conditional")
    result = actions.prove(context, NEWBORN)
    assert not result.holds
    assert [(s["fact"], s["provider"], s["dataset"], s["sharing"]) for s in result.data["in_vain"]] == [("subsidy_account", "cards", "social_card_accounts", "conditional")]
    with pytest.raises(Problem, match=r"subsidy_account.*social_card_accounts"):
        cases.deploy(context, DeployThing("newborn"))


def test_a_dataset_the_data_room_may_not_share_supplies_nothing(context):
    offered(context, "low_income_register", "none")
    result = actions.prove(context, NEWBORN)
    assert not result.holds and result.data["unsupplied"] == ["low_income"]


def test_the_links_needed_are_those_of_the_evidence_between_two_departments(context):
    told = actions.connections(context, NEWBORN).data
    pairs = {(link["asker"], link["provider"]): link["state"] for link in told["links"]}
    assert pairs["police", "births"] == "untried" and pairs["insurance", "cards"] == "absent"
    assert ("police", "population") not in pairs  # it holds that itself
    assert told["answering"] == 0 and told["needed"] == len(pairs)


def test_a_link_stands_as_its_newest_fetch_left_it():
    thing = reading.read(reading.bundled_files("newborn"), "newborn")
    told = [("births", NOW + timedelta(hours=1), "EDM:ERR:0005"), ("births", NOW, ""), ("marriages", NOW, "EDM:ERR:0004"), ("marriages", NOW + timedelta(hours=1), "")]
    found = links.matrix(thing, sharing_as_declared(thing), links.newest(told))
    states = {link.provider: (link.state, link.code) for link in found}
    assert states["births"] == ("fails", "EDM:ERR:0005") and states["marriages"] == ("answers", "")


def test_evidence_fetched_inside_a_case_is_what_says_that_a_link_answers(context):
    cases.deploy(context, DeployThing("newborn"))
    with changing(context) as desk:
        live = desk.start(newest(desk.connection, "newborn"), {"applicant_relation": "mother"}, channel="web", key="one")
        for provider, code in (("births", ""), ("assistance", "EDM:ERR:0005")):
            desk.note(live, "fetched", channel="web", detail={"evidence": "birth_record", "provider": provider, "department": "health", "code": code, "facts": []})
    told = actions.connections(context, NEWBORN).data
    states = {(link["provider"], link["state"], link["code"]) for link in told["links"]}
    assert {("births", "answers", ""), ("assistance", "fails", "EDM:ERR:0005"), ("marriages", "untried", "")} <= states
    assert told["answering"] == sum(link["provider"] == "births" for link in told["links"]) > 0

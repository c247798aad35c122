"""Who may do what, and what needs two."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingwei import plan
from jingwei.kernel.clock import CHINA
from jingwei.kernel.i18n import Text
from jingwei.kernel.people import (
    ANONYMOUS,
    LOCAL,
    Approval,
    Organisation,
    Organisations,
    Principal,
    Role,
    ask,
    demand,
    may,
    needs_second,
)
from jingwei.kernel.problems import Problem

NOW = datetime(2026, 3, 4, 9, tzinfo=CHINA)
HOUR = timedelta(hours=1)


def body(name: str, level: str, parent: str | None = None, kind: str = "bureau") -> Organisation:
    return Organisation(name, Text(name, name), kind, level, "440000", parent)


ORGANISATIONS = Organisations([body("nda", "nation"), body("gd", "province", "nda"), body("gz", "city", "gd"),
                               body("sz", "city", "gd"), body("tax", "city", "gz", "department")])
KEEPER = Role("keeper", Text("保管", "keeper"), frozenset({"ledger.erase", "findings.release"}))


def person(n: int, organisation: str = "gz", *roles: Role) -> Principal:
    return Principal(f"p-{n:032x}", organisation, roles)


ASKER, SECOND = person(1, "gz", KEEPER), person(2, "gz", KEEPER)


def asked(**over: object) -> Approval:
    given = {"principal": ASKER, "scope": "ledger.erase", "digest": "sha256:a", "key": "k1", "at": NOW, "valid_for": HOUR} | over
    return ask(**given)


@pytest.mark.parametrize("effect", ["read", "write", "irreversible"])
def test_every_action_of_every_room_is_open_to_local_and_to_anonymous_only_where_public_and_read(effect):
    scopes = {action.scope for pillar in plan.pillars() for action in pillar.actions} | {"ledger.erase"}
    assert "public" in scopes
    assert all(may(LOCAL, scope, effect) for scope in scopes)
    assert {scope for scope in scopes if may(ANONYMOUS, scope, effect)} == ({"public"} if effect == "read" else set())


@given(st.frozensets(st.sampled_from(["a.read", "a.write", "b.read"])), st.sampled_from(["a.read", "a.write", "b.read"]))
def test_a_principal_may_do_what_a_role_of_theirs_says_and_nothing_else(scopes, scope):
    assert may(person(1, "gz", Role("r", Text("r", "r"), scopes)), scope, "write") == (scope in scopes)
    assert not may(person(1), scope)
    assert not may(Principal("anonymous", "public", (Role("r", Text("r", "r"), scopes),)), scope)


def test_the_word_public_in_a_role_gives_no_right_to_write():
    assert not may(person(1, "gz", Role("r", Text("r", "r"), frozenset({"public"}))), "public", "write")


def test_a_refusal_names_the_scope_that_is_missing():
    with pytest.raises(Problem, match=r"index\.build") as raised:
        demand(person(1), "index.build", "write")
    assert raised.value.code == "not_permitted"
    assert "index.build" in raised.value.remedy.en


@pytest.mark.parametrize("scope", ["", "*", "index.*", "Index.build", "index", "a.b.c", "public "])
def test_a_scope_that_is_none_is_refused_even_to_local(scope):
    with pytest.raises(Problem, match=r"room\.verb"):
        may(LOCAL, scope)
    with pytest.raises(Problem, match=r"room\.verb"):
        Role("r", Text("r", "r"), frozenset({scope}))


@pytest.mark.parametrize("name", ["张三", "13800138000", "a@b.cn", "44010119900101123X", "p-13800138000", "p-" + "A" * 32, "", "LOCAL"])
def test_nothing_personal_can_be_a_principals_id(name):
    with pytest.raises(Problem, match="pseudonym") as raised:
        Principal(name, "gz")
    assert not name or name not in str(raised.value)


@pytest.mark.parametrize(("known", "why"), [
    ([body("a", "city"), body("a", "city")], "taken"), ([body("public", "city")], "taken"), ([body("a", "city", "b")], "not known"),
    ([body("a", "city", "b"), body("b", "county")], "lower level"), ([body("a", "city", "a")], "own superior"),
    ([body("a", "city", "b"), body("b", "city", "c"), body("c", "city", "a")], "own superior")])
def test_organisations_that_form_no_tree_are_refused(known, why):
    with pytest.raises(Problem, match=why):
        Organisations(known)


def test_superiors_are_named_from_the_nearest_up():
    assert [o.id for o in ORGANISATIONS.superiors("tax")] == ["gz", "gd", "nda"]
    with pytest.raises(Problem, match="Did you mean tax"):
        ORGANISATIONS["taxx"]


@pytest.mark.parametrize(("one", "other", "holds"), [
    ("gz", "gz", True), ("gd", "tax", True), ("nda", "tax", True), ("tax", "gz", False), ("sz", "gz", False), ("", "", False),
    ("unknown", "unknown", False), ("gd", "unknown", False)])
def test_one_stands_over_another_only_along_the_line_of_parents(one, other, holds):
    assert ORGANISATIONS.over(one, other) is holds


def test_what_cannot_be_undone_is_asked_by_one_confirmed_by_another_and_done_once():
    waiting = asked()
    confirmed = waiting.confirm(SECOND, NOW + HOUR / 2, ORGANISATIONS)
    used = confirmed.use(ASKER, "sha256:a", NOW + HOUR / 2)
    assert [a.phase(NOW + HOUR / 2) for a in (waiting, confirmed, used)] == ["waiting", "confirmed", "used"]
    assert (used.asked_by, used.confirmed_by) == (ASKER.id, SECOND.id)
    with pytest.raises(Problem, match="used"):
        used.use(ASKER, "sha256:a", NOW + HOUR / 2)
    with pytest.raises(Problem, match="used"):
        used.confirm(SECOND, NOW + HOUR / 2, ORGANISATIONS)


@pytest.mark.parametrize(("by", "code"), [
    (ASKER, "same_person"), (Principal(ASKER.id, "gd", (KEEPER,)), "same_person"), (person(3, "sz", KEEPER), "not_superior"),
    (person(3, "tax", KEEPER), "not_superior"), (person(3, "", KEEPER), "not_superior"), (LOCAL, "not_superior"),
    (ANONYMOUS, "not_superior"), (person(3, "gz"), "not_permitted"), (person(3, "gd"), "not_permitted")])
def test_nobody_confirms_their_own_request_or_from_beside_or_below_or_without_the_scope(by, code):
    with pytest.raises(Problem) as raised:
        asked().confirm(by, NOW, ORGANISATIONS)
    assert raised.value.code == code


def test_someone_of_a_superior_organisation_may_confirm():
    assert asked().confirm(person(3, "nda", KEEPER), NOW, ORGANISATIONS).phase(NOW) == "confirmed"


@given(st.integers(0, 7200), st.integers(0, 7200))
def test_a_request_is_worth_nothing_once_its_time_is_over_confirmed_or_not(confirmed_after, used_after):
    waiting, when = asked(), NOW + timedelta(seconds=confirmed_after)
    if confirmed_after >= 3600:
        with pytest.raises(Problem, match="expired"):
            waiting.confirm(SECOND, when, ORGANISATIONS)
        return
    confirmed, then = waiting.confirm(SECOND, when, ORGANISATIONS), NOW + timedelta(seconds=used_after)
    if used_after >= 3600 or used_after < confirmed_after:
        with pytest.raises(Problem, match=r"expired|waiting"):
            confirmed.use(ASKER, "sha256:a", then)
    else:
        assert confirmed.use(ASKER, "sha256:a", then).used_at == then


@pytest.mark.parametrize(("by", "digest", "code"), [
    (ASKER, "sha256:b", "key_reused"), (SECOND, "sha256:a", "key_reused"), (Principal(ASKER.id, "gz"), "sha256:a", "not_permitted")])
def test_a_confirmation_serves_only_who_asked_for_what_they_asked_while_they_hold_the_scope(by, digest, code):
    with pytest.raises(Problem) as raised:
        asked().confirm(SECOND, NOW, ORGANISATIONS).use(by, digest, NOW)
    assert raised.value.code == code


def test_nothing_is_done_before_it_is_confirmed():
    with pytest.raises(Problem, match="waiting, not confirmed"):
        asked().use(ASKER, "sha256:a", NOW)


def test_the_same_request_sent_twice_is_one_and_its_key_serves_no_other():
    first = asked()
    assert first.again(ASKER, "ledger.erase", "sha256:a") is first
    for other in ((SECOND, "ledger.erase", "sha256:a"), (ASKER, "findings.release", "sha256:a"), (ASKER, "ledger.erase", "sha256:b")):
        with pytest.raises(Problem, match="another request"):
            first.again(*other)


@pytest.mark.parametrize("over", [{"key": ""}, {"digest": ""}, {"valid_for": timedelta(0)}, {"principal": person(3)},
                                  {"principal": ANONYMOUS}, {"at": NOW.replace(tzinfo=None)}])
def test_a_request_without_key_content_time_zone_or_scope_is_refused(over):
    with pytest.raises(Problem):
        asked(**over)


def test_only_what_cannot_be_undone_needs_a_second_person_and_not_on_a_node_of_ones_own():
    assert [needs_second(ASKER, e) for e in ("read", "write", "irreversible")] == [False, False, True]
    assert not needs_second(LOCAL, "irreversible")

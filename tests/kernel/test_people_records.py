"""Organisations, roles, principals, requests and grants come out of the store as they went in, on either database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from jingwei.kernel import people_records as records
from jingwei.kernel.access import All, Denial, Equal, Exact, Grant, Hashed, Not, Rounded, Some, Subject, Within
from jingwei.kernel.clock import CHINA
from jingwei.kernel.i18n import Text
from jingwei.kernel.people import ANONYMOUS, LOCAL, Organisation, Principal, Role, ask, may
from jingwei.kernel.problems import Problem

NOW = datetime(2026, 3, 4, 9, tzinfo=CHINA)
HOUR = timedelta(hours=1)
GD = Organisation("gd", Text("广东省政务和数据局", "Guangdong data bureau"), "bureau", "province", "440000")
GZ = Organisation("gz", Text("广州市政务和数据局", "Guangzhou data bureau"), "bureau", "city", "440100", "gd")
KEEPER = Role("keeper", Text("保管", "keeper"), frozenset({"ledger.erase", "findings.release"}))
ASKER, SECOND = (Principal(f"p-{n:032x}", "gz", (KEEPER,)) for n in (1, 2))
GRANT = Grant("g1", Subject("organisation", "gz"), "duty", "people", {"name": Hashed(), "income": Rounded(0.5), "id": Exact()}, "条例 21",
              date(2026, 1, 1), rows=All((Within("place", "440000"), Not(Some((Equal("grade", 3), Equal("known", True)))))), salt="5a" * 16)
DENIAL = Denial("d1", Subject("role", "keeper"), "people", "数据安全法 21", date(2026, 1, 1), columns=frozenset({"name"}))


@pytest.fixture
def kept(node) -> Iterator[sa.Connection]:
    with node.store.write() as connection:
        for one in (GD, GZ):
            records.keep_organisation(connection, one)
        records.keep_role(connection, KEEPER)
        for one in (ASKER, SECOND):
            records.keep_principal(connection, one)
        yield connection


def test_what_is_kept_comes_back_the_same(kept):
    assert sorted(records.organisations(kept), key=lambda o: o.id) == [GD, GZ]
    assert records.principal(kept, ASKER.id) == ASKER


def test_a_role_that_loses_a_scope_loses_it_for_whoever_holds_it(kept):
    records.keep_role(kept, Role("keeper", KEEPER.name, frozenset({"findings.release"})))
    assert not may(records.principal(kept, ASKER.id), "ledger.erase", "irreversible")
    records.keep_principal(kept, Principal(ASKER.id, "gd"))
    assert records.principal(kept, ASKER.id) == Principal(ASKER.id, "gd")


@pytest.mark.parametrize("name", ["local", "anonymous", f"p-{9:032x}", "' OR 1=1 --"])
def test_nobody_becomes_local_by_asking_the_store(kept, name):
    with pytest.raises(Problem, match="nobody is known"):
        records.principal(kept, name)


@pytest.mark.parametrize("one", [LOCAL, ANONYMOUS])
def test_what_every_node_has_of_its_own_is_not_kept(kept, one):
    with pytest.raises(Problem, match="own"):
        records.keep_principal(kept, one)


def test_organisations_that_would_form_a_circle_are_not_kept(kept):
    with pytest.raises(Problem, match=r"own superior|lower level"):
        records.keep_organisation(kept, Organisation("gd", GD.name, "bureau", "city", "440000", "gz"))
    with pytest.raises(Problem, match="there is no organisation"):
        records.keep_principal(kept, Principal(f"p-{3:032x}", "nowhere"))
    assert sorted(records.organisations(kept), key=lambda o: o.id) == [GD, GZ]


def test_a_request_goes_through_the_store_once_whoever_repeats_a_step(kept):
    asked = ask(ASKER, "ledger.erase", "sha256:a", "k1", NOW, HOUR)
    assert records.file_request(kept, asked, ASKER) == records.file_request(kept, ask(ASKER, "ledger.erase", "sha256:a", "k1", NOW + HOUR, HOUR), ASKER) == asked
    with pytest.raises(Problem, match="another request"):
        records.file_request(kept, ask(ASKER, "ledger.erase", "sha256:b", "k1", NOW, HOUR), ASKER)
    confirmed = asked.confirm(SECOND, NOW, records.organisations(kept))
    records.advance(kept, asked, confirmed)
    with pytest.raises(Problem, match="changed in the meantime"):
        records.advance(kept, asked, confirmed)
    used = confirmed.use(ASKER, "sha256:a", NOW)
    records.advance(kept, confirmed, used)
    with pytest.raises(Problem, match="changed in the meantime"):
        records.advance(kept, confirmed, used)
    assert records.approval(kept, "k1") == used
    assert records.approval(kept, "k2") is None


def test_of_two_who_use_one_confirmation_at_once_one_succeeds(node):
    asked = ask(ASKER, "ledger.erase", "sha256:a", "k1", NOW, HOUR)
    with node.store.write() as connection:
        for one in (GD, GZ):
            records.keep_organisation(connection, one)
        records.file_request(connection, asked, ASKER)
        confirmed = asked.confirm(SECOND, NOW, records.organisations(connection))
        records.advance(connection, asked, confirmed)
    told: list[str] = []

    def use() -> None:
        try:
            with node.store.write() as connection:
                records.advance(connection, confirmed, confirmed.use(ASKER, "sha256:a", NOW))
            told.append("used")
        except Problem as problem:
            told.append(problem.code)

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["bad_approval"] * 3 + ["used"]


def test_grants_and_denials_come_back_the_same_and_hold_until_withdrawn(kept):
    records.give(kept, GRANT, NOW)
    records.give(kept, DENIAL, NOW + HOUR)
    assert [records.rules(kept, "people", NOW + n * HOUR) for n in (-1, 0, 1)] == [[], [GRANT], [DENIAL, GRANT]]
    assert records.rules(kept, "firms", NOW + HOUR) == []
    records.withdraw(kept, "g1", NOW + 2 * HOUR)
    assert [records.rules(kept, "people", NOW + n * HOUR) for n in (1, 2)] == [[DENIAL, GRANT], [DENIAL]]
    with pytest.raises(Problem, match="in force"):
        records.withdraw(kept, "g1", NOW + 3 * HOUR)
    with pytest.raises(Problem, match="given before"):
        records.give(kept, GRANT, NOW + 3 * HOUR)


def test_a_change_that_fails_leaves_nothing_behind(node):
    with pytest.raises(ZeroDivisionError), node.store.write() as connection:
        records.give(connection, GRANT, NOW)
        raise ZeroDivisionError
    with node.store.read() as connection:
        assert records.rules(connection, "people", NOW + HOUR) == []

"""Who goes away and comes back finds everything; who has not the secret finds nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from jingwei.integrations.government.forms import drafts
from jingwei.integrations.government.forms.drafts import Draft, Known
from jingwei.kernel.store import Store

AT = datetime(2026, 3, 2, tzinfo=UTC)
RECORD = Known("birth_record", "births", "health", "2026-03-01T09:00:00+08:00", {"child_sex": "female", "child_order": 1}, "sha256:0")


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


def test_who_has_number_and_secret_finds_everything_again(store):
    with store.write() as connection:
        draft, secret = drafts.begin(connection, "newborn", 1, AT)
        full = replace(draft, known=(RECORD,), looked=True, disputed=("child_order",), asked=("child_name",), answers={"child_name": "王小明", "post_address": None})
        drafts.keep(connection, full, secret, AT)
    with store.read() as connection:
        assert drafts.opened(connection, draft.number, secret, AT) == full
        as_typed = f"  {draft.number.upper().replace('0', 'O')} ", secret.upper().replace("-", "　").replace("1", "l")
        assert drafts.opened(connection, *as_typed, AT) == full
        assert drafts.opened(connection, draft.number, "0000-0000-0000-0000", AT) is None
        assert drafts.opened(connection, "J-0000-0000", secret, AT) is None


def test_the_store_tells_nobody_what_was_answered(store, tmp_path):
    with store.write() as connection:
        draft, secret = drafts.begin(connection, "newborn", 1, AT)
        drafts.keep(connection, replace(draft, answers={"child_name": "Wang Xiaoming"}), secret, AT)
    store.settle()
    held = (tmp_path / "store.db").read_bytes()
    assert b"Wang Xiaoming" not in held and secret.encode() not in held


def test_a_draft_goes_when_it_is_erased_or_nobody_touches_it(store):
    with store.write() as connection:
        old, secret = drafts.begin(connection, "newborn", 1, AT)
        kept, other = drafts.begin(connection, "newborn", 1, AT)
        gone, _ = drafts.begin(connection, "newborn", 1, AT)
        drafts.erase(connection, gone.number)
        drafts.keep(connection, drafts.handed_in(kept, "C-1"), other, AT)
        later = AT + drafts.KEPT_FOR + timedelta(seconds=1)
        assert drafts.opened(connection, old.number, secret, later) is None
        drafts.begin(connection, "newborn", 1, later)
        there = set(connection.scalars(sa.select(drafts.D.number)))
        assert {old.number, gone.number}.isdisjoint(there) and kept.number in there
        followed = drafts.opened(connection, kept.number, other, later)
        assert followed is not None and followed.case == "C-1" and not followed.answers


def test_what_two_departments_tell_differently_is_taken_from_neither():
    other = replace(RECORD, evidence="household", facts={"child_sex": "male", "child_order": 1})
    draft = Draft("J-0", "newborn", 1, login={"applicant_name": "李梅"}, known=(RECORD, other))
    assert draft.accepted() == {"applicant_name": "李梅", "child_order": 1}
    assert replace(draft, known=(RECORD,), disputed=("child_order",)).accepted() == {"applicant_name": "李梅", "child_sex": "female"}

"""Records of one person are found though names, numbers and days are miswritten; what was found is told pair by pair and comes out the same again."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from itertools import combinations

import pyarrow as pa
import pytest
from febrl_like import COLUMNS, RULES, truth, two_files
from hypothesis import given
from hypothesis import strategies as st

from jingwei.foundations.data.banks.agreement import agreement
from jingwei.foundations.data.banks.linkage import Linked, Rules, clean, link
from jingwei.kernel.problems import NotAssessable, Problem


def linked(size: int, seed: int) -> Linked:
    originals, copies = two_files(size, seed)
    schema = pa.schema([(c, pa.string()) for c in ("record", *COLUMNS)])
    return link({"a": pa.Table.from_pylist(originals, schema=schema), "b": pa.Table.from_pylist(copies, schema=schema)}, RULES, seed=seed)


@pytest.fixture(scope="module")
def found() -> Linked:
    return linked(1000, 1)


@pytest.mark.oracle("bank link")
def test_a_thousand_people_written_twice_with_slips_are_found_again(found):
    held = agreement(found.clusters, truth(list(found.clusters)))
    assert held.f1 >= 0.995
    assert held.precision >= RULES.precision


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(3))
def test_five_thousand_people_written_twice_are_found_again(seed):
    held = linked_agreement(linked(5000, seed))
    print(held)
    assert held.f1 >= 0.995


def linked_agreement(one: Linked):
    return agreement(one.clusters, truth(list(one.clusters)))


def test_the_same_records_in_another_order_give_the_same_pairs_to_the_last_bit(found):
    originals, copies = two_files(1000, 1)
    schema = pa.schema([(c, pa.string()) for c in ("record", *COLUMNS)])
    again = link({"a": pa.Table.from_pylist(originals[::-1], schema=schema), "b": pa.Table.from_pylist(copies[::-1], schema=schema)}, RULES, seed=1)
    assert again == found


def test_the_weight_of_a_pair_is_the_sum_of_what_its_columns_say_and_the_prior(found):
    for pair in found.pairs[::50]:
        assert pair.weight == pytest.approx(sum(pair.because.values()))
        assert set(pair.because) == {"", *(e.column for e in RULES.evidence)}
        assert pair.probability == pytest.approx(1 / (1 + 2 ** -pair.weight), abs=1e-6)


def test_no_record_has_two_partners_where_each_person_is_once_in_each_file(found):
    sizes: dict[str, int] = {}
    for cluster in found.clusters.values():
        sizes[cluster] = sizes.get(cluster, 0) + 1
    assert max(sizes.values()) == 2


def test_the_accepted_pairs_hold_what_was_asked_of_them_by_the_models_own_word(found):
    assert found.precision >= RULES.precision
    above = [p.probability for p in found.pairs if p.weight >= found.threshold]
    assert sum(above) / len(above) == pytest.approx(found.precision)
    assert {p.weight >= found.threshold for p in found.accepted} == {True}


def test_too_few_records_are_not_assessable_and_say_what_to_do():
    one = pa.table({c: ["x"] for c in ("record", *COLUMNS)})
    with pytest.raises(NotAssessable) as raised:
        link({"a": one, "b": one.set_column(0, "record", pa.array(["y"]))}, RULES)
    assert raised.value.remedy


def test_without_splink_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "splink", None)
    with pytest.raises(Problem) as raised:
        link({"a": pa.table({"record": ["x"]})}, Rules((), (), (), ()))
    assert raised.value.code == "no_splink"
    assert "jingwei[linkage]" in str(raised.value)


@pytest.mark.parametrize(("value", "kind", "expected"), [
    ("　张　三 ", "name", "张 三"), ("４４０１０６", "identifier", "440106"), ("1990-01-02", "date", "19900102"), ("110101-x", "identifier", "110101X"), ("  ", "name", None),
    (None, "code", None), ("B；A;b", "words", "b;a;b"), ("王五; 李四;王五", "set", "李四;王五")])
def test_values_are_compared_in_one_form(value, kind, expected):
    assert clean(value, kind) == expected


groups = st.dictionaries(st.text("abc", min_size=1, max_size=3), st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1)


@given(groups)
def test_agreement_is_that_of_counting_every_pair_and_every_record(drawn: Mapping[str, tuple[int, int]]):
    found, true = {r: c for r, (c, _) in drawn.items()}, {r: e for r, (_, e) in drawn.items()}
    pairs = list(combinations(drawn, 2))
    said, there = ({p for p in pairs if of[p[0]] == of[p[1]]} for of in (found, true))
    told = agreement(found, true)
    assert told.precision == pytest.approx(len(said & there) / len(said) if said else 1)
    assert told.recall == pytest.approx(len(said & there) / len(there) if there else 1)
    own = [({o for o in drawn if found[o] == found[r]}, {o for o in drawn if true[o] == true[r]}) for r in drawn]
    assert told.b3_precision == pytest.approx(sum(len(c & e) / len(c) for c, e in own) / len(own))
    assert told.b3_recall == pytest.approx(sum(len(c & e) / len(e) for c, e in own) / len(own))
    assert told.over_merged == sum(len({true[r] for r in drawn if found[r] == c}) > 1 for c in set(found.values()))
    assert told.under_merged == sum(len({found[r] for r in drawn if true[r] == e}) > 1 for e in set(true.values()))

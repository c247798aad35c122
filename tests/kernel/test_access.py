"""What a grant is, and what of a table it lets be seen; random tables on both engines stand in tests/contracts."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import ibis
import msgspec
import pyarrow as pa
import pytest

from jingwei.kernel.access import (
    PURPOSES,
    All,
    Between,
    Denial,
    Equal,
    Exact,
    Generalised,
    Grant,
    Hashed,
    Masked,
    Not,
    OneOf,
    Rounded,
    Some,
    Subject,
    Truncated,
    Within,
    visible,
)
from jingwei.kernel.clock import CHINA
from jingwei.kernel.people import ANONYMOUS, LOCAL, Principal
from jingwei.kernel.problems import Problem

AT = datetime(2026, 3, 4, 12, tzinfo=CHINA)
ME = Principal(f"p-{1:032x}", "gz")
OURS = Subject("organisation", "gz")
PEOPLE = [
    {"id": "440106199001011234", "name": "张三", "place": "440106", "born": date(1990, 1, 1), "income": 8_460, "grade": "high"},
    {"id": "440304198512310022", "name": "欧阳娜娜", "place": "440304", "born": date(1985, 12, 31), "income": 12_500, "grade": None},
    {"id": "110101197005050033", "name": "李四", "place": "110101", "born": date(1970, 5, 5), "income": None, "grade": "low"},
]


@pytest.fixture(scope="module")
def people() -> ibis.Table:
    columns = {"id": pa.string(), "name": pa.string(), "place": pa.string(), "born": pa.date32(), "income": pa.int64(), "grade": pa.string()}
    backend = ibis.duckdb.connect()
    backend.con.register("people", pa.Table.from_pylist(PEOPLE, pa.schema(list(columns.items()))))
    return backend.table("people")


def grant(id_: str = "g", **over: object) -> Grant:
    return Grant(**{"id": id_, "subject": OURS, "purpose": "duty", "dataset": "people", "columns": {"name": Exact()},
                    "basis": "政务数据共享条例 21", "first": date(2026, 1, 1), "salt": "5a" * 16} | over)


def denial(**over: object) -> Denial:
    return Denial(**{"id": "d", "subject": OURS, "dataset": "people", "basis": "数据安全法 21", "first": date(2026, 1, 1)} | over)


def seen(people: ibis.Table, *rules: Grant | Denial, principal: Principal = ME, purpose: str = "duty", at: datetime = AT,
         export: bool = False) -> list[dict[str, object]]:
    rows = visible(people, rules, principal, purpose, at, dataset="people", export=export).to_pyarrow().to_pylist()
    return sorted(rows, key=repr)


def test_a_department_sees_its_citys_people_as_precisely_as_agreed_and_nobody_else(people):
    given = grant(columns={"name": Masked(1, 0), "place": Generalised("city"), "born": Truncated("year"), "income": Rounded(1000), "id": Hashed()},
                  rows=Within("place", "440000"))
    one, other = sorted(seen(people, given), key=lambda row: row["place"])
    assert {k: v for k, v in other.items() if k != "id"} == {
        "name": "欧****", "place": "440300", "born": date(1985, 1, 1), "income": 13_000}
    assert {k: v for k, v in one.items() if k != "id"} == {"name": "张****", "place": "440100", "born": date(1990, 1, 1), "income": 8_000}
    assert all(len(str(row["id"])) == 64 for row in (one, other))


def test_without_a_grant_there_are_no_rows_and_the_tables_own_columns(people):
    nothing = visible(people, [], ME, "duty", AT, dataset="people")
    assert nothing.schema() == people.schema()
    assert nothing.to_pyarrow().num_rows == 0


@pytest.mark.parametrize("over", [{"dataset": "other"}, {"purpose": "research"}, {"subject": Subject("organisation", "gd")},
                                  {"subject": Subject("role", "gz")}, {"subject": Subject("principal", "gz")},
                                  {"first": date(2026, 3, 5)}, {"last": date(2026, 3, 3)}])
def test_a_grant_for_other_data_or_other_people_or_another_purpose_or_time_shows_nothing(people, over):
    assert seen(people, grant(**over)) == []


def test_a_grant_holds_from_its_first_day_to_the_end_of_its_last_in_china(people):
    given = grant(first=date(2026, 3, 4), last=date(2026, 3, 4))
    midnight = datetime(2026, 3, 4, tzinfo=CHINA)
    instants = [midnight - timedelta(seconds=1), midnight, midnight + timedelta(hours=24, seconds=-1), midnight + timedelta(hours=24)]
    assert [bool(seen(people, given, at=at)) for at in instants] == [False, True, True, False]


def test_what_is_granted_to_the_public_everybody_sees(people):
    given = grant(subject=Subject("organisation", "public"), purpose="public")
    assert len(seen(people, given, principal=ANONYMOUS, purpose="public")) == len(seen(people, given, purpose="public")) == 3


def test_local_sees_its_own_nodes_data_as_they_are_but_still_has_to_name_a_purpose(people):
    assert seen(people, denial(), principal=LOCAL) == sorted(PEOPLE, key=repr)
    with pytest.raises(Problem, match="no purpose"):
        seen(people, principal=LOCAL, purpose="curiosity")


@pytest.mark.parametrize("rows", [Not(Equal("grade", "high")), Not(OneOf("grade", ("high",))), Not(Between("grade", "high", "high")),
                                  Some((Equal("grade", "low"), Not(Equal("grade", "high"))))])
def test_a_person_without_a_grade_is_not_shown_as_one_without_a_high_grade(people, rows):
    assert seen(people, grant(rows=rows)) == [{"name": "李四"}]


def test_a_person_without_a_grade_is_withheld_by_a_denial_of_high_grades(people):
    assert seen(people, grant(), denial(rows=Equal("grade", "high"))) == [{"name": "李四"}]


def test_an_empty_list_names_nobody_and_its_negation_only_those_who_have_a_value(people):
    assert seen(people, grant(rows=OneOf("grade", ()))) == []
    assert len(seen(people, grant(rows=Not(OneOf("grade", ()))))) == 2


def test_each_cell_is_as_fine_as_the_finest_grant_that_gives_its_row(people):
    wide = grant("wide", columns={"name": Masked(1, 0), "place": Generalised("province")})
    fine = grant("fine", columns={"name": Exact(), "income": Rounded(1000)}, rows=Within("place", "110000"))
    assert seen(people, wide, fine) == sorted([
        {"name": "张****", "place": "440000", "income": None}, {"name": "欧****", "place": "440000", "income": None},
        {"name": "李四", "place": "110000", "income": None}], key=repr)


def test_a_denial_hides_cells_or_rows_whatever_the_grants_say(people):
    both = grant(columns={"name": Exact(), "place": Exact()})
    assert seen(people, both, denial(columns=frozenset({"name"}), rows=Within("place", "440100"))) == sorted([
        {"name": None, "place": "440106"}, {"name": "欧阳娜娜", "place": "440304"}, {"name": "李四", "place": "110101"}], key=repr)
    assert seen(people, both, denial(columns=frozenset({"name"})))[0].keys() == {"place"}
    assert [row["place"] for row in seen(people, both, denial(rows=Within("place", "440000")))] == ["110101"]
    assert seen(people, both, denial(columns=frozenset({"name", "place"}))) == []
    assert len(seen(people, both, denial(purpose="research"))) == 3


def test_only_what_may_leave_the_node_is_exported(people):
    given = [grant("here"), grant("out", columns={"place": Generalised("province")}, rows=Within("place", "110000"), export=True)]
    assert len(seen(people, *given)) == 3
    assert seen(people, *given, export=True) == [{"place": "110000"}]


def test_a_hash_matches_the_same_person_under_one_grant_and_nobody_under_another(people):
    one, other = (seen(people, grant(columns={"id": Hashed()}, salt=salt * 32)) for salt in "ab")
    assert one == seen(people, grant(columns={"id": Hashed()}, salt="a" * 32))
    assert not {r["id"] for r in one} & {r["id"] for r in other}


def test_a_short_text_is_masked_whole_and_four_stars_do_not_tell_a_length(people):
    assert {r["name"] for r in seen(people, grant(columns={"name": Masked(1, 1)}))} == {"****", "欧****娜"}


def test_ungranted_columns_are_not_even_named_in_the_query_unless_a_condition_needs_them(people):
    sql = ibis.to_sql(visible(people, [grant(rows=Within("place", "440000"))], ME, "duty", AT, dataset="people"))
    assert not any(f'"{column}"' in sql for column in ("id", "born", "income", "grade"))


@pytest.mark.parametrize(("rule", "code"), [
    (lambda: grant(columns={"nmae": Exact()}), "unknown_column"), (lambda: grant(rows=Equal("palce", "440000")), "unknown_column"),
    (lambda: denial(columns=frozenset({"nmae"})), "unknown_column"), (lambda: denial(rows=Not(Equal("nmae", "x"))), "unknown_column"),
    (lambda: grant(rows=Equal("income", "8460")), "bad_grant"), (lambda: grant(rows=Equal("income", True)), "bad_grant"),
    (lambda: grant(rows=Equal("income", 8460.0)), "bad_grant"), (lambda: grant(rows=Equal("income", 2**63)), "bad_grant"),
    (lambda: grant(rows=Equal("name", "a\0b")), "bad_grant"), (lambda: grant(rows=Equal("born", "2024-02-30")), "bad_grant"),
    (lambda: grant(rows=Between("income")), "bad_grant"), (lambda: grant(rows=Within("income", "440000")), "bad_grant"),
    (lambda: grant(columns={"name": Rounded(5)}), "bad_grant"), (lambda: grant(columns={"income": Rounded(0.5)}), "bad_grant"),
    (lambda: grant(columns={"income": Hashed()}), "bad_grant"), (lambda: grant(columns={"born": Generalised("city")}), "bad_grant"),
    (lambda: grant(columns={"income": Masked(1, 1)}), "bad_grant"), (lambda: grant(columns={"income": Truncated("year")}), "bad_grant")])
def test_a_grant_that_does_not_fit_the_table_is_refused_by_name_and_shows_nothing(people, rule, code):
    with pytest.raises(Problem) as raised:
        seen(people, rule(), grant("good"))
    assert raised.value.code == code
    assert raised.value.where.en in ("g", "d")
    assert raised.value.remedy.en


@pytest.mark.parametrize("over", [{"id": ""}, {"basis": " "}, {"columns": {}}, {"dataset": ""}, {"last": date(2025, 1, 1)},
                                  {"purpose": "curiosity"}, {"columns": {"income": Rounded(0)}}, {"columns": {"income": Rounded(float("nan"))}},
                                  {"columns": {"name": Masked(-1, 0)}}, {"columns": {"name": Hashed()}, "salt": ""},
                                  {"columns": {"name": Hashed()}, "salt": "secret"}])
def test_a_grant_that_is_not_complete_is_none(over):
    with pytest.raises(Problem):
        grant(**over)


@pytest.mark.parametrize("place", ["", "44", "广东", "4401061", "440106\n"])
def test_a_place_is_given_by_its_code(place):
    with pytest.raises(Problem, match="six digits"):
        Within("place", place)


def test_two_different_grants_of_one_id_are_refused_and_the_same_twice_is_one(people):
    assert seen(people, grant(), grant()) == seen(people, grant())
    with pytest.raises(Problem, match="g: two different"):
        seen(people, grant(), grant(rows=Equal("name", "张三")))


def test_grants_and_denials_are_kept_as_json_and_come_back_the_same():
    given = [grant(columns={"a": Exact(), "b": Rounded(0.5), "c": Truncated("month"), "d": Generalised("nation"), "e": Masked(1), "f": Hashed()},
                   rows=All((Not(Equal("a", True)), Some((OneOf("b", (1, 2.5, "x")), Within("c", "CN"))), Between("d", "2024-01-01")))),
             denial(columns=frozenset({"a"}), purpose="audit", last=date(2027, 1, 1))]
    assert msgspec.json.decode(msgspec.json.encode(given), type=list[Grant | Denial]) == given
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(given[0]).replace(b'"export"', b'"exprot"'), type=Grant)


def test_every_purpose_is_written_in_both_languages():
    assert all(text.zh and text.en for text in PURPOSES.values())


def test_a_figure_that_is_none_is_neither_above_nor_below_nor_the_contrary():
    backend = ibis.duckdb.connect()
    backend.con.register("shares", pa.table({"row": [1, 2, 3], "share": [float("nan"), 5.0, 7.0]}))
    for rows, left in ((Between("share", 6.0), [3]), (Not(Between("share", 6.0)), [2]), (Not(Equal("share", 6.0)), [2, 3])):
        given = grant(columns={"row": Exact()}, rows=rows)
        assert [r["row"] for r in seen(backend.table("shares"), given)] == left


@pytest.mark.parametrize("rows", [Within("place", "440000"), Not(Within("place", "440000")), Within("place", "CN"), Not(Within("place", "CN"))])
def test_what_is_no_administrative_code_lies_nowhere_and_not_elsewhere_either(rows):
    backend = ibis.duckdb.connect()
    backend.con.register("places", pa.table({"place": ["4401061", "44010", "440106\n", " 440106", "广东", "", None]}))
    assert seen(backend.table("places"), grant(columns={"place": Exact()}, rows=rows)) == []
    assert seen(backend.table("places"), grant(columns={"place": Generalised("nation")})) == [{"place": None}] * 7


def test_rows_of_two_hashing_grants_are_hashed_each_under_its_own_salt(people):
    north = grant("north", columns={"id": Hashed()}, rows=Within("place", "110000"), salt="a" * 32)
    south = grant("south", columns={"id": Hashed()}, rows=Within("place", "440000"), salt="b" * 32)
    assert seen(people, north, south) == sorted(seen(people, north) + seen(people, south), key=repr)

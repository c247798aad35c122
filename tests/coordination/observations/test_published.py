"""Bundled figures become observations of declared measures, in the measures' units."""

from __future__ import annotations

import csv
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from jingwei.coordination.measures import MEASURES as CONTEXT
from jingwei.coordination.observations.declared import declared_measures
from jingwei.coordination.observations.published import NATION, read_published, read_sources, read_world, remark
from jingwei.coordination.observations.units import shift
from jingwei.kernel.i18n import Text
from jingwei.kernel.measures import STATUSES, Measure, Observation
from jingwei.kernel.periods import Period
from jingwei.plan import CLAUSES, pillars

DOMAINS = {"economy", "government", "culture", "society", "ecology", "technology", "data", "infrastructure",
           "cooperation", "security"}


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "facts" / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def declarations() -> list[Measure]:
    rooms = [pillar.measures for pillar in pillars() if pillar.measures is not CONTEXT]
    return [measure for measures in (*rooms, CONTEXT) for measure in measures]


def nation(measure: str, period: str) -> list[Observation]:
    return [o for o in read_published() if (o.measure, o.place, o.period) == (measure, NATION, period)]


def test_every_provincial_cell_is_an_observation_with_the_same_value_and_unit(shared: Path) -> None:
    compiled = Counter((r["indicator"], r["region_adcode"], r["year"], float(r["value"]), r["unit"])
                       for r in table(shared, "provinces.csv"))
    read = Counter((o.measure, o.place, o.period, o.value, o.unit) for o in read_published() if o.place != NATION)
    assert read == compiled


MORE = [("core_industry_gdp_share", "2024", 10.0), ("optical_cable_length", "2021", 54_810_000.0),
        ("optical_cable_length", "2022", 59_579_000.0), ("optical_cable_length", "2023", 64_320_000.0)]
"""National figures the shared list does not have."""


def test_every_national_figure_is_an_observation_with_the_same_value_after_an_exact_change_of_unit(
        shared: Path) -> None:
    units = {code: measure.unit for code, measure in declared_measures().items()}
    compiled: Counter[tuple[str, str, float]] = Counter()
    for r in table(shared, "national.csv"):
        power = shift(r["unit"], units[r["indicator"]])
        assert power is not None, r
        compiled[r["indicator"], r["year"], float(Decimal(r["value"]).scaleb(power))] += 1
    read = Counter((o.measure, o.period, o.value) for o in read_published() if o.place == NATION)
    assert read == compiled + Counter(MORE)


@pytest.mark.parametrize(("measure", "period", "value", "unit"), [
    ("broadband_subs", "2022", 59000.0, "10k households"),
    ("broadband_subs", "2025", 69100.0, "10k households"),
    ("broadband_ports", "2023", 113600.0, "10k ports"),
    ("base_stations_5g", "2025", 483.8, "10k stations"),
])
def test_the_nation_is_told_in_the_unit_of_the_provinces(measure: str, period: str, value: float, unit: str) -> None:
    assert [(o.value, o.unit) for o in nation(measure, period)] == [(value, unit)]


def test_every_indicator_of_the_shared_dictionaries_is_declared_by_exactly_one_room(shared: Path) -> None:
    codes = ({r["indicator"] for r in table(shared, "province_indicators.csv")}
             | {r["indicator"] for r in table(shared, "national.csv")})
    declared = Counter(measure.code for measure in declarations())
    assert codes <= set(declared)
    assert set(declared.values()) == {1}


def test_units_directions_and_denominators_are_those_of_the_shared_dictionary(shared: Path) -> None:
    for r in table(shared, "province_indicators.csv"):
        measure = declared_measures()[r["indicator"]]
        if measure.code == "ecommerce_firms":  # a bare count would score size: compared per resident
            assert measure.denominator == "population"
            continue
        assert (measure.unit, measure.direction, measure.denominator or "") == (
            r["unit"], int(r["direction"]), r["denominator"]), measure.code


def test_every_measure_speaks_to_a_clause_of_the_plan_and_an_official_domain() -> None:
    clauses = {clause.code for clause in CLAUSES}
    for measure in declarations():
        assert measure.clause in clauses, measure.code
        assert measure.domain in DOMAINS, measure.code
        assert measure.definitions, measure.code
        assert measure.denominator is None or measure.denominator in declared_measures()


def test_names_and_wordings_are_bilingual_and_plain_of_placeholders() -> None:
    for measure in declarations():
        for text in (measure.name, measure.issuer, *(d.text for d in measure.definitions), measure.caution):
            if text:
                assert re.search(r"[\u4e00-\u9fff]", text.zh), measure.code
                assert text.en, measure.code
                assert not re.search(r"[\u4e00-\u9fff]", text.en), measure.code


def test_definitions_of_a_measure_have_codes_of_their_own_and_observations_name_them() -> None:
    known = {code: {d.code for d in measure.definitions} for code, measure in declared_measures().items()}
    assert all(len(known[code]) == len(measure.definitions) for code, measure in declared_measures().items())
    assert all(not o.definition or o.definition in known[o.measure] for o in read_published())


def test_observations_have_periods_sources_and_statuses_that_resolve() -> None:
    for o in read_published():
        assert str(Period.parse(o.period)) == o.period
        assert not o.as_of or Period.parse(o.as_of).kind == "month"
        assert o.source in read_sources()
        assert o.status in STATUSES
        assert o.status != "synthetic"
        assert o.vintage


def test_no_share_exceeds_a_hundred() -> None:
    bounded = {code for code, measure in declared_measures().items() if measure.bounded}
    assert all(o.value is not None and o.value <= 100 for o in read_published() if o.measure in bounded)


def test_data_output_of_2022_is_told_by_both_methods() -> None:
    assert {(o.definition, o.value, o.status) for o in nation("data_output", "2022")} == {
        ("old_method", 8.1, "observed"), ("survey_2023", 26.83, "estimated")}
    assert declared_measures()["data_output"].breaks == (2022,)


def test_5g_users_of_2023_are_told_with_and_without_china_broadnet() -> None:
    assert {(o.definition, o.value, o.status) for o in nation("users_5g", "2023")} == {
        ("without_broadnet", 8.05, "observed"), ("with_broadnet", 8.22, "revised")}


def test_a_figure_whose_year_is_not_named_says_so_first() -> None:
    assert [o.note.startswith("period_uncertain") for o in nation("core_industry_gdp_share", "2025")] == [True]


def test_a_jump_is_noted_at_its_cell_and_not_at_its_neighbours() -> None:
    cells = {(o.place, o.period): o.note for o in read_published() if o.measure == "tech_market_turnover"}
    assert "JUMP +926 %" in cells["450000", "2021"]
    assert "JUMP" not in cells["450000", "2020"]
    assert "JUMP" not in cells["440000", "2021"]


def test_gdp_is_a_revision_and_the_superseded_vintage_is_not() -> None:
    statuses = {(o.measure, o.status) for o in read_published() if o.measure.startswith("gdp")}
    assert statuses == {("gdp", "revised"), ("gdp_per_capita", "revised"), ("gdp_pre5census", "observed")}


def test_only_digital_measures_are_scored_and_composites_and_flags_are_not() -> None:
    tags = {code: measure.tag for code, measure in declared_measures().items()}
    for code in ("computing_hub_member", "cac_digital_level_rank", "digital_china_index", "gdp", "population"):
        assert tags[code] == "context"


def test_the_world_panel_has_193_states_in_five_editions_and_china_where_the_survey_put_it() -> None:
    world = read_world()
    assert {int(e): int((world.editions == e).sum()) for e in np.unique(world.editions)} == dict.fromkeys(
        (2010, 2012, 2014, 2016, 2018), 193)
    china = world.iso3 == "CHN"
    own = {o.period: o.value for o in read_published() if o.measure == "egdi_rank"}
    for edition, rank in zip(world.editions[china], world.rank[china], strict=True):
        assert own.get(str(edition), rank) == rank
    assert np.isfinite(world.egdi).sum() == 964


def test_every_remark_on_a_figure_or_source_can_be_read_in_chinese():
    said = {o.note for o in read_published()} | {o.vintage for o in read_published()}
    said |= {text for s in read_sources().values() for text in (s.note, s.licence)}
    for text in said - {""}:
        told = remark(text)
        assert told.en == text
        assert told.zh != text or text == "EGDI 0.8119", text


def test_a_bureaus_own_note_stays_as_it_stands():
    assert remark("按本局台账") == Text("按本局台账", "按本局台账")
    assert remark("one page; 自行核对") == Text("one page; 自行核对", "one page; 自行核对")

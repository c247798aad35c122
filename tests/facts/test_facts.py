"""The bundled tables hold what was compiled: nothing lost, nothing added, nothing without a source."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from jingwei.facts import open_table

ABOUT_TEN = ("core_industry_gdp_share", "2024", "10", "%")  # the second of two figures in conflict
STATUSES = {"observed", "revised", "estimated"}


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "facts" / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def provincial_cells() -> list[tuple[str, str, str, str]]:
    return [(row["measure"], place, row["period"], value) for row in open_table("provinces")
            for place, value in list(row.items())[4:] if value]


def test_every_provincial_cell_is_there_as_written_and_no_other(shared: Path) -> None:
    compiled = [(r["indicator"], r["region_adcode"], r["year"], r["value"]) for r in table(shared, "provinces.csv")]
    assert Counter(provincial_cells()) == Counter(compiled)


CABLE = [("optical_cable_length", year, value, "10k km", "no")
         for year, value in (("2021", "5481"), ("2022", "5957.9"), ("2023", "6432"))]
"""National cable length: what the provinces must add up to, read on the pages that sources.csv names."""


def test_every_national_figure_is_there_as_written_and_four_more(shared: Path) -> None:
    compiled = Counter((r["indicator"], r["year"], r["value"], r["unit"], r["verified"])
                       for r in table(shared, "national.csv"))
    bundled = Counter((r["measure"], r["period"], r["value"], r["unit"], r["verified"]) for r in open_table("nation"))
    assert bundled - compiled == Counter([(*ABOUT_TEN, "no"), *CABLE])
    assert not compiled - bundled


def test_every_state_of_the_survey_is_there_as_written(shared: Path) -> None:
    compiled = [tuple(r[c] for c in ("year", "iso3", "rank", "egdi", "osi", "hci", "tii"))
                for r in table(shared, "egdi.csv")]
    assert [tuple(row.values()) for row in open_table("world")] == compiled


def test_places_are_the_thirty_one_provinces() -> None:
    columns = list(open_table("provinces")[0])[4:]
    assert len(columns) == 31
    assert columns == sorted(columns)
    assert all(re.fullmatch(r"\d\d0000", code) for code in columns)


@pytest.mark.parametrize("name", ["provinces", "nation"])
def test_one_row_a_figure_source_and_definition(name: str) -> None:
    rows = open_table(name)
    keys = Counter((r["measure"], r["period"], r["source"], r.get("definition", "")) for r in rows)
    assert max(keys.values()) == 1


def test_every_source_is_described_once_and_used() -> None:
    described = [row["source"] for row in open_table("sources")]
    used = {row["source"] for name in ("provinces", "nation") for row in open_table(name)}
    assert len(described) == len(set(described))
    assert set(described) == used


def test_every_source_has_an_issuer_in_both_languages_a_licence_and_a_place_of_reading_or_says_it_was_not_re_read(
) -> None:
    for row in open_table("sources"):
        assert row["issuer_zh"]
        assert row["issuer_en"]
        assert row["licence"]
        assert row["read_in"] or "not re-read at the issuer" in row["note"], row["source"]


def test_every_note_is_about_cells_that_exist() -> None:
    cells = provincial_cells()
    for row in open_table("notes"):
        assert any(row["measure"] == measure and row["place"] in ("", place) and row["period"] in ("", period)
                   for measure, place, period, _ in cells), row


def test_every_jump_and_every_restored_cell_of_the_compilation_is_noted(shared: Path) -> None:
    marked = {(r["indicator"], r["region_adcode"], r["year"]) for r in table(shared, "provinces.csv")
              if "JUMP" in r["source_note"] or "restored" in r["source_note"]}
    noted = {(r["measure"], r["place"], r["period"]) for r in open_table("notes")
             if r["note"].startswith(("JUMP", "restored"))}
    assert noted == marked


def test_national_figures_carry_a_known_status_and_a_moment_when_it_is_not_the_year_end() -> None:
    rows = open_table("nation")
    assert {row["status"] for row in rows} == STATUSES
    moments = {(row["measure"], row["period"]): row["as_of"] for row in rows if row["as_of"]}
    assert moments == {("ipv6_active_users", "2024"): "2024-11", ("ipv6_active_users", "2025"): "2025-09",
                       ("ipv6_mobile_traffic_share", "2025"): "2025-09", ("data_centre_pue", "2025"): "2025-06"}


def test_figures_that_were_worked_out_are_not_called_observed(shared: Path) -> None:
    derived = {(r["indicator"], r["year"], r["value"]) for r in table(shared, "national.csv")
               if r["source"].startswith("derived")}
    marked = {(r["measure"], r["period"], r["value"]) for r in open_table("nation") if r["status"] != "observed"}
    assert marked == derived | {("optical_cable_length", "2022", "5957.9")}


def test_two_figures_of_one_year_differ_in_definition_or_in_source() -> None:
    years = Counter((r["measure"], r["period"]) for r in open_table("nation"))
    assert {key for key, times in years.items() if times > 1} == {
        ("core_industry_gdp_share", "2024"), ("data_output", "2022"), ("users_5g", "2023")}


def test_the_page_on_the_figures_lists_every_measure() -> None:
    page = (Path(__file__).parents[2] / "docs" / "facts.md").read_text(encoding="utf-8")
    used = {row["measure"] for name in ("provinces", "nation") for row in open_table(name)}
    assert not {measure for measure in used if f"`{measure}`" not in page}

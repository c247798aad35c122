"""The registers of an invented town, as its departments keep them in the lake: one family whose child is born, and a neighbour."""

from __future__ import annotations

from jingwei.kernel.actions import Context
from jingwei.kernel.lake import ColumnType, Dataset

MOTHER = {"name": "李梅", "id": "440106199403077721"}
FATHER = {"name": "王强", "id": "440106199211053318"}
NEIGHBOUR = {"name": "赵六", "id": "440106198001018816"}
FACTS = {"child_birth_date": "2026-02-09", "child_sex": "female", "child_order": 1, "birth_hospital": "市妇幼保健院", "birth_area": "city", "spouse_name": "王强", "spouse_id": FATHER["id"],
         "household_kind": "family", "household_station": "天河派出所", "household_local": True, "spouse_household_kind": "family", "spouse_household_station": "越秀派出所", "low_income": False}
"""What the departments hold of the mother between them."""


def _text(*names: str) -> dict[str, ColumnType]:
    return dict.fromkeys(("name", "id", *names), "string")


REGISTERS: list[tuple[Dataset, list[dict[str, object]]]] = [
    (Dataset("population_register", 1, {**_text("kind", "station"), "local": "bool"}), [
        {**MOTHER, "kind": "family", "station": "天河派出所", "local": True}, {**FATHER, "kind": "family", "station": "越秀派出所", "local": True},
        {**NEIGHBOUR, "kind": "collective", "station": "天河派出所", "local": True}]),
    (Dataset("birth_certificates", 1, {**_text("birth_date", "sex", "facility_name", "facility_area"), "order": "int64"}), [
        {**MOTHER, "birth_date": "2026-02-09", "sex": "female", "facility_name": "市妇幼保健院", "facility_area": "city", "order": 1}]),
    (Dataset("marriage_register", 1, _text("spouse_name", "spouse_id")), [
        {**MOTHER, "spouse_name": FATHER["name"], "spouse_id": FATHER["id"]}, {**FATHER, "spouse_name": MOTHER["name"], "spouse_id": MOTHER["id"]}]),
    (Dataset("low_income_register", 1, {**_text(), "assisted": "bool"}), [{**MOTHER, "assisted": False}]),
    (Dataset("hospital_settlements", 1, _text("bill")), [{**MOTHER, "bill": "S-1"}]),
]


def furnish(context: Context, *, without: str = "") -> None:
    """without : a register that is not there"""
    for dataset, rows in REGISTERS:
        if dataset.name != without:
            context.workspace.lake.append(dataset, rows)

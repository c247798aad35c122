"""Invented people, patents and school leavers, with the slips real registers have, for exercises: seeded, and marked as invented wherever they go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国文辉力志宏玉兰飞红梅鹏峰斌波宇浩凯健俊帆雪琳晨璐云莉倩佳慧婷宁欣怡子轩梓涵博雨泽"
PLACES = ("440103", "440104", "440105", "440106", "440111")
CONDITIONS = ("E11.9", "I10.0", "J45.9", "E11.2", "C34.9", "N18.3", "J18.9", "I25.1")
FIELDS = ("G06", "H04", "A61", "C07", "B60", "H01")
Rows = list[dict[str, Any]]
BESIDE = {"encounters": ("address",)}
"""Columns of an invented table that its bank does not ask for, by role, as registers hold more than one question needs."""
EXERCISES = {"health": ("encounters",), "science": ("inventions",), "education": ("leavers", "destinations")}


def dataset_name(role: str) -> str:
    """What an invented table is called in the lake."""
    return f"exercise_{role}"


def invented(bank: str, size: int, seed: int) -> dict[str, Rows]:
    """Rows by role; column ``truth`` says which person each row is of. The same size and seed give the same rows."""
    draw = np.random.default_rng([seed, size])
    return {"health": _health, "science": _science, "education": _education}[bank](draw, size)


def contract(dataset: str, columns: Sequence[str]) -> bytes:
    """What an invented table promises, in ODCS 3: its columns, and that each record has a name of its own."""
    import yaml

    fields = [{"name": c, "logicalType": "string", **({"required": True, "unique": True} if c == "record" else {})} for c in columns]
    told = {"apiVersion": "v3.0.2", "kind": "DataContract", "id": dataset, "name": dataset, "version": "1.0.0", "status": "active",
            "schema": [{"name": dataset, "properties": fields}]}
    return yaml.safe_dump(told, sort_keys=False, allow_unicode=True).encode()


def _name(draw: np.random.Generator) -> str:
    ranks = 1 / np.arange(2, len(SURNAMES) + 2)  # a few surnames are most people's, as they are
    surname = SURNAMES[int(draw.choice(len(SURNAMES), p=ranks / ranks.sum()))]
    return surname + "".join(GIVEN[int(i)] for i in draw.integers(0, len(GIVEN), 1 + int(draw.random() < 0.8)))


def _id_number(draw: np.random.Generator, place: str, born: date) -> str:
    """Eighteen characters whose last one can never be right: no number of a living person comes out (GB 11643 says 0 to 9 and X)."""
    return f"{place}{born:%Y%m%d}{int(draw.integers(0, 1000)):03d}Z"


def _people(draw: np.random.Generator, size: int, youngest: int, oldest: int) -> Rows:
    made: Rows = []
    for number in range(size):
        born = date(2024, 1, 1) - timedelta(days=int(draw.integers(youngest * 365, oldest * 365)))
        place = PLACES[int(draw.choice(len(PLACES), p=np.arange(5, 0, -1) / 15))]
        made.append({"truth": f"t{number:06d}", "name": _name(draw), "id_number": _id_number(draw, place, born), "birth_date": born.isoformat(),
                     "sex": "MF"[int(draw.integers(0, 2))], "place": place})
    return made


def _slip(draw: np.random.Generator, text: str, letters: str) -> str:
    """One slip of the pen: a character other, left out, twice, or two exchanged."""
    at, how = int(draw.integers(0, len(text))), int(draw.integers(0, 4))
    if how == 0:
        return text[:at] + letters[int(draw.integers(0, len(letters)))] + text[at + 1:]
    if how == 1 and len(text) > 2:
        return text[:at] + text[at + 1:]
    if how == 2:
        return text[:at] + text[at] + text[at:]
    at = min(at, len(text) - 2)
    return text[:at] + text[at + 1] + text[at] + text[at + 2:]


def corrupted(draw: np.random.Generator, row: dict[str, Any], rate: float = 0.12) -> dict[str, Any]:
    """A record of the same person as somebody else wrote it: slips in name, number and day of birth, a value missing, month and day exchanged."""
    made = dict(row)
    letters: dict[str, str] = {"name": GIVEN, "id_number": "0123456789", "birth_date": "0123456789"}
    for column, alphabet in letters.items():
        if draw.random() < rate:
            made[column] = _slip(draw, str(made[column]), alphabet)
    if draw.random() < rate / 3:
        made[("id_number", "birth_date", "place", "sex")[int(draw.integers(0, 4))]] = None
    if made["birth_date"] == row["birth_date"] and draw.random() < rate / 6:
        year, month, day = str(row["birth_date"]).split("-")
        made["birth_date"] = f"{year}-{day}-{month}"
    return made


def _numbered(draw: np.random.Generator, rows: Rows, prefix: str) -> Rows:
    """In an order that tells nothing of who is who."""
    return [{"record": f"{prefix}{n:06d}", **rows[int(i)]} for n, i in enumerate(draw.permutation(len(rows)))]


def _day(draw: np.random.Generator, year: int) -> str:
    return (date(year, 1, 1) + timedelta(days=int(draw.integers(0, 365)))).isoformat()


def _health(draw: np.random.Generator, size: int) -> dict[str, Rows]:
    rows: Rows = []
    for person in _people(draw, size, 0, 92):
        ill = CONDITIONS[int(draw.choice(len(CONDITIONS), p=np.array([8, 8, 4, 3, 1, 2, 3, 2]) / 31))]
        for visit in range(1 + int(draw.poisson(0.8))):
            row = person if visit == 0 else corrupted(draw, person)
            rows.append({**row, "address": _address(person["truth"]), "condition": ill if draw.random() < 0.8 else CONDITIONS[int(draw.integers(0, 8))], "date": _day(draw, 2024)})
    return {"encounters": _numbered(draw, rows, "e")}


def _address(person: str) -> str:
    """Where somebody lives: of the person alone, so that nothing else is drawn otherwise."""
    number = int(person[1:])
    return f"{GIVEN[number * 31 % len(GIVEN)]}{GIVEN[number * 17 % len(GIVEN)]}路{number * 7919 % 997}号{number % 30 + 1}室"


def _education(draw: np.random.Generator, size: int) -> dict[str, Rows]:
    levels, kinds = ("junior", "senior", "vocational", "college", "bachelor"), ("study", "work", "own", "service", "abroad")
    odds = {"junior": (93, 4, 0, 0, 1), "senior": (88, 5, 1, 2, 3), "vocational": (55, 36, 3, 2, 0), "college": (20, 66, 5, 2, 1), "bachelor": (22, 61, 4, 1, 6)}
    leavers, destinations = [], []
    for person in _people(draw, size, 14, 24):
        level = levels[int(draw.choice(5, p=np.array([30, 25, 15, 15, 15]) / 100))]
        leavers.append({**person, "level": level, "date": "2024-06-30"})
        chance = np.array([*odds[level], 100 - sum(odds[level])]) / 100
        went = int(draw.choice(6, p=chance))
        if went < 5:
            destinations.append({**corrupted(draw, person), "kind": kinds[went]})
    return {"leavers": _numbered(draw, leavers, "l"), "destinations": _numbered(draw, destinations, "d")}


def _science(draw: np.random.Generator, size: int) -> dict[str, Rows]:
    """Teams patent together, people change employers, and many share a name: a fifth of them take that of somebody before them."""
    people: Rows = []
    for number in range(size):
        name = people[int(draw.integers(0, number))]["name"] if number > 5 and draw.random() < 0.2 else _name(draw)
        people.append({"truth": f"t{number:06d}", "name": name, "team": number // 6})
    rows: Rows = []
    affiliation = _affiliations(draw, size // 6 + 1)
    for team in range(size // 6 + 1):
        members = people[team * 6:team * 6 + 6]
        field, place = FIELDS[int(draw.integers(0, len(FIELDS)))], PLACES[int(draw.integers(0, len(PLACES)))]
        for patent in range(int(draw.integers(2, 7)) if members else 0):
            present = [members[int(i)] for i in sorted(draw.choice(len(members), min(len(members), int(draw.integers(2, 5))), replace=False))]
            moved = affiliation(team, int(draw.random() < 0.1))
            code, day = f"CN{team:05d}{patent:02d}", _day(draw, 2015 + int(draw.integers(0, 10)))
            for one in present:
                others = ";".join(m["name"] for m in present if m is not one)
                rows.append({"truth": one["truth"], "patent": code, "name": one["name"], "affiliation": moved, "place": place,
                             "field": field if draw.random() < 0.9 else FIELDS[int(draw.integers(0, len(FIELDS)))], "others": others or None, "date": day})
    return {"inventions": _numbered(draw, rows, "i")}


def _affiliations(draw: np.random.Generator, teams: int) -> Callable[[int, int], str]:
    kinds: Sequence[str] = ("大学", "研究院", "科技有限公司", "医院", "电子股份有限公司")
    names = ["".join(GIVEN[int(i)] for i in draw.integers(0, len(GIVEN), 3)) + kinds[int(draw.integers(0, len(kinds)))] for _ in range(2 * teams)]
    return lambda team, moved: names[2 * team + moved]

"""Tables as departments of one city keep them, with what is known to be collected twice and what only looks like it.

Every department writes in its own way: other names of columns, days and telephone numbers in other forms, full-width digits, some of the
people only, some values out of date. Between them stand tables that must not be found: the same forms about other people, the same list of
codes, running numbers from 1, the same people with nothing but who they are in common.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from jingwei.kernel.tables import Table

FAMILY, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建文"
ROADS = ("中山路", "解放路", "人民路", "建设路", "北京路", "环市路", "天河路", "江南大道", "新港路", "东风路")
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

FORMS: dict[str, tuple[tuple[str, ...], tuple[Callable[[str], str], ...]]] = {
    "id": (("公民身份号码", "身份证号", "SFZH", "id_card_no", "证件号码"), (str, str.lower)),
    "name": (("姓名", "XM", "申请人姓名", "full_name"), (str, " ".join)),
    "sex": (("性别", "XB", "gender"), (str, lambda v: {"男": "1", "女": "2"}[v])),
    "born": (("出生日期", "CSRQ", "birth_date"), (str, lambda v: v.replace("-", "/"), lambda v: v.replace("-", ""), lambda v: f"{v[:4]}年{int(v[5:7])}月{int(v[8:])}日")),
    "mobile": (("手机号", "联系电话", "LXDH", "phone", "col_7"), (str, lambda v: f"+86 {v[:3]}-{v[3:7]}-{v[7:]}", lambda v: v.translate(_WIDE))),
    "address": (("住址", "现住址", "TXDZ", "home_address", "f_12"), (str, lambda v: v.translate(_WIDE), lambda v: v.replace("路", "路 "))),
    "place": (("行政区划代码", "QHDM", "district_code"), (str, lambda v: v + ".0")),
    "employer": (("工作单位", "GZDW", "employer"), (str,)),
    "account": (("银行账号", "YHZH", "bank_account"), (str, lambda v: f"{v[:4]} {v[4:8]} {v[8:12]} {v[12:]}")),
    "income": (("年收入", "NSR", "income"), (str, lambda v: f"{int(v):,}.00")),
}
FACTS = ("mobile", "address", "employer", "account", "income")


@dataclass(slots=True)
class Drawn:
    """A table, who holds it, whom and what it is about; ``kind`` names what it was made to be."""

    holder: str
    table: Table
    kind: str
    people: frozenset[int] = frozenset()
    facts: frozenset[str] = frozenset()
    renamed: dict[str, str] = field(default_factory=dict)
    city: int = 0


class City:
    """People with what is true of them; another seed is another city, whose people are others."""

    def __init__(self, people: int, seed: int) -> None:
        self.seed = seed
        self.draw = draw = np.random.default_rng(seed)
        self.people = people
        area = draw.choice([f"44010{i}" for i in range(3, 9)] if seed % 2 else [f"51010{i}" for i in range(4, 8)], people)
        days = np.datetime64("1940-01-01") + draw.integers(0, 29_000, people)
        born = [str(d) for d in days]
        self.values: dict[str, list[str]] = {
            "id": [_checked(f"{a}{b.replace('-', '')}{s:03d}") for a, b, s in zip(area, born, draw.integers(0, 1_000, people), strict=True)],
            "name": [FAMILY[a] + GIVEN[b] + (GIVEN[c] if c < len(GIVEN) else "") for a, b, c in zip(
                draw.integers(0, len(FAMILY), people), draw.integers(0, len(GIVEN), people), draw.integers(0, len(GIVEN) + 8, people), strict=True)],
            "sex": list(draw.choice(["男", "女"], people)), "born": born,
            "mobile": self._mobiles(people), "address": self._addresses(people), "place": list(area),
            "employer": [f"第{int(3_000 * u ** 1.6)}有限公司" for u in draw.random(people)],
            "account": [f"6222{n:015d}" for n in draw.integers(0, 10**15, people)],
            "income": [str(100 * int(n)) for n in draw.lognormal(6, 0.6, people)]}

    def _mobiles(self, number: int) -> list[str]:
        return [f"1{n}" for n in self.draw.integers(3_000_000_000, 9_999_999_999, number)]

    def _addresses(self, number: int) -> list[str]:
        r, draw = self.draw.integers(0, len(ROADS), number), self.draw
        return [f"{ROADS[a]}{b}号{c}室" for a, b, c in zip(r, draw.integers(1, 900, number), draw.integers(101, 3_000, number), strict=True)]

    def some(self, share: float) -> np.ndarray:
        return self.draw.permutation(self.people)[:max(1, round(share * self.people))]

    def table(self, holder: str, name: str, who: Sequence[int], what: Sequence[str], *, stale: float = 0.0, numbered: bool = True, kind: str = "") -> Drawn:
        """A department's table: its own names and ways of writing, some values out of date, two facts only it has."""
        draw, columns, renamed = self.draw, dict[str, list[str]](), {}
        if numbered:
            columns["序号"] = [str(i) for i in range(1, len(who) + 1)]
        for each in what:
            names, ways = FORMS[each]
            heading, write = names[draw.integers(len(names))], ways[draw.integers(len(ways))]
            values = [self.values[each][i] for i in who]
            if each in ("mobile", "address"):
                fresh = self._mobiles(len(who)) if each == "mobile" else self._addresses(len(who))
                values = [f if old else v for v, f, old in zip(values, fresh, draw.random(len(who)) < stale, strict=True)]
            columns[heading] = [write(v) if v else "" for v in values]
            renamed[heading] = each
        columns[f"{name}办理结果"] = list(draw.choice(["通过", "不通过", "待定"], len(who)))
        columns[f"{name}受理号"] = [f"{name[:2]}{n}" for n in draw.integers(10**9, 10**10, len(who))]
        return Drawn(holder, _table(name, columns), kind or "people", frozenset(map(int, who)), frozenset(what), renamed, self.seed)


def _checked(body: str) -> str:
    """With the check character of GB 11643 (ISO 7064, MOD 11-2)."""
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]


def _table(name: str, columns: dict[str, list[str]]) -> Table:
    rows = tuple(zip(*columns.values(), strict=True))
    return Table(f"{name}.csv", tuple(columns), rows, tuple(range(2, len(rows) + 2)))


def codes(holder: str, name: str, draw: np.random.Generator, rows: int) -> Drawn:
    """Cases by a national list of 3,000 codes: nothing in common with other such tables but the list."""
    listed = [f"{a}{b:02d}.{c}" for a in "ABCDEFGHIJ" for b in range(30) for c in range(10)]
    return Drawn(holder, _table(name, {"编号": [str(i) for i in range(1, rows + 1)], "疾病编码": list(draw.choice(listed, rows)),
                                       "数量": [str(n) for n in draw.integers(1, 500, rows)]}), "codes")


@dataclass(frozen=True, slots=True)
class World:
    """Tables that are held and new ones, and which new one asks for what which held one has."""

    held: list[Drawn]
    new: list[Drawn]

    def doubles(self, least: float = 0.1) -> set[tuple[int, int]]:
        """Pairs of one city, of two holders, that share that part of the new one's people or more, and a fact beyond who they are."""
        return {(n, h) for n, new in enumerate(self.new) for h, held in enumerate(self.held)
                if new.holder != held.holder and new.people and new.city == held.city and len(new.people & held.people) >= least * len(new.people)
                and new.facts & held.facts & {*FACTS}}


def world(held: int, new: int, *, seed: int = 809, people: int = 12_000, cities: int = 1) -> World:
    """``held`` and ``new`` tables, each of one of the cities; of every ten, six are about its people, one about people elsewhere, two have codes, one is small."""
    draw = np.random.default_rng(seed)
    here, there = [City(people, seed + 1 + i) for i in range(cities)], City(people, seed)

    def one(side: str, i: int) -> Drawn:
        holder, name, city = f"{side}{i % 17}", f"{side}表{i}", here[draw.integers(cities)]
        what = ["id", "name", *map(str, draw.choice(["sex", "born", "place", *FACTS], draw.integers(2, 6), replace=False))]
        match i % 10:
            case 0:
                return there.table(holder, name, there.some(draw.uniform(0.02, 0.3)).tolist(), what, kind="elsewhere") if side == "n" else city.table(
                    holder, name, city.some(draw.uniform(0.02, 0.3)).tolist(), what)
            case 1 | 2:
                return codes(holder, name, draw, int(draw.integers(200, 3_000)))
            case 3:  # nothing but who they are
                return city.table(holder, name, city.some(draw.uniform(0.02, 0.3)).tolist(), ["id", "name", "sex"])
            case 4:
                return city.table(holder, name, city.some(max(0.01, 120 / people)).tolist(), what, stale=0.2)
            case _:
                return city.table(holder, name, city.some(draw.uniform(0.02, 0.3)).tolist(), what, stale=draw.uniform(0, 0.3))

    return World([one("h", i) for i in range(held)], [one("n", i) for i in range(new)])

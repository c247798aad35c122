"""What the pages of the banks show: the three of them, and one with what it took, what it refused and why, and its answer with a figure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from jingwei.foundations.data.banks import figures, gate
from jingwei.foundations.data.banks.model import Answer, AskBank, Linking, Profile, Reason, Role, Table, Version
from jingwei.foundations.data.banks.profiles import PROFILES, profile
from jingwei.foundations.data.banks.records import banks as on_record
from jingwei.foundations.data.sharing.figures import Figure
from jingwei.foundations.data.sharing.reports import value_words
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Nothing

WIDE, TALL, GAP, SIDE = 680, 320, 6, 180.0
"""Of the figure of flows, in the units of its drawing."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A level with its count, None where hidden; ``share`` of the largest, 0 to 100."""

    label: Text
    count: int | None
    share: float


@dataclass(frozen=True, slots=True)
class Flow:
    """A ribbon from one level to another; ``shade`` 1 to 5 by where it comes from."""

    path: str
    label: Text
    count: int
    shade: int


@dataclass(frozen=True, slots=True)
class Post:
    """A level at one side of the figure of flows, as high as the flows that are drawn; ``count`` is of all there are, None where hidden."""

    label: Text
    count: int | None
    x: float
    y: float
    height: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer as a page tells it. bars : of each dimension; flows and posts where it is a flow between two dimensions."""

    answer: Answer
    lead: Text
    hidden: int
    bars: tuple[tuple[Text, tuple[Bar, ...]], ...]
    flows: tuple[Flow, ...]
    posts: tuple[Post, ...]
    missing: int


@dataclass(frozen=True, slots=True)
class Row:
    table: Table
    role: Role
    grade: Text
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    profile: Profile
    admitted: int
    refused: int
    linking: Linking | None
    version: Version | None
    shown: Shown | None


@dataclass(frozen=True, slots=True)
class BanksView:
    banks: tuple[Summary, ...]
    figure: Figure
    words: Text


@dataclass(frozen=True, slots=True)
class BankView:
    profile: Profile
    rows: tuple[Row, ...]
    linking: Linking | None
    agreement: tuple[tuple[Text, str], ...]
    versions: tuple[Version, ...]
    shown: Shown | None
    more: tuple[Answer, ...]
    commands: tuple[str, ...]


def banks(context: Context, query: Nothing) -> BanksView:
    there = on_record(context)
    found = []
    for p in PROFILES.values():
        tables, versions = there.tables(p.code), there.versions.get(p.code, ())
        answers = [a for a in there.answers.values() if a.bank == p.code]
        found.append(Summary(p, sum(not t.reasons for t in tables), sum(bool(t.reasons) for t in tables), there.linking(p.code), versions[-1] if versions else None,
                             shown(p, answers[-1]) if answers else None))
    figure = figures.admitted(there)
    return BanksView(tuple(found), figure, value_words(figure))


def bank(context: Context, query: AskBank) -> BankView:
    """Raises Problem ``unknown_bank``."""
    p, there = profile(query.bank), on_record(context)
    answers = sorted((a for a in there.answers.values() if a.bank == p.code), key=lambda a: -a.entry)
    linking = there.linking(p.code)
    rows = tuple(Row(t, p.role(t.role), gate.grade_words(t.grade), tuple(gate.reason(r, t.dataset) for r in t.reasons)) for t in there.tables(p.code))
    return BankView(p, rows, linking, _agreement(linking), tuple(reversed(there.versions.get(p.code, ()))), shown(p, answers[0]) if answers else None, tuple(answers[1:21]),
                    tuple(_next(p, there.admitted(p.code).keys(), linking, answers)))


def _next(p: Profile, admitted: Collection[str], linking: Linking | None, answers: list[Answer]) -> list[str]:
    """What to type next."""
    lacking = [r for r in p.roles if r.code not in admitted]
    if lacking:
        return [f"jingwei bank admit {p.code} DATASET --role {r.code}" for r in lacking]
    if linking is None:
        return [f"jingwei bank link {p.code}"]
    return [f"jingwei bank ask {p.code}"] * (not answers) + [f"jingwei bank publish {p.code} --out out"]


def _agreement(linking: Linking | None) -> tuple[tuple[Text, str], ...]:
    """How the linkage of an exercise stands to the truth it was invented with."""
    if linking is None or not linking.agreement:
        return ()
    a = linking.agreement
    return ((Text("成对准确率", "Pairwise precision"), f"{a['precision']:.2%}"), (Text("成对召回率", "Pairwise recall"), f"{a['recall']:.2%}"),
            (Text("成对 F1", "Pairwise F1"), f"{a['f1']:.4f}"), (Text("B³ F1", "B³ F1"), f"{a['b3_f1']:.4f}"),
            (Text("误并（一簇多人）", "Merged wrongly (one cluster, several people)"), str(a["over_merged"])),
            (Text("误分（一人多簇）", "Parted wrongly (one person, several clusters)"), str(a["under_merged"])))


def shown(p: Profile, a: Answer) -> Shown:
    """An answer with its bars, and its flows where its last dimension is a destination."""
    said = Text(f"{a.total} {p.counted.zh}" if a.total is not None else f"{p.counted.zh}总数不显示", f"{a.total} {p.counted.en}" if a.total is not None else "a total that is not shown")
    names = a.facts.get("names")
    if names is not None:
        said = Text(f"{said.zh}，署名有 {names} 个", f"{said.en} behind {names} names")
    bars = []
    for axis, d in enumerate(p.dimensions):
        places = [tuple(at if i == axis else len(known) for i, known in enumerate(a.levels)) for at in range(len(a.levels[axis]))]
        counts = [(at, a.cells[c]) for at, c in enumerate(places) if c in a.cells]
        most = max((n for _, n in counts if n), default=1)
        bars.append((d.name, tuple(Bar(level_words(p, axis, a.levels[axis][at]), n, round(100 * (n or 0) / most, 1)) for at, n in counts)))
    flows, posts, missing = _flows(p, a) if p.dimensions[-1].sort == "linked" else ((), (), 0)
    return Shown(a, said, sum(n is None for n in a.cells.values()), tuple(bars), flows, posts, missing)


def level_words(p: Profile, axis: int, level: str) -> Text:
    words = p.dimensions[axis].words
    return (words or {}).get(level) or (Text(level, level) if level else Text("不详", "unknown"))


def _flows(p: Profile, a: Answer) -> tuple[tuple[Flow, ...], tuple[Post, ...], int]:
    """Ribbons from the last but one dimension to the last, as high as they are many, summed over the others; what is hidden is not drawn but counted."""
    left, right = len(a.levels) - 2, len(a.levels) - 1
    rest = tuple(len(known) for known in a.levels[:left])
    pairs = {(c[left], c[right]): n for c, n in a.cells.items() if c[:left] == rest and c[left] < len(a.levels[left]) and c[right] < len(a.levels[right])}
    there = {k: n for k, n in pairs.items() if n}
    missing = sum(n is None for n in pairs.values())
    whole = sum(there.values())
    if not whole:
        return (), (), missing
    sides = [sorted({k[side] for k in there}) for side in (0, 1)]
    scale = (TALL - GAP * (max(map(len, sides)) - 1)) / whole
    posts, starts = [], []
    for side, axis, x, anchor in ((0, left, SIDE, "end"), (1, right, WIDE - SIDE, "start")):
        y, tops = 0.0, {}
        for at in sides[side]:
            count = sum(n for k, n in there.items() if k[side] == at)
            tops[at] = y
            whole_post = tuple(at if i == axis else len(known) for i, known in enumerate(a.levels))
            posts.append(Post(level_words(p, axis, a.levels[axis][at]), a.cells.get(whole_post), x, y, max(count * scale, 1.0), anchor))
            y += count * scale + GAP
        starts.append(tops)
    flows = []
    for (source, target), n in sorted(there.items()):
        high = n * scale
        y0, y1 = starts[0][source], starts[1][target]
        starts[0][source] += high
        starts[1][target] += high
        x0, x1, middle = SIDE + 8, WIDE - SIDE, WIDE / 2
        path = (f"M{x0:.0f} {y0:.1f}C{middle:.0f} {y0:.1f} {middle:.0f} {y1:.1f} {x1:.0f} {y1:.1f}V{y1 + high:.1f}"
                f"C{middle:.0f} {y1 + high:.1f} {middle:.0f} {y0 + high:.1f} {x0:.0f} {y0 + high:.1f}Z")
        one, other = level_words(p, left, a.levels[left][source]), level_words(p, right, a.levels[right][target])
        flows.append(Flow(path, Text(f"{one.zh} → {other.zh}", f"{one.en} → {other.en}"), n, source % 5 + 1))
    return tuple(flows), tuple(posts), missing

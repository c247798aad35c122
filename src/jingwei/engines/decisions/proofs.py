"""What can be proved of a table: that it is complete and free of overlap, or the inputs that show otherwise; and where two versions differ.

Exact: inputs are cut into cells at every value a test names, so that the finitely many combinations of cells stand for all inputs. Null
inputs stand apart: a table need not answer them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice

from jingwei.engines.decisions.lattice import Axis, axes, axis
from jingwei.engines.decisions.operations import equal
from jingwei.engines.decisions.run import Run
from jingwei.engines.decisions.tables import Table, bits
from jingwei.engines.decisions.values import Value, written
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import NotAssessable

MAX_WORK = 2_000_000
"""Combinations of cells looked at before a proof is given up."""

MAX_FINDINGS = 20


@dataclass(frozen=True, slots=True)
class Region:
    """Inputs told as a range, value or list each, and one example of them."""

    inputs: dict[str, str]
    example: dict[str, Value]

    def text(self) -> str:
        said = [f"{name} {text}" for name, text in self.inputs.items() if text != "-"]
        return "; ".join(said) or "-"


@dataclass(frozen=True, slots=True)
class Overlap:
    region: Region
    rules: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """gaps : no rule; overlaps : several rules where the hit policy allows one, or rules that disagree where they must agree

    idle : rules nothing reaches; more : there are more gaps or overlaps than are listed
    may_be_empty : no rule is an answer too: the table lists or adds up what it hits, or has a default
    """

    gaps: tuple[Region, ...]
    overlaps: tuple[Overlap, ...]
    idle: tuple[int, ...]
    more: bool
    may_be_empty: bool = False

    @property
    def sound(self) -> bool:
        return not self.overlaps and (self.may_be_empty or not self.gaps)


@dataclass(frozen=True, slots=True)
class Change:
    region: Region
    before: Value
    after: Value


Step = tuple[tuple[int, ...], tuple[int, ...]]
"""Cells of one axis that do the same, and what they do: the mask in each table."""


def _steps(lines: Sequence[tuple[int | None, ...]]) -> list[Step]:
    """The cells of an axis grouped by the masks they have in every table."""
    alive = [(tuple(m for m in masks if m is not None), cell) for cell, masks in enumerate(zip(*lines, strict=True)) if None not in masks]
    return [(tuple(c for _, c in group), masks) for masks, group in groupby(sorted(alive), key=lambda pair: pair[0])]


@dataclass(slots=True)
class _Search:
    """All combinations of cell groups as a decision diagram: combinations that come to the same are one node, so that regions are as wide as they can be.

    settled : whether nothing further along can change what is said of these masks
    finding : what masks at the end come to, None where there is nothing to tell; equal ones are told as one
    """

    steps: Sequence[Sequence[Step]]
    settled: Callable[[tuple[int, ...]], bool]
    finding: Callable[[tuple[int, ...]], Hashable]
    nodes: list[_Node] = field(default_factory=lambda: [_Node(0, ())])
    known: dict[tuple[int, tuple[int, ...]], int] = field(default_factory=dict)
    alike: dict[Hashable, int] = field(default_factory=dict)
    left: int = MAX_WORK

    def ends(self, full: tuple[int, ...]) -> set[tuple[int, ...]]:
        """Every mask that some inputs lead to."""
        found: set[tuple[int, ...]] = set()
        at = {full}
        for steps in self.steps:
            found |= {m for m in at if self.settled(m)}
            self.spend(len(at) * len(steps))
            at = {_met(m, step) for m in at if not self.settled(m) for step in steps}
        return found | at

    def grown(self, depth: int, masks: tuple[int, ...]) -> int:
        """The node for what lies further along; 0 where there is nothing to tell."""
        key = (depth, masks)
        if key not in self.known:
            self.known[key] = self._made(depth, masks)
        return self.known[key]

    def spend(self, work: int) -> None:
        self.left -= work
        if self.left < 0:
            raise NotAssessable(Text(f"组合超过 {MAX_WORK:,} 个，无法穷尽", f"there are more than {MAX_WORK:,} combinations; they cannot be gone through"),
                                remedy=Text("请把表拆成几张。", "Part the table into several."))

    def _made(self, depth: int, masks: tuple[int, ...]) -> int:
        if depth == len(self.steps) or self.settled(masks):
            finding = self.finding(masks)
            return 0 if finding is None else self._node(("end", finding), _Node(depth, (), masks))
        self.spend(len(self.steps[depth]))
        below: dict[int, list[int]] = {}
        for cells, met in self.steps[depth]:
            below.setdefault(self.grown(depth + 1, _met(masks, (cells, met))), []).extend(cells)
        if len(below) == 1:
            return next(iter(below))
        branches = tuple((child, tuple(sorted(cells))) for child, cells in sorted(below.items()))
        return self._node((depth, branches), _Node(depth, branches))

    def _node(self, key: Hashable, node: _Node) -> int:
        if key not in self.alike:
            self.nodes.append(node)
            self.alike[key] = len(self.nodes) - 1
        return self.alike[key]

    def findings(self, at: int, path: tuple[tuple[int, tuple[int, ...]], ...] = ()) -> Iterator[tuple[dict[int, tuple[int, ...]], tuple[int, ...]]]:
        """Each region: the cells of the axes that matter, by axis, and its masks."""
        node = self.nodes[at]
        if at and not node.branches:
            yield dict(path), node.masks
        for child, cells in node.branches:
            yield from self.findings(child, (*path, (node.depth, cells)))


@dataclass(frozen=True, slots=True)
class _Node:
    """branches : (node, cells that lead to it); none at an end, which keeps the masks of one way to it"""

    depth: int
    branches: tuple[tuple[int, tuple[int, ...]], ...]
    masks: tuple[int, ...] = ()


def _met(masks: tuple[int, ...], step: Step) -> tuple[int, ...]:
    return tuple(a & b for a, b in zip(masks, step[1], strict=True))


def _region(found: Sequence[Axis], path: Mapping[int, tuple[int, ...]]) -> Region:
    inputs, example = {}, {}
    for i, a in enumerate(found):
        cells = path.get(i) or tuple(c for c, m in enumerate(a.masks) if m is not None)
        inputs[a.label] = a.text(cells) if i in path else "-"
        example[a.label] = a.example(cells[0])
    return Region(inputs, example)


def check(table: Table) -> Findings:
    """Whether a table answers everything, and only once. Raises NotAssessable where that cannot be proved cell by cell."""
    found = axes(table)
    steps = [_steps([a.masks]) for a in found]
    policy = table.record.policy

    def overlapping(masks: tuple[int, ...]) -> Hashable:
        several = bool(masks[0] & (masks[0] - 1)) and policy in {"U", "A"} and (policy == "U" or _disagree(table, masks[0]))
        return masks[0] if several else None

    def settled(masks: tuple[int, ...]) -> bool:
        return not masks[0]

    full = (table.every,)
    missing = _Search(steps, settled, lambda masks: None if masks[0] else True)
    gaps = list(islice(missing.findings(missing.grown(0, full)), MAX_FINDINGS + 1))
    twice = _Search(steps, settled, overlapping)
    overlaps = list(islice(twice.findings(twice.grown(0, full)), MAX_FINDINGS + 1))
    used = 0
    for (mask,) in missing.ends(full):
        used |= mask & -mask if policy == "F" else mask
    return Findings(tuple(_region(found, path) for path, _ in gaps[:MAX_FINDINGS]),
                    tuple(Overlap(_region(found, path), tuple(bits(mask))) for path, (mask,) in overlaps[:MAX_FINDINGS]),
                    tuple(bits(table.every & ~used)), max(len(gaps), len(overlaps)) > MAX_FINDINGS,
                    policy in {"R", "O", "C"} or any(d is not None for d in table.defaults))


def _disagree(table: Table, mask: int) -> bool:
    if table.constants is None:
        rows: list[object] = [table.record.rules[r].outputs for r in bits(mask)]
        return any(row != rows[0] for row in rows)
    values = [table.constants[r] for r in bits(mask)]
    return any(equal(list(v), list(values[0])) is not True for v in values)


def diff(before: Table, after: Table) -> tuple[tuple[Change, ...], bool]:
    """Inputs whose answer changes, as regions with an example; and whether there are more. Raises NotAssessable or Problem.

    Columns are matched by their expression; a column only one table has is taken as passing everything in the other.
    """
    if before.constants is None or after.constants is None:
        raise NotAssessable(Text("结果中有随输入而变的表达式，无法逐格比较", "some results are expressions of the inputs; cell by cell they cannot be compared"),
                            remedy=Text("请用 decisions run 在样例上比较。", "Compare them on examples with decisions run."))
    columns = {r.expression: (i, c) for i, (r, c) in enumerate(zip(before.record.inputs, before.inputs, strict=True))}
    others = {r.expression: (i, c) for i, (r, c) in enumerate(zip(after.record.inputs, after.inputs, strict=True))}
    found, steps = list[Axis](), list[list[Step]]()
    for name in dict.fromkeys([*columns, *others]):
        old, new = columns.get(name), others.get(name)
        if old and new:
            made, (beside,) = axis(old[1], new[1])
            lines = [made.masks, beside]
        else:
            side = old or new
            assert side is not None
            made, _ = axis(side[1])
            free = tuple(None if m is None else (after if old else before).every for m in made.masks)
            lines = [made.masks, free] if old else [free, made.masks]
        found.append(Axis(made.label, made.kind, made.points, lines[0], made.null))
        steps.append(_steps(lines))
    frames: list[list[Value]] = [[Run()], [Run()]]

    def answers(masks: tuple[int, ...]) -> tuple[Value, Value]:
        return before.answer(masks[0], frames[0]), after.answer(masks[1], frames[1])

    def changed(masks: tuple[int, ...]) -> Hashable:
        a, b = answers(masks)
        return None if equal(a, b) is True else (written(a, inside=True), written(b, inside=True))

    search = _Search(steps, lambda masks: masks == (0, 0), changed)
    changes = list(islice(search.findings(search.grown(0, (before.every, after.every))), MAX_FINDINGS + 1))
    return tuple(Change(_region(found, path), *answers(masks)) for path, masks in changes[:MAX_FINDINGS]), len(changes) > MAX_FINDINGS

"""Merkle trees as RFC 9162 section 2.1 defines them: hashes of complete subtrees in, roots and proofs out; no I/O.

``node(level, index)`` stands for the hash of the complete subtree over the leaves ``index * 2**level`` up to, but not
including, ``(index + 1) * 2**level``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

Node = Callable[[int, int], bytes]

HEIGHT = 8
TILE = 1 << HEIGHT
"""Leaves under one tile. A tile is written once, when it is complete: one write for 511 hashes."""

HASH = 32
EMPTY = sha256(b"").digest()


def leaf(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def leaves(entries: Iterable[bytes]) -> list[bytes]:
    """``leaf`` of each, in one pass without a call of our own for any of them."""
    return [sha256(b"\x00" + entry).digest() for entry in entries]


def join(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def parents(row: Sequence[bytes]) -> list[bytes]:
    """The hashes above an even number of neighbours."""
    pairs = iter(row)
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]


def tile(bottom: Sequence[bytes]) -> list[bytes]:
    """All 511 hashes over 256 neighbours, row by row from the bottom; the last is their root."""
    row, hashes = bottom, list(bottom)
    while len(row) > 1:
        row = parents(row)
        hashes += row
    return hashes


def offset(level: int, index: int) -> int:
    """Where ``tile`` puts the hash ``level`` rows above the bottom, ``index`` from the left."""
    return 2 * TILE - (2 * TILE >> level) + index


def span(first: int, end: int, node: Node) -> bytes:
    """Hash over the leaves from ``first`` to before ``end``, where ``first`` begins a subtree large enough (MTH)."""
    count = end - first
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return node(level, first >> level)
    half = _half(count)
    return join(span(first, first + half, node), span(first + half, end, node))


def root(size: int, node: Node) -> bytes:
    return span(0, size, node) if size else EMPTY


def inclusion(position: int, size: int, node: Node) -> list[bytes]:
    """Hashes that lead from the leaf at ``position`` to the root of ``size`` leaves, nearest first (2.1.3.1)."""
    path, first, end = [], 0, size
    while end - first > 1:
        half = first + _half(end - first)
        if position < half:
            path.append(span(half, end, node))
            end = half
        else:
            path.append(span(first, half, node))
            first = half
    return path[::-1]


def consistency(old: int, new: int, node: Node) -> list[bytes]:
    """Hashes that show the tree of ``new`` leaves to begin with the tree of ``old`` (2.1.4.1)."""
    if old in (0, new):
        return []
    path, first, end, whole = [], 0, new, True
    while end != old:
        half = first + _half(end - first)
        if old <= half:
            path.append(span(half, end, node))
            end = half
        else:
            path.append(span(first, half, node))
            first, whole = half, False
    if not whole:
        path.append(span(first, end, node))
    return path[::-1]


class Step(NamedTuple):
    """One step up: the hash ``beside`` ours, whether it stands ``left`` of it, and the hash ``found`` over both."""

    left: bool
    beside: bytes
    found: bytes


def climb(leaf_hash: bytes, position: int, size: int, path: Sequence[bytes]) -> list[Step] | None:
    """The steps from a leaf towards the root (2.1.3.2); None when the path has not the length that position and size ask for."""
    if not 0 <= position < size:
        return None
    at, last, steps = position, size - 1, list[Step]()
    for beside in path:
        if last == 0:
            return None
        ours, left = steps[-1].found if steps else leaf_hash, bool(at & 1 or at == last)
        steps.append(Step(left, beside, join(beside, ours) if left else join(ours, beside)))
        while left and not at & 1 and at:
            at, last = at >> 1, last >> 1
        at, last = at >> 1, last >> 1
    return steps if last == 0 else None


def included(leaf_hash: bytes, position: int, size: int, path: Sequence[bytes], expected: bytes) -> bool:
    """Whether a path leads from the leaf to the root expected (2.1.3.2)."""
    steps = climb(leaf_hash, position, size, path)
    return steps is not None and (steps[-1].found if steps else leaf_hash) == expected


def covered(position: int, size: int) -> list[tuple[int, int]]:
    """First leaf, and the one behind the last, under each hash that ``climb`` finds; nearest first."""
    found, first, end = list[tuple[int, int]](), 0, size
    while end - first > 1:
        found.append((first, end))
        half = first + _half(end - first)
        first, end = (first, half) if position < half else (half, end)
    return found[::-1]


def consistent(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether a path shows the newer root to begin with the older one (2.1.4.2)."""
    if old == new:
        return not path and old_root == new_root
    if old == 0:
        return not path and old_root == EMPTY
    if not 0 < old < new:
        return False
    steps = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not steps:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    was = found = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            was, found = join(step, was), join(step, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = join(found, step)
        at, last = at >> 1, last >> 1
    return last == 0 and was == old_root and found == new_root


class Growing:
    """The root of a tree that leaves are added to in order, in memory that grows with the logarithm of their number."""

    def __init__(self) -> None:
        self.size = 0
        self._stack: list[tuple[int, bytes]] = []

    def extend(self, hashes: Sequence[bytes]) -> None:
        """Add leaves; whole tiles among them are hashed row by row."""
        at = 0
        while at < len(hashes):
            if self.size % TILE == 0 and len(hashes) - at >= TILE:
                self.add(HEIGHT, tile(hashes[at:at + TILE])[-1])
                at += TILE
            else:
                self.add(0, hashes[at])
                at += 1

    def add(self, height: int, found: bytes) -> None:
        """Add a complete subtree of ``2**height`` leaves; the size so far is a multiple of that."""
        self.size += 1 << height
        while self._stack and self._stack[-1][0] == height:
            height, found = height + 1, join(self._stack.pop()[1], found)
        self._stack.append((height, found))

    def with_more(self, hashes: Sequence[bytes]) -> Growing:
        """The tree with more leaves, this one left as it is."""
        longer = Growing()
        longer.size, longer._stack = self.size, list(self._stack)
        longer.extend(hashes)
        return longer

    def root(self) -> bytes:
        if not self._stack:
            return EMPTY
        found = self._stack[-1][1]
        for _, left in reversed(self._stack[:-1]):
            found = join(left, found)
        return found


def _half(count: int) -> int:
    """The largest power of two below ``count``."""
    return 1 << ((count - 1).bit_length() - 1)

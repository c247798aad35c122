"""Merkle trees: the definitions of RFC 9162, published vectors, and a program that others wrote."""

from __future__ import annotations

from functools import cache
from hashlib import sha256

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingwei.kernel import merkle

LARGEST = 64
LEAVES = [b"", b"\x00", b"\x10", b" !", b"01", b"@ABC", b"PQRSTUVW", b"`abcdefghijklmno"]
ROOTS = ["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"]
"""Leaves and roots that Certificate Transparency's own tests have used since RFC 6962."""


def of(entries: list[bytes]) -> merkle.Node:
    hashes = [merkle.leaf(e) for e in entries]

    @cache
    def node(level: int, index: int) -> bytes:
        return hashes[index] if level == 0 else merkle.join(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))

    return node


def defined(entries: list[bytes]) -> bytes:
    """MTH as section 2.1.1 writes it."""
    if len(entries) < 2:
        return sha256(b"\x00" + entries[0]).digest() if entries else sha256().digest()
    k = max(2**i for i in range(20) if 2**i < len(entries))
    return sha256(b"\x01" + defined(entries[:k]) + defined(entries[k:])).digest()


def subproof(m: int, entries: list[bytes], b: bool) -> list[bytes]:
    """SUBPROOF as section 2.1.4.1 writes it."""
    if m == len(entries):
        return [] if b else [defined(entries)]
    k = max(2**i for i in range(20) if 2**i < len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], b), defined(entries[k:])]
    return [*subproof(m - k, entries[k:], False), defined(entries[:k])]


ENTRIES = [b"entry %d" % i for i in range(LARGEST)]
NODE = of(ENTRIES)


def root(size: int) -> bytes:
    return merkle.root(size, NODE)


@cache
def peer(size: int) -> pymerkle.InmemoryTree:
    return pymerkle.InmemoryTree.init_from_entries(ENTRIES[:size])


def test_roots_are_those_that_certificate_transparency_publishes():
    assert [merkle.root(n, of(LEAVES)).hex() for n in range(1, 9)] == ROOTS
    assert merkle.root(0, of([])).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_two_proofs_printed_for_those_leaves():
    node = of(LEAVES)
    assert [h.hex() for h in merkle.inclusion(0, 8, node)] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"]
    assert [h.hex() for h in merkle.consistency(6, 8, node)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"]


@pytest.mark.parametrize("size", range(LARGEST + 1))
def test_every_leaf_of_a_tree_of_any_size_is_proved_and_no_other(size):
    assert root(size) == defined(ENTRIES[:size])
    for position in range(size):
        path = merkle.inclusion(position, size, NODE)
        assert merkle.included(NODE(0, position), position, size, path, root(size))
        theirs = peer(size).prove_inclusion(position + 1, size).serialize()["path"]
        assert {h.hex() for h in path} == set(theirs) - {NODE(0, position).hex()}
        assert peer(size).get_root(size) == root(size)
        for other in (position - 1, position + 1, size, -1):
            assert not merkle.included(NODE(0, position), other, size, path, root(size))
        assert not merkle.included(merkle.leaf(b"another"), position, size, path, root(size))
        assert not merkle.included(NODE(0, position), position, size, [*path, path[0] if path else root(1)], root(size))
        for cut in range(len(path)):
            assert not merkle.included(NODE(0, position), position, size, path[:cut] + path[cut + 1:], root(size))
            wrong = [*path[:cut], bytes(32), *path[cut + 1:]]
            assert not merkle.included(NODE(0, position), position, size, wrong, root(size))


@pytest.mark.parametrize("new", range(LARGEST + 1))
def test_every_tree_is_shown_to_begin_with_every_smaller_one_and_with_no_other(new):
    for old in range(new + 1):
        path = merkle.consistency(old, new, NODE)
        assert merkle.consistent(old, new, root(old), root(new), path)
        if 0 < old < new:
            assert path == subproof(old, ENTRIES[:new], True)
            pymerkle.verify_consistency(root(old), root(new), peer(new).prove_consistency(old, new))
        assert not merkle.consistent(old, new, bytes(32), root(new), path)
        assert not merkle.consistent(old, new, root(old), root(new), [*path, bytes(32)])
        if old:
            assert not merkle.consistent(old, new, root(old), bytes(32), path)
        for cut in range(len(path)):
            assert not merkle.consistent(old, new, root(old), root(new), path[:cut] + path[cut + 1:])
            assert not merkle.consistent(old, new, root(old), root(new), [*path[:cut], bytes(32), *path[cut + 1:]])


@given(size=st.integers(1, 4096), data=st.data())
def test_a_path_is_no_longer_than_the_logarithm_of_the_tree(size, data):
    position = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(0, size))

    def node(level: int, index: int) -> bytes:
        return sha256(b"%d %d" % (level, index)).digest()

    assert len(merkle.inclusion(position, size, node)) <= (size - 1).bit_length()
    assert len(merkle.consistency(old, size, node)) <= (size - 1).bit_length() + 1


@given(st.lists(st.binary(max_size=3), max_size=700), st.lists(st.integers(1, 300), max_size=9))
def test_a_root_grown_in_runs_of_any_length_is_the_root_by_definition(entries, runs):
    growing, at = merkle.Growing(), 0
    for run in [*runs, len(entries)]:
        growing.extend(merkle.leaves(entries[at:at + run]))
        at = min(at + run, len(entries))
        assert (growing.size, growing.root()) == (at, defined(entries[:at]))


def test_a_tile_holds_every_hash_where_its_offset_says():
    node = of([b"%d" % i for i in range(merkle.TILE)])
    hashes = merkle.tile([node(0, i) for i in range(merkle.TILE)])
    assert len(hashes) == 2 * merkle.TILE - 1
    for level in range(merkle.HEIGHT + 1):
        for index in range(merkle.TILE >> level):
            assert hashes[merkle.offset(level, index)] == node(level, index)


@given(st.integers(1, 70), st.data())
def test_every_step_of_a_proof_is_the_hash_over_exactly_the_leaves_it_is_said_to_cover(size, data):
    position = data.draw(st.integers(0, size - 1))
    found = [merkle.leaf(b"%d" % i) for i in range(size)]

    def node(level: int, index: int) -> bytes:
        return brute(found[index << level:(index + 1) << level])

    steps = merkle.climb(found[position], position, size, merkle.inclusion(position, size, node))
    assert steps is not None
    spans = merkle.covered(position, size)
    assert [s.found for s in steps] == [brute(found[first:end]) for first, end in spans]
    assert all(first <= position < end for first, end in spans)


def brute(hashes: list[bytes]) -> bytes:
    """MTH as RFC 9162 writes it down."""
    if len(hashes) == 1:
        return hashes[0]
    half = 1
    while half * 2 < len(hashes):
        half *= 2
    return sha256(b"\x01" + brute(hashes[:half]) + brute(hashes[half:])).digest()

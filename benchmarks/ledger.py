"""The ledger takes 100,000 entries a second of processor in durable commits of 5,000, and proves in logarithmic time.

300-byte entries. Beside it pymerkle in the same run, on SQLite with the same durability, by its bulk call. PostgreSQL,
when a server is installed, with the processor time of the server's process added. ``--entries`` makes a shorter run.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

import msgspec
from pymerkle import SqliteTree

from jingwei.coordination.record.sources import StoreRecord
from jingwei.coordination.record.verifier import verify
from jingwei.kernel import merkle
from jingwei.kernel.ledger import COMMIT, Ledger
from jingwei.kernel.tiles import Nodes
from jingwei.kernel.workspace import Workspace

BYTES = 300
BAR = 100_000
PROOFS = 200
SIZES = (1_000, 10_000, 100_000, 1_000_000)


def batch(first: int) -> list[bytes]:
    """Entries as the ledger keeps them, all different, 300 bytes each."""
    return [b'{"actor":"p-0123456789abcdef0123456789abcdef","at":"2026-01-01T08:00:00+08:00","facts":{"given":"%s","made":"%s",'
            b'"need":1%011d},"kind":"evidence.met"}' % (*[blake2b(b"%d%d" % (i, j), digest_size=37).hexdigest().encode() for j in (0, 1)], i)
            for i in range(first, first + COMMIT)]


def drawn(first: int) -> list[bytes]:
    return [blake2b(b"%d" % i, digest_size=16).digest() for i in range(first, first + COMMIT)]


def growing(first: int) -> list[bytes]:
    return [b"%016d" % i for i in range(first, first + COMMIT)]


def measure(label: str, entries: int, append: Callable[[list[bytes], list[bytes] | None], object], *,
            keys: Callable[[int], list[bytes]] | None = None, server: Callable[[], float] = lambda: 0.0, bar: bool = False) -> None:
    """Append in commits of 5,000 and say how many a second; making the entries is not counted."""
    append(batch(0), keys(0) if keys else None)  # creates what is created once
    processor = clock = 0.0
    for first in range(COMMIT, entries + COMMIT, COMMIT):
        made, named = batch(first), keys(first) if keys else None
        before = (time.process_time() + server(), time.perf_counter())
        append(made, named)
        processor += time.process_time() + server() - before[0]
        clock += time.perf_counter() - before[1]
    print(f"| {label} | {entries:,} | {entries / processor:,.0f} | {processor / entries * 1e6:.1f} | {entries / clock:,.0f} | "
          f"{f'≥ {BAR:,}' if bar else '–'} |", flush=True)


def durable(path: Path) -> SqliteTree:
    """The peer's tree in write-ahead mode with every commit on the disk, as the ledger's store is."""
    tree = SqliteTree(str(path))
    tree.con.execute("PRAGMA journal_mode = WAL")
    tree.con.execute("PRAGMA synchronous = FULL")
    return tree


@contextmanager
def on_postgresql() -> Iterator[tuple[Ledger, Callable[[], float]] | None]:
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from postgresql import binaries, server

    if binaries() is None:
        yield None
        return
    running = server(durable=True)
    address = next(running)
    with tempfile.TemporaryDirectory() as name:
        Path(name, "jingwei.toml").write_text(f'[store]\nurl = "{address}"\n')
        ledger = Workspace(Path(name)).ledger
        ledger.append_many([b"{}"])
        with ledger.store.read() as connection:
            process = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()

        def used() -> float:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

        yield ledger, used
        ledger.store.close()
    running.close()


def proofs(ledger: Ledger, tree: SqliteTree, size: int) -> None:
    """Time of one proof, new every time, and its length; the peer's beside it."""
    places = [i * size // PROOFS for i in range(PROOFS)]
    inclusion, consistency, steps = list[float](), list[float](), list[int]()
    ours = theirs = b""
    for place in places:
        before = time.process_time()
        with ledger.store.read() as connection:
            path = merkle.inclusion(place, size, Nodes(connection))
        inclusion.append(time.process_time() - before)
        steps.append(len(path))
        before = time.process_time()
        with ledger.store.read() as connection:
            merkle.consistency(place, size, Nodes(connection))
        consistency.append(time.process_time() - before)
    ours = ledger.root(size)
    peer = list[float]()
    length = 0
    for place in places[::20]:
        tree.cache_clear()
        before = time.process_time()
        proof = tree.prove_inclusion(place + 1, size)
        peer.append(time.process_time() - before)
        length = max(length, len(proof.serialize()["path"]))
    warm = list[float]()
    for place in places:
        before = time.process_time()
        tree.prove_inclusion(place + 1, size)
        warm.append(time.process_time() - before)
    theirs = tree.get_root(size)
    assert ours == theirs
    last = ledger.prove(size - 1, size)
    middle = statistics.median
    print(f"| {size:,} | {middle(inclusion) * 1e3:.2f} | {max(inclusion) * 1e3:.2f} | {middle(consistency) * 1e3:.2f} | {max(steps)} | "
          f"{len(msgspec.json.encode(last)):,} | {middle(peer) * 1e3:.2f} | {middle(warm) * 1e3:.2f} | {length} |", flush=True)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--entries", type=int, default=500_000)
    asked.add_argument("--largest", type=int, default=SIZES[-1])
    given = asked.parse_args()
    assert {len(e) for e in batch(0)} == {BYTES}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("| append, commits of 5,000 | entries | a second of processor | µs of processor each | a second by the clock | bar |")
        print("| --- | --- | --- | --- | --- | --- |")
        raw, keyed = Workspace(folder / "raw").ledger, Workspace(folder / "keyed").ledger
        measure("SQLite", given.entries, raw.append_many, bar=True)
        measure("SQLite, under keys drawn at random", given.entries, keyed.append_many, keys=drawn)
        measure("SQLite, under keys that grow, such as those that begin with the time", given.entries,
                Workspace(folder / "growing").ledger.append_many, keys=growing)
        tree = durable(folder / "peer.db")
        measure("peer: pymerkle 7.0.0 on SQLite, bulk; keeps no tree, no keys", given.entries, lambda e, _: tree.append_entries(e))
        single = durable(folder / "single.db")
        measure("peer, entry by entry", min(given.entries, COMMIT),
                lambda e, _: [single.append_entry(each) for each in e])
        with on_postgresql() as there:
            if there is not None:
                ledger, used = there
                measure("PostgreSQL, server's processor included", min(given.entries, 200_000), ledger.append_many, server=used)
                measure("PostgreSQL, under keys drawn at random", min(given.entries, 200_000), ledger.append_many, keys=drawn, server=used)
        single.close()
        tree.close()

        print("\n| entries | inclusion, ms | at most | consistency, ms | hashes | proof, bytes of JSON | peer, ms, cold | peer, ms, cached | peer's hashes |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
        ledger, tree, at = Workspace(folder / "proofs").ledger, durable(folder / "proofs.db"), 0
        for size in (s for s in SIZES if s <= given.largest):
            while at < size:
                more = batch(at)[:size - at]
                ledger.append_many(more)
                tree.append_entries(more)
                at += len(more)
            proofs(ledger, tree, size)
        tree.close()
        before = time.process_time()
        with ledger.store.read() as connection:
            verdict = verify(StoreRecord(ledger, connection))
        assert verdict.holds
        taken = time.process_time() - before
        with sqlite3.connect(folder / "proofs" / "store.db") as store:
            pages = store.execute("PRAGMA page_count").fetchone()[0] * store.execute("PRAGMA page_size").fetchone()[0]
        print(f"\nVerifying all {at:,} entries: {taken:.1f} s of processor, {at / taken:,.0f} a second. "
              f"On disk: {pages / at:.0f} bytes an entry of {BYTES}.")


if __name__ == "__main__":
    main()

"""Which figures each neighbour has, so that none goes to it twice or comes back to where it was told."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import sqlalchemy as sa

FIGURES = sa.table("nodes_figures", sa.column("node"), sa.column("figure"))


def has(connection: sa.Connection, node: str) -> set[str]:
    """Digests of the figures a node was sent, or sent itself."""
    return set(connection.scalars(sa.select(FIGURES.c.figure).where(FIGURES.c.node == node)))


def note(connection: sa.Connection, node: str, figures: Collection[str], known: Iterable[str] = ()) -> None:
    fresh = sorted(set(figures) - set(known))
    if fresh:
        connection.execute(sa.insert(FIGURES), [{"node": node, "figure": figure} for figure in fresh])

"""Who changes duties sees what everybody before changed, on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
import time
from datetime import date

from jingwei.coordination.duties.model import Duty
from jingwei.coordination.duties.records import Change, change, read_tree, set_duty
from jingwei.coordination.duties.tree import Tree
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.workspace import Workspace


def next_one(tree: Tree) -> list[Change]:
    time.sleep(0.02)  # between reading and recording
    return set_duty(tree, Duty(f"D-{len(tree) + 1}", "O.1", Text("事", "thing"), "bureau", date(2030, 1, 1)))


def test_of_many_who_add_the_next_duty_at_once_each_adds_another(node):
    change(Context(node), next_one)  # who makes the store makes everybody wait; here it is there
    begin = threading.Barrier(8)

    def add() -> None:
        begin.wait()
        change(Context(Workspace(node.folder)), next_one)

    threads = [threading.Thread(target=add) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(read_tree(node.ledger)) == [f"D-{n}" for n in range(1, 10)]

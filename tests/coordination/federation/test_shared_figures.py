"""Figures pass up the tree and back down to their places, each once, whatever is killed on the way."""

from __future__ import annotations

import random
import time

import pytest
from nodes import Process, Time, Wire, free_port, node, stand_below

from jingwei.coordination.federation.figures import KIND, TOLD, share
from jingwei.coordination.federation.sources import Http
from jingwei.coordination.observations.actions import observe
from jingwei.coordination.observations.figures import all_own_figures, own_figures
from jingwei.coordination.observations.model import Observe
from jingwei.kernel import node_records
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import system_clock
from jingwei.kernel.exchange import Exchange
from jingwei.kernel.tables import Document, Table, csv_bytes

HEAD = "measure,place,period,value,unit,source,vintage,status\n"


def observed(exchange: Exchange, *rows: str) -> None:
    content = (HEAD + "\n".join(rows) + "\n").encode()
    observe(Context(exchange.workspace), Observe(Table.read(Document("own.csv", content))))


def figures(exchange: Exchange) -> list[tuple[str, str, float | None, float, str]]:
    return sorted((f.place, f.period, f.value, f.last_place, f.source) for f in own_figures(Context(exchange.workspace)))


def row(place: str, year: int, value: str, source: str = "own count") -> str:
    return f"{MEASURE},{place},{year},{value},{UNIT},{source},2026-01,observed"


MEASURE, UNIT = "base_stations_5g", "10k"


@pytest.fixture
def pair(tmp_path):
    clock = Time()
    cn, gd = node(tmp_path / "cn", "cn", "nation", "CN", 1, clock), node(tmp_path / "gd", "gd", "province", "440000", 2, clock)
    wire = Wire({"http://127.0.0.1:1": cn, "http://127.0.0.1:2": gd})
    stand_below(gd, cn, wire)
    return cn, gd, wire


def test_usable_figures_go_up_as_they_were_printed_and_each_of_them_once(pair):
    cn, gd, wire = pair
    observed(gd, row("440000", 2023, "32.4"), row("440000", 2024, "37"))
    assert [len(b.rows) for b in share(gd)] == [2]
    assert gd.deliver(wire) == 1
    assert figures(cn) == figures(gd)
    assert len(figures(cn)) == 2
    assert share(gd) == [], "it has them"
    assert share(cn) == [], "they came from there"
    observed(gd, row("440000", 2022, "23.2"))
    assert [len(b.rows) for b in share(gd)] == [1]


def test_a_place_gets_back_what_others_know_of_it_and_nothing_of_other_places(pair):
    cn, gd, wire = pair
    observed(cn, row("440000", 2023, "32.4", "ministry"), row("330000", 2023, "22.7", "ministry"))
    assert [len(b.rows) for b in share(cn)] == [1]
    cn.deliver(wire)
    assert [(f[0], f[4]) for f in figures(gd)] == [("440000", "ministry")]
    assert share(gd) == []


def test_the_receiver_screens_what_it_is_sent_and_holds_back_what_it_doubts(pair):
    cn, gd, wire = pair
    rows = [(MEASURE, "440000", str(year), value, UNIT, "own count", "2026-01", "observed", "", "", "") for year, value in ((2023, "32.6"), (2024, "4020"))]
    gd.send(cn.hello().profile.id, KIND, {"csv": csv_bytes(TOLD, rows).decode()})
    gd.deliver(wire)
    assert len(all_own_figures(Context(cn.workspace))) == 2
    assert [f[1] for f in figures(cn)] == ["2023"]


def test_a_message_without_figures_is_noted_as_such_and_the_next_is_taken(pair):
    cn, gd, wire = pair
    gd.send(cn.hello().profile.id, KIND, {"csv": 7})
    gd.send(cn.hello().profile.id, KIND, {"csv": "a,b\n1,2\n"})
    observed(gd, row("440000", 2023, "32.4"))
    share(gd)
    gd.deliver(wire)
    assert figures(cn) == figures(gd)
    with cn.workspace.store.read() as connection:
        outcomes = [node_records.taken(connection, gd.hello().profile.id, n)[1].outcome for n in (2, 3, 4)]
    assert outcomes == ["unreadable", "unreadable", "applied"]


def test_a_batch_that_comes_again_after_a_crash_before_it_was_noted_is_there_once(pair):
    cn, gd, wire = pair
    observed(gd, row("440000", 2023, "32.4"))
    share(gd)
    with gd.workspace.store.read() as connection:
        (message,) = [m for m in node_records.unacknowledged(connection, cn.hello().profile.id, 9) if m.envelope.kind == "figures"]
    kinds = dict(cn.kinds)

    def dies(arrival):
        kinds["figures"](arrival)
        raise KeyboardInterrupt

    dying = Exchange(cn.workspace, {**kinds, "figures": dies}, cn.questions, cn.clock)
    with pytest.raises(KeyboardInterrupt):
        dying.receive(message.encode())
    assert gd.deliver(wire) == 1
    assert figures(cn) == figures(gd)


def test_processes_killed_at_random_while_figures_pass_between_them_have_each_figure_once_in_the_end(tmp_path):
    clock, chance = Time(), random.Random(7)
    ports = [free_port(), free_port()]
    cn = node(tmp_path / "cn", "cn", "nation", "CN", ports[0], clock)
    gd = node(tmp_path / "gd", "gd", "province", "440000", ports[1], clock)
    wire = Wire({f"http://127.0.0.1:{ports[0]}": cn, f"http://127.0.0.1:{ports[1]}": gd})
    stand_below(gd, cn, wire)
    up, below = Process(tmp_path / "cn", ports[0], sends=False), Process(tmp_path / "gd", ports[1])
    gd = Exchange(gd.workspace, gd.kinds, gd.questions, system_clock)
    try:
        up.start()
        below.start()
        for year, value in zip(range(2020, 2025), ("12.4", "17.1", "24.7", "32.6", "40.2"), strict=True):
            observed(gd, row("440000", year, value))
            share(gd)
            victim = chance.choice((up, below))
            victim.kill()
            victim.start()
        expected = figures(gd)
        below.kill()
        for _ in range(600):
            gd.deliver(Http())
            with gd.workspace.store.read() as connection:
                if not node_records.waiting(connection):
                    break
            time.sleep(0.05)

            time.sleep(0.1)
    finally:
        up.kill()
        below.kill()
    assert figures(cn) == expected
    assert len(expected) == 5


def test_a_batch_without_figures_is_taken_by_a_node_that_has_none(pair):
    cn, gd, wire = pair
    message = cn.send(gd.hello().profile.id, KIND, {"csv": csv_bytes(TOLD, []).decode()})
    assert cn.deliver(wire) == 1
    with cn.workspace.store.read() as connection:
        assert node_records.outcome(connection, message.envelope.to, message.envelope.sequence) == "applied"
    assert figures(gd) == []

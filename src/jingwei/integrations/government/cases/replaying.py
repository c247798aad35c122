"""A case run again from what was done to it: the same commands on a new machine must come to the same standstill."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa

from jingwei.engines.processes.machine import Machine
from jingwei.engines.processes.migration import carried
from jingwei.engines.processes.state import State
from jingwei.integrations.government.cases.deployments import loaded
from jingwei.integrations.government.cases.rows import CASES, EVENTS, id_of
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem


def replayed(context: Context, code: str) -> tuple[State, State]:
    """The state as the store has it, and as the case's own commands make it. Raises Problem ``unknown_case``."""
    with context.workspace.store.read() as connection:
        number = id_of(connection, code)
        row = connection.execute(sa.select(CASES).where(CASES.c.id == number)).one()
        kept = State.of(msgspec.msgpack.decode(bytes(row.state)), msgspec.msgpack.decode(bytes(row.variables)))
        done = [msgspec.msgpack.decode(bytes(r.done)) for r in connection.execute(sa.select(EVENTS.c.done).where(EVENTS.c.case_id == number, EVENTS.c.done.is_not(None)).order_by(EVENTS.c.seq))]
        commands = [command for step in done for command in step]
        machine: Machine | None = None
        for verb, work, word, variables in commands:
            machine = _again(connection, machine, verb, work, word, variables)
    return kept, machine.state if machine else State()


def _again(connection: sa.Connection, machine: Machine | None, verb: str, work: int, word: Any, variables: Mapping[str, Any]) -> Machine:
    if verb == "start":
        machine = Machine(loaded(connection, work).net)
        machine.start(variables, word)
        return machine
    assert machine is not None
    match verb:
        case "complete" | "catch" | "retry":
            getattr(machine, verb)(work, variables)
        case "fail" | "escalate":
            getattr(machine, verb)(work, word)
        case "facts":
            machine.state.variables.update(variables)
        case "cancel":
            machine.state.works.clear()
            machine.state.scopes.clear()
            machine.state.ended = True
        case "migrate":
            old, new = machine.net, loaded(connection, work).net
            return Machine(new, carried(old, new, machine.state, word))
        case _:
            raise Problem("newer_case", Text(f"本程序不认识命令 {verb!r}", f"this program knows no command {verb!r}"), remedy=Text("请用写它的程序，或更新的版本。", "Use the program that wrote it, or a newer one."))
    return machine

"""Running cases taken to another version, all or none: first told, with every token that would strand, then done."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from jingwei.engines.processes.migration import stranded
from jingwei.engines.processes.soundness import Standstills
from jingwei.integrations.government.cases import asks, deployments
from jingwei.integrations.government.cases.model import STATUSES
from jingwei.integrations.government.cases.records import changing
from jingwei.integrations.government.cases.rows import CASES
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

NAMED: Final = 20
"""Cases named when they are many."""


def migrate(context: Context, given: asks.MigrateCases) -> Result:
    """Every open case of the other versions goes on under one, or none does: Problem ``stranded`` names the cases and the nodes. ``--dry-run`` tells it only."""
    renamed = _renamed(given.mapping)
    with changing(context) as desk:
        to = deployments.newest(desk.connection, given.process, given.to)
        froms = [number for number, process, version, _, _ in deployments.listed(desk.connection)
                 if process == given.process and number != to.id and given.source in (0, version)]
        numbers = list(desk.connection.scalars(sa.select(CASES.c.id).where(CASES.c.deployment.in_(froms), CASES.c.status == STATUSES.index("open")).order_by(CASES.c.id)))
        where = Standstills(to.net)
        desk.many(numbers)
        lives = [desk.by_id(n) for n in numbers]
        lost = [(live.code, found) for live in lives if (found := stranded(live.deployment.net, to.net, live.state, renamed, where))]
        if lost and not context.dry_run:
            said = [(code, "、".join(at for at, _ in found), ", ".join(f"{at} ({why.en})" for at, why in found)) for code, found in lost[:NAMED]]
            raise Problem("stranded", Text(f"{len(lost)} 件会丢下令牌：" + "；".join(f"{c} 在 {zh}" for c, zh, _ in said), f"{len(lost)} cases would strand a token: " + "; ".join(f"{c} at {en}" for c, _, en in said)),
                          where=f"{given.process} {to.version}", remedy=Text("说明改了名的节点（--mapping 旧=新），或等这些事离开那里；先看：--dry-run", "Say which nodes were renamed (--mapping old=new), or wait until these cases have left them; look first: --dry-run"))
        if not lost:
            for live in lives:
                desk.migrate(live, to, renamed)
    data: dict[str, Any] = {"process": given.process, "to": to.version, "cases": len(lives), "stranded": [{"case": c, "nodes": [at for at, _ in found]} for c, found in lost],
                            "written": not context.dry_run and not lost}
    if lost:
        lines = [f"- {code}: " + "; ".join(f"{at} — {why.in_(context.language)}" for at, why in found) for code, found in lost]
        return Result(context.say(f"{len(lives)} 件中有 {len(lost)} 件会丢下令牌：\n", f"Of {len(lives)} cases {len(lost)} would strand a token:\n") + "\n".join(lines) + "\n", data, holds=False)
    word = context.say("可以迁到", "can go on under") if context.dry_run else context.say("已迁到", "go on under")
    return Result(context.say(f"{len(lives)} 件{word}第 {to.version} 版。", f"{len(lives)} cases {word} version {to.version}."), data)


def _renamed(mapping: tuple[str, ...]) -> dict[str, str]:
    pairs = [m.partition("=") for m in mapping]
    wrong = next((m for m, (a, _, b) in zip(mapping, pairs, strict=True) if not a or not b), None)
    if wrong is not None:
        raise Problem("bad_mapping", Text(f"{wrong[:60]!r} 不是“旧=新”", f"{wrong[:60]!r} is not old=new"), where="--mapping", remedy=Text("写 look=check 这样。", "Write it like look=check."))
    return {a: b for a, _, b in pairs}

"""The plan as it stands, and results made again."""

from __future__ import annotations

from pathlib import Path

from jingwei import plan
from jingwei.coordination.model import AskPlan, AskReplay
from jingwei.coordination.observations.figures import read_book
from jingwei.coordination.oracles import VOUCHED
from jingwei.kernel import actions
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.i18n import Text
from jingwei.kernel.markdown import markdown
from jingwei.kernel.problems import Problem, did_you_mean
from jingwei.kernel.receipts import Receipt


def show_plan(context: Context, given: AskPlan) -> Result:
    """Every clause in the plan's order with the state its evidence gives it."""
    codes = {room.code for room in plan.ROOMS}
    if given.room is not None and given.room not in codes:
        raise Problem("unknown_room", Text(f"没有 {given.room!r} 这一章", f"there is no room {given.room!r}"),
                      remedy=did_you_mean(given.room, codes)
                      or Text(f"各章是 {'、'.join(sorted(codes))}。", f"The rooms are {', '.join(sorted(codes))}."))
    observed = {f.measure for f in read_book(context).usable}
    states = plan.states(observed, VOUCHED, ())

    def say(text: Text) -> str:
        return text.in_(context.language)

    lines, data = [], []
    for wing, room, clauses in plan.tree():
        if given.room not in (None, room.code):
            continue
        head = f"{room.code} {say(room.name)}"
        lines.append(f"## {head} · {say(wing.head)}\n" if wing else f"## {head}\n")
        lines.append(markdown(
            (say(Text("条款", "clause")), say(Text("要求", "asks")), say(Text("状态", "state")), say(Text("依据", "because"))),
            ((c.code, say(c.asks), say(plan.STATES[states[c.code].state]), say(states[c.code].because)) for c in clauses)))
        data += [{"code": c.code, "room": room.code, "wing": wing.code if wing else None, "asks": say(c.asks),
                  "answer": say(c.answer), "state": states[c.code].state, "because": say(states[c.code].because)}
                 for c in clauses]
    return Result("\n".join(lines), data)


def replay(context: Context, given: AskReplay) -> Result:
    """Whether a result comes out the same again. Raises Problem ``unknown_action`` for a receipt of another program."""
    receipt = Receipt.read(given.receipt)
    found = next((a for p in plan.pillars() for a in p.actions if a.path == receipt.action), None)
    if found is None:
        raise Problem("unknown_action",
                      Text(f"这张凭据属于 {' '.join(receipt.action)!r}，这里没有哪一章做这件事",
                           f"the receipt is of {' '.join(receipt.action)!r}, which no room here can do"),
                      where=given.receipt.name)
    done = actions.replay(receipt, found, context, Path(given.receipt.origin).parent)
    same_code = receipt.code == done.code_now
    data = {"identical": done.identical, "differing": list(done.differing), "action": list(receipt.action),
            "code": receipt.code, "code_now": done.code_now, "id": receipt.id}

    def say(zh: str, en: str) -> str:
        return Text(zh, en).in_(context.language)

    if done.identical:
        return Result(say(f"一致：{len(receipt.outputs)} 个文件逐字节相同。",
                          f"Identical: {len(receipt.outputs)} files, byte for byte."), data)
    why = "" if same_code else say(f"程序不同：当时 {receipt.code}，现在 {done.code_now}。",
                                   f" The code differs: {receipt.code} then, {done.code_now} now.")
    return Result(say(f"不一致：{'、'.join(done.differing)}。{why}", f"Not identical: {', '.join(done.differing)}.{why}"),
                  data, holds=False)

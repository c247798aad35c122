"""Requests between nodes: asked at one, decided at the other, and the same case with the same clocks at both.

Whoever asks sends each of its steps as a message; the node that holds the data takes it as it would its own people's, under the rules
of the law, and tells what happened, event by event. The asking node keeps those events with the instants at which they happened at the
holder: it is there that the law's clocks run, and they read alike at both ends. Each node calls the other by its id, which is the
fingerprint of its key; which organisation of the other it was, the other says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import msgspec

from jingwei.foundations.data.sharing import asks
from jingwei.foundations.data.sharing.cases import fold, scope_in
from jingwei.foundations.data.sharing.model import After, Attribute, Case, Level, Mode, code
from jingwei.foundations.data.sharing.records import ROOM, Step, about, acting, changing, digest, organisation
from jingwei.foundations.data.sharing.records import known as known_organisations
from jingwei.kernel import node_records
from jingwei.kernel.access import PURPOSES
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.exchange import Arrival, Exchange
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Event
from jingwei.kernel.nodes import APPLIED, SHARING, Known, speaks
from jingwei.kernel.people import Principal
from jingwei.kernel.problems import Problem
from jingwei.kernel.told import Told, told

ASKED, TOLD = "share.asked", "share.told"
"""Kinds of message: a step of whoever asks, to the holder; what happened there, back."""

MOST_WORDS = 20_000
"""Characters of one text that another node sends."""

_NODE = re.compile(r"n-[0-9a-f]{40}")

STEPS: dict[str, type] = {"request": asks.AskData, "supplement": asks.SupplementRequest, "report": asks.ReportError, "object": asks.ObjectRequest,
                          "settle": asks.SettleRequest, "stop": asks.StopRequest, "drop": asks.DropRecords}
"""What another node's people may do about a request of theirs, and what each is given."""


def is_node(name: str) -> bool:
    """Whether the organisation so called is another node."""
    return _NODE.fullmatch(name) is not None


# At the node that asks


def ask(context: Context, given: asks.AskData, key: str) -> Result:
    """Ask for data that another node holds. Under the same key it is asked for once.

    Raises Problem ``unknown_node``, ``not_admitted`` or ``older_program``.
    """
    if given.need:
        raise Problem("need_elsewhere", Text("需求登记目前只在同一节点内", "a declared need lies within one node"), where="--need",
                      remedy=Text("请去掉 --need。", "Leave out --need."))
    with changing(context) as connection:
        me, holder = node_records.own(connection), _holder(connection, given.holder or "")
        asker = organisation(known_organisations(context), given.asker, "--asker")
        acting(context, asker, Text("以它的名义申请", "ask in its name"))
        name = code_of(me.id, key)
        fresh = not any(e.kind == ASKED and e.facts["ask"] == "request" for e in told(context.workspace.ledger, ROOM, words=False, about=name))
        if fresh and not context.dry_run:
            body = {"word": "request", "key": key, "unit": asker, "given": _plain(replace(given, holder=None, key=None, asker=me.id))}
            _send(context, holder.profile.id, name, "request", body, {"data": given.data, "unit": asker})
    return Result(context.say(f"申请 {name} 已发往{holder.profile.name_zh}，对方收到后期限开始。", f"Request {name} is on its way to {holder.profile.name_en}; its clocks start when it arrives."),
                  {"request": name, "node": holder.profile.id, "received": False, "sent": fresh, "written": not context.dry_run})


def forwarded(context: Context, word: str, given: Any) -> Result | None:
    """Send a step about a request that lies at another node to that node; None when it lies here, or is not known."""
    ledger = context.workspace.ledger
    case = about(ledger, given.code).cases.get(given.code) if ledger.store.exists() else None
    if case is None or not case.request.holder:
        return None
    with changing(context):
        acting(context, case.request.asker, Text("办理它的申请", "act on its request"))
        if not context.dry_run:
            _send(context, case.request.holder, given.code, word, {"word": word, "key": "", "unit": case.request.asker, "given": _plain(given)}, {})
    return Result(context.say(f"已发往节点 {case.request.holder[:12]}。", f"Sent to node {case.request.holder[:12]}."),
                  {"request": given.code, "node": case.request.holder, "sent": True, "written": not context.dry_run})


def _send(context: Context, to: str, name: str, word: str, body: Mapping[str, Any], more: Mapping[str, Any]) -> None:
    message = Exchange(context.workspace, clock=context.clock).send(to, ASKED, body)
    facts = {"request": name, "ask": word, "to": to, "sequence": message.envelope.sequence, **more}
    context.workspace.ledger.append(Step(ASKED, facts).event(context))


def _holder(connection: Any, name: str) -> Known:
    found = [one for one in node_records.known(connection) if one.relation != "self" and len(name) > 2 and one.profile.id.startswith(name)]
    if len(found) != 1:
        raise Problem("unknown_node", Text(f"相邻节点中有 {len(found)} 个的编号以 {name[:60]!r} 开头", f"{len(found)} neighbours have an id that begins with {name[:60]!r}"),
                      where="--holder", remedy=Text("见 jingwei node status。", "See jingwei node status."))
    (one,) = found
    if one.state != "admitted":
        raise Problem("not_admitted", Text("两个节点还没有接上", "the two nodes are not joined yet"), where=one.profile.id,
                      remedy=Text("见 jingwei node status。", "See jingwei node status."))
    if not speaks(one.profile, SHARING):
        raise Problem("older_program", Text(f"{one.profile.name.zh}的程序还不会处理数据申请", f"the program of {one.profile.name.en} knows no requests for data yet"),
                      where=one.profile.id, remedy=Text("等它升级后再申请。", "Ask when it has been upgraded."))
    return one


def code_of(node: str, key: str) -> str:
    """A request's code, the same at both ends, and nobody else's: it follows from the asking node's id."""
    return f"R-{digest('request', f'{node}/{key}')}"


def _plain(given: Any) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(given)
    return plain


@dataclass(frozen=True, slots=True)
class Pending:
    """A step on its way. ``outcome`` is the holder's signed word: empty while it waits, ``applied``, or the code of what was wrong."""

    request: str
    word: str
    to: str
    outcome: str
    entry: int


def pending(context: Context) -> list[Pending]:
    """Steps sent to other nodes that wait or were not taken; in order."""
    ledger = context.workspace.ledger
    if not ledger.store.exists():
        return []
    with ledger.store.read() as connection:
        found = [Pending(e.facts["request"], e.facts["ask"], e.facts["to"], node_records.outcome(connection, e.facts["to"], e.facts["sequence"]) or "", e.position)
                 for e in told(ledger, ROOM, words=False) if e.kind == ASKED]
    return [p for p in found if p.outcome != APPLIED]


# At the node that holds


def asked(arrival: Arrival) -> None:
    """Another node's people take a step: as those of one organisation of this one, which is called by the node's id."""
    body, sender = arrival.message.body, arrival.message.envelope.sender
    try:
        word = str(body["word"])
        kind = STEPS[word]
        unit, key = code(str(body["unit"]), Text("机构代码", "code of an organisation")), str(body["key"])[:200]
        given: Any = msgspec.convert(body["given"], kind)
        if isinstance(given, asks.AskData) and given.purpose not in PURPOSES:
            raise ValueError(f"{given.purpose[:40]!r} is no purpose")
    except (LookupError, TypeError, ValueError) as error:
        raise unreadable(sender, error) from None
    from jingwei.foundations.data.sharing import actions, following

    context = as_of(arrival)
    if isinstance(given, asks.AskData):
        actions.receive(context, replace(given, asker=sender, holder=None, need=None), code_of(sender, key), unit=unit)
    else:
        handlers: dict[str, Callable[[Context, Any], Result]] = {
            "supplement": actions.supplement, "report": following.report, "object": following.object_to, "settle": following.settle, "stop": following.stop,
            "drop": following.drop}
        handlers[word](context, given)


def as_of(arrival: Arrival) -> Context:
    """The world in which a message is applied: at its instant, for the node that sent it."""
    sender = arrival.message.envelope.sender
    return Context(arrival.exchange.workspace, clock=lambda: arrival.at, principal=Principal(f"p-{sender[2:34]}", sender))


def tell(context: Context, positions: Sequence[int], steps: Sequence[Step]) -> None:
    """Tell the node whose request it is what has just been recorded about it. Inside the transaction that recorded it."""
    mine = [(p, s) for p, s in zip(positions, steps, strict=True) if s.kind.startswith(f"{ROOM}.") and "request" in s.facts]
    if not mine:
        return
    with context.workspace.store.read() as connection:
        if not any(one.relation != "self" for one in node_records.known(connection)):
            return
    exchange = Exchange(context.workspace, clock=context.clock)
    for name in dict.fromkeys(str(s.facts["request"]) for _, s in mine):
        case = about(context.workspace.ledger, name).cases.get(name)
        if case is None or case.request.holder or not is_node(case.request.asker):
            continue
        events = [{"kind": s.kind, "at": _instant(context, p), "facts": dict(s.facts), "words": dict(s.words), "entry": p}
                  for p, s in mine if s.facts["request"] == name and s.kind.partition(".")[2] in FACTS]
        if events:
            exchange.send(case.request.asker, TOLD, {"request": name, "unit": case.request.provider, "events": events})


def _instant(context: Context, position: int) -> str:
    """As the entry has it: a clock read once more would say a little later."""
    return str(msgspec.json.decode(context.workspace.ledger.entry(position))["at"])


# Back at the node that asked

Field = Literal["basis", "scenario", "scope", "mode", "period"]
_TEXT, _COUNT = str, int
_REQUEST: dict[str, Any] = {"data": _TEXT, "attribute": Attribute, "purpose": Literal[tuple(PURPOSES)], "mode": Literal["", "csv", "parquet", "api"],
                            "first": _TEXT, "last": _TEXT, "missing": list[Field], "need": _TEXT, "synthetic": bool}
_USE: dict[str, Any] = {"mode": Mode, "snapshot": _TEXT, "rows": _COUNT, "columns": _COUNT, "digest": _TEXT}
FACTS: Mapping[str, Mapping[str, Any]] = {
    "requested": _REQUEST, "supplemented": {**_REQUEST, "complete": bool}, "noticed": {"missing": list[Field]}, "extended": {"days": _COUNT, "consent": _TEXT},
    "decided": {"granted": bool, "ground": _TEXT, "reasoned": bool, "grant": _TEXT, "after": After}, "delivered": {**_USE, "key": _TEXT}, "used": _USE,
    "reported": {"fault": _TEXT}, "corrected": {"fault": _TEXT, "right": bool}, "objected": {}, "raised": {"level": Level},
    "settled": {"outcome": Literal["stands", "reopened"]}, "stopped": {"cause": _TEXT, "agreed": bool}, "dropped": {}}
"""What is told of each kind of event, and of which type it is. Credentials stay where they are."""

_WORDS = ("basis", "scenario", "scope", "reason", "what")


def heard(arrival: Arrival) -> None:
    """What happened at the holder to a request of this node, kept as it happened there. Whatever could not be read later is refused now."""
    body, sender, ledger = arrival.message.body, arrival.message.envelope.sender, arrival.exchange.workspace.ledger
    name, context = str(body.get("request")), as_of(arrival)
    before = about(ledger, name)
    case = before.cases.get(name)
    mine = [e for e in told(ledger, ROOM, words=False, about=name) if e.kind == ASKED and e.facts["to"] == sender]
    if not mine or (case is not None and case.request.holder != sender):
        raise Problem("not_asked", Text("本节点没有向它提出这个申请", "this node made no such request of it"), where=sender[:60],
                      remedy=Text("不用做什么。", "Nothing is to be done."))
    unit = next(str(e.facts["unit"]) for e in mine if "unit" in e.facts)
    try:
        steps = [_as_kept(each, name, unit, sender, str(body["unit"])) for each in body["events"]]
        trial = [Told(2**40 + i, arrival.at.isoformat(), s.kind, s.facts, s.words) for i, s in enumerate(steps)]
        for event in trial:
            scope_in(event.payload or {})
        after = fold(trial, before).cases[name]
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise unreadable(sender, error) from None
    ledger.record([s.event(context) for s in steps])
    from jingwei.foundations.data.sharing.landing import ended

    if after.stopped or (after.decision and not after.decision.granted):
        ended(context, arrival.exchange, after, "stopped" if after.stopped else "refused")


def _as_kept(told_: Mapping[str, Any], name: str, unit: str, sender: str, provider: str) -> Step:
    kind = str(told_["kind"]).removeprefix(f"{ROOM}.")
    facts = {fact: msgspec.convert(told_["facts"][fact] if fact != "after" else told_["facts"].get(fact, "delete"), type_) for fact, type_ in FACTS[kind].items()}
    for day in ("first", "last"):
        if facts.get(day):
            date.fromisoformat(facts[day])
    here = {"asker": unit, "provider": sender, "unit": provider, "holder": sender} if kind in ("requested", "supplemented") else {}
    words = {w: str(told_["words"][w])[:MOST_WORDS] for w in _WORDS if w in told_["words"]}
    return Step(f"{ROOM}.{kind}", {"request": name, **facts, **here, "when": str(told_["at"]), "there": msgspec.convert(told_["entry"], int)}, words)


def note(arrival: Arrival, kind: str, facts: Mapping[str, Any]) -> None:
    """Enter what another node says of its end of a request, as of the instant at which it happened there; nothing of it is told back."""
    context = as_of(arrival)
    context.workspace.ledger.append(Event(f"{ROOM}.{kind}", arrival.at, context.principal.id, {**facts, "when": arrival.message.envelope.at}))


def case_between(arrival: Arrival, *, here: bool) -> Case:
    """The case a message is about, when it lies between this node and the sender. Raises Problem ``unknown_request``.

    here : it lies at this node, and the sender asked; else the sender holds it
    """
    name, sender = str(arrival.message.body.get("request")), arrival.message.envelope.sender
    return between(arrival.exchange, name, sender, here=here)


def between(exchange: Exchange, name: str, other: str, *, here: bool) -> Case:
    case = about(exchange.workspace.ledger, name).cases.get(name)
    if case is None or other != (case.request.asker if here else case.request.holder) or (here and case.request.holder):
        raise Problem("unknown_request", Text(f"两个节点之间没有申请 {name[:40]!r}", f"there is no request {name[:40]!r} between the two nodes"), where=other[:60],
                      remedy=Text("列出全部：jingwei share list", "List them: jingwei share list"))
    return case


def unreadable(sender: str, error: Exception) -> Problem:
    return Problem("unreadable", Text(f"消息读不懂（{error}）", f"the message cannot be read ({error})"), where=sender[:60],
                   remedy=Text("请升级发送它的程序。", "Upgrade the program that sent it."))


"""A delivery to another node: cut into parts there, collected part by part here, landed in the lake, and gone when the grant ends.

The holder says by message what there is: the digest of the whole Parquet file and of each part. The receiver asks for the parts, each
answer signed; what it has lies on its disk, so that whoever dies or is cut off goes on with the part that is missing. When the whole is
there, it becomes the receiver's dataset, and that is told back once. Nothing large waits in an outbox.
"""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from jingwei.foundations.data.sharing import across
from jingwei.foundations.data.sharing.delivery import KINDS, Delivered, deliver
from jingwei.foundations.data.sharing.model import Case, Coming, Mode
from jingwei.foundations.data.sharing.records import Step, about, changing, shared
from jingwei.foundations.data.sharing.steps import grant_in_force, terms_of
from jingwei.kernel import node_records
from jingwei.kernel.access import Exact, Grant, Subject
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.exchange import Arrival, Exchange, Transport
from jingwei.kernel.files import held, write_whole
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import Dataset
from jingwei.kernel.ledger import Event, Proof
from jingwei.kernel.nodes import Known, Message
from jingwei.kernel.people_records import give, rules, withdraw
from jingwei.kernel.problems import Problem
from jingwei.kernel.workspace import Workspace

COMING, LANDED, USED, DISPOSED = "share.coming", "share.landed", "share.used", "share.disposed"
"""Kinds of message: what is to be collected; that it landed; that it was used; that it is no more."""

ASK_PART = "share.part"
PART = 3 * 2**20
"""Bytes of a part; in an answer they are four thirds of that."""

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")

OUTGOING, INCOMING, LOCKED = "outgoing", "incoming", "locked"
"""Folders of a node: files that wait to be collected, parts that were, and what is locked away."""


# At the holder


def send_parts(context: Context, case: Case, made: Delivered) -> None:
    """Put the file where its parts are read from, and tell the asking node what there is. In the transaction that records the delivery."""
    content = made.document.content
    _keep(context.workspace, made.digest, content)
    parts = [sha256(content[at:at + PART]).hexdigest() for at in range(0, len(content), PART)]
    Exchange(context.workspace, clock=context.clock).send(case.request.asker, COMING, {
        "request": case.request.code, "digest": made.digest, "size": len(content), "rows": made.rows, "parts": parts, "columns": columns_of(content)})


def part(exchange: Exchange, asker: Known, question: Message) -> Mapping[str, Any]:
    """One part of a delivery, to the node it is for, while its grant is in force. Raises ``unknown_request``, ``not_granted`` or ``unknown_part``."""
    body, context = question.body, Context(exchange.workspace, clock=exchange.clock)
    case = across.between(exchange, str(body.get("request")), asker.profile.id, here=True)
    use = next((u for u in reversed(case.uses) if u.delivery and u.digest == body.get("digest")), None)
    number = body.get("part")
    if use is None or not isinstance(number, int) or number < 0 or case.stopped:
        raise Problem("unknown_part", Text("没有这样的数据段", "there is no such part"), where=case.request.code,
                      remedy=Text("请按所告知的内容索取。", "Ask for what was told."))
    terms, grant, in_force = terms_of(context, case.request), *grant_in_force(context, case)
    if day_in_china(context.clock()) > (grant.last or date.max):
        raise Problem("not_granted", Text(f"授权已于 {grant.last} 到期", f"the grant ended on {grant.last}"), where=grant.id,
                      remedy=Text("请重新申请。", "Ask anew."))
    kept = _outgoing(exchange.workspace, use.digest)
    if not kept.exists():  # put back from a backup: the same snapshot under the same grant makes the same file
        again = deliver(replace(context, pinned={terms.dataset: use.snapshot}, snapshots={}), terms, grant, in_force, case.request.asker, "parquet", export=True)
        if again.digest != use.digest:
            raise Problem("not_granted", Text("现行授权给出的已与当时不同", "what is granted now is no longer what was delivered then"), where=grant.id,
                          remedy=Text("请提供部门重新提供。", "Have the provider deliver anew."))
        _keep(exchange.workspace, use.digest, again.document.content)
    with kept.open("rb") as file:
        file.seek(number * PART)
        return {"part": number, "data": base64.b64encode(file.read(PART)).decode()}


def landed(arrival: Arrival) -> None:
    """The delivery is whole at the node that asked: its file is kept here no longer."""
    case, body = across.case_between(arrival, here=True), arrival.message.body
    use = next((u for u in case.uses if u.delivery and u.digest == body.get("digest")), None)
    if use is None or use.rows != body.get("rows"):
        raise Problem("other_delivery", Text("落地的不是所提供的", "what landed is not what was delivered"), where=case.request.code,
                      remedy=Text("请核对双方账本。", "Compare the two ledgers."))
    across.note(arrival, "landed", {"request": case.request.code, "digest": use.digest, "rows": use.rows, "dataset": str(body.get("dataset"))})
    _outgoing(arrival.exchange.workspace, use.digest).unlink(missing_ok=True)


def used(arrival: Arrival) -> None:
    """What was delivered was used at the node that asked: recorded here too (art. 29)."""
    case, body = across.case_between(arrival, here=True), arrival.message.body
    try:
        facts: dict[str, Any] = {"mode": msgspec.convert(body["mode"], Mode), **{n: msgspec.convert(body[n], int) for n in ("rows", "columns")},
                                 **{n: msgspec.convert(body[n], str) for n in ("snapshot", "digest")}}
    except (LookupError, msgspec.ValidationError) as error:
        raise across.unreadable(arrival.message.envelope.sender, error) from None
    across.note(arrival, "used", {"request": case.request.code, **facts, **({"synthetic": True} if case.request.synthetic else {})})


def disposed(arrival: Arrival) -> None:
    """The asking node shows by its own ledger that the data are no more, or locked away. Raises Problem ``bad_proof``."""
    case, body, sender = across.case_between(arrival, here=True), arrival.message.body, arrival.sender
    try:
        proof = msgspec.convert(body["proof"], Proof)
        if sender is None or proof.head is None or proof.head.key != sender.profile.key or not proof.holds():
            raise ValueError("it does not hold")
        proof.head.check()
        entry = json.loads(proof.entry)
        facts = {name: entry["facts"][name] for name in ("how", "why", "files")}
        if (entry["kind"], entry["facts"]["request"]) != (DISPOSED, case.request.code):
            raise ValueError("it is of another entry")
    except (Problem, ValueError, LookupError, TypeError) as error:
        raise Problem("bad_proof", Text(f"没有证据表明数据已处理（{error}）", f"nothing shows that the data are gone ({error})"), where=case.request.code,
                      remedy=Text("请连同证明一起发送。", "Send the proof with it.")) from None
    across.note(arrival, "disposed", {"request": case.request.code, **facts, "there": proof.position, "head": proof.size})


def columns_of(content: bytes) -> dict[str, str]:
    """Type by name of a Parquet file, as the lake calls them."""
    import pyarrow.parquet as pq

    return {field.name: KINDS.get(str(field.type), str(field.type)) for field in pq.read_schema(io.BytesIO(content))}


def _outgoing(workspace: Workspace, digest: str) -> Path:
    return workspace.folder / OUTGOING / f"{_hex(digest)}.parquet"


def _hex(digest: str) -> str:
    return digest.removeprefix("sha256:")


def _sweep(folder: Path, kept: set[str]) -> None:
    """Take away what no delivery needs any more, such as parts of one that was stopped on its way."""
    for one in folder.iterdir() if folder.is_dir() else ():
        if one.stem not in kept:
            shutil.rmtree(one, ignore_errors=True) if one.is_dir() else one.unlink(missing_ok=True)


def _keep(workspace: Workspace, digest: str, content: bytes) -> None:
    path = _outgoing(workspace, digest)
    path.parent.mkdir(exist_ok=True)
    write_whole(path, content)


# At the node that asked


def coming(arrival: Arrival) -> None:
    """There is something to collect; it is collected by whoever delivers messages. Raises Problem ``unreadable`` or ``not_granted``."""
    case, body = across.case_between(arrival, here=False), arrival.message.body
    try:
        size, rows, parts = msgspec.convert(body["size"], int), msgspec.convert(body["rows"], int), msgspec.convert(body["parts"], list[str])
        columns, digest = msgspec.convert(body["columns"], dict[str, str]), msgspec.convert(body["digest"], str)
        if len(parts) != -(-size // PART) or not _DIGEST.fullmatch(digest):
            raise ValueError("parts, size and digest do not hang together")
    except (LookupError, ValueError) as error:
        raise across.unreadable(arrival.message.envelope.sender, error) from None
    if case.stopped or case.decision is None or not case.decision.granted:
        raise Problem("not_granted", Text("没有同意共享的答复", "nothing was granted"), where=case.request.code,
                      remedy=Text("不用做什么。", "Nothing is to be done."))
    event = Step(COMING, {"request": case.request.code, "digest": digest, "size": size, "rows": rows, "when": arrival.message.envelope.at},
                 {"parts": parts, "columns": columns})
    arrival.exchange.workspace.ledger.append(event.event(across.as_of(arrival)))


def collect(exchange: Exchange, transport: Transport) -> int:
    """Collect and land what waits at other nodes; what does not come now is tried again later. Returns how much still waits."""
    workspace, waits, underway = exchange.workspace, 0, set[str]()
    with held(workspace.folder / "incoming.lock", wait=False) as mine:
        if not mine:
            return 1
        for case in list(shared(workspace.ledger, words=False).cases.values()):
            if (wanted := _wanted(case, exchange)) is None:
                continue
            underway.add(_hex(wanted.digest))
            wanted = about(workspace.ledger, case.request.code).cases[case.request.code].coming[-1]  # with its words
            try:
                content = _parts(exchange, case, wanted, transport)
                land(exchange, case.request.code, wanted, content)
            except Problem:
                waits += 1
        _sweep(workspace.folder / INCOMING, underway)
    return waits


def _wanted(case: Case, exchange: Exchange) -> Coming | None:
    """The newest delivery that has not landed yet and may still."""
    r, newest = case.request, case.coming[-1] if case.coming else None
    if newest is None or case.stopped or case.disposed or (r.last and day_in_china(exchange.clock()) > r.last):
        return None
    return None if any(one.digest == newest.digest for one in case.landed) else newest


def _parts(exchange: Exchange, case: Case, wanted: Coming, transport: Transport) -> bytes:
    """The whole file, of parts that are here already and parts that are asked for now. Raises what an answer raises, or ``altered_part``."""
    folder = exchange.workspace.folder / INCOMING / _hex(wanted.digest)
    folder.mkdir(parents=True, exist_ok=True)
    with exchange.workspace.store.read() as connection:
        holder = node_records.find(connection, case.request.holder)
    whole = list[bytes]()
    for number, digest in enumerate(wanted.parts):
        path = folder / f"{number:06d}"
        content = path.read_bytes() if path.exists() else b""
        if sha256(content).hexdigest() != digest:
            if holder is None:
                raise _altered(case)
            said = exchange.ask(holder, ASK_PART, {"request": case.request.code, "digest": wanted.digest, "part": number}, transport)
            try:
                content = base64.b64decode(str(said.get("data")))
            except ValueError:
                raise _altered(case) from None
            if sha256(content).hexdigest() != digest:
                raise _altered(case)
            write_whole(path, content)
        whole.append(content)
    file = b"".join(whole)
    try:
        whole_and_as_told = "sha256:" + sha256(file).hexdigest() == wanted.digest and columns_of(file) == dict(wanted.columns)
    except ValueError:  # of Arrow: no Parquet
        whole_and_as_told = False
    if not whole_and_as_told:
        raise _altered(case)
    return file


def dataset_of(code: str, columns: Mapping[str, Any]) -> Dataset:
    """Under which name a request's data land here."""
    return Dataset("received_" + code.lower().replace("-", "_"), 1, dict(columns))


def land(exchange: Exchange, code: str, wanted: Coming, content: bytes) -> None:
    """Make it the node's own dataset, under a grant like the one it came with, for the organisation that asked; and say so, once."""
    workspace = exchange.workspace
    context = Context(workspace, clock=exchange.clock)
    dataset = dataset_of(code, wanted.columns)
    with changing(context) as connection:
        case = about(workspace.ledger, code).cases[code]
        r, decision, now = case.request, case.decision, exchange.clock()
        if _wanted(case, exchange) is None or decision is None or r.first is None:
            return  # withdrawn, or landed, while it was on its way
        snapshot = workspace.lake.take(dataset, io.BytesIO(content))
        there = [rule for rule in rules(connection, dataset.name, now) if isinstance(rule, Grant)]
        grant = Grant(_local(case), Subject("organisation", r.asker), r.purpose, dataset.name, {c: Exact() for c in wanted.columns}, r.basis, r.first, r.last)
        for old in there:
            if old.id != grant.id:
                withdraw(connection, old.id, now)
        if all(old.id != grant.id for old in there):
            give(connection, grant, now)
        facts = {"request": code, "digest": wanted.digest, "rows": wanted.rows, "dataset": dataset.name}
        workspace.ledger.append(Step(LANDED, {**facts, "owner": r.unit, "purpose": r.purpose, "snapshot": snapshot.id, "after": decision.after}).event(context))
        exchange.send(r.holder, LANDED, facts)
    shutil.rmtree(workspace.folder / INCOMING / _hex(wanted.digest), ignore_errors=True)


def _local(case: Case) -> str:
    """Id of the grant under which landed data are read here."""
    return f"{case.decision.grant if case.decision else case.request.code}.here"


def ended(context: Context, exchange: Exchange, case: Case, why: str) -> None:
    """The grant is over: take the data away, or lock them, and prove it to the holder. Inside a transaction; the data go first, so that
    what the ledger says is true whenever one dies."""
    workspace, r = context.workspace, case.request
    for one in case.coming:  # parts that came before the end
        shutil.rmtree(workspace.folder / INCOMING / _hex(one.digest), ignore_errors=True)
    if not case.landed or case.disposed:
        return
    how = next((d.after for d in reversed(case.decisions) if d.granted), "delete")
    dataset = Dataset(case.landed[-1].dataset, 1, {})
    files = workspace.lake.empty(dataset, to=workspace.folder / LOCKED / r.code if how == "lock" else None)
    with workspace.store.write() as connection:
        for rule in rules(connection, dataset.name, context.clock()):
            withdraw(connection, rule.id, context.clock())
        facts = {"request": r.code, "dataset": dataset.name, "how": how, "why": why, "files": files, "digests": [one.digest for one in case.landed]}
        position = workspace.ledger.append(Event(DISPOSED, context.clock(), context.principal.id, facts))
        head = workspace.ledger.head(context.clock())
        proof = msgspec.structs.replace(workspace.ledger.prove(position, head.size), head=head)
        exchange.send(r.holder, DISPOSED, {"request": r.code, "proof": msgspec.to_builtins(proof)})


def retire(exchange: Exchange) -> int:
    """Dispose of what was granted until a day that is over, and keep no file for collection that nobody will; how much was disposed of."""
    context, count, awaited = Context(exchange.workspace, clock=exchange.clock), 0, set[str]()
    today = day_in_china(exchange.clock())
    for case in list(shared(exchange.workspace.ledger, words=False).cases.values()):
        if across.is_node(case.request.asker) and not case.stopped and not (case.request.last and today > case.request.last):
            awaited |= {_hex(u.digest) for u in case.uses if u.delivery} - {_hex(one.digest) for one in case.landed}
        if case.request.holder and case.landed and not case.disposed and case.request.last and today > case.request.last:
            with changing(context):
                now = about(exchange.workspace.ledger, case.request.code).cases[case.request.code]
                count += now.disposed is None
                ended(context, exchange, now, "expired")
    _sweep(exchange.workspace.folder / OUTGOING, awaited)
    return count


def _altered(case: Case) -> Problem:
    return Problem("altered_part", Text("取来的不是所告知的", "what came is not what was told"), where=case.request.code,
                   remedy=Text("过后会再取；一直如此请提供部门重新提供。", "It is asked for again later; if it stays so, have it delivered anew."))



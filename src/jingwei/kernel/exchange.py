"""What one node has to do with others: send and keep, receive once and in order, ask and answer.

A message is kept before it is sent and until it is acknowledged. Its receiver checks it, does what it says, takes note of it
and enters it in the ledger in one transaction; the acknowledgement it then gives is the one it will give for ever. Whoever
dies at any point therefore neither loses a message nor applies one twice: the sender sends again, and is told the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec
import sqlalchemy as sa

from jingwei.kernel import node_records as records
from jingwei.kernel.clock import Clock, system_clock
from jingwei.kernel.files import held
from jingwei.kernel.heads import node_key
from jingwei.kernel.i18n import Language, Text, Words
from jingwei.kernel.ledger import Event
from jingwei.kernel.nodes import (
    APPLIED,
    JOIN,
    Acknowledgement,
    Hello,
    Known,
    Message,
    Profile,
    acknowledge,
    common_version,
    refused,
    seal,
    written_in,
)
from jingwei.kernel.problems import Problem
from jingwei.kernel.workspace import Workspace

LONGEST_PAUSE = 300
"""Seconds between two attempts at the most; a node that gives a sign of life is tried at once."""

TURN = 0.05
"""Seconds between two looks whether another process has done delivering."""

AT_ONCE = 200
"""Messages sent to one node before the next has its turn."""

MOST_STRANGERS = 200
"""Requests for admission that may wait for a decision."""

ADMITTING = (JOIN, "node.admitted")
"""What may pass between two nodes of which one is not admitted by the other yet."""


class Early(Problem):
    """A message came before one that it follows. ``expected`` is the sequence the receiver waits for."""

    def __init__(self, what: Text, expected: int, *, where: Words = "") -> None:
        super().__init__("early_message", what, where=where,
                         remedy=Text(f"从第 {expected} 号消息起发送。", f"Send from message {expected} on."))
        self.expected = expected

    def to_json(self, language: Language = "en") -> dict[str, str]:
        return {**super().to_json(language), "expected": str(self.expected)}


class Transport(Protocol):
    """How bytes get to another node. Each raises Problem: ``unreachable``, or what the other refused it with."""

    def greet(self, url: str) -> Hello: ...
    def deliver(self, to: Profile, message: Message) -> Acknowledgement: ...
    def ask(self, to: Profile, question: Message) -> Message: ...


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message being applied, in the transaction that takes note of it. ``sender`` is None when it is unknown as yet."""

    exchange: Exchange
    connection: sa.Connection
    message: Message
    sender: Known | None
    at: datetime


Apply = Callable[[Arrival], None]
Answer = Callable[["Exchange", Known, Message], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A node among others.

    kinds : what each kind of message does. It works on the arrival's connection, and raises Problem for what cannot be done:
        then all it did is taken back and the message is acknowledged with the problem's code
    questions : how each kind of question is answered
    """

    workspace: Workspace
    kinds: Mapping[str, Apply] = field(default_factory=dict)
    questions: Mapping[str, Answer] = field(default_factory=dict)
    clock: Clock = system_clock

    # Sending

    def send(self, to: str, kind: str, body: Mapping[str, Any]) -> Message:
        """Keep a message for a node, to be delivered as soon as it can be. Joins an open transaction of the store.

        Raises Problem ``unknown_node``, ``no_node`` or ``forked_node``.
        """
        now = self.clock()
        with self.workspace.store.write() as connection:
            records.own(connection)
            known = records.find(connection, to, lock=True)
            if known is None or known.relation == "self":
                raise Problem("unknown_node", Text(f"本节点不认识 {to[:60]}", f"{to[:60]} is no other node this one knows"),
                              remedy=Text("见 jingwei node status。", "See jingwei node status."))
            _not_forked(known)
            message = seal(node_key(self.workspace.folder), to, records.next_sequence(connection, to), kind, body, now, written_in(known.profile))
            Message.read(message.encode())  # what its receiver could not read is refused here
            records.put(connection, message, now)
            self.workspace.ledger.append(Event("message.sent", now, message.envelope.sender, _told(message, to=to)))
        return message

    def deliver(self, transport: Transport, *, patience: float = 0.0) -> int:
        """Send what is due; returns how many messages were acknowledged. One process of the node delivers at a time.

        patience : seconds to wait for another process that delivers just now; after them what is due is left to it
        """
        store = self.workspace.store
        if not store.exists():
            return 0
        until = time.monotonic() + patience
        while not (done := self._deliver(transport))[0] and time.monotonic() < until:
            time.sleep(TURN)
        return done[1]

    def _deliver(self, transport: Transport) -> tuple[bool, int]:
        """Whether it was this process's turn, and how many messages were acknowledged."""
        store = self.workspace.store
        with held(self.workspace.folder / "node.lock", wait=False) as mine:
            if not mine:
                return False, 0
            with store.read() as connection:
                due = records.due(connection, self.clock())
            return True, sum(self._deliver_to(to, transport) for to in due)

    def _deliver_to(self, to: str, transport: Transport) -> int:
        with self.workspace.store.read() as connection:
            known, messages = records.find(connection, to), records.unacknowledged(connection, to, AT_ONCE)
        done, rewound = 0, False
        if known is None or not messages:
            return 0
        try:
            profile = self.greeted(known, transport)
            while messages:
                try:
                    acknowledgement = transport.deliver(profile, messages[0])
                except Early as early:  # it was put back from a backup, or we were interrupted while it was
                    if rewound:
                        raise
                    rewound = True
                    with self.workspace.store.read() as connection:
                        messages = records.sent(connection, to, early.expected, AT_ONCE)
                    if not messages:
                        raise
                    continue
                acknowledgement.check(messages[0], profile.key)
                with self.workspace.store.write() as connection:
                    done += records.settled(connection, acknowledgement)
                del messages[0]
        except Problem as problem:
            self._put_off(to, problem)
        return done

    def greeted(self, known: Known, transport: Transport) -> Profile:
        """Its profile as it is today. Raises Problem ``forked_node``, ``another_node`` or ``no_common_version``."""
        _not_forked(known)
        profile = transport.greet(known.profile.url).profile
        if profile.id != known.profile.id:
            raise Problem("another_node", Text(f"那里应答的是节点 {profile.id}", f"node {profile.id} answers there"),
                          where=known.profile.url,
                          remedy=Text(f"请查明 {known.profile.id} 现在在哪里。", f"Find out where {known.profile.id} is now."))
        common_version(profile)
        if profile != known.profile:
            with self.workspace.store.write() as connection:
                records.keep(connection, replace(known, profile=profile))
        return profile

    def _put_off(self, to: str, problem: Problem) -> None:
        now = self.clock()
        with self.workspace.store.write() as connection:
            for message in records.unacknowledged(connection, to, 1):
                sequence = message.envelope.sequence
                pause = min(LONGEST_PAUSE, 2 ** min(records.attempts(connection, to, sequence), 10))
                records.failed(connection, to, sequence, f"{problem.code}: {problem.what.en}", now + timedelta(seconds=pause))

    # Receiving

    def receive(self, content: bytes) -> Acknowledgement:
        """Take a message: exactly once, in its sender's order.

        One that was taken before is acknowledged as it was then, and nothing is done. Refused are, as Problem: ``unreadable``,
        ``unknown_sender``, ``not_admitted``, ``forked_node``, what ``Message.check`` raises, ``unknown_kind``,
        ``early_message`` (as Early) and ``replayed_message``, whose place in the order another message has taken.
        """
        message = Message.read(content)
        with self.workspace.store.read() as connection:  # whoever can sign nothing keeps no writer waiting
            self._introduced(connection, message, None)
        try:
            return self._receive(message)
        except sa.exc.IntegrityError:  # the same message came twice at once: the other was first
            return self._receive(message)

    def _receive(self, message: Message) -> Acknowledgement:
        e, now = message.envelope, self.clock()
        with self.workspace.store.write() as connection:
            sender = records.find(connection, e.sender, lock=True)
            self._introduced(connection, message, sender)
            before = records.taken(connection, e.sender, e.sequence)
            if before is not None:
                records.heard(connection, e.sender, now)
                if before[0] != message.digest:
                    raise refused("replayed_message", Text("它的位置已被另一条消息占用", "its place was taken by another message"),
                                  e,
                                  Text("每条消息用新编号；从备份恢复的节点须换新密钥重新加入。",
                                       "Number each message anew; a node put back from a backup must be admitted under a new key."))
                return before[1]
            expected = records.last_in(connection, e.sender) + 1
            if e.sequence != expected:
                raise Early(Text(f"第 {e.sequence} 号消息先于第 {expected} 号到达",
                                 f"message {e.sequence} came before message {expected}"), expected, where=e.sender)
            outcome = self._apply(Arrival(self, connection, message, sender, now))
            records.heard(connection, e.sender, now)
            answer = acknowledge(node_key(self.workspace.folder), message, outcome, now)
            records.take(connection, message, answer)
            self.workspace.ledger.append(Event("message.taken", now, e.sender, _told(message, outcome=outcome, **{"from": e.sender})))
            return answer

    def _introduced(self, connection: sa.Connection, message: Message, sender: Known | None) -> None:
        """Raises Problem unless the message is what its sender signed for this node, and its sender may send it."""
        e, me = message.envelope, records.own(connection)
        sender = sender or records.find(connection, e.sender)
        profile = sender.profile if sender else _stranger(connection, message)
        message.check(profile.key, me.id)
        if sender is not None:
            _not_forked(sender)
            if sender.state != "admitted" and e.kind not in ADMITTING:
                raise refused("not_admitted", Text("发送方还没有获准加入", "its sender is not admitted yet"), e,
                              Text(f"准许它加入：jingwei node admit {e.sender}", f"Admit it: jingwei node admit {e.sender}"))
        if e.kind not in self.kinds:
            raise refused("unknown_kind",
                          Text(f"本程序不认识 {e.kind[:40]!r} 类消息", f"this program knows no message of kind {e.kind[:40]!r}"),
                          e, Text("它在发送方等着，直到本节点升级。", "It waits at its sender until this node is upgraded."))

    def _apply(self, arrival: Arrival) -> str:
        try:
            with arrival.connection.begin_nested():
                self.kinds[arrival.message.envelope.kind](arrival)
        except Problem as problem:
            return problem.code
        return APPLIED

    # Asking

    def ask(self, to: Known, kind: str, body: Mapping[str, Any], transport: Transport) -> dict[str, Any]:
        """Ask a node something now; nothing of it is kept. The answer is signed by the node and is to this very question.

        Raises Problem: what the other refused it with, ``unreachable``, ``altered_message`` or ``misaddressed_message``.
        """
        return self.asked(to, kind, body, transport).body["said"]  # type: ignore[no-any-return]

    def asked(self, to: Known, kind: str, body: Mapping[str, Any], transport: Transport) -> Message:
        """As ``ask``; gives the whole signed answer, which is worth something as evidence."""
        _not_forked(to)
        question = seal(node_key(self.workspace.folder), to.profile.id, 0, kind, body, self.clock(), written_in(to.profile))
        answer = transport.ask(to.profile, question)
        answer.check(to.profile.key, question.envelope.sender)
        told = (answer.envelope.sender, answer.envelope.kind, answer.body.get("to"))
        if told != (to.profile.id, f"{kind}.answer", question.digest) or not isinstance(answer.body.get("said"), dict):
            raise refused("altered_message", Text("这不是对所问问题的回答", "that is no answer to what was asked"),
                          answer.envelope, Text("请再问一次。", "Ask again."))
        return answer

    def answer(self, content: bytes) -> Message:
        """The signed answer to a question of an admitted node. Raises Problem as ``receive``, and what the answer raises."""
        question = Message.read(content)
        e = question.envelope
        with self.workspace.store.read() as connection:
            me, sender = records.own(connection), records.find(connection, e.sender)
        if sender is None:
            raise _unknown(question)
        question.check(sender.profile.key, me.id)
        _not_forked(sender)
        if sender.state != "admitted":
            raise refused("not_admitted", Text("发送方还没有获准加入", "its sender is not admitted yet"), e,
                          Text(f"准许它加入：jingwei node admit {e.sender}", f"Admit it: jingwei node admit {e.sender}"))
        if e.kind not in self.questions:
            raise refused("unknown_kind",
                          Text(f"本程序不认识 {e.kind[:40]!r} 类提问",
                               f"this program knows no question of kind {e.kind[:40]!r}"), e,
                          Text("请向更新版本的程序提问。", "Ask it of a newer program."))
        said = self.questions[e.kind](self, sender, question)
        told = {"to": question.digest, "said": dict(said)}
        return seal(node_key(self.workspace.folder), e.sender, 0, f"{e.kind}.answer", told, self.clock(), e.protocol)

    def hello(self) -> Hello:
        """Raises Problem ``no_node``."""
        with self.workspace.store.read() as connection:
            heads = self.workspace.ledger.heads(within=connection)
            return Hello(records.own(connection), heads[-1] if heads else None)


def introduced(message: Message) -> Profile:
    """The profile a request for admission brings along. Raises Problem ``bad_node`` when it is not its sender's."""
    try:
        profile = msgspec.convert(message.body.get("profile"), Profile)
    except msgspec.ValidationError as error:
        raise Problem("bad_node", Text(f"申请里没有节点资料（{error}）", f"the request has no profile ({error})"),
                      where=message.envelope.sender[:60],
                      remedy=Text("请用 jingwei node join 发送。", "Send it with jingwei node join.")) from None
    profile.check()
    if profile.id != message.envelope.sender:
        raise Problem("bad_node", Text("资料是另一个节点的", "the profile is another node's"),
                      where=message.envelope.sender[:60],
                      remedy=Text("请用 jingwei node join 发送。", "Send it with jingwei node join."))
    return profile


def _stranger(connection: sa.Connection, message: Message) -> Profile:
    if message.envelope.kind != JOIN:
        raise _unknown(message)
    profile = introduced(message)
    if sum(one.state == "asked" for one in records.known(connection)) >= MOST_STRANGERS:
        raise refused("too_many_requests",
                      Text(f"已有 {MOST_STRANGERS} 个节点在等候加入", f"{MOST_STRANGERS} nodes wait to be admitted"),
                      message.envelope, Text("过后会再发。", "It will be sent again later."))
    return profile


def _unknown(message: Message) -> Problem:
    return refused("unknown_sender", Text("本节点不认识发送方", "this node does not know its sender"), message.envelope,
                   Text("请它先申请加入：jingwei node join URL", "Let it first ask to be admitted: jingwei node join URL"))


def _not_forked(known: Known) -> None:
    if known.state == "forked":
        raise Problem("forked_node",
                      Text("它改写过自己的历史：与本节点之间不再往来", "it rewrote its past: nothing passes between it and this node"),
                      where=known.profile.id,
                      remedy=Text(f"看证据：jingwei node evidence {known.profile.id}",
                                  f"See the evidence: jingwei node evidence {known.profile.id}"))


def _told(message: Message, **more: str) -> dict[str, Any]:
    return {"kind": message.envelope.kind, "message": message.digest, "sequence": message.envelope.sequence, **more}

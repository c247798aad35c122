"""Nodes as neighbours know them, and the signed messages between them: what is said, sealed, read and refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

import msgspec
import rfc8785
from msgspec import Struct

from jingwei.kernel.clock import CHINA
from jingwei.kernel.heads import Head, public_of, verified
from jingwei.kernel.i18n import Text
from jingwei.kernel.people import LEVELS, Level
from jingwei.kernel.problems import Problem, Unreadable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

VERSIONS = (1, 4)
"""Lowest and highest version of the protocol this program speaks. Version 2 added duties and live tests to what nodes say, 3 requests for data,
4 cases."""

DUTIES = 2
"""Version of the protocol from which on a node understands duties, how they stand, live tests and who stands below whom."""

SHARING = 3
"""Version from which on a node understands requests for data, their decisions and deliveries."""

CASES = 4
"""Version from which on a node answers for evidence that cases of others need, and does items of theirs."""

APPLIED = "applied"
JOIN = "node.join"
"""The one kind of message that may come from a node nobody knows yet: it brings its sender's profile along."""

MOST_BYTES = 8 * 2**20
"""Of one message."""

Relation = Literal["self", "parent", "child", "other"]
State = Literal["self", "asked", "admitted", "forked"]

_ID = re.compile(r"n-[0-9a-f]{40}")
_URL = re.compile(r"http://(?:localhost|127\.0\.0\.1):[0-9]{1,5}")


def fingerprint(key: str) -> str:
    """The id of the node whose Ed25519 public key this is (hexadecimal): 160 bits of its SHA-256."""
    return "n-" + sha256(b"jingwei node 1\n" + bytes.fromhex(key)).hexdigest()[:40]


class Profile(Struct, frozen=True, forbid_unknown_fields=True):
    """What a node says of itself.

    id : fingerprint of ``key``, so that nobody can take another's id
    place : administrative code; level, organisation : whose node it is
    url : where it is reached; the loopback address, until nodes may listen elsewhere
    versions : lowest and highest version of the protocol it speaks
    """

    id: str
    key: str
    name_zh: str
    name_en: str
    level: Level
    place: str
    organisation: str
    url: str
    versions: tuple[int, int] = VERSIONS

    @property
    def name(self) -> Text:
        return Text(self.name_zh, self.name_en)

    def check(self) -> None:
        """Raises Problem ``bad_node`` when what it says does not hang together."""
        try:
            own = _ID.fullmatch(self.id) and len(bytes.fromhex(self.key)) == 32 and fingerprint(self.key) == self.id
        except ValueError:
            own = False
        if not own:
            raise Problem("bad_node", Text("编号不是密钥的指纹", "the id is not the fingerprint of the key"), where=self.id[:60],
                          remedy=Text("请再向那个节点要一次它的资料。", "Ask the node for its profile again."))
        if self.level not in LEVELS or not all(0 < len(name) <= 200 for name in (self.name_zh, self.name_en)):
            raise Problem("bad_node", Text("节点要有名称和级别", "a node has a name and a level"), where=self.id,
                          remedy=Text(f"级别有：{'、'.join(LEVELS)}。", f"The levels are {', '.join(LEVELS)}."))
        loopback(self.url)
        if len(self.versions) != 2 or not 0 < self.versions[0] <= self.versions[1]:
            raise Problem("bad_node", Text(f"{self.versions} 不是版本范围", f"{self.versions} is no range of versions"),
                          where=self.id, remedy=Text("请给出最低和最高版本。", "Give the lowest and the highest."))


@dataclass(frozen=True, slots=True)
class Known:
    """A node as this one knows it.

    state : asked (wants to be admitted here, or we there), admitted, forked (it rewrote its past: nothing of it is taken)
    parent : id of the node above it; empty at the top, or when not told
    heard : when it last gave a valid sign; None before the first
    """

    profile: Profile
    relation: Relation
    state: State
    parent: str = ""
    heard: datetime | None = None


class Envelope(Struct, frozen=True, forbid_unknown_fields=True, rename={"sender": "from"}):
    """What is signed of a message.

    sequence : counted from 1 for each pair of sender and receiver; 0 for questions and answers, which are not kept
    at : instant with its zone; digest : SHA-256 of the body's canonical JSON (RFC 8785)
    """

    protocol: int
    sender: str
    to: str
    sequence: int
    kind: str
    at: str
    digest: str


class Message(Struct, frozen=True, forbid_unknown_fields=True):
    """One node's word to another. ``signature`` is hexadecimal (Ed25519, over ``statement``)."""

    envelope: Envelope
    body: dict[str, Any]
    signature: str = ""

    @property
    def statement(self) -> bytes:
        told: dict[str, Any] = msgspec.to_builtins(self.envelope)
        return b"jingwei message 1\n" + rfc8785.dumps(told)

    @property
    def digest(self) -> str:
        """Of all that is signed: two messages with one digest are one message."""
        return sha256(self.statement).hexdigest()

    def check(self, key: str, to: str) -> None:
        """Raises Problem ``unknown_protocol``, ``misaddressed_message`` or ``altered_message``.

        key : of the sender, as the receiver knows it; to : the receiver
        """
        e = self.envelope
        if not VERSIONS[0] <= e.protocol <= VERSIONS[1]:
            raise refused("unknown_protocol",
                          Text(f"消息是按版本 {e.protocol} 写的", f"the message is written in version {e.protocol}"), e,
                          Text(f"请按 {VERSIONS[0]} 到 {VERSIONS[1]} 的版本写。",
                               f"Write it in one from {VERSIONS[0]} to {VERSIONS[1]}."))
        if e.to != to:
            raise refused("misaddressed_message", Text(f"消息是给 {e.to[:60]} 的", f"the message is for {e.to[:60]}"), e,
                          Text(f"本节点是 {to}。", f"This node is {to}."))
        if e.digest != body_digest(self.body) or not verified(key, self.signature, self.statement):
            raise refused("altered_message", Text("发送方的签名不成立", "the signature of its sender does not hold"), e,
                          Text("请按签名时的原样发送。", "Send the message as it was signed."))

    def encode(self) -> bytes:
        return msgspec.json.encode(self)

    @classmethod
    def read(cls, content: bytes, where: str = "") -> Message:
        """A message from its JSON; nothing is checked but its shape. Raises Unreadable."""
        if len(content) > MOST_BYTES:
            raise Unreadable(Text(f"一条消息最多 {MOST_BYTES // 2**20} MiB",
                                  f"a message has at most {MOST_BYTES // 2**20} MiB"), where=where)
        try:
            message = msgspec.json.decode(content, type=cls)
            datetime.fromisoformat(message.envelope.at)
            body_digest(message.body)
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            raise Unreadable(Text(f"不是节点的消息（{error}）", f"not a message of a node ({error})"), where=where) from None
        return message


def seal(key: Ed25519PrivateKey, to: str, sequence: int, kind: str, body: Mapping[str, Any], at: datetime, protocol: int = VERSIONS[1]) -> Message:
    """A message of the node whose key this is. ``body`` is JSON: texts, whole numbers below 2^53, floats, lists, objects.

    protocol : version it is written in, which its receiver must speak
    """
    plain: dict[str, Any] = msgspec.to_builtins(dict(body))
    envelope = Envelope(protocol, fingerprint(public_of(key)), to, sequence, kind, at.astimezone(CHINA).isoformat(), body_digest(plain))
    bare = Message(envelope, plain)
    return msgspec.structs.replace(bare, signature=key.sign(bare.statement).hex())


class Acknowledgement(Struct, frozen=True, forbid_unknown_fields=True, rename={"sender": "from"}):
    """The receiver's signed word on what became of a message, for good.

    sender, to : of the message, not of this; message : its digest
    outcome : ``applied``, or the code of the problem for which the receiver took note of it and did nothing
    """

    sender: str
    to: str
    sequence: int
    message: str
    outcome: str
    at: str
    signature: str = ""

    @property
    def statement(self) -> bytes:
        told: dict[str, Any] = msgspec.to_builtins(self)
        del told["signature"]
        return b"jingwei acknowledgement 1\n" + rfc8785.dumps(told)

    def check(self, message: Message, key: str) -> None:
        """Raises Problem ``forged_acknowledgement`` unless ``key``'s node acknowledged this very message."""
        e = message.envelope
        same = (self.sender, self.to, self.sequence, self.message) == (e.sender, e.to, e.sequence, message.digest)
        if not same or not verified(key, self.signature, self.statement):
            raise refused("forged_acknowledgement",
                          Text("回执不是接收方对这条消息的答复", "the acknowledgement is not the receiver's word on this message"), e,
                          Text("消息会再发一次。", "The message will be sent again."))

    @classmethod
    def read(cls, content: bytes, where: str = "") -> Acknowledgement:
        try:
            return msgspec.json.decode(content, type=cls)
        except (msgspec.DecodeError, RecursionError) as error:
            raise Unreadable(Text(f"不是回执（{error}）", f"not an acknowledgement ({error})"), where=where) from None


def acknowledge(key: Ed25519PrivateKey, message: Message, outcome: str, at: datetime) -> Acknowledgement:
    e = message.envelope
    bare = Acknowledgement(e.sender, e.to, e.sequence, message.digest, outcome, at.astimezone(CHINA).isoformat())
    return msgspec.structs.replace(bare, signature=key.sign(bare.statement).hex())


class Hello(Struct, frozen=True, forbid_unknown_fields=True):
    """What a node tells anybody who asks: who it is, what it speaks, and its newest signed head."""

    profile: Profile
    head: Head | None = None

    @classmethod
    def read(cls, content: bytes, where: str = "") -> Hello:
        """Raises Unreadable; Problem ``bad_node`` or ``forged_head``. The profile is not signed: its id proves its key, and
        every message its possession."""
        try:
            hello = msgspec.json.decode(content, type=cls)
        except (msgspec.DecodeError, RecursionError) as error:
            raise Unreadable(Text(f"不是节点的问候（{error}）", f"not the greeting of a node ({error})"), where=where) from None
        hello.profile.check()
        if hello.head is not None:
            hello.head.check()
            if hello.head.key != hello.profile.key:
                raise Problem("bad_node", Text("它的树头是别的节点签的", "its head is signed by another node"),
                              where=hello.profile.id, remedy=Text("请再问它一次。", "Ask it again."))
        return hello


def common_version(profile: Profile, ours: tuple[int, int] = VERSIONS) -> int:
    """The highest version of the protocol both speak. Raises Problem ``no_common_version``, saying what cannot be done."""
    low, high = profile.versions
    found = min(high, ours[1])
    if found < max(low, ours[0]):
        older = Text("本程序", "this program") if ours[1] < low else Text(f"节点 {profile.id[:10]}", f"node {profile.id[:10]}")
        raise Problem("no_common_version",
                      Text(f"它用协议的 {low} 到 {high} 版，本程序用 {ours[0]} 到 {ours[1]} 版：两者之间消息、树头和提问都传不了；要发给它的先留着",
                           f"it speaks versions {low} to {high} of the protocol and this program {ours[0]} to {ours[1]}: neither "
                           "messages, nor heads, nor questions can pass between the two; what waits for it is kept"),
                      where=profile.id, remedy=Text(f"请升级{older.zh}。", f"Upgrade {older.en}."))
    return found


def written_in(profile: Profile) -> int:
    """The version to write to that node in: the highest both speak, or this program's when there is none and it has to wait."""
    both = min(profile.versions[1], VERSIONS[1])
    return both if both >= max(profile.versions[0], VERSIONS[0]) else VERSIONS[1]


def speaks(profile: Profile, version: int) -> bool:
    """Whether a node, as it last greeted, understands what that version of the protocol added."""
    return profile.versions[0] <= VERSIONS[1] and profile.versions[1] >= version


def loopback(url: str) -> str:
    """The address in full, when it is one of this machine; ``127.0.0.1:2522`` will do. Raises Problem ``bad_url``."""
    bare = url.rstrip("/") if "://" in url else f"http://{url}"
    if not _URL.fullmatch(bare) or not 0 < int(bare.rpartition(":")[2]) < 2**16:
        raise Problem("bad_url", Text(f"{url[:80]!r} 不是节点能有的地址", f"{url[:80]!r} is no address a node can have"),
                      remedy=Text("写 127.0.0.1:PORT；节点只在本机回环地址上接听。",
                                  "Write 127.0.0.1:PORT; nodes listen on the loopback address only."))
    return bare


def body_digest(body: Mapping[str, Any]) -> str:
    """Raises ValueError when the body is not JSON that every reader reads alike."""
    return sha256(rfc8785.dumps(dict(body))).hexdigest()


def refused(code: str, what: Text, envelope: Envelope, remedy: Text) -> Problem:
    return Problem(code, what,
                   where=Text(f"来自 {envelope.sender[:60]} 的第 {envelope.sequence} 号消息",
                              f"message {envelope.sequence} from {envelope.sender[:60]}"), remedy=remedy)

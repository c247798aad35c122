"""Signed tree heads: what a node says its ledger is, in a form a neighbour can hold it to."""

from __future__ import annotations

import os
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import rfc8785

from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, Unreadable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_FILE = "node.key"
Natural = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
"""What canonical JSON can hold."""


class Cosignature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A neighbour's word that it saw this head at that moment. ``key`` and ``signature`` are hexadecimal (Ed25519)."""

    key: str
    at: str
    signature: str


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A ledger at one moment: how many entries, and the root of RFC 9162 over them; signed, possibly co-signed.

    root, key, signature : hexadecimal; ``key`` is the node's public key and names the ledger
    at : instant with its zone (ISO 8601)
    """

    size: Natural
    root: str
    at: str
    key: str
    signature: str
    cosignatures: tuple[Cosignature, ...] = ()

    @property
    def statement(self) -> bytes:
        """What the node signs."""
        return b"jingwei tree head 1\n" + rfc8785.dumps({"at": self.at, "key": self.key, "root": self.root, "size": self.size})

    def cosigned(self, key: Ed25519PrivateKey, at: datetime) -> Head:
        """The head with one more co-signature. The caller has first seen it to be consistent with what it knew."""
        public, moment = public_of(key), at.isoformat()
        made = Cosignature(public, moment, key.sign(_witnessed(self, moment)).hex())
        others = tuple(c for c in self.cosignatures if c.key != public)
        return msgspec.structs.replace(self, cosignatures=(*others, made))

    def check(self) -> None:
        """Raises Problem ``forged_head`` when any signature on it does not hold."""
        if not verified(self.key, self.signature, self.statement):
            raise Problem("forged_head",
                          Text(f"{self.size} 条记录的树头不是它所说的节点签的",
                               f"the head of {self.size} entries is not signed by the node it names"),
                          remedy=Text("请再向那个节点要一次树头。", "Ask the node for its head again."))
        for each in self.cosignatures:
            if not verified(each.key, each.signature, _witnessed(self, each.at)):
                raise Problem("forged_head",
                              Text(f"{self.size} 条记录的树头上有一个联署不成立",
                                   f"a co-signature on the head of {self.size} entries does not hold"),
                              where=each.key[:16],
                              remedy=Text("请用邻居原样给出的树头。", "Use the head as the neighbour gave it."))

    def to_json(self) -> dict[str, Any]:
        told: dict[str, Any] = msgspec.to_builtins(self)
        return told

    @classmethod
    def read(cls, content: bytes, where: str = "") -> Head:
        """A head from its JSON, its signatures checked. Raises Unreadable, or Problem ``forged_head``."""
        try:
            head = msgspec.json.decode(content, type=cls)
            whole = len(bytes.fromhex(head.root)) == 32
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            raise Unreadable(Text(f"不是树头（{error}）", f"not a tree head ({error})"), where=where) from None
        if not whole:
            raise Unreadable(Text("不是树头（root）", "not a tree head (root)"), where=where)
        head.check()
        return head


def sign(size: int, root: bytes, at: datetime, key: Ed25519PrivateKey) -> Head:
    bare = Head(size, root.hex(), at.isoformat(), public_of(key), "")
    return msgspec.structs.replace(bare, signature=key.sign(bare.statement).hex())


def public_of(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def node_key(folder: Path) -> Ed25519PrivateKey:
    """The node's own key, made on first use and readable by its owner only. Raises Problem ``bad_key``.

    It lies beside the store, never in it: who can change rows cannot for that reason sign them.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

    path = folder / KEY_FILE
    try:
        if not path.exists():
            made = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            beside = path.with_name(f".{KEY_FILE}.{os.getpid()}")
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as sink:
                sink.write(made)
                sink.flush()
                os.fsync(sink.fileno())
            try:
                os.link(beside, path)  # two processes may both make one: the first to arrive stays
            except FileExistsError:
                pass
            finally:
                beside.unlink()
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise Problem("bad_key", Text(f"节点的密钥不能用（{error}）", f"the node's key cannot be used ({error})"),
                      where=str(path),
                      remedy=Text("请从自己的安全副本放回密钥；换新密钥就成了另一个节点。",
                                  "Put the key back from your own safe copy; a new one would be another node.")) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise Problem("bad_key", Text("节点的密钥不是 Ed25519 密钥", "the node's key is not an Ed25519 key"), where=str(path),
                      remedy=Text("请把密钥放回。", "Put the key back."))
    return key


def _witnessed(head: Head, at: str) -> bytes:
    said = {"at": at, "head": sha256(head.statement).hexdigest()}
    return b"jingwei co-signature 1\n" + rfc8785.dumps(said)


def verified(key: str, signature: str, statement: bytes) -> bool:
    """Whether the Ed25519 signature over the statement is by that key; both in hexadecimal, whatever they may hold."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), statement)
    except (InvalidSignature, ValueError):
        return False
    return True

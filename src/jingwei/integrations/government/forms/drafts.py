"""What somebody has begun to fill in: kept under a number and a secret, so that they may go away and come back; erased when they wish, or in time.

A draft is sealed with its secret (AES-256-GCM), which only the person has: nobody who reads the store learns what was answered, nor by whom. Nothing of
it is in the ledger.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from jingwei.kernel.store import Instant

DRAFTS = sa.table("form_drafts", sa.column("number"), sa.column("sealed", sa.LargeBinary), sa.column("expires", Instant))
D = DRAFTS.c

KEPT_FOR = timedelta(days=30)
"""A draft that nobody touches."""

FOLLOWED_FOR = timedelta(days=3 * 365)
"""What was handed in: its answers are gone from here, the way to its case stays."""

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
"""Of numbers and secrets: none looks like another, and none is read out like another."""

_LIKE = str.maketrans({"o": "0", "i": "1", "l": "1", "u": "v"} | {chr(wide): chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)})


@dataclass(frozen=True, slots=True)
class Known:
    """What a department said of this person, with where it comes from.

    digest : of the record as it came; code : why nothing came, as OOTS numbers it; empty when something did
    """

    evidence: str
    provider: str
    department: str
    at: str
    facts: Mapping[str, Any]
    digest: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """number : as people write it, such as ``J-4k7m-9trv``

    thing, version : of the deployment it was begun on
    person : stands for whoever is signed in; empty for nobody
    login : facts that signing in gave
    known, looked : what departments said, and whether they were asked
    reviewed : whether the person has looked at it; disputed : facts that they say are wrong
    asked : questions that were put, in that order
    case : that it became
    """

    number: str
    thing: str
    version: int
    person: str = ""
    login: Mapping[str, Any] = field(default_factory=dict)
    known: tuple[Known, ...] = ()
    looked: bool = False
    reviewed: bool = False
    disputed: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    case: str = ""

    def accepted(self) -> dict[str, Any]:
        """Facts that nobody need ask for: from signing in, and from departments where the person did not object.

        A fact that two departments tell differently is not taken from either: the person says which is right.
        """
        found: dict[str, Any] = {}
        for each in self.known:
            found |= each.facts
        split = {name for name in found if len({json.dumps(k.facts[name], sort_keys=True) for k in self.known if name in k.facts}) > 1}
        return {**self.login, **{name: said for name, said in found.items() if name not in split and name not in self.disputed}}


def begin(connection: sa.Connection, thing: str, version: int, at: datetime) -> tuple[Draft, str]:
    """A draft and its secret, which is told this once. What has expired goes."""
    connection.execute(sa.delete(DRAFTS).where(D.expires <= at))
    draft, secret = Draft(f"J-{_drawn(2)}", thing, version), _drawn(4)
    connection.execute(sa.insert(DRAFTS).values(number=draft.number, sealed=_sealed(draft, secret), expires=at + KEPT_FOR))
    return draft, secret


def opened(connection: sa.Connection, number: str, secret: str, at: datetime) -> Draft | None:
    """The draft of that number, for whoever has its secret; both as people write them."""
    from cryptography.exceptions import InvalidTag

    number, secret = _number(number), _plain(secret)
    sealed = connection.scalar(sa.select(D.sealed).where(D.number == number, D.expires > at))
    if sealed is None:
        return None
    try:
        kept = json.loads(_cipher(number, secret).decrypt(sealed[:12], sealed[12:], number.encode()))
    except InvalidTag:
        return None
    return Draft(**{**kept, "known": tuple(Known(**k) for k in kept["known"]), "disputed": tuple(kept["disputed"]), "asked": tuple(kept["asked"])})


def keep(connection: sa.Connection, draft: Draft, secret: str, at: datetime) -> None:
    lasts = FOLLOWED_FOR if draft.case else KEPT_FOR
    connection.execute(sa.update(DRAFTS).where(D.number == draft.number).values(sealed=_sealed(draft, secret), expires=at + lasts))


def handed_in(draft: Draft, case: str) -> Draft:
    """The same once it is a case: the case has the answers now."""
    return replace(draft, case=case, login={}, known=(), disputed=(), asked=(), answers={})


def erase(connection: sa.Connection, number: str) -> None:
    connection.execute(sa.delete(DRAFTS).where(D.number == number))


def spoken(secret: str) -> str:
    """A secret as it is shown."""
    return "-".join(re.findall("....", _plain(secret)))


def _drawn(groups: int) -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(groups))


def _plain(text: str) -> str:
    return re.sub(r"[^0-9a-z]", "", text[:200].lower().translate(_LIKE).lower())


def _number(text: str) -> str:
    plain = _plain(text)[-8:]
    return f"J-{plain[:4]}-{plain[4:]}"


def _cipher(number: str, secret: str) -> Any:
    """80 bits drawn by lot need no slow derivation."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(sha256(f"jingwei draft 1\n{number}\n{_plain(secret)}".encode()).digest())


def _sealed(draft: Draft, secret: str) -> bytes:
    nonce = secrets.token_bytes(12)
    return bytes(nonce + _cipher(draft.number, secret).encrypt(nonce, json.dumps(asdict(draft), ensure_ascii=False).encode(), draft.number.encode()))

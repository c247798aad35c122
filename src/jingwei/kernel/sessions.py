"""Who is signed in: people known by an identity provider, under pseudonyms drawn by lot, and their sessions.

Kept are a keyed digest of issuer and subject, and digests of secrets. Names, addresses and tokens never reach the store.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import rfc8785
import sqlalchemy as sa

from jingwei.kernel.heads import node_key, public_of, verified
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Event, Ledger
from jingwei.kernel.people import Principal, Role
from jingwei.kernel.people_records import keep_principal, principal, role
from jingwei.kernel.problems import Problem
from jingwei.kernel.store import Instant, Store
from jingwei.kernel.told import told

IDENTITIES = sa.table("people_identities", sa.column("identity"), sa.column("principal"), sa.column("by_claims"),
                      sa.column("since", Instant), sa.column("ended", Instant))
SESSIONS = sa.table("people_sessions", sa.column("secret", sa.LargeBinary), sa.column("nonce", sa.LargeBinary), sa.column("principal"),
                    *(sa.column(name, Instant) for name in ("begun", "expires", "ended")))


def derived(folder: Path, purpose: str) -> bytes:
    """32 bytes for one purpose, the same for every worker of the node: derived from its key, which is not in the store."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, None, f"jingwei {purpose} 1".encode()).derive(node_key(folder).private_bytes_raw())


def identity_of(folder: Path, issuer: str, subject: str) -> str:
    """What stands for a person of a provider: 32 hexadecimal digits that nobody without the node's key can make or undo."""
    return hmac.new(derived(folder, "identity"), f"{issuer}\0{subject}".encode(), sha256).hexdigest()[:32]


# People


@dataclass(frozen=True, slots=True)
class Known:
    """One person of the provider as this node knows them. ``by_claims``: organisation and roles follow the mapping at each sign-in."""

    identity: str
    principal: Principal
    by_claims: bool
    ended: datetime | None


def known(connection: sa.Connection, identity: str) -> Known | None:
    row = connection.execute(sa.select(IDENTITIES).where(IDENTITIES.c.identity == identity)).first()
    return Known(identity, principal(connection, row.principal), row.by_claims, row.ended) if row else None


def everybody(connection: sa.Connection) -> list[Known]:
    rows = connection.execute(sa.select(IDENTITIES).order_by(IDENTITIES.c.since, IDENTITIES.c.identity)).all()
    return [Known(row.identity, principal(connection, row.principal), row.by_claims, row.ended) for row in rows]


def admit(connection: sa.Connection, identity: str, organisation: str, roles: tuple[Role, ...], at: datetime, *, by_claims: bool) -> Principal:
    """Let a person act for an organisation in these roles, from now on and in no others; the pseudonym stays what it was."""
    before = known(connection, identity)
    one = Principal(before.principal.id if before else f"p-{secrets.token_hex(16)}", organisation, roles)
    keep_principal(connection, one)
    if before:
        connection.execute(sa.update(IDENTITIES).where(IDENTITIES.c.identity == identity).values(by_claims=by_claims, ended=None))
    else:
        connection.execute(sa.insert(IDENTITIES).values(identity=identity, principal=one.id, by_claims=by_claims, since=at, ended=None))
    return one


def dismiss(connection: sa.Connection, pseudonym: str, at: datetime) -> int:
    """No roles, no sessions, no way in any more, whatever the provider says; how many sessions that ended. Problem ``unknown_principal``."""
    one = principal(connection, pseudonym)
    keep_principal(connection, replace(one, roles=()))
    connection.execute(sa.update(IDENTITIES).where(IDENTITIES.c.principal == pseudonym).values(ended=at))
    return end_all(connection, pseudonym, at)


# Sessions


def begin(connection: sa.Connection, pseudonym: str, nonce: str, at: datetime, expires: datetime) -> str:
    """A session under a secret of its own, which only the browser gets. Problem ``used_before``: one sign-in makes one session."""
    secret, spent = secrets.token_urlsafe(32), _digest(nonce)
    if connection.scalar(sa.select(SESSIONS.c.nonce).where(SESSIONS.c.nonce == spent)) is not None:
        raise Problem("used_before", Text("这次登录已经用过", "this sign-in was used before"), remedy=Text("请重新登录。", "Sign in again."))
    connection.execute(sa.insert(SESSIONS).values(secret=_digest(secret), nonce=spent, principal=pseudonym, begun=at, expires=expires, ended=None))
    return secret


def held(connection: sa.Connection, secret: str, at: datetime) -> Principal | None:
    """Who holds a session that has begun, was not ended and is not over; with the roles they have now."""
    s = SESSIONS.c
    found = connection.scalar(sa.select(s.principal).where(s.secret == _digest(secret), s.begun <= at, s.expires > at, s.ended.is_(None)))
    return principal(connection, found) if found else None


def end(connection: sa.Connection, secret: str, at: datetime) -> str | None:
    """End one session; whose it was, None when none was open."""
    s = SESSIONS.c
    whose = connection.scalar(sa.select(s.principal).where(s.secret == _digest(secret), s.ended.is_(None)))
    connection.execute(sa.update(SESSIONS).where(s.secret == _digest(secret), s.ended.is_(None)).values(ended=at))
    return whose


def end_all(connection: sa.Connection, pseudonym: str, at: datetime) -> int:
    s = SESSIONS.c
    return int(connection.execute(sa.update(SESSIONS).where(s.principal == pseudonym, s.ended.is_(None), s.expires > at).values(ended=at)).rowcount)


def open_sessions(connection: sa.Connection, at: datetime) -> dict[str, int]:
    """How many sessions each principal has."""
    s = SESSIONS.c
    rows = connection.execute(sa.select(s.principal, sa.func.count()).where(s.expires > at, s.ended.is_(None)).group_by(s.principal))
    return {str(one): int(count) for one, count in rows}


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()


# What a provider's claims may mean here, as the node signed it


@dataclass(frozen=True, slots=True)
class Meaning:
    """Whoever has ``value`` in ``claim`` acts for this organisation in these roles. ``value`` is empty where its words were erased."""

    claim: str
    value: str
    organisation: str
    roles: tuple[str, ...]

    @property
    def statement(self) -> bytes:
        """What the node signs."""
        return b"jingwei claim mapping 1\n" + rfc8785.dumps({"claim": self.claim, "value": self.value, "organisation": self.organisation, "roles": list(self.roles)})

    @property
    def code(self) -> str:
        return sha256(self.statement).hexdigest()[:20]


def map_claim(ledger: Ledger, meaning: Meaning, actor: str, at: datetime, *, withdraw: bool = False) -> bool:
    """Sign a meaning, or withdraw it; whether that changed anything. The claim's value stands beside the entry, signed with it."""
    with ledger.store.write():
        if (meaning in meanings(ledger)) != withdraw:
            return False
        key = node_key(ledger.store.folder)
        facts = {"map": meaning.code, "organisation": meaning.organisation, "roles": list(meaning.roles)}
        signed = {} if withdraw else {"signature": key.sign(meaning.statement).hex()}
        words = {} if withdraw else {f"claim:{meaning.code}": {"claim": meaning.claim, "value": meaning.value}}
        ledger.append(Event("claim.withdrawn" if withdraw else "claim.mapped", at, actor, {**facts, **signed}, words))
        return True


def meanings(ledger: Ledger) -> list[Meaning]:
    """Those that stand and that this node signed; what somebody wrote into the record without its key means nothing."""
    if not ledger.store.exists():
        return []
    found: dict[str, Meaning] = {}
    ours = public_of(node_key(ledger.store.folder))
    for event in told(ledger, "claim"):
        f, said = event.facts, event.payload or {}
        found.pop(str(f["map"]), None)
        meaning = Meaning(str(said.get("claim", "")), str(said.get("value", "")), str(f["organisation"]), tuple(map(str, f["roles"])))
        if event.kind == "claim.mapped" and verified(ours, str(f.get("signature", "")), meaning.statement):
            found[str(f["map"])] = meaning
    return list(found.values())


# Signing in


@dataclass(frozen=True, slots=True)
class Entered:
    """A session that has begun, and the secret the browser gets for it."""

    principal: Principal
    secret: str
    expires: datetime


def enter(store: Store, issuer: str, claims: Mapping[str, Any], nonce: str, at: datetime, lasts: timedelta) -> Entered:
    """Begin a session for the person these claims are about: admitted by hand, or by a meaning of claims that the node signed.

    Who was admitted by hand stays what they were admitted as, whatever the claims say. In one transaction with its entry, which names
    the pseudonym alone. Raises Problem ``not_admitted``, ``two_organisations``, ``used_before``.
    """
    identity, ledger = identity_of(store.folder, issuer, str(claims["sub"])), Ledger(store)
    mapped = [m for m in meanings(ledger) if _has(claims.get(m.claim), m.value)]
    with store.write() as connection:
        there = known(connection, identity)
        by_hand = there is not None and not there.by_claims
        if (there and there.ended) or not (mapped or by_hand):
            raise Problem("not_admitted", Text(f"本节点没有接纳您。您在这里的编号：{identity}", f"you are not admitted to this node. You are known here as {identity}"),
                          remedy=Text(f"请把编号交给管理本节点的人：jingwei person admit {identity} --organisation … --role …",
                                      f"Give that to whoever runs this node: jingwei person admit {identity} --organisation … --role …"))
        if there and by_hand:
            one = there.principal
        else:
            if len({m.organisation for m in mapped}) > 1:
                raise Problem("two_organisations", Text("身份提供方说您属于两个单位", "the identity provider says that you belong to two organisations"),
                              remedy=Text("请管理本节点的人改正对应关系：jingwei person map", "Have whoever runs this node correct the mapping: jingwei person map"))
            roles = [role(connection, code) for code in sorted({code for m in mapped for code in m.roles})]
            one = admit(connection, identity, mapped[0].organisation, tuple(roles), at, by_claims=True)
        secret = begin(connection, one.id, nonce, at, at + lasts)
        ledger.append(Event("session.begun", at, one.id, {"session": _name(secret), "by": "hand" if by_hand else "claims"}))
    return Entered(one, secret, at + lasts)


def leave(store: Store, secret: str, at: datetime) -> bool:
    """End a session at its holder's wish; whether there was one."""
    with store.write() as connection:
        if (whose := end(connection, secret, at)) is None:
            return False
        Ledger(store).append(Event("session.ended", at, whose, {"session": _name(secret)}))
    return True


def _has(claim: Any, value: str) -> bool:
    return bool(value) and (claim == value or (isinstance(claim, list) and value in claim))


def _name(secret: str) -> str:
    """What the record calls a session: nobody comes from it to the secret."""
    return _digest(secret).hex()[:16]

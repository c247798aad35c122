"""Organisations, roles, principals, requests for a second person, grants and denials as the store keeps them.

Every function works on an open connection of the store, so that a change and its ledger entry stand or fall together.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import msgspec
import sqlalchemy as sa

from jingwei.kernel.access import Denial, Grant
from jingwei.kernel.i18n import Text
from jingwei.kernel.people import Approval, Organisation, Organisations, Principal, Role
from jingwei.kernel.problems import Problem, did_you_mean
from jingwei.kernel.store import Instant

ORGANISATIONS = sa.table("people_organisations", *map(sa.column, ("id", "name_zh", "name_en", "kind", "level", "place", "parent")))
ROLES = sa.table("people_roles", *map(sa.column, ("code", "name_zh", "name_en", "scopes")))
PRINCIPALS = sa.table("people_principals", sa.column("id"), sa.column("organisation"))
HELD = sa.table("people_held", sa.column("principal"), sa.column("role"))
APPROVALS = sa.table("people_approvals", *map(sa.column, ("key", "scope", "digest", "asked_by", "asked_for", "confirmed_by")),
                     *(sa.column(name, Instant) for name in ("asked_at", "expires", "confirmed_at", "used_at")))
RULES = sa.table("access_rules", sa.column("id"), sa.column("dataset"), sa.column("rule", sa.LargeBinary), sa.column("given", Instant),
                 sa.column("withdrawn", Instant))


def organisations(connection: sa.Connection) -> Organisations:
    """All of them; Problem ``bad_organisation`` when they form no forest."""
    rows = connection.execute(sa.select(ORGANISATIONS)).all()
    return Organisations(Organisation(r.id, Text(r.name_zh, r.name_en), r.kind, r.level, r.place, r.parent) for r in rows)


def keep_organisation(connection: sa.Connection, one: Organisation) -> None:
    """Add it or change it; Problem ``bad_organisation`` when the forest would not be one, and the transaction must then end."""
    values = {"name_zh": one.name.zh, "name_en": one.name.en, "kind": one.kind, "level": one.level, "place": one.place, "parent": one.parent}
    known = [o for o in organisations(connection) if o.id != one.id]
    Organisations([*known, one])
    changed = connection.execute(sa.update(ORGANISATIONS).where(ORGANISATIONS.c.id == one.id).values(values))
    if not changed.rowcount:
        connection.execute(sa.insert(ORGANISATIONS).values(id=one.id, **values))


def keep_role(connection: sa.Connection, role: Role) -> None:
    values = {"name_zh": role.name.zh, "name_en": role.name.en, "scopes": " ".join(sorted(role.scopes))}
    if not connection.execute(sa.update(ROLES).where(ROLES.c.code == role.code).values(values)).rowcount:
        connection.execute(sa.insert(ROLES).values(code=role.code, **values))


def role(connection: sa.Connection, code: str) -> Role:
    """Raises Problem ``unknown_role``."""
    rows = connection.execute(sa.select(ROLES)).all()
    found = next((Role(r.code, Text(r.name_zh, r.name_en), frozenset(r.scopes.split())) for r in rows if r.code == code), None)
    if found is None:
        raise Problem("unknown_role", Text(f"没有角色 {code[:40]!r}", f"there is no role {code[:40]!r}"),
                      remedy=did_you_mean(code[:40], [r.code for r in rows]) or Text("先设角色：jingwei person role", "Make it first: jingwei person role"))
    return found


def keep_principal(connection: sa.Connection, one: Principal) -> None:
    """Add it or change it; its organisation must be known and its roles kept, and ``local`` and ``anonymous`` are never kept."""
    if not one.id.startswith("p-"):
        raise Problem("bad_principal", Text(f"{one.id} 是每个节点自有的", f"{one.id} is every node's own"),
                      remedy=Text("只登记有假名的主体。", "Keep only principals with a pseudonym."))
    organisations(connection)[one.organisation]
    if not connection.execute(sa.update(PRINCIPALS).where(PRINCIPALS.c.id == one.id).values(organisation=one.organisation)).rowcount:
        connection.execute(sa.insert(PRINCIPALS).values(id=one.id, organisation=one.organisation))
    connection.execute(sa.delete(HELD).where(HELD.c.principal == one.id))
    for role in one.roles:
        connection.execute(sa.insert(HELD).values(principal=one.id, role=role.code))


def principal(connection: sa.Connection, pseudonym: str) -> Principal:
    """With the scopes its roles have now. Raises Problem ``unknown_principal``, also for ``local`` and ``anonymous``."""
    organisation = connection.scalar(sa.select(PRINCIPALS.c.organisation).where(PRINCIPALS.c.id == pseudonym))
    if organisation is None:
        raise Problem("unknown_principal", Text("没有这个假名的人", "nobody is known by this pseudonym"),
                      remedy=Text("请重新登录，或申请加入。", "Sign in again, or ask to be admitted."))
    rows = connection.execute(sa.select(ROLES).join(HELD, HELD.c.role == ROLES.c.code).where(HELD.c.principal == pseudonym).order_by(ROLES.c.code))
    roles = tuple(Role(r.code, Text(r.name_zh, r.name_en), frozenset(r.scopes.split())) for r in rows)
    return Principal(pseudonym, organisation, roles)


def file_request(connection: sa.Connection, request: Approval, by: Principal) -> Approval:
    """Keep a request; one that is there under its key is given back as it stands. Raises Problem ``key_reused``."""
    if known := approval(connection, request.key):
        return known.again(by, request.scope, request.digest)
    connection.execute(sa.insert(APPROVALS).values(asdict(request)))
    return request


def approval(connection: sa.Connection, key: str) -> Approval | None:
    row = connection.execute(sa.select(APPROVALS).where(APPROVALS.c.key == key)).mappings().first()
    return Approval(**row) if row else None


def advance(connection: sa.Connection, before: Approval, after: Approval) -> None:
    """From one state of a request to the next, unless another was faster: then Problem ``bad_approval``, and nothing changes."""
    a = APPROVALS.c
    same = (a.key == before.key, a.confirmed_by == before.confirmed_by, a.used_at.is_(None))
    values = {"confirmed_by": after.confirmed_by, "confirmed_at": after.confirmed_at, "used_at": after.used_at}
    if connection.execute(sa.update(APPROVALS).where(*same).values(values)).rowcount != 1:
        raise Problem("bad_approval", Text("请求在此期间有了变化", "the request has changed in the meantime"), where=before.key,
                      remedy=Text("请再看一遍。", "Look at it again."))


def give(connection: sa.Connection, rule: Grant | Denial, at: datetime) -> None:
    """Keep a grant or denial from ``at`` on. An id serves once, for good: Problem ``bad_grant``."""
    if connection.scalar(sa.select(RULES.c.id).where(RULES.c.id == rule.id)):
        raise Problem("bad_grant", Text("这个编号以前给过", "this id was given before"), where=rule.id,
                      remedy=Text("请用新编号；需要时撤回旧的。", "Take a new id; withdraw the old one if need be."))
    connection.execute(sa.insert(RULES).values(id=rule.id, dataset=rule.dataset, rule=msgspec.json.encode(rule), given=at))


def withdraw(connection: sa.Connection, rule: str, at: datetime) -> None:
    """It stops at ``at`` and stays on record. Raises Problem ``bad_grant`` when there is none in force of that id."""
    changed = sa.update(RULES).where(RULES.c.id == rule, RULES.c.withdrawn.is_(None), RULES.c.given <= at).values(withdrawn=at)
    if connection.execute(changed).rowcount != 1:
        raise Problem("bad_grant", Text("没有这个编号的有效授权或禁止", "no grant or denial of this id is in force"), where=rule,
                      remedy=Text("请查它的编号。", "Look up its id."))


def rules(connection: sa.Connection, dataset: str, at: datetime) -> list[Grant | Denial]:
    """What was given for a dataset and not withdrawn at the instant; past instants give what held then."""
    r = RULES.c
    held = sa.select(r.rule).where(r.dataset == dataset, r.given <= at, sa.or_(r.withdrawn.is_(None), r.withdrawn > at)).order_by(r.id)
    return [msgspec.json.decode(kept, type=Grant | Denial) for kept in connection.scalars(held)]

"""Roles set, people admitted and dismissed, claims given a meaning: each change in one transaction with its entry."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any

import sqlalchemy as sa

from jingwei.coordination.people.model import AdmitPerson, AskPeople, DismissPerson, MapClaim, SetRole, SignOutPerson
from jingwei.kernel import sessions
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Event
from jingwei.kernel.markdown import markdown
from jingwei.kernel.people import LOCAL, Role
from jingwei.kernel.people_records import keep_role, organisations, principal, role
from jingwei.kernel.problems import Problem

_CODE = re.compile(r"[a-z][a-z0-9_.-]{0,39}", re.ASCII)
_IDENTITY = re.compile(r"[0-9a-f]{32}")


def list_people(context: Context, given: AskPeople) -> Result:  # noqa: ARG001
    """Everybody a sign-in led to, by pseudonym; names are the provider's alone."""
    if not context.workspace.store.exists():
        return Result(context.say("还没有接纳任何人。", "Nobody is admitted yet."), {"people": [], "claims": []})
    with context.workspace.store.read() as connection:
        people, open_ = sessions.everybody(connection), sessions.open_sessions(connection, context.clock())
    rows: list[dict[str, Any]] = [{"person": k.principal.id, "organisation": k.principal.organisation, "roles": [r.code for r in k.principal.roles], "by": "claims" if k.by_claims else "hand",
             "admitted": k.ended is None, "sessions": open_.get(k.principal.id, 0)} for k in people]
    claims = [{"claim": m.claim, "value": m.value, "organisation": m.organisation, "roles": list(m.roles)} for m in sessions.meanings(context.workspace.ledger)]
    head = (Text("假名", "pseudonym"), Text("单位", "organisation"), Text("角色", "roles"), Text("凭", "admitted by"), Text("会话", "sessions"))
    by = {"claims": Text("声明的对应关系", "meaning of claims"), "hand": Text("逐人接纳", "hand")}
    text = markdown([h.in_(context.language) for h in head], [
        (r["person"], r["organisation"], ", ".join(r["roles"]), by[str(r["by"])].in_(context.language) if r["admitted"] else context.say("已不接纳", "dismissed"), r["sessions"])
        for r in rows]) if rows else context.say("还没有接纳任何人。", "Nobody is admitted yet.")
    said = "".join(f"- {m['claim']} = {m['value']} → {m['organisation']} ({', '.join(m['roles'])})\n" for m in claims)
    return Result(f"{text}\n{said}", {"people": rows, "claims": claims})


def set_role(context: Context, given: SetRole) -> Result:
    """Raises Problem ``bad_code``, ``bad_scope``, ``beyond_own``."""
    if not _CODE.fullmatch(given.code):
        raise Problem("bad_code", Text(f"{given.code[:40]!r} 不能作角色代码", f"{given.code[:40]!r} is no code of a role"),
                      remedy=Text("用小写字母、数字、点和横线。", "Write small letters, digits, points and dashes."))
    made = Role(given.code, Text(given.zh, given.en), frozenset(given.scope))
    _within(context, [made])
    with _changing(context) as connection:
        if not context.dry_run:
            keep_role(connection, made)
            _record(context, "role.set", {"role": made.code, "scopes": sorted(made.scopes)})
    return _done(context, Text(f"角色 {made.code} 已设。", f"Role {made.code} is set."), {"role": made.code, "scopes": sorted(made.scopes)})


def admit_person(context: Context, given: AdmitPerson) -> Result:
    """Raises Problem ``bad_code``, ``unknown_organisation``, ``unknown_role``, ``beyond_own``."""
    if not _IDENTITY.fullmatch(given.code):
        raise Problem("bad_code", Text("这不是登录时显示的编号", "this is not a code that a sign-in shows"), where=given.code[:40],
                      remedy=Text("请那个人登录一次，把看到的 32 位编号给您。", "Have them sign in once and give you the 32 characters they are shown."))
    with _changing(context) as connection:
        roles = _given(context, connection, given.organisation, given.role)
        one = "" if context.dry_run else sessions.admit(connection, given.code, given.organisation, roles, context.clock(), by_claims=False).id
        if one:
            _record(context, "person.admitted", {"person": one, "organisation": given.organisation, "roles": [r.code for r in roles]})
    return _done(context, Text(f"已接纳为 {one}。" if one else "可以接纳。", f"Admitted as {one}." if one else "Can be admitted."),
                 {"person": one, "organisation": given.organisation, "roles": list(given.role)})


def dismiss_person(context: Context, given: DismissPerson) -> Result:
    """Raises Problem ``unknown_principal``, ``beyond_own``."""
    ended = 0
    with _changing(context) as connection:
        _over(context, connection, principal(connection, given.person).organisation)
        if not context.dry_run:
            ended = sessions.dismiss(connection, given.person, context.clock())
            _record(context, "person.dismissed", {"person": given.person, "sessions": ended})
    return _done(context, Text(f"不再让 {given.person} 进来，结束会话 {ended} 个。", f"{given.person} is let in no more; sessions ended: {ended}."), {"person": given.person, "sessions": ended})


def sign_out(context: Context, given: SignOutPerson) -> Result:
    """Raises Problem ``unknown_principal``, ``beyond_own``."""
    ended = 0
    with _changing(context) as connection:
        _over(context, connection, principal(connection, given.person).organisation)
        if not context.dry_run:
            ended = sessions.end_all(connection, given.person, context.clock())
            _record(context, "session.revoked", {"person": given.person, "sessions": ended})
    return _done(context, Text(f"结束会话 {ended} 个。", f"Sessions ended: {ended}."), {"person": given.person, "sessions": ended})


def map_claim(context: Context, given: MapClaim) -> Result:
    """Raises Problem ``bad_claim``, ``unknown_organisation``, ``unknown_role``, ``beyond_own``."""
    if not given.claim.strip() or not given.value.strip():
        raise Problem("bad_claim", Text("要写明声明和它的值", "a claim and its value are both needed"), remedy=Text("例如 --claim groups --value health-data", "For example --claim groups --value health-data"))
    meaning, changed = sessions.Meaning(given.claim.strip(), given.value.strip(), given.organisation, tuple(sorted(set(given.role)))), False
    with _changing(context) as connection:
        _given(context, connection, given.organisation, given.role)
        if not context.dry_run:
            changed = sessions.map_claim(context.workspace.ledger, meaning, context.principal.id, context.clock(), withdraw=given.withdraw)
    told = Text("没有变化。", "Nothing changes.") if not changed else Text("已撤回。", "Withdrawn.") if given.withdraw else Text("已签。", "Signed.")
    return _done(context, told, {"map": meaning.code, "changed": changed})


def _given(context: Context, connection: sa.Connection, organisation: str, codes: Iterable[str]) -> tuple[Role, ...]:
    _over(context, connection, organisation)
    roles = tuple(role(connection, code) for code in sorted(set(codes)))
    _within(context, roles)
    return roles


def _over(context: Context, connection: sa.Connection, organisation: str) -> None:
    """Whoever is not the node's own operator decides about people of their own organisation and of those below it."""
    there = organisations(connection)
    there[organisation]
    if context.principal.id != LOCAL.id and not there.over(context.principal.organisation, organisation):
        raise _beyond(Text(f"{organisation} 不在您的单位之下", f"{organisation} does not stand below your organisation"))


def _within(context: Context, roles: Iterable[Role]) -> None:
    """Nobody gives more than they have."""
    own = {scope for held in context.principal.roles for scope in held.scopes}
    more = sorted({scope for one in roles for scope in one.scopes} - own)
    if context.principal.id != LOCAL.id and more:
        raise _beyond(Text(f"您自己没有权限 {'、'.join(more)}", f"you do not have the scopes {', '.join(more)} yourself"))


def _beyond(what: Text) -> Problem:
    return Problem("beyond_own", what, remedy=Text("请上级单位或管理本节点的人来做。", "Have an organisation above, or whoever runs this node, do it."))


def _changing(context: Context) -> AbstractContextManager[sa.Connection]:
    if context.dry_run:
        return context.workspace.store.read()
    context.workspace.establish()
    return context.workspace.store.write()


def _record(context: Context, kind: str, facts: dict[str, Any]) -> None:
    context.workspace.ledger.append(Event(kind, context.clock(), context.principal.id, facts))


def _done(context: Context, text: Text, data: dict[str, Any]) -> Result:
    return Result(text.in_(context.language), {**data, "written": not context.dry_run})

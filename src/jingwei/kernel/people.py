"""Organisations, roles and principals: who may do what, and what needs two of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import Text, both
from jingwei.kernel.problems import Problem, did_you_mean

OrganisationKind = Literal["committee", "bureau", "department", "unit", "firm", "auditor", "public"]
Level = Literal["nation", "province", "city", "county", "township"]
Effect = Literal["read", "write", "irreversible"]
_ZH = {"read": "读取", "write": "改动", "irreversible": "做不能撤回的事", "waiting": "等待确认", "confirmed": "已确认", "used": "已用过",
       "expired": "已过期"}

LEVELS: tuple[Level, ...] = ("nation", "province", "city", "county", "township")

PUBLIC = "public"
"""The scope of what anybody may read, and the organisation of whoever has not said who they are."""

_SCOPE = re.compile(r"public|[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_PSEUDONYM = re.compile(r"local|anonymous|node|p-[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Organisation:
    """A body that acts or answers. Whether it leads or helps is a matter of each duty, not of the body.

    kind : unit is a body under a department, such as its working unit for sharing (Order 809, art. 11)
    parent : id of the organisation directly above it; None at the top
    place : administrative code
    """

    id: str
    name: Text
    kind: OrganisationKind
    level: Level
    place: str
    parent: str | None = None


class Organisations:
    """The organisations a node knows, as the forest their parents make of them."""

    def __init__(self, known: Iterable[Organisation]) -> None:
        """Raises Problem ``bad_organisation``: an id twice, an unknown parent, a parent below its child, a circle."""
        self._by_id: dict[str, Organisation] = {}
        for one in known:
            if one.id in self._by_id or one.id in ("", PUBLIC):
                raise _bad(one, Text("编号已被占用", "its id is taken"))
            self._by_id[one.id] = one
        for one in self._by_id.values():
            if one.parent is None:
                continue
            above = self._by_id.get(one.parent)
            if above is None:
                near = did_you_mean(one.parent, self._by_id)
                raise _bad(one, Text(f"不认识它的上级 {one.parent}。{near.zh}", f"its parent {one.parent} is not known. {near.en}".strip()))
            if LEVELS.index(above.level) > LEVELS.index(one.level):
                raise _bad(one,
                           Text(f"它的上级 {above.id} 级别更低（{above.level}）",
                                f"its parent {above.id} stands at a lower level ({above.level})"))
        for one in self._by_id.values():
            if any(above.id == one.id for above in self.superiors(one.id)):
                raise _bad(one, Text("它成了自己的上级", "it is its own superior"))

    def __iter__(self) -> Iterator[Organisation]:
        return iter(self._by_id.values())

    def __getitem__(self, name: str) -> Organisation:
        if name not in self._by_id:
            raise Problem("unknown_organisation", Text(f"没有机构 {name!r}", f"there is no organisation {name!r}"),
                          remedy=did_you_mean(name, self._by_id))
        return self._by_id[name]

    def superiors(self, name: str) -> Iterator[Organisation]:
        """From the one directly above to the top."""
        at = self[name].parent
        for _ in range(len(self._by_id)):  # a circle ends too; it is refused above
            if at is None:
                return
            yield self[at]
            at = self[at].parent

    def over(self, one: str, other: str) -> bool:
        """Whether ``one`` is ``other`` or stands above it; an unknown organisation stands above nothing, itself included."""
        return one in self._by_id and other in self._by_id and (
            one == other or any(above.id == one for above in self.superiors(other)))


@dataclass(frozen=True, slots=True)
class Role:
    """What a principal is there for. ``scopes`` are written room.verb; there is no word for all of them."""

    code: str
    name: Text
    scopes: frozenset[str]

    def __post_init__(self) -> None:
        for scope in sorted(self.scopes):
            _scope(scope)


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever acts: a person or a program.

    id : a pseudonym, p- and 32 hexadecimal digits, so that no name, number or address can get into the record; or
        ``local``, ``anonymous`` and ``node``, which no door may take from a message: they are LOCAL, ANONYMOUS and NODE here
    organisation : for whom; empty for ``local``
    """

    id: str
    organisation: str
    roles: tuple[Role, ...] = ()

    def __post_init__(self) -> None:
        if not _PSEUDONYM.fullmatch(self.id):
            raise Problem("bad_principal",
                          Text("主体用假名，不用任何个人信息", "a principal is named by a pseudonym, never by anything personal"),
                          remedy=Text("写 p- 加 32 位十六进制数字。", "Write p- and 32 hexadecimal digits."))


LOCAL = Principal("local", "")
ANONYMOUS = Principal("anonymous", PUBLIC)
NODE = Principal("node", "")
"""The node itself, at work at night: has the roles it is given for one job, and can do nothing that needs a second person."""


def may(principal: Principal, scope: str, effect: Effect = "read") -> bool:
    """Whether the principal may do what needs ``scope``: no, unless something says yes.

    ``local`` may do everything on its own node. What is public anybody may read, and ``anonymous`` nothing else. Everyone
    else needs a role that has the scope; the scope ``public`` in a role gives no right to write.
    """
    _scope(scope)
    if principal.id == LOCAL.id:
        return True
    if scope == PUBLIC:
        return effect == "read"
    return principal.id != ANONYMOUS.id and any(scope in role.scopes for role in principal.roles)


def demand(principal: Principal, scope: str, effect: Effect = "read") -> None:
    """Raises Problem ``not_permitted``, naming what is missing, unless the principal may."""
    if not may(principal, scope, effect):
        raise Problem("not_permitted",
                      Text(f"{principal.id} 不能在 {scope} 下{_ZH[effect]}", f"{principal.id} may not {effect} under {scope}"),
                      where=scope,
                      remedy=Text(f"请向本机构分配角色的人要一个含 {scope} 的角色。",
                                  f"Ask whoever gives roles in your organisation for one that has the scope {scope}."))


def needs_second(principal: Principal, effect: Effect) -> bool:
    """Whether a second person must confirm. Not on a node of one's own, where there is none."""
    return effect == "irreversible" and principal.id != LOCAL.id


@dataclass(frozen=True, slots=True)
class Approval:
    """One thing that cannot be undone, asked for by one principal and confirmed by another.

    key : idempotency key; the store keeps one approval under it
    digest : of the action and its whole input, so that nothing else can be done with the confirmation
    asked_by, asked_for : the principal, and its organisation then
    expires : the first instant at which it is worth nothing, confirmed or not
    """

    key: str
    scope: str
    digest: str
    asked_by: str
    asked_for: str
    asked_at: datetime
    expires: datetime
    confirmed_by: str = ""
    confirmed_at: datetime | None = None
    used_at: datetime | None = None

    def phase(self, at: datetime) -> Literal["waiting", "confirmed", "used", "expired"]:
        day_in_china(at)
        if self.used_at:
            return "used"
        if not self.asked_at <= at < self.expires:
            return "expired"
        return "confirmed" if self.confirmed_at and self.confirmed_at <= at else "waiting"

    def again(self, principal: Principal, scope: str, digest: str) -> Approval:
        """The same request sent twice is one. Raises Problem ``key_reused`` when the key stands for another."""
        if (self.asked_by, self.scope, self.digest) != (principal.id, scope, digest):
            raise Problem("key_reused", Text("这个键已用于别的请求", "this key stands for another request"), where=self.key,
                          remedy=Text("请换一个新键。", "Send a new key."))
        return self

    def confirm(self, by: Principal, at: datetime, organisations: Organisations) -> Approval:
        """Confirmed by someone else, of the same organisation or one above it, who holds the scope too.

        Raises Problem ``bad_approval`` (not waiting any more), ``same_person``, ``not_superior`` or ``not_permitted``.
        """
        self._must_be("waiting", at)
        if by.id == self.asked_by:
            raise Problem("same_person", Text("提出的人不能自己确认", "whoever asks cannot confirm"), where=self.key,
                          remedy=Text("请第二个人确认。", "Have a second person confirm it."))
        if not organisations.over(by.organisation, self.asked_for):
            raise Problem("not_superior",
                          Text(f"{by.organisation or by.id} 既不是 {self.asked_for}，也不在它之上",
                               f"{by.organisation or by.id} is neither {self.asked_for} nor above it"), where=self.key,
                          remedy=Text(f"请 {self.asked_for} 或其上级机构的人确认。",
                                      f"Have someone of {self.asked_for}, or of an organisation above it, confirm it."))
        demand(by, self.scope, "irreversible")
        return replace(self, confirmed_by=by.id, confirmed_at=at)

    def use(self, by: Principal, digest: str, at: datetime) -> Approval:
        """Used up, once, by whoever asked, who must still hold the scope, for exactly what was confirmed."""
        self._must_be("confirmed", at)
        self.again(by, self.scope, digest)
        demand(by, self.scope, "irreversible")
        return replace(self, used_at=at)

    def _must_be(self, wanted: str, at: datetime) -> None:
        if (phase := self.phase(at)) != wanted:
            raise Problem("bad_approval", Text(f"请求{_ZH[phase]}，不是{_ZH[wanted]}", f"the request is {phase}, not {wanted}"),
                          where=self.key,
                          remedy=Text("请换新键重新提出。", "Ask anew under a new key.") if phase in ("used", "expired")
                          else Text("请第二个人确认。", "Have a second person confirm it."))


def ask(principal: Principal, scope: str, digest: str, key: str, at: datetime, valid_for: timedelta) -> Approval:
    """A request that waits for a second person until ``at + valid_for``. Raises Problem ``not_permitted``, ``bad_approval``."""
    day_in_china(at)
    demand(principal, scope, "irreversible")
    if not key or not digest or valid_for <= timedelta(0):
        raise Problem("bad_approval",
                      Text("请求要有键、所求内容的摘要和有效期", "a request has a key, a digest of what is asked and some time to live"),
                      where=key, remedy=Text("三样都要给。", "Give all three."))
    return Approval(key, scope, digest, principal.id, principal.organisation, at, at + valid_for)


def _scope(scope: str) -> None:
    if not _SCOPE.fullmatch(scope):
        raise Problem("bad_scope", Text(f"{scope[:40]!r} 不是权限范围", f"{scope[:40]!r} is not a scope"),
                      remedy=Text("写“章.动词”，例如 index.build，或 public。",
                                  "Write room.verb, such as index.build, or public."))


def _bad(organisation: Organisation, what: Text) -> Problem:
    name = both(organisation.id or Text("没有编号的机构", "an organisation without id"))
    return Problem("bad_organisation", Text(f"{name.zh}：{what.zh}", f"{name.en}: {what.en}"),
                   where=organisation.id, remedy=Text("请改正机构名单。", "Correct the list of organisations."))

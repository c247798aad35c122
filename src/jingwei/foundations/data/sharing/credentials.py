"""Who may ask an interface: one credential a consumer, for one grant, with limits and an end of its own; the record knows its digest alone."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from jingwei.foundations.data.sharing.asks import IssueCredential, RevokeCredential
from jingwei.foundations.data.sharing.delivery import credential, deliver, fingerprint
from jingwei.foundations.data.sharing.model import Case, Credential, Mode, Use, code
from jingwei.foundations.data.sharing.records import Step, about, acting, changing, digest, record
from jingwei.foundations.data.sharing.steps import grant_in_force, opened, terms_of
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.clock import CHINA, day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.people import Principal
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document

MINUTE = timedelta(minutes=1)


class TooMany(Problem):
    """More than a credential may ask for. ``seconds``: after that long it may ask again."""

    def __init__(self, what: Text, where: str, seconds: int) -> None:
        super().__init__("too_many", what, where=where, remedy=Text(f"请过 {seconds} 秒再试。", f"Try again after {seconds} seconds."))
        self.seconds = seconds


def issue(context: Context, given: IssueCredential) -> Result:
    """A new credential, told once; under the same key, the same again. Raises ``not_granted``, or ``unknown_credential`` to replace."""
    consumer = code(given.consumer, Text("使用方代码", "code of a consumer"))
    if min(given.calls, given.rows) < 0:
        raise Problem("bad_limit", Text("限额不能小于 0", "a limit is not below 0"), where=given.code, remedy=Text("0 为不限。", "0 is no limit."))
    with changing(context):
        there = opened(context, given.code)
        acting(context, there.request.provider, Text("发放凭据", "issue credentials"))
        if there.request.mode != "api":
            raise Problem("no_interface", Text("申请的共享方式不是接口", "no interface was asked for"), where=given.code,
                          remedy=Text("请重新申请，方式为接口：--mode api", "Ask anew with --mode api."))
        grant, _ = grant_in_force(context, there)
        last = _last(given.last, grant.last, context.clock())
        key = f"share.issued/{given.code}/{digest('key', given.key or secrets.token_hex(16))}"
        mark = digest(key)
        known = next((c for c in there.credentials if c.fingerprint == fingerprint(credential(context.workspace.folder, grant, mark))), None)
        name = known.code if known else f"K-{sum(c.code != 'K-0' for c in there.credentials) + 1}"
        old = _named(there, given.replaces) if given.replaces and not known else None
        secret = "" if context.dry_run else credential(context.workspace.folder, grant, mark)
        if known is None and not context.dry_run:
            facts = {"request": given.code, "credential": name, "consumer": consumer, "fingerprint": fingerprint(secret), "last": last.isoformat() if last else "",
                     "calls": given.calls, "rows": given.rows, "grant": grant.id}
            ends = [Step("share.revoked", {"request": given.code, "credential": old.code})] if old else []
            record(context, Step("share.issued", facts, key=key), *ends)
    told = {"request": given.code, "credential": name, "consumer": consumer, "last": last.isoformat() if last else None, "calls": given.calls, "rows": given.rows,
            "issued": known is None, "written": not context.dry_run}
    if context.dry_run:
        return Result(context.say(f"将为 {consumer} 发放凭据 {name}。", f"Credential {name} would be issued to {consumer}."), told)
    return Result(context.say(f"凭据 {name} 只给 {consumer}，请当面交付，系统里只存它的摘要：\n\n    {secret}\n",
                              f"Credential {name} is for {consumer} alone; hand it over in person. Only its digest is kept:\n\n    {secret}\n"),
                  {**told, "secret": secret})


def revoke(context: Context, given: RevokeCredential) -> Result:
    """It answers no more from now on. Raises Problem ``unknown_credential``."""
    with changing(context):
        there = opened(context, given.code)
        acting(context, there.request.provider, Text("收回凭据", "revoke credentials"))
        one = _named(there, given.credential)
        if fresh := one.ended is None:
            record(context, Step("share.revoked", {"request": given.code, "credential": one.code}))
    return Result(context.say(f"凭据 {one.code} 已收回。", f"Credential {one.code} is revoked."),
                  {"request": given.code, "credential": one.code, "changed": fresh, "written": not context.dry_run})


def fetch(context: Context, name: str, secret: str, mode: Mode = "csv") -> tuple[Document, Use]:
    """One answer of the interface, to whoever has a credential that serves, with its record of use.

    Raises Problem ``not_granted`` alike for an unknown request and for a credential that is wrong, over or revoked, and once the grant
    is over or withdrawn; TooMany beyond the credential's limits, which count what it was given and hold for any number that ask at once.
    """
    there = about(context.workspace.ledger, name).cases.get(name) if context.workspace.store.exists() else None
    shown = _shown(there, secret, context.clock())
    if there is None or shown is None:
        raise Problem("not_granted", Text("没有授权对应这个凭据", "no grant answers to this credential"), where=name[:40],
                      remedy=Text("请向提供部门索取。", "Ask the provider for one."))
    _within(shown, there.uses, 0, context.clock())
    terms, grant, in_force = terms_of(context, there.request), *grant_in_force(context, there)
    made = deliver(context, terms, grant, in_force, there.request.asker, mode)
    facts = {"request": name, "mode": "api", "snapshot": made.snapshot, "rows": made.rows, "columns": made.columns, "digest": made.digest,
             "credential": shown.code, **({"synthetic": True} if there.request.synthetic else {})}
    consumer = replace(context, principal=Principal(f"p-{fingerprint(secret)[7:39]}", there.request.asker))
    with changing(consumer):
        now = about(context.workspace.ledger, name).cases[name]
        if (shown := _shown(now, secret, context.clock())) is None:
            raise Problem("not_granted", Text("凭据刚刚收回", "the credential was revoked just now"), where=name[:40],
                          remedy=Text("请向提供部门索取。", "Ask the provider for one."))
        grant_in_force(context, now)
        _within(shown, now.uses, made.rows, context.clock())
        record(consumer, Step("share.used", facts))
    return made.document, Use(context.clock(), "api", made.snapshot, made.rows, made.columns, made.digest, -1, delivery=False, credential=shown.code)


def _shown(there: Case | None, secret: str, at: datetime) -> Credential | None:
    """The credential this secret is, when it serves at the instant. Every one is compared, in a time that tells nothing."""
    if there is None or there.stopped:
        return None
    mine = fingerprint(secret)
    fits = [c for c in there.credentials if secrets.compare_digest(c.fingerprint, mine)]
    return next((c for c in fits if c.ended is None and (c.last is None or day_in_china(at) <= c.last)), None)


def _within(shown: Credential, uses: Iterable[Use], rows: int, at: datetime) -> None:
    """Raises TooMany when one more answer of so many rows would be more than the credential's."""
    mine = [u for u in uses if u.credential == shown.code]
    recent = sorted(u.at for u in mine if at - MINUTE < u.at)
    if shown.calls and len(recent) >= shown.calls:
        raise TooMany(Text(f"每分钟最多 {shown.calls} 次", f"{shown.calls} answers a minute are the most"), shown.code,
                      max(1, int((recent[-shown.calls] + MINUTE - at).total_seconds() + 0.999)))
    today = sum(u.rows for u in mine if day_in_china(u.at) == day_in_china(at))
    if shown.rows and today + rows > shown.rows:
        midnight = (at.astimezone(CHINA) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        raise TooMany(Text(f"每天最多 {shown.rows} 行，今天已取 {today} 行，这次有 {rows} 行",
                           f"{shown.rows} rows a day are the most; {today} were given today, and this answer has {rows}"), shown.code,
                      max(1, int((midnight - at).total_seconds())))


def _named(there: Case, name: str) -> Credential:
    for one in reversed(there.credentials):
        if one.code == name:
            return one
    codes: list[Any] = [c.code for c in there.credentials]
    raise Problem("unknown_credential", Text(f"没有凭据 {name[:20]!r}", f"there is no credential {name[:20]!r}"), where=there.request.code,
                  remedy=Text(f"有：{'、'.join(codes) or '无'}。", f"There are: {', '.join(codes) or 'none'}."))


def _last(asked: str | None, grant: date | None, at: datetime) -> date | None:
    if not asked:
        return grant
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        raise Problem("bad_day", Text(f"{asked[:30]!r} 不是日子", f"{asked[:30]!r} is no day"), where="--last",
                      remedy=Text("写成 2026-03-04 这样。", "Write it like 2026-03-04.")) from None
    if day < day_in_china(at) or (grant and day > grant):
        raise Problem("bad_day", Text(f"有效期在今天和授权的最后一日 {grant} 之间", f"it lasts until a day between today and the last of the grant, {grant}"),
                      where="--last", remedy=Text("请改日子。", "Take another day."))
    return day

"""The steps of a request for data: each reads the record, holds the rule, and appends what happened, in one transaction."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from jingwei.foundations.data.sharing import law, odrl
from jingwei.foundations.data.sharing.across import ask, forwarded, is_node
from jingwei.foundations.data.sharing.asks import (
    AskData,
    ChangeData,
    DecideRequest,
    DeliverRequest,
    ExtendTerm,
    NoticeRequest,
    OfferData,
    PublishData,
    SupplementRequest,
)
from jingwei.foundations.data.sharing.cases import facts_of_request, facts_of_terms, words_of_request, words_of_terms
from jingwei.foundations.data.sharing.clocks import clocks_of, clocks_on, read
from jingwei.foundations.data.sharing.delivery import credential, dataset_called, deliver, fingerprint
from jingwei.foundations.data.sharing.landing import send_parts
from jingwei.foundations.data.sharing.law import basis_of
from jingwei.foundations.data.sharing.model import (
    FIELDS,
    Case,
    Mode,
    Offer,
    Request,
    Scope,
    Terms,
    code,
)
from jingwei.foundations.data.sharing.needs import asked, met, refused
from jingwei.foundations.data.sharing.records import (
    Step,
    about,
    acting,
    bureau_of,
    changing,
    digest,
    known,
    offer,
    organisation,
    record,
)
from jingwei.foundations.data.sharing.scope import columns_in, fits, grant_of, narrowed, rows_in
from jingwei.foundations.data.sharing.steps import (
    done,
    grant_in_force,
    in_force_now,
    opened,
    period,
    reason,
    terms_of,
    wrong,
)
from jingwei.kernel.access import Denial, Grant
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.i18n import Text
from jingwei.kernel.people_records import give
from jingwei.kernel.periods import work_calendar
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document

# The catalogue


def offer_data(context: Context, given: OfferData) -> Result:
    """Tell the terms of a record, or tell them anew. What keeps data back is a citation; conditions are stated."""
    if given.attribute == "none":
        basis_of(given.basis)
    elif given.attribute == "conditional" and not given.conditions.strip():
        raise Problem("no_conditions",
                      Text("有条件共享的数据要写明共享范围和用途（国务院令第809号第十四条）",
                           "data shared on conditions say for what scope and use (Order 809, art. 14)"),
                      where=given.data, remedy=Text('请写明：--conditions "……"', 'State them: --conditions "…"'))
    dataset = dataset_called(context.workspace.lake, given.dataset)
    there = known(context)
    provider = organisation(there, given.provider, "--provider")
    bureau = organisation(there, given.bureau, "--bureau") if given.bureau else bureau_of(there, provider)
    name = Text(given.name_zh or given.name_en or given.data, given.name_en or given.name_zh or given.data)
    terms = Terms(code(given.data, Text("数据代码", "code of data")), name, code(provider, Text("机构代码", "code of an organisation")), bureau, dataset.name, dataset.version,
                  dict(dataset.columns), given.attribute, given.conditions.strip(), given.basis.strip(), given.synthetic)
    return tell_terms(context, terms)


def tell_terms(context: Context, terms: Terms) -> Result:
    """Keep a record's terms, as the catalogue or ``share offer`` gives them; the same terms again change nothing.

    They can be asked for once the bureau has published them, for which it has two working days (art. 17).
    """
    acting(context, terms.provider, Text("提供它的数据", "offer its data"))
    with changing(context):
        before = about(context.workspace.ledger, terms.data).offers.get(terms.data)
        if before and before.terms.provider != terms.provider:
            raise Problem("other_provider",
                          Text(f"它由 {before.terms.provider} 提供", f"it is held by {before.terms.provider}"),
                          where=terms.data, remedy=Text("请换一个代码。", "Take another code."))
        same = before is not None and before.terms == terms and before.rounds[-1].offered is not None
        if not same:
            record(context, Step("share.offered", facts_of_terms(terms), words_of_terms(terms)))
    said = {"data": terms.data, "attribute": terms.attribute, "changed": not same}
    if same and before is not None and before.rounds[-1].published is not None:
        return done(context, "目录中已有同样的条件，没有变化。", "The catalogue has the same terms already; nothing changed.", said)
    return done(context, "已列入目录，待主管部门审核发布。", "Told to the catalogue; it waits for the bureau to review and publish it.", said)


def publish(context: Context, given: PublishData) -> Result:
    """The bureau has reviewed a record: from now on it can be asked for."""
    with changing(context):
        there = offer(context.workspace.ledger, given.data)
        acting(context, there.terms.bureau, Text("发布目录", "publish the catalogue"))
        waiting = there.rounds[-1].offered is not None and there.rounds[-1].published is None
        if waiting:
            record(context, Step("share.published", {"data": given.data}))
    return done(context, "已发布。", "Published.", {"data": given.data, "changed": waiting})


def change(context: Context, given: ChangeData) -> Result:
    """Law or duties changed, so that the record has to: ten working days (art. 17)."""
    reason(given.reason)
    with changing(context):
        there = offer(context.workspace.ledger, given.data)
        acting(context, there.terms.provider, Text("说它的目录已过时", "say that its record is outdated"))
        fresh = there.rounds[-1].offered is not None
        if fresh:
            record(context, Step("share.changed", {"data": given.data}, {"reason": given.reason.strip()}))
    return done(context, "目录应在 10 个工作日内更新。", "The record is to be told anew within 10 working days.", {"data": given.data, "changed": fresh})


# The request


def request(context: Context, given: AskData) -> Result:
    """A request is received whatever it lacks; what it lacks is told at once. Under the same key it is received once.

    Where another node holds the data it is sent there.
    """
    in_force_now(context)
    key = given.key or secrets.token_hex(16)
    return ask(context, given, key) if given.holder else receive(context, given, f"R-{digest('request', key)}")


def receive(context: Context, given: AskData, name: str, *, unit: str = "") -> Result:
    """A request under its code. ``unit`` : which organisation of another node asks, where the asker is one."""
    with changing(context):
        there = offer(context.workspace.ledger, given.data)
        made = replace(_asked(context, given, name, there), unit=unit)
        if (before := about(context.workspace.ledger, name).cases.get(name)) is not None:
            if facts_of_request(before.request) != facts_of_request(made) or words_of_request(before.request) != words_of_request(made):
                raise Problem("key_reused", Text("这个幂等键已用于另一个申请", "this key stands for another request"), where=name,
                              remedy=Text("请换一个键。", "Send a new key."))
        else:
            acting(context, made.asker, Text("以它的名义申请", "ask in its name"))
            need = asked(context, made) if made.need else []
            record(context, Step("share.requested", facts_of_request(made), words_of_request(made), f"share.requested/{name}"), *need)
    lacks = [FIELDS[m].in_(context.language) for m in made.missing]
    return done(context, f"申请 {name} 已收到。" + (f"还缺：{'、'.join(lacks)}。" if lacks else ""),
                 f"Request {name} received." + (f" It lacks: {', '.join(lacks)}." if lacks else ""),
                 {"request": name, "missing": list(made.missing), "received": before is None})


def _asked(context: Context, given: AskData, name: str, there: Offer) -> Request:
    terms = there.published
    if terms is None:
        raise Problem("not_published", Text("目录还没有发布", "the record is not published yet"), where=given.data,
                      remedy=Text("请问主管部门：期限是两个工作日（国务院令第809号第十七条）。",
                                  "Ask the bureau: it has two working days (Order 809, art. 17)."))
    if terms.attribute == "none":
        raise Problem("not_shared", Text(f"这些数据不予共享：{terms.basis}", f"these data are not shared: {terms.basis}"),
                      where=given.data,
                      remedy=Text("如所引条文并未这样规定，请主管部门复核。",
                                  "If the citation does not say so, ask the bureau to review it."))
    other = is_node(given.asker) and given.asker == context.principal.organisation  # nobody but its messages asks in a node's name
    asker = given.asker if other else organisation(known(context), given.asker, "--asker")
    if asker == terms.provider:
        raise Problem("own_data", Text("单位不向自己申请", "an organisation does not ask itself"), where=given.data,
                      remedy=Text("请换一个需求部门。", "Name another asker."))
    scope = _scope(given, terms)
    return Request(name, given.data, code(asker, Text("机构代码", "code of an organisation")), terms.provider, terms.attribute, given.purpose, given.mode, *period(given.first, given.last),
                   given.basis.strip(), given.scenario.strip(), scope, given.need or "", terms.synthetic)


def _scope(given: AskData | SupplementRequest, terms: Terms) -> Scope:
    """The scope asked for, held against the columns of the record; empty when nothing is named."""
    if given.policy is not None:
        if given.columns or given.rows:
            raise Problem("bad_scope", Text("策略文件已写明全部范围", "a policy states the whole scope"), where="--policy",
                          remedy=Text("请去掉 --columns 和 --rows。", "Leave out --columns and --rows."))
        scope = _of_policy(given.policy, terms)
    else:
        scope = Scope(columns_in(given.columns, terms.columns), rows_in(given.rows, terms.columns))
    if scope.columns:
        fits(scope, terms)
    return scope


def _of_policy(policy: Document, terms: Terms) -> Scope:
    (*more, rule) = odrl.read(policy, "0" * 32)
    if more or isinstance(rule, Denial) or rule.dataset != terms.dataset:
        raise Problem("unsupported_policy",
                      Text(f"一份申请就是对 {terms.dataset} 的一项许可", f"a request is one permission on {terms.dataset}"),
                      where=policy.name,
                      remedy=Text("请照 jingwei share policy 的样子写。", "Write it as jingwei share policy does."))
    return Scope(rule.columns, rule.rows)


def notice(context: Context, given: NoticeRequest) -> Result:
    """Tell the asker everything that is missing, once. The clock of the reply waits for it."""
    with changing(context):
        there = opened(context, given.code)
        acting(context, there.request.provider, Text("告知缺什么", "give notice of what is missing"))
        if there.decisions:
            raise wrong("already_decided", Text("已经答复过", "it was decided"), there)
        if not there.request.missing:
            raise wrong("complete_request", Text("里面什么都不缺", "nothing is missing in it"), there)
        if fresh := not there.notices:
            record(context, Step("share.noticed", {"request": given.code, "missing": list(there.request.missing)}, key=f"share.noticed/{given.code}"))
        elif not there.waits:
            raise wrong("told_once",
                         Text("缺什么要一次性告知（国务院令第809号第二十一条）",
                              "what is missing is told at once, once (Order 809, art. 21)"), there)
    lacks = [FIELDS[m].in_(context.language) for m in there.request.missing]
    return done(context, f"已一次性告知，还缺：{'、'.join(lacks)}。", f"Told once and for all what is missing: {', '.join(lacks)}.",
                 {"request": given.code, "missing": list(there.request.missing), "changed": fresh})


def supplement(context: Context, given: SupplementRequest) -> Result:
    """Add what was missing: all of it, since the notice said all of it."""
    if sent := forwarded(context, "supplement", given):
        return sent
    with changing(context):
        there = opened(context, given.code)
        r = there.request
        acting(context, r.asker, Text("补充它的申请", "add to its request"))
        if there.decisions:
            raise wrong("already_decided", Text("已经答复过", "it was decided"), there)
        terms = terms_of(context, r)
        scope = _scope(given, terms)
        first, last = period(given.first, given.last)
        now = replace(r, basis=r.basis or given.basis.strip(), scenario=r.scenario or given.scenario.strip(), mode=r.mode or given.mode,
                      first=r.first or first, last=r.last or last, scope=r.scope if r.scope.columns else scope)
        if now.missing:
            lacks = [FIELDS[m] for m in now.missing]
            raise Problem("still_missing",
                          Text(f"还缺：{'、'.join(m.zh for m in lacks)}",
                               f"it still lacks: {', '.join(m.en for m in lacks)}"), where=given.code,
                          remedy=Text("请一次补齐。", "Give all of it at once."))
        if fresh := bool(r.missing):
            record(context, Step("share.supplemented", {**facts_of_request(now), "complete": True}, words_of_request(now), f"share.supplemented/{r.code}"))
    return done(context, "已补齐。", "Complete now.", {"request": given.code, "changed": fresh})


def extend(context: Context, given: ExtendTerm) -> Result:
    """The bureau consents to more time, before the last day is over. Raises Problem ``extension_too_long`` or ``too_late``."""
    reason(given.reason)
    with changing(context):
        if given.code.startswith("R-"):
            there = opened(context, given.code)
            if there.decisions or there.request.attribute != "conditional":
                raise wrong("no_extension",
                             Text("只有有条件共享数据的答复期限可以延长，而且要在答复之前",
                                  "only the reply on data shared on conditions can be extended, before it is given"),
                             there)
            terms, given_, most = terms_of(context, there.request), there.extensions, law.REPLY_LONGER
            running = next(c for c in clocks_of(there) if c.kind == "reply")
            step = Step("share.extended", {"request": given.code, "days": given.days, "consent": terms.bureau or context.principal.id}, {"reason": given.reason.strip()})
        else:
            record_ = offer(context.workspace.ledger, given.code)
            found = [c for c in clocks_on(record_) if c.kind == "update"]
            if record_.rounds[-1].offered is not None or not found:
                raise Problem("no_extension", Text("这条目录没有到期要更新", "no update of this record is due"), where=given.code,
                              remedy=Text("看它的期限：jingwei share list --offers",
                                          "See its clocks: jingwei share list --offers"))
            terms, given_, most, running = record_.terms, record_.rounds[-1].extensions, law.UPDATE_LONGER, found[-1]
            step = Step("share.prolonged", {"data": given.code, "days": given.days, "consent": terms.bureau or context.principal.id}, {"reason": given.reason.strip()})
        acting(context, terms.bureau, Text("同意延期", "consent to an extension"))
        given_before = sum(e.days for e in given_)
        if not 1 <= given.days <= most - given_before:
            raise Problem("extension_too_long",
                          Text(f"最多 {most} 个工作日，已延长 {given_before} 个（国务院令第809号第{'二十一' if most == 10 else '十七'}条）",
                               f"{most} working days are the most, {given_before} of which were given (Order 809, art. {21 if most == 10 else 17})"),
                          where=given.code, remedy=Text("请少给几天。", "Give fewer."))
        if read(running, context.clock(), work_calendar()).state == "breached":
            raise Problem("too_late", Text("期限已过，不能再延长", "the term is over; nothing extends it"), where=given.code,
                          remedy=Text("请立即答复。", "Reply now."))
        record(context, step)
    return done(context, f"延长 {given.days} 个工作日。", f"Extended by {given.days} working days.", {"code": given.code, "days": given.days})


# The decision and what follows


def decide(context: Context, given: DecideRequest) -> Result:
    """Reply. Consent compiles to a grant of exactly what was asked for, or less; a refusal says why and never that something is missing."""
    with changing(context):
        there = opened(context, given.code)
        r, before = there.request, there.decision
        acting(context, r.provider, Text("答复", "reply"))
        granting = given.outcome == "grant"
        if before is not None:
            if before.granted != granting:
                raise wrong("already_decided",
                             Text(f"答复已是{'同意' if before.granted else '不同意'}",
                                  f"it was {'granted' if before.granted else 'refused'}"), there)
            return _decided(context, given, there, before.grant, fresh=False)
        if r.missing:
            what = (Text("没有写明的不能同意", "what is not named cannot be granted") if granting
                    else Text("材料不全不能作为不同意的理由（国务院令第809号第二十一条）", "that something is missing is no ground to refuse (Order 809, art. 21)"))
            raise Problem("incomplete_request", what, where=r.code,
                          remedy=Text(f"请告知需求部门缺什么：jingwei share notice {r.code}",
                                      f"Tell the asker what is missing: jingwei share notice {r.code}"))
        steps: list[Step] = []
        name = f"{r.code}.{len(there.decisions) + 1}" if granting else ""
        if granting:
            if is_node(r.asker) and not given.export:
                raise Problem("not_for_export", Text("申请来自另一个节点，同意就是允许数据离开本节点", "another node asks: to grant it is to let the data leave this node"),
                              where=r.code, remedy=Text("确认后注明：--export", "If that is meant, say so: --export"))
            grant = _granted(context, given, there, name)
            if not context.dry_run:
                with context.workspace.store.write() as connection:
                    give(connection, grant, context.clock())
        else:
            if r.attribute == "unconditional":
                raise Problem("unconditional",
                              Text("无条件共享的数据，因履行职责申请的都要给（国务院令第809号第十四条）",
                                   "unconditional data are given to whoever asks for duty (Order 809, art. 14)"),
                              where=r.code, remedy=Text("请同意。", "Grant it."))
            if not given.reason.strip():
                raise Problem("no_reason", Text("不同意要说明理由（国务院令第809号第二十一条）", "a refusal says why (Order 809, art. 21)"),
                              where=r.code, remedy=Text('用 --reason "……" 给出。', 'Give it with --reason "…".'))
            steps = refused(r)
        facts = {"request": r.code, "granted": granting, "ground": "" if granting else given.ground, "reasoned": granting or bool(given.reason.strip()), "grant": name,
                 **({"after": given.after} if granting and is_node(r.asker) else {})}
        words = {"reason": given.reason.strip()} if given.reason.strip() else {}
        record(context, Step("share.decided", facts, words, f"share.decided/{r.code}/{len(there.decisions) + 1}"), *steps)
    return _decided(context, given, there, name, fresh=True)


def _granted(context: Context, given: DecideRequest, there: Case, name: str) -> Grant:
    terms = terms_of(context, there.request)
    scope = narrowed(there.request.scope, columns_in(given.columns, terms.columns), rows_in(given.rows, terms.columns))
    fits(scope, terms)
    return grant_of(there.request, scope, grant=name, basis=there.request.basis, salt=secrets.token_hex(32), export=given.export, dataset=terms.dataset)


def _decided(context: Context, given: DecideRequest, there: Case, name: str, *, fresh: bool) -> Result:
    granting = given.outcome == "grant"
    return done(context, "同意共享，应在 20 个工作日内提供。" if granting else "不同意共享。", "Granted; to be delivered within 20 working days." if granting else "Refused.",
                 {"request": there.request.code, "granted": granting, "grant": name, "changed": fresh})


def hand_over(context: Context, given: DeliverRequest) -> Result:
    """Deliver exactly what was granted, of one snapshot. The same again is one delivery; its file comes out byte for byte the same.

    Without a key, one snapshot is delivered once. Where an interface was asked for, its credential is what is delivered.
    """
    there = opened(context, given.code)
    r = there.request
    acting(context, r.provider, Text("提供数据", "deliver"))
    terms, grant, in_force = terms_of(context, r), *grant_in_force(context, there)
    away = is_node(r.asker) and r.mode != "api"
    mode: Mode = "parquet" if away else r.mode or "csv"
    current = deliver(context, terms, grant, in_force, r.asker, mode, export=away)
    key = digest("key", given.key) if given.key else digest("snapshot", "" if mode == "api" else current.snapshot)
    since = there.decision.entry if there.decision else -1
    before = next((u for u in there.uses if u.delivery and u.key == key and u.entry > since), None)
    if before and before.snapshot != current.snapshot and mode != "api":
        current = deliver(replace(context, pinned={**context.pinned, terms.dataset: before.snapshot}, snapshots={}), terms, grant, in_force, r.asker, mode,
                          export=away)
    if before and mode != "api" and before.digest != current.digest:
        raise Problem("key_reused",
                      Text("这个键以前提供的，与现行授权给出的已不相同",
                           "what this key delivered is no longer what the grants in force give"), where=r.code,
                      remedy=Text("请换一个键重新提供。", "Deliver anew under another key."))
    secret = credential(context.workspace.folder, grant, key) if mode == "api" and not context.dry_run else ""
    if before is None:
        facts = {"request": r.code, "mode": mode, "snapshot": current.snapshot, "rows": 0 if mode == "api" else current.rows, "columns": current.columns,
                 "digest": fingerprint(secret) if secret else current.digest, "key": key, "grant": grant.id, "credential": fingerprint(secret) if secret else "",
                 **({"synthetic": True} if r.synthetic else {})}
        with changing(context):
            now = opened(context, r.code)
            if now.decision != there.decision:
                raise wrong("changed_meanwhile", Text("其间已重新答复", "it was decided anew in the meantime"), now)
            grant_in_force(context, now)
            record(context, Step("share.delivered", facts, key=f"share.delivered/{r.code}/{since}/{key}"), *met(now))
            if away and not context.dry_run:
                send_parts(context, now, current)
    data: dict[str, Any] = {"request": r.code, "delivered": before is None, "mode": mode, "snapshot": current.snapshot, "rows": current.rows,
                            "columns": current.columns, "digest": current.digest}
    if context.dry_run:  # what is handed out leaves a record of use
        return done(context, f"将提供 {current.rows} 行、{current.columns} 项。", f"{current.rows} rows of {current.columns} columns would be delivered.", data)
    policy = Document("policy.json", odrl.write([grant], grant.id))
    if away:
        return Result(context.say(f"{current.rows} 行、{current.columns} 项已备好，由节点 {r.asker[:12]} 分段取走。",
                                  f"{current.rows} rows of {current.columns} columns are ready; node {r.asker[:12]} collects them in parts."), {**data, "node": r.asker}, (policy,))
    if secret:
        return Result(context.say(f"接口已开通。凭据只对 {r.asker} 有效，请当面交付：\n\n    {secret}\n", f"The interface is open. Its credential is for {r.asker} alone; hand it over in person:\n\n    {secret}\n"),
                      {**data, "credential": secret}, (policy,))
    return Result(context.say(f"提供 {current.rows} 行、{current.columns} 项（{current.document.name}）。", f"{current.rows} rows of {current.columns} columns delivered ({current.document.name})."),
                  data, (current.document, policy))

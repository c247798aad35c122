"""Tell what a dataset comes from and became, take in others' events, and tell who used it and which nobody has."""

from __future__ import annotations

import hashlib
from typing import Any

from jingwei.foundations.data.sharing.reports import everything, observations
from jingwei.foundations.data.uses import openlineage
from jingwei.foundations.data.uses.model import KINDS, AskLineage, AskUse, BringLineage, Standing, Use
from jingwei.foundations.data.uses.standing import datasets, in_use, standings, uses
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Event
from jingwei.kernel.lineage import Made, Stand, behind, fact, onward, steps
from jingwei.kernel.markdown import markdown
from jingwei.kernel.node_records import place_of
from jingwei.kernel.problems import Problem, did_you_mean
from jingwei.kernel.receipts import code_version
from jingwei.kernel.tables import Document, json_bytes

NAMESPACE = "jingwei"


def known(context: Context, dataset: str) -> list[Made]:
    """All steps on record. Raises Problem ``unknown_dataset`` for one that neither they nor the lake know."""
    made = steps(context.workspace.ledger)
    there = datasets(context)
    if dataset not in there and not any(s.dataset == fact(dataset) for m in made for s in (*m.reads, *m.makes)):
        raise Problem("unknown_dataset", Text(f"没有数据集 {dataset[:60]!r}", f"there is no dataset {dataset[:60]!r}"),
                      remedy=did_you_mean(dataset[:60], there) or Text(f"有：{'、'.join(there[:20])}。", f"There are {', '.join(there[:20])}."))
    return made


def lineage_of(context: Context, given: AskLineage) -> Result:
    """The steps before and after a dataset; as OpenLineage when asked so."""
    made = known(context, given.dataset)
    before, after = behind(made, fact(given.dataset)), onward(made, fact(given.dataset))
    steps_ = sorted({m.entry: m for m in (*before, *after)}.values(), key=lambda m: m.entry)
    events = openlineage.written(steps_, NAMESPACE, f"urn:jingwei:{code_version()}")
    document = Document("lineage.json", json_bytes(events))
    data = {"dataset": given.dataset, "before": [_plain(m) for m in before], "after": [_plain(m) for m in after]}
    if given.form == "openlineage":
        return Result(document.text(), events, (document,))
    head = [context.say("何时", "when"), context.say("做了什么", "what ran"), context.say("读", "read"), context.say("成", "made"), context.say("账本", "entry")]
    lines = []
    for title, found in ((context.say("从何而来", "What it comes from"), before), (context.say("成了什么", "What became of it"), after)):
        lines += [f"## {title}", "", markdown(head, [(f"{m.at:%Y-%m-%d %H:%M}", m.job, _names(m.reads), _names(m.makes), m.entry) for m in found]) if found
                  else context.say("账本里没有。", "Nothing on record."), ""]
    return Result("\n".join(lines) + "\n", data, (document,))


def _names(stands: tuple[Stand, ...]) -> str:
    return ", ".join(f"{s.dataset} {s.snapshot[:8]}".strip() for s in stands)


def _plain(m: Made) -> dict[str, Any]:
    return {"at": m.at.isoformat(), "job": m.job, "kind": m.kind, "reads": [str(s) for s in m.reads], "makes": [str(s) for s in m.makes], "entry": m.entry,
            "synthetic": m.synthetic}


def bring_lineage(context: Context, given: BringLineage) -> Result:
    """Put another system's completed runs on record, each once. Names of theirs that are no codes stand by their digest, with the name beside."""
    events, recorded = openlineage.read(given.events), list[Event]()
    for one in events:
        names: dict[str, str] = {}

        def told(side: str, one: dict[str, Any] = one, names: dict[str, str] = names) -> list[str]:
            found = []
            for namespace, name, version in one[side]:
                code = fact(name if namespace == NAMESPACE else f"{namespace}.{name}".replace("/", "."))
                names[code] = f"{namespace}/{name}"
                found.append(f"{code}:{_snapshot(version)}")
            return found

        facts = {"run": one["run"], "job": fact(one["job"].replace("/", ".")), "reads": told("reads"), "makes": told("makes")}
        recorded.append(Event("lineage.received", one["at"], context.principal.id, facts, {"lineage:" + one["run"]: {"job": one["job"], "names": names}},
                              f"lineage.received/{one['run']}"))
    fresh = 0
    if recorded and not context.dry_run:
        context.workspace.establish()
        ledger = context.workspace.ledger
        with context.workspace.store.write_in_turn("lineage"):
            size = ledger.size()
            ledger.record(recorded)
            fresh = ledger.size() - size
    return Result(context.say(f"读到 {len(events)} 个完成的运行，新记 {fresh} 个。\n", f"{len(events)} completed runs read, {fresh} new on record.\n"),
                  {"read": len(events), "recorded": fresh})


def _snapshot(version: str) -> str:
    return version if version.isascii() and version.replace("-", "").replace(".", "").isalnum() and len(version) <= 64 else (
        hashlib.sha256(version.encode()).hexdigest()[:32] if version else "")


def uses_of(context: Context, given: AskUse) -> Result:
    """Who used one dataset; or how all stand, those nobody has used for long first, with who answers for them."""
    if given.days < 1:
        raise Problem("bad_days", Text(f"{given.days} 天不行", f"{given.days} days will not do"), where="--days", remedy=Text("写 1 或更多。", "Write 1 or more."))
    found = standings(context, given.days)
    figure = in_use(standings(context, 365) if given.days != 365 else found)
    documents = (observations([figure], context.clock(), place_of(context.workspace.store)),)
    if given.dataset:
        mine = uses(given.dataset, known(context, given.dataset), everything(context))
        said = context.say(f"{given.dataset} 被用过 {len(mine)} 次。", f"{given.dataset} was used {len(mine)} times.")
        return Result("\n".join((said, "", use_table(context, mine) if mine else "")) + "\n", {"dataset": given.dataset, "uses": [plain_use(u) for u in mine]}, documents)
    dead = [s for s in found if s.dead]
    lines = [context.say(f"{len(found)} 个数据集，{len(dead)} 个 {given.days} 天无人用。", f"{len(found)} datasets, {len(dead)} without a use in {given.days} days.")]
    if found:
        head = [context.say("数据集", "dataset"), context.say("谁负责", "owner"), context.say("最近一次", "last use"), context.say("用过几次", "uses"), ""]
        lines += ["", markdown(head, [(s.dataset, s.owner or context.say("账本未载", "not on record"), last_words(s).in_(context.language), s.uses,
                                       context.say("久已无人用", "unused") if s.dead else "") for s in found])]
    return Result("\n".join(lines) + "\n", {"days": given.days, "datasets": [
        {"dataset": s.dataset, "owner": s.owner or None, "uses": s.uses, "dead": s.dead, "synthetic": s.synthetic, "last": plain_use(s.last) if s.last else None} for s in found],
        "figures": [{"measure": figure.measure.code, "value": figure.value, "count": figure.count, "of": figure.of, "unknown": figure.unknown}]}, documents)


def last_words(s: Standing) -> Text:
    if s.last is None:
        return Text("从来没有", "never")
    kind = KINDS[s.last.kind]
    return Text(f"{s.last.at:%Y-%m-%d} {kind.zh} {s.last.what}", f"{s.last.at:%Y-%m-%d} {kind.en} {s.last.what}")


def use_table(context: Context, found: list[Use]) -> str:
    head = [context.say("何时", "when"), context.say("用作", "used for"), context.say("哪一个", "which"), context.say("经由", "through"), context.say("账本", "entry")]
    return markdown(head, [(f"{u.at:%Y-%m-%d %H:%M}", KINDS[u.kind].in_(context.language), u.what, u.through, u.entry) for u in found])


def plain_use(u: Use) -> dict[str, Any]:
    return {"kind": u.kind, "what": u.what, "at": u.at.isoformat(), "entry": u.entry, "through": u.through or None, "synthetic": u.synthetic}

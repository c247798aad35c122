"""Harvest a catalogue, search it, show a record, write it out in the standards' forms, hold it against rules."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from jingwei.foundations.data.catalogue.model import Export, Harvest, Record, Search, Show, Validate
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, Unreadable
from jingwei.kernel.tables import Document

if TYPE_CHECKING:
    from jingwei.foundations.data.catalogue.sources import Listed

SHOWN = 20
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def harvest(context: Context, given: Harvest) -> Result:
    """Read what changed since the last harvest; keep it in one transaction with its entry in the ledger, or nothing.

    A harvest that finds nothing new reads digests only and writes nothing at all.
    """
    from jingwei.foundations.data.catalogue import sources

    source = source_name(given.name, given.source)
    if not _ADDRESS.match(given.source):
        documents, passed_over = sources.listed(given.source)
        return _taken_in(context, given, source, documents, passed_over)
    from jingwei.foundations.data.catalogue.passes import fetched

    with fetched(context, given.source, given.kind or "", source) as found:
        result = _taken_in(context, given, source, found.documents, 0, found.pages)
        if not context.dry_run:
            found.keep()
    told = context.say(f"取了 {found.pages} 页，其中 {found.same} 页与上次相同。\n", f"{found.pages} pages came, {found.same} of them as they were.\n")
    return Result(told + result.report, {**result.data, "pages": found.pages, "pages_same": found.same})


def _taken_in(context: Context, given: Harvest, source: str, documents: Sequence[Listed], passed_over: int, pages: int = 0) -> Result:
    from jingwei.foundations.data.catalogue import records, sources

    laid_down = _laid_down(given.mapping)
    store = context.workspace.store
    with store.read() as connection:
        known, mapping = records.known_documents(connection, source), records.known_mapping(connection, source)
        before = records.standing(connection, source)
    overruled = any(mapping.get(k, "") != v for k, v in laid_down.items())
    fresh = [d for d in documents if overruled or known.get(d.name) != d.digest]
    vanished = sorted(known.keys() - {d.name for d in documents})
    data: dict[str, Any] = {"read": before.accepted + before.quarantined, "accepted": before.accepted, "quarantined": before.quarantined,
                            "source": source, "documents": len(documents), "passed_over": passed_over, "parsed": 0, "new": 0, "changed": 0, "gone": 0,
                            "written": 0, "mapping": mapping, "unmapped": {}, "not_recognised": {}, "refused": []}
    if not fresh and not vanished:
        return Result(_told(context, data), data)
    with context.progress("Reading", len(fresh)) as step:
        taken = sources.read(source, fresh, mapping, laid_down, step)
    mapping = {**mapping, **laid_down, **taken.mapping}
    data |= {"mapping": dict(sorted(mapping.items())), "unmapped": taken.unmapped, "not_recognised": _unknown(taken.unknown_words),
             "parsed": len(taken.records) + len(taken.refused),
             "refused": [{"document": r.document, "part": r.part, "code": r.code, "reason": r.reason.in_(context.language)} for r in taken.refused]}
    if pages and before.accepted and not taken.records and len(fresh) == len(documents):
        raise Unreadable(Text("来的里面一条记录也没有", "what came holds no record at all"), where=given.source[:200],
                         remedy=Text("空的答复不当作全部消失；请核对来源。", "An empty answer is not taken for the end of everything; check the source."))
    if context.dry_run:
        data |= {"read": data["parsed"], "accepted": len(taken.records), "quarantined": len(taken.refused)}
        return Result(_told(context, data), data)
    at = context.clock()
    context.workspace.establish()
    with records.alone(source), store.write() as connection:
        records.keep_source(connection, source, str(given.source), mapping, at)
        if records.known_documents(connection, source) != known:
            raise records.overtaken(source)
        changes = records.keep(connection, source, {d.name: d.digest for d in fresh}, vanished, taken.records, taken.refused, taken.left_over, at)
        after = records.standing(connection, source)
        data |= {"read": after.accepted + after.quarantined, "accepted": after.accepted, "quarantined": after.quarantined,
                 "new": changes.new, "changed": changes.changed, "gone": changes.gone, "written": changes.rows + 1}
        _record(context, source, data)
    return Result(_told(context, data), data)


def source_name(wanted: str, at: str) -> str:
    """What a source is called: as wanted, else as its host, file or folder. Raises Problem ``bad_name``."""
    if _ADDRESS.match(at):
        name = wanted.strip() or urlsplit(at).hostname or "source"
    else:
        path = Path(at).resolve()
        name = wanted.strip() or (path.stem if path.is_file() else path.name) or "source"
    if "/" in name or "\0" in name or len(name) > 80:
        raise Problem("bad_name", Text(f"{name[:80]!r} 不能作来源名", f"{name[:80]!r} cannot be the name of a source"),
                      remedy=Text("请给不带斜线的短名：--name NAME。", "Give a short one without strokes: --name NAME."))
    return name.encode("utf-8", "backslashreplace").decode()


def _laid_down(document: Document | None) -> dict[str, str]:
    from jingwei.foundations.data.catalogue.names import NAMES, RESOURCE_NAMES

    if document is None:
        return {}
    try:
        found = msgspec.json.decode(document.content, type=dict[str, str])
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise Unreadable(Text(f"不是键与字段的 JSON 对象（{error}）", f"not a JSON object of key and field ({error})"),
                         where=document.name,
                         remedy=Text('写成 {"heading": "title", "resources.href": "address", "internal": ""} 这样。',
                                     'Write it like {"heading": "title", "resources.href": "address", "internal": ""}.')) from None
    for key, target in found.items():
        fields = RESOURCE_NAMES if key.startswith("resources.") else NAMES
        if target and target not in fields:
            raise Problem("unknown_field", Text(f"{target[:40]!r} 不是字段", f"{target[:40]!r} is not a field"),
                          where=f"{document.name}, {key[:40]!r}",
                          remedy=Text(f"字段有：{'、'.join(fields)}。", f"Fields: {', '.join(fields)}."))
    return found


def _unknown(words: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    return {f: dict(sorted(said.items(), key=lambda p: (-p[1], p[0]))[:SHOWN]) for f, said in sorted(words.items())}


def _record(context: Context, source: str, data: Mapping[str, Any]) -> None:
    """The entry holds numbers; the name of the source, free text, lies beside it."""
    from jingwei.kernel.ledger import Event

    facts = {k: data[k] for k in ("read", "accepted", "quarantined", "parsed", "new", "changed", "gone")}
    event = Event("catalogue.harvested", context.clock(), context.principal.id, facts, {f"catalogue:{source}": {"source": source}})
    context.workspace.ledger.append(event)


def _told(context: Context, data: Mapping[str, Any]) -> str:
    lines = [context.say(f"来源 {data['source']}：读到 {data['read']} 条，收下 {data['accepted']} 条，隔离 {data['quarantined']} 条。",
                  f"Source {data['source']}: {data['read']} records read, {data['accepted']} accepted, {data['quarantined']} quarantined.")]
    if not data["parsed"] and not data["gone"]:
        return lines[0] + context.say("与上次相同，没有写入。", " Nothing has changed; nothing was written.") + "\n"
    lines.append(context.say(f"解析 {data['parsed']} 条：新 {data['new']}，变更 {data['changed']}，来源已无 {data['gone']}；写入 {data['written']} 行。",
                      f"{data['parsed']} parsed: {data['new']} new, {data['changed']} changed, {data['gone']} no longer there; {data['written']} rows written."))
    if context.dry_run:
        lines.append(context.say("这是演练，没有写入。", "This was a rehearsal; nothing was written."))
    if data["mapping"]:
        lines += ["", f"## {context.say('键与字段', 'Keys and fields')}", "", *(f"- `{k}` → {v or context.say('（不用）', '(left alone)')}" for k, v in data["mapping"].items())]
    if data["unmapped"]:
        lines += ["", context.say("未对应字段、随记录保存的键：", "Keys of no field, kept with the records: ") + ", ".join(f"`{k}` ({n})" for k, n in data["unmapped"].items())]
    for field, words in data["not_recognised"].items():
        lines += ["", context.say(f"{field} 未识别：", f"Not recognised for {field}: ") + "; ".join(f"{w} ({n})" for w, n in words.items())]
    if data["refused"]:
        lines += ["", f"## {context.say('隔离', 'Quarantined')}", "", *(f"- {r['code']}: {r['reason']}".replace("\n", " ") for r in data["refused"][:SHOWN])]
    return "\n".join(lines) + "\n"


def search(context: Context, given: Search) -> Result:
    """Records that hold all the words, best first, with how they part by provider, theme, format and the like."""
    from jingwei.foundations.data.catalogue import records

    facets = {n: v for n in records.FACETS if (v := getattr(given, n)) is not None}
    with context.workspace.store.read() as connection:
        hits = records.search(connection, given.words, facets)
    numbers = records.counted(hits)
    shown = hits[:max(0, given.count)]
    data = {"found": len(hits), "records": [{"id": h.id, "title": h.title, "score": h.score} for h in shown],
            "facets": {name: [{"value": v, "records": n} for v, n in values] for name, values in numbers.items()}}
    lines = [context.say(f"找到 {len(hits)} 条。", f"{len(hits)} found."), "", *(f"- {h.title} (`{h.id}`)" for h in shown)]
    for name, values in numbers.items():
        if values and name != "source":
            lines += ["", f"{_FACET[name][context.language == 'en']}: " + "; ".join(f"{v} ({n})" for v, n in values)]
    return Result("\n".join(lines) + "\n", data)


_FACET = {"publisher": ("提供单位", "Provider"), "theme": ("主题", "Theme"), "format": ("格式", "Format"), "license": ("许可", "Licence"),
          "sharing": ("共享属性", "Sharing"), "source": ("来源", "Source")}


def show(context: Context, given: Show) -> Result:
    """One record in full, with its versions."""
    from jingwei.foundations.data.catalogue import records
    from jingwei.foundations.data.catalogue.model import spoken

    with context.workspace.store.read() as connection:
        one, version, at, gone = records.record(connection, given.record, given.version)
        versions = records.versions(connection, given.record)
    data = {"id": given.record, "version": version, "at": at.isoformat(), "gone": gone.isoformat() if gone else None,
            "versions": [{"version": v, "at": t.isoformat()} for v, t in versions], "record": msgspec.to_builtins(one)}
    lines = [f"# {one.name(context.language)}", "", spoken(one.description, context.language), ""]
    if gone:
        lines += [context.say(f"来源自 {gone:%Y-%m-%d} 起已无此条。", f"Its source no longer has it since {gone:%Y-%m-%d}."), ""]
    lines += [f"- {name}: {value}" for name, value in _rows(one)]
    lines += ["", context.say(f"第 {version} 版，{at:%Y-%m-%d %H:%M} 收下；共 {len(versions)} 版。", f"Version {version} of {len(versions)}, taken in {at:%Y-%m-%d %H:%M}.")]
    return Result("\n".join(lines) + "\n", data)


def _rows(one: Record) -> list[tuple[str, str]]:
    from jingwei.foundations.data.catalogue.records import facets_of, name_of

    told = {"publisher": (one.publisher.name or one.publisher.address) if one.publisher else "", "modified": one.modified, "issued": one.issued,
            "frequency": name_of(one.frequency), "keyword": ", ".join(w.text for w in one.keyword),
            **{k: ", ".join(v) for k, v in facets_of(one, "").items() if k in ("theme", "format", "license", "sharing")},
            "grade": one.grade, "items": ", ".join(i.name for i in one.items), "extras": ", ".join(one.extras)}
    return [(k, v) for k, v in told.items() if v] + [(f"resource {n + 1}", " ".join(filter(None, (
        r.title[0].text if r.title else "", (r.access_url or r.download_url)[0].address if r.access_url or r.download_url else ""))))
        for n, r in enumerate(one.resources)]


def export(context: Context, given: Export) -> Result:
    """The current records as DCAT in Turtle or JSON-LD, as Croissant, as CKAN tells them or as a table, one document each."""
    from jingwei.foundations.data.catalogue import records

    with context.workspace.store.read() as connection:
        if given.record is not None:
            chosen = [(given.record, records.record(connection, given.record)[0])]
        else:
            chosen = records.current(connection, given.source)
    content, name = _written(chosen, given.form or "turtle")
    said = context.say(f"{len(chosen)} 条，{len(content):,} 字节：{name}", f"{len(chosen)} records in {len(content):,} bytes: {name}")
    return Result(f"{said}\n", {"records": len(chosen), "bytes": len(content), "file": name}, (Document(name, content),))


def _written(chosen: Sequence[tuple[str, Record]], form: str) -> tuple[bytes, str]:
    from jingwei.foundations.data.catalogue import dcat, giving

    if form == "croissant":
        from jingwei.foundations.data.catalogue.croissant import croissant

        return croissant([r for _, r in chosen]), "catalogue.croissant.json"
    if form == "csv":
        return giving.table(chosen), "catalogue.csv"
    if form == "ckan":
        result = {"count": len(chosen), "results": [giving.package(one, r) for one, r in chosen]}
        return msgspec.json.format(msgspec.json.encode({"success": True, "result": result}), indent=1), "catalogue.ckan.json"
    return dcat.serialise(dcat.Writer().catalogue(r for _, r in chosen), form), "catalogue.ttl" if form == "turtle" else "catalogue.jsonld"


def validate(context: Context, given: Validate) -> Result:
    """Every current record against SHACL shapes: the findings, per component and in full; the answer is no when there is a violation."""
    from jingwei.engines.shapes.check import check
    from jingwei.engines.shapes.columns import Columns
    from jingwei.engines.shapes.reading import read
    from jingwei.foundations.data.catalogue import dcat, records
    from jingwei.foundations.data.catalogue.profile import SHAPES

    with context.workspace.store.read() as connection:
        chosen = records.current(connection, given.source)
    shapes = read(given.shapes.content, given.shapes.name) if given.shapes else read(SHAPES.encode(), "profile")
    found = check(Columns.of(dcat.Writer().catalogue(r for _, r in chosen)), shapes)
    numbers = Counter((f.path or "-", f.component, f.severity) for f in found)
    data = {"records": len(chosen), "findings": len(found), "remarks": list(shapes.remarks),
            "by": [{"path": p, "component": c, "severity": s, "findings": n} for (p, c, s), n in sorted(numbers.items(), key=lambda x: (-x[1], x[0]))],
            "first": [{"focus": f.focus, "path": f.path, "component": f.component, "value": f.value, "severity": f.severity, "message": f.message}
                      for f in found[:max(0, given.count)]]}
    lines = [context.say(f"{len(chosen)} 条记录，{len(found)} 处不符。", f"{len(chosen)} records, {len(found)} findings."), "",
             *(f"- {n} × {p} {c} ({s})" for (p, c, s), n in sorted(numbers.items(), key=lambda x: (-x[1], x[0])))]
    if shapes.remarks:
        lines += ["", context.say("规则文件中不属于 SHACL、没有意义的词：", "Words in the shapes that SHACL does not have and that mean nothing: ") + ", ".join(shapes.remarks)]
    return Result("\n".join(lines) + "\n", data, holds=not any(f.severity == "Violation" for f in found))

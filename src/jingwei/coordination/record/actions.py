"""Upgrade, back up and put back; list, sign, prove, export and verify."""

from __future__ import annotations

import json
from collections import deque
from hashlib import file_digest
from itertools import islice
from pathlib import Path
from typing import Any

from jingwei.coordination.record.backup import opened, put_back, write_backup
from jingwei.coordination.record.model import (
    AskExport,
    AskList,
    AskProve,
    AskVerify,
    Backup,
    Restore,
    SignHead,
    Upgrade,
)
from jingwei.coordination.record.sources import StoreRecord, export, read_export
from jingwei.coordination.record.verifier import SAID, Finding, Verdict, verify
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.heads import Head
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import as_text, read_proof
from jingwei.kernel.markdown import markdown
from jingwei.kernel.people import needs_second
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document, json_bytes
from jingwei.kernel.workspace import Workspace


def upgrade(context: Context, given: Upgrade) -> Result:  # noqa: ARG001
    """Bring the store to this program's schema, in one transaction; a rehearsal does it and takes it back."""
    steps = context.workspace.store.upgrade(dry_run=context.dry_run)
    data = {"steps": [{"revision": s.revision, "about": s.about} for s in steps], "written": bool(steps) and not context.dry_run}
    if not steps:
        return Result(context.say("记录库已是本程序的版本，无需升级。", "The store has this program's schema; nothing to do."), data)
    head = context.say("演练通过，没有写入：", "Rehearsed, nothing was written:") if context.dry_run else context.say(
        "已升级：", "Upgraded:")
    return Result("\n".join([head, "", *(f"- {s.revision}: {s.about}" for s in steps)]), data)


def backup(context: Context, given: Backup) -> Result:
    """One file with store and lake as of one moment."""
    to = Path(given.to)
    if context.dry_run:
        size = context.workspace.ledger.size()
        return Result(context.say(f"将写入 {to}：账本 {size} 条。没有写入。", f"Would write {to}: a ledger of {size} entries. "
                                  "Nothing was written."), {"to": str(to), "entries": size, "written": False})
    told, verdict = write_backup(context.workspace, to, context.clock())
    data = {"to": str(to), "entries": told.size, "root": told.root, "files": len(told.files), "bytes": told.content, "written": True,
            "sha256": _sha256(to),
            "holds": verdict.holds, "findings": [f.to_json() for f in verdict.findings]}
    lines = [context.say(f"已备份到 {to}：账本 {told.size} 条，{len(told.files)} 个文件，{told.content} 字节。SHA-256 `{data['sha256']}`。"
                         "节点密钥不在其中，请另行保管。",
                  f"Backed up to {to}: a ledger of {told.size} entries, {len(told.files)} files, {told.content} bytes. SHA-256 `{data['sha256']}`. "
                  "The node's key is not in it: keep it elsewhere.")]
    if not verdict.holds:
        lines.append(context.say("但账本不成立，这个备份只作证据，不能恢复：",
                                 "But the ledger does not hold: this backup is evidence, and cannot be put back:"))
    lines += ["- " + _named(context, finding) for finding in verdict.findings]
    return Result("\n".join(lines), data, holds=verdict.holds)


def restore(context: Context, given: Restore) -> Result:
    """Check a backup to the last byte, put it back, and verify the ledger where it is now."""
    workspace, file = context.workspace, Path(given.file)
    _confirmed(context, given, file)
    near = workspace.folder if workspace.folder.is_dir() else next(p for p in workspace.folder.resolve().parents if p.is_dir())
    with opened(file, near) as (told, folder):
        data = {"file": str(file), "entries": told.size, "root": told.root, "at": told.at, "written": not context.dry_run}
        if context.dry_run:
            return Result(context.say(f"备份完好：{told.at}，账本 {told.size} 条。没有写入。",
                                      f"The backup is whole: {told.at}, a ledger of {told.size} entries. Nothing was written."), data)
        if not given.replace and _holds_something(workspace):
            raise Problem("not_empty", Text("本节点已有记录", "this node already has records"), where=str(workspace.folder),
                          remedy=Text("先给它们做备份，再加 --replace。", "Make a backup of them first; then add --replace."))
        put_back(folder, told, workspace)
    verdict = _verified(workspace, None)
    if not verdict.holds or verdict.root != told.root:
        raise Problem("damaged_ledger", Text("放回之后账本不成立", "the ledger does not hold after it was put back"),
                      where=workspace.store.where, remedy=Text("请检查磁盘，再恢复一次。", "Check the disk, then restore again."))
    return Result(context.say(f"已恢复 {told.at} 的备份：账本 {verdict.size} 条，核验无误。",
                              f"Put back as of {told.at}: a ledger of {verdict.size} entries, verified."), data)


def _confirmed(context: Context, given: Restore, file: Path) -> None:
    """A second person confirms what a file holds, not what it is called."""
    if not given.sha256:
        if needs_second(context.principal, "irreversible"):
            raise Problem("not_confirmed", Text("确认的人要知道恢复的是什么", "who confirms must know what is put back"),
                          where="--sha256",
                          remedy=Text("请带上 jingwei backup 给出的 SHA-256 重新申请。",
                                      "Ask anew, with the SHA-256 that jingwei backup told."))
        return
    found = _sha256(file)
    if found != given.sha256.lower():
        raise Problem("other_file", Text(f"它的 SHA-256 是 {found}", f"its SHA-256 is {found}"), where=str(file),
                      remedy=Text("请用所指的那个文件。", "Use the file that was meant."))


def _sha256(file: Path) -> str:
    try:
        with file.open("rb") as source:
            return file_digest(source, "sha256").hexdigest()
    except OSError as error:
        raise Problem("no_file", Text(f"读不了（{error.strerror}）", f"cannot be read ({error.strerror})"), where=str(file),
                      remedy=Text("请核对文件名。", "Check the name.")) from None


def _holds_something(workspace: Workspace) -> bool:
    return workspace.store.exists() or any((workspace.folder / "lake").glob("*/current"))


def verify_ledger(context: Context, given: AskVerify) -> Result:
    """Whether a ledger or proof holds; names the first entry that does not."""
    trusted = Head.read(given.head.content, given.head.name) if given.head else Head.read(given.pasted.encode()) if given.pasted.strip() else None
    if given.file is None:
        return _told(context, _verified(context.workspace, trusted), trusted)
    if given.file.content.lstrip().startswith(b'{"format"'):
        return _told(context, verify(read_export(given.file.content, given.file.name), trusted), trusted)
    proof = read_proof(given.file.content, given.file.name)
    holds = proof.holds() and (trusted is None or (trusted.size, trusted.root) == (proof.size, proof.root))
    against = trusted or proof.head
    data = {"holds": holds, "entry": proof.position, "size": proof.size, "root": proof.root, "signed": against is not None}
    yes = context.say(f"成立：条目 {proof.position} 在 {proof.size} 条的账本中。", f"Holds: entry {proof.position} is in the ledger of {proof.size}.")
    no = context.say(f"不成立：条目 {proof.position} 不在这个树头之下。", f"Does not hold: entry {proof.position} is not under that head.")
    bare = "" if against else context.say("但没有树头，谁也没有签过这个根。", " But no head comes with it: nobody signed that root.")
    return Result((yes if holds else no) + bare, data, holds=holds)


def _verified(workspace: Workspace, trusted: Head | None) -> Verdict:
    ledger = workspace.ledger
    with ledger.store.read() as connection:
        return verify(StoreRecord(ledger, connection), trusted)


def _told(context: Context, verdict: Verdict, trusted: Head | None) -> Result:
    data = {"holds": verdict.holds, "size": verdict.size, "root": verdict.root, "heads": verdict.heads, "holding": verdict.holding,
            "against": trusted.to_json() if trusted else None, "findings": [f.to_json() for f in verdict.findings]}
    lines = [context.say(f"账本 {verdict.size} 条，根 `{verdict.root}`，核对了 {verdict.heads} 个树头。",
                         f"A ledger of {verdict.size} entries, root `{verdict.root}`, held against {verdict.heads} signed heads.")]
    if verdict.holds:
        lines.append(context.say(f"成立：没有改动、删除、调换或插入。前 {verdict.holding} 条有签名为证。",
                                 f"Holds: nothing was altered, deleted, moved or inserted. The first {verdict.holding} are under a signature."))
        if trusted is None:
            lines.append(context.say("未与外来的树头核对：能改写本节点一切的人，只有别处保存的树头能揭穿（--head）。",
                                     "Not held against a head from elsewhere: who can rewrite all of this node is found out only by one (--head)."))
    else:
        lines.insert(0, context.say("**不成立：有人动过。**\n", "**Does not hold: somebody touched it.**\n"))
    lines += ["- " + _named(context, finding) for finding in verdict.findings]
    return Result("\n".join(lines), data, holds=verdict.holds)


def _named(context: Context, finding: Finding) -> str:
    what = SAID[finding.code].in_(context.language)
    if finding.first == finding.last:
        return context.say(f"条目 {finding.first}：{what}", f"entry {finding.first}: {what}")
    return context.say(f"条目 {finding.first} 至 {finding.last} 之间：{what}", f"entries {finding.first} to {finding.last}: {what}")


def prove(context: Context, given: AskProve) -> Result:
    """An entry's inclusion in the newest signed tree that covers it, and that tree's consistency with an earlier head."""
    ledger = context.workspace.ledger
    proof = ledger.prove(given.entry)
    old = Head.read(given.head.content, given.head.name) if given.head else None
    path = [step.hex() for step in ledger.consistency(old.size, proof.size)] if old else []
    told = json.loads(_json(proof))
    data = {**told, "consistency": path, "from": old.size if old else None}
    signed = context.say(f"树头签于 {proof.head.at}。", f"Its head was signed at {proof.head.at}.") if proof.head else context.say(
        "还没有树头包含它：先运行 jingwei ledger head。", "No signed head covers it yet: run jingwei ledger head.")
    lines = [context.say(f"条目 {proof.position} 在 {proof.size} 条的账本中，证明 {len(proof.path)} 个哈希。{signed}",
                         f"Entry {proof.position} in the ledger of {proof.size}, a proof of {len(proof.path)} hashes. {signed}"),
             "", f"`{proof.entry}`"]
    return Result("\n".join(lines), data, (Document("proof.json", json_bytes(told)),))


def _json(record: Any) -> bytes:
    import msgspec

    return msgspec.json.encode(record)


def head(context: Context, given: SignHead) -> Result:  # noqa: ARG001
    """The ledger as it stands, signed; the head is what others keep, to hold this node to its past."""
    ledger = context.workspace.ledger
    if context.dry_run:
        size, root = ledger.size(), ledger.root().hex()
        return Result(context.say(f"将签署：{size} 条，根 `{root}`。没有写入。", f"Would sign {size} entries, root `{root}`. Nothing was written."),
                      {"size": size, "root": root, "written": False})
    made = ledger.head(context.clock())
    said = context.say(f"{made.size} 条，根 `{made.root}`，签于 {made.at}，会签 {len(made.cosignatures)} 个。",
                       f"{made.size} entries, root `{made.root}`, signed at {made.at}, {len(made.cosignatures)} co-signatures.")
    return Result(said, {**made.to_json(), "written": True}, (Document("head.json", json_bytes(made.to_json())),))


def export_ledger(context: Context, given: AskExport) -> Result:  # noqa: ARG001
    """Everything a verifier elsewhere needs, and no payload."""
    content = export(context.workspace.ledger)
    size = context.workspace.ledger.size()
    said = context.say(f"{size} 条，{len(content)} 字节，不含另存的内容；用 --out 目录 写出。",
                       f"{size} entries, {len(content)} bytes, no payloads; written with --out DIR.")
    return Result(said, {"size": size, "bytes": len(content)}, (Document("ledger.jsonl", content),))


def list_entries(context: Context, given: AskList) -> Result:
    """Entries with what is known of their actors today."""
    if given.count < 1 or (given.first or 0) < 0:
        raise Problem("no_entry", Text("位置从 0 数起，至少列一条", "places are counted from 0, and at least one is listed"),
                      remedy=Text("请照此给 --first 和 --count。", "Give --first and --count so."))
    ledger = context.workspace.ledger
    people, size = ledger.people(), ledger.size()
    first = given.first if given.first is not None else 0 if given.kind else max(0, size - given.count)
    found = ((p, _read(e)) for p, e in ledger.entries(first) if given.kind is None or _read(e).get("kind") == given.kind)
    rows = list(islice(found, given.count)) if given.first is not None else list(deque(found, maxlen=given.count))
    data = {"size": size, "entries": [{"position": p, **told} for p, told in rows]}
    shown = [(str(p), str(told.get("at", "")), str(told.get("kind", "")), people.get(str(told.get("actor", "")), str(told.get("actor", ""))[:10]),
              ", ".join(f"{k}={v}" for k, v in dict(told.get("facts") or {}).items())) for p, told in rows]
    columns = [Text("位置", "entry"), Text("时间", "at"), Text("类别", "kind"), Text("何人", "by"), Text("事实", "facts")]
    head = context.say(f"账本 {size} 条。", f"A ledger of {size} entries.")
    return Result(head + ("\n\n" + markdown(tuple(c.in_(context.language) for c in columns), shown) if shown else ""), data)


def _read(entry: bytes) -> dict[str, Any]:
    try:
        told = json.loads(entry)
    except ValueError:
        return {"raw": as_text(entry)}
    return told if isinstance(told, dict) else {"raw": told}

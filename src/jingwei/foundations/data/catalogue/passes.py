"""One pass over a catalogue on the network: page after page onto the disk, so that a harvest that is killed goes on where it was.

Pages lie in the workspace under ``harvest/``. A pass is taken into the catalogue when it is complete, and only then are records that it does not
have marked as gone. The pages of the last complete pass stay, so that the host can be asked whether they changed.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from jingwei.engines.shapes.columns import Triple
from jingwei.foundations.data.catalogue import feeds
from jingwei.foundations.data.catalogue.fetching import Answer, Fetcher
from jingwei.foundations.data.catalogue.model import FEEDS
from jingwei.foundations.data.catalogue.sources import Listed, slug
from jingwei.kernel.actions import Context
from jingwei.kernel.files import held, write_whole
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, Unreadable
from jingwei.kernel.settings import FILE

FRESH = timedelta(days=1)
"""How old a pass may be that is gone on with; an older one begins anew."""


class PageNote(msgspec.Struct, frozen=True):
    """A page that came: where from, what it was, under which digest it lies."""

    address: str
    digest: str
    kind: str
    etag: str
    modified: str
    following: str


class Pass(msgspec.Struct):
    """How far a pass has come. ``following`` : the next page, empty when it is complete."""

    address: str
    kind: str
    begun: datetime
    following: str
    pages: list[PageNote] = []


@dataclass(slots=True)
class Fetched:
    """A complete pass. ``pages`` came, of which ``same`` were what they were."""

    documents: list[Listed]
    pages: int
    same: int
    keep: Callable[[], None]


@contextmanager
def fetched(context: Context, address: str, kind: str, source: str) -> Iterator[Fetched]:
    """The documents of a source on the network, complete, while nobody else fetches it; ``keep`` makes the pass the last one.

    Raises Problem as ``Fetcher.get`` does; ``unknown_kind``, ``going_round``, ``too_many_pages``, ``incomplete``; Unreadable for an answer that is none.
    """
    with _folder(context, source) as folder, held(folder / "lock", wait=False) as alone:
        if not alone:
            raise Problem("being_harvested", Text("这个来源正在收割", "this source is being harvested already"), where=source, remedy=Text("请等它结束。", "Wait until that is done."))
        last, now = _read(folder / "last.json"), _read(folder / "pass.json")
        before = {p.address: p for p in last.pages} if last else {}
        if now is None or now.address != address or (kind and now.kind != kind) or context.clock() - now.begun > FRESH:
            now = Pass(address, kind or (last.kind if last and last.address == address else ""), context.clock(), "?")
        with Fetcher(context.workspace.settings.harvest, cancelled=context.cancelled) as fetcher:
            same = _go_on(context, fetcher, now, folder, before)
        documents = _documents(now, folder, source)

        def keep() -> None:
            write_whole(folder / "last.json", msgspec.json.encode(now))
            (folder / "pass.json").unlink(missing_ok=True)
            wanted = {f"{p.digest}.page" for p in now.pages}
            for path in folder.glob("*.page"):
                if path.name not in wanted:
                    path.unlink(missing_ok=True)

        yield Fetched(documents, len(now.pages), same, keep)


@contextmanager
def _folder(context: Context, source: str) -> Iterator[Path]:
    """Where the pages of a source lie; of a rehearsal nothing stays."""
    if context.dry_run:
        with tempfile.TemporaryDirectory() as rehearsed:
            yield Path(rehearsed)
        return
    context.workspace.establish()
    folder = context.workspace.folder / "harvest" / hashlib.blake2b(source.encode(), digest_size=8).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    yield folder


def _read(path: Path) -> Pass | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Pass)
    except (OSError, msgspec.DecodeError):
        return None


def _go_on(context: Context, fetcher: Fetcher, now: Pass, folder: Path, before: dict[str, PageNote]) -> int:
    """Fetch what is missing of a pass. Returns how many pages are what they were in the last."""
    if now.following == "?":
        _begin(fetcher, now)
    most, done = fetcher.settings.pages, len(now.pages)
    page: feeds.Page | None = None
    if now.following:
        page = _next(fetcher, now, folder, before)
    expected = -(-(page.total or 0) // max(1, len(page.trees))) if page and page.trees else 0
    with context.progress("Fetching", max(expected, len(now.pages))) as step:
        step(len(now.pages))
        while now.following:
            if len(now.pages) >= most:
                raise Problem("too_many_pages", Text(f"超过 {most:,} 页还没完", f"there is no end after {most:,} pages"), where=FILE,
                              remedy=Text("上限是设置：[harvest] pages。", "The limit is a setting: [harvest] pages."))
            _next(fetcher, now, folder, before)
            step(1)
    return sum(p.address in before and before[p.address].digest == p.digest for p in now.pages[done:])


def _begin(fetcher: Fetcher, now: Pass) -> None:
    """Find out what kind of service it is, when nobody said, and where its first page is."""
    now.kind = now.kind or feeds.kind_at(now.address) or feeds.kind_of(fetcher.get(now.address))
    if now.kind not in FEEDS:
        raise Problem("unknown_kind", Text(f"没有 {now.kind!r} 这种来源", f"there is no kind of source {now.kind!r}"),
                      remedy=Text(f"有：{'、'.join(FEEDS)}。", f"There are: {', '.join(FEEDS)}."))
    now.following = fetcher.allowed.check(feeds.first(now.kind, now.address))


def _next(fetcher: Fetcher, now: Pass, folder: Path, before: dict[str, PageNote]) -> feeds.Page:
    at = now.following
    old = before.get(at)
    kept = folder / f"{old.digest}.page" if old else None
    known = {"etag": old.etag, "modified": old.modified} if old and kept and kept.exists() and (old.etag or old.modified) else {}
    answer = fetcher.get(at, accept=feeds.ACCEPT.get(now.kind, "*/*"), known=known)
    if answer.unchanged and old and kept:
        answer = Answer(at, kept.read_bytes(), old.kind, old.etag, old.modified, old.following)
    page = feeds.read(now.kind, answer)
    following = fetcher.allowed.check(page.following) if page.following else ""
    digest = hashlib.blake2b(answer.content, digest_size=16).hexdigest()
    round_ = following in {at, *(p.address for p in now.pages)} or (bool(page.trees or page.triples) and any(p.digest == digest for p in now.pages))
    if following and round_:
        (folder / "pass.json").unlink(missing_ok=True)  # to go on with it would go round again
        raise Problem("going_round", Text(f"第 {len(now.pages) + 1} 页指回已取过的一页", f"page {len(now.pages) + 1} leads back to one that was fetched"), where=at[:200],
                      remedy=Text("来源的翻页有误，什么也没有收下。", "The paging of the source is at fault; nothing was taken in."))
    path = folder / f"{digest}.page"
    if not path.exists():
        write_whole(path, answer.content)
    now.pages.append(PageNote(at, digest, answer.kind, answer.etag, answer.modified, answer.following))
    now.following = following
    write_whole(folder / "pass.json", msgspec.json.encode(now))
    return page


def _documents(now: Pass, folder: Path, source: str) -> list[Listed]:
    """The records of a complete pass, each a document by its own id whatever page it stood on; a graph is one document."""
    trees, graph = list[object](), list[Triple]()
    for number, note in enumerate(now.pages):
        try:
            content = (folder / f"{note.digest}.page").read_bytes()
        except OSError:
            (folder / "pass.json").unlink(missing_ok=True)
            raise Problem("incomplete", Text("取来的页不见了一张", "a page that was fetched is gone"), where=source, remedy=Text("请重新收割。", "Harvest again.")) from None
        page = feeds.read(now.kind, Answer(note.address, content, note.kind, following=note.following))
        trees += page.trees
        graph += [(_apart(s, number), p, _apart(o, number)) for s, p, o in page.triples]
    if now.kind == "dcat":
        digest = hashlib.blake2b("".join(p.digest for p in now.pages).encode(), digest_size=16).digest()  # blank nodes are drawn anew at each reading
        return [Listed(f"{source}.nt", "nt", digest, "".join(f"{s} {p} {o} .\n" for s, p, o in graph).encode())]
    made = [(f"{name}.json", msgspec.json.encode(tree)) for name, tree in feeds.named(trees, slug)]
    if not made:
        raise Unreadable(Text("里面没有记录", "there is no record in it"), where=now.address[:200], remedy=Text("空的答复不当作全部消失。", "An empty answer is not taken for the end of everything."))
    return [Listed(name, "json", hashlib.blake2b(content, digest_size=16).digest(), content) for name, content in made]


def _apart(term: str, page: int) -> str:
    """Blank nodes of two pages are two."""
    return f"_:p{page}x{term[2:]}" if term.startswith("_:") else term

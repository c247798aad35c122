"""The shipped place page as data: what it says, read from the page itself; what its charts draw, from the view record."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from jingwei.coordination.evaluation.ask import AskPlace
from jingwei.coordination.evaluation.place_views import PlaceView, place
from jingwei.doors.node import Node
from jingwei.kernel.i18n import Language
from jingwei.kernel.workspace import Workspace

PLACE = "330000"
Block = dict[str, Any]

READ = r"""() => {
  const text = (e) => (e?.textContent ?? '').trim().replace(/\s+/g, ' ');
  const parts = (e) => [...e.childNodes].flatMap((n) => n.nodeType === 3
    ? [{ text: n.textContent.replace(/\s+/g, ' ') }]
    : n.localName === 'svg' ? [] : [{ text: text(n), tag: n.localName, href: n.getAttribute('href') }]);
  const band = (svg) => {
    if (!svg) return null;
    const [range, at] = [...svg.querySelectorAll('rect')].map((r) => [+r.getAttribute('x'), +r.getAttribute('width')]);
    const whole = svg.viewBox.baseVal.width / 100;
    return { left: range[0] / whole, width: range[1] / whole, at: at[0] / whole };
  };
  const cell = (c) => ({ parts: parts(c), num: c.classList.contains('num'), head: c.localName === 'th', band: band(c.querySelector('svg.band')) });
  const rows = (section) => [...(section?.rows ?? [])].map((r) => [...r.cells].map(cell));
  const read = (e) => {
    if (/^(h1|h2|p)$/.test(e.localName)) return [{ kind: e.localName, parts: parts(e) }];
    if (e.localName === 'table') return [{ kind: 'table', head: rows(e.tHead), rows: [...e.tBodies].flatMap(rows) }];
    if (e.localName === 'jw-chart') return [{ kind: 'chart', shape: e.getAttribute('kind'), unit: e.getAttribute('unit') ?? '', label: e.getAttribute('label') ?? '' }];
    if (e.localName === 'form') {
      const boxes = [...e.querySelectorAll('input[type=checkbox]')].map((b) => ({ value: b.value, text: text(b.parentElement) }));
      const select = e.querySelector('select');
      return [boxes.length ? { kind: 'boxes', summary: text(e.querySelector('summary')), button: text(e.querySelector('button')), options: boxes }
        : { kind: 'select', label: text(e.querySelector('label')), button: text(e.querySelector('button')), value: select.value,
            options: [...select.options].map((o) => ({ value: o.value, text: text(o) })) }];
    }
    return [...e.children].flatMap(read);
  };
  return {
    language: document.documentElement.lang, title: document.title, brand: text(document.querySelector('.brand')),
    home: document.querySelector('.brand').getAttribute('href'),
    menu: [...document.querySelectorAll('header nav a')].map((a) => ({ text: text(a), href: a.getAttribute('href') })),
    seek: document.querySelector('#q').placeholder,
    tongue: { text: text(document.querySelector('.tongue')), href: document.querySelector('.tongue').getAttribute('href') },
    blocks: read(document.querySelector('main')), foot: [...document.querySelectorAll('footer p')].map(parts),
  };
}"""

SAID = r"""() => {
  const plain = (e) => e.textContent.replace(/\s+/g, ' ').trim();
  return {
    cells: [...document.querySelectorAll('td, th')].map(plain).filter((t) => /\d/.test(t)),
    words: [...document.querySelectorAll('h1, h2, p')].map(plain).filter((t) => t),
    links: [...document.querySelectorAll('a[href*="/measure/"]')].length,
    whole: document.body.textContent.replace(/\s+/g, ' '),
  };
}"""
"""Cells with a figure, sentences, links to measures, and everything, as they stand in a document that is ready."""


def record(workspace: Path, language: Language) -> PlaceView:
    node = Node(Workspace(workspace))
    return place(node.context(node.now(), language), AskPlace(PLACE))


def shown(page: Page, view: PlaceView, language: Language) -> Block:
    """The page open in ``page``, whose charts get their numbers from ``view``. Raises SystemExit for a chart not known here."""
    read: Block = page.evaluate(READ)
    drawn = {"bars": _bars(view, language), "fan": _fan(view)}
    for block in read["blocks"]:
        if block["kind"] == "chart":
            if block["shape"] not in drawn:
                raise SystemExit(f"The place page has a chart of kind {block['shape']!r}: teach benchmarks/peers/*.py to draw it.")
            block.update(drawn[block["shape"]])
    kinds = Counter(block["kind"] for block in read["blocks"])
    if kinds["chart"] != 2 or kinds["table"] < 5 or not kinds["boxes"] or not kinds["select"]:
        raise SystemExit(f"The place page is not the one the peers were written after: {dict(kinds)}. See benchmarks/peers/shown.py.")
    return read


def _bars(view: PlaceView, language: Language) -> Block:
    assert view.change is not None
    return {"names": [m.name.in_(language) for m, _ in view.moved], "values": [float(v) for _, v in view.moved]}


def _fan(view: PlaceView) -> Block:
    assert view.trajectory is not None
    series, ahead = view.trajectory.series, view.trajectory.ahead
    seen = [float(v) for v in series.values]
    gap = [None] * (len(seen) - 1) + [seen[-1]]  # the fan grows out of the last figure observed
    rest = [None] * len(ahead.years)
    return {"years": [int(y) for y in (*series.years, *ahead.years)], "value": [*seen, *rest],
            "median": [*gap, *map(float, ahead.median)], "low": [*gap, *map(float, ahead.q05)], "high": [*gap, *map(float, ahead.q95)]}


def missing(ours: Page, peer: Page) -> list[str]:
    """What our page says that the peer's document does not: figures of tables one by one, sentences, links."""
    here, there = ours.evaluate(SAID), peer.evaluate(SAID)
    lost = [*(Counter(here["cells"]) - Counter(there["cells"])).elements(), *(w for w in here["words"] if w not in there["whole"])]
    if there["links"] < here["links"]:
        lost.append(f"{here['links'] - there['links']} links to measures")
    return lost

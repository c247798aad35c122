"""The portal is light, quick and steady: what it sends, when it paints, what a page costs, beside three peers showing the same page.

python benchmarks/portal.py [--only size paint server memory method] [--loads 7] [--clone]
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import importlib.util
import itertools
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from peers import shown
from peers.processes import Load, Server, answers, below, fetch, free_port, load, served
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from jingwei.kernel import places
from jingwei.kernel.workspace import Workspace

ROOT = Path(__file__).parents[1]
PEERS = Path(__file__).parent / "peers"
PEER_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
PROGRAM = Path(sys.executable).with_name("jingwei")
BUILT = ROOT / "src/jingwei/doors/portal/static/built/jingwei.js"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
VIEWPORT: Any = {"width": 1440, "height": 900}
PATH = f"/en/place/{shown.PLACE}"

FAN = {"Jingwei": "jw-chart[kind=fan]:defined", "Streamlit": ".st-key-fan"}
"""Where the fan chart stands, by program; #fan in all others."""

WATCH = """(() => {
  const seen = (window.__seen = {});
  const ready = (fan) => fan.localName === 'jw-chart' ? fan.hasAttribute('data-ready')
    : [...fan.querySelectorAll('canvas, svg')].some((c) => c.getBoundingClientRect().width > 100 && c.getBoundingClientRect().height > 100);
  const look = () => {
    const now = performance.now();
    if (!seen.heading && document.querySelector('h1')?.getBoundingClientRect().height) seen.heading = now;
    const fan = document.querySelector('FAN');
    if (fan && !seen.near) { seen.near = now; fan.scrollIntoView({ block: 'center' }); }
    if (fan && ready(fan)) seen.chart = now; else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()"""
"""The chart is scrolled to as soon as it has a place; it is ready when it is drawn (ours) or has a canvas of some size (peers')."""

READY = "window.__seen.chart && window.__seen.heading && performance.getEntriesByName('first-contentful-paint').length"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    print("| " + " | ".join(head) + " |\n|" + " --- |" * len(head))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print(flush=True)


@contextmanager
def portal(core: int | None = None) -> Iterator[Server]:
    """Ours, as it is shipped, on a node of its own, warm."""
    if not BUILT.is_file():
        raise SystemExit(f"{BUILT} is missing: build the islands with `python hatch_build.py`.")
    port = free_port()
    with tempfile.TemporaryDirectory() as node, \
            served([str(PROGRAM), "serve", "--port", str(port), "--workspace", node], port, path=PATH, core=core) as server:
        yield server


@contextmanager
def peer(name: str, page: Path, *more: str, core: int | None = None) -> Iterator[Server]:
    if not PEER_PYTHON.is_file():
        raise SystemExit("The peers live in an environment of their own: python3.11 -m venv .venv-bench, then install the group `bench` "
                         "of pyproject.toml there.")
    port, program = free_port(), PEERS / f"{name.lower()}_page.py"
    command = [str(PEER_PYTHON), str(program), str(port), str(page), *more]
    if name == "Streamlit":
        command = [str(PEER_PYTHON), "-m", "streamlit", "run", str(program), "--server.port", str(port), "--server.address", "127.0.0.1",
                   "--server.headless", "true", "--server.fileWatcherType", "none", "--browser.gatherUsageStats", "false", "--client.toolbarMode",
                   "minimal", "--", str(port), str(page)]
    with served(command, port, core=core) as server:
        yield server


@contextmanager
def bare() -> Iterator[Server]:
    """A page that says and draws nothing: what the browser itself takes here."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "index.html").write_text('<!doctype html><h1>.</h1><div id="fan"><canvas width="300" height="300"></canvas></div>')
        with served([sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", folder], port) as server:
            yield server


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        yield browser
        browser.close()


@contextmanager
def page_as_data(server: Server, browser: Browser) -> Iterator[Path]:
    """The shipped place page, as a file for the peers."""
    with tempfile.TemporaryDirectory() as folder, _new(browser) as context:
        page = context.new_page()
        page.goto(server.address + PATH)
        said = Path(folder, "page.json")
        said.write_text(json.dumps(shown.shown(page, shown.record(Path(folder), "en"), "en"), ensure_ascii=False), encoding="utf-8")
        yield said


@contextmanager
def _new(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=VIEWPORT)
    yield context
    context.close()


def size() -> None:
    """Compressed bytes of pages."""
    print("### What is sent\n")
    with portal() as server:
        rows = []
        for what, path in (("home", ""), ("place", f"/place/{shown.PLACE}"), ("place with five peers", f"/place/{shown.PLACE}?{_peers(5)}")):
            for language in ("zh", "en"):
                sent = fetch(f"{server.address}/{language}{path}")
                rows.append((f"{what}, {language}", f"{len(sent):,}", f"{len(gzip.decompress(sent)):,}", "≤ 14,000"))
    table(["HTML of", "bytes, gzip", "bytes, plain", "bar"], rows)


def paint(loads: int) -> None:
    """First paint and charts in a real browser with a cold cache, each program in turn."""
    print("### When it paints\n")
    with chromium() as browser, portal() as ours, page_as_data(ours, browser) as page, peer("NiceGUI", page) as nicegui, \
            peer("NiceGUI", page, "gzip") as packed, peer("Dash", page) as dash, peer("Streamlit", page) as streamlit, \
            bare() as nothing:
        servers = {"Jingwei": ours, "NiceGUI": nicegui, "NiceGUI, gzip": packed, "Dash": dash, "Streamlit": streamlit}
        _same_page(browser, servers)
        servers["a bare page"] = nothing
        seen: dict[str, list[dict[str, float]]] = {name: [] for name in servers}
        for _ in range(loads):
            for name, server in servers.items():
                seen[name].append(_visit(browser, name, server, below("chromium")))
    least = {name: {key: min(one[key] for one in all_) for key in ("paint", "chart")} for name, all_ in seen.items()}
    middle = {name: {key: statistics.median(one[key] for one in all_) for key in all_[0]} for name, all_ in seen.items()}
    base = middle["Jingwei"]
    table([f"medians of {loads} cold loads (the least)", "first paint, ms", "× ours", "heading there, ms", "fan chart ready, ms", "× ours", "requests", "kB", "browser CPU, ms", "× ours", "server CPU, ms"],
          [(name, f"{m['paint']:.0f} ({least[name]['paint']:.0f})", f"{m['paint'] / base['paint']:.1f}", f"{m['heading']:.0f}", f"{m['chart']:.0f} ({least[name]['chart']:.0f})",
            f"{m['chart'] / base['chart']:.1f}", f"{m['requests']:.0f}", f"{m['bytes'] / 1000:,.0f}",
            f"{1000 * m['browser']:.0f}", f"{m['browser'] / base['browser']:.1f}",
            f"{1000 * statistics.fmean(one['processor'] for one in seen[name]):.0f}") for name, m in middle.items()])
    print("Bars: NiceGUI's first paint at least 4 times ours, its chart at least 3 times. Server CPU is the mean of all loads.\n")


def _same_page(browser: Browser, servers: dict[str, Server]) -> None:
    """Stops with SystemExit when a peer lacks a figure or a sentence of our page. Warms every server."""
    with _new(browser) as context:
        pages = {name: _open(context, name, server) for name, server in servers.items()}
        for name, page in pages.items():
            lost = shown.missing(pages["Jingwei"], page)
            if lost:
                raise SystemExit(f"{name} does not show {len(lost)} things of our page, such as {lost[:5]}")


def _address(name: str, server: Server) -> str:
    return server.address + (PATH if name == "Jingwei" else "/")


def _open(context: BrowserContext, name: str, server: Server) -> Page:
    page = context.new_page()
    page.add_init_script(WATCH.replace("FAN", FAN.get(name, "#fan")))
    page.goto(_address(name, server), wait_until="commit")
    _until(page, READY)
    return page


def _until(page: Page, true: str) -> None:
    """Asked from outside every 40 ms: the portal's own headers forbid a page to evaluate text, and stay in force here."""
    for _ in range(1500):
        if page.evaluate(f"!!({true})"):
            return
        page.wait_for_timeout(40)
    raise SystemExit(f"{page.url} was not ready within a minute.")


def _visit(browser: Browser, name: str, server: Server, machine: Server) -> dict[str, float]:
    """One load in a browser context of its own, so with nothing cached. Times in ms since the navigation began, processor in s;
    ``machine`` is the browser with all its processes."""
    with _new(browser) as context:
        page = context.new_page()
        wire = context.new_cdp_session(page)
        wire.send("Network.enable")
        sent: list[float] = []
        wire.on("Network.loadingFinished", lambda told: sent.append(told["encodedDataLength"]))
        socket: list[int] = []
        wire.on("Network.webSocketFrameReceived", lambda told: socket.append(len(told["response"]["payloadData"])))
        page.add_init_script(WATCH.replace("FAN", FAN.get(name, "#fan")))
        before, browsed = server.seconds(), machine.seconds()
        page.goto(_address(name, server), wait_until="commit")
        _until(page, READY)
        page.wait_for_timeout(250)  # what was asked for before the chart was ready ends
        spent, browsed = server.seconds() - before, machine.seconds() - browsed
        told = page.evaluate("({ ...window.__seen, paint: performance.getEntriesByName('first-contentful-paint')[0].startTime })")
    return {"paint": told["paint"], "heading": told["heading"], "chart": told["chart"], "requests": len(sent), "bytes": sum(sent) + sum(socket), "processor": spent,
            "browser": browsed}


def server() -> None:
    """What a page costs the server, and how many a core sends."""
    print("### What the server does\n")
    made = _in_process()
    table(["an uncached place page, in process", "CPU ms, median of 5 × 100", "bar"],
          [("one to five peers, made and compressed", f"{made:.2f}", "≤ 3")])
    many = _distinct(30_000)
    rows = []
    with portal(core=0) as ours:
        _wave(rows, "Jingwei, place page kept", load(ours, [PATH], 5), "≥ 6,000")
        load(ours, many[-400:], 1)
        _wave(rows, "Jingwei, place page made anew", load(ours, many[:-400], 8), "≥ 300")
        with chromium() as browser, page_as_data(ours, browser) as page, peer("NiceGUI", page, core=0) as nicegui:
            load(nicegui, ["/"], 1, connections=4)
            _wave(rows, "NiceGUI, the same page", load(nicegui, ["/"], 6, connections=4), "–")
    table(["wrk, 1 server process on one core, wrk on the other", "answers", "a second, by the clock", "a second of processor", "CPU ms each", "bar"], rows)


def _wave(rows: list[tuple[str, ...]], what: str, seen: Load, bar: str) -> None:
    rows.append((what, f"{seen.answers:,}", f"{seen.per_second:,.0f}", f"{seen.per_core:,.0f}", f"{1000 / seen.per_core:.2f}", bar))


def _in_process() -> float:
    """Processor ms of one place page nobody asked for before, through the whole application but the socket."""
    from jingwei.doors.portal.app import application

    async def ask(program: Any, path: str) -> None:
        route, _, query = path.partition("?")
        answered: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            answered.append(message)

        await program({"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http", "path": route,
                       "raw_path": route.encode(), "query_string": query.encode(), "root_path": "", "headers": [(b"accept-encoding", b"gzip")],
                       "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80)}, receive, send)
        assert answered[0]["status"] == 200, answered

    async def each() -> float:
        with tempfile.TemporaryDirectory() as node:
            program = application(Workspace(Path(node)))
            asks = iter(_distinct(540))
            for path in itertools.islice(asks, 40):
                await ask(program, path)
            taken = []
            for _ in range(5):
                before = time.process_time()
                for path in itertools.islice(asks, 100):
                    await ask(program, path)
                taken.append((time.process_time() - before) * 10)
        return statistics.median(taken)

    return asyncio.run(each())


def _distinct(count: int) -> list[str]:
    """Addresses of place pages, no two alike: every ranked province beside one to five others."""
    chance = random.Random(2522)
    codes = [p.code for p in places.provinces() if p.belt]
    found: dict[str, None] = {}
    while len(found) < count:
        code, *others = chance.sample(codes, chance.randint(2, 6))
        found[f"/en/place/{code}?" + "&".join(f"peer={o}" for o in others)] = None
    return list(found)


def _peers(count: int) -> str:
    return "&".join(f"peer={p.code}" for p in [p for p in places.provinces() if p.belt and p.code != shown.PLACE][:count])


def memory() -> None:
    """Resident memory of the server after pages in a browser and over HTTP."""
    print("### What stays in memory\n")
    rows = []
    with chromium() as browser, portal() as ours, page_as_data(ours, browser) as page:
        addresses = [f"{ours.address}/{language}/place/{p.code}" for p in places.provinces() if p.belt for language in ("zh", "en")]
        _browse(browser, addresses, 20, "jw-chart[data-ready]")
        at = [ours.resident()]
        _browse(browser, addresses, 200, "jw-chart[data-ready]")
        at.append(ours.resident())
        paths = _distinct(2_500)
        for _ in range(2):
            asked = 0
            while asked < 20_000:
                asked += load(ours, paths, 4).answers
            at.append(ours.resident())
        rows.append(("Jingwei", *(f"{mib:.0f}" for mib in at)))
        with peer("NiceGUI", page) as nicegui:
            _browse(browser, [nicegui.address], 5, "#fan canvas")
            at = [nicegui.resident()]
            _browse(browser, [nicegui.address], 200, "#fan canvas")
            rows.append(("NiceGUI", *(f"{mib:.0f}" for mib in (*at, nicegui.resident())), "–", "–"))
    table(["resident MiB", "warm", "+ 200 pages in a browser", "+ 20,000 over HTTP", "+ 20,000 more"], rows)
    print("Over HTTP 2,500 different pages are asked for again and again; pages kept take at most 48 MiB of it. Bar: flat.\n")


def _browse(browser: Browser, addresses: Sequence[str], views: int, drawn: str) -> None:
    with _new(browser) as context:
        page = context.new_page()
        for address in itertools.islice(itertools.cycle(addresses), views):
            page.goto(address)
            page.wait_for_selector(drawn, state="attached")


def method() -> None:
    """From a changed weight to the answer."""
    print("### Another method while one waits\n")
    with portal() as ours:
        fetch(f"{ours.address}/en/method?weight.F1=0.3")
        weights = [f"weight.F1={1 + n / 1000:.3f}&weight.I2={2 - n / 700:.3f}" for n in range(40)]
        before, taken = ours.seconds(), []
        for weight in weights:
            begun = time.perf_counter()
            fetch(f"{ours.address}/en/method?{weight}")
            taken.append(1000 * (time.perf_counter() - begun))
        spent = 1000 * (ours.seconds() - before) / len(weights)
        with chromium() as browser, _new(browser) as context:
            page = context.new_page()
            page.goto(f"{ours.address}/en/method")
            _until(page, "customElements.get('jw-live')")
            for n in range(12):
                page.evaluate("""(value) => { const field = document.querySelector('input[name^="weight."]');
                    field.value = value; field.dispatchEvent(new Event('input', { bubbles: true })); }""", f"{(n % 6) * 0.5 + (0.25 if n > 5 else 0)}")
                _until(page, f"performance.getEntriesByName('jw-live').length > {n}")
            live = page.evaluate("performance.getEntriesByName('jw-live').map((m) => m.duration)")
    table(["a weight changed, to the answer", "ms, median", "ms, slowest", "CPU ms", "bar"],
          [(f"over HTTP, {len(taken)} different weights", f"{statistics.median(taken):.0f}", f"{max(taken):.0f}", f"{spent:.0f}", "≤ 150"),
           (f"in the browser, {len(live)} moves of a slider to the page changed", f"{statistics.median(live):.0f}", f"{max(live):.0f}", "–", "≤ 150")])


def clone() -> None:
    """From a fresh clone to a portal that answers, packages already downloaded."""
    print("### From a clone to the portal\n")
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "jingwei")
        begun = time.perf_counter()
        subprocess.run(["git", "clone", "-q", str(ROOT), str(home)], check=True)
        process = subprocess.Popen(["make", "run", f"PORT={port}"], cwd=home, env=environment, start_new_session=True, stdout=subprocess.DEVNULL)
        there = answers(f"http://127.0.0.1:{port}/en", process, 900)
        taken = time.perf_counter() - begun
        if process.poll() is None:
            os.killpg(process.pid, 15)
            process.wait(20)
    if not there:
        raise SystemExit("make run in a fresh clone ended without a portal.")
    table(["from nothing to a page", "s by the clock", "bar"], [("`git clone`, `make run`", f"{taken:.0f}", "≤ 60")])


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    sections: dict[str, Callable[[], None]] = {"size": size, "server": server, "memory": memory, "method": method}
    asked.add_argument("--only", nargs="+", choices=[*sections, "paint"])
    asked.add_argument("--loads", type=int, default=7, help="cold loads of each program")
    asked.add_argument("--clone", action="store_true", help="also from a fresh clone to the portal")
    given = asked.parse_args()
    sections = {"size": size, "paint": lambda: paint(given.loads), **sections}
    spoken = ", ".join(f"{what} {'there' if importlib.util.find_spec(what) else 'missing'}" for what in ("httptools", "uvloop"))
    print(f"Load of the machine at the start {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; for uvicorn: {spoken}.\n", flush=True)
    for name, measure in sections.items():
        if not given.only or name in given.only:
            measure()
    if given.clone:
        clone()
    print(f"Load of the machine at the end {os.getloadavg()[0]:.1f}.")


if __name__ == "__main__":
    main()

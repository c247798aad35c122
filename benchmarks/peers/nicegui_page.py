"""The place page in NiceGUI: python nicegui_page.py PORT PAGE.json [gzip]

Reload off, Vue's production build (the default), no Tailwind; charts by ui.echart, which is lighter than ui.plotly; tables as
HTML, which is lighter than ui.table. On one machine it is quicker without gzip, its default; both are measured. Its controls are shown and not wired, which spares it work.
"""

from __future__ import annotations

import sys

from markup import STYLE, Block, given, inline, table
from nicegui import ui
from starlette.middleware.gzip import GZipMiddleware

PORT, SHOWN = given()


def bars(chart: Block) -> Block:
    return {"animation": False, "grid": {"left": 4, "right": 40, "top": 20, "bottom": 4, "containLabel": True}, "tooltip": {"trigger": "axis"},
            "xAxis": {"type": "value", "position": "top"}, "yAxis": {"type": "category", "inverse": True, "data": chart["names"]},
            "series": [{"type": "bar", "data": chart["values"], "itemStyle": {"color": "#0b4f8a"}, "label": {"show": True, "position": "right"}}]}


def fan(chart: Block) -> Block:
    breadth = [None if low is None else high - low for low, high in zip(chart["low"], chart["high"], strict=True)]
    edge = {"type": "line", "stack": "band", "symbol": "none", "lineStyle": {"opacity": 0}}
    return {"animation": False, "grid": {"left": 4, "right": 14, "top": 30, "bottom": 4, "containLabel": True}, "tooltip": {"trigger": "axis"},
            "xAxis": {"type": "category", "data": [str(y) for y in chart["years"]]}, "yAxis": {"type": "value", "scale": True, "name": chart["unit"]},
            "series": [{**edge, "data": chart["low"]}, {**edge, "data": breadth, "areaStyle": {"color": "#d6e6f4"}},
                       {"type": "line", "data": chart["median"], "lineStyle": {"type": "dashed"}, "symbol": "none"},
                       {"type": "line", "data": chart["value"], "color": "#17202c"}]}


def draw(block: Block) -> None:
    match block["kind"]:
        case "table":
            ui.html(table(block), sanitize=False).classes("w-full")
        case "chart":
            chart = ui.echart(bars(block) if block["shape"] == "bars" else fan(block))
            chart.props(f'id="{block["shape"]}"').style(f"width: 100%; height: {27 * len(block['names']) + 50 if block['shape'] == 'bars' else 300}px")
        case "boxes":
            with ui.expansion(block["summary"]), ui.row():
                for option in block["options"]:
                    ui.checkbox(option["text"])
            ui.button(block["button"])
        case "select":
            with ui.row():
                ui.select({o["value"]: o["text"] for o in block["options"]}, value=block["value"], label=block["label"])
                ui.button(block["button"])
        case tag:
            ui.html(inline(block["parts"]), sanitize=False, tag=tag)


@ui.page("/", title=SHOWN["title"])
def place() -> None:
    ui.add_css(STYLE)
    with ui.row():
        ui.link(SHOWN["brand"], SHOWN["home"])
        for item in SHOWN["menu"]:
            ui.link(item["text"], item["href"])
        ui.input(placeholder=SHOWN["seek"])
        ui.link(SHOWN["tongue"]["text"], SHOWN["tongue"]["href"])
    for block in SHOWN["blocks"]:
        draw(block)
    for parts in SHOWN["foot"]:
        ui.html(inline(parts), sanitize=False, tag="p")


ui.run(host="127.0.0.1", port=PORT, reload=False, show=False, tailwind=False, uvicorn_logging_level="warning",
       show_welcome_message=False, gzip_middleware_factory=GZipMiddleware if sys.argv[3:] == ["gzip"] else None)

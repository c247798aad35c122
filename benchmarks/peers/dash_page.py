"""The place page in Dash: python dash_page.py PORT PAGE.json

Debug off, so minified bundles; served by waitress; charts by dcc.Graph, tables by html.Table. Its controls are shown and not
wired: a page without callbacks is the fastest that Dash can show.
"""

from __future__ import annotations

from typing import Any

import waitress
from dash import Dash, dcc, html
from markup import STYLE, Block, given, plain

PORT, SHOWN = given()
TAGS = {"h1": html.H1, "h2": html.H2, "p": html.P, "b": html.B, "small": html.Small, "span": html.Span, "code": html.Code}


def inline(parts: list[Block]) -> list[Any]:
    return [html.A(p["text"], href=p["href"]) if p.get("href") else TAGS[p["tag"]](p["text"]) if p.get("tag") else p["text"] for p in parts]


def cell(of: Block) -> Any:
    kind = (html.Th if of["head"] else html.Td)
    if of["band"]:
        band = of["band"]
        return kind(html.Div([html.I(style={"left": f"{band['left']}%", "width": f"{band['width']}%"}), html.B(style={"left": f"{band['at']}%"})],
                             className="band"))
    return kind(inline(of["parts"]), className="num" if of["num"] else "")


def table(block: Block) -> Any:
    head, body = ([html.Tr([cell(c) for c in row]) for row in block[part]] for part in ("head", "rows"))
    return html.Table([html.Thead(head), html.Tbody(body)])


def bars(chart: Block) -> Block:
    return {"data": [{"type": "bar", "orientation": "h", "x": chart["values"], "y": chart["names"]}],
            "layout": {"height": 27 * len(chart["names"]) + 50, "margin": {"l": 260, "r": 20, "t": 20, "b": 20}, "yaxis": {"autorange": "reversed"}}}


def fan(chart: Block) -> Block:
    years = chart["years"]
    edge = {"type": "scatter", "mode": "lines", "x": years, "line": {"width": 0}, "showlegend": False}
    return {"data": [{**edge, "y": chart["low"]}, {**edge, "y": chart["high"], "fill": "tonexty", "fillcolor": "#d6e6f4"},
                     {"type": "scatter", "mode": "lines", "x": years, "y": chart["median"], "line": {"dash": "dash"}},
                     {"type": "scatter", "mode": "lines+markers", "x": years, "y": chart["value"]}],
            "layout": {"height": 300, "showlegend": False, "margin": {"l": 50, "r": 20, "t": 20, "b": 30}, "yaxis": {"title": {"text": chart["unit"]}}}}


def drawn(block: Block) -> list[Any]:
    match block["kind"]:
        case "table":
            return [table(block)]
        case "chart":
            return [dcc.Graph(figure=bars(block) if block["shape"] == "bars" else fan(block), id=block["shape"], config={"displayModeBar": False})]
        case "boxes":
            boxes = dcc.Checklist([{"label": o["text"], "value": o["value"]} for o in block["options"]], inline=True)
            return [html.Details([html.Summary(block["summary"]), boxes]), html.Button(block["button"])]
        case "select":
            return [html.Label(block["label"]), dcc.Dropdown({o["value"]: o["text"] for o in block["options"]}, value=block["value"]),
                    html.Button(block["button"])]
        case tag:
            return [TAGS[tag](inline(block["parts"]))]


links = [{"text": SHOWN["brand"], "href": SHOWN["home"]}, *SHOWN["menu"]]
header = html.Header([*inline(links), dcc.Input(placeholder=SHOWN["seek"], type="search"), *inline([SHOWN["tongue"]])])
app = Dash(title=plain([{"text": SHOWN["title"]}]), update_title="")
app.index_string = app.index_string.replace("</head>", f"<style>{STYLE}</style></head>")
app.layout = html.Div([header, html.Main([each for block in SHOWN["blocks"] for each in drawn(block)]),
                       html.Footer([html.P(inline(parts)) for parts in SHOWN["foot"]])])

waitress.serve(app.server, host="127.0.0.1", port=PORT, threads=8)

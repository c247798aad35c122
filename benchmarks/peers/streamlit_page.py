"""The place page in Streamlit: streamlit run streamlit_page.py --server.headless true … -- PORT PAGE.json

Headless, no file watcher, no statistics of use; charts by its own Vega-Lite, tables as st.html, both lighter than their
alternatives. Its controls are shown and not wired.
"""

from __future__ import annotations

import streamlit as st
from markup import STYLE, Block, given, inline, table

_, SHOWN = given()


def bars(chart: Block) -> Block:
    rows = [{"name": n, "value": v} for n, v in zip(chart["names"], chart["values"], strict=True)]
    return {"data": {"values": rows}, "mark": "bar", "height": 27 * len(rows), "encoding": {
        "y": {"field": "name", "type": "nominal", "sort": None, "title": None}, "x": {"field": "value", "type": "quantitative", "title": None}}}


def fan(chart: Block) -> Block:
    keys = ("years", "value", "median", "low", "high")
    rows = [dict(zip(keys, row, strict=True)) for row in zip(*(chart[k] for k in keys), strict=True)]
    x = {"field": "years", "type": "ordinal", "title": None}

    def upward(field: str) -> Block:
        return {"field": field, "type": "quantitative", "title": chart["unit"], "scale": {"zero": False}}

    return {"data": {"values": rows}, "height": 300, "layer": [
        {"mark": {"type": "area", "opacity": 0.3}, "encoding": {"x": x, "y": upward("low"), "y2": {"field": "high"}}},
        {"mark": {"type": "line", "strokeDash": [5, 4]}, "encoding": {"x": x, "y": upward("median")}},
        {"mark": {"type": "line", "point": True, "color": "#17202c"}, "encoding": {"x": x, "y": upward("value")}}]}


def draw(block: Block) -> None:
    match block["kind"]:
        case "table":
            st.html(table(block))
        case "chart":
            with st.container(key=block["shape"]):
                st.vega_lite_chart(spec=bars(block) if block["shape"] == "bars" else fan(block))
        case "boxes":
            with st.expander(block["summary"]):
                columns = st.columns(6)
                for i, option in enumerate(block["options"]):
                    columns[i % 6].checkbox(option["text"], key=option["value"])
            st.button(block["button"], key="boxes")
        case "select":
            names = {o["value"]: o["text"] for o in block["options"]}
            st.selectbox(block["label"], list(names), index=list(names).index(block["value"]), format_func=names.__getitem__)
            st.button(block["button"], key="select")
        case tag:
            st.html(f"<{tag}>{inline(block['parts'])}</{tag}>")


st.set_page_config(page_title=SHOWN["title"], layout="wide")
links = [{"text": SHOWN["brand"], "href": SHOWN["home"]}, *SHOWN["menu"], SHOWN["tongue"]]
st.html(f"<style>{STYLE}</style><nav>{' '.join(inline([link]) for link in links)}</nav>")
st.text_input(SHOWN["seek"], placeholder=SHOWN["seek"], label_visibility="collapsed")
for shown in SHOWN["blocks"]:
    draw(shown)
st.html("".join(f"<p>{inline(parts)}</p>" for parts in SHOWN["foot"]))

"""Plain HTML of the page's sentences and tables, for the peers that can be handed HTML: their cheapest way to show a table."""

from __future__ import annotations

import json
import sys
from html import escape
from pathlib import Path
from typing import Any

Block = dict[str, Any]

STYLE = """table { border-collapse: collapse; width: 100%; font-size: 14.5px } th, td { padding: 7px 14px 7px 0; border-bottom: 1px solid #d8dee6;
text-align: left; font-weight: 400 } .num { text-align: right } .band { position: relative; height: 8px; background: #d8dee6; min-width: 190px }
.band i { position: absolute; top: 0; bottom: 0; background: #a9cbe8 } .band b { position: absolute; top: -3px; bottom: -3px; width: 4px; background: #0b4f8a }"""


def given() -> tuple[int, Block]:
    """The port to listen on and the page to show, from the command line."""
    return int(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))


def inline(parts: list[Block]) -> str:
    return "".join(_part(part) for part in parts)


def _part(part: Block) -> str:
    text = escape(part["text"])
    if part.get("href"):
        return f'<a href="{escape(part["href"])}">{text}</a>'
    return f"<{part['tag']}>{text}</{part['tag']}>" if part.get("tag") else text


def plain(parts: list[Block]) -> str:
    return "".join(part["text"] for part in parts).strip()


def table(block: Block) -> str:
    return f"<table><thead>{_rows(block['head'])}</thead><tbody>{_rows(block['rows'])}</tbody></table>"


def _rows(rows: list[list[Block]]) -> str:
    return "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)


def _cell(cell: Block) -> str:
    tag, kind = "th" if cell["head"] else "td", ' class="num"' if cell["num"] else ""
    return f"<{tag}{kind}>{_band(cell['band']) if cell['band'] else inline(cell['parts'])}</{tag}>"


def _band(band: Block) -> str:
    return f'<div class="band"><i style="left:{band["left"]}%;width:{band["width"]}%"></i><b style="left:{band["at"]}%"></b></div>'

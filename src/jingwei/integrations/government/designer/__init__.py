"""The designer's pages: a thing's process and tables as they are drawn, and what is proved of them."""

from jingwei.integrations.government.designer.model import AskDesign
from jingwei.kernel.pillar import Page

_HERE = "jingwei.integrations.government.designer.views"

PAGES = (
    Page(("designer",), f"{_HERE}.designs"),
    Page(("designer", "{thing}"), f"{_HERE}.design", AskDesign),
)

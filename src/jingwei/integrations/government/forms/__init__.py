"""Forms asked one question a page, and the way of somebody who applies: what is known already, what is left to ask, and how far it has come."""

from jingwei.integrations.government.things.asks import AskThing
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Page

_HERE = "jingwei.integrations.government.forms"

PAGES = (
    Page(("things",), f"{_HERE}.views.things", menu=Text("办事", "Services")),
    Page(("things", "{thing}"), f"{_HERE}.views.thing", AskThing),
)
"""What comes after these is one person's own and has its routes with the doors: ``doors/journey.py``."""

"""What a room says about itself."""

from __future__ import annotations

from dataclasses import dataclass

from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Text
from jingwei.kernel.measures import Measure


@dataclass(frozen=True, slots=True)
class Nothing:
    """The query of a page that asks for nothing."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the portal: an address below the language, and the view that answers it.

    path : such as ("place", "{code}"); a part in braces fills the query's field of that name
    view : dotted name of ``(context, query) -> record``; its template is ``pages/NAME.html`` beside the view's module
    query : dataclass whose fields are annotated with Option
    menu : what the page is called in the main navigation; None when it is reached from other pages
    live : what it shows changes without a new entry or figure, as when somebody alters a row or a node falls silent: made anew each time
    """

    path: tuple[str, ...]
    view: str
    query: type = Nothing
    menu: Text | None = None
    live: bool = False

    @property
    def name(self) -> str:
        return self.view.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Pillar:
    """A room's face: which box of the plan it answers, the numbers it reports, what can be done and seen in it.

    ways : where somebody new to the room goes first: an address below the language, and the question that is answered there
    """

    code: str
    name: Text
    measures: tuple[Measure, ...] = ()
    actions: tuple[Action, ...] = ()
    pages: tuple[Page, ...] = ()
    ways: tuple[tuple[str, Text], ...] = ()

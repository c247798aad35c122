"""What service tasks do by themselves: fetch what departments hold, begin a component, or pass on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from jingwei.engines.processes.state import Work
from jingwei.integrations.government.cases.deployments import newest

if TYPE_CHECKING:
    from jingwei.integrations.government.cases.running import Desk, Live, Service


def nothing(desk: Desk, live: Live, work: Work) -> Mapping[str, Any]:  # noqa: ARG001 (as every service)
    """Done at once, with nothing found."""
    return {}


def component(desk: Desk, live: Live, work: Work) -> Mapping[str, Any] | None:
    """A case of its own, which knows what this one knows; when it is over this task is done, with what it found besides."""
    wanted = live.deployment.calls[work.node]
    desk.start(newest(desk.connection, wanted), live.machine.seen(work), channel="system", key=f"component/{live.code}/{work.id}", parent=live, parent_work=work.id)
    return None


SERVICES: Final[Mapping[str, Service]] = {"evidence": nothing, "nothing": nothing, "component": component}

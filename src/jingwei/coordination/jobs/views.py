"""What the page of the night shows: what the node did by itself, failed work first. Reasons stay on the command line."""

from __future__ import annotations

from dataclasses import dataclass

from jingwei import plan
from jingwei.coordination.jobs.actions import failed_first, newest_night
from jingwei.coordination.jobs.model import STATES
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.jobs import Job, Jobs
from jingwei.kernel.pillar import Nothing


@dataclass(frozen=True, slots=True)
class NightView:
    """The last night's jobs; ``night`` is empty before the first. ``titles`` are those of their actions."""

    night: str
    at: str
    jobs: tuple[Job, ...]
    titles: dict[tuple[str, ...], Text]
    states: dict[str, Text]

    @property
    def failed(self) -> int:
        return sum(job.status.state == "failed" for job in self.jobs)

    @property
    def unfinished(self) -> int:
        return sum(job.status.state in ("waiting", "running") for job in self.jobs)


def nightly(context: Context, query: Nothing) -> NightView:
    jobs = Jobs(context.workspace.store)
    night = newest_night(jobs)
    found = failed_first(jobs.listed(night=night)) if night else []
    titles = {a.path: a.title for p in plan.pillars() for a in p.actions}
    return NightView(night, context.workspace.settings.nightly.at, tuple(found), titles, STATES)

"""List jobs, let one be, make up for a night."""

from __future__ import annotations

import time
from typing import Any, cast

from jingwei.coordination.jobs.model import LAST, STATES, AskJobs, CancelJob, RunNightly
from jingwei.coordination.jobs.nightly import night_of, perform, put_down, work_of_a_night
from jingwei.kernel import job_records
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.i18n import Text
from jingwei.kernel.jobs import OPEN, Job, Jobs, State
from jingwei.kernel.markdown import markdown
from jingwei.kernel.problems import Problem

PAUSE = 0.2
"""Seconds between two looks at a job another process is at."""


def failed_first(jobs: list[Job]) -> list[Job]:
    return sorted(jobs, key=lambda job: job.status.state != "failed")


def newest_night(jobs: Jobs) -> str:
    """The last night there are jobs of; empty when there is none."""
    if not jobs.store.exists():
        return ""
    with jobs.store.read() as connection:
        return job_records.last_night(connection)


def list_jobs(context: Context, given: AskJobs) -> Result:
    """Jobs, the newest first; those of a night with what failed at the head."""
    jobs = Jobs(context.workspace.store, clock=context.clock)
    if given.count < 1:
        raise Problem("bad_count", Text(f"不能列出 {given.count} 项作业", f"{given.count} jobs cannot be listed"),
                      where="--count", remedy=Text("请给 1 或更大的数。", "Give 1 or more."))
    night = newest_night(jobs) if given.night == LAST else given.night
    found = [job for job in jobs.listed(night=night, most=given.count if night is None else 1_000,
                                        states=() if night is not None or given.state is None else (cast("State", given.state),))
             if given.state in (None, job.status.state)]
    found = found if night is None else failed_first(found)
    if not found:
        return Result(context.say("没有作业。", "There are no jobs."), [])
    return Result(_table(context, found), [_told(context, job) for job in found])


def cancel(context: Context, given: CancelJob) -> Result:
    """One job, named by its id or an unmistakable beginning of it."""
    jobs = Jobs(context.workspace.store, clock=context.clock)
    names = [name for name in jobs.waiting() if given.job and name.startswith(given.job)]
    if len(names) != 1:
        raise Problem("unknown_job",
                      Text(f"没做完的作业中有 {len(names)} 项的编号以 {given.job[:64]!r} 开头",
                           f"{len(names)} jobs that are not finished begin with {given.job[:64]!r}"),
                      remedy=Text("见 jingwei job list，并把编号写长一些。", "See jingwei job list, and give more of its id."))
    job = jobs.find(names[0]) if context.dry_run else jobs.cancel(names[0])
    assert job is not None
    named = f"{' '.join(job.ask.action)} {job.id[:12]}"
    if context.dry_run:
        return Result(context.say(f"将取消 {named}。没有写入。", f"Would cancel {named}. Nothing was written."), _told(context, job))
    if job.status.state in OPEN:
        return Result(context.say(f"{named} 正在做，到下一步停下。", f"{named} is at work, and ends at its next step."), _told(context, job))
    return Result(f"{named}: {STATES[job.status.state].in_(context.language)}", _told(context, job))


def run_nightly(context: Context, given: RunNightly) -> Result:  # noqa: ARG001
    """What the last night left undone; what it did is not done again. Whatever a server has begun is waited for."""
    workspace = context.workspace
    jobs = Jobs(workspace.store, clock=context.clock)
    night, _ = night_of(context.clock(), workspace.settings.nightly.at or "00:00")
    if context.dry_run:
        found = {job.ask.action: job.status.state for job in jobs.listed(night=night.isoformat())}
        rows = [(" ".join(a.path), found.get(a.path, "waiting")) for a in work_of_a_night(workspace)]
        shown = markdown((context.say("动作", "action"), context.say("状态", "state")),
                         [(name, STATES[state].in_(context.language)) for name, state in rows])
        return Result(context.say(f"{night} 夜，没有写入：", f"The night of {night}; nothing was written:") + "\n\n" + shown,
                      {"night": night.isoformat(), "jobs": [{"action": name, "state": state} for name, state in rows]})
    mine = [job.id for job in put_down(workspace, jobs, night, again=True)]
    with context.progress("Nightly work", len(mine)) as done:
        for name in mine:
            while not jobs.work(lambda job, step: perform(workspace, job, step, context.clock), only=name):
                job = jobs.find(name)
                if job is None or job.status.state not in OPEN:
                    break
                time.sleep(PAUSE)
            done()
    left = failed_first(jobs.listed(night=night.isoformat()))
    wrong = sum(job.status.state != "done" for job in left)
    head = context.say(f"{night} 夜的 {len(left)} 件事，{wrong} 件没有做成。", f"The night of {night}: {len(left)} things to do, {wrong} not done.")
    return Result(head + "\n\n" + _table(context, left), {"night": night.isoformat(), "jobs": [_told(context, job) for job in left]}, holds=not wrong)


def _told(context: Context, job: Job) -> dict[str, Any]:
    status = job.status
    return {"id": job.id, "action": " ".join(job.ask.action), "night": job.night, "state": status.state, "asked": status.asked, "due": status.due,
            "began": status.began or None, "ended": status.ended or None, "attempts": status.attempts,
            "problem": Problem.of(status.problem).to_json(context.language) if status.problem else {}}


def _why(context: Context, job: Job) -> str:
    """What a job failed of, in the language of whoever asks."""
    problem = Problem.of(job.status.problem)
    return ": ".join(filter(None, (problem.code, problem.what.in_(context.language))))


def _table(context: Context, jobs: list[Job]) -> str:
    columns = [Text("编号", "id"), Text("动作", "action"), Text("夜", "night"), Text("状态", "state"), Text("提出", "asked"), Text("结束", "ended"),
               Text("原因", "why")]
    rows = [(job.id[:12], " ".join(job.ask.action), job.night, STATES[job.status.state].in_(context.language), job.status.asked, job.status.ended,
             _why(context, job)) for job in jobs]
    return markdown(tuple(c.in_(context.language) for c in columns), rows)

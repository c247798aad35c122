"""What the node does later and by itself: the jobs on its queue, and the work of every night."""

from jingwei.coordination.jobs.model import AskJobs, CancelJob, RunNightly
from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Page

ACTIONS = (
    Action(
        ("job", "list"),
        Text("列出排着的、在做的和做完的作业", "List jobs that wait, are at work or are done"),
        clauses=("O.2",),
        scope="jobs.read",
        effect="read",
        input=AskJobs,
        handler="jingwei.coordination.jobs.actions.list_jobs",
        example="jingwei job list --night last",
    ),
    Action(
        ("job", "cancel"),
        Text("取消一个还没有做完的作业", "Let a job be that is not finished"),
        clauses=("O.2",),
        scope="jobs.cancel",
        effect="write",
        input=CancelJob,
        handler="jingwei.coordination.jobs.actions.cancel",
        example="jingwei job cancel 3fa9c1d27b",
    ),
    Action(
        ("job", "run-nightly"),
        Text("立即做昨夜该做而没有做成的事", "Do now what the last night should have done and did not"),
        clauses=("O.2",),
        scope="jobs.run",
        effect="write",
        input=RunNightly,
        handler="jingwei.coordination.jobs.actions.run_nightly",
        example="jingwei job run-nightly",
    ),
)

PAGES = (Page(("nightly",), "jingwei.coordination.jobs.views.nightly"),)

"""Cases: what citizens set going, moved step by step across departments, with every step on record and nothing lost by a crash."""

from jingwei.integrations.government.cases import asks
from jingwei.kernel.actions import Action, Effect
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Page

_HERE = "jingwei.integrations.government.cases"


def _act(word: str, zh: str, en: str, given: type, handler: str, example: str, *, effect: Effect = "write", scope: str = "government.work",
         clauses: tuple[str, ...] = ("I2.3",), anew: bool = False) -> Action:
    return Action(("government", *word.split()), Text(zh, en), clauses, scope, effect, given, f"{_HERE}.{handler}", example=f"jingwei government {word} {example}".rstrip(), anew=anew)


ACTIONS = (
    _act("deploy", "部署一件事：先证能办完，再保留这一版", "Deploy a thing: proved to end first, then kept as a version", asks.DeployThing, "actions.deploy", "newborn", scope="government.deploy",
         clauses=("I2.2", "I2.3")),
    _act("deployed", "列出部署了什么", "List what is deployed", asks.AskDeployed, "actions.deployed", "", effect="read", scope="public", anew=True),
    _act("place", "一个部门在哪个节点办事", "Say on which node a department works", asks.PlaceDepartment, "actions.place", "police --node n-0123456789", scope="government.deploy", clauses=("I2.2",)),
    _act("start", "发起一件事", "Begin a case", asks.StartCase, "actions.start", "newborn --input IN.json", scope="government.start"),
    _act("work list", "待办事项，最急的在前", "What is to be done, the most pressing first", asks.AskWork, "actions.list_work", "--department police", effect="read", anew=True),
    _act("work claim", "领取一项", "Take an item", asks.ClaimWork, "actions.claim", "C-0123456789abcdef 3"),
    _act("work done", "办好一项", "Say that an item is done", asks.DoWork, "actions.do", "C-0123456789abcdef 3 --outcome granted"),
    _act("work fail", "一项办不成", "Say that an item cannot be done", asks.FailWork, "actions.fail", 'C-0123456789abcdef 3 --error E1 --reason "no such address"'),
    _act("work retry", "补上所缺，把卡住的再试一次", "Try again what is stuck, with what it lacked", asks.RetryWork, "actions.retry", "C-0123456789abcdef 3 --input IN.json"),
    _act("work defer", "后续再办的部分：说明理由，不等它", "Put off a late-binding part, with its reason", asks.DeferWork, "actions.defer", 'C-0123456789abcdef 3 --reason "no tax officer is hired yet"'),
    _act("work retract", "请部门撤回它的决定", "Ask a department to retract what it decided", asks.RetractWork, "actions.retract", 'C-0123456789abcdef registration --reason "the application was withdrawn"'),
    _act("case", "看一件事：在等什么，经过如何", "Show a case: what it waits for and its history", asks.AskCase, "actions.show", "C-0123456789abcdef", effect="read", anew=True),
    _act("note", "记下流程之外发生的事", "Note what happened beside the process", asks.NoteCase, "actions.note", "C-0123456789abcdef material --requirement identity --form paper"),
    _act("cancel", "撤销一件事", "Withdraw a case", asks.CancelCase, "actions.cancel", 'C-0123456789abcdef --reason "the applicant asked for it"'),
    _act("migrate", "把在办的事迁到另一版：全部，或一件不动", "Take running cases to another version: all of them, or none", asks.MigrateCases, "migrating.migrate", "newborn --mapping look=check",
         scope="government.deploy", clauses=("I2.3",)),
    _act("message", "给一件事送消息", "Send a case a message", asks.SendMessage, "actions.message", "Paid C-0123456789abcdef"),
    _act("signal", "给所有等它的事发信号", "Send a signal to all cases that wait for it", asks.SendSignal, "actions.signal", "Reopened"),
    _act("timers", "到时的都触发", "Fire what has come due", asks.FireTimers, "actions.timers", ""),
)

PAGES = (
    Page(("work",), f"{_HERE}.views.work", asks.AskDesk, menu=Text("待办", "Work"), live=True),
    Page(("work", "{department}"), f"{_HERE}.views.work", asks.AskDesk, live=True),
    Page(("case", "{code}"), f"{_HERE}.views.case", asks.AskCase, live=True),
)

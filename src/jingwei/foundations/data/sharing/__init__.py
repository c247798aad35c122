"""Sharing on demand: who holds what on which terms, who asks for it, by when the law wants an answer, and what was given."""

from jingwei.foundations.data.sharing import asks
from jingwei.kernel.actions import Action, Effect
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Page

_HERE = "jingwei.foundations.data.sharing"


def _step(word: str, zh: str, en: str, given: type, handler: str, example: str, *, clauses: tuple[str, ...] = ("F2.2",), effect: Effect = "write",
          scope: str = "sharing.write", makes: tuple[str, ...] = ()) -> Action:
    return Action(("share", word), Text(zh, en), clauses, scope, effect, given, f"{_HERE}.{handler}", makes, f"jingwei share {word} {example}".rstrip())


ACTIONS = (
    _step("offer", "登记一项数据的共享属性和条件", "Tell the terms on which data are shared", asks.OfferData, "actions.offer_data",
          'POP-01 --provider civil --dataset people --attribute conditional --conditions "household checks"', clauses=("F2.1", "F2.2")),
    _step("publish", "审核后发布目录中的一项", "Publish a record of the catalogue that was reviewed", asks.PublishData, "actions.publish", "POP-01", clauses=("F2.1",)),
    _step("change", "法律或职责变了，目录应当更新", "Say that law or duties made a record outdated", asks.ChangeData, "actions.change",
          'POP-01 --reason "duties moved in the reform of 2026"', clauses=("F2.1",)),
    _step("request", "提出共享申请", "Ask for data", asks.AskData, "actions.request",
          'POP-01 --asker health --basis "Order 809, art. 20" --scenario "vaccination notices" --columns place --mode csv --first 2026-01-01 --last 2026-12-31'),
    _step("notice", "一次性告知还缺什么", "Tell the asker, once, everything that is missing", asks.NoticeRequest, "actions.notice", "R-0123456789"),
    _step("supplement", "补齐申请", "Add what was missing in a request", asks.SupplementRequest, "actions.supplement", "R-0123456789 --mode csv"),
    _step("extend", "主管部门同意延长期限", "Consent, as the bureau in charge, to more time", asks.ExtendTerm, "actions.extend",
          'R-0123456789 --days 5 --reason "three registers to be joined"', clauses=("F2.1",)),
    _step("decide", "答复申请：同意即成授权", "Reply to a request; consent becomes a grant", asks.DecideRequest, "actions.decide", "R-0123456789 --outcome grant"),
    _step("deliver", "按授权提供数据", "Deliver exactly what was granted", asks.DeliverRequest, "actions.hand_over", "R-0123456789 --out out",
          makes=("data.csv", "data.parquet", "policy.json", "receipt.json")),
    _step("take", "取用别的节点提供到本节点的数据", "Use what another node delivered here", asks.TakeData, "received.take", "R-0123456789 --out out",
          makes=("data.csv", "data.parquet", "receipt.json")),
    _step("received", "列出别的节点提供的数据：归谁、到何时、如何处理", "List what other nodes delivered: whose it is, until when, what became of it", asks.AskReceived,
          "received.received", "", effect="read", scope="sharing.read"),
    _step("issue", "为一个使用方发放接口凭据，或换发", "Issue a consumer's credential for an interface, or a new one", asks.IssueCredential, "credentials.issue",
          "R-0123456789 --consumer immunisation --calls 60 --rows 100000"),
    _step("revoke", "收回接口凭据", "Revoke a credential", asks.RevokeCredential, "credentials.revoke", "R-0123456789 K-1"),
    _step("collect", "领取提供给本单位的数据", "Collect what was delivered to your organisation", asks.CollectData, "collecting.collect", "R-0123456789 --out out",
          makes=("data.csv", "data.parquet", "receipt.json")),
    _step("report", "报告数据中的错误", "Report an error in delivered data", asks.ReportError, "following.report", 'R-0123456789 --what "no rows for 440106"'),
    _step("correct", "答复所报告的错误", "Say what became of a reported error", asks.CorrectError, "following.correct", "R-0123456789 --fault E-1 --outcome corrected"),
    _step("object", "提出异议", "Object", asks.ObjectRequest, "following.object_to", 'R-0123456789 --reason "the duty is in the statute"'),
    _step("settle", "了结异议，或提交上一级", "Settle a dispute, or raise it one level", asks.SettleRequest, "following.settle",
          'R-0123456789 --outcome raised --reason "no agreement"'),
    _step("stop", "有正当理由地终止共享", "End sharing before its time, with a cause", asks.StopRequest, "following.stop",
          'R-0123456789 --cause purpose_met --reason "the campaign is over" --agreed'),
    _step("drop", "说明使用记录已不在", "Say that records of use are gone", asks.DropRecords, "following.drop", "R-0123456789"),
    _step("need", "登记一个部门向另一部门要的证据", "Declare evidence that one organisation needs of another", asks.DeclareNeed, "needs.declare",
          "--asker health --holder civil --evidence POP-01 --days 30", clauses=("F2.2",)),
    _step("list", "列出申请，最急的在前", "List requests, the most pressing first", asks.AskRequests, "reports.list_requests", "--open", effect="read", scope="public"),
    _step("show", "看一件申请：期限、经过、提供了什么", "Show one request: its clocks, its history, what was delivered", asks.AskRequest, "reports.show", "R-0123456789",
          effect="read", scope="public"),
    _step("uses", "列出使用记录", "List records of use", asks.AskUses, "reports.uses", "--data POP-01 --out out", effect="read", scope="sharing.read",
          makes=("uses.csv", "receipt.json")),
    _step("policy", "以 ODRL 2.2 写出授权", "Write a grant as an ODRL 2.2 policy", asks.AskPolicy, "reports.policy", "R-0123456789 --out out", effect="read",
          scope="sharing.read", makes=("policy.json", "receipt.json")),
    _step("audit", "回放账本，逐条查出违反条例之处", "Replay the record and find every breach with its article", asks.AskAudit, "reports.audit", "--out out",
          clauses=("F2.1", "O.1"), effect="read", scope="public", makes=("breaches.csv", "observations.csv", "receipt.json")),
)

PAGES = (
    Page(("sharing",), f"{_HERE}.views.sharing", menu=Text("共享", "Sharing")),
    Page(("sharing", "{code}"), f"{_HERE}.views.request", asks.AskRequest),
    Page(("audit",), f"{_HERE}.audits.audit", asks.AskUses),
    Page(("desk", "{organisation}"), f"{_HERE}.views.desk", asks.AskDesk),
)

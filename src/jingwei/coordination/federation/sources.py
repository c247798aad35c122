"""Other nodes over HTTP, as this one reads them: greetings, acknowledgements, answers, and what they refuse with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from jingwei.kernel.exchange import Early
from jingwei.kernel.i18n import Text
from jingwei.kernel.nodes import MOST_BYTES, Acknowledgement, Hello, Message, Profile, loopback
from jingwei.kernel.problems import Problem, Unreadable

HELLO, INBOX, ASK = "/node/v1/hello", "/node/v1/inbox", "/node/v1/ask"
PATIENCE = 15.0
"""Seconds another node may take; what waits for it is sent again, and a question counts as not answered."""


@dataclass(frozen=True, slots=True)
class Http:
    """The transport between nodes. Redirects are not followed: a node is where it says it is."""

    patience: float = PATIENCE

    def greet(self, url: str) -> Hello:
        return Hello.read(self._call(url, "GET", HELLO), url)

    def deliver(self, to: Profile, message: Message) -> Acknowledgement:
        return Acknowledgement.read(self._call(to.url, "POST", INBOX, message.encode()), to.url)

    def ask(self, to: Profile, question: Message) -> Message:
        return Message.read(self._call(to.url, "POST", ASK, question.encode()), to.url)

    def _call(self, url: str, method: str, path: str, body: bytes | None = None) -> bytes:
        where = urlsplit(loopback(url))
        connection = HTTPConnection(where.hostname or "", where.port, timeout=self.patience)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
            answer = connection.getresponse()
            content = answer.read(MOST_BYTES + 1)
        except (OSError, HTTPException) as error:
            raise Problem("unreachable",
                          Text(f"节点没有应答（{error or type(error).__name__}）",
                               f"the node does not answer ({error or type(error).__name__})"), where=url,
                          remedy=Text("要发给它的先留着，等它恢复再发。", "What waits for it is kept and sent when it is back.")) from None
        finally:
            connection.close()
        if len(content) > MOST_BYTES:
            raise Unreadable(Text("节点的应答太长", "the node's answer is too long"), where=url)
        if answer.status != 200:
            raise read_refusal(answer.status, content, url)
        return content


def read_refusal(status: int, content: bytes, url: str) -> Problem:
    """What another node refuses with, as a problem of its own code; ``Early`` keeps what is waited for."""
    try:
        told = json.loads(content)
        kept = {name: str(told.get(name, ""))[:500] for name in ("title", "detail", "detail_zh", "remedy", "remedy_zh")}
        problem = Problem.of({**kept, "instance": url})
        if problem.code == "early_message":
            return Early(problem.what, int(told["expected"]), where=url)
        if not problem.code.replace("_", "").isalnum():
            raise ValueError
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError):
        return Problem("unreachable",
                       Text(f"那里应答的不是节点（状态 {status}）", f"what answers there is no node (status {status})"), where=url,
                       remedy=Text("请核对地址。", "Check the address."))
    return problem

"""What a fetch may come back with: the error codes of the once-only technical system, and what follows from each.

Codes and their meanings are those of the EU's Once-Only Technical System, technical design documents 2.0.1 (2026): chapters 3.1.4 (data service
directory), 3.2.4 (evidence broker) and 4.5.3 (evidence exchange). What follows is this program's own rule. Whenever the applicant is asked after
all, the code goes into the case's events: that list is the bureau's work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

EDITION: Final = "2.0.1"
DATED: Final = "2026-03-01"

Follows = Literal["ask", "retry", "permit", "more", "mend"]
"""``ask`` the applicant now; ``retry`` some times, then ask; the applicant is to ``permit`` it, else ask; the provider wants ``more`` attributes, then
again; ``mend``: ask the applicant now, and somebody mends the link or the map, since no repetition would help."""

MOST_TRIES: Final = 3
"""Of one fetch, the first among them."""


@dataclass(frozen=True, slots=True)
class Code:
    """One code. says : what it means; follows : what is done"""

    code: str
    says: Text
    follows: Follows


_ALL: Final = (
    Code("EDM:ERR:0001", Text("提供方不认识来询的系统", "the provider does not know who is asking"), "mend"),
    Code("EDM:ERR:0002", Text("未获授权，可能要申请人先同意", "not authorised; the applicant may have to permit it"), "permit"),
    Code("EDM:ERR:0003", Text("请求缺少内容或内容不对", "the request lacks something or says something wrong"), "mend"),
    Code("EDM:ERR:0004", Text("没有找到这个人的有效证明", "no valid evidence was found for this person"), "ask"),
    Code("EDM:ERR:0005", Text("没有在时限内答复", "no answer in time"), "retry"),
    Code("EDM:ERR:0006", Text("引用的对象解析不了", "something referred to cannot be resolved"), "mend"),
    Code("EDM:ERR:0007", Text("提供方不支持所要的形式", "the provider does not support the form asked for"), "mend"),
    Code("EDM:ERR:0008", Text("提供方处理不了这个请求", "the provider could not process the request"), "mend"),
    Code("DSD:ERR:0001", Text("没有提供这种证明的服务", "there is no service for this evidence"), "ask"),
    Code("DSD:ERR:0002", Text("没有这种证明", "there is no such evidence"), "mend"),
    Code("DSD:ERR:0003", Text("查询参数不合规范", "the query does not follow the specification"), "mend"),
    Code("DSD:ERR:0004", Text("没有这种查询", "there is no such query"), "mend"),
    Code("DSD:ERR:0005", Text("要申请人补充属性才能找到提供方", "further attributes of the applicant are needed to find the provider"), "more"),
    Code("DSD:ERR:0006", Text("补充的属性不对", "a value given for them is wrong"), "more"),
    Code("EB:ERR:0001", Text("没有符合条件的结果", "the answer is empty"), "ask"),
    Code("EB:ERR:0002", Text("没有这项要求", "there is no such requirement"), "mend"),
    Code("EB:ERR:0003", Text("查询参数不合规范", "the query does not follow the specification"), "mend"),
    Code("EB:ERR:0004", Text("不认识行政层级代码", "the code of the level of jurisdiction is unknown"), "mend"),
    Code("EB:ERR:0005", Text("不认识办理事项", "the procedure is unknown"), "mend"),
    Code("EB:ERR:0006", Text("不认识地区代码", "the code of the place is unknown"), "mend"),
    Code("EB:ERR:0007", Text("没有这种查询", "there is no such query"), "mend"),
)
CODES: Final[Mapping[str, Code]] = {c.code: c for c in _ALL}

NOT_FOUND: Final = "EDM:ERR:0004"
TIMED_OUT: Final = "EDM:ERR:0005"
INVALID: Final = "EDM:ERR:0003"


def code_of(said: str) -> Code:
    """Raises Problem ``evidence_code`` for one that is none of them: an answer nobody understands is no answer."""
    if said not in CODES:
        raise Problem("evidence_code", Text(f"不认识错误代码 {said!r}", f"{said!r} is no error code that is known"),
                      remedy=Text("请按 EDM、DSD、EB 代码表答复。", "Answer by the tables of EDM, DSD and EB codes."))
    return CODES[said]


def next_step(said: str, tries: int) -> Follows:
    """What follows after so many tries of one fetch: a retry that was the last becomes a question."""
    follows = code_of(said).follows
    return "ask" if follows == "retry" and tries >= MOST_TRIES else follows

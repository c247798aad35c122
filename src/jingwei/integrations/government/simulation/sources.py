"""Logs of work from files (CSV, TSV, JSON, Parquet, XES) and from the events of cases; what cannot be read is set apart with its reason."""

from __future__ import annotations

import gzip
import io
import zlib
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

import numpy as np

from jingwei.integrations.government.simulation.model import Log, minutes
from jingwei.kernel.clock import CHINA
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, Unreadable, did_you_mean
from jingwei.kernel.tables import Document, Table

MOST_BYTES: Final = 256 * 1024 * 1024

HEADS: Final[Mapping[str, tuple[str, ...]]] = {
    "case": ("case", "case_id", "caseid", "case:concept:name", "case id", "trace", "办件编号", "办件号", "办件", "业务编号", "案件编号", "受理编号", "流水号"),
    "activity": ("activity", "concept:name", "activity_name", "task", "step", "event", "环节", "办理环节", "活动", "步骤", "事项", "任务"),
    "time": ("time", "time:timestamp", "timestamp", "end_time", "complete_time", "end_timestamp", "completed", "完成时间", "结束时间", "时间", "办理时间"),
    "begun": ("start_timestamp", "start_time", "begin_time", "started", "start", "开始时间", "签收时间"),
    "ready": ("enabled_time", "enable_time", "ready", "schedule_time", "到达时间", "派发时间"),
    "lifecycle": ("lifecycle", "lifecycle:transition", "transition", "生命周期", "动作"),
    "resource": ("resource", "org:resource", "user", "actor", "officer", "performer", "经办人", "办理人", "资源"),
    "group": ("group", "org:group", "department", "org:role", "role", "team", "部门", "办理部门", "科室", "窗口"),
    "channel": ("channel", "case:channel", "渠道", "办理渠道", "申请方式"),
}
"""How the columns are called elsewhere, the likeliest first."""

_BEGUN: Final = {"start", "begin", "claimed", "claim", "开始", "签收"}
_READY: Final = {"schedule", "enable", "enabled", "opened", "assign", "派发", "待办"}
_DONE: Final = {"", "complete", "completed", "done", "end", "完成", "办结"}
_REMEDY: Final = Text("请用 --columns 指明，例如 --columns case=编号,activity=环节,time=时间。", "Say which with --columns, as in --columns case=Number,activity=Step,time=When.")


class Happening(Protocol):
    """What an event of a case says; ``cases.model.CaseEvent`` does."""

    @property
    def case(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def kind(self) -> str: ...
    @property
    def node(self) -> str: ...
    @property
    def actor(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def detail(self) -> Mapping[str, Any]: ...


@dataclass(slots=True)
class Seen:
    """One visit while it is read; instants in minutes, NaN where not known."""

    case: str
    activity: str
    resource: str = ""
    group: str = ""
    ready: float = np.nan
    begun: float = np.nan
    done: float = np.nan


@dataclass(frozen=True, slots=True)
class Taken:
    """A log with how it was read.

    columns : which column was taken for what
    apart : rows set apart, with their place and reason
    open : visits that had not ended, which teach nothing
    """

    log: Log
    columns: Mapping[str, str] = field(default_factory=dict)
    rows: int = 0
    apart: tuple[tuple[Text, Text], ...] = ()
    open: int = 0


def read(document: Document, columns: str = "") -> Taken:
    """A file of events. Raises Unreadable naming the columns it has when one cannot be guessed."""
    table = _xes(document) if document.name.lower().endswith((".xes", ".xes.gz")) else Table.read(document)
    heads = _guess(table, columns)
    visits: list[Seen] = []
    apart: list[tuple[Text, Text]] = []
    waiting: defaultdict[tuple[str, str], deque[Seen]] = defaultdict(deque)
    first: dict[str, float] = {}
    channels: dict[str, str] = {}
    at = {role: table.columns.index(head) for role, head in heads.items()}
    for number, row, when in _in_time(table, at, apart):
        case, activity = row[at["case"]], row[at["activity"]]
        if not case or not activity:
            apart.append((table.where(number), Text("没有办件号或环节", "it names no case or no activity")))
            continue
        said = row[at["lifecycle"]].strip().lower() if "lifecycle" in at else ""
        first[case] = min(first.get(case, when), when)
        if "channel" in at and row[at["channel"]]:
            channels.setdefault(case, row[at["channel"]])
        resource, group = (row[at[role]] if role in at else "" for role in ("resource", "group"))
        queue = waiting[case, activity]
        if said in _READY:
            queue.append(Seen(case, activity, ready=when))
        elif said in _BEGUN:
            one = next((v for v in queue if np.isnan(v.begun)), None)
            if one is None:
                queue.append(one := Seen(case, activity))
            one.begun, one.resource, one.group = when, resource, group
        elif said in _DONE:
            one = next((v for v in queue if not np.isnan(v.begun)), queue[0] if queue else None)
            if one is None:
                one = Seen(case, activity)
            else:
                queue.remove(one)
            one.done, one.resource, one.group = when, resource or one.resource, group or one.group
            for role in ("begun", "ready"):
                if role in at and row[at[role]]:
                    try:
                        setattr(one, role, instant := _instant(row[at[role]]))
                    except ValueError:
                        apart.append((table.where(number, heads[role]), Text("不是时间，这一格没有用", "this is no instant; the cell was not used")))
                        continue
                    first[case] = min(first[case], instant)
            visits.append(one)
    return Taken(assemble(visits, first, {}, channels), heads, len(table), tuple(apart), sum(map(len, waiting.values())))


def from_events(events: Iterable[Happening]) -> Taken:
    """The log of cases that ran here. A case counts from its acceptance, since the applicant's own time before is no work of a department's; its visits from being opened."""
    visits: list[Seen] = []
    arrived: dict[str, float] = {}
    ended: dict[str, float] = {}
    channels: dict[str, str] = {}
    waiting: defaultdict[tuple[str, str], deque[Seen]] = defaultdict(deque)
    rows = 0
    for event in events:
        rows += 1
        at = minutes(event.at.astimezone(CHINA).replace(tzinfo=None))
        queue = waiting[event.case, event.node]
        match event.kind:
            case "started":
                arrived.setdefault(event.case, at)
                channels[event.case] = event.channel
            case "accepted":
                arrived[event.case] = at
            case "opened":
                queue.append(Seen(event.case, event.node, group=str(event.detail.get("department", "")), ready=at))
            case "claimed" if queue:
                queue[0].begun, queue[0].resource = at, event.actor
            case "done" | "decided" | "failed" if queue:
                one = queue.popleft()
                one.done = at
                visits.append(one)
            case "ended" | "cancelled":
                ended[event.case] = at
    known = {v.case for v in visits}
    return Taken(assemble(visits, {c: t for c, t in arrived.items() if c in known}, ended, channels), {}, rows, (), sum(map(len, waiting.values())))


def assemble(visits: Sequence[Seen], arrived: Mapping[str, float], ended: Mapping[str, float], channels: Mapping[str, str]) -> Log:
    """Arrays of what was read. With ``ended`` empty, a case ends with its last visit. Raises Unreadable when nothing is left."""
    visits = [v for v in visits if v.case in arrived]
    if not visits:
        raise Unreadable(Text("日志里没有一个办完的环节", "the log holds no activity that ended"))
    cases = sorted({v.case for v in visits}, key=lambda c: (arrived[c], c))
    number = {c: i for i, c in enumerate(cases)}
    visits = sorted(visits, key=lambda v: (number[v.case], next(t for t in (v.ready, v.begun, v.done) if not np.isnan(t)), v.done))

    def numbered(names: Iterable[str]) -> tuple[tuple[str, ...], dict[str, int]]:
        known = sorted({n for n in names if n})
        return tuple(known), {"": -1, **{n: i for i, n in enumerate(known)}}

    activities, activity = numbered(v.activity for v in visits)
    resources, resource = numbered(v.resource for v in visits)
    groups, group = numbered(v.group for v in visits)
    named, channel = numbered(channels.get(c, "") for c in cases)
    case = np.array([number[v.case] for v in visits])
    done = np.array([v.done for v in visits])
    last = np.full(len(cases), -np.inf)
    np.maximum.at(last, case, done)
    ends = np.array([ended.get(c, np.nan) for c in cases]) if ended else last
    return Log(tuple(cases), activities, resources, groups, named, np.array([arrived[c] for c in cases]), ends, np.array([channel[channels.get(c, "")] for c in cases]), case,
               np.array([activity[v.activity] for v in visits]), np.array([resource[v.resource] for v in visits]), np.array([group[v.group] for v in visits]),
               np.array([v.ready for v in visits]), np.array([v.begun for v in visits]), done)


def _in_time(table: Table, at: Mapping[str, int], apart: list[tuple[Text, Text]]) -> Iterator[tuple[int, tuple[str, ...], float]]:
    """Rows in the order of time, those without a readable one set apart."""
    found = []
    for number, row in enumerate(table.rows):
        try:
            found.append((_instant(row[at["time"]]), number))
        except ValueError:
            apart.append((table.where(number, table.columns[at["time"]]), Text(f"{row[at['time']][:40]!r} 不是时间", f"{row[at['time']][:40]!r} is no instant")))
    yield from ((number, table.rows[number], when) for when, number in sorted(found))


def _instant(text: str) -> float:
    """China time of an instant; one without a zone is taken as China's. Raises ValueError."""
    read = datetime.fromisoformat(text.strip().replace("/", "-"))
    return minutes(read.astimezone(CHINA).replace(tzinfo=None) if read.tzinfo else read)


def _guess(table: Table, columns: str) -> dict[str, str]:
    said: dict[str, str] = {}
    for part in filter(None, (p.strip() for p in columns.split(","))):
        role, _, head = part.partition("=")
        if role not in HEADS or head not in table.columns:
            near = did_you_mean(role, HEADS) if role not in HEADS else did_you_mean(head, table.columns)
            raise Problem("bad_columns", Text(f"{part!r} 不行：左边是 {'、'.join(HEADS)} 之一，右边是表头之一", f"{part!r} will not do: left one of {', '.join(HEADS)}, right one of the heads"),
                          where="--columns", remedy=near or Text(f"表头有：{'、'.join(table.columns[:30])}。", f"The heads are {', '.join(table.columns[:30])}."))
        said[role] = head
    plain = {head.strip().lower(): head for head in table.columns}
    for role, names in HEADS.items():
        found = next((plain[n] for n in names if n in plain and plain[n] not in said.values()), None)
        if role not in said and found:
            said[role] = found
    lacking = [role for role in ("case", "activity", "time") if role not in said]
    if lacking:
        raise Unreadable(Text(f"看不出哪一列是 {'、'.join(lacking)}；有这些列：{'、'.join(table.columns[:30])}",
                              f"no column can be taken for {', '.join(lacking)}; the columns are {', '.join(table.columns[:30])}"), where=table.name, remedy=_REMEDY)
    return said


def _xes(document: Document) -> Table:
    """Events of an XES file (IEEE 1849-2016), their trace's name as ``case:concept:name``. Raises Unreadable."""
    from lxml import etree

    content = document.content
    try:
        if document.name.lower().endswith(".gz"):
            with gzip.open(io.BytesIO(content)) as packed:
                content = packed.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise Unreadable(Text(f"超过 {MOST_BYTES >> 20} MB", f"it is larger than {MOST_BYTES >> 20} MB"), where=document.name)
        rows: list[dict[str, str]] = []
        pending: list[dict[str, str]] = []
        for _, element in etree.iterparse(io.BytesIO(content), events=("end",), tag=("{*}event", "{*}trace"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False):
            told = {str(child.get("key")): str(child.get("value")) for child in element if child.get("key") and child.get("value") is not None}
            if etree.QName(element).localname == "event":
                pending.append(told)
            else:
                rows += [{**{f"case:{k}": v for k, v in told.items()}, **one} for one in pending]
                pending = []
            element.clear()
    except (etree.XMLSyntaxError, OSError, EOFError, zlib.error) as error:
        raise Unreadable(Text(f"XES 读不出来（{error}）", f"not a readable XES file ({error})"), where=document.name) from None
    columns = tuple(dict.fromkeys(key for row in rows for key in row))
    return Table(document.name, columns, tuple(tuple(row.get(c, "") for c in columns) for row in rows), tuple(range(1, len(rows) + 1)), document.digest)

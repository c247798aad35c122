"""DMN's XML read into records (DMN 1.1 to 1.5; element names are the same): hardened and bounded, nothing fetched, no entity resolved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, Unreadable

Element = etree._Element

MAX_BYTES = 32 * 1024 * 1024
MAX_ELEMENTS = 200_000
MAX_DEPTH = 200

EXPRESSIONS = frozenset({"literalExpression", "decisionTable", "context", "invocation", "list", "relation", "functionDefinition",
                         "conditional", "filter", "for", "every", "some"})


def parse(content: bytes, where: str) -> Element:
    """The root of an XML file. Raises Unreadable for what is not XML, has a document type, or is beyond the limits."""
    if len(content) > MAX_BYTES:
        raise Unreadable(Text(f"文件有 {len(content):,} 字节，最多 {MAX_BYTES:,}", f"the file has {len(content):,} bytes; {MAX_BYTES:,} are the most"), where=where)
    if content.count(b"<") > 4 * MAX_ELEMENTS:
        raise _too_many(where)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        why = str(error).splitlines()[0] if str(error) else "empty"
        raise Unreadable(Text(f"不是合格的 XML（{why}）", f"not well-formed XML ({why})"), where=where) from None
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]
        raise Unreadable(Text("文件带有文档类型声明（DOCTYPE），不予读取", "the file has a document type declaration (DOCTYPE); such files are not read"), where=where,
                         remedy=Text("删去 DOCTYPE 和实体后再试。", "Remove the DOCTYPE and its entities."))
    count = 0
    waiting: list[tuple[Element, int]] = [(root, 1)]
    while waiting:
        at, depth = waiting.pop()
        count += 1
        if count > MAX_ELEMENTS or depth > MAX_DEPTH:
            raise _too_many(where)
        waiting.extend((child, depth + 1) for child in at)
    return root


def _too_many(where: str) -> Unreadable:
    return Unreadable(Text(f"文件超过 {MAX_ELEMENTS:,} 个元素或 {MAX_DEPTH} 层", f"the file has more than {MAX_ELEMENTS:,} elements or {MAX_DEPTH} levels"), where=where,
                      remedy=Text("请拆成几个模型，用 import 相连。", "Part it into several models joined by imports."))


def local(element: Element) -> str:
    return etree.QName(element).localname


def children(element: Element | None, name: str) -> Iterator[Element]:
    return iter(()) if element is None else (c for c in element if local(c) == name)


def child(element: Element | None, name: str) -> Element | None:
    return next(children(element, name), None)


def text_of(element: Element | None, name: str = "text") -> str:
    found = child(element, name)
    return "" if found is None else "".join(str(t) for t in found.itertext()).strip()


def expression_in(element: Element | None) -> Element | None:
    """The first boxed or literal expression directly below."""
    return None if element is None else next((c for c in element if local(c) in EXPRESSIONS), None)


def type_of(element: Element | None) -> str:
    """``typeRef``, as attribute or, in DMN 1.1, as an element."""
    if element is None:
        return ""
    return (element.get("typeRef") or text_of(element, "typeRef")).strip()


def named(element: Element) -> str:
    return " ".join((element.get("name") or "").split())


@dataclass(frozen=True, slots=True)
class Import:
    prefix: str
    namespace: str
    kind: str


@dataclass(frozen=True, slots=True)
class Node:
    """One element of the requirements graph.

    kind : inputData, decision, businessKnowledgeModel or decisionService
    variable : what others call it; type : of its value
    requires : keys of what it needs, (namespace, id), in order; knows : of knowledge it may invoke
    """

    kind: str
    key: tuple[str, str]
    name: str
    variable: str
    type: str
    requires: tuple[tuple[str, str], ...]
    knows: tuple[tuple[str, str], ...]
    element: Element


@dataclass(frozen=True, slots=True)
class Definitions:
    """One model file: its elements by id, its types' elements, and what it imports."""

    name: str
    namespace: str
    where: str
    imports: tuple[Import, ...]
    nodes: tuple[Node, ...]
    types: tuple[Element, ...]
    root: Element


def read(content: bytes, where: str) -> Definitions:
    """A model file. Raises Unreadable, or Problem naming what is missing."""
    root = parse(content, where)
    if local(root) != "definitions":
        raise Unreadable(Text(f"根元素是 {local(root)!r}，不是 DMN 的 definitions", f"the root is {local(root)!r}, not DMN's 'definitions'"), where=where)
    space = root.get("namespace") or ""
    nodes = [_node(e, space, where) for e in root if local(e) in {"inputData", "decision", "businessKnowledgeModel", "decisionService"}]
    keys = [n.key for n in nodes]
    twice = next((k for k in keys if keys.count(k) > 1), None) if len(set(keys)) != len(keys) else None
    if twice:
        raise Problem("decision_ids", Text(f"标识 {twice[1]!r} 用了两次", f"the id {twice[1]!r} is used twice"), where=where)
    imports = tuple(Import(named(e), e.get("namespace") or "", e.get("importType") or "") for e in children(root, "import"))
    return Definitions(root.get("name") or where, space, where, imports, tuple(nodes), tuple(children(root, "itemDefinition")), root)


def _node(element: Element, space: str, where: str) -> Node:
    name = named(element)
    if not name:
        raise Problem("decision_name", Text(f"{local(element)} 没有名称", f"a {local(element)} has no name"), where=where)
    variable = child(element, "variable")
    requires, knows = list[tuple[str, str]](), list[tuple[str, str]]()
    for part in element:
        into = {"informationRequirement": requires, "knowledgeRequirement": knows}.get(local(part))
        if into is not None:
            into += [key_of(h.get("href") or "", space) for h in part if local(h).startswith("required")]
    own = (space, element.get("id") or name)
    logic = child(element, "encapsulatedLogic")
    result = type_of(variable) or type_of(logic)
    return Node(local(element), own, name, named(variable) if variable is not None and named(variable) else name, result, tuple(requires), tuple(knows), element)


def key_of(href: str, space: str) -> tuple[str, str]:
    """(namespace, id) of a reference such as ``#_1`` or ``namespace#_1``."""
    head, mark, tail = href.rpartition("#")
    return (head or space, tail) if mark else (space, href)


def references(element: Element, name: str, space: str) -> tuple[tuple[str, str], ...]:
    return tuple(key_of(e.get("href") or "", space) for e in children(element, name))


@dataclass(frozen=True, slots=True)
class Input:
    label: str
    expression: str
    type: str
    allowed: str


@dataclass(frozen=True, slots=True)
class Output:
    name: str
    type: str
    values: str
    default: str | None


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    tests: tuple[str, ...]
    outputs: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableRecord:
    """A decision table as written; policy : U A P F R O C, aggregation : SUM MIN MAX COUNT or empty"""

    policy: str
    aggregation: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]


_POLICIES = {"UNIQUE": "U", "ANY": "A", "PRIORITY": "P", "FIRST": "F", "RULE ORDER": "R", "OUTPUT ORDER": "O", "COLLECT": "C"}


def read_table(element: Element, where: Text) -> TableRecord:
    """A decision table. Raises Problem when a rule has not as many cells as there are columns."""
    policy = _POLICIES.get(element.get("hitPolicy") or "UNIQUE")
    if policy is None:
        raise Problem("decision_policy", Text(f"命中策略 {element.get('hitPolicy')!r} 不存在", f"there is no hit policy {element.get('hitPolicy')!r}"), where=where)
    inputs = tuple(_input(e) for e in children(element, "input"))
    outputs = tuple(_output(e) for e in children(element, "output"))
    rules = tuple(_rule(e, i) for i, e in enumerate(children(element, "rule"), 1))
    for number, rule in enumerate(rules, 1):
        if len(rule.tests) != len(inputs) or len(rule.outputs) != len(outputs):
            raise Problem("decision_cells", Text(f"第 {number} 条规则有 {len(rule.tests)} 个条件、{len(rule.outputs)} 个结果，表有 {len(inputs)} 列条件、{len(outputs)} 列结果",
                          f"rule {number} has {len(rule.tests)} tests and {len(rule.outputs)} results; the table has {len(inputs)} and {len(outputs)} columns"), where=where)
    return TableRecord(policy, (element.get("aggregation") or "").upper(), inputs, outputs, rules)


def _input(element: Element) -> Input:
    expression = child(element, "inputExpression")
    return Input(element.get("label") or text_of(expression), text_of(expression), type_of(expression), text_of(child(element, "inputValues")))


def _output(element: Element) -> Output:
    default = child(element, "defaultOutputEntry")
    return Output(named(element), type_of(element), text_of(child(element, "outputValues")), None if default is None else text_of(default))


def _rule(element: Element, number: int) -> Rule:
    def texts(name: str) -> tuple[str, ...]:
        return tuple(text_of(e) for e in children(element, name))

    return Rule(element.get("id") or str(number), texts("inputEntry"), texts("outputEntry"), texts("annotationEntry"))


def entries(element: Element, name: str) -> Sequence[Element]:
    return tuple(children(element, name))

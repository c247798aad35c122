"""FEEL read (DMN 1.5, 10.3.1.2): a parser by precedence that knows which names are in scope, for names may hold spaces and operators.

``first name`` or ``a-b`` are one name where such a name is known, the longest first; words that stand side by side and are no keyword can
only be one name. Bounded: nesting and steps have limits, so that no text keeps it busy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal

from jingwei.engines.decisions import tree
from jingwei.engines.decisions.characters import KEY, Characters, Unparsed
from jingwei.engines.decisions.names import PART, SPACE, START, Names
from jingwei.engines.decisions.tree import Node, TypeNode
from jingwei.engines.decisions.values import ARITHMETIC, parse_at
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

MAX_TEXT = 200_000
MAX_NESTING = 80

_VARIABLE = re.compile(rf"([{START}][{PART}{SPACE}./\-'+*]*?)[{SPACE}]+in(?![{PART}])")
_PARAMETER = re.compile(rf"([{START}][{PART}{SPACE}./\-'+*]*?)[{SPACE}]*(?=[:,)])")
_NUMBER = re.compile(r"(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)

_STOPS = frozenset({"and", "or", "between", "in", "instance", "then", "else", "return", "satisfies"})
"""Words that end a name whose end nothing else tells."""

_KEYWORDS = _STOPS | {"if", "for", "some", "every", "true", "false", "null", "function"}
_COMPARES = ("<=", ">=", "!=", "<", ">", "=")
_TYPES = ("any", "Any", "Null", "number", "string", "boolean", "date", "time", "date and time", "dateTime", "days and time duration",
          "dayTimeDuration", "years and months duration", "yearMonthDuration", "list", "context", "function", "range")


TYPE_NAMES = Names(_TYPES)


def parse_expression(text: str, names: Names, members: Names | None = None, types: Names = TYPE_NAMES) -> Node:
    """One expression. Raises Problem, naming line and column.

    names : what is in scope; members : names of context entries that may follow a dot; types : of item definitions
    """
    return _parsed(text, lambda p: p.whole(p.expression), names, members, types)


def parse_domain(text: str, names: Names, members: Names | None = None, types: Names = TYPE_NAMES) -> Node:
    """What a loop runs over: an expression, or ``a..b`` without brackets. Raises Problem."""
    return _parsed(text, lambda p: p.whole(p.domain), names, members, types)


def parse_tests(text: str, names: Names, members: Names | None = None, types: Names = TYPE_NAMES) -> tree.Tests:
    """The unary tests of a cell or of allowed values. Raises Problem, naming line and column."""
    found = _parsed(text, lambda p: p.unary_tests(), names, members, types)
    assert isinstance(found, tree.Tests)
    return found


def _parsed(text: str, read: Callable[[_Parser], Node], names: Names, members: Names | None, types: Names) -> Node:
    if len(text) > MAX_TEXT:
        raise Problem("feel_too_long", Text(f"表达式有 {len(text):,} 个字符，最多 {MAX_TEXT:,}", f"the expression has {len(text):,} characters; {MAX_TEXT:,} are the most"),
                      remedy=Text("请拆成几个决策或知识模型。", "Part it into several decisions or knowledge models."))
    parser = _Parser(text, names, members or Names(()), types)
    try:
        return read(parser)
    except Unparsed as error:
        line, column = text.count("\n", 0, error.at) + 1, error.at - (text.rfind("\n", 0, error.at) + 1) + 1
        raise Problem("feel_syntax", error.what, where=Text(f"第 {line} 行第 {column} 列", f"line {line}, column {column}")) from None
    except RecursionError:
        raise Problem("feel_too_deep", Text("表达式嵌套太深", "the expression is nested too deeply"), remedy=Text("请拆成几个决策。", "Part it into several decisions.")) from None


class _Parser(Characters):
    def __init__(self, text: str, names: Names, members: Names, types: Names) -> None:
        super().__init__(text)
        self.names = names
        self.members = members
        self.types = types
        self.depth = 0
        self.steps = 20 * len(text) + 1000
        self.range_end = False

    # names

    def name(self, names: Names) -> str:
        """The name ahead: the longest known one, else the words that stand side by side."""
        self.blank()
        pieces, ends = self.pieces(names.reach())
        match = names.longest_match(pieces)
        if match:
            end = ends[match[0] - 1]
            begun = self.at
            self.at = end
            follows = self.word()
            if not follows or follows in _STOPS or follows == "external":
                self.at = end
                return match[1]
            self.at = begun
        words = list[str]()
        while (word := self.word()) and not (words and word in _STOPS):
            words.append(word)
            self.at += len(word)
        if not words:
            self.fails("此处应为名称", "a name is expected here")
        return " ".join(words)

    def within(self, added: Iterable[str], read: Callable[[], Node]) -> Node:
        outer, self.names = self.names, Names(added, self.names)
        try:
            return read()
        finally:
            self.names = outer

    def whole(self, read: Callable[[], Node]) -> Node:
        node = read()
        if not self.at_end():
            self.fails("表达式在此之后还有多余的文字", "there is text left over from here on")
        return node

    # expressions, by precedence

    def expression(self) -> Node:
        self.steps -= 1
        if self.depth >= MAX_NESTING or self.steps < 0:
            self.fails("表达式嵌套太深或太复杂", "the expression is nested too deeply or too intricate")
        self.depth += 1
        ends, self.range_end = self.range_end, False
        try:
            return self.disjunction()
        finally:
            self.depth -= 1
            self.range_end = ends

    def disjunction(self) -> Node:
        left = self.conjunction()
        while self.take_word("or"):
            left = tree.Binary("or", left, self.conjunction())
        return left

    def conjunction(self) -> Node:
        left = self.comparison()
        while self.take_word("and"):
            left = tree.Binary("and", left, self.comparison())
        return left

    def comparison(self) -> Node:
        left = self.sum()
        while True:
            op = self.compare()
            if op:
                left = tree.Binary(op, left, self.sum())
            elif self.take_word("between"):
                low = self.sum()
                self.need_word("and")
                left = tree.Between(left, low, self.sum())
            elif self.take_word("in"):
                left = tree.In(left, self.tests_of_in())
            else:
                return left

    def compare(self) -> str:
        """The comparison ahead, taken; empty when there is none."""
        self.blank()
        if self.text[self.at : self.at + 1] not in {"<", ">", "=", "!"}:
            return ""
        return next((c for c in _COMPARES if self.take(c)), "")

    def sum(self) -> Node:
        left = self.product()
        while self.see("+") or self.see("-"):
            op = self.text[self.at]
            self.at += 1
            left = tree.Binary(op, left, self.product())
        return left

    def product(self) -> Node:
        left = self.power()
        while (self.see("*") and not self.see("**")) or self.see("/"):
            op = self.text[self.at]
            self.at += 1
            left = tree.Binary(op, left, self.power())
        return left

    def power(self) -> Node:
        left = self.signed()
        while self.take("**"):
            left = tree.Binary("**", left, self.signed())
        return left

    def signed(self) -> Node:
        signs = 0
        while self.take("-"):
            signs += 1
        node = self.followed()
        if signs and isinstance(node, tree.Literal) and isinstance(node.value, Decimal):
            return tree.Literal(ARITHMETIC.minus(node.value)) if signs % 2 else node
        for _ in range(signs % 2 or (2 if signs else 0)):
            node = tree.Negate(node)
        return node

    def followed(self) -> Node:
        """A simple expression and the paths, filters, invocations and type tests behind it."""
        ends = self.range_end
        node = self.primary()
        while True:
            if self.see(".") and not self.see(".."):
                self.at += 1
                node = tree.Path(node, self.name(self.members))
            elif self.see("[") and not (ends and not self.is_filter()):
                self.at += 1
                by = self.within((), self.filter_body)
                self.need("]")
                node = tree.Filter(node, by)
            elif self.see("("):
                node = self.invocation(node)
            elif self.word() == "instance":
                self.at += len("instance")
                self.need_word("of")
                node = tree.InstanceOf(node, self.type_name())
            else:
                return node

    def is_filter(self) -> bool:
        """Whether the bracket after a range's end opens a filter: ``[1..list[1]]`` but not ``[1..10[``."""
        begun, names = self.at, self.names
        try:
            self.at += 1
            self.within((), self.filter_body)
            return self.see("]")
        except Unparsed:
            return False
        finally:
            self.at, self.names = begun, names

    def filter_body(self) -> Node:
        self.names.known.update(self.members.known)
        self.names.longest = self.members.longest
        self.names.add("item")
        return self.expression()

    def primary(self) -> Node:  # noqa: PLR0911 (one kind a line)
        self.blank()
        sign = self.text[self.at : self.at + 1]
        if sign == '"':
            return tree.Literal(self.string())
        if sign == "@":
            self.at += 1
            self.blank()
            return tree.Literal(parse_at(self.string()))
        if sign.isdigit() or sign == ".":
            found = _NUMBER.match(self.text, self.at)
            if not found:
                self.fails("此处应为数", "a number is expected here")
            self.at = found.end()
            return tree.Literal(ARITHMETIC.create_decimal(found[0]))
        if sign == "[":
            return self.bracket()
        if sign == "(":
            return self.parenthesis()
        if sign == "]":
            self.at += 1
            return self.range_from(self.expression(), low_in=False)
        if sign == "{":
            return self.context()
        return self.worded()

    def worded(self) -> Node:
        word = self.word()
        if not word:
            self.fails("此处应为表达式", "an expression is expected here")
        if word in _KEYWORDS and not self.is_long_name(word):
            read = {"if": self.condition, "for": self.iteration, "some": self.quantified, "every": self.quantified, "function": self.function}.get(word)
            if read:
                self.at += len(word)
                return read() if word not in {"some", "every"} else self.quantified(word == "every")
            if word in {"true", "false", "null"}:
                self.at += len(word)
                return tree.Literal({"true": True, "false": False, "null": None}[word])
            self.fails(f"此处不能是 {word}", f"{word!r} cannot stand here")
        return tree.Name(self.name(self.names))

    def is_long_name(self, keyword: str) -> bool:
        match = self.names.longest_match(self.pieces(self.names.reach())[0])
        return match is not None and (match[0] > 1 or match[1] != keyword)

    def bracket(self) -> Node:
        self.need("[")
        if self.take("]"):
            return tree.ListOf(())
        items = [self.expression()]
        if self.see(".."):
            return self.range_from(items[0], low_in=True)
        while self.take(","):
            items.append(self.expression())
        self.need("]")
        return tree.ListOf(tuple(items))

    def parenthesis(self) -> Node:
        self.need("(")
        half = self.half_line()
        if half is None:
            node = self.expression()
            if self.see(".."):
                return self.range_from(node, low_in=False)
        else:
            node = half
        self.need(")")
        return node

    def range_from(self, low: Node, *, low_in: bool) -> Node:
        self.need("..")
        begun, self.range_end = self.range_end, True
        high = self.sum()
        self.range_end = begun
        if self.take("]"):
            return tree.RangeOf(low, high, low_in, high_in=True)
        if self.take(")") or self.take("["):
            return tree.RangeOf(low, high, low_in, high_in=False)
        return self.fails("区间没有收尾的括号", "the range has no closing bracket")

    def half_line(self) -> Node | None:
        op = self.compare()
        return tree.HalfLine(op, self.sum()) if op else None

    def context(self) -> Node:
        self.need("{")
        entries: list[tuple[str, Node]] = []
        outer, self.names = self.names, Names((), self.names)
        try:
            while not self.take("}"):
                if entries:
                    self.need(",")
                key = self.key()
                if any(k == key for k, _ in entries):
                    self.fails(f"键 {key!r} 重复", f"the key {key!r} stands twice")
                if self.word() == "function":
                    self.names.add(key)  # a function may call itself
                entries.append((key, self.expression()))
                self.names.add(key)
                self.members.add(key)
        finally:
            self.names = outer
        return tree.ContextOf(tuple(entries))

    def condition(self) -> Node:
        """``if``; a chain of ``else if`` however long is read without going deeper."""
        branches: list[tuple[Node, Node]] = []
        while True:
            condition = self.expression()
            self.need_word("then")
            branches.append((condition, self.expression()))
            self.need_word("else")
            if not self.take_word("if"):
                break
        node = self.expression()
        for condition, then in reversed(branches):
            node = tree.If(condition, then, node)
        return node

    def domains(self) -> tuple[tuple[str, Node], ...]:
        found: list[tuple[str, Node]] = []
        while True:
            self.blank()
            variable = _VARIABLE.match(self.text, self.at)
            if not variable:
                self.fails("此处应为变量名和 in", "a variable and 'in' are expected here")
            self.at = variable.end()
            name = " ".join(variable[1].split())
            found.append((name, self.domain()))
            self.names.add(name)
            if not self.take(","):
                return tuple(found)

    def domain(self) -> Node:
        low = self.expression()
        return tree.RangeOf(low, self.expression(), low_in=True, high_in=True, iteration=True) if self.take("..") else low

    def iteration(self) -> Node:
        outer, self.names = self.names, Names((), self.names)
        try:
            domains = self.domains()
            self.need_word("return")
            self.names.add("partial")
            return tree.For(domains, self.expression())
        finally:
            self.names = outer

    def quantified(self, every: bool = False) -> Node:
        outer, self.names = self.names, Names((), self.names)
        try:
            domains = self.domains()
            self.need_word("satisfies")
            return tree.Quantified(every, domains, self.expression())
        finally:
            self.names = outer

    def function(self) -> Node:
        self.need("(")
        parameters: list[tuple[str, TypeNode | None]] = []
        while not self.take(")"):
            if parameters:
                self.need(",")
            self.blank()
            found = _PARAMETER.match(self.text, self.at)
            if not found:
                self.fails("此处应为参数名", "a parameter is expected here")
            self.at = found.end()
            parameters.append((" ".join(found[1].split()), self.type_name() if self.take(":") else None))
        external = self.take_word("external")
        body = self.within((name for name, _ in parameters), self.expression)
        return tree.FunctionOf(tuple(parameters), None if external else body)

    def invocation(self, function: Node) -> Node:
        self.need("(")
        arguments: list[Node] = []
        names: list[str] = []
        while not self.take(")"):
            if arguments:
                self.need(",")
            self.blank()
            found = KEY.match(self.text, self.at)
            if found:
                self.at = found.end()
                names.append(" ".join(found[1].split()))
            arguments.append(self.expression())
        if names and (len(names) != len(arguments) or len(set(names)) != len(names)):
            self.fails("参数要么都按位置，要么都按名称，名称不得重复", "arguments go all by place or all by name, and no name twice")
        return tree.Invoke(function, tuple(arguments), tuple(names) if names else None)

    # unary tests

    def unary_tests(self) -> tree.Tests:
        if self.take("-"):
            if self.at_end():
                return tree.Tests(negated=False, tests=())
            self.at = 0
        if self.word() == "not":
            self.at += 3
            if self.take("("):
                tests = self.tests()
                if self.take(")") and self.at_end():
                    return tree.Tests(negated=True, tests=tests)
            self.at = 0
        tests = self.tests()
        if not self.at_end():
            self.fails("测试在此之后还有多余的文字", "there is text left over from here on")
        return tree.Tests(negated=False, tests=tests)

    def tests(self) -> tuple[Node, ...]:
        found = [self.half_line() or self.expression()]
        while self.take(","):
            found.append(self.half_line() or self.expression())
        return tuple(found)

    def tests_of_in(self) -> tuple[Node, ...]:
        if self.see("("):
            begun = self.at
            self.at += 1
            try:
                tests = self.tests()
                if self.take(")"):
                    return tests
            except Unparsed:
                pass
            self.at = begun
        return (self.half_line() or self.sum(),)

    # types

    def type_name(self) -> TypeNode:
        self.depth += 1
        if self.depth > MAX_NESTING:
            self.fails("类型嵌套太深", "the type is nested too deeply")
        try:
            return self.typed()
        finally:
            self.depth -= 1

    def typed(self) -> TypeNode:
        word = self.word()
        begun = self.at
        self.at += len(word)
        if word in {"list", "range"} and self.take("<"):
            of = self.type_name()
            self.need(">")
            return TypeNode(word, parts=(("", of),))
        if word == "context" and self.take("<"):
            members: list[tuple[str, TypeNode]] = []
            while not self.take(">"):
                if members:
                    self.need(",")
                key = self.key()
                members.append((key, self.type_name()))
            return TypeNode("context", parts=tuple(members))
        if word == "function" and self.take("<"):
            parameters: list[tuple[str, TypeNode]] = []
            while not self.take(">"):
                if parameters:
                    self.need(",")
                parameters.append(("", self.type_name()))
            self.need("->")
            return TypeNode("function", parts=tuple(parameters), result=self.type_name())
        self.at = begun
        name = self.name(self.types)
        while self.see(".") and not self.see(".."):
            self.at += 1
            name += "." + self.name(self.types)
        return TypeNode("name", name)

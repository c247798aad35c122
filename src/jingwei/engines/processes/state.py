"""Where a case stands: its scopes, what it waits for, and tokens held at joins. Plain numbers, so that a waiting case is a few hundred bytes."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any


class Role(IntEnum):
    """What a scope is an instance of."""

    PROCESS = 0
    SUBPROCESS = 1
    LOOP = 2
    """All rounds or instances of one activity."""
    HANDLER = 3
    """An event sub-process at work."""
    UNDOING = 4
    """A compensation event that waits for what it started."""


class Wait(IntEnum):
    """What a work item waits for."""

    TASK = 0
    """Somebody or something to do it."""
    EVENT = 1
    """A message, signal, timer or condition, with a token standing there."""
    ARMED = 2
    """The same at a boundary or at the start of an event sub-process: no token stands there yet."""
    STUCK = 3
    """Somebody to set right what it lacks: the token cannot get in, since nobody knows how many rounds it is, or where a link lands."""
    HELD = 4
    """The same for a token that cannot get out: no condition holds and there is no default flow."""


@dataclass(slots=True)
class Work:
    """One thing waited for.

    id : unique in the case, in the order of beginning
    node, scope : where
    round : which instance or round, from 0; -1 outside loops
    wait : what kind of waiting
    host : of armed ones, what they watch: a work item or scope; of events behind an event gateway, the first of their group
    why : of stuck ones
    """

    id: int
    node: int
    scope: int
    round: int = -1
    wait: Wait = Wait.TASK
    host: int = -1
    why: str = ""


@dataclass(slots=True)
class Scope:
    """One instance of something that holds tokens.

    node : of the sub-process, looping activity or throwing event; -1 for the process
    parent : the scope around it; -1 for the process
    live : tokens inside, those in what is inside it counted as one each
    held : by flow, tokens waiting at a join; by -1 - node, those waiting at an activity that needs several
    items : of loops over a list, its elements
    done, total : of loops, rounds finished and the most there are (-1: no most)
    undo : what could be undone, in the order it was done: (activity, what undoes it or -1, what was done inside it)
    """

    id: int
    node: int
    parent: int
    role: Role
    live: int = 0
    round: int = -1
    held: dict[int, int] = field(default_factory=dict)
    items: list[Any] | None = None
    done: int = 0
    total: int = 0
    undo: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Standing:
    """A case at rest, for whoever holds very many of them in memory: a sixth of what it takes while it moves.

    numbers : all that is whole numbers, one behind the other, four bytes each
    rest : what is none, by number of work item or scope; one and the same empty mapping where there is nothing
    """

    numbers: bytes
    rest: Mapping[int, tuple[Any, ...]]


_NOTHING: Mapping[int, tuple[Any, ...]] = {}


@dataclass(slots=True)
class State:
    """A case.

    variables : what it knows
    scopes, works : by number; both share one counter, so that a number names one thing
    ended : no token is left
    failed : the code of an error nothing caught
    """

    variables: dict[str, Any] = field(default_factory=dict)
    scopes: dict[int, Scope] = field(default_factory=dict)
    works: dict[int, Work] = field(default_factory=dict)
    next: int = 0
    ended: bool = False
    failed: str | None = None

    def waiting(self) -> list[Work]:
        """All that would move it on, oldest first."""
        return [self.works[number] for number in sorted(self.works)]

    def plain(self) -> tuple[Any, ...]:
        """All but the variables as numbers, texts and lists, for whoever writes it down: a few dozen bytes a work item."""
        return (self.next, self.ended, self.failed,
                [(w.id, w.node, w.scope, w.round, int(w.wait), w.host, w.why) for w in self.works.values()],
                [(s.id, s.node, s.parent, int(s.role), s.live, s.round, list(s.held.items()), s.items, s.done, s.total, s.undo) for s in self.scopes.values()])

    @classmethod
    def of(cls, plain: Sequence[Any], variables: Mapping[str, Any]) -> State:
        """What ``plain`` gave, read again as lists or tuples."""
        following, ended, failed, works, scopes = plain
        return cls(dict(variables), {s[0]: Scope(s[0], s[1], s[2], Role(s[3]), s[4], s[5], dict(s[6]), s[7], s[8], s[9], s[10]) for s in scopes},
                   {w[0]: Work(w[0], w[1], w[2], w[3], Wait(w[4]), w[5], w[6]) for w in works}, following, ended, failed)

    def standing(self) -> Standing:
        """All but the variables, packed."""
        numbers = array("i", (self.next, self.ended, len(self.works)))
        rest: dict[int, tuple[Any, ...]] = {-1: (self.failed,)} if self.failed is not None else {}
        for w in self.works.values():
            numbers.extend((w.id, w.node, w.scope, w.round, w.wait, w.host))
            if w.why:
                rest[w.id] = (w.why,)
        for s in self.scopes.values():
            numbers.extend((s.id, s.node, s.parent, s.role, s.live, s.round, s.done, s.total, len(s.held)))
            for flow, tokens in s.held.items():
                numbers.extend((flow, tokens))
            if s.items is not None or s.undo:
                rest[s.id] = (s.items, list(s.undo))
        return Standing(numbers.tobytes(), rest or _NOTHING)

    @classmethod
    def again(cls, standing: Standing, variables: dict[str, Any]) -> State:
        """What ``standing`` packed, to be moved on. variables : become the case's own"""
        numbers, rest = array("i", standing.numbers), standing.rest
        following, ended, works = numbers[:3]
        state = cls(variables, {}, {}, following, bool(ended), rest[-1][0] if -1 in rest else None)
        at = 3
        for _ in range(works):
            number, node, scope, round_, wait, host = numbers[at:at + 6]
            state.works[number] = Work(number, node, scope, round_, Wait(wait), host, rest[number][0] if number in rest else "")
            at += 6
        while at < len(numbers):
            number, node, parent, role, live, round_, done, total, held = numbers[at:at + 9]
            items, undo = rest.get(number, (None, []))
            tokens = numbers[at + 9:at + 9 + 2 * held]
            state.scopes[number] = Scope(number, node, parent, Role(role), live, round_, dict(zip(tokens[::2], tokens[1::2], strict=True)), items, done, total, undo)
            at += 9 + 2 * held
        return state

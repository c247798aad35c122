"""What was worked out of one state of a node: made once however many ask, the least recently asked dropped first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concurrent.futures import Future


class Memory:
    """Values by key. Any number of threads may ask; those who ask while a value is made wait for it.

    room : weight of the values kept at the most
    weigh : weight of a value; each counts as one by default. What it raises counts as an error of making the value
    An error is told to all who wait for it and is not kept.
    """

    def __init__(self, room: int = 256, weigh: Callable[[Any], int] = lambda _: 1) -> None:
        self._room, self._weigh = room, weigh
        self._lock = threading.Lock()
        self._made: OrderedDict[Hashable, Future[Any]] = OrderedDict()
        self._weights: dict[Hashable, int] = {}

    def has(self, key: Hashable) -> bool:
        """Whether the value of ``key`` is there."""
        return key in self._weights

    def asked(self, key: Hashable) -> bool:
        """Whether the value of ``key`` is there, or being made for somebody else."""
        return key in self._made

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The value of ``key``, made now or before."""
        from concurrent.futures import Future  # a start without questions needs none

        with self._lock:
            asked = self._made.get(key)
            future = self._made.setdefault(key, asked or Future())
            self._made.move_to_end(key)
        if asked is not None:
            return asked.result()
        try:
            value = make()
            weight = self._weigh(value)
        except BaseException as error:
            with self._lock:
                del self._made[key]
            future.set_exception(error)
            raise
        future.set_result(value)
        self._make_room(key, weight)
        return value

    def _make_room(self, key: Hashable, weight: int) -> None:
        with self._lock:
            self._weights[key] = weight
            total = sum(self._weights.values())
            for old in [k for k in self._made if k in self._weights]:
                if total <= self._room:
                    return
                total -= self._weights.pop(old)
                del self._made[old]

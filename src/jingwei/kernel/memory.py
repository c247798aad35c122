"""What was worked out of one state of a node: made once however many ask, the least recently asked dropped first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any


class Memory:
    """Values by key. Any number of threads may ask; those who ask while a value is made wait for it.

    most : values kept at the most
    An error is told to all who wait for it and is not kept.
    """

    def __init__(self, most: int = 256) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._made: OrderedDict[Hashable, Future[Any]] = OrderedDict()

    def has(self, key: Hashable) -> bool:
        """Whether the value of ``key`` is there."""
        future = self._made.get(key)
        return future is not None and future.done()

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The value of ``key``, made now or before."""
        with self._lock:
            asked = self._made.get(key)
            future = self._made.setdefault(key, asked or Future())
            self._made.move_to_end(key)
            while len(self._made) > self._most:
                self._made.popitem(last=False)
        if asked is not None:
            return asked.result()
        try:
            value = make()
        except BaseException as error:
            with self._lock:
                if self._made.get(key) is future:
                    del self._made[key]
            future.set_exception(error)
            raise
        future.set_result(value)
        return value

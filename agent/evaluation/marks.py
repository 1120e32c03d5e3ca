"""Which episodes were seen, by eight bytes each: what scoring keeps of the million that it has done with.

Among a million keys two share their eight bytes once in thirty million times; the second is then taken for seen.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Marks:
    """Keys that were seen, in a table of marks that is at most two thirds full."""

    table: array[int] = field(default_factory=lambda: array("Q", bytes(8 * 1024)))
    count: int = 0

    def __contains__(self, key: tuple[str, str]) -> bool:
        return self.table[self._slot(_mark(key))] != 0

    def add(self, key: tuple[str, str]) -> None:
        if 3 * (self.count + 1) > 2 * len(self.table):
            old = self.table
            self.table = array("Q", bytes(16 * len(old)))
            for mark in _filled(old):
                self.table[self._slot(mark)] = mark
        mark = _mark(key)
        slot = self._slot(mark)
        self.count += self.table[slot] == 0
        self.table[slot] = mark

    def _slot(self, mark: int) -> int:
        """Where the mark stands, or would."""
        table = self.table
        last = len(table) - 1
        slot = mark & last
        while table[slot] not in (0, mark):
            slot = (slot + 1) & last
        return slot


def _filled(table: array[int]) -> Iterator[int]:
    return (mark for mark in table if mark)


def _mark(key: tuple[str, str]) -> int:
    data = f"{len(key[0])}:{key[0]}{key[1]}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little") or 1

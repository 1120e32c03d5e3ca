"""Which episodes were seen, by eight bytes each: what scoring keeps of the million that it has done with. And a few
bytes about each, for comparing two files.

Among a million keys two share their eight bytes once in thirty million times; the second is then taken for seen.
"""

from __future__ import annotations

import hashlib
from array import array
from dataclasses import dataclass, field

FIRST = 1024
"""Slots of an empty table; a power of two."""


@dataclass(slots=True)
class Marks:
    """Keys that were seen, in a table of marks that is at most two thirds full."""

    table: array[int] = field(default_factory=lambda: array("Q", bytes(8 * FIRST)))
    count: int = 0

    def __contains__(self, key: tuple[str, str]) -> bool:
        return self.table[_slot(self.table, mark(key))] != 0

    def add(self, key: tuple[str, str]) -> None:
        if 3 * (self.count + 1) > 2 * len(self.table):
            old = self.table
            self.table = array("Q", bytes(16 * len(old)))
            for there in filter(None, old):
                self.table[_slot(self.table, there)] = there
        one = mark(key)
        slot = _slot(self.table, one)
        self.count += self.table[slot] == 0
        self.table[slot] = one


@dataclass(slots=True)
class Shelf:
    """A number for each key, in two tables side by side, at most two thirds full."""

    table: array[int] = field(default_factory=lambda: array("Q", bytes(8 * FIRST)))
    numbers: array[int] = field(default_factory=lambda: array("Q", bytes(8 * FIRST)))
    count: int = 0

    def get(self, key: tuple[str, str]) -> int | None:
        slot = _slot(self.table, mark(key))
        return self.numbers[slot] if self.table[slot] else None

    def put(self, key: tuple[str, str], number: int) -> None:
        if 3 * (self.count + 1) > 2 * len(self.table):
            old, numbers = self.table, self.numbers
            self.table, self.numbers = array("Q", bytes(16 * len(old))), array("Q", bytes(16 * len(old)))
            self.count = 0
            for there, its in zip(old, numbers, strict=True):
                if there:
                    self._set(there, its)
        self._set(mark(key), number)

    def _set(self, one: int, number: int) -> None:
        slot = _slot(self.table, one)
        self.count += self.table[slot] == 0
        self.table[slot], self.numbers[slot] = one, number


def _slot(table: array[int], one: int) -> int:
    """Where the mark stands, or would."""
    last = len(table) - 1
    slot = one & last
    while table[slot] not in (0, one):
        slot = (slot + 1) & last
    return slot


def mark(key: tuple[str, ...]) -> int:
    """Eight bytes of a key of two or more texts, never 0: the same ones wherever and whenever."""
    data = "".join(f"{len(part)}:{part}" for part in key[:-1]) + key[-1]
    return int.from_bytes(hashlib.blake2b(data.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little") or 1

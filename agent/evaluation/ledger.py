"""What several protocols say of each step of a file, in a few bytes for each: what comparing keeps of a million steps.

An episode is held until all its steps are there and is then packed: bits for its steps, and two bytes of what was
recorded, so that steps of the same name that are not the same are noticed (of 65,536 such one is not).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from agent.evaluation.marks import Shelf
from agent.evaluation.protocols.verdict import Verdict
from agent.evaluation.step import Place, Truth

_HEAD = struct.Struct("<HH")
_GRADE = struct.Struct("<Hf")


@dataclass(slots=True)
class Marked:
    """What one protocol says: a bit for each step, and the scores that are neither 0 nor 1."""

    types: int = 0
    exact: int = 0
    grades: dict[int, float] = field(default_factory=dict[int, float])

    def add(self, index: int, verdict: Verdict) -> None:
        self.types |= verdict.type_match << index
        self.exact |= verdict.exact_match << index
        if verdict.score != verdict.exact_match:
            self.grades[index] = verdict.score

    def score(self, steps: int) -> float:
        """Of the steps that have a bit there."""
        graded = sum(v - (self.exact >> i & 1) for i, v in self.grades.items() if steps >> i & 1)
        return (self.exact & steps).bit_count() + graded


@dataclass(slots=True)
class Entry:
    """An episode. `seen` has a bit for each step that stands in the file; `prints` two bytes of what was recorded, 0
    where that could not be read. `length` is None where it is not known."""

    length: int | None
    marked: tuple[Marked, ...]
    seen: int = 0
    prints: dict[int, int] = field(default_factory=dict[int, int])

    @property
    def whole(self) -> bool:
        return self.length is not None and self.seen.bit_count() >= self.length

    def pack(self) -> bytes:
        width = (self.seen.bit_length() + 7) // 8
        parts = [_HEAD.pack(self.length or 0, width), self.seen.to_bytes(width, "little")]
        parts += [self.prints[i].to_bytes(2, "little") for i in _bits(self.seen)]
        for one in self.marked:
            parts += [one.types.to_bytes(width, "little"), one.exact.to_bytes(width, "little")]
            parts.append(len(one.grades).to_bytes(2, "little"))
            parts += [_GRADE.pack(i, v) for i, v in one.grades.items()]
        return b"".join(parts)

    @classmethod
    def unpack(cls, data: bytes | bytearray, at: int, protocols: int) -> Entry:
        length, width = _HEAD.unpack_from(data, at)
        at += _HEAD.size

        def number(size: int) -> int:
            nonlocal at
            at += size
            return int.from_bytes(data[at - size : at], "little")

        seen = number(width)
        prints = {i: number(2) for i in _bits(seen)}
        marked: list[Marked] = []
        for _ in range(protocols):
            one = Marked(number(width), number(width))
            for _ in range(number(2)):
                index, score = _GRADE.unpack_from(data, at)
                at += _GRADE.size
                one.grades[index] = score
            marked.append(one)
        return cls(length or None, tuple(marked), seen, prints)


class Ledger:
    """The episodes of one file. Steps are given one by one, in any order; `close` when there are no more."""

    def __init__(self, protocols: int) -> None:
        self._protocols = protocols
        self._open: dict[tuple[str, str], Entry] = {}
        self._shelf = Shelf()
        self._packed = bytearray()
        self.steps = 0
        self.duplicates = 0

    def add(self, place: Place, truth: Truth | None, verdicts: Callable[[], Sequence[Verdict]]) -> None:
        """truth: None where the step could not be read, which is as good as wrong. verdicts: asked for where the step
        did not stand there before."""
        key = (place.file, place.episode)
        entry = self._open.get(key)
        if entry is None:
            if self._shelf.get(key) is not None:
                self.duplicates += 1
                return
            entry = self._open[key] = Entry(place.length, tuple(Marked() for _ in range(self._protocols)))
        bit = 1 << place.index
        if entry.seen & bit:
            self.duplicates += 1
            return
        entry.seen |= bit
        self.steps += 1
        entry.prints[place.index] = 0 if truth is None else fingerprint(truth)
        if truth is not None:
            for one, verdict in zip(entry.marked, verdicts(), strict=True):
                one.add(place.index, verdict)
        if entry.whole:
            del self._open[key]
            self._put(key, entry)

    def close(self) -> None:
        for key, entry in self._open.items():
            self._put(key, entry)
        self._open.clear()

    def _put(self, key: tuple[str, str], entry: Entry) -> None:
        self._shelf.put(key, len(self._packed))
        self._packed += entry.pack()

    def get(self, key: tuple[str, str]) -> Entry | None:
        at = self._shelf.get(key)
        return None if at is None else Entry.unpack(self._packed, at, self._protocols)

    def leave(self, key: tuple[str, str], seen: int) -> None:
        """Let an episode have only these of its steps from now on; whatever else is said of it no longer holds."""
        at = self._shelf.get(key)
        if at is not None:
            width = _HEAD.unpack_from(self._packed, at)[1]
            self._packed[at + _HEAD.size : at + _HEAD.size + width] = seen.to_bytes(width, "little")

    def left(self, place: Place) -> bool:
        """Whether an episode has a step still."""
        at = self._shelf.get((place.file, place.episode))
        if at is None:
            return False
        width = _HEAD.unpack_from(self._packed, at)[1]
        seen = int.from_bytes(self._packed[at + _HEAD.size : at + _HEAD.size + width], "little")
        return bool(seen >> place.index & 1)


def fingerprint(truth: Truth) -> int:
    """Two bytes of what was recorded, never 0: the same ones in every process."""
    recorded = truth.recorded
    said = f"{truth.size} {recorded.finger} {recorded.areas} {recorded.action!r}"
    return zlib.crc32(said.encode("utf-8", "surrogatepass")) % 0xFFFF + 1


def _bits(number: int) -> Iterator[int]:
    """The places of the bits that are set."""
    while number:
        low = number & -number
        yield low.bit_length() - 1
        number ^= low

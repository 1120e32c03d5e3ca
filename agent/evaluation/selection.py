"""Which episodes of a data set are run: all, a share of them on each of several machines, or some.

By a hash of the episode's name, so that the same ones are chosen wherever and whenever.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from actions.errors import UsageError
from agent.evaluation.step import Place, RecordedStep, Unread

Found = RecordedStep | Unread


@dataclass(frozen=True, slots=True)
class Selection:
    """shard, shards: of so many parts this one, from 0. sample: at most so many episodes of all shards together."""

    shard: int = 0
    shards: int = 1
    sample: int | None = None

    @classmethod
    def of(cls, shard: str | None, sample: int | None) -> Selection:
        """`shard` as "2/8", the second of eight. `UsageError` where it is none."""
        if shard is None:
            return cls(sample=sample)
        first, slash, second = shard.partition("/")
        if not slash or not (first.isdecimal() and second.isdecimal()) or not 1 <= int(first) <= int(second):
            raise UsageError(f"--shard is {shard!r}: expected I/N, from 1/N to N/N")
        return cls(int(first) - 1, int(second), sample)

    def of_steps(self, read: Callable[[], Iterable[Found]]) -> Iterator[Found]:
        """The steps of the chosen episodes. `read` is called twice for a sample."""
        chosen: frozenset[int] | None = None
        if self.sample is not None:
            keys = (_mark(place) for place, _ in groupby(read(), key=lambda s: _episode(s.place)))
            chosen = frozenset(heapq.nsmallest(self.sample, keys))
        for place, steps in groupby(read(), key=lambda s: _episode(s.place)):
            mark = _mark(place)
            if mark % self.shards == self.shard and (chosen is None or mark in chosen):
                yield from steps


def _episode(place: Place) -> tuple[str, str]:
    return place.file, place.episode


def _mark(episode: tuple[str, str]) -> int:
    data = f"{len(episode[0])}:{episode[0]}{episode[1]}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big")

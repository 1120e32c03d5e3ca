"""All prompts and replies of some shards as arrays, so that a batch is picked and not built.

Tokens are made while a shard is drawn, in all its processes; later nothing but indices are chosen in Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from random import Random

import numpy as np
from numpy.typing import NDArray

from training.encoding import NO_STEPS, Encoder, Spoken
from training.lessons import Turn

TAUGHT = 16
"""Places of each kind that are kept of a reply: of names that are longer, the first; of coordinates, all."""
CLASS = 32
"""Prompts whose lengths differ by less go into one batch, since padding costs as much as text."""


@dataclass(frozen=True, slots=True)
class Talks:
    """ids: int16, one prompt and reply after the other. first: (count + 1,) where each begins. screen: (count,) which
    screen it is about. number: (count,) 0 for the solution's step, else which question of the screen. picture, reply:
    (count,) where in it the visual tokens and the reply begin. named: and aims: (count, TAUGHT), as in
    `encoding.Spoken`, -1 for none. box: (count, 4) unit floats, not a number where it isn't a tap."""

    ids: NDArray[np.int16]
    first: NDArray[np.int64]
    screen: NDArray[np.int32]
    number: NDArray[np.int16]
    picture: NDArray[np.int16]
    reply: NDArray[np.int16]
    named: NDArray[np.int16]
    aims: NDArray[np.int16]
    box: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.screen)

    @property
    def lengths(self) -> NDArray[np.int64]:
        return np.diff(self.first)


NAMES = tuple(f.name for f in fields(Talks))


def of_screen(screen: int, told: str, step: Turn, questions: Sequence[Turn], encoder: Encoder) -> Talks:
    spoken = [encoder.speak(told, step)]
    spoken += [encoder.speak(NO_STEPS.format(question.ask), question) for question in questions]
    boxes = [(np.nan,) * 4 if turn.box is None else turn.box for turn in (step, *questions)]
    return Talks(
        ids=np.array([i for one in spoken for i in one.ids], np.int16),
        first=np.cumsum([0, *(len(one.ids) for one in spoken)]),
        screen=np.full(len(spoken), screen, np.int32),
        number=np.arange(len(spoken), dtype=np.int16),
        picture=np.array([one.picture for one in spoken], np.int16),
        reply=np.array([one.reply for one in spoken], np.int16),
        named=_padded(spoken, "named"),
        aims=_padded(spoken, "aims"),
        box=np.array(boxes, np.float32),
    )


def _padded(spoken: Sequence[Spoken], name: str) -> NDArray[np.int16]:
    places = np.full((len(spoken), TAUGHT), -1, np.int16)
    for row, one in zip(places, spoken, strict=True):
        found = getattr(one, name)[:TAUGHT]
        row[: len(found)] = found
    return places


def together(parts: Iterable[Talks], screens: Iterable[int] | None = None) -> Talks:
    """Of several screens or shards. `screens`: how many each part has, if each counts them from 0."""
    parts = list(parts)
    ends = np.cumsum([0, *(len(part.ids) for part in parts)])
    firsts = [part.first[:-1] + end for part, end in zip(parts, ends, strict=False)]
    before = np.cumsum([0, *(screens or [0] * len(parts))])
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in NAMES if name != "first"}
    joined["screen"] = np.concatenate(
        [part.screen + int(more) for part, more in zip(parts, before, strict=False)]
    ).astype(np.int32)
    return Talks(first=np.concatenate([*firsts, ends[-1:]]), **joined)


class Choice:
    """Some of them, to draw batches of nearly one length from."""

    def __init__(self, talks: Talks, chosen: NDArray[np.bool_]) -> None:
        numbers = np.flatnonzero(chosen)
        classes = talks.lengths[numbers] // CLASS
        self._classes = [numbers[classes == c] for c in np.unique(classes)]
        self._sizes = [len(c) for c in self._classes]

    def draw(self, random: Random, count: int) -> list[int]:
        members = random.choices(self._classes, self._sizes)[0]
        return [int(members[random.randrange(len(members))]) for _ in range(count)]

"""All conversations about some shards' screens as arrays, so that a batch is picked and not built.

A conversation begins as in use: what is asked, the picture, the reply. Further questions about the same screen follow,
since the screen is the dearer part; but not after a step with another text or time than the task's, or after one of
another task. Tokens are made while a shard is drawn, in all its processes; later nothing but indices are chosen in
Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from random import Random

import numpy as np
from numpy.typing import NDArray

from training.encoding import ANCHORS, NO_STEPS, NOWHERE, POINT, READS, STATES, Encoder
from training.lessons import QUESTIONS, REWORDED, Turn

AFTER_STEP = 3
"""Questions after the solution's step."""
OF = 3
"""From so many at a time the one is learned from that is farthest from being said."""
FAR = 2.0
"""In nats, from where on a reply counts as equally far from being said. How much farther it is tells of its length: a
message of invented words that was misread was 145 nats away."""
FIRST_REWORDED = 1 + QUESTIONS
"""The number of the step with the first of the other texts."""
FIRST_OTHER = FIRST_REWORDED + REWORDED
"""The number of the first other task's step."""
CLASS = 32
"""Conversations whose lengths differ by less go into one batch, since padding costs as much as text."""


@dataclass(frozen=True, slots=True)
class Talks:
    """ids: int16, one conversation after the other, and with each of them is_reply, taught and source, as in
    `encoding.Spoken`. first: (count + 1,) where each begins. screen: (count,) which screen it is about. number:
    (count,) what it begins with: 0 the solution's step, up to `QUESTIONS` which question of the screen, then the step
    with which other text, then that of which other task. is_tap: (count,) whether that is answered by a tap. picture,
    reply: (count,) where in it the visual tokens and the first reply begin. box: (count, NOWHERE, 4) unit floats, of
    all that is looked at, as `encoding.Spoken` numbers it, not a number where there is none."""

    ids: NDArray[np.int16]
    is_reply: NDArray[np.bool_]
    taught: NDArray[np.int8]
    source: NDArray[np.int16]
    first: NDArray[np.int64]
    screen: NDArray[np.int32]
    number: NDArray[np.int16]
    is_tap: NDArray[np.bool_]
    picture: NDArray[np.int16]
    reply: NDArray[np.int16]
    box: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.screen)

    @property
    def lengths(self) -> NDArray[np.int64]:
        return np.diff(self.first)

    @property
    def rewords(self) -> NDArray[np.bool_]:
        """(count,) whether it is the step with another text."""
        return (self.number >= FIRST_REWORDED) & ~self.of_others

    @property
    def of_others(self) -> NDArray[np.bool_]:
        """(count,) whether it is another task's step."""
        return self.number >= FIRST_OTHER

    @property
    def asks(self) -> NDArray[np.bool_]:
        """(count,) whether it begins with a question of the screen."""
        return (self.number > 0) & (self.number < FIRST_REWORDED)

    @property
    def reads(self) -> NDArray[np.bool_]:
        """(count,) whether the first reply has what is read off the screen."""
        return np.logical_or.reduceat(self.taught == READS, self.first[:-1])


NAMES = tuple(f.name for f in fields(Talks))


def of_screen(
    screen: int,
    told: str,
    step: Turn,
    questions: Sequence[Turn],
    encoder: Encoder,
    reworded: Sequence[Turn] = (),
    others: Sequence[Turn] = (),
) -> Talks:
    """One that begins with the step, one that begins with each question, the step with each other text, and that of
    each other task."""
    talks = [(told, [step, *questions[screen % 2 :][:AFTER_STEP]])]
    talks += [
        (NO_STEPS.format(question.ask), [question, *questions[i + 1 :], *questions[:i]])
        for i, question in enumerate(questions)
    ]
    numbers = [*range(len(talks)), *(FIRST_REWORDED + i for i in range(len(reworded)))]
    numbers += [FIRST_OTHER + i for i in range(len(others))]
    talks += [(other.ask, [other]) for other in (*reworded, *others)]
    spoken = [encoder.speak(*talk) for talk in talks]
    boxes = np.full((len(talks), NOWHERE, 4), np.nan, np.float32)
    for row, (_, turns) in zip(boxes, talks, strict=True):
        own = [(i, turn.box) for i, turn in enumerate(turns)]
        anchors = [(ANCHORS + i, turn.anchor) for i, turn in enumerate(turns)]
        states = [(STATES + i, one.box) for i, one in enumerate(turns[0].stated)]
        for place, box in (*own, *anchors, *states):
            row[place] = np.nan if box is None else box
    return Talks(
        ids=np.array([i for one in spoken for i in one.ids], np.int16),
        is_reply=np.array([i for one in spoken for i in one.is_reply], np.bool_),
        taught=np.array([i for one in spoken for i in one.taught], np.int8),
        source=np.array([i for one in spoken for i in one.source], np.int16),
        first=np.cumsum([0, *(len(one.ids) for one in spoken)]),
        screen=np.full(len(spoken), screen, np.int32),
        number=np.array(numbers, np.int16),
        is_tap=np.array([turns[0].box is not None and POINT in turns[0].reply for _, turns in talks], np.bool_),
        picture=np.array([one.picture for one in spoken], np.int16),
        reply=np.array([one.reply for one in spoken], np.int16),
        box=boxes,
    )


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

    def draw(self, random: Random, count: int, far: NDArray[np.float32]) -> list[int]:
        """`far`: of all conversations, how far each was from being said when it was last learned from. What is said
        already has little more to teach; but what can't be learned is not to crowd out the rest, so it is never more
        than `OF` times as likely as it would be by chance, and long replies not more than short ones (`FAR`)."""
        members = random.choices(self._classes, self._sizes)[0]
        drawn = np.array([[members[random.randrange(len(members))] for _ in range(OF)] for _ in range(count)])
        unsaid = far[drawn]
        unsaid = np.where(np.isinf(unsaid), unsaid, unsaid.clip(max=FAR))
        return drawn[np.arange(count), unsaid.argmax(-1)].tolist()

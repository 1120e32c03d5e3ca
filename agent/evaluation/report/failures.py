"""Some of the steps that went wrong, of each kind of action about as many: the same ones each time.

A step is chosen by a hash of its place, so the sample depends neither on the order of the lines nor on how many there
are. What is kept of it is short, whatever a model wrote.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from actions.describe import in_words
from actions.geometry import Area, Box, Point, Size
from actions.types import Action
from agent.evaluation.marks import mark
from agent.evaluation.predictions import Predicted
from agent.evaluation.protocols.verdict import Verdict
from agent.evaluation.step import Place
from agent.viewer.marks import Drawing, drawing
from agent.viewer.words import shown

MOST_ACTIONS = 6
MOST_AREAS = 12
MOST_CORNERS = 200
MOST_TEXT = 3000


@dataclass(frozen=True, slots=True)
class Act:
    """One action: in words, and as it is drawn."""

    words: str
    drawing: Drawing

    @classmethod
    def all(cls, actions: Sequence[Action]) -> tuple[Act, ...]:
        acts = [cls(shown(_cut(in_words(a), 300)), drawing(a)) for a in actions[:MOST_ACTIONS]]
        if (more := len(actions) - MOST_ACTIONS) > 0:
            acts.append(cls(f"and {more} more", Drawing()))
        return tuple(acts)


@dataclass(frozen=True, slots=True)
class Failure:
    """`others`: what the other protocols say. `ways`: how many ways the recording takes for right."""

    place: Place
    size: Size
    kind: str
    said: str
    recorded: tuple[Act, ...]
    predicted: tuple[Act, ...]
    ways: int
    areas: tuple[Area, ...]
    outline: tuple[Point, ...]
    box: Box | None
    problem: str
    thought: str
    reply: str
    others: Mapping[str, bool]

    @classmethod
    def of(cls, line: Predicted, verdicts: Mapping[str, Verdict]) -> Failure:
        leading, rest = next(iter(verdicts.values())), list(verdicts)[1:]
        truth, prediction, recorded = line.truth, line.prediction, line.truth.recorded
        return cls(
            place=line.place,
            size=truth.size,
            kind=leading.kind,
            said=leading.said or "unreadable",
            recorded=Act.all([r.action for r in truth.options[0]]),
            predicted=Act.all(prediction.actions),
            ways=len(truth.options),
            areas=recorded.areas[:MOST_AREAS],
            outline=recorded.outline[:MOST_CORNERS],
            box=prediction.box,
            problem=shown(_cut(prediction.problem or "")),
            thought=shown(_cut(line.thought)),
            reply=shown(_cut(line.reply)),
            others={name: verdicts[name].exact_match for name in rest},
        )


@dataclass(frozen=True, slots=True)
class _Held:
    order: int
    failure: Failure

    def __lt__(self, other: _Held) -> bool:  # the largest mark first: a heap of those to let go
        return self.order > other.order


class Sample:
    """At most `limit` steps that the first protocol takes for wrong."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kinds: dict[str, list[_Held]] = {}
        self.wrong = 0

    def add(self, line: Predicted, verdicts: Mapping[str, Verdict]) -> None:
        leading = next(iter(verdicts.values()))
        if leading.exact_match:
            return
        self.wrong += 1
        held = self._kinds.setdefault(leading.kind, [])
        order = mark((line.place.file, line.place.episode, str(line.place.index)))
        if len(held) < self._limit:
            heapq.heappush(held, _Held(order, Failure.of(line, verdicts)))
        elif held and order < held[0].order:
            heapq.heapreplace(held, _Held(order, Failure.of(line, verdicts)))

    def chosen(self) -> list[Failure]:
        """By kind; of each kind one, then of each another, until there are enough."""
        ordered = [[h.failure for h in sorted(held, reverse=True)] for _, held in sorted(self._kinds.items())]
        rounds: Iterable[Failure | None] = (f for row in zip_longest(*ordered) for f in row)
        some = [f for f in rounds if f is not None][: self._limit]
        return sorted(some, key=lambda f: f.kind)


def _cut(text: str, most: int = MOST_TEXT) -> str:
    return text if len(text) <= most else f"{text[:most]}…"

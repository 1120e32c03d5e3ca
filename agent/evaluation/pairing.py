"""A file of predictions, B, read against what is known of another, A: what both have, and what changed."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from actions.describe import in_words
from agent.evaluation.comparison import Changed
from agent.evaluation.intervals import Outcome
from agent.evaluation.ledger import Entry, Ledger, Marked, fingerprint
from agent.evaluation.marks import Marks, mark
from agent.evaluation.predictions import BadLine, Header, Predicted, UnreadStep, read_predictions
from agent.evaluation.protocols.verdict import Judge
from agent.evaluation.step import Place, Prediction

MOST_NAMES = 20
MOST_WORDS = 300
MOST_ACTIONS = 6


@dataclass(slots=True)
class _Open:
    """An episode of B that has not all of its steps yet, and what A has of it. `alike`: steps that both have."""

    a: Entry | None
    b: Entry
    alike: int = 0


@dataclass(slots=True)
class Counts:
    """Of one protocol."""

    outcomes: Counter[Outcome] = field(default_factory=Counter[Outcome])
    better: int = 0
    worse: int = 0
    both_right: int = 0
    both_wrong: int = 0
    gained: int = 0
    lost: int = 0
    gains: list[tuple[int, Changed]] = field(default_factory=list[tuple[int, Changed]])
    losses: list[tuple[int, Changed]] = field(default_factory=list[tuple[int, Changed]])


class Pairing:
    """One reading of B against what is known of A."""

    def __init__(self, ledger: Ledger, judges: Sequence[Judge], changed: int) -> None:
        self._ledger = ledger
        self._judges = judges
        self._changed = changed
        self._open: dict[tuple[str, str], _Open] = {}
        self._closed = Marks()
        self.counts = [Counts() for _ in judges]
        self.steps = self.episodes = self.whole = self.only_b = self.otherwise = self.duplicates = 0
        self.names_b: list[Place] = []
        self.names_otherwise: list[Place] = []

    def read(self, path: Path) -> int:
        """How many lines are damaged."""
        damaged = 0
        for line in read_predictions(path):
            match line:
                case Predicted() | UnreadStep():
                    self._step(line)
                case BadLine():
                    damaged += 1
                case Header():
                    pass
        for key, episode in self._open.items():
            self._close(key, episode)
        self._open.clear()
        return damaged

    def _step(self, line: Predicted | UnreadStep) -> None:
        place = line.place
        key = (place.file, place.episode)
        episode = self._open.get(key)
        if episode is None:
            if key in self._closed:
                self.duplicates += 1
                return
            entry = Entry(place.length, tuple(Marked() for _ in self._judges))
            episode = self._open[key] = _Open(self._ledger.get(key), entry)
        bit = 1 << place.index
        if episode.b.seen & bit:
            self.duplicates += 1
            return
        episode.b.seen |= bit
        if episode.a is None or not episode.a.seen & bit:
            self.only_b += 1
            if len(self.names_b) < MOST_NAMES:
                self.names_b.append(place)
        elif self._recorded_otherwise(line, episode.a):
            self.otherwise += 1
            if len(self.names_otherwise) < MOST_NAMES:
                self.names_otherwise.append(place)
        else:
            episode.alike |= bit
            self._judge(line, episode)
        if episode.b.whole:
            del self._open[key]
            self._closed.add(key)
            self._close(key, episode)

    @staticmethod
    def _recorded_otherwise(line: Predicted | UnreadStep, entry: Entry) -> bool:
        there = entry.prints[line.place.index]
        return isinstance(line, Predicted) and there != 0 and there != fingerprint(line.truth)

    def _judge(self, line: Predicted | UnreadStep, episode: _Open) -> None:
        """A step that both have."""
        assert episode.a is not None
        index = line.place.index
        verdicts = [judge(line.truth, line.prediction) for judge in self._judges] if isinstance(line, Predicted) else []
        for verdict, marked in zip(verdicts, episode.b.marked, strict=False):
            marked.add(index, verdict)
        for counts, was, now in zip(self.counts, episode.a.marked, episode.b.marked, strict=True):
            match was.exact >> index & 1, now.exact >> index & 1:
                case 1, 1:
                    counts.both_right += 1
                case 0, 0:
                    counts.both_wrong += 1
                case 0, _:
                    counts.gained += 1
                    self._keep(counts.gains, line)
                case _:
                    counts.lost += 1
                    self._keep(counts.losses, line)

    def _keep(self, held: list[tuple[int, Changed]], line: Predicted | UnreadStep) -> None:
        """A heap of the smallest marks, the largest of them first."""
        order = -mark((line.place.file, line.place.episode, str(line.place.index)))
        full = len(held) >= self._changed
        if (full and (not held or order <= held[0][0])) or any(order == other for other, _ in held):
            return
        (heapq.heapreplace if full else heapq.heappush)(held, (order, _change(line)))

    def _close(self, key: tuple[str, str], episode: _Open) -> None:
        a, b, alike = episode.a, episode.b, episode.alike
        if a is None:
            return
        self._ledger.leave(key, a.seen & ~b.seen)
        steps = alike.bit_count()
        if steps == 0:
            return
        self.steps += steps
        self.episodes += 1
        length = max(b.length or a.length or 0, (a.seen | b.seen).bit_length())
        whole = alike == (1 << length) - 1
        self.whole += whole
        for counts, was, now in zip(self.counts, a.marked, b.marked, strict=True):
            right = (was.exact & alike).bit_count(), (now.exact & alike).bit_count()
            counts.better += right[1] > right[0]
            counts.worse += right[1] < right[0]
            figures = [
                ((was.types & alike).bit_count(), (now.types & alike).bit_count()),
                right,
                (round(was.score(alike), 6), round(now.score(alike), 6)),
                (_progress(was.exact, length) * whole, _progress(now.exact, length) * whole),
                ((right[0] == length) * whole, (right[1] == length) * whole),
            ]
            counts.outcomes[(steps, whole, *(v for pair in figures for v in pair))] += 1

    def fill_in(self, path: Path) -> tuple[Place, ...]:
        """What A said on the steps that changed, and some of the steps that only A has. Reads A as far as need be."""
        wanted = {_key(c.place) for n in self.counts for _, c in (*n.gains, *n.losses)}
        said: dict[tuple[str, str, int], str] = {}
        names: list[Place] = []
        missing = self._ledger.steps - self.steps - self.otherwise
        for line in read_predictions(path) if wanted or missing else ():
            if isinstance(line, Header | BadLine):
                continue
            key = _key(line.place)
            if key in wanted and key not in said:
                said[key] = _said(line.prediction) if isinstance(line, Predicted) else "(could not be read)"
            elif len(names) < MOST_NAMES and line.place not in names and self._ledger.left(line.place):
                names.append(line.place)
            if len(said) == len(wanted) and len(names) == min(missing, MOST_NAMES):
                break
        for counts in self.counts:
            for held in (counts.gains, counts.losses):
                held[:] = [
                    (order, replace(c, a=said.get(_key(c.place), ""))) for order, c in sorted(held, reverse=True)
                ]
        return tuple(names)


def _progress(exact: int, length: int) -> float:
    """The share of an episode's steps before the first that isn't right."""
    return ((~exact & (exact + 1)).bit_length() - 1) / length


def _key(place: Place) -> tuple[str, str, int]:
    return place.file, place.episode, place.index


def _change(line: Predicted | UnreadStep) -> Changed:
    if isinstance(line, UnreadStep):
        return Changed(line.place, "", "", "", "(could not be read)")
    recorded = line.truth.recorded.action
    return Changed(line.place, recorded.kind, _cut(in_words(recorded)), "", _said(line.prediction))


def _said(prediction: Prediction) -> str:
    words = _cut("; ".join(_cut(in_words(a)) for a in prediction.actions[:MOST_ACTIONS]))
    return words or f"(unreadable) {_cut(prediction.problem or '')}".strip()


def _cut(text: str) -> str:
    return text if len(text) <= MOST_WORDS else f"{text[:MOST_WORDS]}…"

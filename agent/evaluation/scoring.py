"""The scoring pass: a file of predictions, one or more protocols, and what comes of it.

The file is read once, line by line. An episode is held until all its steps are there; of those that are, only the
outcome is kept, and eight bytes so that none counts twice. Steps of the data set that could not be read, steps of a
begun episode that were never predicted and damaged lines are counted and named; the first two stay in the denominator
as not matched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.evaluation.intervals import Outcome, Rate, ratios, share
from agent.evaluation.marks import Marks
from agent.evaluation.predictions import BadLine, Header, Predicted, UnreadStep, read_predictions
from agent.evaluation.protocols import protocol
from agent.evaluation.protocols.verdict import Judge, Verdict
from agent.evaluation.step import Place

UNREADABLE = "unreadable"
"""What a reply that could not be read says, in the confusion of kinds."""

MOST_REASONS = 20


@dataclass(frozen=True, slots=True)
class Kind:
    """Of the steps of one recorded kind, or of one group: how many there are, and which share of them is right."""

    steps: int
    type_match: Rate
    exact_match: Rate


@dataclass(frozen=True, slots=True)
class Summary:
    """What one protocol says of a file. `steps` is the denominator: those judged, `unread` and `missing`.

    type_match, exact_match, score: shares of all steps. progress: the mean share of an episode's steps before the first
    that isn't right; success: episodes of which all are; episode_mean: the mean over episodes of their right share.
    unreadable: replies that could not be read (judged, and wrong). confusion: how often which kind was answered by
    which. parts: the protocol's own figures, means over the judged. reasons: why steps could not be read.
    """

    protocol: str
    about: Mapping[str, str]
    steps: int
    unreadable: int
    unread: int
    missing: int
    duplicates: int
    damaged: int
    episodes: int
    type_match: Rate
    exact_match: Rate
    score: Rate
    progress: Rate
    success: Rate
    episode_mean: Rate
    kinds: Mapping[str, Kind]
    groups: Mapping[str, Kind]
    confusion: Mapping[str, Mapping[str, int]]
    parts: Mapping[str, float]
    reasons: Mapping[str, int]

    @property
    def graded(self) -> bool:
        """Whether scores lie between right and wrong."""
        return abs(self.score.value - self.exact_match.value) > 1e-12


Watch = Callable[[Predicted, Sequence[Verdict]], None]


def score(path: Path, protocols: Sequence[str], *, by: str | None = None, watch: Watch | None = None) -> list[Summary]:
    """The summaries of a file, one for each protocol. by: a tag of the steps to group them by. watch: is shown each
    step that counts, with what each protocol says of it.

    `UsageError` for a protocol that there isn't, and for a file that is none of predictions.
    """
    scorers = [Scorer(name, protocol(name), by) for name in protocols]
    about: Mapping[str, str] = {}
    damaged = 0
    for line in read_predictions(path):
        match line:
            case Header():
                about = line.about
            case BadLine():
                damaged += 1
            case Predicted():
                verdicts = [scorer.judge(line) for scorer in scorers]
                if watch is not None and (known := [v for v in verdicts if v is not None]):
                    watch(line, known)
            case UnreadStep():
                for scorer in scorers:
                    scorer.leave_out(line)
    return [s.summary(about, damaged) for s in scorers]


@dataclass(slots=True)
class _Counts:
    steps: int = 0
    types: int = 0
    exact: int = 0

    def add(self, verdict: Verdict) -> None:
        self.steps += 1
        self.types += verdict.type_match
        self.exact += verdict.exact_match

    @property
    def kind(self) -> Kind:
        return Kind(self.steps, share(self.types, self.steps), share(self.exact, self.steps))


@dataclass(slots=True)
class _Episode:
    """`seen` and `exact` have a bit for each step."""

    length: int | None
    seen: int = 0
    exact: int = 0
    types: int = 0
    score: float = 0.0

    def outcome(self) -> tuple[Outcome, int]:
        """Its figures, for `_PAIRS`, and how many of its steps are missing."""
        steps = max(self.length or 0, self.seen.bit_length())
        right = self.exact.bit_count()
        first = (~self.exact & (self.exact + 1)).bit_length() - 1  # the lowest bit that isn't set
        figures = (1, steps, self.types, right, round(self.score, 9), first / steps, right == steps, right / steps)
        return figures, steps - self.seen.bit_count()


_PAIRS = ((2, 1), (3, 1), (4, 1), (5, 0), (6, 0), (7, 0))
"""Type match, exact match and score over steps; progress, success and mean over episodes."""


class Scorer:
    """Adds up what one protocol says."""

    def __init__(self, name: str, judge: Judge, by: str | None = None) -> None:
        self._name = name
        self._judge = judge
        self._by = by
        self._open: dict[tuple[str, str], _Episode] = {}
        self._closed = Marks()
        self._outcomes: Counter[Outcome] = Counter()
        self._kinds: dict[str, _Counts] = {}
        self._groups: dict[str, _Counts] = {}
        self._confusion: Counter[tuple[str, str]] = Counter()
        self._parts: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()
        self._judged = self._unreadable = self._unread = self._missing = self._duplicates = 0

    def judge(self, line: Predicted) -> Verdict | None:
        """What is said of a step; None where it stood there before and doesn't count again."""
        episode = self._episode(line.place)
        if episode is None:
            return None
        verdict = self._judge(line.truth, line.prediction)
        self._judged += 1
        self._unreadable += verdict.said is None
        self._kinds.setdefault(verdict.kind, _Counts()).add(verdict)
        self._confusion[verdict.kind, UNREADABLE if verdict.said is None else verdict.said] += 1
        if self._by is not None:
            self._groups.setdefault(line.truth.tags.get(self._by, ""), _Counts()).add(verdict)
        for name, value in verdict.parts.items():
            self._parts[name] += value  # pyright: ignore[reportArgumentType]  a counter of floats
        episode.exact |= verdict.exact_match << line.place.index
        episode.types += verdict.type_match
        episode.score += verdict.score
        self._close_if_whole(line.place, episode)
        return verdict

    def leave_out(self, line: UnreadStep) -> None:
        episode = self._episode(line.place)
        if episode is None:
            return
        self._unread += 1
        reason = line.reason if line.reason in self._reasons or len(self._reasons) < MOST_REASONS else "other reasons"
        self._reasons[reason] += 1
        self._close_if_whole(line.place, episode)

    def _episode(self, place: Place) -> _Episode | None:
        """The episode with this step marked as seen; None where it was seen before."""
        key = (place.file, place.episode)
        episode = self._open.get(key)
        if episode is None:
            if key in self._closed:
                self._duplicates += 1
                return None
            episode = self._open[key] = _Episode(place.length)
        bit = 1 << place.index
        if episode.seen & bit:
            self._duplicates += 1
            return None
        episode.seen |= bit
        return episode

    def _close_if_whole(self, place: Place, episode: _Episode) -> None:
        if episode.length is not None and episode.seen.bit_count() >= episode.length:
            key = (place.file, place.episode)
            del self._open[key]
            self._closed.add(key)
            self._add(episode)

    def _add(self, episode: _Episode) -> None:
        outcome, missing = episode.outcome()
        self._outcomes[outcome] += 1
        self._missing += missing

    def summary(self, about: Mapping[str, str], damaged: int) -> Summary:
        """To be asked for once, at the end."""
        for episode in self._open.values():
            self._add(episode)
        self._open.clear()
        rates = ratios(self._outcomes, _PAIRS)
        return Summary(
            protocol=self._name,
            about=about,
            steps=self._judged + self._unread + self._missing,
            unreadable=self._unreadable,
            unread=self._unread,
            missing=self._missing,
            duplicates=self._duplicates,
            damaged=damaged,
            episodes=self._outcomes.total(),
            type_match=rates[0],
            exact_match=rates[1],
            score=rates[2],
            progress=rates[3],
            success=rates[4],
            episode_mean=rates[5],
            kinds={k: c.kind for k, c in sorted(self._kinds.items())},
            groups={k: c.kind for k, c in sorted(self._groups.items())},
            confusion=_nested(self._confusion),
            parts={k: v / self._judged for k, v in sorted(self._parts.items())},
            reasons=dict(self._reasons.most_common()),
        )


def _nested(confusion: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    rows: dict[str, dict[str, int]] = {}
    for (kind, said), count in sorted(confusion.items()):
        rows.setdefault(kind, {})[said] = count
    return rows

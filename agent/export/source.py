"""What can be exported: an episode, what it was recorded on, and what of it could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import get_args

from actions.errors import UsageError
from actions.types import KINDS, Kind
from agent.evaluation.runner import Found, episodes
from agent.evaluation.step import RecordedStep
from agent.run_folder import Run
from environments.base import DONE, Platform
from environments.episode import Episode, Step
from environments.shown import shown


@dataclass(frozen=True, slots=True)
class Source:
    """`name` becomes part of its pictures' names. `offered`: what its device could do. `unread`: why some steps aren't
    there."""

    name: str
    episode: Episode
    platform: Platform
    offered: frozenset[Kind]
    unread: tuple[str, ...] = ()


def of_run(run: Run) -> Source:
    """`UsageError` where a run doesn't say what it was recorded on."""
    platform = next((p for p in get_args(Platform) if p == run.about.get("platform")), None)
    if platform is None:
        raise UsageError(f"{run.folder} doesn't say what it was recorded on: expected a platform in its header")
    offered = run.about.get("actions", "").split(",")
    return Source(run.folder.name, run.episode, platform, frozenset(k for k in KINDS if k in offered))


def of_steps(steps: Iterable[Found]) -> Iterator[Source]:
    """The episodes of a data set, one at a time. What a step is for becomes the thought before it."""
    for found in episodes(steps):
        recorded = [s for s in found if isinstance(s, RecordedStep)]
        unread = [s.reason for s in found if not isinstance(s, RecordedStep)]
        unread += ["several actions in one step" for s in recorded if len(s.truth.options[0]) != 1]
        if not recorded:
            continue
        first = recorded[0]
        done = [_step(s) for s in recorded if len(s.truth.options[0]) == 1]
        name = f"{PurePath(first.place.file).stem}-{first.place.episode}"
        episode = Episode(first.goal, done)
        yield Source(name, episode, first.platform, shown(first.platform).supports, tuple(unread))


def _step(step: RecordedStep) -> Step:
    thought = step.instruction or ""
    return Step(step.place.index, step.observation, (), thought, step.truth.recorded.action, DONE)

"""What a file of live results says: how many tasks were done, whose word can be trusted, and what it cost.

Success is the phone's word alone. What the agent said is set against it: *claimed, not done* are episodes that it ended
as done and the phone says no; *done, not said* those that the phone says were done when a limit or a crash ended them,
or the output could not be read. AndroidWorld's rule (Rawles et al. 2024, android_world/suite_utils.py) wants both, the
state and the agent's own end: that is `said_and_done`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from agent.evaluation.intervals import Rate, wilson
from agent.evaluation.live.proportions import grouped
from agent.evaluation.live.results import EpisodeResult, Results
from environments.episode import End
from environments.phone.tasks import TEMPLATES

STAGES: Mapping[str, tuple[str, ...]] = {
    "model": ("prefill", "decode", "ground"),
    "device": ("act", "state", "capture"),
    "settle": ("settle",),
}
"""What takes a step's time, by the loop's own names; what is in none of them is "other"."""

_ADDRESS = re.compile(r"\b127\.0\.0\.1:[0-9]+")
"""Of a simulated phone, another one in each episode: what is the same otherwise is told once."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of some episodes. `success` is the rate of `done`; `false_claims` that of `claimed_not_done` among `claimed`, the
    episodes that the agent ended as done.

    `steps_over_oracle`: of the successes, all their steps over all the solution's; None where there were none.
    """

    episodes: int
    done: int
    success: Rate
    said_and_done: int
    claimed: int
    claimed_not_done: int
    false_claims: Rate
    done_not_said: int
    steps: int
    steps_over_oracle: float | None


@dataclass(frozen=True, slots=True)
class LiveSummary:
    """`ends`: how many episodes ended how; `crashes`: the words of those that were a crash. `seconds_a_step`: by what
    took them, over all steps. `median_ratio`: of the successes, each one's steps over the solution's."""

    about: Mapping[str, str]
    damaged: int
    total: Figures
    templates: Mapping[str, Figures]
    ends: Mapping[End, int]
    crashes: Mapping[str, int]
    median_ratio: float | None
    seconds_a_step: Mapping[str, float]
    wall_seconds: float
    model_calls: int
    prompt_tokens: int
    completion_tokens: int


def summarise(results: Results) -> LiveSummary:
    episodes = list(results.episodes.values())
    by_template: dict[str, list[EpisodeResult]] = {}
    for episode in sorted(episodes, key=_place):
        by_template.setdefault(episode.template, []).append(episode)
    ratios = [e.steps / e.oracle_steps for e in episodes if e.done and e.oracle_steps]
    return LiveSummary(
        about=results.about,
        damaged=results.damaged,
        total=_figures(list(by_template.values())),
        templates={name: _figures([some]) for name, some in by_template.items()},
        ends=dict(Counter[End](e.end for e in episodes).most_common()),
        crashes=dict(Counter(f"{e.end}: {_ADDRESS.sub('the phone', e.message)}" for e in episodes if e.crashed)),
        median_ratio=median(ratios) if ratios else None,
        seconds_a_step=_seconds_a_step(episodes),
        wall_seconds=sum(e.wall_seconds for e in episodes),
        model_calls=sum(e.usage.calls for e in episodes),
        prompt_tokens=sum(e.usage.prompt_tokens for e in episodes),
        completion_tokens=sum(e.usage.completion_tokens for e in episodes),
    )


def _place(episode: EpisodeResult) -> tuple[int, str, int]:
    """In the catalogue's order; what a newer catalogue had stands last."""
    names = list(TEMPLATES)
    known = names.index(episode.template) if episode.template in TEMPLATES else len(names)
    return known, episode.template, episode.seed


def _claimed(episode: EpisodeResult) -> bool:
    return episode.end == "done"


def _falsely(episode: EpisodeResult) -> bool:
    return _claimed(episode) and not episode.done


def _figures(groups: Sequence[Sequence[EpisodeResult]]) -> Figures:
    episodes = [e for group in groups for e in group]
    good = [e for e in episodes if e.done]
    optimal = sum(e.oracle_steps for e in good)
    return Figures(
        episodes=len(episodes),
        done=len(good),
        success=_rate((sum(e.done for e in g), len(g)) for g in groups),
        said_and_done=sum(e.end in ("done", "not_done") for e in good),
        claimed=sum(map(_claimed, episodes)),
        claimed_not_done=sum(map(_falsely, episodes)),
        false_claims=_rate((sum(map(_falsely, g)), sum(map(_claimed, g))) for g in groups),
        done_not_said=sum(e.end not in ("done", "not_done") for e in good),
        steps=sum(e.steps for e in episodes),
        steps_over_oracle=sum(e.steps for e in good) / optimal if optimal else None,
    )


def _rate(groups: Iterable[tuple[int, int]]) -> Rate:
    pairs = list(groups)
    return wilson(*pairs[0]) if len(pairs) == 1 else grouped(pairs)


def _seconds_a_step(episodes: Sequence[EpisodeResult]) -> dict[str, float]:
    steps = sum(e.steps for e in episodes)
    if not steps:
        return {}
    spent = dict.fromkeys((*STAGES, "other"), 0.0)
    for episode in episodes:
        for stage, seconds in episode.seconds.items():
            name = next((name for name, stages in STAGES.items() if stage in stages), "other")
            spent[name] = spent.get(name, 0.0) + seconds
    return {name: seconds / steps for name, seconds in spent.items()}

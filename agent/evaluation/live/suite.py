"""What a suite holds: tasks by their names, times seeds."""

from __future__ import annotations

import difflib
import fnmatch
import re
from collections.abc import Sequence
from dataclasses import dataclass

from actions.errors import UsageError
from environments.phone.tasks import TEMPLATES

MOST_SEEDS = 100_000


@dataclass(frozen=True, slots=True)
class Case:
    """One episode of a suite: a task on a phone of its own, both drawn from the seed."""

    template: str
    seed: int

    def __str__(self) -> str:
        return f"{self.template} {self.seed}"


def suite(tasks: str, seeds: str) -> list[Case]:
    """The cases, seed by seed: a suite that is broken off has tried all tasks about as often.

    tasks: "all", or names and patterns with commas between; seeds: "0-19", "5,7". Raises `UsageError`.
    """
    return [Case(template, seed) for seed in seeds_of(seeds) for template in templates_of(tasks)]


def templates_of(text: str) -> Sequence[str]:
    """In the catalogue's order, each once."""
    wanted: set[str] = set()
    for part in (p.strip() for p in text.split(",")):
        found = fnmatch.filter(TEMPLATES, "*" if part == "all" else part)
        if not found:
            near = difflib.get_close_matches(part, TEMPLATES, n=1)
            meant = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(TEMPLATES)}"
            raise UsageError(f"no task is called {part!r}; {meant}", remedy="handeye phone --tasks")
        wanted.update(found)
    return [name for name in TEMPLATES if name in wanted]


def seeds_of(text: str) -> Sequence[int]:
    """In the order in which they are given, each once."""
    seeds: dict[int, None] = {}
    for part in text.split(","):
        match = re.fullmatch(r"\s*([0-9]{1,12})(?:\s*-\s*([0-9]{1,12}))?\s*", part)
        if match is None:
            raise UsageError(f"seeds are written as 0-19 or 5,7, not {text!r}")
        first = int(match[1])
        last = int(match[2] or first)
        if last < first:
            raise UsageError(f"the seeds {part.strip()} end before they begin")
        if last - first + len(seeds) >= MOST_SEEDS:
            raise UsageError(f"{text!r} are more than {MOST_SEEDS} seeds")
        seeds.update(dict.fromkeys(range(first, last + 1)))
    return list(seeds)

"""Which past steps and which past screenshots a model sees.

The default keeps everything that does not change at the front (system, tools, task), then the past as text, then the
current screenshot: each prompt begins with nearly all of the one before, so its cache can be kept. With more
screenshots they are let go in blocks and not one at a time: a sliding window changes the prompt near its start at every
step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from environments.episode import Step


@dataclass(frozen=True, slots=True)
class History:
    """screenshots: how many are shown at most, with the current one. steps: how many past steps at most (None: all)."""

    screenshots: int = 1
    steps: int | None = None

    def __post_init__(self) -> None:
        if self.screenshots < 1:
            raise ValueError("at least 1 screenshot, the current one, is always shown")

    def past(self, steps: Sequence[Step]) -> Sequence[Step]:
        """The past steps that are told of."""
        if self.steps is None:
            return steps
        return steps[max(0, len(steps) - self.steps) :]

    def with_picture(self, steps: Sequence[Step]) -> frozenset[int]:
        """Indices (`Step.index`) of the past steps whose screenshot is shown.

        With n screenshots at most, the number shown grows from 1 to n and falls back to 1: the window's start moves
        once in n steps.
        """
        shown = len(steps) % self.screenshots
        return frozenset(s.index for s in steps[len(steps) - shown :])

"""What the answers come to in numbers, for each size of picture and for all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from actions.geometry import Size
from agent.calibration.asking import Answer


@dataclass(frozen=True, slots=True)
class Row:
    """`read`: answers that the dialect reads a place in; the errors, in pixels of the picture, are of those alone.
    `inside`: of all targets. `size` and `seen` are None for all pictures together."""

    name: str
    size: Size | None
    seen: Size | None
    targets: int
    read: int
    median_pixels: float | None
    p90_pixels: float | None
    inside: int


def table(answers: Sequence[Answer]) -> list[Row]:
    """A row for each size in the order of the answers, and the last one for all."""
    found: dict[str, list[Answer]] = {}
    for answer in answers:
        found.setdefault(answer.target.screen.name, []).append(answer)
    rows = [_row(name, group, group[0].target.size, group[0].seen) for name, group in found.items()]
    return [*rows, _row("all", answers, None, None)]


def _row(name: str, answers: Sequence[Answer], size: Size | None, seen: Size | None) -> Row:
    errors = sorted(e for a in answers if (e := a.error_pixels) is not None)
    return Row(
        name,
        size,
        seen,
        len(answers),
        len(errors),
        median(errors) if errors else None,
        errors[math.ceil(0.9 * len(errors)) - 1] if errors else None,
        sum(a.inside for a in answers),
    )

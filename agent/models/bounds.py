"""How large a checkpoint's processor makes a picture: the bounds of its area, and the step that its sides grow by."""

from __future__ import annotations

from typing import Any

from actions.errors import UsageError


def factor(image_processor: Any) -> int:
    """Pixels along a side of a visual token."""
    return int(image_processor.patch_size) * int(image_processor.merge_size)


def bounds(image_processor: Any, min_pixels: int | None, max_pixels: int | None) -> tuple[int, int]:
    """The visual budget: what was asked for, else the checkpoint's own; one bound alone pushes the other along."""
    size = image_processor.size  # under either pair of names that transformers allows
    named = [(size[a], size[b]) for a, b in (("shortest_edge", "longest_edge"), ("min_pixels", "max_pixels"))]
    low, high = next(pair for pair in named if None not in pair)
    token = factor(image_processor) ** 2
    for name, value in (("min-pixels", min_pixels), ("max-pixels", max_pixels)):
        if value is not None and value < token:
            raise UsageError(f"--{name} is {value}: expected at least one visual token, {token}")
    if min_pixels is not None and max_pixels is not None and min_pixels > max_pixels:
        raise UsageError(f"--min-pixels is {min_pixels}, more than --max-pixels, {max_pixels}")
    if max_pixels is not None:
        return min(low, max_pixels) if min_pixels is None else min_pixels, max_pixels
    if min_pixels is not None:
        return min_pixels, max(high, min_pixels)
    return low, high

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false
"""The resize rule against the two libraries that the models were trained and are served with."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from qwen_vl_utils.vision_process import smart_resize as utils_resize
from transformers.models.qwen2_vl.image_processing_qwen2_vl import smart_resize as transformers_resize

from actions.geometry import Size, smart_resize

sides = st.integers(1, 5000) | st.integers(1, 60)
factors = st.sampled_from([28, 32])
tokens = st.tuples(st.integers(1, 400), st.integers(0, 16384))


def both(width: int, height: int, factor: int, bounds: tuple[int, int]) -> tuple[int, int]:
    low, more = bounds
    return low * factor**2, (low + more) * factor**2


@given(sides, sides, factors, tokens)
@example(1080, 2400, 28, (4, 1276))
@example(9, 400, 28, (4, 16380))
@example(14, 14, 28, (4, 0))
@example(42, 70, 28, (1, 5))
def test_it_is_transformers_own(width: int, height: int, factor: int, bounds: tuple[int, int]) -> None:
    low, high = both(width, height, factor, bounds)
    if max(width, height) > 200 * min(width, height):
        with pytest.raises(ValueError, match="200"):
            smart_resize(Size(width, height), factor=factor, min_pixels=low, max_pixels=high)
        return
    mine = smart_resize(Size(width, height), factor=factor, min_pixels=low, max_pixels=high)
    assert (mine.height, mine.width) == transformers_resize(height, width, factor, low, high)


@given(sides, sides, factors, tokens)
def test_qwen_vl_utils_differs_on_slivers_only(width: int, height: int, factor: int, bounds: tuple[int, int]) -> None:
    low, high = both(width, height, factor, bounds)
    long, short = max(width, height), min(width, height)
    if long > 200 * short:
        return
    mine = smart_resize(Size(width, height), factor=factor, min_pixels=low, max_pixels=high)
    capped = (mine.width, mine.height) if width >= height else (mine.height, mine.width)
    sliver = short <= factor / 2 or capped[1] == factor
    if not sliver:
        assert (mine.height, mine.width) == utils_resize(height, width, factor, low, high)


@given(sides, sides, factors)
def test_a_picture_of_the_resized_size_is_left_alone(width: int, height: int, factor: int) -> None:
    """What an endpoint's server does to a picture that was resized here, with the published bounds."""
    if max(width, height) > 100 * min(width, height):
        return
    low, high = 4 * factor**2, 1280 * factor**2
    once = smart_resize(Size(width, height), factor=factor, min_pixels=low, max_pixels=high)
    for server in (1280, 16384):
        assert smart_resize(once, factor=factor, min_pixels=low, max_pixels=server * factor**2) == once

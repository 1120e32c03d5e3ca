# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Keys and values with room behind them are the same as transformers' own."""

from __future__ import annotations

from typing import Any

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers.cache_utils import DynamicLayer

from agent.models.room import SPARE, RoomyLayer

HEADS, WIDTH = 2, 4
LENGTHS = st.one_of(st.integers(1, 3), st.sampled_from([SPARE - 1, SPARE, SPARE + 1, 2 * SPARE]))
DEEDS = st.one_of(
    st.tuples(st.just("add"), LENGTHS),
    st.tuples(st.just("crop"), st.integers(1, 4)),
    st.tuples(st.just("select"), st.integers(1, 3)),
    st.tuples(st.just("repeat"), st.integers(1, 2)),
    st.tuples(st.just("reorder"), st.just(0)),
    st.tuples(st.just("reset"), st.just(0)),
)


def same(one: Any, other: Any) -> None:
    assert one.get_seq_length() == other.get_seq_length()
    assert one.get_mask_sizes(3) == other.get_mask_sizes(3)
    if one.get_seq_length():
        assert torch.equal(one.keys, other.keys)
        assert torch.equal(one.values, other.values)


@settings(max_examples=60, deadline=None)
@given(st.lists(DEEDS, min_size=1, max_size=12))
def test_as_transformers_own(deeds: list[tuple[str, int]]) -> None:
    roomy: Any = RoomyLayer()
    own: Any = DynamicLayer()
    rows = 2
    for deed, count in deeds:
        filled = own.get_seq_length()
        if deed == "add":
            states = [torch.rand(rows, HEADS, count, WIDTH) for _ in range(2)]
            for mine, theirs in zip(roomy.update(*states), own.update(*states), strict=True):
                assert torch.equal(mine, theirs)
        elif deed == "crop" and count < filled:
            _ = [layer.crop(-count) for layer in (roomy, own)]
        elif deed == "select" and filled:
            chosen = torch.arange(count) % rows
            _ = [layer.batch_select_indices(chosen) for layer in (roomy, own)]
            rows = count
        elif deed == "repeat" and filled and rows < 8:
            _ = [layer.batch_repeat_interleave(count) for layer in (roomy, own)]
            rows *= count
        elif deed == "reorder" and filled:
            _ = [layer.reorder_cache(torch.arange(rows).flip(0)) for layer in (roomy, own)]
        elif deed == "reset":
            _ = [layer.reset() for layer in (roomy, own)]
        same(roomy, own)


def test_a_token_is_written_in_its_place() -> None:
    layer: Any = RoomyLayer()
    layer.update(*(torch.rand(3, HEADS, 50, WIDTH) for _ in range(2)))
    place = layer.keys.data_ptr()
    for _ in range(SPARE):
        layer.update(*(torch.rand(3, HEADS, 1, WIDTH) for _ in range(2)))
        assert layer.keys.data_ptr() == place
    layer.update(*(torch.rand(3, HEADS, 1, WIDTH) for _ in range(2)))
    assert layer.keys.data_ptr() != place
    assert layer.get_seq_length() == 50 + SPARE + 1

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""A cache of keys and values with room behind them, so that a token is written in its place.

transformers' `DynamicLayer` makes a new tensor of all there are for each token, which with several rows and a screen in
each costs more than the rest of a small model. What attention is given is the same.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

SPARE = 256
"""Tokens that there is room for when it has to be made anew."""


class RoomyLayer(DynamicLayer):
    """(rows, heads, tokens, width) each; `keys` and `values` are views of the part of the room that is filled."""

    def __init__(self) -> None:
        super().__init__()
        self._room: tuple[torch.Tensor, torch.Tensor] | None = None

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        filled = self.get_seq_length()
        end = filled + key_states.shape[-2]
        if self._room is None or not self._fits(key_states.shape[0], end):
            self._room = self._larger(key_states, end), self._larger(value_states, end)
            if self.keys is not None and self.values is not None and filled:
                for room, kept in zip(self._room, (self.keys, self.values), strict=True):
                    room[:, :, :filled] = kept
        for room, new in zip(self._room, (key_states, value_states), strict=True):
            room[:, :, filled:end] = new
        self.keys, self.values = (room[:, :, :end] for room in self._room)
        return self.keys, self.values

    def reorder_cache(self, beam_idx: Any) -> None:
        """Other rows in their places, in the same room."""
        filled = self.get_seq_length()
        if self._room is None or not self._fits(len(beam_idx), filled):
            super().reorder_cache(beam_idx)
            return
        for room in self._room:
            room[:, :, :filled] = room[:, :, :filled].index_select(0, beam_idx)

    def _fits(self, rows: int, end: int) -> bool:
        """Not where transformers has put other rows in their place, as for beams."""
        assert self._room is not None
        room = self._room[0]
        moved = self.keys is not None and self.keys.numel() > 0 and self.keys.data_ptr() != room.data_ptr()
        return room.shape[0] == rows and end <= room.shape[-2] and not moved

    def _larger(self, like: torch.Tensor, tokens: int) -> torch.Tensor:
        rows, heads, _, width = like.shape
        return like.new_empty(rows, heads, tokens + SPARE, width)


def roomy_cache(config: Any) -> DynamicCache | None:
    """An empty cache for a text model; None where its layers keep anything else than keys and values of all tokens
    (Qwen3.5 a state, others a sliding window)."""
    cache = DynamicCache(config=config)
    if any(type(layer) is not DynamicLayer for layer in cache.layers):
        return None
    layers: list[Any] = [RoomyLayer() for _ in cache.layers]
    cache.layers = layers
    return cache

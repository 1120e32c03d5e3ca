# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""What prompts have in common at their beginning is read once: the system prompt, the functions, often the task.

Only the text before a prompt's first picture is kept, so that no two pictures can be taken for each other.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import torch

from agent.models.room import roomy_cache

LEAST = 32
"""Tokens below which nothing is gained."""


class Prefix:
    """The keys and values of the latest prompt's beginning.

    Not for models whose layers keep a state instead of keys and values (Qwen3.5), nor with a transformers whose
    `generate` takes no `cache`: those read each prompt anew.
    """

    def __init__(self, model: Any) -> None:
        self._config = model.config.get_text_config()
        takes = inspect.signature(model.forward).parameters
        self._usable = "cache" in takes and roomy_cache(self._config) is not None
        self._ids: list[int] = []
        self._kept: list[tuple[torch.Tensor, torch.Tensor]] = []

    def shared(self, prompts: Sequence[Sequence[int]]) -> int:
        """How many tokens all prompts begin with that have been read; at least one of each is left to read."""
        most = min(len(self._ids), *(len(p) - 1 for p in prompts))
        kept = torch.tensor(self._ids[:most])
        differs = torch.stack([torch.tensor(p[:most]) != kept for p in prompts]).any(dim=0)
        length = int(differs.nonzero()[0]) if differs.any() else most
        return length if length >= LEAST else 0

    def cache(self, length: int, rows: int) -> dict[str, Any]:
        """For `generate`: that much of what is kept, for each row."""
        cache = roomy_cache(self._config) if self._usable else None
        if cache is None:
            return {}
        for i, (keys, values) in enumerate(self._kept if length else ()):
            first, second = (x[:, :, :length].expand(rows, -1, -1, -1) for x in (keys, values))
            cache.update(first, second, i)
        return {"cache": cache}

    def keep(self, cache: Any, row: int, ids: Sequence[int]) -> None:
        """Keep the beginning of this row, which has no padding. ids: its tokens before its first picture."""
        self._ids = list(ids)
        self._kept = [
            tuple(x[row : row + 1, :, : len(ids)].clone() for x in (layer.keys, layer.values)) for layer in cache.layers
        ]

    def forget(self) -> None:
        self._ids, self._kept = [], []
